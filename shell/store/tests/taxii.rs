//! Additions: every one once, in order, dated exactly, whatever clock and erasure do.

use crate::common;

use comity_store::{AdditionQuery, End, Holdings, Mode, Origin, StoreError, Take, VersionMatch};
use comity_vocab::Timestamp;
use common::*;
use rusqlite::Connection;

fn everything(after: i64) -> AdditionQuery {
    AdditionQuery { origin: None, types: Vec::new(), ids: Vec::new(), versions: VersionMatch::LAST, after }
}

/// Every addition of a query, read in pages of `page`.
fn pages(holdings: &Holdings, mut query: AdditionQuery, page: usize) -> Vec<(i64, Vec<u8>)> {
    let mut all = Vec::new();
    loop {
        let mut room = page;
        let end = holdings
            .view()
            .additions(&query, &mut |addition| {
                if room == 0 {
                    return Ok(Take::Full);
                }
                room -= 1;
                all.push((addition.sequence, addition.bytes.to_vec()));
                Ok(Take::Next)
            })
            .unwrap();
        match end {
            End::Done => return all,
            End::More(after) => {
                assert!(after > query.after, "a page makes progress");
                query.after = after;
            }
        }
    }
}

fn bytes(found: &[(i64, Vec<u8>)]) -> Vec<Vec<u8>> {
    found.iter().map(|(_, bytes)| bytes.clone()).collect()
}

#[test]
fn a_thousand_of_one_moment_over_pages() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let objects: Vec<_> = (0..1000).map(|n| malware(n, 1, "")).collect();
    import_objects(&mut holdings, &objects, &options("feed", None));
    for page in [1, 7, 100, 999, 1000, 5000] {
        assert_eq!(bytes(&pages(&holdings, everything(0), page)), objects, "pages of {page}");
    }
    // A poll by time is as exact as one by sequence: each addition has a time of its own.
    let found = pages(&holdings, everything(0), 5000);
    let view = holdings.view();
    for pair in found.windows(2) {
        let (this, next) = (view.date_added(pair[0].0).unwrap(), view.date_added(pair[1].0).unwrap());
        assert!(this < next);
        assert_eq!(view.added_until(this).unwrap(), pair[0].0);
    }
    assert_eq!(view.added_until(time("2020-01-01T00:00:00Z")).unwrap(), 0);
    assert_eq!(view.added_until(time("2100-01-01T00:00:00Z")).unwrap(), found.last().unwrap().0);
    let first = view.date_added(found[0].0).unwrap();
    let sub_microsecond: Timestamp = first.to_string().replace('Z', "999Z").parse_or(first);
    assert_eq!(view.added_until(sub_microsecond).unwrap(), found[0].0, "less than a microsecond later is not the next");
}

trait ParseOr {
    fn parse_or(&self, otherwise: Timestamp) -> Timestamp;
}

impl ParseOr for String {
    fn parse_or(&self, otherwise: Timestamp) -> Timestamp {
        Timestamp::parse(self).unwrap_or(otherwise)
    }
}

#[test]
fn a_clock_that_goes_back_changes_no_order() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let mut dates = Vec::new();
    for (n, at) in ["2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z", "2019-01-01T00:00:00Z", "2026-11-24T12:00:01Z"]
        .into_iter()
        .enumerate()
    {
        let tx = holdings.transaction().unwrap();
        tx.put_own(&[malware(n as u32, 1, "")], None, &officer("mira"), time(at)).unwrap();
        tx.commit().unwrap();
        let found = pages(&holdings, everything(0), 10);
        assert_eq!(found.len(), n + 1);
        dates.push(holdings.view().date_added(found.last().unwrap().0).unwrap());
    }
    assert!(dates.is_sorted() && dates[0] == time("2026-11-24T12:00:00Z") && dates[3] == time("2026-11-24T12:00:01Z"));
    assert_eq!(dates[2], time("2026-11-24T12:00:00.000002Z"));
    holdings.view().verify().unwrap();
}

#[test]
fn numbers_of_what_was_erased_are_not_given_again() {
    let home = Home::new();
    let mut holdings = home.holdings();
    import_objects(&mut holdings, &[malware(1, 1, ""), malware(2, 1, "")], &options("feed", None));
    let reader = pages(&holdings, everything(0), 10).last().unwrap().0;
    let tx = holdings.transaction().unwrap();
    tx.erase_object(&malware_id(2), "r-1", now()).unwrap();
    tx.commit().unwrap();
    import_objects(&mut holdings, &[malware(3, 1, "")], &options("feed", None));
    // Somebody who had read to the end sees what came afterwards, though the row before it is gone.
    assert_eq!(bytes(&pages(&holdings, everything(reader), 10)), [malware(3, 1, "")]);
    assert_eq!(bytes(&pages(&holdings, everything(0), 10)), [malware(1, 1, ""), malware(3, 1, "")]);
    assert!(!holdings.view().has_addition(&malware_id(2), None).unwrap());
    holdings.view().verify().unwrap();
}

#[test]
fn filters_and_versions() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let identity = |n: u32| {
        format!(r#"{{"type":"identity","spec_version":"2.1","id":"identity--31b940d4-6f7f-459a-80ea-{n:012x}","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","name":"x"}}"#).into_bytes()
    };
    let bad_id = br#"{"type":"malware","id":"no identifier","name":"defective"}"#.to_vec();
    let address =
        br#"{"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}"#
            .to_vec();
    import_objects(&mut holdings, &[malware(1, 1, ""), identity(1), bad_id.clone()], &options("one", None));
    import_objects(&mut holdings, &[malware(1, 3, ""), malware(2, 1, ""), address.clone()], &options("two", None));
    // Set aside: other content under the same version, and a version from an officer in the line of a feed.
    import_objects(&mut holdings, &[malware(2, 1, r#","x_other":1"#)], &options("two", None));
    import_objects(&mut holdings, &[malware(1, 2, "")], &options("two", None));
    let (v1, v2, v3) = (malware(1, 1, ""), malware(1, 2, ""), malware(1, 3, ""));
    let any = |first, last, at: &[&str]| VersionMatch::Any { first, last, at: at.iter().map(|t| time(t)).collect() };
    let check = |query: AdditionQuery, expected: &[&Vec<u8>]| {
        for page in [1, 2, 100] {
            let found = bytes(&pages(&holdings, query.clone(), page));
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query:?}");
        }
    };
    let (i1, m2) = (identity(1), malware(2, 1, ""));
    let all = everything(0);
    check(all.clone(), &[&i1, &bad_id, &v3, &m2, &address]);
    check(AdditionQuery { versions: VersionMatch::All, ..all.clone() }, &[&v1, &i1, &bad_id, &v3, &m2, &address, &v2]);
    check(AdditionQuery { versions: any(true, false, &[]), ..all.clone() }, &[&v1, &i1, &bad_id, &m2, &address]);
    check(AdditionQuery { versions: any(true, true, &[]), ..all.clone() }, &[&v1, &i1, &bad_id, &v3, &m2, &address]);
    check(AdditionQuery { versions: any(false, false, &["2020-01-02T00:00:00Z"]), ..all.clone() }, &[&v2]);
    let types = |types: &[&str]| types.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    check(AdditionQuery { types: types(&["malware"]), ..all.clone() }, &[&bad_id, &v3, &m2]);
    check(AdditionQuery { types: types(&["identity", "ipv4-addr"]), ..all.clone() }, &[&i1, &address]);
    check(AdditionQuery { types: types(&["tool"]), ..all.clone() }, &[]);
    check(
        AdditionQuery { types: types(&["malware"]), versions: VersionMatch::All, ..all.clone() },
        &[&v1, &bad_id, &v3, &m2, &v2],
    );
    let origin = |name: &str| Some(name.parse::<Origin>().unwrap());
    check(AdditionQuery { origin: origin("one"), ..all.clone() }, &[&i1, &bad_id, &v3]);
    check(AdditionQuery { origin: origin("two"), ..all.clone() }, &[&m2, &address]);
    check(AdditionQuery { origin: origin("two"), types: types(&["malware"]), ..all.clone() }, &[&m2]);
    check(AdditionQuery { origin: origin("never"), ..all.clone() }, &[]);
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    check(
        AdditionQuery { ids: ids(&[&malware_id(1), "no identifier", &malware_id(1)]), ..all.clone() },
        &[&bad_id, &v3],
    );
    check(AdditionQuery { ids: ids(&[&malware_id(9), "x' OR 1=1"]), ..all.clone() }, &[]);
    check(AdditionQuery { ids: ids(&[&malware_id(1)]), versions: VersionMatch::All, ..all.clone() }, &[&v1, &v3, &v2]);
    check(AdditionQuery { ids: ids(&[&malware_id(1)]), origin: origin("two"), ..all.clone() }, &[]);
    // What has no `modified` goes by `created`, else by when it was added.
    let added = pages(&holdings, all.clone(), 100).last().unwrap().0;
    let date = holdings.view().date_added(added).unwrap();
    let by_date = VersionMatch::Any { first: false, last: false, at: vec![date] };
    check(AdditionQuery { versions: by_date, ..all }, &[&address]);
    assert_eq!(holdings.view().addition_origins().unwrap(), ["one", "two"].map(|name| name.parse::<Origin>().unwrap()));
}

#[test]
fn many_versions_of_few_objects_are_paged() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let version = |n: u32, second: u32| {
        format!(r#"{{"type":"malware","spec_version":"2.1","id":"{}","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:{:02}:{:02}.000Z","is_family":false}}"#,
            malware_id(n), second / 60, second % 60).into_bytes()
    };
    let objects: Vec<_> = (0..600).flat_map(|second| [version(1, second), version(2, second)]).collect();
    import_objects(&mut holdings, &objects, &options("feed", None));
    let query = AdditionQuery { ids: vec![malware_id(1), malware_id(2)], versions: VersionMatch::All, ..everything(0) };
    assert_eq!(bytes(&pages(&holdings, query, 100)), objects);
    let last = bytes(&pages(&holdings, everything(0), 100));
    assert_eq!(last, [version(1, 599), version(2, 599)]);
}

#[test]
fn an_unfinished_import_adds_nothing() {
    let home = Home::new();
    let mut holdings = home.holdings();
    import_objects(&mut holdings, &[malware(1, 1, "")], &options("feed", None));
    let reader = Holdings::open(&home.path("holdings.db"), Mode::ReadOnly).unwrap();
    let mut import = comity_store::Import::begin(&mut holdings, &options("feed", None), None, now()).unwrap();
    // More than a batch, so that rows are committed.
    for n in 2..6_000 {
        import.add(&malware(n, 1, "")).unwrap();
    }
    assert_eq!(pages(&reader, everything(0), 10_000).len(), 1);
    assert_eq!(pages(&reader, AdditionQuery { versions: VersionMatch::All, ..everything(0) }, 10_000).len(), 1);
    drop(import);
    assert_eq!(pages(&reader, everything(0), 10_000).len(), 1);
    import_objects(&mut holdings, &[malware(7_000, 1, "")], &options("feed", None));
    assert_eq!(pages(&reader, everything(0), 10_000).len(), 2);
    holdings.view().verify().unwrap();
}

#[test]
fn an_existing_home_is_taken_over() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let objects: Vec<_> = (0..300).map(|n| malware(n, 1, "")).collect();
    import_objects(&mut holdings, &objects[..200], &options("feed", None));
    import_objects(&mut holdings, &objects[200..], &options("feed", None));
    drop(holdings);
    // As it was before there were additions.
    let conn = Connection::open(home.path("holdings.db")).unwrap();
    conn.execute_batch(
        "DROP TABLE addition_run; DROP TABLE addition_node; DROP INDEX object_current; DROP INDEX object_current_of_type;
         DROP INDEX object_current_of_origin; DELETE FROM schema_section WHERE name = 'additions'",
    )
    .unwrap();
    drop(conn);
    let mut holdings = home.holdings();
    let found = pages(&holdings, everything(0), 100);
    assert_eq!(bytes(&found), objects);
    let added = holdings.view().date_added(found[0].0).unwrap();
    assert_eq!(added, now());
    let node = holdings.view().addition_node().unwrap();
    import_objects(&mut holdings, &[malware(999, 1, "")], &options("feed", None));
    assert_eq!(bytes(&pages(&holdings, everything(found[299].0), 100)), [malware(999, 1, "")]);
    holdings.view().verify().unwrap();
    drop(holdings);
    assert_eq!(home.holdings().view().addition_node().unwrap(), node, "collections keep their identifiers");
}

#[test]
fn verify_sees_runs_that_do_not_fit() {
    for (damage, why) in [
        ("UPDATE addition_run SET last_vid = last_vid + 1 WHERE first_vid = 1", "does not come after"),
        ("UPDATE addition_run SET at = at - 1000000 WHERE first_vid > 1", "does not come after"),
        ("DELETE FROM addition_run WHERE first_vid > 1", "was never added"),
    ] {
        let home = Home::new();
        let mut holdings = home.holdings();
        import_objects(&mut holdings, &[malware(1, 1, ""), malware(2, 1, "")], &options("feed", None));
        import_objects(&mut holdings, &[malware(3, 1, "")], &options("feed", None));
        holdings.view().verify().unwrap();
        drop(holdings);
        Connection::open(home.path("holdings.db")).unwrap().execute_batch(damage).unwrap();
        let error = home.holdings().view().verify().unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_page_is_one_snapshot() {
    let home = Home::new();
    let mut holdings = home.holdings();
    import_objects(&mut holdings, &[malware(1, 1, "")], &options("feed", None));
    let reader = Holdings::open(&home.path("holdings.db"), Mode::ReadOnly).unwrap();
    let counted: Result<(usize, usize), StoreError> = reader.view().on_one_snapshot(|| {
        let before = pages(&reader, everything(0), 10).len();
        import_objects(&mut holdings, &[malware(2, 1, "")], &options("feed", None));
        Ok((before, pages(&reader, everything(0), 10).len()))
    });
    assert_eq!(counted.unwrap(), (1, 1));
    assert_eq!(pages(&reader, everything(0), 10).len(), 2);
}

#[test]
fn a_page_whose_versions_are_not_all_there_is_an_error_and_never_shorter() {
    let home = Home::new();
    let mut holdings = home.holdings();
    import_objects(&mut holdings, &[malware(1, 1, ""), malware(2, 1, ""), malware(3, 1, "")], &options("feed", None));
    drop(holdings);
    let walk = |types: &[&str], versions: VersionMatch| {
        let reader = Holdings::open(&home.path("holdings.db"), Mode::ReadOnly).unwrap();
        let query = AdditionQuery {
            origin: None,
            types: types.iter().map(|name| (*name).to_owned()).collect(),
            ids: vec![],
            versions,
            after: 0,
        };
        let mut count = 0;
        let walked = reader.view().additions(&query, &mut |_| {
            count += 1;
            Ok(Take::Next)
        });
        walked.map(|_| count)
    };
    assert_eq!(walk(&[], VersionMatch::LAST).unwrap(), 3);
    assert_eq!(walk(&["malware"], VersionMatch::LAST).unwrap(), 3);
    let conn = rusqlite::Connection::open(home.path("holdings.db")).unwrap();
    conn.execute("DELETE FROM version WHERE vid = 2", []).unwrap();
    drop(conn);
    for types in [&[][..], &["malware"]] {
        let error = walk(types, VersionMatch::LAST).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    }
    let conn = rusqlite::Connection::open(home.path("holdings.db")).unwrap();
    conn.execute("DELETE FROM object WHERE oid = 3", []).unwrap();
    drop(conn);
    let error = walk(&[], VersionMatch::All).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { what: "version", .. }), "{error}");
}
