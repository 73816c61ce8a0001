//! The locations that are held, each with where it says it is and how much is tied to it.
//!
//! Guarantees: bounded, newest first. Does not know: maps, what a region means.

use crate::error::StoreError;
use crate::glimpse::title;
use crate::intern::{self, Words};
use crate::view::{VISIBLE, View};
use comity_vocab::SecurityLabel;
use serde::Deserialize;

/// A location object.
#[derive(Clone, Debug, PartialEq)]
pub struct LocationRow {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub title: Option<String>,
    /// The effective label.
    pub label: Option<SecurityLabel>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// How exact the coordinates are, in metres.
    pub precision_metres: Option<f64>,
    /// A region of the standard's vocabulary.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2, as written.
    pub country: Option<String>,
    /// A part of the country.
    pub administrative_area: Option<String>,
    /// A city.
    pub city: Option<String>,
    /// How many objects refer to it, up to [`crate::DEGREE_MAX`].
    pub tied: u64,
}

/// The locations held.
#[derive(Clone, Debug, Default)]
pub struct Locations {
    /// The newest first.
    pub list: Vec<LocationRow>,
    /// Whether there are more.
    pub cut: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Says {
    latitude: Option<f64>,
    longitude: Option<f64>,
    precision: Option<f64>,
    region: Option<String>,
    country: Option<String>,
    administrative_area: Option<String>,
    city: Option<String>,
}

impl View<'_> {
    /// Returns the locations held, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn locations(&self, limit: usize) -> Result<Locations, StoreError> {
        let Some(tid) = intern::find(self.conn, Words::Type, "location")? else { return Ok(Locations::default()) };
        let sql = format!(
            "SELECT v.oid, v.lid, v.bytes FROM object o INDEXED BY object_current_of_type JOIN version v ON v.vid = o.current
             WHERE o.tid = ?1 AND o.current IS NOT NULL AND {VISIBLE} ORDER BY o.current DESC LIMIT ?2"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows: Vec<(i64, Option<i64>, Vec<u8>)> = statement
            .query_map((tid, limit as i64 + 1), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        let mut found = Locations { cut: rows.len() > limit, ..Locations::default() };
        for (oid, lid, bytes) in rows.into_iter().take(limit) {
            // A defective location has no place; it is listed all the same.
            let says: Says = serde_json::from_slice(&bytes).unwrap_or_default();
            let on_earth = |degrees: Option<f64>, most: f64| degrees.filter(|d| d.is_finite() && d.abs() <= most);
            found.list.push(LocationRow {
                id: self.id_of(oid)?,
                title: title(&bytes),
                label: intern::label(self.conn, lid)?,
                latitude: on_earth(says.latitude, 90.0),
                longitude: on_earth(says.longitude, 180.0),
                precision_metres: says.precision.filter(|metres| metres.is_finite() && *metres >= 0.0),
                region: says.region,
                country: says.country,
                administrative_area: says.administrative_area,
                city: says.city,
                tied: self.degree_of(oid)?,
            });
        }
        Ok(found)
    }
}
