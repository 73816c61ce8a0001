//! What the tables of decisions are held against, so that a row that was removed, changed or put back is noticed.
//!
//! Guarantees: no row of a table in [`list`] can be written through this crate without its count and sum following in the same
//! transaction, for SQLite itself does it (temporary triggers); without the key of the home such a write fails. Rows of the bulk
//! tables are counted. A transaction that changed either can only be committed through [`flush`], which comes before every witness of
//! commits. Why this suffices stands in
//! `docs/design/0005-tables.md`. Does not know: where the key comes from, what follows from a fault.

mod check;
mod count;
mod keep;
mod list;
#[cfg(test)]
mod tests;

use crate::open::Mode;
use crate::schema::Section;
use comity_ledger::TableKey;
use rusqlite::Connection;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

pub use check::Fault;
pub(crate) use count::{flush, leave};
pub(crate) use keep::{compare, seal_first, seal_rest};

/// The tables that hold counts and sums, as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "seal", version: 1, sql: include_str!("schema.sql") };

/// The row under which the names of the others are summed.
pub(crate) const NAMES: &str = "";

/// Where a connection finds the key, once it was given, and whether a state changed since the last [`flush`].
#[derive(Clone, Default)]
pub(crate) struct KeySlot {
    key: Arc<Mutex<Option<Arc<TableKey>>>>,
    stepped: Arc<AtomicBool>,
}

impl KeySlot {
    pub fn get(&self) -> Option<Arc<TableKey>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set(&self, key: Arc<TableKey>) {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
    }
}

/// Has the database follow every row on a connection that writes.
pub(crate) fn attend(conn: &mut Connection, mode: Mode) -> Result<KeySlot, rusqlite::Error> {
    let slot = KeySlot::default();
    if mode != Mode::ReadOnly {
        keep::attend(conn, &slot)?;
        count::attend(conn, slot.stepped.clone())?;
    }
    Ok(slot)
}
