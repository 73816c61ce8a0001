//! Where the chains end, and what their anchor said before the last step, as rows.
//!
//! Does not know: where the anchor is, what follows where it does not fit.

use super::{Desk, DeskError, digest};
use crate::schema::Section;
use comity_vocab::Digest;
use rusqlite::OptionalExtension;

/// The table of the anchor as a section of `holdings.db`. An older program, which would not write the anchor, refuses the database.
pub(crate) const SECTION: Section = Section { name: "anchor", version: 1, sql: include_str!("anchor.sql") };

impl Desk<'_> {
    /// Reads what the anchor said before the last step; none where nothing was ever anchored.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn anchor_before(&self) -> Result<Option<String>, DeskError> {
        let mut query = self.connection.prepare_cached("SELECT before FROM anchor_step")?;
        Ok(query.query_row([], |row| row.get(0)).optional()?)
    }

    /// Keeps what the anchor says before this step.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn set_anchor_before(&self, text: &str) -> Result<(), DeskError> {
        self.connection
            .prepare_cached(
                "INSERT INTO anchor_step (row, before) VALUES (1, $1) ON CONFLICT (row) DO UPDATE SET before = excluded.before",
            )?
            .execute([text])?;
        Ok(())
    }

    /// Reads the audit chain's digest after the entry at this position; none where there is no such entry.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn audit_chain_at(&self, seq: u64) -> Result<Option<Digest>, DeskError> {
        let mut query = self.connection.prepare_cached("SELECT chain FROM audit WHERE seq = $1")?;
        let chain: Option<Vec<u8>> = query.query_row([seq as i64], |row| row.get(0)).optional()?;
        chain.map(|chain| digest(chain, "audit entry")).transpose()
    }

    /// Reads the registry's act at this position, or the last one; none where there is no such act.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn registry_act_at(&self, seq: Option<u64>) -> Result<Option<(u64, Vec<u8>)>, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT seq, bytes FROM registry_act WHERE $1 IS NULL OR seq = $1 ORDER BY seq DESC LIMIT 1",
        )?;
        let found = query.query_row([seq.map(|seq| seq as i64)], |row| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?)));
        Ok(found.optional()?)
    }
}
