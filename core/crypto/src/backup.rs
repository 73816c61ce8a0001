//! The container of a backup: encrypted to a key that is kept offline, in authenticated pieces.
//!
//! Guarantees: only the holder of the backup key opens it; a piece that is changed, moved, repeated, taken away or taken from
//! another backup does not open, and neither does a backup that ends early. Anybody can encrypt to a public key, so a node signs
//! what it wrote. Memory depends on the length of a piece only.
//! The layout is in `spec/signatures.md`.
//!
//! Does not know: what is inside, where it is stored.

use crate::{
    DataKey, EntropyStream, Purpose, SealError, SealingKey, SealingPublicKey, Signature, SigningKey, VerifyingKey,
    Zeroizing,
};
use comity_vocab::Digest;

const MAGIC: &[u8] = b"comity-backup/1\n";
/// The longest content of a piece, in bytes.
pub const BACKUP_PIECE_BYTES_MAX: usize = 1024 * 1024;
/// What encryption adds to a piece, in bytes: length, flag, nonce, tag.
const PIECE_HEAD_BYTES: usize = 5;
const PIECE_SEAL_BYTES: usize = 24 + 16;
/// The sealed content key: encapsulation, key, tag.
const SEALED_KEY_BYTES: usize = 1120 + 32 + 16;
/// The length of what stands before the first piece, in bytes.
pub const BACKUP_HEAD_BYTES: usize = MAGIC.len() + SEALED_KEY_BYTES;

const SIGNATURE: &[u8] = b"comity-backup-signature/1\n";
/// The length of what stands after the last piece of a signed backup, in bytes.
pub const BACKUP_SIGNATURE_BYTES: usize = SIGNATURE.len() + 64;

fn signed(digest: &Digest, bytes: u64) -> Vec<u8> {
    [digest.as_bytes().as_slice(), &bytes.to_be_bytes()].concat()
}

/// Signs a backup by SHA-256 and length of all its pieces and what stands before them; returns what follows the last piece.
pub fn sign_backup(node: &SigningKey, digest: &Digest, bytes: u64) -> Vec<u8> {
    let signature = node.sign(Purpose::Backup, &signed(digest, bytes));
    [SIGNATURE, &signature.to_bytes()].concat()
}

/// Checks what follows the last piece.
///
/// # Errors
/// [`BackupError::Unsigned`] where nothing follows, [`BackupError::Forged`] where this node did not sign this backup.
pub fn check_backup_signature(
    trailer: &[u8],
    node: &VerifyingKey,
    digest: &Digest,
    bytes: u64,
) -> Result<(), BackupError> {
    if trailer.is_empty() {
        return Err(BackupError::Unsigned);
    }
    let signature = trailer.strip_prefix(SIGNATURE).and_then(|rest| <&[u8; 64]>::try_from(rest).ok());
    let signature = Signature::from_bytes(signature.ok_or(BackupError::Forged)?);
    node.verify(Purpose::Backup, &signed(digest, bytes), &signature).map_err(|_| BackupError::Forged)
}

/// Why a backup does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// It does not begin as a backup does.
    #[error("not a backup of this version")]
    NotABackup,
    /// It was encrypted to another backup key.
    #[error("encrypted to another backup key")]
    OtherKey,
    /// A piece is longer than any that is written.
    #[error("piece {piece} has {bytes} bytes, at most {BACKUP_PIECE_BYTES_MAX} allowed")]
    TooLong {
        /// Which piece, from 0.
        piece: u64,
        /// Its length in bytes.
        bytes: usize,
    },
    /// A piece was changed or does not stand where it belongs.
    #[error("piece {piece} was changed, moved or taken from elsewhere")]
    Changed {
        /// Which piece, from 0.
        piece: u64,
    },
    /// It ends before its last piece.
    #[error("cut off after piece {piece}")]
    CutOff {
        /// The first piece that is missing, from 0.
        piece: u64,
    },
    /// Something follows the last piece.
    #[error("more follows after the last piece")]
    Trailing,
    /// No node signed it.
    #[error("no node signed it: an older version wrote it, or somebody else did")]
    Unsigned,
    /// The node that it names did not sign it.
    #[error("not signed by the node key that its organisation certified")]
    Forged,
    /// The content key could not be sealed.
    #[error("cannot seal the content key")]
    CannotSeal,
}

fn role(piece: u64, last: bool) -> String {
    format!("backup/{piece}/{}", if last { "last" } else { "more" })
}

/// Pieces have a nonce of their own place: the key is drawn for one backup, so none comes twice.
fn nonce(piece: u64) -> [u8; 24] {
    let mut nonce = [0; 24];
    for (to, from) in nonce.iter_mut().zip(piece.to_be_bytes()) {
        *to = from;
    }
    nonce
}

/// Encrypts a backup, piece after piece.
pub struct BackupSealer {
    key: DataKey,
    next: u64,
    ended: bool,
}

impl BackupSealer {
    /// Draws a content key for one backup, seals it to the backup key, and returns what stands before the first piece.
    ///
    /// # Errors
    /// [`BackupError::CannotSeal`].
    pub fn new(to: &SealingPublicKey, stream: &mut EntropyStream) -> Result<(Self, Vec<u8>), BackupError> {
        let content = Zeroizing::new(stream.bytes32());
        let sealed = to.seal(stream, MAGIC, &*content).map_err(|_| BackupError::CannotSeal)?;
        let sealer = Self { key: DataKey::from_bytes(&content), next: 0, ended: false };
        Ok((sealer, [MAGIC, &sealed].concat()))
    }

    /// Encrypts the next piece; after the last one there is none.
    ///
    /// # Errors
    /// [`BackupError::TooLong`], and [`BackupError::Trailing`] after the last piece.
    pub fn piece(&mut self, plain: &[u8], last: bool) -> Result<Vec<u8>, BackupError> {
        let piece = self.next;
        if self.ended {
            return Err(BackupError::Trailing);
        }
        if plain.len() > BACKUP_PIECE_BYTES_MAX {
            return Err(BackupError::TooLong { piece, bytes: plain.len() });
        }
        let sealed = self.key.seal(&role(piece, last), nonce(piece), plain);
        (self.next, self.ended) = (piece + 1, last);
        // INVARIANT: a sealed piece is little longer than a mebibyte, so the cast is exact.
        let mut bytes = (sealed.len() as u32).to_be_bytes().to_vec();
        bytes.push(u8::from(last));
        bytes.extend_from_slice(&sealed);
        Ok(bytes)
    }
}

/// Opens a backup, piece after piece.
pub struct BackupOpener {
    key: DataKey,
    next: u64,
    ended: bool,
}

/// What the five bytes before a piece say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceHead {
    /// The length of the encrypted piece, in bytes.
    pub bytes: usize,
    last: bool,
}

impl BackupOpener {
    /// Opens the content key from the first [`BACKUP_HEAD_BYTES`].
    ///
    /// # Errors
    /// [`BackupError::NotABackup`] and [`BackupError::OtherKey`].
    pub fn new(head: &[u8], key: &SealingKey) -> Result<Self, BackupError> {
        let sealed = head.strip_prefix(MAGIC).ok_or(BackupError::NotABackup)?;
        if sealed.len() != SEALED_KEY_BYTES {
            return Err(BackupError::NotABackup);
        }
        let content = key.open(MAGIC, sealed).map_err(|error| match error {
            SealError::Truncated { .. } => BackupError::NotABackup,
            SealError::CannotOpen | SealError::CannotSeal | SealError::CannotDerive => BackupError::OtherKey,
        })?;
        let content = Zeroizing::new(<[u8; 32]>::try_from(content.as_slice()).map_err(|_| BackupError::OtherKey)?);
        Ok(Self { key: DataKey::from_bytes(&content), next: 0, ended: false })
    }

    /// Reads the length of the next piece, from the five bytes before it.
    ///
    /// # Errors
    /// [`BackupError::TooLong`], [`BackupError::Trailing`] after the last piece, [`BackupError::Changed`].
    pub fn head(&self, head: &[u8; PIECE_HEAD_BYTES]) -> Result<PieceHead, BackupError> {
        let piece = self.next;
        if self.ended {
            return Err(BackupError::Trailing);
        }
        let [a, b, c, d, last] = *head;
        let bytes = u32::from_be_bytes([a, b, c, d]) as usize;
        if bytes > BACKUP_PIECE_BYTES_MAX + PIECE_SEAL_BYTES {
            return Err(BackupError::TooLong { piece, bytes });
        }
        if bytes < PIECE_SEAL_BYTES || last > 1 {
            return Err(BackupError::Changed { piece });
        }
        Ok(PieceHead { bytes, last: last == 1 })
    }

    /// Opens the next piece.
    ///
    /// # Errors
    /// [`BackupError::Changed`].
    pub fn piece(&mut self, head: PieceHead, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, BackupError> {
        let piece = self.next;
        let changed = BackupError::Changed { piece };
        // The nonce is the place: a piece that carries another one was made for another place.
        if sealed.get(..24) != Some(&nonce(piece)[..]) {
            return Err(changed);
        }
        let plain = self.key.open(&role(piece, head.last), sealed).map_err(|_| changed)?;
        (self.next, self.ended) = (piece + 1, head.last);
        Ok(plain)
    }

    /// Checks that the last piece was seen; called where the bytes end.
    ///
    /// # Errors
    /// [`BackupError::CutOff`].
    pub fn finish(&self) -> Result<(), BackupError> {
        if self.ended { Ok(()) } else { Err(BackupError::CutOff { piece: self.next }) }
    }

    /// Tells whether the last piece was seen.
    pub fn ended(&self) -> bool {
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entropy;

    fn key(seed: u8) -> SealingKey {
        SealingKey::from_seed(&[seed; 32])
    }

    fn sealed(pieces: &[&[u8]]) -> (Vec<u8>, Vec<Vec<u8>>) {
        let mut stream = Entropy::seeded([3; 32]).stream("backup", "", 0);
        let (mut sealer, head) = BackupSealer::new(&key(1).public(), &mut stream).unwrap();
        let last = pieces.len() - 1;
        let pieces = pieces.iter().enumerate().map(|(at, piece)| sealer.piece(piece, at == last).unwrap()).collect();
        assert_eq!(sealer.piece(b"", true), Err(BackupError::Trailing));
        (head, pieces)
    }

    fn open(head: &[u8], pieces: &[Vec<u8>], seed: u8) -> Result<Vec<u8>, BackupError> {
        let mut opener = BackupOpener::new(head, &key(seed))?;
        let mut plain = Vec::new();
        for bytes in pieces {
            let (before, sealed) = bytes.split_first_chunk::<5>().unwrap();
            let head = opener.head(before)?;
            plain.extend_from_slice(&opener.piece(head, sealed)?);
        }
        opener.finish().map(|()| plain)
    }

    #[test]
    fn what_was_sealed_opens_and_nothing_else_does() {
        let (head, pieces) = sealed(&[b"manifest", b"holdings", b"vault"]);
        assert_eq!(head.len(), BACKUP_HEAD_BYTES);
        assert_eq!(open(&head, &pieces, 1).unwrap(), b"manifestholdingsvault");
        let swapped = vec![pieces[1].clone(), pieces[0].clone(), pieces[2].clone()];
        let repeated = vec![pieces[0].clone(), pieces[0].clone(), pieces[2].clone()];
        let trailing = [&pieces[..], &pieces[2..]].concat();
        let flip = |at: usize| {
            let mut pieces = pieces.clone();
            pieces[1][at] ^= 1;
            pieces
        };
        let mut early = pieces.clone();
        early[1][4] = 1;
        for (what, pieces, expect) in [
            ("swapped", swapped, BackupError::Changed { piece: 0 }),
            ("repeated", repeated, BackupError::Changed { piece: 1 }),
            ("one taken out", vec![pieces[0].clone(), pieces[2].clone()], BackupError::Changed { piece: 1 }),
            ("cut off", pieces[..2].to_vec(), BackupError::CutOff { piece: 2 }),
            ("empty", Vec::new(), BackupError::CutOff { piece: 0 }),
            ("trailing", trailing, BackupError::Trailing),
            ("a flag that says last", early[..2].to_vec(), BackupError::Changed { piece: 1 }),
            ("a changed nonce", flip(5), BackupError::Changed { piece: 1 }),
            ("a changed byte", flip(40), BackupError::Changed { piece: 1 }),
        ] {
            assert_eq!(open(&head, &pieces, 1), Err(expect), "{what}");
        }
        let mut other = head.clone();
        other[0] ^= 1;
        assert_eq!(open(&head, &pieces, 2), Err(BackupError::OtherKey));
        assert_eq!(open(&other, &pieces, 1), Err(BackupError::NotABackup));
        assert_eq!(open(&head[..100], &pieces, 1), Err(BackupError::NotABackup));
    }

    #[test]
    fn a_long_piece_is_refused_before_it_is_read() {
        let (head, _) = sealed(&[b"x"]);
        let opener = BackupOpener::new(&head, &key(1)).unwrap();
        let bytes = BACKUP_PIECE_BYTES_MAX + PIECE_SEAL_BYTES + 1;
        let [a, b, c, d] = (bytes as u32).to_be_bytes();
        assert_eq!(opener.head(&[a, b, c, d, 0]), Err(BackupError::TooLong { piece: 0, bytes }));
        assert_eq!(opener.head(&[0, 0, 0, 1, 0]), Err(BackupError::Changed { piece: 0 }));
        let mut stream = Entropy::seeded([3; 32]).stream("backup", "", 0);
        let (mut sealer, _) = BackupSealer::new(&key(1).public(), &mut stream).unwrap();
        assert!(sealer.piece(&vec![0; BACKUP_PIECE_BYTES_MAX + 1], false).is_err());
    }
}
