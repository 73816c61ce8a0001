//! The properties of an object as people read them: in words, in an order, references by name, times readable and exact.
//!
//! Guarantees: nothing that the object says is left out but what the page shows elsewhere (type, identifier, markings); what is not
//! understood is shown under its own name. Bounded: of a very long list the first entries, and how many there are. Does not know: HTML.

use super::super::line::{Line, address};
use super::wording::{self, Group};
use comity_store::Glimpse;
use comity_vocab::{Timestamp, Tlp};
use serde_json::Value;
use std::collections::BTreeMap;

/// Entries shown of one property.
const ENTRIES_MAX: usize = 200;
/// Leaves shown of one entry.
const LEAVES_MAX: usize = 200;
/// Texts longer than this are prose.
const PROSE_CHARS: usize = 160;
/// What the page shows in other places.
const ELSEWHERE: [&str; 5] = ["type", "id", "spec_version", "object_marking_refs", "granular_markings"];

/// One value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Its text.
    pub text: String,
    /// Where it leads; "" for nowhere.
    pub href: String,
    /// What it means, or what it is exactly.
    pub about: String,
    /// `text`, `prose`, `code` or `time`.
    pub form: &'static str,
    /// The exact time, for machines.
    pub exact: String,
}

/// One entry: a value, or named values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Name and value; one with an empty name is a plain value.
    pub pieces: Vec<(String, Piece)>,
}

impl Entry {
    /// Tells whether the entry is a value without a name.
    pub fn is_plain(&self) -> bool {
        matches!(self.pieces.as_slice(), [(name, _)] if name.is_empty())
    }
}

/// One property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name in the standard.
    pub name: String,
    /// What it is called.
    pub word: String,
    /// Its values.
    pub entries: Vec<Entry>,
    /// How many there are beyond those shown.
    pub more: usize,
    /// How this property alone is marked (granular markings).
    pub marks: Vec<String>,
}

impl Property {
    /// Returns the value of a property that has just one, without a name.
    pub fn single(&self) -> Option<&Piece> {
        match self.entries.as_slice() {
            [entry] if entry.is_plain() => entry.pieces.first().map(|(_, piece)| piece),
            _ => None,
        }
    }
}

/// Properties that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub word: &'static str,
    /// In order.
    pub properties: Vec<Property>,
}

/// Reads an object into sections; `names` tells what the objects it refers to are called.
pub fn sections(object: &Value, names: &BTreeMap<String, Glimpse>) -> Vec<Section> {
    let Some(map) = object.as_object() else { return Vec::new() };
    let marks = granular(object, names);
    let mut found: Vec<(Group, usize, Property)> = Vec::new();
    for (name, value) in map {
        if ELSEWHERE.contains(&name.as_str()) {
            continue;
        }
        let (place, word, group) = match wording::of(name) {
            Some((place, word, group)) => (place, word.to_owned(), group),
            None => (usize::MAX, name.replace('_', " "), Group::Own),
        };
        let (entries, more) = entries(name, value, names);
        let marks = marks.get(name.as_str()).cloned().unwrap_or_default();
        found.push((group, place, Property { name: name.clone(), word, entries, more, marks }));
    }
    found.sort_by(|a, b| (a.0, a.1, &a.2.name).cmp(&(b.0, b.1, &b.2.name)));
    let mut sections: Vec<(Group, Section)> = Vec::new();
    for (group, _, property) in found {
        match sections.last_mut() {
            Some((last, section)) if *last == group => section.properties.push(property),
            _ => sections.push((group, Section { word: heading(group), properties: vec![property] })),
        }
    }
    sections.into_iter().map(|(_, section)| section).collect()
}

fn heading(group: Group) -> &'static str {
    match group {
        Group::About => "What it says",
        Group::Times => "When",
        Group::Technical => "Technical",
        Group::References => "Refers to",
        Group::Record => "Record",
        Group::Own => "Properties that are not the standard's",
    }
}

fn entries(name: &str, value: &Value, names: &BTreeMap<String, Glimpse>) -> (Vec<Entry>, usize) {
    match value {
        Value::Array(list) => {
            let shown = list.iter().take(ENTRIES_MAX).map(|one| entry(name, one, names)).collect();
            (shown, list.len().saturating_sub(ENTRIES_MAX))
        }
        one => (vec![entry(name, one, names)], 0),
    }
}

fn entry(name: &str, value: &Value, names: &BTreeMap<String, Glimpse>) -> Entry {
    match value {
        Value::Object(_) | Value::Array(_) => {
            let mut pieces = Vec::new();
            leaves(name, value, &mut String::new(), &mut pieces, names);
            Entry { pieces }
        }
        leaf => Entry { pieces: vec![(String::new(), piece(name, leaf, names))] },
    }
}

fn leaves(
    name: &str,
    value: &Value,
    path: &mut String,
    pieces: &mut Vec<(String, Piece)>,
    names: &BTreeMap<String, Glimpse>,
) {
    if pieces.len() >= LEAVES_MAX {
        return;
    }
    let length = path.len();
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, one) in map {
                if !path.is_empty() {
                    path.push_str(" › ");
                }
                let known = names.get(key).and_then(|glimpse| glimpse.title.clone());
                path.push_str(known.as_deref().unwrap_or(key));
                leaves(if name == "hashes" { name } else { key }, one, path, pieces, names);
                path.truncate(length);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for one in list {
                leaves(name, one, path, pieces, names);
            }
        }
        leaf => pieces.push((path.clone(), piece(name, leaf, names))),
    }
}

/// Makes the piece of one value; `name` is the property it stands in.
fn piece(name: &str, value: &Value, names: &BTreeMap<String, Glimpse>) -> Piece {
    let plain = |text: String| Piece { text, form: "text", ..Piece::default() };
    match value {
        Value::Null => plain("null".to_owned()),
        Value::Bool(yes) => plain(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => {
            let about = match (name, number.as_u64()) {
                ("confidence", Some(value)) => wording::confidence(value),
                _ => "",
            };
            Piece { about: about.to_owned(), ..plain(number.to_string()) }
        }
        Value::String(text) => of_text(name, text, names),
        other => Piece { form: "code", ..plain(other.to_string()) },
    }
}

fn of_text(name: &str, text: &str, names: &BTreeMap<String, Glimpse>) -> Piece {
    let plain = |form| Piece { text: text.to_owned(), form, ..Piece::default() };
    if let Some(glimpse) = names.get(text) {
        let line = Line::of(glimpse);
        let mut about = line.object_type.replace('-', " ");
        if !line.is_held() {
            about = format!("{about}, {}", line.presence);
        }
        let href = if line.has_page() { line.href.clone() } else { String::new() };
        let form = if line.named { "text" } else { "code" };
        return Piece { text: line.title, href, about, form, exact: String::new() };
    }
    if let Some(time) = readable(text) {
        return Piece { text: time, about: text.to_owned(), form: "time", exact: text.to_owned(), ..Piece::default() };
    }
    if matches!(name, "hashes" | "pattern" | "magic_number_hex" | "payload_bin" | "command_line" | "schema" | "cpe") {
        return plain("code");
    }
    let about = wording::meaning(name, text).to_owned();
    let form = if text.contains('\n') || text.chars().count() > PROSE_CHARS { "prose" } else { "text" };
    Piece { about, ..plain(form) }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Writes a time so that people read it: `1 March 2026, 21:40:00 UTC`; `None` where the text is no time.
pub fn readable(text: &str) -> Option<String> {
    if !text.ends_with('Z') || !text.contains('T') {
        return None;
    }
    Timestamp::parse(text).ok()?;
    let (date, clock) = text.split_once('T')?;
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    let clock = clock.trim_end_matches('Z').split('.').next()?;
    Some(format!("{} {month} {year}, {clock} UTC", day.trim_start_matches('0')))
}

/// What marks a property on its own: property, words of the marks.
fn granular(object: &Value, names: &BTreeMap<String, Glimpse>) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let list = object.get("granular_markings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for marking in list {
        let reference = marking.get("marking_ref").and_then(Value::as_str);
        let language = marking.get("lang").and_then(Value::as_str);
        let word = match (reference, language) {
            (Some(reference), _) => marking_word(reference, names),
            (None, Some(language)) => format!("language {language}"),
            (None, None) => "unknown marking".to_owned(),
        };
        let selectors = marking.get("selectors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for selector in selectors.iter().filter_map(Value::as_str) {
            let (property, rest) = selector.split_once('.').unwrap_or((selector, ""));
            let word = if rest.is_empty() { word.clone() } else { format!("{word} on {rest}") };
            found.entry(property.to_owned()).or_default().push(word);
        }
    }
    found
}

/// Returns what a marking reference says: a TLP, the name of the definition, or its identifier.
pub fn marking_word(reference: &str, names: &BTreeMap<String, Glimpse>) -> String {
    match Tlp::from_marking_id(reference) {
        Some(tlp) => tlp.as_str().to_owned(),
        None => names.get(reference).and_then(|glimpse| glimpse.title.clone()).unwrap_or_else(|| reference.to_owned()),
    }
}

/// Returns the object-level markings: word, and the page of the definition where it is held.
pub fn markings(object: &Value, names: &BTreeMap<String, Glimpse>) -> Vec<(String, String)> {
    let list = object.get("object_marking_refs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .filter_map(Value::as_str)
        .map(|reference| {
            let held = names.get(reference).is_some_and(|glimpse| Line::of(glimpse).is_held());
            (marking_word(reference, names), if held { address(reference) } else { String::new() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_readable() {
        for (text, expected) in [
            ("2026-03-01T21:40:00Z", Some("1 March 2026, 21:40:00 UTC")),
            ("2026-12-31T00:00:00.123456Z", Some("31 December 2026, 00:00:00 UTC")),
            ("2026-13-01T00:00:00Z", None),
            ("yesterday", None),
            ("TZ", None),
        ] {
            assert_eq!(readable(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn everything_is_shown_once() {
        let object = json!({
            "type": "x-thing", "id": "x-thing--1", "name": "N", "x_own": {"a": [1, {"b": null}]}, "zzz": [],
            "hashes": {"SHA-256": "ab"}, "confidence": 85, "granular_markings":
                [{"selectors": ["name", "x_own.a"], "marking_ref": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"}],
        });
        let sections = sections(&object, &BTreeMap::new());
        let shown: Vec<String> = sections
            .iter()
            .flat_map(|section| &section.properties)
            .map(|property| {
                let values: Vec<String> = property
                    .entries
                    .iter()
                    .flat_map(|entry| &entry.pieces)
                    .map(|(name, piece)| format!("{name}={}{}", piece.text, piece.about))
                    .collect();
                format!("{}: {} {}", property.word, values.join(","), property.marks.join(","))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "Name: =N TLP:RED",
                "Confidence: =85high ",
                "Hashes: SHA-256=ab ",
                "x own: a=1,a › b=null TLP:RED on a",
                "zzz:  ",
            ]
        );
    }
}
