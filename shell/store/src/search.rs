//! Finding objects by words, type, time, marking and origin; newest first, a page at a time.
//!
//! Guarantees: the cost of a page does not grow with what is held: [`SearchBounds`] says how much one page looks at. What was not looked
//! at is never said not to be there: such a page says that it is cut, and its `next` goes on behind it, so that every object is found once
//! that does not change meanwhile. One that changes while somebody pages may move, and be found twice or not at all.
//! Filters come before every cut. Only current versions are found.

use crate::error::StoreError;
use crate::filter::Filter;
use crate::intern;
use crate::origin::Origin;
use crate::place::Place;
use crate::record::flag;
use crate::view::{VERSION_COLUMNS, VersionRow, View};
use comity_vocab::{SecurityLabel, Timestamp};

/// The most matches of words that are put in order at once, those that came last; behind them the next so many.
pub const TEXT_MATCHES_MAX: usize = 10_000;
/// The most hits on one page.
pub const PAGE_MAX: usize = 1_000;

/// How much one question looks at. In use it is the default; tests make it small.
#[derive(Clone, Copy, Debug)]
pub struct SearchBounds {
    /// Matches that are put in order at once.
    pub block: usize,
    /// Versions that a page looks at before it says that there may be more.
    pub looked: usize,
    /// Matches of words that are passed over for it.
    pub streamed: usize,
}

impl Default for SearchBounds {
    fn default() -> Self {
        Self { block: TEXT_MATCHES_MAX, looked: 50_000, streamed: 500_000 }
    }
}

/// What to search for.
#[derive(Clone, Debug, Default)]
pub struct SearchQuery {
    /// Words, quoted phrases, beginnings with `*`; `None` finds everything the filter lets through.
    pub text: Option<String>,
    /// What narrows it.
    pub filter: Filter,
    /// Hits on the page; 0 means 50, and at most [`PAGE_MAX`].
    pub limit: usize,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// One object found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The identifier.
    pub id: String,
    /// The object's type.
    pub object_type: String,
    /// Its name.
    pub name: Option<String>,
    /// `modified` as an instant.
    pub modified: Option<Timestamp>,
    /// `modified` as written; empty without one.
    pub version_text: String,
    /// The effective label; `None` is unmarked.
    pub label: Option<SecurityLabel>,
    /// Where it came from.
    pub origin: Origin,
    /// Whether it has defects.
    pub defective: bool,
    /// Whether it says that it is revoked.
    pub revoked: bool,
}

/// A page of hits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchPage {
    /// The hits, newest first; see `cut`.
    pub hits: Vec<Hit>,
    /// What to give as `after` for the next page; `None` on the last. A page may have few hits, or none, and a next one.
    pub next: Option<String>,
    /// At most how many versions or changes the indexes that were asked do not cover yet: a search for words may miss them, also by a value
    /// in another spelling. 0 without words, for then no such index is asked.
    pub text_behind: u64,
    /// Whether there is more than was looked at for this page. With words, those that came last are then found first, newest first among
    /// each [`TEXT_MATCHES_MAX`] of them, and `next` goes on with those that came before.
    pub cut: bool,
}

impl View<'_> {
    /// Finds current versions, newest first.
    ///
    /// # Errors
    /// [`StoreError::Query`] where the text has no word or the cursor is not ours; a failing database.
    pub fn search(&self, query: &SearchQuery) -> Result<SearchPage, StoreError> {
        self.search_within(query, &SearchBounds::default())
    }

    /// As [`View::search`], looking at so much.
    ///
    /// # Errors
    /// As [`View::search`].
    pub fn search_within(&self, query: &SearchQuery, bounds: &SearchBounds) -> Result<SearchPage, StoreError> {
        // What was found must still be there when it is read: another process may erase it in between.
        self.on_one_snapshot(|| self.search_now(query, bounds))
    }

    fn search_now(&self, query: &SearchQuery, bounds: &SearchBounds) -> Result<SearchPage, StoreError> {
        let limit = if query.limit == 0 { 50 } else { query.limit.min(PAGE_MAX) };
        let after = query.after.as_deref().map(Place::read).transpose()?;
        let sieve = query.filter.resolve(self)?.sieve;
        let (found, text_behind) = match &query.text {
            None => (self.newest(&sieve, limit, after, bounds)?, 0),
            Some(text) => {
                let words = self.words(text)?;
                (self.matching(&words, &sieve, limit, after, bounds)?, self.coverage(&words)?.behind)
            }
        };
        Ok(SearchPage {
            hits: found.vids.iter().map(|vid| self.hit(*vid)).collect::<Result<_, _>>()?,
            next: found.next.map(|place| place.to_string()),
            text_behind,
            cut: found.cut,
        })
    }

    fn hit(&self, vid: i64) -> Result<Hit, StoreError> {
        let sql = format!("SELECT {VERSION_COLUMNS} FROM version v WHERE v.vid = ?1");
        let row = self.conn.prepare_cached(&sql)?.query_row([vid], VersionRow::read)?;
        let facts = comity_stix::inspect(&row.bytes).map_err(|_| StoreError::Damaged { what: "version", row: vid })?;
        Ok(Hit {
            id: facts.id,
            object_type: facts.object_type,
            name: facts.name,
            modified: facts.version,
            version_text: facts.version_text,
            label: intern::label(self.conn, row.lid)?,
            origin: self.provenance(row.iid)?.origin,
            defective: row.flags & flag::DEFECTIVE != 0,
            revoked: row.flags & flag::REVOKED != 0,
        })
    }
}
