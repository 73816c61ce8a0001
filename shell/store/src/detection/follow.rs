//! How a follower learns which indicators are held now and which changed, without writing.
//!
//! Guarantees: what was seen up to a mark need not be looked at again; an indicator that changed in whatever way (a new version, an
//! erasure, another current version) is named after the mark. Versions of an unfinished import are not seen. Numbers of erased versions
//! are given out again; what comes under one is seen all the same.

use crate::error::StoreError;
use crate::intern::{self, Words};
use crate::record::flag;
use crate::view::{VISIBLE, View};
use rusqlite::{Connection, OptionalExtension, Row};

const HORIZON: &str = "coalesce((SELECT min(first_vid) FROM import WHERE state = 0), 9223372036854775807)";
const INDICATOR: &str = "indicator";

/// Up to where a follower has looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    vid: i64,
    change: i64,
}

/// The current version of an indicator.
#[derive(Clone, Debug)]
pub struct IndicatorRow {
    /// The object's number, which it keeps.
    pub oid: i64,
    /// Its exact bytes.
    pub bytes: Vec<u8>,
    /// Whether it says that it is revoked.
    pub revoked: bool,
    /// SHA-256 of the text of the pattern that an officer accepted, if one did.
    pub accepted: Option<[u8; 32]>,
}

impl IndicatorRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            oid: row.get(0)?,
            bytes: row.get(2)?,
            revoked: row.get::<_, i64>(1)? & flag::REVOKED != 0,
            accepted: row.get(3)?,
        })
    }
}

impl View<'_> {
    /// Returns the mark of now.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn followed(&self) -> Result<Followed, StoreError> {
        let sql = format!(
            "SELECT (SELECT coalesce(max(vid), 0) FROM version WHERE vid < {HORIZON}), (SELECT coalesce(max(seq), 0) FROM current_change)"
        );
        let (vid, change) = self.conn.prepare_cached(&sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Followed { vid, change })
    }

    /// Visits every indicator in its current version, in no order.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn each_indicator(&self, visit: &mut dyn FnMut(IndicatorRow)) -> Result<(), StoreError> {
        let Some(tid) = intern::find(self.conn, Words::Type, INDICATOR)? else { return Ok(()) };
        let sql = format!(
            "SELECT o.oid, v.flags, v.bytes, a.pattern FROM version v JOIN object o ON o.oid = v.oid AND o.current = v.vid
             LEFT JOIN accepted_indicator a ON a.oid = o.oid
             WHERE v.tid = ?1 AND o.state = 1 AND {VISIBLE}"
        );
        let mut query = self.conn.prepare_cached(&sql)?;
        let mut rows = query.query([tid])?;
        while let Some(row) = rows.next()? {
            visit(IndicatorRow::read(row)?);
        }
        Ok(())
    }

    /// Visits every indicator of which the current version came after a mark, in the order in which they came. Between
    /// the mark and now nothing may have been erased: numbers of erased versions are given out again.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn each_new_indicator(&self, since: Followed, visit: &mut dyn FnMut(IndicatorRow)) -> Result<(), StoreError> {
        let Some(tid) = intern::find(self.conn, Words::Type, INDICATOR)? else { return Ok(()) };
        let sql = format!(
            "SELECT o.oid, v.flags, v.bytes, a.pattern FROM version v JOIN object o ON o.oid = v.oid AND o.current = v.vid
             LEFT JOIN accepted_indicator a ON a.oid = o.oid
             WHERE v.vid > ?1 AND +v.tid = ?2 AND o.state = 1 AND {VISIBLE} ORDER BY v.vid"
        );
        let mut query = self.conn.prepare_cached(&sql)?;
        let mut rows = query.query((since.vid, tid))?;
        while let Some(row) = rows.next()? {
            visit(IndicatorRow::read(row)?);
        }
        Ok(())
    }

    /// Returns the numbers of the objects that may have changed since a mark, each once, and the new mark.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn changed_indicators(&self, since: Followed) -> Result<(Vec<i64>, Followed), StoreError> {
        let now = self.followed()?;
        let tid = intern::find(self.conn, Words::Type, INDICATOR)?.unwrap_or(-1);
        let lowered = "SELECT coalesce(min(-1 - oid), ?3) FROM current_change WHERE seq > ?1 AND seq <= ?2 AND oid < 0";
        let lowest: i64 =
            self.conn.prepare_cached(lowered)?.query_row((since.change, now.change, since.vid), |row| row.get(0))?;
        // The plus keeps SQLite from the index of types, which would walk over every indicator that is held.
        let mut query = self.conn.prepare_cached(
            "SELECT oid FROM version WHERE vid > ?1 AND vid <= ?2 AND +tid = ?5
             UNION SELECT oid FROM current_change WHERE seq > ?3 AND seq <= ?4 AND oid >= 0",
        )?;
        let from = since.vid.min(lowest);
        let rows = query.query_map((from, now.vid, since.change, now.change, tid), |row| row.get(0))?;
        Ok((rows.collect::<Result<_, _>>()?, now))
    }

    /// Returns an indicator in its current version; `None` where it is none, or is not held any more.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn indicator(&self, oid: i64) -> Result<Option<IndicatorRow>, StoreError> {
        let Some(tid) = intern::find(self.conn, Words::Type, INDICATOR)? else { return Ok(None) };
        let sql = format!(
            "SELECT o.oid, v.flags, v.bytes, a.pattern FROM object o JOIN version v ON v.vid = o.current
             LEFT JOIN accepted_indicator a ON a.oid = o.oid
             WHERE o.oid = ?1 AND o.state = 1 AND v.tid = ?2 AND {VISIBLE}"
        );
        Ok(self.conn.prepare_cached(&sql)?.query_row((oid, tid), IndicatorRow::read).optional()?)
    }
}

/// Notes that the current version of an object may be another one now.
pub(crate) fn note_change(conn: &Connection, oid: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO current_change (oid) VALUES (?1)")?.execute([oid])?;
    Ok(())
}

/// Notes what the highest number of a version is after some were taken away: those above it will be given out again.
pub(crate) fn note_lowered(conn: &Connection) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO current_change (oid) SELECT -1 - coalesce(max(vid), 0) FROM version")?
        .execute([])?;
    Ok(())
}

/// Forgets the changes before this start: no follower is older than the process that writes.
pub(crate) fn trim_changes(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("DELETE FROM current_change", [])?;
    Ok(())
}
