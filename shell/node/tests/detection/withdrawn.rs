//! An indicator that its author withdrew is not looked for, however the withdrawal is written, and its sightings say so.

use super::*;

fn imported(org: &mut Org, folder: &Path, object: Value) -> Value {
    let path = folder.join("import.json");
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": [object] });
    std::fs::write(&path, bundle.to_string()).unwrap();
    org.ask_as("alice", &Request::Import { path, origin: "feed".into(), label: None }).unwrap()
}

fn withdrawn(modified: &str, revoked: Value) -> Value {
    let pattern = format!("[domain-name:value = '{VALUE}']");
    indicator(1, &pattern, json!({ "modified": modified, "revoked": revoked }))
}

/// Cases v1, v2 and v6 of the cases from the field, and their kinds.
#[test]
fn a_withdrawal_takes_effect_however_it_is_written() {
    let cases = [
        ("2026-01-06T10:00:00.000+00:00", json!(true), "new_versions"),
        ("2026-01-06 10:00:00", json!(true), "new_versions"),
        ("2026-01-06T10:00:00", json!(true), "new_versions"),
        ("2026-01-01T00:00:00.000Z", json!(true), "conflicts"),
        ("tomorrow", json!(true), "conflicts"),
        ("2026-01-06T10:00:00.000Z", json!("true"), "new_versions"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (at, (modified, revoked, counted)) in cases.into_iter().enumerate() {
        let folder = folder.path().join(at.to_string());
        std::fs::create_dir(&folder).unwrap();
        let mut org = one_org(&folder);
        imported(&mut org, &folder, domain(1));
        assert_eq!(org.ask(&seen(VALUE, "2026-02-01T10:00:00Z")).unwrap()["matches"], 1);
        let row = in_state(&org, SightingState::Open).pop().unwrap();
        assert!(!row.withdrawn && !row.disputed);
        let report = imported(&mut org, &folder, withdrawn(modified, revoked.clone()));
        assert_eq!((&report[counted], &report["refused"]), (&json!(1), &json!(0)), "{modified} {revoked}");
        let after = org.ask(&seen(VALUE, "2026-02-02T10:00:00Z")).unwrap();
        assert_eq!(after["matches"], 0, "{modified} {revoked}");
        let status = org.ask(&Request::DetectionStatus).unwrap();
        assert_eq!((&status["revoked"], &status["compiled"]), (&json!(1), &json!(0)), "{modified}");
        // Where it was seen, it is said that it was withdrawn, and that another version says otherwise.
        let row = in_state(&org, SightingState::Open).pop().unwrap();
        assert_eq!((row.withdrawn, row.disputed), (true, counted == "conflicts"), "{modified}");
        let shown = reader(&org).show("indicator--00000000-0000-4000-8000-000000000001").unwrap();
        assert_eq!(shown["revoked"], true, "{modified}");
        assert_eq!(shown["conflicts"].as_array().unwrap().is_empty(), counted != "conflicts", "{modified}");
        reader(&org).view().verify().unwrap();
    }
}

/// Case v5: the newest of three that can be read is the current one.
#[test]
fn the_newest_version_is_shown_however_its_time_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    for modified in ["2026-01-05T10:00:00.000Z", "2026-01-06T10:00:00.000+00:00", "2026-01-07 10:00:00"] {
        imported(
            &mut org,
            folder.path(),
            indicator(1, "[domain-name:value = 'a.example']", json!({ "modified": modified })),
        );
        let shown = reader(&org).show("indicator--00000000-0000-4000-8000-000000000001").unwrap();
        assert_eq!(shown["version"], modified);
    }
}
