//! What a part says of each object in it: identifier, marking, kind, and the values of its observables.

use super::json::Scan;
use crate::allowlist::{Kind, row_of};
use comity_correlate::CorrelatedValue;
use comity_vocab::Tlp;
use std::collections::{HashMap, HashSet};

/// What is known of one object of a part.
pub(super) struct ObjectFacts {
    /// Its identifier.
    pub id: Option<String>,
    /// Its strictest TLP marking.
    pub tlp: Tlp,
    /// A cyber-observable object.
    pub observable: bool,
    /// It says that its pattern is one of STIX.
    pub stix_pattern: bool,
}

/// Reads what a part says of each of its objects, by their places in it. `objects`: of each node the object that it is in.
pub(super) fn object_facts(scan: &Scan<'_>, objects: &[usize]) -> HashMap<usize, ObjectFacts> {
    let mut facts: HashMap<usize, ObjectFacts> = HashMap::new();
    for token in scan.tokens.iter().filter(|token| !token.key) {
        let object = objects.get(token.node).copied().unwrap_or(0);
        let Some(number) = scan.number_of(object) else { continue };
        let entry = facts.entry(number).or_insert(ObjectFacts {
            id: None,
            tlp: Tlp::Clear,
            observable: false,
            stix_pattern: false,
        });
        let parent = scan.parent(token.node);
        if parent == object {
            match scan.key_of(token.node) {
                Some(b"id") => entry.id = Some(scan.text(token)),
                Some(b"pattern_type") => entry.stix_pattern = scan.text(token) == "stix",
                Some(b"type") => {
                    entry.observable =
                        row_of(&scan.text(token)).is_some_and(|row| matches!(row.kind, Kind::Observable));
                }
                _ => {}
            }
        } else if scan.key_of(parent) == Some(b"object_marking_refs")
            && scan.parent(parent) == object
            && scan.number_of(token.node).is_some()
            && let Some(tlp) = Tlp::from_marking_id(&scan.text(token))
        {
            entry.tlp = entry.tlp.max(tlp);
        }
    }
    facts
}

/// The values of the observables that are released as such: what was agreed to be told.
pub(super) fn released_values(part: &[u8]) -> HashSet<CorrelatedValue> {
    #[derive(serde::Deserialize)]
    struct Bundle<'a> {
        #[serde(borrow, default)]
        objects: Vec<&'a serde_json::value::RawValue>,
    }
    #[derive(serde::Deserialize)]
    struct Typed<'a> {
        #[serde(borrow, rename = "type")]
        object_type: std::borrow::Cow<'a, str>,
    }
    let Ok(bundle) = serde_json::from_slice::<Bundle<'_>>(part) else { return HashSet::new() };
    let is_observable = |object: &&&serde_json::value::RawValue| {
        serde_json::from_str::<Typed<'_>>(object.get())
            .ok()
            .and_then(|typed| row_of(&typed.object_type))
            .is_some_and(|row| matches!(row.kind, Kind::Observable))
    };
    let observables = bundle.objects.iter().filter(is_observable);
    observables.flat_map(|object| comity_correlate::values(object.get().as_bytes())).collect()
}
