//! `comity doctor`.

use crate::arguments::DoctorArguments;
use crate::output::Output;
use crate::{control, passphrase, world};
use comity_node::{Call, Failure, Finding, FindingState, Home, HomeError, Request, Surroundings, VaultWord, examine};
use serde_json::{Value, json};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Looks at a home and the machine under it; fails where something failed.
pub fn run(arguments: &DoctorArguments, output: &Output) -> Result<(), Failure> {
    let home = &arguments.home.home;
    let around =
        Surroundings { now: world::now(), landlock: comity_gate::kernel_interface(), desk: running_desk(home) };
    let passphrase = passphrase::home_unasked().ok().flatten();
    let word = match (desk_says(home), &passphrase) {
        (Some(said), _) => VaultWord::Desk(said),
        (None, Some(passphrase)) => VaultWord::Passphrase(passphrase),
        (None, None) => VaultWord::Unknown,
    };
    let found = examine(home, &around, word).map_err(|error| match error {
        HomeError::NotAHome { .. } => Failure { kind: comity_node::FailureKind::Usage, ..Failure::from_error(&error) },
        other => Failure::from_error(&other),
    })?;
    let count = |state| found.iter().filter(|finding| finding.state == state).count();
    let (failed, warned) = (count(FindingState::Fail), count(FindingState::Warn));
    let answer = json!({ "findings": found, "failed": failed, "warned": warned });
    output.answer(&answer, |_| {
        let mut lines: Vec<String> = found.iter().flat_map(lines).collect();
        lines.push(format!("{} looked at, {warned} to look at, {failed} to put right", found.len()));
        lines
    })?;
    if failed > 0 {
        return Err(Failure::no(format!("{failed} findings must be put right")));
    }
    Ok(())
}

fn lines(finding: &Finding) -> Vec<String> {
    let word = match finding.state {
        FindingState::Ok => "ok  ",
        FindingState::Warn => "warn",
        FindingState::Fail => "FAIL",
    };
    let line = format!("{word}  {:<10} {}", finding.area, finding.what);
    let todo = finding.todo.as_ref().map(|todo| format!("                 → {todo}"));
    std::iter::once(line).chain(todo).collect()
}

/// What the running desk says of the vault; none where no desk runs that could say.
fn desk_says(path: &Path) -> Option<Result<(), String>> {
    let mut desk = control::Channel::desk(path).ok()??;
    let request = serde_json::to_string(&Request::Health).ok()?;
    let health = desk.call(&Call { request, ..Call::default() }).ok()?;
    let vault = health.get("vault")?;
    if vault.get("fits") == Some(&Value::Bool(true)) {
        return Some(Ok(()));
    }
    Some(Err(vault.get("message").and_then(Value::as_str).unwrap_or("the desk refuses it").to_owned()))
}

/// The process id at the other end of the desk's socket, as the kernel tells it.
fn running_desk(path: &Path) -> Option<u32> {
    let home = Home::open(path).ok()?;
    let (socket, _folder) = control::socket_address(&home).ok()?;
    let stream = UnixStream::connect(socket).ok()?;
    let peer = rustix::net::sockopt::socket_peercred(&stream).ok()?;
    u32::try_from(peer.pid.as_raw_nonzero().get()).ok()
}
