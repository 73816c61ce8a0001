//! Segments: sorted entries in pages, written once, merged with their neighbours, rewritten only where something is taken out.
//!
//! Guarantees: few segments, however many there were batches: each is more than [`RATIO`] times as large as the one after it. Counts
//! of pages and entries are kept beside, so that a page that is gone is noticed. Does not know: what a print is of.

use super::entry::{Entry, PAGE_ENTRIES, ordered, pack, unpack};
use crate::error::StoreError;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;

/// How much larger a segment is than the next.
const RATIO: i64 = 3;
/// Pages read at once while segments are merged.
const PAGES_AT_ONCE: i64 = 64;

fn damaged(page: i64) -> StoreError {
    StoreError::Damaged { what: "page of the index of texts", row: page }
}

/// Writes entries, which are in order, as a new segment.
struct Writer<'c> {
    conn: &'c Connection,
    segment: i64,
    page: Vec<Entry>,
    pages: i64,
    prints: i64,
}

impl<'c> Writer<'c> {
    fn begin(conn: &'c Connection) -> Result<Self, StoreError> {
        let segment = conn
            .prepare_cached("INSERT INTO print_segment (pages, prints) VALUES (0, 0) RETURNING segment")?
            .query_row([], |row| row.get(0))?;
        Ok(Self { conn, segment, page: Vec::with_capacity(PAGE_ENTRIES), pages: 0, prints: 0 })
    }

    fn push(&mut self, entry: Entry) -> Result<(), StoreError> {
        self.page.push(entry);
        if self.page.len() == PAGE_ENTRIES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let Some(first) = self.page.first() else { return Ok(()) };
        self.conn
            .prepare_cached("INSERT INTO print_page (segment, first, first_vid, prints) VALUES (?1, ?2, ?3, ?4)")?
            .execute((self.segment, ordered(first.print), first.vid, pack(&self.page)?))?;
        self.pages += 1;
        self.prints += self.page.len() as i64;
        self.page.clear();
        Ok(())
    }

    fn end(mut self) -> Result<i64, StoreError> {
        self.flush()?;
        self.conn.prepare_cached("UPDATE print_segment SET pages = ?2, prints = ?3 WHERE segment = ?1")?.execute((
            self.segment,
            self.pages,
            self.prints,
        ))?;
        Ok(self.prints)
    }
}

/// Reads the entries of a segment in order.
pub(super) struct Reader<'c> {
    conn: &'c Connection,
    segment: i64,
    after: (i64, i64),
    entries: std::vec::IntoIter<Entry>,
    last: Option<Entry>,
}

impl<'c> Reader<'c> {
    pub fn new(conn: &'c Connection, segment: i64) -> Self {
        Self { conn, segment, after: (i64::MIN, -1), entries: Vec::new().into_iter(), last: None }
    }

    pub fn next(&mut self) -> Result<Option<Entry>, StoreError> {
        if let Some(entry) = self.entries.next() {
            return Ok(Some(entry));
        }
        let mut select = self.conn.prepare_cached(
            "SELECT page, first, first_vid, prints FROM print_page WHERE segment = ?1 AND (first, first_vid) > (?2, ?3)
             ORDER BY first, first_vid LIMIT ?4",
        )?;
        let mut rows = select.query((self.segment, self.after.0, self.after.1, PAGES_AT_ONCE))?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            let (page, first, first_vid): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let bytes = row.get_ref(3)?.as_blob().map_err(|_| damaged(page))?;
            let some = unpack(bytes).ok_or_else(|| damaged(page))?;
            let begins = some.first().is_some_and(|it| (ordered(it.print), it.vid) == (first, first_vid));
            let follows = some.first().is_some_and(|it| self.last.is_none_or(|last| last < *it));
            if !begins || !follows {
                return Err(damaged(page));
            }
            self.last = some.last().copied();
            self.after = (first, first_vid);
            entries.extend(some);
        }
        self.entries = entries.into_iter();
        Ok(self.entries.next())
    }
}

fn state(conn: &Connection, segments: i64, prints: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE print_state SET segments = segments + ?1, prints = prints + ?2")?
        .execute((segments, prints))?;
    Ok(())
}

/// Adds a batch of entries and keeps the number of segments small.
pub(super) fn add(conn: &Connection, mut entries: Vec<Entry>) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    entries.sort_unstable();
    entries.dedup();
    let mut writer = Writer::begin(conn)?;
    for entry in entries {
        writer.push(entry)?;
    }
    let added = writer.end()?;
    state(conn, 1, added)?;
    while merge_last(conn)? {}
    Ok(())
}

/// Merges the last two segments where the first of them is not much larger.
fn merge_last(conn: &Connection) -> Result<bool, StoreError> {
    let last: Vec<(i64, i64)> = conn
        .prepare_cached("SELECT segment, prints FROM print_segment ORDER BY segment DESC LIMIT 2")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let [(new, new_prints), (old, old_prints)] = last.as_slice() else { return Ok(false) };
    if *old_prints > RATIO * new_prints {
        return Ok(false);
    }
    let (mut one, mut other) = (Reader::new(conn, *old), Reader::new(conn, *new));
    let mut writer = Writer::begin(conn)?;
    let (mut a, mut b) = (one.next()?, other.next()?);
    loop {
        match (a, b) {
            (Some(left), Some(right)) if left <= right => {
                writer.push(left)?;
                // One version is in one batch only, but what was cut short and taken again may be in two.
                if left == right {
                    b = other.next()?;
                }
                a = one.next()?;
            }
            (_, Some(right)) => {
                writer.push(right)?;
                b = other.next()?;
            }
            (Some(left), None) => {
                writer.push(left)?;
                a = one.next()?;
            }
            (None, None) => break,
        }
    }
    let merged = writer.end()?;
    for segment in [old, new] {
        conn.prepare_cached("DELETE FROM print_page WHERE segment = ?1")?.execute([segment])?;
        conn.prepare_cached("DELETE FROM print_segment WHERE segment = ?1")?.execute([segment])?;
    }
    state(conn, -1, merged - old_prints - new_prints)?;
    Ok(true)
}

pub(super) fn segments(conn: &Connection) -> rusqlite::Result<Vec<i64>> {
    conn.prepare_cached("SELECT segment FROM print_segment ORDER BY segment")?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// Visits the pages of a segment that can hold a print, the last first, until `visit` says that it is enough.
pub(super) fn pages_of(
    conn: &Connection,
    segment: i64,
    print: u64,
    visit: &mut dyn FnMut(i64, Vec<Entry>) -> bool,
) -> Result<(), StoreError> {
    let mut select = conn.prepare_cached(
        "SELECT page, first, prints FROM print_page WHERE segment = ?1 AND first <= ?2 ORDER BY first DESC, first_vid DESC",
    )?;
    let mut rows = select.query((segment, ordered(print)))?;
    while let Some(row) = rows.next()? {
        let (page, first): (i64, i64) = (row.get(0)?, row.get(1)?);
        let bytes = row.get_ref(2)?.as_blob().map_err(|_| damaged(page))?;
        let more = visit(page, unpack(bytes).ok_or_else(|| damaged(page))?);
        // A page that begins before the print is the last one that can hold it.
        if !more || first < ordered(print) {
            break;
        }
    }
    Ok(())
}

/// Takes the entries of one version out, wherever they are.
pub(super) fn forget(conn: &Connection, vid: i64, prints: &[u64]) -> Result<(), StoreError> {
    for segment in segments(conn)? {
        // Several prints of one text may lie in one page: it is rewritten once.
        let mut changed: BTreeMap<i64, Vec<Entry>> = BTreeMap::new();
        let mut gone = 0;
        for print in prints {
            pages_of(conn, segment, *print, &mut |page, entries| {
                let entries = changed.remove(&page).map_or((entries, false), |changed| (changed, true));
                let (mut entries, was_changed) = entries;
                let found = entries.binary_search(&Entry { print: *print, vid });
                if let Ok(at) = found {
                    entries.remove(at);
                    gone += 1;
                }
                if was_changed || found.is_ok() {
                    changed.insert(page, entries);
                }
                found.is_err()
            })?;
        }
        if gone == 0 {
            continue;
        }
        let mut emptied = 0;
        for (page, entries) in changed {
            match entries.first() {
                Some(first) => {
                    conn.prepare_cached(
                        "UPDATE print_page SET first = ?2, first_vid = ?3, prints = ?4 WHERE page = ?1",
                    )?
                    .execute((page, ordered(first.print), first.vid, pack(&entries)?))?;
                }
                None => {
                    conn.prepare_cached("DELETE FROM print_page WHERE page = ?1")?.execute([page])?;
                    emptied += 1;
                }
            }
        }
        conn.prepare_cached("UPDATE print_segment SET pages = pages - ?2, prints = prints - ?3 WHERE segment = ?1")?
            .execute((segment, emptied, gone))?;
        state(conn, 0, -gone)?;
    }
    // Empty segments are none.
    let empty = conn.prepare_cached("DELETE FROM print_segment WHERE prints = 0")?.execute([])?;
    state(conn, -(empty as i64), 0)?;
    Ok(())
}

/// Tells whether every page and segment that was counted is there.
pub(super) fn whole(conn: &Connection) -> rusqlite::Result<bool> {
    let bad: Option<i64> = conn
        .prepare_cached(
            "SELECT 1 FROM print_segment s WHERE s.pages <> (SELECT count(*) FROM print_page p WHERE p.segment = s.segment) LIMIT 1",
        )?
        .query_row([], |row| row.get(0))
        .optional()?;
    let counted: bool = conn
        .prepare_cached(
            "SELECT count(*) = 1 AND max(s.segments = (SELECT count(*) FROM print_segment)
                    AND s.prints = (SELECT coalesce(sum(prints), 0) FROM print_segment)) FROM print_state s",
        )?
        .query_row([], |row| row.get::<_, Option<bool>>(0).map(|it| it.unwrap_or(false)))?;
    Ok(bad.is_none() && counted)
}
