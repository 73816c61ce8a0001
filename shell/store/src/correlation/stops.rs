//! The node's own list of values that say nothing.

use super::follow::keying;
use crate::error::StoreError;
use crate::holdings::Tx;
use crate::view::View;
use comity_correlate::{CorrelatedValue, Keying, Kind};
use comity_vocab::{OfficerCode, Timestamp};
use rusqlite::Connection;
use serde::Serialize;

/// A value on the node's own list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StopValue {
    /// What it is.
    pub kind: Kind,
    /// The value, in the one way to write it.
    pub value: String,
    /// Why an officer put it there.
    pub reason: String,
    /// Who; `None` where it was the machine account.
    pub officer: Option<String>,
    /// When.
    pub at: String,
}

impl Tx<'_> {
    /// Puts a value on the list; returns `false` where it stands there already.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn add_stop_value(
        &self,
        value: &CorrelatedValue,
        reason: &str,
        officer: Option<&OfficerCode>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let key = keying(self.sql())?.key(value);
        let added = self
            .sql()
            .prepare_cached(
                "INSERT OR IGNORE INTO stop_value (hash, kind, value, reason, officer, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                key.number(),
                value.kind.name(),
                &value.value,
                reason,
                officer.map(OfficerCode::as_str),
                at.to_string(),
            ))?;
        Ok(added > 0)
    }

    /// Takes a value off the list; returns `false` where it does not stand there.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn remove_stop_value(&self, value: &CorrelatedValue) -> Result<bool, StoreError> {
        let key = keying(self.sql())?.key(value);
        Ok(self.sql().prepare_cached("DELETE FROM stop_value WHERE hash = ?1")?.execute([key.number()])? > 0)
    }
}

/// Writes the list by the rules of this edition: each value in its one way, under the number that it has now. Of two that are one now,
/// the first stays.
pub(super) fn read_again(conn: &Connection, keying: &Keying) -> Result<(), StoreError> {
    let rows: Vec<(i64, String, String)> = conn
        .prepare_cached("SELECT hash, kind, value FROM stop_value ORDER BY at, hash")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (hash, kind, value) in rows {
        // What this edition cannot read stays as it is: an officer sees it on the list.
        let Some(now) = Kind::parse(&kind).and_then(|kind| CorrelatedValue::new(kind, &value)) else { continue };
        let number = keying.key(&now).number();
        if number == hash && now.value == value {
            continue;
        }
        conn.prepare_cached(
            "INSERT OR IGNORE INTO stop_value (hash, kind, value, reason, officer, at)
             SELECT ?2, ?3, ?4, reason, officer, at FROM stop_value WHERE hash = ?1",
        )?
        .execute((hash, number, now.kind.name(), &now.value))?;
        conn.prepare_cached("DELETE FROM stop_value WHERE hash = ?1")?.execute([hash])?;
    }
    Ok(())
}

impl View<'_> {
    /// Returns the node's own list, by kind and value.
    ///
    /// # Errors
    /// [`StoreError`]: a failing database, or a kind that is unknown.
    pub fn stop_values(&self) -> Result<Vec<StopValue>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT kind, value, reason, officer, at, hash FROM stop_value ORDER BY kind, value")?;
        let mut rows = statement.query([])?;
        let mut list = Vec::new();
        while let Some(row) = rows.next()? {
            let (kind, hash): (String, i64) = (row.get(0)?, row.get(5)?);
            let kind = Kind::parse(&kind).ok_or(StoreError::Damaged { what: "stop value", row: hash })?;
            let (value, reason) = (row.get(1)?, row.get(2)?);
            list.push(StopValue { kind, value, reason, officer: row.get(3)?, at: row.get(4)? });
        }
        Ok(list)
    }
}
