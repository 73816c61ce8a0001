//! This process before its peers: no dump of its memory, and no passphrase in what the kernel shows of it.
//!
//! Guarantees: a process that may hold a key cannot be traced or dumped by others of its user; a desk is not reachable before its
//! environment holds no passphrase, neither here nor in what it starts. Does not know: what the keys are for.

use crate::passphrase;
use comity_node::Failure;
use rustix::process::{DumpableBehavior, dumpable_behavior, set_dumpable_behavior};
use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// The longest passphrase that is handed over, in bytes: a pipe holds it whole.
const PASSPHRASE_BYTES_MAX: usize = 4096;

/// Forbids others of this user to trace this process or read its memory, and the kernel to write it to a file.
pub fn close_memory() -> Result<(), Failure> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|error| {
        Failure::operational(format!("the kernel does not close this process's memory to others: {error}"))
    })
}

/// Whether others of this user could still read this process's memory, as the kernel says.
pub fn memory_is_open() -> bool {
    !matches!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable))
}

/// Whether a variable of this name holds a passphrase.
fn holds_passphrase(name: &OsStr) -> bool {
    name.to_string_lossy().strip_prefix("COMITY_").is_some_and(|rest| rest.contains("PASSPHRASE"))
}

/// Starts this program again without the passphrases in its environment, where there are some.
///
/// What a process was started with stays readable in `/proc/PID/environ` as long as it runs, also when it forgets a variable.
/// The home's passphrase goes on through a pipe to the standard input of the same process.
pub fn shed_environment(reads_stdin: bool) -> Result<(), Failure> {
    let held: Vec<_> = std::env::vars_os().map(|(name, _)| name).filter(|name| holds_passphrase(name)).collect();
    if held.is_empty() {
        return Ok(());
    }
    let again = |error: std::io::Error| {
        Failure::operational(format!("cannot start again without the passphrase in the environment: {error}"))
            .hint("give it with --passphrase-stdin, or as the credential comity-home of the service manager")
    };
    let mut command = Command::new(std::env::current_exe().map_err(again)?);
    command.args(std::env::args_os().skip(1));
    for name in held {
        command.env_remove(name);
    }
    if !reads_stdin && let Some(passphrase) = passphrase::home_unasked()? {
        if passphrase.len() > PASSPHRASE_BYTES_MAX {
            return Err(Failure::usage(format!("a passphrase has at most {PASSPHRASE_BYTES_MAX} bytes")));
        }
        let (reader, mut writer) = std::io::pipe().map_err(again)?;
        writer.write_all(passphrase.as_bytes()).and_then(|()| writer.write_all(b"\n")).map_err(again)?;
        command.arg("--passphrase-stdin").stdin(reader);
    }
    Err(again(command.exec()))
}
