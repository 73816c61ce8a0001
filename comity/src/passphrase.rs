//! Where passphrases come from: a credential of the service manager, the environment, or a prompt.
//!
//! Guarantees: no default exists; without a passphrase nothing is opened. A source that is there and gives nothing is an error:
//! it never falls back to another one. A new passphrase is asked for twice, and the question says that it is new.

use comity_node::Failure;
use comity_vocab::OfficerCode;
use std::env::VarError;
use std::io::{IsTerminal, Read as _};
use zeroize::Zeroizing;

const GENERAL: &str = "COMITY_PASSPHRASE";
const HOME: &str = "COMITY_HOME_PASSPHRASE";
/// The file with the home's passphrase among the credentials of the service manager.
const CREDENTIAL: &str = "comity-home";

/// The most that is read of a passphrase on standard input, in bytes.
const STDIN_BYTES_MAX: usize = 8192;

/// Whether a passphrase opens something, or is being chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Opens,
    New,
}

/// Reads a variable; one that is set and empty, or no text, is an error.
fn variable(name: &str, value: Result<String, VarError>) -> Result<Option<Zeroizing<String>>, Failure> {
    match value {
        Ok(value) if value.is_empty() => Err(Failure::usage(format!("{name} is set and empty"))
            .hint("give it the passphrase, or take it away to use another source")),
        Ok(value) => Ok(Some(Zeroizing::new(value))),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Failure::usage(format!("{name} is not UTF-8"))),
    }
}

/// Reads the variable of one passphrase or, where it is not set, the general one.
fn from_environment(own: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    match variable(own, std::env::var(own))? {
        Some(passphrase) => Ok(Some(passphrase)),
        None => variable(GENERAL, std::env::var(GENERAL)),
    }
}

fn ask(question: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(format!("{}: ", comity_text::visible_line(question)))
        .map(Zeroizing::new)
        .map_err(|error| Failure::operational(format!("cannot read the passphrase: {error}")))
}

/// Asks for a new passphrase twice.
fn chosen(
    question: &str,
    mut ask: impl FnMut(&str) -> Result<Zeroizing<String>, Failure>,
) -> Result<Zeroizing<String>, Failure> {
    let first = ask(&format!("NEW {question}"))?;
    let again = ask(&format!("NEW {question}, once more"))?;
    if *first == *again {
        Ok(first)
    } else {
        Err(Failure::usage("the two new passphrases are not the same; nothing was made"))
    }
}

fn obtain(own: &str, question: &str, purpose: Use) -> Result<Zeroizing<String>, Failure> {
    if let Some(passphrase) = from_environment(own)? {
        return Ok(passphrase);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(format!("no {question}"))
            .hint(format!("set {own} or {GENERAL}, or run this on a terminal to be asked")));
    }
    match purpose {
        Use::Opens => ask(question),
        Use::New => chosen(question, ask),
    }
}

/// The home's passphrase as the service manager or the environment gives it; none where neither does.
pub fn home_unasked() -> Result<Option<Zeroizing<String>>, Failure> {
    if let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") {
        let path = std::path::Path::new(&folder).join(CREDENTIAL);
        match std::fs::read_to_string(&path) {
            Ok(text) if text.trim_end_matches('\n').is_empty() => {
                return Err(Failure::usage(format!("the credential {} is empty", path.display())));
            }
            Ok(text) => return Ok(Some(Zeroizing::new(text.trim_end_matches('\n').to_owned()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::operational(format!("cannot read {}: {error}", path.display()))),
        }
    }
    from_environment(HOME)
}

/// Reads the home's passphrase from standard input, which holds nothing else, and closes it.
pub fn home_from_stdin() -> Result<Zeroizing<String>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::operational(format!("cannot read the passphrase from standard input: {error}"))
    };
    let mut text = Zeroizing::new(String::with_capacity(STDIN_BYTES_MAX));
    std::io::stdin().lock().take(STDIN_BYTES_MAX as u64 + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() > STDIN_BYTES_MAX {
        return Err(Failure::usage(format!("a passphrase on standard input has at most {STDIN_BYTES_MAX} bytes")));
    }
    let nothing = std::fs::File::open("/dev/null").map_err(unreadable)?;
    rustix::stdio::dup2_stdin(&nothing).map_err(|error| unreadable(error.into()))?;
    // One newline ends the line; a passphrase may end with one of its own.
    let passphrase = text.strip_suffix('\n').unwrap_or(&text);
    if passphrase.is_empty() {
        return Err(Failure::usage("no passphrase of the home on standard input"));
    }
    Ok(Zeroizing::new(passphrase.to_owned()))
}

fn of_home(purpose: Use) -> Result<Zeroizing<String>, Failure> {
    match home_unasked()? {
        Some(passphrase) => Ok(passphrase),
        None => obtain(HOME, "passphrase of the home", purpose),
    }
}

/// The passphrase that opens a home's keys.
pub fn home() -> Result<Zeroizing<String>, Failure> {
    of_home(Use::Opens)
}

/// The passphrase that a new home's keys are given.
pub fn new_home() -> Result<Zeroizing<String>, Failure> {
    of_home(Use::New)
}

fn of_officer(code: &OfficerCode, purpose: Use) -> Result<Zeroizing<String>, Failure> {
    let own = format!("{GENERAL}_{}", code.as_str().to_uppercase().replace('-', "_"));
    obtain(&own, &format!("passphrase of officer {code}"), purpose)
}

/// The passphrase that opens an officer's key file.
pub fn officer(code: &OfficerCode) -> Result<Zeroizing<String>, Failure> {
    of_officer(code, Use::Opens)
}

/// The passphrase that an officer's new key file is given.
pub fn new_officer(code: &OfficerCode) -> Result<Zeroizing<String>, Failure> {
    of_officer(code, Use::New)
}

fn of_safe(kind: comity_node::SafeKind, purpose: Use) -> Result<Zeroizing<String>, Failure> {
    let (own, question) = match kind {
        comity_node::SafeKind::BackupKey => ("COMITY_BACKUP_PASSPHRASE", "passphrase of the backup key"),
        comity_node::SafeKind::OrganisationKey => {
            ("COMITY_IDENTITY_PASSPHRASE", "passphrase of the organisation key's copy")
        }
    };
    obtain(own, question, purpose)
}

/// The passphrase that opens a file of the safe: the backup key or the copy of the organisation key.
pub fn safe(kind: comity_node::SafeKind) -> Result<Zeroizing<String>, Failure> {
    of_safe(kind, Use::Opens)
}

/// The passphrase that a new file of the safe is given.
pub fn new_safe(kind: comity_node::SafeKind) -> Result<Zeroizing<String>, Failure> {
    of_safe(kind, Use::New)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_is_set_and_empty_is_an_error() {
        assert!(variable("V", Ok(String::new())).unwrap_err().message.contains("set and empty"));
        assert!(variable("V", Err(VarError::NotPresent)).unwrap().is_none());
        assert_eq!(*variable("V", Ok("x".into())).unwrap().unwrap(), "x");
    }

    #[test]
    fn a_new_passphrase_is_asked_twice_and_said_to_be_new() {
        let run = |answers: [&str; 2]| {
            let mut asked = Vec::new();
            let given = chosen("passphrase of the home", |question| {
                asked.push(question.to_owned());
                Ok(Zeroizing::new(answers[asked.len() - 1].to_owned()))
            });
            assert_eq!(asked, ["NEW passphrase of the home", "NEW passphrase of the home, once more"]);
            given
        };
        assert_eq!(*run(["correct horse", "correct horse"]).unwrap(), "correct horse");
        assert!(run(["correct horse", "correct hosre"]).unwrap_err().message.contains("not the same"));
    }
}
