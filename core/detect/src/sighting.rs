//! A sighting as STIX 2.1: the sighting, what was observed, and the objects of it (§5.2, §4.14, §6).
//!
//! Guarantees: every observed-data and observable that is returned is valid, and observables have their deterministic
//! identifiers where they have one; what of the evidence cannot be said in valid STIX is left out, and an observed-data of
//! which nothing is left with it; so is a time that no year of four digits holds. The same sighting gives the same objects. Does
//! not know: who may see the sighting.

mod observables;

use crate::evidence::Evidence;
use comity_vocab::{SecurityLabel, Timestamp};
use observables::Observables;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The most that STIX lets a sighting or an observed-data count (STIX 2.1 §5.2.1, §4.14.1).
const COUNT_MAX: u64 = 999_999_999;

/// What a sighting is made of.
pub struct SightingFacts<'a> {
    /// Its identifier.
    pub sighting: &'a str,
    /// What was seen.
    pub indicator: &'a str,
    /// Who saw it.
    pub identity: Option<&'a str>,
    /// When it was recorded.
    pub created: &'a str,
    /// When it last changed.
    pub modified: &'a str,
    /// When it was first seen.
    pub first_seen: &'a str,
    /// When it was last seen.
    pub last_seen: &'a str,
    /// How often; 0 says that it was a false positive (§5.2).
    pub count: u64,
    /// How the indicator is marked; what is made of it is marked as strictly.
    pub label: Option<&'a SecurityLabel>,
    /// What was observed.
    pub evidence: &'a [Evidence],
}

/// Returns the sighting, one observed-data for each piece of evidence, and their objects, each once.
pub fn stix_sighting(facts: &SightingFacts<'_>) -> Vec<Value> {
    let marking = facts.label.map(|label| json!([label.tlp.marking_id()]));
    let mut common = Map::new();
    common.insert("spec_version".into(), json!("2.1"));
    common.insert("created".into(), json!(facts.created));
    common.insert("modified".into(), json!(facts.modified));
    if let Some(identity) = facts.identity {
        common.insert("created_by_ref".into(), json!(identity));
    }
    if let Some(marking) = &marking {
        common.insert("object_marking_refs".into(), marking.clone());
    }
    let (mut observed, mut observables) = (Vec::new(), Vec::new());
    let (mut observed_ids, mut known) = (Vec::new(), BTreeSet::new());
    for piece in facts.evidence {
        // What was kept before times were judged may lie in a year that cannot be written.
        if !(is_writable(&piece.first.to_string()) && is_writable(&piece.last.to_string())) {
            continue;
        }
        let objects = Observables::new(piece).all();
        let refs: Vec<&str> = objects.iter().map(|(id, _)| id.as_str()).collect();
        if refs.is_empty() {
            continue;
        }
        let id = format!("observed-data--{}", derived(facts.sighting, &piece.digest()));
        let mut object = common.clone();
        object.insert("type".into(), json!("observed-data"));
        object.insert("id".into(), json!(id));
        object.insert("first_observed".into(), json!(piece.first));
        object.insert("last_observed".into(), json!(piece.last));
        object.insert("number_observed".into(), json!(piece.number.clamp(1, COUNT_MAX)));
        object.insert("object_refs".into(), json!(refs));
        observed_ids.push(id);
        observed.push(Value::Object(object));
        for (id, mut object) in objects {
            if known.insert(id) {
                if let Some(marking) = &marking {
                    object.insert("object_marking_refs".into(), marking.clone());
                }
                observables.push(Value::Object(object));
            }
        }
    }
    let mut sighting = common;
    sighting.insert("type".into(), json!("sighting"));
    sighting.insert("id".into(), json!(facts.sighting));
    for (name, time) in [("first_seen", facts.first_seen), ("last_seen", facts.last_seen)] {
        if is_writable(time) {
            sighting.insert(name.into(), json!(time));
        }
    }
    sighting.insert("count".into(), json!(facts.count.min(COUNT_MAX)));
    sighting.insert("sighting_of_ref".into(), json!(facts.indicator));
    if !observed_ids.is_empty() {
        sighting.insert("observed_data_refs".into(), json!(observed_ids));
    }
    if let Some(identity) = facts.identity {
        sighting.insert("where_sighted_refs".into(), json!([identity]));
    }
    std::iter::once(Value::Object(sighting)).chain(observed).chain(observables).collect()
}

/// Tells whether a time is one of STIX: its year has four digits (§3.2).
fn is_writable(time: &str) -> bool {
    Timestamp::parse(time).is_ok()
}

/// A random-looking UUID that is the same for the same part of the same sighting.
fn derived(sighting: &str, digest: &[u8; 16]) -> String {
    uuid('8', &[b"comity sighting part 1\n", sighting.as_bytes(), b"\n", digest])
}

/// A UUID of this version (RFC 9562) drawn from content: 8, or 4 where the standard asks for that.
fn uuid(version: char, parts: &[&[u8]]) -> String {
    let hex = comity_crypto::sha256(parts).to_string();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{version}{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}
