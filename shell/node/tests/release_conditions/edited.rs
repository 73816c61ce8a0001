//! Somebody edits the store or the configuration between two steps of a release: whoever looks next must notice, and nothing leaves.

use super::common::{Org, now};
use super::{report, telling, two};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{SealingKey, SigningKey, sha256};
use comity_link::{Card, CardOrganisation, certify_node, certify_sealing, certify_tls};
use comity_node::{Failure, Request};
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
fn card(organisation: &SigningKey, sealing: u8) -> String {
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
    nothing_is_sent(&mut vsis, &release, "signed for another organisation key");
    let mut vsis = reopened(vsis);
    nothing_is_sent(&mut vsis, &release, "signed for another organisation key");
    let id = report(&mut vsis, "kept at home");
    vsis.draft(telling(&id, "kps", "They say magpie.")).unwrap();
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

fn held_card(org: &Org) -> String {
    let holdings = rusqlite::Connection::open(org.node.home().file("holdings/holdings.db")).unwrap();
    holdings.query_row("SELECT card FROM link WHERE code = 'kps'", [], |row| row.get(0)).unwrap()
}

fn inner(card: &str) -> serde_json::Value {
    let signed: serde_json::Value = serde_json::from_str(card).unwrap();
    serde_json::from_slice(&STANDARD.decode(signed["card"].as_str().unwrap()).unwrap()).unwrap()
}

/// Writes which hosts are ours into the configuration of a home.
fn with_hosts(home: &Path, hosts: &[&str]) {
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
