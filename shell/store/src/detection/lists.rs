//! Warning lists as they were given.

use crate::error::StoreError;
use crate::holdings::Tx;
use crate::view::View;
use comity_vocab::{OfficerCode, Timestamp};

/// A warning list as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarningListRow {
    /// Its name.
    pub name: String,
    /// Its text, as it came.
    pub text: Vec<u8>,
    /// When it was added, or came again.
    pub added: String,
    /// Who added it, where an officer did.
    pub officer: Option<String>,
}

impl View<'_> {
    /// Returns every warning list, by name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn warning_lists(&self) -> Result<Vec<WarningListRow>, StoreError> {
        let mut query =
            self.conn.prepare_cached("SELECT name, text, added, officer FROM warning_list ORDER BY name")?;
        let rows = query.query_map([], |row| {
            Ok(WarningListRow { name: row.get(0)?, text: row.get(1)?, added: row.get(2)?, officer: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Puts a warning list in the place of the one of its name, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn put_warning_list(
        &self,
        name: &str,
        text: &[u8],
        officer: Option<&OfficerCode>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.sql()
            .prepare_cached("INSERT OR REPLACE INTO warning_list (name, text, added, officer) VALUES (?1, ?2, ?3, ?4)")?
            .execute((name, text, now.to_string(), officer.map(OfficerCode::as_str)))?;
        Ok(())
    }

    /// Takes a warning list away; false where there is none of this name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn remove_warning_list(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.sql().prepare_cached("DELETE FROM warning_list WHERE name = ?1")?.execute([name])? > 0)
    }
}
