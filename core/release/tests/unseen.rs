//! What nobody sees in what leaves: it is found, it is read, and the tearline drops what means nothing.

use crate::support;

use comity_release::leak::search;
use comity_release::{Finding, FindingClass, LeakCorpus, WrittenText, draft_tearline};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::*;

fn find(corpus: &LeakCorpus, object: &Value) -> Vec<Finding> {
    let bundle = json!({ "type": "bundle", "id": "bundle--a0000000-0000-4000-8000-000000000001", "objects": [object] });
    search(&[serde_json::to_vec(&bundle).unwrap()], &BTreeSet::new(), corpus, &EMPTY)
}

fn in_description(corpus: &LeakCorpus, text: &str) -> Vec<Finding> {
    find(
        corpus,
        &json!({ "type": "malware", "id": "malware--a0000000-0000-4000-8000-000000000002", "description": text }),
    )
}

fn vault(term: &str) -> LeakCorpus {
    let mut builder = LeakCorpus::builder();
    builder.vault_term(term, 7);
    builder.build()
}

fn tags(text: &str) -> String {
    text.bytes().filter_map(|byte| char::from_u32(0xe_0000 + u32::from(byte))).collect()
}

fn selectors(text: &str) -> String {
    let selector = |byte: u8| match byte {
        0..16 => char::from_u32(0xfe00 + u32::from(byte)),
        16.. => char::from_u32(0xe_0100 + u32::from(byte) - 16),
    };
    text.bytes().filter_map(selector).collect()
}

#[test]
fn each_class_is_a_finding_that_may_be_answered_for() {
    let corpus = LeakCorpus::builder().build();
    for (text, rule) in [
        ("a\u{202e}b", "direction"),
        ("a\u{200d}b", "zero-width"),
        ("a\u{e0041}b", "tag"),
        ("a\u{fe0f}b", "variation"),
        ("a\u{1}b", "control"),
        ("a\u{9b}b", "control"),
        ("a\rb", "control"),
        ("a\u{e000}b", "private-use"),
        ("a\u{2009}b", "blank"),
        ("a\u{2028}b", "line-break"),
        ("a\u{ffff}b", "unassigned"),
        ("می\u{200c}خواهم", "zero-width"),
        ("👩\u{200d}💻", "zero-width"),
    ] {
        let findings = in_description(&corpus, text);
        let [finding] = findings.as_slice() else { panic!("{text:?}: {findings:?}") };
        assert_eq!(finding.class, FindingClass::CharactersNotSeen, "{text:?}");
        assert_eq!(finding.rule, format!("characters-not-seen/{rule}"), "{text:?}");
        assert_eq!(finding.property.as_deref(), Some("/description"), "{text:?}");
        assert!(finding.answered_by() == Some(comity_vocab::Role::ReleasingOfficer));
    }
    assert!(in_description(&corpus, "prix\u{a0}: 3\n\tтри 三\u{3000}😀").is_empty());
}

#[test]
fn one_finding_for_all_of_a_class_in_one_text() {
    let corpus = LeakCorpus::builder().build();
    let text = format!("a{}b\u{200b}c\u{200c}d", tags("hidden words"));
    let findings = in_description(&corpus, &text);
    let rules: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(rules.len(), 2, "{rules:?}");
    assert!(
        rules.contains(&"characters-not-seen/tag") && rules.contains(&"characters-not-seen/zero-width"),
        "{rules:?}"
    );
}

#[test]
fn names_of_properties_values_and_escapes_are_read_too() {
    let corpus = LeakCorpus::builder().build();
    for object in [
        json!({ "type": "malware", "x_\u{200b}": "a" }),
        json!({ "type": "malware", "aliases": ["a", "b\u{200b}"] }),
        json!({ "type": "file", "name": "invoice\u{202e}fdp.exe" }),
        json!({ "type": "indicator", "pattern": "[file:name = 'a\u{2063}']" }),
    ] {
        let findings = find(&corpus, &object);
        assert!(findings.iter().any(|found| found.class == FindingClass::CharactersNotSeen), "{object} {findings:?}");
    }
    let escaped = br#"{"type":"bundle","objects":[{"type":"malware","name":"a\u202eb \udb40\udc41"}]}"#.to_vec();
    let findings = search(&[escaped], &BTreeSet::new(), &corpus, &EMPTY);
    assert_eq!(findings.len(), 2, "{findings:?}");
}

#[test]
fn what_is_written_unseen_is_read() {
    let corpus = vault("Kormoran");
    for text in [
        format!("Nothing here{}.", tags("told by Kormoran")),
        format!("Nothing{} here{}.", tags("Kormo"), tags("ran")),
        format!("Kor{}", tags("moran")),
        format!("K{}r{}oran", tags("o"), tags("m")),
        format!("Nothing here{}.", selectors("told by Kormoran")),
        format!("a{}b{}c", selectors("Korm"), selectors("oran")),
        format!("Kor{}moran", tags("xyz")),
        format!("Kor{}moran", selectors("xyz")),
    ] {
        let findings = in_description(&corpus, &text);
        assert!(
            findings.iter().any(|found| found.class == FindingClass::VaultTerm && found.matter == Some(7)),
            "{text:?}: {findings:?}"
        );
    }
    let findings = in_description(&corpus, &format!("Nothing here{}.", tags("Kormoran")));
    assert!(findings.iter().any(|found| found.rule == "vault-term/tags"), "{findings:?}");
    let encoded = in_description(&corpus, &tags("c291cmNlIEtvcm1vcmFuIHNheXM="));
    assert!(encoded.iter().any(|found| found.class == FindingClass::VaultTerm), "{encoded:?}");
}

const M: &str = "malware--aaaaaaaa-0000-4000-8000-000000000001";
const F: &str = "file--aaaaaaaa-0000-4000-8000-000000000002";

#[test]
fn a_tearline_drops_what_means_nothing_and_says_so() {
    let held = vec![
        held(json!({ "type": "malware", "id": M, "spec_version": "2.1", "created": "2026-03-14T21:40:07.512Z",
            "modified": "2026-03-14T21:40:07.512Z", "is_family": true, "name": format!("Moth{}", tags("by Anton")),
            "description": "می\u{200c}خواهم 👩\u{200d}💻 a\u{202e}b\u{200b}c\r\nd", "aliases": ["M\u{ad}oth"] })),
        held(json!({ "type": "file", "id": F, "spec_version": "2.1", "name": "invoice\u{202e}fdp.exe" })),
    ];
    let (organisation, sources) = (organisation(), sources(&held));
    let mut wanted = request(&sources, &organisation);
    wanted.written = Some(WrittenText { title: "T\u{200b}itle".into(), body: format!("Text{}", tags("hidden")) });
    let draft = draft_tearline(&wanted, &mut stream(1)).unwrap();
    let objects = released(&draft);
    let of = |kind: &str| objects.iter().find(|object| object["type"] == kind).unwrap();
    assert_eq!(of("malware")["name"], "Moth");
    assert_eq!(of("malware")["description"], "می\u{200c}خواهم 👩\u{200d}💻 abc\nd");
    assert_eq!(of("malware")["aliases"], json!(["Moth"]));
    // What was observed means each of its characters.
    assert_eq!(of("file")["name"], "invoice\u{202e}fdp.exe");
    assert_eq!((&of("note")["abstract"], &of("note")["content"]), (&json!("Title"), &json!("Text")));
    let said: BTreeSet<(&str, &str)> =
        draft.sanitisation().iter().map(|change| (change.property.as_str(), change.change.as_str())).collect();
    for expect in [
        ("name", "dropped 8 characters that are not seen"),
        ("description", "dropped 3 characters that are not seen"),
        ("aliases", "dropped 1 character that is not seen"),
        ("abstract", "dropped 1 character that is not seen"),
        ("content", "dropped 6 characters that are not seen"),
    ] {
        assert!(said.contains(&expect), "{expect:?} {said:?}");
    }
    let checked = comity_release::leak_check(&draft, &LeakCorpus::builder().build(), &EMPTY);
    let mut kept: Vec<&str> = checked.findings().iter().map(|finding| finding.rule.as_str()).collect();
    kept.sort_unstable();
    assert_eq!(kept, ["characters-not-seen/direction", "characters-not-seen/zero-width"]);
}
