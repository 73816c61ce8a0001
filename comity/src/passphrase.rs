//! Where passphrases come from: a credential of the service manager, the environment, or a prompt.
//!
//! Guarantees: no default exists; without a passphrase nothing is opened.

use comity_node::Failure;
use comity_vocab::OfficerCode;
use std::io::IsTerminal;
use zeroize::Zeroizing;

fn variable(name: &str) -> Option<Zeroizing<String>> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).map(Zeroizing::new)
}

fn prompt(question: &str, variable: &str) -> Result<Zeroizing<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(format!("no passphrase: {question}"))
            .hint(format!("set {variable}, or run this on a terminal to be asked")));
    }
    rpassword::prompt_password(format!("{question}: "))
        .map(Zeroizing::new)
        .map_err(|error| Failure::operational(format!("cannot read the passphrase: {error}")))
}

/// The passphrase that opens a home's keys.
pub fn home() -> Result<Zeroizing<String>, Failure> {
    if let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") {
        let credential = std::path::Path::new(&folder).join("comity-home");
        if let Ok(text) = std::fs::read_to_string(credential) {
            return Ok(Zeroizing::new(text.trim_end_matches('\n').to_owned()));
        }
    }
    match variable("COMITY_HOME_PASSPHRASE").or_else(|| variable("COMITY_PASSPHRASE")) {
        Some(passphrase) => Ok(passphrase),
        None => prompt("passphrase of the home", "COMITY_HOME_PASSPHRASE or COMITY_PASSPHRASE"),
    }
}

/// The passphrase that opens an officer's key file.
pub fn officer(code: &OfficerCode) -> Result<Zeroizing<String>, Failure> {
    let own = format!("COMITY_PASSPHRASE_{}", code.as_str().to_uppercase().replace('-', "_"));
    match variable(&own).or_else(|| variable("COMITY_PASSPHRASE")) {
        Some(passphrase) => Ok(passphrase),
        None => prompt(&format!("passphrase of officer {code}"), &format!("{own} or COMITY_PASSPHRASE")),
    }
}

/// The passphrase of a file of the safe: the backup key or the copy of the organisation key.
pub fn safe(kind: comity_node::SafeKind) -> Result<Zeroizing<String>, Failure> {
    let (own, question) = match kind {
        comity_node::SafeKind::BackupKey => ("COMITY_BACKUP_PASSPHRASE", "passphrase of the backup key"),
        comity_node::SafeKind::OrganisationKey => {
            ("COMITY_IDENTITY_PASSPHRASE", "passphrase of the organisation key's copy")
        }
    };
    match variable(own).or_else(|| variable("COMITY_PASSPHRASE")) {
        Some(passphrase) => Ok(passphrase),
        None => prompt(question, &format!("{own} or COMITY_PASSPHRASE")),
    }
}
