//! The holdings database as one value, and a transaction on it.
//!
//! Guarantees: one connection, one writer; what a crashed import left is removed once the holdings were compared.
//! Does not know: sources, officers' keys, partners' networks.

use crate::error::StoreError;
use crate::nameless::Nameless;
use crate::open::{self, Mode, OpenError};
use crate::reread::Reread;
use crate::sealed::{self, KeySlot};
use crate::view::View;
use crate::{remove, schema};
use comity_ledger::TableKey;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Sees every transaction that a [`Holdings`] commits, and may keep something outside the database in step with it.
pub trait Witness: Send {
    /// Looks at what the transaction wrote, and may write to it, before it is committed. A commit that is not durable yet (a batch of
    /// an import) is only followed by the next call of this one.
    ///
    /// # Errors
    /// Whatever must keep the transaction from being committed.
    fn before(&mut self, view: View<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;

    /// Is told that the commit is durable.
    fn after(&mut self);

    /// Looks at what stands there when a transaction begins: what the last one left, or what another program wrote meanwhile.
    ///
    /// # Errors
    /// Whatever must keep the transaction from being begun.
    fn begun(&mut self, view: View<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// `holdings.db`, open.
pub struct Holdings {
    conn: Connection,
    mode: Mode,
    witness: Option<Box<dyn Witness>>,
    key: KeySlot,
    /// None where the file has no name.
    place: Option<Place>,
}

/// Which file was opened.
struct Place {
    path: PathBuf,
    file: (u64, u64),
}

/// A write transaction on the holdings; dropped without [`Tx::commit`] it leaves no trace.
pub struct Tx<'c> {
    sql: Transaction<'c>,
    witness: Option<&'c mut dyn Witness>,
    key: KeySlot,
}

impl Holdings {
    /// Opens the database. [`Mode::Create`] makes it, and nothing else does.
    ///
    /// # Errors
    /// [`OpenError`]: a file that is missing, emptied or another's, unsafe modes, a newer schema, a failing disk.
    pub fn open(path: &Path, mode: Mode) -> Result<Self, OpenError> {
        let conn = open::open(path, mode, schema::HOLDINGS)?;
        Self::over(conn, mode, path, true)
    }

    /// Opens what a nameless file was filled with.
    ///
    /// # Errors
    /// As [`Holdings::open`].
    pub fn nameless(filled: Nameless) -> Result<Self, OpenError> {
        Self::over(filled.ready(schema::HOLDINGS)?, Mode::ReadWrite, Path::new("holdings.db"), false)
    }

    fn over(mut conn: Connection, mode: Mode, path: &Path, named: bool) -> Result<Self, OpenError> {
        let key = sealed::attend(&mut conn, mode).map_err(OpenError::sql(path))?;
        let place =
            named.then(|| Ok::<_, OpenError>(Place { path: path.to_path_buf(), file: file_at(path)? })).transpose()?;
        Ok(Self { conn, mode, witness: None, key, place })
    }

    /// Tells whether the file that was opened still lies in its place and holds something. An open connection may go on answering
    /// from memory when it does not.
    ///
    /// # Errors
    /// [`OpenError`]: the file is missing, emptied, or another one.
    pub fn still_there(&self) -> Result<(), OpenError> {
        match &self.place {
            Some(place) if file_at(&place.path)? != place.file => Err(OpenError::Foreign { path: place.path.clone() }),
            _ => Ok(()),
        }
    }

    /// Takes the key of the home, without which no decision is written, and compares the number of rows of every table of decisions
    /// and of the bulk tables. Returns the tables that this version added: they are followed once [`Tx::seal_rest`] sealed them.
    /// [`Holdings::tidy`] comes next.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] where a table is not as this program left it, or was never sealed.
    pub fn unlock(&mut self, key: Arc<TableKey>) -> Result<Vec<&'static str>, StoreError> {
        let rest = sealed::compare(&self.conn, &key)?;
        self.key.set(key);
        Ok(rest)
    }

    /// Removes what an unfinished import left, and indexes that another edition of the rules made, and reads again what another edition read;
    /// returns what that came to, where the audit log does not say it yet ([`Tx::reread_told`]). Comes after everything was compared,
    /// for what is removed may be evidence, and under the witness.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn tidy(&mut self) -> Result<Option<Reread>, StoreError> {
        self.remove_unfinished()?;
        let tx = self.transaction()?;
        crate::detection::trim_changes(tx.sql())?;
        crate::correlation::check_edition(tx.sql())?;
        crate::prints::check_edition(tx.sql())?;
        crate::erased::rename_earlier(tx.sql())?;
        tx.commit()?;
        self.reread()
    }

    /// Removes everything that unfinished imports wrote.
    pub(crate) fn remove_unfinished(&mut self) -> Result<(), StoreError> {
        for unfinished in remove::unfinished(&self.conn)? {
            let mut more = true;
            while more {
                let tx = self.transaction()?;
                more = remove::remove_some(tx.sql(), unfinished)?;
                tx.commit()?;
            }
        }
        Ok(())
    }

    /// Returns the key of the home, where [`Holdings::unlock`] was given it.
    pub fn key(&self) -> Option<Arc<TableKey>> {
        self.key.get()
    }

    /// Lets the witness look at what stands there, in the transaction that was begun on the connection itself.
    pub(crate) fn has_begun(&mut self) -> Result<(), StoreError> {
        match &mut self.witness {
            Some(witness) => witness.begun(View::new(&self.conn)).map_err(StoreError::Witness),
            None => Ok(()),
        }
    }

    /// Tells whether the tables were sealed ever; an older version did not.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn is_sealed(&self) -> Result<bool, StoreError> {
        Ok(self.conn.query_row("SELECT EXISTS (SELECT 1 FROM table_seal)", [], |row| row.get(0))?)
    }

    /// Begins a write transaction. Its commit is durable when it returns.
    ///
    /// # Errors
    /// [`StoreError::Database`], also where another process writes for longer than ten seconds.
    pub fn transaction(&mut self) -> Result<Tx<'_>, StoreError> {
        self.still_there().map_err(|error| StoreError::Gone(Box::new(error)))?;
        let sql = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut witness = self.witness.as_mut().map(|witness| &mut **witness as &mut dyn Witness);
        if let Some(witness) = &mut witness {
            witness.begun(View::new(&sql)).map_err(StoreError::Witness)?;
        }
        Ok(Tx { sql, witness, key: self.key.clone() })
    }

    /// Has every later commit witnessed.
    pub fn witnessed_by(&mut self, witness: Box<dyn Witness>) {
        self.witness = Some(witness);
    }

    /// Returns everything that can be read.
    pub fn view(&self) -> View<'_> {
        View::new(&self.conn)
    }

    /// Returns a number that is another one as soon as somebody else wrote to the file; what is written through this value does not change it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn written_by_others(&self) -> Result<i64, StoreError> {
        Ok(self.conn.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// Reads at one instant: what others write meanwhile is not seen.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn still<T>(&self, read: impl FnOnce(View<'_>) -> T) -> Result<T, StoreError> {
        let snapshot = self.conn.unchecked_transaction()?;
        let value = read(View::new(&snapshot));
        snapshot.finish()?;
        Ok(value)
    }

    /// Returns how the database was opened.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Writes the write-ahead log into the database and cuts it to nothing, so that erased bytes are in neither.
    ///
    /// Returns whether that was complete; a reader in another process can hold it up: call again later.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn truncate_wal(&mut self) -> Result<bool, StoreError> {
        Ok(open::truncate_wal(&self.conn)?)
    }

    /// Gives SQL to the modules of this crate.
    pub(crate) fn sql(&self) -> &Connection {
        &self.conn
    }

    /// Commits the transaction that was begun on the connection itself; as each commit it is witnessed.
    pub(crate) fn commit_begun(&mut self) -> Result<(), StoreError> {
        self.commit_for_now("")?;
        if let Some(witness) = &mut self.witness {
            witness.after();
        }
        Ok(())
    }

    /// Commits the transaction that was begun on the connection itself, and goes on with `then`. It is not durable before the next
    /// [`Holdings::commit_begun`], and the witness is not told that it is: what it keeps outside would be ahead after a power cut.
    pub(crate) fn commit_for_now(&mut self, then: &str) -> Result<(), StoreError> {
        sealed::flush(&self.conn)?;
        if let Some(witness) = &mut self.witness {
            witness.before(View::new(&self.conn)).map_err(StoreError::Witness)?;
        }
        self.conn.execute_batch("COMMIT")?;
        Ok(self.conn.execute_batch(then)?)
    }
}

/// Device and number of a file that holds something.
fn file_at(path: &Path) -> Result<(u64, u64), OpenError> {
    use std::os::unix::fs::MetadataExt;
    let path = || path.to_path_buf();
    match std::fs::metadata(path()) {
        Ok(facts) if facts.len() == 0 => Err(OpenError::Emptied { path: path() }),
        Ok(facts) => Ok((facts.dev(), facts.ino())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(OpenError::Absent { path: path() }),
        Err(source) => Err(OpenError::System { path: path(), source }),
    }
}

impl Drop for Holdings {
    fn drop(&mut self) {
        // Closing a connection inside a transaction would call a hook that is gone by then.
        sealed::leave(&mut self.conn);
    }
}

impl Tx<'_> {
    /// Seals all tables as they are, for the first time: for a new home, and for one of an older version.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] where they were sealed before.
    pub fn seal_first(&self, key: &TableKey) -> Result<(), StoreError> {
        sealed::seal_first(&self.sql, key)
    }

    /// Seals the tables that have no count and sum yet, as they are, and returns their names.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] where the holdings are locked or were never sealed.
    pub fn seal_rest(&self) -> Result<Vec<&'static str>, StoreError> {
        let key = self.key.get().ok_or(sealed::Fault::Locked)?;
        sealed::seal_rest(&self.sql, &key)
    }

    /// Makes what was written durable.
    ///
    /// # Errors
    /// [`StoreError::Database`], or [`StoreError::Witness`] where the witness says no; nothing was written then.
    pub fn commit(mut self) -> Result<(), StoreError> {
        sealed::flush(&self.sql)?;
        if let Some(witness) = &mut self.witness {
            witness.before(View::new(&self.sql)).map_err(StoreError::Witness)?;
        }
        self.sql.commit()?;
        if let Some(witness) = self.witness {
            witness.after();
        }
        Ok(())
    }

    /// Returns everything that can be read, including what this transaction wrote.
    pub fn view(&self) -> View<'_> {
        View::new(&self.sql)
    }

    /// Gives SQL to the modules of this crate.
    pub(crate) fn sql(&self) -> &Connection {
        &self.sql
    }
}
