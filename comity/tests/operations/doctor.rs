//! The doctor finds what is wrong, says what to do, and needs neither passphrase nor a stopped desk.

use super::world;
use comity_kit::{Node, Ran};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;

fn examine(node: &Node) -> Ran {
    node.run_with(&["doctor"], &[("COMITY_PASSPHRASE", "")])
}

/// The states of the findings of an area whose text holds these words.
fn states(answer: &Value, area: &str, words: &str) -> Vec<String> {
    let all = answer["findings"].as_array().unwrap();
    let about = |finding: &&Value| finding["area"] == area && finding["what"].as_str().unwrap().contains(words);
    let found: Vec<String> = all.iter().filter(about).map(|f| f["state"].as_str().unwrap().to_owned()).collect();
    assert!(!found.is_empty(), "nothing about {area} {words}: {answer}");
    found
}

#[test]
fn a_sound_home_passes_beside_a_running_desk_and_everything_bad_says_what_to_do() {
    let world = world();
    let node = world.node("vsis");
    let running = node.serve();
    let answer = examine(&node).done();
    for (area, words, state) in [
        ("modes", "folders 0700", "ok"),
        ("clock", "did last", "ok"),
        ("keys", "node key holds", "ok"),
        ("stores", "holdings is whole", "ok"),
        ("stores", "vault is whole", "ok"),
        ("stores", "every table of decisions", "ok"),
        ("stores", "what decides in comity.toml", "ok"),
        ("officers", "two active custodians", "warn"),
        ("backup", "no backup", "warn"),
        ("hardening", "service manager", ""),
    ] {
        // Whether a test runs under a service manager is not ours to say.
        if !state.is_empty() {
            assert_eq!(states(&answer, area, words), [state], "{area} {words}");
        }
    }
    assert_eq!(answer["failed"], 0, "{answer}");
    for finding in answer["findings"].as_array().unwrap() {
        assert_eq!(finding["state"] == "ok", finding["todo"].is_null(), "{finding}");
    }
    assert!(running.stop());
}

#[test]
fn what_is_broken_fails_with_exit_one() {
    let world = world();
    let node = world.node("vsis");
    let key = node.home.join("keys/node.key");
    let holdings = node.home.join("holdings/holdings.db");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = examine(&node);
    assert_eq!(ran.code, Some(1));
    assert_eq!(states(&ran.json(), "modes", "node.key"), ["fail"]);
    std::fs::remove_file(&key).unwrap();
    // The first page of a table in the middle of the file.
    let mut bytes = std::fs::read(&holdings).unwrap();
    let middle = bytes.len() / 8192 * 4096;
    bytes[middle..middle + 64].fill(0xa5);
    std::fs::write(&holdings, &bytes).unwrap();
    let _ = std::fs::remove_file(node.home.join("holdings/holdings.db-wal"));
    let ran = examine(&node);
    assert_eq!(ran.code, Some(1));
    assert_eq!(states(&ran.json(), "keys", "node.key is missing"), ["fail"]);
    assert!(states(&ran.json(), "stores", "holdings").contains(&"fail".to_owned()));
    node.run_with(&["doctor", "--home", "/nonexistent"], &[]).refused(2, "not a node home");
}

#[test]
fn a_clock_that_went_back_is_found() {
    let world = world();
    let node = world.node("vsis");
    // Files from the day after tomorrow stand for a clock that is two days behind.
    let file = std::fs::File::options().write(true).open(node.home.join("holdings/holdings.db")).unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(172_800);
    file.set_times(std::fs::FileTimes::new().set_modified(later)).unwrap();
    let ran = examine(&node);
    assert_eq!(ran.code, Some(1));
    assert_eq!(states(&ran.json(), "clock", "behind the newest file"), ["fail"]);
}

/// What is to be done about the finding of an area whose text holds these words.
fn todo(answer: &Value, area: &str, words: &str) -> String {
    let all = answer["findings"].as_array().unwrap();
    let about = |finding: &&Value| finding["area"] == area && finding["what"].as_str().unwrap().contains(words);
    let found = all.iter().find(about).unwrap_or_else(|| panic!("nothing about {words}: {answer}"));
    found["todo"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_advised_fits_the_trouble_and_serve_refuses_by_name() {
    let world = world();
    let node = world.node("vsis");
    let file = node.home.join("holdings/holdings.db");
    let put = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    };
    let tamper = |sql: &str| rusqlite::Connection::open(&file).unwrap().execute_batch(sql).unwrap();
    let whole = std::fs::read(&file).unwrap();
    let serve = |words: &str| {
        let answer = node.run_with(&["serve"], &[]).refused(3, words);
        assert!(answer.to_string().contains("holdings"), "{answer}");
    };
    let restore = "`comity restore`";

    tamper("UPDATE schema_section SET version = version + 1 WHERE name = 'objects'");
    let said = todo(&examine(&node).json(), "stores", "holdings: section objects");
    assert!(said.contains("newer program") && !said.contains(restore), "{said}");

    put(b"");
    let said = todo(&examine(&node).json(), "stores", "is empty");
    assert!(said.contains("who emptied it") && said.contains(restore), "{said}");
    serve("is empty");
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 0, "nothing was made in its place");

    std::fs::remove_file(&file).unwrap();
    let said = todo(&examine(&node).json(), "stores", "is missing");
    assert!(said.contains("put the file back"), "{said}");
    serve("is missing");

    put(&whole);
    tamper("DELETE FROM desk_setting WHERE name = 'organisation_key'");
    let said = todo(&examine(&node).json(), "stores", "table desk_setting has");
    assert!(said.contains("somebody wrote to it"), "{said}");
    node.run_with(&["serve"], &[]).refused(3, "table desk_setting has");

    put(&whole);
    let toml = node.home.join("comity.toml");
    let text = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, text.replace("internal_hosts = []", "internal_hosts = [\"den.internal\"]")).unwrap();
    let answer = examine(&node).json();
    assert_eq!(states(&answer, "stores", "comity.toml is not what the node last ran with"), ["warn"]);
    node.ask(&["verify"]);
    assert_eq!(states(&examine(&node).json(), "stores", "what decides in comity.toml"), ["ok"]);
}
