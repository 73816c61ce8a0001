//! Wrapping at rest: key files and vault fields under a symmetric key.
//!
//! Guarantees: what was sealed in one role does not open in another; a changed byte does not open.
//!
//! Does not know: which roles exist, where the salt is kept. A nonce must be random: 24 bytes never repeat by chance.
//!
//! ```compile_fail
//! println!("{:?}", comity_crypto::DataKey::from_bytes(&[1; 32])); // a data key has no Debug
//! ```

use crate::SealError;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
/// Argon2id at the level OWASP names first: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A 32-byte key for content at rest; erased when dropped.
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// Takes the 32 bytes as the key.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// Derives the key of a passphrase with Argon2id; takes some ten milliseconds and 19 MiB.
    ///
    /// # Errors
    /// [`SealError::CannotDerive`] for a passphrase beyond 4 GiB.
    pub fn from_passphrase(passphrase: &[u8], salt: &[u8; 16]) -> Result<Self, SealError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).map_err(|_| SealError::CannotDerive)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut memory = Zeroizing::new(vec![argon2::Block::default(); MEMORY_KIB as usize]);
        let mut key = Zeroizing::new([0; 32]);
        argon
            .hash_password_into_with_memory(passphrase, salt, &mut *key, memory.as_mut_slice())
            .map_err(|_| SealError::CannotDerive)?;
        Ok(Self(key))
    }

    /// Seals `plain` in a role: nonce ‖ ciphertext ‖ tag (XChaCha20-Poly1305, the role as associated data).
    pub fn seal(&self, role: &str, nonce: [u8; NONCE_BYTES], plain: &[u8]) -> Vec<u8> {
        let cipher = XChaCha20Poly1305::new((&*self.0).into());
        #[expect(clippy::expect_used, reason = "fails beyond 256 GiB only; returning nothing would lose the content")]
        let ciphertext = cipher
            .encrypt(&nonce.into(), Payload { msg: plain, aad: role.as_bytes() })
            .expect("content is shorter than 256 GiB");
        [&nonce[..], &ciphertext].concat()
    }

    /// Opens what was sealed with this key in this role.
    ///
    /// # Errors
    /// [`SealError::Truncated`] and [`SealError::CannotOpen`].
    pub fn open(&self, role: &str, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let truncated = SealError::Truncated { found: bytes.len() };
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(truncated)?;
        if ciphertext.len() < TAG_BYTES {
            return Err(truncated);
        }
        XChaCha20Poly1305::new((&*self.0).into())
            .decrypt(nonce.into(), Payload { msg: ciphertext, aad: role.as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| SealError::CannotOpen)
    }
}
