//! How far the corpus goes that a leak check compares with.
//!
//! Guarantees: everything that brings something in makes the number greater: both of its parts only grow (imports are numbered, and rows of
//! documents that arrived are never taken away). Does not know: what is compared.

use crate::error::StoreError;
use crate::view::{View, unsigned};

impl View<'_> {
    /// Returns a number that grows with every act that brought something in to compare with: an import, something written, objects or a
    /// document received.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn corpus_act(&self) -> Result<u64, StoreError> {
        let sql = "SELECT (SELECT coalesce(max(iid), 0) FROM import WHERE state = 1) + (SELECT count(*) FROM received_document)";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).map(unsigned)?)
    }
}
