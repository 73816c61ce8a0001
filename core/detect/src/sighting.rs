//! A sighting as STIX: the sighting, what was observed, and the objects of it (STIX 2.1 §5.2, §4.14, §6).
//!
//! Guarantees: observables have their deterministic identifiers where they have one; the same sighting gives the same objects.

use crate::evidence::Evidence;
use comity_stix::json::Limits;
use comity_stix::json::tree::Node;
use comity_vocab::SecurityLabel;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

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
    /// How often.
    pub count: u64,
    /// How the indicator is marked; what is made of it is marked as strictly.
    pub label: Option<&'a SecurityLabel>,
    /// What was observed.
    pub evidence: &'a [Evidence],
}

/// Returns the sighting, one observed-data for each piece of evidence, and their objects, each once.
pub fn stix_sighting(facts: &SightingFacts<'_>) -> Vec<Value> {
    let mut common = Map::new();
    common.insert("spec_version".into(), json!("2.1"));
    if let Some(identity) = facts.identity {
        common.insert("created_by_ref".into(), json!(identity));
    }
    if let Some(label) = facts.label {
        common.insert("object_marking_refs".into(), json!([label.tlp.marking_id()]));
    }
    common.insert("created".into(), json!(facts.created));
    common.insert("modified".into(), json!(facts.modified));
    let mut observables: BTreeMap<String, Value> = BTreeMap::new();
    let mut observed = Vec::new();
    let mut observed_ids = Vec::new();
    for piece in facts.evidence {
        let ids = named(piece, facts.sighting);
        let refs: Vec<&String> = ids.values().collect();
        if refs.is_empty() {
            continue;
        }
        let id = format!("observed-data--{}", derived(facts.sighting, &piece.digest(), 0));
        let mut object = common.clone();
        object.insert("type".into(), json!("observed-data"));
        object.insert("id".into(), json!(id));
        object.insert("first_observed".into(), json!(piece.first));
        object.insert("last_observed".into(), json!(piece.last));
        object.insert("number_observed".into(), json!(piece.number.clamp(1, COUNT_MAX)));
        object.insert("object_refs".into(), json!(refs));
        observed_ids.push(id);
        observed.push(Value::Object(object));
        for kept in &piece.objects {
            let key = kept.get("id").and_then(Value::as_str).unwrap_or_default();
            if let Some(id) = ids.get(key) {
                observables.entry(id.clone()).or_insert_with(|| observable(kept, id, &ids));
            }
        }
    }
    let mut sighting = common;
    sighting.insert("type".into(), json!("sighting"));
    sighting.insert("id".into(), json!(facts.sighting));
    sighting.insert("first_seen".into(), json!(facts.first_seen));
    sighting.insert("last_seen".into(), json!(facts.last_seen));
    sighting.insert("count".into(), json!(facts.count.min(COUNT_MAX)));
    sighting.insert("sighting_of_ref".into(), json!(facts.indicator));
    if !observed_ids.is_empty() {
        sighting.insert("observed_data_refs".into(), json!(observed_ids));
    }
    if let Some(identity) = facts.identity {
        sighting.insert("where_sighted_refs".into(), json!([identity]));
    }
    std::iter::once(Value::Object(sighting)).chain(observed).chain(observables.into_values()).collect()
}

/// The identifier that each object of a piece of evidence gets, by its key there.
fn named(piece: &Evidence, sighting: &str) -> BTreeMap<String, String> {
    let mut ids = BTreeMap::new();
    for (number, object) in piece.objects.iter().enumerate() {
        let (Some(key), Some(object_type)) =
            (object.get("id").and_then(Value::as_str), object.get("type").and_then(Value::as_str))
        else {
            continue;
        };
        let deterministic = || {
            let mut bare = object.clone();
            if let Value::Object(fields) = &mut bare {
                fields.remove("id");
            }
            let text = bare.to_string();
            let node = Node::parse(text.as_bytes(), &Limits::default()).ok()?;
            // References inside of it are keys still: what is made of those would not be deterministic.
            let refers = node.properties().iter().any(|(name, _)| name.ends_with("_ref") || name.ends_with("_refs"));
            if refers { None } else { comity_conformance::sco_id(&node) }
        };
        let id = if is_id(key, object_type) {
            key.to_owned()
        } else {
            deterministic()
                .unwrap_or_else(|| format!("{object_type}--{}", derived(sighting, &piece.digest(), number + 1)))
        };
        ids.insert(key.to_owned(), id);
    }
    ids
}

fn is_id(key: &str, object_type: &str) -> bool {
    let uuid = key.strip_prefix(object_type).and_then(|rest| rest.strip_prefix("--"));
    uuid.is_some_and(|uuid| uuid.len() == 36 && uuid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()))
}

/// A random-looking UUID (version 8) that is the same for the same part of the same sighting.
fn derived(sighting: &str, digest: &[u8; 16], number: usize) -> String {
    let whole = comity_crypto::sha256(&[b"comity sighting part 1", sighting.as_bytes(), digest, &number.to_be_bytes()]);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(whole.as_bytes()).for_each(|(slot, byte)| *slot = *byte);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

fn observable(kept: &Value, id: &str, ids: &BTreeMap<String, String>) -> Value {
    let Value::Object(fields) = kept else { return Value::Null };
    let mut object = Map::new();
    for (name, value) in fields {
        let value = match value {
            Value::String(key) if name.ends_with("_ref") => match ids.get(key) {
                Some(id) => json!(id),
                None => continue,
            },
            Value::Array(keys) if name.ends_with("_refs") => {
                let kept: Vec<&String> = keys.iter().filter_map(Value::as_str).filter_map(|key| ids.get(key)).collect();
                if kept.is_empty() {
                    continue;
                }
                json!(kept)
            }
            other => other.clone(),
        };
        object.insert(name.clone(), value);
    }
    object.insert("id".into(), json!(id));
    object.insert("spec_version".into(), json!("2.1"));
    Value::Object(object)
}
