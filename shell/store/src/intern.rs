//! Texts that repeat, kept once: object types, origins, labels.

use comity_vocab::SecurityLabel;
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;

/// A table of interned texts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// Types and identifier prefixes.
    Type,
    /// Origins.
    Origin,
    /// Labels.
    Label,
}

impl Words {
    fn select(self) -> &'static str {
        match self {
            Self::Type => "SELECT tid FROM type_name WHERE name = ?1",
            Self::Origin => "SELECT nid FROM origin WHERE name = ?1",
            Self::Label => "SELECT lid FROM label WHERE text = ?1",
        }
    }

    fn insert(self) -> &'static str {
        match self {
            Self::Type => "INSERT INTO type_name (name) VALUES (?1)",
            Self::Origin => "INSERT INTO origin (name) VALUES (?1)",
            Self::Label => "INSERT INTO label (text) VALUES (?1)",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Type => "SELECT name FROM type_name WHERE tid = ?1",
            Self::Origin => "SELECT name FROM origin WHERE nid = ?1",
            Self::Label => "SELECT text FROM label WHERE lid = ?1",
        }
    }
}

/// Returns the number of a text that is already kept.
pub(crate) fn find(conn: &Connection, words: Words, text: &str) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached(words.select())?.query_row([text], |row| row.get(0)).optional()
}

/// Returns the number of a text, keeping it if need be.
pub(crate) fn intern(conn: &Connection, words: Words, text: &str) -> rusqlite::Result<i64> {
    if let Some(number) = find(conn, words, text)? {
        return Ok(number);
    }
    conn.prepare_cached(words.insert())?.insert([text])
}

/// Returns the text of a number; empty where there is none.
pub(crate) fn text(conn: &Connection, words: Words, number: i64) -> rusqlite::Result<String> {
    let found = conn.prepare_cached(words.text())?.query_row([number], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or_default())
}

/// Returns the label of a number.
pub(crate) fn label(conn: &Connection, lid: Option<i64>) -> rusqlite::Result<Option<SecurityLabel>> {
    match lid {
        None => Ok(None),
        Some(lid) => {
            let text = text(conn, Words::Label, lid)?;
            text.parse().map(Some).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
            })
        }
    }
}

/// Numbers already looked up, for the length of one transaction or import.
#[derive(Default)]
pub(crate) struct Cache {
    types: HashMap<String, i64>,
    labels: Vec<(SecurityLabel, i64)>,
}

/// More distinct texts than this are not remembered (a hostile file may have a type per object).
const TYPES_REMEMBERED: usize = 4096;
const LABELS_REMEMBERED: usize = 16;

impl Cache {
    /// Returns the number of a type or prefix, keeping it if need be.
    pub(crate) fn object_type(&mut self, conn: &Connection, name: &str) -> rusqlite::Result<i64> {
        if let Some(number) = self.types.get(name) {
            return Ok(*number);
        }
        let number = intern(conn, Words::Type, name)?;
        if self.types.len() < TYPES_REMEMBERED {
            self.types.insert(name.to_owned(), number);
        }
        Ok(number)
    }

    /// Returns the number of a label, keeping it if need be.
    pub(crate) fn label(&mut self, conn: &Connection, label: SecurityLabel) -> rusqlite::Result<i64> {
        if let Some((_, number)) = self.labels.iter().find(|(known, _)| *known == label) {
            return Ok(*number);
        }
        let number = intern(conn, Words::Label, &label.to_string())?;
        if self.labels.len() < LABELS_REMEMBERED {
            self.labels.push((label, number));
        }
        Ok(number)
    }
}
