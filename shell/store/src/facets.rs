//! What a search could be narrowed by, with counts.
//!
//! Guarantees: every value that occurs is listed. Where all that is found can be looked at, counts are exact; else they are "at least", say
//! so, and a value of which nothing was seen but may be there is listed with 0 and more. So it is also where words are looked for in an
//! index that is behind. The work is bounded by [`FacetBounds`].
//! Does not know: pages.

mod complete;

use crate::error::StoreError;
use crate::intern::{self, Words};
use crate::matches::Step;
use crate::record::flag;
use crate::search::SearchQuery;
use crate::sieve::{Seen, Sieve, is_instant};
use crate::view::View;
use comity_vocab::Timestamp;
use complete::{Budget, Pool};
use std::collections::BTreeMap;

/// The highest count that is told; more is told as this with a sign.
pub const COUNT_MAX: u64 = 1_000;
/// States that can be counted, by flag.
const STATES: [(i64, &str); 4] = [
    (flag::DEFECTIVE, "defective"),
    (flag::REVOKED, "revoked"),
    (flag::GRANULAR, "granular"),
    (flag::UNKNOWN_MARKING, "unknown_marking"),
];

/// How much one count looks at. In use it is the default; tests make it small.
#[derive(Clone, Copy, Debug)]
pub struct FacetBounds {
    /// Versions that are looked at, those that came last.
    pub looked: usize,
    /// Matches of words that are kept to tell what a value has of them.
    pub matches: usize,
    /// Versions that are looked at besides, along the indexes of values that were not seen often.
    pub completing: usize,
    /// Rows of those indexes that are passed over for it.
    pub passed: usize,
    /// Versions below the matches that were kept of which is asked whether they have the words, for all values together.
    pub asked: usize,
}

impl Default for FacetBounds {
    fn default() -> Self {
        Self { looked: 10_000, matches: 200_000, completing: 10_000, passed: 300_000, asked: 64 }
    }
}

/// One value to narrow by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// The value: a type, an origin, a label, a year, or a state.
    pub value: String,
    /// How many there are, at most [`COUNT_MAX`].
    pub count: u64,
    /// Whether there are, or may be, more.
    pub more: bool,
}

/// Everything a search could be narrowed by; the most frequent first, years the latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Types.
    pub types: Vec<Facet>,
    /// Origins.
    pub origins: Vec<Facet>,
    /// Labels; "" is unmarked.
    pub labels: Vec<Facet>,
    /// Years of `modified`.
    pub years: Vec<Facet>,
    /// `defective`, `revoked`, `granular`, `unknown_marking`.
    pub states: Vec<Facet>,
    /// Whether there was more than was looked at, or words were looked for in an index that is behind, so that counts are "at least".
    pub cut: bool,
    /// Whether there are so many types, origins, labels or years that not every value could be looked for.
    pub unlisted: bool,
}

/// What is counted of a value.
#[derive(Clone, Copy, Default)]
struct Count {
    seen: u64,
    /// Whether more may be there than were seen.
    more: bool,
}

#[derive(Default)]
struct Tally {
    types: BTreeMap<i64, Count>,
    origins: BTreeMap<i64, Count>,
    labels: BTreeMap<Option<i64>, Count>,
    years: BTreeMap<i32, Count>,
    states: BTreeMap<&'static str, Count>,
}

/// The seconds since 1970 in a version key; the key is what [`Timestamp::sort_key`] gives.
pub(crate) fn seconds(version: &[u8]) -> Option<i64> {
    let head: [u8; 8] = version.get(..8)?.try_into().ok()?;
    is_instant(version).then(|| i64::from_be_bytes(head) ^ i64::MIN)
}

fn year(version: &[u8]) -> Option<i32> {
    Timestamp::from_unix(seconds(version)?, 0).to_string().get(..4)?.parse().ok()
}

/// The first instant of a year, as a version key; `None` behind the last year that can be written.
fn beginning(year: i32) -> Option<Vec<u8>> {
    Timestamp::parse(&format!("{year:04}-01-01T00:00:00Z")).ok().map(|time| time.sort_key().to_vec())
}

impl Tally {
    fn add(&mut self, seen: &Seen) {
        self.types.entry(seen.tid).or_default().seen += 1;
        self.labels.entry(seen.lid).or_default().seen += 1;
        self.origins.entry(seen.nid).or_default().seen += 1;
        for (bit, word) in STATES {
            if seen.flags & bit != 0 {
                self.states.entry(word).or_default().seen += 1;
            }
        }
        if let Some(year) = year(&seen.version) {
            self.years.entry(year).or_default().seen += 1;
        }
    }

    /// Nothing tells where states are: what was seen is the least, and any may be there.
    fn open_states(&mut self) {
        for (_, word) in STATES {
            self.states.entry(word).or_default().more = true;
        }
    }
}

fn facet(value: String, count: Count) -> Option<Facet> {
    let facet = Facet { value, count: count.seen.min(COUNT_MAX), more: count.more || count.seen > COUNT_MAX };
    (facet.count > 0 || facet.more).then_some(facet)
}

fn by_count(mut facets: Vec<Facet>) -> Vec<Facet> {
    facets.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    facets
}

impl View<'_> {
    /// Counts what a search could be narrowed by; the query's page and cursor do not matter.
    ///
    /// # Errors
    /// As [`View::search`].
    pub fn facets(&self, query: &SearchQuery) -> Result<Facets, StoreError> {
        self.facets_within(query, &FacetBounds::default())
    }

    /// As [`View::facets`], looking at so much.
    ///
    /// # Errors
    /// As [`View::search`].
    pub fn facets_within(&self, query: &SearchQuery, bounds: &FacetBounds) -> Result<Facets, StoreError> {
        self.on_one_snapshot(|| self.facets_now(query, bounds))
    }

    fn facets_now(&self, query: &SearchQuery, bounds: &FacetBounds) -> Result<Facets, StoreError> {
        let sieve = query.filter.resolve(self)?.sieve;
        let pool = self.pool(query, &sieve, bounds)?;
        let mut tally = Tally::default();
        // What completing would cost at most is better spent on looking at everything, where that is enough.
        let all = pool.whole && pool.vids.len() <= bounds.looked + bounds.completing;
        let most = if all { pool.vids.len() } else { bounds.looked };
        let newest: Vec<i64> = pool.vids.iter().rev().take(most).copied().collect();
        self.look(&newest, &sieve, |seen| {
            tally.add(&seen);
            Ok(())
        })?;
        let cut = !all || pool.through < i64::MAX;
        let mut unlisted = false;
        if cut {
            tally.open_states();
            // To ask one version for a beginning costs as much as to ask all of them.
            let beginning = pool.words.as_ref().is_some_and(crate::matches::Words::has_beginning);
            let asks = if beginning { 0 } else { bounds.asked };
            let mut budget = Budget { looks: bounds.completing, rows: bounds.passed, asks };
            unlisted = self.complete_facets(&mut tally, &sieve, &pool, &mut budget)?;
        }
        let named = |words, counts: BTreeMap<i64, Count>| -> Result<Vec<Facet>, StoreError> {
            let mut facets = Vec::new();
            for (number, count) in counts {
                facets.extend(facet(intern::text(self.conn, words, number)?, count));
            }
            Ok(by_count(facets))
        };
        let mut labels = Vec::new();
        for (lid, count) in tally.labels {
            let text = intern::label(self.conn, lid)?.map(|label| label.to_string()).unwrap_or_default();
            labels.extend(facet(text, count));
        }
        let years = tally.years.into_iter().rev();
        Ok(Facets {
            types: named(Words::Type, tally.types)?,
            origins: named(Words::Origin, tally.origins)?,
            labels: by_count(labels),
            years: years.filter_map(|(year, count)| facet(format!("{year:04}"), count)).collect(),
            states: tally.states.into_iter().filter_map(|(word, count)| facet(word.to_owned(), count)).collect(),
            cut,
            unlisted,
        })
    }

    /// Gathers the versions among which is counted.
    fn pool(&self, query: &SearchQuery, sieve: &Sieve, bounds: &FacetBounds) -> Result<Pool, StoreError> {
        let few = if sieve.is_open() { None } else { self.few(sieve, true)? };
        let Some(text) = &query.text else {
            return match few {
                Some(few) => Ok(Pool { vids: few, whole: true, ..Pool::default() }),
                None => self.last_held(bounds.looked + bounds.completing),
            };
        };
        let words = self.words(text)?;
        let mut vids = Vec::new();
        let mut passed = 0;
        let within = few.as_ref().map_or(Some(0..i64::MAX), |few| Some(*few.first()?..few.last()?.saturating_add(1)));
        let Some(within) = within else { return Ok(Pool { whole: true, ..Pool::default() }) };
        let whole = words.walk(self, &within, |vid| {
            if passed == bounds.matches {
                return Step::Stop;
            }
            passed += 1;
            if few.as_ref().is_none_or(|few| few.binary_search(&vid).is_ok()) {
                vids.push(vid);
            }
            Step::On
        })?;
        vids.reverse();
        let through = self.coverage(&words)?.through;
        Ok(Pool { vids, whole: whole && !words.cut, through, words: Some(words), ..Pool::default() })
    }

    /// Returns the current versions that came last.
    fn last_held(&self, most: usize) -> Result<Pool, StoreError> {
        let sql = "SELECT current FROM object INDEXED BY object_current WHERE current IS NOT NULL ORDER BY current DESC LIMIT ?1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut vids: Vec<i64> = statement.query_map([most as i64 + 1], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let whole = vids.len() <= most;
        vids.reverse();
        Ok(Pool { vids, whole, everything: true, ..Pool::default() })
    }
}
