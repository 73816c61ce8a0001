//! The full-text index: follows the objects, and says how far behind it is.
//!
//! Guarantees: versions enter it in the order they came, so one number says what it covers. Does not know: how text is folded
//! (that is `comity_stix::search_text`; the same bytes must give the same text, or removal would leave words behind).

use crate::error::StoreError;
use crate::holdings::Holdings;
use crate::matches::Words;
use crate::open;
use crate::parcel::Parcel;
use crate::view::{View, unsigned};
use rusqlite::{Connection, Rows};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// The first version that full text may not cover yet because its import runs.
const HORIZON: &str = "coalesce((SELECT min(first_vid) FROM import WHERE state = 0), 9223372036854775807)";

impl View<'_> {
    /// Returns at most how many visible versions full text does not cover yet; 0 only where it covers all.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn text_behind(&self) -> Result<u64, StoreError> {
        Ok(left(self.conn, "text_state")?)
    }

    /// Tells how far the indexes that a search for these words asks follow what is held.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub(crate) fn coverage(&self, words: &Words) -> Result<Coverage, StoreError> {
        let mut coverage = Coverage { behind: 0, through: i64::MAX };
        let states: &[&str] = if words.asks_values { &["text_state", "value_state"] } else { &["text_state"] };
        for state in states {
            let behind = left(self.conn, state)?;
            if behind > 0 {
                // Both lack what came last, so what either lacks is what the one lacks that is further behind.
                coverage.behind = coverage.behind.max(behind);
                coverage.through = coverage.through.min(mark(self.conn, state)?);
            }
        }
        if words.asks_values {
            let stale = "SELECT count(*) FROM value_stale";
            let stale = self.conn.prepare_cached(stale)?.query_row([], |row| row.get(0)).map(unsigned)?;
            if stale > 0 {
                // What changed may lie anywhere, so nothing is known to be covered while some of it waits.
                coverage.behind = coverage.behind.saturating_add(stale);
                coverage.through = 0;
            }
        }
        Ok(coverage)
    }
}

/// How far indexes follow what is held.
pub(crate) struct Coverage {
    /// At most how many versions or changes they lack; 0 only where they lack none.
    pub behind: u64,
    /// The last version up to which they lack nothing; the greatest number where they lack nothing at all.
    pub through: i64,
}

fn mark(conn: &Connection, state: &str) -> rusqlite::Result<i64> {
    conn.prepare_cached(&format!("SELECT indexed_vid FROM {state}"))?.query_row([], |row| row.get(0))
}

/// Versions behind from which on the indexes are given the memory of an import.
const MANY: u64 = 2_000;

/// Returns at most how many visible versions a mark leaves behind, and nothing only where it leaves none. A count would read all of
/// them, with their bytes, each time it is asked.
fn left(conn: &Connection, state: &str) -> rusqlite::Result<u64> {
    let sql = format!(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM version WHERE vid > s.indexed_vid AND vid < {HORIZON})
                THEN min((SELECT max(vid) FROM version), {HORIZON} - 1) - s.indexed_vid ELSE 0 END FROM {state} s"
    );
    conn.prepare_cached(&sql)?.query_row([], |row| row.get(0)).map(unsigned)
}

/// Tells whether so much is behind that indexing it is a long piece of work.
pub(crate) fn much_behind(conn: &Connection) -> rusqlite::Result<bool> {
    Ok(left(conn, "text_state")? > MANY)
}

impl Holdings {
    /// Takes up to `max` versions into the full-text index, in one transaction, and returns at most how many remain; 0 where none does.
    ///
    /// # Errors
    /// [`StoreError::Database`]; nothing was taken then.
    pub fn index_pending(&mut self, max: usize) -> Result<u64, StoreError> {
        if much_behind(self.sql())? {
            open::hurry(self.sql())?;
        }
        let tx = self.transaction()?;
        take(tx.sql(), max)?;
        crate::workbench::take_moments(tx.sql(), max)?;
        let text_complete = left(tx.sql(), "text_state")? == 0;
        crate::correlation::take(tx.sql(), max, text_complete)?;
        crate::prints::take(tx.sql(), max, text_complete)?;
        tx.commit()?;
        let conn = self.sql();
        // The indexes of values and texts wait for large batches and come last; what they lack is looked at when nothing else remains.
        let mut behind = left(conn, "text_state")?.max(left(conn, "moment_state")?);
        if behind == 0 {
            let values = left(conn, "value_state")?.saturating_add(self.view().ways_behind()?);
            behind = values.max(left(conn, "print_state")?);
        }
        if behind == 0 && open::is_hurried(conn)? {
            open::calm(conn)?;
        }
        Ok(behind)
    }
}

/// How many parcels may be under way to the second thread and back.
const PARCELS_UNDER_WAY: usize = 4;

/// The texts of some versions, one behind the other.
struct Texts {
    /// The number of each version, and where its text ends.
    ends: Vec<(i64, usize)>,
    text: String,
}

impl Texts {
    fn of(parcel: &Parcel) -> Self {
        let mut texts = Self { ends: Vec::new(), text: String::with_capacity(parcel.size()) };
        for (vid, bytes) in parcel.iter() {
            texts.text.push_str(&comity_stix::search_text(bytes));
            texts.ends.push((vid, texts.text.len()));
        }
        texts
    }
}

/// Reads versions and writes their text on this thread; text is folded on a second one, which is a third of the work.
fn take(conn: &Connection, max: usize) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT vid, bytes FROM version WHERE vid > (SELECT indexed_vid FROM text_state) AND vid < {HORIZON} ORDER BY vid LIMIT ?1"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let mut rows = select.query([i64::try_from(max).unwrap_or(i64::MAX)])?;
    let first = Parcel::read(&mut rows)?;
    let last = if first.is_full() {
        std::thread::scope(|scope| {
            // Each holds all that may be under way, so neither thread waits while the other waits for it.
            let (bytes_in, bytes_out) = sync_channel::<Parcel>(PARCELS_UNDER_WAY);
            let (texts_in, texts_out) = sync_channel::<Texts>(PARCELS_UNDER_WAY);
            scope.spawn(move || {
                for parcel in bytes_out {
                    if texts_in.send(Texts::of(&parcel)).is_err() {
                        break;
                    }
                }
            });
            pump(conn, first, &mut rows, bytes_in, &texts_out)
        })?
    } else {
        write(conn, &Texts::of(&first))?
    };
    if let Some(last) = last {
        conn.execute("UPDATE text_state SET indexed_vid = ?1", [last])?;
    }
    Ok(())
}

/// Keeps the second thread busy and writes what comes back, in order; returns the last version written.
fn pump(
    conn: &Connection,
    mut parcel: Parcel,
    rows: &mut Rows<'_>,
    bytes_in: SyncSender<Parcel>,
    texts_out: &Receiver<Texts>,
) -> Result<Option<i64>, StoreError> {
    let mut under_way = 0;
    let mut last = None;
    while !parcel.is_empty() {
        // Sending and receiving fail only where the other thread is gone; the missing text then ends the transaction.
        if bytes_in.send(parcel).is_ok() {
            under_way += 1;
        }
        if under_way == PARCELS_UNDER_WAY {
            last = write(conn, &receive(texts_out)?)?;
            under_way -= 1;
        }
        parcel = Parcel::read(rows)?;
    }
    for _ in 0..under_way {
        last = write(conn, &receive(texts_out)?)?;
    }
    Ok(last)
}

fn receive(texts_out: &Receiver<Texts>) -> Result<Texts, StoreError> {
    texts_out.recv().map_err(|_| StoreError::Damaged { what: "full text", row: 0 })
}

fn write(conn: &Connection, texts: &Texts) -> Result<Option<i64>, StoreError> {
    let mut insert = conn.prepare_cached("INSERT INTO version_text (rowid, body) VALUES (?1, ?2)")?;
    let mut from = 0;
    for (vid, end) in &texts.ends {
        insert.execute((vid, texts.text.get(from..*end).unwrap_or_default()))?;
        from = *end;
    }
    Ok(texts.ends.last().map(|(vid, _)| *vid))
}

/// Takes one version out of the index, words and all. The bytes must still be those that were indexed.
pub(crate) fn remove(conn: &Connection, vid: i64, bytes: &[u8]) -> rusqlite::Result<()> {
    let indexed: i64 = conn.prepare_cached("SELECT indexed_vid FROM text_state")?.query_row([], |row| row.get(0))?;
    if vid <= indexed {
        conn.prepare_cached("INSERT INTO version_text (version_text, rowid, body) VALUES ('delete', ?1, ?2)")?
            .execute((vid, comity_stix::search_text(bytes)))?;
    }
    Ok(())
}

/// Lowers the mark to what is held, so that it never names a row that is gone.
pub(crate) fn lower_mark(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute(
        "UPDATE text_state SET indexed_vid = min(indexed_vid, coalesce((SELECT max(vid) FROM version), 0))",
        [],
    )?;
    Ok(())
}
