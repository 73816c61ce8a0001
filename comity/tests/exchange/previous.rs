//! This version beside the one before, as two real programs: `COMITY_PREVIOUS` names the other one. `cargo xtask soak` builds it; what
//! the version before said on the wire is recorded in `shell/node/tests/previous.rs`, which runs always.

use super::{sent, world};
use comity_kit::{Node, text, wait_until};
use serde_json::Value;
use std::path::PathBuf;

/// The other program; none outside of the long run.
fn previous() -> Option<PathBuf> {
    std::env::var_os("COMITY_PREVIOUS").map(PathBuf::from)
}

fn board(node: &Node) -> String {
    text(&node.ask(&["recall", "board"])["recalls"][0]["recipients"][0], "state")
}

/// Releases and recalls pass both ways; the new one announces what the old one parks, and sends it no document.
#[test]
fn the_version_before_stays_linked() {
    let Some(program) = previous() else { return };
    let (new, old) = (world(), comity_kit::World::new(&program.display().to_string()));
    let (new, old) = (new.node("vsis"), old.node("kps"));
    new.add(&old, None);
    old.add(&new, None);
    let nodes = (new.serve(), old.serve());
    let there = sent(&new, "kps", "The vessel Lindwurm arrives.");
    let back = sent(&old, "vsis", "The vessel Nixe arrives.");
    wait_until("it arrives at the old one", || old.found("Lindwurm") == 1);
    wait_until("it arrives at the new one", || new.found("Nixe") == 1);
    let parked = |node: &Node, side: &str| {
        node.ask(&["link", "show", if node.code == "vsis" { "kps" } else { "vsis" }])[side]["parked"].clone()
    };
    wait_until("the old one parks what it does not know, and says so", || {
        let (at_old, told) = (parked(&old, "in"), parked(&new, "out"));
        at_old[0]["reason"] == "unknown-kind" && told[0]["reason"] == "unknown-kind"
    });
    assert_eq!(new.ask(&["partner", "features", "kps"])["theirs"], Value::Null);
    let draft =
        ["document", "draft", "--form", "hello/1", "--to", "kps", "--label", "TLP:AMBER", "--text", "Good morning."];
    assert_eq!(new.run_as("alice", &draft).code, Some(1));
    for (node, release) in [(&new, &there), (&old, &back)] {
        node.recall(release);
        wait_until("the recall is confirmed", || board(node) == "confirmed");
    }
    assert_eq!((old.found("Lindwurm"), new.found("Nixe")), (0, 0));
    for node in [&new, &old] {
        node.ask(&["verify"]);
    }
    drop(nodes);
}
