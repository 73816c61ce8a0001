//! Checkpoints of a log and the receiver's cosignatures, in the texts of C2SP `tlog-checkpoint`, `signed-note` and
//! `tlog-cosignature`.
//!
//! Guarantees: one text per checkpoint; a note is accepted only with a good signature by the key asked for, exactly one
//! by that key, over the log asked for. Lines by other keys are skipped, as the format demands.
//!
//! Does not know: whether the checkpoint is consistent with an earlier one (`verify_consistency` does).

use crate::tree::empty_root;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{NoteError, SigningKey, VerifyingKey, is_key_name};
use comity_vocab::Digest;

/// The longest note that is read, in bytes.
const NOTE_BYTES_MAX: usize = 8 * 1024;
/// The most signature lines that are read.
const SIGNATURES_MAX: usize = 16;
/// The longest origin, in bytes.
const ORIGIN_BYTES_MAX: usize = 255;

/// The state of a log: which log, how many entries, and the root over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, in the alphabet of key names (no blanks, no plus sign).
    pub origin: String,
    /// The number of entries.
    pub size: u64,
    /// The root of the tree over the entries.
    pub root: Digest,
}

/// Why a checkpoint is not written or not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note is longer than any checkpoint.
    #[error("the note has {found} bytes, more than {}", NOTE_BYTES_MAX)]
    TooLong {
        /// The number of bytes found.
        found: usize,
    },
    /// The origin is empty, too long, or has blanks, control characters or a plus sign.
    #[error("not a log origin")]
    Origin,
    /// The size is not a decimal number without leading zeros.
    #[error("not a tree size: expected a decimal number without leading zeros")]
    Size,
    /// The root is not 32 bytes in base64, or not the one root of a log without entries.
    #[error("not a tree root: expected 32 bytes in padded base64")]
    Root,
    /// The text has fewer lines than a checkpoint or more.
    #[error("not a checkpoint: expected origin, size and root, each on a line")]
    Lines,
    /// The signature part of the note is missing or malformed.
    #[error("not a signed note: the signature lines are missing or malformed")]
    Note,
    /// The note is about another log.
    #[error("the checkpoint is of another log")]
    OtherLog,
    /// No line is by the key asked for.
    #[error("the note has no signature by the key asked for")]
    NotSigned,
    /// More than one line is by the key asked for.
    #[error("the note has more than one signature by the same key")]
    SignedTwice,
    /// The line by the key asked for is not good, or cannot be made.
    #[error("the note's signature is refused")]
    Signature(#[from] NoteError),
}

impl Checkpoint {
    /// Returns the text that is signed: origin, size and root, each with a newline.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }

    /// Reads the text that is signed. Extension lines are refused: no extension is known here.
    ///
    /// # Errors
    /// [`CheckpointError`], by line.
    pub fn parse(body: &str) -> Result<Self, CheckpointError> {
        let text = body.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), None) = (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        let root = STANDARD.decode(root).map_err(|_| CheckpointError::Root)?;
        let checkpoint = Self {
            origin: origin.to_owned(),
            size: size.parse().map_err(|_| CheckpointError::Size)?,
            root: Digest(root.try_into().map_err(|_| CheckpointError::Root)?),
        };
        checkpoint.check()?;
        // The number's parser also takes "+1" and "007"; the one lawful spelling is the one that is written back.
        if checkpoint.size.to_string() != size { Err(CheckpointError::Size) } else { Ok(checkpoint) }
    }

    fn check(&self) -> Result<(), CheckpointError> {
        if self.origin.len() > ORIGIN_BYTES_MAX || !is_key_name(&self.origin) {
            return Err(CheckpointError::Origin);
        }
        if self.size == 0 && self.root != empty_root() { Err(CheckpointError::Root) } else { Ok(()) }
    }
}

/// Signs a checkpoint as the log's owner and returns the whole note.
///
/// # Errors
/// [`CheckpointError`] where the checkpoint or key name is one that a reader would refuse.
pub fn sign_checkpoint(checkpoint: &Checkpoint, key: &SigningKey, key_name: &str) -> Result<String, CheckpointError> {
    checkpoint.check()?;
    let body = checkpoint.body();
    let line = key.sign_checkpoint(key_name, &body)?;
    Ok(format!("{body}\n{line}\n"))
}

/// Opens a checkpoint signed by its log's owner, whose key is named like the log.
///
/// # Errors
/// [`CheckpointError`]; also where the checkpoint's origin is not `key_name`.
pub fn open_checkpoint(note: &str, key: &VerifyingKey, key_name: &str) -> Result<Checkpoint, CheckpointError> {
    let (body, lines) = parts(note)?;
    let checkpoint = Checkpoint::parse(body)?;
    if checkpoint.origin != key_name {
        return Err(CheckpointError::OtherLog);
    }
    the_one(&lines, |line| key.verify_checkpoint(key_name, body, line))?;
    Ok(checkpoint)
}

/// Cosigns a checkpoint at an instant: "held durably up to here". Returns a whole note with the cosignature only.
///
/// # Errors
/// [`CheckpointError`] where the checkpoint or key name is one that a reader would refuse.
pub fn cosign(
    checkpoint: &Checkpoint,
    key: &SigningKey,
    key_name: &str,
    unix_seconds: u64,
) -> Result<String, CheckpointError> {
    checkpoint.check()?;
    let body = checkpoint.body();
    let line = key.cosign(key_name, unix_seconds, &body)?;
    Ok(format!("{body}\n{line}\n"))
}

/// Opens a cosigned checkpoint of the log `origin` and returns it with the cosignature's time in unix seconds.
///
/// # Errors
/// [`CheckpointError`].
pub fn open_cosignature(
    note: &str,
    origin: &str,
    key: &VerifyingKey,
    key_name: &str,
) -> Result<(Checkpoint, u64), CheckpointError> {
    let (body, lines) = parts(note)?;
    let checkpoint = Checkpoint::parse(body)?;
    if checkpoint.origin != origin {
        return Err(CheckpointError::OtherLog);
    }
    let unix_seconds = the_one(&lines, |line| key.verify_cosignature(key_name, body, line))?;
    Ok((checkpoint, unix_seconds))
}

/// Parts a note into its text (with its final newline) and its signature lines (without).
fn parts(note: &str) -> Result<(&str, Vec<&str>), CheckpointError> {
    if note.len() > NOTE_BYTES_MAX {
        return Err(CheckpointError::TooLong { found: note.len() });
    }
    let end = note.find("\n\n").ok_or(CheckpointError::Note)?;
    let (body, rest) = note.split_at_checked(end + 1).ok_or(CheckpointError::Note)?;
    let signatures = rest.strip_prefix('\n').and_then(|rest| rest.strip_suffix('\n')).ok_or(CheckpointError::Note)?;
    let lines: Vec<&str> = signatures.split('\n').collect();
    let well_formed = lines.len() <= SIGNATURES_MAX && lines.iter().all(|line| line.starts_with("— "));
    if well_formed { Ok((body, lines)) } else { Err(CheckpointError::Note) }
}

/// Returns what the one line by the right key says; lines by other keys are skipped.
fn the_one<T>(lines: &[&str], verify: impl Fn(&str) -> Result<T, NoteError>) -> Result<T, CheckpointError> {
    let mut found = None;
    for line in lines {
        match verify(line) {
            Err(NoteError::OtherKey) => {}
            Err(error) => return Err(error.into()),
            Ok(_) if found.is_some() => return Err(CheckpointError::SignedTwice),
            Ok(value) => found = Some(value),
        }
    }
    found.ok_or(CheckpointError::NotSigned)
}
