//! What becomes of a match: set aside, judged, shown, printed as STIX.

use super::{import, indicator, line, listed, said, watching, world};
use comity_kit::text;
use serde_json::{Value, json};

#[test]
fn warning_lists_set_aside_and_give_back() {
    let world = world();
    let node = watching(&world, "vsis");
    let list = json!({
        "name": "Known resolvers", "version": 3, "description": "x", "type": "cidr", "matching_attributes": ["ip-dst", "ip-src"],
        "list": ["203.0.113.0/24"],
    });
    let list = world.write("list.json", list.to_string()).display().to_string();
    let added = node.run_as("alice", &["warning-list", "add", &list]).done();
    assert_eq!(
        (text(&added["added"][0], "name"), added["added"][0]["entries"].as_u64()),
        ("Known resolvers".into(), Some(1))
    );
    let lists = node.ask(&["warning-list", "list"]);
    assert_eq!(
        (text(&lists["lists"][0], "kind"), text(&lists["lists"][0], "officer")),
        ("cidr".into(), "alice".into())
    );
    let file = world.write("a.csv", line(1, "ip-dst", "203.0.113.9") + &line(1, "domain", "cdn.example"));
    let (_, summary) = said(&node.run(&["detect", &file.display().to_string()]));
    assert_eq!((summary["new"].as_u64(), summary["set_aside"].as_u64()), (Some(2), Some(1)));
    assert_eq!(listed(&node, &[]).len(), 1);
    assert_eq!(listed(&node, &["--all"]).len(), 2);
    let aside = listed(&node, &["--state", "warning_listed,decayed"]);
    assert_eq!((aside.len(), text(&aside[0], "list")), (1, "Known resolvers".into()));
    assert_eq!(node.ask(&["detect", "--status"])["warning_listed"], 1);
    node.run_as("alice", &["warning-list", "remove", "Known resolvers"]).done();
    let left = node.ask(&["warning-list", "list"]);
    assert!(left["lists"].as_array().unwrap().iter().all(|list| list["built_in"] == true), "{left}");
    let file = world.write("b.csv", line(2, "ip-dst", "203.0.113.9"));
    said(&node.run(&["detect", &file.display().to_string()]));
    // Seen again without the list, it is open.
    assert_eq!(listed(&node, &["--value", "203.0.113.9"])[0]["count"], 2);
}

#[test]
fn judging_listing_and_stix() {
    let world = world();
    let node = watching(&world, "vsis");
    import(
        &world,
        &node,
        &[indicator(
            4,
            "Pair",
            "[ipv4-addr:value = '203.0.113.20'] FOLLOWEDBY [domain-name:value = 'late.example'] WITHIN 600 SECONDS",
        )],
    );
    let lines = [
        line(1, "ip-dst", "203.0.113.9"),
        line(61, "ip-dst", "203.0.113.9"),
        line(2, "domain", "cdn.example"),
        line(3, "ip-dst", "203.0.113.20"),
        line(5, "domain", "late.example"),
    ];
    let file = world.write("a.csv", lines.concat()).display().to_string();
    let (sightings, _) = said(&node.run(&["detect", &file]));
    let of = |name: &str| -> Value { sightings.iter().find(|one| one["name"] == name).unwrap().clone() };
    let beacon = text(&of("Beacon"), "sighting");
    // Two observations that are one match are both kept.
    let pair = node.ask(&["sighting", "show", &text(&of("Pair"), "sighting")]);
    let lines: Vec<u64> =
        pair["evidence"].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()).collect();
    assert_eq!((pair["count"].as_u64(), lines), (Some(1), vec![4, 5]), "{pair}");

    let shown = node.ask(&["sighting", "show", &beacon[..20]]);
    assert_eq!((shown["count"].as_u64(), text(&shown, "judgement")), (Some(2), "unreviewed".into()));
    assert_eq!(shown["values"], json!([{ "path": "ipv4-addr:value", "value": "203.0.113.9" }]));
    node.run_as("bob", &["sighting", "judge", &beacon, "--true-positive"]).refused(1, "");
    let judged =
        node.run_as("alice", &["sighting", "judge", &beacon, "--true-positive", "--comment", "two hosts call it"]);
    assert_eq!(text(&judged.done(), "judged_by"), "alice");
    let shown = node.ask(&["sighting", "show", &beacon]);
    assert_eq!(
        (text(&shown, "judgement"), text(&shown, "comment")),
        ("true_positive".into(), "two hosts call it".into())
    );
    for (flags, count) in [
        (vec!["--judged", "true_positive"], 1),
        (vec!["--judged", "unreviewed"], 2),
        (vec!["--origin", "feed"], 3),
        (vec!["--origin", "own"], 0),
        (vec!["--value", "203.0.113.9"], 1),
        (vec!["--value", "203.0.113"], 0),
        (vec!["--since", "2026-03-17"], 0),
        (vec!["--until", "2026-03-16"], 0),
        (vec!["--since", "2026-03-16T01:00:00Z"], 1),
        (vec!["--indicator", "indicator--5d0092c5-5f74-4287-9642-33f4c354e502"], 1),
    ] {
        assert_eq!(listed(&node, &flags).len(), count, "{flags:?}");
    }
    let page = node.ask(&["sighting", "list", "--limit", "2"]);
    let next = text(&page, "next");
    assert_eq!((page["total"].as_u64(), listed(&node, &["--after", &next]).len()), (Some(3), 1));

    let bundle = node.run(&["sighting", "stix", &beacon]);
    let path = world.write("sighting.json", &bundle.out).display().to_string();
    let bundle = bundle.done();
    let types: Vec<&str> =
        bundle["objects"].as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    for wanted in ["indicator", "sighting", "observed-data", "ipv4-addr"] {
        assert!(types.contains(&wanted), "{types:?}");
    }
    let checked = node.run(&["validate", &path]);
    assert_eq!(checked.code, Some(0), "{}{}", String::from_utf8_lossy(&checked.out), checked.err);
    node.run_as("alice", &["sighting", "judge", &beacon, "--unreviewed"]).done();
    node.run_as("alice", &["sighting", "return", &beacon, "--to", "kps"]).refused(1, "did not come from kps");
}
