//! A protected term is found as people write such a thing: as a handler said what it is, or as its form tells.

use super::vault::Scene;
use super::*;
use comity_node::{SourceEntry, TermEntry};

fn drafted(org: &mut Org, id: &str, text: &str) -> Value {
    let request = ReleaseDraftRequest { author: Some(code("alice")), ..telling(id, "kps", text) };
    org.ask_as("alice", &Request::ReleaseDraft(request)).unwrap()["check"].clone()
}

fn entry(cryptonym: &str, terms: Vec<TermEntry>) -> Request {
    Request::VaultAdd(SourceEntry {
        cryptonym: cryptonym.into(),
        identity: "Bielawski, Anton".into(),
        contact: String::new(),
        handlers: vec![],
        terms,
        reliability: "B".into(),
        notes: String::new(),
    })
}

fn kind(kind: &str, term: &str) -> TermEntry {
    TermEntry::Kind { term: term.into(), kind: kind.into() }
}

#[test]
fn terms_of_a_kind_are_found_as_people_write_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = Scene::new(folder.path()).open();
    let id = report(&mut org, "kept at home");
    let refused = org.ask_as("hal", &entry("REIHER", vec![kind("colour", "blue")])).unwrap_err();
    assert!(refused.message.contains("known are person"), "{refused}");
    let terms = vec![kind("person", "Mirela/Vasarescu"), kind("phone", "+43 660 7418325"), "Nachtfalter".into()];
    org.ask_as("hal", &entry("REIHER", terms)).unwrap();
    let reading = comity_node::SourceReading { source: "REIHER".into(), reason: "meeting".into() };
    let shown = org.ask_as("hal", &Request::VaultShow(reading)).unwrap();
    let kinds: Vec<(&str, bool)> = shown["term_kinds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["kind"].as_str().unwrap(), it["said"].as_bool().unwrap()))
        .collect();
    assert_eq!(kinds, [("person", true), ("phone", true), ("cryptonym", false)]);
    // First what is clear: afterwards pieces of what was blocked are.
    for text in ["Anton Berger sailed", "ask 0660/7418326", "falters"] {
        assert_eq!(drafted(&mut org, &id, text)["blocked"], false, "{text}");
    }
    for text in [
        "Vasarescu, M. came",
        "told by Mirelei Vasarescu",
        "Мирела Васареску",
        "0660/7418325",
        "des Nachtfalters",
        // The identity is a person, whatever order it was entered in.
        "A. Bielawski was there",
        "z Antonim Bielawskim",
    ] {
        assert_eq!(drafted(&mut org, &id, text)["blocked"], true, "{text}");
    }
}
