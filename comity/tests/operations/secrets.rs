//! Passphrases and key files: what others of the same machine could read, where a passphrase comes from, and what is refused.

use super::world;
use comity_kit::{Node, PASSPHRASE, Running};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// A desk process, its gate and everything else below it.
fn family(running: &Running) -> Vec<u32> {
    let mut found = vec![running.desk()];
    let mut at = 0;
    while let Some(pid) = found.get(at).copied() {
        for thread in std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten() {
            let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            found.extend(children.split_whitespace().map(|pid| pid.parse::<u32>().unwrap()));
        }
        at += 1;
    }
    found
}

#[test]
fn no_process_of_a_running_desk_shows_its_passphrase_or_its_memory() {
    let world = world();
    let node = world.node("vsis");
    // The kit gives the passphrase in the environment, as a careless unit does.
    let running = node.serve();
    let family = family(&running);
    assert!(family.len() >= 2, "desk and gate: {family:?}");
    for pid in family {
        for file in ["environ", "cmdline"] {
            let path = format!("/proc/{pid}/{file}");
            match std::fs::read(&path) {
                Ok(shown) => {
                    let shown = String::from_utf8_lossy(&shown);
                    assert!(!shown.contains(PASSPHRASE), "{path}: {shown}");
                    assert!(file != "environ" || !shown.contains("PASSPHRASE"), "{path}: {shown}");
                }
                // Without root's rights the kernel shows nothing of a process whose memory is closed.
                Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied, "{path}"),
            }
        }
        // Root owns what the kernel shows of a closed process; where the test itself is root, that tells nothing.
        let owner = std::fs::metadata(format!("/proc/{pid}/environ")).unwrap().uid();
        assert_eq!(owner, 0, "process {pid} can be read by others of its user");
    }
    assert_eq!(running.ready["memory_open"], false, "{}", running.ready);
    // What needs the passphrase goes on without the environment.
    node.ask(&["link", "card"]);
    assert!(running.stop());
}

fn program(node: &Node, program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).arg("--json").env_clear().env("COMITY_HOME", &node.home).stdin(Stdio::null());
    command
}

#[test]
fn a_variable_that_is_set_and_empty_is_an_error_and_no_way_to_another() {
    let world = world();
    let node = world.node("vsis");
    let report = ["write", "report", "--title", "R", "--text", "T", "--grading", "B2", "--key", &node.key("hal")];
    for (name, verb) in [("COMITY_HOME_PASSPHRASE", &["verify"][..]), ("COMITY_PASSPHRASE_HAL", &report[..])] {
        let mut command = program(&node, &world.program, verb);
        let output = command.env(name, "").env("COMITY_PASSPHRASE", PASSPHRASE).output().unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {answer}");
        assert!(answer.contains(&format!("{name} is set and empty")), "{name}: {answer}");
    }
    node.ask(&["verify"]);
}

#[test]
fn key_files_that_others_can_read_are_refused() {
    let world = world();
    let node = world.node("vsis");
    let (backup, identity) = (world.file("backup.key"), world.file("identity.key"));
    node.ask(&["backup", "key", "--out", backup.to_str().unwrap()]);
    node.ask(&["backup", "identity", "--out", identity.to_str().unwrap()]);
    let public = format!("{}.pub", backup.display());
    let file = world.file("b.backup").display().to_string();
    node.ask(&["backup", "create", "--to", &file, "--key", &public, "--custodian", &node.key("c1")]);
    let wide = |key: &Path, mode, verb: &[&str]| {
        std::fs::set_permissions(key, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = node.run(verb).refused(3, &format!("chmod 600 {}", key.display()));
        assert_eq!(error["kind"], "operational", "{error}");
        std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o600)).unwrap();
    };
    let hal = node.key("hal");
    let report = ["write", "report", "--title", "R", "--text", "T", "--grading", "B2", "--key", &hal];
    for mode in [0o640, 0o604, 0o620, 0o666] {
        wide(Path::new(&hal), mode, &report);
    }
    let (backup_key, identity_key) = (backup.display().to_string(), identity.display().to_string());
    wide(&backup, 0o644, &["backup", "verify", "--key", &backup_key, &file]);
    let to = world.file("restored").display().to_string();
    let restore = ["restore", "--from", &file, "--key", &backup_key, "--identity", &identity_key, "--home", &to];
    wide(&identity, 0o640, &restore);
    assert!(!world.file("restored").exists());
    node.run(&report).done();
}

#[test]
fn a_new_passphrase_is_asked_for_twice_on_a_terminal() {
    let world = world();
    let init = |name: &str, typed: &str| {
        let home = world.file(name);
        let line = format!(
            "{} init --home {} --org Harbour --code {name} --country XVM --desk 127.0.0.1:0 --gate 127.0.0.1:1",
            world.program.display(),
            home.display()
        );
        // `script` gives the program a terminal of its own.
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--command", &line, "/dev/null"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned(), home)
    };
    let (made, shown, home) = init("vsis", "correct horse\ncorrect horse\n");
    assert!(made && home.join("comity.toml").exists(), "{shown}");
    assert!(shown.contains("NEW passphrase of the home") && shown.contains("once more"), "{shown}");
    let (made, shown, home) = init("kps", "correct horse\ncorrect hosre\n");
    assert!(!made && !home.exists(), "{shown}");
    assert!(shown.contains("not the same"), "{shown}");
}
