//! The private keys of a home: made at `init`, wrapped at rest, unwrapped on demand.
//!
//! Guarantees: nothing in `keys/` is readable without the home's passphrase; unwrapped keys are zeroized when
//! dropped. Does not know: where the passphrase comes from (the program asks for it).

use crate::home::{Home, HomeError};
use comity_crypto::{DataKey, Entropy, SealingKey, SigningKey, Zeroizing};
use comity_ledger::TableKey;
use comity_store::Trouble;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Why keys cannot be made or unwrapped.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The passphrase does not open the home's keys.
    #[error("the passphrase does not open the keys of this home")]
    WrongPassphrase,
    /// The passphrase is too short to protect anything.
    #[error("a passphrase needs at least {min} characters")]
    TooShort {
        /// The least number of characters.
        min: usize,
    },
    /// A key file is damaged.
    #[error("key file {file} is damaged; restore it from a backup")]
    Damaged {
        /// Its name below the home.
        file: &'static str,
    },
    /// The home could not be read or written.
    #[error("cannot use the key files")]
    Home(#[from] HomeError),
    /// Key derivation failed.
    #[error("cannot derive a key from the passphrase")]
    Derivation,
}

impl KeyError {
    /// Says what kind of trouble this is.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::WrongPassphrase => Trouble::WrongKey,
            Self::Damaged { .. } => Trouble::Damaged,
            Self::Home(error) => error.trouble(),
            Self::TooShort { .. } | Self::Derivation => Trouble::Other,
        }
    }
}

/// The least number of characters of a passphrase.
pub const PASSPHRASE_CHARS_MIN: usize = 8;

const UNLOCK: &str = "keys/unlock.json";
const ORGANISATION: &str = "keys/org.key";
const NODE: &str = "keys/node.key";
const SEALING: &str = "keys/sealing.key";
const TLS: &str = "keys/tls.key";
const VAULT: &str = "keys/vault.key";
/// What is wrapped beside the keys, so that a passphrase can be told to be the right one, and that says that the home was anchored
/// and its tables were sealed: neither can come for the first time once more. Older versions wrapped another text.
const PROBE_GUARDED: &[u8] = b"comity, anchored and sealed";
const PROBE_ROLE: &str = "keys/probe";
/// Entropy streams of the probe: when the keys are stored, and when an older home was guarded.
const STORED: u64 = 0;
const GUARDED: u64 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnlockFile {
    format: u32,
    salt: String,
    probe: String,
}

/// Every private key of a home, unwrapped.
pub struct HomeKeys {
    /// Whether the home was anchored and its tables sealed: one where that is missing now is not an older one.
    pub guarded: bool,
    /// Certifies node and sealing keys.
    pub organisation: SigningKey,
    /// Signs entries, checkpoints and the card.
    pub node: SigningKey,
    /// Opens what partners sealed.
    pub sealing: SealingKey,
    /// The TLS key in PKCS#8, for the gate.
    pub tls_pkcs8: Zeroizing<Vec<u8>>,
    /// Encrypts the fields of the vault.
    pub vault_seed: Zeroizing<[u8; 32]>,
}

/// Derives the wrapping key from a passphrase, proves that it is the right one, and tells whether the home is guarded.
fn unlock(home: &Home, passphrase: &str) -> Result<(DataKey, UnlockFile, bool), KeyError> {
    let damaged = KeyError::Damaged { file: UNLOCK };
    let file: UnlockFile =
        serde_json::from_slice(&home.read_file(UNLOCK)?).map_err(|_| KeyError::Damaged { file: UNLOCK })?;
    let salt: [u8; 16] = hex::decode(&file.salt).ok().and_then(|s| s.try_into().ok()).ok_or(damaged)?;
    let probe = hex::decode(&file.probe).map_err(|_| KeyError::Damaged { file: UNLOCK })?;
    let key = DataKey::from_passphrase(passphrase.as_bytes(), &salt).map_err(|_| KeyError::Derivation)?;
    let probe = key.open(PROBE_ROLE, &probe).map_err(|_| KeyError::WrongPassphrase)?;
    Ok((key, file, *probe == *PROBE_GUARDED))
}

/// Notes in the key files that the home was anchored and its tables sealed.
///
/// # Errors
/// As [`HomeKeys::open`].
pub(crate) fn guard(home: &Home, passphrase: &str, entropy: &mut Entropy) -> Result<(), KeyError> {
    let (key, file, _) = unlock(home, passphrase)?;
    let probe = seal_probe(&key, entropy, GUARDED);
    write_unlock(home, &UnlockFile { probe, ..file })
}

fn seal_probe(key: &DataKey, entropy: &mut Entropy, stream: u64) -> String {
    let mut nonce = [0u8; 24];
    entropy.stream("nonce", "probe", stream).fill(&mut nonce);
    hex::encode(key.seal(PROBE_ROLE, nonce, PROBE_GUARDED))
}

fn write_unlock(home: &Home, file: &UnlockFile) -> Result<(), KeyError> {
    let text = serde_json::to_vec_pretty(file).map_err(|_| KeyError::Damaged { file: UNLOCK })?;
    Ok(home.write_file(UNLOCK, &text)?)
}

impl HomeKeys {
    /// Makes new keys and writes them wrapped.
    ///
    /// # Errors
    /// [`KeyError::TooShort`], or from the disk.
    pub fn create(home: &Home, passphrase: &str, entropy: &mut Entropy, tls_pkcs8: &[u8]) -> Result<Self, KeyError> {
        if passphrase.chars().count() < PASSPHRASE_CHARS_MIN {
            return Err(KeyError::TooShort { min: PASSPHRASE_CHARS_MIN });
        }
        let mut draw = |what: &str| {
            let mut bytes = Zeroizing::new([0u8; 32]);
            entropy.stream(what, "home", 0).fill(&mut bytes[..]);
            bytes
        };
        let keys = Self {
            guarded: true,
            organisation: SigningKey::from_seed(&draw("organisation")),
            node: SigningKey::from_seed(&draw("node")),
            sealing: SealingKey::from_seed(&draw("sealing")),
            tls_pkcs8: Zeroizing::new(tls_pkcs8.to_vec()),
            vault_seed: draw("vault"),
        };
        keys.store(home, passphrase, entropy)?;
        Ok(keys)
    }

    /// Writes the keys wrapped by a passphrase.
    ///
    /// # Errors
    /// [`KeyError::TooShort`], or from the disk.
    pub fn store(&self, home: &Home, passphrase: &str, entropy: &mut Entropy) -> Result<(), KeyError> {
        if passphrase.chars().count() < PASSPHRASE_CHARS_MIN {
            return Err(KeyError::TooShort { min: PASSPHRASE_CHARS_MIN });
        }
        let keys = self;
        let mut salt = [0u8; 16];
        entropy.stream("salt", "home", 0).fill(&mut salt);
        let wrap = DataKey::from_passphrase(passphrase.as_bytes(), &salt).map_err(|_| KeyError::Derivation)?;
        // Last: keys without it open nothing, so that what was interrupted is not taken for a home.
        let probe = seal_probe(&wrap, entropy, STORED);
        let mut nonce_of = |what: &str| {
            let mut nonce = [0u8; 24];
            entropy.stream("nonce", what, 0).fill(&mut nonce);
            nonce
        };
        home.write_file(ORGANISATION, &wrap.seal(ORGANISATION, nonce_of(ORGANISATION), &keys.organisation.seed()[..]))?;
        home.write_file(NODE, &wrap.seal(NODE, nonce_of(NODE), &keys.node.seed()[..]))?;
        home.write_file(SEALING, &wrap.seal(SEALING, nonce_of(SEALING), &keys.sealing.seed()[..]))?;
        home.write_file(TLS, &wrap.seal(TLS, nonce_of(TLS), &keys.tls_pkcs8))?;
        home.write_file(VAULT, &wrap.seal(VAULT, nonce_of(VAULT), &keys.vault_seed[..]))?;
        write_unlock(home, &UnlockFile { format: 1, salt: hex::encode(salt), probe })
    }

    /// Derives the key of the tables of decisions. It travels in a backup with the vault's key, so that a backup can be verified.
    pub fn table_key(&self) -> Arc<TableKey> {
        Arc::new(TableKey::derive(&self.vault_seed))
    }

    /// Unwraps the keys of a home.
    ///
    /// # Errors
    /// [`KeyError::WrongPassphrase`], or a damaged or missing file.
    pub fn open(home: &Home, passphrase: &str) -> Result<Self, KeyError> {
        let (wrap, _, guarded) = unlock(home, passphrase)?;
        let open = |file: &'static str| -> Result<Zeroizing<Vec<u8>>, KeyError> {
            wrap.open(file, &home.read_file(file)?).map_err(|_| KeyError::Damaged { file })
        };
        let seed = |file: &'static str| -> Result<Zeroizing<[u8; 32]>, KeyError> {
            let bytes = open(file)?;
            let seed: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyError::Damaged { file })?;
            Ok(Zeroizing::new(seed))
        };
        Ok(Self {
            guarded,
            organisation: SigningKey::from_seed(&*seed(ORGANISATION)?),
            node: SigningKey::from_seed(&*seed(NODE)?),
            sealing: SealingKey::from_seed(&*seed(SEALING)?),
            tls_pkcs8: open(TLS)?,
            vault_seed: seed(VAULT)?,
        })
    }
}
