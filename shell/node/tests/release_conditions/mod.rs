//! What must still hold when a release or a recall is sent, whatever happened since it was drafted.
use crate::common;
mod apart;
mod changed_source;
mod compared;
mod edited;
mod given;
mod kinds;
mod oracle;
mod personal;
mod recalled;
mod said;
mod unmatchable;
mod vault;

use comity_node::{Failure, Reader, ReleaseDraftRequest, Request, SearchRequest, Selection};
use comity_release::RecallKind;
use common::{Org, carried, code, now};
use serde_json::Value;
use std::path::Path;

const IP: &str = "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd";

fn two(folder: &Path) -> (Org, Org) {
    let mut orgs = common::orgs(folder, 2);
    let kps = orgs.pop().unwrap();
    (orgs.pop().unwrap(), kps)
}

fn report(org: &mut Org, body: &str) -> String {
    let (grading, label) = ("B2".parse().unwrap(), Some("TLP:AMBER".parse().unwrap()));
    let request = Request::WriteReport { title: "R".into(), body: body.into(), grading, source: None, label };
    org.ask_as("alice", &request).unwrap()["id"].as_str().unwrap().to_owned()
}

fn telling(id: &str, to: &str, text: &str) -> ReleaseDraftRequest {
    ReleaseDraftRequest {
        selection: Selection { objects: vec![id.into()], origins: vec![] },
        to: vec![to.parse().unwrap()],
        title: Some("T".into()),
        text: Some(text.into()),
        ..Default::default()
    }
}

fn mark(org: &mut Org, officer: &str, id: &str, label: &str) -> Result<Value, Failure> {
    let selection = Selection { objects: vec![id.into()], origins: vec![] };
    org.ask_as(officer, &Request::WriteMark { selection, label: label.parse().unwrap() })
}

/// Carries everything that each has to say to the other, until nothing is left.
fn settle(one: &mut Org, other: &mut Org) {
    for _ in 0..6 {
        for (from, to) in [(0, 1), (1, 0)] {
            let pair = [&mut *one, &mut *other];
            let effects = pair[from].node.take_effects();
            let code = pair[from].code.clone();
            let target = pair[to].code.clone();
            let some: Vec<_> = effects
                .iter()
                .filter_map(|e| carried(&code, e))
                .filter(|(p, _)| *p == target)
                .map(|(_, m)| m)
                .collect();
            pair[to].node.from_gate(now(), some).unwrap();
        }
    }
}

fn import(org: &mut Org, folder: &Path, objects: &str) -> Value {
    let path = folder.join(format!("import-{}.json", org.code));
    let bundle =
        format!(r#"{{"type":"bundle","id":"bundle--31b940d4-6f7f-459a-80ea-9c1f17b58abc","objects":[{objects}]}}"#);
    std::fs::write(&path, bundle).unwrap();
    let label = Some("TLP:GREEN".parse().unwrap());
    org.ask(&Request::Import { path, origin: "feed".into(), label }).unwrap()
}

fn hits(org: &Org, word: &str) -> u64 {
    let request = SearchRequest { text: word.into(), limit: 50, ..Default::default() };
    Reader::open(org.node.home()).unwrap().search(&request).unwrap()["count"].as_u64().unwrap()
}

fn recall(org: &mut Org, releases: &[&str], kind: RecallKind) {
    let id = approved_recall(org, releases, kind);
    org.ask(&Request::RecallSend { recall: id }).unwrap();
}

/// Drafts a recall, which two officers sign.
fn approved_recall(org: &mut Org, releases: &[&str], kind: RecallKind) -> String {
    let releases = releases.iter().map(|r| (*r).to_owned()).collect();
    let drafted = org.ask_as("alice", &Request::RecallDraft { releases, items: vec![], kind }).unwrap();
    let id = drafted["recall"].as_str().unwrap().to_owned();
    for (officer, role) in [("alice", comity_vocab::Role::DeskOfficer), ("bob", comity_vocab::Role::ReleasingOfficer)] {
        let prepared = org.ask(&Request::RecallPrepare { recall: id.clone(), officer: code(officer), role }).unwrap();
        let signature = org.sign(officer, comity_crypto::Purpose::RecallApproval, &prepared["statement"]);
        let officer = code(officer);
        org.ask(&Request::RecallApprove { recall: id.clone(), officer, role, proof: signature.into() }).unwrap();
    }
    id
}

#[test]
fn a_marking_that_came_after_approval_stops_the_release() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let id = report(&mut vsis, "kept at home");
    let release = vsis.draft(telling(&id, "kps", "They say heron.")).unwrap();
    vsis.approve(&release).unwrap();
    mark(&mut vsis, "alice", &id, "TLP:RED").unwrap();
    let refused = vsis.ask(&Request::ReleaseSend { release }).unwrap_err();
    assert!(refused.message.contains("does not permit"), "{refused}");
    assert!(vsis.node.take_effects().is_empty());
}

#[test]
fn an_analyst_alone_lowers_no_marking() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let id = report(&mut vsis, "kept at home");
    assert!(mark(&mut vsis, "alice", &id, "TLP:CLEAR").is_err());
    mark(&mut vsis, "bob", &id, "TLP:CLEAR").unwrap();
}

#[test]
fn the_second_of_two_drafts_of_one_item_is_drafted_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps) = two(folder.path());
    let id = report(&mut vsis, "kept at home");
    let first = vsis.draft(telling(&id, "kps", "They say heron.")).unwrap();
    let second = vsis.draft(telling(&id, "kps", "They say magpie.")).unwrap();
    vsis.approve(&first).unwrap();
    vsis.approve(&second).unwrap();
    vsis.ask(&Request::ReleaseSend { release: first }).unwrap();
    assert!(vsis.ask(&Request::ReleaseSend { release: second }).is_err());
    vsis.release(telling(&id, "kps", "They say osprey.")).unwrap();
    settle(&mut vsis, &mut kps);
    // One item at the partner, in its new version, under the id it knows.
    assert_eq!((hits(&kps, "heron"), hits(&kps, "magpie"), hits(&kps, "osprey")), (0, 0, 1));
}

#[test]
fn what_a_partner_gave_is_not_copied_into_a_release() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps) = two(folder.path());
    let id = report(&mut vsis, "kept at home");
    let told = "The heron travels at night over the northern pass with two others.";
    vsis.release(telling(&id, "kps", told)).unwrap();
    settle(&mut vsis, &mut kps);
    let own = report(&mut kps, "something of our own");
    let copied = kps.draft(telling(&own, "vsis", told)).unwrap();
    let refused = kps.approve(&copied).unwrap_err();
    assert!(refused.detail.unwrap().to_string().contains("verbatim-sentence"));
}

#[test]
fn a_correction_leaves_the_item_and_a_withdrawal_allows_a_new_release() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps) = two(folder.path());
    let id = report(&mut vsis, "kept at home");
    let first = vsis.release(telling(&id, "kps", "They say heron.")).unwrap();
    settle(&mut vsis, &mut kps);
    recall(&mut vsis, &[&first], RecallKind::Correct);
    settle(&mut vsis, &mut kps);
    assert_eq!(hits(&kps, "heron"), 1, "a correction comes as a new version");
    recall(&mut vsis, &[&first], RecallKind::WithdrawError);
    settle(&mut vsis, &mut kps);
    assert_eq!(hits(&kps, "heron"), 0);
    vsis.release(telling(&id, "kps", "They say osprey.")).unwrap();
    settle(&mut vsis, &mut kps);
    assert_eq!(hits(&kps, "osprey"), 1, "a new release act is not held up by the tombstone");
    for org in [&mut vsis, &mut kps] {
        org.ask(&Request::Verify).unwrap();
    }
}

#[test]
fn a_recall_of_one_release_takes_what_a_later_one_shared_and_blocks_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps) = two(folder.path());
    let ip = format!(r#"{{"type":"ipv4-addr","spec_version":"2.1","id":"{IP}","value":"198.51.100.3"}}"#);
    import(&mut vsis, folder.path(), &ip);
    let request = |with: Option<String>| ReleaseDraftRequest {
        selection: Selection { objects: [IP.to_owned()].into_iter().chain(with).collect(), origins: vec![] },
        to: vec!["kps".parse().unwrap()],
        ..Default::default()
    };
    let first = vsis.release(request(None)).unwrap();
    let campaign = r#"{"type":"campaign","spec_version":"2.1","id":"campaign--31b940d4-6f7f-459a-80ea-9c1f17b58abd","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","name":"Magpie"}"#;
    import(&mut vsis, folder.path(), campaign);
    vsis.release(request(Some("campaign--31b940d4-6f7f-459a-80ea-9c1f17b58abd".into()))).unwrap();
    settle(&mut vsis, &mut kps);
    assert_eq!(hits(&kps, "198.51.100.3"), 1);
    recall(&mut vsis, &[&first], RecallKind::WithdrawError);
    settle(&mut vsis, &mut kps);
    assert_eq!((hits(&kps, "198.51.100.3"), hits(&kps, "Magpie")), (0, 1));
    // Who knows the address on their own may hold it: the identifier says no more than the value.
    let imported = import(&mut kps, folder.path(), &ip.replace("\"value\"", " \"value\""));
    assert_eq!((imported["accepted"].as_u64(), hits(&kps, "198.51.100.3")), (Some(1), 1));
    kps.ask(&Request::Verify).unwrap();
}

#[test]
fn a_file_read_in_again_does_not_outlive_a_recall() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps) = two(folder.path());
    let id = report(&mut vsis, "kept at home");
    let release = vsis.release(telling(&id, "kps", "They say heron.")).unwrap();
    settle(&mut vsis, &mut kps);
    let mut bundle = Vec::new();
    let reader = Reader::open(kps.node.home()).unwrap();
    reader.export(&[], None, &[], uuid::Uuid::from_u128(7), &mut bundle).unwrap();
    let path = folder.path().join("exported.json");
    std::fs::write(&path, &bundle).unwrap();
    let again = Request::Import { path, origin: "restored".into(), label: None };
    kps.ask(&again).unwrap();
    recall(&mut vsis, &[&release], RecallKind::WithdrawError);
    settle(&mut vsis, &mut kps);
    assert_eq!(hits(&kps, "heron"), 0);
    kps.ask(&again).unwrap();
    assert_eq!(hits(&kps, "heron"), 0, "nor comes it back by the same file");
}

#[test]
fn a_duty_officer_is_not_held_up_by_who_signed_before() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let id = report(&mut vsis, "kept at home");
    let release = vsis.release(telling(&id, "kps", "They say heron.")).unwrap();
    let change = comity_node::OfficerChange::Roles {
        roles: [comity_vocab::Role::DutyOfficer, comity_vocab::Role::SourceHandler].into_iter().collect(),
    };
    common::change_officer(&mut vsis, "hal", change).unwrap();
    let kind = RecallKind::WithdrawError;
    let drafted = vsis.ask_as("alice", &Request::RecallDraft { releases: vec![release], items: vec![], kind }).unwrap();
    let recall = drafted["recall"].as_str().unwrap().to_owned();
    let mut states = Vec::new();
    for (officer, role) in [("alice", comity_vocab::Role::DeskOfficer), ("hal", comity_vocab::Role::DutyOfficer)] {
        let officer_code = code(officer);
        let prepare = Request::RecallPrepare { recall: recall.clone(), officer: officer_code.clone(), role };
        let prepared = vsis.ask(&prepare).unwrap();
        let signature = vsis.sign(officer, comity_crypto::Purpose::RecallApproval, &prepared["statement"]);
        let approve =
            Request::RecallApprove { recall: recall.clone(), officer: officer_code, role, proof: signature.into() };
        states.push(vsis.ask(&approve).unwrap()["state"].as_str().unwrap().to_owned());
    }
    assert_eq!(states, ["draft", "approved"]);
    let sent = vsis.ask(&Request::RecallSend { recall }).unwrap();
    assert!(sent["confirm_by"].is_string(), "two roles must stand behind it within a day");
}
