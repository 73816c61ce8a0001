//! The anchor as the operator meets it: a home that lost it is served in quarantine, every verb says so, two officers go on.

use super::world;
use comity_kit::text;

#[test]
fn a_home_without_its_anchor_serves_in_quarantine_until_two_officers_end_it() {
    let world = world();
    let node = world.node("vsis");
    let anchor = node.home.join("anchor");
    let before = std::fs::read_to_string(&anchor).unwrap();
    assert!(before.starts_with("comity anchor 1\naudit "), "{before}");
    std::fs::remove_file(&anchor).unwrap();
    for verb in [&["verify"][..], &["audit", "verify"]] {
        node.run(verb).refused(1, "does not fit its anchor: the anchor is gone");
    }
    let running = node.serve();
    assert!(text(&running.ready, "quarantine").contains("the anchor is gone"), "{}", running.ready);
    // The same beside the running desk, and the first start did not put right it.
    for verb in [&["verify"][..], &["audit", "verify"]] {
        node.run(verb).refused(1, "does not fit its anchor: the anchor is gone");
    }
    let report = ["write", "report", "--title", "R", "--text", "Seen.", "--grading", "B2", "--label", "TLP:AMBER"];
    node.run_as("hal", &report).refused(1, "no officer acts here");
    let ran = node.run_with(&["doctor"], &[("COMITY_PASSPHRASE", "")]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.json()["findings"].to_string().contains("the anchor is gone"), "{}", ran.json());
    let shown = node.ask(&["restore", "show"]);
    assert_eq!(shown["quarantine"]["officers_may_end_it"], true, "{shown}");
    let (one, two) = (node.key("c1"), node.key("c2"));
    let ended = node.ask(&["restore", "release", "--key", &one, "--key", &two]);
    assert_eq!(text(&ended, "state"), "released");
    node.ask(&["verify"]);
    node.run_as("hal", &report).done();
    assert!(running.stop());
    node.ask(&["verify"]);
    assert!(std::fs::read_to_string(&anchor).unwrap().starts_with("comity anchor 1\naudit "));
}
