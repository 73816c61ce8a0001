//! An officer's signing key as a file of its own, wrapped by the officer's passphrase.
//!
//! Guarantees: the file names officer and organisation and cannot be used for another. Does not know: the home; the file
//! belongs to the person and never enters it.

use crate::home::{HomeError, PRIVATE, read_private, write_private};
use comity_crypto::{DataKey, Entropy, Purpose, SigningKey, VerifyingKey, Zeroizing};
use comity_vocab::OfficerCode;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Why an officer's key file cannot be written or used.
#[derive(Debug, thiserror::Error)]
pub enum OfficerKeyError {
    /// The file is missing or unreadable.
    #[error("cannot read the officer's key file {path}")]
    Unreadable {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not an officer's key.
    #[error("{path} is not an officer's key file")]
    Malformed {
        /// The file.
        path: std::path::PathBuf,
    },
    /// The passphrase is not the one it was wrapped with.
    #[error("the passphrase does not open the key of officer {officer}; set COMITY_PASSPHRASE_{upper} or COMITY_PASSPHRASE", upper = .officer.as_str().to_uppercase().replace('-', "_"))]
    WrongPassphrase {
        /// Whose key it is.
        officer: OfficerCode,
    },
    /// The passphrase is too short.
    #[error("a passphrase needs at least {min} characters")]
    TooShort {
        /// The least number of characters.
        min: usize,
    },
    /// There is a file of that name already; keys are never overwritten.
    #[error("{path} exists; a key file is never overwritten")]
    Exists {
        /// The file.
        path: std::path::PathBuf,
    },
    /// The node gave something else than a nonce.
    #[error("the node gave no nonce to sign")]
    Nonce,
    /// Others can reach the file, or it belongs to somebody else.
    #[error(transparent)]
    Open(HomeError),
    /// It could not be written.
    #[error("cannot write the officer's key file")]
    Write(#[from] HomeError),
}

/// The longest key file read, in bytes.
const KEY_FILE_BYTES_MAX: u64 = 4096;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    comity_officer_key: u32,
    officer: OfficerCode,
    organisation: VerifyingKey,
    key: VerifyingKey,
    salt: String,
    wrapped: String,
}

/// What a key file says in clear, before its passphrase is known.
pub struct LockedOfficerKey {
    file: KeyFile,
    path: std::path::PathBuf,
}

/// An officer's key, ready to sign.
pub struct OfficerKey {
    /// Whose it is.
    pub officer: OfficerCode,
    /// The organisation it signs for.
    pub organisation: VerifyingKey,
    /// The key itself.
    pub key: SigningKey,
}

impl OfficerKey {
    /// Makes a new key for an officer of an organisation.
    pub fn generate(officer: OfficerCode, organisation: VerifyingKey, entropy: &mut Entropy) -> Self {
        let mut seed = Zeroizing::new([0u8; 32]);
        entropy.stream("officer-key", officer.as_str(), 0).fill(&mut seed[..]);
        Self { key: SigningKey::from_seed(&seed), officer, organisation }
    }

    /// Writes the key wrapped by a passphrase; never over an existing file.
    ///
    /// # Errors
    /// [`OfficerKeyError::Exists`], [`OfficerKeyError::TooShort`] or from the disk.
    pub fn write(&self, path: &Path, passphrase: &str, entropy: &mut Entropy) -> Result<(), OfficerKeyError> {
        if path.exists() {
            return Err(OfficerKeyError::Exists { path: path.to_owned() });
        }
        if passphrase.chars().count() < crate::keys::PASSPHRASE_CHARS_MIN {
            return Err(OfficerKeyError::TooShort { min: crate::keys::PASSPHRASE_CHARS_MIN });
        }
        let malformed = || OfficerKeyError::Malformed { path: path.to_owned() };
        let (mut salt, mut nonce) = ([0u8; 16], [0u8; 24]);
        let mut stream = entropy.stream("officer-key-wrap", self.officer.as_str(), 0);
        stream.fill(&mut salt);
        stream.fill(&mut nonce);
        let wrap = DataKey::from_passphrase(passphrase.as_bytes(), &salt).map_err(|_| malformed())?;
        let file = KeyFile {
            comity_officer_key: 1,
            officer: self.officer.clone(),
            organisation: self.organisation,
            key: self.key.verifying_key(),
            salt: hex::encode(salt),
            wrapped: hex::encode(wrap.seal(&role(&self.officer), nonce, &self.key.seed()[..])),
        };
        let bytes = serde_json::to_vec_pretty(&file).map_err(|_| malformed())?;
        Ok(write_private(path, &bytes)?)
    }
}

impl OfficerKey {
    /// Signs the proof that a request comes from this officer.
    ///
    /// # Errors
    /// [`OfficerKeyError::Nonce`] where the node's nonce is not one.
    pub fn prove(&self, nonce: &str, request: &str) -> Result<crate::call::OfficerProof, OfficerKeyError> {
        let bytes: [u8; 32] = hex::decode(nonce).ok().and_then(|n| n.try_into().ok()).ok_or(OfficerKeyError::Nonce)?;
        let message = crate::proof::proof_message(&self.organisation, &bytes, request);
        Ok(crate::call::OfficerProof {
            officer: self.officer.clone(),
            nonce: nonce.to_owned(),
            signature: self.key.sign(Purpose::OfficerProof, &message),
        })
    }
}

fn role(officer: &OfficerCode) -> String {
    format!("officer-key/{officer}")
}

impl LockedOfficerKey {
    /// Reads a key file.
    ///
    /// # Errors
    /// [`OfficerKeyError::Unreadable`], [`OfficerKeyError::Open`] where others can reach it, or [`OfficerKeyError::Malformed`].
    pub fn read(path: &Path) -> Result<Self, OfficerKeyError> {
        let bytes = read_private(path, PRIVATE, KEY_FILE_BYTES_MAX).map_err(|error| match error {
            HomeError::Io { path, source, .. } => OfficerKeyError::Unreadable { path, source },
            other => OfficerKeyError::Open(other),
        })?;
        let file: KeyFile =
            serde_json::from_slice(&bytes).map_err(|_| OfficerKeyError::Malformed { path: path.to_owned() })?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Returns whose key it is, so that the right passphrase can be asked for.
    pub fn officer(&self) -> &OfficerCode {
        &self.file.officer
    }

    /// Unwraps the key.
    ///
    /// # Errors
    /// [`OfficerKeyError::WrongPassphrase`], or a file that was altered.
    pub fn unlock(&self, passphrase: &str) -> Result<OfficerKey, OfficerKeyError> {
        let malformed = || OfficerKeyError::Malformed { path: self.path.clone() };
        let salt: [u8; 16] = hex::decode(&self.file.salt).ok().and_then(|s| s.try_into().ok()).ok_or_else(malformed)?;
        let wrapped = hex::decode(&self.file.wrapped).map_err(|_| malformed())?;
        let wrap = DataKey::from_passphrase(passphrase.as_bytes(), &salt).map_err(|_| malformed())?;
        let seed = wrap
            .open(&role(&self.file.officer), &wrapped)
            .map_err(|_| OfficerKeyError::WrongPassphrase { officer: self.file.officer.clone() })?;
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(seed.as_slice().try_into().map_err(|_| malformed())?);
        let key = SigningKey::from_seed(&seed);
        if key.verifying_key() != self.file.key {
            return Err(malformed());
        }
        Ok(OfficerKey { officer: self.file.officer.clone(), organisation: self.file.organisation, key })
    }
}
