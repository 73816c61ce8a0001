//! Entries of an ended generation: given back to whose they are, carried over to whom they were for, and to nobody else.

use crate::common;

use comity_crypto::{Entropy, Purpose, SigningKey, VerifyingKey, commitment, sha256};
use comity_link::entry::{Content, Envelope, PAYLOAD_BYTES_MAX, SIZE_CLASSES};
use comity_link::{
    Control, Ends, Expect, Header, History, HistoryEntry, Payload, Refused, SealContext, SealError, SealedEntry,
    accept, generation, log_origin, seal_history,
};
use comity_vocab::Digest;
use common::{Pair, now, status};

/// An entry of generation 0, as the sender or the recipient would hand it on.
fn entry(sealed: &SealedEntry, yours: bool) -> HistoryEntry {
    HistoryEntry {
        generation: 0,
        yours,
        more: false,
        header: sealed.header.clone(),
        signature: sealed.signature,
        content: Some((sealed.salt, sealed.payload.clone())),
    }
}

/// Who hands on, into which log, with which keys of the time before.
struct Hand {
    origin: String,
    own: VerifyingKey,
    own_node: VerifyingKey,
    other: VerifyingKey,
    other_node: VerifyingKey,
}

impl Hand {
    /// The sender of the pair's log after its node key changed, carrying over.
    fn sender(pair: &Pair) -> Self {
        let (own, other) = (pair.organisation.verifying_key(), pair.partner_organisation.verifying_key());
        let other_node = SigningKey::from_seed(&[7; 32]).verifying_key();
        Self { origin: log_origin(&own, &other, 9), own, own_node: pair.node.verifying_key(), other, other_node }
    }

    /// The recipient of the pair's log, giving back.
    fn recipient(pair: &Pair) -> Self {
        let sender = Self::sender(pair);
        Self {
            origin: log_origin(&sender.other, &sender.own, 9),
            own: sender.other,
            own_node: sender.other_node,
            other: sender.own,
            other_node: sender.own_node,
        }
    }

    fn seal(&self, pair: &Pair, entry: &HistoryEntry) -> Result<SealedEntry, SealError> {
        let ends =
            Ends { own: &self.own, own_node: &self.own_node, partner: &self.other, partner_node: &self.other_node };
        let context = SealContext {
            origin: &self.origin,
            seq: 4,
            partner: &pair.partner,
            partner_key: &pair.partner_organisation.verifying_key(),
            partner_sealing: &pair.partner_sealing.public(),
            node_key: &SigningKey::from_seed(&[8; 32]),
            now: now(),
        };
        seal_history(entry, &ends, &context, &mut Entropy::seeded([6; 32]))
    }
}

#[test]
fn what_stood_in_the_log_before_comes_through_exactly() {
    let mut pair = Pair::new();
    let old = pair.seal(3, &status(1));
    for (hand, yours) in [(Hand::sender(&pair), false), (Hand::recipient(&pair), true)] {
        let given = entry(&old, yours);
        let sealed = hand.seal(&pair, &given).unwrap();
        let sender = SigningKey::from_seed(&[8; 32]).verifying_key();
        let expect = Expect { origin: &hand.origin, next_seq: 4, sender: &sender };
        let accepted = accept(sealed.outgoing.envelope(), &expect, &pair.partner_sealing).unwrap();
        assert_eq!(accepted.payload(), Some(&Payload::History(given.clone())), "yours {yours}");
        // An erased content goes as header and signature, which still verify.
        assert_eq!(given.clone().without_content(), HistoryEntry { content: None, ..given.clone() });
        let bare = hand.seal(&pair, &given.clone().without_content()).unwrap();
        let accepted = accept(bare.outgoing.envelope(), &expect, &pair.partner_sealing).unwrap();
        assert_eq!(accepted.payload(), Some(&Payload::History(given.without_content())));
    }
}

#[test]
fn nothing_else_leaves_as_history() {
    let mut pair = Pair::new();
    let old = pair.seal(3, &status(1));
    let other = pair.seal(3, &status(2));
    let good = entry(&old, false);
    let refused = |what: &str, hand: Hand, entry: HistoryEntry| {
        assert_eq!(hand.seal(&pair, &entry).err(), Some(SealError::NotOurs { seq: 4 }), "{what}");
    };
    let sender = || Hand::sender(&pair);
    assert!(sender().seal(&pair, &good).is_ok());
    let third = SigningKey::from_seed(&[11; 32]).verifying_key();
    let with = |content: &[u8]| HistoryEntry { content: Some((old.salt, content.to_vec())), ..good.clone() };
    refused("another content", sender(), with(b"{\"kind\":\"release\"}\nnames of sources"));
    refused("another salt", sender(), HistoryEntry { content: Some(([0; 32], old.payload.clone())), ..good.clone() });
    refused("another signature", sender(), HistoryEntry { signature: other.signature, ..good.clone() });
    refused("another generation", sender(), HistoryEntry { generation: 1, ..good.clone() });
    refused("said to be the listener's", sender(), entry(&old, true));
    refused("said to be the speaker's", Hand::recipient(&pair), good.clone());
    refused("no header", sender(), HistoryEntry { header: b"names of sources".to_vec(), ..good.clone() });
    let to_third = Hand { origin: log_origin(&sender().own, &third, 9), ..sender() };
    refused("into the log to a third", to_third, good.clone());
    refused("from a log with a third", Hand { other: third, ..sender() }, good.clone());
    refused("under another key of that time", Hand { own_node: third, ..sender() }, good);
}

#[test]
fn a_content_is_carried_while_the_entry_around_it_fits() {
    let mut pair = Pair::new();
    let old = pair.seal(3, &status(1));
    let with = |bytes: usize| HistoryEntry { content: Some((old.salt, vec![0; bytes])), ..entry(&old, false) };
    let longest = PAYLOAD_BYTES_MAX - 2048;
    assert!(with(0).fits() && with(longest).fits());
    assert!(!with(longest + 1).fits() && !with(PAYLOAD_BYTES_MAX).fits());
    assert!(with(longest + 1).without_content().fits());
}

/// Commits to a payload that our own writer would not write, as a hostile partner may, and reads it as an entry.
fn read(pair: &mut Pair, payload: &[u8]) -> Result<Option<Payload>, Refused> {
    let salt = [7; 32];
    let header =
        Header { origin: pair.origin.clone(), seq: 0, commitment: commitment(&salt, payload), created: 0 }.to_bytes();
    let signature = pair.node.sign(Purpose::Entry, &header);
    let mut plain = [&(payload.len() as u32).to_be_bytes()[..], &salt, payload].concat();
    plain.resize(*SIZE_CLASSES.iter().find(|class| **class >= plain.len()).unwrap(), 0);
    let sealed = pair.partner_sealing.public().seal(&mut pair.entropy.stream("test", "", 0), &header, &plain).unwrap();
    let envelope = Envelope { header: &header, signature, content: Content::Sealed(&sealed) }.to_bytes();
    let got = pair.expecting(0, |expect| accept(&envelope, expect, &pair.partner_sealing))?;
    Ok(got.payload().cloned())
}

#[test]
fn a_carried_entry_is_read_only_in_the_form_it_is_written_in() {
    let mut pair = Pair::new();
    let signature = pair.node.sign(Purpose::Entry, b"x");
    let line = |header: usize, salt: &str| {
        format!(
            "{{\"kind\":\"history_entry\",\"generation\":0,\"yours\":true,\"more\":false,\"header\":\"{}\",\
             \"signature\":\"{signature}\"{salt}}}\n",
            "h".repeat(header)
        )
    };
    let salt = format!(",\"salt\":\"{}\"", Digest([3; 32]));
    let content = |got: Option<Payload>| match got {
        Some(Payload::History(entry)) => Some(entry.content),
        _ => None,
    };
    let mut read = |text: String| content(read(&mut pair, text.as_bytes()).unwrap());
    assert_eq!(read(line(512, "")), Some(None));
    assert_eq!(read(line(513, "")), None, "a header longer than any");
    assert_eq!(read(line(9, &salt) + "body"), Some(Some(([3; 32], b"body".to_vec()))));
    assert_eq!(read(line(9, &salt)), Some(Some(([3; 32], Vec::new()))));
    assert_eq!(read(line(9, "") + "body"), None, "a body without its salt");
}

#[test]
fn a_generation_is_named_by_both_node_keys_the_lesser_first() {
    let [a, b] = [1, 2].map(|seed| SigningKey::from_seed(&[seed; 32]).verifying_key());
    let (lesser, greater) = if a < b { (a, b) } else { (b, a) };
    let digest = sha256(&[b"comity/v1/link-generation", &lesser.to_bytes(), &greater.to_bytes()]);
    let first = u32::from_be_bytes(digest.0[..4].try_into().unwrap());
    assert_eq!((generation(&a, &b), generation(&b, &a)), (first, first));
}

#[test]
fn both_ends_come_to_the_same_generation_and_another_key_to_another() {
    let [a, b, c] = [1, 2, 3].map(|seed| SigningKey::from_seed(&[seed; 32]).verifying_key());
    assert_eq!(generation(&a, &b), generation(&b, &a));
    assert_ne!(generation(&a, &b), generation(&a, &c));
    assert_ne!(generation(&a, &b), generation(&b, &c));
}

#[test]
fn a_view_is_read_as_it_was_written() {
    let mut pair = Pair::new();
    let view = History {
        generation: 7,
        mine_size: 4,
        mine_root: Digest([1; 32]),
        yours_size: 5,
        yours_root: Digest([2; 32]),
        your_card: Some("a card".into()),
    };
    let sealed = pair.seal(0, &Control::History(view.clone()));
    let got = pair.expecting(0, |expect| accept(sealed.outgoing.envelope(), expect, &pair.partner_sealing)).unwrap();
    assert_eq!(got.payload(), Some(&Payload::Control(Control::History(view))));
}
