//! Two desks in process: what an unreliable way between them, or a wrong hand at one of them, can and cannot do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

#[allow(dead_code, reason = "shared by several tests")]
mod common;

use comity_link::gate_protocol::GateToDesk;
use comity_node::{Call, OfficerKey};
use comity_node::{OfficerChange, Reader, ReleaseDraftRequest, Request, SearchRequest};
use common::{Org, Rng, carried, change_officer, code, now};

/// Writes a report and drafts what may be told of it.
fn told(org: &mut Org, word: &str) -> ReleaseDraftRequest {
    let (grading, label) = ("B2".parse().unwrap(), Some("TLP:AMBER".parse().unwrap()));
    let report = Request::WriteReport { title: "R".into(), body: "kept at home".into(), grading, source: None, label };
    let id = org.ask_as("alice", &report).unwrap()["id"].as_str().unwrap().to_owned();
    ReleaseDraftRequest {
        selection: comity_node::Selection { objects: vec![id], origins: vec![] },
        to: vec!["kps".parse().unwrap()],
        title: Some("T".into()),
        text: Some(format!("They say {word}.")),
        ..Default::default()
    }
}

/// What the gate of `to` would hand over of everything that `from` has to say.
fn messages(from: &mut Org, to: &Org) -> Vec<GateToDesk> {
    let effects = from.node.take_effects();
    effects.iter().filter_map(|e| carried(&from.code, e)).filter(|(p, _)| *p == to.code).map(|(_, m)| m).collect()
}

fn hits(org: &Org, word: &str) -> u64 {
    let request = SearchRequest { text: word.into(), limit: 50, ..Default::default() };
    Reader::open(org.node.home()).unwrap().search(&request).unwrap()["count"].as_u64().unwrap()
}

fn shown(org: &mut Org, partner: &str) -> serde_json::Value {
    org.ask(&Request::LinkShow { partner: partner.parse().unwrap() }).unwrap()
}

#[test]
fn loss_reorder_and_duplication_change_nothing_in_the_end() {
    for seed in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let mut orgs = common::orgs(folder.path(), 2);
        let (mut kps, mut vsis) = (orgs.pop().unwrap(), orgs.pop().unwrap());
        let mut rng = Rng(seed);
        let words = ["heron", "magpie", "osprey"];
        for word in words {
            let request = told(&mut vsis, word);
            vsis.release(request).unwrap();
        }
        // A gate keeps what it was given until a receipt covers it, so a lost message is offered again.
        let offered = messages(&mut vsis, &kps);
        for _ in 0..40 {
            let mut some = Vec::new();
            for _ in 0..rng.below(4) {
                some.push(offered[rng.below(offered.len() as u64) as usize].clone());
            }
            kps.node.from_gate(now(), some).unwrap();
        }
        kps.node.from_gate(now(), offered).unwrap();
        let back = messages(&mut kps, &vsis);
        vsis.node.from_gate(now(), back).unwrap();
        for word in words {
            assert_eq!(hits(&kps, word), 1, "seed {seed}");
        }
        assert_eq!(shown(&mut kps, "vsis")["in"]["size"], 3, "seed {seed}");
        assert_eq!(shown(&mut vsis, "kps")["out"]["cosigned"], 3, "seed {seed}");
        kps.ask(&Request::Verify).unwrap();
        vsis.ask(&Request::Verify).unwrap();
    }
}

#[test]
fn a_recall_reaches_what_is_held_and_what_is_still_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let mut orgs = common::orgs(folder.path(), 2);
    let (mut kps, mut vsis) = (orgs.pop().unwrap(), orgs.pop().unwrap());
    let (first, second) = (told(&mut vsis, "heron"), told(&mut vsis, "magpie"));
    let held = vsis.release(first).unwrap();
    let carried = messages(&mut vsis, &kps);
    kps.node.from_gate(now(), carried.clone()).unwrap();
    let back = messages(&mut kps, &vsis);
    vsis.node.from_gate(now(), back).unwrap();
    let under_way = vsis.release(second).unwrap();
    drop(messages(&mut vsis, &kps));
    vsis.recall(&[held, under_way]).unwrap();
    let recall = messages(&mut vsis, &kps);
    // The second time nothing happens, and neither does what was delivered before.
    for batch in [recall.clone(), recall, carried] {
        kps.node.from_gate(now(), batch).unwrap();
    }
    assert_eq!((hits(&kps, "heron"), hits(&kps, "magpie")), (0, 0));
    let back = messages(&mut kps, &vsis);
    vsis.node.from_gate(now(), back).unwrap();
    let board = vsis.ask(&Request::RecallBoard).unwrap();
    assert_eq!(board["recalls"][0]["recipients"][0]["state"], "confirmed");
    kps.ask(&Request::Verify).unwrap();
    vsis.ask(&Request::Verify).unwrap();
}

/// What one statement over the holdings gives.
fn column(org: &Org, sql: &str) -> Vec<Option<String>> {
    let database = rusqlite::Connection::open(org.node.home().file("holdings/holdings.db")).unwrap();
    let mut query = database.prepare(sql).unwrap();
    let rows = query.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn what_becomes_of_an_entry_and_of_an_item_is_kept_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut orgs = common::orgs(folder.path(), 2);
    let (mut kps, mut vsis) = (orgs.pop().unwrap(), orgs.pop().unwrap());
    let (first, second) = (told(&mut vsis, "heron"), told(&mut vsis, "magpie"));
    let held = vsis.release(first).unwrap();
    let carried = messages(&mut vsis, &kps);
    kps.node.from_gate(now(), carried).unwrap();
    let back = messages(&mut kps, &vsis);
    vsis.node.from_gate(now(), back).unwrap();
    let state = "SELECT state FROM log_entry WHERE direction = 0 AND seq = 0";
    assert_eq!(column(&vsis, state), [Some("applied".to_owned())], "the partner said so");
    // The second release is not delivered before it is recalled: what goes instead is kept until it is.
    let under_way = vsis.release(second).unwrap();
    drop(messages(&mut vsis, &kps));
    let recall = vsis.recall(&[held, under_way]).unwrap();
    let waits = "SELECT hex(envelope) FROM log_entry WHERE direction = 0 AND kind = 'release' AND seq > 0";
    assert!(column(&vsis, waits)[0].is_some(), "the stub is kept");
    let carried = messages(&mut vsis, &kps);
    kps.node.from_gate(now(), carried).unwrap();
    let notice = &column(&kps, "SELECT recall FROM recall_received")[0];
    assert_ne!(notice.as_deref(), Some(recall.as_str()), "each recipient is told another id");
    let marked = column(&kps, "SELECT recalled FROM received_item WHERE object_id LIKE 'note--%'");
    assert_eq!(marked, std::slice::from_ref(notice));
    let terms = column(&kps, "SELECT header FROM received_item WHERE object_id LIKE 'note--%'");
    assert_eq!(terms, [Some("{}".to_owned())], "the terms go with the item");
}

#[test]
fn a_node_set_back_is_told_so_and_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut orgs = common::orgs(folder.path(), 2);
    let (mut kps, mut vsis) = (orgs.pop().unwrap(), orgs.pop().unwrap());
    let old = folder.path().join("old");
    common::copy_home(&common::fresh(folder.path(), "tfo").with_file_name("vsis"), &old);
    let request = told(&mut vsis, "heron");
    vsis.release(request).unwrap();
    let carried = messages(&mut vsis, &kps);
    kps.node.from_gate(now(), carried).unwrap();
    drop(vsis);
    let mut vsis = Org::open(&old, "vsis");
    let back = messages(&mut kps, &vsis);
    vsis.node.from_gate(now(), back).unwrap();
    assert_eq!(shown(&mut vsis, "kps")["state"], "suspended");
    let request = told(&mut vsis, "magpie");
    assert!(vsis.release(request).is_err());
    assert!(messages(&mut vsis, &kps).is_empty());
}

#[test]
fn a_proof_serves_once_and_a_release_needs_two_active_persons() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = common::orgs(folder.path(), 1).pop().unwrap();
    let listed = vsis.ask(&Request::OfficerList).unwrap();
    let organisation = serde_json::from_value(listed["organisation_key"].clone()).unwrap();
    let request = serde_json::to_string(&Request::VaultList).unwrap();
    for (signer, times) in [("hal", 1), ("alice", 0)] {
        let key = OfficerKey { officer: code("hal"), organisation, key: vsis.key(signer) };
        let nonce = vsis.ask(&Request::Nonce).unwrap()["nonce"].as_str().unwrap().to_owned();
        let call =
            Call { proof: Some(key.prove(&nonce, &request).unwrap()), request: request.clone(), ..Call::default() };
        let answered = (0..3).filter(|_| vsis.node.handle(now(), &call).is_ok()).count();
        assert_eq!(answered, times, "{signer}");
    }
    let request = told(&mut vsis, "heron");
    let release = vsis.draft(request).unwrap();
    assert!(vsis.ask(&Request::ReleaseSend { release: release.clone() }).is_err(), "not approved");
    let by_author = Request::ReleaseApprovePrepare {
        release: release.clone(),
        officer: code("alice"),
        overrides: Default::default(),
    };
    assert!(vsis.ask_as("alice", &by_author).is_err(), "the author approves");
    assert!(
        vsis.ask(&Request::ReleaseApprovePrepare {
            release: release.clone(),
            officer: code("bob"),
            overrides: Default::default(),
        })
        .is_err(),
        "asked in the name of another, without a proof"
    );
    vsis.approve(&release).unwrap();
    change_officer(&mut vsis, "bob", OfficerChange::Disable).unwrap();
    assert!(vsis.ask(&Request::ReleaseSend { release }).is_err(), "disabled since");
    assert!(vsis.node.take_effects().is_empty());
}
