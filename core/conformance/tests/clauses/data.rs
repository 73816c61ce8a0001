//! Data types (§2), common properties (§3), and what the standard does not have (§11).

use crate::base::{IPV4, MUTEX, TOOL, check};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn section_2_data_types(seen: &mut BTreeSet<String>) {
    let mut check = |kind, change, expected: &[&str]| check(seen, kind, change, expected);
    check("artifact", json!({ "payload_bin": "Q" }), &["payload-not-base64 /payload_bin"]);
    check("tool", json!({ "revoked": "true" }), &["boolean-expected /revoked"]);
    check("process", json!({ "environment_variables": [] }), &["dictionary-expected /environment_variables"]);
    check("process", json!({ "environment_variables": {} }), &["dictionary-empty /environment_variables"]);
    check("process", json!({ "environment_variables": { "ü": "a" } }), &["dictionary-key /environment_variables/ü"]);
    check("process", json!({ "environment_variables": { "A": 1 } }), &["string-expected /environment_variables/A"]);
    check("opinion", json!({ "opinion": "Agree" }), &["enum-value /opinion"]);
    check(
        "tool",
        json!({ "external_references": [{ "source_name": "a" }] }),
        &["external-reference-empty /external_references/0"],
    );
    let hashed = |algorithm: &str| json!({ "external_references": [{ "source_name": "a", "url": "a:", "hashes": { algorithm: "0".repeat(32) } }] });
    check("tool", hashed("MD5"), &[]);
    check(
        "tool",
        hashed("MD6"),
        &[
            "external-reference-hash-algorithm /external_references/0/hashes/MD6",
            "hash-algorithm-unknown /external_references/0/hashes/MD6",
        ],
    );
    check(
        "tool",
        json!({ "external_references": [{ "description": "a" }] }),
        &["required-missing /external_references/0/source_name"],
    );
    check(
        "tool",
        json!({ "external_references": [{ "source_name": "a", "url": "www.a.example" }] }),
        &["url-malformed /external_references/0/url", "external-reference-without-hash /external_references/0"],
    );
    check("location", json!({ "latitude": "1", "longitude": 1 }), &["number-expected /latitude"]);
    check("location", json!({ "latitude": 90.01, "longitude": 180.0 }), &["coordinate-out-of-range /latitude"]);
    check("location", json!({ "latitude": -90, "longitude": -180 }), &[]);
    check(
        "file",
        json!({ "hashes": { "MD": "a" } }),
        &["hash-algorithm-name /hashes/MD", "hash-algorithm-unknown /hashes/MD"],
    );
    check("file", json!({ "hashes": { "MD5": "00" } }), &["hash-length /hashes/MD5"]);
    check("file", json!({ "hashes": { "x_foo": "00" } }), &["hash-algorithm-unknown /hashes/x_foo"]);
    check("file", json!({ "hashes": {} }), &["dictionary-empty /hashes"]);
    check("file", json!({ "magic_number_hex": "0" }), &["hex-malformed /magic_number_hex"]);
    check("tool", json!({ "id": "tool--1" }), &["id-malformed /id"]);
    check("tool", json!({ "id": "tool--00000000-0000-0000-0000-000000000001" }), &["id-uuid-version /id"]);
    check("tool", json!({ "id": "malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f" }), &["id-type-mismatch /id"]);
    check(
        "tool",
        json!({ "id": "tool--8e2e2d2b-17d4-7cbf-938f-98ee46b3cd3f" }),
        &["id-uuid-newer /id", "id-not-uuid4 /id"],
    );
    check("tool", json!({ "id": "tool--8E2e2d2b-17d4-4cbf-938f-98ee46b3cd3f" }), &["id-upper-case /id"]);
    check("tool", json!({ "id": "tool--8e2e2d2b-17d4-5cbf-938f-98ee46b3cd3f" }), &["id-not-uuid4 /id"]);
    check("tool", json!({ "id": 1 }), &["string-expected /id"]);
    check("mutex", json!({ "id": MUTEX }), &["sco-id-differs /id"]);
    check("ipv4-addr", json!({ "id": IPV4 }), &[]);
    check("process", json!({ "id": "process--8e2e2d2b-17d4-5cbf-938f-98ee46b3cd3f" }), &["sco-id-not-uuid4 /id"]);
    check("tool", json!({ "created_by_ref": "x" }), &["reference-malformed /created_by_ref"]);
    check("tool", json!({ "created_by_ref": TOOL }), &["reference-type /created_by_ref"]);
    check("autonomous-system", json!({ "number": 1.5 }), &["integer-expected /number"]);
    check("autonomous-system", json!({ "number": "1" }), &["integer-expected /number"]);
    check("autonomous-system", json!({ "number": 9_007_199_254_740_992_i64 }), &["integer-out-of-range /number"]);
    check("file", json!({ "size": -1 }), &["integer-out-of-range /size"]);
    check("tool", json!({ "labels": "a" }), &["list-expected /labels"]);
    check("tool", json!({ "labels": [] }), &["list-empty /labels"]);
    check("tool", json!({ "tool_types": ["foo"] }), &["vocabulary-value /tool_types/0"]);
    check(
        "tool",
        json!({ "tool_types": ["Foo_a"] }),
        &["vocabulary-value /tool_types/0", "vocabulary-form /tool_types/0"],
    );
    check(
        "tool",
        json!({ "kill_chain_phases": [{ "kill_chain_name": "a b", "phase_name": "c" }] }),
        &["vocabulary-form /kill_chain_phases/0/kill_chain_name"],
    );
    check(
        "tool",
        json!({ "kill_chain_phases": [{ "phase_name": "c" }] }),
        &["required-missing /kill_chain_phases/0/kill_chain_name"],
    );
    check("tool", json!({ "kill_chain_phases": ["a"] }), &["object-expected /kill_chain_phases/0"]);
    check("tool", json!({ "name": 1 }), &["string-expected /name"]);
    check("tool", json!({ "name": "a\u{0}" }), &["nul-in-string /name"]);
    check("tool", json!({ "name": "<null>" }), &["null-value /name"]);
    for unlawful in [
        "2020-02-30T00:00:00.000Z",
        "2020-01-01 00:00:00.000Z",
        "0000-01-01T00:00:00.000Z",
        "2020-01-01T00:00:00.Z",
        "2020-01-01T00:00:00.000+00:00",
        "2020-01-01T24:00:00.000Z",
    ] {
        check("campaign", json!({ "first_seen": unlawful }), &["timestamp-malformed /first_seen"]);
    }
    for lawful in ["2016-12-31T23:59:60Z", "9999-12-31T23:59:59.999Z", "2020-01-01T00:00:00.000000000000001Z"] {
        check("campaign", json!({ "first_seen": lawful }), &[]);
    }
    check("campaign", json!({ "first_seen": "0001-01-01T00:00:00Z" }), &["time-before-1970 /first_seen"]);
}

pub fn section_3_common_properties(seen: &mut BTreeSet<String>) {
    let mut check = |kind, change, expected: &[&str]| check(seen, kind, change, expected);
    check("tool", json!({ "type": null }), &["required-missing /type"]);
    check("tool", json!({ "id": null }), &["required-missing /id"]);
    check(
        "tool",
        json!({ "created": null, "modified": null }),
        &["required-missing /created", "required-missing /modified"],
    );
    check("tool", json!({ "spec_version": null }), &["required-missing /spec_version"]);
    check("tool", json!({ "spec_version": "2.2" }), &["spec-version-unknown /spec_version"]);
    check("tool", json!({ "spec_version": "2.0", "labels": ["a"] }), &["stix-2.0 /spec_version"]);
    check("tool", json!({ "name": null }), &["required-missing /name"]);
    check("tool", json!({ "created": "2020-01-01T00:00:00Z" }), &["timestamp-precision /created"]);
    check("tool", json!({ "modified": "2019-01-01T00:00:00.000Z" }), &["modified-before-created /modified"]);
    check("tool", json!({ "created": "2020-01-01T00:00:00.000000000001Z" }), &["modified-before-created /modified"]);
    check("tool", json!({ "confidence": 101 }), &["integer-out-of-range /confidence"]);
    check("tool", json!({ "lang": "en_US" }), &["language-tag /lang"]);
    check("tool", json!({ "defanged": true }), &["common-property-elsewhere /defanged"]);
    check("mutex", json!({ "created": "2020-01-01T00:00:00.000Z" }), &["common-property-elsewhere /created"]);
    check("mutex", json!({ "id": null }), &["required-missing /id"]);
    check("tool", json!({ "Foo": 1 }), &["property-name /Foo", "property-custom /Foo"]);
    check("tool", json!({ "ab": 1 }), &["property-name /ab", "property-custom /ab"]);
    check("tool", json!({ "severity": 1 }), &["reserved-name /severity", "property-custom /severity"]);
    check("course-of-action", json!({ "action": "a" }), &["reserved-name /action", "property-custom /action"]);
}

pub fn section_11_custom_objects(seen: &mut BTreeSet<String>) {
    let mut check = |kind, change, expected: &[&str]| check(seen, kind, change, expected);
    check("tool", json!({ "x_foo": { "a": [] } }), &["list-empty /x_foo/a", "property-custom /x_foo"]);
    check("tool", json!({ "x_foo": [Value::Null] }), &["property-custom /x_foo", "custom-null /x_foo/0"]);
    check("tool", json!({ "x_foo": "<null>" }), &["null-value /x_foo", "property-custom /x_foo"]);
    check("tool", json!({ "x_foo": {} }), &["property-custom /x_foo", "custom-value-empty /x_foo"]);
    check("tool", json!({ "x_foo_hex": "0" }), &["hex-malformed /x_foo_hex", "property-custom /x_foo_hex"]);
    check("tool", json!({ "x_foo_bin": "0" }), &["payload-not-base64 /x_foo_bin", "property-custom /x_foo_bin"]);
    check("my-object", json!({ "extensions": null }), &["type-custom /type"]);
    check(
        "my-object",
        json!({ "extensions": null, "created": null }),
        &["required-missing /created", "type-custom /type"],
    );
    check(
        "my-object",
        json!({ "extensions": null, "created": null, "modified": null, "spec_version": null }),
        &["type-custom /type"],
    );
    check(
        "my-object",
        json!({ "type": "My-object", "extensions": null }),
        &["type-name /type", "type-custom /type", "id-type-mismatch-custom /id"],
    );
    check(
        "my-object",
        json!({ "type": "a--b", "extensions": null }),
        &["type-name /type", "type-custom /type", "id-type-mismatch-custom /id"],
    );
    check(
        "my-object",
        json!({ "type": "action", "id": "action--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "extensions": null }),
        &["reserved-name /type", "type-custom /type"],
    );
}
