//! What is recalled is unreachable at the partner and leaves no plaintext behind.

use super::{contains, sent, world};
use comity_kit::{files, text, wait_until};

fn state(board: &serde_json::Value) -> String {
    text(&board["recalls"][0]["recipients"][0], "state")
}

#[test]
fn a_recalled_item_is_unreachable_everywhere() {
    let world = world();
    let (first, second) = world.pair();
    let nodes = (first.serve(), second.serve());
    let release = sent(&first, "kps", "The cargo is zinnoberkraut from Morvath.");
    wait_until("the release arrives", || second.found("zinnoberkraut") == 1);
    let id = text(&second.ask(&["search", "zinnoberkraut"])["hits"][0], "id");
    let bytes = second.run(&["show", &id, "--raw"]).out;
    let copy = world.write("copy.json", &bytes);
    first.recall(&release);
    wait_until("the recall is confirmed", || state(&first.ask(&["recall", "board"])) == "confirmed");
    assert_eq!(second.found("zinnoberkraut"), 0);
    assert!(second.ask(&["show", &id]).get("tombstone").is_some());
    assert!(!contains(&second.run(&["export"]).out, b"zinnoberkraut"));
    assert_ne!(second.run(&["show", &id, "--raw"]).code, Some(0));
    // A late copy from a file does not bring it back (security.md I20).
    let again = second.ask(&["import", "--origin", "late", &copy.display().to_string()]);
    assert_eq!((again["accepted"].as_u64(), again["refused"].as_u64()), (Some(0), Some(1)), "{again}");
    assert_eq!(second.found("zinnoberkraut"), 0);
    for node in [&first, &second] {
        node.ask(&["verify"]);
    }
    // While the desk runs, so that not even its write-ahead log holds a word (I22).
    for (path, bytes) in files(&second.home) {
        assert!(!contains(&bytes, b"zinnoberkraut"), "{} holds what was recalled", path.display());
    }
    drop(nodes);
}

#[test]
fn a_recall_before_delivery_travels_as_a_stub_and_waits_for_an_offline_partner() {
    let world = world();
    let (first, second) = world.pair();
    let running = first.serve();
    let release = sent(&first, "kps", "The cargo is zinnoberkraut from Morvath.");
    wait_until("an offline partner shows as waiting", || text(&first.link(&second), "reach").starts_with("waiting"));
    assert_eq!(first.link(&second)["out"]["cosigned"], 0);
    first.recall(&release);
    assert_eq!(state(&first.ask(&["recall", "board"])), "outstanding");
    let partner = second.serve();
    wait_until("the recall is confirmed", || state(&first.ask(&["recall", "board"])) == "confirmed");
    assert_eq!(second.found("zinnoberkraut"), 0);
    for node in [&first, &second] {
        node.ask(&["verify"]);
    }
    for (path, bytes) in files(&second.home) {
        assert!(!contains(&bytes, b"zinnoberkraut"), "{}", path.display());
    }
    drop((running, partner));
}

#[test]
fn a_recall_needs_two_roles_or_a_duty_officer() {
    let world = world();
    let (first, second) = world.pair();
    let nodes = (first.serve(), second.serve());
    let release = sent(&first, "kps", "The cargo is zinnoberkraut from Morvath.");
    let recall = text(&first.run_as("alice", &["recall", "draft", "--release", &release]).done(), "recall");
    first.run(&["recall", "send", &recall]).refused(1, "not approved");
    let alone = first.run_as("dora", &["recall", "draft", "--release", &release, "--role", "duty_officer"]).done();
    let sent = first.ask(&["recall", "send", &text(&alone, "recall")]);
    assert!(sent["confirm_by"].is_string(), "a duty officer's recall is confirmed within a day: {sent}");
    wait_until("it is gone at the partner", || second.found("zinnoberkraut") == 0);
    drop(nodes);
}
