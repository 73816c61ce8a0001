//! Passphrases and key files: what others of the same machine could read, where a passphrase comes from, and what is refused.

use super::world;
use comity_kit::{Node, PASSPHRASE, Running, World};
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

/// A backup key, a copy of the organisation key, and one backup of a node.
struct Backup {
    key: String,
    identity: String,
    file: String,
}

fn back_up(world: &World, node: &Node) -> Backup {
    let place = |name: &str| world.file(&format!("{}-{name}", node.code)).display().to_string();
    let made = Backup { key: place("backup.key"), identity: place("identity.key"), file: place("one.backup") };
    node.ask(&["backup", "key", "--out", &made.key]);
    node.ask(&["backup", "identity", "--out", &made.identity]);
    let public = format!("{}.pub", made.key);
    node.ask(&["backup", "create", "--to", &made.file, "--key", &public, "--custodian", &node.key("c1")]);
    made
}

/// Processor time that a process has used, in ticks of the kernel; none once it has ended.
fn ticks(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let used = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    (fields[0] != "Z").then_some(used)
}

#[test]
fn a_rehearsal_that_is_killed_leaves_nothing_to_read() {
    let world = world();
    let node = world.node("vsis");
    let report = ["write", "report", "--title", "R", "--text", "The barge Altkapelle.", "--grading", "B2"];
    node.run_as("hal", &report).done();
    let backup = back_up(&world, &node);
    let scratch = world.file("scratch");
    std::fs::create_dir(&scratch).unwrap();
    let rehearse = || {
        let place = scratch.display().to_string();
        let verb = ["backup", "verify", "--key", &backup.key, "--scratch", &place, &backup.file];
        let mut command = program(&node, &world.program, &verb);
        command.env("COMITY_PASSPHRASE", PASSPHRASE).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    // What it costs as a whole.
    let mut whole = rehearse();
    let mut most = 0;
    while let Some(used) = ticks(whole.id()) {
        most = used;
        std::thread::yield_now();
    }
    assert!(whole.wait().unwrap().success());
    assert!(comity_kit::files(&scratch).is_empty());
    let mut killed = 0;
    for part in 1..16 {
        let mut child = rehearse();
        while ticks(child.id()).is_some_and(|used| used < most * part / 16) {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        for (path, bytes) in comity_kit::files(&scratch) {
            assert!(bytes.is_empty(), "{} of {} bytes is left, {part} of 16", path.display(), bytes.len());
        }
    }
    assert!(killed > 8, "only {killed} of 15 were under way");
}

#[test]
fn a_restore_that_is_killed_leaves_no_home_outside_the_quarantine() {
    let world = world();
    let node = world.node("vsis");
    let backup = back_up(&world, &node);
    let restore = |name: &str| {
        let home = world.file(name).display().to_string();
        let flags = ["restore", "--from", &backup.file, "--key", &backup.key, "--identity", &backup.identity];
        let mut command = program(&node, &world.program, &[&flags[..], &["--home", &home]].concat());
        command.env("COMITY_PASSPHRASE", PASSPHRASE).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut whole = restore("whole");
    let mut most = 0;
    while let Some(used) = ticks(whole.id()) {
        most = used;
        std::thread::yield_now();
    }
    assert!(whole.wait().unwrap().success());
    let quarantined = |name: &str| {
        let home = world.file(name).display().to_string();
        let shown = node.run_with(&["restore", "show"], &[("COMITY_HOME", &home)]);
        (shown.code == Some(0)).then(|| shown.done()["quarantine"]["restored"].is_string())
    };
    assert_eq!(quarantined("whole"), Some(true));
    let mut killed = 0;
    for part in 1..16 {
        let name = format!("killed-{part}");
        let mut child = restore(&name);
        while ticks(child.id()).is_some_and(|used| used < most * part / 16) {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        // It opens for nobody, or in the quarantine of a restored home.
        assert_ne!(quarantined(&name), Some(false), "{part} of 16");
    }
    assert!(killed > 8, "only {killed} of 15 were under way");
}

/// Somebody who has the public backup key can encrypt a backup of their own making; only the node can sign one.
#[test]
fn a_backup_counts_by_the_signature_of_the_node() {
    let world = world();
    let node = world.node("vsis");
    let backup = back_up(&world, &node);
    let bytes = std::fs::read(&backup.file).unwrap();
    let key = node.ask(&["link", "card"])["organisation_key"].as_str().map(str::to_owned);
    let verify =
        |file: &str, more: &[&str]| node.run(&[&["backup", "verify", "--key", &backup.key, file], more].concat());
    let whole = verify(&backup.file, &[]).done();
    assert!(whole["signed_by"].is_string(), "{whole}");
    let organisation = whole["organisation_key"].as_str().unwrap().to_owned();
    assert!(key.is_none_or(|key| key == organisation));
    verify(&backup.file, &["--organisation-key", &organisation]).done();
    verify(&backup.file, &["--organisation-key", "another"]).refused(1, "another organisation key");
    let restore = |file: &str, name: &str, more: &[&str]| {
        let home = world.file(name).display().to_string();
        let flags = ["restore", "--from", file, "--key", &backup.key, "--identity", &backup.identity, "--home", &home];
        let ran = node.run(&[&flags, more].concat());
        assert_eq!(world.file(name).exists(), ran.code == Some(0), "{name}");
        ran
    };
    // As an older version left it: without a signature.
    let signature = 26 + 64;
    let unsigned = world.write("unsigned.backup", &bytes[..bytes.len() - signature]).display().to_string();
    verify(&unsigned, &[]).refused(1, "no node signed it");
    restore(&unsigned, "r1", &[]).refused(1, "no node signed it");
    assert!(verify(&unsigned, &["--accept-unsigned"]).done()["signed_by"].is_null());
    restore(&unsigned, "r2", &["--accept-unsigned"]).done();
    // With the signature of another backup of the same node, with a changed one, and with half of one.
    let second = world.file("second.backup").display().to_string();
    node.ask(&["backup", "create", "--to", &second]);
    let others = std::fs::read(&second).unwrap();
    let (pieces, mine) = bytes.split_at(bytes.len() - signature);
    let theirs = &others[others.len() - signature..];
    let mut changed = mine.to_vec();
    changed[40] ^= 1;
    for (name, trailer, why) in [
        ("another's", theirs, "not signed by the node key"),
        ("changed", &changed[..], "not signed by the node key"),
        ("half", &mine[..40], "not signed by the node key"),
        ("more", &[mine, b"x"].concat()[..], "more follows"),
    ] {
        let forged = world.write("forged.backup", [pieces, trailer].concat()).display().to_string();
        verify(&forged, &["--accept-unsigned"]).refused(1, why);
        restore(&forged, "r3", &["--accept-unsigned"]).refused(1, why);
        println!("{name}");
    }
    restore(&backup.file, "r4", &[]).done();
}
