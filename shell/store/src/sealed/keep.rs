//! Keeps counts and sums in step with the rows: temporary triggers that call a function of this crate, and first sealing.
//!
//! Guarantees: triggers are of this connection alone, so that nothing in the file can replace them (the file's own triggers are
//! switched off); they fire for rows that `REPLACE` removes and for `DELETE` without condition; what SQLite takes back, of a
//! statement or a transaction, is taken back here too, for the sums stand in the same database.

use super::check::{self, Fault};
use super::list::{Columns, SEALED, Sealed};
use super::{KeySlot, NAMES};
use crate::error::StoreError;
use comity_ledger::{Cell, TableKey, TableState};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error};
use std::fmt::Write;
use std::sync::atomic::Ordering;

/// The function that adds a row to a state, or takes one out: table, state, whether it comes (1) or goes (0), then names and values.
const STEP: &str = "comity_seal";

#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error("the holdings are locked: the key of the home is needed to write to {table}")]
    Locked { table: String },
    #[error("the count and sum of {table} cannot be kept: they were not written with the key of this home")]
    Unreadable { table: String },
}

/// Registers the function and the triggers.
pub(super) fn attend(conn: &Connection, slot: &KeySlot) -> Result<(), Error> {
    let slot = slot.clone();
    conn.create_scalar_function(STEP, -1, FunctionFlags::SQLITE_UTF8, move |context| step(context, &slot))?;
    // Without this a row that REPLACE removes fires no trigger.
    conn.pragma_update(None, "recursive_triggers", "ON")?;
    for sealed in SEALED {
        conn.execute_batch(&triggers(sealed, &columns(conn, sealed)?))?;
    }
    Ok(())
}

fn step(context: &Context<'_>, slot: &KeySlot) -> Result<Vec<u8>, Error> {
    let table = context.get_raw(0).as_str().map_err(|_| Error::InvalidParameterCount(0, 3))?;
    let kept = context.get_raw(1).as_blob().map_err(|_| Error::InvalidParameterCount(1, 3))?;
    let comes = context.get::<bool>(2)?;
    let fault = |error| Error::UserFunctionError(Box::new(error));
    let key = slot.get().ok_or_else(|| fault(StepError::Locked { table: table.to_owned() }))?;
    let state =
        TableState::open(&key, table, kept).map_err(|_| fault(StepError::Unreadable { table: table.to_owned() }))?;
    let cells = (3..context.len()).step_by(2).filter_map(|at| {
        // Names are literals of the trigger below; only the value may be absent.
        let name = context.get_raw(at).as_str().unwrap_or_default();
        Some((name, cell(context.get_raw(at + 1))?))
    });
    slot.stepped.store(true, Ordering::Relaxed);
    let next = if comes { state.with(&key, table, cells) } else { state.without(&key, table, cells) };
    Ok(next.seal(&key, table).to_vec())
}

/// What a value adds to a row; an absent one adds nothing.
pub(super) fn cell(value: ValueRef<'_>) -> Option<Cell<'_>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(Cell::Integer(number)),
        ValueRef::Real(number) => Some(Cell::Real(number)),
        ValueRef::Text(bytes) => Some(Cell::Text(bytes)),
        ValueRef::Blob(bytes) => Some(Cell::Blob(bytes)),
    }
}

/// The columns of a table that count, in the order of their names.
pub(super) fn columns(conn: &Connection, sealed: &Sealed) -> Result<Vec<String>, Error> {
    let mut statement = conn.prepare("SELECT name FROM pragma_table_info(?1) ORDER BY name")?;
    let mut columns: Vec<String> = statement.query_map([sealed.table], |row| row.get(0))?.collect::<Result<_, _>>()?;
    match sealed.columns {
        Columns::All => {}
        Columns::Without(names) => columns.retain(|column| !names.contains(&column.as_str())),
        Columns::These(names) => columns.retain(|column| names.contains(&column.as_str())),
    }
    Ok(columns)
}

fn triggers(sealed: &Sealed, columns: &[String]) -> String {
    let table = sealed.table;
    let cells = |row: &str| {
        columns.iter().fold(String::new(), |mut text, column| {
            let _ = write!(text, ", '{column}', {row}.\"{column}\"");
            text
        })
    };
    let step = |state: &str, comes: u8, row: &str| format!("{STEP}('{table}', {state}, {comes}{})", cells(row));
    let set = |change: &str, state: &str| {
        format!("BEGIN UPDATE table_seal SET rows = rows{change}, state = {state} WHERE name = '{table}'; END;")
    };
    let when = |row: &str| {
        sealed.only.map_or(String::new(), |only| format!(" WHEN {}", only.replace("row.", &format!("{row}."))))
    };
    let of = columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ");
    let (comes, goes) = (step("state", 1, "new"), step("state", 0, "old"));
    let mut sql = format!(
        "CREATE TEMP TRIGGER seal_{table}_comes AFTER INSERT ON main.{table}{} {}
         CREATE TEMP TRIGGER seal_{table}_goes AFTER DELETE ON main.{table}{} {}\n",
        when("new"),
        set(" + 1", &comes),
        when("old"),
        set(" - 1", &goes),
    );
    let changes = match sealed.only {
        None => format!(
            "CREATE TEMP TRIGGER seal_{table}_changes AFTER UPDATE OF {of} ON main.{table} {}",
            set("", &step(&goes, 1, "new"))
        ),
        Some(_) => format!(
            "CREATE TEMP TRIGGER seal_{table}_was AFTER UPDATE OF {of} ON main.{table}{} {}
             CREATE TEMP TRIGGER seal_{table}_is AFTER UPDATE OF {of} ON main.{table}{} {}",
            when("old"),
            set(" - 1", &goes),
            when("new"),
            set(" + 1", &comes),
        ),
    };
    sql.push_str(&changes);
    sql
}

/// Compares the counts of all tables, and returns the names of those that have none yet.
pub(crate) fn compare(conn: &Connection, key: &TableKey) -> Result<Vec<&'static str>, StoreError> {
    check::list(conn, key)?;
    let (kept, rest) = check::kept(conn)?;
    for sealed in kept {
        check::count(conn, Some(key), sealed)?;
    }
    check::bulk(conn)?;
    Ok(rest)
}

/// Seals the tables that have no count and sum yet, and returns their names. The caller has compared the others: counting the bulk
/// tables once more would read all of them.
pub(crate) fn seal_rest(conn: &Connection, key: &TableKey) -> Result<Vec<&'static str>, StoreError> {
    check::list(conn, key)?;
    let (_, rest) = check::kept(conn)?;
    seal(conn, key, &rest)?;
    Ok(rest)
}

/// Seals every table for the first time.
pub(crate) fn seal_first(conn: &Connection, key: &TableKey) -> Result<(), StoreError> {
    if !check::names(conn)?.is_empty() {
        return Err(Fault::SealedAlready.into());
    }
    let all: Vec<&str> = SEALED.iter().map(|sealed| sealed.table).collect();
    seal_these(conn, key, &all)
}

/// Begins the list of names, with these tables in it.
pub(super) fn seal_these(conn: &Connection, key: &TableKey, tables: &[&str]) -> Result<(), StoreError> {
    let names = TableState::EMPTY.seal(key, NAMES);
    conn.execute("INSERT INTO table_seal (name, rows, state) VALUES (?1, 0, ?2)", (NAMES, &names[..]))?;
    seal(conn, key, tables)
}

fn seal(conn: &Connection, key: &TableKey, tables: &[&str]) -> Result<(), StoreError> {
    for sealed in SEALED.iter().filter(|sealed| tables.contains(&sealed.table)) {
        let state = check::derive(conn, key, sealed)?;
        let rows = i64::try_from(state.rows()).unwrap_or(i64::MAX);
        conn.execute(
            "INSERT INTO table_seal (name, rows, state) VALUES (?1, ?2, ?3)",
            (sealed.table, rows, &state.seal(key, sealed.table)[..]),
        )?;
        let kept: Vec<u8> =
            conn.query_row("SELECT state FROM table_seal WHERE name = ?1", [NAMES], |row| row.get(0))?;
        let names = TableState::open(key, NAMES, &kept).map_err(|_| Fault::Unreadable { table: NAMES.to_owned() })?;
        let name = ("name", Cell::Text(sealed.table.as_bytes()));
        let names = names.with(key, NAMES, std::iter::once(name)).seal(key, NAMES);
        conn.execute("UPDATE table_seal SET rows = rows + 1, state = ?2 WHERE name = ?1", (NAMES, &names[..]))?;
    }
    Ok(())
}
