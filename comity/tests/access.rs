//! Tokens and enrolment links at the command line: where they work, and that no secret stays anywhere.

use comity_kit::{Node, World, files, text};
use serde_json::json;

fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_comity"))
}

/// Refuses a home in which a secret stands in any file.
fn nowhere(node: &Node, what: &str, secret: &str) {
    assert!(secret.len() > 16, "{what}");
    for (path, bytes) in files(&node.home) {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{what} stands in {}", path.display());
    }
}

#[test]
fn a_token_needs_no_officer_and_works_beside_a_running_desk() {
    let world = world();
    // Before any officer exists.
    let bare = world.file("bare").display().to_string();
    let node = world.node("vsis");
    node.run(&["init", "--home", &bare, "--org", "Bare", "--code", "bare", "--country", "XVM"]).done();
    let made = node.run(&["token", "add", "--home", &bare, "--name", "siem", "--scope", "metrics"]).done();
    assert_eq!((&made["name"], &made["scope"]), (&json!("siem"), &json!("metrics")));

    let alone = node.ask(&["token", "add", "--name", "alone", "--scope", "read", "--scope", "taxii:read"]);
    assert_eq!((&alone["scopes"], &alone["expires"]), (&json!(["read", "taxii:read"]), &json!(null)));
    let running = node.serve();
    let beside = node.ask(&["token", "add", "--name", "beside", "--scope", "write,read", "--expires", "2099-01-01"]);
    assert_eq!(beside["scopes"], json!(["read", "write"]));
    for token in [&alone, &beside] {
        nowhere(&node, "a token", &text(token, "token"));
    }
    assert_eq!(node.ask(&["token", "revoke", "--name", "alone"])["state"], "revoked");
    let listed = node.ask(&["token", "list"]);
    let states: Vec<(String, String)> =
        listed["tokens"].as_array().unwrap().iter().map(|one| (text(one, "name"), text(one, "state"))).collect();
    assert_eq!(states, [("alone".into(), "revoked".into()), ("beside".into(), "active".into())]);
    drop(running);

    node.run(&["token", "add", "--name", "alone", "--scope", "read"]).refused(1, "name of its own");
    node.run(&["token", "add", "--name", "a b", "--scope", "read"]).refused(2, "name");
    node.run(&["token", "add", "--name", "past", "--scope", "read", "--expires", "2001"]).refused(2, "ended already");
    node.run(&["token", "revoke", "--name", "nobody"]).refused(1, "no token");
    assert_eq!(node.run(&["token", "add", "--name", "x", "--scope", "admin"]).code, Some(2));
    assert_eq!(node.run(&["token", "add", "--name", "x"]).code, Some(2), "no scope, no token");
    let audit = node.ask(&["audit", "show"]);
    let acts: Vec<&str> = audit["entries"].as_array().unwrap().iter().filter_map(|one| one["act"].as_str()).collect();
    assert_eq!(acts.iter().filter(|act| **act == "token.add").count(), 2);
    assert!(acts.contains(&"token.revoke"));
}

#[test]
fn an_enrolment_link_needs_the_officers_key() {
    let world = world();
    let node = world.node("vsis");
    let running = node.serve();
    let origin = text(&running.ready, "url");
    let enrol = node.run_as("alice", &["officer", "enrol", "--code", "alice"]).done();
    let link = text(&enrol, "link");
    let (page, secret) = link.split_once('#').unwrap();
    assert_eq!(page, format!("{origin}/enrol"), "the address that the desk really has");
    assert_eq!(secret.len(), 22, "128 bits");
    nowhere(&node, "the link's secret", secret);
    node.run_as("bob", &["officer", "enrol", "--code", "alice"]).refused(2, "key file of officer bob");
    // Who is entered is given a link at once; who waits for a second custodian is not.
    let new = |code: &str| ["add", "--code", code, "--name", code, "--roles", "analyst"].map(str::to_owned);
    let nora = new("nora");
    let nora: Vec<&str> = nora.iter().map(String::as_str).collect();
    let added = node.officer(&[&nora[..], &["--key-out", &node.key("nora")]].concat()).done();
    assert!(text(&added["enrol"], "link").starts_with(page));
    let omar = new("omar");
    let omar: Vec<&str> = omar.iter().map(String::as_str).collect();
    let rest = ["--key-out", &node.key("omar"), "--custodian", &node.key("c1")];
    let waiting = node.run(&[&["officer"], &omar[..], &rest].concat()).done();
    assert_eq!((&waiting["state"], &waiting["enrol"]), (&json!("waiting"), &json!(null)));
    node.run_as("omar", &["officer", "enrol"]).refused(1, "no active officer omar");
    node.officer(&["disable", "--code", "nora"]).done();
    node.run_as("nora", &["officer", "enrol"]).refused(1, "no active officer nora");
    assert_eq!(node.ask(&["officer", "passkeys"])["passkeys"], json!([]));
    node.run_as("alice", &["officer", "remove-passkey", "--credential", "AAAA"]).refused(1, "no such passkey");
    node.run_as("alice", &["officer", "remove-passkey", "--credential", "not base64"]).refused(2, "base64url");
    assert!(running.stop());
    assert_eq!(node.ask(&["verify"])["verified"]["passkeys"], json!(0));
}

#[test]
fn the_address_of_the_desk_is_one_on_which_passkeys_work() {
    let world = world();
    let node = world.node("vsis");
    let toml = node.home.join("comity.toml");
    let plain = std::fs::read_to_string(&toml).unwrap();
    let set = |url: &str| {
        let text = plain.replacen("[desk]", &format!("[desk]\npublic_url = \"{url}\""), 1);
        assert_ne!(text, plain);
        std::fs::write(&toml, text).unwrap();
    };
    for url in
        ["http://desk.example", "https://127.0.0.1:8440", "https://Desk.example", "https://desk.example/path", "x"]
    {
        set(url);
        node.run(&["officer", "list"]).refused(2, "not an address on which passkeys work");
    }
    for url in
        ["https://desk.example", "https://desk.example:8443", "http://vsis.localhost:8440", "https://desk.example/"]
    {
        set(url);
        let link = text(&node.run_as("alice", &["officer", "enrol"]).done(), "link");
        assert!(link.starts_with(&format!("{}/enrol#", url.trim_end_matches('/'))), "{link}");
    }
}
