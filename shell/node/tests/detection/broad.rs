//! Indicators that cover too much: told at import, set aside, looked for once an officer accepts them.

use super::*;
use comity_node::DetectionChoice;
use std::collections::BTreeSet;

/// The folder of cases from the field; none where this machine has no test data.
pub(super) fn field() -> Option<std::path::PathBuf> {
    let given = std::env::var_os("COMITY_TEST_DATA").map(std::path::PathBuf::from);
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let folder = folder.join("cases/field");
    if !folder.is_dir() {
        eprintln!("no cases from the field here: COMITY_TEST_DATA names no folder with them");
    }
    folder.is_dir().then_some(folder)
}

/// Imports a file as it is, and returns the answer.
pub(super) fn import_file(org: &mut Org, path: std::path::PathBuf) -> Value {
    let label = Some("TLP:AMBER".parse().unwrap());
    org.ask_as("alice", &Request::Import { path, origin: "feed".into(), label }).unwrap()
}

pub(super) fn status(org: &mut Org) -> Value {
    org.ask(&Request::DetectionStatus).unwrap()
}

pub(super) fn accept(n: u32, reason: &str) -> Request {
    let indicator = format!("indicator--00000000-0000-4000-8000-{n:012}");
    Request::DetectionChoice(DetectionChoice::Accept { indicator, reason: reason.into() })
}

fn withdraw(n: u32) -> Request {
    let indicator = format!("indicator--00000000-0000-4000-8000-{n:012}");
    Request::DetectionChoice(DetectionChoice::Withdraw { indicator })
}

fn ids(status: &Value, name: &str) -> BTreeSet<String> {
    status[name].as_array().unwrap().iter().map(|one| one["indicator"].as_str().unwrap().to_owned()).collect()
}

/// Case o1 of the cases from the field: seven indicators for nearly everything, and the lines that they flooded the list with.
#[test]
fn what_covers_everything_is_told_and_does_not_flood() {
    let Some(field) = field() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    let told = import_file(&mut org, field.join("64-overbroad-indicators.json"));
    assert_eq!((&told["over_broad"], &told["unmatchable"]), (&json!(6), &json!(0)), "{told}");
    assert_eq!(told["over_broad_indicators"].as_array().unwrap().len(), 6);
    assert!(told["over_broad_indicators"].to_string().contains("covers every IPv4 address"), "{told}");
    let text = std::fs::read_to_string(field.join("64-obs.csv")).unwrap();
    let seen = org.ask(&lines(&text)).unwrap();
    assert_eq!((&seen["refused_count"], &seen["matches"]), (&json!(0), &json!(0)), "{seen}");
    let open = reader(&org).sightings(&SightingQuery::default()).unwrap();
    assert_eq!(open.total, 0);
    let status = status(&mut org);
    assert_eq!(
        (&status["indicators"], &status["compiled"], &status["warning_listed"]),
        (&json!(7), &json!(1), &json!(1))
    );
    assert_eq!(
        status["over_broad_by_reason"],
        json!({ "everything": 1, "says-nothing": 4, "wide-range": 1 }),
        "{status}"
    );
    assert_eq!((ids(&status, "over_broad").len(), &status["over_broad_more"]), (6, &json!(0)));
    // The resolver that everybody asks is looked for, and what it matches is kept back.
    let seen = org.ask(&lines("ip,8.8.8.8,2026-02-01T10:00:00Z\n")).unwrap();
    assert_eq!((&seen["matches"], &seen["sightings"][0]["state"]), (&json!(1), &json!("warning_listed")), "{seen}");
    assert_eq!(seen["sightings"][0]["list"], "comity: public DNS resolvers");
}

#[test]
fn an_officer_accepts_one_pattern_and_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    let broad = "[ipv4-addr:value ISSUBSET '10.0.0.0/8']";
    let told_domain = domain(2);
    import(&mut org, folder.path(), &[indicator(1, broad, json!({})), told_domain]);
    let line = lines("ip,10.0.0.7,2026-02-01T10:00:00Z\n");
    assert_eq!(org.ask(&line).unwrap()["matches"], 0);
    // Only an officer, with a reason, and only what is set aside.
    assert!(org.ask(&accept(1, "our own net")).is_err());
    assert!(org.ask_as("alice", &accept(1, " ")).is_err());
    assert!(org.ask_as("alice", &accept(2, "x")).unwrap_err().message.contains("not over-broad"));
    assert_eq!(org.ask_as("alice", &accept(9, "x")).unwrap_err().code.as_deref(), Some("unknown"));
    assert!(org.ask_as("alice", &withdraw(1)).is_err());
    let accepted = org.ask_as("alice", &accept(1, "our own net")).unwrap();
    assert!(accepted["covers"].as_str().unwrap().contains("private address"), "{accepted}");
    // It is open: the program's own list of private addresses says no more than what was accepted.
    let seen = org.ask(&line).unwrap();
    assert_eq!((&seen["matches"], &seen["sightings"][0]["state"]), (&json!(1), &json!("open")), "{seen}");
    let said = status(&mut org);
    assert!(said["over_broad"].as_array().unwrap().is_empty(), "{said}");
    assert_eq!((&said["accepted"][0]["officer"], &said["accepted"][0]["counts"]), (&json!("alice"), &json!(true)));
    // A list that officers added keeps it back all the same.
    let list = json!({ "name": "Ours", "version": 1, "type": "cidr", "list": ["10.0.0.0/24"] });
    org.ask_as("alice", &Request::WarningListAdd { text: list.to_string() }).unwrap();
    let seen = org.ask(&lines("ip,10.0.0.9,2026-02-01T10:00:00Z\n")).unwrap();
    assert_eq!(
        (&seen["sightings"][0]["state"], &seen["sightings"][0]["list"]),
        (&json!("warning_listed"), &json!("Ours"))
    );
    // Another pattern is another thing to accept.
    let wider = json!({ "modified": "2026-01-02T00:00:00.000Z" });
    import(&mut org, folder.path(), &[indicator(1, "[ipv4-addr:value ISSUBSET '0.0.0.0/0']", wider)]);
    assert_eq!(org.ask(&lines("ip,10.1.0.1,2026-02-01T10:00:00Z\n")).unwrap()["matches"], 0);
    let said = status(&mut org);
    assert_eq!((ids(&said, "over_broad").len(), &said["accepted"][0]["counts"]), (1, &json!(false)), "{said}");
    // The same pattern in a newer version is accepted still.
    let back = json!({ "modified": "2026-01-03T00:00:00.000Z", "name": "renamed" });
    import(&mut org, folder.path(), &[indicator(1, broad, back)]);
    assert_eq!(org.ask(&lines("ip,10.2.0.1,2026-02-01T10:00:00Z\n")).unwrap()["matches"], 1);
    org.ask_as("alice", &withdraw(1)).unwrap();
    assert_eq!(org.ask(&lines("ip,10.3.0.1,2026-02-01T10:00:00Z\n")).unwrap()["matches"], 0);
    let said = status(&mut org);
    assert_eq!((ids(&said, "over_broad").len(), &said["accepted"]), (1, &json!([])), "{said}");
    let standing = reader(&org).indicator_standing("indicator--00000000-0000-4000-8000-000000000001").unwrap();
    assert!(standing.covers.is_some() && standing.unmatchable.is_none() && standing.accepted.is_none());
}

#[test]
fn lists_of_the_program_are_on_until_they_are_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    let name = "comity: public DNS resolvers";
    import(&mut org, folder.path(), &[indicator(1, "[ipv4-addr:value = '1.1.1.1']", json!({}))]);
    let switch = |on| Request::DetectionChoice(DetectionChoice::SwitchList { name: name.into(), on });
    let state = |org: &mut Org, day: u32| {
        let seen = org.ask(&lines(&format!("ip,1.1.1.1,2026-02-{day:02}T10:00:00Z\n"))).unwrap();
        seen["sightings"][0]["state"].as_str().unwrap().to_owned()
    };
    let of = |org: &mut Org| {
        let listed = org.ask(&Request::WarningListList).unwrap();
        let found = listed["lists"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned();
        found.unwrap()
    };
    assert_eq!(state(&mut org, 1), "warning_listed");
    let shown = of(&mut org);
    assert_eq!((&shown["built_in"], &shown["on"], &shown["added"]), (&json!(true), &json!(true), &json!(null)));
    assert!(!shown["source"].as_str().unwrap().is_empty() && !shown["licence"].as_str().unwrap().is_empty());
    let refused = org.ask_as("alice", &Request::WarningListRemove { name: name.into() }).unwrap_err();
    assert!(refused.hint.unwrap().contains("disable"));
    assert_eq!(org.ask_as("alice", &switch(false)).unwrap()["changed"], true);
    assert_eq!((&of(&mut org)["on"], &of(&mut org)["officer"]), (&json!(false), &json!("alice")));
    assert_eq!(state(&mut org, 2), "open");
    org.ask_as("alice", &switch(true)).unwrap();
    assert_eq!((&of(&mut org)["on"], &of(&mut org)["officer"]), (&json!(true), &json!(null)));
    // One that is added takes its place, and gives it back.
    let list = json!({ "name": name, "version": 2, "type": "cidr", "list": ["192.0.2.7"] });
    org.ask_as("alice", &Request::WarningListAdd { text: list.to_string() }).unwrap();
    assert_eq!((&of(&mut org)["built_in"], &of(&mut org)["version"]), (&json!(false), &json!("2")));
    assert!(org.ask_as("alice", &switch(false)).is_err());
    org.ask_as("alice", &Request::WarningListRemove { name: name.into() }).unwrap();
    assert_eq!(of(&mut org)["built_in"], true);
    let other = DetectionChoice::SwitchList { name: "none".into(), on: false };
    assert_eq!(org.ask(&Request::DetectionChoice(other)).unwrap_err().code.as_deref(), Some("unknown"));
}
