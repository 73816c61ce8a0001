//! Entries: sealing, accepting, and every way of not being accepted (security.md §5 I; I18, I23, I30, I31, I33).

use crate::common;

use comity_crypto::{Entropy, Purpose, SealingKey, Signature, SigningKey, commitment};
use comity_link::entry::{Content, Envelope, MAX_SEQ, PAYLOAD_BYTES_MAX, SEAL_OVERHEAD_BYTES, SIZE_CLASSES};
use comity_link::{
    EntryStatus, Header, Kept, Opened, Outgoing, OwnControl, Parked, Payload, Refused, SealContext, SealError, Status,
    accept, leaf, park, seal_control, verify_stored,
};
use common::{Pair, now, status};
use proptest::prelude::*;
use std::sync::LazyLock;

fn accepted(pair: &Pair, envelope: &[u8], next_seq: u64) -> Result<comity_link::Accepted, Refused> {
    pair.expecting(next_seq, |expect| accept(envelope, expect, &pair.partner_sealing))
}

#[test]
fn what_was_sealed_is_accepted() {
    let mut pair = Pair::new();
    let sealed = pair.seal(7, &status(3));
    let got = accepted(&pair, sealed.outgoing.envelope(), 7).unwrap();
    assert_eq!((got.seq, &got.header, got.leaf), (7, &sealed.header, sealed.leaf));
    assert_eq!(got.payload(), Some(&Payload::Control(status(3))));
    assert_eq!(got.parked(), None);
    let Opened::Content { salt, bytes, .. } = &got.opened else { panic!("not opened") };
    assert_eq!((salt, bytes), (&sealed.salt, &sealed.payload));
    let header = Header::parse(&got.header).unwrap();
    assert_eq!(header.created, comity_vocab::Timestamp::parse("2026-03-01T00:00:00Z").unwrap().unix_seconds());
    let (stored, stored_leaf) = pair.expecting(7, |expect| verify_stored(&got.header, &got.signature, expect)).unwrap();
    assert_eq!((stored, stored_leaf), (header, got.leaf));
}

#[test]
fn what_is_not_authentic_or_not_next_is_refused() {
    let mut pair = Pair::new();
    let sealed = pair.seal(5, &status(0));
    let other = pair.seal(5, &status(1));
    let good = sealed.outgoing.envelope().to_vec();
    let other_node = SigningKey::from_seed(&[9; 32]).verifying_key();
    let other_desk = SealingKey::from_seed(&[9; 32]);
    let other_origin = comity_link::log_origin(&other_node, &pair.organisation.verifying_key(), 0);
    let other_generation =
        comity_link::log_origin(&pair.organisation.verifying_key(), &pair.partner_organisation.verifying_key(), 1);
    let sender = pair.node.verifying_key();
    let check = |what: &str,
                 envelope: &[u8],
                 origin: &str,
                 next_seq: u64,
                 sender,
                 desk,
                 wanted: &dyn Fn(&Refused) -> bool,
                 may_park| {
        let expect = comity_link::Expect { origin, next_seq, sender };
        let refused = accept(envelope, &expect, desk).expect_err(what);
        assert!(wanted(&refused), "{what}: {refused:?}");
        assert_eq!(refused.may_park(), may_park, "{what}");
        assert_eq!(park(envelope, &expect).is_ok(), may_park, "{what}");
    };
    let desk = &pair.partner_sealing;
    let origin = pair.origin.as_str();
    check(
        "replay",
        &good,
        origin,
        6,
        &sender,
        desk,
        &|r| *r == Refused::Replay { seq: 5, next_seq: 6, leaf: sealed.leaf },
        false,
    );
    check("gap", &good, origin, 4, &sender, desk, &|r| *r == Refused::Gap { seq: 5, next_seq: 4 }, false);
    check("another log", &good, &other_origin, 5, &sender, desk, &|r| *r == Refused::OtherLog, false);
    check("another generation", &good, &other_generation, 5, &sender, desk, &|r| *r == Refused::OtherLog, false);
    check("another sender", &good, origin, 5, &other_node, desk, &|r| *r == Refused::BadSignature, false);
    check(
        "sealed to another desk",
        &good,
        origin,
        5,
        &sender,
        &other_desk,
        &|r| *r == Refused::CannotOpen { seq: 5 },
        true,
    );
    check("nothing", b"", origin, 5, &sender, desk, &|r| matches!(r, Refused::Form(_)), false);
    check(
        "a trailing byte",
        &[&good[..], b"x"].concat(),
        origin,
        5,
        &sender,
        desk,
        &|r| matches!(r, Refused::Form(_)),
        false,
    );
    let long = vec![0xff; 100];
    check("lengths of 4 GiB", &long, origin, 5, &sender, desk, &|r| matches!(r, Refused::Form(_)), false);
    for end in [0, 3, 4, 50, good.len() / 2, good.len() - 1] {
        check("cut off", &good[..end], origin, 5, &sender, desk, &|r| matches!(r, Refused::Form(_)), false);
    }

    // The parts of two entries do not mix.
    let (a, b) = (Envelope::parse(&good).unwrap(), Envelope::parse(other.outgoing.envelope()).unwrap());
    let swapped = Envelope { header: b.header, ..a.clone() }.to_bytes();
    check("another header", &swapped, origin, 5, &sender, desk, &|r| *r == Refused::BadSignature, false);
    let swapped = Envelope { content: b.content.clone(), ..a.clone() }.to_bytes();
    check("another content", &swapped, origin, 5, &sender, desk, &|r| *r == Refused::CannotOpen { seq: 5 }, true);
    let stripped = Envelope { content: Content::Stub(Signature::from_bytes(&[0; 64])), ..a.clone() }.to_bytes();
    check("stripped on the way", &stripped, origin, 5, &sender, desk, &|r| *r == Refused::Stripped { seq: 5 }, true);
    let reused = Envelope { content: Content::Stub(a.signature), ..a }.to_bytes();
    check(
        "stripped, with the header's signature",
        &reused,
        origin,
        5,
        &sender,
        desk,
        &|r| *r == Refused::Stripped { seq: 5 },
        true,
    );
}

#[test]
fn a_hostile_sender_gains_nothing_by_signing_nonsense() {
    let pair = Pair::new();
    let sign = |header: &[u8]| {
        let signature = pair.node.sign(Purpose::Entry, header);
        Envelope { header, signature, content: Content::Sealed(b"x") }.to_bytes()
    };
    let zero = "00".repeat(32);
    for header in [
        "".to_owned(),
        "comity-entry/1\n".to_owned(),
        format!("comity-entry/2\n{}\n0\n{zero}\n0\n", pair.origin),
        format!("comity-entry/1\n{}\n00\n{zero}\n0\n", pair.origin),
        format!("comity-entry/1\n{}\n+0\n{zero}\n0\n", pair.origin),
        format!("comity-entry/1\n{}\n-1\n{zero}\n0\n", pair.origin),
        format!("comity-entry/1\n{}\n18446744073709551615\n{zero}\n0\n", pair.origin),
        format!("comity-entry/1\n{}\n0\n{zero}\n1\n", pair.origin),
        format!("comity-entry/1\n{}\n0\n{}\n0\n", pair.origin, "AB".repeat(32)),
        format!("comity-entry/1\n{}\n0\n{zero}\n0", pair.origin),
        format!("comity-entry/1\n{}\n0\n{zero}\n0\n\n", pair.origin),
        format!("comity-entry/1\r\n{}\r\n0\r\n{zero}\r\n0\r\n", pair.origin),
        format!("comity-entry/1\n{}\n0\n{zero}\n0\n", "é".repeat(20)),
    ] {
        assert_eq!(accepted(&pair, &sign(header.as_bytes()), 0), Err(Refused::Header), "{header:?}");
    }
}

/// Seals bytes that our own writer would never write, as a newer or hostile sender may.
fn seal_raw(pair: &mut Pair, seq: u64, salt: [u8; 32], committed: &[u8], plain: &[u8]) -> Vec<u8> {
    let header =
        Header { origin: pair.origin.clone(), seq, commitment: commitment(&salt, committed), created: 0 }.to_bytes();
    let signature = pair.node.sign(Purpose::Entry, &header);
    let sealed = pair.partner_sealing.public().seal(&mut pair.entropy.stream("test", "", 0), &header, plain).unwrap();
    Envelope { header: &header, signature, content: Content::Sealed(&sealed) }.to_bytes()
}

fn padded(salt: [u8; 32], payload: &[u8], class: usize) -> Vec<u8> {
    let mut plain = [&(payload.len() as u32).to_be_bytes()[..], &salt, payload].concat();
    plain.resize(class, 0);
    plain
}

#[test]
fn poison_is_parked_and_the_next_entry_flows() {
    let mut pair = Pair::new();
    let salt = [7; 32];
    let poison: [(&[u8], Parked); 12] = [
        (b"{\"kind\":\"future_thing\"}\n", Parked::UnknownKind),
        (b"{\"kind\":\"entry_status\",\"fields\":{\"seq\":1,\"status\":\"applied\",\"x\":1}}\n", Parked::Malformed),
        (b"{\"kind\":\"entry_status\",\"fields\":{\"seq\":1,\"seq\":2,\"status\":\"applied\"}}\n", Parked::Malformed),
        (b"{\"kind\":\"entry_status\",\"fields\":{\"seq\":-1,\"status\":\"applied\"}}\n", Parked::Malformed),
        (b"{\"kind\":\"entry_status\",\"fields\":{\"seq\":1,\"status\":\"applied\"}}\ntrailing", Parked::Malformed),
        (b"{\"kind\":\"entry_status\",\"kind\":\"release\"}\n", Parked::Malformed),
        (b"{\"kind\":\"release\"}\n{}", Parked::Malformed),
        (b"{\"kind\":7}\n", Parked::Malformed),
        (b"{}", Parked::Malformed),
        (b"", Parked::Malformed),
        (b"\xff\xfe\n", Parked::Malformed),
        (b"[[[[[[[[[[[[]]]]]]]]]]]]\n", Parked::Malformed),
    ];
    for (seq, (payload, reason)) in poison.into_iter().enumerate() {
        let envelope = seal_raw(&mut pair, seq as u64, salt, payload, &padded(salt, payload, 1024));
        let got = accepted(&pair, &envelope, seq as u64).unwrap();
        assert_eq!(got.parked(), Some(reason), "{}", String::from_utf8_lossy(payload));
        assert_eq!(got.payload(), None);
    }
    let next = poison.len() as u64;
    let sealed = pair.seal(next, &status(0));
    assert!(accepted(&pair, sealed.outgoing.envelope(), next).is_ok());
}

#[test]
fn a_content_that_is_not_what_was_signed_does_not_enter() {
    let mut pair = Pair::new();
    let salt = [7; 32];
    let payload = b"{\"kind\":\"entry_status\",\"fields\":{\"seq\":1,\"status\":\"applied\"}}\n";
    let mut dirty = padded(salt, payload, 1024);
    dirty[1023] = 1;
    let mut too_long = padded(salt, payload, 1024);
    too_long[..4].copy_from_slice(&u32::MAX.to_be_bytes());
    let cases: [(&str, Vec<u8>, Refused); 6] = [
        ("another payload", padded(salt, b"{}\n", 1024), Refused::CommitmentMismatch { seq: 0 }),
        ("another salt", padded([8; 32], payload, 1024), Refused::CommitmentMismatch { seq: 0 }),
        ("a padding that is not zeros", dirty, Refused::CannotOpen { seq: 0 }),
        ("a larger class than needed", padded(salt, payload, 4096), Refused::CannotOpen { seq: 0 }),
        ("a length beyond the end", too_long, Refused::CannotOpen { seq: 0 }),
        ("no size class", padded(salt, payload, 1000), Refused::CannotOpen { seq: 0 }),
    ];
    for (what, plain, wanted) in cases {
        let envelope = seal_raw(&mut pair, 0, salt, payload, &plain);
        assert_eq!(accepted(&pair, &envelope, 0), Err(wanted), "{what}");
        // After asking in vain it may be entered by its header, and says so.
        let parked = pair.expecting(0, |expect| park(&envelope, expect)).unwrap();
        assert_eq!((parked.parked(), parked.payload()), (Some(Parked::CannotOpen), None), "{what}");
    }
}

#[test]
fn sizes_come_in_ten_classes() {
    let kib = [1, 4, 16, 64, 256, 1024, 2048, 4096, 8192, 16_384];
    assert_eq!(SIZE_CLASSES, kib.map(|kib: usize| kib << 10));
    let mut pair = Pair::new();
    let mut lengths = std::collections::BTreeSet::new();
    for digits in 0..18 {
        let sealed = pair.seal(1, &status(10u64.pow(digits)));
        lengths.insert(sealed.outgoing.envelope().len());
    }
    assert_eq!(lengths.len(), 1, "{lengths:?}");
    let sealed = pair.seal(1, &status(0));
    let Content::Sealed(content) = Envelope::parse(sealed.outgoing.envelope()).unwrap().content else { panic!() };
    assert_eq!(content.len(), SIZE_CLASSES[0] + SEAL_OVERHEAD_BYTES);
    assert_eq!(PAYLOAD_BYTES_MAX + 36, SIZE_CLASSES[SIZE_CLASSES.len() - 1]);
}

#[test]
fn a_leaf_is_useless_for_guessing_and_randomness_depends_on_the_place_only() {
    let mut pair = Pair::new();
    let (first, second) = (pair.seal(0, &status(0)), pair.seal(1, &status(0)));
    assert_eq!(first.payload, second.payload);
    assert_ne!(first.salt, second.salt);
    assert_ne!(Header::parse(&first.header).unwrap().commitment, Header::parse(&second.header).unwrap().commitment);
    // Sealed in another order, with other things in between: the same bytes.
    let mut again = Pair::new();
    again.seal(9, &status(4));
    let second_again = again.seal(1, &status(0));
    assert_eq!(second.outgoing.envelope(), second_again.outgoing.envelope());
}

#[test]
fn an_own_envelope_is_taken_up_again_and_no_other() {
    let mut pair = Pair::new();
    let sealed = pair.seal(4, &status(0));
    let envelope = sealed.outgoing.envelope();
    let (ours, theirs) = (pair.node.verifying_key(), pair.partner_organisation.verifying_key());
    assert_eq!(Outgoing::resume(envelope, &pair.origin, 4, &ours).unwrap(), sealed.outgoing);
    let refused = Err(SealError::NotOurs { seq: 4 });
    assert_eq!(Outgoing::resume(envelope, &pair.origin, 4, &theirs), refused);
    assert_eq!(Outgoing::resume(envelope, "comity.link/a/b/0", 4, &ours), refused);
    assert_eq!(Outgoing::resume(b"names of sources", &pair.origin, 4, &ours), refused);
    assert_eq!(Outgoing::resume(envelope, &pair.origin, 5, &ours), Err(SealError::NotOurs { seq: 5 }));
    // Those who carry it could strip it; only our own stub of it is taken up.
    let parsed = Envelope::parse(envelope).unwrap();
    let stripped = Envelope { content: Content::Stub(parsed.signature), ..parsed }.to_bytes();
    assert_eq!(Outgoing::resume(&stripped, &pair.origin, 4, &ours), refused);
}

#[test]
fn what_may_go_says_in_which_log_and_place_it_stands() {
    let mut pair = Pair::new();
    let sealed = pair.seal(4, &status(0));
    let (kept, node) = (Kept { header: &sealed.header, signature: &sealed.signature }, pair.node.verifying_key());
    let (sealing, mut entropy) = (pair.partner_sealing.public(), Entropy::seeded([6; 32]));
    let again = Outgoing::reseal(&kept, &sealed.salt, &sealed.payload, &sealing, &node, &mut entropy).unwrap();
    let stub = Outgoing::stub(&kept, &pair.node).unwrap();
    let resumed = Outgoing::resume(sealed.outgoing.envelope(), &pair.origin, 4, &node).unwrap();
    for outgoing in [&sealed.outgoing, &again, &stub, &resumed] {
        assert_eq!((outgoing.link(), outgoing.seq()), (pair.origin.as_str(), 4));
        assert_eq!(Envelope::parse(outgoing.envelope()).unwrap().header, sealed.header);
    }
}

#[test]
fn an_entry_is_sealed_only_at_a_place_that_a_log_has() {
    let pair = Pair::new();
    let seal = |origin: &str, seq: u64| {
        let context = SealContext {
            origin,
            seq,
            partner: &pair.partner,
            partner_key: &pair.partner_organisation.verifying_key(),
            partner_sealing: &pair.partner_sealing.public(),
            node_key: &pair.node,
            now: now(),
        };
        seal_control(
            &OwnControl::EntryStatus(EntryStatus { seq: 0, status: Status::Applied }),
            &context,
            &mut Entropy::seeded([6; 32]),
        )
        .map(|sealed| sealed.seq)
    };
    assert_eq!(seal(&pair.origin, MAX_SEQ - 1), Ok(MAX_SEQ - 1));
    assert_eq!(seal(&pair.origin, MAX_SEQ), Err(SealError::Position { seq: MAX_SEQ }));
    assert_eq!(seal("two\nlines", 4), Err(SealError::Position { seq: 4 }));
}

#[test]
fn an_entry_is_sealed_again_for_a_new_key_and_stays_the_same_entry() {
    let mut pair = Pair::new();
    let sealed = pair.seal(4, &status(0));
    let kept = Kept { header: &sealed.header, signature: &sealed.signature };
    let node = pair.node.verifying_key();
    let new_key = SealingKey::from_seed(&[44; 32]);
    let mut entropy = Entropy::seeded([6; 32]);
    let again = Outgoing::reseal(&kept, &sealed.salt, &sealed.payload, &new_key.public(), &node, &mut entropy).unwrap();
    pair.partner_sealing = new_key;
    let got = accepted(&pair, again.envelope(), 4).unwrap();
    assert_eq!((got.leaf, got.payload()), (sealed.leaf, Some(&Payload::Control(status(0)))));
    let other =
        Outgoing::reseal(&kept, &sealed.salt, b"names of sources", &pair.partner_sealing.public(), &node, &mut entropy);
    assert_eq!(other, Err(SealError::NotOurs { seq: 4 }));
    let sealing = pair.partner_sealing.public();
    let other = Outgoing::reseal(&kept, &[0; 32], &sealed.payload, &sealing, &node, &mut entropy);
    assert_eq!(other, Err(SealError::NotOurs { seq: 4 }));
    let stranger = pair.partner_organisation.verifying_key();
    let other = Outgoing::reseal(&kept, &sealed.salt, &sealed.payload, &sealing, &stranger, &mut entropy);
    assert_eq!(other, Err(SealError::NotOurs { seq: 4 }));
}

#[test]
fn a_stub_keeps_its_place_in_the_log() {
    let mut pair = Pair::new();
    let sealed = pair.seal(2, &status(0));
    let kept = Kept { header: &sealed.header, signature: &sealed.signature };
    let stub = Outgoing::stub(&kept, &pair.node).unwrap();
    let got = accepted(&pair, stub.envelope(), 2).unwrap();
    assert_eq!((got.leaf, got.parked()), (sealed.leaf, Some(Parked::Withdrawn)));
    assert_eq!(Outgoing::resume(stub.envelope(), &pair.origin, 2, &pair.node.verifying_key()).unwrap(), stub);
    assert!(Outgoing::stub(&kept, &pair.partner_organisation).is_err());
}

static SEALED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let sealed = Pair::new().seal(0, &status(12));
    assert_eq!(sealed.leaf, leaf(&sealed.header, &sealed.signature));
    sealed.outgoing.envelope().to_vec()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// An altered envelope is refused. It never passes for another entry.
    #[test]
    fn no_altered_envelope_is_accepted(position in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut envelope = SEALED.clone();
        let at = position.index(envelope.len());
        envelope[at] ^= 1 << bit;
        prop_assert!(accepted(&Pair::new(), &envelope, 0).is_err(), "byte {at}");
    }

    #[test]
    fn no_bytes_crash_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(accepted(&Pair::new(), &bytes, 0).is_err());
        let _ = Payload::parse(&bytes);
    }

    #[test]
    fn a_header_has_one_spelling(seq in 0u64..(1 << 62), day in -100_000i64..100_000, commitment in any::<[u8; 32]>()) {
        let header = Header {
            origin: Pair::new().origin,
            seq,
            commitment: comity_vocab::Digest(commitment),
            created: day * 86_400,
        };
        prop_assert_eq!(Header::parse(&header.to_bytes()), Some(header));
    }
}

#[test]
fn times_are_told_by_the_day_only() {
    let mut pair = Pair::new();
    let morning = pair.seal(0, &status(0));
    assert_eq!(Header::parse(&morning.header).unwrap().created % 86_400, 0);
    assert!(Header::parse(&morning.header).unwrap().created <= now().unix_seconds());
}

/// What is logged and shown of an entry is the word that goes over the wire.
#[test]
fn reasons_and_kinds_have_the_words_of_the_wire() {
    for parked in [
        Parked::UnknownKind,
        Parked::Malformed,
        Parked::CannotOpen,
        Parked::Withdrawn,
        Parked::BadContent,
        Parked::Unrelated,
        Parked::OverLimit,
    ] {
        assert_eq!(serde_json::to_value(parked).unwrap(), parked.as_str());
    }
    let mut pair = Pair::new();
    for (seq, (own, kind)) in [
        (OwnControl::EntryStatus(EntryStatus { seq: 0, status: Status::Applied }), "entry_status"),
        (OwnControl::KeyChange(comity_link::KeyChange { card: "card".into() }), "key_change"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(own.kind().as_str(), kind);
        let payload = String::from_utf8(pair.seal(seq as u64, &own.into()).payload).unwrap();
        assert!(payload.contains(kind), "{payload}");
    }
}

/// What a control entry may hold is bounded where it is made; the reader asks the same function.
#[test]
fn a_control_entry_holds_no_more_than_its_bounds() {
    let answer = |ids: std::collections::BTreeSet<String>| {
        OwnControl::RecallAcknowledgement(comity_link::RecallAcknowledgement {
            recall_id: uuid::Uuid::nil(),
            received: true,
            located_copies: 1,
            derived_products: 0,
            derived_released_ids: ids,
            actions_taken: std::collections::BTreeSet::new(),
            completed_at: None,
        })
    };
    let status = |seq| OwnControl::EntryStatus(EntryStatus { seq, status: Status::Applied });
    let card = |bytes| OwnControl::KeyChange(comity_link::KeyChange { card: "c".repeat(bytes) });
    let history = |mine_size, yours_size, bytes| {
        OwnControl::History(comity_link::History {
            generation: 1,
            mine_size,
            mine_root: comity_crypto::sha256(&[b"a"]),
            yours_size,
            yours_root: comity_crypto::sha256(&[b"b"]),
            your_card: Some("c".repeat(bytes)),
        })
    };
    let card_max = comity_link::card::CARD_BYTES_MAX;
    for (own, ok) in [
        (answer([].into()), true),
        (answer(["a".repeat(300)].into()), true),
        (answer(["a".repeat(301)].into()), false),
        (answer([String::new()].into()), false),
        (answer((0..20_000).map(|n| format!("{n}")).collect()), true),
        (answer((0..20_001).map(|n| format!("{n}")).collect()), false),
        (status(MAX_SEQ - 1), true),
        (status(MAX_SEQ), false),
        (card(card_max), true),
        (card(card_max + 1), false),
        (history(MAX_SEQ - 1, MAX_SEQ - 1, card_max), true),
        (history(MAX_SEQ, 0, 0), false),
        (history(0, MAX_SEQ, 0), false),
        (history(0, 0, card_max + 1), false),
    ] {
        let pair = Pair::new();
        let context = SealContext {
            origin: &pair.origin,
            seq: 4,
            partner: &pair.partner,
            partner_key: &pair.partner_organisation.verifying_key(),
            partner_sealing: &pair.partner_sealing.public(),
            node_key: &pair.node,
            now: now(),
        };
        let sealed = seal_control(&own, &context, &mut Entropy::seeded([6; 32]));
        assert_eq!(sealed.is_ok(), ok, "{}", own.kind());
        if !ok {
            let error = sealed.unwrap_err();
            assert!(matches!(error, SealError::Payload(_)), "{error}");
        }
    }
}

/// Each kind of control entry is read back as what it was, under the kind that stands in it; a notice is bounded in each of its fields.
#[test]
fn each_kind_of_control_entry_is_read_back() {
    let id = uuid::Uuid::nil();
    let instruction = comity_link::RecallKind::Correct.instruction();
    let notice = |item: &str, instruction: &str| {
        serde_json::json!({ "recall_id": id, "recall_kind": "correct", "precedence": "immediate", "item_refs": [item],
            "instruction": instruction, "receipt_due": now(), "action_due": now() })
    };
    let root = comity_crypto::sha256(&[b"a"]);
    let fields = [
        ("recall_notice", notice("a", instruction)),
        (
            "recall_acknowledgement",
            serde_json::json!({ "recall_id": id, "received": true, "located_copies": 1, "derived_products": 0,
                "derived_released_ids": [], "actions_taken": ["erased"] }),
        ),
        ("entry_status", serde_json::json!({ "seq": 1, "status": "applied" })),
        ("key_change", serde_json::json!({ "card": "c" })),
        (
            "history",
            serde_json::json!({ "generation": 1, "mine_size": 0, "mine_root": root, "yours_size": 0, "yours_root": root }),
        ),
    ];
    let read = |kind: &str, fields: &serde_json::Value| {
        Payload::parse(format!("{}\n", serde_json::json!({ "kind": kind, "fields": fields })).as_bytes())
    };
    for (kind, fields) in &fields {
        let Payload::Control(control) = read(kind, fields) else { panic!("{kind} is not read") };
        assert_eq!(control.kind().as_str(), *kind);
    }
    let malformed =
        |fields: &serde_json::Value| matches!(read("recall_notice", fields), Payload::Unreadable(Parked::Malformed));
    // An instruction of a newer version is read; one without an end is not, nor an item without one.
    assert!(!malformed(&notice("a", "of a newer version")));
    assert!(malformed(&notice(&"a".repeat(301), instruction)));
    assert!(malformed(&notice("a", &"i".repeat(1 << 20))));
}
