//! Domain objects (§4) and relationship objects (§5).

use crate::base::{MARKING, MUTEX, TOOL, check};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn section_4_domain_objects(seen: &mut BTreeSet<String>) {
    let mut check = |kind, change, expected: &[&str]| check(seen, kind, change, expected);
    check(
        "attack-pattern",
        json!({ "external_references": [{ "source_name": "capec", "external_id": "1" }] }),
        &["external-id-form /external_references/0/external_id"],
    );
    check(
        "vulnerability",
        json!({ "external_references": [{ "source_name": "cve", "external_id": "cve-2020-0001" }] }),
        &["external-id-form /external_references/0/external_id"],
    );
    check(
        "vulnerability",
        json!({ "external_references": [{ "source_name": "CVE", "external_id": "CVE-2020-0001" }] }),
        &["external-id-form /external_references/0/external_id"],
    );
    check(
        "vulnerability",
        json!({ "external_references": [{ "source_name": "cve", "external_id": "CVE-2020-123456" }] }),
        &[],
    );
    for kind in ["campaign", "infrastructure", "intrusion-set", "malware", "threat-actor", "sighting"] {
        check(
            kind,
            json!({ "first_seen": "2020-01-02T00:00:00Z", "last_seen": "2020-01-01T00:00:00Z" }),
            &["last-before-first /last_seen"],
        );
        check(kind, json!({ "first_seen": "2020-01-01T00:00:00Z", "last_seen": "2020-01-01T00:00:00.0Z" }), &[]);
    }
    check("grouping", json!({ "object_refs": [] }), &["list-empty /object_refs"]);
    check(
        "indicator",
        json!({ "valid_until": "2020-01-01T00:00:00Z" }),
        &["valid-until-not-after-valid-from /valid_until"],
    );
    check("indicator", json!({ "pattern": "file:name = 'a'" }), &["pattern-malformed /pattern"]);
    check("indicator", json!({ "pattern": "[f:name = 'a']" }), &["pattern-malformed /pattern"]);
    check("indicator", json!({ "pattern": "[file:n = 'a']" }), &["pattern-malformed /pattern"]);
    check("indicator", json!({ "pattern": "[file:name MATCHES '(?<=a)b']" }), &["pattern-not-supported /pattern"]);
    check("indicator", json!({ "pattern": "anything", "pattern_type": "snort" }), &[]);
    check("indicator", json!({ "name": null }), &["indicator-without-name "]);
    check("location", json!({ "country": null }), &["required-missing "]);
    check("location", json!({ "latitude": 1.5 }), &["coordinate-alone "]);
    check("location", json!({ "precision": 1.5 }), &["coordinate-alone "]);
    check("location", json!({ "country": "Belgium" }), &["country-code /country"]);
    check("malware", json!({ "is_family": true }), &["malware-family-without-name /name"]);
    check("malware", json!({ "sample_refs": [TOOL] }), &["reference-type /sample_refs/0"]);
    check("malware-analysis", json!({ "result": null }), &["required-missing "]);
    check("malware-analysis", json!({ "product": "A B" }), &["vocabulary-form /product"]);
    check("malware-analysis", json!({ "analysis_sco_refs": [TOOL] }), &["reference-type /analysis_sco_refs/0"]);
    check("observed-data", json!({ "number_observed": 0 }), &["integer-out-of-range /number_observed"]);
    check("observed-data", json!({ "last_observed": "2019-01-01T00:00:00Z" }), &["last-before-first /last_observed"]);
    check("observed-data", json!({ "object_refs": null }), &["required-missing "]);
    check(
        "observed-data",
        json!({ "object_refs": ["relationship--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"] }),
        &["no-observable-referenced /object_refs"],
    );
    check("observed-data", json!({ "object_refs": [TOOL, MUTEX] }), &["reference-type /object_refs/0"]);
    let container = |objects: Value| json!({ "object_refs": null, "objects": objects });
    check("observed-data", container(json!({ "0": { "type": "mutex", "name": "a" } })), &["deprecated /objects"]);
    check(
        "observed-data",
        json!({ "objects": { "0": { "type": "mutex", "name": "a" } } }),
        &["objects-and-object-refs /objects", "deprecated /objects"],
    );
    check("observed-data", container(json!([])), &["container-malformed /objects", "deprecated /objects"]);
    check("observed-data", container(json!({})), &["dictionary-empty /objects", "deprecated /objects"]);
    check(
        "observed-data",
        container(json!({ "0": { "type": "mutex" } })),
        &["required-missing /objects/0/name", "deprecated /objects"],
    );
    let mail = |target: &str| {
        container(json!({ "0": { "type": "email-addr", "value": "a@b.example" }, "1": { "type": "mutex", "name": "a" },
        "2": { "type": "email-message", "is_multipart": false, "from_ref": target } }))
    };
    check("observed-data", mail("0"), &["deprecated /objects"]);
    check("observed-data", mail("1"), &["reference-type /objects/2/from_ref", "deprecated /objects"]);
    check("observed-data", mail("3"), &["container-reference /objects/2/from_ref", "deprecated /objects"]);
    check("report", json!({ "published": null }), &["required-missing /published"]);
}

pub fn section_5_relationship_objects(seen: &mut BTreeSet<String>) {
    let mut check = |kind, change, expected: &[&str]| check(seen, kind, change, expected);
    check(
        "relationship",
        json!({ "relationship_type": "Uses" }),
        &["relationship-type-form /relationship_type", "relationship-not-suggested /relationship_type"],
    );
    check("relationship", json!({ "relationship_type": "uses" }), &["relationship-not-suggested /relationship_type"]);
    check(
        "relationship",
        json!({ "source_ref": "sighting--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f" }),
        &["reference-type /source_ref"],
    );
    check("relationship", json!({ "target_ref": MARKING }), &["reference-type /target_ref"]);
    check(
        "relationship",
        json!({ "target_ref": "my-object--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "relationship_type": "hugs" }),
        &[],
    );
    check(
        "relationship",
        json!({ "start_time": "2020-01-01T00:00:00Z", "stop_time": "2020-01-01T00:00:00Z" }),
        &["stop-time-not-after-start-time /stop_time"],
    );
    check("sighting", json!({ "count": 1_000_000_000 }), &["integer-out-of-range /count"]);
    check("sighting", json!({ "sighting_of_ref": MUTEX }), &["reference-type /sighting_of_ref"]);
    check("sighting", json!({ "where_sighted_refs": [TOOL] }), &["reference-type /where_sighted_refs/0"]);
    check("sighting", json!({ "observed_data_refs": [TOOL] }), &["reference-type /observed_data_refs/0"]);
}
