//! Texts that repeat, kept once: object types, origins, labels.

use comity_vocab::SecurityLabel;
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;

/// A table of interned texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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
    known: HashMap<(Words, String), i64>,
}

/// More distinct texts than this are not remembered (a hostile file may have a type per object).
const CACHE_MAX: usize = 4096;

impl Cache {
    /// Returns the number of a text, keeping it if need be.
    pub(crate) fn intern(&mut self, conn: &Connection, words: Words, text: &str) -> rusqlite::Result<i64> {
        // The key owns its text; a look-up by reference needs a second map level, which costs more than this clone.
        let key = (words, text.to_owned());
        if let Some(number) = self.known.get(&key) {
            return Ok(*number);
        }
        let number = intern(conn, words, text)?;
        if self.known.len() < CACHE_MAX {
            self.known.insert(key, number);
        }
        Ok(number)
    }
}
