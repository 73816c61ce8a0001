//! Identity and the common properties: type, id, spec_version, what is required, property names, extensions.

use super::properties::{Class, NEW_IN_2_1, is_common_property, standard_type};
use super::rules::{Found, pointer};
use super::{Node, ObjectFacts};
use comity_vocab::StixId;

pub(super) fn examine(node: &Node<'_>, facts: &ObjectFacts, found: &mut Found) {
    type_and_id(node, facts, found);
    let old = spec_version(node, facts, found);
    required(node, facts, old, found);
    if node.property("revoked").is_some_and(|value| !matches!(value, Node::Bool(_))) {
        found.add("boolean-expected", "/revoked");
    }
    for (name, _) in node.properties() {
        property_name(name, found);
    }
    extensions(node, facts, found);
}

fn type_and_id(node: &Node<'_>, facts: &ObjectFacts, found: &mut Found) {
    let kind = facts.object_type.as_str();
    let lawful = (3..=250).contains(&kind.len())
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !lawful {
        found.add("type-name", "/type");
    }
    match facts.id.parse::<StixId>() {
        Err(_) => found.add("id-malformed", "/id"),
        Ok(id)
            if !(1..=8).contains(&id.uuid().get_version_num()) || id.uuid().get_variant() != uuid::Variant::RFC4122 =>
        {
            found.add("id-uuid-version", "/id");
        }
        Ok(_) => {}
    }
    if facts.id.split_once("--").is_some_and(|(prefix, _)| prefix != kind) {
        found.add("id-type-mismatch", "/id");
    }
    if standard_type(kind).is_none() && !introduced(node) {
        found.add(if kind.starts_with("x-") { "type-custom" } else { "type-unknown" }, "/type");
    }
}

/// Says whether an extension in the object introduces its type (§7.3: new-sdo, new-sco, new-sro).
fn introduced(node: &Node<'_>) -> bool {
    let extensions = node.property("extensions").map(Node::properties).unwrap_or_default();
    extensions.iter().any(|(_, extension)| {
        matches!(extension.property("extension_type").and_then(Node::text), Some("new-sdo" | "new-sco" | "new-sro"))
    })
}

/// Returns whether the object is STIX 2.0.
fn spec_version(node: &Node<'_>, facts: &ObjectFacts, found: &mut Found) -> bool {
    // Optional for observables (§3.2), and so for a type of which nothing is known.
    let optional = standard_type(&facts.object_type).is_none_or(|(class, _)| class == Class::Observable);
    let old = match node.property("spec_version") {
        None => !optional,
        Some(Node::String(text)) if text == "2.1" => false,
        Some(Node::String(text)) if text == "2.0" => true,
        Some(_) => {
            found.add("spec-version-unknown", "/spec_version");
            false
        }
    };
    if old {
        found.add("stix-2.0", "/spec_version");
    }
    old
}

fn required(node: &Node<'_>, facts: &ObjectFacts, old: bool, found: &mut Found) {
    let Some((class, own)) = standard_type(&facts.object_type) else { return };
    let common: &[&str] = match (class, facts.object_type.as_str()) {
        (Class::Observable, _) => &[],
        // Marking definitions are never versioned (§7.2.1).
        (_, "marking-definition") => &["created"],
        _ => &["created", "modified"],
    };
    let mut missing = |name: &str| {
        if node.property(name).is_none() {
            found.detail("required-missing", pointer("", name), name);
        }
    };
    common.iter().for_each(|name| missing(name));
    own.iter().filter(|name| !(old && NEW_IN_2_1.contains(name))).for_each(|name| missing(name));
    // One of several (§4.10, §4.14, §6.7, §7.2.1).
    let one_of: &[&str] = match facts.object_type.as_str() {
        "location" => &["region", "country", "latitude"],
        "observed-data" => &["object_refs", "objects"],
        "file" => &["hashes", "name"],
        "marking-definition" => &["definition", "extensions"],
        _ => return,
    };
    if one_of.iter().all(|name| node.property(name).is_none()) {
        found.detail("required-missing", "", &format!("one of {}", one_of.join(", ")));
    }
}

fn property_name(name: &str, found: &mut Found) {
    let lawful = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !lawful {
        found.add("property-name", pointer("", name));
    } else if matches!(name, "__proto__" | "constructor" | "prototype") {
        found.add("property-name-hazard", pointer("", name));
    }
}

fn extensions(node: &Node<'_>, facts: &ObjectFacts, found: &mut Found) {
    let extensions = node.property("extensions").map(Node::properties).unwrap_or_default();
    for (id, extension) in extensions {
        for name in ["id", "type"] {
            if extension.property(name).is_some() {
                found.add("extension-redefines", pointer(&pointer("/extensions", id), name));
            }
        }
    }
    if facts.object_type == "extension-definition" {
        let declared = node.property("extension_properties").map(Node::items).unwrap_or_default();
        for (index, name) in declared.iter().enumerate() {
            if name.text().is_some_and(is_common_property) {
                found.add("extension-collides", format!("/extension_properties/{index}"));
            }
        }
    }
}
