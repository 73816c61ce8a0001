//! What the vault must be, as rows: a tag that says nothing without the vault's key.

use super::{Desk, DeskError, digest};
use crate::schema::Section;
use crate::vault::Commitment;
use comity_vocab::Digest;
use rusqlite::OptionalExtension as _;

/// The table as a section of `holdings.db`.
pub(crate) const SECTION: Section =
    Section { name: "vault_commitment", version: 1, sql: include_str!("commitment.sql") };

impl Desk<'_> {
    /// Reads what was committed to; none where nothing was.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn vault_commitment(&self) -> Result<Option<Commitment>, DeskError> {
        let mut query = self.connection.prepare_cached("SELECT settled, pending FROM vault_commitment")?;
        let row: Option<(Vec<u8>, Option<Vec<u8>>)> =
            query.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((settled, pending)) = row else { return Ok(None) };
        let tag = |bytes| digest(bytes, "commitment to the vault");
        Ok(Some(Commitment { settled: tag(settled)?, pending: pending.map(tag).transpose()? }))
    }

    /// Notes what the vault will be after the act that comes next. To be written in the transaction of the act's audit entry.
    ///
    /// # Errors
    /// [`DeskError::Sql`]; [`DeskError::Damaged`] where nothing was committed to before.
    pub fn pend_vault(&self, after: &Digest) -> Result<(), DeskError> {
        let changed = self.connection.execute("UPDATE vault_commitment SET pending = ?1", [after.as_bytes()])?;
        if changed == 1 { Ok(()) } else { Err(DeskError::Damaged { what: "commitment to the vault" }) }
    }

    /// Notes what the vault is; no act is under way any more.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn settle_vault(&self, now: &Digest) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO vault_commitment (one, settled) VALUES (1, ?1)
             ON CONFLICT (one) DO UPDATE SET settled = excluded.settled, pending = NULL",
            [now.as_bytes()],
        )?;
        Ok(())
    }
}
