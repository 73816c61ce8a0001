//! What is kept of objects that were refused.

use super::common::*;
use comity_store::Import;
use rusqlite::Connection;

#[test]
fn a_file_of_nothing_but_rubbish_fills_no_disk() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let mut import = Import::begin(&mut holdings, &options("feed", None), None, now()).unwrap();
    for _ in 0..10_005 {
        import.add(b"0").unwrap();
    }
    assert_eq!(import.finish().unwrap().refused, 10_005);
    holdings.view().verify().unwrap();
    drop(holdings);
    let rows = |sql: &str| -> i64 {
        Connection::open(home.path("holdings.db")).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(rows("SELECT count(*) FROM refused_object"), 10_000);
    Connection::open(home.path("holdings.db"))
        .unwrap()
        .execute("DELETE FROM refused_object WHERE position = 7", [])
        .unwrap();
    assert!(home.holdings().view().verify().is_err(), "a row that is taken away is missed");
}
