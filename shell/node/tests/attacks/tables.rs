//! Somebody with a tool and without the passphrase: rows taken away, changed or put back, files emptied, a list cut out of the
//! configuration.

use super::*;
use comity_node::{Failure, Home, Node};
use std::path::PathBuf;

fn holdings(home: &Path) -> PathBuf {
    home.join("holdings/holdings.db")
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
    let list = r#"{"name":"ours","version":1,"description":"d","type":"string","matching_attributes":["domain"],"list":["example.org"]}"#;
    org.ask_as("alice", &Request::WarningListAdd { text: list.into() }).unwrap();
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
    tamper(&home, "UPDATE warning_list SET officer = 'bob'");
    let mut org = Org::open(&home, "vsis");
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
    org.node.tables_compared(now(), Err(Failure::operational("the disk failed"))).unwrap_err();
    assert!(org.node.unfit().is_none());
    org.ask(&Request::LinkList).unwrap();
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
    let entries = |node: &mut Node| {
        let request = serde_json::to_string(&Request::AuditShow { from: 0, limit: 1000 }).unwrap();
        let shown = node.handle(now(), &comity_node::Call { request, ..Default::default() }).unwrap();
        shown.to_string().matches("home.sealed").count()
    };
    for _ in 0..2 {
        let ask = Box::new(|| Ok(comity_crypto::Zeroizing::new("golden-home-passphrase".to_owned())));
        let mut node = Node::open(Home::open(&home).unwrap(), seeded("golden"), now(), ask).unwrap();
        assert_eq!(entries(&mut node), 1);
        assert!(node.table_check().unwrap().run().unwrap() > 10);
    }
}
