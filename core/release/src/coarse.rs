//! Places and counts that are cut down, as times are: an exact place points at the one who saw it, an exact count at how often somebody looked.
//!
//! Guarantees: nothing gets more exact by it; what stands for one, or for none, stays. Does not know: which objects leave.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The length of one degree on the ground, in metres.
const DEGREE_METRES: f64 = 111_320.0;
/// More decimals of a degree than this are less than a millimetre.
const DECIMALS_MAX: u8 = 8;

/// How counts leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// Cut down to 1, 2, 5, 10, 20, 50 and so on.
    #[default]
    Steps,
    /// As they are.
    Exact,
}

/// How far places and counts are cut down in a tearline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coarse {
    /// How many decimals of a degree leave; 1 is about 11 km.
    pub place_decimals: u8,
    /// How counts leave.
    pub counts: Counts,
}

impl Default for Coarse {
    fn default() -> Self {
        Self { place_decimals: 1, counts: Counts::Steps }
    }
}

impl Coarse {
    /// Returns a property in the form in which it leaves, nothing where it cannot be one; outer `None` where it is neither place nor count.
    pub(crate) fn property(&self, object_type: &str, property: &str, value: &Value) -> Option<Option<Value>> {
        match (object_type, property) {
            ("location", "latitude" | "longitude") => Some(value.as_f64().map(|degrees| json!(self.degrees(degrees)))),
            ("location", "precision") => {
                Some(value.as_f64().filter(|metres| *metres >= 0.0).map(|metres| json!(metres.max(self.metres()))))
            }
            (
                "observed-data" | "sighting" | "network-traffic",
                "number_observed" | "count" | "src_byte_count" | "dst_byte_count" | "src_packets" | "dst_packets",
            ) => Some(value.as_u64().map(|count| json!(self.count(count)))),
            _ => None,
        }
    }

    /// Cuts down places and counts within a property that an officer allowed by name.
    pub(crate) fn within(&self, map: &mut Map<String, Value>) {
        for (name, value) in map.iter_mut() {
            let last = name.rsplit('_').next().unwrap_or_default().to_ascii_lowercase();
            match (last.as_str(), &mut *value) {
                ("latitude" | "longitude" | "lat" | "lon" | "lng" | "long", one) => self.place(one),
                ("coordinates" | "position", Value::Array(axes)) => axes.iter_mut().for_each(|axis| self.places(axis)),
                ("count" | "observed" | "packets", one) => {
                    if let Some(count) = one.as_u64() {
                        *one = json!(self.count(count));
                    }
                }
                _ => {}
            }
        }
    }

    /// Points, and lines of points.
    fn places(&self, value: &mut Value) {
        match value {
            Value::Array(axes) => axes.iter_mut().for_each(|axis| self.places(axis)),
            one => self.place(one),
        }
    }

    /// A number of degrees, also where it is written as a text.
    fn place(&self, value: &mut Value) {
        if let Some(degrees) = value.as_f64() {
            *value = json!(self.degrees(degrees));
        } else if let Some(degrees) = value.as_str().and_then(|text| text.trim().parse::<f64>().ok()) {
            *value = json!(self.degrees(degrees).to_string());
        }
    }

    /// Says of a place how exact it is by now.
    pub(crate) fn say_precision(&self, object_type: &str, object: &mut Map<String, Value>) {
        let placed = ["latitude", "longitude"].iter().all(|name| object.contains_key(*name));
        if object_type == "location" && placed && !object.contains_key("precision") {
            object.insert("precision".to_owned(), json!(self.metres()));
        }
    }

    fn factor(&self) -> f64 {
        10f64.powi(i32::from(self.place_decimals.min(DECIMALS_MAX)))
    }

    fn degrees(&self, degrees: f64) -> f64 {
        // Adding nothing makes -0.0 the 0.0 that everybody writes.
        (degrees * self.factor()).round() / self.factor() + 0.0
    }

    /// The width of what one written place stands for.
    fn metres(&self) -> f64 {
        (DEGREE_METRES / self.factor()).ceil()
    }

    fn count(&self, count: u64) -> u64 {
        match self.counts {
            Counts::Exact => count,
            Counts::Steps => {
                let unit = count.checked_ilog10().map_or(1, |digits| 10u64.pow(digits));
                match count / unit {
                    first @ 0..=1 => first * unit,
                    2..=4 => 2 * unit,
                    _ => 5 * unit,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_go_in_steps() {
        for (count, leaves) in [
            (0, 0),
            (1, 1),
            (2, 2),
            (4, 2),
            (5, 5),
            (9, 5),
            (10, 10),
            (11, 10),
            (37, 20),
            (100, 100),
            (999, 500),
            (u64::MAX, 10_000_000_000_000_000_000),
        ] {
            assert_eq!(Coarse::default().count(count), leaves, "{count}");
            assert_eq!(Coarse { counts: Counts::Exact, ..Coarse::default() }.count(count), count);
        }
    }

    #[test]
    fn what_was_allowed_by_name_is_cut_however_it_is_written() {
        let mut map = json!({
            "x_latitude": 48.858_37, "lng": "2.29448", "coordinates": [[2.294_48, 48.858_37]], "x_count": 37, "count": "many",
            "height": 330.5, "lat": "north",
        });
        let cut = json!({
            "x_latitude": 48.9, "lng": "2.3", "coordinates": [[2.3, 48.9]], "x_count": 20, "count": "many", "height": 330.5,
            "lat": "north",
        });
        if let Value::Object(map) = &mut map {
            Coarse::default().within(map);
        }
        assert_eq!(map, cut);
    }

    #[test]
    fn places_are_cut_to_decimals() {
        let place = |place_decimals, degrees| Coarse { place_decimals, ..Coarse::default() }.degrees(degrees);
        assert_eq!(place(1, 48.858_37), 48.9);
        assert_eq!(place(1, -0.04), 0.0);
        assert!(place(1, -0.04).is_sign_positive());
        assert_eq!(place(0, -33.86), -34.0);
        assert_eq!(place(3, 48.858_37), 48.858);
        assert_eq!(Coarse::default().metres(), 11_132.0);
    }
}
