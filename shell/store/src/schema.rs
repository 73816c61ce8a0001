//! Which tables exist, in sections with a version each.
//!
//! Guarantees: a database made by a newer program is refused, not misread; a missing section is created in one
//! transaction. Does not know: what is in the tables.

use rusqlite::{Connection, OptionalExtension};

/// One set of tables that is created and versioned together.
pub(crate) struct Section {
    /// Its name in `schema_section`.
    pub name: &'static str,
    /// The version this program writes.
    pub version: i64,
    /// The statements that create it.
    pub sql: &'static str,
}

/// The sections of `holdings.db`.
pub(crate) const HOLDINGS: &[Section] = &[
    Section { name: "objects", version: 1, sql: include_str!("schema/objects.sql") },
    crate::desk::SECTION,
    crate::desk::ACCESS_SECTION,
    crate::desk::GENERATION_SECTION,
    crate::taxii::SECTION,
    crate::workbench::SECTION,
    crate::correlation::SECTION,
    crate::detection::SECTION,
];

/// The sections of `vault.db`.
pub(crate) const VAULT: &[Section] = &[Section { name: "vault", version: 1, sql: include_str!("schema/vault.sql") }];

/// Why a schema was not accepted.
pub(crate) enum SchemaFault {
    /// The database has a section or version this program does not know.
    Newer { section: String, found: i64, known: i64 },
    /// A section is missing and the database is open for reading only.
    Missing { section: &'static str },
    /// SQLite failed.
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for SchemaFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

/// Checks every section and, where writing is allowed, creates those that are missing.
pub(crate) fn establish(conn: &Connection, sections: &[Section], may_write: bool) -> Result<(), SchemaFault> {
    let exists: bool =
        conn.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_section'", [], |row| row.get(0))?;
    if exists {
        refuse_newer(conn, sections)?;
    }
    if may_write {
        conn.execute_batch("BEGIN IMMEDIATE")?;
        let made = create_missing(conn, sections);
        conn.execute_batch(if made.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        return made;
    }
    for section in sections {
        if !exists || found(conn, section.name)?.is_none() {
            return Err(SchemaFault::Missing { section: section.name });
        }
    }
    Ok(())
}

fn found(conn: &Connection, name: &str) -> Result<Option<i64>, rusqlite::Error> {
    conn.query_row("SELECT version FROM schema_section WHERE name = ?1", [name], |row| row.get(0)).optional()
}

fn refuse_newer(conn: &Connection, sections: &[Section]) -> Result<(), SchemaFault> {
    let mut statement = conn.prepare("SELECT name, version FROM schema_section")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (name, version): (String, i64) = (row.get(0)?, row.get(1)?);
        let known = sections.iter().find(|s| s.name == name).map_or(0, |s| s.version);
        if version > known {
            return Err(SchemaFault::Newer { section: name, found: version, known });
        }
    }
    Ok(())
}

fn create_missing(conn: &Connection, sections: &[Section]) -> Result<(), SchemaFault> {
    conn.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_section (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    )?;
    for section in sections {
        if found(conn, section.name)?.is_none() {
            conn.execute_batch(section.sql)?;
            conn.execute(
                "INSERT INTO schema_section (name, version) VALUES (?1, ?2)",
                (section.name, section.version),
            )?;
        }
    }
    Ok(())
}
