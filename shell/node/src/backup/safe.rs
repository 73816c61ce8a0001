//! Keys for the safe: the backup key and a copy of the organisation key, each a file of its own wrapped by a passphrase.
//!
//! Guarantees: a file says what it is and cannot be taken for another; nothing is written over. Does not know: the safe.

use crate::failure::Failure;
use crate::home::{Home, HomeError, PRIVATE, read_private, write_private};
use crate::keys::{HomeKeys, PASSPHRASE_CHARS_MIN};
use comity_crypto::{DataKey, Entropy, SealingKey, SigningKey, Zeroizing};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a file of the safe holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SafeKind {
    /// The private half of the backup key.
    BackupKey,
    /// The organisation key: the identity that partners know.
    OrganisationKey,
}

impl SafeKind {
    fn role(self) -> &'static str {
        match self {
            Self::BackupKey => "safe/backup-key",
            Self::OrganisationKey => "safe/organisation-key",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::BackupKey => "a backup key",
            Self::OrganisationKey => "an organisation key",
        }
    }
}

/// The longest file read, in bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SafeFile {
    comity_safe: u32,
    kind: SafeKind,
    public: String,
    salt: String,
    wrapped: String,
}

/// A file of the safe whose passphrase is not known yet.
pub struct LockedSafe {
    file: SafeFile,
}

fn write(
    kind: SafeKind,
    public: &str,
    secret: &[u8; 32],
    path: &Path,
    passphrase: &str,
    entropy: &mut Entropy,
) -> Result<(), Failure> {
    if path.exists() {
        return Err(Failure::usage(format!("{} exists; a key file is never overwritten", path.display())));
    }
    if passphrase.chars().count() < PASSPHRASE_CHARS_MIN {
        return Err(Failure::usage(format!("a passphrase needs at least {PASSPHRASE_CHARS_MIN} characters")));
    }
    let (mut salt, mut nonce) = ([0u8; 16], [0u8; 24]);
    let mut stream = entropy.stream("safe-wrap", kind.role(), 0);
    stream.fill(&mut salt);
    stream.fill(&mut nonce);
    let wrap = DataKey::from_passphrase(passphrase.as_bytes(), &salt).map_err(|error| Failure::from_error(&error))?;
    let file = SafeFile {
        comity_safe: 1,
        kind,
        public: public.to_owned(),
        salt: hex::encode(salt),
        wrapped: hex::encode(wrap.seal(kind.role(), nonce, secret)),
    };
    Ok(write_private(path, &serde_json::to_vec_pretty(&file)?)?)
}

/// Makes a backup key, writes its private half wrapped by a passphrase, and returns the public half.
///
/// # Errors
/// [`Failure`]: the file exists, the passphrase is too short, the disk.
pub fn make_backup_key(path: &Path, passphrase: &str, entropy: &mut Entropy) -> Result<String, Failure> {
    let seed = Zeroizing::new(entropy.stream("backup-key", "safe", 0).bytes32());
    let public = SealingKey::from_seed(&seed).public().to_string();
    write(SafeKind::BackupKey, &public, &seed, path, passphrase, entropy)?;
    Ok(public)
}

/// Copies the organisation key of a home into a file for the safe, wrapped by another passphrase.
///
/// # Errors
/// [`Failure`]: the home's passphrase is wrong, the file exists, the disk.
pub fn copy_identity(
    home: &Home,
    home_passphrase: &str,
    path: &Path,
    passphrase: &str,
    entropy: &mut Entropy,
) -> Result<String, Failure> {
    let keys = HomeKeys::open(home, home_passphrase)?;
    let public = keys.organisation.verifying_key().to_string();
    write(SafeKind::OrganisationKey, &public, &keys.organisation.seed(), path, passphrase, entropy)?;
    Ok(public)
}

impl LockedSafe {
    /// Reads a file of the safe.
    ///
    /// # Errors
    /// [`Failure`] where it is not one of this kind.
    pub fn read(path: &Path, kind: SafeKind) -> Result<Self, Failure> {
        let other = || Failure::usage(format!("{} is not {} file", path.display(), kind.name()));
        let bytes = read_private(path, PRIVATE, FILE_BYTES_MAX).map_err(|error| match error {
            HomeError::Io { source, .. } => Failure::usage(format!("cannot read {}: {source}", path.display())),
            other => other.into(),
        })?;
        let file: SafeFile = serde_json::from_slice(&bytes).map_err(|_| other())?;
        if file.kind != kind || file.comity_safe != 1 { Err(other()) } else { Ok(Self { file }) }
    }

    fn open(&self, passphrase: &str) -> Result<Zeroizing<[u8; 32]>, Failure> {
        let damaged = || Failure::usage(format!("the file of {} is damaged", self.file.kind.name()));
        let salt: [u8; 16] = hex::decode(&self.file.salt).ok().and_then(|s| s.try_into().ok()).ok_or_else(damaged)?;
        let wrapped = hex::decode(&self.file.wrapped).map_err(|_| damaged())?;
        let wrap =
            DataKey::from_passphrase(passphrase.as_bytes(), &salt).map_err(|error| Failure::from_error(&error))?;
        let secret = wrap
            .open(self.file.kind.role(), &wrapped)
            .map_err(|_| Failure::no(format!("the passphrase does not open the file of {}", self.file.kind.name())))?;
        Ok(Zeroizing::new(secret.as_slice().try_into().map_err(|_| damaged())?))
    }

    /// Opens a backup key.
    ///
    /// # Errors
    /// [`Failure`] where the passphrase is wrong or the file was altered.
    pub fn backup_key(&self, passphrase: &str) -> Result<SealingKey, Failure> {
        let key = SealingKey::from_seed(&*self.open(passphrase)?);
        if self.file.kind == SafeKind::BackupKey && key.public().to_string() == self.file.public {
            return Ok(key);
        }
        Err(Failure::usage("the file of the backup key was altered"))
    }

    /// Opens an organisation key.
    ///
    /// # Errors
    /// [`Failure`] where the passphrase is wrong or the file was altered.
    pub fn organisation_key(&self, passphrase: &str) -> Result<SigningKey, Failure> {
        let key = SigningKey::from_seed(&*self.open(passphrase)?);
        if self.file.kind == SafeKind::OrganisationKey && key.verifying_key().to_string() == self.file.public {
            return Ok(key);
        }
        Err(Failure::usage("the file of the organisation key was altered"))
    }
}
