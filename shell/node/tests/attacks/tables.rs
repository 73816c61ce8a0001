//! Somebody with a tool and without the passphrase: rows taken away, changed or put back, files emptied, a list cut out of the
//! configuration.

use super::*;
use comity_node::{Failure, Home, HomeKeys, Node};
use std::path::PathBuf;

fn holdings(home: &Path) -> PathBuf {
    home.join("holdings/holdings.db")
}

fn entries(node: &mut Node, act: &str) -> usize {
    let request = serde_json::to_string(&Request::AuditShow { from: 0, limit: 1000 }).unwrap();
    node.handle(now(), &comity_node::Call { request, ..Default::default() }).unwrap().to_string().matches(act).count()
}

fn tamper(home: &Path, sql: &str) {
    let conn = rusqlite::Connection::open(holdings(home)).unwrap();
    conn.execute_batch(sql).unwrap();
}

fn open(home: &Path) -> Result<Node, Failure> {
    let ask = Box::new(|| Ok(comity_crypto::Zeroizing::new(PASSPHRASE.to_owned())));
    Node::open(Home::open(home).unwrap(), seeded("tables"), now(), ask)
}

fn unfit(home: &Path, table: &str) {
    let failure = open(home).map(|_| ()).unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("unfit"), "{failure}");
    assert!(failure.message.contains(table), "{failure}");
    assert!(failure.hint.unwrap().contains("keep the file"), "what to do is said");
}

/// A home with a warning list.
fn busy(folder: &Path) -> PathBuf {
    let home = common::fresh(folder, "vsis");
    let mut org = Org::open(&home, "vsis");
    warned(&mut org, "ours").unwrap();
    let report = Request::WriteReport {
        title: "R".into(),
        body: "B".into(),
        grading: "B2".parse().unwrap(),
        source: None,
        label: None,
    };
    org.ask_as("alice", &report).unwrap();
    drop(org);
    home
}

#[test]
fn a_home_of_which_rows_are_gone_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let whole = busy(folder.path());
    for (n, (table, sql)) in [
        ("warning_list", "DELETE FROM warning_list"),
        ("link", "DELETE FROM link WHERE code = 'kps'"),
        ("desk_setting", "DELETE FROM desk_setting WHERE name = 'organisation_key'"),
        ("counts and sums", "DELETE FROM table_seal"),
        (
            "counts and sums",
            "DROP TABLE table_seal; DROP TABLE held_count; DELETE FROM schema_section WHERE name = 'seal'",
        ),
        ("warning_list", "DELETE FROM warning_list; DELETE FROM table_seal WHERE name = 'warning_list'"),
        ("object", "INSERT INTO object (key, tid, state) VALUES (x'07', 1, 0)"),
        // Changed and not gone: the sum says so before anything is decided from it.
        ("warning_list", "UPDATE warning_list SET officer = 'bob'"),
        ("link", "UPDATE link SET state = 'suspended' WHERE code = 'kps'"),
    ]
    .into_iter()
    .enumerate()
    {
        let home = folder.path().join(format!("copy-{n}"));
        common::copy_home(&whole, &home);
        tamper(&home, sql);
        unfit(&home, table);
    }
    open(&whole).unwrap();
}

#[test]
fn an_older_table_put_back_with_its_older_sum_does_not_fit_the_anchor() {
    let folder = tempfile::tempdir().unwrap();
    let home = common::fresh(folder.path(), "vsis");
    let mut org = Org::open(&home, "vsis");
    let kept = |home: &Path| -> (i64, Vec<u8>) {
        let conn = rusqlite::Connection::open(holdings(home)).unwrap();
        let sql = "SELECT rows, state FROM table_seal WHERE name = 'warning_list'";
        conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    let (rows, state) = kept(&home);
    let list = r#"{"name":"ours","version":1,"description":"d","type":"string","matching_attributes":["domain"],"list":["example.org"]}"#;
    org.ask_as("alice", &Request::WarningListAdd { text: list.into() }).unwrap();
    drop(org);
    let conn = rusqlite::Connection::open(holdings(&home)).unwrap();
    conn.execute("DELETE FROM warning_list", []).unwrap();
    let put_back = "UPDATE table_seal SET rows = ?1, state = ?2 WHERE name = 'warning_list'";
    conn.execute(put_back, (rows, state)).unwrap();
    drop(conn);
    let node = open(&home).unwrap();
    let why = node.in_quarantine().unwrap();
    assert!(why.contains("tables"), "{why}");
}

#[test]
fn a_changed_row_is_found_by_verify_and_by_the_daily_sum_and_ends_all_answers() {
    let folder = tempfile::tempdir().unwrap();
    let home = busy(folder.path());
    let mut org = Org::open(&home, "vsis");
    tamper(&home, "UPDATE warning_list SET officer = 'bob'");
    let found = org.ask(&Request::Verify).unwrap_err();
    assert!(found.message.contains("table warning_list has other rows"), "{found}");
    let outcome = org.node.table_check().unwrap().run();
    assert_eq!(outcome.as_ref().unwrap_err().code.as_deref(), Some("unfit"));
    org.node.tables_compared(now(), outcome).unwrap();
    for request in [Request::LinkList, Request::ReleaseList, Request::OfficerList] {
        assert_eq!(org.ask(&request).unwrap_err().code.as_deref(), Some("unfit"));
    }
    assert_eq!(org.ask(&Request::Health).unwrap()["state"], "unfit");
    assert!(org.node.from_gate(now(), vec![]).is_err(), "nothing that arrives is applied");
}

#[test]
fn a_daily_sum_that_fits_is_noted_and_one_that_could_not_be_read_is_no_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = Org::open(&busy(folder.path()), "vsis");
    let outcome = org.node.table_check().unwrap().run();
    assert!(*outcome.as_ref().unwrap() > 5);
    org.node.tables_compared(now(), outcome).unwrap();
    assert!(org.ask(&Request::Verify).unwrap()["verified"]["decisions"].as_u64().unwrap() > 5);
    for _ in 0..2 {
        org.node.tables_compared(now(), Err(Failure::operational("the disk failed"))).unwrap_err();
        assert!(org.node.unfit().is_none());
        org.ask(&Request::LinkList).unwrap();
    }
    // What cannot be read for long is not known to be well.
    org.node.tables_compared(now(), Err(Failure::operational("the disk failed"))).unwrap();
    assert!(org.ask(&Request::LinkList).unwrap_err().message.contains("the disk failed"));
}

#[test]
fn a_store_that_is_gone_emptied_or_another_file_is_named_and_not_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let home = common::fresh(folder.path(), "vsis");
    let file = holdings(&home);
    let whole = std::fs::read(&file).unwrap();
    type Damage = fn(&Path);
    let damages: [(&str, Damage, &str); 4] = [
        ("missing", |file| std::fs::remove_file(file).unwrap(), "put the file back"),
        ("empty", |file| std::fs::write(file, b"").unwrap(), "find out who emptied it"),
        ("not the database", |file| std::fs::write(file, [7; 9000]).unwrap(), "put the right file back"),
        (
            "malformed",
            |file| {
                let bytes = std::fs::read(file).unwrap();
                std::fs::write(file, &bytes[..8192]).unwrap();
            },
            "check the disk",
        ),
    ];
    for (what, damage, todo) in damages {
        damage(&file);
        let failure = open(&home).map(|_| ()).unwrap_err();
        assert!(failure.message.contains("holdings.db") && failure.message.contains(what), "{what}: {failure}");
        assert!(failure.hint.as_ref().unwrap().contains(todo), "{what}: {failure:?}");
        assert_eq!(failure.kind, comity_node::FailureKind::Operational);
        std::fs::write(&file, &whole).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    open(&home).unwrap();
}

#[test]
fn a_file_that_is_emptied_under_a_running_node_is_noticed_by_the_next_act() {
    let folder = tempfile::tempdir().unwrap();
    let home = common::fresh(folder.path(), "vsis");
    let mut org = Org::open(&home, "vsis");
    std::fs::rename(holdings(&home), home.join("holdings/away.db")).unwrap();
    let failure = org.ask(&Request::WarningListAdd { text: "{}".into() }).map(|_| ());
    drop(failure);
    let list = r#"{"name":"ours","version":1,"description":"d","type":"string","matching_attributes":["domain"],"list":["example.org"]}"#;
    let failure = org.ask_as("alice", &Request::WarningListAdd { text: list.into() }).unwrap_err();
    assert!(failure.message.contains("holdings.db: is missing"), "{failure}");
}

#[test]
fn what_becomes_different_in_the_configuration_is_audited_and_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let home = common::fresh(folder.path(), "vsis");
    let toml = home.join("comity.toml");
    let text = std::fs::read_to_string(&toml).unwrap();
    assert!(open(&home).unwrap().configuration_changed().is_none());
    let with = text.replace("internal_hosts = []", "internal_hosts = [\"mole.internal\", \"den.internal\"]");
    assert_ne!(text, with);
    std::fs::write(&toml, with).unwrap();
    assert!(open(&home).unwrap().configuration_changed().is_some());
    // Emptied again, by whom ever.
    std::fs::write(&toml, &text).unwrap();
    let told = open(&home).unwrap().configuration_changed().map(str::to_owned);
    assert_eq!(told.as_deref(), Some("policy.internal_hosts 2 entries → 0 entries"));
    assert!(open(&home).unwrap().configuration_changed().is_none());
    let mut org = Org::open(&home, "vsis");
    let shown = org.ask(&Request::AuditShow { from: 0, limit: 1000 }).unwrap().to_string();
    assert_eq!(shown.matches("configuration.change").count(), 2, "{shown}");
    assert!(!shown.contains("mole.internal"), "the words of the list stay out of the audit log");
}

#[test]
fn a_home_of_an_older_version_is_sealed_at_its_first_opening_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let archive = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testing/golden/0001-first-round.tar.gz");
    let unpacked = std::process::Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(folder.path()).status();
    assert!(unpacked.unwrap().success());
    let home = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| [path.join("vsis"), path])
        .find(|path| path.ends_with("vsis") && path.join("comity.toml").exists())
        .unwrap();
    for _ in 0..2 {
        let ask = Box::new(|| Ok(comity_crypto::Zeroizing::new("golden-home-passphrase".to_owned())));
        let mut node = Node::open(Home::open(&home).unwrap(), seeded("golden"), now(), ask).unwrap();
        assert_eq!(entries(&mut node, "home.sealed"), 1);
        assert!(node.table_check().unwrap().run().unwrap() > 10);
    }
}

/// Takes a table out of the list of those that are sealed, as if the version that made this home had not known it.
fn unknown_to_the_version_before(home: &Path, table: &str) {
    use comity_ledger::{Cell, TableState};
    let key = HomeKeys::open(&Home::open(home).unwrap(), PASSPHRASE).unwrap().table_key();
    let mut open = common::holdings(home);
    let known: Vec<String> = open.view().sealed_tables().unwrap().into_iter().filter(|name| name != table).collect();
    let tx = open.transaction().unwrap();
    tx.view().desk().set_setting("tables_sealed", &known.join(",")).unwrap();
    tx.commit().unwrap();
    drop(open);
    let conn = rusqlite::Connection::open(holdings(home)).unwrap();
    let names: Vec<u8> = conn.query_row("SELECT state FROM table_seal WHERE name = ''", [], |row| row.get(0)).unwrap();
    let name = ("name", Cell::Text(table.as_bytes()));
    let names = TableState::open(&key, "", &names).unwrap().without(&key, "", std::iter::once(name)).seal(&key, "");
    conn.execute("DELETE FROM table_seal WHERE name = ?1", [table]).unwrap();
    conn.execute("UPDATE table_seal SET rows = rows - 1, state = ?1 WHERE name = ''", [&names[..]]).unwrap();
    drop(conn);
    common::anchored(home);
}

#[test]
fn a_table_that_a_later_version_adds_comes_with_the_anchor_and_an_audit_entry() {
    let folder = tempfile::tempdir().unwrap();
    let home = busy(folder.path());
    let before = entries(&mut open(&home).unwrap(), "home.sealed");
    unknown_to_the_version_before(&home, "warning_list");
    for _ in 0..2 {
        let mut node = open(&home).unwrap();
        assert_eq!(node.in_quarantine(), None);
        assert_eq!(entries(&mut node, "home.sealed"), before + 1);
        assert!(node.table_check().unwrap().run().unwrap() > 5);
    }
    tamper(&home, "DELETE FROM warning_list");
    unfit(&home, "warning_list");
}

/// A copy of a home as it is on the disk once the power was cut: what was not made durable is gone.
fn without_what_was_not_durable(home: &Path, copy: &Path) {
    let _ = std::fs::remove_dir_all(copy);
    common::copy_home(home, copy);
    for beside in ["holdings.db-wal", "holdings.db-shm"] {
        std::fs::remove_file(copy.join("holdings").join(beside)).unwrap();
    }
}

#[test]
fn an_import_that_the_power_cut_ended_leaves_a_home_that_fits() {
    const OBJECTS: usize = 12_000;
    const LONG: &str = concat!(
        "what makes the file large enough to be looked at several times while it is written; ",
        "the same words for each object: they are of no interest and stand here for their number only"
    );
    let folder = tempfile::tempdir().unwrap();
    let home = common::fresh(folder.path(), "vsis");
    let objects: Vec<String> = (0..OBJECTS)
        .map(|n| {
            format!(
                r#"{{"type":"tool","spec_version":"2.1","id":"tool--31b940d4-6f7f-459a-80ea-{n:012x}","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","name":"t","description":"{LONG}"}}"#
            )
        })
        .collect();
    let bundle = format!(
        r#"{{"type":"bundle","id":"bundle--31b940d4-6f7f-459a-80ea-9c1f17b58abc","objects":[{}]}}"#,
        objects.join(",")
    );
    let path = folder.path().join("import.json");
    std::fs::write(&path, bundle).unwrap();
    let mut org = Org::open(&home, "vsis");
    let (from, to) = (home.clone(), folder.path().join("copy"));
    let (count, looks) = (std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0)), 5);
    let counted = count.clone();
    org.node.watch(Box::new(move |step| {
        if step.writing && counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < looks {
            without_what_was_not_durable(&from, &to);
            assert_eq!(open(&to).unwrap().in_quarantine(), None, "at byte {} of {}", step.bytes, step.bytes_total);
        }
    }));
    // An origin and a label that no table knew.
    let label = Some("TLP:GREEN".parse().unwrap());
    org.ask(&Request::Import { path, origin: "a-new-feed".into(), label }).unwrap();
    assert!(count.load(std::sync::atomic::Ordering::Relaxed) >= looks);
    drop(org);
    assert_eq!(open(&home).unwrap().in_quarantine(), None);
}

/// What somebody needs to put a table back as it was: its rows, its count and its sealed sum.
fn kept_of(home: &Path, table: &str) -> PathBuf {
    let kept = home.with_extension(format!("{table}.db"));
    let conn = rusqlite::Connection::open(holdings(home)).unwrap();
    conn.execute("ATTACH ?1 AS kept", [kept.to_str().unwrap()]).unwrap();
    conn.execute_batch(&format!(
        "CREATE TABLE kept.rows AS SELECT * FROM main.{table}; CREATE TABLE kept.seal AS SELECT * FROM main.table_seal WHERE name = '{table}'"
    ))
    .unwrap();
    kept
}

fn put_back(home: &Path, table: &str, kept: &Path) {
    let conn = rusqlite::Connection::open(holdings(home)).unwrap();
    conn.execute("ATTACH ?1 AS kept", [kept.to_str().unwrap()]).unwrap();
    conn.execute_batch(&format!(
        "DELETE FROM main.{table}; INSERT INTO main.{table} SELECT * FROM kept.rows;
         DELETE FROM main.table_seal WHERE name = '{table}'; INSERT INTO main.table_seal SELECT * FROM kept.seal"
    ))
    .unwrap();
}

fn warned(org: &mut Org, name: &str) -> Result<(), Failure> {
    let list = format!(
        r#"{{"name":"{name}","version":1,"description":"d","type":"string","matching_attributes":["domain"],"list":["example.org"]}}"#
    );
    org.ask_as("alice", &Request::WarningListAdd { text: list }).map(drop)
}

#[test]
fn an_older_table_is_not_put_back_by_an_anchor_or_a_step_that_somebody_else_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let whole = busy(folder.path());
    let kept = kept_of(&whole, "warning_list");
    let mut org = Org::open(&whole, "vsis");
    warned(&mut org, "more").unwrap();
    drop(org);
    for what in ["nothing more", "a step", "an anchor", "an anchor without a seal"] {
        let home = folder.path().join(what.replace(' ', "-"));
        common::copy_home(&whole, &home);
        put_back(&home, "warning_list", &kept);
        let file = home.join("anchor");
        let mut anchor = comity_ledger::Anchor::parse(&std::fs::read(&file).unwrap()).unwrap();
        match what {
            "a step" => {
                // As if a crash had left the anchor one step behind.
                let said = comity_ledger::Anchor { seal: None, ..anchor.clone() }.text();
                let conn = rusqlite::Connection::open(holdings(&home)).unwrap();
                assert_eq!(conn.execute("UPDATE anchor_step SET before = ?1", [&said]).unwrap(), 1);
                let step = format!("{said}step {}\n", "7".repeat(64));
                assert!(open(&home).unwrap().in_quarantine().unwrap().contains("tables"));
                conn.execute("UPDATE anchor_step SET before = ?1", [&step]).unwrap();
            }
            "an anchor" | "an anchor without a seal" => {
                let view = comity_store::Holdings::open(&holdings(&home), comity_store::Mode::ReadOnly).unwrap();
                let (count, head) = view.view().desk().tables_digest().unwrap().unwrap();
                anchor.lines.insert("tables".into(), comity_ledger::ChainEnd { count, head });
                anchor.seal = anchor.seal.filter(|_| what == "an anchor");
                std::fs::write(&file, anchor.text()).unwrap();
            }
            _ => {}
        }
        let node = open(&home).unwrap();
        let why = node.in_quarantine().unwrap();
        let named = if what.starts_with("an anchor") { "the anchor cannot be read" } else { "tables" };
        assert!(why.contains(named), "{what}: {why}");
    }
    assert_eq!(open(&whole).unwrap().in_quarantine(), None);
}

#[test]
fn an_older_table_put_back_beside_a_running_node_stops_the_next_act() {
    let folder = tempfile::tempdir().unwrap();
    let home = busy(folder.path());
    let kept = kept_of(&home, "warning_list");
    let mut org = Org::open(&home, "vsis");
    warned(&mut org, "more").unwrap();
    warned(&mut org, "yet-more").unwrap();
    put_back(&home, "warning_list", &kept);
    let failure = warned(&mut org, "another").unwrap_err();
    assert!(failure.message.contains("tables: what is held is not what was anchored"), "{failure}");
}

#[test]
fn a_count_that_was_written_to_fit_fewer_objects_does_not_fit_the_anchor() {
    let folder = tempfile::tempdir().unwrap();
    let home = busy(folder.path());
    tamper(
        &home,
        "INSERT INTO object (key, tid, state) VALUES (x'07', 1, 0); UPDATE held_count SET rows = rows + 1 WHERE name = 'object'",
    );
    assert!(open(&home).unwrap().in_quarantine().unwrap().contains("tables"));
}

#[test]
fn a_file_with_an_index_or_a_table_of_somebody_else_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let whole = busy(folder.path());
    for (n, (object, sql)) in [
        ("evil", "CREATE INDEX evil ON link (code, state)"),
        ("evil", "CREATE UNIQUE INDEX evil ON warning_list ((name > ''))"),
        ("evil", "CREATE TRIGGER evil AFTER INSERT ON link BEGIN DELETE FROM link; END"),
        ("evil", "CREATE VIEW evil AS SELECT 1"),
        ("sqlite_stat1", "ANALYZE"),
        (
            "warning_list",
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'added TEXT NOT NULL', 'added TEXT') WHERE name = 'warning_list'",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let home = folder.path().join(format!("copy-{n}"));
        common::copy_home(&whole, &home);
        tamper(&home, sql);
        let failure = open(&home).map(|_| ()).unwrap_err();
        let said = failure.message.contains(object) && failure.message.contains("is not as this program makes it");
        assert!(said, "{sql}: {failure}");
    }
    open(&whole).unwrap();
}

#[test]
fn what_an_unfinished_import_seems_to_have_left_is_not_tidied_away_before_it_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let home = busy(folder.path());
    let before = {
        let conn = rusqlite::Connection::open(holdings(&home)).unwrap();
        // An import that seems to be unfinished, with what another one brought.
        conn.execute_batch("UPDATE import SET state = 0").unwrap();
        conn.query_row("SELECT count(*) FROM version", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert!(before > 0);
    unfit(&home, "import");
    let conn = rusqlite::Connection::open(holdings(&home)).unwrap();
    assert_eq!(conn.query_row("SELECT count(*) FROM version", [], |row| row.get::<_, i64>(0)).unwrap(), before);
}
