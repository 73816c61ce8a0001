//! Import: what is counted, what is kept, what a crash leaves.

use crate::common;

use comity_store::{Holdings, Import, ImportError, Mode, Outcome, Standing};
use common::*;

#[test]
fn every_kind_of_arrival_is_counted() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let feed = options("mitre", Some("TLP:GREEN"));
    let check = |holdings: &mut Holdings, objects: &[Vec<u8>], expect: [u64; 6], what: &str| {
        assert_eq!(counts(import_objects(holdings, objects, &feed)), expect, "{what}");
    };
    let (one, two) = (malware(1, 1, ""), malware(2, 1, ""));
    check(&mut holdings, &[one.clone(), two.clone()], [2, 0, 0, 0, 0, 0], "new");
    check(&mut holdings, &[one.clone(), two.clone()], [0, 0, 2, 0, 0, 0], "again");
    let spaced = String::from_utf8(one.clone()).unwrap().replace(r#","name""#, r#" , "name""#).into_bytes();
    let unordered = String::from_utf8(one.clone())
        .unwrap()
        .replace(r#"{"type":"malware","#, "{")
        .replace(r#""is_family":false"#, r#""type":"malware","is_family":false"#);
    check(&mut holdings, &[spaced, unordered.into_bytes()], [0, 0, 2, 0, 0, 0], "equal in RFC 8785 form");
    let changed = malware(1, 1, r#","description":"x""#);
    check(&mut holdings, std::slice::from_ref(&changed), [0, 0, 0, 1, 0, 0], "other content");
    check(&mut holdings, &[changed], [0, 0, 1, 0, 0, 0], "the same conflict again");
    check(&mut holdings, &[malware(1, 3, "")], [0, 1, 0, 0, 0, 0], "newer");
    check(&mut holdings, &[malware(1, 2, "")], [0, 1, 0, 0, 0, 0], "older, late");
    check(&mut holdings, &[br#"{"type":"malware"}"#.to_vec()], [0, 0, 0, 0, 0, 1], "no identifier");
    let respelt = String::from_utf8(malware(2, 1, r#","x":1"#))
        .unwrap()
        .replace("modified\":\"2020-01-01T00:00:00.000Z", "modified\":\"2020-01-01T00:00:00Z");
    check(
        &mut holdings,
        &[respelt.into_bytes()],
        [0, 0, 0, 1, 0, 0],
        "same instant in another spelling, other content",
    );
    let view = holdings.view();
    assert_eq!(view.get(&malware_id(1)).unwrap().unwrap().version_text, "2020-01-03T00:00:00.000Z");
    assert_eq!(view.get(&malware_id(2)).unwrap().unwrap().bytes, two, "the first stays current");
    let versions: Vec<_> =
        view.versions(&malware_id(1)).unwrap().into_iter().map(|v| (v.version_text, v.standing)).collect();
    let version = |day, standing| (format!("2020-01-0{day}T00:00:00.000Z"), standing);
    assert_eq!(
        versions,
        [
            version(3, Standing::Current),
            version(2, Standing::History),
            version(1, Standing::History),
            version(1, Standing::Conflict)
        ]
    );
    assert_eq!(view.conflicts(&malware_id(1)).unwrap().len(), 1);
    assert_eq!(view.with_conflicts(10).unwrap(), [malware_id(1), malware_id(2)]);
    assert_eq!(view.get(&malware_id(1)).unwrap().unwrap().label, Some(label("TLP:GREEN")));
    view.verify().unwrap();
}

#[test]
fn defects_are_kept_and_shown() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let backwards = String::from_utf8(malware(1, 1, "")).unwrap().replace("\"modified\":\"2020", "\"modified\":\"2019");
    let report = import_objects(&mut holdings, &[backwards.into_bytes(), malware(2, 1, "")], &options("feed", None));
    assert_eq!(counts(report), [2, 0, 0, 0, 1, 0]);
    let object = holdings.view().get(&malware_id(1)).unwrap().unwrap();
    assert!(!object.defects.is_empty() && object.label.is_none());
    assert!(holdings.view().get(&malware_id(2)).unwrap().unwrap().defects.is_empty());
    holdings.view().verify().unwrap();
}

#[test]
fn an_unfinished_import_is_invisible_and_gone() {
    let home = Home::new();
    let mut holdings = home.holdings();
    import_objects(&mut holdings, &[malware(1, 1, "")], &options("feed", None));
    let reader = Holdings::open(&home.path("holdings.db"), Mode::ReadOnly).unwrap();
    let before = reader.view().stats().unwrap();
    let mut import = Import::begin(&mut holdings, &options("feed", None), None, now()).unwrap();
    // More than one batch, so that some of it is committed.
    import.set_batch_objects(5_000);
    for n in 1..=5_100 {
        let refers = format!(
            r#","sample_refs":["{}"],"created_by_ref":"identity--31b940d4-6f7f-459a-80ea-000000000001""#,
            file_id(n)
        );
        let stored = import.add(&malware(n, 2, &refers)).unwrap();
        assert_eq!(stored.outcome, if n == 1 { Outcome::NewVersion } else { Outcome::Accepted });
    }
    assert!(reader.view().get(&malware_id(2)).unwrap().is_none());
    assert_eq!(reader.view().get(&malware_id(1)).unwrap().unwrap().version_text, "2020-01-01T00:00:00.000Z");
    assert_eq!(reader.view().search(&Default::default()).unwrap().hits.len(), 1);
    // As if the process had died: neither finished nor cleaned up.
    std::mem::forget(import);
    drop(holdings);
    let raw = home.raw("holdings.db");
    assert!(contains(&raw, b"sample 4999"), "a batch was committed");
    let mut holdings = home.holdings();
    assert!(holdings.view().get(&malware_id(2)).unwrap().is_none());
    assert!(!holdings.view().knows_uuid(&malware_id(2)[9..].parse().unwrap()).unwrap());
    index(&mut holdings);
    let after = holdings.view().stats().unwrap();
    assert_eq!((after.objects, after.versions, after.imports), (before.objects, before.versions, before.imports));
    holdings.view().verify().unwrap();
    // Dropped in an orderly way, it leaves as little.
    let mut import = Import::begin(&mut holdings, &options("feed", None), None, now()).unwrap();
    import.add(&malware(7, 1, "")).unwrap();
    drop(import);
    assert!(holdings.view().get(&malware_id(7)).unwrap().is_none());
    assert_eq!(counts(import_objects(&mut holdings, &[malware(7, 1, "")], &options("feed", None))), [1, 0, 0, 0, 0, 0]);
}

fn file_id(n: u32) -> String {
    format!("file--31b940d4-6f7f-459a-80ea-{n:012x}")
}

#[test]
fn malformed_files_leave_nothing() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let whole = bundle(&[malware(1, 1, ""), malware(2, 1, "")]);
    for cut in 0..whole.len() {
        match import_bytes(&mut holdings, &whole[..cut], &options("feed", None)) {
            Err(ImportError::Malformed(_)) => {}
            Err(ImportError::NotStix(kind)) if cut == 0 => assert_eq!(kind.name, "an empty file"),
            other => panic!("cut at {cut}: {other:?}"),
        }
    }
    let stats = holdings.view().stats().unwrap();
    assert_eq!((stats.objects, stats.versions, stats.imports), (0, 0, 0));
}

/// One bad object costs itself: it has a row with its place, its id and the reason, and its neighbours are held.
#[test]
fn a_bad_object_is_refused_by_its_place() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let doubled = text(malware(2, 1, "")).replace("\"is_family\":false", "\"is_family\":false,\"name\":\"a\"");
    let nameless = r#"{"type":"malware","name":"x"}"#;
    let objects = [text(malware(1, 1, "")), doubled, "[]".into(), nameless.into(), text(malware(3, 1, ""))];
    let bytes = objects.clone().map(String::into_bytes);
    for text in [text(bundle(&bytes)), format!("[{}]", objects.join(",\n"))] {
        let report = import_bytes(&mut holdings, text.as_bytes(), &options("feed", None)).unwrap();
        assert_eq!((report.accepted + report.unchanged, report.refused), (2, 3));
        let refused = holdings.view().newest_refusals(20).unwrap();
        let places: Vec<u64> = refused.iter().map(|one| one.position).collect();
        assert_eq!(places, [1, 2, 3]);
        assert_eq!(refused[0].id, Some(malware_id(2)));
        assert!(refused[0].reason.contains("duplicate key") && refused[0].reason.contains("line "), "{refused:?}");
        assert!(refused[1].reason.contains("not a JSON object"), "{refused:?}");
        let at = text.find(nameless).unwrap();
        assert!(refused[2].reason.contains(&format!("byte {at}: no id")), "{refused:?}");
    }
    holdings.view().verify().unwrap();
}

/// An indicator whose pattern cannot be read is held with a defect; patterns of other languages are not read.
#[test]
fn a_pattern_that_cannot_be_read_is_a_defect() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let indicator = |n: u32, more: &str| {
        format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--31b940d4-6f7f-459a-80ea-{n:012x}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","valid_from":"2026-01-01T00:00:00Z",{more}}}"#
        )
    };
    let objects = [
        indicator(1, r#""pattern":"quay.example","pattern_type":"stix""#),
        indicator(2, r#""pattern":"[domain-name:value = 'quay.example']","pattern_type":"stix""#),
        indicator(3, r#""pattern":"rule x {}","pattern_type":"yara""#),
        indicator(4, r#""pattern":"[a:b","spec_version_x":1"#),
    ];
    import_bytes(&mut holdings, &bundle(&objects.map(String::into_bytes)), &options("feed", None)).unwrap();
    let defective = holdings.view().newest_defective(20).unwrap();
    let with: Vec<&str> = defective
        .iter()
        .filter(|one| one.rules.iter().any(|rule| rule == "malformed-pattern"))
        .map(|one| &one.id[one.id.len() - 1..])
        .collect();
    assert_eq!(with, ["1", "4"], "{defective:?}");
    holdings.view().verify().unwrap();
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let home = Home::new();
    let mut holdings = home.holdings();
    for (what, second) in [
        ("other content", bundle(&[malware(1, 1, ""), malware(3, 1, "")])),
        ("longer", bundle(&[malware(1, 1, ""), malware(2, 1, ""), malware(3, 1, "")])),
        ("shorter", bundle(&[malware(1, 1, "")])),
        ("malformed", b"{\"type\":\"bundle\",".to_vec()),
    ] {
        let path = home.path("in.json");
        std::fs::write(&path, bundle(&[malware(1, 1, ""), malware(2, 1, "")])).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        let mut changed = false;
        let mut change = |_| {
            if !changed {
                std::fs::write(&path, &second).unwrap();
                changed = true;
            }
            true
        };
        let result = comity_store::import_file(&mut holdings, file, &options("feed", None), &mut change, now());
        assert!(matches!(result, Err(ImportError::Changed)), "{what}: {result:?}");
        let stats = holdings.view().stats().unwrap();
        assert_eq!((stats.objects, stats.versions, stats.imports), (0, 0, 0), "{what}");
    }
}

/// What is in a short file may still be too much to keep until all of it was checked: it is cut again then, with the same outcome.
#[test]
fn a_short_file_of_very_many_pieces_is_imported_as_any_other() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let text = |pieces: usize| {
        let mut text = b"[".to_vec();
        text.extend(b"[],".repeat(pieces));
        text.extend(malware(1, 1, ""));
        text.push(b']');
        text
    };
    for (pieces, accepted) in [(10, 1), (60_000, 0)] {
        let report = import_bytes(&mut holdings, &text(pieces), &options("feed", None)).unwrap();
        assert_eq!((report.accepted, report.unchanged, report.refused), (accepted, 1 - accepted, pieces as u64));
    }
    holdings.view().verify().unwrap();
}

#[test]
fn stopping_leaves_nothing_and_folders_are_no_files() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let path = home.path("in.json");
    std::fs::write(&path, bundle(&[malware(1, 1, "")])).unwrap();
    let file = std::fs::File::open(&path).unwrap();
    let mut stop = |progress: comity_store::Progress| !progress.writing;
    let result = comity_store::import_file(&mut holdings, file, &options("feed", None), &mut stop, now());
    assert!(matches!(result, Err(ImportError::Stopped)));
    let folder = std::fs::File::open(home.folder.path()).unwrap();
    let result = comity_store::import_file(&mut holdings, folder, &options("feed", None), &mut |_| true, now());
    assert!(matches!(result, Err(ImportError::NotAFile)));
    assert_eq!(holdings.view().stats().unwrap().objects, 0);
}

#[test]
fn odd_identifiers_and_versions_are_held() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let objects: Vec<Vec<u8>> = [
        r#"{"type":"x-thing","id":"x-thing--1","a":1}"#,
        r#"{"type":"x-thing","id":"no dashes at all"}"#,
        r#"{"type":"tool","id":"malware--31b940d4-6f7f-459a-80ea-0000000000ff"}"#,
        r#"{"type":"x-thing","id":"x-thing--1","modified":"yesterday"}"#,
        r#"{"type":"x-thing","id":"x-thing--1","modified":"2020-01-01T00:00:00Z"}"#,
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    let report = import_objects(&mut holdings, &objects, &options("feed", None));
    // Whether "yesterday" was before or after, nobody can tell.
    assert_eq!((report.accepted, report.new_versions, report.conflicts, report.refused), (3, 1, 1, 0));
    assert_eq!((report.undated, report.withdrawals), (1, 0));
    let view = holdings.view();
    assert_eq!(view.get("x-thing--1").unwrap().unwrap().version_text, "2020-01-01T00:00:00Z");
    assert_eq!(view.get("no dashes at all").unwrap().unwrap().bytes, objects[1]);
    assert_eq!(view.get("malware--31b940d4-6f7f-459a-80ea-0000000000ff").unwrap().unwrap().object_type, "tool");
    let long = format!(r#"{{"type":"malware","id":"malware--{}"}}"#, "a".repeat(10_000)).into_bytes();
    assert_eq!(import_objects(&mut holdings, &[long], &options("feed", None)).refused, 1);
    holdings.view().verify().unwrap();
}

#[test]
fn a_version_from_the_future_does_not_win() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let future =
        String::from_utf8(malware(1, 1, "")).unwrap().replace("modified\":\"2020", "modified\":\"2033").into_bytes();
    import_objects(&mut holdings, &[malware(1, 1, ""), future.clone()], &options("feed", None));
    assert_eq!(holdings.view().get(&malware_id(1)).unwrap().unwrap().bytes, malware(1, 1, ""));
    let alone =
        String::from_utf8(malware(2, 1, "")).unwrap().replace("modified\":\"2020", "modified\":\"2033").into_bytes();
    import_objects(&mut holdings, std::slice::from_ref(&alone), &options("feed", None));
    assert_eq!(holdings.view().get(&malware_id(2)).unwrap().unwrap().bytes, alone, "it is all there is");
}

#[test]
fn created_that_differs_is_set_aside_and_a_version_after_revocation_is_a_defect() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let feed = options("feed", None);
    import_objects(&mut holdings, &[malware(1, 1, ""), malware(2, 1, r#","revoked":true"#)], &feed);
    let other =
        String::from_utf8(malware(1, 5, "")).unwrap().replace("created\":\"2020", "created\":\"2018").into_bytes();
    let report = import_objects(&mut holdings, &[other, malware(2, 2, "")], &feed);
    assert_eq!(counts(report), [0, 2, 0, 0, 2, 0]);
    let view = holdings.view();
    assert_eq!(view.get(&malware_id(1)).unwrap().unwrap().bytes, malware(1, 1, ""));
    assert_eq!(view.conflicts(&malware_id(1)).unwrap()[0].standing, Standing::Quarantined);
    assert_eq!(view.get(&malware_id(2)).unwrap().unwrap().defects[0].rule, "version-after-revocation");
    view.verify().unwrap();
}

#[test]
fn too_many_versions_of_one_identifier_are_refused() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let mut import = Import::begin(&mut holdings, &options("feed", None), None, now()).unwrap();
    let version = |n: i64| {
        let modified = time("2020-01-01T00:00:00Z").plus_seconds(n);
        format!(r#"{{"type":"x-a","id":"x-a--1","modified":"{modified}"}}"#).into_bytes()
    };
    for n in 0..comity_store::VERSIONS_MAX {
        import.add(&version(n)).unwrap();
    }
    assert!(matches!(import.add(&version(99_999)).unwrap().outcome, Outcome::Refused(_)));
    assert_eq!(import.add(&version(5)).unwrap().outcome, Outcome::Unchanged);
    assert_eq!(import.finish().unwrap().refused, 1);
}
