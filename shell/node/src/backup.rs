//! Backups: a consistent copy of both stores and the keys that open them, encrypted to a key that is kept offline.
//!
//! Guarantees: taken beside a running desk; encrypted before it leaves the home's folder; authenticated piece by piece; holds
//! neither the organisation key, the node key nor the TLS key (design: a restore certifies a new node key), nor what was
//! erased. What is in it is described by a manifest that a restore compares with what it finds.
//! Does not know: where the file goes, how often one is made.

mod archive;
mod manifest;
mod safe;

pub(crate) use archive::{Reader as ArchiveReader, Secrets};
pub(crate) use manifest::{Manifest, describe};
pub use safe::{LockedSafe, SafeKind, copy_identity, make_backup_key};

use crate::failure::Failure;
use crate::home::{Home, HomeError};
use crate::node::{Node, audit};
use archive::Writer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Entropy, SealingPublicKey, Zeroizing};
use comity_store::{Holdings, Mode, snapshot};
use comity_vocab::{Digest, OfficerCode, Role, Timestamp};
use rustix::fs::{FlockOperation, OFlags};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The setting with the public backup key.
const KEY: &str = "backup_key";
/// The setting about the last backup.
pub(crate) const LAST: &str = "backup_last";
/// The setting that says when the backup that is being written was begun.
const BEGUN: &str = "backup_begun";
/// The setting that says when the organisation key was copied to the safe.
const IDENTITY: &str = "identity_saved";
/// Associated data of the secrets' seal.
pub(crate) const SECRETS_ROLE: &[u8] = b"comity-backup-secrets/1";

/// Told how many bytes of how many are done.
pub type Watch<'a> = &'a mut dyn FnMut(u64, u64);

/// What the node gives for a backup: nothing in it can be read without the backup key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupGrant {
    /// When it was given.
    pub created: Timestamp,
    /// The public backup key.
    pub key: SealingPublicKey,
    /// The sealing key and the vault's key, sealed to the backup key; base64.
    pub secrets: String,
}

/// A backup that was written: when it was begun, SHA-256 and length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupWritten {
    /// When it was begun, as the grant says.
    pub created: Timestamp,
    /// SHA-256.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
}

impl Node {
    /// Gives the node's part of a backup; keeps a key that is given for the first time.
    pub(crate) fn backup_begin(
        &mut self,
        now: Timestamp,
        by: Option<&OfficerCode>,
        key: Option<&SealingPublicKey>,
    ) -> Result<Value, Failure> {
        let stored = self.holdings.view().desk().setting(KEY)?;
        let stored: Option<SealingPublicKey> = stored
            .map(|text| text.parse().map_err(|_| Failure::operational("the stored backup key is damaged")))
            .transpose()?;
        let key = match (stored, key) {
            (None, None) => {
                return Err(Failure::usage("no backup key is known yet")
                    .hint("make one offline: comity backup key --out FILE; then name its public part with --key"));
            }
            (Some(stored), Some(given)) if stored != *given => {
                // Somebody who swaps the key reads every later backup: not an act of the machine account.
                let by = by.ok_or_else(|| {
                    Failure::no("another backup key is in use here")
                        .hint("leave --key out, or have a custodian change it: --custodian KEYFILE")
                })?;
                self.require_role(by, &[Role::Custodian])?;
                given.clone()
            }
            (Some(stored), _) => stored,
            (None, Some(given)) => {
                // Somebody who names the first key reads every backup, sources included: from the first officers on, their custodians
                // name it, not the machine account.
                if self.registry.is_open() {
                    let by = by.ok_or_else(|| {
                        Failure::no("a custodian names the backup key")
                            .hint("add --custodian KEYFILE, the first time only")
                    })?;
                    self.require_role(by, &[Role::Custodian])?;
                }
                given.clone()
            }
        };
        // A vault that does not fit must not push the backups of the right one out of the safe.
        self.vault()?;
        let keys = self.keys()?;
        let secrets = Secrets { sealing: keys.sealing.seed(), vault: keys.vault_seed.clone() }.to_bytes();
        let draw = self.draw();
        let mut stream = self.entropy.stream("backup-secrets", "home", draw);
        let sealed = key.seal(&mut stream, SECRETS_ROLE, &secrets).map_err(|error| Failure::from_error(&error))?;
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        desk.set_setting(KEY, &key.to_string())?;
        desk.set_setting(BEGUN, &now.to_string())?;
        audit(desk, now, by, "backup.begin", &key.digest().to_string(), "")?;
        tx.commit()?;
        Ok(serde_json::to_value(BackupGrant { created: now, key, secrets: STANDARD.encode(&sealed) })?)
    }

    /// Signs a backup that this node began last, once.
    pub(crate) fn backup_sign(&mut self, now: Timestamp, written: &BackupWritten) -> Result<Value, Failure> {
        let BackupWritten { created, digest, bytes } = written;
        if self.holdings.view().desk().setting(BEGUN)? != Some(created.to_string()) {
            return Err(Failure::no("this is not the backup that was begun last").hint("comity backup create"));
        }
        let trailer = comity_crypto::sign_backup(&self.keys()?.node, digest, *bytes);
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        desk.clear_setting(BEGUN)?;
        audit(desk, now, None, "backup.sign", &digest.to_string(), &format!("{bytes} bytes"))?;
        tx.commit()?;
        Ok(json!({ "signature": STANDARD.encode(trailer) }))
    }

    pub(crate) fn backup_done(&mut self, now: Timestamp, written: &BackupWritten) -> Result<Value, Failure> {
        let BackupWritten { created, digest, bytes } = written;
        let last = json!({ "created": created, "digest": digest, "bytes": bytes });
        let tx = self.holdings.transaction()?;
        tx.view().desk().set_setting(LAST, &last.to_string())?;
        audit(tx.view().desk(), now, None, "backup.done", &digest.to_string(), &format!("{bytes} bytes"))?;
        tx.commit()?;
        Ok(last)
    }

    pub(crate) fn identity_saved(&mut self, now: Timestamp) -> Result<Value, Failure> {
        let tx = self.holdings.transaction()?;
        tx.view().desk().set_setting(IDENTITY, &now.to_string())?;
        audit(tx.view().desk(), now, None, "identity.saved", "", "")?;
        tx.commit()?;
        Ok(json!({ "saved": now }))
    }
}

/// A folder in the home for plain copies, gone when dropped; one at a time.
struct Scratch {
    path: PathBuf,
    _lock: File,
}

fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Failure {
    let path = path.to_owned();
    move |source| HomeError::Io { doing, path, source }.into()
}

impl Scratch {
    fn new(home: &Home) -> Result<Self, Failure> {
        let scratch = Self::cleared(home)?;
        std::fs::DirBuilder::new().mode(0o700).create(&scratch.path).map_err(io("make", &scratch.path))?;
        Ok(scratch)
    }

    /// Takes the lock, and removes what a backup that was killed left behind.
    fn cleared(home: &Home) -> Result<Self, Failure> {
        let lock_path = home.file("snapshot.lock");
        let lock = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits() as i32)
            .open(&lock_path)
            .map_err(io("open", &lock_path))?;
        rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| Failure::operational("another backup of this home is being made"))?;
        let path = home.file("snapshot");
        match std::fs::remove_dir_all(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(io("remove", &path)(error)),
        }
        Ok(Self { path, _lock: lock })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes the plain copies that a backup that was killed left in a home: they would outlive a recall. Does nothing while one is made.
pub(crate) fn clear_leftovers(home: &Home) {
    if home.file("snapshot").exists()
        && let Err(failure) = Scratch::cleared(home)
    {
        tracing::warn!(reason = %failure, "copies of a backup that was broken off are still in the home");
    }
}

/// How often the stores are copied again because an act of the vault came between.
const COPIES_MAX: usize = 10;

/// Copies both stores so that they belong together.
///
/// The vault first: an object that a source is joined to was held before, so the later copy of the holdings has it. What the
/// holdings commit to did not change from before the first copy to the second, so no act of the vault came between: each has a
/// commitment of its own.
fn copy_stores(home: &Home, vault: &Path, holdings: &Path) -> Result<(), Failure> {
    let (live_vault, live) = (home.file(crate::vault_guard::FILE), home.file("holdings/holdings.db"));
    for _ in 0..COPIES_MAX {
        let before = Holdings::open(&live, Mode::ReadOnly)?.view().desk().vault_commitment()?;
        snapshot(&live_vault, vault)?;
        snapshot(&live, holdings)?;
        if Holdings::open(holdings, Mode::ReadOnly)?.view().desk().vault_commitment()? == before {
            return Ok(());
        }
        for copy in [vault, holdings] {
            std::fs::remove_file(copy).map_err(io("remove", copy))?;
        }
    }
    Err(Failure::operational("acts of the vault came between every time the stores were copied; try again"))
}

/// Writes a backup of a home to a new file and returns its manifest, length and digest.
///
/// The plain copies of the stores lie in the home's own folder for as long as this takes. `sign` asks the node for what follows the
/// last piece.
///
/// # Errors
/// [`Failure`]: `to` exists, no room, a damaged store; nothing is left behind then.
pub fn write_backup(
    home: &Home,
    grant: &BackupGrant,
    to: &Path,
    entropy: &mut Entropy,
    watch: Watch<'_>,
    sign: &mut dyn FnMut(BackupWritten) -> Result<Value, Failure>,
) -> Result<Value, Failure> {
    if to.exists() {
        return Err(Failure::usage(format!("{} exists; a backup is never written over another", to.display())));
    }
    let scratch = Scratch::new(home)?;
    let (vault, holdings) = (scratch.path.join("vault.db"), scratch.path.join("holdings.db"));
    copy_stores(home, &vault, &holdings)?;
    let manifest = {
        let open = Holdings::open(&holdings, Mode::ReadOnly)?;
        describe(open.view().desk(), &open.view().stats()?, grant.created)?
    };
    let secrets = STANDARD.decode(&grant.secrets).map_err(|_| Failure::operational("the node gave no sealed keys"))?;
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = to.with_file_name(name);
    let written: Result<_, Failure> = (|| {
        let file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits() as i32)
            .open(&temporary)
            .map_err(io("write", &temporary))?;
        let mut stream = entropy.stream("backup", "home", 0);
        let mut writer = Writer::new(file, &grant.key, &mut stream)?;
        let total =
            std::fs::metadata(&vault).map_or(0, |f| f.len()) + std::fs::metadata(&holdings).map_or(0, |f| f.len());
        writer.member("comity.toml", &home.read_file("comity.toml")?)?;
        writer.member("certificates.json", &home.read_file(crate::links::CERTIFICATES)?)?;
        writer.member("secrets", &Zeroizing::new(secrets))?;
        let mut done = 0;
        for (name, path) in [("vault.db", &vault), ("holdings.db", &holdings)] {
            writer.file(name, path, &mut |bytes| {
                done += bytes;
                watch(done, total);
            })?;
        }
        writer.member("manifest.json", &serde_json::to_vec(&manifest)?)?;
        let created = grant.created;
        let (mut file, digest, bytes) = writer.finish(&mut |digest, bytes| {
            let signed = sign(BackupWritten { created, digest, bytes })?;
            let signature = signed.get("signature").and_then(Value::as_str).unwrap_or_default();
            STANDARD.decode(signature).map_err(|_| Failure::operational("the node gave no signature"))
        })?;
        file.flush().and_then(|()| file.sync_all()).map_err(io("sync", &temporary))?;
        std::fs::rename(&temporary, to).map_err(io("rename", to))?;
        let folder = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io("sync", folder))?;
        Ok((digest, bytes))
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    let (digest, bytes) = written?;
    Ok(
        json!({ "file": to.display().to_string(), "created": grant.created, "digest": digest, "bytes": bytes, "manifest": manifest }),
    )
}
