//! Somebody edits the store or the configuration between two steps of a release: the one who looks next must notice, and nothing leaves.

use super::common::{Org, now};
use super::{IP, import, report, telling, two};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{SealingKey, SigningKey, sha256};
use comity_link::{Card, CardOrganisation, certify_node, certify_sealing, certify_tls};
use comity_node::{Failure, ReleaseDraftRequest, Request, Selection};
use std::path::Path;

/// Edits the holdings beside the node, as somebody with the files would.
pub(super) fn beside<P: rusqlite::Params>(org: &Org, sql: &str, values: P) {
    let holdings = rusqlite::Connection::open(org.node.home().file("holdings/holdings.db")).unwrap();
    assert!(holdings.execute(sql, values).unwrap() > 0, "{sql}");
}

fn approved(org: &mut Org) -> String {
    let id = report(org, "kept at home");
    let release = org.draft(telling(&id, "kps", "They say heron.")).unwrap();
    org.approve(&release).unwrap();
    release
}

/// A whole, well-signed card of a stranger who takes the partner's code; or of the partner itself where `organisation` is its key.
pub(super) fn card(organisation: &SigningKey, sealing: u8) -> String {
    let node = SigningKey::from_seed(&[82; 32]);
    let until = now().plus_seconds(86_400 * 30);
    let who = CardOrganisation {
        code: "kps".parse().unwrap(),
        name: "Organisation kps".into(),
        country: "XVM".parse().unwrap(),
        kind: "police_unit".into(),
        key: organisation.verifying_key(),
    };
    Card::issue(
        who,
        certify_node(organisation, node.verifying_key(), until),
        certify_sealing(organisation, SealingKey::from_seed(&[sealing; 32]).public(), until),
        certify_tls(&node, sha256(&[b"tls"]), until),
        vec!["127.0.0.1:1".into()],
        now(),
        &node,
    )
    .unwrap()
}

fn send(org: &mut Org, release: &str) -> Result<serde_json::Value, Failure> {
    org.ask(&Request::ReleaseSend { release: release.to_owned() })
}

fn nothing_is_sent(org: &mut Org, release: &str, why: &str) {
    let failure = send(org, release).unwrap_err();
    assert!(failure.message.contains(why), "{why}: {failure:?}");
    assert!(org.node.take_effects().is_empty());
}

/// Ends the process of a node and starts another one on its home.
fn reopened(org: Org) -> Org {
    let path = org.node.home().path().to_owned();
    drop(org);
    Org::open(&path, "vsis")
}

#[test]
fn a_release_is_signed_for_a_key_and_not_for_a_code() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let release = approved(&mut vsis);
    let stranger = SigningKey::from_seed(&[81; 32]);
    let pin = stranger.verifying_key().to_bytes().to_vec();
    // The card alone, then card and pin, in a desk that runs and in one that starts.
    let swapped = card(&stranger, 83);
    beside(&vsis, "UPDATE link SET card = ?1 WHERE code = 'kps'", [&swapped]);
    nothing_is_sent(&mut vsis, &release, "another organisation key than the one that was pinned");
    beside(&vsis, "UPDATE link SET partner = ?1 WHERE code = 'kps'", [&pin]);
    // No two officers agreed to a link with this key; a link of an earlier home needs no agreement, and there the statement decides.
    nothing_is_sent(&mut vsis, &release, "no two officers agreed to the link with kps");
    beside(&vsis, "INSERT INTO link_earlier (code, partner) SELECT code, partner FROM link WHERE code = ?1", ["kps"]);
    nothing_is_sent(&mut vsis, &release, "signed for another organisation key");
    let id = report(&mut vsis, "kept at home");
    vsis.draft(telling(&id, "kps", "They say magpie.")).unwrap();
    // A desk that starts does not open such a home at all.
    let path = vsis.node.home().path().to_owned();
    drop(vsis);
    assert!(std::panic::catch_unwind(|| Org::open(&path, "vsis")).is_err());
}

#[test]
fn a_sealing_key_that_was_put_into_a_card_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let release = approved(&mut vsis);
    let other: serde_json::Value = inner(&card(&SigningKey::from_seed(&[81; 32]), 83));
    let held = held_card(&vsis);
    let mut signed: serde_json::Value = serde_json::from_str(&held).unwrap();
    let mut card = inner(&held);
    card["sealing"] = other["sealing"].clone();
    signed["card"] = STANDARD.encode(serde_json::to_vec(&card).unwrap()).into();
    beside(&vsis, "UPDATE link SET card = ?1 WHERE code = 'kps'", [signed.to_string()]);
    nothing_is_sent(&mut vsis, &release, "the sealing key is not signed");
}

pub(super) fn held_card(org: &Org) -> String {
    let holdings = rusqlite::Connection::open(org.node.home().file("holdings/holdings.db")).unwrap();
    holdings.query_row("SELECT card FROM link WHERE code = 'kps'", [], |row| row.get(0)).unwrap()
}

fn inner(card: &str) -> serde_json::Value {
    let signed: serde_json::Value = serde_json::from_str(card).unwrap();
    serde_json::from_slice(&STANDARD.decode(signed["card"].as_str().unwrap()).unwrap()).unwrap()
}

/// Writes which hosts are ours into the configuration of a home.
pub(super) fn with_hosts(home: &Path, hosts: &[&str]) {
    let path = home.join("comity.toml");
    let mut configuration: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
    let hosts: Vec<toml::Value> = hosts.iter().map(|host| toml::Value::from(*host)).collect();
    let policy = configuration.entry("policy").or_insert(toml::Value::Table(toml::Table::new()));
    policy.as_table_mut().unwrap().insert("internal_hosts".into(), hosts.into());
    std::fs::write(&path, configuration.to_string()).unwrap();
}

fn restarted_with_hosts(org: Org, hosts: &[&str]) -> Org {
    with_hosts(org.node.home().path(), hosts);
    reopened(org)
}

#[test]
fn what_the_check_looks_for_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    vsis = restarted_with_hosts(vsis, &["intra.vsis.example"]);
    let id = report(&mut vsis, "kept at home");
    let told = "It runs on srv1.intra.vsis.example and on relay.kps.example.";
    let release = vsis.draft(telling(&id, "kps", told)).unwrap();
    let refused = vsis.approve(&release).unwrap_err();
    assert!(refused.detail.unwrap().to_string().contains("internal-host"));
    // Emptied between the check and the approval.
    vsis = restarted_with_hosts(vsis, &[]);
    let refused = vsis.approve(&release).unwrap_err();
    assert!(refused.message.contains("looks for less"), "{refused:?}");

    // Emptied between the approval and sending; then with one more than was signed.
    vsis = restarted_with_hosts(vsis, &["intra.vsis.example"]);
    let clean = vsis.draft(telling(&id, "kps", "It runs on relay.kps.example.")).unwrap();
    vsis.approve(&clean).unwrap();
    vsis = restarted_with_hosts(vsis, &[]);
    nothing_is_sent(&mut vsis, &clean, "looks for less");
    vsis = restarted_with_hosts(vsis, &["intra.vsis.example", "relay.kps.example"]);
    nothing_is_sent(&mut vsis, &clean, "internal-host");
    vsis = restarted_with_hosts(vsis, &["intra.vsis.example", "other.vsis.example"]);
    send(&mut vsis, &clean).unwrap();
}

/// A row of a release as the store has it.
type Row = (String, Option<Vec<u8>>, String);

fn row(org: &Org, release: &str) -> Row {
    let holdings = rusqlite::Connection::open(org.node.home().file("holdings/holdings.db")).unwrap();
    let sql = "SELECT state, draft, approvals FROM release WHERE id = ?1";
    holdings.query_row(sql, [release], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap()
}

fn set_back(org: &Org, release: &str, (state, draft, approvals): Row) {
    let sql = "UPDATE release SET state = ?2, draft = ?3, approvals = ?4 WHERE id = ?1";
    beside(org, sql, (release, state, draft, approvals));
}

#[test]
fn a_withdrawn_release_that_is_set_back_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let release = approved(&mut vsis);
    let before = row(&vsis, &release);
    assert_eq!(before.0, "approved");
    vsis.ask(&Request::ReleaseWithdraw { release: release.clone() }).unwrap();
    set_back(&vsis, &release, before.clone());
    nothing_is_sent(&mut vsis, &release, "was withdrawn");
    // Nor where the trace is cut off behind it.
    beside(
        &vsis,
        "DELETE FROM audit WHERE seq >= (SELECT min(seq) FROM audit WHERE instr(bytes, 'release.withdraw') > 0)",
        [],
    );
    assert!(send(&mut vsis, &release).is_err());
    assert!(vsis.node.take_effects().is_empty());
}

#[test]
fn an_approval_that_names_no_ends_is_void() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let release = approved(&mut vsis);
    let (state, draft, approvals) = row(&vsis, &release);
    let mut approvals: serde_json::Value = serde_json::from_str(&approvals).unwrap();
    approvals[1].as_object_mut().unwrap().remove("anchors").unwrap();
    set_back(&vsis, &release, (state, draft, approvals.to_string()));
    nothing_is_sent(&mut vsis, &release, "does not name the ends");
}

#[test]
fn an_officer_who_was_disabled_does_not_come_back_by_a_lost_act() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let release = approved(&mut vsis);
    super::common::change_officer(&mut vsis, "bob", comity_node::OfficerChange::Disable).unwrap();
    nothing_is_sent(&mut vsis, &release, "officer bob is disabled");
    beside(&vsis, "DELETE FROM registry_act WHERE seq = (SELECT max(seq) FROM registry_act)", []);
    assert!(send(&mut vsis, &release).is_err());
    assert!(vsis.node.take_effects().is_empty());
}

/// A release that a version approved whose statement names codes only: it says so and is not sent.
#[test]
fn a_release_of_the_version_before_is_void_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let release = approved(&mut vsis);
    let (_, draft, _) = row(&vsis, &release);
    let mut stored: serde_json::Value = serde_json::from_slice(&draft.unwrap()).unwrap();
    for field in ["statement", "keys", "check"] {
        stored.as_object_mut().unwrap().remove(field).unwrap();
    }
    let bytes = serde_json::to_vec(&stored).unwrap();
    let fault = comity_release::Draft::decode(&bytes, &comity_vocab::Digest([0; 32])).unwrap_err();
    let comity_release::DraftFault::Changed { found } = fault else { panic!("{fault}") };
    beside(&vsis, "UPDATE release SET draft = ?2, digest = ?3 WHERE id = ?1", (&release, bytes, &found.0[..]));
    vsis.ask(&Request::ReleaseShow { release: release.clone() }).unwrap();
    let failure = send(&mut vsis, &release).unwrap_err();
    assert!(failure.message.contains("earlier version"), "{failure:?}");
    assert!(vsis.node.take_effects().is_empty());
}

#[test]
fn a_row_makes_nothing_public() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let ip = format!(r#"{{"type":"ipv4-addr","spec_version":"2.1","id":"{IP}","value":"198.51.100.3"}}"#);
    import(&mut vsis, folder.path(), &ip);
    let version = comity_release::version_digest(IP, "", ip.as_bytes());
    beside(
        &vsis,
        "INSERT INTO public_version (version_digest, declaration) VALUES (?1, zeroblob(32))",
        [&version.0[..]],
    );
    let request = ReleaseDraftRequest {
        selection: Selection { objects: vec![IP.into()], origins: vec![] },
        to: vec!["kps".parse().unwrap()],
        as_published: true,
        ..Default::default()
    };
    let refused = vsis.draft(request).unwrap_err();
    assert!(refused.message.contains("two officers have not declared"), "{refused:?}");
}

#[test]
fn a_report_that_cannot_be_read_makes_nothing_clean() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    report(&mut vsis, "Seen at 2026-01-02T03:04:05Z by the quay.");
    let id = report(&mut vsis, "kept at home");
    let release = vsis.draft(telling(&id, "kps", "They say heron.")).unwrap();
    let check = Request::ReleaseCheck { release };
    vsis.ask_as("bob", &check).unwrap();
    beside(&vsis, "UPDATE version SET bytes = CAST('[]' AS BLOB) WHERE instr(bytes, '03:04:05') > 0", []);
    let failure = vsis.ask_as("bob", &check).unwrap_err();
    assert!(failure.message.contains("is damaged"), "{failure}");
}
