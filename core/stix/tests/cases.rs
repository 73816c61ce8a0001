//! Marking operations and versions against the cases that others made, read in place.

use comity_stix::Limits;
use comity_stix::json::tree::Node;
use comity_stix::marking::operations::{self as markings, MarkingError, Reach};
use comity_stix::versioning::{CustomProperties, VersionError, new_version, revoke};
use comity_vocab::Timestamp;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn cases(name: &str) -> Vec<Value> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var_os("COMITY_TEST_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = folder.join("cases").join(name);
    let Ok(bytes) = std::fs::read(&path) else {
        println!("absent: {}", path.display());
        return Vec::new();
    };
    let mut file: Value = serde_json::from_slice(&bytes).unwrap();
    file["cases"].as_array_mut().map(std::mem::take).unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T12:00:00Z").unwrap()
}

fn tree(text: &str) -> Node<'_> {
    Node::parse(text.as_bytes(), &Limits::default()).unwrap()
}

/// One text or a list of them, markings by their identifier; an error where something else stands there.
fn texts(value: &Value) -> Result<Vec<String>, String> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Object(marking) => Ok(marking["id"].as_str().unwrap().to_owned()),
        other => Err(format!("not a marking: {other}")),
    };
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(values) => values.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

/// The markings of a result as sets: neither their order nor the grouping of granular ones matters.
fn comparable(object: &Value) -> Value {
    let mut object = object.clone();
    let pairs: BTreeSet<String> = object["granular_markings"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|marking| {
            let name = marking.get("marking_ref").or(marking.get("lang")).unwrap().clone();
            let selectors = marking["selectors"].as_array().unwrap().clone();
            selectors.into_iter().map(move |selector| format!("{name} {selector}"))
        })
        .collect();
    let refs: BTreeSet<String> =
        object["object_marking_refs"].as_array().into_iter().flatten().map(Value::to_string).collect();
    for name in ["granular_markings", "object_marking_refs", "modified"] {
        object.as_object_mut().unwrap().remove(name);
    }
    json!([object, pairs, refs])
}

fn run_marking(case: &Value) -> Result<Value, String> {
    let args = &case["args"];
    let written = args["object"].to_string();
    let object = tree(&written);
    let marking = texts(&args["marking"])?;
    let marking: Vec<&str> = marking.iter().map(String::as_str).collect();
    let whole = args.get("selectors").is_none_or(Value::is_null);
    if whole && case["scope"] == "granular" {
        return Err("selectors are required".to_owned());
    }
    let selectors = texts(&args["selectors"])?;
    let selectors: Vec<&str> = selectors.iter().map(String::as_str).collect();
    let flag = |name: &str| args.get(name).and_then(Value::as_bool).unwrap_or_default();
    let reach = Reach { inherited: flag("inherited"), descendants: flag("descendants") };
    let said = |error: MarkingError| error.to_string();
    let object = match (case["op"].as_str().unwrap(), whole) {
        ("get_markings", true) => return Ok(json!(markings::of_whole(&object))),
        ("get_markings", false) => return Ok(json!(markings::of_parts(&object, &selectors, reach).map_err(said)?)),
        ("is_marked", true) => return Ok(json!(markings::is_whole_marked(&object, &marking))),
        ("is_marked", false) => {
            return Ok(json!(markings::are_parts_marked(&object, &marking, &selectors, reach).map_err(said)?));
        }
        ("add_markings", true) => markings::add_to_whole(&object, &marking, now()),
        ("add_markings", false) => markings::add_to_parts(&object, &marking, &selectors, now()),
        ("set_markings", true) => markings::set_on_whole(&object, &marking, now()),
        ("set_markings", false) => markings::set_on_parts(&object, &marking, &selectors, now()),
        ("remove_markings", true) => markings::remove_from_whole(&object, &marking, now()),
        ("remove_markings", false) => markings::remove_from_parts(&object, &marking, &selectors, now()),
        ("clear_markings", true) => markings::clear_whole(&object, now()),
        ("clear_markings", false) => markings::clear_parts(&object, &selectors, now()),
        (op, _) => panic!("unknown operation {op}"),
    };
    Ok(serde_json::from_str(&object.map_err(said)?.to_json()).unwrap())
}

#[test]
fn marking_operations() {
    let cases = cases("marking_cases.json");
    let mut wrong = Vec::new();
    for case in &cases {
        let got = run_marking(case);
        let expected = &case["expected"];
        let same = match (&got, expected.get("result")) {
            (Ok(got), Some(Value::Array(list))) => {
                let sorted: BTreeSet<String> = list.iter().map(Value::to_string).collect();
                got.as_array().is_some_and(|got| got.iter().map(Value::to_string).collect::<BTreeSet<_>>() == sorted)
            }
            (Ok(got), Some(result @ Value::Object(_))) => comparable(got) == comparable(result),
            (Ok(got), Some(result)) => got == result,
            (Err(_), None) => expected.get("error").is_some(),
            _ => false,
        };
        if !same {
            wrong.push(format!("{} {} {}: {got:?}", case["id"], case["op"], case["test"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn run_version(case: &Value) -> Result<Value, VersionError> {
    let written = case["object"].to_string();
    let object = tree(&written);
    let changes = case["changes"].as_object().unwrap();
    let custom = match changes.get("allow_custom") {
        Some(Value::Bool(false)) => CustomProperties::Refused,
        _ => CustomProperties::Allowed,
    };
    let texts: Vec<(String, Option<String>)> = changes
        .iter()
        .filter(|(name, _)| *name != "allow_custom")
        .map(|(name, value)| (name.clone(), (!value.is_null()).then(|| value.to_string())))
        .collect();
    let changes =
        texts.iter().map(|(name, value)| (Cow::Borrowed(name.as_str()), value.as_deref().map(tree))).collect();
    let version = match case["op"].as_str().unwrap() {
        "revoke" => revoke(&object, now())?,
        _ => new_version(&object, changes, custom, now())?,
    };
    Ok(serde_json::from_str(&version.to_json()).unwrap())
}

#[test]
fn versions() {
    let cases = cases("versioning_cases.json");
    let mut wrong = Vec::new();
    for case in &cases {
        let got = run_version(case);
        let given = case["changes"].get("modified").is_some();
        let same = match (&got, case["expected"].get("result")) {
            (Ok(got), Some(result)) => {
                let (mut got, mut result) = (got.clone(), result.clone());
                if !given {
                    let before =
                        case["object"].get("modified").or(case["object"].get("created")).and_then(Value::as_str);
                    let time = |text: &str| Timestamp::parse(text).unwrap();
                    let modified = got["modified"].as_str().map(time);
                    assert!(modified > before.map(time), "{got}");
                    got["modified"] = Value::Null;
                    result["modified"] = Value::Null;
                }
                got == result
            }
            (Err(_), None) => true,
            _ => false,
        };
        if !same {
            wrong.push(format!("{} {} {}: {got:?}", case["op"], case["test"], case["changes"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn a_selector_is_no_prefix_of_a_longer_name() {
    let text =
        r#"{"type":"file","name":"a","name_enc":"UTF-8","granular_markings":[{"lang":"en","selectors":["name"]}]}"#;
    let reach = Reach { inherited: true, descendants: true };
    assert_eq!(markings::of_parts(&tree(text), &["name_enc"], reach), Ok(BTreeSet::new()));
    assert_eq!(markings::of_parts(&tree(text), &["name"], reach), Ok(BTreeSet::from(["en".to_owned()])));
}

#[test]
fn what_has_no_versions_is_marked_in_place() {
    let red = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";
    let marked = markings::add_to_whole(&tree(r#"{"type":"mutex","name":"a"}"#), &[red], now()).unwrap();
    assert_eq!(marked.to_json(), format!(r#"{{"type":"mutex","name":"a","object_marking_refs":["{red}"]}}"#));
}

#[test]
fn what_was_not_changed_stays_as_written() {
    let text = r#"{"type":"note","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","b":1.50,"a":"é"}"#;
    let changes = vec![(Cow::Borrowed("content"), Some(Node::String(Cow::Borrowed("x"))))];
    let version = new_version(&tree(text), changes, CustomProperties::Allowed, now()).unwrap();
    let expected = r#"{"type":"note","created":"2020-01-01T00:00:00.000Z","modified":"2026-11-24T12:00:00.000Z","b":1.50,"a":"é","content":"x"}"#;
    assert_eq!(version.to_json(), expected);
}
