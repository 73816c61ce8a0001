//! The vault: who may read, what is logged, what is on the disk.

mod change;
mod commitment;
use crate::common;

use comity_store::Vault;
use comity_store::vault::{Commitment, Fit, NewSource, Reliability, VaultError};
use comity_vocab::Digest;
use common::*;
use uuid::Uuid;
use zeroize::Zeroizing;

fn nonces() -> Box<dyn FnMut() -> [u8; 24] + Send> {
    let mut n = 0u64;
    Box::new(move || {
        n += 1;
        let mut nonce = [0; 24];
        nonce[..8].copy_from_slice(&n.to_be_bytes());
        nonce[8..16].copy_from_slice(&u64::from(std::process::id()).to_be_bytes());
        nonce
    })
}

const SEED: [u8; 32] = [7; 32];

fn create(home: &Home) -> Vault {
    Vault::create(&home.path("vault.db"), &SEED, nonces()).unwrap()
}

/// Opens the vault where it is as after an act whose tag is given.
fn reopen(home: &Home, settled: Digest) -> Result<(Vault, Fit), VaultError> {
    Vault::open(&home.path("vault.db"), &SEED, nonces(), Some(&Commitment { settled, pending: None }))
}

/// Notes nothing of an act before it is done.
fn unnoted(_: &Digest) -> Result<(), VaultError> {
    Ok(())
}

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

fn source(handlers: &[&str]) -> NewSource {
    NewSource {
        cryptonym: secret("KESTREL"),
        true_identity: secret("Wanda Canaria, born 1970; Pier 9"),
        contact: secret("+999 555 0101"),
        handlers: handlers.iter().map(|code| officer(code)).collect(),
        protected_terms: vec![secret("blue herring").into(), secret("dock foreman").into()],
        reliability: Reliability::B,
        notes: secret("met on Tuesdays"),
    }
}

const ONE: Uuid = Uuid::from_u128(0x0a3f_2f4e_6a0f_4b52_8d5c_8f5d_6e0f_7a11);
const NONE: Uuid = Uuid::from_u128(0x0a3f_2f4e_6a0f_4b52_8d5c_8f5d_6e0f_7a12);

#[test]
fn only_handlers_read_and_every_attempt_is_logged() {
    let home = Home::new();
    let mut vault = create(&home);
    let matter = vault.add(ONE, &source(&["hana", "hugo"]), &officer("hana"), now(), unnoted).unwrap();
    assert_eq!(vault.attach(ONE, &[malware_id(1), malware_id(2)], &officer("hana"), now(), unnoted).unwrap(), 2);
    assert_eq!(vault.attach(ONE, &[malware_id(2), malware_id(3)], &officer("hugo"), now(), unnoted).unwrap(), 1);
    let shown = vault.show(ONE, &officer("hugo"), "meeting tonight", now(), unnoted).unwrap();
    assert_eq!(shown.true_identity.as_str(), "Wanda Canaria, born 1970; Pier 9");
    assert_eq!(shown.objects, [malware_id(1), malware_id(2), malware_id(3)]);
    assert_eq!((shown.reliability, shown.created, shown.matter), (Reliability::B, now(), matter));
    assert!(matches!(vault.show(ONE, &officer("hugo"), "  ", now(), unnoted), Err(VaultError::ReasonMissing)));
    let denied = |result: Result<comity_store::vault::Source, VaultError>| result.err().unwrap().to_string();
    let other = denied(vault.show(ONE, &officer("alice"), "curious", now(), unnoted));
    let absent = denied(vault.show(NONE, &officer("alice"), "curious", now(), unnoted));
    assert_eq!(other, absent, "nobody learns whether a record exists");
    assert!(matches!(
        vault.attach(ONE, &[malware_id(9)], &officer("alice"), now(), unnoted),
        Err(VaultError::NothingReleasedToYou)
    ));
    assert_eq!((vault.list(&officer("hana")).unwrap().len(), vault.list(&officer("alice")).unwrap().len()), (1, 0));
    assert_eq!(vault.list(&officer("hana")).unwrap()[0].objects, 3);
    assert_eq!(vault.sources_of(&malware_id(1), &officer("hana")).unwrap(), [ONE]);
    assert!(vault.sources_of(&malware_id(1), &officer("alice")).unwrap().is_empty());
    assert_eq!(vault.handlers_of(matter).unwrap().len(), 2);
    assert!(vault.handlers_of(matter + 1).is_err());
    let log: Vec<_> =
        vault.accesses().unwrap().into_iter().map(|a| (a.officer.to_string(), a.act, a.allowed)).collect();
    let expect = [
        ("hana", "add", true),
        ("hana", "attach", true),
        ("hugo", "attach", true),
        ("hugo", "show", true),
        ("alice", "show", false),
        ("alice", "show", false),
        ("alice", "attach", false),
    ];
    assert_eq!(log, expect.map(|(who, act, allowed)| (who.to_owned(), act.to_owned(), allowed)));
    let counts = vault.verify().unwrap();
    assert_eq!((counts.sources, counts.joins, counts.accesses), (1, 3, 7));
}

#[test]
fn incomplete_sources_are_refused() {
    let home = Home::new();
    let mut vault = create(&home);
    assert!(matches!(
        vault.add(ONE, &source(&[]), &officer("hana"), now(), unnoted),
        Err(VaultError::Incomplete { .. })
    ));
    let nameless = NewSource { cryptonym: secret(" "), ..source(&["hana"]) };
    assert!(matches!(vault.add(ONE, &nameless, &officer("hana"), now(), unnoted), Err(VaultError::Incomplete { .. })));
}

#[test]
fn terms_for_the_leak_check() {
    let home = Home::new();
    let mut vault = create(&home);
    let matter = vault.add(ONE, &source(&["hana"]), &officer("hana"), now(), unnoted).unwrap();
    let terms = vault.terms().unwrap();
    let has = |term: &str| terms.iter().any(|t| t.term.as_str() == term && t.matter == matter);
    for term in [
        "KESTREL",
        "Wanda Canaria, born 1970; Pier 9",
        "Wanda Canaria",
        "Pier 9",
        "+999 555 0101",
        "blue herring",
        "dock foreman",
    ] {
        assert!(has(term), "{term}");
    }
    assert!(!has("") && !has("met on Tuesdays"));
}

#[test]
fn nothing_readable_is_on_the_disk() {
    let home = Home::new();
    let mut vault = create(&home);
    vault.add(ONE, &source(&["hana"]), &officer("hana"), now(), unnoted).unwrap();
    vault.attach(ONE, &[malware_id(1)], &officer("hana"), now(), unnoted).unwrap();
    vault.show(ONE, &officer("hana"), "because of Tuesday", now(), unnoted).unwrap();
    let check = |home: &Home| {
        let raw = home.raw("vault.db");
        for text in [
            "KESTREL", "Canaria", "Wanda", "0101", "herring", "foreman", "Tuesday", "hana", "malware", "31b940d4",
            "2026-11",
        ] {
            assert!(!contains(&raw, text.as_bytes()), "{text}");
        }
        assert!(contains(&raw, ONE.as_bytes()), "the scan sees what is there");
    };
    check(&home);
    let settled = vault.commitment();
    drop(vault);
    check(&home);
    let expected = Commitment { settled, pending: None };
    let wrong = Vault::open(&home.path("vault.db"), &[8; 32], nonces(), Some(&expected));
    assert!(matches!(wrong, Err(VaultError::WrongKey)));
    // Rows that change places, or bytes that change, are noticed, also where the change came after the opening.
    let (mut vault, _) = reopen(&home, settled).unwrap();
    let mut second = source(&["hugo"]);
    second.cryptonym = secret("OSPREY");
    vault.add(NONE, &second, &officer("hugo"), now(), unnoted).unwrap();
    vault.verify().unwrap();
    let conn = rusqlite::Connection::open(home.path("vault.db")).unwrap();
    conn.execute_batch("UPDATE source SET handlers = (SELECT handlers FROM source WHERE matter = 2) WHERE matter = 1")
        .unwrap();
    drop(conn);
    assert!(!vault.is_undisturbed().unwrap());
    assert!(matches!(vault.verify(), Err(VaultError::Unfit { .. })));
    assert!(matches!(vault.terms(), Err(VaultError::Unfit { .. })));
    assert!(matches!(vault.show(ONE, &officer("hugo"), "swap", now(), unnoted), Err(VaultError::Damaged { .. })));
}
