//! Documents and named controls on the wire: what is read, what is parked and why, and what a proof proves.

use crate::common::{Pair, now};
use crate::releases::{Nothing, ends};
use comity_crypto::{Entropy, Purpose, SigningKey};
use comity_link::{
    Author, Control, DocumentHeader, Features, Parked, Payload, PayloadError, Proof, ProofFault, SealContext,
    SealError, Stated, accept, certify_node, seal_document,
};
use comity_release::{
    Approval, ApprovalProof, Document, DocumentDelivery, DocumentRequest, LeakCorpus, OfficerView, ReleaseId, Released,
    SignedBy, authorise, draft_document, leak_check, release_message,
};
use comity_vocab::{Form, OfficerCode, Role, Roles, SecurityLabel, Tlp};
use comity_work::{Body, Hello};
use std::collections::BTreeSet;

const TEXT: &str = "Good morning.";

/// A greeting that two officers released for two partners.
fn released() -> Released<Document> {
    let key = |seed: u8| SigningKey::from_seed(&[seed; 32]).verifying_key();
    let body = Body::Hello(Hello { text: TEXT.to_owned() });
    let draft = draft_document(&DocumentRequest {
        release: ReleaseId(uuid::Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef)),
        body: &body,
        recipients: [("kps".parse().unwrap(), key(3)), ("tfo".parse().unwrap(), key(9))].into(),
        organisation: &"vsis".parse().unwrap(),
        label: SecurityLabel::tlp(Tlp::Green),
        check: LeakCorpus::builder().configuration(),
        now: now(),
        expires: now().plus_seconds(86_400),
    })
    .unwrap();
    let keys = [SigningKey::from_seed(&[11; 32]), SigningKey::from_seed(&[12; 32])];
    let codes: [OfficerCode; 2] = ["alice".parse().unwrap(), "bob".parse().unwrap()];
    let roles = [Role::Analyst, Role::ReleasingOfficer];
    let approval = |n: usize| {
        let message = release_message(&draft.statement(), roles[n], &[], &ends());
        let proof = ApprovalProof::OfficerKey { signature: keys[n].sign(Purpose::Approval, &message) };
        Approval { officer: codes[n].clone(), role: roles[n], proof, anchors: Some(ends()), at: now() }
    };
    let (author, releasing) = (approval(0), approval(1));
    let verifying = [keys[0].verifying_key(), keys[1].verifying_key()];
    let held: [Roles; 2] = roles.map(|role| BTreeSet::from([role]).into_iter().collect());
    let officers = |code: &OfficerCode| {
        let n = codes.iter().position(|known| known == code)?;
        Some(OfficerView { code: &codes[n], key: &verifying[n], roles: &held[n], active: true, passkeys: &[] })
    };
    let checked = leak_check(&draft, &LeakCorpus::builder().build(), &Nothing);
    let signed = SignedBy { author: &author, releasing: &releasing, protection: None, overrides: &[] };
    authorise::<Document>(draft, checked, &signed, &officers, &Nothing, now()).unwrap()
}

/// Randomness that never gives the same twice, as that of a running node.
fn counting() -> Entropy {
    let mut count = 0u64;
    Entropy::new(Box::new(move || {
        count += 1;
        comity_crypto::sha256(&[b"counting", &count.to_be_bytes()]).0
    }))
}

/// The proof, made once, and what goes to each recipient.
fn proved(pair: &Pair) -> (Proof, Vec<Released<DocumentDelivery>>) {
    let organisation = pair.organisation.verifying_key();
    let certificate = certify_node(&pair.organisation, pair.node.verifying_key(), now());
    let author = Author { organisation: &organisation, certificate: &certificate };
    let released = released();
    let proof = Proof::of(&released, &author, &pair.node, &mut Entropy::seeded([5; 32])).unwrap();
    (proof, released.into_deliveries())
}

/// What each of the two recipients reads, kps and tfo.
fn sealed(pair: &Pair) -> Vec<(Vec<u8>, DocumentHeader, Vec<u8>)> {
    let sealing = pair.partner_sealing.public();
    let (proof, deliveries) = proved(pair);
    let mut entropy = Entropy::seeded([5; 32]);
    let mut read = Vec::new();
    for (seq, delivery) in (0u64..).zip(deliveries) {
        let (partner, key) = (delivery.get().recipient.clone(), delivery.get().recipient_key);
        let context = SealContext {
            origin: &pair.origin,
            seq,
            partner: &partner,
            partner_key: &key,
            partner_sealing: &sealing,
            node_key: &pair.node,
            now: now(),
        };
        let sealed = seal_document(delivery, Some(&proof), &context, &mut entropy).unwrap();
        let got = pair.expecting(seq, |expect| accept(sealed.outgoing.envelope(), expect, &pair.partner_sealing));
        let Some(Payload::Document(document)) = got.unwrap().payload().cloned() else { panic!("not a document") };
        read.push((sealed.payload, document.header, document.body));
    }
    read
}

#[test]
fn every_recipient_gets_the_released_bytes_and_the_same_proof() {
    let pair = Pair::new();
    let read = sealed(&pair);
    let [(payload, header, body), (_, other, _)] = &read[..] else { panic!("two recipients") };
    assert_eq!(body, br#"{"text":"Good morning."}"#);
    assert_eq!(
        (header.form, header.label.clone(), header.reply_to),
        (Form::Hello, SecurityLabel::tlp(Tlp::Green), None)
    );
    assert_eq!(header.proof, other.proof, "a proof tells no recipient from another");
    // Each document has a salt of its own.
    let author =
        (pair.organisation.verifying_key(), certify_node(&pair.organisation, pair.node.verifying_key(), now()));
    let author = Author { organisation: &author.0, certificate: &author.1 };
    let mut entropy = counting();
    let [one, two] = [(); 2].map(|()| Proof::of(&released(), &author, &pair.node, &mut entropy).unwrap().salt);
    assert_ne!(one, two);
    let text = String::from_utf8_lossy(payload);
    assert!(!text.contains("alice") && !text.contains("bob"), "approvals stay home: {text}");
}

#[test]
fn a_document_is_sealed_for_whom_it_was_signed_and_for_nobody_else() {
    let pair = Pair::new();
    let (proof, deliveries) = proved(&pair);
    let (sealing, key) = (pair.partner_sealing.public(), pair.partner_organisation.verifying_key());
    let stranger = SigningKey::from_seed(&[77; 32]).verifying_key();
    let context = |partner_key| SealContext {
        origin: &pair.origin,
        seq: 0,
        partner: &pair.partner,
        partner_key,
        partner_sealing: &sealing,
        node_key: &pair.node,
        now: now(),
    };
    let mut entropy = Entropy::seeded([5; 32]);
    for delivery in deliveries {
        let recipient = delivery.get().recipient.clone();
        let expected = match recipient == pair.partner {
            true => SealError::OtherKey { partner: recipient },
            false => SealError::OtherRecipient { recipient, partner: pair.partner.clone() },
        };
        assert_eq!(seal_document(delivery, Some(&proof), &context(&stranger), &mut entropy).unwrap_err(), expected);
    }
    let ours = |proof: Option<&Proof>, entropy: &mut Entropy| {
        let (_, deliveries) = proved(&pair);
        let one = deliveries.into_iter().find(|one| one.get().recipient == pair.partner).unwrap();
        seal_document(one, proof, &context(&key), entropy).map(drop)
    };
    assert_eq!(ours(Some(&proof), &mut entropy), Ok(()));
    // Neither without its proof, nor with one of another document.
    let no_proof = Err(SealError::Payload(PayloadError::Field { field: "proof" }));
    assert_eq!(ours(None, &mut entropy), no_proof);
    let mut other = proof.clone();
    other.salt.0[0] ^= 1;
    assert_eq!(ours(Some(&other), &mut entropy), no_proof);
}

#[test]
fn a_proof_fails_with_anything_changed_and_erased_it_still_holds() {
    let pair = Pair::new();
    let (_, header, body) = sealed(&pair).remove(0);
    let proof = header.proof.unwrap();
    let organisation = pair.organisation.verifying_key();
    let stated = Stated { form: header.form, document: header.document, label: &header.label };
    assert_eq!(proof.check(&organisation, &stated, &body), Ok(()));
    let stranger = SigningKey::from_seed(&[77; 32]);
    assert_eq!(proof.check(&stranger.verifying_key(), &stated, &body), Err(ProofFault::OtherOrganisation));
    let bad = Err(ProofFault::BadSignature);
    let mut bit = body.clone();
    bit[2] ^= 1;
    assert_eq!(proof.check(&organisation, &stated, &bit), bad);
    let label = SecurityLabel::tlp(Tlp::Clear);
    assert_eq!(proof.check(&organisation, &Stated { label: &label, ..stated }, &body), bad);
    let document = uuid::Uuid::from_u128(7);
    assert_eq!(proof.check(&organisation, &Stated { document, ..stated }, &body), bad);
    let mut salted = proof.clone();
    salted.salt.0[0] ^= 1;
    assert_eq!(salted.check(&organisation, &stated, &body), bad);
    // A node key that another organisation certified, or nobody, signs for no one.
    let mut other = proof.clone();
    other.certificate = certify_node(&stranger, pair.node.verifying_key(), now());
    assert_eq!(other.check(&organisation, &stated, &body), Err(ProofFault::NotCertified));
    other.organisation = stranger.verifying_key();
    assert_eq!(other.check(&stranger.verifying_key(), &stated, &body), bad, "the organisation is in what is signed");
    // Without salt and body it verifies, and holds neither.
    let erased = proof.erased(&body);
    assert_eq!(erased.check(&organisation, &stated), Ok(()));
    let left = serde_json::to_string(&erased).unwrap();
    assert!(!left.contains(&proof.salt.to_string()) && !left.contains("morning"), "{left}");
}

#[test]
fn a_line_is_closed_and_an_unknown_form_is_told_from_a_malformed_one() {
    let pair = Pair::new();
    let (payload, ..) = sealed(&pair).remove(0);
    let text = String::from_utf8(payload).unwrap();
    let parked = |text: &str| match Payload::parse(text.as_bytes()) {
        Payload::Unreadable(parked) => Some(parked),
        _ => None,
    };
    assert_eq!(parked(&text), None);
    assert_eq!(parked(&text.replacen("hello/1", "hello/2", 1)), Some(Parked::UnknownKind));
    let newer = text.replacen("hello/1", "hello/2", 1).replacen("\"form\"", "\"shape\":[1],\"form\"", 1);
    assert_eq!(parked(&newer), Some(Parked::UnknownKind), "a newer form may have other fields");
    assert_eq!(parked(&text.replacen("\"form\"", "\"x\":1,\"form\"", 1)), Some(Parked::Malformed));
    assert_eq!(parked(&text.replacen("\"form\"", "\"form\":\"hello/1\",\"form\"", 1)), Some(Parked::Malformed));
    assert_eq!(parked(&text.replacen("TLP:GREEN", "TLP:LOUD", 1)), Some(Parked::Malformed));
    assert_eq!(
        parked(&text.replacen("\"form\"", "\"narrows\":[{\"what\":\"release\",\"id\":\"1\"}],\"form\"", 1)),
        Some(Parked::Malformed)
    );
    let epoch = format!("\"epoch\":{{\"alliance\":\"{0}\",\"n\":1,\"act\":\"{0}\"}},\"form\"", "0".repeat(64));
    assert_eq!(parked(&text.replacen("\"form\"", &epoch, 1)), Some(Parked::Malformed));
    assert_eq!(parked(&text.replacen("document\"", "dossier\"", 1)), Some(Parked::UnknownKind), "another kind");
}

fn named(control: &str, fields: &str) -> Payload {
    Payload::parse(format!("{{\"kind\":\"control\",\"control\":\"{control}\",\"fields\":{fields}}}\n").as_bytes())
}

#[test]
fn features_are_names_and_nothing_else() {
    let mut pair = Pair::new();
    let sealed = pair.seal(0, &Control::Features(Features::ours()));
    let got = pair.expecting(0, |expect| accept(sealed.outgoing.envelope(), expect, &pair.partner_sealing)).unwrap();
    assert_eq!(got.payload(), Some(&Payload::Control(Control::Features(Features::ours()))));
    let empty = r#"{"forms":[],"controls":[],"protocols":[]}"#;
    assert_eq!(named("features/1", empty), Payload::Control(Control::Features(Features::default())));
    assert_eq!(named("features/2", empty), Payload::Unreadable(Parked::UnknownKind));
    let malformed = [
        r#"{"forms":["our man in Kestria"],"controls":[],"protocols":[]}"#.to_owned(),
        r#"{"forms":[],"controls":[]}"#.to_owned(),
        r#"{"forms":["a/1","a/1"],"controls":[],"protocols":[]}"#.to_owned(),
        r#"{"forms":[],"controls":[],"protocols":[],"words":[]}"#.to_owned(),
        format!(
            r#"{{"forms":[{}],"controls":[],"protocols":[]}}"#,
            (1..=65).map(|n| format!("\"a/{n}\"")).collect::<Vec<_>>().join(",")
        ),
        format!(r#"{{"forms":[],"controls":[],"protocols":[]{}}}"#, " ".repeat(4_000)),
    ];
    for fields in malformed {
        assert_eq!(named("features/1", &fields), Payload::Unreadable(Parked::Malformed), "{fields}");
    }
    // The longest that may be written still has the second size class.
    let full = || (1..=64).map(|n| format!("{}/{n}", "a".repeat(36))).collect::<BTreeSet<_>>();
    let most = Features { forms: full(), controls: BTreeSet::new(), protocols: BTreeSet::new() };
    assert!(pair.seal(1, &Control::Features(most)).outgoing.envelope().len() < 4 * 1024 + 2_000);
    let with_body = Payload::parse(
        format!("{{\"kind\":\"control\",\"control\":\"features/1\",\"fields\":{empty}}}\nbody").as_bytes(),
    );
    assert_eq!(with_body, Payload::Unreadable(Parked::Malformed));
}

/// The vectors of spec/vectors/documents.json are what this code gives and reads; `COMITY_BLESS=1` writes them once more.
#[test]
fn the_vectors_are_what_this_code_gives() {
    let pair = Pair::new();
    let (payload, header, body) = sealed(&pair).remove(0);
    let proof = header.proof.unwrap();
    let certificate = serde_json::to_value(&proof.certificate).unwrap();
    let given = serde_json::json!({
        "about": "Vectors of spec/documents.md. Seeds of keys as in link.json; the certificate ends at its own beginning, which a proof does not look at.",
        "payload": String::from_utf8(payload).unwrap(),
        "organisation": proof.organisation,
        "certificate": certificate,
        "signed": format!(
            "comity-document/1\n{}\n{}\n{}\n{}\n-\n{}\n",
            proof.organisation, header.form, header.document, header.label, proof.erased(&body).commitment
        ),
        "erased": serde_json::to_value(proof.erased(&body)).unwrap(),
        "features": "{\"kind\":\"control\",\"control\":\"features/1\",\"fields\":{\"forms\":[\"hello/1\"],\"controls\":[\"features/1\"],\"protocols\":[]}}\n",
        "parked": {
            "unknown-kind": [
                "{\"kind\":\"control\",\"control\":\"features/2\",\"fields\":{}}\n",
                "{\"kind\":\"dossier\"}\n"
            ],
            "malformed": [
                "{\"kind\":\"control\",\"control\":\"features/1\",\"fields\":{\"forms\":[]}}\n",
                "{\"kind\":\"document\",\"form\":\"hello/1\"}\n{\"text\":\"a\"}"
            ]
        }
    });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/documents.json");
    let mut text = serde_json::to_string_pretty(&given).unwrap();
    text.push('\n');
    if std::env::var_os("COMITY_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let vectors: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(given, vectors);
    let signed = vectors["signed"].as_str().unwrap().as_bytes();
    let node = proof.certificate.key;
    assert!(node.verify(Purpose::Document, signed, &proof.signature).is_ok(), "the lines are those that are signed");
    let features = vectors["features"].as_str().unwrap();
    assert_eq!(Payload::parse(features.as_bytes()), Payload::Control(Control::Features(Features::ours())));
    for (reason, parked) in [("unknown-kind", Parked::UnknownKind), ("malformed", Parked::Malformed)] {
        for line in vectors["parked"][reason].as_array().unwrap() {
            assert_eq!(Payload::parse(line.as_str().unwrap().as_bytes()), Payload::Unreadable(parked), "{line}");
        }
    }
}
