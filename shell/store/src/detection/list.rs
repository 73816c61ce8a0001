//! Reading sightings: one, and a page of them.

use crate::error::StoreError;
use crate::intern::{self, Words};
use crate::origin::Origin;
use crate::remove;
use crate::view::{View, unsigned};
use comity_vocab::Timestamp;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most rows of a page.
const PAGE_MAX: usize = 1_000;

/// What became of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SightingState {
    /// It is to be looked at.
    Open,
    /// Indicator or value stands on a warning list.
    WarningListed,
    /// The indicator has decayed.
    Decayed,
    /// The indicator was recalled; the content is gone.
    Recalled,
}

impl SightingState {
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::WarningListed => 1,
            Self::Decayed => 2,
            Self::Recalled => 3,
        }
    }

    pub(super) fn of(number: i64) -> Self {
        match number {
            0 => Self::Open,
            1 => Self::WarningListed,
            2 => Self::Decayed,
            _ => Self::Recalled,
        }
    }

    /// Tells whether a later match of this state changes what was of another: open lifts, nothing else does.
    pub(super) fn outranks(self, other: Self) -> bool {
        self == Self::Open && matches!(other, Self::WarningListed | Self::Decayed)
    }
}

/// What an officer holds of a sighting (domain.md §7.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// Nobody has looked.
    #[default]
    Unreviewed,
    /// It is what the indicator says.
    TruePositive,
    /// It is not.
    FalsePositive,
}

impl Judgement {
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Unreviewed => 0,
            Self::TruePositive => 1,
            Self::FalsePositive => 2,
        }
    }

    fn of(number: i64) -> Self {
        match number {
            1 => Self::TruePositive,
            2 => Self::FalsePositive,
            _ => Self::Unreviewed,
        }
    }
}

/// A value that matched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Matched {
    /// The object path, as a pattern writes it.
    pub path: String,
    /// The value as text.
    pub value: String,
}

/// Which sightings.
#[derive(Clone, Debug, Default)]
pub struct SightingFilter {
    /// Of this indicator.
    pub indicator: Option<String>,
    /// Whose indicator came from here.
    pub origin: Option<Origin>,
    /// In any of these states; empty is any.
    pub states: Vec<SightingState>,
    /// Judged so.
    pub judgement: Option<Judgement>,
    /// With this value.
    pub value: Option<String>,
    /// Last seen at or after.
    pub since: Option<Timestamp>,
    /// First seen before.
    pub until: Option<Timestamp>,
}

/// One sighting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SightingRecord {
    pub(super) sid: i64,
    last_at: i64,
    /// Its identifier, without the prefix.
    pub uuid: Uuid,
    /// The indicator's identifier.
    pub indicator: String,
    /// Whether its author withdrew the indicator, by the version that stands.
    pub withdrawn: bool,
    /// Whether another version of the indicator contradicts the one that stands.
    pub disputed: bool,
    /// What matched; nothing once recalled.
    pub values: Vec<Matched>,
    /// Its state.
    pub state: SightingState,
    /// The warning list that set it aside.
    pub list: Option<String>,
    /// What was left of the indicator's worth, of 100.
    pub score: Option<u8>,
    /// When it was first observed.
    pub first_seen: String,
    /// When it was last observed.
    pub last_seen: String,
    /// How often.
    pub count: u64,
    /// What an officer holds of it.
    pub judgement: Judgement,
    /// Who judged.
    pub judged_by: Option<String>,
    /// When.
    pub judged_at: Option<String>,
    /// What the officer said.
    pub comment: Option<String>,
    /// When it was recorded.
    pub entered: String,
    /// When it last changed.
    pub changed: String,
    /// Partners for whom something was written, with kind and object.
    pub returned: Vec<(String, String, String)>,
}

/// One kept observation of a sighting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SightingEvidence {
    /// Which match, from 1.
    pub matched: u64,
    /// The sensor or file.
    pub source: String,
    /// Its line.
    pub line: u64,
    /// What was observed, JSON.
    pub evidence: String,
}

/// A sighting with everything that is kept of it.
#[derive(Clone, Debug)]
pub struct SightingWhole {
    /// The sighting.
    pub record: SightingRecord,
    /// The first and the newest pieces of evidence.
    pub evidence: Vec<SightingEvidence>,
    /// First second of the day since 1970, and how often on it.
    pub days: Vec<(i64, u64)>,
}

/// A page of sightings, newest first.
#[derive(Clone, Debug, Default)]
pub struct SightingsPage {
    /// The sightings.
    pub records: Vec<SightingRecord>,
    /// What to give as `after` for the next page.
    pub next: Option<String>,
    /// How many there are, all together.
    pub total: u64,
}

const COLUMNS: &str =
    "s.sid, s.last_at, s.uuid, s.oid, s.state, s.list, s.score, s.first_seen, s.last_seen, s.count, s.judgement,
     s.judged_by, s.judged_at, s.comment, s.entered, s.changed,
     coalesce((SELECT v.flags & 16 <> 0 FROM object o JOIN version v ON v.vid = o.current WHERE o.oid = s.oid), 0),
     EXISTS (SELECT 1 FROM version v WHERE v.oid = s.oid AND v.flags & 3 = 1
             AND v.iid NOT IN (SELECT iid FROM import WHERE state = 0))";

/// The condition on `sighting s`, with the parameters that [`narrowed`] gives.
pub(super) const CONDITION: &str = "(:oid IS NULL OR s.oid = :oid) AND (:states IS NULL OR s.state IN (SELECT value FROM json_each(:states)))
     AND (:judgement IS NULL OR s.judgement = :judgement) AND (:since IS NULL OR s.last_at >= :since) AND (:until IS NULL OR s.first_at < :until)
     AND (:value IS NULL OR s.sid IN (SELECT w.sid FROM sighting_value w WHERE w.value = :value))
     AND (:nid IS NULL OR EXISTS (SELECT 1 FROM version v JOIN import i USING (iid) WHERE v.oid = s.oid AND i.nid = :nid)
          OR EXISTS (SELECT 1 FROM version v JOIN also_received a USING (vid) JOIN import i ON i.iid = a.iid WHERE v.oid = s.oid AND i.nid = :nid))";

/// A filter in the numbers of one database.
pub(super) struct Narrowed {
    pub oid: Value,
    pub states: Value,
    pub judgement: Value,
    pub since: Value,
    pub until: Value,
    pub value: Value,
    pub nid: Value,
}

fn or_null<T: Into<Value>>(value: Option<T>) -> Value {
    value.map_or(Value::Null, Into::into)
}

impl View<'_> {
    pub(super) fn narrowed(&self, filter: &SightingFilter) -> Result<Narrowed, StoreError> {
        let states: Vec<String> = filter.states.iter().map(|state| state.number().to_string()).collect();
        // What the database does not know has no number, and nothing has the number -1.
        let oid = match &filter.indicator {
            Some(id) => Some(remove::find_object(self.conn, id)?.unwrap_or(-1)),
            None => None,
        };
        let nid = match &filter.origin {
            Some(origin) => Some(intern::find(self.conn, Words::Origin, &origin.to_string())?.unwrap_or(-1)),
            None => None,
        };
        Ok(Narrowed {
            oid: or_null(oid),
            states: or_null((!states.is_empty()).then(|| format!("[{}]", states.join(",")))),
            judgement: or_null(filter.judgement.map(Judgement::number)),
            since: or_null(filter.since.map(|since| since.unix_seconds())),
            until: or_null(filter.until.map(|until| until.unix_seconds())),
            value: or_null(filter.value.clone()),
            nid: or_null(nid),
        })
    }

    /// Returns a page of sightings.
    ///
    /// # Errors
    /// [`StoreError::Query`] where the cursor is not one of ours; a failing database.
    pub fn sightings(
        &self,
        filter: &SightingFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<SightingsPage, StoreError> {
        let limit = limit.clamp(1, PAGE_MAX);
        let place = after.map(|after| {
            let (at, sid) = after.split_once('.').ok_or(StoreError::Query { part: "cursor" })?;
            let number = |text: &str| text.parse::<i64>().map_err(|_| StoreError::Query { part: "cursor" });
            Ok::<_, StoreError>((number(at)?, number(sid)?))
        });
        let place = place.transpose()?;
        let by = self.narrowed(filter)?;
        let sql = format!(
            "SELECT {COLUMNS} FROM sighting s WHERE {CONDITION} AND (:at IS NULL OR (s.last_at, s.sid) < (:at, :sid))
             ORDER BY s.last_at DESC, s.sid DESC LIMIT :limit"
        );
        let mut query = self.conn.prepare_cached(&sql)?;
        let mut records: Vec<SightingRecord> = query
            .query_map(
                named_params! {
                    ":oid": by.oid, ":states": by.states, ":judgement": by.judgement, ":since": by.since, ":until": by.until,
                    ":value": by.value, ":nid": by.nid, ":at": place.map(|place| place.0), ":sid": place.map(|place| place.1),
                    ":limit": limit as i64 + 1,
                },
                |row| self.record(row),
            )?
            .collect::<Result<_, _>>()?;
        let more = records.len() > limit;
        records.truncate(limit);
        for record in &mut records {
            self.complete(record)?;
        }
        let total = format!("SELECT count(*) FROM sighting s WHERE {CONDITION}");
        let total = self.conn.prepare_cached(&total)?.query_row(
            named_params! {
                ":oid": by.oid, ":states": by.states, ":judgement": by.judgement, ":since": by.since, ":until": by.until,
                ":value": by.value, ":nid": by.nid,
            },
            |row| row.get(0),
        )?;
        let next = records.last().filter(|_| more).map(|last| format!("{}.{}", last.last_at, last.sid));
        Ok(SightingsPage { records, next, total: unsigned(total) })
    }

    /// Returns a sighting by the beginning of its identifier, with or without `sighting--`.
    ///
    /// # Errors
    /// [`StoreError::NotHeld`], [`StoreError::Ambiguous`], or a failing database.
    pub fn sighting(&self, beginning: &str) -> Result<SightingWhole, StoreError> {
        let not_held = || StoreError::NotHeld { id: beginning.chars().take(100).collect() };
        let digits = beginning.strip_prefix("sighting--").unwrap_or(beginning);
        let (low, high) = crate::key::uuid_range(digits).filter(|_| !digits.is_empty()).ok_or_else(not_held)?;
        let sql = format!("SELECT {COLUMNS} FROM sighting s WHERE s.uuid BETWEEN ?1 AND ?2 LIMIT 2");
        let mut query = self.conn.prepare_cached(&sql)?;
        let mut found: Vec<SightingRecord> =
            query.query_map((low, high), |row| self.record(row))?.collect::<Result<_, _>>()?;
        if found.len() > 1 {
            return Err(StoreError::Ambiguous { prefix: beginning.chars().take(100).collect() });
        }
        let mut record = found.pop().ok_or_else(not_held)?;
        self.complete(&mut record)?;
        let mut query = self.conn.prepare_cached(
            "SELECT match, source, line, evidence FROM sighting_evidence WHERE sid = ?1 ORDER BY match, n",
        )?;
        let evidence = query.query_map([record.sid], |row| {
            Ok(SightingEvidence {
                matched: unsigned(row.get(0)?),
                source: row.get(1)?,
                line: unsigned(row.get(2)?),
                evidence: row.get(3)?,
            })
        })?;
        let evidence = evidence.collect::<Result<_, _>>()?;
        let mut query = self.conn.prepare_cached("SELECT day, count FROM sighting_day WHERE sid = ?1 ORDER BY day")?;
        let days = query.query_map([record.sid], |row| Ok((row.get(0)?, unsigned(row.get(1)?))))?;
        let days = days.collect::<Result<_, _>>()?;
        Ok(SightingWhole { record, evidence, days })
    }

    /// Returns when an indicator was last seen truly, by what officers hold: for its decay.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn last_true_sighting(&self, oid: i64) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT max(last_at) FROM sighting WHERE oid = ?1 AND judgement = 1";
        Ok(self.conn.prepare_cached(sql)?.query_row([oid], |row| row.get(0)).optional()?.flatten())
    }

    fn record(&self, row: &Row<'_>) -> rusqlite::Result<SightingRecord> {
        Ok(SightingRecord {
            sid: row.get(0)?,
            last_at: row.get(1)?,
            uuid: Uuid::from_bytes(row.get(2)?),
            indicator: self.id_of(row.get(3)?).map_err(|_| rusqlite::Error::InvalidQuery)?,
            withdrawn: row.get(16)?,
            disputed: row.get(17)?,
            values: Vec::new(),
            state: SightingState::of(row.get(4)?),
            list: row.get(5)?,
            score: row.get(6)?,
            first_seen: row.get(7)?,
            last_seen: row.get(8)?,
            count: unsigned(row.get(9)?),
            judgement: Judgement::of(row.get(10)?),
            judged_by: row.get(11)?,
            judged_at: row.get(12)?,
            comment: row.get(13)?,
            entered: row.get(14)?,
            changed: row.get(15)?,
            returned: Vec::new(),
        })
    }

    /// Adds what stands in tables of its own.
    fn complete(&self, record: &mut SightingRecord) -> Result<(), StoreError> {
        let mut query = self.conn.prepare_cached("SELECT path, value FROM sighting_value WHERE sid = ?1 ORDER BY n")?;
        let values = query.query_map([record.sid], |row| Ok(Matched { path: row.get(0)?, value: row.get(1)? }))?;
        record.values = values.collect::<Result<_, _>>()?;
        let mut query = self.conn.prepare_cached(
            "SELECT partner, kind, object FROM sighting_return WHERE sid = ?1 ORDER BY partner, kind",
        )?;
        let returned = query.query_map([record.sid], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        record.returned = returned.collect::<Result<_, _>>()?;
        Ok(())
    }
}
