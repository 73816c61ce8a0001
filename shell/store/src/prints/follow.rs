//! How the index of texts follows the versions: in batches behind the imports, in the order they came.
//!
//! Guarantees: one number says what it covers; what a version gave is found by its bytes and taken away with them; it can be derived
//! from the bytes again, and `verify` does so. Does not know: what is done with what is found.

use super::entry::Entry;
use super::segment;
use crate::error::StoreError;
use crate::parcel::Parcel;
use crate::verify::{VerifyError, bad};
use crate::view::{View, unsigned};
use comity_release::leak::{PRINTS, PrintKey, Printer};
use rusqlite::Connection;
use std::sync::mpsc::sync_channel;

const HORIZON: &str = "coalesce((SELECT min(first_vid) FROM import WHERE state = 0), 9223372036854775807)";
/// Versions behind from which on a batch is taken although full text is not complete.
const BEHIND_MAX: i64 = 50_000;
/// The most bytes of objects in one batch: their prints are in memory until the batch is written.
const BATCH_BYTES: usize = 12 << 20;
/// How many parcels may be under way to the second thread.
const PARCELS_UNDER_WAY: usize = 4;

/// Returns the key of this node's prints; it comes of the secret that the values' numbers have.
pub(super) fn key(conn: &Connection) -> rusqlite::Result<PrintKey> {
    let secret: Vec<u8> = conn.prepare_cached("SELECT secret FROM value_state")?.query_row([], |row| row.get(0))?;
    Ok(PrintKey::new(&secret))
}

/// Begins again where another edition of the rules filled the index: what it gave could not be found again.
pub(crate) fn check_edition(conn: &Connection) -> Result<(), rusqlite::Error> {
    let edition: u32 = conn.query_row("SELECT edition FROM print_state", [], |row| row.get(0))?;
    if edition != PRINTS {
        // With a condition, for the rows of a table that is emptied as a whole are not counted as they go.
        conn.execute_batch("DELETE FROM print_page WHERE page IS NOT NULL; DELETE FROM print_segment")?;
        conn.execute("UPDATE print_state SET indexed_vid = 0, segments = 0, prints = 0, edition = ?1", [PRINTS])?;
    }
    Ok(())
}

/// Takes a batch of versions into the index, unless it is better to wait for a larger one.
pub(crate) fn take(conn: &Connection, max: usize, text_complete: bool) -> Result<(), StoreError> {
    let behind: i64 = conn
        .prepare_cached("SELECT coalesce((SELECT max(vid) FROM version), 0) - indexed_vid FROM print_state")?
        .query_row([], |row| row.get(0))?;
    if behind <= 0 || (!text_complete && behind < BEHIND_MAX) {
        return Ok(());
    }
    let limit = i64::try_from(max).unwrap_or(i64::MAX).max(BEHIND_MAX);
    let (last, entries) = read(conn, limit)?;
    segment::add(conn, entries)?;
    if let Some(last) = last {
        conn.prepare_cached("UPDATE print_state SET indexed_vid = ?1")?.execute([last])?;
    }
    Ok(())
}

/// Reads versions on this thread while a second one makes their prints; returns the last version and the entries.
fn read(conn: &Connection, limit: i64) -> Result<(Option<i64>, Vec<Entry>), StoreError> {
    let sql = format!(
        "SELECT vid, bytes FROM version WHERE vid > (SELECT indexed_vid FROM print_state) AND vid < {HORIZON} ORDER BY vid LIMIT ?1"
    );
    let key = key(conn)?;
    let mut select = conn.prepare_cached(&sql)?;
    let mut rows = select.query([limit])?;
    std::thread::scope(|scope| {
        let (give, take) = sync_channel::<Parcel>(PARCELS_UNDER_WAY);
        let second = scope.spawn(move || {
            let mut printer = Printer::new(key);
            let (mut entries, mut prints) = (Vec::new(), Vec::new());
            for parcel in take {
                for (vid, bytes) in parcel.iter() {
                    printer.each_of_object(bytes, &mut prints);
                    entries.extend(prints.drain(..).map(|print| Entry { print, vid }));
                }
            }
            entries
        });
        let (mut last, mut bytes) = (None, 0);
        let mut given = Ok(());
        // Giving fails only where the other thread is gone, and then joining it fails.
        while bytes < BATCH_BYTES && given.is_ok() {
            let parcel = Parcel::read(&mut rows)?;
            let Some(end) = parcel.last() else { break };
            last = Some(end);
            bytes += parcel.size();
            given = give.send(parcel);
        }
        drop(give);
        match (given, second.join()) {
            (Ok(()), Ok(entries)) => Ok((last, entries)),
            _ => Err(StoreError::Damaged { what: "index of texts", row: 0 }),
        }
    })
}

/// Takes what a version gave out of the index, in the transaction in which the version goes.
pub(crate) fn forget_version(conn: &Connection, vid: i64, bytes: &[u8]) -> Result<(), StoreError> {
    let indexed: i64 = conn.prepare_cached("SELECT indexed_vid FROM print_state")?.query_row([], |row| row.get(0))?;
    if vid > indexed {
        return Ok(());
    }
    let prints = Printer::new(key(conn)?).object(bytes);
    segment::forget(conn, vid, &prints)
}

/// Lowers the mark to what is held, so that a number that is given out again is read again.
pub(crate) fn lower_mark(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute(
        "UPDATE print_state SET indexed_vid = min(indexed_vid, coalesce((SELECT max(vid) FROM version), 0))",
        [],
    )?;
    Ok(())
}

impl View<'_> {
    /// Returns how many visible versions the index of texts does not cover yet.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn prints_behind(&self) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT count(*) FROM version WHERE vid > (SELECT indexed_vid FROM print_state) AND vid < {HORIZON}"
        );
        Ok(self.conn.prepare_cached(&sql)?.query_row([], |row| row.get(0)).map(unsigned)?)
    }
}

/// Derives the index again and compares.
pub(crate) fn verify(view: &View<'_>) -> Result<(), VerifyError> {
    if !segment::whole(view.conn)? {
        return Err(bad("text index", 0, "pages are missing"));
    }
    // A mark beyond what there is would have what comes next passed over.
    let (indexed, edition): (i64, u32) =
        view.conn
            .query_row("SELECT indexed_vid, edition FROM print_state", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if indexed >= crate::taxii::next_vid(view.conn)? || edition != PRINTS {
        return Err(bad("text index", indexed, "covers what there never was"));
    }
    let mut held = Sum::default();
    for segment in segment::segments(view.conn)? {
        let mut entries = segment::Reader::new(view.conn, segment);
        while let Some(entry) = entries.next().map_err(|_| bad("text index", segment, "a page is damaged"))? {
            held.add(entry);
        }
    }
    let mut derived = Sum::default();
    let mut printer = Printer::new(key(view.conn)?);
    let mut select =
        view.conn.prepare("SELECT vid, bytes FROM version WHERE vid <= (SELECT indexed_vid FROM print_state)")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let vid: i64 = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob().map_err(|_| bad("version", vid, "the bytes are no bytes"))?;
        printer.object(bytes).into_iter().for_each(|print| derived.add(Entry { print, vid }));
    }
    if derived == held { Ok(()) } else { Err(bad("text index", 0, "it is not what the texts say")) }
}

/// A sum that does not depend on order. Not against an adversary (who could change the bytes as well), against decay.
#[derive(Default, PartialEq, Eq)]
struct Sum(u64, u64);

impl Sum {
    fn add(&mut self, entry: Entry) {
        let mixed = (entry.print ^ entry.vid.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .wrapping_mul(0xbf58_476d_1ce4_e5b9)
            .rotate_left(31);
        self.0 += 1;
        self.1 = self.1.wrapping_add(mixed.wrapping_mul(mixed | 1));
    }
}
