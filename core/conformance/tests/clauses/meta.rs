//! Objects about objects (§7) and bundles (§8).

use crate::base::{EXTENSION, GREEN, IDENTITY, MARKING, OTHER_IDENTITY, RED, TOOL, check, lawful};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn sections_7_and_8_objects_about_objects(seen: &mut BTreeSet<String>) {
    let mut check = |kind, change, expected: &[&str]| check(seen, kind, change, expected);
    check("language-content", json!({ "contents": { "de": "a" } }), &["contents-malformed /contents/de"]);
    check("language-content", json!({ "contents": { "de": { "A": "a" } } }), &["property-name /contents/de/A"]);
    check(
        "language-content",
        json!({ "contents": { "español": { "name": "a" } } }),
        &["language-tag /contents/español"],
    );
    check(
        "language-content",
        json!({ "object_ref": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f" }),
        &["reference-type /object_ref"],
    );
    check("marking-definition", json!({ "definition": null }), &["marking-incomplete "]);
    check(
        "marking-definition",
        json!({ "definition": {} }),
        &["statement-malformed /definition", "custom-value-empty /definition"],
    );
    check(
        "marking-definition",
        json!({ "definition_type": "foo" }),
        &["vocabulary-value /definition_type", "marking-scheme-unsupported /definition_type"],
    );
    check(
        "marking-definition",
        json!({ "definition_type": "tlp", "definition": { "tlp": "red" } }),
        &["tlp-marking-altered "],
    );
    check("marking-definition", json!({ "id": RED }), &["tlp-identifier-reused /id"]);
    let red = |name: &str| {
        json!({ "id": RED, "created": "2017-01-20T00:00:00.000Z", "name": name, "definition_type": "tlp",
            "definition": { "tlp": "red" } })
    };
    check("marking-definition", red("TLP:RED"), &[]);
    let tlp_2 = |word: &str| {
        json!({ "definition_type": null, "definition": null, "extensions": {
            "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": { "extension_type": "property-extension", "tlp_2_0": word } } })
    };
    check("marking-definition", tlp_2("red"), &["tlp-2-altered "]);
    check("marking-definition", red("Red"), &["tlp-marking-altered "]);
    check(
        "marking-definition",
        json!({ "object_marking_refs": [MARKING] }),
        &["marking-marks-itself /object_marking_refs"],
    );
    check("tool", json!({ "object_marking_refs": [TOOL] }), &["reference-type /object_marking_refs/0"]);
    check("tool", json!({ "object_marking_refs": [RED, GREEN] }), &["two-tlp-markings /object_marking_refs"]);
    let marked = |marking: Value| json!({ "granular_markings": [marking] });
    check("tool", marked(json!({ "selectors": ["name"], "lang": "en" })), &[]);
    check(
        "tool",
        marked(json!({ "selectors": ["name"], "lang": "en", "marking_ref": RED })),
        &["granular-marking-malformed /granular_markings/0"],
    );
    check("tool", marked(json!({ "selectors": ["name"] })), &["granular-marking-malformed /granular_markings/0"]);
    check("tool", marked(json!({ "lang": "en" })), &["required-missing /granular_markings/0/selectors"]);
    check(
        "tool",
        marked(json!({ "lang": "en", "selectors": ["nam"] })),
        &["selector-to-nowhere /granular_markings/0/selectors/0"],
    );
    check(
        "tool",
        marked(json!({ "lang": "en", "selectors": ["labels.[0"] })),
        &["selector-malformed /granular_markings/0/selectors/0"],
    );
    check(
        "tool",
        marked(json!({ "lang": "en", "selectors": ["[0]"] })),
        &["selector-malformed /granular_markings/0/selectors/0"],
    );
    check(
        "tool",
        marked(json!({ "lang": "en", "selectors": vec!["name"; 1001] })),
        &["selectors-too-many /granular_markings"],
    );
    let extended = |key: &str, content: Value| json!({ "extensions": { key: content } });
    check(
        "tool",
        extended("foo", json!({ "rank": 1 })),
        &["extension-key /extensions/foo", "extension-custom /extensions/foo"],
    );
    check(
        "tool",
        extended("foo-ext", json!({})),
        &["extension-empty /extensions/foo-ext", "extension-custom /extensions/foo-ext"],
    );
    check("tool", extended(EXTENSION, json!({ "rank": 1 })), &[&format!("extension-type /extensions/{EXTENSION}")]);
    check(
        "tool",
        extended(EXTENSION, json!({ "extension_type": "foo" })),
        &[&format!("enum-value /extensions/{EXTENSION}/extension_type")],
    );
    check(
        "tool",
        extended(EXTENSION, json!({ "extension_type": "new-sdo" })),
        &[&format!("extension-new-of-standard-type /extensions/{EXTENSION}/extension_type")],
    );
    check(
        "tool",
        extended(EXTENSION, json!({ "extension_type": "property-extension", "type": "a" })),
        &[&format!("extension-redefines /extensions/{EXTENSION}/type")],
    );
    check(
        "tool",
        extended("extension-definition--1", json!({ "extension_type": "property-extension" })),
        &["extension-key /extensions/extension-definition--1"],
    );
    check("tool", extended(EXTENSION, json!(1)), &[&format!("object-expected /extensions/{EXTENSION}")]);
    check(
        "tool",
        json!({ "rank": 1, "extensions": { EXTENSION: { "extension_type": "toplevel-property-extension" } } }),
        &[],
    );
    check(
        "tool",
        json!({ "rank": 1, "extensions": { EXTENSION: { "extension_type": "property-extension", "foo": 1 } } }),
        &["property-custom /rank"],
    );
    check("my-object", json!({ "created": null }), &["required-missing /created"]);
    check("extension-definition", json!({ "created_by_ref": null }), &["required-missing /created_by_ref"]);
    check("extension-definition", json!({ "extension_types": ["foo"] }), &["enum-value /extension_types/0"]);
    check(
        "extension-definition",
        json!({ "extension_properties": ["rank"] }),
        &["extension-properties /extension_properties"],
    );
    check(
        "extension-definition",
        json!({ "extension_types": ["toplevel-property-extension"] }),
        &["extension-properties-missing /extension_properties"],
    );
    check("extension-definition", json!({ "version": "1" }), &["version-form /version"]);
    check("extension-definition", json!({ "description": null }), &["extension-without-description /description"]);
    check("bundle", json!({ "id": null }), &["required-missing /id"]);
    check("bundle", json!({ "objects": [] }), &["list-empty /objects"]);
    check("bundle", json!({ "objects": {} }), &["list-expected /objects"]);
    check("bundle", json!({ "objects": [1] }), &["bundle-object "]);
    check(
        "bundle",
        json!({ "objects": [{ "type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f" }] }),
        &["bundle-in-bundle /type"],
    );
    check("bundle", json!({ "spec_version": "2.0" }), &["stix-2.0 /spec_version"]);
    check("bundle", json!({ "created": "a" }), &["property-custom /created"]);
}

/// Two objects of one bundle; what the second draws.
pub fn section_3_6_versions_of_one_object(seen: &mut BTreeSet<String>) {
    let mut check = |kind: &str, change, expected: &[&str]| check(seen, kind, change, expected);
    let tool = |change: Value| {
        let mut object = lawful("tool");
        object.extend(change.as_object().unwrap().clone());
        Value::Object(object)
    };
    let mut pair = |one: Value, other: Value, expected: &[&str]| {
        check("bundle", json!({ "objects": [tool(one), tool(other)] }), expected);
    };
    let at = |second: u32| format!("2020-01-01T00:00:0{second}.000Z");
    pair(json!({}), json!({}), &[]);
    pair(json!({}), json!({ "modified": at(1), "name": "b" }), &[]);
    pair(json!({ "modified": at(1) }), json!({ "name": "b" }), &[]);
    // The same content, written otherwise.
    pair(json!({}), json!({ "modified": "2020-01-01T00:00:00.0000Z", "revoked": false, "lang": "en" }), &[]);
    pair(json!({}), json!({ "name": "b" }), &["version-changed /modified"]);
    pair(json!({}), json!({ "labels": ["a"] }), &["version-changed /modified"]);
    pair(json!({ "labels": ["a", "b"] }), json!({ "labels": ["b", "a"] }), &["version-changed /modified"]);
    pair(json!({ "modified": at(2) }), json!({ "modified": at(3), "created": at(1) }), &["created-changed /created"]);
    pair(json!({ "created_by_ref": IDENTITY }), json!({ "modified": at(1) }), &[]);
    pair(
        json!({ "created_by_ref": IDENTITY }),
        json!({ "modified": at(1), "created_by_ref": OTHER_IDENTITY }),
        &["version-by-another-creator /created_by_ref"],
    );
    pair(json!({}), json!({ "modified": at(1), "revoked": true }), &[]);
    pair(json!({ "modified": at(1), "revoked": true }), json!({}), &[]);
    pair(
        json!({ "modified": at(1), "revoked": true }),
        json!({ "modified": at(2) }),
        &["version-after-revocation /modified"],
    );
    pair(
        json!({ "modified": at(2) }),
        json!({ "modified": at(1), "revoked": true }),
        &["version-after-revocation /revoked"],
    );
    // Observables are not versioned.
    check("bundle", json!({ "objects": [lawful("mutex"), lawful("mutex")] }), &[]);
}
