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

use comity_conformance::{Document, Examined, Report, sco_id, validate};
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

/// A file read in pieces, by the version that its end says.
fn streamed(bytes: &[u8]) -> Report {
    let mut document = Document::new(Limits::default(), false);
    let mut both = [Report::default(), Report::default()];
    for chunk in bytes.chunks(61) {
        let mut take = |examined: Examined| {
            both[1].append(examined.as_2_0.unwrap_or_else(|| examined.report.clone()));
            both[0].append(examined.report);
        };
        document.push(chunk, &mut take).unwrap();
    }
    let closed = document.finish().unwrap();
    let [new, old] = both;
    let mut report = if closed.old { old } else { new };
    report.append(closed.report);
    report
}

/// What a bundle comes to does not depend on the order in which its properties stand.
#[test]
fn the_order_of_properties_does_not_matter() {
    let indicator = r#"{"type":"indicator","id":"indicator--00000002-2222-4222-8222-222222222222","created":"2026-01-05T10:00:00.000Z","modified":"2026-01-05T10:00:00.000Z","labels":["malicious-activity"],"pattern":"[domain-name:value = 'quay.example']","valid_from":"2026-01-05T10:00:00.000Z"}"#;
    let address =
        r#"{"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}"#;
    let said = indicator.replace("\"type\":", "\"spec_version\":\"2.1\",\"pattern_type\":\"stix\",\"type\":");
    for version in [r#""spec_version":"2.0""#, r#""spec_version":"2.1""#, r#""x_other":1"#] {
        let kind = r#""type":"bundle""#.to_owned();
        let id = r#""id":"bundle--00000099-2222-4222-8222-222222222222""#.to_owned();
        let objects = format!(r#""objects":[{indicator},{address},{said},1]"#);
        let parts = [kind, id, version.to_owned(), objects];
        let mut seen = Vec::new();
        for order in [[0, 1, 2, 3], [0, 1, 3, 2], [1, 3, 2, 0], [3, 0, 1, 2], [2, 3, 1, 0]] {
            let text = format!("{{{}}}", order.map(|part| parts[part].as_str()).join(","));
            for report in [streamed(text.as_bytes()), validate(text.as_bytes(), &Limits::default())] {
                let findings = [report.errors, report.warnings].concat();
                let mut lines: Vec<String> = findings.iter().map(|one| format!("{one:?}")).collect();
                lines.sort();
                seen.push(lines);
            }
        }
        assert!(seen.iter().all(|lines| *lines == seen[0]), "{version}: {seen:#?}");
        assert!(!seen[0].is_empty());
    }
}

/// Case l4 of those handed over: a bundle of STIX 2.0 whose properties are sorted.
#[test]
fn a_sorted_bundle_of_stix_2_0_is_valid() {
    let Some(folder) = folder() else { return };
    let report = streamed(&std::fs::read(folder.join("cases/field/03-stix20-keys-sorted.json")).unwrap());
    assert_eq!(report.errors, []);
    assert!(report.warnings.iter().any(|warning| warning.rule == "stix-2.0"));
}
