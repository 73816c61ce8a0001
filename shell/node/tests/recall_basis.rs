//! What of ours rests on what a partner recalled: shown to our officers, told to the partner only where it was sent it, and blocked from
//! release until an officer decides.

use crate::common::{Org, carried, code, now, orgs};
use comity_link::gate_protocol::GateToDesk;
use comity_node::{BasisDecided, BasisDecision, Failure, ReleaseDraftRequest, Request, Selection};
use comity_release::RecallKind;
use comity_vocab::Role;
use serde_json::{Value, json};
use std::path::Path;

const SENTENCE: &str = "The grey heron lands at the old quay every Tuesday before dawn.";

fn exchange(one: &mut Org, other: &mut Org) {
    for _ in 0..3 {
        for _ in 0..2 {
            let effects = one.node.take_effects();
            let there: Vec<GateToDesk> = effects
                .iter()
                .filter_map(|e| carried(&one.code, e))
                .filter(|(p, _)| *p == other.code)
                .map(|(_, m)| m)
                .collect();
            other.node.from_gate(now(), there).unwrap();
            std::mem::swap(one, other);
        }
    }
}

fn selected(id: &str) -> Selection {
    Selection { objects: vec![id.to_owned()], origins: vec![] }
}

fn written(org: &mut Org, body: &str) -> String {
    let (grading, label) = ("B2".parse().unwrap(), Some("TLP:GREEN".parse().unwrap()));
    let report = Request::WriteReport { title: "R".into(), body: body.into(), grading, source: None, label };
    org.ask_as("hal", &report).unwrap()["id"].as_str().unwrap().to_owned()
}

fn asked(to: &str, id: &str, text: Option<&str>) -> ReleaseDraftRequest {
    ReleaseDraftRequest {
        selection: selected(id),
        to: vec![to.parse().unwrap()],
        title: text.map(|_| "T".into()),
        text: text.map(str::to_owned),
        ..Default::default()
    }
}

/// A partner that gave a malware object with a sentence; returns both nodes, the id it has here, and the release.
fn given(folder: &Path) -> (Org, Org, String, String) {
    let mut both = orgs(folder, 2);
    let (mut kps, mut vsis) = (both.pop().unwrap(), both.pop().unwrap());
    let id = "malware--00000000-0000-4000-8000-000000000077";
    let object = json!({ "type": "malware", "spec_version": "2.1", "id": id, "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z", "name": "Zinnober", "description": SENTENCE, "is_family": false });
    let path = folder.join("given.json");
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": [object] });
    std::fs::write(&path, bundle.to_string()).unwrap();
    let label = Some("TLP:GREEN".parse().unwrap());
    kps.ask_as("alice", &Request::Import { path, origin: "feed".into(), label }).unwrap();
    let release = kps.release(asked("vsis", id, None)).unwrap();
    exchange(&mut kps, &mut vsis);
    let shown = kps.ask(&Request::ReleaseShow { release: release.clone() }).unwrap();
    let here = shown["items"][0]["released_id"].as_str().unwrap().to_owned();
    (vsis, kps, here, release)
}

/// Recalls with two officers, as a kind.
fn recalled(org: &mut Org, release: &str, kind: RecallKind) -> String {
    let request = Request::RecallDraft { releases: vec![release.to_owned()], items: vec![], kind };
    let recall = org.ask_as("alice", &request).unwrap()["recall"].as_str().unwrap().to_owned();
    for (officer, role) in [("alice", Role::DeskOfficer), ("bob", Role::ReleasingOfficer)] {
        let (recall, officer_code) = (recall.clone(), code(officer));
        let prepare = Request::RecallPrepare { recall: recall.clone(), officer: officer_code.clone(), role };
        let prepared = org.ask(&prepare).unwrap();
        let proof = org.sign(officer, comity_crypto::Purpose::RecallApproval, &prepared["statement"]).into();
        org.ask(&Request::RecallApprove { recall, officer: officer_code, role, proof }).unwrap();
    }
    org.ask(&Request::RecallSend { recall: recall.clone() }).unwrap();
    recall
}

fn received(org: &mut Org) -> Value {
    org.ask(&Request::RecallBoard).unwrap()["received"][0].clone()
}

fn answer(org: &mut Org) -> Value {
    org.ask(&Request::RecallBoard).unwrap()["recalls"][0]["recipients"][0]["answer"].clone()
}

fn decide(org: &mut Org, by: &str, object: &str, decision: BasisDecision) -> Result<Value, Failure> {
    let recall = received(org)["recall"].as_str().unwrap().to_owned();
    org.ask_as(by, &Request::RecallDecide(BasisDecided { recall, object: object.to_owned(), decision }))
}

fn blocked(result: Result<impl std::fmt::Debug, Failure>) {
    let failure = result.unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("basis_recalled"), "{failure}");
}

#[test]
fn what_rests_on_a_recall_is_shown_and_blocked_until_an_officer_decides() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps, id, release) = given(folder.path());
    let label = Some("TLP:GREEN".parse().unwrap());
    let note = Request::WriteNote { selection: selected(&id), text: "We saw it too.".into(), label };
    let refers = vsis.ask_as("hal", &note).unwrap()["id"].as_str().unwrap().to_owned();
    let quotes = written(&mut vsis, &format!("As a friend says: {SENTENCE}"));
    let named = written(&mut vsis, &format!("Look at {id} again."));
    let free = written(&mut vsis, "Nothing of theirs is in this one, it is about the market hall.");
    // Drafted before the recall, approved before it, and not yet drafted: none of them leaves.
    let drafted = vsis.draft(asked("tfo", &quotes, Some("A bird is seen."))).unwrap();
    let approved = vsis.draft(asked("tfo", &named, Some("A thing is seen."))).unwrap();
    vsis.approve(&approved).unwrap();
    recalled(&mut kps, &release, RecallKind::WithdrawError);
    exchange(&mut kps, &mut vsis);
    let board = received(&mut vsis);
    let shown: Vec<(&str, &str, bool)> = board["dependents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["object"].as_str().unwrap(), one["how"].as_str().unwrap(), one["blocks"].as_bool().unwrap()))
        .collect();
    let mut expected = [(refers.as_str(), "refers", true), (&quotes, "quotes", true), (&named, "quotes", true)];
    expected.sort_unstable();
    assert_eq!(shown, expected);
    blocked(vsis.approve(&drafted));
    blocked(vsis.ask(&Request::ReleaseSend { release: approved.clone() }));
    blocked(vsis.draft(asked("tfo", &refers, Some("A note."))));
    vsis.draft(asked("tfo", &free, Some("The market hall."))).unwrap();
    // The partner was given none of it, and hears of none of it.
    let told = answer(&mut kps);
    assert_eq!((&told["derived_products"], &told["derived_released_ids"]), (&json!(0), &json!([])), "{told}");
    // An officer decides, one object at a time, and may think better of it; who has no such role may not.
    assert!(decide(&mut vsis, "hal", &named, BasisDecision::Keep).is_err());
    decide(&mut vsis, "bob", &named, BasisDecision::Keep).unwrap();
    vsis.ask(&Request::ReleaseSend { release: approved }).unwrap();
    decide(&mut vsis, "alice", &quotes, BasisDecision::Withdraw).unwrap();
    blocked(vsis.approve(&drafted));
    decide(&mut vsis, "alice", &quotes, BasisDecision::Keep).unwrap();
    vsis.approve(&drafted).unwrap();
    assert!(decide(&mut vsis, "alice", &free, BasisDecision::Keep).is_err(), "nothing waits there");
    let decided =
        received(&mut vsis)["dependents"].as_array().unwrap().iter().filter(|d| d["officer"].is_string()).count();
    assert_eq!(decided, 2);
    vsis.ask(&Request::Verify).unwrap();
}

#[test]
fn a_correction_leaves_the_copy_and_blocks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (n, kind) in [RecallKind::Correct, RecallKind::DowngradeConfidence].into_iter().enumerate() {
        let folder = folder.path().join(n.to_string());
        std::fs::create_dir(&folder).unwrap();
        let (mut vsis, mut kps, id, release) = given(&folder);
        let quotes = written(&mut vsis, &format!("As a friend says: {SENTENCE}"));
        recalled(&mut kps, &release, kind);
        exchange(&mut kps, &mut vsis);
        let reader = comity_node::Reader::open(vsis.node.home()).unwrap();
        let shown = reader.show(&id).unwrap();
        assert!(shown["object"].to_string().contains(SENTENCE), "{shown}");
        assert_eq!(shown["recall_notices"][0]["kind"], kind.as_str());
        let told = answer(&mut kps);
        assert_eq!((&told["located_copies"], &told["actions_taken"]), (&json!(1), &json!([])), "{told}");
        let dependents = received(&mut vsis)["dependents"].clone();
        assert_eq!((&dependents[0]["object"], &dependents[0]["blocks"]), (&json!(quotes), &json!(false)));
        vsis.draft(asked("tfo", &quotes, Some("A bird is seen."))).unwrap();
        // Our own side keeps it too: the partner knows the item under the same id until the new version comes.
        assert_eq!(kps.ask(&Request::ReleaseShow { release }).unwrap()["state"], "sent");
    }
}

#[test]
fn the_answer_names_what_the_partner_was_sent_that_refers_to_it_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps, id, release) = given(folder.path());
    let label: Option<comity_vocab::SecurityLabel> = Some("TLP:GREEN".parse().unwrap());
    let note = |text: &str| Request::WriteNote { selection: selected(&id), text: text.into(), label: label.clone() };
    let sent = vsis.ask_as("hal", &note("We saw it too.")).unwrap()["id"].as_str().unwrap().to_owned();
    let to_another = vsis.ask_as("hal", &note("Others may care.")).unwrap()["id"].as_str().unwrap().to_owned();
    vsis.ask_as("hal", &note("Kept at home.")).unwrap();
    let quotes = written(&mut vsis, &format!("As a friend says: {SENTENCE}"));
    let returned = vsis.release(asked("kps", &sent, None)).unwrap();
    let shown = vsis.ask(&Request::ReleaseShow { release: returned }).unwrap();
    let known = shown["items"][0]["released_id"].as_str().unwrap().to_owned();
    // Given to somebody else, or given without a word of what it rests on: no number tells of it.
    vsis.release(asked("tfo", &to_another, Some("Something was seen."))).unwrap();
    vsis.release(asked("kps", &quotes, Some("A bird is seen."))).unwrap();
    exchange(&mut vsis, &mut kps);
    recalled(&mut kps, &release, RecallKind::WithdrawError);
    exchange(&mut kps, &mut vsis);
    let told = answer(&mut kps);
    assert_eq!(told["derived_released_ids"], json!([known]), "{told}");
    assert_eq!(told["derived_products"], 1);
    assert_eq!(received(&mut vsis)["dependents"].as_array().unwrap().len(), 4);
}
