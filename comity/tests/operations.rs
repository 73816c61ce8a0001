//! What operators use: doctor, completions, manual pages, backup, restore.

mod damaged;
mod doctor;
mod drill;
mod ends;
mod metrics;
mod package;
mod pages;
mod secrets;
mod vault;

use comity_kit::{Node, text};

/// Writes a report, and releases a tearline for it that can be looked for; returns the release.
fn sent(node: &Node, to: &str, words: &str) -> String {
    let report =
        ["write", "report", "--title", "R", "--text", "Seen at the quay.", "--grading", "B2", "--label", "TLP:AMBER"];
    let id = text(&node.run_as("hal", &report).done(), "id");
    let draft = ["release", "draft", "--objects", &id, "--to", to, "--title", "Notice", "--text", words];
    let release = text(&node.run_as("alice", &draft).done(), "release");
    node.run_as("bob", &["release", "approve", &release]).done();
    node.ask(&["release", "send", &release]);
    release
}

fn world() -> comity_kit::World {
    comity_kit::World::new(env!("CARGO_BIN_EXE_comity"))
}
