//! The access log: who opened which source, when and why; refused attempts too.

use super::VaultError;
use comity_crypto::DataKey;
use comity_vocab::{OfficerCode, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One entry of the log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Who.
    pub officer: OfficerCode,
    /// When.
    pub at: Timestamp,
    /// Under which identifier, whether it exists or not.
    pub source: Uuid,
    /// `add`, `attach` or `show`.
    pub act: String,
    /// Whether it was let through.
    pub allowed: bool,
    /// The reason given.
    pub reason: String,
}

fn role(n: i64) -> String {
    format!("vault/access/entry/{n}")
}

/// Appends an entry in the caller's transaction. Its number is sealed with it, so that entries cannot change places.
pub(super) fn append(conn: &Connection, key: &DataKey, nonce: [u8; 24], access: &Access) -> Result<(), VaultError> {
    let n: i64 = conn.query_row("SELECT coalesce(max(n), 0) + 1 FROM access", [], |row| row.get(0))?;
    let plain = super::record::padded(&serde_json::to_vec(access).unwrap_or_default());
    conn.execute("INSERT INTO access (n, entry) VALUES (?1, ?2)", (n, key.seal(&role(n), nonce, &plain)))?;
    Ok(())
}

/// Opens every entry; a gap in the numbers is damage.
pub(super) fn all(conn: &Connection, key: &DataKey) -> Result<Vec<Access>, VaultError> {
    let mut statement = conn.prepare("SELECT n, entry FROM access ORDER BY n")?;
    let mut rows = statement.query([])?;
    let mut entries = Vec::new();
    let mut expected = 1;
    while let Some(row) = rows.next()? {
        let n: i64 = row.get(0)?;
        let damaged = || VaultError::Damaged { table: "access", row: expected };
        if n != expected {
            return Err(damaged());
        }
        let sealed: Vec<u8> = row.get(1)?;
        let plain = key.open(&role(n), &sealed).map_err(|_| damaged())?;
        entries.push(serde_json::from_slice(&plain).map_err(|_| damaged())?);
        expected += 1;
    }
    Ok(entries)
}
