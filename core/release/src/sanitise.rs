//! Copies out of one object what the allow-list names, and notes what it left out or altered.
//!
//! Guarantees: the result is a function of the allowed properties alone; adding, changing or removing any other property
//! of the original changes nothing but the notes. References are still those of the original.

use crate::allowlist::{self, CONFIDENCE_MAX, Kind, Row, STRICTLY_LATER, TIMES};
use crate::catalogue::{is_catalogue, is_number_of};
use crate::coarse::Coarse;
use crate::person::is_free_text;
use crate::special::{is_special_category, without_special};
use crate::{Change, DraftError};
use comity_vocab::Timestamp;
use comity_vocab::time::Precision;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// How one object is to be copied.
pub(crate) struct Sanitiser<'a> {
    pub object_id: &'a str,
    pub object_type: &'a str,
    /// What kind of object it is.
    pub kind: Kind,
    /// The row of the type; `None` for a type allowed by name, of which name and description leave.
    pub row: Option<&'static Row>,
    pub allow: &'a BTreeSet<String>,
    pub precision: Precision,
    pub coarse: Coarse,
    /// It is of a person: text about it is written for the release and not copied.
    pub of_person: bool,
}

/// Refuses names that never leave.
pub(crate) fn check_names(allow: &BTreeSet<String>) -> Result<(), DraftError> {
    for name in allow {
        let property = name.rsplit_once('.').map_or(name.as_str(), |(_, property)| property);
        if allowlist::NEVER.contains(&property) {
            return Err(DraftError::NeverLeaves { property: name.clone() });
        }
        if is_special_category(name) {
            return Err(DraftError::SpecialCategory { property: name.clone() });
        }
    }
    Ok(())
}

impl Sanitiser<'_> {
    /// Copies what may leave, without what the release sets itself.
    pub fn copy(&self, object: &Map<String, Value>, log: &mut Vec<Change>) -> Map<String, Value> {
        let mut out = Map::new();
        for (property, value) in object {
            if allowlist::SET_BY_RELEASE.contains(&property.as_str()) {
                continue;
            }
            if property == "external_references" {
                if let Some(kept) = self.catalogues(value, log) {
                    out.insert(property.clone(), kept);
                }
                self.note(log, property, "kept names and numbers of public catalogues only");
                continue;
            }
            let leaves = self.in_table(property) || self.by_name(property);
            if self.of_person && leaves && is_free_text(property, value) {
                self.note(log, property, "left out: text about a person is written for the release, not copied");
                continue;
            }
            let copied = if self.in_table(property) {
                self.plain(property, value, log)
            } else if self.by_name(property) {
                self.free(property, value, log)
            } else {
                None
            };
            match copied {
                Some(mut copied) => {
                    if copied != *value {
                        self.note(log, property, "altered");
                    }
                    let dropped = if self.is_prose(property) { clean_within(&mut copied) } else { 0 };
                    if dropped > 0 {
                        self.note(log, property, &not_seen_dropped(dropped));
                    }
                    out.insert(property.clone(), copied);
                }
                None => self.note(log, property, "left out"),
            }
        }
        self.coarse.say_precision(self.object_type, &mut out);
        self.keep_order(&mut out);
        out
    }

    fn in_table(&self, property: &str) -> bool {
        match self.row {
            Some(row) => row.allows(property),
            None => matches!(property, "name" | "description") || allowlist::names(allowlist::COMMON, property),
        }
    }

    /// Whether a property is written for people. A pattern, a reference and what was observed mean each of their characters: there an
    /// attacker's direction mark is what was seen.
    fn is_prose(&self, property: &str) -> bool {
        let reference = property.ends_with("_ref") || property.ends_with("_refs");
        self.kind != Kind::Observable && property != "pattern" && !reference
    }

    fn by_name(&self, property: &str) -> bool {
        self.allow.contains(property) || self.allow.contains(&format!("{}.{property}", self.object_type))
    }

    fn note(&self, log: &mut Vec<Change>, property: &str, change: &str) {
        log.push(Change {
            object: self.object_id.to_owned(),
            property: property.to_owned(),
            change: change.to_owned(),
        });
    }

    /// A property of the table: a plain value, a list of plain values, or a structure the table describes.
    fn plain(&self, property: &str, value: &Value, log: &mut Vec<Change>) -> Option<Value> {
        if property == "revoked" || property == "defanged" {
            return (value == &Value::Bool(true)).then_some(Value::Bool(true));
        }
        if TIMES.contains(&property) {
            return self.coarse(value);
        }
        if let Some(coarse) = self.coarse.property(self.object_type, property, value) {
            return coarse;
        }
        let reference = property.ends_with("_ref") || property.ends_with("_refs");
        match value {
            Value::Null => None,
            Value::Object(_) if !reference => {
                let keys = allowlist::structure(property)?;
                self.structure(property, keys, value, log)
            }
            Value::Array(items) if !reference && items.iter().any(|item| !is_plain(item)) => {
                let keys = allowlist::structure(property)?;
                let kept: Vec<Value> =
                    items.iter().filter_map(|item| self.structure(property, keys, item, log)).collect();
                (!kept.is_empty()).then_some(Value::Array(kept))
            }
            Value::Array(items) if items.iter().all(is_plain) => Some(value.clone()),
            plain if is_plain(plain) => Some(plain.clone()),
            _ => None,
        }
    }

    fn structure(&self, property: &str, keys: &str, value: &Value, log: &mut Vec<Change>) -> Option<Value> {
        let mut kept = Map::new();
        for (key, inner) in value.as_object()? {
            let copied = match inner {
                _ if !allowlist::names(keys, key) => None,
                time if TIMES.contains(&key.as_str()) => self.coarse(time),
                plain if is_plain(plain) => Some(plain.clone()),
                _ => None,
            };
            match copied {
                Some(copied) => {
                    kept.insert(key.clone(), copied);
                }
                None => self.note(log, &format!("{property}/{key}"), "left out"),
            }
        }
        (!kept.is_empty()).then_some(Value::Object(kept))
    }

    /// A property allowed by name: the officer answers for its shape; its instants and places are cut down all the same.
    fn free(&self, property: &str, value: &Value, log: &mut Vec<Change>) -> Option<Value> {
        if property == "confidence" {
            return value.as_u64().map(|confidence| json!(confidence.min(CONFIDENCE_MAX)));
        }
        let mut copy = value.clone();
        for name in without_special(&mut copy).into_keys() {
            self.note(log, &format!("{property}/{name}"), "left out: a special category of personal data");
        }
        // Under its own name, which may be that of a place or a count.
        let mut named = Value::Object(Map::from_iter([(property.to_owned(), copy)]));
        self.coarsen_within(&mut named);
        named.as_object_mut().and_then(|named| named.remove(property))
    }

    /// Of references to public catalogues, the name and a number that looks like one of theirs.
    fn catalogues(&self, value: &Value, log: &mut Vec<Change>) -> Option<Value> {
        let mut kept = Vec::new();
        for reference in value.as_array()? {
            let text = |key: &str| reference.get(key).and_then(Value::as_str);
            let (Some(name), Some(number)) = (text("source_name"), text("external_id")) else { continue };
            if is_number_of(name, number) {
                kept.push(json!({ "source_name": name, "external_id": number }));
            } else if is_catalogue(name) {
                self.note(log, "external_references", &format!("left out: an external_id that is no number of {name}"));
            }
        }
        (!kept.is_empty()).then_some(Value::Array(kept))
    }

    fn coarsen_within(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(time) = Timestamp::meant(text) {
                    *text = time.coarsened(self.precision).to_string();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.coarsen_within(item)),
            Value::Object(map) => {
                self.coarse.within(map);
                map.values_mut().for_each(|item| self.coarsen_within(item));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn coarse(&self, value: &Value) -> Option<Value> {
        let time = Timestamp::meant(value.as_str()?)?;
        Some(Value::String(time.coarsened(self.precision).to_string()))
    }

    /// Two instants of one unit fall together when cut down; the later one moves to the next unit.
    fn keep_order(&self, object: &mut Map<String, Value>) {
        for (from, until) in STRICTLY_LATER {
            let time = |name: &str| object.get(name).and_then(Value::as_str).and_then(Timestamp::meant);
            if let (Some(start), Some(end)) = (time(from), time(until))
                && end <= start
            {
                object.insert((*until).to_owned(), Value::String(next_unit(&start, self.precision).to_string()));
            }
        }
    }
}

/// Drops from every text within what is not seen and means nothing; returns how many characters.
fn clean_within(value: &mut Value) -> usize {
    match value {
        Value::String(text) => {
            let cleaned = comity_text::clean(text);
            *text = cleaned.text;
            cleaned.changed
        }
        Value::Array(items) => items.iter_mut().map(clean_within).sum(),
        Value::Object(map) => map.values_mut().map(clean_within).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Says what was dropped, for the officer.
pub(crate) fn not_seen_dropped(characters: usize) -> String {
    let noun = if characters == 1 { "character that is" } else { "characters that are" };
    format!("dropped {characters} {noun} not seen")
}

/// Returns the beginning of the unit after the one this instant begins.
fn next_unit(time: &Timestamp, precision: Precision) -> Timestamp {
    const DAY: i64 = 86_400;
    let within_next = match precision {
        Precision::Hour => time.plus_seconds(3600),
        Precision::Day => time.plus_seconds(DAY),
        Precision::Month => time.plus_seconds(31 * DAY),
        Precision::Year => time.plus_seconds(366 * DAY),
    };
    within_next.coarsened(precision)
}

fn is_plain(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}
