//! A protected term of which nothing is left to search for is refused where it enters, and makes nothing clean where it is already.

use super::vault::Scene;
use super::{Request, common, report, telling};
use comity_crypto::Zeroizing;
use comity_node::{FailureKind, Home, HomeKeys, SourceEntry};
use comity_store::Vault;
use comity_store::vault::{NewSource, VaultError};
use common::{code, now};
use serde_json::Value;

fn add(terms: &[&str], cryptonym: &str, identity: &str, contact: &str) -> Request {
    Request::VaultAdd(SourceEntry {
        cryptonym: cryptonym.into(),
        identity: identity.into(),
        contact: contact.into(),
        handlers: vec![],
        terms: terms.iter().map(|term| (*term).into()).collect(),
        reliability: "B".into(),
        notes: String::new(),
    })
}

#[test]
fn a_term_that_cannot_be_searched_for_is_not_entered() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = Scene::new(folder.path()).open();
    for (request, which) in [
        (add(&["Wanda", "=#=#="], "OSPREY", "Wanda", "+999"), "protected term 2"),
        (add(&[], "=#=#=", "Wanda", "+999"), "the cryptonym"),
        (add(&[], "OSPREY", "=#=#=", "+999"), "the identity"),
        (add(&[], "OSPREY", "Wanda", "=#=#="), "the contact"),
    ] {
        let refused = org.ask_as("hal", &request).unwrap_err();
        assert_eq!(refused.kind, FailureKind::Usage);
        assert!(refused.message.starts_with(which), "{refused}");
        assert!(!refused.message.contains("=#=#="), "the term itself is not repeated");
        assert!(refused.hint.is_some());
    }
    let listed = org.ask_as("hal", &Request::VaultList).unwrap();
    assert_eq!(listed["sources"].as_array().unwrap().len(), 1, "nothing was entered");
    org.ask_as("hal", &add(&[], "OSPREY", "Wanda (?!?!), baker", "")).unwrap();
    let id = report(&mut org, "kept at home");
    org.release(telling(&id, "kps", "They say heron.")).unwrap();
}

/// Puts a source into the vault as a version before did, which looked at the length of a term only.
fn entered_before(scene: &Scene, source: &NewSource) {
    let expected = scene.holdings().view().desk().vault_commitment().unwrap().unwrap();
    let keys = HomeKeys::open(&Home::open(&scene.home).unwrap(), common::PASSPHRASE).unwrap();
    let mut nonce = 0u8;
    let nonces = Box::new(move || {
        nonce += 1;
        [nonce; 24]
    });
    let (mut vault, _) = Vault::open(&scene.vault(), &keys.vault_seed, nonces, Some(&expected)).unwrap();
    let id = uuid::Uuid::from_u128(7);
    let mut after = None;
    let before = |tag: &comity_vocab::Digest| {
        after = Some(*tag);
        Ok::<(), VaultError>(())
    };
    vault.add(id, source, &code("hal"), now(), before).unwrap();
    drop(vault);
    scene.commit(after.unwrap(), None);
}

#[test]
fn a_term_that_is_in_the_vault_and_cannot_be_searched_for_makes_nothing_clean() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let source = NewSource {
        cryptonym: Zeroizing::new("OSPREY".into()),
        true_identity: Zeroizing::new("-".into()),
        contact: Zeroizing::new("?".into()),
        handlers: [code("hal")].into(),
        protected_terms: vec![Zeroizing::new("=#=#=".to_owned()).into()],
        reliability: "B".parse().unwrap(),
        notes: Zeroizing::new(String::new()),
    };
    entered_before(&scene, &source);
    let mut org = scene.open();
    let id = report(&mut org, "kept at home");
    let release = org.draft(telling(&id, "kps", "They say heron.")).unwrap();
    let checked = |org: &mut common::Org, officer: &str| -> Value {
        let checked = org.ask_as(officer, &Request::ReleaseCheck { release: release.clone() }).unwrap();
        assert_eq!(checked["clean"], false);
        checked
    };
    let told = checked(&mut org, "bob");
    assert_eq!((&told["blocked"], told["findings"].as_array().unwrap().len()), (&true.into(), 0), "{told}");
    let source = uuid::Uuid::from_u128(7).to_string();
    let shown = checked(&mut org, "hal")["findings"][0].clone();
    assert_eq!((&shown["rule"], &shown["source"]), (&"undetermined/unmatchable-term".into(), &source.as_str().into()));
    for answer in [&told, &shown] {
        assert!(!answer.to_string().contains("=#=#=") && !answer.to_string().contains("OSPREY"), "{answer}");
    }
    let refused = org.approve(&release).unwrap_err();
    assert_eq!(refused.code.as_deref(), Some("blocked"));
}

#[test]
fn an_own_host_that_cannot_be_searched_for_is_no_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    super::edited::with_hosts(&scene.home, &["intra.vsis.example", " . "]);
    let refused = Home::open(&scene.home).unwrap_err().to_string();
    assert!(refused.contains("policy.internal_hosts, entry 2"), "{refused}");
    super::edited::with_hosts(&scene.home, &["intra.vsis.example"]);
    scene.open();
}
