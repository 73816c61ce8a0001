//! What operators use: doctor, completions, manual pages, backup, restore.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

#[path = "operations/doctor.rs"]
mod doctor;
#[path = "operations/drill.rs"]
mod drill;
#[path = "operations/ends.rs"]
mod ends;
#[path = "operations/metrics.rs"]
mod metrics;
#[path = "operations/package.rs"]
mod package;
#[path = "operations/pages.rs"]
mod pages;
#[path = "operations/secrets.rs"]
mod secrets;
#[path = "operations/vault.rs"]
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
