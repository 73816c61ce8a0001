//! How the index of values follows the objects: in batches, sorted, behind the imports.
//!
//! Guarantees: what it holds can be derived from the bytes again, and `verify` does so; what a version gave is found by its bytes and
//! taken away with them. A batch is sorted before it is written, so that each page is touched once. Does not know: questions.

use crate::error::StoreError;
use crate::verify::{VerifyError, bad};
use crate::view::{VISIBLE, View, unsigned};
use comity_correlate::{EDITION, KEY_BYTES, Keying, ValueKey, values};
use rusqlite::Connection;

const HORIZON: &str = "coalesce((SELECT min(first_vid) FROM import WHERE state = 0), 9223372036854775807)";
const WAY_HORIZON: &str = "coalesce((SELECT min(iid) FROM import WHERE state = 0), 9223372036854775807)";
/// Versions behind from which on a batch is taken although full text is not complete: large batches touch fewer pages each.
const BATCH_MAX: i64 = 50_000;

type Entry = (ValueKey, i64, i64);

/// Returns what the numbers of this node are keyed with.
pub(crate) fn keying(conn: &Connection) -> Result<Keying, StoreError> {
    let secret: [u8; KEY_BYTES] =
        conn.prepare_cached("SELECT secret FROM value_state")?.query_row([], |row| row.get(0))?;
    Ok(Keying::new(secret))
}

/// Empties the index where another edition of the rules filled it, for what it gave could not be found again. The node's own list of
/// values that say nothing is written by the new rules.
pub(crate) fn check_edition(conn: &Connection) -> Result<(), StoreError> {
    let edition: u32 = conn.query_row("SELECT edition FROM value_state", [], |row| row.get(0))?;
    if edition != EDITION {
        conn.execute_batch("DELETE FROM value_key; DELETE FROM value_stale")?;
        conn.execute("UPDATE value_state SET indexed_vid = 0, way_iid = 0, way_vid = 0, edition = ?1", [EDITION])?;
        super::stops::read_again(conn, &keying(conn)?)?;
    }
    Ok(())
}

/// Notes that what `vid` gave is out of date, and that the object must be read again.
pub(crate) fn note_stale(conn: &Connection, oid: i64, vid: Option<i64>) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT OR IGNORE INTO value_stale (oid, vid) VALUES (?1, ?2)")?
        .execute((oid, vid.unwrap_or_default()))?;
    Ok(())
}

/// Takes what a version gave out of the index, in the transaction in which the version goes.
pub(crate) fn forget_version(conn: &Connection, vid: i64, bytes: &[u8]) -> rusqlite::Result<()> {
    let (indexed, secret): (i64, [u8; KEY_BYTES]) = conn
        .prepare_cached("SELECT indexed_vid, secret FROM value_state")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let oid: i64 = conn.prepare_cached("SELECT oid FROM version WHERE vid = ?1")?.query_row([vid], |row| row.get(0))?;
    conn.prepare_cached("DELETE FROM value_stale WHERE oid = ?1 AND vid = ?2")?.execute((oid, vid))?;
    // A version that came again by another way may be in the index before its own turn.
    let again: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM also_received WHERE vid = ?1)")?
        .query_row([vid], |row| row.get(0))?;
    if vid <= indexed || again {
        delete(conn, &Keying::new(secret), oid, bytes)?;
    }
    Ok(())
}

fn delete(conn: &Connection, keying: &Keying, oid: i64, bytes: &[u8]) -> rusqlite::Result<()> {
    let mut statement =
        conn.prepare_cached("DELETE FROM value_key WHERE hash = ?1 AND nid IN (SELECT nid FROM origin) AND oid = ?2")?;
    for value in values(bytes) {
        statement.execute((keying.key(&value).number(), oid))?;
    }
    Ok(())
}

/// Reads one object again, where it is out of date.
pub(crate) fn settle(conn: &Connection, oid: i64) -> Result<(), StoreError> {
    let keying = keying(conn)?;
    let mut entries = Vec::new();
    refresh(conn, &keying, oid, &mut entries)?;
    write(conn, entries)
}

fn refresh(conn: &Connection, keying: &Keying, oid: i64, entries: &mut Vec<Entry>) -> Result<(), StoreError> {
    let gone: Vec<Vec<u8>> = conn
        .prepare_cached("SELECT v.bytes FROM value_stale s JOIN version v ON v.vid = s.vid WHERE s.oid = ?1")?
        .query_map([oid], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for bytes in &gone {
        delete(conn, keying, oid, bytes)?;
    }
    conn.prepare_cached("DELETE FROM value_stale WHERE oid = ?1")?.execute([oid])?;
    let sql = format!(
        "SELECT v.vid, v.bytes FROM object o JOIN version v ON v.vid = o.current
         WHERE o.oid = ?1 AND v.vid <= (SELECT indexed_vid FROM value_state) AND {VISIBLE}"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let mut rows = select.query([oid])?;
    while let Some(row) = rows.next()? {
        let vid: i64 = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob().map_err(|_| StoreError::Damaged { what: "version", row: vid })?;
        for nid in origins(conn, vid)? {
            entries.extend(values(bytes).iter().map(|value| (keying.key(value), nid, oid)));
        }
    }
    Ok(())
}

/// Returns the origins that gave a version, by every finished import.
pub(super) fn origins(conn: &Connection, vid: i64) -> rusqlite::Result<Vec<i64>> {
    conn.prepare_cached(
        "SELECT i.nid FROM version v JOIN import i ON i.iid = v.iid WHERE v.vid = ?1 AND i.state = 1
         UNION SELECT i.nid FROM also_received a JOIN import i ON i.iid = a.iid WHERE a.vid = ?1 AND i.state = 1",
    )?
    .query_map([vid], |row| row.get(0))?
    .collect()
}

fn write(conn: &Connection, mut entries: Vec<Entry>) -> Result<(), StoreError> {
    entries.sort_unstable();
    entries.dedup();
    let mut insert = conn.prepare_cached("INSERT OR IGNORE INTO value_key (hash, nid, oid) VALUES (?1, ?2, ?3)")?;
    for (key, nid, oid) in entries {
        insert.execute((key.number(), nid, oid))?;
    }
    Ok(())
}

/// Takes a batch of versions into the index, unless it is better to wait for a larger one.
pub(crate) fn take(conn: &Connection, max: usize, text_complete: bool) -> Result<(), StoreError> {
    let behind: i64 = conn
        .prepare_cached("SELECT coalesce((SELECT max(vid) FROM version), 0) - indexed_vid FROM value_state")?
        .query_row([], |row| row.get(0))?;
    if !text_complete && behind < BATCH_MAX {
        return Ok(());
    }
    let limit = i64::try_from(max).unwrap_or(i64::MAX).max(BATCH_MAX);
    let keying = keying(conn)?;
    let mut entries = Vec::new();
    let stale: Vec<i64> = conn
        .prepare_cached("SELECT DISTINCT oid FROM value_stale")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for oid in stale {
        refresh(conn, &keying, oid, &mut entries)?;
    }
    take_versions(conn, &keying, limit, &mut entries)?;
    take_ways(conn, &keying, limit, &mut entries)?;
    write(conn, entries)
}

fn take_versions(conn: &Connection, keying: &Keying, limit: i64, entries: &mut Vec<Entry>) -> Result<(), StoreError> {
    // By number alone, current or not: a walk along the versions, one look-up for each.
    let sql = format!(
        "SELECT v.vid, v.oid, v.bytes, i.nid, o.current = v.vid FROM version v JOIN object o ON o.oid = v.oid
         JOIN import i ON i.iid = v.iid WHERE v.vid > (SELECT indexed_vid FROM value_state) AND v.vid < {HORIZON} ORDER BY v.vid LIMIT ?1"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let mut rows = select.query([limit])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        let vid: i64 = row.get(0)?;
        last = Some(vid);
        if row.get::<_, Option<bool>>(4)? != Some(true) {
            continue;
        }
        let (oid, nid): (i64, i64) = (row.get(1)?, row.get(3)?);
        let bytes = row.get_ref(2)?.as_blob().map_err(|_| StoreError::Damaged { what: "version", row: vid })?;
        entries.extend(values(bytes).iter().map(|value| (keying.key(value), nid, oid)));
    }
    if let Some(last) = last {
        conn.prepare_cached("UPDATE value_state SET indexed_vid = ?1")?.execute([last])?;
    }
    Ok(())
}

/// What was held already and came again by another way.
fn take_ways(conn: &Connection, keying: &Keying, limit: i64, entries: &mut Vec<Entry>) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT a.iid, a.vid, v.oid, v.bytes, i.nid FROM value_state s JOIN also_received a
         ON (a.iid, a.vid) > (s.way_iid, s.way_vid) AND a.iid < {WAY_HORIZON}
         JOIN import i ON i.iid = a.iid JOIN version v ON v.vid = a.vid JOIN object o ON o.oid = v.oid AND o.current = v.vid
         ORDER BY a.iid, a.vid LIMIT ?1"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let mut rows = select.query([limit])?;
    let (mut last, mut taken) = (None, 0);
    while let Some(row) = rows.next()? {
        let (iid, vid, oid, nid): (i64, i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(4)?);
        let bytes = row.get_ref(3)?.as_blob().map_err(|_| StoreError::Damaged { what: "version", row: vid })?;
        entries.extend(values(bytes).iter().map(|value| (keying.key(value), nid, oid)));
        last = Some((iid, vid));
        taken += 1;
    }
    if taken < limit {
        // The end was reached: ways of versions that are not current are passed too.
        let end =
            format!("SELECT iid, vid FROM also_received WHERE iid < {WAY_HORIZON} ORDER BY iid DESC, vid DESC LIMIT 1");
        use rusqlite::OptionalExtension;
        last = conn.prepare_cached(&end)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?.or(last);
    }
    if let Some((iid, vid)) = last {
        conn.prepare_cached("UPDATE value_state SET way_iid = ?1, way_vid = ?2 WHERE (way_iid, way_vid) < (?1, ?2)")?
            .execute((iid, vid))?;
    }
    Ok(())
}

impl View<'_> {
    /// Returns how many visible versions, ways and changes the index of values does not cover yet.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn values_behind(&self) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT count(*) FROM version WHERE vid > (SELECT indexed_vid FROM value_state) AND vid < {HORIZON}"
        );
        let versions = self.conn.prepare_cached(&sql)?.query_row([], |row| row.get(0)).map(unsigned)?;
        Ok(versions + self.ways_behind()?)
    }

    /// The same without the versions, of which there may be many.
    pub(crate) fn ways_behind(&self) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT (SELECT count(*) FROM value_state s JOIN also_received a ON (a.iid, a.vid) > (s.way_iid, s.way_vid)
                     WHERE a.iid < {WAY_HORIZON})
                  + (SELECT count(*) FROM value_stale)"
        );
        Ok(self.conn.prepare_cached(&sql)?.query_row([], |row| row.get(0)).map(unsigned)?)
    }
}

/// Derives the index again and compares; where it is behind, only that nothing hangs on what is not held.
pub(crate) fn verify(view: &View<'_>) -> Result<(), VerifyError> {
    use rusqlite::OptionalExtension;
    let orphan: Option<i64> = view
        .conn
        .query_row(
            "SELECT k.oid FROM value_key k LEFT JOIN object o ON o.oid = k.oid AND o.state = 1 WHERE o.oid IS NULL LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(oid) = orphan {
        return Err(bad("value", oid, "belongs to no object that is held"));
    }
    // A mark beyond what there is would have what comes next passed over.
    let (indexed, way, edition): (i64, i64, u32) =
        view.conn.query_row("SELECT indexed_vid, way_iid, edition FROM value_state", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let newest: i64 = view.conn.query_row("SELECT coalesce(max(iid), 0) FROM import", [], |row| row.get(0))?;
    if indexed >= crate::taxii::next_vid(view.conn)? || way > newest || edition != EDITION {
        return Err(bad("value state", indexed, "covers what there never was"));
    }
    if view.values_behind()? > 0 {
        return Ok(());
    }
    let keying = keying(view.conn)?;
    let mut derived = Sum::default();
    let sql = format!(
        "SELECT v.vid, v.oid, v.bytes FROM version v JOIN object o ON o.current = v.vid AND o.oid = v.oid WHERE {VISIBLE}"
    );
    let mut select = view.conn.prepare(&sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (vid, oid): (i64, i64) = (row.get(0)?, row.get(1)?);
        let bytes = row.get_ref(2)?.as_blob().map_err(|_| bad("version", vid, "the bytes are no bytes"))?;
        let mut keys: Vec<ValueKey> = values(bytes).iter().map(|value| keying.key(value)).collect();
        keys.sort_unstable();
        keys.dedup();
        if !keys.is_empty() {
            for nid in origins(view.conn, vid)? {
                keys.iter().for_each(|key| derived.add(key.number(), nid, oid));
            }
        }
    }
    let mut held = Sum::default();
    let mut select = view.conn.prepare("SELECT hash, nid, oid FROM value_key")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        held.add(row.get(0)?, row.get(1)?, row.get(2)?);
    }
    if derived == held { Ok(()) } else { Err(bad("value", 0, "the index of values is not what the objects say")) }
}

/// A sum that does not depend on order. Not against an adversary (who could change the bytes as well), against decay.
#[derive(Default, PartialEq, Eq)]
struct Sum(u64, u64);

impl Sum {
    fn add(&mut self, hash: i64, nid: i64, oid: i64) {
        let mixed = [hash, nid, oid].iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, part| {
            (sum ^ part.cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
        });
        self.0 += 1;
        self.1 = self.1.wrapping_add(mixed);
    }
}
