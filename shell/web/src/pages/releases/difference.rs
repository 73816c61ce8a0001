//! An original beside what would leave of it, property by property.
//!
//! Guarantees: every property of either side is shown once, with what happens to it; values are shown whole. Does not know: why a
//! property was dropped (the draft says so).

use serde_json::{Map, Value};

/// What happens to a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Leaves as it is.
    Same,
    /// Leaves with another value.
    Changed,
    /// Does not leave.
    Dropped,
    /// Only in what leaves.
    Added,
}

impl Fate {
    /// Returns the word shown, which the style sheet colours too.
    pub fn word(&self) -> &'static str {
        match self {
            Fate::Same => "leaves",
            Fate::Changed => "changed",
            Fate::Dropped => "stays",
            Fate::Added => "added",
        }
    }
}

/// One property of an object, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// What happens to it.
    pub fate: Fate,
    /// The value in the original; empty where it has none.
    pub before: String,
    /// The value that leaves; empty where it does not.
    pub after: String,
}

fn written(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
        }
        Some(other) => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

fn object(text: &str) -> Map<String, Value> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// Lists the properties of both texts: first what leaves, then what stays.
pub fn properties(original: &str, leaving: &str) -> Vec<Property> {
    let (before, after) = (object(original), object(leaving));
    let mut rows = Vec::new();
    for (name, value) in &after {
        let earlier = before.get(name);
        let fate = match earlier {
            Some(same) if same == value => Fate::Same,
            Some(_) => Fate::Changed,
            None => Fate::Added,
        };
        rows.push(Property { name: name.clone(), fate, before: written(earlier), after: written(Some(value)) });
    }
    for (name, value) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
        rows.push(Property {
            name: name.clone(),
            fate: Fate::Dropped,
            before: written(Some(value)),
            after: String::new(),
        });
    }
    rows
}

/// The objects of the bundles that would leave, by id, each as its own text.
pub fn objects_of(parts: &[String]) -> Vec<(String, String)> {
    let mut objects = Vec::new();
    for part in parts {
        let Ok(Value::Object(bundle)) = serde_json::from_str::<Value>(part) else { continue };
        for one in bundle.get("objects").and_then(Value::as_array).into_iter().flatten() {
            let id = one.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            objects.push((id, one.to_string()));
        }
    }
    objects
}

/// The text around a finding: before, the place itself, after.
pub fn excerpt(part: &str, offset: usize, length: usize) -> (String, String, String) {
    const AROUND: usize = 60;
    let floor = |mut at: usize| {
        at = at.min(part.len());
        while !part.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(offset), floor(offset.saturating_add(length)));
    let (from, to) = (floor(start.saturating_sub(AROUND)), floor(end.saturating_add(AROUND)));
    let piece = |from: usize, to: usize| part.get(from..to).unwrap_or_default().to_owned();
    (piece(from, start), piece(start, end), piece(end, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_property_once_with_its_fate() {
        let rows = properties(r#"{"a":1,"b":"x","c":["p","q"]}"#, r#"{"a":1,"b":"y","d":{"e":2}}"#);
        let fates: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.fate)).collect();
        assert_eq!(
            fates,
            [("a", Fate::Same), ("b", Fate::Changed), ("d", Fate::Added), ("c", Fate::Dropped)],
            "{rows:?}"
        );
        assert_eq!(rows[3].before, "p\nq");
    }

    #[test]
    fn a_place_in_the_middle_of_a_letter_is_no_panic() {
        let text = "häßlich";
        for offset in 0..20 {
            for length in 0..20 {
                let (before, place, after) = excerpt(text, offset, length);
                assert!(text.contains(&format!("{before}{place}{after}")));
            }
        }
    }
}
