//! The values that a look at what came last does not show: each is looked for along its own index.
//!
//! Guarantees: a value is left out only where its index was walked to the end and nothing of it is found; where the work ends before,
//! more may be there, and it is said. Does not know: words (they are a pool of versions), names of values.

use super::{COUNT_MAX, Count, Tally, beginning, year};
use crate::error::StoreError;
use crate::matches::Words;
use crate::sieve::{Seen, Sieve};
use crate::view::View;
use rusqlite::{OptionalExtension, ToSql};

/// The most values of one sort that are looked for.
const VALUES_MAX: usize = 1_000;
/// The most steps in which years are looked for: one for each year of each type.
const YEAR_STEPS_MAX: usize = 5_000;
/// Versions below the matches that were kept of which is asked whether they have the words, for each value.
const ASKED_MAX: usize = 16;
/// Versions that are looked at together.
const AT_ONCE: usize = 64;

const OF_TYPE: &str =
    "SELECT vid FROM version INDEXED BY version_newest WHERE tid = ?1 AND version >= ?2 ORDER BY version DESC";
const OF_TYPE_BEFORE: &str = "SELECT vid FROM version INDEXED BY version_newest WHERE tid = ?1 AND version >= ?2 AND version < ?3 ORDER BY version DESC";
const OF_LABEL: &str = "SELECT vid FROM version INDEXED BY version_label WHERE lid = ?1 ORDER BY vid DESC";
const UNMARKED: &str = "SELECT vid FROM version INDEXED BY version_label WHERE lid IS NULL ORDER BY vid DESC";
const OF_RUN: &str = "SELECT current FROM object INDEXED BY object_current
     WHERE current IS NOT NULL AND current BETWEEN ?1 AND ?2 ORDER BY current DESC";
const NEXT_TIME: &str = "SELECT version FROM version INDEXED BY version_newest
     WHERE tid = ?1 AND version < ?2 ORDER BY version DESC LIMIT 1";

/// The versions among which is counted.
pub(super) struct Pool {
    /// By number, the lowest first.
    pub vids: Vec<i64>,
    /// Whether these are all.
    pub whole: bool,
    /// Whether it is all that is held, whatever the list has.
    pub everything: bool,
    /// What tells of a version below those that were kept.
    pub words: Option<Words>,
    /// The last version of which the indexes of words say all; what came later may have them, whatever they say.
    pub through: i64,
}

impl Default for Pool {
    fn default() -> Self {
        Self { vids: Vec::new(), whole: false, everything: false, words: None, through: i64::MAX }
    }
}

/// How much may still be done.
pub(super) struct Budget {
    /// Versions looked at.
    pub looks: usize,
    /// Rows of indexes passed over.
    pub rows: usize,
    /// Versions of which is asked whether they have the words: each is a question of its own to the index of texts.
    pub asks: usize,
}

/// What is known of a version without looking at it.
enum Place {
    In,
    Out,
    /// It lies below what was kept, and can be asked.
    Unknown,
    /// No index of words says all of it yet, so there is nothing to ask.
    Unread,
}

impl Pool {
    fn place(&self, vid: i64) -> Place {
        if self.everything || self.vids.binary_search(&vid).is_ok() {
            return Place::In;
        }
        if vid > self.through {
            return Place::Unread;
        }
        // Matches were kept from the last to the first that fitted.
        let covered = self.whole || self.vids.first().is_some_and(|lowest| vid >= *lowest);
        if covered { Place::Out } else { Place::Unknown }
    }
}

/// One value on its way to a count.
struct Walk<'a> {
    sieve: &'a Sieve,
    pool: &'a Pool,
    /// Whether a version has the value; the index says so except where the run of an import has others in between.
    has: &'a dyn Fn(&Seen) -> bool,
    left: Budget,
    waiting: Vec<i64>,
    asked: usize,
    count: Count,
    ended: bool,
}

impl Walk<'_> {
    /// Takes what a statement has; returns whether there is more to do.
    fn take(&mut self, view: &View<'_>, sql: &str, parameters: &[&dyn ToSql]) -> Result<(), StoreError> {
        if self.ended {
            return Ok(());
        }
        let mut statement = view.conn.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            if self.left.rows == 0 {
                self.ended = true;
                break;
            }
            self.left.rows -= 1;
            let vid = row.get(0)?;
            match self.pool.place(vid) {
                Place::In => self.waiting.push(vid),
                Place::Out => {}
                Place::Unread => self.count.more = true,
                Place::Unknown => self.ask(view, vid)?,
            }
            if self.waiting.len() == AT_ONCE.min(self.left.looks.max(1)) {
                self.settle(view)?;
                if self.ended {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Asks of a few versions whether they have the words: of a value that is often there, it is seen at once.
    fn ask(&mut self, view: &View<'_>, vid: i64) -> Result<(), StoreError> {
        self.count.more = true;
        if self.left.asks > 0
            && self.asked < ASKED_MAX
            && let Some(words) = &self.pool.words
        {
            self.asked += 1;
            self.left.asks -= 1;
            if words.are_in(view, vid)? {
                self.waiting.push(vid);
            }
        }
        Ok(())
    }

    fn settle(&mut self, view: &View<'_>) -> Result<(), StoreError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        if self.left.looks == 0 {
            self.ended = true;
            return Ok(());
        }
        self.left.looks = self.left.looks.saturating_sub(self.waiting.len());
        let mut seen = 0;
        let has = self.has;
        view.look(&self.waiting, self.sieve, |one| {
            seen += u64::from(has(&one));
            Ok(())
        })?;
        self.count.seen += seen;
        self.waiting.clear();
        self.ended = self.count.seen > COUNT_MAX;
        Ok(())
    }

    /// What is known of the value now.
    fn count(mut self, view: &View<'_>, before: Count) -> Result<(Count, Budget), StoreError> {
        let ended = self.ended;
        self.settle(view)?;
        let more = ended || self.ended || self.count.more;
        let seen = self.count.seen.max(before.seen);
        Ok((Count { seen, more }, self.left))
    }
}

/// Which rows of an index have a value.
enum Along {
    Type(i64),
    Label(Option<i64>),
    /// The runs of the origin's imports.
    Origin(i64, Vec<(i64, i64)>),
    Year(i32),
}

impl View<'_> {
    /// Counts along indexes what was not seen often; returns whether there are too many values to look for each.
    pub(super) fn complete_facets(
        &self,
        tally: &mut Tally,
        sieve: &Sieve,
        pool: &Pool,
        budget: &mut Budget,
    ) -> Result<bool, StoreError> {
        let types = match &sieve.types {
            Some(types) => types.clone(),
            None => self.type_numbers()?,
        };
        let (years, mut unlisted) = self.years(sieve, types.get(..VALUES_MAX).unwrap_or(&types))?;
        let mut values = Vec::new();
        let mut add = |some: Vec<Along>| {
            unlisted |= some.len() > VALUES_MAX;
            values.extend(some.into_iter().take(VALUES_MAX));
        };
        add(types.iter().map(|tid| Along::Type(*tid)).collect());
        add(self.labels_of(sieve)?.into_iter().map(Along::Label).collect());
        add(self.runs(sieve)?);
        add(years.into_iter().map(Along::Year).collect());
        let types = types.get(..VALUES_MAX).unwrap_or(&types);
        // Values of which nothing was seen come first: that they are there matters more than how often.
        let (unseen, seen): (Vec<Along>, Vec<Along>) =
            values.into_iter().partition(|along| tally.counted(along).seen == 0);
        let mut left = unseen.len() + seen.len();
        for along in unseen.into_iter().chain(seen) {
            let before = tally.counted(&along);
            let share = |all: usize| all / left.max(1);
            let mut count = Count { seen: before.seen, more: true };
            if before.seen <= COUNT_MAX {
                // Shared out they would be too few for any value: those that come first have them.
                let given = Budget { looks: share(budget.looks), rows: share(budget.rows), asks: budget.asks };
                let (looks, rows) = (given.looks, given.rows);
                let (counted, kept) = self.along(&along, types, sieve, pool, before, given)?;
                count = counted;
                budget.asks = kept.asks;
                budget.looks = budget.looks.saturating_sub(looks.saturating_sub(kept.looks));
                budget.rows = budget.rows.saturating_sub(rows.saturating_sub(kept.rows));
            }
            tally.set(along, count);
            left -= 1;
        }
        Ok(unlisted)
    }

    fn along(
        &self,
        along: &Along,
        types: &[i64],
        sieve: &Sieve,
        pool: &Pool,
        before: Count,
        left: Budget,
    ) -> Result<(Count, Budget), StoreError> {
        let has = |seen: &Seen| match along {
            Along::Type(tid) => seen.tid == *tid,
            Along::Label(lid) => seen.lid == *lid,
            Along::Origin(nid, _) => seen.nid == *nid,
            Along::Year(wanted) => year(&seen.version) == Some(*wanted),
        };
        let mut walk =
            Walk { sieve, pool, has: &has, left, waiting: Vec::new(), asked: 0, count: Count::default(), ended: false };
        let since = sieve.since.clone().unwrap_or_default();
        match along {
            Along::Type(tid) => match &sieve.until {
                Some(until) => walk.take(self, OF_TYPE_BEFORE, &[tid, &since, until])?,
                None => walk.take(self, OF_TYPE, &[tid, &since])?,
            },
            Along::Label(Some(lid)) => walk.take(self, OF_LABEL, &[lid])?,
            Along::Label(None) => walk.take(self, UNMARKED, &[])?,
            Along::Origin(_, runs) => {
                for (first, last) in runs {
                    walk.take(self, OF_RUN, &[first, last])?;
                }
            }
            Along::Year(wanted) => {
                let Some(first) = beginning(*wanted) else { return walk.count(self, before) };
                let end = wanted.checked_add(1).and_then(beginning);
                for tid in types {
                    match &end {
                        Some(end) => walk.take(self, OF_TYPE_BEFORE, &[tid, &first, end])?,
                        None => walk.take(self, OF_TYPE, &[tid, &first])?,
                    }
                }
            }
        }
        walk.count(self, before)
    }

    /// Returns the years in which something of these types was changed, and whether there are too many to look for.
    fn years(&self, sieve: &Sieve, types: &[i64]) -> Result<(Vec<i32>, bool), StoreError> {
        let mut years = std::collections::BTreeSet::new();
        let mut next = self.conn.prepare_cached(NEXT_TIME)?;
        let mut steps = 0;
        for tid in types {
            let mut before = sieve.until.clone().unwrap_or_else(|| vec![0xff; 13]);
            loop {
                steps += 1;
                if steps > YEAR_STEPS_MAX {
                    return Ok((years.into_iter().rev().collect(), true));
                }
                let found: Option<Vec<u8>> = next.query_row((tid, &before), |row| row.get(0)).optional()?;
                let Some(found) = found.filter(|found| sieve.since.as_ref().is_none_or(|since| found >= since)) else {
                    break;
                };
                match year(&found) {
                    Some(year) => {
                        years.insert(year);
                        let Some(first) = beginning(year) else { break };
                        before = first;
                    }
                    // What is no instant has no year, and lies behind everything that has one.
                    None => break,
                }
            }
        }
        Ok((years.into_iter().rev().collect(), false))
    }

    fn labels_of(&self, sieve: &Sieve) -> Result<Vec<Option<i64>>, StoreError> {
        let mut labels: Vec<Option<i64>> = match &sieve.labels {
            Some(labels) => labels.iter().copied().map(Some).collect(),
            None => {
                let mut statement = self.conn.prepare_cached("SELECT lid FROM label")?;
                statement.query_map([], |row| row.get(0).map(Some))?.collect::<Result<_, _>>()?
            }
        };
        if sieve.labels.is_none() || sieve.unmarked {
            labels.push(None);
        }
        Ok(labels)
    }

    /// Returns the origins with the runs of their imports, the last first.
    fn runs(&self, sieve: &Sieve) -> Result<Vec<Along>, StoreError> {
        let mut runs: std::collections::BTreeMap<i64, Vec<(i64, i64)>> = std::collections::BTreeMap::new();
        let sql = "SELECT nid, first_vid, last_vid FROM import WHERE state = 1 AND last_vid >= first_vid";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let nid = row.get(0)?;
            if sieve.origins.as_ref().is_none_or(|origins| origins.contains(&nid)) {
                runs.entry(nid).or_default().push((row.get(1)?, row.get(2)?));
            }
        }
        Ok(runs.into_iter().map(|(nid, runs)| Along::Origin(nid, apart(runs))).collect())
    }
}

/// Joins runs that overlap, so that no version is counted twice; the last first.
fn apart(mut runs: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    runs.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (first, last) in runs {
        match joined.last_mut() {
            Some(before) if first <= before.1 => before.1 = before.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined.reverse();
    joined
}

impl Tally {
    fn counted(&self, along: &Along) -> Count {
        let counted = match along {
            Along::Type(tid) => self.types.get(tid),
            Along::Label(lid) => self.labels.get(lid),
            Along::Origin(nid, _) => self.origins.get(nid),
            Along::Year(year) => self.years.get(year),
        };
        counted.copied().unwrap_or_default()
    }

    fn set(&mut self, along: Along, count: Count) {
        match along {
            Along::Type(tid) => self.types.insert(tid, count),
            Along::Label(lid) => self.labels.insert(lid, count),
            Along::Origin(nid, _) => self.origins.insert(nid, count),
            Along::Year(year) => self.years.insert(year, count),
        };
    }
}
