//! Cards (spec/link.md §2).

use crate::common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Purpose, SealingKey, SigningKey};
use comity_link::{Card, CardError, CardOrganisation, certify_node, certify_sealing, certify_tls};
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
        certify_node(&keys.organisation, keys.node.verifying_key(), end()),
        certify_sealing(&keys.organisation, keys.sealing.public(), end()),
        certify_tls(&keys.node, Digest([4; 32]), end()),
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
    check("too long", " ".repeat(16 * 1024 + 1), &|e| *e == CardError::TooLong { bytes: 16 * 1024 + 1 });
}

#[test]
fn a_card_past_an_end_date_is_refused() {
    let error = Card::open(&good(), end()).unwrap_err();
    assert_eq!(error, CardError::Expired { what: "node key", not_after: end() });
    assert!(Card::open(&good(), at("2027-02-28T23:59:59Z")).is_ok());
}

#[test]
fn names_show_what_they_are() {
    let long = "n".repeat(121);
    let accents = format!("Valdori{}", "\u{301}".repeat(4));
    for (name, good) in [
        ("Služba bezpečnosti", true),
        ("安全局", true),
        ("خدمة الأمن", true),
        ("", false),
        (" padded", false),
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
    for (endpoint, good) in [
        ("gate.example:7400", true),
        ("192.0.2.1:1", true),
        ("[2001:db8::1]:65535", true),
        ("localhost:7400", true),
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
    assert!(issue("Name", "police", &["a:1"; 9]).is_err());
    for kind in ["", "Police", "a b", "é", &"k".repeat(33)] {
        assert!(issue("Name", kind, &[]).is_err(), "{kind:?}");
    }
}
