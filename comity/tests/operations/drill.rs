//! The drill: a node is lost with its disk and comes back from a backup, and nothing that was acknowledged is lost.

use super::{sent, world};
use comity_kit::{Node, World, text, wait_until};
use serde_json::Value;

/// What an operator keeps in the safe.
struct Safe {
    key: String,
    identity: String,
}

fn ceremony(world: &World, node: &Node) -> Safe {
    let safe = Safe {
        key: world.file("backup.key").display().to_string(),
        identity: world.file("identity.key").display().to_string(),
    };
    node.ask(&["backup", "key", "--out", &safe.key]);
    node.ask(&["backup", "identity", "--out", &safe.identity]);
    safe
}

fn back_up(world: &World, node: &Node, safe: &Safe, name: &str) -> String {
    let file = world.file(name).display().to_string();
    let public = format!("{}.pub", safe.key);
    node.run(&["backup", "create", "--to", &file, "--key", &public]).refused(1, "a custodian names the backup key");
    node.ask(&["backup", "create", "--to", &file, "--key", &public, "--custodian", &node.key("c1")]);
    file
}

fn restore(node: &Node, safe: &Safe, backup: &str) -> Value {
    let home = node.home.display().to_string();
    node.ask(&["restore", "--from", backup, "--key", &safe.key, "--identity", &safe.identity, "--home", &home])
}

fn heard(node: &Node) -> Value {
    node.ask(&["restore", "show"])["links"][0]["generations"][0]["partner"].clone()
}

fn here(node: &Node) -> u64 {
    let held = &node.ask(&["restore", "show"])["links"][0]["generations"][0]["held"];
    held["ours"]["size"].as_u64().unwrap() + held["theirs"]["size"].as_u64().unwrap()
}

fn renew(world: &World, restored: &Node, partner: &Node) {
    let card = world.file("renewed.card").display().to_string();
    restored.ask(&["link", "card", "--endpoint", &restored.gate, "--output", &card]);
    partner.run_as("c1", &["link", "add", &card]).refused(1, "another node key");
    partner.by_both(&["link", "add", "--new-node-key", &card]).done();
}

#[test]
fn a_lost_node_comes_back_and_nothing_acknowledged_is_lost() {
    let world = world();
    let (lost, partner) = world.pair();
    let running = (lost.serve(), partner.serve());
    sent(&lost, "kps", "Before: the barge Altkapelle.");
    let recalled = sent(&partner, "vsis", "Before: the cargo is zinnoberkraut.");
    wait_until("both releases arrive", || partner.found("Altkapelle") == 1 && lost.found("zinnoberkraut") == 1);
    let safe = ceremony(&world, &lost);
    // Beside the running desk, and without the passphrase of the home.
    let backup = back_up(&world, &lost, &safe, "one.backup");
    let rehearsed = lost.ask(&["backup", "verify", "--key", &safe.key, &backup]);
    assert_eq!(rehearsed["verified"]["links"], 1, "{rehearsed}");
    assert!(rehearsed["verified"]["log_entries"].as_u64().unwrap() > 2, "{rehearsed}");

    // After the backup: both send, both acknowledge, and the partner recalls what came before.
    let later = sent(&lost, "kps", "After: the skipper Quarzmeister.");
    sent(&partner, "vsis", "After: the warehouse Feldspatgasse.");
    partner.recall(&recalled);
    wait_until("everything is acknowledged", || {
        partner.found("Quarzmeister") == 1
            && lost.found("Feldspatgasse") == 1
            && lost.found("zinnoberkraut") == 0
            && lost.receipted(&partner)
            && partner.receipted(&lost)
    });
    running.0.kill_desk();
    std::fs::remove_dir_all(&lost.home).unwrap();

    let restored = restore(&lost, &safe, &backup);
    assert_eq!(text(&restored, "state"), "quarantine");
    assert_eq!(lost.found("Feldspatgasse"), 0, "the backup is older");
    assert_eq!(lost.found("zinnoberkraut"), 1, "and older than the recall");
    let toml = lost.home.join("comity.toml");
    assert!(std::fs::read_to_string(toml).unwrap().contains("heartbeat_seconds = 1"));
    let running = (lost.serve(), running.1);
    for refused in [
        vec!["write", "report", "--title", "R", "--text", "T", "--grading", "B2", "--key", &lost.key("hal")],
        vec!["release", "send", "11111111-aaaa-4bbb-8ccc-000000000001"],
        vec!["recall", "send", "11111111-aaaa-4bbb-8ccc-000000000001"],
        vec!["officer", "add", "--code", "x", "--name", "X", "--roles", "analyst", "--key-out", "x.key"],
    ] {
        lost.run(&refused).refused(1, "quarantine");
    }
    // Both would end it now, and a partner was not heard.
    lost.run(&["restore", "release", "--key", &lost.key("c1")]).refused(1, "did not say");
    renew(&world, &lost, &partner);
    wait_until("the partner says what it holds", || !heard(&lost).is_null());
    let said = heard(&lost);
    assert_eq!(said["contradiction"], Value::Null, "{said}");
    assert!(said["missing_here"].as_u64().unwrap() >= 4, "{said}");
    assert_eq!(said["missing_there"], 0, "{said}");
    // The partner goes on sending meanwhile: it waits, unread and unacknowledged.
    sent(&partner, "vsis", "Meanwhile: the ferry Basaltbogen.");
    wait_until("it is on its way", || partner.link(&lost)["out"]["size"].as_u64().unwrap() >= 2);
    assert_eq!(lost.found("Basaltbogen"), 0);
    let seen = partner.link(&lost);
    assert_eq!((&seen["in"]["size"], &seen["out"]["cosigned"]), (&0.into(), &0.into()), "nothing was sent: {seen}");

    lost.run(&["restore", "release", "--key", &lost.key("alice")]).refused(1, "none of the roles");
    assert_eq!(text(&lost.ask(&["restore", "release", "--key", &lost.key("c1")]), "state"), "quarantine");
    lost.run(&["restore", "release", "--key", &lost.key("c1")]).refused(1, "second officer");
    assert_eq!(text(&lost.ask(&["restore", "release", "--key", &lost.key("c2")]), "state"), "released");
    wait_until("what was lost comes back", || {
        lost.found("Feldspatgasse") == 1 && lost.found("zinnoberkraut") == 0 && lost.found("Basaltbogen") == 1
    });
    wait_until("both hold the same", || lost.receipted(&partner) && partner.receipted(&lost));
    let (told, held) = (heard(&lost), here(&lost));
    assert_eq!(told["ours"]["size"].as_u64().unwrap() + told["theirs"]["size"].as_u64().unwrap(), held, "{told}");
    // The exchange goes on, both ways, and what was released after the backup can be recalled.
    sent(&lost, "kps", "Again: the lock Granitgraben.");
    sent(&partner, "vsis", "Again: the pier Schieferstieg.");
    wait_until("the exchange goes on", || partner.found("Granitgraben") == 1 && lost.found("Schieferstieg") == 1);
    lost.recall(&later);
    wait_until("it is recalled", || partner.found("Quarzmeister") == 0);
    wait_until("all is acknowledged", || lost.receipted(&partner) && partner.receipted(&lost));
    for node in [&lost, &partner] {
        let verified = node.ask(&["verify"]);
        assert!(verified["verified"]["log_entries"].as_u64().unwrap() > 12, "{verified}");
    }
    drop(running);
}

#[test]
fn a_backup_holds_no_signing_key_and_opens_only_whole_and_with_its_key() {
    let world = world();
    let node = world.node("vsis");
    let safe = ceremony(&world, &node);
    node.run(&["backup", "create", "--to", &world.file("none").display().to_string()]).refused(2, "no backup key");
    let backup = back_up(&world, &node, &safe, "one.backup");
    // The key is remembered; a file is never written over; another key needs a custodian.
    let second = world.file("two.backup").display().to_string();
    node.ask(&["backup", "create", "--to", &second]);
    node.run(&["backup", "create", "--to", &second]).refused(2, "exists");
    let other = world.file("other.key").display().to_string();
    node.ask(&["backup", "key", "--out", &other]);
    let third = world.file("three.backup").display().to_string();
    let swap = ["backup", "create", "--to", &third, "--key", &format!("{other}.pub")];
    node.run(&swap).refused(1, "another backup key");
    node.run(&[&swap[..], &["--custodian", &node.key("alice")]].concat()).refused(1, "custodian");
    node.ask(&[&swap[..], &["--custodian", &node.key("c1")]].concat());
    assert!(node.home.join("snapshot").metadata().is_err(), "no plain copy stays");

    let verify = |file: &str, key: &str| node.run(&["backup", "verify", "--key", key, file]);
    verify(&second, &safe.key).done();
    verify(&third, &other).done();
    verify(&second, &other).refused(1, "another backup key");
    let bytes = std::fs::read(&backup).unwrap();
    for needle in [&b"SQLite format"[..], b"vsis", b"Officer alice"] {
        assert!(memchr::memmem::find(&bytes, needle).is_none(), "the backup shows what is in it");
    }
    let damaged = world.file("damaged.backup").display().to_string();
    let half = bytes.len() / 2;
    let flipped = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        bytes
    };
    for (bad, words) in [
        (bytes[..half].to_vec(), "cut off"),
        (bytes[..bytes.len() - 91].to_vec(), "cut off"),
        (bytes[..bytes.len() - 90].to_vec(), "no node signed it"),
        (bytes[..bytes.len() - 1].to_vec(), "not signed by the node key"),
        (bytes[..20].to_vec(), "not a backup"),
        ([&bytes[..], b"x"].concat(), "more follows"),
        (flipped(half), "changed"),
        (flipped(3), "not a backup"),
        (flipped(500), "another backup key"),
    ] {
        std::fs::write(&damaged, bad).unwrap();
        verify(&damaged, &safe.key).refused(1, words);
        let home = world.file("half").display().to_string();
        node.run(&["restore", "--from", &damaged, "--key", &safe.key, "--identity", &safe.identity, "--home", &home])
            .refused(1, words);
        assert!(!world.file("half").exists(), "{words}: a half home is left");
    }
    // Another organisation's identity does not restore this one.
    let stranger = world.node("kps");
    let identity = world.file("stranger.key").display().to_string();
    stranger.ask(&["backup", "identity", "--out", &identity]);
    let home = world.file("stolen").display().to_string();
    node.run(&["restore", "--from", &backup, "--key", &safe.key, "--identity", &identity, "--home", &home])
        .refused(1, "organisation key");
    assert!(!world.file("stolen").exists());
    let restored = world.file("again").display().to_string();
    node.ask(&["restore", "--from", &backup, "--key", &safe.key, "--identity", &safe.identity, "--home", &restored]);
    let file = |home: &str, name: &str| std::fs::read(std::path::Path::new(home).join(name)).unwrap();
    let before = node.home.display().to_string();
    let certificates = |home: &str| serde_json::from_slice::<Value>(&file(home, "keys/certificates.json")).unwrap();
    let (old, new) = (certificates(&before), certificates(&restored));
    assert_ne!(old["node"]["key"], new["node"]["key"]);
    assert_ne!(old["tls"]["key"], new["tls"]["key"]);
    assert_eq!(old["sealing"]["key"], new["sealing"]["key"]);
    node.run_with(&["verify"], &[("COMITY_HOME", &restored)]).done();
}
