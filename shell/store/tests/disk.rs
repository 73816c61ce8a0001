//! Erasing, opening, verifying: what must not be on the disk, and what must not be opened or believed.

use crate::common;

use comity_store::{Holdings, Mode, OpenError, Origin, Outcome, Received, VerifyError};
use common::*;
use std::os::unix::fs::PermissionsExt;

/// An object with a canary in every kind of place that ends in the database.
fn canary_object(canary: &str) -> Vec<u8> {
    format!(
        r#"{{"type":"x-{canary}","id":"x-thing--31b940d4-6f7f-459a-80ea-00000000cafe","created":"2020-01-02T00:00:00Z","modified":"{canary}","name":"{canary}","description":"some {canary}words and {canary} again","x_{canary}_ref":"indicator--{canary}","x_list":["{canary}one","{canary}two"],"object_refs":["malware--{canary}","{}"]}}"#,
        malware_id(1)
    )
    .into_bytes()
}

const CANARY_ID: &str = "x-thing--31b940d4-6f7f-459a-80ea-00000000cafe";
const CANARY: &str = "qzkw7f3a9c1e5b2d8";

fn lower(bytes: &[u8]) -> Vec<u8> {
    bytes.to_ascii_lowercase()
}

#[test]
fn nothing_of_what_was_erased_is_on_the_disk() {
    // Alone, among many, and with its words merged into larger segments of the index.
    for around in [0u32, 30, 3000] {
        let home = Home::new();
        let mut holdings = home.holdings();
        let neighbours = |from: u32, to: u32| {
            (from..to)
                .map(|n| malware(n, 1, &format!(r#","description":"qzkw word{n} some words again""#)))
                .collect::<Vec<_>>()
        };
        let feed = options("feed", None);
        import_objects(&mut holdings, &neighbours(1, 2 + around), &feed);
        while holdings.index_pending(50).unwrap() > 0 {}
        import_objects(&mut holdings, &[canary_object(CANARY)], &options("feed", Some("TLP:RED")));
        index(&mut holdings);
        import_objects(&mut holdings, &neighbours(10_000, 10_001 + around), &feed);
        while holdings.index_pending(50).unwrap() > 0 {}
        assert!(contains(&lower(&home.raw("holdings.db")), CANARY.as_bytes()), "the canary is visible at first");
        let tx = holdings.transaction().unwrap();
        tx.mark(CANARY_ID, &label("TLP:RED"), &officer("alice"), now()).unwrap();
        assert_eq!(tx.erase_object(CANARY_ID, "recall-1", now()).unwrap().versions, 1);
        tx.commit().unwrap();
        assert!(holdings.truncate_wal().unwrap());
        let raw = lower(&home.raw("holdings.db"));
        // Words in the index are stored without the beginning they share with the word before.
        for part in [CANARY, &CANARY[..10], &CANARY[4..], &CANARY[6..12], &CANARY[9..]] {
            assert!(!contains(&raw, part.as_bytes()), "{around}: {part}");
        }
        let view = holdings.view();
        assert!(view.get(CANARY_ID).unwrap().is_none() && view.versions(CANARY_ID).unwrap().is_empty());
        let tombstone = view.tombstone(CANARY_ID).unwrap().unwrap();
        assert_eq!((tombstone.recall.as_str(), tombstone.digests.len()), ("recall-1", 1));
        view.verify().unwrap();
        let report = import_objects(&mut holdings, &[canary_object(CANARY)], &feed);
        assert_eq!(counts(report), [0, 0, 0, 0, 0, 1], "what was recalled is refused");
        assert!(!contains(&lower(&home.raw("holdings.db")), CANARY.as_bytes()));
        // Row numbers at the end are given out again: what comes then is still taken into full text.
        import_objects(&mut holdings, &[malware(77_777, 1, r#","description":"afterwards""#)], &feed);
        index(&mut holdings);
        let query = comity_store::SearchQuery { text: Some("afterwards".into()), ..Default::default() };
        assert_eq!(holdings.view().search(&query).unwrap().hits.len(), 1);
        holdings.view().verify().unwrap();
    }
}

#[test]
fn erasing_before_full_text_caught_up_and_before_arrival() {
    let home = Home::new();
    let mut holdings = home.holdings();
    import_objects(&mut holdings, &[canary_object(CANARY), malware(1, 1, "")], &options("feed", None));
    let tx = holdings.transaction().unwrap();
    tx.erase_object(CANARY_ID, "recall-1", now()).unwrap();
    assert_eq!(tx.erase_object(&malware_id(2), "recall-2", now()).unwrap().versions, 0);
    tx.commit().unwrap();
    holdings.truncate_wal().unwrap();
    assert!(!contains(&lower(&home.raw("holdings.db")), CANARY.as_bytes()));
    index(&mut holdings);
    assert_eq!(import_objects(&mut holdings, &[malware(2, 1, "")], &options("feed", None)).refused, 1);
    let stats = holdings.view().stats().unwrap();
    assert_eq!((stats.objects, stats.tombstones), (1, 2));
    holdings.view().verify().unwrap();
}

#[test]
fn a_recall_takes_only_what_came_from_its_sender() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let kps = Received {
        partner: "kps".parse().unwrap(),
        release: "r-1".into(),
        seq: 1,
        label: Some(label("TLP:AMBER")),
        terms: Some("terms qzkw7f3a9c".into()),
    };
    let link: Origin = "link:kps".parse().unwrap();
    import_objects(&mut holdings, &[malware(1, 1, "")], &options("feed", Some("TLP:CLEAR")));
    let tx = holdings.transaction().unwrap();
    // 1: held from a feed and received; 2: received and later read in from a file, which may be a copy of it; 3: received only; 1 in a newer version: foreign.
    tx.put_received(
        &kps,
        &bundle(&[malware(1, 1, ""), malware(2, 1, ""), malware(3, 1, ""), malware(1, 4, "")]),
        &mut |_| false,
        now(),
    )
    .unwrap();
    tx.commit().unwrap();
    import_objects(&mut holdings, &[malware(2, 1, "")], &options("feed", Some("TLP:CLEAR")));
    index(&mut holdings);
    let tx = holdings.transaction().unwrap();
    let erase = |n| {
        let erased = tx.erase_received(&link, &malware_id(n), "recall-1", now()).unwrap();
        (erased.versions, erased.kept)
    };
    assert_eq!((erase(1), erase(2), erase(3)), ((1, 1), (1, 0), (1, 0)));
    tx.commit().unwrap();
    holdings.truncate_wal().unwrap();
    let view = holdings.view();
    assert_eq!(view.get(&malware_id(1)).unwrap().unwrap().bytes, malware(1, 1, ""));
    assert!(view.get(&malware_id(2)).unwrap().is_none(), "a file read in later does not outlive the recall");
    assert!(view.get(&malware_id(3)).unwrap().is_none());
    assert!(view.tombstone(&malware_id(3)).unwrap().is_some() && view.tombstone(&malware_id(1)).unwrap().is_none());
    assert_eq!(view.received_ways(&malware_id(1)).unwrap().len(), 1);
    assert!(!contains(&home.raw("holdings.db"), b"qzkw7f3a9c"), "the terms go with the last object");
    view.verify().unwrap();
    let tx = holdings.transaction().unwrap();
    let stored = tx.put_received(&kps, &bundle(&[malware(3, 1, "")]), &mut |_| false, now()).unwrap();
    assert_eq!(stored[0].outcome, Outcome::Refused("recalled".into()));
}

#[test]
fn unsafe_files_are_not_opened() {
    let home = Home::new();
    let path = home.path("holdings.db");
    drop(home.holdings());
    let open = |mode| Holdings::open(&path, mode);
    let mode_of = |file: &std::path::Path| std::fs::metadata(file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode_of(&path), 0o600);
    let set =
        |file: &std::path::Path, mode| std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
    for (file_mode, folder_mode, good) in [
        (0o600, 0o700, true),
        (0o640, 0o700, false),
        (0o604, 0o700, false),
        (0o700, 0o700, false),
        (0o600, 0o750, false),
        (0o600, 0o707, false),
        (0o400, 0o700, true),
    ] {
        set(&path, file_mode);
        set(home.folder.path(), folder_mode);
        let opened = open(Mode::ReadOnly);
        assert_eq!(opened.is_ok(), good, "{file_mode:o} {folder_mode:o}");
        if let Err(error) = opened {
            assert!(matches!(error, OpenError::Unsafe { .. }), "{error}");
        }
        set(home.folder.path(), 0o700);
    }
    set(&path, 0o600);
    {
        let _open = home.holdings();
        set(&home.path("holdings.db-wal"), 0o644);
        assert!(matches!(open(Mode::ReadWrite), Err(OpenError::Unsafe { .. })), "a wider log beside it");
        set(&home.path("holdings.db-wal"), 0o600);
    }
    let elsewhere = Home::new();
    std::os::unix::fs::symlink(&path, elsewhere.path("holdings.db")).unwrap();
    for mode in [Mode::ReadWrite, Mode::ReadOnly] {
        assert!(matches!(Holdings::open(&elsewhere.path("holdings.db"), mode), Err(OpenError::Unsafe { .. })));
    }
    std::fs::create_dir(elsewhere.path("folder.db")).unwrap();
    set(&elsewhere.path("folder.db"), 0o700);
    assert!(matches!(Holdings::open(&elsewhere.path("folder.db"), Mode::ReadWrite), Err(OpenError::Unsafe { .. })));
    for mode in [Mode::ReadWrite, Mode::ReadOnly] {
        let absent = Holdings::open(&elsewhere.path("absent.db"), mode);
        assert!(matches!(absent, Err(OpenError::Absent { .. })));
        assert!(!elsewhere.path("absent.db").exists(), "only init and restore make a store");
    }
}

/// Opens the file as plain SQL, as somebody with a tool would.
fn tamper(home: &Home, sql: &str) {
    let conn = rusqlite::Connection::open(home.path("holdings.db")).unwrap();
    conn.execute_batch(sql).unwrap();
}

#[test]
fn a_newer_or_foreign_database_is_refused() {
    let home = Home::new();
    drop(home.holdings());
    tamper(&home, "UPDATE schema_section SET version = version + 1 WHERE name = 'objects'");
    assert!(matches!(Holdings::open(&home.path("holdings.db"), Mode::ReadWrite), Err(OpenError::Newer { .. })));
    tamper(&home, "UPDATE schema_section SET version = version - 1 WHERE name = 'objects'");
    tamper(&home, "INSERT INTO schema_section VALUES ('later', 1)");
    assert!(matches!(Holdings::open(&home.path("holdings.db"), Mode::ReadOnly), Err(OpenError::Newer { .. })));
}

#[test]
fn a_store_is_made_once_and_never_in_place_of_one_that_is_gone() {
    let home = Home::new();
    let path = home.path("holdings.db");
    drop(home.holdings());
    assert!(matches!(Holdings::open(&path, Mode::Create), Err(OpenError::Exists { .. })));
    let of = |home: &Home, bytes: &[u8]| {
        std::fs::write(home.path("holdings.db"), bytes).unwrap();
        std::fs::set_permissions(home.path("holdings.db"), std::fs::Permissions::from_mode(0o600)).unwrap();
    };
    let vault = Home::new();
    let nonces = Box::new(|| [1; 24]);
    drop(comity_store::Vault::create(&vault.path("holdings.db"), &[7; 32], nonces).unwrap());
    for mode in [Mode::ReadWrite, Mode::ReadOnly] {
        let empty = Home::new();
        of(&empty, b"");
        let found = Holdings::open(&empty.path("holdings.db"), mode);
        assert!(matches!(found, Err(OpenError::Emptied { .. })));
        assert_eq!(std::fs::metadata(empty.path("holdings.db")).unwrap().len(), 0, "it is left as it was found");
        of(&empty, &[7u8; 5000]);
        assert!(matches!(Holdings::open(&empty.path("holdings.db"), mode), Err(OpenError::Foreign { .. })));
        let other = Holdings::open(&vault.path("holdings.db"), mode);
        assert!(matches!(other, Err(OpenError::Foreign { .. } | OpenError::Newer { .. })));
        let bare = Home::new();
        tamper(&bare, "CREATE TABLE anything (x)");
        std::fs::set_permissions(bare.path("holdings.db"), std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(Holdings::open(&bare.path("holdings.db"), mode), Err(OpenError::Foreign { .. })));
    }
    tamper(&home, "DROP TABLE warning_list");
    for mode in [Mode::ReadWrite, Mode::ReadOnly] {
        let found = Holdings::open(&path, mode).err().unwrap();
        assert!(matches!(&found, OpenError::Incomplete { table, .. } if table == "warning_list"), "{found}");
    }
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..8192]).unwrap();
    assert!(matches!(Holdings::open(&path, Mode::ReadWrite), Err(OpenError::Database { .. })), "cut off");
}

#[test]
fn verify_names_what_was_tampered_with() {
    for (what, sql) in [
        (
            "a byte of an object",
            "UPDATE version SET bytes = CAST(replace(CAST(bytes AS TEXT), 'sample 2', 'sample 3') AS BLOB)",
        ),
        (
            "bytes and digest alike",
            "UPDATE version SET bytes = x'7b7d', digest = x'44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' WHERE vid = 2",
        ),
        ("a label widened", "UPDATE version SET lid = NULL WHERE vid = 3"),
        ("a version key", "UPDATE version SET version = x'00' WHERE vid = 2"),
        ("a type", "UPDATE version SET tid = tid + 1 WHERE vid = 2"),
        ("a flag", "UPDATE version SET flags = flags | 16 WHERE vid = 2"),
        ("a reference dropped", "DELETE FROM reference"),
        ("a reference added", "INSERT INTO reference VALUES (1, 77)"),
        ("current elsewhere", "UPDATE object SET current = 1 WHERE oid = 2"),
        ("a version gone", "DELETE FROM version WHERE vid = 2"),
        ("a defect invented", "INSERT INTO defect VALUES (2, 0, 'r', '', 'm')"),
        (
            "a word added",
            "INSERT INTO version_text (version_text, rowid, body) VALUES ('delete', 2, 'sample'); INSERT INTO version_text (rowid, body) VALUES (2, 'other')",
        ),
        ("words gone", "DELETE FROM version_text_docsize WHERE id = 2"),
        ("an erased mark", "UPDATE object SET state = 2 WHERE oid = 2"),
    ] {
        let home = Home::new();
        let mut holdings = home.holdings();
        let refers = format!(
            r#","object_marking_refs":["{}"],"created_by_ref":"identity--31b940d4-6f7f-459a-80ea-000000000001""#,
            comity_vocab::Tlp::Red.marking_id()
        );
        import_objects(
            &mut holdings,
            &[malware(1, 1, ""), malware(2, 1, ""), malware(3, 1, &refers)],
            &options("feed", None),
        );
        index(&mut holdings);
        holdings.view().verify().unwrap();
        drop(holdings);
        tamper(&home, sql);
        let reader = Holdings::open(&home.path("holdings.db"), Mode::ReadOnly).unwrap();
        let found = reader.view().verify();
        assert!(matches!(found, Err(VerifyError::Bad(_))), "{what}: {found:?}");
        println!("{what}: {}", found.unwrap_err());
    }
}
