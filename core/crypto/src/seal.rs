//! Sealing to a recipient's desk: HPKE base mode (RFC 9180) with the hybrid post-quantum KEM X-Wing, HKDF-SHA256 and
//! ChaCha20-Poly1305, `info = "comity/v1/envelope"`.
//!
//! Guarantees: only the holder of the sealing key opens what was sealed; a changed byte, or other associated data, does
//! not open; sealing is a function of its arguments, the stream included.
//!
//! Does not know: what is sealed. Base mode does not say who sealed it: the entry's signature does.
//!
//! ```compile_fail
//! println!("{:?}", comity_crypto::SealingKey::from_seed(&[1; 32])); // a sealing key has no Debug
//! ```

use crate::{EntropyStream, KeyError, encoding, sha256};
use comity_vocab::Digest;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

const INFO: &[u8] = b"comity/v1/envelope";
/// The encapsulated key in front of the ciphertext, in bytes.
const ENCAPSULATED_BYTES: usize = 1120;
const TAG_BYTES: usize = 16;
const PUBLIC_BYTES: usize = 1216;

type Private = <XWing as Kem>::PrivateKey;
type Public = <XWing as Kem>::PublicKey;

/// Why something could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Fewer bytes than the shortest sealed content has.
    #[error("too short to be sealed content: {found} bytes")]
    Truncated {
        /// The number of bytes found.
        found: usize,
    },
    /// Sealed with another key, for another place, or changed on the way.
    #[error("cannot open: sealed with another key or for another place, or changed")]
    CannotOpen,
    /// The content cannot be sealed: longer than the cipher allows.
    #[error("cannot seal: the content is too long")]
    CannotSeal,
    /// No key can be derived: the passphrase is longer than the derivation allows.
    #[error("cannot derive a key from the passphrase")]
    CannotDerive,
}

/// The private half of a sealing key (X-Wing: X25519 and ML-KEM-768); erased when dropped.
pub struct SealingKey {
    private: Private,
    seed: Zeroizing<[u8; 32]>,
}

impl SealingKey {
    /// Makes the key of a 32-byte seed, which is X-Wing's own form of a private key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let private = match Private::from_bytes(seed) {
            Ok(private) => private,
            // INVARIANT: X-Wing refuses a private key for its length only, and 32 bytes is the right one.
            Err(_) => XWing::derive_keypair(seed).0,
        };
        Self { private, seed: Zeroizing::new(*seed) }
    }

    /// Returns the seed, to be wrapped and stored.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        self.seed.clone()
    }

    /// Returns the public half.
    pub fn public(&self) -> SealingPublicKey {
        SealingPublicKey(XWing::sk_to_pk(&self.private).to_bytes().to_vec())
    }

    /// Opens what [`SealingPublicKey::seal`] sealed with the same associated data.
    ///
    /// # Errors
    /// [`SealError::Truncated`] and [`SealError::CannotOpen`].
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let truncated = SealError::Truncated { found: sealed.len() };
        let (encapsulated, ciphertext) = sealed.split_at_checked(ENCAPSULATED_BYTES).ok_or(truncated)?;
        if ciphertext.len() < TAG_BYTES {
            return Err(truncated);
        }
        let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| SealError::CannotOpen)?;
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &self.private,
            &encapsulated,
            INFO,
            ciphertext,
            aad,
        )
        .map(Zeroizing::new)
        .map_err(|_| SealError::CannotOpen)
    }
}

/// The public half of a sealing key; as text, base64 of its 1,216 bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SealingPublicKey(Vec<u8>);

impl SealingPublicKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`KeyError::Length`] and, for bytes outside ML-KEM's range, [`KeyError::Unusable`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let what = "sealing key";
        if bytes.len() != PUBLIC_BYTES {
            return Err(KeyError::Length { what, expected: PUBLIC_BYTES, found: bytes.len() });
        }
        Public::from_bytes(bytes).map_err(|_| KeyError::Unusable { what })?;
        Ok(Self(bytes.to_vec()))
    }

    /// Returns the 1,216 bytes of the key.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.clone()
    }

    /// Returns the SHA-256 of the key's bytes.
    pub fn digest(&self) -> Digest {
        sha256(&[&self.0])
    }

    /// Seals `plain`: encapsulated key (1,120 bytes) ‖ ciphertext ‖ tag (16 bytes).
    ///
    /// # Errors
    /// [`SealError::CannotSeal`] for content beyond the cipher's limit (256 GiB).
    pub fn seal(&self, stream: &mut EntropyStream, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let public = Public::from_bytes(&self.0).map_err(|_| SealError::CannotSeal)?;
        let (encapsulated, ciphertext) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &public,
            INFO,
            plain,
            aad,
            stream,
        )
        .map_err(|_| SealError::CannotSeal)?;
        let mut sealed = encapsulated.to_bytes().to_vec();
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }
}

impl fmt::Display for SealingPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::encode(&self.0))
    }
}

impl fmt::Debug for SealingPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingPublicKey({})", self.digest())
    }
}

impl std::str::FromStr for SealingPublicKey {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(&encoding::decode(text).ok_or(KeyError::NotBase64 { what: "sealing key" })?)
    }
}

impl TryFrom<String> for SealingPublicKey {
    type Error = KeyError;
    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<SealingPublicKey> for String {
    fn from(key: SealingPublicKey) -> String {
        key.to_string()
    }
}
