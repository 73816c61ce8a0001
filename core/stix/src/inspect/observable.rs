//! The deterministic identifiers of cyber-observable objects (STIX 2.1 §2.9, §3.4).

use super::Node;
use super::rules::Found;
use crate::json::{Shape, shape};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The namespace that STIX 2.1 §2.9 gives.
const NAMESPACE: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);

/// The properties that contribute to the identifier of each type (§6, "ID Contributing Properties").
const CONTRIBUTING: &[(&str, &[&str])] = &[
    ("artifact", &["hashes", "payload_bin"]),
    ("autonomous-system", &["number"]),
    ("directory", &["path"]),
    ("domain-name", &["value"]),
    ("email-addr", &["value"]),
    ("email-message", &["from_ref", "subject", "body"]),
    ("file", &["hashes", "name", "extensions", "parent_directory_ref"]),
    ("ipv4-addr", &["value"]),
    ("ipv6-addr", &["value"]),
    ("mac-addr", &["value"]),
    ("mutex", &["name"]),
    ("network-traffic", &["start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"]),
    ("software", &["name", "cpe", "swid", "vendor", "version"]),
    ("url", &["value"]),
    ("user-account", &["account_type", "user_id", "account_login"]),
    ("windows-registry-key", &["key", "values"]),
    ("x509-certificate", &["hashes", "serial_number"]),
];

/// Of several hashes only the first of these counts (§2.9).
const HASHES: [&str; 4] = ["MD5", "SHA-1", "SHA-256", "SHA-512"];

pub(super) fn examine(node: &Node<'_>, object_type: &str, found: &mut Found) {
    let id = node.property("id").and_then(Node::text).unwrap_or_default();
    let Some(uuid) = id.split_once("--").and_then(|(_, uuid)| Uuid::try_parse(uuid).ok()) else { return };
    // An identifier of another version claims nothing about the content.
    if uuid.get_version_num() == 5 && deterministic_id(node, object_type).is_some_and(|expected| expected != uuid) {
        found.add("sco-id-differs", "/id");
    }
}

/// Returns the properties that contribute to the identifier of a type; none for a type without such identifiers.
pub fn contributing(object_type: &str) -> &'static [&'static str] {
    CONTRIBUTING.iter().find(|(kind, _)| *kind == object_type).map_or(&[], |(_, names)| names)
}

/// Returns the UUID that the object's content gives; `None` where its type or content gives none.
pub fn deterministic_id(node: &Node<'_>, object_type: &str) -> Option<Uuid> {
    if let [name] = contributing(object_type)
        && let Some(Node::String(text)) = node.property(name)
        && is_written_as_it_is(text)
    {
        return Some(Uuid::new_v5(&NAMESPACE, format!("{{\"{name}\":\"{text}\"}}").as_bytes()));
    }
    let mut content = Map::new();
    for name in contributing(object_type) {
        let value = match node.property(name) {
            None => continue,
            Some(hashes) if *name == "hashes" => one_hash(hashes)?,
            Some(value) => json(value)?,
        };
        content.insert((*name).to_owned(), value);
    }
    if content.is_empty() {
        return None;
    }
    let bytes = serde_json_canonicalizer::to_vec(&Value::Object(content)).ok()?;
    Some(Uuid::new_v5(&NAMESPACE, &bytes))
}

/// Whether canonical JSON has a string as it is between its quotes (RFC 8785 §3.2.2.2).
fn is_written_as_it_is(text: &str) -> bool {
    !text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\'))
}

fn one_hash(hashes: &Node<'_>) -> Option<Value> {
    let named = HASHES.iter().find_map(|name| hashes.property(name).map(|value| (*name, value)));
    let (name, value) = named.or_else(|| hashes.properties().first().map(|(name, value)| (name.as_ref(), value)))?;
    Some(Value::Object(Map::from_iter([(name.to_owned(), json(value)?)])))
}

/// The scanner limits the depth of this recursion.
fn json(node: &Node<'_>) -> Option<Value> {
    Some(match node {
        Node::Null => Value::Null,
        Node::Bool(value) => Value::Bool(*value),
        Node::Number(text) => match shape(text) {
            Shape::Integer(value) => value.into(),
            Shape::Decimal(value) => value.into(),
            Shape::WideInteger => return None,
        },
        Node::String(text) => Value::String(text.to_string()),
        Node::Array(items) => Value::Array(items.iter().map(json).collect::<Option<_>>()?),
        Node::Object(properties) => {
            let properties = properties.iter().map(|(name, value)| Some((name.to_string(), json(value)?)));
            Value::Object(properties.collect::<Option<_>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "test")]

    use super::*;
    use crate::json::Limits;

    #[test]
    fn one_text_gives_what_canonical_json_gives() {
        for text in ["quay.example", "a\"b", "a\\b", "a\nb", "\u{1}", "\u{7f}\u{80}\u{2028}é漢😀", "", "</a>/"] {
            let written = serde_json::json!({ "value": text });
            let bytes = serde_json::to_vec(&written).unwrap();
            let node = Node::parse(&bytes, &Limits::default()).unwrap();
            let whole = Uuid::new_v5(&NAMESPACE, &serde_json_canonicalizer::to_vec(&written).unwrap());
            assert_eq!(deterministic_id(&node, "url"), Some(whole), "{text:?}");
        }
    }
}
