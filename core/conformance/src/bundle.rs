//! Bundles (§8): their own properties, and their objects one by one.

use crate::examine::{Setting, object};
use crate::path::Path;
use crate::report::{Found, Report};
use crate::rule;
use crate::value::{self, identifier};
use crate::versions::Versions;
use comity_stix::json::tree::Node;

/// Examines a bundle and everything in it.
pub(crate) fn bundle(node: &Node<'_>) -> Report {
    let members = node.property("objects").map(Node::items).unwrap_or_default();
    let mut report = envelope(node, !members.is_empty());
    let old = node.property("spec_version").and_then(Node::text) == Some(rule::SPEC_2_0);
    let mut versions = Versions::default();
    for (index, member) in members.iter().enumerate() {
        let place = format!("/objects/{index}");
        let mut found = self::member(member, &place, old);
        versions.examine(member, &mut found);
        report.append(found);
    }
    versions.close(&mut report);
    report
}

/// Examines one object of a bundle.
pub(crate) fn member<'n>(node: &'n Node<'n>, place: &'n str, old: bool) -> Report {
    if !matches!(node, Node::Object(_)) {
        let mut found = Found::new(place);
        found.add(&rule::BUNDLE_OBJECT, &Path::Root);
        return found.into_report();
    }
    object(node, Setting { place, old, container: None })
}

/// Examines a bundle's own properties; its objects may have been taken out.
pub(crate) fn envelope(node: &Node<'_>, has_objects: bool) -> Report {
    let id = node.property("id").and_then(Node::text);
    let mut found = Found::new(id.unwrap_or_default());
    match node.property("id") {
        None => found.at_clause(&rule::REQUIRED, "§8.1", &Path::Root.name("id")),
        Some(Node::String(text)) => bundle_id(&mut found, text),
        Some(_) => found.add(&rule::TEXT, &Path::Root.name("id")),
    }
    if node.property("type").is_none() {
        found.at_clause(&rule::REQUIRED, "§8.1", &Path::Root.name("type"));
    }
    for (name, value) in node.properties() {
        let path = Path::Root.name(name);
        match (name.as_ref(), value) {
            ("type" | "id", _) => {}
            ("objects", Node::Array(_)) => {
                if !has_objects {
                    found.at_clause(&rule::LIST_EMPTY, "§8.1", &path);
                }
            }
            ("objects", _) => found.at_clause(&rule::LIST, "§8.1", &path),
            ("spec_version", Node::String(text)) if text == rule::SPEC_2_0 => found.add(&rule::STIX_2_0, &path),
            (_, Node::Null) => found.add(&rule::NULL, &path),
            (name, _) => {
                if !value::form::is_property_name(name) {
                    found.add(&rule::PROPERTY_NAME, &path);
                }
                found.at_clause(&rule::CUSTOM_PROPERTY, "§8.1, §11.1", &path);
            }
        }
    }
    found.into_report()
}

fn bundle_id(found: &mut Found<'_>, text: &str) {
    let path = Path::Root.name("id");
    let Some(id) = identifier::parse(text) else {
        return found.add(&rule::ID_MALFORMED, &path);
    };
    if id.prefix != "bundle" {
        found.add(&rule::ID_TYPE, &path);
    }
    if !id.rfc_4122 || !(1..=8).contains(&id.version) {
        found.add(&rule::ID_UUID, &path);
    } else if id.version != 4 {
        found.add(&rule::ID_NOT_V4, &path);
    }
}
