//! Marking what is held, and the history of it.
//!
//! The effective label of a version is the combination of its TLP references with the newest label an officer gave, or else the one
//! given at import. What a partner labelled keeps the partner's label in the combination: we can narrow it, never widen it.

use crate::error::StoreError;
use crate::filter::{CONDITION, Filter};
use crate::holdings::Tx;
use crate::intern::{self, Words};
use crate::origin::Origin;
use crate::prepare;
use crate::search::SearchQuery;
use crate::view::{VISIBLE, View};
use comity_vocab::{OfficerCode, SecurityLabel, Timestamp};
use rusqlite::{Connection, named_params};

/// One act of marking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkingEntry {
    /// The version that was marked: `modified` as written.
    pub version_text: String,
    /// The label that was given.
    pub label: SecurityLabel,
    /// Who gave it.
    pub officer: OfficerCode,
    /// When.
    pub at: Timestamp,
}

impl Tx<'_> {
    /// Marks every version of one object; returns how many.
    ///
    /// # Errors
    /// [`StoreError::NotHeld`], or a failing database.
    pub fn mark(
        &self,
        id: &str,
        label: &SecurityLabel,
        officer: &OfficerCode,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let Some(oid) = self.view().held(id)? else { return Err(StoreError::NotHeld { id: id.to_owned() }) };
        let sql = format!("SELECT v.vid FROM version v WHERE v.oid = ?1 AND {VISIBLE}");
        let vids: Vec<i64> =
            self.sql().prepare_cached(&sql)?.query_map([oid], |row| row.get(0))?.collect::<Result<_, _>>()?;
        mark_all(self.sql(), &vids, label, officer, at)
    }

    /// Marks every version that the filter lets through; returns how many.
    ///
    /// # Errors
    /// A failing database.
    pub fn mark_matching(
        &self,
        filter: &Filter,
        label: &SecurityLabel,
        officer: &OfficerCode,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let resolved = filter.resolve(&self.view())?;
        let sql = format!(
            "SELECT v.vid FROM version v WHERE (:types IS NULL OR v.tid IN (SELECT value FROM json_each(:types)))
             AND {CONDITION} AND {VISIBLE}"
        );
        let types = resolved.types.as_deref().map_or(rusqlite::types::Value::Null, crate::view::number_list);
        let vids: Vec<i64> = self
            .sql()
            .prepare_cached(&sql)?
            .query_map(
                named_params! {
                    ":types": types, ":since": resolved.since, ":until": resolved.until,
                    ":origins": resolved.origins, ":labels": resolved.labels, ":unmarked": resolved.unmarked,
                },
                |row| row.get(0),
            )?
            .collect::<Result<_, _>>()?;
        mark_all(self.sql(), &vids, label, officer, at)
    }

    /// Marks every version of every object that a search finds, page by page; returns how many.
    ///
    /// # Errors
    /// As [`View::search`].
    pub fn mark_found(
        &self,
        query: &SearchQuery,
        label: &SecurityLabel,
        officer: &OfficerCode,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut query = SearchQuery { limit: crate::search::PAGE_MAX, after: None, ..query.clone() };
        let mut ids = Vec::new();
        loop {
            let page = self.view().search(&query)?;
            ids.extend(page.hits.into_iter().map(|hit| hit.id));
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        ids.iter().try_fold(0, |sum, id| Ok(sum + self.mark(id, label, officer, at)?))
    }
}

fn mark_all(
    conn: &Connection,
    vids: &[i64],
    label: &SecurityLabel,
    officer: &OfficerCode,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let lid = intern::intern(conn, Words::Label, &label.to_string())?;
    let mut enter = conn.prepare_cached("INSERT INTO marking (vid, lid, officer, at) VALUES (?1, ?2, ?3, ?4)")?;
    let mut update = conn.prepare_cached("UPDATE version SET lid = ?2 WHERE vid = ?1")?;
    for vid in vids {
        enter.execute((vid, lid, officer.as_str(), at.to_string()))?;
        let effective = effective(conn, *vid)?;
        let effective = effective.map(|label| intern::intern(conn, Words::Label, &label.to_string())).transpose()?;
        update.execute((vid, effective))?;
    }
    Ok(vids.len() as u64)
}

/// Derives the effective label of a version again.
pub(crate) fn effective(conn: &Connection, vid: i64) -> Result<Option<SecurityLabel>, StoreError> {
    let (bytes, given, origin): (Vec<u8>, Option<i64>, String) = conn
        .prepare_cached(
            "SELECT v.bytes, i.lid, o.name FROM version v JOIN import i USING (iid) JOIN origin o ON o.nid = i.nid WHERE v.vid = ?1",
        )?
        .query_row([vid], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let facts = comity_stix::inspect(&bytes).map_err(|_| StoreError::Damaged { what: "version", row: vid })?;
    let (own, _) = prepare::own_label(&facts.object_marking_refs);
    combined(conn, vid, own, intern::label(conn, given)?, &origin)
}

/// Combines what a version says of itself, what its import gave, and the newest label an officer gave.
pub(crate) fn combined(
    conn: &Connection,
    vid: i64,
    own: Option<SecurityLabel>,
    given: Option<SecurityLabel>,
    origin: &str,
) -> Result<Option<SecurityLabel>, StoreError> {
    let marked: Option<i64> =
        conn.prepare_cached("SELECT max(mid) FROM marking WHERE vid = ?1")?.query_row([vid], |row| row.get(0))?;
    let marked = match marked {
        Some(mid) => Some(
            conn.prepare_cached("SELECT lid FROM marking WHERE mid = ?1")?
                .query_row([mid], |row| row.get::<_, i64>(0))?,
        ),
        None => None,
    };
    let marked = intern::label(conn, marked)?;
    let from_partner = matches!(origin.parse::<Origin>(), Ok(Origin::Link(_)));
    let ours = match marked {
        Some(marked) if from_partner => prepare::join(given, Some(marked)),
        Some(marked) => Some(marked),
        None => given,
    };
    Ok(prepare::join(own, ours))
}

impl View<'_> {
    /// Returns every act of marking on an object, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or a row is damaged.
    pub fn marking_history(&self, id: &str) -> Result<Vec<MarkingEntry>, StoreError> {
        let Some(oid) = self.held(id)? else { return Ok(Vec::new()) };
        let mut statement = self.conn.prepare_cached(
            "SELECT m.mid, v.bytes, m.lid, m.officer, m.at FROM marking m JOIN version v USING (vid) WHERE v.oid = ?1 ORDER BY m.mid",
        )?;
        let mut rows = statement.query([oid])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            let mid: i64 = row.get(0)?;
            let damaged = || StoreError::Damaged { what: "marking", row: mid };
            let bytes: Vec<u8> = row.get(1)?;
            entries.push(MarkingEntry {
                version_text: comity_stix::inspect(&bytes).map_err(|_| damaged())?.version_text,
                label: intern::label(self.conn, Some(row.get(2)?))?.ok_or_else(damaged)?,
                officer: row.get::<_, String>(3)?.parse().map_err(|_| damaged())?,
                at: Timestamp::parse(&row.get::<_, String>(4)?).map_err(|_| damaged())?,
            });
        }
        Ok(entries)
    }
}
