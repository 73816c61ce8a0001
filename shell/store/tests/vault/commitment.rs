//! A vault that is gone, emptied, older or changed is not opened; a crash leaves one that fits.

use super::*;
use rusqlite::Connection;
use rusqlite::types::Value;

/// A vault with a row in every table, and its tag.
fn filled(home: &Home) -> Digest {
    let mut vault = create(home);
    vault.add(ONE, &source(&["hana"]), &officer("hana"), now(), unnoted).unwrap();
    vault.add(NONE, &source(&["hugo"]), &officer("hugo"), now(), unnoted).unwrap();
    vault.attach(ONE, &[malware_id(1), malware_id(2)], &officer("hana"), now(), unnoted).unwrap();
    vault.commitment()
}

fn edit(home: &Home, sql: &str) {
    Connection::open(home.path("vault.db")).unwrap().execute_batch(sql).unwrap();
}

/// Copies the file as it is at one instant.
fn copy(home: &Home, to: &str) {
    comity_store::snapshot(&home.path("vault.db"), &home.path(to)).unwrap();
}

/// Puts a copy into the vault's place.
fn put(home: &Home, copy: &str) {
    for beside in ["vault.db-wal", "vault.db-shm"] {
        let _ = std::fs::remove_file(home.path(beside));
    }
    let _ = std::fs::remove_file(home.path("vault.db"));
    let bytes = std::fs::read(home.path(copy)).unwrap();
    std::fs::write(home.path("vault.db"), bytes).unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(home.path("vault.db"), std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn opening_makes_nothing() {
    let home = Home::new();
    let settled = filled(&home);
    copy(&home, "right.db");
    let absent = |what: &str| {
        assert!(matches!(Vault::present(&home.path("vault.db")), Err(VaultError::Absent { .. })), "{what}");
        assert!(matches!(reopen(&home, settled), Err(VaultError::Absent { .. })), "{what}");
    };
    std::fs::remove_file(home.path("vault.db")).unwrap();
    absent("deleted");
    assert!(!home.path("vault.db").exists());
    put(&home, "right.db");
    std::fs::File::options().write(true).truncate(true).open(home.path("vault.db")).unwrap();
    absent("emptied");
    put(&home, "right.db");
    edit(&home, "DELETE FROM secret");
    absent("without its secret");
    put(&home, "right.db");
    assert_eq!(reopen(&home, settled).unwrap().1, Fit::Settled);
    assert!(matches!(Vault::create(&home.path("vault.db"), &SEED, nonces()), Err(VaultError::Open(_))));
}

/// Every table that the vault has, now and later, counts: a row that is removed, added or changed in any column.
#[test]
fn every_table_counts() {
    let home = Home::new();
    let settled = filled(&home);
    copy(&home, "right.db");
    let refused = |what: &str| {
        let Err(error) = reopen(&home, settled) else { panic!("{what}: opened") };
        let about = matches!(
            error,
            VaultError::Unfit { .. } | VaultError::Absent { .. } | VaultError::WrongKey | VaultError::Open(_)
        );
        assert!(about, "{what}: {error}");
        put(&home, "right.db");
    };
    let conn = Connection::open(home.path("right.db")).unwrap();
    let list = |sql: &str| -> Vec<String> {
        conn.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let tables = list("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    assert_eq!(tables.len(), 5, "this test must fill a table that is new: {tables:?}");
    for table in &tables {
        let rows: i64 = conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert!(rows > 0, "this test must put a row into {table}");
        let off = "PRAGMA foreign_keys = OFF;";
        edit(&home, &format!("{off} DELETE FROM {table}"));
        refused(&format!("{table}: all rows removed"));
        let columns = list(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let key = list(&format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0")).remove(0);
        let first: Value = conn.query_row(&format!("SELECT {key} FROM {table} LIMIT 1"), [], |row| row.get(0)).unwrap();
        let only = |sql: &str| {
            let live = Connection::open(home.path("vault.db")).unwrap();
            live.execute_batch(off).unwrap();
            assert_eq!(live.execute(sql, [&first]).unwrap(), 1, "{sql}");
        };
        only(&format!("DELETE FROM {table} WHERE {key} = ?1"));
        refused(&format!("{table}: one row removed"));
        for column in &columns {
            // Another value of the same kind.
            let other = format!(
                "CASE typeof({column}) WHEN 'integer' THEN {column} + 1000 WHEN 'text' THEN {column} || 'x' ELSE zeroblob(16) END"
            );
            only(&format!("UPDATE {table} SET {column} = {other} WHERE {key} = ?1"));
            refused(&format!("{table}.{column} changed"));
        }
        let values: Vec<String> = columns
            .iter()
            .map(|column| {
                format!("CASE typeof({column}) WHEN 'integer' THEN {column} - 9000 WHEN 'text' THEN {column} || 'x' ELSE zeroblob(16) END")
            })
            .collect();
        only(&format!("INSERT INTO {table} SELECT {} FROM {table} WHERE {key} = ?1", values.join(", ")));
        refused(&format!("{table}: a row added"));
    }
    edit(&home, "CREATE TABLE another (a INTEGER) STRICT");
    refused("a table added");
    edit(&home, "DROP INDEX source_object_mac");
    refused("an index dropped");
    assert_eq!(reopen(&home, settled).unwrap().1, Fit::Settled);
}

#[test]
fn an_older_copy_and_a_vault_of_another_home_are_refused() {
    let home = Home::new();
    let first = filled(&home);
    copy(&home, "older.db");
    let (mut vault, _) = reopen(&home, first).unwrap();
    // Even an act that changes no record makes the copy from before it an older one.
    vault.show(ONE, &officer("hana"), "meeting", now(), unnoted).unwrap();
    let second = vault.commitment();
    drop(vault);
    copy(&home, "right.db");
    put(&home, "older.db");
    assert!(matches!(reopen(&home, second), Err(VaultError::Unfit { .. })));
    put(&home, "right.db");
    assert_eq!(reopen(&home, second).unwrap().1, Fit::Settled);
    let other = Home::new();
    let mut vault = Vault::create(&other.path("vault.db"), &[8; 32], nonces()).unwrap();
    vault.add(ONE, &source(&["hana"]), &officer("hana"), now(), unnoted).unwrap();
    drop(vault);
    copy(&other, "copy.db");
    std::fs::copy(other.path("copy.db"), home.path("another.db")).unwrap();
    put(&home, "another.db");
    assert!(matches!(reopen(&home, second), Err(VaultError::WrongKey)));
}

/// The tag that an act announces is that of the whole vault read again after it; an act whose announcement fails is not done.
#[test]
fn at_every_step_of_an_act_a_crash_leaves_a_vault_that_fits() {
    let home = Home::new();
    let mut settled = filled(&home);
    let again =
        |settled, pending| Vault::open(&home.path("vault.db"), &SEED, nonces(), Some(&Commitment { settled, pending }));
    type Act = fn(&mut Vault, &mut dyn FnMut(&Digest) -> Result<(), VaultError>) -> Result<(), VaultError>;
    let acts: [(&str, Act); 5] = [
        ("change", |vault, before| {
            let edit = comity_store::vault::SourceChange {
                terms: vec![secret("a red bird").into()],
                dropped: Vec::new(),
                handlers: Default::default(),
                former: Default::default(),
                terms_max: 9,
                reason: secret("she moved"),
            };
            vault.change(ONE, &edit, &officer("hana"), now(), before).map(|_| ())
        }),
        ("add", |vault, before| {
            vault.add(Uuid::from_u128(77), &source(&["hana"]), &officer("hana"), now(), before).map(|_| ())
        }),
        ("attach", |vault, before| {
            vault.attach(ONE, &[malware_id(7), malware_id(1)], &officer("hana"), now(), before).map(|_| ())
        }),
        ("show", |vault, before| vault.show(ONE, &officer("hana"), "meeting", now(), before).map(|_| ())),
        ("show to another", |vault, before| match vault.show(ONE, &officer("alice"), "curious", now(), before) {
            Err(VaultError::NothingReleasedToYou) => Ok(()),
            other => other.map(|_| ()),
        }),
    ];
    for (name, act) in acts {
        // Before the promise is durable.
        let (mut vault, _) = again(settled, None).unwrap();
        assert!(act(&mut vault, &mut |_| Err(VaultError::ReasonMissing)).is_err(), "{name}");
        assert_eq!(vault.commitment(), settled, "{name}");
        drop(vault);
        assert_eq!(again(settled, None).unwrap().1, Fit::Settled, "{name}");
        // After it, and before the act.
        let (mut vault, _) = again(settled, None).unwrap();
        let mut promised = None;
        let broken = act(&mut vault, &mut |after| {
            promised = Some(*after);
            Err(VaultError::ReasonMissing)
        });
        assert!(broken.is_err(), "{name}");
        drop(vault);
        assert_eq!(again(settled, promised).unwrap().1, Fit::Settled, "{name}");
        // After the act, and before it is settled; nothing but the two is accepted.
        let (mut vault, _) = again(settled, None).unwrap();
        let before = settled;
        act(&mut vault, &mut |after| {
            promised = Some(*after);
            Ok(())
        })
        .unwrap();
        drop(vault);
        assert_eq!(again(before, promised).unwrap().1, Fit::Pending, "{name}");
        assert!(matches!(again(before, None), Err(VaultError::Unfit { .. })), "{name}");
        settled = promised.unwrap();
        assert_eq!(again(settled, None).unwrap().1, Fit::Settled, "{name}");
        assert!(again(settled, None).unwrap().0.verify().is_ok(), "{name}");
    }
}

#[test]
fn a_home_of_an_older_version_is_taken_as_it_is_only_with_every_source_that_its_log_names() {
    let home = Home::new();
    let settled = filled(&home);
    let first = || Vault::open(&home.path("vault.db"), &SEED, nonces(), None);
    let (vault, fit) = first().unwrap();
    assert_eq!((fit, vault.commitment()), (Fit::First, settled));
    drop(vault);
    edit(&home, "PRAGMA foreign_keys = OFF; DELETE FROM source WHERE matter = 2");
    assert!(matches!(first(), Err(VaultError::Unfit { .. })));
}
