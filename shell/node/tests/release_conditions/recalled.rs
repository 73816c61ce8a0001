//! To whom a recall is sealed: to the organisation keys that its officers signed for, whatever card the store has.

use super::common::{Org, code};
use super::edited::{beside, card, held_card};
use super::{approved_recall, report, telling};
use comity_crypto::SigningKey;
use comity_link::gate_protocol::DeskToGate;
use comity_node::{ReleaseDraftRequest, Request};
use comity_release::RecallKind;
use comity_vocab::Role;
use serde_json::Value;

/// Releases a text to these partners and has its recall signed.
fn recalled(org: &mut Org, to: &[&str]) -> String {
    let id = report(org, "kept at home");
    let to = to.iter().map(|code| code.parse().unwrap()).collect();
    let release = org.release(ReleaseDraftRequest { to, ..telling(&id, "kps", "They say heron.") }).unwrap();
    org.node.take_effects();
    approved_recall(org, &[&release], RecallKind::WithdrawError)
}

fn sent_to(org: &mut Org) -> Vec<String> {
    let effects = org.node.take_effects();
    effects
        .iter()
        .filter_map(|effect| match effect {
            DeskToGate::Send { peer, .. } => Some(peer.to_string()),
            _ => None,
        })
        .collect()
}

fn board(org: &mut Org) -> Value {
    org.ask(&Request::RecallBoard).unwrap()["recalls"][0].clone()
}

#[test]
fn a_recall_is_signed_for_a_key_and_not_for_a_code() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = super::common::orgs(folder.path(), 3).remove(0);
    let recall = recalled(&mut vsis, &["kps", "tfo"]);
    let stranger = SigningKey::from_seed(&[81; 32]);
    beside(&vsis, "UPDATE link SET card = ?1 WHERE code = 'kps'", [card(&stranger, 83)]);
    let pin = stranger.verifying_key().to_bytes().to_vec();
    beside(&vsis, "UPDATE link SET partner = ?1 WHERE code = 'kps'", [&pin]);
    // A link of an earlier home needs no agreement of two officers: there the statement decides.
    beside(&vsis, "INSERT INTO link_earlier (code, partner) SELECT code, partner FROM link WHERE code = ?1", ["kps"]);
    let sent = vsis.ask(&Request::RecallSend { recall }).unwrap();
    assert_eq!((sent["recipients"].as_array().unwrap().len(), &sent["recipients"][0]["to"]), (1, &"tfo".into()));
    assert_eq!(sent["not_sent"][0]["to"], "kps");
    let why = sent["not_sent"][0]["why"].as_str().unwrap();
    assert!(why.contains("signed for another organisation key of kps"), "{why}");
    let reached = sent_to(&mut vsis);
    assert!(!reached.is_empty() && reached.iter().all(|peer| peer == "tfo"), "{reached:?}");
    let states: Vec<Value> =
        board(&mut vsis)["recipients"].as_array().unwrap().iter().map(|line| line["state"].clone()).collect();
    assert_eq!(states, ["not_sent", "outstanding"]);
}

#[test]
fn a_recall_for_a_stranger_alone_does_nothing_and_is_sent_once_the_card_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = super::two(folder.path());
    let recall = recalled(&mut vsis, &["kps"]);
    let right = held_card(&vsis);
    beside(&vsis, "UPDATE link SET card = ?1 WHERE code = 'kps'", [card(&SigningKey::from_seed(&[81; 32]), 83)]);
    let refused = vsis.ask(&Request::RecallSend { recall: recall.clone() }).unwrap_err();
    assert!(refused.message.contains("another organisation key than the one that was pinned"), "{refused}");
    assert!(sent_to(&mut vsis).is_empty());
    assert_eq!(board(&mut vsis)["state"], "approved");
    beside(&vsis, "UPDATE link SET card = ?1 WHERE code = 'kps'", [right]);
    let sent = vsis.ask(&Request::RecallSend { recall }).unwrap();
    assert_eq!(sent["not_sent"], serde_json::json!([]));
    assert!(sent_to(&mut vsis).contains(&"kps".to_owned()));
}

#[test]
fn a_recall_of_the_version_before_is_void_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = super::two(folder.path());
    let recall = recalled(&mut vsis, &["kps"]);
    let draft: Vec<u8> = {
        let holdings = rusqlite::Connection::open(vsis.node.home().file("holdings/holdings.db")).unwrap();
        holdings.query_row("SELECT draft FROM recall", [], |row| row.get(0)).unwrap()
    };
    let mut stored: Value = serde_json::from_slice(&draft).unwrap();
    for field in ["statement", "keys"] {
        stored.as_object_mut().unwrap().remove(field).unwrap();
    }
    beside(&vsis, "UPDATE recall SET draft = ?1", [serde_json::to_vec(&stored).unwrap()]);
    let prepare = Request::RecallPrepare { recall: recall.clone(), officer: code("bob"), role: Role::ReleasingOfficer };
    for request in [prepare, Request::RecallSend { recall }] {
        let refused = vsis.ask(&request).unwrap_err();
        assert!(refused.message.contains("earlier version") && refused.message.contains("draft it again"), "{refused}");
    }
    assert!(sent_to(&mut vsis).is_empty());
}
