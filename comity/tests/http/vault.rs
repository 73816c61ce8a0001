//! A vault that goes missing beside a running desk is refused on the API and the workbench.

use super::session::Session;
use super::wire::Desk;
use super::world;
use comity_kit::text;
use serde_json::json;

#[test]
fn a_vault_that_is_gone_is_unavailable_and_said_on_the_first_page() {
    let world = world();
    let (node, _partner) = world.pair();
    let report =
        ["write", "report", "--title", "R", "--text", "Seen at the quay.", "--grading", "B2", "--label", "TLP:AMBER"];
    let id = text(&node.run_as("hal", &report).done(), "id");
    let draft =
        ["release", "draft", "--objects", &id, "--to", "kps", "--title", "Notice", "--text", "Nothing special."];
    let release = text(&node.run_as("alice", &draft).done(), "release");
    let running = node.serve();
    let desk = Desk::of(&running);
    let alice = Session::open(&node, &desk, "alice", 1);
    let check = || desk.post(&format!("/api/v1/releases/{release}/check"), &alice.headers(), &json!({}));
    let first_page = || desk.ask("GET", "/", &alice.headers(), b"").text();
    let checked = check();
    assert_eq!(checked.status, 200, "{checked:?}");
    assert!(!first_page().contains("vault"));
    let vault = node.home.join("vault/vault.db");
    let aside = world.file("aside.db");
    std::fs::rename(&vault, &aside).unwrap();
    let refused = check();
    assert_eq!(refused.status, 503, "{refused:?}");
    let problem = refused.json();
    assert!(problem["detail"].as_str().unwrap().contains("vault.db"), "{problem}");
    assert!(problem["todo"].as_str().unwrap().contains("restore"), "{problem}");
    assert!(first_page().contains("the vault is not there"), "{}", first_page());
    std::fs::rename(&aside, &vault).unwrap();
    assert_eq!(check().status, 200);
    assert!(running.stop());
}
