//! ATT&CK, CAPEC and DISARM: imported, marked, 500 released as tearlines and 500 as published.

use super::world;
use comity_kit::{Node, World, text, wait_until};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn data() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("COMITY_TEST_DATA")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data").into(), std::path::PathBuf::from);
    let found = folder.join("stix/attack-mobile-17.1.json").exists();
    if !found {
        println!("real data is absent at {}; not tested", folder.display());
    }
    found.then_some(folder)
}

/// Every object of the parts of a release, exact text by id, as `release show` prints them.
fn objects(shown: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for part in shown["parts"].as_array().unwrap() {
        let bundle: BTreeMap<String, Box<serde_json::value::RawValue>> =
            serde_json::from_str(part["bytes"].as_str().unwrap()).unwrap();
        let list: Vec<Box<serde_json::value::RawValue>> = serde_json::from_str(bundle["objects"].get()).unwrap();
        for object in list {
            let value: Value = serde_json::from_str(object.get()).unwrap();
            found.insert(text(&value, "id"), object.get().to_owned());
        }
    }
    found
}

fn draft(node: &Node, world: &World, ids: &[String], more: &[&str]) -> Value {
    let list = world.write("ids", ids.join("\n")).display().to_string();
    node.run_as("alice", &[&["release", "draft", "--objects-from", &list, "--to", "kps"], more].concat()).done()
}

/// Approves (overriding, with a reason, what may be), sends, and compares the partner's copy byte by byte.
fn send_and_compare(node: &Node, partner: &Node, release: &str) -> usize {
    let released = objects(&node.ask(&["release", "show", release]));
    let checked = node.run_as("bob", &["release", "check", release]);
    let answer: Value = String::from_utf8(checked.out)
        .unwrap()
        .lines()
        .next()
        .and_then(|line| serde_json::from_str(line).ok())
        .unwrap_or_default();
    let mut overrides: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in answer["findings"].as_array().into_iter().flatten() {
        let reason = format!("--override={}=published by its author", text(one, "finding"));
        overrides.entry(text(one, "answered_by")).or_default().insert(reason);
    }
    let mut given = |role: &str, officer: &str, verb: &str, always: bool| {
        let reasons = overrides.remove(role).unwrap_or_default();
        if always || !reasons.is_empty() {
            let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
            node.run_as(officer, &[&["release", verb, release][..], &reasons].concat()).done();
        }
    };
    // Some of the texts speak of politics or of biometric devices.
    given("data_protection_officer", "dora", "answer", false);
    given("releasing_officer", "bob", "approve", true);
    node.ask(&["release", "send", release]);
    wait_until("everything is receipted", || node.receipted(partner));
    let exported = partner.run(&["export", "--origin", "link:vsis"]).out;
    for (id, exact) in &released {
        assert!(super::contains(&exported, exact.as_bytes()), "{id} is not at the partner as it was released");
    }
    let (id, exact) = released.first_key_value().unwrap();
    let raw = partner.run(&["show", id, "--raw"]).out;
    assert_eq!(String::from_utf8(raw).unwrap().trim_end_matches('\n'), exact);
    released.len()
}

#[test]
fn real_catalogues_are_released_and_arrive_byte_for_byte() {
    let Some(data) = data() else { return };
    let world = world();
    let (first, second) = world.pair();
    let nodes = (first.serve(), second.serve());
    let names = ["attack-mobile-17.1", "attack-ics-18.1", "capec-2.1.reassembled", "disarm"];
    let paths: Vec<String> =
        names.iter().map(|name| data.join(format!("stix/{name}.json")).display().to_string()).collect();
    let mut import = vec!["import", "--origin", "catalogues"];
    import.extend(paths.iter().map(String::as_str));
    let imported = first.ask(&import);
    assert!(imported["accepted"].as_u64().unwrap() > 7_000, "{imported}");
    let again = first.ask(&import);
    assert_eq!(
        (&again["accepted"], &again["new_versions"], &again["conflicts"]),
        (&0.into(), &0.into(), &0.into()),
        "a second import changes nothing"
    );
    first.run_as("alice", &["write", "mark", "--origin", "catalogues", "--label", "TLP:GREEN"]).done();

    let found = first.ask(&[
        "search",
        "--origin",
        "catalogues",
        "--type",
        "attack-pattern,malware,course-of-action",
        "--limit",
        "900",
    ]);
    let whole: Vec<String> = found["hits"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|hit| hit["defective"] == false && hit["revoked"] == false)
        .map(|hit| text(hit, "id"))
        .take(450)
        .collect();
    // Relationships make up the number, so that there are references to what is not released.
    let found = first.ask(&["search", "--origin", "catalogues", "--type", "relationship", "--limit", "200"]);
    let relations =
        found["hits"].as_array().unwrap().iter().filter(|hit| hit["defective"] == false).map(|hit| text(hit, "id"));
    let ids: Vec<String> = whole.into_iter().chain(relations).take(500).collect();
    assert_eq!(ids.len(), 500);
    let drafted = draft(&first, &world, &ids, &[]);
    assert!(!drafted["dropped"].as_array().unwrap().is_empty(), "what was dropped is listed");
    let count = send_and_compare(&first, &second, &text(&drafted, "release"));
    println!("tearlines: {count} objects, {} dropped", drafted["dropped"].as_array().unwrap().len());

    let closed = closed_set(&paths, 500);
    let list = world.write("public", closed.join("\n")).display().to_string();
    for officer in ["alice", "bob"] {
        first.run_as(officer, &["write", "mark", "--public", "--objects-from", &list]).done();
    }
    let drafted = draft(&first, &world, &closed, &["--as-published"]);
    assert_eq!(send_and_compare(&first, &second, &text(&drafted, "release")), 500);
    for node in [&first, &second] {
        node.ask(&["verify"]);
    }
    drop(nodes);
}

/// Objects that refer to nothing outside the set.
fn closed_set(paths: &[String], count: usize) -> Vec<String> {
    let mut refers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in paths.iter().take(1) {
        let bundle: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for object in bundle["objects"].as_array().unwrap() {
            let mut targets = BTreeSet::new();
            collect(object, &mut targets);
            refers.insert(text(object, "id"), targets);
        }
    }
    let mut set = BTreeSet::new();
    for id in refers.keys() {
        let mut wanted = vec![id.clone()];
        let mut grown = set.clone();
        while let Some(id) = wanted.pop() {
            if refers.contains_key(&id) && grown.insert(id.clone()) {
                wanted.extend(refers[&id].iter().cloned());
            }
        }
        if grown.len() <= count {
            set = grown;
        }
    }
    assert_eq!(set.len(), count, "a closed set of that size exists");
    set.into_iter().collect()
}

fn collect(value: &Value, targets: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(id) if key.ends_with("_ref") => drop(targets.insert(id.clone())),
                    Value::Array(ids) if key.ends_with("_refs") => {
                        targets.extend(ids.iter().filter_map(Value::as_str).map(str::to_owned))
                    }
                    value => collect(value, targets),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, targets)),
        _ => {}
    }
}
