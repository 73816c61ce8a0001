//! Which tables exist, in sections with a version each.
//!
//! Guarantees: a database made by a newer program is refused, not misread; a file that lacks the first section is another file and
//! is never filled; a section that a newer program added is created in one transaction; a section that lacks one of its tables
//! is refused. Does not know: what is in the tables.

use crate::open::Mode;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;

/// One set of tables that is created and versioned together.
pub(crate) struct Section {
    /// Its name in `schema_section`.
    pub name: &'static str,
    /// The version this program writes.
    pub version: i64,
    /// The statements that create it.
    pub sql: &'static str,
}

/// The sections of `holdings.db`; the first is in every file of this kind, whatever version made it.
pub(crate) const HOLDINGS: &[Section] = &[
    Section { name: "objects", version: 1, sql: include_str!("schema/objects.sql") },
    crate::desk::SECTION,
    crate::desk::ACCESS_SECTION,
    crate::desk::GENERATION_SECTION,
    crate::desk::PREPARED_SECTION,
    crate::desk::ANCHOR_SECTION,
    crate::desk::COMMITMENT_SECTION,
    crate::desk::LINK_ACT_SECTION,
    crate::desk::LEAK_ANSWER_SECTION,
    crate::taxii::SECTION,
    crate::workbench::SECTION,
    crate::correlation::SECTION,
    crate::prints::SECTION,
    crate::detection::SECTION,
    crate::sealed::SECTION,
    crate::desk::RECALL_SECTION,
    crate::desk::DEPENDENT_SECTION,
    crate::desk::SET_ASIDE_SECTION,
    crate::reread::SECTION,
    crate::detection::CHOSEN_SECTION,
    crate::desk::DOCUMENT_SECTION,
];

/// The sections of `vault.db`.
pub(crate) const VAULT: &[Section] = &[Section { name: "vault", version: 1, sql: include_str!("schema/vault.sql") }];

/// Why a schema was not accepted.
pub(crate) enum SchemaFault {
    /// The database has a section or version this program does not know.
    Newer { section: String, found: i64, known: i64 },
    /// A section is missing and the database is open for reading only.
    Missing { section: &'static str },
    /// The first section is not there: this is another file.
    Foreign,
    /// A table or index of a section that is said to be there is not.
    Incomplete { table: String },
    /// A table or index is there that no section makes, or that another statement made.
    Other { object: String },
    /// SQLite failed.
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for SchemaFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

/// Checks every section; makes all of them in a new file, and those that a newer program added where writing is allowed.
pub(crate) fn establish(conn: &Connection, sections: &[Section], mode: Mode) -> Result<(), SchemaFault> {
    let exists: bool =
        conn.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_section'", [], |row| row.get(0))?;
    if exists {
        refuse_newer(conn, sections)?;
    }
    if mode != Mode::Create {
        let first = sections.first().map_or("", |section| section.name);
        if !exists || found(conn, first)?.is_none() {
            return Err(SchemaFault::Foreign);
        }
    }
    if mode == Mode::ReadOnly {
        for section in sections {
            if found(conn, section.name)?.is_none() {
                return Err(SchemaFault::Missing { section: section.name });
            }
        }
    } else {
        conn.execute_batch("BEGIN IMMEDIATE")?;
        let made = create_missing(conn, sections);
        conn.execute_batch(if made.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        made?;
    }
    refuse_other_objects(conn, sections)
}

/// What a file consists of, as SQLite keeps it: each table and index with the statement that made it, blanks aside.
type Objects = BTreeMap<(String, String), (String, Option<String>)>;

fn objects(conn: &Connection) -> Result<Objects, rusqlite::Error> {
    let mut statement = conn.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")?;
    let rows = statement.query_map([], |row| {
        let sql: Option<String> = row.get(3)?;
        let sql = sql.map(|sql| sql.split_whitespace().collect::<Vec<_>>().join(" "));
        Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, sql)))
    })?;
    rows.collect()
}

/// Compares what the file consists of with what its sections make. A table may be missing because somebody dropped it or put the file
/// together. An index that is too much or another one decides which rows are seen, and a constraint which are taken out.
fn refuse_other_objects(conn: &Connection, sections: &[Section]) -> Result<(), SchemaFault> {
    let fresh = Connection::open_in_memory()?;
    create_missing(&fresh, sections)?;
    let (held, made) = (objects(conn)?, objects(&fresh)?);
    if let Some((_, name)) = made.keys().find(|key| !held.contains_key(*key)) {
        return Err(SchemaFault::Incomplete { table: name.clone() });
    }
    match held.iter().find(|(key, object)| made.get(*key) != Some(*object)) {
        Some(((_, name), _)) => Err(SchemaFault::Other { object: name.clone() }),
        None => Ok(()),
    }
}

/// Tells whether the sections are exactly those, and of the versions, that this program writes.
pub(crate) fn is_current(conn: &Connection, sections: &[Section]) -> Result<bool, rusqlite::Error> {
    let mut statement = conn.prepare("SELECT name, version FROM schema_section ORDER BY name")?;
    let held: Vec<(String, i64)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut known: Vec<(String, i64)> =
        sections.iter().map(|section| (section.name.to_owned(), section.version)).collect();
    known.sort_unstable();
    Ok(held == known)
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
