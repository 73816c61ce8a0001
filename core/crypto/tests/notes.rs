//! Signature lines of C2SP notes, also against a real log's checkpoints.

use base64::Engine as _;
use comity_crypto::{NoteError, SigningKey, VerifyingKey};
use std::path::PathBuf;

const NAME: &str = "comity.link/0123456789abcdef/fedcba9876543210/0";
const BODY: &str = "comity.link/0123456789abcdef/fedcba9876543210/0\n3\nAAAA\n";

fn key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n; 32])
}

#[test]
fn lines_read_back() {
    let public = key(1).verifying_key();
    let line = key(1).sign_checkpoint(NAME, BODY).unwrap();
    assert!(line.starts_with("— comity.link/") && !line.contains('\n'));
    assert_eq!(public.verify_checkpoint(NAME, BODY, &line), Ok(()));
    let line = key(1).cosign(NAME, 1_780_000_000, BODY).unwrap();
    assert_eq!(public.verify_cosignature(NAME, BODY, &line), Ok(1_780_000_000));
}

#[test]
fn a_line_is_refused_for_another_text_name_key_or_kind() {
    use NoteError::*;
    let (public, other) = (key(1).verifying_key(), key(2).verifying_key());
    let line = key(1).sign_checkpoint(NAME, BODY).unwrap();
    let cosigned = key(1).cosign(NAME, 7, BODY).unwrap();
    for (key, name, body, line, error) in [
        (&public, NAME, "another\n4\nAAAA\n", &line, BadSignature),
        (&public, "other", BODY, &line, OtherKey),
        (&other, NAME, BODY, &line, OtherKey),
        (&public, NAME, BODY, &cosigned, OtherKey),
        (&public, NAME, BODY, &format!("{line}\n"), Line),
        (&public, NAME, BODY, &line.replace("— ", "- "), Line),
        (&public, NAME, BODY, &line.replace("— ", "—  "), Line),
        (&public, NAME, BODY, &format!("{line}AAAA"), Line),
        (&public, NAME, BODY, &"— x ".to_owned(), Line),
        (&public, NAME, BODY, &String::new(), Line),
        (&public, "na me", BODY, &line, KeyName),
        (&public, "", BODY, &line, KeyName),
        (&public, "na+me", BODY, &line, KeyName),
        (&public, "na\u{a0}me", BODY, &line, KeyName),
        (&public, NAME, "no newline", &line, Text),
        (&public, NAME, "a\ttab\n", &line, Text),
        (&public, NAME, "", &line, Text),
    ] {
        assert_eq!(key.verify_checkpoint(name, body, line), Err(error), "{name:?} {body:?} {line:?}");
    }
    assert_eq!(public.verify_cosignature(NAME, BODY, &line), Err(OtherKey));
    assert_eq!(public.verify_cosignature(NAME, "another\n4\nAAAA\n", &cosigned), Err(BadSignature));
}

#[test]
fn a_blob_of_another_length_or_time_is_refused() {
    let public = key(1).verifying_key();
    let line = key(1).cosign(NAME, 7, BODY).unwrap();
    let (head, text) = line.rsplit_once(' ').unwrap();
    let blob = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let check = |blob: &[u8], error| {
        let line = format!("{head} {}", base64::engine::general_purpose::STANDARD.encode(blob));
        assert_eq!(public.verify_cosignature(NAME, BODY, &line), Err(error));
    };
    let mut later = blob.clone();
    later[11] = 8;
    check(&later, NoteError::BadSignature);
    check(&blob[..75], NoteError::Line);
    check(&blob[..10], NoteError::Line);
    check(&blob[..3], NoteError::Line);
    check(&[&blob[..], &[0]].concat(), NoteError::Line);
}

/// The key of Tessera's test log, as published in its repository (a C2SP verifier key: name, key id, algorithm ‖ key).
const TESSERA_KEY: &str = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

#[test]
fn a_real_logs_checkpoints_verify() {
    let data = std::env::var_os("COMITY_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    let log = data.join("vectors/tlog-tiles/log");
    if !log.is_dir() {
        println!("not checked: {} is absent", log.display());
        return;
    }
    let mut parts = TESSERA_KEY.splitn(3, '+');
    let (name, _, key) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let key = base64::engine::general_purpose::STANDARD.decode(key).unwrap();
    let key = VerifyingKey::from_bytes(&key[1..].try_into().unwrap()).unwrap();
    let mut checked = 0;
    for size in 0..=15 {
        let note = std::fs::read_to_string(log.join(format!("checkpoint.{size}"))).unwrap();
        let (body, line) = note.split_once("\n\n").unwrap();
        let (body, line) = (format!("{body}\n"), line.strip_suffix('\n').unwrap());
        assert_eq!(key.verify_checkpoint(name, &body, line), Ok(()), "checkpoint.{size}");
        let altered = body.replace('\n', "x\n");
        assert_eq!(key.verify_checkpoint(name, &altered, line), Err(NoteError::BadSignature));
        checked += 1;
    }
    assert_eq!(checked, 16);
}
