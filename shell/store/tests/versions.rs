//! Which version stands: by the instant that is meant, with no withdrawal lost and none forged; and homes that were read otherwise before.

use super::common::*;
use comity_store::{AdditionQuery, Holdings, Standing, StoreError, Take, VersionMatch};
use rusqlite::Connection;

const REVOKED: &str = r#","revoked":true"#;

/// A malware object `n` with this `modified`, as it stands between quotes, and these further members.
fn version(n: u32, modified: &str, members: &str) -> Vec<u8> {
    String::from_utf8(malware(n, 1, members))
        .unwrap()
        .replace("2020-01-01T00:00:00.000Z\",\"is_f", &format!("{modified}\",\"is_f"))
        .into_bytes()
}

fn current(holdings: &Holdings, n: u32) -> Vec<u8> {
    holdings.view().get(&malware_id(n)).unwrap().unwrap().bytes
}

fn paged(holdings: &Holdings) -> Result<Vec<Vec<u8>>, StoreError> {
    let query =
        AdditionQuery { origin: None, types: Vec::new(), ids: Vec::new(), versions: VersionMatch::LAST, after: 0 };
    let mut all = Vec::new();
    holdings.view().additions(&query, &mut |addition| {
        all.push(addition.bytes.to_vec());
        Ok(Take::Next)
    })?;
    Ok(all)
}

#[test]
fn what_somebody_else_brings_first_stands_in_nobodys_way() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let (author, other) = (options("link:kps", None), options("feed", None));
    let at = |day: u32| format!("2020-01-0{day}T00:00:00.000Z");
    for n in 1..=3 {
        import_objects(&mut holdings, &[version(n, &at(1), "")], &author);
    }
    // Somebody else relays the withdrawal before its author sends it.
    let withdrawal = version(1, &at(2), REVOKED);
    import_objects(&mut holdings, std::slice::from_ref(&withdrawal), &other);
    assert_eq!(current(&holdings, 1), version(1, &at(1), ""));
    import_objects(&mut holdings, std::slice::from_ref(&withdrawal), &author);
    assert_eq!(current(&holdings, 1), withdrawal);
    let again = import_objects(&mut holdings, std::slice::from_ref(&withdrawal), &author);
    assert_eq!(again.unchanged, 1);
    let relayed = import_objects(&mut holdings, std::slice::from_ref(&withdrawal), &other);
    assert_eq!(relayed.unchanged, 1);
    // Somebody else takes the instant of the author's next version.
    import_objects(&mut holdings, &[version(2, &at(2), r#","description":"not the author's""#)], &other);
    let next = version(2, &at(2), r#","description":"the author's""#);
    let report = import_objects(&mut holdings, std::slice::from_ref(&next), &author);
    assert_eq!((report.new_versions, report.conflicts), (1, 0));
    assert_eq!(current(&holdings, 2), next);
    // Two of the author's with one instant still contradict each other.
    let report = import_objects(&mut holdings, &[version(2, &at(2), r#","description":"another""#)], &author);
    assert_eq!((report.conflicts, current(&holdings, 2)), (1, next));
    holdings.view().verify().unwrap();
}

#[test]
fn a_withdrawal_is_not_refused_because_much_is_held() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let (author, other) = (options("link:kps", None), options("feed", None));
    import_objects(&mut holdings, &[version(1, "2020-01-01T00:00:00.000Z", "")], &author);
    let many = |from: i64| -> Vec<Vec<u8>> {
        let at = |n: i64| time("2020-02-01T00:00:00Z").plus_seconds(from + n).to_string();
        (0..comity_store::VERSIONS_MAX).map(|n| version(1, &at(n), "")).collect()
    };
    // Somebody else fills no line but their own.
    assert_eq!(import_objects(&mut holdings, &many(0), &other).refused, 0);
    assert_eq!(import_objects(&mut holdings, &[version(1, "2021-01-01T00:00:00.000Z", "")], &other).refused, 1);
    assert_eq!(import_objects(&mut holdings, &many(100_000), &author).refused, 1);
    let withdrawal = version(1, "2021-01-01T00:00:00.000Z", REVOKED);
    assert_eq!(import_objects(&mut holdings, std::slice::from_ref(&withdrawal), &author).refused, 0);
    assert_eq!(current(&holdings, 1), withdrawal);
}

#[test]
fn versions_are_ordered_by_the_instant_that_is_meant() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let feed = options("feed", None);
    let later = [
        "2020-01-01T00:00:00+00:00",
        "2020-01-01T03:00:00.000+01:00",
        "2020-01-01 03:00:00",
        "2020-01-01T04:00:00",
        "2020-01-01T05:00",
        "2020-01-01T06:00:00.000Z",
    ];
    import_objects(&mut holdings, &[version(1, "2019-12-31T23:00:00.000Z", "")], &feed);
    for modified in later {
        let next = version(1, modified, "");
        let report = import_objects(&mut holdings, std::slice::from_ref(&next), &feed);
        assert_eq!((report.new_versions, report.undated), (1, 0), "{modified}");
        assert_eq!(current(&holdings, 1), next, "{modified}");
    }
    // Two ways to write one instant are one version: other content is a conflict, the same is held already.
    let again = version(1, "2020-01-01T07:00:00+01:00", "");
    let report = import_objects(&mut holdings, &[again.clone(), again], &feed);
    assert_eq!((report.conflicts, report.unchanged), (1, 1));
    let earlier = import_objects(&mut holdings, &[version(1, "2020-01-01 00:30:00", "")], &feed);
    assert_eq!(earlier.new_versions, 1);
    assert_eq!(current(&holdings, 1), version(1, later[5], ""), "an earlier one that comes late is history");
    holdings.view().verify().unwrap();
}

#[test]
fn a_withdrawal_is_never_lost() {
    let revoked_later = [
        (r"2020-01-02T00:00:00+00:00", REVOKED),
        (r"2020-01-02 00:00:00", REVOKED),
        // The same instant and other content: a conflict, in which the withdrawal stands.
        (r"2020-01-01T00:00:00.000Z", REVOKED),
        (r"2020-01-01T01:00:00+01:00", REVOKED),
        // Nobody can read when.
        ("yesterday", REVOKED),
        // A clock that is wrong.
        ("2033-01-01T00:00:00.000Z", REVOKED),
        ("2020-01-02T00:00:00.000Z", r#","revoked":"true""#),
        ("2020-01-02T00:00:00.000Z", r#","revoked":"True""#),
        ("2020-01-02T00:00:00.000Z", r#","revoked":1"#),
    ];
    for (modified, members) in revoked_later {
        let home = Home::new();
        let mut holdings = home.holdings();
        let feed = options("feed", None);
        let first = version(1, "2020-01-01T00:00:00.000Z", "");
        let withdrawal = version(1, modified, members);
        import_objects(&mut holdings, std::slice::from_ref(&first), &feed);
        let report = import_objects(&mut holdings, std::slice::from_ref(&withdrawal), &feed);
        assert_eq!(report.new_versions + report.conflicts, 1, "{modified}");
        assert_eq!(report.withdrawals, report.conflicts, "{modified}");
        assert_eq!(report.undated, u64::from(modified == "yesterday"));
        let object = holdings.view().get(&malware_id(1)).unwrap().unwrap();
        assert!(object.revoked && object.bytes == withdrawal, "{modified} {members}");
        let rule = match (modified, members) {
            ("yesterday", _) => Some("version-unreadable"),
            (_, members) if members != REVOKED => Some("boolean-expected"),
            (modified, _) if !modified.ends_with('Z') => Some("timestamp-malformed"),
            _ => None,
        };
        assert!(rule.is_none_or(|rule| object.defects.iter().any(|defect| defect.rule == rule)), "{modified}");
        // What it contradicts is shown as a conflict, and programs page the withdrawal.
        let aside: Vec<Standing> =
            holdings.view().conflicts(&malware_id(1)).unwrap().iter().map(|o| o.standing).collect();
        assert_eq!(aside.len() as u64, report.conflicts, "{modified}");
        assert!(aside.iter().all(|standing| *standing == Standing::Conflict));
        assert_eq!(paged(&holdings).unwrap(), std::slice::from_ref(&withdrawal));
        holdings.view().verify().unwrap();
        // The very same again, and the other one again, change nothing.
        import_objects(&mut holdings, &[first, withdrawal], &feed);
        assert!(holdings.view().get(&malware_id(1)).unwrap().unwrap().revoked, "{modified}");
        holdings.view().verify().unwrap();
    }
}

#[test]
fn what_has_no_readable_time_is_told_and_not_used_and_a_withdrawal_without_one_is_for_good() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let feed = options("feed", None);
    let first = version(1, "2020-01-01T00:00:00.000Z", "");
    let report = import_objects(&mut holdings, &[first.clone(), version(1, "soon", "")], &feed);
    assert_eq!((report.accepted, report.conflicts, report.undated, report.withdrawals), (1, 1, 1, 0));
    assert_eq!(current(&holdings, 1), first);
    assert_eq!(holdings.view().conflicts(&malware_id(1)).unwrap().len(), 1);
    import_objects(&mut holdings, &[version(1, "at last", REVOKED)], &feed);
    let report = import_objects(&mut holdings, &[version(1, "2020-02-01T00:00:00.000Z", "")], &feed);
    assert_eq!((report.conflicts, report.new_versions), (1, 0));
    assert_eq!(current(&holdings, 1), version(1, "at last", REVOKED), "nothing says that the other is later");
    holdings.view().verify().unwrap();
}

#[test]
fn nobody_else_withdraws_and_a_version_from_the_future_beats_no_withdrawal() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let first = version(1, "2020-01-01T00:00:00.000Z", "");
    import_objects(&mut holdings, std::slice::from_ref(&first), &options("link:kps", None));
    for modified in ["2020-01-01T00:00:00.000Z", "2020-01-02 00:00:00", "yesterday", "2033-01-01T00:00:00.000Z"] {
        let report = import_objects(&mut holdings, &[version(1, modified, REVOKED)], &options("feed", None));
        assert_eq!(report.withdrawals, 0, "{modified}");
        assert_eq!(current(&holdings, 1), first, "{modified}");
    }
    // Another `created` is another object under the same name: set aside, as ever.
    let other = String::from_utf8(version(1, "2020-01-03T00:00:00.000Z", REVOKED)).unwrap();
    let other = other.replace("created\":\"2020", "created\":\"2018").into_bytes();
    import_objects(&mut holdings, &[other], &options("link:kps", None));
    assert_eq!(current(&holdings, 1), first);
    // The same `created`, written in another way, is the same.
    let same = String::from_utf8(version(2, "2020-01-03T00:00:00.000Z", "")).unwrap();
    let same =
        same.replace("created\":\"2020-01-01T00:00:00.000Z", "created\":\"2020-01-01 01:00:00+01:00").into_bytes();
    import_objects(&mut holdings, &[version(2, "2020-01-01T00:00:00.000Z", ""), same.clone()], &options("feed", None));
    assert_eq!(current(&holdings, 2), same);
    let withdrawal = version(3, "2020-01-02T00:00:00.000Z", REVOKED);
    let future = version(3, "2033-01-01T00:00:00+00:00", "");
    import_objects(&mut holdings, &[withdrawal.clone(), future], &options("feed", None));
    assert_eq!(current(&holdings, 3), withdrawal);
    holdings.view().verify().unwrap();
}

/// Makes of a home what a program left that read only the times of the standard and `true` without quotes.
fn as_an_earlier_program_left_it(home: &Home) {
    let conn = Connection::open(home.path("holdings.db")).unwrap();
    let rows: Vec<(i64, Vec<u8>)> = conn
        .prepare("SELECT vid, bytes FROM version")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (vid, bytes) in rows {
        let object: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let text = object["modified"].as_str().unwrap();
        if comity_vocab::Timestamp::parse(text).is_err() {
            let key = [&[0], text.as_bytes()].concat();
            conn.execute("UPDATE version SET version = ?2 WHERE vid = ?1", (vid, key)).unwrap();
        }
        let plain = object["revoked"] == serde_json::Value::Bool(true);
        conn.execute("UPDATE version SET flags = flags & ~17 | ?2 WHERE vid = ?1", (vid, if plain { 16 } else { 0 }))
            .unwrap();
    }
    conn.execute_batch(
        "DELETE FROM defect WHERE rule IN ('version-unreadable', 'boolean-expected');
         UPDATE version SET flags = flags & ~8 WHERE vid NOT IN (SELECT vid FROM defect);
         UPDATE version SET flags = flags | 1 WHERE EXISTS (SELECT 1 FROM version w WHERE w.oid = version.oid
             AND w.version = version.version AND w.vid < version.vid);
         UPDATE object SET current = (SELECT vid FROM version v WHERE v.oid = object.oid AND v.flags & 7 = 0
             ORDER BY version DESC, vid LIMIT 1) WHERE state = 1;
         DROP TABLE version_reread; DELETE FROM schema_section WHERE name = 'reread'",
    )
    .unwrap();
}

#[test]
fn a_home_of_an_earlier_program_is_read_again_once() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let feed = options("feed", None);
    let firsts: Vec<Vec<u8>> = (1..=6).map(|n| version(n, "2020-01-01T00:00:00.000Z", "")).collect();
    let seconds = [
        version(1, "2020-01-02T00:00:00+00:00", ""),
        version(2, "2020-01-02 00:00:00", REVOKED),
        version(3, "2020-01-01T00:00:00.000Z", REVOKED),
        version(4, "never", REVOKED),
        version(5, "2020-01-02T00:00:00.000Z", r#","revoked":"true""#),
        version(6, "2020-01-02T00:00:00.000Z", ""),
    ];
    import_objects(&mut holdings, &firsts, &feed);
    import_objects(&mut holdings, &seconds, &feed);
    index(&mut holdings);
    let expected: Vec<Vec<u8>> = (1..=6).map(|n| current(&holdings, n)).collect();
    drop(holdings);
    as_an_earlier_program_left_it(&home);
    let path = home.path("holdings.db");
    let mut holdings = Holdings::open(&path, comity_store::Mode::ReadWrite).unwrap();
    holdings.unlock(table_key()).unwrap();
    for n in 1..=4 {
        assert_ne!(current(&holdings, n), seconds[n as usize - 1], "the earlier program served the first of {n}");
    }
    let reread = holdings.tidy().unwrap().unwrap();
    assert_eq!((reread.versions, reread.moved), (12, 4));
    let again: Vec<Vec<u8>> = (1..=6).map(|n| current(&holdings, n)).collect();
    assert_eq!(again, expected);
    assert_eq!(again, seconds);
    holdings.view().verify().unwrap();
    // Told until somebody wrote it down, and done once.
    assert_eq!(holdings.tidy().unwrap(), Some(reread));
    let tx = holdings.transaction().unwrap();
    tx.reread_told().unwrap();
    tx.commit().unwrap();
    assert_eq!(holdings.tidy().unwrap(), None);
    index(&mut holdings);
    holdings.view().verify().unwrap();
}

#[test]
fn bytes_that_were_overwritten_are_damage_and_never_an_answer() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let long = format!(r#","description":"{}""#, "words of it ".repeat(2_000));
    let objects: Vec<Vec<u8>> = (1..=20).map(|n| malware(n, 1, &long)).collect();
    import_objects(&mut holdings, &objects, &options("feed", None));
    assert!(holdings.truncate_wal().unwrap());
    assert_eq!(paged(&holdings).unwrap(), objects);
    assert_eq!(holdings.view().versions_whole(0).unwrap(), Some(20));
    drop(holdings);
    // The last page of an object's bytes has no structure: SQLite itself finds nothing wrong with other text there.
    let path = home.path("holdings.db");
    let mut file = std::fs::read(&path).unwrap();
    let name = b"\"name\":\"sample 7\"";
    let start = file.windows(name.len()).position(|window| window == name).unwrap();
    let end = (start..file.len()).find(|at| file[*at..].starts_with(b"words of it \"}")).unwrap();
    file[end - 4] = b'X';
    std::fs::write(&path, &file).unwrap();
    let holdings = Holdings::open(&path, comity_store::Mode::ReadOnly).unwrap();
    let view = holdings.view();
    for table in view.tables().unwrap() {
        view.table_whole(&table).unwrap();
    }
    let damaged = |error: StoreError| matches!(error, StoreError::Damaged { .. });
    assert!(damaged(paged(&holdings).unwrap_err()));
    assert!(damaged(view.versions_whole(0).unwrap_err()));
    let options = comity_store::ExportOptions::default();
    assert!(damaged(view.export(&options, uuid::Uuid::nil(), &mut std::io::sink()).unwrap_err()));
    let lost: Vec<u32> = (1..=20).filter(|n| view.get(&malware_id(*n)).is_err()).collect();
    assert_eq!(lost.len(), 1);
    assert!(view.get(&malware_id(lost[0] % 20 + 1)).unwrap().is_some());
}

#[test]
fn pages_that_another_page_was_written_over_are_found() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let objects: Vec<Vec<u8>> = (1..=300).map(|n| malware(n, 1, "")).collect();
    import_objects(&mut holdings, &objects, &options("feed", None));
    index(&mut holdings);
    holdings.truncate_wal().unwrap();
    drop(holdings);
    let path = home.path("holdings.db");
    let whole = std::fs::read(&path).unwrap();
    let pages = whole.len() / 4096;
    let mut found = 0;
    for start in (2..pages - 40).step_by(pages / 12) {
        // Whole pages, only of another place.
        let mut file = whole.clone();
        let other = (start + 7) % (pages - 40);
        file.copy_within(other * 4096..(other + 40) * 4096, start * 4096);
        std::fs::write(&path, &file).unwrap();
        let Ok(holdings) = Holdings::open(&path, comity_store::Mode::ReadOnly) else {
            found += 1;
            continue;
        };
        let view = holdings.view();
        let checked = view
            .tables()
            .and_then(|tables| tables.iter().try_for_each(|table| view.table_whole(table)))
            .and_then(|()| view.versions_whole(0));
        let listed = paged(&holdings);
        assert!(checked.is_err() || listed.is_ok_and(|listed| listed == objects), "pages from {start}");
        found += u32::from(checked.is_err());
    }
    assert!(found > 5, "{found}");
}
