//! The two logs: checkpoints, receipts, forks and lost history (I26 to I29; security.md §5 I, cases 176 to 180).

use comity_crypto::SigningKey;
use comity_ledger::{Checkpoint, CompactTree, cosign, leaf_hash, sign_checkpoint};
use comity_link::entry::MAX_SEQ;
use comity_link::{InboundLog, LogError, Noted, OutboundLog, cosigner_name};
use comity_vocab::{Digest, Suspension, Whose};
use proptest::prelude::*;

const ORIGIN: &str = "comity.link/0123456789abcdef/fedcba9876543210/0";

fn ours() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

fn theirs() -> SigningKey {
    SigningKey::from_seed(&[2; 32])
}

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

fn tree(count: u64) -> CompactTree {
    CompactTree::from_leaves(leaves(count))
}

fn root_at(size: u64) -> Result<Option<Digest>, Unreadable> {
    Ok(Some(tree(size).root()))
}

fn no_root(_: u64) -> Result<Option<Digest>, Unreadable> {
    Ok(None)
}

/// The store could not be read.
#[derive(Debug, PartialEq)]
struct Unreadable;

fn outbound(size: u64, cosigned: u64) -> Result<OutboundLog, LogError> {
    OutboundLog::resume(ORIGIN.to_owned(), tree(size), theirs().verifying_key(), cosigned)
}

fn inbound(size: u64, cosigned: Option<Checkpoint>) -> Result<InboundLog, LogError> {
    InboundLog::resume(ORIGIN.to_owned(), tree(size), theirs().verifying_key(), cosigned)
}

fn checkpoint(size: u64, root: Digest) -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size, root }
}

fn receipt(size: u64, root: Digest) -> String {
    let key = theirs();
    cosign(&checkpoint(size, root), &key, &cosigner_name(&key.verifying_key()), 1_772_000_000).unwrap()
}

#[test]
fn a_receipt_reaches_as_far_as_it_says() {
    let mut log = outbound(5, 0).unwrap();
    let noted = log.note_cosignature(&receipt(3, tree(3).root()), &root_at).unwrap().unwrap();
    assert_eq!(noted, Noted::New(checkpoint(3, tree(3).root())));
    assert_eq!(log.cosigned(), 3);
    assert_eq!(log.note_cosignature(&receipt(3, tree(3).root()), &root_at).unwrap(), Ok(Noted::Stale));
    assert_eq!(log.note_cosignature(&receipt(2, tree(2).root()), &root_at).unwrap(), Ok(Noted::Stale));
    assert_eq!(log.note_cosignature(&receipt(0, tree(0).root()), &no_root).unwrap(), Ok(Noted::Stale));
    assert_eq!(log.cosigned(), 3, "it never goes back");
    log.append(leaf_hash(b"x")).unwrap();
    assert_eq!((log.next_seq(), log.cosigned()), (6, 3));
}

#[test]
fn a_receipt_for_another_history_or_beyond_ours_is_evidence_and_a_gap_of_our_own_is_none() {
    let mut log = outbound(5, 3).unwrap();
    let other = leaf_hash(b"other");
    for size in [1, 2, 3, 4, 5] {
        let error = log.note_cosignature(&receipt(size, other), &root_at).unwrap().unwrap_err();
        let why = error.evidence(Whose::Ours).unwrap();
        assert!(matches!(why, Suspension::Fork { log: Whose::Ours, signed, .. } if signed == other), "{why}");
    }
    let error = log.note_cosignature(&receipt(6, other), &root_at).unwrap().unwrap_err();
    assert_eq!(error, LogError::Ahead { origin: ORIGIN.to_owned(), ours: 5, theirs: 6 });
    assert_eq!(error.evidence(Whose::Ours), Some(Suspension::Ahead { held: 5, signed: 6 }));
    let error = log.note_cosignature(&receipt(4, tree(4).root()), &no_root).unwrap().unwrap_err();
    assert!(matches!(error, LogError::MissingRoot { size: 4, .. }) && error.is_our_store());
    assert_eq!(error.evidence(Whose::Ours), None);
    assert_eq!(log.cosigned(), 3, "none of that changed anything");
}

#[test]
fn a_note_that_is_not_authentic_has_no_consequence() {
    let mut log = outbound(5, 0).unwrap();
    let good = receipt(3, tree(3).root());
    let own = ours();
    let by_us = cosign(&checkpoint(3, tree(3).root()), &own, &cosigner_name(&own.verifying_key()), 1).unwrap();
    let other_log = Checkpoint { origin: "comity.link/x/y/0".to_owned(), ..checkpoint(3, tree(3).root()) };
    let key = theirs();
    let of_other_log = cosign(&other_log, &key, &cosigner_name(&key.verifying_key()), 1).unwrap();
    let as_checkpoint = sign_checkpoint(&checkpoint(3, tree(3).root()), &key, ORIGIN).unwrap();
    let cases = [
        String::new(),
        "\n".repeat(10_000),
        good.replacen("\n3\n", "\n4\n", 1),
        good.replacen("\n3\n", "\n03\n", 1),
        good.replacen("\n3\n", "\n18446744073709551615\n", 1),
        good.trim_end().to_owned(),
        by_us,
        of_other_log,
        as_checkpoint,
    ];
    for note in cases {
        let error = log.note_cosignature(&note, &root_at).unwrap().unwrap_err();
        assert!(matches!(error, LogError::NotAuthentic(_)), "{note:?}: {error:?}");
        assert!(error.evidence(Whose::Ours).is_none() && !error.is_our_store());
    }
    assert_eq!(log.cosigned(), 0);
}

#[test]
fn a_cosignature_never_goes_back_and_never_contradicts() {
    let mut log = inbound(3, None).unwrap();
    let first = log.cosign(&ours(), 7).unwrap();
    let name = cosigner_name(&ours().verifying_key());
    let (opened, seconds) =
        comity_ledger::open_cosignature(first.as_str(), ORIGIN, &ours().verifying_key(), &name).unwrap();
    assert_eq!((opened, seconds), (checkpoint(3, tree(3).root()), 7));
    assert_eq!(log.cosigned(), Some(&checkpoint(3, tree(3).root())));
    log.append(leaf_hash(&3u64.to_be_bytes())).unwrap();
    assert!(log.cosign(&ours(), 8).is_ok());

    for (size, cosigned) in [
        (3, checkpoint(4, tree(4).root())),
        (3, checkpoint(3, leaf_hash(b"other"))),
        (0, checkpoint(1, tree(1).root())),
        (3, Checkpoint { origin: "comity.link/x/y/0".to_owned(), ..checkpoint(2, tree(2).root()) }),
    ] {
        let error = inbound(size, Some(cosigned)).unwrap_err();
        assert!(matches!(error, LogError::ContradictsOwn { .. }) && error.is_our_store());
    }
}

#[test]
fn a_senders_checkpoint_is_compared_with_what_is_held() {
    let mut log = inbound(3, None).unwrap();
    let note = |size, root| sign_checkpoint(&checkpoint(size, root), &theirs(), ORIGIN).unwrap();
    assert!(matches!(log.note_checkpoint(&note(2, tree(2).root()), &root_at).unwrap(), Ok(Noted::New(_))));
    assert_eq!(log.note_checkpoint(&note(1, tree(1).root()), &root_at).unwrap(), Ok(Noted::Stale));
    assert_eq!(log.note_checkpoint(&note(9, leaf_hash(b"x")), &root_at).unwrap(), Ok(Noted::Later));
    for size in [1, 2, 3] {
        let error = log.note_checkpoint(&note(size, leaf_hash(b"other")), &root_at).unwrap().unwrap_err();
        assert!(error.evidence(Whose::Theirs).is_some(), "size {size}: {error}");
    }
    let by_us = sign_checkpoint(&checkpoint(3, tree(3).root()), &ours(), ORIGIN).unwrap();
    assert!(matches!(log.note_checkpoint(&by_us, &root_at).unwrap(), Err(LogError::NotAuthentic(_))));
    let empty = note(0, tree(0).root());
    assert_eq!(log.note_checkpoint(&empty, &no_root).unwrap(), Ok(Noted::Stale));
}

#[test]
fn our_checkpoint_is_read_by_the_partner() {
    let log = outbound(4, 0).unwrap();
    let note = log.sign_checkpoint(&ours()).unwrap();
    let mut held = InboundLog::resume(ORIGIN.to_owned(), tree(4), ours().verifying_key(), None).unwrap();
    assert_eq!(held.note_checkpoint(note.as_str(), &root_at).unwrap(), Ok(Noted::New(log.checkpoint())));
}

#[test]
fn a_log_says_its_name_and_its_place() {
    let (out, into) = (outbound(4, 3).unwrap(), inbound(3, None).unwrap());
    assert_eq!((out.origin(), out.next_seq(), out.cosigned()), (ORIGIN, 4, 3));
    assert_eq!((into.origin(), into.next_seq(), into.cosigned()), (ORIGIN, 3, None));
    assert_eq!((out.checkpoint(), into.checkpoint()), (checkpoint(4, tree(4).root()), checkpoint(3, tree(3).root())));
    let key = theirs().verifying_key();
    assert_eq!(cosigner_name(&key), format!("comity.node/{}", &key.digest().to_string()[..16]));
}

#[test]
fn a_log_that_was_lost_is_not_taken_up() {
    assert_eq!(outbound(4, 4).unwrap().cosigned(), 4);
    let lost = LogError::Ahead { origin: ORIGIN.to_owned(), ours: 4, theirs: 5 };
    assert_eq!(outbound(4, 5), Err(lost.clone()));
    assert!(lost.evidence(Whose::Ours).is_some() && !lost.is_our_store());
}

#[test]
fn a_full_log_takes_no_entry() {
    let full = LogError::Full { origin: ORIGIN.to_owned() };
    let with = |size: u64| CompactTree::resume(size, vec![leaf_hash(b"x"); size.count_ones() as usize]).unwrap();
    let key = theirs().verifying_key();
    for (size, taken) in [(MAX_SEQ - 1, true), (MAX_SEQ, false)] {
        let mut out = OutboundLog::resume(ORIGIN.to_owned(), with(size), key, 0).unwrap();
        let mut into = InboundLog::resume(ORIGIN.to_owned(), with(size), key, None).unwrap();
        for appended in [out.append(leaf_hash(b"y")), into.append(leaf_hash(b"y"))] {
            assert_eq!(appended.is_ok(), taken, "{size}");
            assert!(taken || appended == Err(full.clone()));
        }
        assert_eq!((out.next_seq(), into.next_seq()), (MAX_SEQ, MAX_SEQ));
    }
    assert!(full.evidence(Whose::Ours).is_none() && !full.is_our_store());
}

#[test]
fn a_checkpoint_is_new_once() {
    let mut log = inbound(5, None).unwrap();
    let note = |size| sign_checkpoint(&checkpoint(size, tree(size).root()), &theirs(), ORIGIN).unwrap();
    let new = |size| Ok(Noted::New(checkpoint(size, tree(size).root())));
    assert_eq!(log.note_checkpoint(&note(2), &root_at).unwrap(), new(2));
    assert_eq!(log.note_checkpoint(&note(2), &root_at).unwrap(), Ok(Noted::Stale));
    assert_eq!(log.note_checkpoint(&note(3), &root_at).unwrap(), new(3));
    assert_eq!(log.note_checkpoint(&note(5), &no_root).unwrap(), new(5), "the root of the whole is known");
    assert_eq!(log.note_checkpoint(&note(6), &root_at).unwrap(), Ok(Noted::Later));
    let error = log.note_checkpoint(&note(4), &no_root).unwrap().unwrap_err();
    assert_eq!(error, LogError::MissingRoot { origin: ORIGIN.to_owned(), size: 4 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever is appended in whatever steps, each receipt of an honest partner is taken, and cosigned sizes only grow.
    #[test]
    fn honest_partners_agree(steps in prop::collection::vec(0u64..9, 1..12)) {
        let mut sender = outbound(0, 0).unwrap();
        let mut roots = vec![sender.checkpoint().root];
        let mut receiver = InboundLog::resume(ORIGIN.to_owned(), tree(0), ours().verifying_key(), None).unwrap();
        for step in steps {
            for _ in 0..step {
                let leaf = leaf_hash(&sender.next_seq().to_be_bytes());
                let root = sender.append(leaf).unwrap();
                roots.push(root);
                prop_assert_eq!(receiver.append(leaf).unwrap(), root);
            }
            let before = sender.cosigned();
            let note = receiver.cosign(&theirs(), 1).unwrap();
            let lookup = |size: u64| Ok::<_, Unreadable>(roots.get(usize::try_from(size).unwrap()).copied());
            prop_assert!(sender.note_cosignature(note.as_str(), &lookup).unwrap().is_ok());
            prop_assert_eq!(sender.cosigned(), sender.next_seq());
            prop_assert!(sender.cosigned() >= before);
        }
    }
}

#[test]
fn a_store_that_cannot_be_read_decides_nothing() {
    let fails = |_| Err(Unreadable);
    let mut log = outbound(5, 1).unwrap();
    // A note that agrees and one that does not: neither is looked at any further.
    for root in [tree(4).root(), leaf_hash(b"other")] {
        assert_eq!(log.note_cosignature(&receipt(4, root), &fails), Err(Unreadable));
    }
    assert_eq!(log.cosigned(), 1);
    assert!(matches!(log.note_cosignature(&receipt(4, tree(4).root()), &root_at), Ok(Ok(Noted::New(_)))));
    let mut log = inbound(3, None).unwrap();
    let note = sign_checkpoint(&checkpoint(2, leaf_hash(b"other")), &theirs(), ORIGIN).unwrap();
    assert_eq!(log.note_checkpoint(&note, &fails), Err(Unreadable));
}
