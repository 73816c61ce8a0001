//! Two gates on loopback, with desks on socket pairs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "test"
)]

mod common;

use comity_link::gate_protocol::{DeskToGate, ErrorClass, GateToDesk, LinkState};
use comity_link::{Expect, Kept, Outgoing, accept};
use common::Organisation;

fn two() -> (Organisation, Organisation) {
    (Organisation::new("vsis", 1), Organisation::new("kps", 2))
}

#[test]
fn two_hundred_entries_arrive_in_order_and_the_receipt_returns() {
    let (mut vsis, mut kps) = two();
    for _ in 0..200 {
        vsis.seal(&kps);
    }
    let mut ours = vsis.start(vec![vsis.peer(&kps)]);
    let mut theirs = kps.start(vec![kps.peer(&vsis)]);
    ours.ready();
    theirs.ready();
    vsis.send_from(&kps, &mut ours, 0);
    kps.accept_until(&vsis, &mut theirs, 200);
    kps.cosign(&vsis, &mut theirs);
    vsis.await_receipt(&kps, &mut ours);
    ours.writer.send(&DeskToGate::Erase { peer: kps.code.clone(), seqs: (0..200).collect() }).unwrap();
    ours.await_state(|state, their_next, waiting| {
        state == LinkState::Reachable && their_next == Some(200) && waiting == 0
    });
    ours.stop();
    theirs.stop();
}

#[test]
fn both_directions_at_once() {
    let (mut vsis, mut kps) = two();
    for _ in 0..20 {
        vsis.seal(&kps);
        kps.seal(&vsis);
    }
    let mut ours = vsis.start(vec![vsis.peer(&kps)]);
    let mut theirs = kps.start(vec![kps.peer(&vsis)]);
    vsis.send_from(&kps, &mut ours, 0);
    kps.send_from(&vsis, &mut theirs, 0);
    kps.accept_until(&vsis, &mut theirs, 20);
    vsis.accept_until(&kps, &mut ours, 20);
    kps.cosign(&vsis, &mut theirs);
    vsis.cosign(&kps, &mut ours);
    vsis.await_receipt(&kps, &mut ours);
    kps.await_receipt(&vsis, &mut theirs);
    ours.stop();
    theirs.stop();
}

#[test]
fn a_gate_that_was_cut_off_goes_on_where_it_was() {
    let (mut vsis, mut kps) = two();
    for _ in 0..60 {
        vsis.seal(&kps);
    }
    let mut ours = vsis.start(vec![vsis.peer(&kps)]);
    vsis.send_from(&kps, &mut ours, 0);
    let mut theirs = kps.start(vec![kps.peer(&vsis)]);
    kps.accept_until(&vsis, &mut theirs, 25);
    theirs.cut();
    let mut theirs = kps.start(vec![kps.peer(&vsis)]);
    kps.accept_until(&vsis, &mut theirs, 40);
    ours.cut();
    // The sender's gate still holds what waited: its desk sends nothing again.
    let mut ours = vsis.start(vec![vsis.peer(&kps)]);
    kps.accept_until(&vsis, &mut theirs, 60);
    kps.cosign(&vsis, &mut theirs);
    vsis.await_receipt(&kps, &mut ours);
    ours.stop();
    theirs.stop();
}

#[test]
fn a_partner_that_is_away_is_shown_as_waiting_and_served_when_it_is_back() {
    let (mut vsis, mut kps) = two();
    for _ in 0..3 {
        vsis.seal(&kps);
    }
    let mut ours = vsis.start(vec![vsis.peer(&kps)]);
    vsis.send_from(&kps, &mut ours, 0);
    ours.await_state(|state, _, waiting| {
        matches!(state, LinkState::Waiting { error: ErrorClass::Connect, .. }) && waiting == 3
    });
    let mut theirs = kps.start(vec![kps.peer(&vsis)]);
    kps.accept_until(&vsis, &mut theirs, 3);
    ours.await_state(|state, their_next, _| state == LinkState::Reachable && their_next == Some(3));
    ours.stop();
    theirs.stop();
}

#[test]
fn what_the_desk_refuses_is_fetched_again() {
    let (mut vsis, mut kps) = two();
    for _ in 0..3 {
        vsis.seal(&kps);
    }
    let mut ours = vsis.start(vec![vsis.peer(&kps)]);
    let mut theirs = kps.start(vec![kps.peer(&vsis)]);
    vsis.send_from(&kps, &mut ours, 0);
    loop {
        if let GateToDesk::Arrived { peer, seq: 2, .. } = theirs.hear() {
            theirs.writer.send(&DeskToGate::Taken { peer, next_seq: 0, refused: true }).unwrap();
            break;
        }
    }
    kps.accept_until(&vsis, &mut theirs, 3);
    ours.stop();
    theirs.stop();
}

#[test]
fn what_the_desk_has_not_taken_is_told_again_after_a_restart() {
    let (mut vsis, mut kps) = two();
    vsis.seal(&kps);
    let mut ours = vsis.start(vec![vsis.peer(&kps)]);
    vsis.send_from(&kps, &mut ours, 0);
    let mut theirs = kps.start(vec![kps.peer(&vsis)]);
    while !matches!(theirs.hear(), GateToDesk::Arrived { .. }) {}
    ours.stop();
    theirs.cut();
    // The sender is gone: what comes now is what was durable before the answer.
    let mut theirs = kps.start(vec![kps.peer(&vsis)]);
    kps.accept_until(&vsis, &mut theirs, 1);
    theirs.stop();
}

#[test]
fn a_recall_before_delivery_replaces_the_content_by_a_stub() {
    let (mut vsis, kps) = two();
    vsis.seal(&kps);
    let mut ours = vsis.start(vec![vsis.peer(&kps)]);
    vsis.send_from(&kps, &mut ours, 0);
    let entry = &vsis.entries[0];
    let kept = Kept { header: &entry.header, signature: &entry.signature };
    let peer = kps.code.clone();
    ours.writer.send(&DeskToGate::Erase { peer: peer.clone(), seqs: vec![0] }).unwrap();
    ours.writer.send(&DeskToGate::Send { peer, outgoing: Outgoing::stub(&kept, &vsis.node).unwrap() }).unwrap();
    ours.await_state(|_, _, waiting| waiting == 1);
    let mut theirs = kps.start(vec![kps.peer(&vsis)]);
    loop {
        let GateToDesk::Arrived { envelope, .. } = theirs.hear() else { continue };
        let (origin, sender) = (vsis.origin_to(&kps), vsis.node.verifying_key());
        let expect = Expect { origin: &origin, next_seq: 0, sender: &sender };
        let accepted = accept(&envelope, &expect, &kps.sealing).unwrap();
        assert_eq!(accepted.parked(), Some(comity_link::Parked::Withdrawn));
        assert_eq!(accepted.leaf, entry.leaf);
        break;
    }
    ours.stop();
    theirs.stop();
}

#[test]
fn a_desk_that_does_not_keep_to_the_protocol_ends_the_gate() {
    let (vsis, kps) = two();
    let mut ours = vsis.start(vec![vsis.peer(&kps)]);
    ours.ready();
    ours.writer.send(&DeskToGate::Poke { peer: "nobody".parse().unwrap() }).unwrap();
    assert!(ours.thread.join().unwrap().is_err());
}
