//! Numbers: whole where they must be, inside their ranges, and never beyond what every reader holds exactly.

use super::Node;
use super::rules::{Found, pointer, step, step_into};
use crate::json::{Shape, shape};

/// Integer properties without a range of their own, by type (§4 to §6).
const INTEGERS: &[(&str, &[&str])] = &[
    ("autonomous-system", &["number"]),
    ("file", &["size"]),
    ("network-traffic", &["src_port", "dst_port", "src_byte_count", "dst_byte_count", "src_packets", "dst_packets"]),
    ("process", &["pid"]),
    ("windows-registry-key", &["number_of_subkeys"]),
    ("x509-certificate", &["subject_public_key_exponent"]),
];

pub(super) fn examine(node: &Node<'_>, object_type: &str, found: &mut Found) {
    wide(node, &mut String::new(), found);
    let integers = INTEGERS.iter().find(|(of, _)| *of == object_type).map_or(&[][..], |(_, names)| *names);
    for (name, value) in node.properties() {
        let path = || pointer("", name);
        match (name.as_ref(), object_type) {
            ("confidence", _) => range(value, 0..=100, "confidence-out-of-range", path, found),
            ("number_observed", "observed-data") => {
                range(value, 1..=999_999_999, "number-observed-out-of-range", path, found);
            }
            ("count", "sighting") => range(value, 0..=999_999_999, "count-out-of-range", path, found),
            ("latitude", "location") => coordinate(value, 90.0, path, found),
            ("longitude", "location") => coordinate(value, 180.0, path, found),
            ("src_port" | "dst_port", "network-traffic") => range(value, 0..=65535, "integer-expected", path, found),
            (name, _) if integers.contains(&name) => range(value, i64::MIN..=i64::MAX, "integer-expected", path, found),
            _ => {}
        }
    }
    if object_type == "location" {
        let has = |name| node.property(name).is_some();
        if has("latitude") != has("longitude") || (has("precision") && !has("latitude")) {
            found.add("coordinate-alone", "");
        }
    }
}

fn range(
    value: &Node<'_>,
    range: std::ops::RangeInclusive<i64>,
    rule: &'static str,
    path: impl Fn() -> String,
    found: &mut Found,
) {
    match value {
        Node::Number(text) => match shape(text) {
            Shape::Integer(value) if range.contains(&value) => {}
            // Reported wherever it stands, by `wide`.
            Shape::WideInteger if rule == "integer-expected" => {}
            Shape::Integer(_) | Shape::WideInteger => found.add(rule, path()),
            // 1.0 and 1e2 are not made into integers: other readers would not (security.md case 30).
            Shape::Decimal(_) => found.detail(rule, path(), "written with fraction, exponent or minus zero"),
        },
        _ => found.detail(rule, path(), "not a number"),
    }
}

fn coordinate(value: &Node<'_>, limit: f64, path: impl Fn() -> String, found: &mut Found) {
    let inside = match value {
        Node::Number(text) => text.parse::<f64>().is_ok_and(|value| value.abs() <= limit),
        _ => false,
    };
    if !inside {
        found.add("coordinate-out-of-range", path());
    }
}

/// Finds integers beyond 2^53 wherever they stand. The scanner limits the depth of this recursion.
fn wide(node: &Node<'_>, path: &mut String, found: &mut Found) {
    let length = path.len();
    match node {
        Node::Number(text) => {
            if shape(text) == Shape::WideInteger {
                found.add("integer-out-of-range", path.clone());
            }
        }
        Node::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if matches!(item, Node::Number(_) | Node::Array(_) | Node::Object(_)) {
                    step_into(path, index);
                    wide(item, path, found);
                    path.truncate(length);
                }
            }
        }
        Node::Object(properties) => {
            for (name, value) in properties {
                if matches!(value, Node::Number(_) | Node::Array(_) | Node::Object(_)) {
                    step(path, name);
                    wide(value, path, found);
                    path.truncate(length);
                }
            }
        }
        Node::Null | Node::Bool(_) | Node::String(_) => {}
    }
}
