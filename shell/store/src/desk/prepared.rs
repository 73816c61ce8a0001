//! What an officer was given to sign of a release: where audit chain and registry ended then.
//!
//! Guarantees: one row an officer and role; the newest counts. Does not know: what is signed.

use super::{Desk, DeskError};
use crate::schema::Section;
use rusqlite::{OptionalExtension, params};

/// The table as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "prepared", version: 1, sql: include_str!("prepared.sql") };

impl Desk<'_> {
    /// Keeps the ends of the chains that stand in what an officer is given to sign.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_prepared(&self, release: &str, officer: &str, role: &str, ends: &str) -> Result<(), DeskError> {
        let mut insert = self.connection.prepare_cached(
            "INSERT OR REPLACE INTO prepared_approval (release, officer, role, ends) VALUES ($1, $2, $3, $4)",
        )?;
        insert.execute(params![release, officer, role, ends])?;
        Ok(())
    }

    /// Reads the ends that stand in what an officer was given to sign.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn prepared(&self, release: &str, officer: &str, role: &str) -> Result<Option<String>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT ends FROM prepared_approval WHERE release = $1 AND officer = $2 AND role = $3")?;
        Ok(query.query_row(params![release, officer, role], |row| row.get(0)).optional()?)
    }

    /// Forgets everything that was prepared of a release: it was sent or withdrawn.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn forget_prepared(&self, release: &str) -> Result<(), DeskError> {
        self.connection.execute("DELETE FROM prepared_approval WHERE release = $1", [release])?;
        Ok(())
    }
}
