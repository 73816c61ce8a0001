//! Lines of C2SP signed notes: `— <key name> <base64(key id ‖ blob)>`, for checkpoints (Ed25519, algorithm 0x01) and
//! cosignatures (cosignature/v1, algorithm 0x04).
//!
//! Guarantees: only a lawful note text is signed, and none begins with a control character, so a note's signature never
//! holds for a tagged message (see [`crate::Purpose`]) or the other way round.
//!
//! Does not know: what the note says (`comity-ledger` does).

use crate::{Signature, SigningKey, VerifyingKey, encoding, sha256};

const ED25519: u8 = 0x01;
const COSIGNATURE_V1: u8 = 0x04;
const COSIGNATURE_HEAD: &str = "cosignature/v1\n";

/// Why a note was not signed, or a signature line not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The key name is empty or has blanks, control characters or a plus sign.
    #[error("not a key name: empty, or with blanks, control characters or a plus sign")]
    KeyName,
    /// The text is not a note's: empty, without a final newline, with control characters, or a cosignature's own text.
    #[error("not a note text: empty, without a final newline, or with control characters")]
    Text,
    /// The line is not of the form `— name base64`.
    #[error("not a signature line of a note")]
    Line,
    /// The line names another key.
    #[error("the signature line is by another key")]
    OtherKey,
    /// The signature does not hold for this text.
    #[error("the note's signature does not hold")]
    BadSignature,
}

/// Says whether the text may name a key in a note: not empty, no blanks or control characters, no plus sign.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c == '+' || c.is_whitespace() || c.is_control())
}

/// Says whether the text may be signed as a note: not empty, ends with a newline, no other control character.
pub fn is_note_text(text: &str) -> bool {
    text.ends_with('\n')
        && !text.starts_with('\n')
        && !text.starts_with(COSIGNATURE_HEAD)
        && !text.chars().any(|c| c.is_control() && c != '\n')
}

fn key_id(name: &str, algorithm: u8, key: &VerifyingKey) -> [u8; 4] {
    let digest = sha256(&[name.as_bytes(), b"\n", &[algorithm], &key.to_bytes()]);
    let [a, b, c, d, ..] = digest.0;
    [a, b, c, d]
}

fn cosigned(unix_seconds: u64, body: &str) -> String {
    format!("{COSIGNATURE_HEAD}time {unix_seconds}\n{body}")
}

fn check(name: &str, body: &str) -> Result<(), NoteError> {
    match (is_key_name(name), is_note_text(body)) {
        (false, _) => Err(NoteError::KeyName),
        (_, false) => Err(NoteError::Text),
        (true, true) => Ok(()),
    }
}

fn blob(line: &str, name: &str, algorithm: u8, key: &VerifyingKey) -> Result<Vec<u8>, NoteError> {
    let (found_name, text) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(NoteError::Line)?;
    let bytes = encoding::decode(text).ok_or(NoteError::Line)?;
    let (id, blob) = bytes.split_first_chunk::<4>().ok_or(NoteError::Line)?;
    if found_name != name || *id != key_id(name, algorithm, key) {
        return Err(NoteError::OtherKey);
    }
    Ok(blob.to_vec())
}

impl SigningKey {
    /// Signs a note's text under a key name and returns the signature line, without its newline.
    ///
    /// # Errors
    /// [`NoteError::KeyName`] and [`NoteError::Text`].
    pub fn sign_checkpoint(&self, key_name: &str, body: &str) -> Result<String, NoteError> {
        check(key_name, body)?;
        let id = key_id(key_name, ED25519, &self.verifying_key());
        let signature = self.sign_raw(body.as_bytes());
        Ok(format!("— {key_name} {}", encoding::encode(&[&id[..], signature.as_bytes()].concat())))
    }

    /// Cosigns a note's text (cosignature/v1) at an instant and returns the signature line, without its newline.
    ///
    /// # Errors
    /// [`NoteError::KeyName`] and [`NoteError::Text`].
    pub fn cosign(&self, key_name: &str, unix_seconds: u64, body: &str) -> Result<String, NoteError> {
        check(key_name, body)?;
        let id = key_id(key_name, COSIGNATURE_V1, &self.verifying_key());
        let signature = self.sign_raw(cosigned(unix_seconds, body).as_bytes());
        let blob = [&id[..], &unix_seconds.to_be_bytes(), signature.as_bytes()].concat();
        Ok(format!("— {key_name} {}", encoding::encode(&blob)))
    }
}

impl VerifyingKey {
    /// Checks one signature line (without its newline) of a note.
    ///
    /// # Errors
    /// [`NoteError`]; [`NoteError::OtherKey`] means that the line may be skipped.
    pub fn verify_checkpoint(&self, key_name: &str, body: &str, line: &str) -> Result<(), NoteError> {
        check(key_name, body)?;
        let blob = blob(line, key_name, ED25519, self)?;
        let signature = <&[u8; 64]>::try_from(blob.as_slice()).map_err(|_| NoteError::Line)?;
        self.verify_raw(body.as_bytes(), &Signature::from_bytes(signature)).map_err(|_| NoteError::BadSignature)
    }

    /// Checks one cosignature line (without its newline) of a note and returns its time in unix seconds.
    ///
    /// # Errors
    /// [`NoteError`]; [`NoteError::OtherKey`] means that the line may be skipped.
    pub fn verify_cosignature(&self, key_name: &str, body: &str, line: &str) -> Result<u64, NoteError> {
        check(key_name, body)?;
        let blob = blob(line, key_name, COSIGNATURE_V1, self)?;
        let (time, signature) = blob.split_first_chunk::<8>().ok_or(NoteError::Line)?;
        let unix_seconds = u64::from_be_bytes(*time);
        let signature = <&[u8; 64]>::try_from(signature).map_err(|_| NoteError::Line)?;
        self.verify_raw(cosigned(unix_seconds, body).as_bytes(), &Signature::from_bytes(signature))
            .map_err(|_| NoteError::BadSignature)?;
        Ok(unix_seconds)
    }
}
