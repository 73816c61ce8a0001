//! Values that several originators hold: found, followed, judged, forgotten.

use crate::common;

use comity_correlate::{CorrelatedValue, Independence, Kind, Reason};
use comity_store::{CorrelationFilter, CorrelationPage, Holdings, Mode, Received};
use common::*;
use std::collections::BTreeSet;

fn indicator_id(n: u32) -> String {
    format!("indicator--31b940d4-6f7f-459a-80ea-{n:012x}")
}

fn indicator(n: u32, author: &str, value: &str, members: &str) -> Vec<u8> {
    let author = if author.is_empty() { String::new() } else { format!(r#","created_by_ref":"{}""#, identity(author)) };
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"{}","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","valid_from":"2020-01-01T00:00:00Z","pattern_type":"stix","pattern":"[domain-name:value = '{value}']"{author}{members}}}"#,
        indicator_id(n)
    )
    .into_bytes()
}

fn identity(name: &str) -> String {
    format!("identity--31b940d4-6f7f-459a-80ea-0000000000{name}")
}

fn domain(value: &str) -> Vec<u8> {
    // The deterministic identifier is not checked by the store; one per value is enough.
    let tail: String = value
        .bytes()
        .map(|b| format!("{b:02x}"))
        .collect::<String>()
        .chars()
        .chain("0".repeat(12).chars())
        .take(12)
        .collect();
    format!(r#"{{"type":"domain-name","spec_version":"2.1","id":"domain-name--31b940d4-6f7f-559a-80ea-{tail}","value":"{value}"}}"#).into_bytes()
}

fn relationship(n: u32, kind: &str, from: &str, to: &str) -> Vec<u8> {
    format!(
        r#"{{"type":"relationship","spec_version":"2.1","id":"relationship--31b940d4-6f7f-459a-80ea-{n:012x}","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","relationship_type":"{kind}","source_ref":"{from}","target_ref":"{to}"}}"#
    )
    .into_bytes()
}

fn give(holdings: &mut Holdings, origin: &str, objects: &[Vec<u8>]) {
    match origin.strip_prefix("link:") {
        None if origin == "own" => {
            let tx = holdings.transaction().unwrap();
            tx.put_own(objects, None, &officer("alice"), now()).unwrap();
            tx.commit().unwrap();
        }
        None => {
            import_objects(holdings, objects, &options(origin, None));
        }
        Some(partner) => {
            let received =
                Received { partner: partner.parse().unwrap(), release: "r".into(), seq: 1, label: None, terms: None };
            let tx = holdings.transaction().unwrap();
            tx.put_received(&received, &bundle(objects), &mut |_| false, now()).unwrap();
            tx.commit().unwrap();
        }
    }
    index(holdings);
    holdings.view().verify().unwrap();
}

fn ask(holdings: &Holdings, filter: &CorrelationFilter) -> CorrelationPage {
    holdings.view().correlations(filter).unwrap()
}

fn told(page: &CorrelationPage) -> Vec<String> {
    page.values.iter().map(|one| format!("{} {} {}", one.value, one.origins.join("+"), one.count)).collect()
}

#[test]
fn who_else_holds_a_value() {
    let home = Home::new();
    let mut holdings = home.holdings();
    give(&mut holdings, "a", &[indicator(1, "0a", "one.example", ""), indicator(2, "0a", "alone.example", "")]);
    give(&mut holdings, "b", &[indicator(3, "0b", "ONE.example", ""), domain("one.example"), domain("two.example")]);
    give(&mut holdings, "link:kps", &[indicator(4, "0c", "one.example", ""), indicator(5, "0c", "two.example", "")]);
    give(&mut holdings, "own", &[indicator(6, "0d", "two.example", "")]);
    let every = ask(&holdings, &CorrelationFilter::default());
    assert_eq!(
        told(&every),
        ["two.example b+link:kps+own 3", "one.example a+b+link:kps 4"],
        "rarest first among equals"
    );
    assert_eq!((every.total, every.stopped, every.behind, every.next), (2, 0, 0, None));
    let one = &every.values[1];
    assert_eq!(one.verdict.unwrap().independence, Independence::Yes, "a and b");
    assert_eq!(one.holders.len(), 4);
    let named = |origins: &[&str]| CorrelationFilter {
        origins: origins.iter().map(|name| name.parse().unwrap()).collect(),
        ..CorrelationFilter::default()
    };
    assert_eq!(told(&ask(&holdings, &named(&["a"]))), ["one.example a+b+link:kps 4"]);
    assert_eq!(told(&ask(&holdings, &named(&["a", "own"]))), [""; 0]);
    assert_eq!(told(&ask(&holdings, &named(&["nobody"]))), [""; 0]);
    let of = |filter: CorrelationFilter| told(&ask(&holdings, &filter)).len();
    assert_eq!(of(CorrelationFilter { kind: Some(Kind::Domain), ..Default::default() }), 2);
    assert_eq!(of(CorrelationFilter { kind: Some(Kind::Ipv4), ..Default::default() }), 0);
    assert_eq!(of(CorrelationFilter { object: Some(indicator_id(1)), ..Default::default() }), 1);
    assert_eq!(of(CorrelationFilter { object: Some(indicator_id(2)), ..Default::default() }), 0);
    let value = |text: &str| vec![CorrelatedValue::new(Kind::Domain, text).unwrap()];
    assert_eq!(of(CorrelationFilter { values: value("Two.Example"), ..Default::default() }), 1);
    assert_eq!(of(CorrelationFilter { values: value("alone.example"), ..Default::default() }), 0);
    assert_eq!(of(CorrelationFilter { since: Some(now()), ..Default::default() }), 2);
    assert_eq!(of(CorrelationFilter { since: Some(now().plus_seconds(1)), ..Default::default() }), 0);
    assert!(
        holdings.view().correlations(&CorrelationFilter { object: Some(malware_id(1)), ..Default::default() }).is_err()
    );
    // One at a time, the pages give the same.
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let page = ask(&holdings, &CorrelationFilter { limit: 1, after, ..Default::default() });
        paged.extend(told(&page));
        assert_eq!(page.total, 2);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, told(&every));
}

#[test]
fn independence_of_what_is_held() {
    let check = |given: &[(&str, Vec<Vec<u8>>)], expected: Independence, reason: Reason, why: &str| {
        let home = Home::new();
        let mut holdings = home.holdings();
        for (origin, objects) in given {
            give(&mut holdings, origin, objects);
        }
        let page = ask(&holdings, &CorrelationFilter { kind: Some(Kind::Domain), ..Default::default() });
        assert_eq!(page.values.len(), 1, "{why}");
        let verdict = page.values[0].verdict.unwrap();
        assert_eq!((verdict.independence, verdict.reason), (expected, reason), "{why}");
    };
    use Independence::{No, Unknown, Yes};
    let a = || vec![indicator(1, "0a", "x.example", "")];
    let reference = |url: &str| format!(r#","external_references":[{{"source_name":"news","url":"{url}"}}]"#);
    let cve = r#","external_references":[{"source_name":"cve","external_id":"CVE-2021-44228"}]"#;
    check(&[("a", a()), ("b", vec![indicator(2, "0b", "x.example", "")])], Yes, Reason::NothingShared, "two authors");
    check(&[("a", a()), ("b", vec![indicator(2, "0a", "x.example", "")])], No, Reason::SameOriginator, "one author");
    check(&[("a", a()), ("b", a())], No, Reason::SameUpstream, "the same object twice");
    check(&[("a", a()), ("b", vec![indicator(2, "", "x.example", "")])], Unknown, Reason::Hidden, "no author");
    check(
        &[("a", a()), ("link:kps", vec![indicator(2, "0b", "x.example", "")])],
        Unknown,
        Reason::Hidden,
        "a tearline",
    );
    check(
        &[("a", a()), ("link:kps", vec![indicator(2, "0a", "x.example", "")])],
        No,
        Reason::SameOriginator,
        "as published",
    );
    check(
        &[("a", a()), ("own", vec![indicator(2, "", "x.example", "")])],
        Yes,
        Reason::NothingShared,
        "our own officers",
    );
    check(&[("a", a()), ("b", vec![domain("x.example")])], Unknown, Reason::Hidden, "observables have no author");
    check(
        &[("a", vec![domain("x.example")]), ("b", vec![domain("x.example")])],
        Unknown,
        Reason::Hidden,
        "nor one that two gave",
    );
    let news = |n, author, url| vec![indicator(n, author, "x.example", &reference(url))];
    check(
        &[("a", news(1, "0a", "https://n/1")), ("b", news(2, "0b", "https://n/1"))],
        No,
        Reason::SameUpstream,
        "one article",
    );
    check(
        &[("a", news(1, "0a", "https://n/1")), ("b", news(2, "0b", "https://n/2"))],
        Yes,
        Reason::NothingShared,
        "two articles",
    );
    let about = |n, author| vec![indicator(n, author, "x.example", cve)];
    check(&[("a", about(1, "0a")), ("b", about(2, "0b"))], Yes, Reason::NothingShared, "a CVE says what it is about");
    let derived =
        vec![indicator(2, "0b", "x.example", ""), relationship(9, "derived-from", &indicator_id(2), &indicator_id(1))];
    check(&[("a", a()), ("b", derived)], No, Reason::SameOriginator, "derived from what a gave");
    let lost =
        vec![indicator(2, "0b", "x.example", ""), relationship(9, "derived-from", &indicator_id(2), &indicator_id(77))];
    check(&[("a", a()), ("b", lost)], Unknown, Reason::Hidden, "derived from what is not held");
    let twin =
        vec![indicator(2, "0b", "x.example", ""), relationship(9, "duplicate-of", &indicator_id(1), &indicator_id(2))];
    check(&[("a", a()), ("b", twin)], No, Reason::SameOriginator, "duplicates");
}

#[test]
fn frequent_values_and_stop_values_are_counted() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let many = |from: u32, author: &str| {
        (from..from + 4).map(|n| indicator(n, author, "often.example", "")).collect::<Vec<_>>()
    };
    give(&mut holdings, "a", &[many(10, "0a"), vec![indicator(1, "0a", "localhost", "")]].concat());
    give(&mut holdings, "b", &[many(20, "0b"), vec![indicator(2, "0b", "localhost", "")]].concat());
    let page = ask(&holdings, &CorrelationFilter { cap: 7, ..Default::default() });
    assert_eq!((told(&page), page.stopped), (vec!["often.example a+b 8".to_owned()], 1));
    assert!(page.values[0].too_frequent && page.values[0].holders.is_empty() && page.values[0].verdict.is_none());
    let page = ask(&holdings, &CorrelationFilter { cap: 8, ..Default::default() });
    assert!(!page.values[0].too_frequent && page.values[0].holders.len() == 8);
    let often = CorrelatedValue::new(Kind::Domain, "often.example").unwrap();
    let tx = holdings.transaction().unwrap();
    assert!(tx.add_stop_value(&often, "a hosting name", Some(&officer("alice")), now()).unwrap());
    assert!(!tx.add_stop_value(&often, "again", None, now()).unwrap());
    tx.commit().unwrap();
    let listed = holdings.view().stop_values().unwrap();
    assert_eq!(
        (listed.len(), listed[0].reason.as_str(), listed[0].value.as_str()),
        (1, "a hosting name", "often.example")
    );
    let page = ask(&holdings, &CorrelationFilter::default());
    assert_eq!((page.values.len(), page.total, page.stopped), (0, 0, 2));
    let page = ask(&holdings, &CorrelationFilter { kind: Some(Kind::Domain), ..Default::default() });
    assert_eq!(page.stopped, 2, "by kind they are counted too");
    let tx = holdings.transaction().unwrap();
    assert!(tx.remove_stop_value(&often).unwrap() && !tx.remove_stop_value(&often).unwrap());
    tx.commit().unwrap();
    assert_eq!(ask(&holdings, &CorrelationFilter::default()).total, 1);
}

#[test]
fn the_index_follows_versions_and_ways() {
    let home = Home::new();
    let mut holdings = home.holdings();
    give(&mut holdings, "a", &[indicator(1, "0a", "old.example", ""), indicator(2, "0a", "same.example", "")]);
    give(&mut holdings, "b", &[indicator(3, "0b", "old.example", ""), indicator(4, "0b", "new.example", "")]);
    assert_eq!(told(&ask(&holdings, &CorrelationFilter::default())), ["old.example a+b 2"]);
    // A newer version takes the place of the older one, also where it says something else.
    let newer = String::from_utf8(indicator(1, "0a", "new.example", ""))
        .unwrap()
        .replace("\"modified\":\"2020-01-01", "\"modified\":\"2020-01-02");
    give(&mut holdings, "a", &[newer.clone().into_bytes()]);
    assert_eq!(told(&ask(&holdings, &CorrelationFilter::default())), ["new.example a+b 2"]);
    // What its author revoked claims nothing.
    let revoked = newer.replace("2020-01-02", "2020-01-03").replace("\"pattern\":", "\"revoked\":true,\"pattern\":");
    give(&mut holdings, "a", &[revoked.into_bytes()]);
    assert_eq!(told(&ask(&holdings, &CorrelationFilter::default())), [""; 0]);
    // The same object by another way.
    give(&mut holdings, "b", &[indicator(2, "0a", "same.example", "")]);
    assert_eq!(told(&ask(&holdings, &CorrelationFilter::default())), ["same.example a+b 1"]);
    assert_eq!(holdings.view().values_behind().unwrap(), 0);
    // Beside a reader that never writes.
    let reader = Holdings::open(&home.path("holdings.db"), Mode::ReadOnly).unwrap();
    assert_eq!(told(&ask(&reader, &CorrelationFilter::default())), ["same.example a+b 1"]);
}

#[test]
fn an_unfinished_import_is_not_seen() {
    let home = Home::new();
    let mut holdings = home.holdings();
    give(&mut holdings, "a", &[indicator(1, "0a", "x.example", "")]);
    {
        let mut import = comity_store::Import::begin(&mut holdings, &options("b", None), None, now()).unwrap();
        import.add(&indicator(2, "0b", "x.example", "")).unwrap();
        import.add(&indicator(1, "0a", "x.example", "")).unwrap();
    }
    index(&mut holdings);
    assert_eq!((ask(&holdings, &CorrelationFilter::default()).total, holdings.view().value_rows().unwrap()), (0, 1));
    give(&mut holdings, "b", &[indicator(2, "0b", "x.example", ""), indicator(1, "0a", "x.example", "")]);
    assert_eq!(told(&ask(&holdings, &CorrelationFilter::default())), ["x.example a+b 2"]);
}

/// The numbers in the index, as they lie in the file.
fn numbers(home: &Home) -> Vec<[u8; 8]> {
    let conn = rusqlite::Connection::open(home.path("holdings.db")).unwrap();
    let mut select = conn.prepare("SELECT DISTINCT hash FROM value_key").unwrap();
    let rows = select.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    rows.map(|hash| hash.unwrap().to_be_bytes()).collect()
}

#[test]
fn nothing_of_what_was_recalled_stays() {
    // Alone, and among so many that the numbers lie in inner pages too.
    for around in [0_u32, 5_000] {
        let home = Home::new();
        let mut holdings = home.holdings();
        let others = |from: u32| {
            (from..from + around).map(|n| indicator(n, "0a", &format!("n{n}.example"), "")).collect::<Vec<_>>()
        };
        import_objects(&mut holdings, &others(10_000), &options("a", None));
        index(&mut holdings);
        let before: BTreeSet<[u8; 8]> = numbers(&home).into_iter().collect();
        let secret: Vec<Vec<u8>> = (0..200).map(|n| indicator(n, "0c", &format!("secret{n}.example"), "")).collect();
        give(&mut holdings, "link:kps", &secret);
        let given: Vec<[u8; 8]> = numbers(&home).into_iter().filter(|number| !before.contains(number)).collect();
        assert_eq!(given.len(), 200);
        import_objects(&mut holdings, &others(30_000), &options("a", None));
        index(&mut holdings);
        let raw = home.raw("holdings.db");
        assert_eq!(found_in(&raw, &given), 200, "they are there at first");
        let tx = holdings.transaction().unwrap();
        for n in 0..200 {
            tx.erase_received(&"link:kps".parse().unwrap(), &indicator_id(n), "recall-1", now()).unwrap();
        }
        tx.commit().unwrap();
        assert!(holdings.truncate_wal().unwrap());
        let raw = home.raw("holdings.db");
        assert_eq!(found_in(&raw, &given), 0, "{around}: numbers of recalled values are on the disk");
        assert_eq!(holdings.view().value_rows().unwrap(), u64::from(2 * around));
        holdings.view().verify().unwrap();
        index(&mut holdings);
        holdings.view().verify().unwrap();
    }
}

/// How many of the numbers lie anywhere in the bytes.
fn found_in(raw: &[u8], numbers: &[[u8; 8]]) -> usize {
    let wanted: BTreeSet<[u8; 8]> = numbers.iter().copied().collect();
    let firsts: BTreeSet<u8> = numbers.iter().map(|number| number[0]).collect();
    let mut left = wanted.clone();
    for window in raw.array_windows::<8>() {
        if firsts.contains(&window[0]) && wanted.contains(window) {
            left.remove(window);
        }
    }
    wanted.len() - left.len()
}

#[test]
fn a_recall_takes_one_origin_and_leaves_the_other() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let both = indicator(1, "0a", "x.example", "");
    give(&mut holdings, "link:kps", std::slice::from_ref(&both));
    give(&mut holdings, "own", std::slice::from_ref(&both));
    give(&mut holdings, "a", &[indicator(2, "0a", "x.example", "")]);
    assert_eq!(told(&ask(&holdings, &CorrelationFilter::default())), ["x.example a+link:kps+own 2"]);
    let tx = holdings.transaction().unwrap();
    let erased = tx.erase_received(&"link:kps".parse().unwrap(), &indicator_id(1), "recall-1", now()).unwrap();
    assert_eq!(erased.kept, 1);
    tx.commit().unwrap();
    assert_eq!(
        told(&ask(&holdings, &CorrelationFilter::default())),
        ["x.example a+own 2"],
        "at once, not with the next batch"
    );
    holdings.view().verify().unwrap();
}

#[test]
fn another_edition_begins_anew_and_damage_is_found() {
    let home = Home::new();
    let mut holdings = home.holdings();
    give(&mut holdings, "a", &[indicator(1, "0a", "x.example", "")]);
    give(&mut holdings, "b", &[indicator(2, "0b", "x.example", "")]);
    drop(holdings);
    let spoil = |sql: &str| rusqlite::Connection::open(home.path("holdings.db")).unwrap().execute_batch(sql).unwrap();
    // As the first opening by a program with this section leaves it, and as another edition would.
    spoil("UPDATE value_state SET edition = 999");
    let mut holdings = home.holdings();
    assert_eq!((holdings.view().value_rows().unwrap(), holdings.view().values_behind().unwrap()), (0, 2));
    index(&mut holdings);
    assert_eq!(ask(&holdings, &CorrelationFilter::default()).total, 1);
    holdings.view().verify().unwrap();
    drop(holdings);
    spoil("UPDATE value_key SET hash = hash + 1 WHERE oid = 1");
    let verified = home.holdings().view().verify();
    assert!(verified.unwrap_err().to_string().contains("the index of values"));
}

#[test]
fn the_own_list_is_written_by_the_rules_of_this_edition() {
    let home = Home::new();
    let mut holdings = home.holdings();
    give(&mut holdings, "a", &[indicator(1, "0a", "мост.example", "")]);
    give(&mut holdings, "b", &[indicator(2, "0b", "xn--l1aeje.example", "")]);
    let tx = holdings.transaction().unwrap();
    for (text, reason) in [("мост.example", "a hosting name"), ("МОСТ.example", "again"), ("a.example", "as before")]
    {
        // As the first edition wrote it, which knew no Punycode.
        let value = CorrelatedValue { kind: Kind::Domain, value: text.to_owned() };
        tx.add_stop_value(&value, reason, Some(&officer("alice")), now()).unwrap();
    }
    tx.commit().unwrap();
    drop(holdings);
    let file = rusqlite::Connection::open(home.path("holdings.db")).unwrap();
    file.execute_batch("UPDATE value_state SET edition = 1").unwrap();
    let mut holdings = home.holdings();
    index(&mut holdings);
    let listed: Vec<(String, Option<String>)> =
        holdings.view().stop_values().unwrap().into_iter().map(|stop| (stop.value, stop.officer)).collect();
    let by = Some("alice".to_owned());
    assert_eq!(listed, [("a.example".to_owned(), by.clone()), ("xn--l1aeje.example".to_owned(), by)]);
    let page = ask(&holdings, &CorrelationFilter::default());
    assert_eq!((page.total, page.stopped), (0, 1));
    holdings.view().verify().unwrap();
    let tx = holdings.transaction().unwrap();
    assert!(tx.remove_stop_value(&CorrelatedValue::new(Kind::Domain, "Мост.example").unwrap()).unwrap());
    tx.commit().unwrap();
    assert_eq!(ask(&holdings, &CorrelationFilter::default()).total, 1);
}

/// The numbers of the versions that have every run of a text.
fn versions_with(holdings: &Holdings, text: &str) -> BTreeSet<i64> {
    let view = holdings.view();
    let mut prints = Vec::new();
    comity_release::leak::Printer::new(view.print_key().unwrap()).text(text, &mut prints);
    assert!(!prints.is_empty());
    let mut found: Vec<BTreeSet<i64>> = Vec::new();
    for print in prints {
        let mut versions = BTreeSet::new();
        view.versions_with(&BTreeSet::from([print]), &mut |_, vid| versions.insert(vid)).unwrap();
        found.push(versions);
    }
    found.into_iter().reduce(|one, other| &one & &other).unwrap_or_default()
}

fn telling(n: u32, day: u32, text: &str) -> Vec<u8> {
    malware(n, day, &format!(r#","description":"{text}""#))
}

const SENTENCE: &str = "two men crossed the river at dawn by boat";

#[test]
fn every_text_is_in_the_index_until_it_is_erased() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let many: Vec<Vec<u8>> =
        (0..400).map(|n| telling(n, 1, &format!("{SENTENCE} and number {n} was not there"))).collect();
    give(&mut holdings, "feed", &many);
    // Later arrivals come one at a time; an earlier version counts too.
    for n in 400..430 {
        let tx = holdings.transaction().unwrap();
        tx.put_own(&[telling(n, 1, SENTENCE)], None, &officer("alice"), now()).unwrap();
        tx.commit().unwrap();
        index(&mut holdings);
    }
    give(&mut holdings, "own", &[telling(3, 2, "nothing of that was said by anybody here")]);
    assert_eq!(versions_with(&holdings, SENTENCE).len(), 430);
    assert_eq!(versions_with(&holdings, "at dawn by boat and number 7 was").len(), 1);
    assert!(versions_with(&holdings, "two women crossed the river at dawn").is_empty());
    assert!(holdings.view().indexes_whole().unwrap());
    let tx = holdings.transaction().unwrap();
    for n in [0, 3, 410] {
        tx.erase_object(&malware_id(n), "r", now()).unwrap();
    }
    tx.commit().unwrap();
    index(&mut holdings);
    assert_eq!(versions_with(&holdings, SENTENCE).len(), 427);
    assert!(holdings.view().indexes_whole().unwrap());
    holdings.view().verify().unwrap();
    // What comes under a number that is free again is read again.
    give(&mut holdings, "link:kps", &[telling(500, 1, SENTENCE)]);
    assert_eq!(versions_with(&holdings, SENTENCE).len(), 428);
}

#[test]
fn an_index_of_texts_that_is_behind_or_cut_says_so() {
    let home = Home::new();
    let mut holdings = home.holdings();
    import_objects(&mut holdings, &[telling(1, 1, SENTENCE)], &options("feed", None));
    assert!(!holdings.view().indexes_whole().unwrap(), "behind");
    index(&mut holdings);
    assert!(holdings.view().indexes_whole().unwrap());
    drop(holdings);
    let edit = |sql: &str| {
        let file = rusqlite::Connection::open(home.path("holdings.db")).unwrap();
        file.execute_batch(sql).unwrap();
    };
    // Another edition of the rules: all of it is read again.
    edit("UPDATE print_state SET edition = 0");
    let mut holdings = home.holdings();
    assert!(!holdings.view().indexes_whole().unwrap());
    index(&mut holdings);
    assert_eq!(versions_with(&holdings, SENTENCE).len(), 1);
    drop(holdings);
    for (sql, named) in [
        ("UPDATE print_page SET prints = zeroblob(26)", "a page is damaged"),
        (
            "UPDATE print_page SET prints = x'00000000000000010000000001', first = -9223372036854775807, first_vid = 1; UPDATE print_segment SET prints = 1; UPDATE print_state SET prints = 1",
            "not what the texts say",
        ),
        ("DELETE FROM print_page; UPDATE held_count SET rows = 0 WHERE name = 'print_page'", "pages are missing"),
        ("DELETE FROM print_segment", "pages are missing"),
    ] {
        edit(sql);
        let holdings = home.holdings();
        let bad = holdings.view().verify().unwrap_err().to_string();
        assert!(bad.contains(named), "{sql}: {bad}");
    }
    assert!(!home.holdings().view().indexes_whole().unwrap());
}
