//! Ed25519 signatures with a purpose.
//!
//! Guarantees: verification is strict (no weak or non-canonical key, no malleable signature); a signing key is erased
//! when dropped and shows itself nowhere.
//!
//! ```compile_fail
//! let key = comity_crypto::SigningKey::from_seed(&[1; 32]);
//! println!("{key:?}"); // a signing key has no Debug
//! ```
//! ```compile_fail
//! let key = comity_crypto::SigningKey::from_seed(&[1; 32]);
//! let copy = key.clone(); // nor Clone
//! ```
//! ```compile_fail
//! fn written<T: serde::Serialize>(_: &T) {}
//! written(&comity_crypto::SigningKey::from_seed(&[1; 32])); // nor Serialize
//! ```

use crate::{Purpose, encoding, sha256};
use comity_vocab::Digest;
use ed25519_dalek::Signer as _;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use zeroize::Zeroizing;

/// A signature that does not hold for this key, purpose and message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not hold")]
pub struct BadSignature;

/// Bytes or text that are not a public key or signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not base64 in its one canonical, padded spelling.
    #[error("not a {what}: expected padded base64")]
    NotBase64 {
        /// What was to be read.
        what: &'static str,
    },
    /// The wrong number of bytes.
    #[error("not a {what}: expected {expected} bytes, found {found}")]
    Length {
        /// What was to be read.
        what: &'static str,
        /// The number of bytes it has.
        expected: usize,
        /// The number of bytes found.
        found: usize,
    },
    /// Bytes that stand for no key, for one of small order, or spell a key in an unusual way.
    #[error("not a {what}: weak or malformed")]
    Unusable {
        /// What was to be read.
        what: &'static str,
    },
}

/// The private half of an Ed25519 key.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Makes the key of a 32-byte seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Returns the seed, to be wrapped and stored.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Returns the public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// Signs a message for one purpose.
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> Signature {
        self.sign_raw(&purpose.framed(message))
    }

    pub(crate) fn sign_raw(&self, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(bytes).to_bytes())
    }
}

/// The public half of an Ed25519 key; as text, base64 of its 32 bytes. Ordered by its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`KeyError::Unusable`] for bytes that are no point, a point of small order, or a non-canonical spelling.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let unusable = KeyError::Unusable { what: "public key" };
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| unusable)?;
        if key.is_weak() || key.to_edwards().compress().as_bytes() != bytes { Err(unusable) } else { Ok(Self(key)) }
    }

    /// Returns the 32 bytes of the key.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Returns the SHA-256 of the 32 bytes: the key's name in log origins and link ids.
    pub fn digest(&self) -> Digest {
        sha256(&[self.0.as_bytes()])
    }

    /// Checks a signature.
    ///
    /// # Errors
    /// [`BadSignature`] where key, purpose, message and signature do not belong together.
    pub fn verify(&self, purpose: Purpose, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        self.verify_raw(&purpose.framed(message), signature)
    }

    pub(crate) fn verify_raw(&self, bytes: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(bytes, &signature).map_err(|_| BadSignature)
    }
}

impl PartialOrd for VerifyingKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for VerifyingKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.as_bytes().cmp(other.0.as_bytes())
    }
}

impl Hash for VerifyingKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_bytes().hash(state);
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for VerifyingKey {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(&sized("public key", text)?)
    }
}

impl TryFrom<String> for VerifyingKey {
    type Error = KeyError;
    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<VerifyingKey> for String {
    fn from(key: VerifyingKey) -> String {
        key.to_string()
    }
}

/// An Ed25519 signature; as text, base64 of its 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Signature([u8; 64]);

impl Signature {
    /// Takes the 64 bytes as they are; whether they are a signature shows when they are verified.
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        Self(*bytes)
    }

    /// Returns the 64 bytes.
    pub fn to_bytes(&self) -> [u8; 64] {
        self.0
    }

    /// Returns the 64 bytes.
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::encode(&self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Signature {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        sized("signature", text).map(Self)
    }
}

impl TryFrom<String> for Signature {
    type Error = KeyError;
    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<Signature> for String {
    fn from(signature: Signature) -> String {
        signature.to_string()
    }
}

fn sized<const N: usize>(what: &'static str, text: &str) -> Result<[u8; N], KeyError> {
    let bytes = encoding::decode(text).ok_or(KeyError::NotBase64 { what })?;
    <[u8; N]>::try_from(bytes.as_slice()).map_err(|_| KeyError::Length { what, expected: N, found: bytes.len() })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_secret_is_erased_on_drop() {
        fn erased<T: zeroize::ZeroizeOnDrop>() {}
        erased::<ed25519_dalek::SigningKey>();
        erased::<chacha20::ChaCha20Rng>();
        erased::<zeroize::Zeroizing<[u8; 32]>>();
    }
}
