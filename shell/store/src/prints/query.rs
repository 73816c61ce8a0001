//! Questions to the indexes of texts and values: in which versions and objects something stands.
//!
//! Guarantees: nothing is answered where an index is behind or a page of it is gone. Does not know: who may know what.

use super::entry::Entry;
use super::{follow, segment};
use crate::correlation;
use crate::error::StoreError;
use crate::held::{Object, Standing};
use crate::view::{VERSION_COLUMNS, VISIBLE, VersionRow, View};
use comity_correlate::{CorrelatedValue, Keying};
use comity_release::leak::PrintKey;
use rusqlite::OptionalExtension;
use std::collections::BTreeSet;

fn visit_entries(entries: &[Entry], print: u64, visit: &mut dyn FnMut(u64, i64) -> bool) -> bool {
    let from = entries.partition_point(|entry| entry.print < print);
    let same = entries.get(from..).unwrap_or_default().iter().take_while(|entry| entry.print == print);
    same.into_iter().all(|entry| visit(print, entry.vid))
}

impl View<'_> {
    /// Returns the key of this node's fingerprints of texts.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn print_key(&self) -> Result<PrintKey, StoreError> {
        Ok(follow::key(self.conn)?)
    }

    /// Tells whether the indexes of texts and values take in everything that is visible, with every page that was counted.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn indexes_whole(&self) -> Result<bool, StoreError> {
        Ok(self.prints_behind()? == 0
            && self.values_behind()? == 0
            && !self.import_unfinished()?
            && segment::whole(self.conn)?)
    }

    /// Whether an import was begun and neither finished nor taken away: what came after it is in no index yet.
    fn import_unfinished(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM import WHERE state = 0)";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Visits the numbers of the versions in which these runs of words stand, segment by segment; `visit` says whether it wants to see
    /// more of this run in this segment.
    ///
    /// # Errors
    /// [`StoreError`]: a failing database, a damaged page.
    pub fn versions_with(
        &self,
        prints: &BTreeSet<u64>,
        visit: &mut dyn FnMut(u64, i64) -> bool,
    ) -> Result<(), StoreError> {
        for segment in segment::segments(self.conn)? {
            // Prints are asked for in order; where they lie close, one page answers for several.
            let mut last: Vec<Entry> = Vec::new();
            for print in prints {
                let inside = last.first().is_some_and(|first| first.print < *print)
                    && last.last().is_some_and(|end| *print < end.print);
                if inside {
                    visit_entries(&last, *print, visit);
                    continue;
                }
                segment::pages_of(self.conn, segment, *print, &mut |_, entries| {
                    let more = visit_entries(&entries, *print, visit);
                    last = entries;
                    more
                })?;
            }
        }
        Ok(())
    }

    /// Returns a version by its number, where it is visible.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or a row is damaged.
    pub fn version_numbered(&self, vid: i64) -> Result<Option<Object>, StoreError> {
        let sql = format!("SELECT {VERSION_COLUMNS} FROM version v WHERE v.vid = ?1 AND {VISIBLE}");
        let row = self.conn.prepare_cached(&sql)?.query_row([vid], VersionRow::read).optional()?;
        row.map(|row| self.object(row, Standing::History)).transpose()
    }

    /// Returns how the numbers of this node's values are keyed.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn value_keying(&self) -> Result<Keying, StoreError> {
        correlation::keying(self.conn)
    }

    /// Returns the numbers of the current versions of the objects that have a value, and at most `max` of them.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn holders_of(&self, keying: &Keying, value: &CorrelatedValue, max: usize) -> Result<Vec<i64>, StoreError> {
        let mut select = self.conn.prepare_cached(
            "SELECT DISTINCT o.current FROM value_key k JOIN object o ON o.oid = k.oid
             WHERE k.hash = ?1 AND o.current IS NOT NULL LIMIT ?2",
        )?;
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let rows = select.query_map((keying.key(value).number(), max), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
