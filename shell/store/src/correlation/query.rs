//! Questions to the index of values: which values several origins hold, most origins first, then the rarest.
//!
//! Guarantees: one walk along the index answers; memory is bounded by the page and by the largest value. A value with more objects
//! than the cap is named with its count and not opened; stop values are counted. Pages are stable by a cursor.

use super::follow::keying;
use super::value::Correlated;
use crate::error::StoreError;
use crate::intern::{self, Words};
use crate::origin::Origin;
use crate::view::{View, unsigned};
use comity_correlate::{CorrelatedValue, Kind, ValueKey, values};
use comity_vocab::Timestamp;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

/// The most objects of one value that are opened, whatever the cap.
pub const OBJECTS_MAX: usize = 1_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct CorrelationFilter {
    /// Every one of these holds the value; empty is any two.
    pub origins: Vec<Origin>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only one of these values; empty is any.
    pub values: Vec<CorrelatedValue>,
    /// Only values of this object, by its whole identifier.
    pub object: Option<String>,
    /// Only values of which something came at or after.
    pub since: Option<Timestamp>,
    /// Values with more objects are named with their count only.
    pub cap: usize,
    /// At most so many values.
    pub limit: usize,
    /// After this value.
    pub after: Option<CorrelationCursor>,
}

impl Default for CorrelationFilter {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            kind: None,
            values: Vec::new(),
            object: None,
            since: None,
            cap: 100,
            limit: 50,
            after: None,
        }
    }
}

/// The place of a value in the order: most origins, then the fewest objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CorrelationCursor {
    /// How many origins, the most first.
    pub origins: Reverse<u64>,
    /// How many objects.
    pub objects: u64,
    /// The key.
    pub key: i64,
}

/// A page of values.
#[derive(Clone, Debug, Default)]
pub struct CorrelationPage {
    /// The values.
    pub values: Vec<Correlated>,
    /// Where the next page begins.
    pub next: Option<CorrelationCursor>,
    /// How many values fit in all, stop values left out.
    pub total: u64,
    /// How many would have fit but are stop values.
    pub stopped: u64,
    /// Versions, ways and changes that are not in the index yet.
    pub behind: u64,
}

/// What is looked for while walking.
struct Walk {
    origins: Vec<i64>,
    recent: Option<HashSet<i64>>,
    own_stops: HashSet<i64>,
    after: Option<CorrelationCursor>,
    limit: usize,
    /// The best of what fits, the worst on top; one more than asked for.
    best: BinaryHeap<CorrelationCursor>,
    total: u64,
    stopped: u64,
}

impl Walk {
    /// Judges the rows of one value, which are in order of origin.
    fn judge(&mut self, key: i64, rows: &mut [(i64, i64)]) {
        let mut origins: Vec<i64> = rows.iter().map(|(nid, _)| *nid).collect();
        origins.dedup();
        if origins.len() < 2 || self.origins.iter().any(|wanted| !origins.contains(wanted)) {
            return;
        }
        if self.recent.as_ref().is_some_and(|recent| !rows.iter().any(|(_, oid)| recent.contains(oid))) {
            return;
        }
        if ValueKey::from_number(key).is_stop() || self.own_stops.contains(&key) {
            self.stopped += 1;
            return;
        }
        self.total += 1;
        rows.sort_unstable_by_key(|(_, oid)| *oid);
        let objects = rows.chunk_by(|one, other| one.1 == other.1).count() as u64;
        let place = CorrelationCursor { origins: Reverse(origins.len() as u64), objects, key };
        if self.after.is_some_and(|after| place <= after) {
            return;
        }
        self.best.push(place);
        if self.best.len() > self.limit + 1 {
            self.best.pop();
        }
    }
}

impl View<'_> {
    /// Returns the values that several origins hold, a page at a time.
    ///
    /// # Errors
    /// [`StoreError::NotHeld`] where the object is not; a failing database.
    pub fn correlations(&self, filter: &CorrelationFilter) -> Result<CorrelationPage, StoreError> {
        let keying = keying(self.conn)?;
        let behind = self.values_behind()?;
        let mut origins = Vec::new();
        for origin in &filter.origins {
            match intern::find(self.conn, Words::Origin, &origin.to_string())? {
                Some(nid) => origins.push(nid),
                None => return Ok(CorrelationPage { behind, ..CorrelationPage::default() }),
            }
        }
        let own_stops = self
            .conn
            .prepare_cached("SELECT hash FROM stop_value")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut walk = Walk {
            origins,
            recent: filter.since.map(|since| self.came_since(since)).transpose()?,
            own_stops,
            after: filter.after,
            limit: filter.limit,
            best: BinaryHeap::new(),
            total: 0,
            stopped: 0,
        };
        let mut wanted: Option<Vec<CorrelatedValue>> = (!filter.values.is_empty()).then(|| filter.values.clone());
        if let Some(id) = &filter.object {
            let object = self.get(id)?.ok_or_else(|| StoreError::NotHeld { id: id.clone() })?;
            let its = values(&object.bytes);
            wanted = Some(match wanted {
                Some(wanted) => its.into_iter().filter(|value| wanted.contains(value)).collect(),
                None => its,
            });
        }
        match wanted {
            Some(wanted) => {
                for value in wanted.iter().filter(|value| filter.kind.is_none_or(|kind| value.kind == kind)) {
                    let key = keying.key(value).number();
                    self.walk_values(key, key.saturating_add(1), &mut walk)?;
                }
            }
            None => match filter.kind {
                Some(kind) => {
                    for (first, end) in [ValueKey::range(kind), ValueKey::stop_range(kind)] {
                        self.walk_values(first.number(), end.number(), &mut walk)?;
                    }
                }
                None => self.walk_values(0, i64::MAX, &mut walk)?,
            },
        }
        let mut places = walk.best.into_sorted_vec();
        let more = places.len() > filter.limit;
        places.truncate(filter.limit);
        let next = places.last().copied().filter(|_| more);
        let mut page =
            CorrelationPage { next, total: walk.total, stopped: walk.stopped, behind, ..CorrelationPage::default() };
        for place in places {
            page.values.extend(self.open_value(&keying, place, filter.cap.min(OBJECTS_MAX))?);
        }
        Ok(page)
    }

    fn walk_values(&self, first: i64, end: i64, walk: &mut Walk) -> Result<(), StoreError> {
        let mut select =
            self.conn.prepare_cached("SELECT hash, nid, oid FROM value_key WHERE hash >= ?1 AND hash < ?2")?;
        let mut rows = select.query((first, end))?;
        let mut held: Vec<(i64, i64)> = Vec::new();
        let mut current = None;
        while let Some(row) = rows.next()? {
            let (key, nid, oid): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if current != Some(key) {
                if let Some(key) = current
                    && held.len() > 1
                {
                    walk.judge(key, &mut held);
                }
                held.clear();
                current = Some(key);
            }
            held.push((nid, oid));
        }
        if let Some(key) = current {
            walk.judge(key, &mut held);
        }
        Ok(())
    }

    /// Returns the objects of which something came at or after.
    fn came_since(&self, since: Timestamp) -> Result<HashSet<i64>, StoreError> {
        let mut imports = Vec::new();
        let mut select = self.conn.prepare_cached("SELECT iid, at FROM import WHERE state = 1")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let at: String = row.get(1)?;
            if Timestamp::parse(&at).is_ok_and(|at| at >= since) {
                imports.push(row.get::<_, i64>(0)?);
            }
        }
        let sql = "SELECT v.oid FROM import i JOIN version v ON v.vid BETWEEN i.first_vid AND i.last_vid AND v.iid = i.iid
                   WHERE i.iid = ?1 UNION SELECT v.oid FROM also_received a JOIN version v ON v.vid = a.vid WHERE a.iid = ?1";
        let mut objects = HashSet::new();
        let mut select = self.conn.prepare_cached(sql)?;
        for iid in imports {
            let mut rows = select.query([iid])?;
            while let Some(row) = rows.next()? {
                objects.insert(row.get(0)?);
            }
        }
        Ok(objects)
    }

    /// Returns how many rows the index of values has.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn value_rows(&self) -> Result<u64, StoreError> {
        Ok(self.conn.query_row("SELECT count(*) FROM value_key", [], |row| row.get(0)).map(unsigned)?)
    }
}
