//! The newest versions that a filter lets through: one index per type is walked, all at once.
//!
//! Guarantees: newest first over all types, exactly; at most [`SearchBounds::looked`] versions are looked at, then the page ends where
//! all types have been looked at so far. An object that changes while somebody pages moves: it may be told again, or be missed until one
//! begins from the first page. Does not know: words.

use crate::error::StoreError;
use crate::place::{Found, Page, Place};
use crate::search::SearchBounds;
use crate::sieve::{FINISHED, SEEN_COLUMNS, Seen, Sieve};
use crate::view::View;
use rusqlite::named_params;
use rusqlite::types::Value;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Versions fetched of each type at first, of a type that turns out to be needed again, and where most are not let through.
const WALK_FIRST: usize = 2;
const WALK_NEXT: usize = 16;
const WALK_MOST: usize = 1_024;

/// Versions of one type that wait to be merged; the newest is last.
struct Waiting {
    found: Vec<Found>,
    /// How far this type was looked at; `None` where nothing is left behind what was found.
    reached: Option<Found>,
    tid: i64,
    fetch: usize,
}

impl Waiting {
    /// The newest that this type may still have.
    fn head(&self) -> Option<&Found> {
        self.found.last().or(self.reached.as_ref())
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.head().cmp(&other.head())
    }
}

impl View<'_> {
    /// Returns a page of the newest.
    pub(crate) fn newest(
        &self,
        sieve: &Sieve,
        limit: usize,
        after: Option<Place>,
        bounds: &SearchBounds,
    ) -> Result<Page, StoreError> {
        let after = match after {
            None => None,
            Some(Place::Newest(found)) => Some(found),
            Some(_) => return Err(StoreError::Query { part: "cursor" }),
        };
        if let Some(few) = self.few(sieve, false)? {
            return self.of_few(&few, sieve, limit, after.as_ref());
        }
        // What is not older than `until` need not be walked through.
        let after = after.or_else(|| sieve.until.clone().map(|version| Found { version, vid: 0 }));
        let types = match &sieve.types {
            Some(types) => types.clone(),
            None => self.type_numbers()?,
        };
        let mut looked = 0;
        let mut waiting: BinaryHeap<Waiting> = BinaryHeap::new();
        for tid in types {
            waiting.extend(self.next_of_type(tid, sieve, after.as_ref(), WALK_FIRST, &mut looked)?);
        }
        let mut page = Page::default();
        let mut last = None;
        while let Some(mut newest) = waiting.pop() {
            if let Some(found) = newest.found.pop() {
                if page.vids.len() == limit {
                    page.next = last.map(Place::Newest);
                    break;
                }
                page.vids.push(found.vid);
                last = Some(found);
                if newest.head().is_some() {
                    waiting.push(newest);
                }
            } else if let Some(reached) = newest.reached {
                if looked >= bounds.looked {
                    // Whatever is newer than this has been looked at in every type, so that the next page misses nothing.
                    page.next = Some(Place::Newest(reached));
                    page.cut = true;
                    break;
                }
                let fetch = (newest.fetch * 4).clamp(WALK_NEXT, WALK_MOST);
                waiting.extend(self.next_of_type(newest.tid, sieve, Some(&reached), fetch, &mut looked)?);
            }
        }
        Ok(page)
    }

    /// Sorts the few that the filter may let through.
    fn of_few(&self, few: &[i64], sieve: &Sieve, limit: usize, after: Option<&Found>) -> Result<Page, StoreError> {
        let mut found = self.found(few, sieve)?;
        found.retain(|one| after.is_none_or(|after| one < after));
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().cloned().filter(|_| more).map(Place::Newest);
        Ok(Page { vids: found.iter().map(|found| found.vid).collect(), next, cut: false })
    }

    /// Returns those that are let through, newest first.
    pub(crate) fn found(&self, vids: &[i64], sieve: &Sieve) -> Result<Vec<Found>, StoreError> {
        let mut found = Vec::new();
        self.look(vids, sieve, |seen| {
            found.push(Found { version: seen.version, vid: seen.vid });
            Ok(())
        })?;
        found.sort_unstable_by(|one, other| other.cmp(one));
        Ok(found)
    }

    /// Looks at the next versions of one type; `None` where there are no more.
    fn next_of_type(
        &self,
        tid: i64,
        sieve: &Sieve,
        after: Option<&Found>,
        fetch: usize,
        looked: &mut usize,
    ) -> Result<Option<Waiting>, StoreError> {
        // Without a bound the walk begins at the end; a bound lets the index seek.
        let behind =
            if after.is_some() { "AND v.version <= :after AND (v.version, v.vid) < (:after, :after_vid)" } else { "" };
        let sql = format!(
            "SELECT {SEEN_COLUMNS}, coalesce(o.current = v.vid, 0) AND {FINISHED} FROM version v INDEXED BY version_newest
             LEFT JOIN object o ON o.oid = v.oid LEFT JOIN import i ON i.iid = v.iid
             WHERE v.tid = :tid AND v.version >= :since {behind} ORDER BY v.version DESC, v.vid DESC LIMIT :fetch"
        );
        let since = Value::Blob(sieve.since.clone().unwrap_or_default());
        let fetch_number = fetch as i64;
        let mut parameters: Vec<(&str, &dyn rusqlite::ToSql)> =
            named_params! { ":tid": tid, ":since": since, ":fetch": fetch_number }.to_vec();
        if let Some(after) = after {
            parameters.extend_from_slice(named_params! { ":after": after.version, ":after_vid": after.vid });
        }
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(parameters.as_slice())?;
        let (mut found, mut reached, mut count) = (Vec::new(), None, 0);
        while let Some(row) = rows.next()? {
            let counts: bool = row.get(6)?;
            let place = Found { version: row.get(5)?, vid: row.get(0)? };
            count += 1;
            if counts && sieve.lets(&Seen::read(row)?) {
                found.push(place.clone());
            }
            reached = Some(place);
        }
        *looked += count;
        found.reverse();
        let reached = reached.filter(|_| count == fetch);
        Ok((!found.is_empty() || reached.is_some()).then_some(Waiting { found, reached, tid, fetch }))
    }
}
