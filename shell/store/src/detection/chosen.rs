//! What officers chose about detection: over-broad indicators that are looked for all the same, warning lists of the program that are off.
//!
//! Guarantees: an acceptance is of one pattern, and those who follow the indicators are told when it comes or goes. Does not know: what
//! is over-broad, which lists the program has.

use super::follow::note_change;
use crate::error::StoreError;
use crate::holdings::Tx;
use crate::schema::Section;
use crate::view::View;
use comity_vocab::{Digest, OfficerCode, Timestamp};
use rusqlite::{OptionalExtension, Row};

/// The tables as a section of `holdings.db`.
pub(crate) const CHOSEN_SECTION: Section =
    Section { name: "detection_chosen", version: 1, sql: include_str!("chosen.sql") };

/// An indicator that an officer accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedIndicator {
    /// Its identifier.
    pub indicator: String,
    /// SHA-256 of the text of the pattern that was accepted.
    pub pattern: Digest,
    /// Who accepted it.
    pub officer: String,
    /// When.
    pub at: String,
    /// Why.
    pub reason: String,
}

/// A warning list of the program that is off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarningListOff {
    /// Its name.
    pub name: String,
    /// When it was switched off.
    pub at: String,
    /// Who did it, where an officer did.
    pub officer: Option<String>,
}

const COLUMNS: &str = "oid, pattern, officer, at, reason";

impl View<'_> {
    fn accepted(&self, row: &Row<'_>) -> rusqlite::Result<AcceptedIndicator> {
        Ok(AcceptedIndicator {
            indicator: self.id_of(row.get(0)?).map_err(|_| rusqlite::Error::InvalidQuery)?,
            pattern: Digest(row.get(1)?),
            officer: row.get(2)?,
            at: row.get(3)?,
            reason: row.get(4)?,
        })
    }

    /// Returns what officers accepted of an indicator, whatever its pattern is now.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn accepted_indicator(&self, id: &str) -> Result<Option<AcceptedIndicator>, StoreError> {
        let Some(oid) = self.held(id)? else { return Ok(None) };
        let sql = format!("SELECT {COLUMNS} FROM accepted_indicator WHERE oid = ?1");
        Ok(self.conn.prepare_cached(&sql)?.query_row([oid], |row| self.accepted(row)).optional()?)
    }

    /// Returns the indicators that were accepted last, newest first, and how many there are.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn accepted_indicators(&self, limit: usize) -> Result<(Vec<AcceptedIndicator>, u64), StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM accepted_indicator ORDER BY at DESC, oid LIMIT ?1");
        let mut query = self.conn.prepare_cached(&sql)?;
        let rows = query.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| self.accepted(row))?;
        let rows = rows.collect::<Result<_, _>>()?;
        let all: i64 =
            self.conn.prepare_cached("SELECT count(*) FROM accepted_indicator")?.query_row([], |row| row.get(0))?;
        Ok((rows, all.unsigned_abs()))
    }

    /// Returns the warning lists of the program that are off, by name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn warning_lists_off(&self) -> Result<Vec<WarningListOff>, StoreError> {
        let mut query = self.conn.prepare_cached("SELECT name, at, officer FROM warning_list_off ORDER BY name")?;
        let rows = query
            .query_map([], |row| Ok(WarningListOff { name: row.get(0)?, at: row.get(1)?, officer: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Keeps that an officer accepted an indicator with this pattern, in place of what was accepted of it before.
    ///
    /// # Errors
    /// [`StoreError::NotHeld`], or a failing database.
    pub fn accept_indicator(
        &self,
        id: &str,
        pattern: &Digest,
        officer: &OfficerCode,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let oid = self.view().held(id)?.ok_or_else(|| StoreError::NotHeld { id: id.to_owned() })?;
        self.sql()
            .prepare_cached(
                "INSERT OR REPLACE INTO accepted_indicator (oid, pattern, officer, at, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((oid, pattern.as_bytes(), officer.as_str(), now.to_string(), reason))?;
        note_change(self.sql(), oid)?;
        Ok(())
    }

    /// Takes an acceptance back; false where there is none.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn withdraw_acceptance(&self, id: &str) -> Result<bool, StoreError> {
        let Some(oid) = self.view().held(id)? else { return Ok(false) };
        let gone = self.sql().prepare_cached("DELETE FROM accepted_indicator WHERE oid = ?1")?.execute([oid])?;
        note_change(self.sql(), oid)?;
        Ok(gone > 0)
    }

    /// Switches a warning list of the program on or off; false where it was so already.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn switch_warning_list(
        &self,
        name: &str,
        on: bool,
        officer: Option<&OfficerCode>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = if on {
            self.sql().prepare_cached("DELETE FROM warning_list_off WHERE name = ?1")?.execute([name])?
        } else {
            self.sql()
                .prepare_cached("INSERT OR IGNORE INTO warning_list_off (name, at, officer) VALUES (?1, ?2, ?3)")?
                .execute((name, now.to_string(), officer.map(OfficerCode::as_str)))?
        };
        Ok(changed > 0)
    }
}
