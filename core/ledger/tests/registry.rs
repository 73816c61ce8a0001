//! The officer registry: who may change it, and what is refused.

use ActFault::*;
use comity_crypto::{Purpose, Signature, SigningKey};
use comity_ledger::{ActFault, ActKind, GENESIS, Registry, RegistryAct, RegistryError, SignedAct};
use comity_vocab::{OfficerCode, Role, Roles, Timestamp};
use proptest::prelude::*;

type Signers<'a> = &'a [(&'a str, u8)];

fn key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n; 32])
}

fn code(text: &str) -> OfficerCode {
    text.parse().unwrap()
}

fn roles(words: &str) -> Roles {
    words.split(',').map(|word| word.parse().unwrap()).collect()
}

fn at() -> Timestamp {
    Timestamp::from_unix(1_780_000_000, 0)
}

fn add(registry: &Registry, officer: &str, words: &str, n: u8) -> RegistryAct {
    registry.next_act(ActKind::Add, code(officer), format!("Officer {n}"), roles(words), key(n).verifying_key(), at())
}

fn signed(act: &RegistryAct, by: Signers) -> SignedAct {
    let signatures = by.iter().map(|(officer, n)| (code(officer), act.sign(&key(*n)))).collect();
    SignedAct { bytes: act.bytes(), signatures }
}

/// Carl (key 1) and Cora (key 2), custodians, and Alice (key 3), an analyst who also releases.
fn three() -> (Registry, Vec<SignedAct>) {
    let mut registry = Registry::default();
    let mut acts = Vec::new();
    let steps: [(&str, &str, u8, Signers); 3] = [
        ("carl", "custodian", 1, &[("carl", 1)]),
        ("cora", "custodian,security_officer", 2, &[("cora", 2)]),
        ("alice", "analyst,releasing_officer", 3, &[("carl", 1), ("cora", 2)]),
    ];
    for (officer, words, n, by) in steps {
        assert_eq!(registry.is_open(), acts.len() >= 2);
        let act = signed(&add(&registry, officer, words, n), by);
        registry.apply(&act).unwrap();
        acts.push(act);
    }
    (registry, acts)
}

const BOTH: Signers = &[("carl", 1), ("cora", 2)];

fn check(registry: &Registry, act: &SignedAct, expect: Result<(), ActFault>) {
    let mut after = registry.clone();
    let result = after.apply(act).map_err(|error| error.fault);
    assert_eq!(result, expect, "{}", String::from_utf8_lossy(&act.bytes));
    assert_eq!(after == *registry, expect.is_err(), "a refused act changes nothing");
}

#[test]
fn acts_replay_to_the_same_officers() {
    let (registry, acts) = three();
    assert_eq!(Registry::replay(&acts).unwrap(), registry);
    assert_eq!(registry.head().0, 3);
    let alice = registry.officer(&code("alice")).unwrap();
    assert!(alice.may(Role::Analyst) && !alice.may(Role::Custodian) && alice.since_seq == 2);
    assert_eq!(registry.officers().map(|o| o.code.as_str()).collect::<Vec<_>>(), ["alice", "carl", "cora"]);
    assert_eq!(Registry::replay([]).unwrap().head(), (0, GENESIS));
}

#[test]
fn the_first_two_acts_make_custodians_who_sign_for_themselves() {
    let empty = Registry::default();
    let carl = add(&empty, "carl", "custodian", 1);
    check(&empty, &signed(&carl, &[("carl", 1)]), Ok(()));
    check(&empty, &signed(&carl, &[]), Err(SignatureCount { found: 0, needed: 1 }));
    check(&empty, &signed(&carl, BOTH), Err(SignatureCount { found: 2, needed: 1 }));
    check(&empty, &signed(&carl, &[("carl", 2)]), Err(BadSignature));
    check(&empty, &signed(&carl, &[("cora", 1)]), Err(NotEntitled));
    check(&empty, &signed(&add(&empty, "alice", "analyst", 1), &[("alice", 1)]), Err(NotACustodian));
    let disable = RegistryAct { act: ActKind::Disable, ..carl.clone() };
    check(&empty, &signed(&disable, &[("carl", 1)]), Err(NotACustodian));

    let mut one = empty;
    one.apply(&signed(&carl, &[("carl", 1)])).unwrap();
    let cora = add(&one, "cora", "custodian", 2);
    check(&one, &signed(&cora, &[("cora", 2)]), Ok(()));
    // The first custodian alone cannot enter the second, or act in any other way.
    check(&one, &signed(&cora, &[("carl", 1)]), Err(NotEntitled));
    check(&one, &signed(&add(&one, "carl", "custodian", 2), &[("carl", 2)]), Err(CodeTaken));
    check(&one, &signed(&add(&one, "cora", "custodian", 1), &[("cora", 1)]), Err(KeyTaken));
    check(&one, &signed(&add(&one, "alice", "analyst", 3), &[("alice", 3)]), Err(NotACustodian));
    check(&one, &signed(&one.next_disable(&code("carl"), at()).unwrap(), &[("carl", 1)]), Err(NotACustodian));
}

#[test]
fn later_acts_need_two_different_active_custodians() {
    let (mut registry, _) = three();
    let bob = add(&registry, "bob", "custodian", 4);
    check(&registry, &signed(&bob, BOTH), Ok(()));
    check(&registry, &signed(&bob, &[("cora", 2), ("carl", 1)]), Ok(()));
    check(&registry, &signed(&bob, &[("carl", 1)]), Err(SignatureCount { found: 1, needed: 2 }));
    check(&registry, &signed(&bob, &[]), Err(SignatureCount { found: 0, needed: 2 }));
    check(
        &registry,
        &signed(&bob, &[("carl", 1), ("cora", 2), ("alice", 3)]),
        Err(SignatureCount { found: 3, needed: 2 }),
    );
    check(&registry, &signed(&bob, &[("carl", 1), ("carl", 1)]), Err(SignedTwice));
    check(&registry, &signed(&bob, &[("carl", 1), ("alice", 3)]), Err(NotEntitled));
    check(&registry, &signed(&bob, &[("carl", 1), ("bob", 4)]), Err(NotEntitled));
    check(&registry, &signed(&bob, &[("carl", 1), ("dora", 5)]), Err(NotEntitled));
    check(&registry, &signed(&bob, &[("carl", 1), ("cora", 1)]), Err(BadSignature));
    // A custodian's signature made for something else does not count.
    let mut other = signed(&bob, BOTH);
    other.signatures[1].1 = key(2).sign(Purpose::Approval, &bob.bytes());
    check(&registry, &other, Err(BadSignature));
    other.signatures[1].1 = Signature::from_bytes(&[0; 64]);
    check(&registry, &other, Err(BadSignature));

    // Once disabled, or with a new key, a custodian's old key signs no more.
    registry.apply(&signed(&bob, BOTH)).unwrap();
    registry.apply(&signed(&registry.next_disable(&code("carl"), at()).unwrap(), BOTH)).unwrap();
    let dora = add(&registry, "dora", "analyst", 5);
    check(&registry, &signed(&dora, BOTH), Err(NotEntitled));
    check(&registry, &signed(&dora, &[("cora", 2), ("bob", 4)]), Ok(()));
    let new_key = registry.next_new_key(&code("cora"), key(6).verifying_key(), at()).unwrap();
    registry.apply(&signed(&new_key, &[("cora", 2), ("bob", 4)])).unwrap();
    let dora = add(&registry, "dora", "analyst", 5);
    check(&registry, &signed(&dora, &[("cora", 2), ("bob", 4)]), Err(BadSignature));
    check(&registry, &signed(&dora, &[("cora", 6), ("bob", 4)]), Ok(()));
}

#[test]
fn what_an_act_may_change() {
    let (registry, _) = three();
    let (alice, carl) = (code("alice"), code("carl"));
    let fresh = key(9).verifying_key();
    let disable = registry.next_disable(&alice, at()).unwrap();
    let new_key = registry.next_new_key(&alice, fresh, at()).unwrap();
    let other_roles = registry.next_roles(&alice, roles("analyst"), at()).unwrap();
    for (act, expect) in [
        (disable.clone(), Ok(())),
        (new_key.clone(), Ok(())),
        (other_roles.clone(), Ok(())),
        (RegistryAct { key: fresh, ..disable.clone() }, Err(OtherChange)),
        (RegistryAct { roles: roles("analyst"), ..disable.clone() }, Err(OtherChange)),
        (RegistryAct { name: "Other".to_owned(), ..disable.clone() }, Err(OtherChange)),
        (RegistryAct { roles: roles("analyst"), ..new_key.clone() }, Err(OtherChange)),
        (RegistryAct { key: disable.key, ..new_key.clone() }, Err(OtherChange)),
        (RegistryAct { key: key(1).verifying_key(), ..new_key.clone() }, Err(KeyTaken)),
        (RegistryAct { key: fresh, ..other_roles.clone() }, Err(OtherChange)),
        (RegistryAct { roles: disable.roles.clone(), ..other_roles.clone() }, Err(OtherChange)),
        (RegistryAct { officer: code("nobody"), ..disable.clone() }, Err(NoSuchOfficer)),
        (RegistryAct { seq: 2, ..disable.clone() }, Err(Position)),
        (RegistryAct { seq: 4, ..disable.clone() }, Err(Position)),
        (RegistryAct { prev: GENESIS, ..disable.clone() }, Err(NotNext)),
        (add(&registry, "alice", "analyst", 9), Err(CodeTaken)),
        (add(&registry, "bob", "analyst", 3), Err(KeyTaken)),
        (registry.next_disable(&carl, at()).unwrap(), Err(TooFewCustodians)),
        (registry.next_roles(&carl, roles("analyst"), at()).unwrap(), Err(TooFewCustodians)),
        (registry.next_roles(&carl, roles("custodian,analyst"), at()).unwrap(), Ok(())),
    ] {
        check(&registry, &signed(&act, BOTH), expect);
    }
    assert!(registry.next_disable(&code("nobody"), at()).is_none());
}

#[test]
fn who_is_out_stays_out_and_keys_are_never_used_again() {
    let (mut registry, _) = three();
    let disable = registry.next_disable(&code("alice"), at()).unwrap();
    registry.apply(&signed(&disable, BOTH)).unwrap();
    assert!(!registry.officer(&code("alice")).unwrap().may(Role::Analyst));
    assert!(registry.next_roles(&code("alice"), roles("analyst"), at()).is_none());
    check(&registry, &signed(&add(&registry, "alice", "analyst", 9), BOTH), Err(CodeTaken));
    check(&registry, &signed(&add(&registry, "bob", "analyst", 3), BOTH), Err(KeyTaken));
    let (seq, prev) = registry.head();
    for kind in [ActKind::Disable, ActKind::NewKey, ActKind::Roles] {
        let again = RegistryAct { seq, prev, act: kind, key: key(9).verifying_key(), ..disable.clone() };
        check(&registry, &signed(&again, BOTH), Err(NoSuchOfficer));
    }
    let new_key = registry.next_new_key(&code("cora"), key(7).verifying_key(), at()).unwrap();
    registry.apply(&signed(&new_key, BOTH)).unwrap();
    let lost = add(&registry, "bob", "analyst", 2);
    check(&registry, &signed(&lost, &[("carl", 1), ("cora", 7)]), Err(KeyTaken));
}

#[test]
fn operators_see_no_content_and_names_are_plain() {
    let (registry, _) = three();
    let act = |words: &str, name: &str| RegistryAct { name: name.to_owned(), ..add(&registry, "olaf", words, 9) };
    for (words, name, expect) in [
        ("node_operator", "Olaf Op", Ok(())),
        ("node_operator,custodian", "Olaf Op", Ok(())),
        ("node_operator,security_officer", "Olaf Op", Ok(())),
        ("node_operator,analyst", "Olaf Op", Err(OperatorWithContent)),
        ("node_operator,desk_officer", "Olaf Op", Err(OperatorWithContent)),
        ("node_operator,source_handler", "Olaf Op", Err(OperatorWithContent)),
        ("node_operator,custodian,releasing_officer", "Olaf Op", Err(OperatorWithContent)),
        ("analyst", "Иван Œ 王\u{200c}", Ok(())),
        ("analyst", "", Err(Name)),
        ("analyst", " ", Err(Name)),
        ("analyst", "two\nlines", Err(Name)),
        ("analyst", "turned \u{202e}round", Err(Name)),
        ("analyst", "un\u{200b}seen", Err(Name)),
    ] {
        check(&registry, &signed(&act(words, name), BOTH), expect);
    }
    check(&registry, &signed(&act("analyst", &"n".repeat(200)), BOTH), Ok(()));
    check(&registry, &signed(&act("analyst", &"n".repeat(201)), BOTH), Err(Name));
    check(&registry, &signed(&RegistryAct { roles: Roles::new(), ..act("analyst", "n") }, BOTH), Err(NoRole));
}

#[test]
fn only_the_exact_form_is_read() {
    let (registry, _) = three();
    let act = add(&registry, "bob", "analyst,releasing_officer", 9);
    let text = String::from_utf8(act.bytes()).unwrap();
    assert_eq!(RegistryAct::parse(text.as_bytes()).unwrap(), act);
    for bad in [
        text.replace(',', ", "),
        text.replace("{\"seq\":3,", "{\"seq\":3,\"seq\":3,"),
        text.replace("\"seq\":3,", "\"seq\":3,\"more\":1,"),
        text.replace("\"seq\":3", "\"seq\":3.0"),
        text.replace("\"seq\":3", "\"seq\":-3"),
        text.replace("[\"analyst\",\"releasing_officer\"]", "[\"releasing_officer\",\"analyst\"]"),
        text.replace("[\"analyst\",", "[\"analyst\",\"analyst\","),
        text.replace("\"add\"", "\"Add\""),
        text.replace(".000Z", "Z"),
        text.replace("Officer", "\\u004fficer"),
        text.replace("=\"", "\""),
        text.replace("\"name\":\"Officer 9\",", ""),
        format!("{text}\n"),
        format!("{text}{text}"),
        format!("[{text}]"),
        String::new(),
        " ".repeat(5000),
    ] {
        assert_ne!(bad, text);
        assert_eq!(RegistryAct::parse(bad.as_bytes()), Err(Malformed), "{bad}");
    }
}

#[test]
fn an_act_longer_than_any_is_not_read() {
    let (registry, _) = three();
    let short = RegistryAct { name: String::new(), ..add(&registry, "bob", "analyst", 9) };
    let of = |bytes: usize| {
        let act = RegistryAct { name: "n".repeat(bytes - short.bytes().len()), ..short.clone() };
        assert_eq!(act.bytes().len(), bytes);
        RegistryAct::parse(&act.bytes())
    };
    assert_eq!(of(4096), Err(Name), "read, and its name refused");
    assert_eq!(of(4097), Err(Malformed));
    assert_eq!(of(5000), Err(Malformed));
}

#[test]
fn replay_names_the_first_bad_act() {
    let (_, acts) = three();
    let check = |acts: &[SignedAct], seq, fault| {
        assert_eq!(Registry::replay(acts), Err(RegistryError { seq, fault }));
    };
    check(&acts[1..], 0, Position);
    check(&[acts[0].clone(), acts[2].clone()], 1, Position);
    check(&[acts[0].clone(), acts[0].clone()], 1, Position);
    let mut changed = acts.clone();
    changed[2].bytes.push(b' ');
    check(&changed, 2, Malformed);
    changed[2] = acts[2].clone();
    changed[0].signatures.clear();
    check(&changed, 0, SignatureCount { found: 0, needed: 1 });
}

proptest! {
    #[test]
    fn flipping_any_bit_of_any_act_or_signature_is_found(act in 0usize..3, at: prop::sample::Index, in_signature: bool) {
        let (_, mut acts) = three();
        if in_signature {
            let signature = &mut acts[act].signatures[0].1;
            let mut bytes = signature.to_bytes();
            let bit = at.index(512);
            bytes[bit / 8] ^= 1 << (bit % 8);
            *signature = Signature::from_bytes(&bytes);
        } else {
            let bytes = &mut acts[act].bytes;
            let bit = at.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        prop_assert_eq!(Registry::replay(&acts).unwrap_err().seq, act as u64);
    }
}
