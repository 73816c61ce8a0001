//! A greeting between two real nodes, from the command line: sent once the partner said that it can receive it, checked by somebody
//! who has no home, recalled.

use super::{contains, world};
use comity_kit::{Node, files, text, wait_until};
use serde_json::Value;

const HELLO: [&str; 4] = ["document", "draft", "--form", "hello/1"];

fn draft(words: &str) -> Vec<&str> {
    [&HELLO[..], &["--to", "kps", "--label", "TLP:AMBER", "--text", words]].concat()
}

fn received(node: &Node) -> Value {
    node.ask(&["document", "list"])["received"].clone()
}

#[test]
fn a_greeting_is_sent_read_checked_without_a_home_and_recalled() {
    let world = world();
    let (first, second) = world.pair();
    // Nobody has connected yet: what kps can receive is not known, and nothing is drafted.
    let early = first.run_as("alice", &draft("Good morning."));
    assert_eq!(early.code, Some(1));
    let said = format!("{}{}", early.err, String::from_utf8_lossy(&early.out));
    assert!(said.contains("has not said what it can receive"), "{said}");
    let nodes = (first.serve(), second.serve());
    wait_until("kps says what it can receive", || {
        first.ask(&["partner", "features", "kps"])["theirs"]["forms"] == serde_json::json!(["hello/1"])
    });
    let document = text(&first.run_as("alice", &draft("Good morning, zinnoberkraut.")).done(), "document");
    assert_ne!(first.run(&["release", "send", &document]).code, Some(0), "one officer signed");
    first.run_as("bob", &["release", "approve", &document]).done();
    first.ask(&["release", "send", &document]);
    wait_until("the greeting arrives", || received(&second)[0]["document"] == document.as_str());
    let shown = second.ask(&["document", "show", &document]);
    assert_eq!(shown["copies"][0]["body"]["text"], "Good morning, zinnoberkraut.");
    let file = world.write("greeting", second.run(&["document", "show", "--raw", &document]).out);
    let file = file.display().to_string();
    // Without a key to compare with nothing is said to be theirs.
    let uncompared = second.run(&["document", "verify", &file]);
    assert_eq!(uncompared.code, Some(1), "{}", uncompared.err);
    let key = text(&shown["copies"][0]["proof"], "organisation");
    let verified = second.ask(&["document", "verify", &file, "--organisation", &key]);
    assert_eq!(text(&verified, "organisation"), key);
    assert_eq!(second.ask(&["document", "verify", &file, "--organisation", &key])["compared"], true);
    let other = text(&verified, "node");
    assert_eq!(second.run(&["document", "verify", &file, "--organisation", &other]).code, Some(1));
    let changed = String::from_utf8(second.run(&["document", "show", "--raw", &document]).out).unwrap();
    let changed = world.write("changed", changed.replace("morning", "evening")).display().to_string();
    assert_eq!(second.run(&["document", "verify", &changed]).code, Some(1));
    let recall = text(&first.run_as("alice", &["document", "recall", "--document", &document]).done(), "recall");
    first.run_as("bob", &["recall", "approve", &recall]).done();
    first.ask(&["recall", "send", &recall]);
    wait_until("the recall is confirmed", || {
        text(&first.ask(&["recall", "board"])["recalls"][0]["recipients"][0], "state") == "confirmed"
    });
    assert!(received(&second)[0]["recalled"].is_string());
    assert_ne!(second.run(&["document", "show", "--raw", &document]).code, Some(0));
    for node in [&first, &second] {
        node.ask(&["verify"]);
    }
    for home in [&first.home, &second.home] {
        for (path, bytes) in files(home) {
            assert!(!contains(&bytes, b"zinnoberkraut"), "{} holds what was recalled", path.display());
        }
    }
    drop(nodes);
}
