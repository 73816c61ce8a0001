//! Which version of an object counts, and which are set aside.
//!
//! Guarantees: a conflicting, foreign or quarantined version is never current while there is another; which of those that contradict each
//! other is the conflict, `dispute` says.

use crate::dispute;
use crate::error::StoreError;
use crate::intern::Words;
use crate::origin::Origin;
use crate::prepare::Prepared;
use crate::record::{Context, Contradicted, Line, flag, state};
use comity_vocab::Timestamp;
use rusqlite::{Connection, OptionalExtension};

/// How far in the future a version may lie and still win, in seconds (case 48).
const CLOCK_AHEAD_SECONDS: i64 = 24 * 3600;

/// What is to be said of a version that joins a line.
pub(crate) struct Judgement {
    pub flags: i64,
    pub defect: Option<&'static str>,
}

/// Tells whether what comes is from another than those who may continue a line.
pub(crate) fn is_foreign(conn: &Connection, at: &Context, line: &Line) -> Result<bool, StoreError> {
    let first = match line.nid {
        Some(nid) => crate::intern::text(conn, Words::Origin, nid)?,
        None => at.origin.to_string(),
    };
    Ok(!first.parse::<Origin>().is_ok_and(|first| first.admits(&at.origin)))
}

/// Judges a further version against the line it would join.
pub(crate) fn judge(
    conn: &Connection,
    line: &Line,
    object: &Prepared,
    foreign: bool,
    contradicted: &Contradicted,
) -> Result<Judgement, StoreError> {
    let mut flags = if foreign { flag::FOREIGN } else { 0 };
    let mut defect = None;
    let mut after_revocation = false;
    let current = line.current.map(|vid| bytes_and_flags(conn, vid)).transpose()?.flatten();
    if let Some((bytes, current_flags)) = current {
        let created = comity_stix::inspect(&bytes).ok().and_then(|facts| facts.created);
        if created.is_some() && object.facts.created.is_some() && created != object.facts.created {
            flags |= flag::QUARANTINED;
            defect = Some("created-differs-from-held-version");
        } else {
            after_revocation = current_flags & flag::REVOKED != 0;
        }
    }
    let by_same = if flags & flag::SET_ASIDE == 0 { contradicted.by_the_line } else { contradicted.by_some };
    if contradicted.anyhow || by_same {
        flags |= flag::CONFLICT;
    } else if after_revocation {
        defect = Some("version-after-revocation");
    }
    Ok(Judgement { flags, defect })
}

fn bytes_and_flags(conn: &Connection, vid: i64) -> rusqlite::Result<Option<(Vec<u8>, i64)>> {
    conn.prepare_cached("SELECT bytes, flags FROM version WHERE vid = ?1")?
        .query_row([vid], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Chooses the current version again for every object that asked for it.
pub(crate) fn settle_pending(conn: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached("SELECT oid FROM pending_current")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        choose_current(conn, row.get(0)?, Some(now))?;
    }
    drop(rows);
    conn.execute("DELETE FROM pending_current", [])?;
    Ok(())
}

/// Chooses the current version of one object; without any version it becomes "mentioned".
///
/// A version more than a day in the future wins only where there is no other (security.md §5 B, case 48), or where it withdraws the
/// object: a clock that is wrong does not keep an indicator alive that its author gave up.
pub(crate) fn choose_current(conn: &Connection, oid: i64, now: Option<Timestamp>) -> Result<Option<i64>, StoreError> {
    dispute::settle(conn, oid)?;
    let best = best(conn, oid, now)?;
    let before: Option<i64> =
        conn.prepare_cached("SELECT current FROM object WHERE oid = ?1")?.query_row([oid], |row| row.get(0))?;
    let state = if best.is_some() { state::HELD } else { state::MENTIONED };
    conn.prepare_cached("UPDATE object SET current = ?2, state = ?3 WHERE oid = ?1")?.execute((oid, best, state))?;
    conn.prepare_cached("INSERT OR IGNORE INTO moment_stale (oid) VALUES (?1)")?.execute([oid])?;
    crate::detection::note_change(conn, oid)?;
    crate::correlation::note_stale(conn, oid, before)?;
    Ok(best)
}

fn best(conn: &Connection, oid: i64, now: Option<Timestamp>) -> rusqlite::Result<Option<i64>> {
    let horizon = now.map_or(vec![0xff], |now| now.plus_seconds(CLOCK_AHEAD_SECONDS).sort_key().to_vec());
    conn.prepare_cached(
        "SELECT vid FROM version WHERE oid = ?1
         ORDER BY (flags & 7) <> 0, version > ?2 AND flags & 16 = 0, CASE WHEN (flags & 7) = 0 THEN version END DESC, vid LIMIT 1",
    )?
    .query_row((oid, horizon), |row| row.get(0))
    .optional()
}

/// Chooses the current version as it would have been when the newest of those that may be current came, where another one is it, and returns
/// whether that was so.
pub(crate) fn choose_again(conn: &Connection, oid: i64) -> Result<bool, StoreError> {
    dispute::settle(conn, oid)?;
    let mut times = conn.prepare_cached(
        "SELECT DISTINCT i.at FROM version v JOIN import i USING (iid) WHERE v.oid = ?1 AND v.flags & 7 = 0 AND i.state = 1",
    )?;
    let times: Vec<String> = times.query_map([oid], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let newest = times.iter().filter_map(|at| Timestamp::parse(at).ok()).max();
    let held: Option<i64> =
        conn.prepare_cached("SELECT current FROM object WHERE oid = ?1")?.query_row([oid], |row| row.get(0))?;
    let other = best(conn, oid, newest)? != held;
    if other {
        choose_current(conn, oid, newest)?;
    }
    Ok(other)
}

/// Returns which versions of an object may be the current one: the newest, or where that lay in the future when one of them
/// came, the newest of that time.
pub(crate) fn may_be_current(conn: &Connection, oid: i64) -> Result<Vec<Option<i64>>, StoreError> {
    let mut chosen = vec![best(conn, oid, None)?];
    let mut times = conn.prepare_cached(
        "SELECT DISTINCT i.at FROM import i WHERE i.state = 1
         AND i.iid IN (SELECT iid FROM version WHERE oid = ?1 AND flags & 7 = 0)",
    )?;
    let mut rows = times.query([oid])?;
    while let Some(row) = rows.next()? {
        if let Ok(at) = Timestamp::parse(&row.get::<_, String>(0)?) {
            chosen.push(best(conn, oid, Some(at))?);
        }
    }
    Ok(chosen)
}
