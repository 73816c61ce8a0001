//! Compares tables with what was kept of them: counts without the key, counts and sums with it.
//!
//! Guarantees: reads only; names the first table that does not fit. Does not know: who did it, what to do.

use super::keep::{cell, columns};
use super::list::{SEALED, Sealed};
use super::{NAMES, count};
use crate::desk::{Desk, DeskError};
use crate::error::StoreError;
use crate::view::View;
use comity_crypto::Sha256Stream;
use comity_ledger::{Cell, TableKey, TableState};
use comity_vocab::Digest;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;

/// How a table does not fit what was kept of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing was kept at all.
    #[error("the counts and sums of the tables are missing")]
    Unsealed,
    /// Nothing can be written without the key of the home.
    #[error("the holdings are locked: the key of the home is needed")]
    Locked,
    /// Something was kept where nothing may be.
    #[error("the counts and sums of the tables are there already")]
    SealedAlready,
    /// What was kept of one table is gone.
    #[error("the count and sum of {table} are missing")]
    Gone {
        /// The table.
        table: String,
    },
    /// The table has another number of rows.
    #[error("table {table} has {found} rows and {kept} were written: rows were removed or put in by another program")]
    Count {
        /// The table.
        table: String,
        /// How many rows are there.
        found: u64,
        /// How many were written.
        kept: u64,
    },
    /// The table has other rows.
    #[error(
        "table {table} has other rows than were written: one was changed or an older one put back by another program"
    )]
    Sum {
        /// The table.
        table: String,
    },
    /// What was kept was not written by this home.
    #[error("the count and sum of table {table} were not written with the key of this home")]
    Unreadable {
        /// The table; empty for the list of tables.
        table: String,
    },
}

impl View<'_> {
    /// Compares the number of rows of every table of decisions, and of the bulk tables, with what was written; needs no key. Returns
    /// the tables of which nothing was written yet: this version added them, or somebody took their counts away.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] names the first table that does not fit.
    pub fn counts_fit(&self) -> Result<Vec<&'static str>, StoreError> {
        // Beside the one who writes, all counts are of one instant.
        let _snapshot = self.snapshot()?;
        let (kept, rest) = kept(self.conn)?;
        for sealed in kept {
            count(self.conn, None, sealed)?;
        }
        bulk(self.conn)?;
        Ok(rest)
    }

    /// Returns the tables of which something was kept.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn sealed_tables(&self) -> Result<Vec<String>, StoreError> {
        Ok(names(self.conn)?.into_iter().filter(|name| name != NAMES).collect())
    }

    fn snapshot(&self) -> Result<Option<rusqlite::Transaction<'_>>, StoreError> {
        Ok(if self.conn.is_autocommit() { Some(self.conn.unchecked_transaction()?) } else { None })
    }

    /// Compares every row of every table of decisions with what was written, and returns how many rows that were. A table that this
    /// version added is not compared before it was sealed.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] names the first table that does not fit.
    pub fn sums_fit(&self, key: &TableKey) -> Result<u64, StoreError> {
        let _snapshot = self.snapshot()?;
        list(self.conn, key)?;
        let mut rows = 0;
        for sealed in kept(self.conn)?.0 {
            let kept = count(self.conn, Some(key), sealed)?;
            let found = derive(self.conn, key, sealed)?;
            if !kept.is_some_and(|kept| found.same_rows(&kept)) {
                return Err(Fault::Sum { table: sealed.table.to_owned() }.into());
            }
            rows += found.rows();
        }
        bulk(self.conn)?;
        Ok(rows)
    }
}

/// The tables of decisions that the leak check does not read, and that change while a release goes its way. Every other one counts, new ones
/// too.
const UNREAD_BY_THE_CHECK: &[&str] = &[
    // Who asks, and what was asked and answered.
    "desk_setting",
    "registry_pending",
    "passkey",
    "passkey_grant",
    "api_token",
    "prepared_approval",
    "leak_answer",
    "leak_blocked",
    "leak_clear",
    "leak_asked",
    // Read for one thing: whether an identifier is that of a release. One that came later cannot stand in an earlier draft.
    "release",
    // How far links are, not what was sent. Of a log that has ended the end is read; it only moves on, which takes findings away.
    "log_head",
    "link_view",
];

impl Desk<'_> {
    /// Returns what tells the tables of decisions as they are now from all other states of them: how many rows they have together,
    /// and a digest over all counts and sums. Needs no key, and shows nothing of a row; none where nothing was sealed yet.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn tables_digest(&self) -> Result<Option<(u64, Digest)>, DeskError> {
        self.digest_of(&|_| true)
    }

    /// Returns what tells everything that the leak check reads, as it is now, from all other states of it; none where nothing was sealed yet.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn check_digest(&self) -> Result<Option<Digest>, DeskError> {
        let read = |name: &str| !UNREAD_BY_THE_CHECK.contains(&name);
        Ok(self.digest_of(&read)?.map(|(_, digest)| digest))
    }

    fn digest_of(&self, counts: &dyn Fn(&str) -> bool) -> Result<Option<(u64, Digest)>, DeskError> {
        // The counts of the bulk tables have no sum of their own; here they are told with the others.
        let mut statement = self.connection.prepare_cached(
            "SELECT name, rows, state FROM table_seal
             UNION ALL SELECT '+' || name, rows, x'' FROM held_count WHERE EXISTS (SELECT 1 FROM table_seal) ORDER BY name",
        )?;
        let mut rows = statement.query([])?;
        let (mut all, mut count, mut any) = (Sha256Stream::default(), 0u64, false);
        while let Some(row) = rows.next()? {
            any = true;
            let (name, rows, state): (String, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if !counts(&name) {
                continue;
            }
            for part in [name.as_bytes(), &rows.to_be_bytes(), &state] {
                all.update(&(part.len() as u64).to_be_bytes());
                all.update(part);
            }
            if name != NAMES && !name.starts_with('+') {
                count = count.saturating_add(u64::try_from(rows).unwrap_or_default());
            }
        }
        Ok(any.then(|| (count, all.finish())))
    }
}

/// Reads the names of the tables of which something was kept.
pub(super) fn names(conn: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let mut statement = conn.prepare("SELECT name FROM table_seal")?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Tells the tables of which something was kept from those of which nothing was.
pub(super) fn kept(conn: &Connection) -> Result<(Vec<&'static Sealed>, Vec<&'static str>), StoreError> {
    let names = names(conn)?;
    if names.is_empty() {
        return Err(Fault::Unsealed.into());
    }
    let (kept, rest): (Vec<_>, Vec<_>) = SEALED.iter().partition(|sealed| names.contains(sealed.table));
    Ok((kept, rest.into_iter().map(|sealed| sealed.table).collect()))
}

/// Compares the list of names with its own sum: what was kept of a table cannot be taken away to have it made again.
pub(super) fn list(conn: &Connection, key: &TableKey) -> Result<(), StoreError> {
    let kept: Option<Vec<u8>> =
        conn.query_row("SELECT state FROM table_seal WHERE name = ?1", [NAMES], |row| row.get(0)).optional()?;
    let kept = kept.ok_or(Fault::Unsealed)?;
    let kept = TableState::open(key, NAMES, &kept).map_err(|_| Fault::Unreadable { table: NAMES.to_owned() })?;
    let found = names(conn)?.iter().filter(|name| *name != NAMES).fold(TableState::EMPTY, |state, name| {
        state.with(key, NAMES, std::iter::once(("name", Cell::Text(name.as_bytes()))))
    });
    if found.same_rows(&kept) {
        return Ok(());
    }
    let gone = SEALED.iter().find(|sealed| !names(conn).is_ok_and(|names| names.contains(sealed.table)));
    Err(Fault::Gone { table: gone.map_or(NAMES, |sealed| sealed.table).to_owned() }.into())
}

/// Compares the number of a table's rows, and returns what was kept where there is a key to read it with.
pub(super) fn count(
    conn: &Connection,
    key: Option<&TableKey>,
    sealed: &Sealed,
) -> Result<Option<TableState>, StoreError> {
    let table = || sealed.table.to_owned();
    let kept: Option<(i64, Vec<u8>)> = conn
        .query_row("SELECT rows, state FROM table_seal WHERE name = ?1", [sealed.table], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (rows, state) = kept.ok_or_else(|| Fault::Gone { table: table() })?;
    let kept = u64::try_from(rows).unwrap_or_default();
    let state = match key {
        Some(key) => {
            Some(TableState::open(key, sealed.table, &state).map_err(|_| Fault::Unreadable { table: table() })?)
        }
        None => None,
    };
    if state.is_some_and(|state| state.rows() != kept) {
        return Err(Fault::Unreadable { table: table() }.into());
    }
    let found = rows_of(conn, sealed.table, sealed.only)?;
    if found == kept { Ok(state) } else { Err(Fault::Count { table: table(), found, kept }.into()) }
}

/// Compares the number of rows of the bulk tables.
pub(super) fn bulk(conn: &Connection) -> Result<(), StoreError> {
    for table in count::COUNTED {
        let kept: Option<i64> =
            conn.query_row("SELECT rows FROM held_count WHERE name = ?1", [table], |row| row.get(0)).optional()?;
        let kept = kept.ok_or_else(|| Fault::Gone { table: table.to_owned() })?;
        let kept = u64::try_from(kept).unwrap_or_default();
        let found = rows_of(conn, table, None)?;
        if found != kept {
            return Err(Fault::Count { table: table.to_owned(), found, kept }.into());
        }
    }
    Ok(())
}

fn rows_of(conn: &Connection, table: &str, only: Option<&str>) -> Result<u64, StoreError> {
    let only = only.map_or(String::new(), |only| format!(" WHERE {only}"));
    let rows: i64 =
        conn.query_row(&format!("SELECT count(*) FROM main.{table} AS row NOT INDEXED{only}"), [], |row| row.get(0))?;
    Ok(u64::try_from(rows).unwrap_or_default())
}

/// Adds up a table as it is.
pub(super) fn derive(conn: &Connection, key: &TableKey, sealed: &Sealed) -> Result<TableState, StoreError> {
    let columns = columns(conn, sealed)?;
    let list = columns.iter().map(|column| format!("row.\"{column}\"")).collect::<Vec<_>>().join(", ");
    let only = sealed.only.map_or(String::new(), |only| format!(" WHERE {only}"));
    let mut statement = conn.prepare(&format!("SELECT {list} FROM main.{} AS row NOT INDEXED{only}", sealed.table))?;
    let mut rows = statement.query([])?;
    let mut state = TableState::EMPTY;
    while let Some(row) = rows.next()? {
        let mut cells = Vec::with_capacity(columns.len());
        for (n, column) in columns.iter().enumerate() {
            if let Some(cell) = cell(row.get_ref(n)?) {
                cells.push((column.as_str(), cell));
            }
        }
        state = state.with(key, sealed.table, cells.into_iter());
    }
    Ok(state)
}
