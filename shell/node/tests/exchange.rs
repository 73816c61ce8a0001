//! Two desks in process: what an unreliable way between them, or a wrong hand at one of them, can and cannot do.
use crate::common;

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

/// Changes something in a home's holdings behind the node's back.
fn sql(org: &Org, statement: &str) {
    let db = rusqlite::Connection::open(org.node.home().file("holdings/holdings.db")).unwrap();
    db.execute_batch(statement).unwrap();
}

/// Keeps the rows of all logs beside the home.
fn keep(org: &Org) {
    sql(org, &format!("{} CREATE TABLE beside.kept AS SELECT * FROM log_entry", beside(org)));
}

fn beside(org: &Org) -> String {
    format!("ATTACH '{}' AS beside;", org.node.home().path().with_extension("kept.db").display())
}

fn put_back(org: &Org) {
    sql(org, &format!("{} DELETE FROM log_entry; INSERT INTO log_entry SELECT * FROM beside.kept", beside(org)));
}

fn cosignatures(messages: Vec<GateToDesk>) -> Vec<GateToDesk> {
    messages.into_iter().filter(|one| matches!(one, GateToDesk::ArrivedCosignature { .. })).collect()
}

#[test]
fn a_store_that_cannot_be_read_suspends_no_link_and_goes_on_once_it_is_repaired() {
    // What is wrong with our own rows while an honest receipt for an earlier size comes late, and how it is made good again.
    let faults = [
        ("a damaged root", "UPDATE log_entry SET root = x'00' WHERE link = 'kps' AND direction = 0 AND seq = 0"),
        ("another root", "UPDATE log_entry SET root = zeroblob(32) WHERE link = 'kps' AND direction = 0 AND seq = 0"),
        ("a missing row", "DELETE FROM log_entry WHERE link = 'kps' AND direction = 0 AND seq = 0"),
        ("a missing table", "ALTER TABLE log_entry RENAME TO log_entry_gone"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let mut orgs = common::orgs(folder.path(), 2);
    let (mut kps, mut vsis) = (orgs.pop().unwrap(), orgs.pop().unwrap());
    let request = told(&mut vsis, "heron");
    vsis.release(request).unwrap();
    let carried = messages(&mut vsis, &kps);
    kps.node.from_gate(now(), carried).unwrap();
    let late = cosignatures(messages(&mut kps, &vsis));
    assert!(!late.is_empty());
    let request = told(&mut vsis, "magpie");
    vsis.release(request).unwrap();
    keep(&vsis);
    for (what, fault) in faults {
        sql(&vsis, fault);
        let failure = vsis.node.from_gate(now(), late.clone()).unwrap_err();
        assert_eq!(failure.kind, comity_node::FailureKind::Operational, "{what}: {failure}");
        let listed = vsis.ask(&Request::LinkList).unwrap();
        let row = listed["links"].as_array().unwrap().iter().find(|row| row["partner"] == "kps").unwrap().clone();
        assert_eq!(row["state"], "active", "{what}");
        if what == "a missing table" {
            sql(&vsis, "ALTER TABLE log_entry_gone RENAME TO log_entry");
        }
        put_back(&vsis);
    }
    assert_eq!(shown(&mut vsis, "kps")["out"]["cosigned"], 0, "nothing of it was taken");
    vsis.node.from_gate(now(), late).unwrap();
    let after = shown(&mut vsis, "kps");
    assert_eq!((&after["state"], &after["out"]["cosigned"]), (&serde_json::json!("active"), &serde_json::json!(1)));
    // And the other direction: an honest checkpoint against a root of ours that is not what we stored.
    let carried = messages(&mut vsis, &kps);
    let (notes, entries): (Vec<_>, Vec<_>) =
        carried.into_iter().partition(|one| matches!(one, GateToDesk::ArrivedCheckpoint { .. }));
    kps.node.from_gate(now(), entries).unwrap();
    let mut kps = {
        let home = kps.node.home().path().to_owned();
        drop(kps);
        Org::drawing(&home, "kps", comity_crypto::Entropy::seeded([9; 32]))
    };
    // A node that has read no log yet, and whose rows change after it looked at their sums.
    keep(&kps);
    sql(&kps, "UPDATE log_entry SET leaf = zeroblob(32), root = zeroblob(32) WHERE link = 'vsis' AND direction = 1");
    assert!(kps.node.from_gate(now(), notes.clone()).unwrap_err().message.contains("not whole"));
    put_back(&kps);
    kps.node.from_gate(now(), notes).unwrap();
    assert_eq!(shown(&mut kps, "vsis")["state"], "active");
}

#[test]
fn two_entries_at_one_position_suspend_and_people_do_not_resume_that() {
    let folder = tempfile::tempdir().unwrap();
    let mut orgs = common::orgs(folder.path(), 2);
    let (mut kps, vsis) = (orgs.pop().unwrap(), orgs.pop().unwrap());
    let home = vsis.node.home().path().to_owned();
    drop(vsis);
    let twin = folder.path().join("twin");
    common::copy_home(&home, &twin);
    for (home, word, seed) in [(&home, "heron", 1), (&twin, "magpie", 2)] {
        let mut vsis = Org::drawing(home, "vsis", comity_crypto::Entropy::seeded([seed; 32]));
        let request = told(&mut vsis, word);
        vsis.release(request).unwrap();
        let carried = messages(&mut vsis, &kps);
        kps.node.from_gate(now(), carried).unwrap();
    }
    let after = shown(&mut kps, "vsis");
    assert_eq!((&after["state"], &after["on_evidence"]), (&serde_json::json!("suspended"), &serde_json::json!(true)));
    assert!(after["reason"].as_str().unwrap().contains("two different entries"), "{after}");
    let resume = comity_node::LinkStep::Resume { partner: "vsis".parse().unwrap() };
    assert!(kps.link_step("c1", resume).unwrap_err().message.contains("on evidence"));
}
