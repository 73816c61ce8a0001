//! What an operator must know of a database: whether its pages are whole, its versions, how far full text is behind.
//!
//! Guarantees: reads only, beside a process that writes; needs no key, so a vault can be looked at without opening a record.
//! Does not know: what is good or bad.

use crate::error::StoreError;
use crate::open::{self, Mode, OpenError};
use crate::schema;
use crate::view::View;
use rusqlite::Connection;
use std::path::Path;

/// The state of a database file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// What SQLite's quick check says; `ok` where the pages are whole.
    pub quick_check: String,
    /// Every section of tables with its version.
    pub sections: Vec<(String, i64)>,
}

fn look(conn: &Connection) -> Result<Health, rusqlite::Error> {
    let quick_check = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    let mut query = conn.prepare("SELECT name, version FROM schema_section ORDER BY name")?;
    let sections = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(Health { quick_check, sections })
}

impl View<'_> {
    /// Looks at the database file that this view reads; takes as long as reading all of it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn health(&self) -> Result<Health, StoreError> {
        Ok(look(self.conn)?)
    }
}

/// Looks at the vault's file, without its key and so without any record.
///
/// # Errors
/// [`OpenError`]: unsafe modes, a newer schema, a failing disk.
pub fn vault_health(path: &Path) -> Result<Health, OpenError> {
    let conn = open::open(path, Mode::ReadOnly, schema::VAULT)?;
    look(&conn).map_err(OpenError::sql(path))
}
