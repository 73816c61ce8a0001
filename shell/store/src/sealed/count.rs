//! Counts the rows of the bulk tables as they come and go, and lets nothing be committed past the one who must see each commit.
//!
//! Guarantees: a transaction in which their number or a state changed cannot be committed before [`flush`]; what is rolled back is
//! not counted. Does not know: what the rows are. A sum over each row would cost import speed, and `verify` derives them anyway.

use rusqlite::functions::FunctionFlags;
use rusqlite::hooks::Action;
use rusqlite::{Connection, Error};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// The tables whose rows are counted.
pub(super) const COUNTED: [&str; 3] = ["version", "object", "print_page"];

/// The function that gives what came since the last time, and begins at nothing.
const TAKE: &str = "comity_came";

/// The function that says: this commit is seen.
const FLUSHED: &str = "comity_flushed";

type Came = Arc<[AtomicI64; 3]>;

fn of<'c>(came: &'c Came, table: &str) -> Option<&'c AtomicI64> {
    COUNTED.iter().position(|counted| *counted == table).and_then(|at| came.get(at))
}

/// Watches a connection.
pub(super) fn attend(conn: &mut Connection, stepped: Arc<AtomicBool>) -> Result<(), Error> {
    let came = Came::default();
    let (watching, taking, ending) = (came.clone(), came.clone(), came.clone());
    conn.update_hook(Some(move |action: Action, _: &str, table: &str, _: i64| {
        let change = match action {
            Action::SQLITE_INSERT => 1,
            Action::SQLITE_DELETE => -1,
            _ => return,
        };
        if let Some(count) = of(&watching, table) {
            count.fetch_add(change, Ordering::Relaxed);
        }
    }))?;
    conn.create_scalar_function(TAKE, 1, FunctionFlags::SQLITE_UTF8, move |context| {
        let table: String = context.get(0)?;
        Ok(of(&taking, &table).map_or(0, |count| count.swap(0, Ordering::Relaxed)))
    })?;
    let (flushing, past) = (stepped.clone(), stepped.clone());
    conn.create_scalar_function(FLUSHED, 0, FunctionFlags::SQLITE_UTF8, move |_| {
        flushing.store(false, Ordering::Relaxed);
        Ok(0)
    })?;
    conn.commit_hook(Some(move || {
        past.load(Ordering::Relaxed) || ending.iter().any(|count| count.load(Ordering::Relaxed) != 0)
    }))?;
    conn.rollback_hook(Some(move || {
        stepped.store(false, Ordering::Relaxed);
        came.iter().for_each(|count| count.store(0, Ordering::Relaxed));
    }))
}

/// Watches no longer; what a transaction left open has not committed is taken back when the connection closes.
pub(crate) fn leave(conn: &mut Connection) {
    let _ = conn.rollback_hook(None::<fn()>);
    let _ = conn.commit_hook(None::<fn() -> bool>);
    let _ = conn.update_hook(None::<fn(Action, &str, &str, i64)>);
}

/// Writes how the numbers changed, in the caller's transaction, as the last thing in it, and lets it be committed.
pub(crate) fn flush(conn: &Connection) -> Result<(), Error> {
    conn.prepare_cached(&format!("SELECT {FLUSHED}()"))?.query_row([], |_| Ok(()))?;
    for table in COUNTED {
        let came: i64 = conn.prepare_cached(&format!("SELECT {TAKE}(?1)"))?.query_row([table], |row| row.get(0))?;
        if came != 0 {
            conn.prepare_cached("UPDATE held_count SET rows = rows + ?2 WHERE name = ?1")?.execute((table, came))?;
        }
    }
    Ok(())
}
