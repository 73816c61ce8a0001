//! What is called equal matches alike in detection: as it is meant, and however values are written.

use super::differential::random::Random;
use super::differential::spellings;
use comity_pattern::engine::{Engine, Options, PatternId, Validity};
use comity_pattern::{Observed, Outcome, Pattern, canonical, equivalent, meant};
use comity_stix::json::{Limits, tree::Node};
use std::collections::BTreeMap;

pub fn added(engine: &mut Engine, text: &str) -> PatternId {
    let meant = meant(&Pattern::parse(text).unwrap(), &|_| true);
    engine.add(&meant.pattern, Validity::default()).unwrap()
}

pub fn folding() -> Engine {
    Engine::new(Options { fold: true, ..Options::default() })
}

#[test]
fn what_is_equivalent_matches_alike() {
    let mut random = Random::new(10);
    let mut engine = folding();
    let mut groups: BTreeMap<String, BTreeMap<String, PatternId>> = BTreeMap::new();
    for _ in 0..6_000 {
        let text = spellings::single(&mut random);
        let group = groups.entry(canonical(&Pattern::parse(&text).unwrap()).to_string()).or_default();
        group.entry(text).or_insert_with_key(|text| added(&mut engine, text));
    }
    groups.retain(|_, group| group.len() > 1);
    assert!(groups.len() > 100, "{} groups", groups.len());
    let mut matched = 0;
    for _ in 0..200 {
        let bundle = spellings::bundle(&mut random);
        let nodes = [Node::parse(bundle.as_bytes(), &Limits::default()).unwrap()];
        let observed = Observed::of_documents(&nodes).unwrap();
        let outcomes = engine.match_all(&observed);
        for group in groups.values() {
            let mut found = group.iter().map(|(text, id)| (text, matches!(outcomes.of(*id), Outcome::Match(_))));
            let (first, expect) = found.next().unwrap();
            matched += usize::from(expect);
            for (text, is) in found {
                assert_eq!(is, expect, "{first}\n{text}\n{bundle}");
            }
        }
    }
    assert!(matched > 1_000, "{matched} matches");
}

/// Every row of the table: each spelling finds each other one, and nothing else.
#[test]
fn every_row_of_the_table_is_found() {
    let mut checked = 0;
    for row in comity_normal::ROWS {
        for path in row.properties.iter().filter(|path| path.split_once(':').is_some_and(|(_, rest)| rest == "value")) {
            let (object_type, _) = path.split_once(':').unwrap();
            let mut engine = folding();
            let quoted = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
            let ids: Vec<PatternId> =
                row.same.iter().map(|one| added(&mut engine, &format!("[{path} = '{}']", quoted(one)))).collect();
            for value in row.same.iter().chain([&row.other]) {
                let document = serde_json::json!({ "type": "observed-data", "first_observed": "2026-01-01T00:00:00Z",
                    "last_observed": "2026-01-01T00:00:00Z", "number_observed": 1,
                    "objects": { "0": { "type": object_type, "value": value } } })
                .to_string();
                let nodes = [Node::parse(document.as_bytes(), &Limits::default()).unwrap()];
                let observed = Observed::of_documents(&nodes).unwrap();
                let outcomes = engine.match_all(&observed);
                for (id, wanted) in ids.iter().zip(row.same) {
                    let found = matches!(outcomes.of(*id), Outcome::Match(_));
                    assert_eq!(found, value != &row.other, "{path}: {wanted} against {value}");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 100, "{checked} checked");
}

/// Case p10 of the cases from the field.
#[test]
fn what_the_documents_contradicted_each_other_about() {
    let (one, other) = ("[ipv6-addr:value = '2001:DB8:0:0::1']", "[ipv6-addr:value = '2001:db8::1']");
    assert!(equivalent(&Pattern::parse(one).unwrap(), &Pattern::parse(other).unwrap()));
    let document = br#"{"type":"observed-data","first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","number_observed":1,"objects":{"0":{"type":"ipv6-addr","value":"2001:db8::1"}}}"#;
    let nodes = [Node::parse(document, &Limits::default()).unwrap()];
    let observed = Observed::of_documents(&nodes).unwrap();
    let mut folding = folding();
    let ids = [one, other].map(|text| added(&mut folding, text));
    assert!(ids.iter().all(|id| matches!(folding.match_all(&observed).of(*id), Outcome::Match(_))));
    // To the letter of the standard the two are not one.
    let mut letter = Engine::new(Options::default());
    let ids = [one, other].map(|text| letter.add(&Pattern::parse(text).unwrap(), Validity::default()).unwrap());
    let found = ids.map(|id| matches!(letter.match_all(&observed).of(id), Outcome::Match(_)));
    assert_eq!(found, [false, true]);
}

/// What a test finds in one object, whose properties are given.
#[test]
fn what_is_found_however_it_is_written() {
    let header = r#""extensions":{"windows-pebinary-ext":{"file_header_hashes":{"SHA-256":"ABAB"}}}"#;
    let header_path = "file:extensions.'windows-pebinary-ext'.file_header_hashes.sha256";
    for (pattern, object_type, said, expect) in [
        ("domain-name:value LIKE 'BÜCHER%'", "domain-name", r#""value":"bücher.example""#, true),
        ("domain-name:value LIKE 'BÜCHER%'", "domain-name", r#""value":"Bücher.example""#, true),
        ("domain-name:value LIKE 'BÜCHER%'", "domain-name", r#""value":"xn--bcher-kva.example""#, true),
        ("domain-name:value LIKE 'bü%'", "domain-name", r#""value":"xn--bcher-kva.example""#, true),
        ("domain-name:value LIKE 'ü%'", "domain-name", r#""value":"xn--bcher-kva.example""#, false),
        ("domain-name:value LIKE '%.Bücher.Example.'", "domain-name", r#""value":"a.xn--bcher-kva.example""#, true),
        ("domain-name:value NOT LIKE 'BÜCHER%'", "domain-name", r#""value":"xn--bcher-kva.example""#, false),
        ("domain-name:value LIKE 'ΟΔΟΣ%'", "domain-name", r#""value":"οδοσα.example""#, true),
        ("domain-name:value = 'ΟΔΟΣ.example'", "domain-name", r#""value":"οδοσ.example""#, true),
        ("domain-name:value = 'ΟΔΟΣ.example'", "domain-name", r#""value":"οδος.example""#, false),
        ("file:name LIKE 'ΟΔΟΣ%'", "file", r#""name":"οδοσα.exe""#, true),
        ("file:name = 'ΟΔΟΣ.exe'", "file", r#""name":"οδος.exe""#, true),
        ("file:name LIKE 'BÜCHER%'", "file", r#""name":"bu\u0308cher.exe""#, true),
        (
            "windows-registry-key:key LIKE 'HKLM\\\\Soft%'",
            "windows-registry-key",
            r#""key":"HKEY_LOCAL_MACHINE\\SOFTWARE\\A""#,
            true,
        ),
        ("mac-addr:value LIKE '00-1B-%'", "mac-addr", r#""value":"00:1b:44:11:3a:b7""#, true),
        ("directory:path LIKE 'C:/Quay/%'", "directory", r#""path":"c:\\quay\\a""#, true),
        (&format!("{header_path} = 'abab'"), "file", header, true),
        (&format!("{header_path} = 'abac'"), "file", header, false),
        ("ipv4-addr:value ISSUBSET '2001:db8::/32'", "ipv6-addr", r#""value":"2001:DB8::1""#, true),
        ("ipv4-addr:value ISSUBSET '2001:db8::/32'", "ipv4-addr", r#""value":"2001:DB8::1""#, true),
        ("ipv4-addr:value ISSUBSET '2001:db8::/32'", "ipv6-addr", r#""value":"2001:db9::1""#, false),
        ("domain-name:value ISSUBSET '203.0.113.0/24'", "domain-name", r#""value":"203.0.113.9""#, true),
        ("domain-name:value = '*.BÜCHER.example.'", "domain-name", r#""value":"a.bücher.example""#, true),
        ("autonomous-system:number = 'ASN64500'", "autonomous-system", r#""number":64500"#, true),
    ] {
        let mut engine = folding();
        let id = added(&mut engine, &format!("[{pattern}]"));
        let document = format!(
            r#"{{"type":"observed-data","first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z",
                "number_observed":1,"objects":{{"0":{{"type":"{object_type}",{said}}}}}}}"#
        );
        let nodes = [Node::parse(document.as_bytes(), &Limits::default()).unwrap()];
        let observed = Observed::of_documents(&nodes).unwrap();
        let found = matches!(engine.match_all(&observed).of(id), Outcome::Match(_));
        assert_eq!(found, expect, "{pattern} against {said}");
    }
}
