//! Indicators that can never match: read as they are meant, or told at import, by status and on the object.

use super::broad::{field, import_file, status};
use super::*;

/// The cases from the field that expect a match or a word about the indicator, and whether a match is enough.
const CASES: [(&str, bool); 6] =
    [("d13", true), ("d23", true), ("d27", true), ("d29", true), ("d31", false), ("d37", true)];

#[test]
fn what_does_not_match_is_told() {
    let Some(field) = field() else { return };
    for (case, match_is_enough) in CASES {
        let folder = tempfile::tempdir().unwrap();
        let mut org = one_org(folder.path());
        let told = import_file(&mut org, field.join(format!("{case}-indicator.json")));
        assert_eq!((&told["accepted"], &told["over_broad"]), (&json!(1), &json!(0)), "{case}: {told}");
        let text = std::fs::read_to_string(field.join(format!("{case}-observed.ndjson"))).unwrap();
        let matches = org.ask(&observation("ecs", &text)).unwrap()["matches"].clone();
        if match_is_enough && matches == 1 {
            assert_eq!(told["unmatchable"], 0, "{case} matches: {told}");
            continue;
        }
        assert_eq!((&matches, &told["unmatchable"]), (&json!(0), &json!(1)), "{case}: {told}");
        let said = &told["unmatchable_indicators"][0];
        let status = status(&mut org);
        assert_eq!(&status["unmatchable"][0], said, "{case}: the same by status and at import");
        assert_eq!(status["unmatchable_by_reason"][said["code"].as_str().unwrap()], 1, "{case}");
        assert_eq!(status["unmatchable_more"], 0);
        let standing = reader(&org).indicator_standing(said["indicator"].as_str().unwrap()).unwrap();
        assert_eq!(standing.unmatchable.as_deref(), said["reason"].as_str(), "{case}");
    }
}

#[test]
fn each_reason_is_counted_and_goes_with_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    let path = folder.path().join("never.json");
    let objects: Vec<Value> = (1..)
        .zip([
            "[ipv4-addr:value = ]",
            "[app:id = 'com.quay.agent']",
            "[file:name = 'a.exe' AND mutex:name = 'b']",
            "[network-traffic:dst_port = 'quay']",
        ])
        .map(|(n, pattern)| indicator(n, pattern, json!({})))
        .collect();
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects });
    std::fs::write(&path, bundle.to_string()).unwrap();
    let told = import_file(&mut org, path.clone());
    assert_eq!((&told["unmatchable"], &told["over_broad"]), (&json!(4), &json!(0)), "{told}");
    let said = status(&mut org);
    let reasons = json!({ "two-objects": 1, "unknown-type": 1, "unreadable": 1, "wrong-type-of-value": 1 });
    assert_eq!(said["unmatchable_by_reason"], reasons, "{said}");
    // What was held already is not told once more, nor what others brought of an indicator of which an older version comes.
    let older = json!({ "modified": "2025-12-01T00:00:00.000Z" });
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000",
        "objects": [indicator(3, "[ipv4-addr:value = '203.0.113.9']", older)] });
    let other = folder.path().join("older.json");
    std::fs::write(&other, bundle.to_string()).unwrap();
    assert_eq!(import_file(&mut org, other)["unmatchable"], 0);
    assert_eq!(import_file(&mut org, path)["unmatchable"], 0);
    // A version that can match takes its place.
    let good = json!({ "modified": "2026-01-02T00:00:00.000Z" });
    import(&mut org, folder.path(), &[indicator(1, "[ipv4-addr:value = '203.0.113.9']", good)]);
    let said = status(&mut org);
    assert_eq!(said["unmatchable_by_reason"].get("unreadable"), None, "{said}");
    assert_eq!(said["unmatchable"].as_array().unwrap().len(), 3);
    let read = reader(&org).indicator_standing("indicator--00000000-0000-4000-8000-000000000001").unwrap();
    assert!(read.unmatchable.is_none() && read.remarks.is_empty() && read.covers.is_none());
}
