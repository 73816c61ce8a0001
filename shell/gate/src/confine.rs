//! Gives up what the gate does not need, before it listens (Landlock).
//!
//! Guarantees: after [`confine`] reported `full`, this thread and those it starts can read and write in the gate's
//! folder only, run no other program, bind the gate's own ports only, and connect to the partners' ports only. Where the
//! kernel can do less, the report says what.
//!
//! Does not know: which address behind a port a connection goes to (Landlock knows ports only); what descriptors were
//! open before.

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, LandlockStatus, NetPort, PathBeneath, PathFd,
    RestrictionStatus, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};
use std::collections::BTreeSet;
use std::path::Path;

/// The newest kernel interface that these rules were written for.
const NEWEST: ABI = ABI::V7;

/// Why the gate could not be confined at all; it then does not start.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    /// The rules could not be made or enforced.
    #[error("cannot confine the gate")]
    Ruleset(#[from] RulesetError),
    /// The folder could not be opened.
    #[error("cannot open the gate's folder")]
    Folder(#[from] landlock::PathFdError),
}

/// Confines this thread and its children for good and reports how far that went.
///
/// # Errors
/// [`ConfineError`]. A kernel without Landlock is no error; the report says so.
pub fn confine(folder: &Path, listen: &BTreeSet<u16>, connect: &BTreeSet<u16>) -> Result<String, ConfineError> {
    let own_folder = AccessFs::ReadFile
        | AccessFs::WriteFile
        | AccessFs::ReadDir
        | AccessFs::RemoveFile
        | AccessFs::MakeReg
        | AccessFs::Truncate;
    let listen = listen.iter().map(|port| Ok::<_, RulesetError>(NetPort::new(*port, AccessNet::BindTcp)));
    let connect = connect.iter().map(|port| Ok::<_, RulesetError>(NetPort::new(*port, AccessNet::ConnectTcp)));
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rule(PathBeneath::new(PathFd::new(folder)?, own_folder))?
        .add_rules(listen)?
        .add_rules(connect)?
        .restrict_self()?;
    Ok(report(&status))
}

/// Returns the newest version of Landlock's interface, up to the one these rules were written for, that this kernel has;
/// none where it has none. Confines nothing.
pub fn kernel_interface() -> Option<u32> {
    let has = |abi: ABI| {
        let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        let ruleset = ruleset.handle_access(AccessFs::from_all(abi)).ok()?;
        let ruleset = if abi >= ABI::V4 { ruleset.handle_access(AccessNet::from_all(abi)).ok()? } else { ruleset };
        let ruleset = if abi >= ABI::V6 { ruleset.scope(Scope::from_all(abi)).ok()? } else { ruleset };
        ruleset.create().ok()
    };
    let known = [(6, ABI::V6), (5, ABI::V5), (4, ABI::V4), (3, ABI::V3), (2, ABI::V2), (1, ABI::V1)];
    known.into_iter().find(|(_, abi)| has(*abi).is_some()).map(|(number, _)| number)
}

fn report(status: &RestrictionStatus) -> String {
    let kernel = match &status.landlock {
        LandlockStatus::NotEnabled => "landlock is not enabled in this kernel".to_owned(),
        LandlockStatus::NotImplemented => "landlock is not in this kernel".to_owned(),
        LandlockStatus::Available { effective_abi, .. } => format!("landlock {effective_abi:?}"),
    };
    match status.ruleset {
        RulesetStatus::FullyEnforced => format!("full: {kernel}"),
        RulesetStatus::PartiallyEnforced => format!("partial: {kernel}"),
        RulesetStatus::NotEnforced => format!("none: {kernel}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    /// Confinement holds for the thread that asks for it: each case has its own.
    #[test]
    fn a_confined_thread_reaches_its_folder_and_its_ports_only() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let secret = outside.path().join("vault.db");
        std::fs::write(&secret, b"names").unwrap();
        let held_open = std::fs::File::open(outside.path()).unwrap();
        let partner = TcpListener::bind("127.0.0.1:0").unwrap();
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let ports = BTreeSet::from([partner.local_addr().unwrap().port()]);
        let own = folder.path().to_owned();
        std::thread::spawn(move || {
            let report = confine(&own, &BTreeSet::from([free]), &ports).unwrap();
            if !report.starts_with("full") {
                println!("not tested further here: {report}");
                return;
            }
            let denied = |error: std::io::Error| error.kind() == std::io::ErrorKind::PermissionDenied;
            assert!(std::fs::write(own.join("own"), b"x").is_ok());
            assert!(std::fs::read(own.join("own")).is_ok());
            assert!(std::fs::remove_file(own.join("own")).is_ok());
            assert!(denied(std::fs::read(&secret).unwrap_err()));
            assert!(denied(std::fs::read_dir(outside.path()).unwrap_err()));
            assert!(denied(std::fs::write(outside.path().join("new"), b"x").unwrap_err()));
            assert!(denied(std::fs::read("/etc/hosts").unwrap_err()));
            assert!(denied(std::fs::read("/proc/self/environ").unwrap_err()));
            assert!(denied(std::process::Command::new("/bin/true").status().unwrap_err()));
            assert!(TcpStream::connect(partner.local_addr().unwrap()).is_ok());
            assert!(denied(TcpStream::connect(other.local_addr().unwrap()).unwrap_err()));
            assert!(denied(TcpListener::bind("127.0.0.1:0").unwrap_err()));
            assert!(TcpListener::bind(("127.0.0.1", free)).is_ok());
            drop(held_open);
        })
        .join()
        .unwrap();
    }
}
