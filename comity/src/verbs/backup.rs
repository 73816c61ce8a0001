//! `comity backup`.

use super::{Session, officer_key};
use crate::arguments::BackupVerb;
use crate::output::{Output, number, text};
use crate::{passphrase, progress, world};
use comity_node::{
    BackupGrant, BackupWritten, Belief, Failure, Home, LockedSafe, Request, SafeKind, copy_identity, make_backup_key,
    verify_backup, write_backup,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Makes keys for the safe, writes and rehearses backups.
pub fn run(verb: BackupVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        BackupVerb::Key { out } => key(&out, output),
        BackupVerb::Identity { home, out } => identity(&home.home, &out, output),
        BackupVerb::Create { home, to, key, custodian } => {
            create(&home.home, &to, key.as_deref(), custodian.as_deref(), output)
        }
        BackupVerb::Verify { key, scratch, organisation_key, accept_unsigned, file } => {
            let belief = Belief { organisation: organisation_key, accept_unsigned };
            verify(&key, scratch, &belief, &file, output)
        }
    }
}

fn key(out: &Path, output: &Output) -> Result<(), Failure> {
    let mut beside = out.to_owned().into_os_string();
    beside.push(".pub");
    let beside = PathBuf::from(beside);
    if beside.exists() {
        return Err(Failure::usage(format!("{} exists; a key file is never overwritten", beside.display())));
    }
    let passphrase = passphrase::new_safe(SafeKind::BackupKey)?;
    let public = make_backup_key(out, &passphrase, &mut world::entropy())?;
    std::fs::write(&beside, format!("{public}\n"))
        .map_err(|error| Failure::operational(format!("cannot write {}: {error}", beside.display())))?;
    let answer = json!({
        "public_key": public,
        "private_file": out.display().to_string(),
        "public_file": beside.display().to_string(),
    });
    output.answer(&answer, |answer| {
        vec![
            format!(
                "private half: {}; into the safe, with its passphrase elsewhere, and never onto the node",
                out.display()
            ),
            format!("public half:  {}; to the node: comity backup create --key {0}", text(answer, "public_file")),
        ]
    })
}

fn identity(home: &Path, out: &Path, output: &Output) -> Result<(), Failure> {
    let opened = Home::open(home)?;
    let of_home = passphrase::home()?;
    let of_file = passphrase::new_safe(SafeKind::OrganisationKey)?;
    let public = copy_identity(&opened, &of_home, out, &of_file, &mut world::entropy())?;
    Session::open(home)?.ask(&Request::IdentitySaved)?;
    let answer = json!({ "organisation_key": public, "file": out.display().to_string() });
    output.answer(&answer, |_| {
        vec![
            format!("wrote {}: somebody who has it and its passphrase is this organisation", out.display()),
            "into the safe; a restore needs it to certify a new node key".into(),
        ]
    })
}

fn create(
    home: &Path,
    to: &Path,
    key: Option<&Path>,
    custodian: Option<&Path>,
    output: &Output,
) -> Result<(), Failure> {
    let key = key.map(public_key).transpose()?;
    if to.exists() && !to.is_dir() {
        return Err(Failure::usage(format!("{} exists; a backup is never written over another", to.display())));
    }
    let mut session = Session::open(home)?;
    let request = Request::BackupBegin { key };
    let grant = match custodian {
        Some(file) => session.ask_as(&officer_key(file)?, &request)?,
        None => session.ask(&request)?,
    };
    let grant: BackupGrant = serde_json::from_value(grant)?;
    let opened = Home::open(home)?;
    // A folder gets one file a backup, named by whose it is and when it was begun.
    let named = format!("{}-{}.comity-backup", opened.configuration.organisation.code, grant.created);
    let to = if to.is_dir() { to.join(named.replace(':', "")) } else { to.to_owned() };
    let mut bar = progress::bar("backup");
    let mut sign = |written| session.ask(&Request::BackupSign(written));
    let mut written = write_backup(&opened, &grant, &to, &mut world::entropy(), &mut bar, &mut sign)?;
    let digest = serde_json::from_value(written.get("digest").cloned().unwrap_or_default())?;
    let bytes = number(&written, "bytes");
    session.ask(&Request::BackupDone(BackupWritten { created: grant.created, digest, bytes }))?;
    if let Value::Object(fields) = &mut written {
        fields.insert("key".into(), grant.key.digest().to_string().into());
    }
    output.answer(&written, |written| {
        vec![
            format!("wrote {} ({} bytes)", text(written, "file"), number(written, "bytes")),
            format!("SHA-256 {}", text(written, "digest")),
            "rehearse it where the private key is: comity backup verify --key FILE BACKUP".into(),
        ]
    })
}

fn public_key(file: &Path) -> Result<comity_crypto::SealingPublicKey, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", file.display())))?;
    text.trim().parse().map_err(|error| Failure::usage(format!("{}: {error}", file.display())))
}

/// Opens the private backup key.
pub fn private_key(file: &Path) -> Result<comity_crypto::SealingKey, Failure> {
    let locked = LockedSafe::read(file, SafeKind::BackupKey)?;
    locked.backup_key(&passphrase::safe(SafeKind::BackupKey)?)
}

fn verify(key: &Path, scratch: Option<PathBuf>, belief: &Belief, file: &Path, output: &Output) -> Result<(), Failure> {
    let key = private_key(file_exists(key)?)?;
    let mut entropy = world::entropy();
    let name = format!("comity-rehearsal-{}", entropy.stream("scratch", "", 0).uuid_v4());
    let scratch = scratch.unwrap_or_else(std::env::temp_dir).join(name);
    let mut bar = progress::bar("unpacking");
    let verified = verify_backup(file_exists(file)?, &key, &scratch, belief, &mut entropy, &mut bar)?;
    output.answer(&verified, |verified| {
        let manifest = verified.get("manifest").unwrap_or(&Value::Null);
        let mut lines = vec![format!("the backup of {} can be restored:", text(manifest, "created"))];
        lines.push(match verified.get("signed_by").and_then(Value::as_str) {
            Some(node) => format!("signed by node key {node}"),
            None => "NOT SIGNED by any node: it counts only as far as you know who kept it".into(),
        });
        lines.push(format!("of organisation key {}; compare it with your card", text(verified, "organisation_key")));
        if let Some(counts) = verified.get("verified").and_then(Value::as_object) {
            lines.extend(counts.iter().map(|(what, count)| format!("  {count:>9} {}", what.replace('_', " "))));
        }
        lines
    })
}

fn file_exists(path: &Path) -> Result<&Path, Failure> {
    if path.is_file() { Ok(path) } else { Err(Failure::usage(format!("{} is not a file", path.display()))) }
}
