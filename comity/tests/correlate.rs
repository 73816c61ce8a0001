//! `comity correlate`, run as a program: beside a desk and without one.

use comity_kit::{Node, World};
use serde_json::{Value, json};

fn indicator(digit: u32, author: u32, value: &str) -> Value {
    json!({
        "type": "indicator", "spec_version": "2.1", "id": format!("indicator--5d0092c5-5f74-4287-9642-33f4c354e5{digit:02}"),
        "created_by_ref": format!("identity--5d0092c5-5f74-4287-9642-33f4c354e6{author:02}"),
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "name": format!("sign {digit}"),
        "indicator_types": ["malicious-activity"], "pattern": format!("[domain-name:value = '{value}']"), "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
    })
}

fn import(world: &World, node: &Node, origin: &str, objects: &[Value]) {
    let bundle = json!({ "type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": objects });
    let file = world.write("objects.json", bundle.to_string()).display().to_string();
    let done = node.ask(&["import", &file, "--origin", origin, "--label", "TLP:GREEN"]);
    assert_eq!(done["refused"], 0, "{done}");
}

fn values(node: &Node, flags: &[&str]) -> Vec<Value> {
    let ran = node.run(&[&["correlate"], flags].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    String::from_utf8(ran.out.clone()).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn values_that_two_feeds_hold() {
    let world = World::new(env!("CARGO_BIN_EXE_comity"));
    let node = world.node("vsis");
    import(
        &world,
        &node,
        "one",
        &[indicator(1, 1, "lantern.example"), indicator(2, 1, "alone.example"), indicator(3, 1, "localhost")],
    );
    assert!(values(&node, &[]).is_empty());
    import(&world, &node, "two", &[indicator(4, 2, "LANTERN.example"), indicator(5, 2, "localhost")]);
    let found = values(&node, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["kind"], &found[0]["value"]), (&json!("domain-name"), &json!("lantern.example")));
    assert_eq!((&found[0]["origins"], &found[0]["count"]), (&json!(["one", "two"]), &json!(2)));
    assert_eq!(found[0]["independent"], "yes", "{found:?}");
    for (flags, count) in [
        (vec!["--value", "Lantern.Example."], 1),
        (vec!["--value", "alone.example"], 0),
        (vec!["--object", "indicator--5d0092c5-5f74-4287-9642-33f4c354e501"], 1),
        (vec!["--origin", "one", "--origin", "two"], 1),
        (vec!["--origin", "own"], 0),
        (vec!["--kind", "domain-name"], 1),
        (vec!["--kind", "md5"], 0),
        (vec!["--since", "2000-01-01"], 1),
    ] {
        assert_eq!(values(&node, &flags).len(), count, "{flags:?}");
    }
    node.run(&["correlate", "--kind", "no-kind"]).refused(2, "no such kind");
    node.run(&["correlate", "--cap", "1"]).refused(2, "cap");
    node.run(&["correlate", "--object", "indicator--00000000-5f74-4287-9642-33f4c354e501"]).refused(1, "");

    let added =
        node.run_as("alice", &["correlate", "stop", "add", "lantern.example", "--reason", "a name of ours"]).done();
    assert_eq!((&added["added"], &added["kind"]), (&json!(true), &json!("domain-name")));
    assert!(values(&node, &[]).is_empty());
    let listed = node.ask(&["correlate", "stop", "list"]);
    assert_eq!(
        (&listed["values"][0]["value"], &listed["values"][0]["officer"]),
        (&json!("lantern.example"), &json!("alice"))
    );
    // The audit log says that a value was put on the list, not which.
    let audit = node.ask(&["audit", "show"]).to_string();
    assert!(audit.contains("stop_value.add") && !audit.contains("lantern"), "{audit}");
    node.run_as("alice", &["correlate", "stop", "remove", "lantern.example"]).done();
    node.run_as("alice", &["correlate", "stop", "remove", "lantern.example"]).refused(1, "not on the list");
    assert_eq!(values(&node, &[]).len(), 1);
    node.ask(&["verify"]);
}
