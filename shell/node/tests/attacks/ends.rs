//! Somebody takes away the end of a chain, or the anchor that says where it was: every way of looking at the home says so, nobody
//! acts as an officer, and what a crash leaves is told from it.

use crate::common::{Org, change_officer, fresh, now, orgs};
use comity_ledger::{Anchor, AuditEntry, GENESIS};
use comity_node::{Call, Failure, FindingState, Home, Node, OfficerChange, Request, Surroundings, examine};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

fn database(home: &Path) -> Connection {
    Connection::open(home.join("holdings/holdings.db")).unwrap()
}

fn sql(home: &Path, statement: &str) {
    database(home).execute_batch(statement).unwrap();
}

fn anchor(home: &Path) -> PathBuf {
    home.join("anchor")
}

/// One entry of the audit chain.
fn act(org: &mut Org) -> Result<Value, Failure> {
    org.ask(&Request::IdentitySaved)
}

fn said(home: &Path) -> Anchor {
    Anchor::parse(&std::fs::read(anchor(home)).unwrap()).unwrap()
}

fn audited(home: &Path, word: &str) -> usize {
    let database = database(home);
    let mut query = database.prepare("SELECT bytes FROM audit ORDER BY seq").unwrap();
    let rows = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    rows.filter(|bytes| AuditEntry::parse(bytes.as_ref().unwrap()).unwrap().act == word).count()
}

/// What the doctor says of the anchor.
fn doctor(home: &Path) -> FindingState {
    let around = Surroundings { now: now(), landlock: None, desk: None };
    let findings = examine(home, &around, comity_node::VaultWord::Unknown).unwrap();
    findings.into_iter().find(|finding| finding.area == "anchor").unwrap().state
}

/// A home of one organisation, with an officer who was disabled as the last thing.
fn with_a_disabled_officer(folder: &Path) -> PathBuf {
    let home = fresh(folder, "vsis");
    let mut org = Org::open(&home, "vsis");
    act(&mut org).unwrap();
    change_officer(&mut org, "bob", OfficerChange::Disable).unwrap();
    assert!(org.ask_as("bob", &Request::QuarantineShow).unwrap_err().message.contains("disabled"));
    org.ask(&Request::Verify).unwrap();
    assert_eq!(doctor(&home), FindingState::Ok);
    home
}

/// Every way of looking at the home says that it does not fit, and nobody acts as an officer.
fn noticed(home: &Path, what: &str, words: &str) {
    assert_eq!(doctor(home), FindingState::Fail, "{what}");
    // Looking does not put right it: the second start finds it as well.
    for _ in 0..2 {
        let mut org = Org::open(home, "vsis");
        assert_eq!(org.ask(&Request::Health).unwrap()["state"], "quarantine", "{what}");
        for request in [Request::Verify, Request::AuditVerify] {
            let failure = org.ask(&request).unwrap_err();
            assert!(failure.message.contains("does not fit its anchor"), "{what}: {failure}");
        }
        for officer in ["bob", "alice", "c1"] {
            let failure = org.ask_as(officer, &Request::LinkList).unwrap_err();
            let shut = failure.message.contains("no officer acts here") || failure.message.contains("is disabled");
            assert!(shut, "{what}: {failure}");
            let report = Request::WriteReport {
                title: "R".into(),
                body: "B".into(),
                grading: "B2".parse().unwrap(),
                source: None,
                label: None,
            };
            org.ask_as(officer, &report).unwrap_err();
        }
        let shown = org.ask(&Request::QuarantineShow).unwrap();
        let fault = shown["quarantine"]["anchor"]["fault"].as_str().unwrap();
        assert!(fault.contains(words), "{what}: {fault}");
        org.ask(&Request::SignInBegin).unwrap_err();
        assert!(org.node.take_effects().is_empty());
    }
}

/// What two officers say to it.
fn ended(home: &Path) -> Result<Value, Failure> {
    let mut org = Org::open(home, "vsis");
    let shown = org.ask(&Request::QuarantineShow).unwrap();
    let digest = serde_json::from_value(shown["digest"].clone()).unwrap();
    let agree = Request::QuarantineRelease { digest, without: vec![] };
    assert_eq!(org.ask_as("c1", &agree)?["state"], "quarantine");
    let failure = org.ask_as("c1", &agree).unwrap_err();
    assert!(failure.message.contains("agreed already"), "{failure}");
    org.ask_as("c2", &agree)
}

#[test]
fn the_last_entries_of_the_audit_chain_are_missed() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fresh(folder.path(), "vsis");
    let mut org = Org::open(&whole, "vsis");
    for _ in 0..101 {
        act(&mut org).unwrap();
    }
    org.ask(&Request::Verify).unwrap();
    drop(org);
    let before = said(&whole).text();
    for (what, cut, words) in [
        ("one", "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)".to_owned(), "audit:"),
        ("a hundred", "DELETE FROM audit WHERE seq > (SELECT max(seq) FROM audit) - 100".to_owned(), "audit:"),
        // With what the database itself keeps of the anchor.
        (
            "a hundred and the step",
            format!(
                "DELETE FROM audit WHERE seq > (SELECT max(seq) FROM audit) - 100; UPDATE anchor_step SET before = '{before}'"
            ),
            "audit:",
        ),
        ("all", "DELETE FROM audit".to_owned(), "audit:"),
    ] {
        let home = folder.path().join(what.replace(' ', "-"));
        crate::common::copy_home(&whole, &home);
        sql(&home, &cut);
        noticed(&home, what, words);
        // What was cut off may have been anything: officers do not go on, a backup is restored.
        let mut org = Org::open(&home, "vsis");
        let digest = serde_json::from_value(org.ask(&Request::QuarantineShow).unwrap()["digest"].clone()).unwrap();
        let failure = org.ask_as("c1", &Request::QuarantineRelease { digest, without: vec![] }).unwrap_err();
        assert!(failure.hint.unwrap().contains("restore the newest backup"));
    }
}

#[test]
fn an_officer_who_was_disabled_does_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let whole = with_a_disabled_officer(folder.path());
    let last_act = "DELETE FROM registry_act WHERE seq = (SELECT max(seq) FROM registry_act);";
    let its_entry = "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit);";
    for (what, cut, anchor_too, words) in [
        ("the act", last_act.to_owned(), false, "registry:"),
        ("the act and its entry", format!("{last_act}{its_entry}"), false, "registry:"),
        ("the act and the anchor", last_act.to_owned(), true, "the anchor is gone"),
        ("the act, its entry and the anchor", format!("{last_act}{its_entry}"), true, "the anchor is gone"),
        ("the act, the anchor and the step", format!("{last_act}DELETE FROM anchor_step"), true, "the anchor is gone"),
    ] {
        let home = folder.path().join(what.replace([' ', ','], "-"));
        crate::common::copy_home(&whole, &home);
        sql(&home, &cut);
        if anchor_too {
            std::fs::remove_file(anchor(&home)).unwrap();
        }
        noticed(&home, what, words);
        if !cut.contains(its_entry) {
            let failure = ended(&home).unwrap_err();
            let said = failure.message.contains("audit chain speaks of") || failure.message.contains("registry:");
            assert!(said, "{what}: {failure}");
        }
    }
}

#[test]
fn a_home_that_lost_its_anchor_goes_on_when_two_officers_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let whole = with_a_disabled_officer(folder.path());
    let older = std::fs::read(anchor(&whole)).unwrap();
    let mut org = Org::open(&whole, "vsis");
    (0..3).for_each(|_| drop(act(&mut org).unwrap()));
    drop(org);
    for (what, file, words) in [
        ("gone", None, "the anchor is gone"),
        ("empty", Some(Vec::new()), "cannot be read"),
        ("cut off", Some(older[..older.len() - 3].to_vec()), "cannot be read"),
        ("an older one", Some(older.clone()), "more than one step behind"),
    ] {
        let home = folder.path().join(what.replace(' ', "-"));
        crate::common::copy_home(&whole, &home);
        match file {
            None => std::fs::remove_file(anchor(&home)).unwrap(),
            Some(bytes) => std::fs::write(anchor(&home), bytes).unwrap(),
        }
        noticed(&home, what, words);
        assert_eq!(ended(&home).unwrap()["state"], "released", "{what}");
        assert_eq!(doctor(&home), FindingState::Ok, "{what}");
        let mut org = Org::open(&home, "vsis");
        assert_eq!(org.ask(&Request::Health).unwrap()["state"], "ok", "{what}");
        org.ask_as("alice", &Request::LinkList).unwrap();
        assert!(org.ask_as("bob", &Request::LinkList).unwrap_err().message.contains("is disabled"));
        org.ask(&Request::Verify).unwrap();
        assert_eq!((audited(&home, "quarantine.begin"), audited(&home, "quarantine.release")), (1, 1), "{what}");
    }
}

#[test]
fn what_a_crash_leaves_one_step_behind_opens_and_two_steps_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let home = fresh(folder.path(), "vsis");
    let mut org = Org::open(&home, "vsis");
    let before = std::fs::read(anchor(&home)).unwrap();
    act(&mut org).unwrap();
    let after = said(&home);
    drop(org);
    std::fs::write(anchor(&home), &before).unwrap();
    let mut org = Org::open(&home, "vsis");
    assert_eq!(said(&home), after, "written again at the start");
    org.ask(&Request::Verify).unwrap();
    act(&mut org).unwrap();
    drop(org);
    std::fs::write(anchor(&home), &before).unwrap();
    noticed(&home, "two steps", "more than one step behind");
}

#[test]
fn nothing_more_is_committed_while_the_anchor_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let home = fresh(folder.path(), "vsis");
    let mut org = Org::open(&home, "vsis");
    let before = said(&home);
    // The temporary file is in the way.
    let in_the_way = home.join("anchor.new");
    std::fs::create_dir(&in_the_way).unwrap();
    act(&mut org).unwrap();
    assert_eq!(said(&home), before);
    let failure = act(&mut org).unwrap_err();
    assert!(failure.message.contains("anchor.new"), "{failure}");
    assert_eq!(audited(&home, "identity.saved"), 1);
    std::fs::remove_dir(&in_the_way).unwrap();
    act(&mut org).unwrap();
    assert_eq!(audited(&home, "identity.saved"), 2);
    assert_eq!(said(&home).lines["audit"].count, before.lines["audit"].count + 2);
    org.ask(&Request::Verify).unwrap();
}

#[test]
fn what_another_program_takes_away_beside_a_running_node_stops_the_next_act() {
    let folder = tempfile::tempdir().unwrap();
    for (what, statement) in [
        ("audit", "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"),
        ("registry", "DELETE FROM registry_act WHERE seq = (SELECT max(seq) FROM registry_act)"),
    ] {
        let home = folder.path().join(what);
        std::fs::rename(fresh(folder.path(), "vsis"), &home).unwrap();
        let mut org = Org::open(&home, "vsis");
        sql(&home, statement);
        let failure = act(&mut org).unwrap_err();
        assert!(failure.message.contains("not committed: ") && failure.message.contains(what), "{failure}");
        assert_eq!(audited(&home, "identity.saved"), 0);
        drop(org);
        noticed(&home, what, what);
    }
}

/// Writes into the key files that this home may never have been anchored, as an older version would have left it.
fn unguarded(home: &Path) {
    let file = home.join("keys/unlock.json");
    let mut unlock: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let salt: [u8; 16] = hex::decode(unlock["salt"].as_str().unwrap()).unwrap().try_into().unwrap();
    let key = comity_crypto::DataKey::from_passphrase(super::PASSPHRASE.as_bytes(), &salt).unwrap();
    unlock["probe"] = hex::encode(key.seal("keys/probe", [7; 24], b"comity")).into();
    std::fs::write(file, unlock.to_string()).unwrap();
}

/// Makes of a home what the version before anchors would have left.
fn as_before_anchors(home: &Path) {
    unguarded(home);
    taken_back(home, &["home.anchored", "home.sealed"]);
    sql(
        home,
        "DROP TABLE table_seal; DROP TABLE held_count; DELETE FROM schema_section WHERE name = 'seal';
         DELETE FROM desk_setting WHERE name IN ('tables_sealed', 'anchored_lines', 'configuration')",
    );
}

/// Takes away all that says that the home was anchored, but for its key files.
fn taken_back(home: &Path, acts: &[&str]) {
    std::fs::remove_file(anchor(home)).unwrap();
    let database = database(home);
    let entries: Vec<Vec<u8>> = database
        .prepare("SELECT bytes FROM audit ORDER BY seq")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    database
        .execute_batch("DELETE FROM audit; DROP TABLE anchor_step; DELETE FROM schema_section WHERE name = 'anchor'")
        .unwrap();
    let (mut seq, mut prev) = (0, GENESIS);
    for bytes in entries {
        let entry = AuditEntry { seq, prev, ..AuditEntry::parse(&bytes).unwrap() };
        if acts.contains(&entry.act.as_str()) {
            continue;
        }
        prev = comity_ledger::chain(&prev, &entry.bytes());
        let row = (seq as i64, entry.bytes(), &prev.0[..]);
        database.execute("INSERT INTO audit (seq, bytes, chain) VALUES (?1, ?2, ?3)", row).unwrap();
        seq += 1;
    }
}

#[test]
fn a_home_of_an_earlier_version_is_anchored_once() {
    let folder = tempfile::tempdir().unwrap();
    let home = fresh(folder.path(), "vsis");
    assert_eq!(audited(&home, "home.anchored"), 1, "a new home is anchored when it is made");
    as_before_anchors(&home);
    assert_eq!(audited(&home, "home.anchored"), 0);
    for _ in 0..2 {
        let mut org = Org::open(&home, "vsis");
        assert_eq!(org.ask(&Request::Health).unwrap()["state"], "ok");
        org.ask(&Request::Verify).unwrap();
        drop(org);
        assert_eq!(audited(&home, "home.anchored"), 1);
        let heads = said(&home).lines;
        assert_eq!(heads["registry"].count, 5);
    }
    // A registry that is not what the audit chain says is not anchored as it is.
    let other = folder.path().join("other");
    std::fs::rename(&home, &other).unwrap();
    as_before_anchors(&other);
    sql(&other, "DELETE FROM registry_act WHERE seq = (SELECT max(seq) FROM registry_act)");
    let mut org = Org::open(&other, "vsis");
    let shown = org.ask(&Request::QuarantineShow).unwrap();
    assert_eq!(shown["quarantine"]["officers_may_end_it"], json!(false));
    assert!(org.ask_as("alice", &Request::LinkList).unwrap_err().message.contains("no officer acts here"));
}

#[test]
fn a_start_of_a_later_version_that_is_killed_at_any_moment_leaves_a_home_that_opens() {
    let folder = tempfile::tempdir().unwrap();
    let golden = golden(folder.path());
    // The anchor stands there before the audit chain says that it was written, and the other way round is no state a crash leaves.
    let whole = folder.path().join("whole");
    crate::common::copy_home(&golden, &whole);
    drop(golden_node(&whole).unwrap());
    let written = std::fs::read(anchor(&whole)).unwrap();
    let refused = folder.path().join("refused");
    crate::common::copy_home(&golden, &refused);
    // A folder in the place of the file: the anchor cannot be written, as on a full disk.
    std::fs::DirBuilder::new().mode(0o700).create(anchor(&refused)).unwrap();
    assert!(golden_node(&refused).is_err());
    std::fs::remove_dir(anchor(&refused)).unwrap();
    let node = golden_node(&refused).unwrap();
    assert_eq!(node.in_quarantine(), None);
    drop(node);
    assert_eq!((audited(&refused, "home.anchored"), audited(&refused, "home.sealed")), (1, 1));
    assert_eq!(
        Anchor::parse(&written).unwrap().lines.keys().collect::<Vec<_>>(),
        said(&refused).lines.keys().collect::<Vec<_>>()
    );
}

#[test]
fn the_first_anchoring_cannot_be_brought_about_again() {
    let folder = tempfile::tempdir().unwrap();
    let home = fresh(folder.path(), "vsis");
    taken_back(&home, &["home.anchored"]);
    let mut org = Org::open(&home, "vsis");
    let shown = org.ask(&Request::QuarantineShow).unwrap();
    assert_eq!(shown["quarantine"]["anchor"]["fault"], "the anchor is gone");
    assert!(org.ask_as("alice", &Request::LinkList).unwrap_err().message.contains("no officer acts here"));

    // Nor by the stores of the version that knew neither anchors nor sums.
    let other = tempfile::tempdir().unwrap();
    let golden = golden(other.path());
    let first = folder.path().join("first.db");
    std::fs::copy(golden.join("holdings/holdings.db"), &first).unwrap();
    drop(golden_node(&golden).unwrap());
    std::fs::remove_file(anchor(&golden)).unwrap();
    for beside in ["holdings.db-wal", "holdings.db-shm"] {
        let _ = std::fs::remove_file(golden.join("holdings").join(beside));
    }
    std::fs::copy(&first, golden.join("holdings/holdings.db")).unwrap();
    let failure = golden_node(&golden).map(|_| ()).unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("unfit"), "{failure}");
}

#[test]
fn officers_agree_to_the_ends_that_they_saw() {
    let folder = tempfile::tempdir().unwrap();
    let home = with_a_disabled_officer(folder.path());
    std::fs::remove_file(anchor(&home)).unwrap();
    let agree = |org: &mut Org, officer: &str| {
        let shown = org.ask(&Request::QuarantineShow).unwrap();
        let digest = serde_json::from_value(shown["digest"].clone()).unwrap();
        org.ask_as(officer, &Request::QuarantineRelease { digest, without: vec![] })
    };
    let mut org = Org::open(&home, "vsis");
    let shown = org.ask(&Request::QuarantineShow).unwrap();
    let seen = shown["quarantine"]["anchor"]["ends"]["registry"]["count"].as_u64().unwrap();
    agree(&mut org, "c1").unwrap();
    drop(org);
    // The disabled officer comes back between the two: act and entry are gone, and so is what the first officer added.
    let whole = folder.path().join("whole");
    crate::common::copy_home(&home, &whole);
    sql(&home, "DELETE FROM registry_act WHERE seq = (SELECT max(seq) FROM registry_act)");
    let cut = format!(
        "DELETE FROM audit WHERE seq >= (SELECT min(seq) FROM audit WHERE instr(bytes, '{}') > 0)",
        "officer.disable"
    );
    sql(&home, &cut);
    let mut org = Org::open(&home, "vsis");
    let failure = agree(&mut org, "c2").unwrap_err();
    assert!(failure.message.contains("registry: "), "{seen}: {failure}");

    // A fault of another kind than the one that was agreed to takes the agreement back.
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(anchor(&whole)).unwrap();
    std::io::Write::write_all(&mut file, b"no anchor").unwrap();
    drop(file);
    let mut org = Org::open(&whole, "vsis");
    assert_eq!(org.ask(&Request::QuarantineShow).unwrap()["quarantine"]["agreed"], Value::Null);
    assert_eq!(agree(&mut org, "c2").unwrap()["state"], "quarantine");
    assert_eq!(agree(&mut org, "c1").unwrap()["state"], "released");
}

/// Unpacks the golden home of the version before anchors.
fn golden(folder: &Path) -> PathBuf {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testing/golden/0001-first-round.tar.gz");
    let unpacked = std::process::Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(folder).status();
    assert!(unpacked.unwrap().success());
    folder.join("vsis")
}

fn golden_node(home: &Path) -> Result<Node, Failure> {
    let ask = Box::new(|| Ok(comity_crypto::Zeroizing::new("golden-home-passphrase".to_owned())));
    Node::open(Home::open(home).unwrap(), super::seeded("golden"), now(), ask)
}

#[test]
fn the_golden_home_of_the_version_before_anchors_opens() {
    let folder = tempfile::tempdir().unwrap();
    let home = golden(folder.path());
    for _ in 0..2 {
        let mut node = golden_node(&home).unwrap();
        let mut asked = |request: &Request| {
            let request = serde_json::to_string(request).unwrap();
            node.handle(now(), &Call { request, ..Call::default() }).unwrap()
        };
        assert_eq!(asked(&Request::Health)["state"], "ok");
        let whole = asked(&Request::Verify);
        drop(node);
        assert_eq!(audited(&home, "home.anchored"), 1);
        assert_eq!(said(&home).lines["audit"].count, whole["verified"]["audit_entries"]);
        assert_eq!(doctor(&home), FindingState::Ok);
    }
}

/// Unpacks a golden archive.
fn unpacked(archive: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testing/golden").join(archive);
    let done = std::process::Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(folder.path()).status();
    assert!(done.unwrap().success());
    folder
}

/// The release that `ids` of a golden archive names so.
fn named(folder: &Path, name: &str) -> String {
    let ids = std::fs::read_to_string(folder.join("ids")).unwrap();
    ids.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned()
}

#[test]
fn the_golden_home_of_personal_data_opens_and_goes_on() {
    let folder = unpacked("0003-personal-data.tar.gz");
    for code in ["vsis", "kps"] {
        let home = folder.path().join(code);
        let mut org = Org::open(&home, code);
        assert_eq!(org.ask(&Request::Health).unwrap()["state"], "ok", "{code}");
        org.ask(&Request::Verify).unwrap();
        drop(org);
        assert_eq!(doctor(&home), FindingState::Ok, "{code}");
        // When it was made, and what later versions added to the list of tables.
        assert_eq!(audited(&home, "home.sealed"), 2, "{code}");
    }
    let mut vsis = Org::open(&folder.path().join("vsis"), "vsis");
    vsis.at = comity_vocab::Timestamp::parse("2026-12-01T12:00:00Z").unwrap();
    let show = |vsis: &mut Org, name| vsis.ask(&Request::ReleaseShow { release: named(folder.path(), name) }).unwrap();
    let shown = show(&mut vsis, "person ");
    assert_eq!((&shown["state"], &shown["personal"]["basis"]), (&"sent".into(), &"Act".into()));
    let shown = show(&mut vsis, "answered ");
    assert_eq!((&shown["state"], &shown["answered"][0]["officer"]), (&"draft".into(), &"dora".into()));
    let release = named(folder.path(), "approved ");
    // What was checked by the rules of the version before was not checked by these.
    let refused = vsis.ask(&Request::ReleaseSend { release }).unwrap_err();
    assert!(refused.message.contains("rules of the check changed since"), "{refused}");
    vsis.ask(&Request::Verify).unwrap();
}

#[test]
fn the_golden_home_of_sealed_tables_opens() {
    let folder = unpacked("0002-sealed-tables.tar.gz");
    for code in ["vsis", "kps"] {
        let home = folder.path().join(code);
        for _ in 0..2 {
            let mut org = Org::open(&home, code);
            assert_eq!(org.ask(&Request::Health).unwrap()["state"], "ok", "{code}");
            org.ask(&Request::Verify).unwrap();
            drop(org);
            assert_eq!(doctor(&home), FindingState::Ok, "{code}");
        }
        // What a later version adds to the list, it adds once: this grows with each such version, and by one.
        assert_eq!(audited(&home, "home.sealed"), 2, "{code}");
    }
}

#[test]
fn nothing_is_posted_while_a_home_does_not_fit_its_anchor() {
    let folder = tempfile::tempdir().unwrap();
    drop(orgs(folder.path(), 2));
    let home = folder.path().join("vsis");
    std::fs::remove_file(anchor(&home)).unwrap();
    let mut org = Org::open(&home, "vsis");
    let (_, messages) = org.node.gate_start(now(), "127.0.0.1:1").unwrap();
    let says_something = messages.iter().filter(|message| crate::common::carried(&org.code, message).is_some());
    assert_eq!(says_something.count(), 0);
    for request in [
        Request::ReleaseSend { release: "release--00000000-0000-4000-8000-000000000000".into() },
        Request::LinkCard { endpoints: vec![] },
        Request::BackupBegin { key: None },
    ] {
        let failure = org.ask(&request).unwrap_err();
        assert!(failure.message.contains("the anchor is gone"), "{failure}");
    }
}
