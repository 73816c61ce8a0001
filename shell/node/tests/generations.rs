//! A desk is lost and restored, again and again: whatever was acknowledged comes back, in batches too, and nothing is signed twice.
use crate::common;

use comity_crypto::Entropy;
use comity_link::gate_protocol::GateToDesk;
use comity_node::{
    BackupGrant, Belief, FromSafe, Home, LinkAlone, LinkStep, LockedSafe, PartnerNamed, Reader, ReleaseDraftRequest,
    Request, SafeKind, SearchRequest, copy_identity, make_backup_key, restore_home, verify_backup, write_backup,
};
use common::{Org, PASSPHRASE, Rng, carried, now};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Randomness that no other part of a test draws.
fn fresh_entropy(seed: u64) -> Entropy {
    let mut count = 0u64;
    Entropy::new(Box::new(move || {
        count += 1;
        comity_crypto::sha256(&[b"generations", &seed.to_be_bytes(), &count.to_be_bytes()]).0
    }))
}

fn told(org: &mut Org, to: &str, word: &str) -> String {
    let (grading, label) = ("B2".parse().unwrap(), Some("TLP:AMBER".parse().unwrap()));
    let report = Request::WriteReport { title: "R".into(), body: "kept at home".into(), grading, source: None, label };
    let id = org.ask_as("alice", &report).unwrap()["id"].as_str().unwrap().to_owned();
    let request = ReleaseDraftRequest {
        selection: comity_node::Selection { objects: vec![id], origins: vec![] },
        to: vec![to.parse().unwrap()],
        title: Some("T".into()),
        text: Some(format!("They say {word}.")),
        ..Default::default()
    };
    org.release(request).unwrap()
}

fn hits(org: &Org, word: &str) -> u64 {
    let request = SearchRequest { text: word.into(), limit: 50, ..Default::default() };
    Reader::open(org.node.home()).unwrap().search(&request).unwrap()["count"].as_u64().unwrap()
}

/// What the gate of `to` hands over of what `from` has to say, its gate started again where the partner changed.
fn said(from: &mut Org, to: &Org, start: bool) -> Vec<GateToDesk> {
    let mut effects = from.node.take_effects();
    if from.node.take_links_changed() || start {
        effects = from.node.gate_start(now(), "127.0.0.1:1").unwrap().1;
    }
    effects.iter().filter_map(|e| carried(&from.code, e)).filter(|(p, _)| *p == to.code).map(|(_, m)| m).collect()
}

/// Lets both talk until neither has anything to say; returns how many batches that took.
fn settle(a: &mut Org, b: &mut Org, start: bool) -> u64 {
    let (mut batches, mut start) = (0, start);
    loop {
        let (from_a, from_b) = (said(a, b, start), said(b, a, start));
        if from_a.is_empty() && from_b.is_empty() {
            return batches;
        }
        b.node.from_gate(now(), from_a).unwrap();
        a.node.from_gate(now(), from_b).unwrap();
        (batches, start) = (batches + 1, false);
        assert!(batches < 100, "they never end");
    }
}

struct Safe {
    key: PathBuf,
    identity: PathBuf,
}

fn back_up(org: &mut Org, folder: &Path, seed: u64) -> (Safe, PathBuf) {
    let safe = Safe { key: folder.join(format!("{seed}.key")), identity: folder.join(format!("{seed}.identity")) };
    let mut entropy = fresh_entropy(seed);
    let public = make_backup_key(&safe.key, PASSPHRASE, &mut entropy).unwrap();
    copy_identity(org.node.home(), PASSPHRASE, &safe.identity, PASSPHRASE, &mut entropy).unwrap();
    let grant = org.ask_as("c1", &Request::BackupBegin { key: Some(public.parse().unwrap()) }).unwrap();
    let grant: BackupGrant = serde_json::from_value(grant).unwrap();
    let file = folder.join(format!("{seed}.backup"));
    let home: Home = org.node.home().clone();
    let written = write_backup(&home, &grant, &file, &mut entropy, &mut |_, _| {}, &mut |written| {
        org.ask(&Request::BackupSign(written))
    })
    .unwrap();
    assert!(written["bytes"].as_u64().unwrap() > 10_000);
    let key = LockedSafe::read(&safe.key, SafeKind::BackupKey).unwrap().backup_key(PASSPHRASE).unwrap();
    verify_backup(&file, &key, &folder.join("scratch"), &Belief::default(), &mut entropy, &mut |_, _| {}).unwrap();
    (safe, file)
}

fn restore(safe: &Safe, file: &Path, to: &Path, seed: u64) -> Org {
    let backup = LockedSafe::read(&safe.key, SafeKind::BackupKey).unwrap().backup_key(PASSPHRASE).unwrap();
    let organisation =
        LockedSafe::read(&safe.identity, SafeKind::OrganisationKey).unwrap().organisation_key(PASSPHRASE).unwrap();
    let safe = FromSafe { backup, organisation, accept_unsigned: false };
    let mut entropy = fresh_entropy(seed + 1_000);
    restore_home(file, safe, to, PASSPHRASE, &mut entropy, now().plus_seconds(-60), &mut |_, _| {}).unwrap();
    Org::drawing(to, "vsis", fresh_entropy(seed + 2_000))
}

/// Has the partner take the restored node's card, and two officers end the quarantine.
fn join(restored: &mut Org, partner: &mut Org) {
    let endpoints = vec!["127.0.0.1:1".into()];
    // A card is issued after the one the partner has.
    static ISSUED: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(60);
    let later = now().plus_seconds(ISSUED.fetch_add(60, std::sync::atomic::Ordering::Relaxed));
    let request = serde_json::to_string(&Request::LinkCard { endpoints }).unwrap();
    let call = comity_node::Call { request, ..Default::default() };
    let card = restored.node.handle(later, &call).unwrap()["card"].as_str().unwrap().to_owned();
    let refused = partner.ask_as("c1", &Request::LinkAlone(LinkAlone::TakeCard { card: card.clone() })).unwrap_err();
    assert!(refused.message.contains("another node key"), "{refused}");
    partner.link_agreed(LinkStep::Renew { card }).unwrap();
    settle(restored, partner, true);
    // What sensors bring is taken; nothing is written for a partner.
    let observe = Request::Observe {
        mapping: "simple".into(),
        declaration: None,
        source: "sensor".into(),
        first_line: 1,
        text: "domain,quiet.example,2026-03-01T10:00:00Z".into(),
        document: false,
    };
    assert_eq!(restored.ask(&observe).unwrap()["observations"], 1);
    let back = Request::SightingReturn { sighting: "sighting--0".into(), partner: partner.code.clone() };
    assert!(restored.ask_as("alice", &back).unwrap_err().message.contains("quarantine"));
    let shown = restored.ask(&Request::QuarantineShow).unwrap();
    // The third organisation is never reached.
    assert_eq!(shown["unheard"], serde_json::json!(["tfo"]), "{shown}");
    let without = vec!["tfo".parse().unwrap()];
    let digest = serde_json::from_value(shown["digest"].clone()).unwrap();
    for (officer, state) in [("c1", "quarantine"), ("c2", "released")] {
        let none = Request::QuarantineRelease { digest, without: vec![] };
        assert!(restored.ask_as(officer, &none).unwrap_err().message.contains("did not say"));
        let request = Request::QuarantineRelease { digest, without: without.clone() };
        let done = restored.ask_as(officer, &request).unwrap();
        assert_eq!(done["state"], state);
    }
}

fn earlier(org: &mut Org, partner: &str) -> Value {
    org.ask(&Request::LinkShow { partner: partner.parse().unwrap() }).unwrap()["earlier"][0]["held"].clone()
}

fn both_hold_the_same(a: &mut Org, b: &mut Org) {
    let (here, there) = (earlier(a, b.code.as_str()), earlier(b, a.code.as_str()));
    assert_eq!((&here["ours"], &here["theirs"]), (&there["theirs"], &there["ours"]));
    let codes = (b.code.clone(), a.code.clone());
    for (org, partner) in [(a, codes.0), (b, codes.1)] {
        let shown = org.ask(&Request::LinkShow { partner }).unwrap();
        assert_eq!(shown["state"], "active", "{shown}");
        assert_eq!(shown["out"]["size"], shown["out"]["cosigned"], "{shown}");
        org.ask(&Request::Verify).unwrap();
    }
}

#[test]
fn whatever_was_acknowledged_after_the_backup_comes_back() {
    for seed in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let mut orgs = common::orgs(folder.path(), 2);
        let (mut kps, mut vsis) = (orgs.pop().unwrap(), orgs.pop().unwrap());
        let mut rng = Rng(seed);
        let mut sent: Vec<(bool, String, String)> = Vec::new();
        let mut gone = BTreeSet::new();
        let mut backup = None;
        for step in 0..12 {
            if step == 4 {
                settle(&mut vsis, &mut kps, false);
                backup = Some(back_up(&mut vsis, folder.path(), seed));
            }
            let ours = rng.below(2) == 0;
            let org = if ours { &mut vsis } else { &mut kps };
            let old: Vec<_> = sent.iter().filter(|(by, word, _)| *by == ours && !gone.contains(word)).collect();
            if rng.below(3) == 0 && !old.is_empty() {
                let (_, word, release) = old[rng.below(old.len() as u64) as usize];
                org.recall(std::slice::from_ref(release)).unwrap();
                gone.insert(word.clone());
            } else {
                let word = format!("word{seed}x{step}");
                let release = told(org, if ours { "kps" } else { "vsis" }, &word);
                sent.push((ours, word, release));
            }
        }
        settle(&mut vsis, &mut kps, false);
        let held: Vec<u64> = sent.iter().map(|(ours, word, _)| if *ours { 0 } else { hits(&vsis, word) }).collect();
        drop(vsis);
        let (safe, file) = backup.unwrap();
        let mut restored = restore(&safe, &file, &folder.path().join("again"), seed);
        join(&mut restored, &mut kps);
        settle(&mut restored, &mut kps, false);
        both_hold_the_same(&mut restored, &mut kps);
        for ((ours, word, _), held) in sent.iter().zip(held) {
            let there = u64::from(!gone.contains(word));
            if *ours {
                assert_eq!(hits(&kps, word), there, "seed {seed} {word}");
            } else {
                assert_eq!((held, hits(&restored, word)), (there, there), "seed {seed} {word}");
            }
        }
        // What was given after the backup can be recalled by the release it went in.
        if let Some((_, word, release)) = sent.iter().rev().find(|(ours, word, _)| *ours && !gone.contains(word)) {
            restored.recall(std::slice::from_ref(release)).unwrap();
            settle(&mut restored, &mut kps, false);
            assert_eq!(hits(&kps, word), 0, "seed {seed} {word}");
        }
        told(&mut restored, "kps", "afterwards");
        settle(&mut restored, &mut kps, false);
        assert_eq!(hits(&kps, "afterwards"), 1);
        both_hold_the_same(&mut restored, &mut kps);
    }
}

#[test]
fn a_long_history_comes_back_in_batches_and_a_second_loss_is_no_worse() {
    let folder = tempfile::tempdir().unwrap();
    let mut orgs = common::orgs(folder.path(), 2);
    let (mut kps, mut vsis) = (orgs.pop().unwrap(), orgs.pop().unwrap());
    vsis.more_answers();
    let (safe, file) = back_up(&mut vsis, folder.path(), 50);
    for count in 0..102 {
        told(&mut vsis, "kps", &format!("early{count}"));
    }
    settle(&mut vsis, &mut kps, false);
    drop(vsis);
    let mut restored = restore(&safe, &file, &folder.path().join("first"), 50);
    join(&mut restored, &mut kps);
    assert!(settle(&mut restored, &mut kps, false) >= 4, "204 entries come in more than one batch");
    both_hold_the_same(&mut restored, &mut kps);
    let between = told(&mut restored, "kps", "between");
    settle(&mut restored, &mut kps, false);
    drop(restored);
    // The same old backup once more: another node key, and a generation between of which it knows nothing.
    let mut again = restore(&safe, &file, &folder.path().join("second"), 51);
    join(&mut again, &mut kps);
    settle(&mut again, &mut kps, false);
    let shown = again.ask(&Request::LinkShow { partner: "kps".parse().unwrap() }).unwrap();
    let other = kps.ask(&Request::LinkShow { partner: "vsis".parse().unwrap() }).unwrap();
    let heads = |shown: &Value, ours: &str, theirs: &str| -> BTreeSet<String> {
        let all = shown["earlier"].as_array().unwrap().iter();
        all.map(|ended| format!("{} {} {}", ended["generation"], ended["held"][ours], ended["held"][theirs])).collect()
    };
    assert_eq!(heads(&shown, "ours", "theirs").len(), 2, "{shown}");
    assert_eq!(heads(&shown, "ours", "theirs"), heads(&other, "theirs", "ours"));
    again.recall(std::slice::from_ref(&between)).unwrap();
    told(&mut again, "kps", "afterwards");
    settle(&mut again, &mut kps, false);
    assert_eq!((hits(&kps, "between"), hits(&kps, "afterwards")), (0, 1));
    kps.ask(&Request::Verify).unwrap();
    again.ask(&Request::Verify).unwrap();
}

/// Documents of both sides that came after the backup: theirs is held again, ours is known again and can be recalled, and what the
/// partner holds of ours is still read from the log that ended.
#[test]
fn documents_come_back_after_a_loss_and_can_be_recalled() {
    use crate::documents::{hello, reached, send, show};
    let folder = tempfile::tempdir().unwrap();
    let mut orgs = common::orgs(folder.path(), 2);
    let (mut kps, mut vsis) = (orgs.pop().unwrap(), orgs.pop().unwrap());
    let both = |vsis: &mut Org, kps: &mut Org| {
        reached(vsis, kps.code.clone());
        reached(kps, vsis.code.clone());
        settle(vsis, kps, false);
    };
    both(&mut vsis, &mut kps);
    let (safe, file) = back_up(&mut vsis, folder.path(), 77);
    let ours = send(&mut vsis, hello("kps", "Good morning from the lighthouse.")).unwrap();
    let theirs = send(&mut kps, hello("vsis", "Good evening from the harbour.")).unwrap();
    settle(&mut vsis, &mut kps, false);
    drop(vsis);
    let mut restored = restore(&safe, &file, &folder.path().join("again"), 77);
    join(&mut restored, &mut kps);
    settle(&mut restored, &mut kps, false);
    both(&mut restored, &mut kps);
    both_hold_the_same(&mut restored, &mut kps);
    let said = |org: &mut Org, document: &str| show(org, document)["copies"][0]["body"]["text"].clone();
    assert_eq!(said(&mut restored, &theirs), "Good evening from the harbour.");
    assert_eq!(said(&mut kps, &ours), "Good morning from the lighthouse.", "its log has another name by now");
    // What each can receive is said once more in the new generation.
    for (org, partner) in [(&mut restored, "kps"), (&mut kps, "vsis")] {
        let said = org.ask(&Request::LinkFeatures(PartnerNamed { partner: partner.parse().unwrap() })).unwrap();
        assert_eq!(said["theirs"]["forms"], serde_json::json!(["hello/1"]), "{said}");
    }
    // Beside documents whose log has ended, something new is drafted, checked and sent.
    send(&mut kps, hello("vsis", "We are here again.")).unwrap();
    restored.recall(std::slice::from_ref(&ours)).unwrap();
    kps.recall(std::slice::from_ref(&theirs)).unwrap();
    settle(&mut restored, &mut kps, false);
    for (org, document) in [(&mut kps, &ours), (&mut restored, &theirs)] {
        assert!(show(org, document)["copies"][0].get("body").is_none(), "it was recalled");
    }
    both_hold_the_same(&mut restored, &mut kps);
}
