//! What arrived, newest first, and what each officer has read of it.
//!
//! Guarantees: an item from a partner is a row of its own, a file of a feed is one row; a page looks at no more than
//! [`INBOX_LOOKED_MAX`] rows and says where to go on. Does not know: who may see what, what the terms mean.

use crate::desk::ReceivedItem;
use crate::error::StoreError;
use crate::glimpse::Glimpse;
use crate::holdings::Tx;
use crate::origin::Origin;
use crate::view::{View, unsigned};
use comity_vocab::Timestamp;
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

/// The most rows one page looks at.
pub const INBOX_LOOKED_MAX: usize = 10_000;
const CHUNK: i64 = 256;

/// What an inbox shows.
#[derive(Clone, Debug, Default)]
pub struct InboxQuery {
    /// Whose read marks count.
    pub officer: String,
    /// Only from here.
    pub origin: Option<Origin>,
    /// Only items of this type.
    pub object_type: Option<String>,
    /// Only items with this label, as written.
    pub label: Option<String>,
    /// Only what is unread.
    pub unread: bool,
    /// Rows on the page.
    pub limit: usize,
    /// Where the page before ended.
    pub after: Option<InboxCursor>,
}

/// Where a page ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxCursor {
    /// The last item from a partner: time, link, object, version.
    item: Option<(String, String, String, String)>,
    /// The last file of a feed: time and number.
    batch: Option<(String, i64)>,
}

/// A file of a feed that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The number of the import.
    pub import: i64,
    /// The feed.
    pub origin: Origin,
    /// The file's name.
    pub file_name: Option<String>,
    /// The officer who imported it.
    pub officer: Option<String>,
    /// Objects that were new.
    pub accepted: u64,
    /// New versions of known objects.
    pub new_versions: u64,
    /// Conflicts with what is held.
    pub conflicts: u64,
    /// Objects with defects.
    pub defects: u64,
    /// Objects that could not be held.
    pub refused: u64,
}

/// What arrived.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// An item that a partner released to us.
    Item {
        /// The terms under which it came.
        item: ReceivedItem,
        /// What it is.
        object: Glimpse,
        /// Source grade and information grade, where it says so (`B2`).
        grade: Option<String>,
        /// Whether other versions of it are set aside: in conflict, foreign, or quarantined.
        set_aside: bool,
    },
    /// A file of a feed.
    Batch(Batch),
}

/// One row of the inbox.
#[derive(Clone, Debug)]
pub struct InboxRow {
    /// Names the row for read marks.
    pub key: String,
    /// When it came.
    pub at: String,
    /// Whether this officer has read it.
    pub read: bool,
    /// What came.
    pub arrival: Arrival,
}

/// A page of the inbox.
#[derive(Clone, Debug, Default)]
pub struct InboxPage {
    /// The rows, newest first.
    pub rows: Vec<InboxRow>,
    /// Where to go on; `None` at the end.
    pub next: Option<InboxCursor>,
}

fn item_key(item: &ReceivedItem) -> String {
    format!("{} {} {}", item.link, item.object_id, item.version)
}

fn batch_key(import: i64) -> String {
    format!("import {import}")
}

#[derive(Deserialize)]
struct Grading {
    grading: Grades,
}

#[derive(Deserialize)]
struct Grades {
    source_grade: String,
    information_grade: String,
}

/// The two streams that are merged, each with what waits.
struct Streams {
    items: Vec<ReceivedItem>,
    items_end: bool,
    batches: Vec<(String, Batch)>,
    batches_end: bool,
}

impl View<'_> {
    /// Returns a page of what arrived.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or a row is damaged.
    pub fn inbox(&self, query: &InboxQuery) -> Result<InboxPage, StoreError> {
        let until = self.read_until(&query.officer)?;
        let mut at = query.after.clone().unwrap_or_default();
        let only_items = query.object_type.is_some() || query.label.is_some();
        let mut streams = Streams {
            items: Vec::new(),
            items_end: matches!(query.origin, Some(Origin::Feed(_) | Origin::Own)),
            batches: Vec::new(),
            batches_end: only_items || matches!(query.origin, Some(Origin::Link(_) | Origin::Own)),
        };
        let mut page = InboxPage::default();
        for _ in 0..INBOX_LOOKED_MAX {
            self.fill(&mut streams, query, &at)?;
            let item_first = match (streams.items.last(), streams.batches.last()) {
                (None, None) => return Ok(page),
                (Some(item), Some((batch_at, _))) => item.at >= *batch_at,
                (item, _) => item.is_some(),
            };
            if page.rows.len() == query.limit {
                break;
            }
            let (key, came, arrival) = if item_first {
                let Some(item) = streams.items.pop() else { return Ok(page) };
                at.item = Some((item.at.clone(), item.link.clone(), item.object_id.clone(), item.version.clone()));
                if !wanted(&item, query) {
                    continue;
                }
                (item_key(&item), item.at.clone(), Err(item))
            } else {
                let Some((came, batch)) = streams.batches.pop() else { return Ok(page) };
                at.batch = Some((came.clone(), batch.import));
                (batch_key(batch.import), came, Ok(batch))
            };
            let read = self.is_read(&query.officer, &key, &came, until.as_deref())?;
            if query.unread && read {
                continue;
            }
            let arrival = match arrival {
                Ok(batch) => Arrival::Batch(batch),
                Err(item) => self.arrived(item)?,
            };
            page.rows.push(InboxRow { key, at: came, read, arrival });
        }
        page.next = Some(at);
        Ok(page)
    }

    fn fill(&self, streams: &mut Streams, query: &InboxQuery, at: &InboxCursor) -> Result<(), StoreError> {
        if streams.items.is_empty() && !streams.items_end {
            let last = "\u{10FFFF}".to_owned();
            let bound = at.item.clone().unwrap_or_else(|| (last.clone(), last.clone(), last.clone(), last.clone()));
            let sql = "SELECT link, object_id, version, release, log_seq, header, at, recalled
                       FROM received_item WHERE (at, link, object_id, version) < (?1, ?2, ?3, ?4)
                       ORDER BY at DESC, link DESC, object_id DESC, version DESC LIMIT ?5";
            let mut select = self.conn.prepare_cached(sql)?;
            let rows = select.query_map((&bound.0, &bound.1, &bound.2, &bound.3, CHUNK), |row| {
                Ok(ReceivedItem {
                    link: row.get(0)?,
                    object_id: row.get(1)?,
                    version: row.get(2)?,
                    release: row.get(3)?,
                    log_seq: row.get(4).map(unsigned)?,
                    header: row.get(5)?,
                    at: row.get(6)?,
                    recalled: row.get(7)?,
                })
            })?;
            streams.items = rows.collect::<Result<_, _>>()?;
            streams.items.reverse();
            streams.items_end = streams.items.is_empty();
        }
        if streams.batches.is_empty() && !streams.batches_end {
            let name = match &query.origin {
                Some(Origin::Feed(name)) => Some(name.clone()),
                _ => None,
            };
            let bound = at.batch.as_ref().map_or(i64::MAX, |(_, iid)| *iid);
            let sql = "SELECT i.iid, o.name, i.at, i.file_name, i.officer, i.accepted, i.new_versions, i.conflicts, i.defects, i.refused
                       FROM import i JOIN origin o USING (nid)
                       WHERE i.state = 1 AND i.iid < ?1 AND o.name <> 'own' AND o.name NOT LIKE 'link:%' AND (?2 IS NULL OR o.name = ?2)
                       ORDER BY i.iid DESC LIMIT ?3";
            let mut select = self.conn.prepare_cached(sql)?;
            let mut rows = select.query((bound, name, CHUNK))?;
            while let Some(row) = rows.next()? {
                let import: i64 = row.get(0)?;
                let damaged = |_| StoreError::Damaged { what: "import", row: import };
                let count = |column| row.get(column).map(unsigned);
                let batch = Batch {
                    import,
                    origin: row.get::<_, String>(1)?.parse().map_err(damaged)?,
                    file_name: row.get(3)?,
                    officer: row.get(4)?,
                    accepted: count(5)?,
                    new_versions: count(6)?,
                    conflicts: count(7)?,
                    defects: count(8)?,
                    refused: count(9)?,
                };
                streams.batches.push((row.get(2)?, batch));
            }
            streams.batches.reverse();
            streams.batches_end = streams.batches.is_empty();
        }
        Ok(())
    }

    fn arrived(&self, item: ReceivedItem) -> Result<Arrival, StoreError> {
        let object = self.glimpse_or_mention(&item.object_id)?;
        let sql = "SELECT EXISTS (SELECT 1 FROM version WHERE oid = ?1 AND flags & 7 <> 0)";
        let (mut grade, mut set_aside) = (None, false);
        if let Some(oid) = self.held(&item.object_id)? {
            set_aside = self.conn.prepare_cached(sql)?.query_row([oid], |row| row.get(0))?;
            let bytes: Option<Vec<u8>> = self
                .conn
                .prepare_cached("SELECT v.bytes FROM object o JOIN version v ON v.vid = o.current WHERE o.oid = ?1")?
                .query_row([oid], |row| row.get(0))
                .optional()?;
            grade = bytes
                .and_then(|bytes| serde_json::from_slice::<Grading>(&bytes).ok())
                .map(|says| format!("{}{}", says.grading.source_grade, says.grading.information_grade));
        }
        Ok(Arrival::Item { item, object, grade, set_aside })
    }

    fn read_until(&self, officer: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT at FROM read_until WHERE officer = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([officer], |row| row.get(0)).optional()?)
    }

    fn is_read(&self, officer: &str, key: &str, at: &str, until: Option<&str>) -> Result<bool, StoreError> {
        let sql = "SELECT is_read FROM read_mark WHERE officer = ?1 AND item = ?2";
        let mark: Option<bool> =
            self.conn.prepare_cached(sql)?.query_row((officer, key), |row| row.get(0)).optional()?;
        Ok(mark.unwrap_or_else(|| until.is_some_and(|until| at <= until)))
    }

    /// Returns the inbox rows of one object that this officer has not read.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn unread_of(&self, officer: &str, id: &str) -> Result<Vec<String>, StoreError> {
        let until = self.read_until(officer)?;
        let mut unread = Vec::new();
        for item in self.desk().received(id).map_err(|_| StoreError::Damaged { what: "received item", row: 0 })? {
            let key = item_key(&item);
            if !self.is_read(officer, &key, &item.at, until.as_deref())? {
                unread.push(key);
            }
        }
        Ok(unread)
    }
}

fn wanted(item: &ReceivedItem, query: &InboxQuery) -> bool {
    let from = match &query.origin {
        Some(Origin::Link(code)) => item.link == code.as_str(),
        _ => true,
    };
    let typed = query
        .object_type
        .as_ref()
        .is_none_or(|wanted| item.object_id.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with("--")));
    let labelled = query.label.as_ref().is_none_or(|wanted| {
        let header: serde_json::Value = serde_json::from_str(&item.header).unwrap_or_default();
        header.get("label").and_then(serde_json::Value::as_str) == Some(wanted)
    });
    from && typed && labelled
}

impl Tx<'_> {
    /// Marks rows of the inbox as read or unread for one officer.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn mark_read(&self, officer: &str, keys: &[String], read: bool) -> Result<(), StoreError> {
        let mut enter = self.sql().prepare_cached(
            "INSERT INTO read_mark (officer, item, is_read) VALUES (?1, ?2, ?3)
             ON CONFLICT (officer, item) DO UPDATE SET is_read = excluded.is_read",
        )?;
        for key in keys {
            enter.execute((officer, key, read))?;
        }
        Ok(())
    }

    /// Marks everything that came until now as read for one officer.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn mark_all_read(&self, officer: &str, until: Timestamp) -> Result<(), StoreError> {
        self.sql().prepare_cached("DELETE FROM read_mark WHERE officer = ?1")?.execute([officer])?;
        self.sql()
            .prepare_cached("INSERT OR REPLACE INTO read_until (officer, at) VALUES (?1, ?2)")?
            .execute((officer, until.to_string()))?;
        Ok(())
    }
}
