//! The audit log's rows.

use super::{Desk, DeskError, digest};
use comity_vocab::Digest;
use rusqlite::{OptionalExtension, params};

/// One entry as stored.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// Position, from 0.
    pub seq: u64,
    /// Exact bytes of the entry.
    pub bytes: Vec<u8>,
    /// The chain up to and including this entry.
    pub chain: Digest,
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, Vec<u8>, Vec<u8>)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn audit_row((seq, bytes, chain): (i64, Vec<u8>, Vec<u8>)) -> Result<AuditRow, DeskError> {
    Ok(AuditRow { seq: seq as u64, bytes, chain: digest(chain, "audit entry")? })
}

impl Desk<'_> {
    /// Reads the newest entry.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn audit_head(&self) -> Result<Option<AuditRow>, DeskError> {
        let mut query =
            self.connection.prepare_cached("SELECT seq, bytes, chain FROM audit ORDER BY seq DESC LIMIT 1")?;
        query.query_row([], row).optional()?.map(audit_row).transpose()
    }

    /// Appends an entry.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn append_audit(&self, entry: &AuditRow) -> Result<(), DeskError> {
        let mut insert = self.connection.prepare_cached("INSERT INTO audit (seq, bytes, chain) VALUES ($1, $2, $3)")?;
        insert.execute(params![entry.seq as i64, entry.bytes, &entry.chain.0[..]])?;
        Ok(())
    }

    /// Reads entries from a position on, oldest first.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn audit_from(&self, seq: u64, limit: usize) -> Result<Vec<AuditRow>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT seq, bytes, chain FROM audit WHERE seq >= $1 ORDER BY seq LIMIT $2")?;
        let rows = query.query_map(params![seq as i64, limit as i64], row)?;
        rows.map(|r| audit_row(r?)).collect()
    }
}
