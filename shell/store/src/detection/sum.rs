//! Sightings counted: by day, by indicator, by who gave it, by value.

use super::list::{CONDITION, Narrowed, SightingFilter};
use crate::error::StoreError;
use crate::view::{View, unsigned};
use rusqlite::{Row, named_params};

/// Rows of a list that names the most frequent.
const TOP: usize = 20;
/// Days counted, the newest.
const DAYS_MAX: usize = 3_660;

/// How much on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// Its first second since 1970.
    pub day: i64,
    /// How often something was seen.
    pub count: u64,
    /// In how many sightings.
    pub sightings: u64,
}

/// How much of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopCount {
    /// An indicator's identifier, an origin or a value.
    pub what: String,
    /// How often it was seen.
    pub count: u64,
    /// In how many sightings.
    pub sightings: u64,
}

/// Sightings counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// By day, oldest first.
    pub days: Vec<DayCount>,
    /// The most frequent indicators.
    pub by_indicator: Vec<TopCount>,
    /// Who gave us the indicators. One that came in two ways counts at both.
    pub by_origin: Vec<TopCount>,
    /// The most frequent values.
    pub by_value: Vec<TopCount>,
}

impl View<'_> {
    /// Counts the sightings that a filter lets through.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn sighting_sums(&self, filter: &SightingFilter) -> Result<Sums, StoreError> {
        let by = self.narrowed(filter)?;
        let days = format!(
            "SELECT d.day, sum(d.count), count(*) FROM sighting s JOIN sighting_day d ON d.sid = s.sid WHERE {CONDITION}
             GROUP BY d.day ORDER BY d.day DESC LIMIT {DAYS_MAX}"
        );
        let mut days: Vec<DayCount> = self.counted(&days, &by, |row| {
            Ok(DayCount { day: row.get(0)?, count: unsigned(row.get(1)?), sightings: unsigned(row.get(2)?) })
        })?;
        days.reverse();
        let indicators = format!(
            "SELECT s.oid, sum(s.count), count(*) FROM sighting s WHERE {CONDITION} GROUP BY s.oid ORDER BY 3 DESC, 2 DESC, 1 LIMIT {TOP}"
        );
        let indicators: Vec<(i64, u64, u64)> =
            self.counted(&indicators, &by, |row| Ok((row.get(0)?, unsigned(row.get(1)?), unsigned(row.get(2)?))))?;
        let mut by_indicator = Vec::with_capacity(indicators.len());
        for (oid, count, sightings) in indicators {
            by_indicator.push(TopCount { what: self.id_of(oid)?, count, sightings });
        }
        let origins = format!(
            "SELECT n.name, sum(s.count), count(*) FROM sighting s JOIN (
                 SELECT v.oid, i.nid FROM version v JOIN import i USING (iid) WHERE v.oid IN (SELECT oid FROM sighting)
                 UNION SELECT v.oid, i.nid FROM version v JOIN also_received a USING (vid) JOIN import i ON i.iid = a.iid
                     WHERE v.oid IN (SELECT oid FROM sighting)) f ON f.oid = s.oid JOIN origin n ON n.nid = f.nid
             WHERE {CONDITION} GROUP BY n.name ORDER BY 3 DESC, 2 DESC, 1 LIMIT {TOP}"
        );
        let values = format!(
            "SELECT x.value, sum(s.count), count(*) FROM sighting s JOIN sighting_value x ON x.sid = s.sid WHERE {CONDITION}
             GROUP BY x.value ORDER BY 3 DESC, 2 DESC, 1 LIMIT {TOP}"
        );
        let top = |row: &Row<'_>| {
            Ok(TopCount { what: row.get(0)?, count: unsigned(row.get(1)?), sightings: unsigned(row.get(2)?) })
        };
        let by_origin = self.counted(&origins, &by, top)?;
        let by_value = self.counted(&values, &by, top)?;
        Ok(Sums { days, by_indicator, by_origin, by_value })
    }

    fn counted<T>(
        &self,
        sql: &str,
        by: &Narrowed,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map(
            named_params! {
                ":oid": by.oid, ":states": by.states, ":judgement": by.judgement, ":since": by.since, ":until": by.until,
                ":value": by.value, ":nid": by.nid,
            },
            read,
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
