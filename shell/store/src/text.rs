//! The full-text index: follows the objects, and says how far behind it is.
//!
//! Guarantees: versions enter it in the order they came, so one number says what it covers. Does not know: how text is folded
//! (that is `comity_stix::search_text`; the same bytes must give the same text, or removal would leave words behind).

use crate::error::StoreError;
use crate::holdings::Holdings;
use crate::view::{View, unsigned};
use rusqlite::Connection;

/// The first version that full text may not cover yet because its import runs.
const HORIZON: &str = "coalesce((SELECT min(first_vid) FROM import WHERE state = 0), 9223372036854775807)";

impl View<'_> {
    /// Returns how many visible versions full text does not cover yet.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn text_behind(&self) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT count(*) FROM version WHERE vid > (SELECT indexed_vid FROM text_state) AND vid < {HORIZON}"
        );
        Ok(self.conn.prepare_cached(&sql)?.query_row([], |row| row.get(0)).map(unsigned)?)
    }
}

impl Holdings {
    /// Takes up to `max` versions into the full-text index, in one transaction, and returns how many remain.
    ///
    /// # Errors
    /// [`StoreError::Database`]; nothing was taken then.
    pub fn index_pending(&mut self, max: usize) -> Result<u64, StoreError> {
        let tx = self.transaction()?;
        take(tx.sql(), max)?;
        tx.commit()?;
        self.view().text_behind()
    }
}

fn take(conn: &Connection, max: usize) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT vid, bytes FROM version WHERE vid > (SELECT indexed_vid FROM text_state) AND vid < {HORIZON} ORDER BY vid LIMIT ?1"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let mut insert = conn.prepare_cached("INSERT INTO version_text (rowid, body) VALUES (?1, ?2)")?;
    let mut rows = select.query([i64::try_from(max).unwrap_or(i64::MAX)])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        let vid: i64 = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob().map_err(|_| StoreError::Damaged { what: "version", row: vid })?;
        insert.execute((vid, comity_stix::search_text(bytes)))?;
        last = Some(vid);
    }
    if let Some(last) = last {
        conn.execute("UPDATE text_state SET indexed_vid = ?1", [last])?;
    }
    Ok(())
}

/// Takes one version out of the index, words and all. The bytes must still be those that were indexed.
pub(crate) fn remove(conn: &Connection, vid: i64, bytes: &[u8]) -> rusqlite::Result<()> {
    let indexed: i64 = conn.prepare_cached("SELECT indexed_vid FROM text_state")?.query_row([], |row| row.get(0))?;
    if vid <= indexed {
        conn.prepare_cached("INSERT INTO version_text (version_text, rowid, body) VALUES ('delete', ?1, ?2)")?
            .execute((vid, comity_stix::search_text(bytes)))?;
    }
    Ok(())
}

/// Lowers the mark to what is held: row numbers at the end are given out again, and would else count as covered.
pub(crate) fn lower_mark(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute(
        "UPDATE text_state SET indexed_vid = min(indexed_vid, coalesce((SELECT max(vid) FROM version), 0))",
        [],
    )?;
    Ok(())
}
