//! What a search could be narrowed by, with counts.
//!
//! Guarantees: bounded: at most [`LOOKED_MAX`] versions are looked at, the ones that came last, and a count that could be higher says
//! so. Without words and filters types and origins are counted from their indexes, so that none is missing. Does not know: pages.

use crate::error::StoreError;
use crate::filter::CONDITION;
use crate::intern::{self, Words};
use crate::record::flag;
use crate::search::SearchQuery;
use crate::view::{VISIBLE, View, number_list, unsigned};
use comity_vocab::Timestamp;
use rusqlite::named_params;
use rusqlite::types::Value;
use std::collections::{BTreeMap, HashMap};

/// The most versions one count looks at.
pub const LOOKED_MAX: i64 = 5_000;
/// The most text matches one count looks at; a filter may leave few of them.
const MATCHES_MAX: i64 = 20_000;
/// How far back among the versions a filtered count goes.
const REACH_MAX: i64 = 200_000;
/// The highest count that is told; more is told as this with a sign.
pub const COUNT_MAX: u64 = 1_000;

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
    /// Whether there was more than was looked at.
    pub cut: bool,
}

#[derive(Default)]
struct Tally {
    types: HashMap<i64, u64>,
    origins: HashMap<i64, u64>,
    labels: HashMap<Option<i64>, u64>,
    years: BTreeMap<i64, u64>,
    states: BTreeMap<&'static str, u64>,
    rows: i64,
}

/// The seconds since 1970 in a version key; the key is what [`Timestamp::sort_key`] gives.
pub(crate) fn seconds(version: &[u8]) -> Option<i64> {
    let head: [u8; 8] = version.get(..8)?.try_into().ok()?;
    (version.len() == 12).then(|| i64::from_be_bytes(head) ^ i64::MIN)
}

fn year(version: &[u8]) -> Option<i64> {
    Timestamp::from_unix(seconds(version)?, 0).to_string().get(..4)?.parse().ok()
}

impl Tally {
    fn add(&mut self, row: &rusqlite::Row<'_>) -> rusqlite::Result<()> {
        self.rows += 1;
        *self.types.entry(row.get(0)?).or_default() += 1;
        *self.labels.entry(row.get(1)?).or_default() += 1;
        *self.origins.entry(row.get(2)?).or_default() += 1;
        let flags: i64 = row.get(3)?;
        for (bit, word) in [
            (flag::DEFECTIVE, "defective"),
            (flag::REVOKED, "revoked"),
            (flag::GRANULAR, "granular"),
            (flag::UNKNOWN_MARKING, "unknown_marking"),
        ] {
            if flags & bit != 0 {
                *self.states.entry(word).or_default() += 1;
            }
        }
        let version: Vec<u8> = row.get(4)?;
        if let Some(year) = year(&version) {
            *self.years.entry(year).or_default() += 1;
        }
        Ok(())
    }
}

fn facet(value: String, count: u64, cut: bool) -> Facet {
    Facet { value, count: count.min(COUNT_MAX), more: cut || count > COUNT_MAX }
}

fn by_count(mut facets: Vec<Facet>) -> Vec<Facet> {
    facets.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    facets
}

impl View<'_> {
    /// Counts what a search finds by type, origin, label, year and state.
    ///
    /// # Errors
    /// As [`View::search`].
    pub fn facets(&self, query: &SearchQuery) -> Result<Facets, StoreError> {
        let tally = self.tally(query)?;
        let cut = tally.rows > LOOKED_MAX;
        let everything = query.text.is_none() && query.filter.is_empty();
        let named = |words, counts: HashMap<i64, u64>| -> Result<Vec<Facet>, StoreError> {
            let facets = counts
                .into_iter()
                .map(|(number, count)| Ok(facet(intern::text(self.conn, words, number)?, count, cut)));
            Ok(by_count(facets.collect::<Result<_, StoreError>>()?))
        };
        let (types, origins) = if cut && everything {
            (self.of_index("tid", Words::Type)?, self.of_index("nid", Words::Origin)?)
        } else {
            (named(Words::Type, tally.types)?, named(Words::Origin, tally.origins)?)
        };
        let mut labels = Vec::new();
        for (lid, count) in tally.labels {
            let text = intern::label(self.conn, lid)?.map(|label| label.to_string()).unwrap_or_default();
            labels.push(facet(text, count, cut));
        }
        Ok(Facets {
            types,
            origins,
            labels: by_count(labels),
            years: tally.years.into_iter().rev().map(|(year, count)| facet(year.to_string(), count, cut)).collect(),
            states: tally.states.into_iter().map(|(word, count)| facet(word.to_owned(), count, cut)).collect(),
            cut,
        })
    }

    /// Counts objects by one of their numbers, along the index of it.
    fn of_index(&self, column: &str, words: Words) -> Result<Vec<Facet>, StoreError> {
        let (table, index) = match words {
            Words::Origin => ("origin", "object_current_of_origin"),
            _ => ("type_name", "object_current_of_type"),
        };
        let sql = format!(
            "SELECT t.name, (SELECT count(*) FROM (SELECT 1 FROM object INDEXED BY {index}
                 WHERE {column} = t.{column} AND current IS NOT NULL LIMIT {COUNT_MAX} + 1)) AS n FROM {table} t WHERE n > 0"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| Ok(facet(row.get(0)?, row.get(1).map(unsigned)?, false)))?;
        Ok(by_count(rows.collect::<Result<_, _>>()?))
    }

    fn tally(&self, query: &SearchQuery) -> Result<Tally, StoreError> {
        let resolved = query.filter.resolve(self)?;
        let expression = match &query.text {
            Some(text) => Some(comity_stix::fts_query(text).ok_or(StoreError::Query { part: "text" })?),
            None => None,
        };
        let reach = if expression.is_some() { i64::MAX } else { REACH_MAX };
        let few = if expression.is_some() { None } else { self.few(&resolved)? };
        let (source, order) = match (&expression, few) {
            // The last matches are taken before anything else is asked of them.
            (Some(_), _) => (
                format!(
                    "(SELECT rowid AS vid FROM version_text WHERE version_text MATCH :text ORDER BY rowid DESC LIMIT {MATCHES_MAX}) t
                     CROSS JOIN version v ON v.vid = t.vid"
                ),
                "",
            ),
            (None, Some(few)) => (few.to_owned(), ""),
            (None, None) => ("version v".to_owned(), "ORDER BY v.vid DESC"),
        };
        let sql = format!(
            "SELECT v.tid, v.lid, i.nid, v.flags, v.version FROM {source}
             CROSS JOIN object o ON o.oid = v.oid AND o.current = v.vid CROSS JOIN import i ON i.iid = v.iid
             WHERE (:text IS NULL OR :text <> '') AND v.vid > (SELECT max(vid) FROM version) - :reach
               AND (:types IS NULL OR v.tid IN (SELECT value FROM json_each(:types)))
               AND {CONDITION} AND {VISIBLE} {order} LIMIT :limit"
        );
        let types = resolved.types.as_deref().map_or(Value::Null, number_list);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(named_params! {
            ":text": expression, ":reach": reach, ":types": types, ":limit": LOOKED_MAX + 1,
            ":since": resolved.since, ":until": resolved.until, ":origins": resolved.origins,
            ":labels": resolved.labels, ":unmarked": resolved.unmarked,
        })?;
        let mut tally = Tally::default();
        while let Some(row) = rows.next()? {
            tally.add(row)?;
        }
        Ok(tally)
    }
}
