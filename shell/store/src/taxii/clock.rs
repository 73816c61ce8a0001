//! Sequence and time of additions, from one row per import.
//!
//! INVARIANT: runs do not overlap, neither in sequence nor in time, and both rise together (`verify` looks).

use crate::error::StoreError;
use crate::intern::{self, Words};
use crate::origin::Origin;
use crate::verify::{VerifyError, bad};
use crate::view::View;
use comity_vocab::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Returns microseconds since 1970.
pub(crate) fn micros(at: Timestamp) -> i64 {
    // The last four bytes of the sort key are the nanoseconds, a second and more of them where it is a leap second.
    let [_, _, _, _, _, _, _, _, a, b, c, d] = at.sort_key();
    let nanos = i64::from(u32::from_be_bytes([a, b, c, d]).min(999_999_999));
    at.unix_seconds().saturating_mul(MICROS_PER_SECOND).saturating_add(nanos / 1000)
}

fn instant(micros: i64) -> Timestamp {
    let nanos = micros.rem_euclid(MICROS_PER_SECOND) * 1000;
    Timestamp::from_unix(micros.div_euclid(MICROS_PER_SECOND), u32::try_from(nanos).unwrap_or_default())
}

/// Returns the number the next version gets: above all that are held and all that were ever visible.
pub(crate) fn next_vid(conn: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT 1 + max(coalesce((SELECT max(vid) FROM version), 0),
                              coalesce((SELECT last_vid FROM addition_run ORDER BY first_vid DESC LIMIT 1), 0))";
    conn.prepare_cached(sql)?.query_row([], |row| row.get(0))
}

/// Enters what a finished import added, if it added anything; `now` in microseconds.
///
/// A clock that stands or goes back does not matter: a run begins after the one before has ended.
pub(crate) fn add_run(conn: &Connection, iid: i64, now: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO addition_run (first_vid, last_vid, at)
               SELECT i.first_vid, i.last_vid,
                      max(?2, coalesce((SELECT at + last_vid - first_vid + 1 FROM addition_run ORDER BY first_vid DESC LIMIT 1), ?2))
               FROM import i WHERE i.iid = ?1 AND i.last_vid >= i.first_vid";
    conn.prepare_cached(sql)?.execute((iid, now))?;
    Ok(())
}

/// One run: first and last sequence, and the time of the first, in microseconds.
type Run = (i64, i64, i64);

impl View<'_> {
    /// Returns the sequence of the newest addition, 0 where there is none.
    pub(crate) fn newest_addition(&self) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce((SELECT last_vid FROM addition_run ORDER BY first_vid DESC LIMIT 1), 0)";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Returns when an addition was made.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where no run covers it; a failing database.
    pub fn date_added(&self, sequence: i64) -> Result<Timestamp, StoreError> {
        let sql =
            "SELECT first_vid, last_vid, at FROM addition_run WHERE first_vid <= ?1 ORDER BY first_vid DESC LIMIT 1";
        let (first, last, at) = self.run(sql, sequence)?.unwrap_or((0, 0, 0));
        if !(first..=last).contains(&sequence) {
            return Err(StoreError::Damaged { what: "addition", row: sequence });
        }
        Ok(instant(at.saturating_add(sequence - first)))
    }

    /// Returns the last sequence that was added at this time or before, 0 where there was none.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn added_until(&self, time: Timestamp) -> Result<i64, StoreError> {
        let time = micros(time);
        let sql = "SELECT first_vid, last_vid, at FROM addition_run WHERE at <= ?1 ORDER BY at DESC LIMIT 1";
        let run = self.run(sql, time)?;
        Ok(run.map_or(0, |(first, last, at)| first.saturating_add(time.saturating_sub(at)).min(last)))
    }

    /// Returns the origins of what is held, each once, by name.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where a stored origin is none; a failing database.
    pub fn addition_origins(&self) -> Result<Vec<Origin>, StoreError> {
        let sql = "SELECT nid, name FROM origin n
                   WHERE EXISTS (SELECT 1 FROM object o WHERE o.nid = n.nid AND o.current <= ?1) ORDER BY name";
        let newest = self.newest_addition()?;
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([newest], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (nid, name): (i64, String) = row?;
            name.parse().map_err(|_| StoreError::Damaged { what: "origin", row: nid })
        })
        .collect()
    }

    /// Returns the random identifier of this node's holdings, from which those of its collections are derived.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn addition_node(&self) -> Result<Uuid, StoreError> {
        let sql = "SELECT uuid FROM addition_node";
        let bytes: [u8; 16] = self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(Uuid::from_bytes(bytes))
    }

    /// Returns the number of an origin; an unknown one gets a number that nothing has.
    pub(crate) fn origin_number(&self, origin: &Origin) -> Result<i64, StoreError> {
        Ok(intern::find(self.conn, Words::Origin, &origin.to_string())?.unwrap_or(-1))
    }

    fn run(&self, sql: &str, value: i64) -> Result<Option<Run>, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row([value], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?)
    }
}

/// Checks that runs rise in sequence and time, do not overlap, and cover every version that is visible.
pub(crate) fn verify(view: &View<'_>) -> Result<(), VerifyError> {
    let mut statement = view.conn.prepare("SELECT first_vid, last_vid, at FROM addition_run ORDER BY first_vid")?;
    let mut rows = statement.query([])?;
    let (mut next_vid, mut next_at) = (0, i64::MIN);
    while let Some(row) = rows.next()? {
        let (first, last, at): Run = (row.get(0)?, row.get(1)?, row.get(2)?);
        if first < next_vid || last < first || at < next_at {
            return Err(bad("addition", first, "does not come after the additions before it"));
        }
        (next_vid, next_at) = (last + 1, at.saturating_add(last - first + 1));
    }
    let sql = "SELECT v.vid FROM version v JOIN import i USING (iid) WHERE i.state = 1
               AND NOT EXISTS (SELECT 1 FROM addition_run r WHERE v.vid BETWEEN r.first_vid AND r.last_vid) LIMIT 1";
    let uncovered: Option<i64> = view.conn.query_row(sql, [], |row| row.get(0)).optional()?;
    if let Some(vid) = uncovered {
        return Err(bad("version", vid, "is visible but was never added"));
    }
    let nodes: i64 =
        view.conn.query_row("SELECT count(*) FROM addition_node WHERE length(uuid) = 16", [], |row| row.get(0))?;
    if nodes == 1 { Ok(()) } else { Err(bad("identifier of collections", nodes, "is missing")) }
}
