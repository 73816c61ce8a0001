//! Writing what matched.

use super::list::{Matched, SightingState};
use crate::error::StoreError;
use crate::holdings::Tx;
use crate::remove;
use comity_vocab::{Digest, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Pieces of evidence kept from the beginning of a sighting, and as many of the newest.
const EVIDENCE_KEPT: i64 = 10;
/// Matches that are remembered so that they are not counted again.
const COUNTED_KEPT: i64 = 10_000;
/// The highest count of a sighting; what is beyond stays at it. Sums over millions of them still fit.
pub(super) const COUNT_MAX: i64 = 1_000_000_000_000;
pub(super) const DAY_SECONDS: i64 = 86_400;
/// Sightings of one indicator; what has further values is counted in one of its own.
const SIGHTINGS_OF_ONE_MAX: i64 = 10_000;

/// Stands for too many different values to keep each.
pub const MANY_VALUES: [u8; 16] = [0; 16];

/// Returns what stands for a set of values: the same for the same values in the same places, however they are written and in whichever
/// order.
pub fn stand_in(values: &[Matched]) -> [u8; 16] {
    let normal = |one: &Matched| (one.path.clone(), comity_pattern::normal(&one.path, &one.value));
    let normal: BTreeSet<(String, String)> = values.iter().map(normal).collect();
    stand_in_of(normal.iter().map(|(path, value)| (path.as_str(), value.as_str())))
}

/// Returns what stood for a set of values while spellings counted: sightings of that time keep it.
pub(super) fn stand_in_as_written(values: &[Matched]) -> [u8; 16] {
    stand_in_of(values.iter().map(|one| (one.path.as_str(), one.value.as_str())))
}

fn stand_in_of<'v>(values: impl Iterator<Item = (&'v str, &'v str)>) -> [u8; 16] {
    let mut text = String::new();
    for (path, value) in values {
        // The lengths tell where one ends, whatever they hold.
        text.push_str(&format!("{}:{path}{}:{value}", path.len(), value.len()));
    }
    let digest = comity_crypto::sha256(&[text.as_bytes()]);
    let mut short = [0; 16];
    short.iter_mut().zip(digest.as_bytes()).for_each(|(slot, byte)| *slot = *byte);
    short
}

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

/// One match, a binding of observations; or many that are counted together.
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
    /// How many matches it stands for.
    pub matches: u64,
    /// The observations.
    pub evidence: Vec<MatchEvidence>,
}

/// What an indicator matched by one set of values.
#[derive(Clone, Debug)]
pub struct NewMatches {
    /// The indicator's identifier.
    pub indicator: String,
    /// SHA-256 of the version that matched: where it is not the current one any more, nothing is recorded.
    pub version: Digest,
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
    /// Records matches; `uuid` is the identifier of the sighting where it is new. `None` where the indicator does not stand as it matched any more.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn record_matches(&self, new: &NewMatches, uuid: Uuid, now: Timestamp) -> Result<Option<Recorded>, StoreError> {
        let conn = self.sql();
        let Some(oid) = remove::find_object(conn, &new.indicator)? else { return Ok(None) };
        if !is_current(conn, oid, &new.version)? {
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
        let counted = count_all(conn, sid, &new.matches, now)?;
        if counted > 0 {
            trim(conn, sid)?;
        }
        let was = found.map_or(new.state, |(_, _, state)| SightingState::of(state));
        let state = if new.state.outranks(was) { new.state } else { was };
        // What is told of it is how it stood last.
        if state == new.state && (counted > 0 || state != was) {
            conn.prepare_cached("UPDATE sighting SET state = ?2, list = ?3, score = ?4, changed = ?5 WHERE sid = ?1")?
                .execute((sid, state.number(), &new.list, new.score, now.to_string()))?;
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

/// Whether an indicator still stands as it matched: it may have been recalled or changed while lines were matched.
fn is_current(conn: &Connection, oid: i64, version: &Digest) -> rusqlite::Result<bool> {
    let sql = "SELECT v.digest = ?2 FROM object o JOIN version v ON v.vid = o.current WHERE o.oid = ?1 AND o.state = 1";
    Ok(conn.prepare_cached(sql)?.query_row((oid, version.as_bytes()), |row| row.get(0)).optional()?.unwrap_or_default())
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

/// Counts the matches that were not counted before; returns how many those were.
fn count_all(conn: &Connection, sid: i64, matches: &[Match], now: Timestamp) -> rusqlite::Result<u64> {
    let mut number: i64 = conn
        .prepare_cached("SELECT coalesce(max(match), 0) FROM sighting_counted WHERE sid = ?1")?
        .query_row([sid], |row| row.get(0))?;
    let mut remember =
        conn.prepare_cached("INSERT OR IGNORE INTO sighting_counted (sid, digest, match) VALUES (?1, ?2, ?3)")?;
    let mut keep = conn.prepare_cached(
        "INSERT INTO sighting_evidence (sid, match, n, source, line, evidence) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut days: BTreeMap<i64, i64> = BTreeMap::new();
    let mut span: Option<(Timestamp, Timestamp)> = None;
    let (mut counted, mut times) = (0_u64, 0_i64);
    for one in matches {
        if remember.execute((sid, one.digest, number + 1))? == 0 {
            continue;
        }
        number += 1;
        counted += one.matches;
        let often = i64::try_from(one.count).unwrap_or(COUNT_MAX).min(COUNT_MAX);
        times = (times + often).min(COUNT_MAX);
        let day = days.entry(one.last.unix_seconds().div_euclid(DAY_SECONDS) * DAY_SECONDS).or_default();
        *day = (*day + often).min(COUNT_MAX);
        span = Some(span.map_or((one.first, one.last), |(first, last)| (first.min(one.first), last.max(one.last))));
        for (n, part) in one.evidence.iter().enumerate() {
            let line = i64::try_from(part.line).unwrap_or(i64::MAX);
            keep.execute((sid, number, n as i64, &part.source, line, &part.evidence))?;
        }
    }
    let Some((first, last)) = span else { return Ok(0) };
    conn.prepare_cached(
        "UPDATE sighting SET count = min(count + ?2, ?8), changed = ?3,
             first_seen = CASE WHEN ?5 < first_at THEN ?4 ELSE first_seen END, first_at = min(first_at, ?5),
             last_seen = CASE WHEN ?7 > last_at THEN ?6 ELSE last_seen END, last_at = max(last_at, ?7) WHERE sid = ?1",
    )?
    .execute((
        sid,
        times,
        now.to_string(),
        first.to_string(),
        first.unix_seconds(),
        last.to_string(),
        last.unix_seconds(),
        COUNT_MAX,
    ))?;
    let mut by_day = conn.prepare_cached(
        "INSERT INTO sighting_day (sid, day, count) VALUES (?1, ?2, ?3) ON CONFLICT (sid, day)
         DO UPDATE SET count = min(count + excluded.count, ?4)",
    )?;
    for (day, often) in days {
        by_day.execute((sid, day, often, COUNT_MAX))?;
    }
    Ok(counted)
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
