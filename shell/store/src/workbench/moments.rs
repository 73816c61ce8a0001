//! When things happened, by what objects say themselves, so that a timeline need not read every object.
//!
//! Guarantees: one row for the current version of an object; follows the objects and says how far behind it is. A timeline costs one
//! pass over narrow rows. Does not know: calendars, pictures.

use crate::error::StoreError;
use crate::glimpse::Glimpse;
use crate::intern::{self, Words};
use crate::verify::{VerifyError, bad};
use crate::view::{View, unsigned};
use comity_vocab::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

const HORIZON: &str = "coalesce((SELECT min(first_vid) FROM import WHERE state = 0), 9223372036854775807)";
const DAY_SECONDS: i64 = 86_400;

/// The properties that mean time, the first that is there counts; the second is the end, where it has one.
/// Their places are stored in `moment.what`: add at the end only.
const PROPERTIES: [(&str, &str); 9] = [
    ("first_seen", "last_seen"),
    ("first_observed", "last_observed"),
    ("valid_from", "valid_until"),
    ("published", ""),
    ("start_time", "stop_time"),
    ("start", "end"),
    ("submitted", "analysis_ended"),
    ("last_seen", ""),
    ("created", ""),
];
const CREATED: usize = PROPERTIES.len() - 1;

/// Which time of an object a timeline goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeKind {
    /// When it says that something happened: first seen, valid from, published and the like.
    Seen,
    /// When its current version was made.
    Made,
    /// When it came in.
    Arrived,
}

impl TimeKind {
    fn column(self) -> &'static str {
        match self {
            Self::Seen => "m.seen",
            Self::Made => "m.made",
            Self::Arrived => "m.arrived",
        }
    }
}

/// What a timeline shows.
#[derive(Clone, Debug)]
pub struct TimelineQuery {
    /// By which time.
    pub by: TimeKind,
    /// From this second on.
    pub from: Option<i64>,
    /// Before this second.
    pub to: Option<i64>,
    /// Only these types; empty is any.
    pub types: Vec<String>,
}

/// So many objects of a type on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MomentCount {
    /// The first second of the day, since 1970.
    pub day: i64,
    /// The type.
    pub object_type: String,
    /// How many.
    pub count: u64,
}

/// One object in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The object.
    pub object: Glimpse,
    /// When, in seconds since 1970.
    pub at: i64,
    /// Until when, where it says so.
    pub until: Option<i64>,
    /// The property that says when; for arrival `received`.
    pub property: &'static str,
}

/// What a timeline counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// By day and type, in order.
    pub days: Vec<MomentCount>,
    /// The first and the last second.
    pub span: Option<(i64, i64)>,
    /// All together.
    pub total: u64,
    /// Versions that were not looked at yet.
    pub behind: u64,
}

#[derive(Default, Deserialize)]
struct Times<'a> {
    #[serde(borrow)]
    first_seen: Option<Cow<'a, str>>,
    #[serde(borrow)]
    last_seen: Option<Cow<'a, str>>,
    #[serde(borrow)]
    first_observed: Option<Cow<'a, str>>,
    #[serde(borrow)]
    last_observed: Option<Cow<'a, str>>,
    #[serde(borrow)]
    valid_from: Option<Cow<'a, str>>,
    #[serde(borrow)]
    valid_until: Option<Cow<'a, str>>,
    #[serde(borrow)]
    published: Option<Cow<'a, str>>,
    #[serde(borrow)]
    start_time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    stop_time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    start: Option<Cow<'a, str>>,
    #[serde(borrow)]
    end: Option<Cow<'a, str>>,
    #[serde(borrow)]
    submitted: Option<Cow<'a, str>>,
    #[serde(borrow)]
    analysis_ended: Option<Cow<'a, str>>,
    #[serde(borrow)]
    created: Option<Cow<'a, str>>,
    #[serde(borrow)]
    modified: Option<Cow<'a, str>>,
}

impl Times<'_> {
    fn seconds(&self, property: &str) -> Option<i64> {
        let text = match property {
            "first_seen" => &self.first_seen,
            "last_seen" => &self.last_seen,
            "first_observed" => &self.first_observed,
            "last_observed" => &self.last_observed,
            "valid_from" => &self.valid_from,
            "valid_until" => &self.valid_until,
            "published" => &self.published,
            "start_time" => &self.start_time,
            "stop_time" => &self.stop_time,
            "start" => &self.start,
            "end" => &self.end,
            "submitted" => &self.submitted,
            "analysis_ended" => &self.analysis_ended,
            "created" => &self.created,
            "modified" => &self.modified,
            _ => return None,
        };
        let text = text.as_deref()?;
        Timestamp::parse(text).ok().or_else(|| Timestamp::meant(text)).map(|time| time.unix_seconds())
    }

    /// The property that says when, that time, and the end.
    fn seen(&self) -> (usize, Option<i64>, Option<i64>) {
        for (what, (start, end)) in PROPERTIES.iter().enumerate() {
            if let Some(at) = self.seconds(start) {
                return (what, Some(at), self.seconds(end).filter(|until| *until > at));
            }
        }
        (CREATED, None, None)
    }
}

/// Takes up to `max` versions into the table of moments, and what became stale.
pub(crate) fn take(conn: &Connection, max: usize) -> Result<(), StoreError> {
    let limit = i64::try_from(max).unwrap_or(i64::MAX);
    let stale: Vec<i64> = conn
        .prepare_cached("SELECT oid FROM moment_stale")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let one = "SELECT v.oid, v.tid, v.bytes, i.at FROM object o JOIN version v ON v.vid = o.current JOIN import i ON i.iid = v.iid
               WHERE o.oid = ?1 AND i.state = 1";
    let mut select = conn.prepare_cached(one)?;
    for oid in stale {
        conn.prepare_cached("DELETE FROM moment WHERE oid = ?1")?.execute([oid])?;
        let mut rows = select.query([oid])?;
        while let Some(row) = rows.next()? {
            enter(conn, row)?;
        }
        conn.prepare_cached("DELETE FROM moment_stale WHERE oid = ?1")?.execute([oid])?;
    }
    // By number alone: counting rows would read all of them.
    let new = format!(
        "SELECT max(vid) FROM version WHERE vid < min({HORIZON}, ?1 + (SELECT min(vid) FROM version
         WHERE vid > (SELECT indexed_vid FROM moment_state) AND vid < {HORIZON}))"
    );
    let last: Option<i64> = conn.prepare_cached(&new)?.query_row([limit], |row| row.get(0))?;
    let last = match last {
        Some(last) => last,
        None => {
            conn.query_row(&format!("SELECT coalesce(max(vid), 0) FROM version WHERE vid < {HORIZON}"), [], |row| {
                row.get(0)
            })?
        }
    };
    let sql = "SELECT v.oid, v.tid, v.bytes, i.at FROM version v JOIN object o ON o.oid = v.oid AND o.current = v.vid
               JOIN import i ON i.iid = v.iid
               WHERE v.vid > (SELECT indexed_vid FROM moment_state) AND v.vid <= ?1 ORDER BY v.vid";
    let mut select = conn.prepare_cached(sql)?;
    let mut rows = select.query([last])?;
    while let Some(row) = rows.next()? {
        enter(conn, row)?;
    }
    drop(rows);
    conn.prepare_cached("UPDATE moment_state SET indexed_vid = max(?1, indexed_vid)")?.execute([last])?;
    Ok(())
}

/// One row of the table: when the current version of an object says that something happened, was made and came.
#[derive(PartialEq, Eq)]
struct Row {
    oid: i64,
    tid: i64,
    what: i64,
    seen: Option<i64>,
    until: Option<i64>,
    made: Option<i64>,
    arrived: Option<i64>,
}

impl Row {
    /// Reads it from object, type, bytes and the time of the import.
    fn derive(row: &rusqlite::Row<'_>) -> Result<Self, StoreError> {
        let (oid, tid): (i64, i64) = (row.get(0)?, row.get(1)?);
        let bytes = row.get_ref(2)?.as_blob().map_err(|_| StoreError::Damaged { what: "version", row: oid })?;
        let arrived: String = row.get(3)?;
        // An object whose times are not texts keeps its place by arrival.
        let times: Times<'_> = serde_json::from_slice(bytes).unwrap_or_default();
        let (what, seen, until) = times.seen();
        let what = i64::try_from(what).unwrap_or_default();
        let made = times.seconds("modified").or_else(|| times.seconds("created"));
        let arrived = Timestamp::parse(&arrived).ok().map(|time| time.unix_seconds());
        Ok(Self { oid, tid, what, seen, until, made, arrived })
    }
}

fn enter(conn: &Connection, row: &rusqlite::Row<'_>) -> Result<(), StoreError> {
    let Row { oid, tid, what, seen, until, made, arrived } = Row::derive(row)?;
    conn.prepare_cached(
        "INSERT OR REPLACE INTO moment (oid, tid, what, seen, until, made, arrived) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((oid, tid, what, seen, until, made, arrived))?;
    Ok(())
}

/// Derives every moment again and compares.
pub(crate) fn verify(view: &View<'_>) -> Result<(), VerifyError> {
    let conn = view.conn;
    let indexed: i64 = conn.query_row("SELECT indexed_vid FROM moment_state", [], |row| row.get(0))?;
    if indexed > crate::taxii::next_vid(conn)? - 1 {
        return Err(bad("moment state", indexed, "covers versions that there never were"));
    }
    // What is stale, and what is new since, is read again before it is shown as whole.
    let mut select = conn.prepare(
        "SELECT o.oid, v.tid, v.bytes, i.at, m.oid, m.tid, m.what, m.seen, m.until, m.made, m.arrived
         FROM object o JOIN version v ON v.vid = o.current JOIN import i ON i.iid = v.iid LEFT JOIN moment m ON m.oid = o.oid
         WHERE i.state = 1 AND v.vid <= ?1 AND o.oid NOT IN (SELECT oid FROM moment_stale)",
    )?;
    let mut rows = select.query([indexed])?;
    while let Some(row) = rows.next()? {
        let derived = Row::derive(row)?;
        let wrong = |why| bad("moment", derived.oid, why);
        let oid: Option<i64> = row.get(4)?;
        let oid = oid.ok_or_else(|| wrong("is missing"))?;
        let (tid, what, seen) = (row.get(5)?, row.get(6)?, row.get(7)?);
        let held = Row { oid, tid, what, seen, until: row.get(8)?, made: row.get(9)?, arrived: row.get(10)? };
        if held != derived {
            return Err(wrong("is not what the current version says"));
        }
    }
    let sql =
        "SELECT m.oid FROM moment m LEFT JOIN object o ON o.oid = m.oid AND o.current IS NOT NULL WHERE o.oid IS NULL
               AND m.oid NOT IN (SELECT oid FROM moment_stale) LIMIT 1";
    let orphan: Option<i64> = conn.query_row(sql, [], |row| row.get(0)).optional()?;
    orphan.map_or(Ok(()), |oid| Err(bad("moment", oid, "belongs to no object that is held")))
}

impl View<'_> {
    /// Returns how many visible versions the moments do not cover yet.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn moments_behind(&self) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT (SELECT count(*) FROM version WHERE vid > (SELECT indexed_vid FROM moment_state) AND vid < {HORIZON})"
        );
        Ok(self.conn.prepare_cached(&sql)?.query_row([], |row| row.get(0)).map(unsigned)?)
    }

    /// Counts what happened, by day and type.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn moments(&self, query: &TimelineQuery) -> Result<Moments, StoreError> {
        let at = query.by.column();
        let sql = format!("SELECT {at}, m.tid FROM moment m WHERE {}", condition(at));
        let types = self.type_list(&query.types)?;
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(named_params! { ":from": query.from, ":to": query.to, ":types": types })?;
        let mut days: BTreeMap<(i64, i64), u64> = BTreeMap::new();
        let mut found = Moments { behind: self.moments_behind()?, ..Moments::default() };
        while let Some(row) = rows.next()? {
            let (at, tid): (i64, i64) = (row.get(0)?, row.get(1)?);
            *days.entry((at.div_euclid(DAY_SECONDS), tid)).or_default() += 1;
            found.total += 1;
            found.span = Some(found.span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        }
        for ((day, tid), count) in days {
            let object_type = intern::text(self.conn, Words::Type, tid)?;
            found.days.push(MomentCount { day: day * DAY_SECONDS, object_type, count });
        }
        Ok(found)
    }

    /// Returns the first objects of a span, in order of time.
    ///
    /// # Errors
    /// As [`View::moments`].
    pub fn moments_first(&self, query: &TimelineQuery, limit: usize) -> Result<Vec<Moment>, StoreError> {
        let at = query.by.column();
        let sql = format!(
            "SELECT m.oid, {at}, m.until, m.what FROM moment m WHERE {} ORDER BY {at}, m.oid LIMIT :limit",
            condition(at)
        );
        let types = self.type_list(&query.types)?;
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows: Vec<(i64, i64, Option<i64>, i64)> = statement
            .query_map(
                named_params! { ":from": query.from, ":to": query.to, ":types": types, ":limit": limit as i64 },
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )?
            .collect::<Result<_, _>>()?;
        let mut moments = Vec::new();
        for (oid, at, until, what) in rows {
            let id = self.id_of(oid)?;
            let said = usize::try_from(what).ok().and_then(|what| PROPERTIES.get(what)).map_or("created", |p| p.0);
            let (property, until) = match query.by {
                TimeKind::Seen => (said, until),
                TimeKind::Made => ("modified", None),
                TimeKind::Arrived => ("received", None),
            };
            moments.push(Moment { object: self.glimpse_of(oid, &id)?, at, until, property });
        }
        Ok(moments)
    }

    fn type_list(&self, names: &[String]) -> Result<rusqlite::types::Value, StoreError> {
        if names.is_empty() {
            return Ok(rusqlite::types::Value::Null);
        }
        let mut numbers = Vec::new();
        for name in names {
            numbers.extend(intern::find(self.conn, Words::Type, name)?);
        }
        Ok(crate::view::number_list(&numbers))
    }
}

fn condition(at: &str) -> String {
    format!(
        "{at} IS NOT NULL AND (:from IS NULL OR {at} >= :from) AND (:to IS NULL OR {at} < :to)
         AND (:types IS NULL OR m.tid IN (SELECT value FROM json_each(:types)))"
    )
}
