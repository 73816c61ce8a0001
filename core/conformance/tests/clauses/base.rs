//! A lawful object of each type, and what is done to it.

use comity_conformance::{Report, validate};
use comity_stix::Limits;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

pub const TOOL: &str = "tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
pub const MUTEX: &str = "mutex--8e2e2d2b-17d4-5cbf-938f-98ee46b3cd3f";
pub const IPV4: &str = "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4";
pub const IDENTITY: &str = "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
pub const OTHER_IDENTITY: &str = "identity--28bb3599-77cd-4a82-a950-b5bc3caf07c4";
pub const MARKING: &str = "marking-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
pub const RED: &str = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";
pub const GREEN: &str = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da";
pub const EXTENSION: &str = "extension-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";

/// A lawful object of a type, without anything that draws a warning.
pub fn lawful(kind: &str) -> Map<String, Value> {
    let own = match kind {
        "attack-pattern" | "campaign" | "course-of-action" | "identity" | "incident" | "infrastructure"
        | "intrusion-set" | "threat-actor" | "tool" | "vulnerability" => json!({ "name": "a" }),
        "grouping" => json!({ "context": "unspecified", "object_refs": [TOOL] }),
        "indicator" => json!({ "name": "a", "description": "b", "pattern": "[file:name = 'a']", "pattern_type": "stix",
            "valid_from": "2020-01-01T00:00:00Z" }),
        "location" => json!({ "country": "BE" }),
        "malware" => json!({ "is_family": false }),
        "malware-analysis" => json!({ "product": "a", "result": "benign" }),
        "note" => json!({ "content": "a", "object_refs": [TOOL] }),
        "observed-data" => json!({ "first_observed": "2020-01-01T00:00:00Z", "last_observed": "2020-01-01T00:00:00Z",
            "number_observed": 1, "object_refs": [MUTEX] }),
        "opinion" => json!({ "opinion": "agree", "object_refs": [TOOL] }),
        "report" => json!({ "name": "a", "published": "2020-01-01T00:00:00Z", "object_refs": [TOOL] }),
        "relationship" => json!({ "relationship_type": "related-to", "source_ref": TOOL, "target_ref": MUTEX }),
        "sighting" => json!({ "sighting_of_ref": TOOL }),
        "language-content" => json!({ "object_ref": TOOL, "contents": { "de": { "name": "b" } } }),
        "marking-definition" => json!({ "definition_type": "statement", "definition": { "statement": "a" } }),
        "extension-definition" => json!({ "name": "a", "description": "b", "schema": "c", "version": "1.0.0",
            "extension_types": ["property-extension"], "created_by_ref": IDENTITY }),
        "artifact" => json!({ "payload_bin": "QQ==" }),
        "autonomous-system" => json!({ "number": 1 }),
        "directory" => json!({ "path": "/a" }),
        "domain-name" => json!({ "value": "example.com" }),
        "email-addr" => json!({ "value": "a@example.com" }),
        "email-message" => json!({ "is_multipart": false, "subject": "a" }),
        "file" | "mutex" | "software" => json!({ "name": "a" }),
        "ipv4-addr" => json!({ "value": "198.51.100.3" }),
        "ipv6-addr" => json!({ "value": "2001:db8::1" }),
        "mac-addr" => json!({ "value": "d2:fb:49:24:37:18" }),
        "network-traffic" => json!({ "protocols": ["tcp"], "src_ref": IPV4 }),
        "process" => json!({ "pid": 1 }),
        "url" => json!({ "value": "https://example.com/" }),
        "user-account" => json!({ "user_id": "a" }),
        "windows-registry-key" => json!({ "key": "HKEY_LOCAL_MACHINE\\a" }),
        "x509-certificate" => json!({ "serial_number": "1" }),
        "bundle" => json!({ "objects": [lawful("tool")] }),
        "my-object" => json!({ "extensions": { EXTENSION: { "extension_type": "new-sdo" } } }),
        other => panic!("{other}"),
    };
    let mut object = json!({ "type": kind, "id": format!("{kind}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f") });
    let fields = object.as_object_mut().unwrap();
    let observable = [
        "artifact",
        "autonomous-system",
        "directory",
        "domain-name",
        "email-addr",
        "email-message",
        "file",
        "ipv4-addr",
        "ipv6-addr",
        "mac-addr",
        "mutex",
        "network-traffic",
        "process",
        "software",
        "url",
        "user-account",
        "windows-registry-key",
        "x509-certificate",
    ]
    .contains(&kind);
    if !observable && kind != "bundle" {
        fields.insert("spec_version".into(), json!("2.1"));
        fields.insert("created".into(), json!("2020-01-01T00:00:00.000Z"));
        if kind != "marking-definition" {
            fields.insert("modified".into(), json!("2020-01-01T00:00:00.000Z"));
        }
    }
    fields.extend(own.as_object().unwrap().clone());
    fields.clone()
}

pub fn found(report: &Report) -> Vec<String> {
    report.errors.iter().chain(&report.warnings).map(|finding| format!("{} {}", finding.rule, finding.path)).collect()
}

/// Merges the change into a lawful object (null removes) and expects exactly these findings, errors before warnings; what
/// every observable of the base draws (its identifier is no UUIDv5) is passed over.
pub fn check(seen: &mut BTreeSet<String>, kind: &str, change: Value, expected: &[&str]) {
    let mut object = lawful(kind);
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::String(text) if text == "<null>" => object.insert(name.clone(), Value::Null),
            Value::Null => object.remove(name),
            value => object.insert(name.clone(), value.clone()),
        };
    }
    let text = Value::Object(object).to_string();
    let report = validate(text.as_bytes(), &Limits::default());
    let got: Vec<String> = found(&report).into_iter().filter(|found| found != "sco-id-not-uuid5 /id").collect();
    assert_eq!(got, expected, "{kind} {change}");
    seen.extend(report.errors.iter().chain(&report.warnings).map(|finding| finding.rule.to_owned()));
}
