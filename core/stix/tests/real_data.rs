//! Real bundles: every object is found, unchanged, and described; what is wrong with them is known and counted.

use comity_stix::inspect::deterministic_id;
use comity_stix::json::tree::Node;
use comity_stix::{
    BundleFacts, FileKind, Limits, ObjectFacts, RawObject, Splitter, canonical, check, inspect, search_text,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Returns the folder of test data, or says that it is absent.
fn data() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let path = std::env::var_os("COMITY_TEST_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    println!("test data absent: {}", path.display());
    None
}

fn split(bytes: &[u8], step: usize) -> (Vec<(u64, u64, Vec<u8>)>, BundleFacts) {
    let mut objects = Vec::new();
    let mut splitter = Splitter::new(Limits::default());
    for chunk in bytes.chunks(step) {
        splitter
            .push(chunk, &mut |raw: RawObject<'_>| objects.push((raw.offset, raw.line, raw.bytes.to_vec())))
            .unwrap();
    }
    (objects, splitter.finish().unwrap())
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|kind| kind == "json") {
            out.push(path);
        }
    }
}

/// Splits a file, compares it with what `serde_json` finds, and describes every object.
fn read(path: &Path) -> (BundleFacts, Vec<ObjectFacts>) {
    let bytes = std::fs::read(path).unwrap();
    let (objects, facts) = split(&bytes, bytes.len());
    for step in [64 << 10, 1021] {
        assert_eq!(split(&bytes, step), (objects.clone(), facts.clone()), "{}", path.display());
    }
    let value: serde_json::Value =
        serde_json::from_slice(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes)).unwrap();
    let listed = match facts.kind {
        FileKind::Object => vec![value],
        FileKind::Bundle | FileKind::Envelope => value["objects"].as_array().cloned().unwrap_or_default(),
    };
    assert_eq!(objects.len(), listed.len(), "{}", path.display());
    assert_eq!(facts.objects, listed.len() as u64);
    let mut described = Vec::new();
    let (mut counted, mut lines) = (0, 1);
    for ((offset, line, object), value) in objects.iter().zip(&listed) {
        let from = *offset as usize;
        assert_eq!(&bytes[from..from + object.len()], &object[..]);
        lines += bytes[counted..from].iter().filter(|&&b| b == b'\n').count() as u64;
        counted = from;
        assert_eq!(*line, lines);
        check(object, &Limits::default()).unwrap();
        assert_eq!(serde_json::from_slice::<serde_json::Value>(object).unwrap(), *value);
        let facts = inspect(object).unwrap();
        assert_eq!(facts.id, value["id"]);
        assert_eq!(facts.version_text, value["modified"].as_str().unwrap_or_default());
        assert!(search_text(object).contains(&facts.id), "{}", facts.id);
        canonical(object).unwrap();
        described.push(facts);
    }
    (facts, described)
}

fn defects(objects: &[ObjectFacts]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for defect in objects.iter().flat_map(|facts| &facts.defects) {
        *counts.entry(defect.rule).or_default() += 1;
    }
    counts
}

#[test]
fn large_bundles() {
    let Some(data) = data() else { return };
    // Real defects: references "" in ATT&CK for ICS, URLs with a leading blank in CAPEC, empty lists in both.
    for (name, count, expect) in [
        ("attack-ics-18.1.json", 1826, &[("list-empty", 6), ("reference-malformed", 5), ("type-custom", 250)][..]),
        ("attack-mobile-17.1.json", 2148, &[("type-custom", 40)]),
        ("capec-2.1.reassembled.json", 2683, &[("list-empty", 2), ("url-blank", 2)]),
        ("disarm.json", 698, &[("type-custom", 17)]),
        ("attack-flow-example.json", 20, &[]),
    ] {
        let (facts, objects) = read(&data.join("stix").join(name));
        assert_eq!((facts.objects, facts.kind, facts.bom), (count, FileKind::Bundle, false), "{name}");
        assert!(facts.id.is_some_and(|id| id.starts_with("bundle--")));
        assert_eq!(defects(&objects).into_iter().collect::<Vec<_>>(), expect, "{name}");
    }
}

#[test]
fn small_files() {
    let Some(data) = data() else { return };
    let mut paths = Vec::new();
    for folder in ["stix/elevator-2.1-valid", "stix/oasis-interop"] {
        files(&data.join(folder), &mut paths);
    }
    assert!(paths.len() >= 66, "{}", paths.len());
    for path in paths {
        assert!(read(&path).0.objects > 0, "{}", path.display());
    }
}

#[test]
fn deterministic_identifiers() {
    let Some(data) = data() else { return };
    let bytes = std::fs::read(data.join("cases/sco_deterministic_ids.json")).unwrap();
    let cases: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    for case in cases {
        let text = case["object_without_id"].to_string();
        let node = Node::parse(text.as_bytes(), &Limits::default()).unwrap();
        let kind = node.property("type").and_then(Node::text).unwrap();
        let id = deterministic_id(&node, kind).map(|uuid| format!("{kind}--{uuid}"));
        assert_eq!(id.as_deref(), case["expected_id"].as_str(), "{text}");
    }
    assert_eq!(cases.len(), 181);
}

/// The official validator's cases, as far as the rules of this crate go: no unlawful object is refused, and lawful ones
/// have no defects except where the tools are laxer than the standard (in sum 27 of 596: a UUID of 35 digits, base64
/// without a lawful end, standard TLP identifiers with other content, a selector on `id`, types without an extension).
#[test]
fn cases_of_the_official_tools() {
    let Some(data) = data() else { return };
    let with_defects = |name: &str| {
        let bytes = std::fs::read(data.join("cases").join(name)).unwrap();
        let cases: Vec<serde_json::Value> = serde_json::from_slice(&bytes).unwrap();
        let count = cases.iter().filter(|case| {
            let object = &case["object"];
            let parts = match object["type"] == "bundle" {
                true => object["objects"].as_array().cloned().unwrap_or_default(),
                false => vec![object.clone()],
            };
            parts.iter().any(|part| match inspect(&serde_json::to_vec(part).unwrap()) {
                Ok(facts) => facts.defects.iter().any(|defect| !defect.is_note()),
                Err(_) => true,
            })
        });
        (count.count(), cases.len())
    };
    let (lawful, unlawful) = (with_defects("stix21_objects_valid.json"), with_defects("stix21_objects_invalid.json"));
    assert!(lawful.0 <= 27 && lawful.1 == 596, "{lawful:?}");
    assert!(unlawful.0 >= 160 && unlawful.1 == 265, "{unlawful:?}");
}
