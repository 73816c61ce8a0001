//! Recalls of many items: batch by batch on both sides, and what a restart in the middle leaves and goes on with.

use crate::common::{Org, carried, code, messages, now, orgs};
use comity_crypto::Purpose;
use comity_link::gate_protocol::{DeskToGate, GateToDesk};
use comity_node::{Call, ReleaseDraftRequest, Request, SearchRequest, Selection, send_recall};
use comity_release::RecallKind;
use comity_vocab::Role;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;

/// More than a batch of the recipient (25) and of the sender (240) take.
const ITEMS: usize = 300;

fn exchange(one: &mut Org, other: &mut Org) {
    for _ in 0..3 {
        let there = messages(one, other);
        other.node.from_gate(now(), there).unwrap();
        let back = messages(other, one);
        one.node.from_gate(now(), back).unwrap();
    }
}

/// Two nodes, of which the second holds what the first released in one release and recalls now: approved, not sent.
struct Bulk {
    vsis: Org,
    kps: Org,
    recall: String,
    release: String,
}

fn bulk(folder: &Path) -> Bulk {
    let mut both = orgs(folder, 2);
    let (kps, vsis) = (both.pop().unwrap(), both.pop().unwrap());
    let (mut vsis, mut kps) = (vsis, kps);
    let ids: Vec<String> = (0..ITEMS).map(|n| format!("malware--00000000-0000-4000-8000-{n:012}")).collect();
    let objects: Vec<Value> = ids
        .iter()
        .enumerate()
        .map(|(n, id)| {
            json!({ "type": "malware", "spec_version": "2.1", "id": id, "created": "2026-01-01T00:00:00.000Z",
                "modified": "2026-01-01T00:00:00.000Z", "name": format!("Zinnober{n}"), "is_family": false })
        })
        .collect();
    let path = folder.join("bulk.json");
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects });
    std::fs::write(&path, bundle.to_string()).unwrap();
    let label = Some("TLP:GREEN".parse().unwrap());
    vsis.ask_as("alice", &Request::Import { path, origin: "feed".into(), label }).unwrap();
    let release = vsis
        .release(ReleaseDraftRequest {
            selection: Selection { objects: ids, origins: vec![] },
            to: vec!["kps".parse().unwrap()],
            ..Default::default()
        })
        .unwrap();
    exchange(&mut vsis, &mut kps);
    assert_eq!(found(&kps), ITEMS);
    let kind = RecallKind::WithdrawError;
    let drafted =
        vsis.ask_as("alice", &Request::RecallDraft { releases: vec![release.clone()], items: vec![], kind }).unwrap();
    let recall = drafted["recall"].as_str().unwrap().to_owned();
    for (officer, role) in [("alice", Role::DeskOfficer), ("bob", Role::ReleasingOfficer)] {
        let named = code(officer);
        let prepared =
            vsis.ask(&Request::RecallPrepare { recall: recall.clone(), officer: named.clone(), role }).unwrap();
        let proof = vsis.sign(officer, Purpose::RecallApproval, &prepared["statement"]).into();
        vsis.ask(&Request::RecallApprove { recall: recall.clone(), officer: named, role, proof }).unwrap();
    }
    Bulk { vsis, kps, recall, release }
}

/// How many of the objects a node finds.
fn found(org: &Org) -> usize {
    let reader = comity_node::Reader::open(org.node.home()).unwrap();
    let request = SearchRequest { types: vec!["malware".into()], limit: 1_000, ..SearchRequest::default() };
    reader.search(&request).unwrap()["hits"].as_array().unwrap().len()
}

fn sends(recall: &str) -> Call {
    let request = serde_json::to_string(&Request::RecallSend { recall: recall.to_owned() }).unwrap();
    Call { request, ..Call::default() }
}

fn answered(org: &mut Org) -> Value {
    let board = org.ask(&Request::RecallBoard).unwrap();
    board["received"][0]["answer"].clone()
}

fn confirmed(org: &mut Org) -> Value {
    org.ask(&Request::RecallBoard).unwrap()["recalls"][0]["recipients"][0]["state"].clone()
}

#[test]
fn a_bulk_recall_leaves_the_node_to_others_between_batches_and_tells_the_partner_last() {
    let folder = tempfile::tempdir().unwrap();
    let Bulk { vsis, mut kps, recall, release } = bulk(folder.path());
    let Org { code, node, .. } = vsis;
    let node = Mutex::new(node);
    let (mut batches, mut notices) = (0, Vec::new());
    let mut told = |node: &mut comity_node::Node| {
        batches += 1;
        let effects = node.take_effects();
        notices
            .extend(effects.iter().filter_map(|effect| carried(&code, effect)).map(|(_, message)| (batches, message)));
    };
    let sent = send_recall(&node, now(), &sends(&recall), false, &mut told).unwrap().unwrap();
    assert_eq!((sent["state"].as_str(), sent["recipients"].as_array().unwrap().len()), (Some("sent"), 1));
    assert!(batches >= 2, "all {ITEMS} items were done in {batches} batch");
    // Nobody is told before all of it is marked: nothing went with the first batch.
    assert!(notices.iter().all(|(batch, _)| *batch >= 2), "a notice went before the items were marked");
    let list = Call { request: serde_json::to_string(&Request::ReleaseList).unwrap(), ..Call::default() };
    let listed = node.into_inner().unwrap().handle(now(), &list).unwrap();
    assert_eq!(
        (&listed["releases"][0]["release"], &listed["releases"][0]["state"]),
        (&json!(release), &json!("recalled"))
    );

    // At the recipient, others are answered between two batches; the partner hears of it with the last one only.
    let mut waiting: VecDeque<GateToDesk> = notices.into_iter().map(|(_, message)| message).collect();
    let mut steps = 0;
    while kps.node.from_gate_in_turn(now(), &mut waiting).unwrap() {
        steps += 1;
        let erased = ITEMS - found(&kps);
        assert!(erased >= (steps * 25).min(ITEMS), "{erased} after {steps} batches");
        kps.ask(&Request::ReleaseList).unwrap();
        let sent = kps.node.take_effects();
        let said = sent.iter().any(|effect| matches!(effect, DeskToGate::Send { .. }));
        assert_eq!(said, erased == ITEMS && steps == 12, "the partner was told after {erased} of {ITEMS}");
        let done = answered(&mut kps)["completed_at"].is_string();
        assert_eq!(done, erased == ITEMS, "after {erased}: {}", answered(&mut kps));
    }
    assert!(steps >= 12 && found(&kps) == 0);
    kps.ask(&Request::Verify).unwrap();
}

#[test]
fn a_restart_in_the_middle_goes_on_with_a_recall_on_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let Bulk { vsis, mut kps, recall, .. } = bulk(folder.path());
    let home = vsis.node.home().path().to_owned();
    let node = Mutex::new(vsis.node);
    // The sender ends after the first batch.
    let broken = catch_unwind(AssertUnwindSafe(|| {
        send_recall(&node, now(), &sends(&recall), false, &mut |_| panic!("the desk ends here"))
    }));
    assert!(broken.is_err());
    drop(node);
    let mut vsis = Org::drawing(&home, "vsis", comity_crypto::Entropy::seeded([7; 32]));
    assert!(vsis.node.recall_waits(), "the rest is forgotten");
    assert_eq!(vsis.ask(&Request::RecallBoard).unwrap()["recalls"][0]["state"], "approved");
    vsis.node.from_gate(now(), vec![]).unwrap();
    assert!(!vsis.node.recall_waits());
    assert_eq!(vsis.ask(&Request::RecallBoard).unwrap()["recalls"][0]["state"], "sent");
    vsis.ask(&Request::Verify).unwrap();

    // The recipient ends after its first batch: what is erased stays so, and the partner was told nothing.
    let mut waiting = VecDeque::from(messages(&mut vsis, &kps));
    assert!(kps.node.from_gate_in_turn(now(), &mut waiting).unwrap());
    let (home, left) = (kps.node.home().path().to_owned(), found(&kps));
    assert!(left < ITEMS && left > 0, "{left} of {ITEMS} are left");
    kps.ask(&Request::Verify).unwrap();
    drop(kps);
    let mut kps = Org::drawing(&home, "kps", comity_crypto::Entropy::seeded([8; 32]));
    assert!(kps.node.recall_waits() && found(&kps) == left);
    assert_eq!(answered(&mut kps)["completed_at"], Value::Null);
    kps.node.from_gate(now(), waiting.into()).unwrap();
    assert_eq!(found(&kps), 0);
    assert!(answered(&mut kps)["completed_at"].is_string());
    exchange(&mut kps, &mut vsis);
    assert_eq!(confirmed(&mut vsis), "confirmed");
    kps.ask(&Request::Verify).unwrap();
}
