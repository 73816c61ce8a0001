//! What stands around one object: whom it refers to, who refers to it, a page at a time, each with what a list says of it.
//!
//! Guarantees: bounded by what is asked for, whatever an object refers to; a relationship is passed through to its other end. Does
//! not know: pictures, who asks.

use crate::error::StoreError;
use crate::glimpse::{Glimpse, Presence};
use crate::intern;
use crate::key;
use crate::view::{VISIBLE, View};
use comity_vocab::SecurityLabel;
use serde::Deserialize;
use std::borrow::Cow;

/// The highest degree that is counted; more says this.
pub const DEGREE_MAX: u64 = 1_000;

/// One object beside another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Whether the relation leads from the object in the middle to this one.
    pub outward: bool,
    /// The relationship's type, or the property that refers.
    pub word: String,
    /// The relationship object between them, where there is one.
    pub through: Option<Through>,
    /// The object itself.
    pub other: Glimpse,
}

/// The relationship object between two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Through {
    /// Its identifier.
    pub id: String,
    /// Its effective label.
    pub label: Option<SecurityLabel>,
}

/// A page of neighbours.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    /// The neighbours: first what the object refers to, then what refers to it, newest first.
    pub list: Vec<Neighbour>,
    /// What to give as `before` for more; `None` at the end.
    pub next: Option<i64>,
    /// Whether the object itself refers to more than was shown.
    pub cut: bool,
}

#[derive(Deserialize)]
struct Relationship<'a> {
    #[serde(borrow)]
    relationship_type: Cow<'a, str>,
    #[serde(borrow)]
    source_ref: Cow<'a, str>,
    #[serde(borrow)]
    target_ref: Cow<'a, str>,
}

struct Referring {
    vid: i64,
    lid: Option<i64>,
    bytes: Vec<u8>,
}

impl View<'_> {
    /// Returns the neighbours of a held object, at most `limit` each way; `before` continues a page.
    ///
    /// # Errors
    /// [`StoreError::NotHeld`], or a failing database.
    pub fn neighbours(&self, id: &str, before: Option<i64>, limit: usize) -> Result<Neighbours, StoreError> {
        let not_held = || StoreError::NotHeld { id: id.to_owned() };
        let oid = self.held(id)?.ok_or_else(not_held)?;
        let mut found = Neighbours::default();
        if before.is_none() {
            let object = self.get(id)?.ok_or_else(not_held)?;
            self.referred(id, &object.bytes, limit, &mut found)?;
        }
        let rows = self.referring(oid, before, limit + 1)?;
        if rows.len() > limit {
            found.next = rows.get(limit.saturating_sub(1)).map(|row| row.vid);
        }
        for row in rows.iter().take(limit) {
            self.pass(id, row, &mut found.list)?;
        }
        Ok(found)
    }

    fn referred(&self, id: &str, bytes: &[u8], limit: usize, found: &mut Neighbours) -> Result<(), StoreError> {
        let facts = comity_stix::inspect(bytes).map_err(|_| StoreError::Damaged { what: "version", row: 0 })?;
        for reference in facts.references {
            if reference.target.starts_with("marking-definition--") || reference.target == id {
                continue;
            }
            if found.list.len() >= limit {
                found.cut = true;
                break;
            }
            let word = reference.property.split('.').next().unwrap_or_default().to_owned();
            let other = self.glimpse_or_mention(&reference.target)?;
            found.list.push(Neighbour { outward: true, word, through: None, other });
        }
        Ok(())
    }

    fn referring(&self, oid: i64, before: Option<i64>, limit: usize) -> Result<Vec<Referring>, StoreError> {
        let sql = format!(
            "SELECT v.vid, v.lid, v.bytes FROM reference r CROSS JOIN version v ON v.vid = r.vid
             CROSS JOIN object o ON o.oid = v.oid AND o.current = v.vid
             WHERE r.target = ?1 AND r.vid < ?2 AND {VISIBLE} ORDER BY r.vid DESC LIMIT ?3"
        );
        let read = |row: &rusqlite::Row<'_>| Ok(Referring { vid: row.get(0)?, lid: row.get(1)?, bytes: row.get(2)? });
        let mut query = self.conn.prepare_cached(&sql)?;
        let rows = query.query_map((oid, before.unwrap_or(i64::MAX), limit as i64), read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds what one referring object says: the other end of a relationship, or the object itself by the property it refers with.
    fn pass(&self, id: &str, row: &Referring, list: &mut Vec<Neighbour>) -> Result<(), StoreError> {
        let damaged = || StoreError::Damaged { what: "version", row: row.vid };
        let facts = comity_stix::inspect(&row.bytes).map_err(|_| damaged())?;
        let label = intern::label(self.conn, row.lid)?;
        if facts.object_type == "relationship"
            && let Ok(says) = serde_json::from_slice::<Relationship<'_>>(&row.bytes)
            && (says.source_ref == id || says.target_ref == id)
        {
            let outward = says.source_ref == id;
            let other = self.glimpse_or_mention(if outward { &says.target_ref } else { &says.source_ref })?;
            let through = Some(Through { id: facts.id, label });
            list.push(Neighbour { outward, word: says.relationship_type.into_owned(), through, other });
            return Ok(());
        }
        let mut words: Vec<&str> = facts
            .references
            .iter()
            .filter(|reference| reference.target == id)
            .map(|reference| reference.property.split('.').next().unwrap_or_default())
            .collect();
        words.dedup();
        for word in words {
            let other = self.glimpse_or_mention(&facts.id)?;
            list.push(Neighbour { outward: false, word: word.to_owned(), through: None, other });
        }
        Ok(())
    }

    /// Returns what a list says of an object that something refers to.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or a row is damaged.
    pub fn glimpse_or_mention(&self, id: &str) -> Result<Glimpse, StoreError> {
        let known = self.glimpse(id)?;
        Ok(known.unwrap_or_else(|| Glimpse {
            id: id.to_owned(),
            object_type: key::split(id).and_then(|(prefix, _)| prefix.map(str::to_owned)).unwrap_or_default(),
            title: None,
            label: None,
            presence: Presence::Mentioned,
        }))
    }

    /// Counts who refers to an object, up to [`DEGREE_MAX`]; earlier versions that did count too.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn degree(&self, id: &str) -> Result<u64, StoreError> {
        let Some(oid) = crate::remove::find_object(self.conn, id)? else { return Ok(0) };
        self.degree_of(oid)
    }

    pub(crate) fn degree_of(&self, oid: i64) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM reference WHERE target = ?1 LIMIT {DEGREE_MAX})");
        Ok(self.conn.prepare_cached(&sql)?.query_row([oid], |row| row.get(0)).map(crate::view::unsigned)?)
    }
}
