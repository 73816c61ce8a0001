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
use comity_crypto::{Entropy, SealingKey, SigningKey, Zeroizing};
use comity_link::Card;
use comity_store::{Holdings, Mode};
use comity_vocab::Timestamp;
use serde_json::{Value, json};
use std::path::Path;

/// What a restore needs from the safe.
pub struct FromSafe {
    /// Opens the backup.
    pub backup: SealingKey,
    /// Certifies the new node key.
    pub organisation: SigningKey,
}

struct Unpacked {
    home: Home,
    secrets: Secrets,
    manifest: Manifest,
    lost_node: comity_crypto::VerifyingKey,
}

fn unpack(from: &Path, key: &SealingKey, to: &Path, watch: Watch<'_>) -> Result<Unpacked, Failure> {
    let mut archive = ArchiveReader::open(from, key)?;
    let toml = archive.member("comity.toml")?;
    let text = std::str::from_utf8(&toml).map_err(|_| Failure::no("comity.toml of the backup is not text"))?;
    let configuration: Configuration =
        toml::from_str(text).map_err(|error| Failure::no(format!("comity.toml of the backup: {}", error.message())))?;
    let certificates = archive.member("certificates.json")?;
    let sealed = archive.member("secrets")?;
    let plain = key.open(SECRETS_ROLE, &sealed).map_err(|error| Failure::refusal(&error))?;
    let secrets =
        Secrets::parse(&plain).ok_or_else(|| Failure::no("the keys of the backup are not of this version"))?;
    let home = Home::create(to, configuration)?;
    let unpacked: Result<_, Failure> = (|| {
        home.write_file("comity.toml", &toml)?;
        home.write_file(crate::links::CERTIFICATES, &certificates)?;
        archive.file("vault.db", &home.file("vault/vault.db"), watch)?;
        archive.file("holdings.db", &home.file("holdings/holdings.db"), watch)?;
        let manifest = Manifest::parse(&archive.member("manifest.json")?)?;
        archive.finish()?;
        Ok((manifest, crate::links::certified_node(&home)?))
    })();
    match unpacked {
        Ok((manifest, lost_node)) => Ok(Unpacked { home, secrets, manifest, lost_node }),
        Err(failure) => {
            // The folder was made here, from nothing: a half home must not be taken for one.
            let _ = std::fs::remove_dir_all(to);
            Err(failure)
        }
    }
}

/// Compares what was unpacked with what the backup says it holds.
fn compare(unpacked: &Unpacked) -> Result<(), Failure> {
    let holdings = Holdings::open(&unpacked.home.file("holdings/holdings.db"), Mode::ReadWrite)?;
    let found = describe(holdings.view().desk(), &holdings.view().stats()?, unpacked.manifest.created)?;
    match unpacked.manifest.difference(&found) {
        None => Ok(()),
        Some(what) => Err(Failure::no(format!("{what} of the backup is not what its manifest says"))),
    }
}

/// Opens the vault that was unpacked, where it is the one that the holdings beside it committed to.
fn vault_fits(unpacked: &Unpacked, keys: &HomeKeys, entropy: &mut Entropy, now: Timestamp) -> Result<(), Failure> {
    let mut holdings = Holdings::open(&unpacked.home.file("holdings/holdings.db"), Mode::ReadWrite)?;
    let nonces = crate::node::vault_nonces(entropy);
    crate::vault_guard::open_fitting(&unpacked.home, &mut holdings, keys, nonces, now).map(drop).map_err(|failure| {
        Failure::no(format!("the backup's vault and holdings do not belong together: {}", failure.message))
            .hint("use another backup")
    })
}

fn throwaway(entropy: &mut Entropy, what: &str) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(entropy.stream("restore", what, 0).bytes32())
}

/// Rehearses a restore in a new folder: unpacks, compares with the manifest, and verifies everything. The folder is removed.
///
/// # Errors
/// [`Failure`], naming the first thing that is wrong.
pub fn verify_backup(
    from: &Path,
    key: &SealingKey,
    scratch: &Path,
    entropy: &mut Entropy,
    watch: Watch<'_>,
) -> Result<Value, Failure> {
    let unpacked = unpack(from, key, scratch, watch)?;
    let verified: Result<_, Failure> = (|| {
        compare(&unpacked)?;
        // The keys that are not in a backup are made up: nothing is signed here, and the home goes at once.
        let keys = HomeKeys {
            organisation: SigningKey::from_seed(&throwaway(entropy, "organisation")),
            node: SigningKey::from_seed(&throwaway(entropy, "node")),
            sealing: SealingKey::from_seed(&unpacked.secrets.sealing),
            tls_pkcs8: crate::tls::generate()?,
            vault_seed: unpacked.secrets.vault.clone(),
        };
        let passphrase = Zeroizing::new(hex::encode(*throwaway(entropy, "passphrase")));
        keys.store(&unpacked.home, &passphrase, entropy)?;
        let drawn = throwaway(entropy, "entropy");
        let ask = Box::new(move || Ok(passphrase.clone()));
        let created = unpacked.manifest.created;
        {
            let holdings = Holdings::open(&unpacked.home.file("holdings/holdings.db"), Mode::ReadOnly)?;
            crate::anchor::of_backup(&unpacked.home, holdings.view().desk(), created)?;
        }
        let mut node = Node::open(unpacked.home.clone(), Entropy::seeded(*drawn), created, ask)?;
        node.verify()
    })();
    let removed = std::fs::remove_dir_all(scratch);
    let verified = verified?;
    removed.map_err(|error| Failure::operational(format!("cannot remove the scratch folder: {error}")))?;
    Ok(json!({ "manifest": unpacked.manifest, "verified": verified.get("verified") }))
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
    let unpacked = unpack(from, &safe.backup, to, watch)?;
    let restored: Result<_, Failure> = (|| {
        compare(&unpacked)?;
        let organisation = safe.organisation.verifying_key();
        if organisation.to_string() != unpacked.manifest.organisation_key {
            return Err(Failure::no("the organisation key from the safe is not the one of this backup"));
        }
        let keys = HomeKeys {
            organisation: safe.organisation,
            node: SigningKey::from_seed(&throwaway(entropy, "node")),
            sealing: SealingKey::from_seed(&unpacked.secrets.sealing),
            tls_pkcs8: crate::tls::generate()?,
            vault_seed: unpacked.secrets.vault.clone(),
        };
        keys.store(&unpacked.home, passphrase, entropy)?;
        vault_fits(&unpacked, &keys, entropy, now)?;
        crate::links::certify(&unpacked.home, &keys, now)?;
        let links = begin_anew(&unpacked, &keys, now)?;
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
    let mut holdings = Holdings::open(&unpacked.home.file("holdings/holdings.db"), Mode::ReadWrite)?;
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
    crate::anchor::of_backup(&unpacked.home, holdings.view().desk(), unpacked.manifest.created)?;
    Ok(links)
}
