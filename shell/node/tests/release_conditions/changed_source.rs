//! Terms and handlers of a source are changed later, by its handlers; what is answered, is answered for one term; one answer stands for a
//! group of findings.

use super::vault::Scene;
use super::*;
use crate::common::change_officer;
use comity_node::{FailureKind, LeakAsk, OfficerChange, SourceEdit, SourceEntry, SourceReading, TermEntry};
use std::collections::BTreeMap;

fn scene(folder: &Path) -> (Org, String) {
    let mut org = Scene::new(folder).open();
    let id = report(&mut org, "kept at home");
    (org, id)
}

fn drafted(org: &mut Org, id: &str, text: &str) -> (String, Value) {
    let request = ReleaseDraftRequest { author: Some(code("alice")), ..telling(id, "kps", text) };
    let drafted = org.ask_as("alice", &Request::ReleaseDraft(request)).unwrap();
    (drafted["release"].as_str().unwrap().to_owned(), drafted["check"].clone())
}

fn blocked(org: &mut Org, id: &str, text: &str) -> bool {
    drafted(org, id, text).1["blocked"] == true
}

fn change(org: &mut Org, officer: &str, edit: SourceEdit) -> Result<Value, Failure> {
    let edit = SourceEdit { source: "KESTREL".into(), reason: "we met".into(), ..edit };
    org.ask_as(officer, &Request::VaultChange(edit))
}

fn shown(org: &mut Org, officer: &str) -> Result<Value, Failure> {
    let reading = SourceReading { source: "KESTREL".into(), reason: "meeting".into() };
    org.ask_as(officer, &Request::VaultShow(reading))
}

#[test]
fn terms_are_changed_by_a_handler_and_count_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let mut org = scene.open();
    let id = report(&mut org, "kept at home");
    assert!(!blocked(&mut org, &id, "Mirela Vasarescu sailed."));
    let (clear, _) = drafted(&mut org, &id, "Nobody sailed.");
    let terms = vec![
        TermEntry::Kind { term: "Mirela/Vasarescu".into(), kind: "person".into() },
        TermEntry::Kind { term: "blue herring".into(), kind: "phrase".into() },
    ];
    let done = change(&mut org, "hal", SourceEdit { terms, ..SourceEdit::default() }).unwrap();
    assert_eq!((&done["added"], &done["classified"], &done["dropped"]), (&1.into(), &1.into(), &0.into()));
    // What the vault said before does not hold any more.
    assert!(org.approve(&clear).unwrap_err().message.contains("the sources or the rules of the check changed"));
    assert!(blocked(&mut org, &id, "told by Vasarescu, M."));
    let seen = shown(&mut org, "hal").unwrap();
    assert_eq!(seen["term_kinds"][0], serde_json::json!({ "term": "blue herring", "kind": "phrase", "said": true }));
    assert_eq!(seen["changes"][0]["reason"], "we met");
    let list = org.ask_as("hal", &Request::VaultList).unwrap();
    assert_eq!(list["sources"][0]["unclassified"], 0, "{list}");
    let drop = SourceEdit { drop: vec!["Mirela/Vasarescu".into()], ..SourceEdit::default() };
    assert_eq!(change(&mut org, "hal", drop).unwrap()["dropped"], 1);
    assert!(!blocked(&mut org, &id, "She is Mirela Vasarescu."), "its draft waits for nobody any more");
    assert_eq!(shown(&mut org, "hal").unwrap()["changes"][1]["dropped"], serde_json::json!(["Mirela/Vasarescu"]));
    // The audit log names the act, never the source or a word.
    let acts = format!("{:?}", scene.acts("vault.change"));
    assert_eq!(scene.acts("vault.change").len(), 2);
    assert!(!acts.contains("Vasarescu") && !acts.contains("KESTREL") && !acts.contains("we met"), "{acts}");
}

#[test]
fn what_cannot_be_changed_is_refused_and_nothing_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, _) = scene(folder.path());
    let before = shown(&mut org, "hal").unwrap();
    let refused = |org: &mut Org, edit: SourceEdit, words: &str| {
        let refused = change(org, "hal", edit).unwrap_err();
        assert!(refused.message.contains(words), "{words}: {refused}");
        assert!(!refused.message.contains("herring"), "a word of the source is not repeated: {refused}");
    };
    let edit = SourceEdit::default;
    refused(&mut org, edit(), "nothing is to be changed");
    refused(&mut org, SourceEdit { drop: vec!["red herring".into()], ..edit() }, "word 1 of those");
    refused(
        &mut org,
        SourceEdit { terms: vec!["\u{200b}\u{200b}".into()], ..edit() },
        "protected term 1 has no letter",
    );
    refused(&mut org, SourceEdit { former_handlers: vec![code("hal")], ..edit() }, "needs a handler");
    refused(&mut org, SourceEdit { former_handlers: vec![code("bob")], ..edit() }, "bob does not handle");
    refused(&mut org, SourceEdit { handlers: vec![code("bob")], ..edit() }, "source_handler");
    let many = (0..1_000).map(|number| format!("word number {number}").into()).collect();
    refused(&mut org, SourceEdit { terms: many, ..edit() }, "at most 1000");
    let unreasoned = SourceEdit { source: "KESTREL".into(), drop: vec!["blue herring".into()], ..edit() };
    let refused = org.ask_as("hal", &Request::VaultChange(unreasoned)).unwrap_err();
    assert_eq!(refused.kind, FailureKind::Usage, "{refused}");
    // Who does not handle it learns no more than of a source that is not there.
    let other = change(&mut org, "alice", SourceEdit { drop: vec!["blue herring".into()], ..edit() }).unwrap_err();
    assert!(!other.message.contains("KESTREL"), "{other}");
    assert_eq!(shown(&mut org, "hal").unwrap(), before);
}

#[test]
fn a_source_passes_to_another_handler() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, _) = scene(folder.path());
    let roles = [comity_vocab::Role::SourceHandler, comity_vocab::Role::Analyst].into_iter().collect();
    change_officer(&mut org, "alice", OfficerChange::Roles { roles }).unwrap();
    assert!(shown(&mut org, "alice").is_err());
    let edit =
        SourceEdit { handlers: vec![code("alice")], former_handlers: vec![code("hal")], ..SourceEdit::default() };
    let done = change(&mut org, "hal", edit).unwrap();
    assert_eq!((&done["handlers"], &done["former"]), (&1.into(), &1.into()));
    assert_eq!(shown(&mut org, "alice").unwrap()["handlers"], serde_json::json!(["alice"]));
    let gone = shown(&mut org, "hal").unwrap_err();
    let never = org.ask_as("hal", &Request::VaultShow(SourceReading { source: "NEVER".into(), reason: "x".into() }));
    assert_eq!(gone.message, never.unwrap_err().message, "it is not there for a former handler");
    assert!(
        change(&mut org, "hal", SourceEdit { drop: vec!["blue herring".into()], ..SourceEdit::default() }).is_err()
    );
}

#[test]
fn a_given_name_alone_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, _) = scene(folder.path());
    let terms = vec!["Kormoran".into(), "Maria".into()];
    let added = org.ask_as(
        "hal",
        &Request::VaultAdd(SourceEntry {
            cryptonym: "REIHER".into(),
            identity: "Anton".into(),
            reliability: "B".into(),
            terms,
            ..SourceEntry::default()
        }),
    );
    let warnings = added.unwrap()["warnings"].as_array().unwrap().clone();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].as_str().unwrap().contains("protected term 2"), "{warnings:?}");
    assert!(!format!("{warnings:?}").contains("Maria"));
    let edit = SourceEdit { terms: vec!["Peter".into()], ..SourceEdit::default() };
    assert_eq!(change(&mut org, "hal", edit).unwrap()["warnings"].as_array().unwrap().len(), 1);
}

#[test]
fn each_term_is_answered_for_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let (release, told) = drafted(&mut org, &id, "The ship Blue Herring was seen from the KESTREL.");
    assert_eq!(told["blocked"], true);
    let asked = |org: &mut Org| org.ask_as("hal", &Request::LeakAsk(LeakAsk::Asked)).unwrap()["waiting"].clone();
    let waiting = asked(&mut org);
    let places = waiting[0]["places"].as_array().unwrap().clone();
    let of = |found: &str| {
        let place = places.iter().find(|it| it["place"]["found"] == found).unwrap_or_else(|| panic!("{found}"));
        assert!(place["place"]["before"].as_str().unwrap().contains("The ship"), "{place}");
        place["term"].as_str().unwrap().to_owned()
    };
    let (ship, bird) = (of("Blue Herring"), of("KESTREL"));
    assert_ne!(ship, bird);
    assert_eq!(places.len(), 2, "{places:?}");
    let answer = |org: &mut Org, terms: Vec<String>| {
        let ask = LeakAsk::Answer { release: release.clone(), not_mine: true, terms, reason: "a ship".into() };
        org.ask_as("hal", &Request::LeakAsk(ask))
    };
    let unknown = answer(&mut org, vec!["0123456789ab".into()]).unwrap_err();
    assert_eq!(unknown.kind, FailureKind::Usage, "{unknown}");
    answer(&mut org, vec![ship.clone()]).unwrap();
    let check = |org: &mut Org| org.ask_as("bob", &Request::ReleaseCheck { release: release.clone() }).unwrap();
    assert_eq!(check(&mut org)["blocked"], true, "the other term still stands there");
    let left = asked(&mut org)[0]["places"].clone();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["term"]), (1, &bird.as_str().into()));
    assert!(answer(&mut org, vec![ship]).is_err(), "it was answered");
    answer(&mut org, vec![bird]).unwrap();
    assert_eq!(check(&mut org)["blocked"], false);
    assert_eq!(asked(&mut org).as_array().unwrap().len(), 0);
}

#[test]
fn one_answer_stands_for_a_group_of_findings() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let (release, told) = drafted(&mut org, &id, "Ask officer alice; not bob, and never hal.");
    let findings = told["findings"].as_array().unwrap().clone();
    let group: Vec<&Value> = findings.iter().filter(|it| it["class"] == "officer-name").collect();
    assert!(group.len() > 1 && group.len() == findings.len(), "{told}");
    let prepared =
        org.ask_as("alice", &Request::ReleaseSignPrepare { release: release.clone(), officer: code("alice") });
    let prepared = prepared.unwrap();
    let proof = org.sign("alice", comity_crypto::Purpose::Approval, &prepared["statement"]).into();
    let role = serde_json::from_value(prepared["role"].clone()).unwrap();
    org.ask(&Request::ReleaseSign { release: release.clone(), officer: code("alice"), role, proof }).unwrap();
    let overrides = BTreeMap::from([("officer-name".to_owned(), "they are known there".to_owned())]);
    let officer = code("bob");
    let prepared = org.ask_as(
        "bob",
        &Request::ReleaseApprovePrepare {
            release: release.clone(),
            officer: officer.clone(),
            overrides: overrides.clone(),
        },
    );
    let prepared = prepared.unwrap();
    let proof = org.sign("bob", comity_crypto::Purpose::Approval, &prepared["statement"]).into();
    org.ask(&Request::ReleaseApprove { release: release.clone(), officer, overrides, proof }).unwrap();
    // Each finding stands by itself in what was signed.
    let shown = org.ask_as("bob", &Request::ReleaseShow { release }).unwrap();
    let answered: Vec<&str> =
        shown["answered"].as_array().unwrap().iter().map(|it| it["finding"].as_str().unwrap()).collect();
    let mut expected: Vec<&str> = group.iter().map(|it| it["finding"].as_str().unwrap()).collect();
    expected.sort_unstable();
    assert_eq!(answered, expected);
}

/// Two handlers; the second of them is the author of drafts.
fn two_handlers(org: &mut Org) {
    let roles = [comity_vocab::Role::SourceHandler, comity_vocab::Role::Analyst].into_iter().collect();
    change_officer(org, "alice", OfficerChange::Roles { roles }).unwrap();
    change(org, "hal", SourceEdit { handlers: vec![code("alice")], ..SourceEdit::default() }).unwrap();
}

#[test]
fn nobody_changes_a_source_for_an_own_draft_while_another_can() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    two_handlers(&mut org);
    assert!(blocked(&mut org, &id, "A blue herring was seen."));
    let drop = || SourceEdit { drop: vec!["blue herring".into()], ..SourceEdit::default() };
    let refused = change(&mut org, "alice", drop()).unwrap_err();
    assert!(refused.message.contains("another handler changes it"), "{refused}");
    // Nor does anybody take the others off it first.
    let alone = SourceEdit { former_handlers: vec![code("hal")], ..SourceEdit::default() };
    let refused = change(&mut org, "alice", alone).unwrap_err();
    assert!(refused.message.contains("takes themselves off"), "{refused}");
    change(&mut org, "hal", drop()).unwrap();
    assert!(!blocked(&mut org, &id, "A blue herring was seen again."));
}

#[test]
fn who_took_a_word_out_does_not_approve_what_was_drafted_before() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let roles = [comity_vocab::Role::SourceHandler, comity_vocab::Role::ReleasingOfficer].into_iter().collect();
    change_officer(&mut org, "bob", OfficerChange::Roles { roles }).unwrap();
    change(&mut org, "hal", SourceEdit { handlers: vec![code("bob")], ..SourceEdit::default() }).unwrap();
    let release = org.draft(telling(&id, "kps", "A blue herring was seen.")).unwrap();
    change(&mut org, "bob", SourceEdit { drop: vec!["blue herring".into()], ..SourceEdit::default() }).unwrap();
    let check = org.ask_as("alice", &Request::ReleaseCheck { release: release.clone() }).unwrap();
    assert_eq!(check["blocked"], false);
    let refused = org.approve(&release).unwrap_err();
    assert!(refused.message.starts_with("you took words of a source out"), "{refused}");
    org.later(60);
    let later = org.draft(telling(&id, "kps", "A blue herring was seen later.")).unwrap();
    org.approve(&later).unwrap();
}

#[test]
fn what_may_go_is_kept_back_after_all_until_it_has_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let release = org.draft(telling(&id, "kps", "A blue herring was seen.")).unwrap();
    let answer = |org: &mut Org, not_mine: bool| {
        let ask = LeakAsk::Answer { release: release.clone(), not_mine, terms: vec![], reason: "a ship".into() };
        org.ask_as("hal", &Request::LeakAsk(ask))
    };
    answer(&mut org, true).unwrap();
    let check = |org: &mut Org| org.ask_as("bob", &Request::ReleaseCheck { release: release.clone() }).unwrap();
    assert_eq!(check(&mut org)["blocked"], false);
    answer(&mut org, false).unwrap();
    assert!(org.approve(&release).is_err());
    assert_eq!(check(&mut org)["blocked"], true);
    assert!(answer(&mut org, false).is_err(), "it is kept back already");
}

#[test]
fn an_answer_to_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    let release = org.draft(telling(&id, "kps", "Nobody came.")).unwrap();
    let overrides = BTreeMap::from([("exact-time/txt".to_owned(), "old".to_owned())]);
    let prepare = Request::ReleaseApprovePrepare { release, officer: code("bob"), overrides };
    let refused = org.ask_as("bob", &prepare).unwrap_err();
    assert!(refused.message.contains("exact-time/txt is no finding"), "{refused}");
}

/// What a handler keeps back, the author does not let go by taking the word out.
#[test]
fn what_is_kept_back_is_not_let_go_by_its_author() {
    let folder = tempfile::tempdir().unwrap();
    let (mut org, id) = scene(folder.path());
    two_handlers(&mut org);
    let release = org.draft(telling(&id, "kps", "A blue herring was seen.")).unwrap();
    let ask = LeakAsk::Answer { release: release.clone(), not_mine: false, terms: vec![], reason: "it is".into() };
    org.ask_as("hal", &Request::LeakAsk(ask)).unwrap();
    org.later(1);
    change(&mut org, "alice", SourceEdit { drop: vec!["blue herring".into()], ..SourceEdit::default() }).unwrap();
    let check = org.ask_as("bob", &Request::ReleaseCheck { release: release.clone() }).unwrap();
    assert_eq!(check["blocked"], false);
    let refused = org.approve(&release).unwrap_err();
    assert!(refused.message.starts_with("the author took words of a source out"), "{refused}");
}

/// What is written without blanks is compared like any other text, also with the very original that the release is made from.
#[test]
fn a_sentence_without_blanks_that_stays_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = Scene::new(folder.path()).open();
    let id = report(&mut org, "昨日の夜遅く港の倉庫で二人の男が会っていた。場所は48.85837,2.29448である。");
    let found = |org: &mut Org, text: &str| {
        let (_, told) = drafted(org, &id, text);
        let findings = told["findings"].as_array().unwrap().clone();
        findings.iter().map(|it| it["class"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(&mut org, "昨日の夜遅く港の倉庫で二人の男が会っていた"), ["verbatim-sentence"]);
    assert_eq!(found(&mut org, "They met at 48.85837, 2.29448."), ["exact-place"]);
    assert!(found(&mut org, "二人が会った").is_empty());
}
