//! Keys, signatures, sealing and randomness: every use of cryptography in Comity goes through here.
//!
//! Guarantees: a signature made for one [`Purpose`] never verifies for another; keys and opened contents are erased
//! from memory when dropped and cannot be printed, cloned or serialised; the same inputs and the same
//! [`EntropyStream`] give the same bytes. The layouts are in `spec/signatures.md`.
//!
//! Does not know: whose a key is, what time it is, where keys are stored, any source of randomness.

mod backup;
mod datakey;
mod encoding;
mod entropy;
mod hash;
mod mac;
mod note;
pub mod passkey;
mod purpose;
mod seal;
mod sign;
mod words;

pub use backup::{
    BACKUP_HEAD_BYTES, BACKUP_PIECE_BYTES_MAX, BACKUP_SIGNATURE_BYTES, BackupError, BackupOpener, BackupSealer,
    PieceHead, check_backup_signature, sign_backup,
};
pub use datakey::DataKey;
pub use entropy::{Entropy, EntropyStream};
pub use hash::{Sha256Stream, commitment, same, sha256};
pub use mac::MacKey;
pub use note::{NoteError, is_key_name, is_note_text};
pub use purpose::Purpose;
pub use seal::{SealError, SealingKey, SealingPublicKey};
pub use sign::{BadSignature, KeyError, Signature, SigningKey, VerifyingKey};
pub use words::fingerprint_words;
pub use zeroize::Zeroizing;
