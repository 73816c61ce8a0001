//! Writing what matched.

use super::list::{Matched, SightingState};
use crate::error::StoreError;
use crate::holdings::Tx;
use crate::remove;
use comity_vocab::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

/// Pieces of evidence kept from the beginning of a sighting, and as many of the newest.
const EVIDENCE_KEPT: i64 = 10;
/// Matches that are remembered so that they are not counted again.
const COUNTED_KEPT: i64 = 1_000;
const DAY_SECONDS: i64 = 86_400;
/// Sightings of one indicator; what has further values is counted in one of its own.
const SIGHTINGS_OF_ONE_MAX: i64 = 10_000;

/// Stands for too many different values to keep each.
pub const MANY_VALUES: [u8; 16] = [0; 16];

/// One observation of a match.
#[derive(Clone, Debug)]
pub struct MatchEvidence {
    /// The sensor or file, as the caller named it.
    pub source: String,
    /// The line of the source, from 1.
    pub line: u64,
    /// What was observed, JSON.
    pub evidence: String,
}

/// One match: a binding of observations.
#[derive(Clone, Debug)]
pub struct Match {
    /// The same for the same observations.
    pub digest: [u8; 16],
    /// When the first of them was made.
    pub first: Timestamp,
    /// When the last of them was made.
    pub last: Timestamp,
    /// How often it counts.
    pub count: u64,
    /// The observations.
    pub evidence: Vec<MatchEvidence>,
}

/// What an indicator matched by one set of values.
#[derive(Clone, Debug)]
pub struct NewMatches {
    /// The indicator's identifier.
    pub indicator: String,
    /// What matched.
    pub values: Vec<Matched>,
    /// The same for the same values.
    pub dedup: [u8; 16],
    /// What becomes of it, where it is new; one that was set aside before is lifted by an open match.
    pub state: SightingState,
    /// The warning list that it stands on.
    pub list: Option<String>,
    /// What is left of the indicator's worth, of 100.
    pub score: Option<u8>,
    /// The matches.
    pub matches: Vec<Match>,
}

/// What became of matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The sighting's identifier, without its prefix.
    pub uuid: Uuid,
    /// Whether it is new.
    pub new: bool,
    /// How many of the matches were not counted before.
    pub counted: u64,
    /// How often it was seen, all together.
    pub count: u64,
    /// Its state now.
    pub state: SightingState,
}

impl Tx<'_> {
    /// Records matches; `uuid` is the identifier of the sighting where it is new. `None` where the indicator is not held any more.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn record_matches(&self, new: &NewMatches, uuid: Uuid, now: Timestamp) -> Result<Option<Recorded>, StoreError> {
        let conn = self.sql();
        let Some(oid) = remove::find_object(conn, &new.indicator)? else { return Ok(None) };
        if !is_held(conn, oid)? {
            return Ok(None);
        }
        let mut dedup = new.dedup;
        let mut found = find(conn, oid, &dedup)?;
        if found.is_none() && is_full(conn, oid)? {
            dedup = MANY_VALUES;
            found = find(conn, oid, &dedup)?;
        }
        let is_new = found.is_none();
        let (sid, uuid) = match found {
            Some((sid, uuid, _)) => (sid, uuid),
            None => match new.matches.first() {
                Some(first) => (enter(conn, oid, new, &dedup, first, uuid, now)?, uuid),
                None => return Ok(None),
            },
        };
        let mut counted = 0;
        for one in &new.matches {
            counted += u64::from(count(conn, sid, one, now)?);
        }
        if counted > 0 {
            trim(conn, sid)?;
        }
        let was = found.map_or(new.state, |(_, _, state)| SightingState::of(state));
        let state = if new.state.outranks(was) { new.state } else { was };
        if state != was {
            conn.prepare_cached("UPDATE sighting SET state = ?2, list = ?3, score = ?4 WHERE sid = ?1")?.execute((
                sid,
                state.number(),
                &new.list,
                new.score,
            ))?;
        }
        let total: i64 =
            conn.prepare_cached("SELECT count FROM sighting WHERE sid = ?1")?.query_row([sid], |row| row.get(0))?;
        Ok(Some(Recorded { uuid, new: is_new, counted, count: u64::try_from(total).unwrap_or_default(), state }))
    }
}

fn find(conn: &Connection, oid: i64, dedup: &[u8; 16]) -> rusqlite::Result<Option<(i64, Uuid, i64)>> {
    conn.prepare_cached("SELECT sid, uuid, state FROM sighting WHERE oid = ?1 AND dedup = ?2")?
        .query_row((oid, dedup), |row| Ok((row.get(0)?, Uuid::from_bytes(row.get(1)?), row.get(2)?)))
        .optional()
}

fn is_full(conn: &Connection, oid: i64) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) >= ?2 FROM (SELECT 1 FROM sighting WHERE oid = ?1 LIMIT ?2)";
    conn.prepare_cached(sql)?.query_row((oid, SIGHTINGS_OF_ONE_MAX), |row| row.get(0))
}

fn is_held(conn: &Connection, oid: i64) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT state = 1 FROM object WHERE oid = ?1")?.query_row([oid], |row| row.get(0))
}

fn enter(
    conn: &Connection,
    oid: i64,
    new: &NewMatches,
    dedup: &[u8; 16],
    first: &Match,
    uuid: Uuid,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let sid = conn
        .prepare_cached(
            "INSERT INTO sighting (uuid, oid, dedup, state, list, score, first_seen, last_seen, first_at, last_at, count, entered, changed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?11)",
        )?
        .insert((
            uuid.as_bytes(),
            oid,
            dedup,
            new.state.number(),
            &new.list,
            new.score,
            first.first.to_string(),
            first.last.to_string(),
            first.first.unix_seconds(),
            first.last.unix_seconds(),
            now.to_string(),
        ))?;
    let mut insert = conn.prepare_cached("INSERT INTO sighting_value (sid, n, path, value) VALUES (?1, ?2, ?3, ?4)")?;
    let values = if *dedup == MANY_VALUES { &[] } else { new.values.as_slice() };
    for (n, matched) in values.iter().enumerate() {
        insert.execute((sid, n as i64, &matched.path, &matched.value))?;
    }
    Ok(sid)
}

/// Counts one match; false where it was counted before.
fn count(conn: &Connection, sid: i64, one: &Match, now: Timestamp) -> Result<bool, StoreError> {
    let number: i64 = conn
        .prepare_cached("SELECT coalesce(max(match), 0) + 1 FROM sighting_counted WHERE sid = ?1")?
        .query_row([sid], |row| row.get(0))?;
    let entered = conn
        .prepare_cached("INSERT OR IGNORE INTO sighting_counted (sid, digest, match) VALUES (?1, ?2, ?3)")?
        .execute((sid, one.digest, number))?;
    if entered == 0 {
        return Ok(false);
    }
    let times = i64::try_from(one.count).unwrap_or(i64::MAX);
    conn.prepare_cached(
        "UPDATE sighting SET count = min(count + ?2, 9000000000000000000), changed = ?3,
             first_seen = CASE WHEN ?5 < first_at THEN ?4 ELSE first_seen END, first_at = min(first_at, ?5),
             last_seen = CASE WHEN ?7 > last_at THEN ?6 ELSE last_seen END, last_at = max(last_at, ?7) WHERE sid = ?1",
    )?
    .execute((
        sid,
        times.min(1 << 60),
        now.to_string(),
        one.first.to_string(),
        one.first.unix_seconds(),
        one.last.to_string(),
        one.last.unix_seconds(),
    ))?;
    conn.prepare_cached(
        "INSERT INTO sighting_day (sid, day, count) VALUES (?1, ?2, ?3)
         ON CONFLICT (sid, day) DO UPDATE SET count = min(count + excluded.count, 9000000000000000000)",
    )?
    .execute((sid, one.last.unix_seconds().div_euclid(DAY_SECONDS) * DAY_SECONDS, times.min(1 << 60)))?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO sighting_evidence (sid, match, n, source, line, evidence) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (n, part) in one.evidence.iter().enumerate() {
        let line = i64::try_from(part.line).unwrap_or(i64::MAX);
        insert.execute((sid, number, n as i64, &part.source, line, &part.evidence))?;
    }
    Ok(true)
}

/// Lets go of what is beyond the bounds: evidence between the first and the newest, digests of old matches.
fn trim(conn: &Connection, sid: i64) -> Result<(), StoreError> {
    conn.prepare_cached(
        "DELETE FROM sighting_evidence WHERE sid = ?1 AND match > ?2
         AND match <= (SELECT max(match) FROM sighting_evidence WHERE sid = ?1) - ?2",
    )?
    .execute((sid, EVIDENCE_KEPT))?;
    conn.prepare_cached(
        "DELETE FROM sighting_counted WHERE sid = ?1
         AND match <= (SELECT max(match) FROM sighting_counted WHERE sid = ?1) - ?2",
    )?
    .execute((sid, COUNTED_KEPT))?;
    Ok(())
}
