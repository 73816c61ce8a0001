//! What the workbench asks of the store: neighbours, facets, the inbox, moments, places; and that nothing of it outlives an erasure.

use crate::common;

use comity_store::desk::ReceivedItem;
use comity_store::{
    Arrival, Filter, Holdings, InboxQuery, Marking, Origin, Presence, SearchQuery, Standing, TimeKind, TimelineQuery,
};
use common::{Home, import_objects, index, label, malware, malware_id, now, options, time};

fn indicator(n: u32, valid_from: &str) -> Vec<u8> {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--31b940d4-6f7f-459a-80ea-{n:012x}","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-02T00:00:00.000Z","pattern":"x","pattern_type":"stix","valid_from":"{valid_from}"}}"#
    )
    .into_bytes()
}

fn relationship(n: u32, from: &str, word: &str, to: &str) -> Vec<u8> {
    format!(
        r#"{{"type":"relationship","spec_version":"2.1","id":"relationship--31b940d4-6f7f-459a-80ea-{n:012x}","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","relationship_type":"{word}","source_ref":"{from}","target_ref":"{to}"}}"#
    )
    .into_bytes()
}

#[test]
fn neighbours_pass_through_relationships_page_by_page() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let mut objects = vec![malware(0, 1, r#","created_by_ref":"identity--31b940d4-6f7f-459a-80ea-000000000001""#)];
    for n in 1..=7 {
        objects.push(malware(n, 1, ""));
        objects.push(relationship(n, &malware_id(n), "variant-of", &malware_id(0)));
    }
    import_objects(&mut holdings, &objects, &options("a", Some("TLP:GREEN")));
    let view = holdings.view();
    let first = view.neighbours(&malware_id(0), None, 4).unwrap();
    let shown: Vec<_> = first.list.iter().map(|n| (n.outward, n.word.as_str(), n.other.presence)).collect();
    assert_eq!(shown[0], (true, "created_by_ref", Presence::Mentioned));
    assert!(shown[1..].iter().all(|one| *one == (false, "variant-of", Presence::Held)), "{shown:?}");
    let second = view.neighbours(&malware_id(0), first.next, 4).unwrap();
    assert_eq!((first.list.len(), second.list.len(), second.next), (5, 3, None));
    let mut titles: Vec<_> =
        first.list[1..].iter().chain(&second.list).map(|n| n.other.title.clone().unwrap()).collect();
    titles.sort();
    assert_eq!(titles, (1..=7).map(|n| format!("sample {n}")).collect::<Vec<_>>());
    assert_eq!(view.degree(&malware_id(0)).unwrap(), 7);
    let of_seven = view.neighbours(&malware_id(7), None, 4).unwrap();
    assert_eq!((of_seven.list[0].outward, of_seven.list[0].other.id.as_str()), (true, malware_id(0).as_str()));
}

#[test]
fn facets_count_what_a_search_finds() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let many: Vec<_> = (1..=40).map(|n| malware(n, 1, r#","description":"common""#)).collect();
    import_objects(&mut holdings, &many, &options("a", Some("TLP:GREEN")));
    import_objects(&mut holdings, &[indicator(1, "2021-01-01T00:00:00Z")], &options("b", None));
    index(&mut holdings);
    let count = |query: SearchQuery| {
        let facets = holdings.view().facets(&query).unwrap();
        let list = |facets: Vec<comity_store::Facet>| {
            facets.into_iter().map(|f| format!("{} {}", f.value, f.count)).collect::<Vec<_>>().join(", ")
        };
        [list(facets.types), list(facets.origins), list(facets.labels), list(facets.years)].join("; ")
    };
    let filter = |filter: Filter| SearchQuery { filter, ..Default::default() };
    for (query, expected) in [
        (SearchQuery::default(), "malware 40, indicator 1; a 40, b 1; TLP:GREEN 40,  1; 2020 41"),
        (SearchQuery { text: Some("common".into()), ..Default::default() }, "malware 40; a 40; TLP:GREEN 40; 2020 40"),
        (
            filter(Filter { origins: vec![Origin::feed("b").unwrap()], ..Default::default() }),
            "indicator 1; b 1;  1; 2020 1",
        ),
        (filter(Filter { markings: vec![Marking::Unmarked], ..Default::default() }), "indicator 1; b 1;  1; 2020 1"),
        (filter(Filter { types: vec!["tool".into()], ..Default::default() }), "; ; ; "),
    ] {
        assert_eq!(count(query), expected);
    }
}

fn arrive(holdings: &mut Holdings, n: u32, at: &str) {
    let tx = holdings.transaction().unwrap();
    let received = comity_store::Received {
        partner: "kps".parse().unwrap(),
        release: format!("r-{n}"),
        seq: u64::from(n),
        label: Some(label("TLP:AMBER")),
        terms: None,
    };
    tx.put_received(&received, &common::bundle(&[malware(n, 1, "")]), &mut |_| false, time(at)).unwrap();
    tx.view()
        .desk()
        .put_received(&ReceivedItem {
            link: "kps".into(),
            object_id: malware_id(n),
            version: "2020-01-01T00:00:00.000Z".into(),
            release: format!("r-{n}"),
            log_seq: u64::from(n),
            header: r#"{"label":"TLP:AMBER"}"#.into(),
            at: at.into(),
            recalled: None,
        })
        .unwrap();
    tx.commit().unwrap();
}

#[test]
fn the_inbox_merges_items_and_files_and_remembers_what_was_read() {
    let home = Home::new();
    let mut holdings = home.holdings();
    for n in 1..=5 {
        arrive(&mut holdings, n, &format!("2026-01-0{n}T00:00:00.000Z"));
    }
    import_objects(&mut holdings, &[malware(50, 1, "")], &options("feed", None));
    let read = |holdings: &Holdings, query: InboxQuery| {
        let mut query = InboxQuery { officer: "alice".into(), limit: 2, ..query };
        let mut rows = Vec::new();
        loop {
            let page = holdings.view().inbox(&query).unwrap();
            assert!(page.rows.len() <= 2);
            rows.extend(page.rows);
            match page.next {
                Some(next) => query.after = Some(next),
                None => return rows,
            }
        }
    };
    let keys = |rows: &[comity_store::InboxRow]| rows.iter().map(|row| row.key.clone()).collect::<Vec<_>>();
    let key = |n: u32| format!("kps {} 2020-01-01T00:00:00.000Z", malware_id(n));
    let all = read(&holdings, InboxQuery::default());
    assert_eq!(keys(&all)[1..], [5, 4, 3, 2, 1].map(key));
    assert!(matches!(&all[0].arrival, Arrival::Batch(batch) if batch.accepted == 1));
    let unread = |holdings: &Holdings| read(holdings, InboxQuery { unread: true, ..Default::default() }).len();
    assert_eq!(unread(&holdings), 6);
    let tx = holdings.transaction().unwrap();
    tx.mark_read("alice", &[key(3), key(4)], true).unwrap();
    tx.mark_read("bob", &[key(1)], true).unwrap();
    tx.commit().unwrap();
    assert_eq!(unread(&holdings), 4, "another's marks do not count");
    assert!(holdings.view().unread_of("alice", &malware_id(3)).unwrap().is_empty());
    assert_eq!(holdings.view().unread_of("alice", &malware_id(1)).unwrap(), [key(1)]);
    let tx = holdings.transaction().unwrap();
    tx.mark_all_read("alice", now()).unwrap();
    tx.mark_read("alice", &[key(2)], false).unwrap();
    tx.commit().unwrap();
    assert_eq!(keys(&read(&holdings, InboxQuery { unread: true, ..Default::default() })), [key(2)]);
    for (query, expected) in [
        (InboxQuery { origin: Some("link:kps".parse().unwrap()), ..Default::default() }, 5),
        (InboxQuery { origin: Some("feed".parse().unwrap()), ..Default::default() }, 1),
        (InboxQuery { object_type: Some("malware".into()), ..Default::default() }, 5),
        (InboxQuery { object_type: Some("mal".into()), ..Default::default() }, 0),
        (InboxQuery { label: Some("TLP:AMBER".into()), ..Default::default() }, 5),
        (InboxQuery { label: Some("TLP:RED".into()), ..Default::default() }, 0),
    ] {
        assert_eq!(read(&holdings, query.clone()).len(), expected, "{query:?}");
    }
}

fn moments(holdings: &Holdings, by: TimeKind) -> Vec<String> {
    let query = TimelineQuery { by, from: None, to: None, types: Vec::new() };
    let found = holdings.view().moments(&query).unwrap();
    let first = holdings.view().moments_first(&query, 100).unwrap();
    assert_eq!((found.total, found.behind), (first.len() as u64, 0));
    first.iter().map(|m| format!("{} {} {}", m.object.object_type, m.at, m.property)).collect()
}

#[test]
fn moments_follow_the_current_version_and_go_with_it() {
    let home = Home::new();
    let mut holdings = home.holdings();
    import_objects(
        &mut holdings,
        &[indicator(1, "1970-01-01T00:01:00Z"), malware(2, 1, r#","first_seen":"1970-01-01T00:02:00Z""#)],
        &options("a", None),
    );
    index(&mut holdings);
    assert_eq!(moments(&holdings, TimeKind::Seen), ["indicator 60 valid_from", "malware 120 first_seen"]);
    import_objects(&mut holdings, &[malware(2, 3, r#","first_seen":"1970-01-01T00:00:30Z""#)], &options("a", None));
    index(&mut holdings);
    assert_eq!(moments(&holdings, TimeKind::Seen), ["malware 30 first_seen", "indicator 60 valid_from"]);
    // An older version that comes late does not count.
    import_objects(&mut holdings, &[malware(2, 2, r#","first_seen":"1970-01-01T00:09:00Z""#)], &options("a", None));
    index(&mut holdings);
    assert_eq!(moments(&holdings, TimeKind::Seen)[0], "malware 30 first_seen");
    assert_eq!(moments(&holdings, TimeKind::Arrived).len(), 2);
    let tx = holdings.transaction().unwrap();
    tx.erase_object(&malware_id(2), "recall-1", now()).unwrap();
    tx.commit().unwrap();
    index(&mut holdings);
    assert_eq!(moments(&holdings, TimeKind::Seen), ["indicator 60 valid_from"]);
    let glimpse = holdings.view().glimpse(&malware_id(2)).unwrap().unwrap();
    assert_eq!((glimpse.presence, glimpse.title), (Presence::Recalled, None));
}

#[test]
fn a_long_lineage_is_bounded_and_each_version_is_found() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let versions: Vec<_> = (1..=28).map(|day| malware(1, day, "")).collect();
    import_objects(&mut holdings, &versions, &options("a", None));
    let lineage = holdings.view().lineage(&malware_id(1), 5).unwrap();
    assert_eq!((lineage.versions.len(), lineage.count), (5, 28));
    assert_eq!(lineage.versions[0].standing, Standing::Current);
    let last = lineage.versions[4].digest;
    let found = holdings.view().version_with(&malware_id(1), &last).unwrap().unwrap();
    assert_eq!((found.digest, found.standing), (last, Standing::History));
    assert!(holdings.view().version_with(&malware_id(2), &last).unwrap().is_none());
}

#[test]
fn locations_without_a_place_are_locations_too() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let location = |n: u32, more: &str| {
        format!(r#"{{"type":"location","id":"location--31b940d4-6f7f-459a-80ea-{n:012x}"{more}}}"#).into_bytes()
    };
    import_objects(
        &mut holdings,
        &[
            location(1, r#","latitude":1.5,"longitude":2"#),
            location(2, r#","latitude":91,"longitude":2"#),
            location(3, r#","latitude":"x","country":5"#),
            relationship(1, &malware_id(1), "located-at", "location--31b940d4-6f7f-459a-80ea-000000000001"),
        ],
        &options("a", None),
    );
    let found = holdings.view().locations(10).unwrap();
    let shown: Vec<_> = found.list.iter().rev().map(|l| (l.latitude, l.longitude, l.tied)).collect();
    assert_eq!(shown, [(Some(1.5), Some(2.0), 1), (None, Some(2.0), 0), (None, None, 0)]);
    assert!(holdings.view().locations(2).unwrap().cut && !found.cut);
}
