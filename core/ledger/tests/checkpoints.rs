//! Checkpoints and cosignatures: what is written reads back, and nothing else is read.

use comity_crypto::{NoteError, SigningKey};
use comity_ledger::{
    Checkpoint, CheckpointError, CompactTree, cosign, empty_root, leaf_hash, open_checkpoint, open_cosignature,
    sign_checkpoint,
};
use proptest::prelude::*;
use std::path::PathBuf;

const LOG: &str = "comity.link/0123456789abcdef/fedcba9876543210/0";

fn key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n; 32])
}

fn checkpoint(size: u64) -> Checkpoint {
    let root = CompactTree::from_leaves((0..size).map(|n| leaf_hash(&n.to_be_bytes()))).root();
    Checkpoint { origin: LOG.to_owned(), size, root }
}

#[test]
fn bodies() {
    use CheckpointError::*;
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (body, expect) in [
        (format!("log\n0\n{root}\n"), Ok(())),
        (format!("log\n1\n{other}\n"), Ok(())),
        (format!("log\n18446744073709551615\n{other}\n"), Ok(())),
        (format!("log\n18446744073709551616\n{other}\n"), Err(Size)),
        (format!("log\n0\n{other}\n"), Err(Root)),
        (format!("log\n00\n{root}\n"), Err(Size)),
        (format!("log\n01\n{other}\n"), Err(Size)),
        (format!("log\n+1\n{other}\n"), Err(Size)),
        (format!("log\n-1\n{other}\n"), Err(Size)),
        (format!("log\n 1\n{other}\n"), Err(Size)),
        (format!("log\n1 \n{other}\n"), Err(Size)),
        (format!("log\n1\r\n{other}\n"), Err(Size)),
        (format!("log\n٣\n{other}\n"), Err(Size)),
        (format!("log\n\n{other}\n"), Err(Size)),
        (format!("log\n1\n{}\n", other.trim_end_matches('=')), Err(Root)),
        (format!("log\n1\n{}\n", other.replace("AAA=", "AAB=")), Err(Root)),
        ("log\n1\nAAAA\n".to_owned(), Err(Root)),
        ("log\n1\n\n".to_owned(), Err(Root)),
        (format!("log\n1\n{other}"), Err(Lines)),
        (format!("log\n1\n{other}\nextension\n"), Err(Lines)),
        (format!("log\n1\n{other}\n\n"), Err(Lines)),
        ("log\n1\n".to_owned(), Err(Lines)),
        (String::new(), Err(Lines)),
        (format!("\n1\n{other}\n"), Err(Origin)),
        (format!("l og\n1\n{other}\n"), Err(Origin)),
        (format!("l+og\n1\n{other}\n"), Err(Origin)),
        (format!("l\tog\n1\n{other}\n"), Err(Origin)),
        (format!("{}\n1\n{other}\n", "l".repeat(255)), Ok(())),
        (format!("{}\n1\n{other}\n", "l".repeat(256)), Err(Origin)),
    ] {
        let parsed = Checkpoint::parse(&body);
        if let Ok(checkpoint) = &parsed {
            assert_eq!(checkpoint.body(), body);
        }
        assert_eq!(parsed.map(|_| ()), expect, "{body:?}");
    }
}

#[test]
fn notes_read_back() {
    for size in [0, 1, 5] {
        let checkpoint = checkpoint(size);
        let note = sign_checkpoint(&checkpoint, &key(1), LOG).unwrap();
        assert_eq!(open_checkpoint(&note, &key(1).verifying_key(), LOG).unwrap(), checkpoint);
        let receipt = cosign(&checkpoint, &key(2), "receiver", 99).unwrap();
        let opened = open_cosignature(&receipt, LOG, &key(2).verifying_key(), "receiver").unwrap();
        assert_eq!(opened, (checkpoint, 99));
    }
}

#[test]
fn notes_are_refused() {
    use CheckpointError::*;
    let checkpoint = checkpoint(5);
    let note = sign_checkpoint(&checkpoint, &key(1), LOG).unwrap();
    let (body, line) = note.split_once("\n\n").unwrap();
    let receipt = cosign(&checkpoint, &key(1), LOG, 99).unwrap();
    let (_, cosignature) = receipt.split_once("\n\n").unwrap();
    let stranger = sign_checkpoint(&checkpoint, &key(2), LOG).unwrap();
    let (_, foreign) = stranger.split_once("\n\n").unwrap();
    let check = |note: &str, expect: Result<(), CheckpointError>| {
        assert_eq!(open_checkpoint(note, &key(1).verifying_key(), LOG).map(|_| ()), expect, "{note:?}");
    };
    check(&note, Ok(()));
    check(&format!("{body}\n\n{foreign}{line}"), Ok(()));
    check(&format!("{body}\n\n{cosignature}{line}"), Ok(()));
    check(&format!("{body}\n\n{foreign}"), Err(NotSigned));
    check(&receipt, Err(NotSigned));
    check(&format!("{body}\n\n{line}{line}"), Err(SignedTwice));
    check(&format!("{body}\n\n"), Err(Note));
    check(&format!("{body}\n\n\n{line}"), Err(Note));
    check(&format!("{body}\n{line}"), Err(Note));
    check(&format!("{note}\n"), Err(Note));
    check(note.trim_end(), Err(Note));
    check(&format!("{note}words"), Err(Note));
    check(&note.replace("\n5\n", "\n6\n"), Err(Signature(NoteError::BadSignature)));
    check(&format!("{body}\n\n{}{line}", foreign.repeat(16)), Err(Note));
    check(&format!("{body}\n\n{}{line}", foreign.repeat(15)), Ok(()));
    check(&"x".repeat(8192), Err(Note));
    check(&"x".repeat(8193), Err(TooLong { found: 8193 }));
    assert_eq!(open_checkpoint(&note, &key(1).verifying_key(), "other").unwrap_err(), OtherLog);
    assert_eq!(open_cosignature(&receipt, "other", &key(1).verifying_key(), LOG).unwrap_err(), OtherLog);
    assert_eq!(open_cosignature(&note, LOG, &key(1).verifying_key(), LOG).unwrap_err(), NotSigned);
}

#[test]
fn what_a_reader_would_refuse_is_not_written() {
    let lawful = checkpoint(5);
    for bad in [
        Checkpoint { origin: "two\nlines".to_owned(), ..lawful.clone() },
        Checkpoint { origin: String::new(), ..lawful.clone() },
        Checkpoint { size: 0, ..lawful.clone() },
    ] {
        assert!(sign_checkpoint(&bad, &key(1), LOG).is_err());
        assert!(cosign(&bad, &key(1), LOG, 1).is_err());
    }
    assert!(sign_checkpoint(&lawful, &key(1), "two words").is_err());
    assert!(Checkpoint::parse(&Checkpoint { root: empty_root(), ..lawful }.body()).is_ok());
}

#[test]
fn a_real_logs_checkpoints_are_read() {
    let data = std::env::var_os("COMITY_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    let log = data.join("vectors/tlog-tiles/log");
    if !log.is_dir() {
        println!("not checked: {} is absent", log.display());
        return;
    }
    let key = tessera_key();
    let leaves: Vec<_> = std::fs::read(log.join("tile/0/000.p/15")).unwrap();
    let leaves: Vec<_> = leaves.chunks(32).map(|hash| comity_vocab::Digest(hash.try_into().unwrap())).collect();
    for size in 0..=15usize {
        let note = std::fs::read_to_string(log.join(format!("checkpoint.{size}"))).unwrap();
        let checkpoint = open_checkpoint(&note, &key, "example.com/log/testdata").unwrap();
        assert_eq!(checkpoint.size, size as u64);
        assert_eq!(checkpoint.root, comity_ledger::root(&leaves[..size]), "{size}");
    }
}

/// The key of Tessera's test log, as published in its repository.
fn tessera_key() -> comity_crypto::VerifyingKey {
    use base64::Engine as _;
    let text = "AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    comity_crypto::VerifyingKey::from_bytes(&bytes[1..].try_into().unwrap()).unwrap()
}

proptest! {
    #[test]
    fn any_changed_byte_is_found(at: prop::sample::Index, to in 0u8..128) {
        let note = sign_checkpoint(&checkpoint(5), &key(1), LOG).unwrap();
        let mut bytes = note.clone().into_bytes();
        let place = at.index(bytes.len());
        prop_assume!(bytes[place] != to);
        bytes[place] = to;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert!(open_checkpoint(&changed, &key(1).verifying_key(), LOG).is_err());
        }
    }

    #[test]
    fn no_text_panics(text in "(—|\\n|[a-z0-9 +/=]){0,60}") {
        let _ = open_checkpoint(&text, &key(1).verifying_key(), LOG);
        let _ = open_cosignature(&text, LOG, &key(1).verifying_key(), LOG);
        let _ = Checkpoint::parse(&text);
    }
}
