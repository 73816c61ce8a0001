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

use comity_conformance::validate;
use comity_stix::Limits;
use serde_json::Value;
use std::path::PathBuf;

/// Where the data of others lies; `None`, said aloud, where it is absent.
fn cases(name: &str) -> Option<Vec<Value>> {
    let folder = std::env::var_os("COMITY_TEST_DATA")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let path = folder.join("cases").join(name);
    let Ok(bytes) = std::fs::read(&path) else {
        println!("absent: {}", path.display());
        return None;
    };
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
