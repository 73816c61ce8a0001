//! Finding objects by words, type, time, marking and origin; newest first, a page at a time.
//!
//! Guarantees: the cost of a page does not grow with what is held: without words it walks one index per type, with words it looks
//! at no more than [`TEXT_MATCHES_MAX`] matches and says when there were more. Only current versions are found.

use crate::error::StoreError;
use crate::filter::{CONDITION, Filter};
use crate::intern;
use crate::origin::Origin;
use crate::record::flag;
use crate::view::{VERSION_COLUMNS, VISIBLE, VersionRow, View};
use comity_vocab::{SecurityLabel, Timestamp};
use rusqlite::named_params;
use rusqlite::types::Value;

/// The most text matches one page looks at, the ones that came in last.
pub const TEXT_MATCHES_MAX: i64 = 20_000;
/// The most hits on one page.
pub const PAGE_MAX: usize = 1_000;

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

struct Found {
    version: Vec<u8>,
    vid: i64,
}

impl View<'_> {
    /// Finds current versions, newest first.
    ///
    /// # Errors
    /// [`StoreError::Query`] where the text has no word or the cursor is not ours; a failing database.
    pub fn search(&self, query: &SearchQuery) -> Result<SearchPage, StoreError> {
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

    /// Walks the newest-first index of each type and merges the beginnings.
    fn walk(&self, filter: &Filter, limit: usize, after: Option<&Found>) -> Result<Vec<Found>, StoreError> {
        let resolved = filter.resolve(self)?;
        let types = match resolved.types {
            Some(types) => types,
            None => self
                .conn
                .prepare_cached("SELECT tid FROM type_name")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?,
        };
        let sql = format!(
            "SELECT v.version, v.vid FROM version v CROSS JOIN object o ON o.oid = v.oid AND o.current = v.vid
             WHERE v.tid = :tid AND (:after IS NULL OR (v.version, v.vid) < (:after, :after_vid)) AND {CONDITION} AND {VISIBLE}
             ORDER BY v.version DESC, v.vid DESC LIMIT :limit"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let (after, after_vid) = cursor_values(after);
        let mut found = Vec::new();
        for tid in types {
            let rows = statement.query_map(
                named_params! {
                    ":tid": tid, ":after": after, ":after_vid": after_vid, ":limit": limit as i64 + 1,
                    ":since": resolved.since, ":until": resolved.until, ":origins": resolved.origins,
                    ":labels": resolved.labels, ":unmarked": resolved.unmarked,
                },
                |row| Ok(Found { version: row.get(0)?, vid: row.get(1)? }),
            )?;
            for row in rows {
                found.push(row?);
            }
        }
        found.sort_by(|a, b| (&b.version, b.vid).cmp(&(&a.version, a.vid)));
        Ok(found)
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
        let sql = format!(
            "SELECT v.version, v.vid
             FROM (SELECT rowid AS vid FROM version_text WHERE version_text MATCH :text ORDER BY rowid DESC LIMIT {TEXT_MATCHES_MAX}) t
             CROSS JOIN version v ON v.vid = t.vid CROSS JOIN object o ON o.oid = v.oid AND o.current = v.vid
             WHERE (:types IS NULL OR v.tid IN (SELECT value FROM json_each(:types)))
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
