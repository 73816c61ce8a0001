//! `comity detect`, `sighting` and `warning-list`, run as a program: beside a desk and without one, followed, killed, refused.

mod broad;
mod child;
mod files;
mod follow;
mod partner;
mod refusals;
mod sightings;

use comity_kit::{Node, Ran, World};
use serde_json::{Value, json};

fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_comity"))
}

/// An indicator whose identifier ends with this digit.
fn indicator(digit: u32, name: &str, pattern: &str) -> Value {
    json!({
        "type": "indicator", "spec_version": "2.1", "id": format!("indicator--5d0092c5-5f74-4287-9642-33f4c354e5{digit:02}"),
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "name": name,
        "indicator_types": ["malicious-activity"], "pattern": pattern, "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2036-01-01T00:00:00Z",
    })
}

fn import(world: &World, node: &Node, objects: &[Value]) {
    let bundle = json!({ "type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": objects });
    let file = world.write("indicators.json", bundle.to_string()).display().to_string();
    let done = node.ask(&["import", &file, "--origin", "feed", "--label", "TLP:GREEN"]);
    assert_eq!(done["refused"], 0, "{done}");
}

/// A node that looks for an address, a name and a hash.
fn watching(world: &World, code: &str) -> Node {
    let node = world.node(code);
    import(
        world,
        &node,
        &[
            indicator(1, "Beacon", "[ipv4-addr:value = '203.0.113.9']"),
            indicator(2, "Staging", "[domain-name:value = 'cdn.example']"),
            indicator(3, "Dropper", "[file:hashes.MD5 = '9e107d9d372bb6826bd81d3542a419d6']"),
        ],
    );
    node
}

fn line(minute: u32, kind: &str, value: &str) -> String {
    format!("{kind},{value},2026-03-16T{:02}:{:02}:00Z\n", minute / 60, minute % 60)
}

/// Sightings as they came, and the summary.
fn said(ran: &Ran) -> (Vec<Value>, Value) {
    let text = String::from_utf8(ran.out.clone()).unwrap();
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let summary = lines.pop().unwrap_or_else(|| panic!("nothing was said: {}", ran.err))["summary"].clone();
    assert!(summary.is_object(), "no summary: {text}{}", ran.err);
    (lines, summary)
}

/// What is the same wherever it was found.
fn found(sightings: &[Value]) -> Vec<(String, String, u64)> {
    let mut all: Vec<(String, String, u64)> = sightings
        .iter()
        .map(|one| {
            let value = one["values"][0]["value"].as_str().unwrap_or_default();
            (one["name"].as_str().unwrap().to_owned(), value.to_owned(), one["count"].as_u64().unwrap())
        })
        .collect();
    all.sort();
    all
}

fn listed(node: &Node, more: &[&str]) -> Vec<Value> {
    node.ask(&[&["sighting", "list"], more].concat())["sightings"].as_array().unwrap().clone()
}
