//! Agreement with cases that others made: read in place, one failure a line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    missing_docs,
    reason = "a test reads files, and says so where they are absent"
)]

use comity_conformance::{Document, sco_id, validate};
use comity_stix::Limits;
use comity_stix::json::tree::Node;
use serde_json::Value;
use std::path::PathBuf;

/// Where the data of others lies; `None`, said aloud, where it is absent.
fn folder() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var_os("COMITY_TEST_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("test data absent: {}", folder.display());
    None
}

fn cases(name: &str) -> Option<Vec<Value>> {
    let bytes = std::fs::read(folder()?.join("cases").join(name)).unwrap();
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    Some(match value {
        Value::Array(cases) => cases,
        Value::Object(mut file) => file.remove("cases").unwrap().as_array().unwrap().clone(),
        _ => panic!("neither list nor object"),
    })
}

/// Validates every firm case of a file and names those that came out otherwise.
fn check(name: &str, expected: bool) {
    let Some(cases) = cases(name) else { return };
    let mut wrong = Vec::new();
    let mut firm = 0;
    for case in cases.iter().filter(|case| case["firm"] != Value::Bool(false)) {
        firm += 1;
        let report = validate(case["object"].to_string().as_bytes(), &Limits::default());
        if report.is_valid() != expected {
            let why: Vec<_> = report.errors.iter().map(|e| format!("{}{} ({})", e.object, e.path, e.rule)).collect();
            wrong.push(format!("{} {}: {}", case["id"], case["object"]["type"], why.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{} of {firm} firm cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn valid_objects() {
    check("stix21_objects_valid.json", true);
}

#[test]
fn invalid_objects() {
    check("stix21_objects_invalid.json", false);
}

#[test]
fn deterministic_identifiers() {
    let Some(cases) = cases("sco_deterministic_ids.json") else { return };
    let mut wrong = Vec::new();
    for case in &cases {
        let text = case["object_without_id"].to_string();
        let node = Node::parse(text.as_bytes(), &Limits::default()).unwrap();
        let got = sco_id(&node);
        if got.as_deref() != case["expected_id"].as_str() {
            wrong.push(format!("{}: {got:?} for {}", case["expected_id"], case["source"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Real files: how many of their objects agree with the standard, and that a file read in pieces says the same as whole.
#[test]
fn real_data() {
    let Some(folder) = folder() else { return };
    for (name, objects, invalid) in [
        ("attack-ics-18.1.json", 1826, 4),
        ("attack-mobile-17.1.json", 2148, 0),
        ("capec-2.1.reassembled.json", 2683, 3),
        ("disarm.json", 698, 0),
        ("attack-flow-example.json", 20, 0),
    ] {
        let bytes = std::fs::read(folder.join("stix").join(name)).unwrap();
        let mut document = Document::new(Limits::default(), false);
        let mut reports = Vec::new();
        for chunk in bytes.chunks(4099) {
            document.push(chunk, &mut |examined| reports.push(examined.report)).unwrap();
        }
        let closed = document.finish().unwrap();
        assert_eq!(closed.objects, objects, "{name}");
        assert_eq!(closed.bytes, bytes.len() as u64, "{name}");
        let wrong: Vec<_> = reports.iter().filter(|report| !report.is_valid()).collect();
        assert_eq!(wrong.len(), invalid, "{name}: {:?}", wrong.first());
        let mut streamed = closed.report;
        reports.into_iter().for_each(|report| streamed.append(report));
        let limits =
            Limits { object_bytes_max: bytes.len(), nodes_max: bytes.len(), depth_max: 34, ..Limits::default() };
        let whole = validate(&bytes, &limits);
        assert_eq!(
            (streamed.errors.len(), streamed.warnings.len()),
            (whole.errors.len(), whole.warnings.len()),
            "{name}"
        );
    }
}
