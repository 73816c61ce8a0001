//! A vault that is gone, emptied, robbed of rows or older stops what must not happen without it, over every verb.

use super::world;
use comity_kit::{Node, text};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// What somebody does to a vault, with a copy of it from before its last act at hand.
type Attack = fn(&Path, &Path);

const ATTACKS: [(&str, Attack); 4] = [
    ("deleted", |vault, _| std::fs::remove_file(vault).unwrap()),
    ("emptied", |vault, _| std::fs::write(vault, b"").unwrap()),
    ("robbed of rows", |vault, _| {
        let rows = "PRAGMA foreign_keys = OFF; DELETE FROM source_object; DELETE FROM source";
        rusqlite::Connection::open(vault).unwrap().execute_batch(rows).unwrap();
    }),
    ("older", |vault, older| put(older, vault)),
];

/// Puts a copy of a database in the place of another.
fn put(copy: &Path, to: &Path) {
    for suffix in ["-wal", "-shm"] {
        let mut beside = to.to_owned().into_os_string();
        beside.push(suffix);
        let _ = std::fs::remove_file(beside);
    }
    let _ = std::fs::remove_file(to);
    std::fs::copy(copy, to).unwrap();
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// Copies a database as it is at one instant.
fn copy(from: &Path, to: &Path) {
    rusqlite::Connection::open(from).unwrap().execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
}

fn add_source(node: &Node, cryptonym: &str, term: &str) {
    let flags = ["--identity", "Wanda Canaria", "--contact", "+999 555 0101", "--reliability", "B", "--terms", term];
    node.run_as("hal", &[&["vault", "add", "--cryptonym", cryptonym][..], &flags].concat()).done();
}

fn refused(node: &Node, officer: Option<&str>, verb: &[&str]) {
    let ran = match officer {
        Some(officer) => node.run_as(officer, verb),
        None => node.run(verb),
    };
    let error = ran.refused(3, "vault.db");
    assert!(
        error["hint"].as_str().is_some_and(|hint| hint.contains("restore")),
        "{verb:?} does not say what to do: {error}"
    );
}

#[test]
fn without_the_right_vault_nothing_is_checked_approved_sent_or_served() {
    let world = world();
    let (node, _partner) = world.pair();
    let vault = node.home.join("vault/vault.db");
    add_source(&node, "KESTREL", "blue herring");
    let older = world.file("older.db");
    copy(&vault, &older);
    add_source(&node, "OSPREY", "dock foreman");
    let report =
        ["write", "report", "--title", "R", "--text", "Seen at the quay.", "--grading", "B2", "--label", "TLP:AMBER"];
    let id = text(&node.run_as("hal", &report).done(), "id");
    let draft = |words: &str| {
        let draft = ["release", "draft", "--objects", &id, "--to", "kps", "--title", "Notice", "--text", words];
        text(&node.run_as("alice", &draft).done(), "release")
    };
    let approved = draft("Nothing special.");
    node.run_as("bob", &["release", "approve", &approved]).done();
    let naming = draft("A dock foreman was seen.");
    let (key, file) = (world.file("backup.key").display().to_string(), world.file("b").display().to_string());
    node.ask(&["backup", "key", "--out", &key]);
    let (public, custodian) = (format!("{key}.pub"), node.key("c1"));
    let backup = ["backup", "create", "--to", &file, "--key", &public, "--custodian", &custodian];
    let right = world.file("right.db");
    copy(&vault, &right);
    for (name, attack) in ATTACKS {
        println!("{name}");
        attack(&vault, &older);
        refused(&node, Some("bob"), &["release", "check", &naming]);
        refused(&node, Some("bob"), &["release", "approve", &naming]);
        refused(&node, None, &["release", "send", &approved]);
        refused(&node, None, &["verify"]);
        refused(&node, None, &["serve"]);
        refused(&node, Some("hal"), &["vault", "show", "KESTREL", "--reason", "meeting"]);
        refused(&node, None, &backup);
        assert_eq!(of_vault(&node, "correct-horse-battery"), (Some(1), vec!["fail".to_owned()]), "{name}");
        if name == "deleted" {
            assert!(!vault.exists(), "a vault was made where none was");
        }
        put(&right, &vault);
    }
    let checked = node.run_as("bob", &["release", "check", &naming]);
    assert_eq!((checked.code, &checked.json()["clean"]), (Some(1), &Value::from(false)), "{}", checked.err);
    node.ask(&["release", "send", &approved]);
    node.ask(&["verify"]);
    assert_eq!(of_vault(&node, "correct-horse-battery"), (Some(0), vec!["ok".to_owned()]));
    // Whether it is the right one needs the passphrase or the running desk; without either it is not called whole.
    assert_eq!(of_vault(&node, ""), (Some(0), vec!["warn".to_owned()]));
    let running = node.serve();
    assert_eq!(of_vault(&node, ""), (Some(0), vec!["ok".to_owned()]));
    put(&older, &vault);
    assert_eq!(of_vault(&node, ""), (Some(1), vec!["fail".to_owned()]));
    drop(running);
}

/// The doctor's exit code, and the states of what it says of the vault.
fn of_vault(node: &Node, passphrase: &str) -> (Option<i32>, Vec<String>) {
    let ran = node.run_with(&["doctor"], &[("COMITY_PASSPHRASE", passphrase)]);
    let answer = ran.json();
    let about = answer["findings"].as_array().unwrap().iter().filter(|finding| {
        let what = finding["what"].as_str().unwrap();
        finding["area"] == "stores" && (what.starts_with("vault") || what.contains("vault.db"))
    });
    (ran.code, about.map(|finding| finding["state"].as_str().unwrap().to_owned()).collect())
}

/// A home that was made before there were commitments gets one, once, and is guarded by it from then on.
#[test]
fn a_home_of_the_first_round_is_taken_over_once() {
    let world = world();
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testing/golden/0001-first-round.tar.gz");
    let into = world.file("golden");
    std::fs::create_dir(&into).unwrap();
    let unpacked = Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&into).arg("--no-same-owner").status();
    assert!(unpacked.unwrap().success());
    let home = into.join("vsis");
    let ask = |arguments: &[&str]| {
        let mut command = Command::new(&world.program);
        command.args(arguments).arg("--json").env_clear().env("COMITY_HOME", &home);
        let output = command.env("COMITY_PASSPHRASE", "golden-home-passphrase").output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), answer)
    };
    let commitments = || {
        let (_, shown) = ask(&["audit", "show", "--limit", "1000"]);
        let entries = shown["entries"].as_array().unwrap().clone();
        entries.iter().filter(|entry| entry["act"] == "vault.commit").count()
    };
    assert_eq!(commitments(), 0);
    for _ in 0..2 {
        let (code, verified) = ask(&["verify"]);
        assert_eq!((code, &verified["verified"]["sources"]), (Some(0), &Value::from(1)), "{verified}");
        assert_eq!(commitments(), 1);
    }
    rusqlite::Connection::open(home.join("vault/vault.db"))
        .unwrap()
        .execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM source")
        .unwrap();
    let (code, refused) = ask(&["verify"]);
    assert_eq!((code, &refused["error"]["code"]), (Some(3), &Value::from("vault_unfit")), "{refused}");
}
