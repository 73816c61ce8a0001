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
const PROBE: &[u8] = b"comity";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnlockFile {
    format: u32,
    salt: String,
    probe: String,
}

/// Every private key of a home, unwrapped.
pub struct HomeKeys {
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

/// Derives the wrapping key from a passphrase and proves that it is the right one.
///
/// # Errors
/// [`KeyError::WrongPassphrase`], or that the files cannot be read.
pub fn unlock(home: &Home, passphrase: &str) -> Result<DataKey, KeyError> {
    let damaged = KeyError::Damaged { file: UNLOCK };
    let file: UnlockFile =
        serde_json::from_slice(&home.read_file(UNLOCK)?).map_err(|_| KeyError::Damaged { file: UNLOCK })?;
    let salt: [u8; 16] = hex::decode(&file.salt).ok().and_then(|s| s.try_into().ok()).ok_or(damaged)?;
    let probe = hex::decode(&file.probe).map_err(|_| KeyError::Damaged { file: UNLOCK })?;
    let key = DataKey::from_passphrase(passphrase.as_bytes(), &salt).map_err(|_| KeyError::Derivation)?;
    key.open("keys/probe", &probe).map_err(|_| KeyError::WrongPassphrase)?;
    Ok(key)
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
        let mut nonce_of = |what: &str| {
            let mut nonce = [0u8; 24];
            entropy.stream("nonce", what, 0).fill(&mut nonce);
            nonce
        };
        let unlock = UnlockFile {
            format: 1,
            salt: hex::encode(salt),
            probe: hex::encode(wrap.seal("keys/probe", nonce_of("probe"), PROBE)),
        };
        let unlock = serde_json::to_vec_pretty(&unlock).map_err(|_| KeyError::Damaged { file: UNLOCK })?;
        home.write_file(UNLOCK, &unlock)?;
        home.write_file(ORGANISATION, &wrap.seal(ORGANISATION, nonce_of(ORGANISATION), &keys.organisation.seed()[..]))?;
        home.write_file(NODE, &wrap.seal(NODE, nonce_of(NODE), &keys.node.seed()[..]))?;
        home.write_file(SEALING, &wrap.seal(SEALING, nonce_of(SEALING), &keys.sealing.seed()[..]))?;
        home.write_file(TLS, &wrap.seal(TLS, nonce_of(TLS), &keys.tls_pkcs8))?;
        home.write_file(VAULT, &wrap.seal(VAULT, nonce_of(VAULT), &keys.vault_seed[..]))?;
        Ok(())
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
        let wrap = unlock(home, passphrase)?;
        let open = |file: &'static str| -> Result<Zeroizing<Vec<u8>>, KeyError> {
            wrap.open(file, &home.read_file(file)?).map_err(|_| KeyError::Damaged { file })
        };
        let seed = |file: &'static str| -> Result<Zeroizing<[u8; 32]>, KeyError> {
            let bytes = open(file)?;
            let seed: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyError::Damaged { file })?;
            Ok(Zeroizing::new(seed))
        };
        Ok(Self {
            organisation: SigningKey::from_seed(&*seed(ORGANISATION)?),
            node: SigningKey::from_seed(&*seed(NODE)?),
            sealing: SealingKey::from_seed(&*seed(SEALING)?),
            tls_pkcs8: open(TLS)?,
            vault_seed: seed(VAULT)?,
        })
    }
}
