//! Cards (spec/link.md §2).

use crate::common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Purpose, SealingKey, SigningKey};
use comity_link::{
    Card, CardError, CardOrganisation, Certified, certify_node, certify_sealing, certify_tls, is_certified_node,
};
use comity_vocab::{Digest, Timestamp};
use common::{at, now};

struct Keys {
    organisation: SigningKey,
    node: SigningKey,
    sealing: SealingKey,
}

fn keys() -> Keys {
    Keys {
        organisation: SigningKey::from_seed(&[1; 32]),
        node: SigningKey::from_seed(&[2; 32]),
        sealing: SealingKey::from_seed(&[3; 32]),
    }
}

fn end() -> Timestamp {
    at("2027-03-01T00:00:00Z")
}

fn issue(name: &str, kind: &str, endpoints: &[&str]) -> Result<String, CardError> {
    issue_until(name, kind, endpoints, [end(); 3])
}

/// Issues a card whose node key, sealing key and TLS key hold until these dates.
fn issue_until(
    name: &str,
    kind: &str,
    endpoints: &[&str],
    [node, sealing, tls]: [Timestamp; 3],
) -> Result<String, CardError> {
    let keys = keys();
    let organisation = CardOrganisation {
        code: "vsis".parse().unwrap(),
        name: name.to_owned(),
        country: "VSL".parse().unwrap(),
        kind: kind.to_owned(),
        key: keys.organisation.verifying_key(),
    };
    Card::issue(
        organisation,
        certify_node(&keys.organisation, keys.node.verifying_key(), node),
        certify_sealing(&keys.organisation, keys.sealing.public(), sealing),
        certify_tls(&keys.node, Digest([4; 32]), tls),
        endpoints.iter().map(|endpoint| (*endpoint).to_owned()).collect(),
        now(),
        &keys.node,
    )
}

fn good() -> String {
    issue("Valdorian Security Service", "intelligence_service", &["gate.vsis.example:7400", "[::1]:7400"]).unwrap()
}

/// Signs another payload the way a hostile organisation could.
fn signed(payload: &str) -> String {
    let signature = keys().node.sign(Purpose::Card, payload.as_bytes());
    format!("{{\"card\":\"{}\",\"signature\":\"{signature}\"}}", STANDARD.encode(payload))
}

fn payload(card: &str) -> String {
    let outer: serde_json::Value = serde_json::from_str(card).unwrap();
    String::from_utf8(STANDARD.decode(outer["card"].as_str().unwrap()).unwrap()).unwrap()
}

#[test]
fn a_card_that_was_issued_is_opened() {
    let card = Card::open(&format!("{}\n", good()), now()).unwrap();
    assert_eq!(card.organisation.code.as_str(), "vsis");
    assert_eq!(card.node.key, keys().node.verifying_key());
    assert_eq!(card.endpoints.len(), 2);
    assert!(good().len() < 8 * 1024);
}

#[test]
fn an_altered_card_is_refused() {
    let good = good();
    let text = payload(&good);
    let check = |what: &str, card: String, wanted: &dyn Fn(&CardError) -> bool| {
        let error = Card::open(&card, now()).expect_err(what);
        assert!(wanted(&error), "{what}: {error:?}");
    };
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from));
        signed(&text.replacen(from, to, 1))
    };
    let unsigned = good.replacen("\"signature\":\"", "\"signature\":\"AA", 1);
    check("a signature cut short", unsigned, &|e| matches!(e, CardError::Malformed { .. }));
    let tampered =
        format!("{{\"card\":\"{}\",{}", STANDARD.encode(text.replace("vsis", "kpss")), good.split_once(',').unwrap().1);
    check("another code, signature kept", tampered, &|e| *e == CardError::BadSignature { what: "card" });
    let not_after = "\"not_after\":\"2027";
    let later = "\"not_after\":\"2037";
    check("a later end of the node key", replaced(not_after, later), &|e| {
        *e == CardError::BadSignature { what: "node key" }
    });
    let parts: Vec<&str> = text.split("\"sealing\"").collect();
    let longer = format!("{}\"sealing\"{}", parts[0], parts[1].replacen(not_after, later, 1));
    check("a later end of the sealing key", signed(&longer), &|e| {
        *e == CardError::BadSignature { what: "sealing key" }
    });
    let parts: Vec<&str> = text.split("\"tls\"").collect();
    let longer = format!("{}\"tls\"{}", parts[0], parts[1].replacen(not_after, later, 1));
    check("a later end of the TLS key", signed(&longer), &|e| *e == CardError::BadSignature { what: "TLS key" });
    let own = SigningKey::from_seed(&[9; 32]).verifying_key().to_string();
    let other_org = replaced(&keys().organisation.verifying_key().to_string(), &own);
    check("another organisation's key", other_org, &|e| *e == CardError::BadSignature { what: "node key" });
    check("an unknown field", replaced("\"version\":1", "\"version\":1,\"x\":1"), &|e| {
        matches!(e, CardError::Malformed { .. })
    });
    check("a field twice", replaced("\"version\":1", "\"version\":1,\"version\":1"), &|e| {
        matches!(e, CardError::Malformed { .. })
    });
    check("another version", replaced("\"version\":1", "\"version\":2"), &|e| *e == CardError::Version { found: 2 });
    check("bad code", replaced("\"code\":\"vsis\"", "\"code\":\"VSIS\""), &|e| {
        matches!(e, CardError::Malformed { .. })
    });
    check("cut off", good[..good.len() - 1].to_owned(), &|e| matches!(e, CardError::Malformed { .. }));
    check("nothing", String::new(), &|e| matches!(e, CardError::Malformed { .. }));
    check("as long as a card may be", " ".repeat(16 * 1024), &|e| matches!(e, CardError::Malformed { .. }));
    check("too long", " ".repeat(16 * 1024 + 1), &|e| *e == CardError::TooLong { bytes: 16 * 1024 + 1 });
}

#[test]
fn a_card_past_an_end_date_is_refused() {
    let error = Card::open(&good(), end()).unwrap_err();
    assert_eq!(error, CardError::Expired { what: "node key", not_after: end() });
    assert!(Card::open(&good(), at("2027-02-28T23:59:59Z")).is_ok());
}

#[test]
fn each_end_date_of_a_card_counts() {
    let early = at("2026-09-01T00:00:00Z");
    for (n, what) in ["node key", "sealing key", "TLS key"].into_iter().enumerate() {
        let mut dates = [end(); 3];
        dates[n] = early;
        let card = issue_until("Name", "police", &[], dates).unwrap();
        assert!(Card::open(&card, at("2026-08-31T23:59:59Z")).is_ok(), "{what}");
        for now in [early, at("2026-09-01T00:00:01Z")] {
            assert_eq!(Card::open(&card, now), Err(CardError::Expired { what, not_after: early }));
        }
        // None is issued that has ended already.
        dates[n] = now();
        assert!(matches!(issue_until("Name", "police", &[], dates), Err(CardError::Expired { .. })), "{what}");
    }
}

#[test]
fn a_card_is_signed_by_the_node_that_it_names() {
    let keys = keys();
    let card = Card::open(&good(), now()).unwrap();
    let other = SigningKey::from_seed(&[9; 32]);
    let issued = Card::issue(card.organisation, card.node, card.sealing, card.tls, card.endpoints, now(), &other);
    assert_eq!(issued, Err(CardError::OtherNodeKey));
    let node = certify_node(&keys.organisation, keys.node.verifying_key(), end());
    assert!(is_certified_node(&keys.organisation.verifying_key(), &node));
    assert!(!is_certified_node(&other.verifying_key(), &node));
    assert!(!is_certified_node(&keys.organisation.verifying_key(), &certify_node(&other, node.key, end())));
    let later = Certified { not_after: at("2037-03-01T00:00:00Z"), ..node.clone() };
    assert!(!is_certified_node(&keys.organisation.verifying_key(), &later));
    let another = Certified { key: other.verifying_key(), ..node };
    assert!(!is_certified_node(&keys.organisation.verifying_key(), &another));
}

#[test]
fn names_show_what_they_are() {
    let long = "n".repeat(121);
    let accents = format!("Valdori{}", "\u{301}".repeat(4));
    let (longest, three) = ("é".repeat(120), format!("Valdori{0}a{0}", "\u{301}".repeat(3)));
    for (name, good) in [
        ("Služba bezpečnosti", true),
        ("安全局", true),
        ("خدمة الأمن", true),
        (&longest, true),
        (&three, true),
        ("", false),
        (" padded", false),
        ("padded ", false),
        ("line\nbreak", false),
        ("tab\tbed", false),
        ("\u{1b}[2J", false),
        ("Val\u{202e}dor", false),
        ("Val\u{200b}dor", false),
        ("Val\u{2066}dor", false),
        ("Val\u{feff}dor", false),
        ("Val\u{ad}dor", false),
        ("Val\u{e0041}dor", false),
        ("Val\u{a0}dor", false),
        (&long, false),
        (&accents, false),
    ] {
        assert_eq!(issue(name, "police", &[]).is_ok(), good, "{name:?}");
    }
}

#[test]
fn endpoints_and_kinds() {
    // Labels of 49 letters, and a last one that makes the whole this long.
    let host = |length: usize| format!("{}{}", format!("{}.", "a".repeat(49)).repeat(5), "b".repeat(length - 250));
    for (endpoint, good) in [
        ("gate.example:7400", true),
        ("192.0.2.1:1", true),
        ("[2001:db8::1]:65535", true),
        ("localhost:7400", true),
        (&format!("{}.example:1", "a".repeat(63)), true),
        (&format!("{}.example:1", "a".repeat(64)), false),
        (&format!("{}:1", host(253)), true),
        (&format!("{}:1", host(254)), false),
        ("gate-.example:7400", false),
        ("gate_way.example:7400", false),
        ("gate.example", false),
        ("gate.example:0", false),
        ("gate.example:65536", false),
        ("gate.example:+80", false),
        ("gate.example:080", false),
        (":7400", false),
        ("https://gate.example:7400", false),
        ("user@gate.example:7400", false),
        ("gate .example:7400", false),
        ("gate..example:7400", false),
        ("-gate.example:7400", false),
        ("[::1:7400", false),
        ("2001:db8::1:7400", false),
    ] {
        assert_eq!(issue("Name", "police", &[endpoint]).is_ok(), good, "{endpoint}");
    }
    assert!(issue("Name", "police", &["a:1"; 8]).is_ok());
    assert!(issue("Name", "police", &["a:1"; 9]).is_err());
    assert!(issue("Name", &"k".repeat(32), &[]).is_ok());
    for kind in ["", "Police", "a b", "é", &"k".repeat(33)] {
        assert!(issue("Name", kind, &[]).is_err(), "{kind:?}");
    }
}
