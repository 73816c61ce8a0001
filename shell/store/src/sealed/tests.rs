//! The lists against the file: every table stands in one of them, and a change of any row of any sealed table is found.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, reason = "test")]

use super::Fault;
use super::list::{Columns, OTHERS, SEALED};
use crate::{Holdings, Mode, StoreError};
use comity_ledger::TableKey;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

fn key() -> Arc<TableKey> {
    Arc::new(TableKey::derive(&[9; 32]))
}

/// New holdings, sealed; made once.
static EMPTY: OnceLock<Vec<u8>> = OnceLock::new();

fn empty() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let file = folder.path().join("holdings.db");
    let mut holdings = Holdings::open(&file, Mode::Create).unwrap();
    let tx = holdings.transaction().unwrap();
    tx.seal_first(&key()).unwrap();
    tx.commit().unwrap();
    drop(holdings);
    std::fs::read(file).unwrap()
}

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let home = Self(folder);
        std::fs::write(home.file(), EMPTY.get_or_init(empty)).unwrap();
        std::fs::set_permissions(home.file(), std::fs::Permissions::from_mode(0o600)).unwrap();
        home
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("holdings.db")
    }

    /// Writes through a connection that follows every row.
    fn write(&self, sql: &str, values: &[Value]) -> Result<(), StoreError> {
        let mut holdings = Holdings::open(&self.file(), Mode::ReadWrite).unwrap();
        holdings.unlock(key())?;
        let tx = holdings.transaction().unwrap();
        tx.sql().execute(sql, rusqlite::params_from_iter(values))?;
        tx.commit()
    }

    /// Writes as somebody with a tool would.
    fn tamper(&self, sql: &str) {
        let conn = Connection::open(self.file()).unwrap();
        conn.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF").unwrap();
        conn.execute_batch(sql).unwrap();
    }

    fn sums(&self) -> Result<u64, StoreError> {
        Holdings::open(&self.file(), Mode::ReadOnly).unwrap().view().sums_fit(&key())
    }

    fn counts(&self) -> Result<Vec<&'static str>, StoreError> {
        Holdings::open(&self.file(), Mode::ReadOnly).unwrap().view().counts_fit()
    }

    fn opens(&self) -> Result<Vec<&'static str>, StoreError> {
        Holdings::open(&self.file(), Mode::ReadWrite).unwrap().unlock(key())
    }
}

fn fault<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Fault {
    match result {
        Err(StoreError::Unfit(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

/// A row that every constraint of a table takes: (names, values).
fn a_row(conn: &Connection, table: &str, n: i64) -> (Vec<String>, Vec<Value>) {
    let schema: String =
        conn.query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [table], |row| row.get(0)).unwrap();
    let mut statement = conn.prepare("SELECT name, type FROM pragma_table_info(?1)").unwrap();
    let columns: Vec<(String, String)> =
        statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let values = columns.iter().map(|(name, kind)| {
        // A column that takes some values only gets the first, or where rows are filtered by it, the one that counts.
        let allowed = schema.find(&format!("CHECK ({name} IN (")).map(|at| &schema[at..]);
        match (kind.as_str(), allowed) {
            (_, Some(list)) if list.contains("'") => Value::Text(list.split('\'').nth(1).unwrap().to_owned()),
            ("INTEGER", Some(_)) => Value::Integer(1),
            ("INTEGER", None) if schema.contains(&format!("CHECK ({name} BETWEEN")) => Value::Integer(0),
            ("INTEGER", None) => Value::Integer(n),
            ("BLOB" | "ANY", _) => Value::Blob(vec![n as u8; 16]),
            _ => Value::Text(format!("{name}-{n}")),
        }
    });
    let values = values.collect();
    (columns.into_iter().map(|(name, _)| name).collect(), values)
}

fn insert(home: &Home, table: &str, n: i64) -> Result<(), StoreError> {
    let conn = Connection::open(home.file()).unwrap();
    let (names, values) = a_row(&conn, table, n);
    drop(conn);
    let places: Vec<String> = (1..=names.len()).map(|at| format!("?{at}")).collect();
    home.write(&format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", ")), &values)
}

#[test]
fn every_table_is_sealed_or_said_to_be_kept_otherwise() {
    let home = Home::new();
    let conn = Connection::open(home.file()).unwrap();
    let mut statement = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let there: BTreeSet<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let sealed = SEALED.iter().map(|sealed| sealed.table.to_owned());
    let others = OTHERS.iter().map(|(table, _)| (*table).to_owned());
    let listed: Vec<String> = sealed.chain(others).collect();
    let once: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), once.len(), "a table stands in both lists");
    let unlisted: Vec<_> = there.difference(&once).collect();
    assert!(unlisted.is_empty(), "say in sealed/list.rs how these are kept whole: {unlisted:?}");
    let gone: Vec<_> = once.difference(&there).collect();
    assert!(gone.is_empty(), "these are no tables: {gone:?}");
    assert!(OTHERS.iter().all(|(_, why)| why.len() > 10));
    for sealed in SEALED {
        let columns: BTreeSet<String> = conn
            .prepare("SELECT name FROM pragma_table_info(?1)")
            .unwrap()
            .query_map([sealed.table], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let (Columns::Without(named) | Columns::These(named)) = sealed.columns else { continue };
        assert!(named.iter().all(|name| columns.contains(*name)), "{}", sealed.table);
    }
}

#[test]
fn a_row_removed_changed_added_or_put_back_is_found_in_every_table() {
    for sealed in SEALED {
        let table = sealed.table;
        let home = Home::new();
        for (needed, n) in [("origin", 101), ("origin", 102), ("label", 101), ("label", 102)] {
            if table == "import" {
                insert(&home, needed, n).unwrap();
            }
        }
        insert(&home, table, 101).unwrap();
        insert(&home, table, 102).unwrap();
        let counted = home.sums().unwrap();
        assert!(counted >= 2, "{table}");
        let whole = std::fs::read(home.file()).unwrap();
        let again = || std::fs::write(home.file(), &whole).unwrap();
        let one = format!("rowid = (SELECT min(rowid) FROM {table})");
        let conn = Connection::open(home.file()).unwrap();
        let (names, values) = a_row(&conn, table, 101);
        let has_rowid = conn.prepare(&format!("SELECT rowid FROM {table}")).is_ok();
        drop(conn);
        let literal = |value: &Value| match value {
            Value::Integer(number) => number.to_string(),
            Value::Text(text) => format!("'{text}'"),
            Value::Blob(bytes) => format!("x'{}'", hex::encode(bytes)),
            _ => "NULL".to_owned(),
        };
        let of_first: Vec<String> =
            names.iter().zip(&values).map(|(name, value)| format!("\"{name}\" = {}", literal(value))).collect();
        let first = if has_rowid { one } else { of_first.join(" AND ") };

        home.tamper(&format!("DELETE FROM {table} WHERE {first}"));
        assert!(matches!(fault(home.opens()), Fault::Count { table: named, .. } if named == table), "{table}: removed");
        assert!(matches!(fault(home.counts()), Fault::Count { .. }), "{table}: removed, without the key");
        home.tamper(&format!("UPDATE table_seal SET rows = rows - 1 WHERE name = '{table}'"));
        assert!(matches!(fault(home.opens()), Fault::Unreadable { .. }), "{table}: removed, and the count with it");

        again();
        home.tamper(&format!("DELETE FROM {table}"));
        assert!(matches!(fault(home.opens()), Fault::Count { .. }), "{table}: emptied");
        again();
        home.tamper(&format!("DELETE FROM {table}; DELETE FROM table_seal WHERE name = '{table}'"));
        assert!(
            matches!(fault(home.opens()), Fault::Gone { table: named } if named == table),
            "{table}: not begun again"
        );
        again();
        home.tamper("DELETE FROM table_seal");
        assert_eq!(fault(home.opens()), Fault::Unsealed);

        // Every column that counts, changed by itself.
        let conn = Connection::open(home.file()).unwrap();
        let counted: Vec<String> = super::keep::columns(&conn, sealed).unwrap();
        drop(conn);
        for column in counted {
            again();
            let Some(at) = names.iter().position(|name| *name == column) else { panic!("{column}") };
            if sealed.only.is_some_and(|only| only.contains(&format!("row.{column} "))) {
                continue;
            }
            let other = match &values[at] {
                Value::Integer(number) if *number < 2 => format!("{}", 1 - number),
                Value::Integer(_) => "9999".to_owned(),
                Value::Text(text) => {
                    let conn = Connection::open(home.file()).unwrap();
                    let schema: String = conn
                        .query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [table], |row| row.get(0))
                        .unwrap();
                    match schema.find(&format!("CHECK ({column} IN (")) {
                        Some(at) => format!("'{}'", schema[at..].split('\'').nth(3).unwrap()),
                        None => format!("'{text}x'"),
                    }
                }
                _ => "x'77'".to_owned(),
            };
            home.tamper(&format!("UPDATE {table} SET \"{column}\" = {other} WHERE {first}"));
            let found = fault(home.sums());
            assert!(matches!(&found, Fault::Sum { table: named } if named == table), "{table}.{column}: {found}");
        }

        // An older row in place of the newer one.
        again();
        home.write(&format!("DELETE FROM {table} WHERE {first}"), &[]).unwrap();
        assert_eq!(home.sums().unwrap(), counted_without_one(&home), "{table}: the program's own write fits");
        let places = values.iter().map(literal).collect::<Vec<_>>().join(", ");
        home.tamper(&format!("INSERT INTO {table} ({}) VALUES ({places})", names.join(", ")));
        assert!(matches!(fault(home.opens()), Fault::Count { .. }), "{table}: put back");
        insert(&home, table, 103).err().map_or_else(|| panic!("{table}: written to while unfit"), drop);
    }
}

fn counted_without_one(home: &Home) -> u64 {
    let conn = Connection::open(home.file()).unwrap();
    let rows: i64 = conn.query_row("SELECT sum(rows) FROM table_seal WHERE name <> ''", [], |row| row.get(0)).unwrap();
    u64::try_from(rows).unwrap()
}

#[test]
fn an_older_copy_of_a_row_in_place_of_the_newer_is_found() {
    let home = Home::new();
    home.write("INSERT INTO desk_setting VALUES ('quarantine', 'old')", &[]).unwrap();
    home.write("UPDATE desk_setting SET value = 'new' WHERE name = 'quarantine'", &[]).unwrap();
    home.sums().unwrap();
    home.tamper("UPDATE desk_setting SET value = 'old' WHERE name = 'quarantine'");
    home.opens().unwrap();
    assert_eq!(fault(home.sums()), Fault::Sum { table: "desk_setting".to_owned() });
}

#[test]
fn what_sqlite_takes_back_or_does_by_itself_is_followed() {
    let home = Home::new();
    let mut holdings = Holdings::open(&home.file(), Mode::ReadWrite).unwrap();
    holdings.unlock(key()).unwrap();
    let tx = holdings.transaction().unwrap();
    let sql = tx.sql();
    let put = |name: &str| sql.execute("INSERT OR REPLACE INTO warning_list VALUES (?1, x'00', 'now', NULL)", [name]);
    put("a").unwrap();
    put("a").unwrap();
    sql.execute("INSERT INTO warning_list VALUES ('b', x'01', 'now', NULL) ON CONFLICT DO NOTHING", []).unwrap();
    sql.execute("INSERT INTO warning_list VALUES ('b', x'02', 'now', NULL) ON CONFLICT (name) DO UPDATE SET text = excluded.text", [])
        .unwrap();
    // A statement of several rows that fails in the middle, and a savepoint that is taken back.
    sql.execute("INSERT INTO warning_list SELECT name || 'c', text, added, officer FROM warning_list UNION ALL SELECT 'a', x'00', 'now', NULL", [])
        .unwrap_err();
    sql.execute_batch("SAVEPOINT s; DELETE FROM warning_list; ROLLBACK TO s; RELEASE s").unwrap();
    sql.execute_batch(
        "INSERT OR REPLACE INTO tombstone VALUES (1, 'r', 't'); INSERT OR REPLACE INTO tombstone VALUES (1, 's', 't')",
    )
    .unwrap();
    tx.commit().unwrap();
    let taken_back = holdings.transaction().unwrap();
    taken_back.sql().execute("DELETE FROM warning_list", []).unwrap();
    drop(taken_back);
    holdings.view().sums_fit(&key()).unwrap();
    let tx = holdings.transaction().unwrap();
    tx.sql().execute("DELETE FROM warning_list", []).unwrap();
    tx.commit().unwrap();
    holdings.view().sums_fit(&key()).unwrap();
    assert_eq!(
        holdings.view().conn.query_row("SELECT count(*) FROM tombstone", [], |row| row.get::<_, i64>(0)).unwrap(),
        1
    );
}

#[test]
fn nothing_is_decided_without_the_key_or_with_another() {
    let home = Home::new();
    let mut holdings = Holdings::open(&home.file(), Mode::ReadWrite).unwrap();
    let tx = holdings.transaction().unwrap();
    let refused = tx.sql().execute("INSERT INTO desk_setting VALUES ('a', 'b')", []).unwrap_err();
    assert!(refused.to_string().contains("locked"), "{refused}");
    drop(tx);
    let wrong = holdings.unlock(Arc::new(TableKey::derive(&[8; 32])));
    assert!(matches!(fault(wrong), Fault::Unreadable { .. }));
    let tx = holdings.transaction().unwrap();
    assert_eq!(fault(tx.seal_first(&key())), Fault::SealedAlready);
}

#[test]
fn bulk_tables_are_counted_and_an_uncounted_row_is_not_committed() {
    let home = Home::new();
    let mut holdings = Holdings::open(&home.file(), Mode::ReadWrite).unwrap();
    holdings.unlock(key()).unwrap();
    let insert = "INSERT INTO object (key, tid, state) VALUES (x'01', 1, 0)";
    holdings.sql().execute(insert, []).unwrap_err();
    let tx = holdings.transaction().unwrap();
    tx.sql().execute(insert, []).unwrap();
    drop(tx);
    holdings.view().counts_fit().unwrap();
    let tx = holdings.transaction().unwrap();
    tx.sql().execute(insert, []).unwrap();
    tx.commit().unwrap();
    holdings.view().counts_fit().unwrap();
    drop(holdings);
    home.tamper("DELETE FROM object");
    assert_eq!(fault(home.opens()), Fault::Count { table: "object".to_owned(), found: 0, kept: 1 });
}

#[test]
fn a_decision_is_not_committed_past_whoever_sees_each_commit() {
    let home = Home::new();
    let mut holdings = Holdings::open(&home.file(), Mode::ReadWrite).unwrap();
    holdings.unlock(key()).unwrap();
    holdings.sql().execute("INSERT INTO desk_setting VALUES ('a', 'b')", []).unwrap_err();
    holdings.view().sums_fit(&key()).unwrap();
    assert!(holdings.view().desk().setting("a").unwrap().is_none());
}

#[test]
fn a_table_that_a_newer_version_adds_is_sealed_once() {
    let home = Home::new();
    let mut holdings = Holdings::open(&home.file(), Mode::ReadWrite).unwrap();
    // As if the program that made the home had not known the table.
    let older: Vec<&str> = SEALED.iter().map(|sealed| sealed.table).filter(|table| *table != "link").collect();
    let tx = holdings.transaction().unwrap();
    tx.sql().execute("DELETE FROM table_seal", []).unwrap();
    super::keep::seal_these(tx.sql(), &key(), &older).unwrap();
    tx.commit().unwrap();
    drop(holdings);
    // Until it is sealed it is named, the one who opens, and what is sealed is compared.
    assert_eq!(home.opens().unwrap(), ["link"]);
    assert_eq!(home.counts().unwrap(), ["link"]);
    home.sums().unwrap();
    let mut holdings = Holdings::open(&home.file(), Mode::ReadWrite).unwrap();
    holdings.unlock(key()).unwrap();
    let tx = holdings.transaction().unwrap();
    assert_eq!(tx.seal_rest().unwrap(), ["link"]);
    assert_eq!(tx.seal_rest().unwrap(), Vec::<&str>::new());
    tx.commit().unwrap();
    drop(holdings);
    assert_eq!(home.opens().unwrap(), Vec::<&str>::new());
    home.sums().unwrap();
    home.tamper("DELETE FROM table_seal WHERE name = 'link'");
    assert_eq!(fault(home.opens()), Fault::Gone { table: "link".to_owned() });
}
