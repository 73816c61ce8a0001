//! What somebody with a little in hand would try: an old node key, a signature as a way to guess, what a backup or a monitor left.
use crate::common;
mod ends;
mod mutations;
mod tables;

use comity_crypto::{Entropy, Purpose, SealingKey, SigningKey, sha256};
use comity_link::{Card, CardOrganisation, certify_node, certify_sealing, certify_tls};
use comity_node::{
    BackupGrant, FromSafe, LinkAlone, LinkStep, Live, LockedSafe, Reader, ReleaseDraftRequest, Request, SafeKind,
    Selection, SourceEntry, copy_identity, make_backup_key, restore_home, write_backup,
};
use comity_vocab::Timestamp;
use common::{Org, PASSPHRASE, code, now};
use std::collections::BTreeMap;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

const DAY: i64 = 86_400;

/// A partner of whom we have the organisation key; each node key is certified for so many days.
fn card(node: u8, days: i64, issued: Timestamp) -> String {
    let organisation = SigningKey::from_seed(&[1; 32]);
    let node = SigningKey::from_seed(&[node; 32]);
    let until = now().plus_seconds(days * DAY);
    let who = CardOrganisation {
        code: "xyz".parse().unwrap(),
        name: "Partner".into(),
        country: "XVM".parse().unwrap(),
        kind: "police".into(),
        key: organisation.verifying_key(),
    };
    Card::issue(
        who,
        certify_node(&organisation, node.verifying_key(), until),
        certify_sealing(&organisation, SealingKey::from_seed(&[9; 32]).public(), until),
        certify_tls(&node, sha256(&[b"tls"]), until),
        vec!["127.0.0.1:1".into()],
        issued,
        &node,
    )
    .unwrap()
}

fn refused(org: &mut Org, request: &Request, why: &str) {
    let failure = org.ask(request).unwrap_err();
    assert!(failure.message.contains(why), "{why}: {failure}");
}

fn seeded(name: &str) -> Entropy {
    Entropy::seeded(sha256(&[b"attacks", name.as_bytes()]).0)
}

/// Loses the home and restores it: another node key of our own, and so other generations of every link.
fn restored(mut org: Org, folder: &Path) -> Org {
    let (key, identity, file) = (folder.join("key"), folder.join("identity"), folder.join("backup"));
    let mut entropy = seeded("backup");
    let public = make_backup_key(&key, PASSPHRASE, &mut entropy).unwrap();
    copy_identity(org.node.home(), PASSPHRASE, &identity, PASSPHRASE, &mut entropy).unwrap();
    let grant = org.ask_as("c1", &Request::BackupBegin { key: Some(public.parse().unwrap()) }).unwrap();
    let grant: BackupGrant = serde_json::from_value(grant).unwrap();
    write_backup(&org.node.home().clone(), &grant, &file, &mut entropy, &mut |_, _| {}, &mut |written| {
        org.ask(&Request::BackupSign(written))
    })
    .unwrap();
    let read = |path: &Path, kind| LockedSafe::read(path, kind).unwrap();
    let backup = read(&key, SafeKind::BackupKey).backup_key(PASSPHRASE).unwrap();
    let organisation = read(&identity, SafeKind::OrganisationKey).organisation_key(PASSPHRASE).unwrap();
    let (safe, to, mut entropy) =
        (FromSafe { backup, organisation, accept_unsigned: false }, folder.join("restored"), seeded("restore"));
    restore_home(&file, safe, &to, PASSPHRASE, &mut entropy, now(), &mut |_, _| {}).unwrap();
    Org::drawing(&to, "vsis", seeded("restored"))
}

#[test]
fn a_node_key_that_was_given_up_never_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = common::orgs(folder.path(), 1).pop().unwrap();
    let later = |seconds| now().plus_seconds(seconds);
    vsis.link(&card(1, 100, now())).unwrap();
    not_taken(&mut vsis, card(2, 400, later(1)), "another node key");
    // By the time that such a card names for itself, the one that is held has ended.
    not_taken(&mut vsis, card(2, 400, later(200 * DAY)), "still to come");
    not_begun(&mut vsis, card(2, 400, later(200 * DAY)), "still to come");
    vsis.link_agreed(LinkStep::Renew { card: card(2, 1, later(1)) }).unwrap();
    not_taken(&mut vsis, card(1, 100, later(DAY)), "another node key");
    not_begun(&mut vsis, card(1, 100, later(2)), "gave up before");
    vsis.ask_as("c1", &Request::LinkAlone(LinkAlone::TakeCard { card: card(2, 400, later(3)) })).unwrap();
    let mut vsis = restored(vsis, folder.path());
    not_begun(&mut vsis, card(1, 100, later(4)), "gave up before");
    not_taken(&mut vsis, card(1, 100, later(4)), "another node key");
    vsis.link_agreed(LinkStep::Renew { card: card(3, 400, later(5)) }).unwrap();
}

/// One officer takes no such card as a renewed one.
fn not_taken(org: &mut Org, card: String, words: &str) {
    let refused = org.ask_as("c1", &Request::LinkAlone(LinkAlone::TakeCard { card })).unwrap_err();
    assert!(refused.message.contains(words), "{refused}");
}

/// No new generation begins with such a card.
fn not_begun(org: &mut Org, card: String, words: &str) {
    let refused = org.link_step("c1", LinkStep::Renew { card }).unwrap_err();
    assert!(refused.message.contains(words), "{refused}");
}

fn acts(org: &mut Org) -> Vec<String> {
    let shown = org.ask(&Request::AuditShow { from: 0, limit: 10_000 }).unwrap();
    shown["entries"].as_array().unwrap().iter().map(|entry| entry["act"].as_str().unwrap().to_owned()).collect()
}

fn checks(org: &mut Org) -> usize {
    acts(org).iter().filter(|act| *act == "release.check").count()
}

fn enter_source(org: &mut Org) {
    let source = Request::VaultAdd(SourceEntry {
        cryptonym: "KESTREL".into(),
        identity: "Somebody".into(),
        contact: "at the quay".into(),
        handlers: vec![],
        terms: vec!["Halvardsen".into()],
        reliability: "B".into(),
        notes: String::new(),
    });
    org.ask_as("hal", &source).unwrap();
}

fn report(source: Option<&str>) -> Request {
    let (grading, label) = ("B2".parse().unwrap(), Some("TLP:AMBER".parse().unwrap()));
    Request::WriteReport { title: "R".into(), body: "kept".into(), grading, source: source.map(Into::into), label }
}

#[test]
fn the_audit_log_does_not_tell_which_report_has_a_source() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = common::orgs(folder.path(), 1).pop().unwrap();
    enter_source(&mut vsis);
    let mut written = |source| {
        let before = acts(&mut vsis).len();
        vsis.ask_as("hal", &report(source)).unwrap();
        acts(&mut vsis).split_off(before)
    };
    assert_eq!(written(Some("KESTREL")), written(None));
}

#[test]
fn a_signature_is_no_way_to_guess_what_the_vault_protects() {
    let folder = tempfile::tempdir().unwrap();
    let mut orgs = common::orgs(folder.path(), 2);
    let mut vsis = orgs.remove(0);
    let id = vsis.ask_as("alice", &report(None)).unwrap()["id"].as_str().unwrap().to_owned();
    let release = vsis
        .draft(ReleaseDraftRequest {
            selection: Selection { objects: vec![id], origins: vec![] },
            to: vec!["kps".parse().unwrap()],
            title: Some("T".into()),
            text: Some("They say Halvardsen.".into()),
            ..Default::default()
        })
        .unwrap();
    // What is signed is given out only where the check finds nothing. The signature outlives that: a source is entered then.
    let (officer, overrides) = (code("bob"), BTreeMap::new());
    let prepare = Request::ReleaseApprovePrepare { release: release.clone(), officer, overrides };
    let prepared = vsis.ask_as("bob", &prepare).unwrap();
    let signature = vsis.sign("bob", Purpose::Approval, &prepared["statement"]);
    let approve =
        Request::ReleaseApprove { release, officer: code("bob"), overrides: BTreeMap::new(), proof: signature.into() };
    enter_source(&mut vsis);
    let before = checks(&mut vsis);
    // The vault is not asked by a signature: somebody has to ask it, counted.
    refused(&mut vsis, &approve, "changed since");
    assert_eq!(checks(&mut vsis), before + 1, "that somebody tried is in the audit log");
    let answered = (0..1_000).take_while(|_| vsis.ask(&approve).unwrap_err().message.contains("changed since"));
    assert_eq!(answered.count(), 599, "so many an hour and no more");
    refused(&mut vsis, &approve, "try again later");
}

#[test]
fn what_a_broken_off_backup_left_is_gone_with_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let vsis = common::orgs(folder.path(), 1).pop().unwrap();
    let home = vsis.node.home().path().to_owned();
    drop(vsis);
    let (copy, lock) = (home.join("snapshot/holdings.db"), home.join("snapshot.lock"));
    std::fs::DirBuilder::new().mode(0o700).create(home.join("snapshot")).unwrap();
    let private =
        |path| std::fs::File::options().write(true).create(true).truncate(false).mode(0o600).open(path).unwrap();
    drop(private(&copy));
    let held = private(&lock);
    held.lock().unwrap();
    drop(Org::open(&home, "vsis"));
    assert!(copy.exists(), "a backup is being made of it");
    drop(held);
    drop(Org::open(&home, "vsis"));
    assert!(!home.join("snapshot").exists());
}

#[test]
fn a_monitor_learns_nothing_of_the_vault() {
    let folder = tempfile::tempdir().unwrap();
    let vsis = common::orgs(folder.path(), 1).pop().unwrap();
    let home = vsis.node.home().clone();
    let live = Live { now: now(), gate_ready: true, sessions: Some(1) };
    let shown = Reader::open(&home).unwrap().metrics(&home, &live).unwrap();
    assert!(shown.contains("comity_store_bytes{store=\"holdings\"}"), "{shown}");
    assert!(!shown.contains("vault"), "{shown}");
}
