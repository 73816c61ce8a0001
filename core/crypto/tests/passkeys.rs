//! Passkeys against case 199 of the catalogue of bad inputs: every answer that differs from what was asked is refused, alike.

use ciborium::Value as Cbor;
use comity_crypto::Purpose;
use comity_crypto::passkey::{
    Assertion, Known, NewPasskey, Origin, PasskeyError, PasskeyKey, Registration, RelyingParty, assert as answered,
    challenge, challenge_of, counter_moves_on, origin_host, register,
};
use comity_kit::authenticator::{
    AT, Answer, Authenticator, BE, BS, ED, UP, UV, attestation_object, base64url, cbor, client_data, sha256,
};
use proptest::prelude::*;

const RP: &str = "desk.example";
const ORIGIN: &str = "https://desk.example";
const CHALLENGE: [u8; 32] = [7; 32];

fn party() -> RelyingParty<'static> {
    RelyingParty { id: RP, origin: Origin::Exactly(ORIGIN) }
}

fn make(client_data: &[u8], attestation_object: &[u8]) -> Result<NewPasskey, PasskeyError> {
    register(&party(), &CHALLENGE, &Registration { client_data, attestation_object })
}

fn made(key: &Authenticator) -> NewPasskey {
    let (client, object) = key.create(RP, ORIGIN, &CHALLENGE);
    make(&client, &object).unwrap()
}

fn ask(known: &NewPasskey, answer: &Answer) -> Result<u32, PasskeyError> {
    let known = Known { key: &known.key, backup_eligible: known.backup_eligible };
    let assertion = Assertion {
        authenticator_data: &answer.authenticator_data,
        client_data: &answer.client_data,
        signature: &answer.signature,
    };
    answered(&party(), &CHALLENGE, &known, &assertion)
}

fn both() -> [Authenticator; 2] {
    [Authenticator::es256(3), Authenticator::eddsa(4)]
}

#[test]
fn what_is_as_asked_holds() {
    for mut key in both() {
        let new = made(&key);
        assert_eq!((new.credential.as_slice(), new.counter), (&key.credential[..], 1));
        assert_eq!(PasskeyKey::from_bytes(&new.key.to_bytes()), Ok(new.key));
        let text = serde_json::to_string(&new.key).unwrap();
        assert_eq!(serde_json::from_str::<PasskeyKey>(&text).unwrap(), new.key);
        let answer = key.answer(RP, ORIGIN, &CHALLENGE);
        assert_eq!(ask(&new, &answer), Ok(1));
        assert_eq!(challenge_of(&answer.client_data), Ok(CHALLENGE));
    }
}

/// Every way to make a passkey wrongly. Each row changes one thing of what holds.
#[test]
fn registrations_that_are_not_as_asked() {
    for key in both() {
        let cose = cbor(&Cbor::Map(key.cose()));
        let data = |flags: u8| key.registration_data(RP, flags, &cose);
        let none = |data: &[u8]| attestation_object("none", Vec::new(), data);
        let good = none(&data(UP | UV));
        let good_client = client_data("webauthn.create", &CHALLENGE, ORIGIN);
        make(&good_client, &good).unwrap();
        let text = |text: &str| Cbor::Text(text.into());
        let with_key =
            |entries: Vec<(Cbor, Cbor)>| none(&key.registration_data(RP, UP | UV, &cbor(&Cbor::Map(entries))));
        let altered = |label: i64, value: Cbor| {
            let mut entries = key.cose();
            let place = entries.iter().position(|(name, _)| *name == Cbor::Integer(label.into())).unwrap();
            entries[place].1 = value;
            with_key(entries)
        };
        let without = |label: i64| {
            with_key(key.cose().into_iter().filter(|(name, _)| *name != Cbor::Integer(label.into())).collect())
        };
        let mut doubled_key = key.cose();
        doubled_key.push(key.cose()[2].clone());
        let mut extra_key = key.cose();
        extra_key.push((Cbor::Integer(99.into()), Cbor::Null));
        let signed = [&data(UP | UV)[..], &sha256(&good_client)].concat();
        let packed = |algorithm: i64, signature: Vec<u8>, more: Vec<(Cbor, Cbor)>| {
            let mut statement =
                vec![(text("alg"), Cbor::Integer(algorithm.into())), (text("sig"), Cbor::Bytes(signature))];
            statement.extend(more);
            attestation_object("packed", statement, &data(UP | UV))
        };
        let own = if key.cose().len() == 5 { -7 } else { -8 };
        make(&good_client, &packed(own, key.sign(&signed), vec![])).unwrap();
        let map = |entries: Vec<(Cbor, Cbor)>| cbor(&Cbor::Map(entries));
        let auth = Cbor::Bytes(data(UP | UV));
        let objects: Vec<(&str, Vec<u8>)> = vec![
            ("another relying party", none(&key.registration_data("evil.example", UP | UV, &cose))),
            ("user not verified", none(&data(UP))),
            ("user not present", none(&data(UV))),
            ("copied though it cannot be", none(&data(UP | UV | BS))),
            ("no credential in it", none(&key.head(RP, UP | UV))),
            (
                "credential flag missing",
                none(&{
                    let mut bytes = data(UP | UV);
                    bytes[32] &= !AT;
                    bytes
                }),
            ),
            ("extensions promised, none there", none(&data(UP | UV | ED))),
            ("bytes after the key", none(&[&data(UP | UV)[..], b"x"].concat())),
            ("cut off", none(&data(UP | UV)[..60])),
            ("no authenticator data", map(vec![(text("fmt"), text("none")), (text("attStmt"), Cbor::Map(vec![]))])),
            ("no format", map(vec![(text("attStmt"), Cbor::Map(vec![])), (text("authData"), auth.clone())])),
            ("no statement", map(vec![(text("fmt"), text("none")), (text("authData"), auth.clone())])),
            (
                "authenticator data twice",
                map(vec![
                    (text("fmt"), text("none")),
                    (text("attStmt"), Cbor::Map(vec![])),
                    (text("authData"), auth.clone()),
                    (text("authData"), auth.clone()),
                ]),
            ),
            (
                "a fourth entry",
                map(vec![
                    (text("fmt"), text("none")),
                    (text("attStmt"), Cbor::Map(vec![])),
                    (text("authData"), auth.clone()),
                    (text("more"), Cbor::Null),
                ]),
            ),
            ("a statement with format none", attestation_object("none", vec![(text("a"), Cbor::Null)], &data(UP | UV))),
            ("a manufacturer's statement", attestation_object("fido-u2f", vec![], &data(UP | UV))),
            ("packed by another algorithm", packed(-257, key.sign(&signed), vec![])),
            ("packed with a bad signature", packed(own, key.sign(b"other"), vec![])),
            ("packed with a certificate", packed(own, key.sign(&signed), vec![(text("x5c"), Cbor::Array(vec![]))])),
            ("bytes after the object", [&good[..], b"\x00"].concat()),
            ("not CBOR", b"hello".to_vec()),
            ("empty", vec![]),
            ("deeper than read", [&[0x81u8; 64][..], &[0]].concat()),
            ("an indefinite map", [&[0xbf], &good[1..], &[0xff]].concat()),
            ("key type changed", altered(1, Cbor::Integer(3.into()))),
            ("algorithm RS256", altered(3, Cbor::Integer((-257).into()))),
            ("algorithm of the other kind", altered(3, Cbor::Integer((-15 - own).into()))),
            ("another curve", altered(-1, Cbor::Integer(2.into()))),
            ("key not on the curve", altered(-2, Cbor::Bytes(vec![0xff; 32]))),
            ("key too short", altered(-2, Cbor::Bytes(vec![1; 31]))),
            ("no algorithm", without(3)),
            ("no curve", without(-1)),
            ("no key", without(-2)),
            ("a parameter twice", with_key(doubled_key)),
            ("a parameter more", with_key(extra_key)),
        ];
        for (what, object) in objects {
            assert_eq!(make(&good_client, &object), Err(PasskeyError), "{what}");
        }
        for (what, client) in bad_client_data("webauthn.create", "webauthn.get") {
            assert_eq!(make(&client, &good), Err(PasskeyError), "{what}");
        }
        let mut short = Authenticator::es256(3);
        short.credential = vec![1; 15];
        let (client, object) = short.create(RP, ORIGIN, &CHALLENGE);
        assert_eq!(make(&client, &object), Err(PasskeyError), "a credential id that can be guessed");
    }
}

/// Client data that is not as asked, whatever the ceremony.
fn bad_client_data(kind: &str, other: &str) -> Vec<(&'static str, Vec<u8>)> {
    let challenge = base64url(&CHALLENGE);
    let raw = |text: String| text.into_bytes();
    vec![
        ("the other ceremony", client_data(other, &CHALLENGE, ORIGIN)),
        ("another challenge", client_data(kind, &[8; 32], ORIGIN)),
        ("a shorter challenge", client_data(kind, &CHALLENGE[..31], ORIGIN)),
        ("another site", client_data(kind, &CHALLENGE, "https://evil.example")),
        ("a subdomain", client_data(kind, &CHALLENGE, "https://a.desk.example")),
        ("another port", client_data(kind, &CHALLENGE, "https://desk.example:8443")),
        ("without TLS", client_data(kind, &CHALLENGE, "http://desk.example")),
        ("a slash more", client_data(kind, &CHALLENGE, "https://desk.example/")),
        ("capital letters", client_data(kind, &CHALLENGE, "https://Desk.example")),
        (
            "in a frame of another site",
            raw(format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{ORIGIN}","crossOrigin":true}}"#)),
        ),
        (
            "below another site",
            raw(format!(
                r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{ORIGIN}","topOrigin":"https://evil.example"}}"#
            )),
        ),
        (
            "in a frame, who knows",
            raw(format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{ORIGIN}","crossOrigin":null}}"#)),
        ),
        ("no type", raw(format!(r#"{{"challenge":"{challenge}","origin":"{ORIGIN}"}}"#))),
        ("no challenge", raw(format!(r#"{{"type":"{kind}","origin":"{ORIGIN}"}}"#))),
        ("no origin", raw(format!(r#"{{"type":"{kind}","challenge":"{challenge}"}}"#))),
        (
            "origin twice",
            raw(format!(
                r#"{{"type":"{kind}","challenge":"{challenge}","origin":"https://evil.example","origin":"{ORIGIN}"}}"#
            )),
        ),
        ("padded challenge", raw(format!(r#"{{"type":"{kind}","challenge":"{challenge}=","origin":"{ORIGIN}"}}"#))),
        ("bytes after it", raw(format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{ORIGIN}"}}x"#))),
        ("not JSON", b"challenge".to_vec()),
        ("empty", vec![]),
        ("an array", raw(format!(r#"["{kind}","{challenge}","{ORIGIN}"]"#))),
        (
            "very long",
            raw(format!(
                r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{ORIGIN}","pad":"{}"}}"#,
                "x".repeat(5_000)
            )),
        ),
    ]
}

#[test]
fn answers_that_are_not_as_asked() {
    for key in both() {
        let known = made(&key);
        let good_client = client_data("webauthn.get", &CHALLENGE, ORIGIN);
        let good = key.answer_with(key.head(RP, UP | UV), good_client.clone());
        ask(&known, &good).unwrap();
        for (what, client) in bad_client_data("webauthn.get", "webauthn.create") {
            // Even signed by the right key.
            assert_eq!(ask(&known, &key.answer_with(key.head(RP, UP | UV), client)), Err(PasskeyError), "{what}");
        }
        let attested = key.registration_data(RP, UP | UV, &cbor(&Cbor::Map(key.cose())));
        let doubled =
            cbor(&Cbor::Map(vec![(Cbor::Text("a".into()), Cbor::Null), (Cbor::Text("a".into()), Cbor::Null)]));
        for (what, data) in [
            ("another relying party", key.head("evil.example", UP | UV)),
            ("user not verified", key.head(RP, UP)),
            ("user not present", key.head(RP, UV)),
            ("suddenly may be copied", key.head(RP, UP | UV | BE)),
            ("suddenly was copied", key.head(RP, UP | UV | BE | BS)),
            ("brings a credential", attested),
            ("bytes after it", [&key.head(RP, UP | UV)[..], b"x"].concat()),
            ("extensions promised, none there", key.head(RP, UP | UV | ED)),
            ("extensions that are no map", [&key.head(RP, UP | UV | ED)[..], &[0x01]].concat()),
            ("an extension twice", [&key.head(RP, UP | UV | ED)[..], &doubled].concat()),
            ("cut off", key.head(RP, UP | UV)[..36].to_vec()),
            ("empty", vec![]),
        ] {
            assert_eq!(ask(&known, &key.answer_with(data, good_client.clone())), Err(PasskeyError), "{what}");
        }
        let signature = |signature: Vec<u8>| Answer { signature, ..good.clone() };
        let other = if known.key.algorithm() == -7 { Authenticator::eddsa(9) } else { Authenticator::es256(9) };
        let same_kind = if known.key.algorithm() == -7 { Authenticator::es256(9) } else { Authenticator::eddsa(9) };
        let mut flipped = good.signature.clone();
        *flipped.last_mut().unwrap() ^= 1;
        for (what, answer) in [
            ("no signature", signature(vec![])),
            ("a bit changed", signature(flipped)),
            ("cut off", signature(good.signature[..good.signature.len() - 1].to_vec())),
            ("bytes after it", signature([&good.signature[..], &[0]].concat())),
            ("very long", signature(vec![0x30; 10_000])),
            ("another key", same_kind.answer_with(good.authenticator_data.clone(), good_client.clone())),
            ("another algorithm", other.answer_with(good.authenticator_data.clone(), good_client.clone())),
            ("over the client data only", signature(key.sign(&good_client))),
        ] {
            assert_eq!(ask(&known, &answer), Err(PasskeyError), "{what}");
        }
        let extensions = cbor(&Cbor::Map(vec![(Cbor::Text("credProps".into()), Cbor::Null)]));
        let extended = [&key.head(RP, UP | UV | ED)[..], &extensions].concat();
        ask(&known, &key.answer_with(extended, good_client)).unwrap();
    }
}

#[test]
fn a_counter_goes_on_or_is_never_kept() {
    for (stored, new, holds) in
        [(0, 0, true), (0, 1, true), (1, 2, true), (1, 1, false), (2, 1, false), (1, 0, false), (5, u32::MAX, true)]
    {
        assert_eq!(counter_moves_on(stored, new), holds, "{stored} {new}");
    }
}

#[test]
fn origins_on_which_passkeys_work() {
    for (origin, host) in [
        ("https://desk.example", Some("desk.example")),
        ("https://desk.example:8443", Some("desk.example")),
        ("http://localhost", Some("localhost")),
        ("http://localhost:8440", Some("localhost")),
        ("http://vsis.localhost:8440", Some("vsis.localhost")),
        ("http://desk.example", None),
        ("http://localhost.example", None),
        ("http://evillocalhost:80", None),
        ("https://desk.example/", None),
        ("https://desk.example:", None),
        ("https://desk.example:0", None),
        ("https://desk.example:443", None),
        ("http://localhost:80", None),
        ("https://desk.example:08443", None),
        ("https://desk.example:99999", None),
        ("https://Desk.example", None),
        ("https://127.0.0.1", None),
        ("https://[::1]", None),
        ("https://user@desk.example", None),
        ("https://desk..example", None),
        ("https://-desk.example", None),
        ("https://", None),
        ("ftp://desk.example", None),
        ("desk.example", None),
        ("null", None),
    ] {
        assert_eq!(origin_host(origin), host, "{origin}");
    }
}

#[test]
fn a_challenge_belongs_to_one_purpose_nonce_and_message() {
    let one = challenge(Purpose::Approval, &[1; 32], b"message");
    assert_eq!(one, challenge(Purpose::Approval, &[1; 32], b"message"));
    assert_ne!(one, challenge(Purpose::RecallApproval, &[1; 32], b"message"));
    assert_ne!(one, challenge(Purpose::Approval, &[2; 32], b"message"));
    assert_ne!(one, challenge(Purpose::Approval, &[1; 32], b"other"));
}

proptest! {
    /// No byte may change, whichever it is; nor does any input end the program.
    #[test]
    fn no_byte_may_change(place in 0usize..1_000, bit in 0u8..8, part in 0usize..4) {
        let key = Authenticator::es256(3);
        let known = made(&key);
        let (client, object) = key.create(RP, ORIGIN, &CHALLENGE);
        let answer = key.answer_with(key.head(RP, UP | UV), client_data("webauthn.get", &CHALLENGE, ORIGIN));
        let flip = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let place = place % bytes.len();
            bytes[place] ^= 1 << bit;
            bytes
        };
        let refused = match part {
            0 => ask(&known, &Answer { authenticator_data: flip(&answer.authenticator_data), ..answer.clone() }).is_err(),
            1 => ask(&known, &Answer { client_data: flip(&answer.client_data), ..answer.clone() }).is_err(),
            2 => ask(&known, &Answer { signature: flip(&answer.signature), ..answer.clone() }).is_err(),
            // A registration is not signed: a changed key or id is another passkey, but never the same.
            _ => make(&client, &flip(&object)).map_or(true, |new| new != known),
        };
        prop_assert!(refused);
    }

    #[test]
    fn any_bytes_get_an_answer(client in proptest::collection::vec(any::<u8>(), 0..300), object in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(make(&client, &object).is_err());
        prop_assert!(make(&client_data("webauthn.create", &CHALLENGE, ORIGIN), &object).is_err());
    }
}
