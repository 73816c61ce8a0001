//! The limit of an import: the same rows put into plain SQLite, with nothing of what makes them holdings.
//!
//! One table with the JSON as a blob and six indexed text columns, one transaction of all rows, `synchronous=FULL`, WAL and
//! the page cache of our own import. Nothing is parsed while the clock runs.

use crate::Outcome;
use crate::process::own_cpu;
use rusqlite::Connection;
use std::path::Path;
use std::time::Instant;

/// The page cache, in KiB; that of `comity_store` while it imports.
const CACHE_KIB: i64 = 48 << 10;

/// One object, taken apart.
pub struct PlainRow {
    bytes: Vec<u8>,
    columns: [Option<String>; 6],
}

/// Takes a bundle apart.
///
/// # Errors
/// Where it cannot be read or is not strict JSON.
pub fn rows(path: &Path) -> Outcome<Vec<PlainRow>> {
    let mut rows = Vec::new();
    let mut splitter = comity_stix::Splitter::new(comity_stix::Limits::default());
    splitter.push(&std::fs::read(path)?, &mut |raw| {
        let value: serde_json::Value = serde_json::from_slice(raw.bytes).unwrap_or_default();
        let text = |name: &str| value.get(name).and_then(|text| text.as_str()).map(str::to_owned);
        let columns = ["id", "type", "modified", "created", "name", "created_by_ref"].map(text);
        rows.push(PlainRow { bytes: raw.bytes.to_vec(), columns });
    })?;
    splitter.finish()?;
    Ok(rows)
}

/// Inserts all rows into a new database and returns seconds and processor seconds.
///
/// # Errors
/// From SQLite.
pub fn insert(path: &Path, rows: &[PlainRow]) -> Outcome<(f64, f64)> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.execute_batch(
        "CREATE TABLE object (n INTEGER PRIMARY KEY, id TEXT, type TEXT, modified TEXT, created TEXT, name TEXT, author TEXT, json BLOB);
         CREATE INDEX a ON object (id); CREATE INDEX b ON object (type); CREATE INDEX c ON object (modified);
         CREATE INDEX d ON object (created); CREATE INDEX e ON object (name); CREATE INDEX f ON object (author);",
    )?;
    let (begun, cpu) = (Instant::now(), own_cpu());
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare(
            "INSERT INTO object (id, type, modified, created, name, author, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for row in rows {
            let [id, kind, modified, created, name, author] = &row.columns;
            insert.execute((id, kind, modified, created, name, author, &row.bytes))?;
        }
    }
    transaction.commit()?;
    Ok((begun.elapsed().as_secs_f64(), own_cpu() - cpu))
}
