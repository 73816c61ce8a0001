//! The deterministic identifiers of observables (STIX 2.1 §2.9).
//!
//! Guarantees: the identifier is computed from the bytes given and nothing else. A tearline computes it from what is
//! released, so it tells nothing that the release does not; one computed from an unreleased value would let anybody test
//! guesses at that value (domain.md §2.5).

use serde_json::{Map, Value};
use uuid::Uuid;

/// The namespace of STIX 2.1 §2.9.
const NAMESPACE: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);

/// The properties that make up the identifier, by type.
#[rustfmt::skip]
const CONTRIBUTING: &[(&str, &[&str])] = &[
    ("artifact",             &["hashes", "payload_bin"]),
    ("autonomous-system",    &["number"]),
    ("directory",            &["path"]),
    ("domain-name",          &["value"]),
    ("email-addr",           &["value"]),
    ("email-message",        &["from_ref", "subject", "body"]),
    ("file",                 &["hashes", "name", "parent_directory_ref", "extensions"]),
    ("ipv4-addr",            &["value"]),
    ("ipv6-addr",            &["value"]),
    ("mac-addr",             &["value"]),
    ("mutex",                &["name"]),
    ("network-traffic",      &["start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"]),
    ("process",              &[]),
    ("software",             &["name", "cpe", "swid", "vendor", "version"]),
    ("url",                  &["value"]),
    ("user-account",         &["account_type", "user_id", "account_login"]),
    ("windows-registry-key", &["key", "values"]),
    ("x509-certificate",     &["hashes", "serial_number"]),
];

/// Of several hashes exactly one contributes: the first of these that is there, else the first by name.
const HASHES: &[&str] = &["MD5", "SHA-1", "SHA-256", "SHA-512"];

/// Returns the contributing properties of a type.
pub(crate) fn contributing(object_type: &str) -> &'static [&'static str] {
    CONTRIBUTING.iter().find(|(name, _)| *name == object_type).map_or(&[], |(_, properties)| properties)
}

/// Returns the identifier that an observable has by its values, or `None` where its type has none or it has no value
/// that contributes. References in it must be those it is stored with.
pub fn deterministic_id(object_type: &str, object: &Map<String, Value>) -> Option<String> {
    let mut values = Map::new();
    for property in contributing(object_type) {
        if let Some(value) = object.get(*property) {
            let value = if *property == "hashes" { one_hash(value)? } else { value.clone() };
            values.insert((*property).to_owned(), value);
        }
    }
    if values.is_empty() {
        return None;
    }
    let canonical = comity_stix::canonical(&serde_json::to_vec(&values).ok()?).ok()?;
    Some(format!("{object_type}--{}", Uuid::new_v5(&NAMESPACE, &canonical).hyphenated()))
}

fn one_hash(hashes: &Value) -> Option<Value> {
    let hashes = hashes.as_object()?;
    let name = HASHES.iter().copied().find(|name| hashes.contains_key(*name));
    let name = name.or_else(|| hashes.keys().map(String::as_str).min())?;
    let mut one = Map::new();
    one.insert(name.to_owned(), hashes.get(name)?.clone());
    Some(Value::Object(one))
}
