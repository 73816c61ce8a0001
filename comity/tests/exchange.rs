//! Two real nodes, gates over loopback TLS: what arrives, what never leaves, what survives a kill, what is refused.

mod canary;
mod cli;
mod documents;
mod hostile;
mod kills;
mod previous;
mod real_data;
mod recall;
mod refusals;
mod taxii;

use comity_kit::{Node, World, text};

fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_comity"))
}

/// Writes a report and a tearline for it, and returns the release as drafted: a text that can be looked for.
fn written(node: &Node, to: &str, words: &str) -> String {
    let report =
        ["write", "report", "--title", "R", "--text", "Seen at the quay.", "--grading", "B2", "--label", "TLP:AMBER"];
    let id = text(&node.run_as("hal", &report).done(), "id");
    let draft = ["release", "draft", "--objects", &id, "--to", to, "--title", "Notice", "--text", words];
    text(&node.run_as("alice", &draft).done(), "release")
}

/// The same, approved and sent.
fn sent(node: &Node, to: &str, words: &str) -> String {
    let release = written(node, to, words);
    let approved = node.run_as("bob", &["release", "approve", &release]);
    if approved.code != Some(0) {
        // What was found says more than that something was.
        println!("{}", node.run_as("bob", &["release", "check", &release]).json());
    }
    approved.done();
    node.ask(&["release", "send", &release]);
    release
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(bytes, needle).is_some()
}
