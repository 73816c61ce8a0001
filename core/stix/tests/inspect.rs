//! What is wrong with one object: security.md §5 B, C and D as far as one object shows it.

use comity_stix::inspect::rules::{DEFECTS_MAX, RULES, find};
use comity_stix::marking::{self, MarkingKind};
use comity_stix::{ObjectFacts, Reference, Unusable, inspect};
use comity_vocab::Tlp;
use serde_json::{Value, json};

const ID: &str = "31b940d4-6f7f-459a-80ea-9c1f17b58abc";

/// A lawful object of a type, with its required properties.
fn base(kind: &str) -> Value {
    let mut object = json!({
        "type": kind, "spec_version": "2.1", "id": format!("{kind}--{ID}"),
        "created": "2020-01-01T00:00:00.000Z", "modified": "2020-01-01T00:00:00.000Z",
    });
    let more = match kind {
        "malware" => json!({"is_family": false}),
        "indicator" => json!({"pattern": "[a:b = 1]", "pattern_type": "stix", "valid_from": "2020-01-01T00:00:00Z"}),
        "relationship" => json!({"relationship_type": "uses",
            "source_ref": format!("malware--{ID}"), "target_ref": format!("tool--{ID}")}),
        "sighting" => json!({"sighting_of_ref": format!("malware--{ID}")}),
        "observed-data" => json!({"first_observed": "2020-01-01T00:00:00Z", "last_observed": "2020-01-01T00:00:00Z",
            "number_observed": 1, "object_refs": [format!("file--{ID}")]}),
        "location" => json!({"region": "northern-europe"}),
        "marking-definition" => json!({"definition_type": "statement", "definition": {"statement": "x"}}),
        "file" => json!({"name": "x"}),
        _ => json!({"name": "x"}),
    };
    merge(&mut object, &more);
    if kind == "marking-definition" {
        object.as_object_mut().unwrap().remove("modified");
    }
    object
}

fn merge(object: &mut Value, more: &Value) {
    for (name, value) in more.as_object().unwrap() {
        object[name] = value.clone();
    }
}

fn facts(object: &Value) -> ObjectFacts {
    inspect(&serde_json::to_vec(object).unwrap()).unwrap()
}

fn rules(facts: &ObjectFacts) -> Vec<(&str, &str)> {
    for defect in &facts.defects {
        let rule = find(defect.rule).unwrap_or_else(|| panic!("{} is not in the table", defect.rule));
        assert!(defect.message.starts_with(rule.says));
    }
    facts.defects.iter().map(|defect| (defect.rule, defect.path.as_str())).collect()
}

/// A lawful object of `kind`, changed by `change`, has exactly these defects. `Value::Null` takes a property away.
fn check(kind: &str, change: Value, expect: &[(&str, &str)]) {
    let mut object = base(kind);
    merge(&mut object, &change);
    object.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    assert_eq!(rules(&facts(&object)), expect, "{object}");
}

/// The same, with the number or text written into the JSON as it stands.
fn check_raw(kind: &str, name: &str, raw: &str, expect: &[&str]) {
    let mut object = base(kind);
    object[name] = json!("@@");
    let text = object.to_string().replace("\"@@\"", raw);
    let facts = inspect(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(rules(&facts).iter().map(|(rule, _)| *rule).collect::<Vec<_>>(), expect, "{text}");
}

#[test]
fn lawful_objects_have_no_defects() {
    for kind in [
        "malware",
        "indicator",
        "relationship",
        "sighting",
        "observed-data",
        "location",
        "marking-definition",
        "file",
        "tool",
        "campaign",
    ] {
        check(kind, json!({}), &[]);
    }
    let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RULES.len());
}

#[test]
fn numbers() {
    for (raw, expect) in [
        ("9007199254740991", &[][..]),
        ("9007199254740993", &["integer-out-of-range"]),     // 27
        ("18446744073709551616", &["integer-out-of-range"]), // 28
        ("-9223372036854775809", &["integer-out-of-range"]),
        ("1.0", &["integer-expected"]), // 30
        ("1e2", &["integer-expected"]),
        ("-0", &["integer-expected"]),
        ("\"1\"", &["integer-expected"]),
    ] {
        check_raw("file", "size", raw, expect);
    }
    check("tool", json!({"x_deep": {"a": [1, {"b/~": u64::MAX}]}}), &[("integer-out-of-range", "/x_deep/a/1/b~1~0")]);
    for (raw, good) in [("0", true), ("100", true), ("-1", false), ("101", false), ("\"50\"", false), ("50.0", false)] {
        check_raw("tool", "confidence", raw, if good { &[] } else { &["confidence-out-of-range"] }); // 32
    }
    for (raw, good) in [("1", true), ("999999999", true), ("0", false), ("1000000000000", false)] {
        check_raw("observed-data", "number_observed", raw, if good { &[] } else { &["number-observed-out-of-range"] }); // 33
    }
    for (raw, good) in [("0", true), ("999999999", true), ("-1", false), ("1000000000", false)] {
        check_raw("sighting", "count", raw, if good { &[] } else { &["count-out-of-range"] });
    }
    check("location", json!({"latitude": 90, "longitude": -180.0}), &[]);
    check(
        "location",
        json!({"latitude": 91, "longitude": -181}),
        &[("coordinate-out-of-range", "/latitude"), ("coordinate-out-of-range", "/longitude")],
    ); // 34
    check("location", json!({"latitude": "1", "longitude": 1}), &[("coordinate-out-of-range", "/latitude")]);
    check("location", json!({"latitude": 1}), &[("coordinate-alone", "")]);
    // 29 and 31 are errors of JSON.
    for raw in ["1e400".to_owned(), "1".repeat(20_000)] {
        let text = base("tool").to_string().replace("\"x\"", &raw);
        assert!(matches!(inspect(text.as_bytes()), Err(Unusable::Json(_))));
    }
}

#[test]
fn times() {
    for text in [
        "2016-12-31T23:59:60Z",
        "2020-01-01T00:00:00Z",
        "2020-01-01T00:00:00.1Z",
        "2020-01-01T00:00:00.123Z",
        "2020-01-01T00:00:00.123456Z",
        "2020-01-01T00:00:00.123456789Z",
        "9999-12-31T23:59:59.999Z",
    ] {
        check("campaign", json!({"first_seen": text}), &[]); // 35, 37, 42
    }
    for text in [
        "2016-12-31T23:58:60Z",
        "2020-01-01T00:00:00.1234567890Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "2020-01-01T00:00:00+00:00",
        "2020-01-01t00:00:00Z",
        "2020-01-01T00:00:00z",
        "2020-01-01 00:00:00Z",
        "2020-01-01T00:00:00,1Z",
        "20200101T000000Z",
        "2020-01-01T00:00Z",
        "2020-01-01T00:00:00",
        "２０２０-01-01T00:00:00Z",
        "2021-02-29T00:00:00Z",
        "2020-01-01T24:00:00Z",
        "2020-01-01T25:00:00Z",
        "",
    ] {
        check("campaign", json!({"first_seen": text}), &[("timestamp-malformed", "/first_seen")]); // 36, 38, 41, 43-46
    }
    check("campaign", json!({"first_seen": 1}), &[("timestamp-malformed", "/first_seen")]);
    check("campaign", json!({"first_seen": "1969-12-31T23:59:59Z"}), &[("time-before-1970", "/first_seen")]); // 41
    check("tool", json!({"modified": "2019-12-31T23:59:59.999Z"}), &[("modified-before-created", "/modified")]); // 47
    check(
        "indicator",
        json!({"valid_until": "2020-01-01T00:00:00.000Z"}),
        &[("valid-until-not-after-valid-from", "/valid_until")],
    ); // 49
    check("indicator", json!({"valid_until": "2020-01-01T00:00:00.001Z"}), &[]);
    check(
        "campaign",
        json!({"first_seen": "2020-01-02T00:00:00Z", "last_seen": "2020-01-01T00:00:00Z"}),
        &[("last-before-first", "/last_seen")],
    ); // 50
    check("campaign", json!({"first_seen": "2020-01-01T00:00:00Z", "last_seen": "2020-01-01T00:00:00.0Z"}), &[]);
    check(
        "observed-data",
        json!({"last_observed": "2019-01-01T00:00:00Z"}),
        &[("last-before-first", "/last_observed")],
    );
    // 40: the version is a time, its text is kept.
    let mut object = base("tool");
    object["modified"] = json!("2020-01-01T00:00:00.029036Z");
    let newer = facts(&object);
    object["modified"] = json!("2020-01-01T00:00:00.029Z");
    let older = facts(&object);
    assert!(newer.version > older.version && newer.version_text == "2020-01-01T00:00:00.029036Z");
    object["modified"] = json!("yesterday");
    let facts = facts(&object);
    assert_eq!((facts.version, facts.version_text.as_str()), (None, "yesterday"));
    assert_eq!(rules(&facts), [("version-unreadable", "/modified"), ("timestamp-malformed", "/modified")]);
}

#[test]
fn times_and_withdrawals_are_read_as_they_are_meant() {
    let mut object = base("tool");
    object["modified"] = json!("2020-01-01 02:00:00+02:00");
    object["created"] = json!("2020-01-01T00:00:00");
    let read = facts(&object);
    let instant = comity_vocab::Timestamp::parse("2020-01-01T00:00:00Z").ok();
    assert_eq!((read.version, read.created), (instant, instant));
    assert_eq!(rules(&read).len(), 2, "both stay defects");
    for (revoked, read, lawful) in [
        (json!(true), true, true),
        (json!(false), false, true),
        (json!("true"), true, false),
        (json!(" True"), true, false),
        (json!("yes"), true, false),
        (json!("1"), true, false),
        (json!(1), true, false),
        (json!("false"), false, false),
        (json!(0), false, false),
        (json!(null), false, false),
        (json!([true]), false, false),
    ] {
        let mut object = base("tool");
        object["revoked"] = revoked.clone();
        let found = facts(&object);
        assert_eq!(found.revoked, read, "{revoked}");
        assert_eq!(rules(&found).iter().any(|rule| rule.0 == "boolean-expected"), !lawful, "{revoked}");
    }
}

#[test]
fn unusable() {
    let check =
        |value: Value, expect: Unusable| assert_eq!(inspect(value.to_string().as_bytes()), Err(expect), "{value}");
    for value in [json!([]), json!("x"), json!(1), json!(null)] {
        check(value, Unusable::NotAnObject);
    }
    check(json!({"id": "x"}), Unusable::NoType); // 53
    check(json!({"id": "x", "type": 1}), Unusable::NoType);
    check(json!({"id": "x", "type": ""}), Unusable::NoType);
    check(json!({"type": "tool"}), Unusable::NoId);
    check(json!({"type": "tool", "id": {}}), Unusable::NoId);
    check(json!({"type": "tool", "id": "x".repeat(10_000)}), Unusable::IdTooLong { bytes: 10_000, limit: 300 }); // 56
    check(json!({"type": "bundle", "id": format!("bundle--{ID}"), "objects": []}), Unusable::Bundle); // 78
    let refs: Vec<String> = (0..1_000_000).map(|_| "a".to_owned()).collect(); // 76
    let many = json!({"type": "report", "id": "x", "object_refs": refs}).to_string();
    assert!(matches!(inspect(many.as_bytes()), Err(Unusable::Json(error)) if error.is_limit()));
}

#[test]
fn identity_and_common_properties() {
    // 53: each required property taken away.
    for (kind, names) in [
        ("malware", &["created", "modified", "is_family"][..]),
        ("indicator", &["created", "modified", "pattern", "pattern_type", "valid_from"]),
        ("relationship", &["relationship_type", "source_ref", "target_ref"]),
        ("observed-data", &["first_observed", "last_observed", "number_observed"]),
        ("marking-definition", &["created"]),
        ("tool", &["name"]),
    ] {
        for name in names {
            check(kind, json!({*name: null}), &[("required-missing", &format!("/{name}"))]);
        }
    }
    check("location", json!({"region": null}), &[("required-missing", "")]);
    check("malware", json!({"type": "tool", "name": "x"}), &[("id-type-mismatch", "/id")]); // 54
    for id in [
        "31B940D4-6F7F-459A-80EA-9C1F17B58ABC",
        "{31b940d4-6f7f-459a-80ea-9c1f17b58abc}",
        "31b940d46f7f459a80ea9c1f17b58abc",
        "00000000-0000-0000-0000-000000000000",
        " 31b940d4-6f7f-459a-80ea-9c1f17b58abc",
        "x",
    ] {
        check("tool", json!({"id": format!("tool--{id}")}), &[("id-malformed", "/id")]); // 55
    }
    check("tool", json!({"id": format!("tool-{ID}")}), &[("id-malformed", "/id")]);
    check("tool", json!({"id": format!("tool%2d%2d{ID}")}), &[("id-malformed", "/id")]);
    check("tool", json!({"id": "tool--31b940d4-6f7f-059a-80ea-9c1f17b58abc"}), &[("id-uuid-version", "/id")]);
    for version in [json!("2.2"), json!(""), json!(2.1), json!({})] {
        check("tool", json!({"spec_version": version}), &[("spec-version-unknown", "/spec_version")]); // 57
    }
    check("tool", json!({"spec_version": null}), &[("stix-2.0", "/spec_version")]); // 58
    check("malware", json!({"spec_version": "2.0", "is_family": null}), &[("stix-2.0", "/spec_version")]);
    check("file", json!({"spec_version": null, "created": null, "modified": null}), &[]);
    for name in ["ID", "ｉd", "e\u{301}", "A-b", " x"] {
        check("tool", json!({name: 1}), &[("property-name", &format!("/{name}"))]); // 14
    }
    for name in ["__proto__", "constructor"] {
        check("tool", json!({name: 1}), &[("property-name-hazard", &format!("/{name}"))]); // 26
    }
    check("tool", json!({"description": "a\0b"}), &[("nul-in-string", "/description")]); // 10
    check("tool", json!({"description": "\u{FFFF}\u{FDD0}\u{E000}"}), &[]); // 11
    check("tool", json!({"description": "{\"a\":1,\"a\":2}"}), &[]); // 25
    check("tool", json!({"labels": []}), &[("list-empty", "/labels")]);
}

#[test]
fn types_and_extensions() {
    let extension = "extension-definition--d83fce45-ef58-4c6c-a3f4-1fbc32e98c6e";
    check("starship", json!({}), &[("type-unknown", "/type")]); // 59
    check("starship", json!({"extensions": {extension: {"extension_type": "new-sdo"}}}), &[]);
    check(
        "starship",
        json!({"extensions": {extension: {"extension_type": "property-extension"}}}),
        &[("type-unknown", "/type")],
    );
    check("x-starship", json!({}), &[("type-custom", "/type")]); // 60
    check("tool", json!({"x_note": "y"}), &[]);
    check("tool", json!({"extensions": {extension: {"extension_type": "property-extension", "rank": 5}}}), &[]); // 61
    check(
        "tool",
        json!({"extensions": {extension: {"id": "x", "type": "y"}}}),
        &[
            ("extension-redefines", &format!("/extensions/{extension}/id")),
            ("extension-redefines", &format!("/extensions/{extension}/type")),
        ],
    ); // 62
    check(
        "extension-definition",
        json!({"created_by_ref": format!("identity--{ID}"), "schema": "http://10.0.0.1/x", "version": "1",
        "extension_types": ["toplevel-property-extension"], "extension_properties": ["rank", "confidence"]}),
        &[("extension-collides", "/extension_properties/1")],
    ); // 63, 64
    check("Tool", json!({}), &[("type-name", "/type"), ("id-malformed", "/id"), ("type-unknown", "/type")]);
}

#[test]
fn references() {
    let tool = format!("tool--{ID}");
    let object = json!({
        "type": "x-thing", "id": format!("x-thing--{ID}"), "created_by_ref": tool,
        "object_refs": [tool, tool, "malware--1", 5], // 72, 77
        "nested": {"a_ref": tool, "list": [{"b_refs": [tool]}, [{"c_ref": tool}]]},
        "granular_markings": [{"marking_ref": tool, "selectors": ["nested.list.[0]"]}],
        "x_odd_ref": {"d_ref": tool}, "not_a_reference": tool, "empty_ref": "",
    });
    let facts = facts(&object);
    let found: Vec<(&str, &str)> =
        facts.references.iter().map(|Reference { property, target }| (&property[..], &target[..])).collect();
    let t = tool.as_str();
    let mut expect = vec![
        ("created_by_ref", t),
        ("object_refs", t),
        ("object_refs", "malware--1"),
        ("nested.a_ref", t),
        ("nested.list.b_refs", t),
        ("nested.list.c_ref", t),
        ("granular_markings.marking_ref", t),
        ("x_odd_ref.d_ref", t),
    ];
    let mut found = found;
    found.sort_unstable();
    expect.sort_unstable();
    assert_eq!(found, expect);
    assert_eq!(facts.created_by_ref.as_deref(), Some(t));
    let mut malformed: Vec<_> =
        rules(&facts).into_iter().filter(|(rule, _)| *rule == "reference-malformed").map(|(_, path)| path).collect();
    malformed.sort_unstable();
    assert_eq!(malformed, ["/empty_ref", "/object_refs/2", "/object_refs/3"]);
    check("relationship", json!({"source_ref": "x"}), &[("reference-malformed", "/source_ref")]);
    check("relationship", json!({"source_ref": 7}), &[("reference-malformed", "/source_ref")]);
    let itself = format!("relationship--{ID}"); // 73, 74: lawful for one object to say
    check("relationship", json!({"source_ref": itself, "target_ref": itself}), &[]);
    // STIX 2.0 observed data: references inside are names of the container.
    check(
        "observed-data",
        json!({"spec_version": "2.0", "object_refs": null,
        "objects": {"0": {"type": "file", "name": "x", "parent_directory_ref": "1"}, "1": {"type": "directory", "path": "/"}}}),
        &[("stix-2.0", "/spec_version")],
    );
}

#[test]
fn content() {
    check(
        "tool",
        json!({"external_references": [{"source_name": "a", "url": " https://x"}, {"source_name": "b", "url": "https://x\n"}]}),
        &[("url-blank", "/external_references/0/url"), ("url-blank", "/external_references/1/url")],
    );
    for url in ["javascript:alert(1)", "file:///etc/passwd", "data:,x", "http://169.254.169.254/", "http://2130706433"]
    {
        check("tool", json!({"external_references": [{"source_name": "a", "url": url}]}), &[]); // 84
    }
    let id = json!({"id": format!("file--{ID}")});
    let hashes = |hashes: Value, expect: &[(&str, &str)]| {
        let mut change = id.clone();
        change["hashes"] = hashes;
        check("file", change, expect);
    };
    hashes(json!({"SHA-256": "a".repeat(64), "MD5": "0".repeat(32), "SSDEEP": "3:x:y"}), &[]);
    hashes(
        json!({"SHA-256": "a".repeat(63), "MD5": "g".repeat(32)}),
        &[("hash-length", "/hashes/MD5"), ("hash-length", "/hashes/SHA-256")],
    ); // 82
    hashes(json!({"WHIRLPOOL": "a"}), &[("hash-algorithm-unknown", "/hashes/WHIRLPOOL")]);
    hashes(
        json!({"bad key": "a"}),
        &[("dictionary-key", "/hashes/bad key"), ("hash-algorithm-unknown", "/hashes/bad key")],
    );
    let artifact = |change: Value, expect: &[(&str, &str)]| {
        let mut object = change;
        object["name"] = Value::Null;
        check("artifact", object, expect);
    };
    let sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // 83
    artifact(json!({"payload_bin": "YWJj", "hashes": {"SHA-256": sha}}), &[]);
    artifact(
        json!({"payload_bin": "YWJj", "hashes": {"SHA-256": "0".repeat(64)}}),
        &[("payload-hash-mismatch", "/hashes/SHA-256")],
    );
    artifact(json!({"payload_bin": "YWJ"}), &[("payload-not-base64", "/payload_bin")]);
    artifact(json!({"payload_bin": "YWJj", "url": "https://x"}), &[("payload-and-url", "/url")]);
    let large =
        json!({"type": "artifact", "id": format!("artifact--{ID}"), "payload_bin": "A".repeat(2 << 20)}).to_string();
    assert!(matches!(inspect(large.as_bytes()), Err(Unusable::Json(error)) if error.is_limit()));
}

#[test]
fn observable_identifiers() {
    let of = |id: &str| json!({"type": "ipv4-addr", "id": format!("ipv4-addr--{id}"), "value": "198.51.100.3"});
    assert_eq!(rules(&facts(&of("28bb3599-77cd-5a82-a950-b5bc3caf07c4"))), []);
    assert_eq!(rules(&facts(&of("ff26c055-6336-5bc5-b98d-13d6226742dd"))), [("sco-id-differs", "/id")]); // 80
    assert_eq!(rules(&facts(&of(ID))), []);
}

#[test]
fn markings() {
    let (white, red1) = (
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
    );
    let unknown = format!("marking-definition--{ID}");
    let of = |refs: &[&str]| {
        let mut object = base("tool");
        object["object_marking_refs"] = json!(refs);
        facts(&object)
    };
    let nothing = |_: &str| None;
    assert_eq!(marking::of_object(&facts(&base("tool")), &nothing), marking::ObjectMarking::default());
    let marked = of(&[&unknown, Tlp::Green.marking_id()]); // 85
    let says = marking::of_object(&marked, &nothing);
    assert_eq!((says.tlp, says.unknown.len()), (Some(Tlp::Green), 1));
    assert_eq!(marked.object_marking_refs, [&unknown[..], Tlp::Green.marking_id()]);
    let statement = |_: &str| Some(MarkingKind::Statement);
    assert_eq!(marking::of_object(&marked, &statement).statements, [&unknown[..]]);
    for kind in [MarkingKind::Unsupported, MarkingKind::Tlp(Tlp::Clear)] {
        assert_eq!(marking::of_object(&marked, &|_| Some(kind)).unknown.len(), 1); // 94
    }
    let both = of(&[white, Tlp::Red.marking_id(), Tlp::Amber.marking_id()]); // 86
    assert_eq!(rules(&both), [("two-tlp-markings", "/object_marking_refs")]);
    assert_eq!(marking::of_object(&both, &nothing).tlp, Some(Tlp::Red));
    assert_eq!(marking::of_object(&of(&[red1]), &nothing).tlp, Some(Tlp::Red));
    check(
        "marking-definition",
        json!({"object_marking_refs": [unknown]}),
        &[("marking-marks-itself", "/object_marking_refs")],
    ); // 87
    check(
        "tool",
        json!({"object_marking_refs": [format!("identity--{ID}")]}),
        &[("marking-ref-to-other", "/object_marking_refs/0")],
    ); // 91
    check(
        "tool",
        json!({"object_marking_refs": white}),
        &[("reference-malformed", "/object_marking_refs"), ("list-expected", "/object_marking_refs")],
    );
    check("marking-definition", json!({"definition": {"statement": "<script>alert(1)</script>"}}), &[]); // 92
    check("tool", json!({"description": "TLP:RED"}), &[]); // 96: seen at release
}

#[test]
fn standard_marking_definitions() {
    let first = |id: &str, word: &str| {
        json!({"type": "marking-definition", "spec_version": "2.1", "id": id, "created": "2017-01-20T00:00:00.000Z",
            "definition_type": "tlp", "name": "x", "definition": {"tlp": word}})
    };
    let second = |tlp: Tlp, word: &str| {
        json!({"type": "marking-definition", "spec_version": "2.1", "id": tlp.marking_id(), "created": "2022-10-01T00:00:00.000Z", "name": "x",
            "extensions": {"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {"extension_type": "property-extension", "tlp_2_0": word}}})
    };
    for (id, word) in [
        ("613f2e26-407d-48c7-9eca-b8e91df99dc9", "white"),
        ("34098fce-860f-48ae-8e50-ebd3cc5e41da", "green"),
        ("f88d31f6-486f-44da-b317-01333bde0b82", "amber"),
        ("5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red"),
    ] {
        let object = first(&format!("marking-definition--{id}"), word);
        assert_eq!(rules(&facts(&object)), [], "{object}");
        assert!(matches!(marking::kind(object.to_string().as_bytes()), Some(MarkingKind::Tlp(_))));
        assert_eq!(
            rules(&facts(&first(&format!("marking-definition--{id}"), "clear?"))),
            [("tlp-marking-altered", "/id")]
        ); // 93
    }
    for (tlp, word) in [
        (Tlp::Clear, "clear"),
        (Tlp::Green, "green"),
        (Tlp::Amber, "amber"),
        (Tlp::AmberStrict, "amber+strict"),
        (Tlp::Red, "red"),
    ] {
        assert_eq!(rules(&facts(&second(tlp, word))), []);
        let other = if tlp == Tlp::Red { "clear" } else { "red" };
        assert_eq!(rules(&facts(&second(tlp, other))), [("tlp-marking-altered", "/id")]); // 93
    }
    // 94: schemes that are not understood.
    let mut object = base("marking-definition");
    assert_eq!(marking::kind(object.to_string().as_bytes()), Some(MarkingKind::Statement));
    object["definition_type"] = json!("iep");
    assert_eq!(marking::kind(object.to_string().as_bytes()), Some(MarkingKind::Unsupported));
    assert_eq!(rules(&facts(&object)), [("marking-scheme-unsupported", "/definition_type")]);
    // Somebody else's identifier with TLP words in it is not TLP.
    assert_eq!(
        marking::kind(first(&format!("marking-definition--{ID}"), "white").to_string().as_bytes()),
        Some(MarkingKind::Unsupported)
    );
    assert_eq!(marking::kind(base("tool").to_string().as_bytes()), None);
}

#[test]
fn selectors() {
    let check = |selectors: Value, expect: &[&str]| {
        let mut object = base("tool");
        object["labels"] = json!(["a", "b"]);
        object["x_deep"] = json!([{"A-1": {"b_c": 1}}]);
        object["granular_markings"] = json!([{"marking_ref": Tlp::Red.marking_id(), "selectors": selectors}]);
        let facts = facts(&object);
        assert!(facts.has_granular_markings);
        assert_eq!(rules(&facts).iter().map(|(rule, _)| *rule).collect::<Vec<_>>(), expect, "{object}");
    };
    check(json!(["name", "labels", "labels.[1]", "x_deep.[0].A-1.b_c", "granular_markings"]), &[]);
    for nowhere in [
        "description",
        "labels.[2]",
        "labels.[99999999999999999999999]",
        "name.x",
        "name.[0]",
        "labels.a",
        "x_deep.[0].a-1",
    ] {
        check(json!([nowhere]), &["selector-to-nowhere"]); // 88
    }
    check(json!(["id", "type"]), &["selector-on-identity", "selector-on-identity"]); // 89
    check(json!([]), &["list-empty"]);
    check(json!("name"), &["granular-marking-malformed"]);
    for junk in ["a..[*]", "", ".", "a.", "[0", "labels[0]", "labels.[]", "labels.[-1]", "na me", &"a.".repeat(5000)] {
        let facts: &[&str] = &["selector-malformed"];
        check(json!([junk]), facts); // 90
    }
    check(json!([1]), &["selector-malformed"]);
    check(json!(vec!["name"; 10_000]), &["selectors-too-many"]); // 89
    let many = vec!["nowhere"; 500];
    let mut object = base("tool");
    object["granular_markings"] = json!([{"marking_ref": Tlp::Red.marking_id(), "selectors": many}]);
    let facts = facts(&object);
    assert_eq!((facts.defects.len(), facts.defects.last().unwrap().rule), (DEFECTS_MAX, "more-defects"));
}
