//! One value that several origins hold, opened: the value itself, who holds it in what, and whether any two are independent.
//!
//! Guarantees: the value is read from the objects' bytes again, so that what shares only a number is not shown as one.

use super::provenance::Gathered;
use super::query::CorrelationCursor;
use crate::error::StoreError;
use crate::glimpse::Glimpse;
use crate::intern::{self, Words};
use crate::view::View;
use comity_correlate::{CorrelatedValue, Independence, Keying, Kind, Reason, Verdict, summary, values};
use std::collections::{BTreeMap, BTreeSet};

/// The objects that are opened of a value above the cap, to learn the value itself.
const TRIED_MAX: i64 = 50;

/// A value that several origins hold.
#[derive(Clone, Debug)]
pub struct Correlated {
    /// What it is.
    pub kind: Kind,
    /// The value, in the one way to write it.
    pub value: String,
    /// Who holds it.
    pub origins: Vec<String>,
    /// How many objects have it.
    pub count: u64,
    /// Those objects; empty where there are more than the cap.
    pub holders: Vec<Holder>,
    /// Whether there are more objects than the cap, so that none was opened.
    pub too_frequent: bool,
    /// When the first and the last of them came; `None` where none was opened.
    pub received: Option<(String, String)>,
    /// Whether two of them are independent; `None` where none was opened.
    pub verdict: Option<Verdict>,
}

/// An object that has the value.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The object.
    pub object: Glimpse,
    /// Who gave it.
    pub origins: Vec<String>,
    /// When its current version came first.
    pub received: String,
}

struct Opened {
    oid: i64,
    bytes: Vec<u8>,
    at: String,
}

impl View<'_> {
    /// Opens a value; `None` where the bytes do not bear it out.
    pub(super) fn open_value(
        &self,
        keying: &Keying,
        place: CorrelationCursor,
        cap: usize,
    ) -> Result<Option<Correlated>, StoreError> {
        if place.objects > cap as u64 {
            return self.name_value(keying, place);
        }
        let mut ways: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        let mut select = self.conn.prepare_cached("SELECT oid, nid FROM value_key WHERE hash = ?1")?;
        let mut rows = select.query([place.key])?;
        while let Some(row) = rows.next()? {
            let name = intern::text(self.conn, Words::Origin, row.get(1)?)?;
            ways.entry(row.get(0)?).or_default().insert(name);
        }
        let mut found: BTreeMap<CorrelatedValue, Vec<Opened>> = BTreeMap::new();
        for oid in ways.keys() {
            let Some(opened) = self.opened(*oid)? else { continue };
            if let Some(value) = values(&opened.bytes).into_iter().find(|value| keying.key(value).number() == place.key)
            {
                found.entry(value).or_default().push(opened);
            }
        }
        // Nearly always one value; where two share the number, the one that more objects have.
        let Some((value, opened)) = found.into_iter().max_by_key(|(_, opened)| opened.len()) else { return Ok(None) };
        let none = BTreeSet::new();
        let ways_of = |oid: i64| ways.get(&oid).unwrap_or(&none);
        let origins: BTreeSet<&String> = opened.iter().flat_map(|opened| ways_of(opened.oid)).collect();
        if origins.len() < 2 {
            return Ok(None);
        }
        let (mut items, mut holders, mut came) = (Vec::new(), Vec::new(), BTreeSet::new());
        for opened in &opened {
            let gathered = Gathered { oid: opened.oid, bytes: &opened.bytes, ways: ways_of(opened.oid) };
            items.extend(gathered.items(self, value.kind == Kind::ExternalId)?);
            let id = self.id_of(opened.oid)?;
            came.insert(opened.at.clone());
            holders.push(Holder {
                object: self.glimpse_of(opened.oid, &id)?,
                origins: ways_of(opened.oid).iter().cloned().collect(),
                received: opened.at.clone(),
            });
        }
        // One object that came by several ways is one item.
        let alone = Verdict { independence: Independence::No, reason: Reason::SameUpstream };
        Ok(Some(Correlated {
            kind: value.kind,
            value: value.value,
            count: holders.len() as u64,
            origins: origins.into_iter().cloned().collect(),
            holders,
            too_frequent: false,
            received: came.first().cloned().zip(came.last().cloned()),
            verdict: Some(summary(&items).unwrap_or(alone)),
        }))
    }

    /// Names a value that too many objects have.
    fn name_value(&self, keying: &Keying, place: CorrelationCursor) -> Result<Option<Correlated>, StoreError> {
        let some: Vec<i64> = self
            .conn
            .prepare_cached("SELECT oid FROM value_key WHERE hash = ?1 LIMIT ?2")?
            .query_map((place.key, TRIED_MAX), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let nids: Vec<i64> = self
            .conn
            .prepare_cached("SELECT DISTINCT nid FROM value_key WHERE hash = ?1")?
            .query_map([place.key], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut origins = BTreeSet::new();
        for nid in nids {
            origins.insert(intern::text(self.conn, Words::Origin, nid)?);
        }
        for oid in some {
            let Some(opened) = self.opened(oid)? else { continue };
            if let Some(value) = values(&opened.bytes).into_iter().find(|value| keying.key(value).number() == place.key)
            {
                return Ok(Some(Correlated {
                    kind: value.kind,
                    value: value.value,
                    origins: origins.into_iter().collect(),
                    count: place.objects,
                    holders: Vec::new(),
                    too_frequent: true,
                    received: None,
                    verdict: None,
                }));
            }
        }
        Ok(None)
    }

    fn opened(&self, oid: i64) -> Result<Option<Opened>, StoreError> {
        use rusqlite::OptionalExtension;
        let sql =
            "SELECT v.bytes, i.at FROM object o JOIN version v ON v.vid = o.current JOIN import i ON i.iid = v.iid
                   WHERE o.oid = ?1 AND i.state = 1";
        Ok(self
            .conn
            .prepare_cached(sql)?
            .query_row([oid], |row| Ok(Opened { oid, bytes: row.get(0)?, at: row.get(1)? }))
            .optional()?)
    }
}
