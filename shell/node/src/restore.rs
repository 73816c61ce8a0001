//! Restores a home from a backup, and rehearses that in a scratch folder.
//!
//! Guarantees: a restored node has a new node key and a new TLS key, certified by the organisation key from the safe, so it can
//! never sign again where the lost one signed; every link begins a new generation; no token or enrolment link holds; the home
//! starts in quarantine. What is
//! damaged, cut off or another organisation's leaves nothing behind.
//! Does not know: where backup and keys are kept.

use crate::backup::{ArchiveReader, Manifest, SECRETS_ROLE, Secrets, Watch, describe};
use crate::failure::Failure;
use crate::home::{Configuration, Home};
use crate::keys::HomeKeys;
use crate::node::{Node, audit};
use crate::quarantine::{Quarantine, Reason, SETTING};
use comity_crypto::{Entropy, SealingKey, SigningKey, VerifyingKey, Zeroizing};
use comity_link::Card;
use comity_store::{Holdings, Mode, Nameless, Vault};
use comity_vocab::Timestamp;
use serde_json::{Value, json};
use std::fs::File;
use std::io::BufWriter;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// What a restore needs from the safe.
pub struct FromSafe {
    /// Opens the backup.
    pub backup: SealingKey,
    /// Certifies the new node key.
    pub organisation: SigningKey,
    /// Whether a backup counts that no node signed, as those of older versions.
    pub accept_unsigned: bool,
}

/// By what a backup is believed.
#[derive(Clone, Debug, Default)]
pub struct Belief {
    /// The organisation key that it must be of; where absent, the one that it names is told, for a person to compare.
    pub organisation: Option<String>,
    /// Whether a backup counts that no node signed, as those of older versions.
    pub accept_unsigned: bool,
}

struct Unpacked {
    home: Home,
    secrets: Secrets,
    manifest: Manifest,
    lost_node: VerifyingKey,
}

/// What stands in a backup before the stores.
struct Front {
    toml: Zeroizing<Vec<u8>>,
    configuration: Configuration,
    certificates: Zeroizing<Vec<u8>>,
    secrets: Secrets,
}

impl Front {
    fn read(archive: &mut ArchiveReader, key: &SealingKey) -> Result<Self, Failure> {
        let toml = archive.member("comity.toml")?;
        let text = std::str::from_utf8(&toml).map_err(|_| Failure::no("comity.toml of the backup is not text"))?;
        let configuration: Configuration = toml::from_str(text)
            .map_err(|error| Failure::no(format!("comity.toml of the backup: {}", error.message())))?;
        let certificates = archive.member("certificates.json")?;
        let sealed = archive.member("secrets")?;
        let plain = key.open(SECRETS_ROLE, &sealed).map_err(|error| Failure::refusal(&error))?;
        let secrets =
            Secrets::parse(&plain).ok_or_else(|| Failure::no("the keys of the backup are not of this version"))?;
        Ok(Self { toml, configuration, certificates, secrets })
    }
}

/// Who vouches for a backup.
struct Vouched {
    /// The node key of that time, certified by the organisation key that the backup names.
    node: VerifyingKey,
    /// Whether it signed the backup.
    signed: bool,
}

/// Reads both stores and what follows, and who vouches for all of it.
fn read_stores(
    mut archive: ArchiveReader,
    certificates: &[u8],
    [vault, holdings]: [&mut File; 2],
    belief: &Belief,
    watch: Watch<'_>,
) -> Result<(Manifest, Vouched), Failure> {
    for (name, file) in [("vault.db", vault), ("holdings.db", holdings)] {
        let cannot =
            |error: std::io::Error| Failure::operational(format!("cannot write {name} of the backup: {error}"));
        let mut writer = BufWriter::new(&mut *file);
        archive.stream(name, &mut writer, watch)?;
        writer.into_inner().map_err(|error| cannot(error.into_error()))?.sync_all().map_err(cannot)?;
    }
    let manifest = Manifest::parse(&archive.member("manifest.json")?)?;
    let ending = archive.finish()?;
    if belief.organisation.as_ref().is_some_and(|expected| *expected != manifest.organisation_key) {
        return Err(Failure::no("the backup is of another organisation key"));
    }
    let organisation: VerifyingKey = serde_json::from_value(Value::String(manifest.organisation_key.clone()))?;
    let node = crate::links::certified_by(&organisation, certificates)
        .ok_or_else(|| Failure::no("the organisation key did not certify the node key of the backup"))?;
    let signed = ending.signed_by(&node, belief.accept_unsigned)?;
    Ok((manifest, Vouched { node, signed }))
}

fn unpack(from: &Path, key: &SealingKey, to: &Path, belief: &Belief, watch: Watch<'_>) -> Result<Unpacked, Failure> {
    let mut archive = ArchiveReader::open(from, key)?;
    let Front { toml, configuration, certificates, secrets } = Front::read(&mut archive, key)?;
    let home = Home::create(to, configuration)?;
    let unpacked: Result<_, Failure> = (|| {
        home.write_file("comity.toml", &toml)?;
        home.write_file(crate::links::CERTIFICATES, &certificates)?;
        let new = |relative: &str| {
            let path = home.file(relative);
            let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            made.map_err(|error| Failure::operational(format!("cannot make {}: {error}", path.display())))
        };
        let (mut vault, mut holdings) = (new(crate::vault_guard::FILE)?, new("holdings/holdings.db")?);
        read_stores(archive, &certificates, [&mut vault, &mut holdings], belief, watch)
    })();
    match unpacked {
        Ok((manifest, vouched)) => Ok(Unpacked { home, secrets, manifest, lost_node: vouched.node }),
        Err(failure) => {
            // The folder was made here, from nothing: a half home must not be taken for one.
            let _ = std::fs::remove_dir_all(to);
            Err(failure)
        }
    }
}

/// Compares what was unpacked with what the backup says it holds.
fn compare(manifest: &Manifest, holdings: &mut Holdings, vault: &[u8; 32]) -> Result<(), Failure> {
    crate::tables::of_backup(holdings, vault)?;
    let found = describe(holdings.view().desk(), &holdings.view().stats()?, manifest.created)?;
    match manifest.difference(&found) {
        None => Ok(()),
        Some(what) => Err(Failure::no(format!("{what} of the backup is not what its manifest says"))),
    }
}

fn apart(failure: &Failure) -> Failure {
    Failure::no(format!("the backup's vault and holdings do not belong together: {}", failure.message))
        .hint("use another backup")
}

/// Opens the vault that was unpacked, where it is the one that the holdings beside it committed to.
fn vault_fits(unpacked: &Unpacked, keys: &HomeKeys, entropy: &mut Entropy, now: Timestamp) -> Result<(), Failure> {
    let mut holdings = Holdings::open(&unpacked.home.file("holdings/holdings.db"), Mode::ReadWrite)?;
    let nonces = crate::node::vault_nonces(entropy);
    crate::vault_guard::open_fitting(&unpacked.home, &mut holdings, keys, nonces, now)
        .map(drop)
        .map_err(|failure| apart(&failure))
}

fn throwaway(entropy: &mut Entropy, what: &str) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(entropy.stream("restore", what, 0).bytes32())
}

/// Rehearses a restore: unpacks, compares with the manifest, and verifies everything. What is unpacked is in files that have no name,
/// so that nothing of it is left, however this ends; `scratch` is a folder that does not exist, on a disk with room for the stores.
///
/// # Errors
/// [`Failure`], naming the first thing that is wrong.
pub fn verify_backup(
    from: &Path,
    key: &SealingKey,
    scratch: &Path,
    belief: &Belief,
    entropy: &mut Entropy,
    watch: Watch<'_>,
) -> Result<Value, Failure> {
    let mut archive = ArchiveReader::open(from, key)?;
    let Front { configuration, certificates, secrets, .. } = Front::read(&mut archive, key)?;
    let unmade = |error: std::io::Error| Failure::operational(format!("cannot use {}: {error}", scratch.display()));
    std::fs::DirBuilder::new().mode(0o700).create(scratch).map_err(unmade)?;
    let made = Nameless::new(scratch).and_then(|vault| Ok((vault, Nameless::new(scratch)?)));
    std::fs::remove_dir(scratch).map_err(unmade)?;
    let (mut vault, mut holdings) = made?;
    let (manifest, vouched) = read_stores(archive, &certificates, [vault.file(), holdings.file()], belief, watch)?;
    let mut holdings = Holdings::nameless(holdings)?;
    compare(&manifest, &mut holdings, &secrets.vault)?;
    let expected = crate::vault_guard::expected(holdings.view().desk())?;
    let (vault, _) = Vault::nameless(vault, &secrets.vault, expected.as_ref()).map_err(|error| apart(&error.into()))?;
    // The keys that are not in a backup are made up: nothing is signed here.
    let keys = HomeKeys {
        guarded: true,
        organisation: SigningKey::from_seed(&throwaway(entropy, "organisation")),
        node: SigningKey::from_seed(&throwaway(entropy, "node")),
        sealing: SealingKey::from_seed(&secrets.sealing),
        tls_pkcs8: crate::tls::generate()?,
        vault_seed: secrets.vault.clone(),
    };
    let home = Home::in_memory(configuration);
    home.write_file(crate::links::CERTIFICATES, &certificates)?;
    crate::anchor::of_backup(&home, &holdings, manifest.created)?;
    let drawn = throwaway(entropy, "entropy");
    let mut node = Node::in_memory(home, (holdings, vault), keys, Entropy::seeded(*drawn), manifest.created)?;
    let verified = node.verify()?;
    Ok(json!({
        "signed_by": vouched.signed.then_some(vouched.node),
        "organisation_key": manifest.organisation_key,
        "manifest": manifest,
        "verified": verified.get("verified"),
    }))
}

/// Makes a home from a backup, in quarantine.
///
/// # Errors
/// [`Failure`]: the folder is occupied, the backup damaged or of another organisation, the passphrase too short.
pub fn restore_home(
    from: &Path,
    safe: FromSafe,
    to: &Path,
    passphrase: &str,
    entropy: &mut Entropy,
    now: Timestamp,
    watch: Watch<'_>,
) -> Result<Value, Failure> {
    let organisation = Some(safe.organisation.verifying_key().to_string());
    let belief = Belief { organisation, accept_unsigned: safe.accept_unsigned };
    let unpacked = unpack(from, &safe.backup, to, &belief, watch)?;
    let restored: Result<_, Failure> = (|| {
        let mut holdings = Holdings::open(&unpacked.home.file("holdings/holdings.db"), Mode::ReadWrite)?;
        compare(&unpacked.manifest, &mut holdings, &unpacked.secrets.vault)?;
        drop(holdings);
        let keys = HomeKeys {
            guarded: true,
            organisation: safe.organisation,
            node: SigningKey::from_seed(&throwaway(entropy, "node")),
            sealing: SealingKey::from_seed(&unpacked.secrets.sealing),
            tls_pkcs8: crate::tls::generate()?,
            vault_seed: unpacked.secrets.vault.clone(),
        };
        vault_fits(&unpacked, &keys, entropy, now)?;
        crate::links::certify(&unpacked.home, &keys, now)?;
        let links = begin_anew(&unpacked, &keys, now)?;
        // Last: a folder without keys opens for nobody, so a restore that is killed leaves no home outside the quarantine.
        keys.store(&unpacked.home, passphrase, entropy)?;
        unpacked.home.check_modes()?;
        Ok(links)
    })();
    match restored {
        Ok(links) => Ok(json!({
            "home": to.display().to_string(),
            "organisation": unpacked.home.configuration.organisation.name,
            "code": unpacked.home.configuration.organisation.code,
            "backup": unpacked.manifest.created,
            "state": "quarantine",
            "links": links,
        })),
        Err(failure) => {
            let _ = std::fs::remove_dir_all(to);
            Err(failure)
        }
    }
}

/// Ends every generation of every link and puts the home into quarantine, in one transaction.
fn begin_anew(unpacked: &Unpacked, keys: &HomeKeys, now: Timestamp) -> Result<Vec<String>, Failure> {
    let mut holdings = crate::tables::open(&unpacked.home, keys)?;
    let new_node = keys.node.verifying_key();
    let tx = holdings.transaction()?;
    let desk = tx.view().desk();
    let mut links = Vec::new();
    for row in desk.links()? {
        let damaged = || Failure::no(format!("the card of {} in the backup is damaged", row.code));
        let added = Timestamp::parse(&row.added).map_err(|_| damaged())?;
        let card = Card::open(&row.card, added).map_err(|_| damaged())?;
        let (code, text) = (row.code.clone(), row.card.clone());
        crate::generation::begin(desk, row, &card, &text, (&unpacked.lost_node, &new_node), now)?;
        links.push(code);
    }
    // A token or an enrolment link that was taken back after the backup would hold again.
    for token in desk.tokens()? {
        desk.revoke_token(&token.name, &now.to_string())?;
    }
    for officer in crate::officers::replay(desk)?.officers() {
        desk.drop_grants(officer.code.as_str())?;
    }
    let reason = Reason::Restored { at: now, backup: unpacked.manifest.created };
    let quarantine = Quarantine { reasons: vec![reason], agreed: None };
    desk.set_setting(SETTING, &serde_json::to_string(&quarantine)?)?;
    let detail = format!("from the backup of {}", unpacked.manifest.created);
    audit(desk, now, None, "home.restore", unpacked.home.configuration.organisation.code.as_str(), &detail)?;
    tx.commit()?;
    crate::anchor::of_backup(&unpacked.home, &holdings, unpacked.manifest.created)?;
    Ok(links)
}
