//! A store that was overwritten in the middle is never served as if it were whole.

use super::world;
use comity_kit::text;
use serde_json::{Value, json};
use std::os::unix::fs::FileExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

const PAGE: u64 = 4096;
/// How many pages are overwritten.
const OVERWRITTEN: u64 = 40;

/// Whether the desk of a home says that it is ready.
fn gets_ready(node: &comity_kit::Node) -> bool {
    catch_unwind(AssertUnwindSafe(|| node.serve())).is_ok_and(|running| running.ready["state"] == "ready")
}

#[test]
fn a_desk_does_not_get_ready_over_a_damaged_store() {
    let world = world();
    let node = world.node("vsis");
    let words = "What was seen at the quay, at length. ".repeat(200);
    let object = |n: u32| {
        json!({ "type": "malware", "spec_version": "2.1", "id": format!("malware--00000000-0000-4000-8000-{n:012}"),
            "created": "2026-01-05T10:00:00.000Z", "modified": "2026-01-05T10:00:00.000Z", "is_family": false,
            "name": format!("Sample {n}"), "description": format!("{n} {words}") })
    };
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000",
        "objects": (1..=300).map(object).collect::<Vec<_>>() });
    let file = world.file("objects.json");
    std::fs::write(&file, bundle.to_string()).unwrap();
    assert_eq!(node.ask(&["import", "--origin", "feed", &file.display().to_string()])["accepted"], 300);
    let holdings = node.home.join("holdings/holdings.db");
    assert!(gets_ready(&node), "whole, it does");
    let whole = std::fs::read(&holdings).unwrap();
    let pages = whole.len() as u64 / PAGE;
    for place in [pages / 4, pages / 2, pages * 3 / 4] {
        std::fs::write(&holdings, &whole).unwrap();
        let database = std::fs::OpenOptions::new().write(true).open(&holdings).unwrap();
        let over = b"comity ".repeat((PAGE * OVERWRITTEN) as usize / 7);
        database.write_all_at(&over, (place - OVERWRITTEN / 2) * PAGE).unwrap();
        drop(database);
        assert!(!gets_ready(&node), "pages around {place} of {pages}");
        let doctor = node.run(&["doctor"]);
        assert_eq!(doctor.code, Some(1), "{place}");
        let findings = doctor.json()["findings"].clone();
        let told = |finding: &Value| finding["state"] == "fail" && text(finding, "what").starts_with("holdings");
        assert!(findings.as_array().unwrap().iter().any(told), "{findings}");
    }
}
