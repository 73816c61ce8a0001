//! What covers too much: said by `import` and `detect --status`, accepted and taken back.

use super::{indicator, line, said, world};
use comity_kit::text;
use serde_json::json;

#[test]
fn what_covers_too_much_is_said_and_an_officer_decides() {
    let world = world();
    let node = world.node("vsis");
    let broad = indicator(7, "Inside", "[ipv4-addr:value ISSUBSET '10.0.0.0/8']");
    let id = text(&broad, "id");
    let objects = [broad, indicator(8, "Broken", "[ipv4-addr:value = ]")];
    let bundle = json!({ "type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": objects });
    let file = world.write("broad.json", bundle.to_string()).display().to_string();
    let done = node.ask(&["import", &file, "--origin", "feed", "--label", "TLP:GREEN"]);
    assert_eq!((&done["over_broad"], &done["unmatchable"]), (&json!(1), &json!(1)), "{done}");
    let named = &done["files"][0]["report"]["over_broad_indicators"][0];
    assert_eq!(text(named, "indicator"), id, "{done}");
    let status = node.ask(&["detect", "--status"]);
    assert_eq!(
        (&status["compiled"], &status["over_broad"][0]["code"]),
        (&json!(0), &json!("says-nothing")),
        "{status}"
    );
    assert_eq!(status["unmatchable_by_reason"], json!({ "unreadable": 1 }));
    let seen = world.write("a.csv", line(1, "ip-dst", "10.0.0.9")).display().to_string();
    let (sightings, _) = said(&node.run(&["detect", &seen]));
    assert!(sightings.is_empty());
    // An officer's act needs a key and a reason.
    assert_eq!(node.run(&["detect", "--accept", &id]).code, Some(2));
    assert_eq!(node.run(&["detect", "--accept", &id, "--reason", "ours"]).code, Some(2));
    node.run_as("alice", &["detect", "--accept", &id, "--reason", "our own net"]).done();
    let (sightings, _) = said(&node.run(&["detect", &seen]));
    assert_eq!(sightings.len(), 1);
    let status = node.ask(&["detect", "--status"]);
    assert_eq!(text(&status["accepted"][0], "reason"), "our own net", "{status}");
    node.run_as("alice", &["detect", "--withdraw-acceptance", &id]).done();
    assert_eq!(node.ask(&["detect", "--status"])["compiled"], 0);
    let name = "comity: public DNS resolvers";
    node.run_as("alice", &["warning-list", "disable", name]).done();
    let lists = node.ask(&["warning-list", "list"]);
    let off = lists["lists"].as_array().unwrap().iter().find(|list| list["on"] == false).unwrap();
    assert_eq!((text(off, "name"), text(off, "officer")), (name.to_owned(), "alice".to_owned()));
    node.run_as("alice", &["warning-list", "enable", name]).done();
}
