//! Finding objects by words, type, time, marking and origin; newest first, a page at a time.
//!
//! Guarantees: the cost of a page does not grow with what is held: without words it walks one index per type, with words it looks
//! at no more than [`TEXT_MATCHES_MAX`] matches and says when there were more. Only current versions are found.

use crate::error::StoreError;
use crate::filter::{CONDITION, Filter, Resolved};
use crate::intern;
use crate::origin::Origin;
use crate::record::flag;
use crate::view::{VERSION_COLUMNS, VISIBLE, VersionRow, View};
use comity_vocab::{SecurityLabel, Timestamp};
use rusqlite::named_params;
use rusqlite::types::Value;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// The most text matches one page looks at, the ones that came in last.
pub const TEXT_MATCHES_MAX: i64 = 10_000;
/// The most hits on one page.
pub const PAGE_MAX: usize = 1_000;

/// Versions fetched of each type at first, and of a type that turns out to be needed again.
const WALK_FIRST: i64 = 2;
const WALK_NEXT: i64 = 16;

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
    /// The hits, newest first.
    pub hits: Vec<Hit>,
    /// What to give as `after` for the next page; `None` on the last.
    pub next: Option<String>,
    /// Versions that full text does not cover yet; a search for words may miss them.
    pub text_behind: u64,
    /// Whether there were more text matches than were looked at.
    pub cut: bool,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    version: Vec<u8>,
    vid: i64,
}

/// Versions of one type that wait to be merged; the newest is last. Compared by it.
struct Waiting {
    found: Vec<Found>,
    tid: i64,
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
        self.found.last().cmp(&other.found.last())
    }
}

impl View<'_> {
    /// Finds current versions, newest first.
    ///
    /// # Errors
    /// [`StoreError::Query`] where the text has no word or the cursor is not ours; a failing database.
    pub fn search(&self, query: &SearchQuery) -> Result<SearchPage, StoreError> {
        // What was found must still be there when it is read: another process may erase it in between.
        self.on_one_snapshot(|| self.search_now(query))
    }

    fn search_now(&self, query: &SearchQuery) -> Result<SearchPage, StoreError> {
        let limit = if query.limit == 0 { 50 } else { query.limit.min(PAGE_MAX) };
        let after = query.after.as_deref().map(read_cursor).transpose()?;
        let mut page = SearchPage { text_behind: self.text_behind()?, ..SearchPage::default() };
        let mut found = match &query.text {
            None => self.walk(&query.filter, limit, after.as_ref())?,
            Some(text) => self.matching(text, &query.filter, limit, after.as_ref(), &mut page)?,
        };
        if found.len() > limit {
            found.truncate(limit);
            page.next = found.last().map(|last| format!("{}-{}", hex::encode(&last.version), last.vid));
        }
        page.hits = found.iter().map(|found| self.hit(found.vid)).collect::<Result<_, _>>()?;
        Ok(page)
    }

    /// Walks the newest-first index of every type at once, each only as far as the page needs.
    fn walk(&self, filter: &Filter, limit: usize, after: Option<&Found>) -> Result<Vec<Found>, StoreError> {
        let resolved = filter.resolve(self)?;
        if let Some(source) = self.few(&resolved)? {
            return self.gathered(source, None, &resolved, limit, after);
        }
        // What is not older than `until` need not be walked through.
        let bound = match (&resolved.until, after) {
            (Value::Blob(until), None) => Some(Found { version: until.clone(), vid: 0 }),
            _ => None,
        };
        let after = after.or(bound.as_ref());
        let types = match &resolved.types {
            Some(types) => types.clone(),
            None => self
                .conn
                .prepare_cached("SELECT tid FROM type_name")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?,
        };
        let mut waiting: BinaryHeap<Waiting> = BinaryHeap::new();
        for tid in types {
            waiting.extend(self.next_of_type(tid, &resolved, after, WALK_FIRST)?);
        }
        let mut found = Vec::new();
        // One more than the page, to know whether there is a next one.
        while found.len() <= limit {
            let Some(mut newest) = waiting.pop() else { break };
            let Some(first) = newest.found.pop() else { continue };
            if newest.found.is_empty() {
                waiting.extend(self.next_of_type(newest.tid, &resolved, Some(&first), WALK_NEXT)?);
            } else {
                waiting.push(newest);
            }
            found.push(first);
        }
        Ok(found)
    }

    /// Returns the next versions of one type, `None` where there are no more.
    fn next_of_type(
        &self,
        tid: i64,
        resolved: &Resolved,
        after: Option<&Found>,
        limit: i64,
    ) -> Result<Option<Waiting>, StoreError> {
        let sql = format!(
            "SELECT v.version, v.vid FROM version v CROSS JOIN object o ON o.oid = v.oid AND o.current = v.vid
             WHERE v.tid = :tid AND (:after IS NULL OR (v.version <= :after AND (v.version, v.vid) < (:after, :after_vid)))
               AND {CONDITION} AND {VISIBLE}
             ORDER BY v.version DESC, v.vid DESC LIMIT :limit"
        );
        let (after, after_vid) = cursor_values(after);
        // Without a bound the walk begins at the end; any bound lets the index seek.
        let sql = if after == Value::Null { sql } else { sql.replace(":after IS NULL OR ", "") };
        let sql = if resolved.since == Value::Null { sql } else { sql.replace(":since IS NULL OR ", "") };
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut found: Vec<Found> = statement
            .query_map(
                named_params! {
                    ":tid": tid, ":after": after, ":after_vid": after_vid, ":limit": limit,
                    ":since": resolved.since, ":until": resolved.until, ":origins": resolved.origins,
                    ":labels": resolved.labels, ":unmarked": resolved.unmarked,
                },
                |row| Ok(Found { version: row.get(0)?, vid: row.get(1)? }),
            )?
            .collect::<Result<_, _>>()?;
        found.reverse();
        Ok((!found.is_empty()).then_some(Waiting { found, tid }))
    }

    fn matching(
        &self,
        text: &str,
        filter: &Filter,
        limit: usize,
        after: Option<&Found>,
        page: &mut SearchPage,
    ) -> Result<Vec<Found>, StoreError> {
        let expression = comity_stix::fts_query(text).ok_or(StoreError::Query { part: "text" })?;
        let resolved = filter.resolve(self)?;
        let matches: i64 = self
            .conn
            .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM version_text WHERE version_text MATCH ?1 LIMIT ?2)")?
            .query_row((&expression, TEXT_MATCHES_MAX + 1), |row| row.get(0))?;
        page.cut = matches > TEXT_MATCHES_MAX;
        let source = format!(
            "(SELECT rowid AS vid FROM version_text WHERE version_text MATCH :text ORDER BY rowid DESC LIMIT {TEXT_MATCHES_MAX}) t
             CROSS JOIN version v ON v.vid = t.vid"
        );
        self.gathered(&source, Some(expression), &resolved, limit, after)
    }

    /// Sorts what a source of few rows `v` has.
    fn gathered(
        &self,
        source: &str,
        expression: Option<String>,
        resolved: &Resolved,
        limit: usize,
        after: Option<&Found>,
    ) -> Result<Vec<Found>, StoreError> {
        let sql = format!(
            "SELECT v.version, v.vid FROM {source} CROSS JOIN object o ON o.oid = v.oid AND o.current = v.vid
             WHERE (:text IS NULL OR :text <> '') AND (:types IS NULL OR v.tid IN (SELECT value FROM json_each(:types)))
               AND (:after IS NULL OR (v.version, v.vid) < (:after, :after_vid)) AND {CONDITION} AND {VISIBLE}
             ORDER BY v.version DESC, v.vid DESC LIMIT :limit"
        );
        let (after, after_vid) = cursor_values(after);
        let types = resolved.types.as_deref().map_or(Value::Null, crate::view::number_list);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map(
            named_params! {
                ":text": expression, ":types": types, ":after": after, ":after_vid": after_vid, ":limit": limit as i64 + 1,
                ":since": resolved.since, ":until": resolved.until, ":origins": resolved.origins,
                ":labels": resolved.labels, ":unmarked": resolved.unmarked,
            },
            |row| Ok(Found { version: row.get(0)?, vid: row.get(1)? }),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
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

fn cursor_values(after: Option<&Found>) -> (Value, i64) {
    after.map_or((Value::Null, 0), |found| (Value::Blob(found.version.clone()), found.vid))
}

fn read_cursor(text: &str) -> Result<Found, StoreError> {
    let bad = || StoreError::Query { part: "cursor" };
    let (version, vid) = text.split_once('-').ok_or_else(bad)?;
    Ok(Found { version: hex::decode(version).map_err(|_| bad())?, vid: vid.parse().map_err(|_| bad())? })
}
