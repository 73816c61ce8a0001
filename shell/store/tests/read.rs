//! Reading: search in many scripts, filters, pages, relations, marking, what partners release.

use crate::common;

use comity_store::{Filter, Holdings, Marking, Mode, Origin, Outcome, Received, SearchQuery, Standing, StoreError};
use comity_vocab::Tlp;
use common::*;

fn found(holdings: &Holdings, text: &str) -> Vec<String> {
    let query = SearchQuery { text: Some(text.into()), ..Default::default() };
    holdings.view().search(&query).unwrap().hits.into_iter().map(|hit| hit.id).collect()
}

#[test]
fn finds_words_of_any_script() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let texts = [
        "Кибершпионаж в Среднем море",
        "التجسس الإلكتروني على السفارات",
        "网络间谍活动针对大使馆",
        "Überwachung der Straße in Córdoba",
        "Nguyễn Văn Trỗi street",
        "東京のサイバー攻撃",
    ];
    let objects: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| malware(n as u32, 1, &format!(r#","description":"{text}","x_note":{{"deep":["unseen{n}"]}}"#)))
        .collect();
    import_objects(&mut holdings, &objects, &options("feed", None));
    let behind = holdings.view().search(&SearchQuery { text: Some("unseen0".into()), ..Default::default() }).unwrap();
    assert_eq!((behind.hits.len(), behind.text_behind), (0, 6), "says that it is behind");
    index(&mut holdings);
    for (text, n) in [
        ("кибершпионаж", 0),
        ("МОРЕ", 0),
        ("التجسس", 1),
        ("间谍", 2),
        ("大使馆", 2),
        ("uberwachung", 3),
        ("cordoba", 3),
        ("strasse", 3),
        ("nguyen", 4),
        ("サイバー", 5),
        ("unseen4", 4),
        ("\"Văn Trỗi\"", 4),
        ("überwach*", 3),
    ] {
        assert_eq!(found(&holdings, text), [malware_id(n)], "{text}");
    }
    assert_eq!(found(&holdings, "embassy"), [""; 0]);
    for text in ["", "  ", "\"", "*"] {
        let query = SearchQuery { text: Some(text.into()), ..Default::default() };
        match holdings.view().search(&query) {
            Err(StoreError::Query { .. }) => {}
            other => panic!("{text:?}: {other:?}"),
        }
    }
    // What a person types is never query language.
    for text in ["a OR b", "body:x", "NEAR(a b)", "a AND", "^x", "-x", "'; DROP TABLE version; --", "x\"y", "(("] {
        let query = SearchQuery { text: Some(text.into()), ..Default::default() };
        assert!(matches!(holdings.view().search(&query), Ok(_) | Err(StoreError::Query { .. })), "{text}");
    }
}

#[test]
fn pages_and_filters() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let objects: Vec<_> = (1..=30).map(|n| malware(n, n % 28 + 1, r#","description":"common""#)).collect();
    import_objects(&mut holdings, &objects, &options("a", Some("TLP:GREEN")));
    import_objects(&mut holdings, &[malware(100, 5, r#","description":"common""#)], &options("b", None));
    let tool = br#"{"type":"tool","id":"tool--31b940d4-6f7f-459a-80ea-000000000001","name":"common"}"#.to_vec();
    import_objects(&mut holdings, &[tool], &options("b", Some("TLP:GREEN//REL TO kps")));
    index(&mut holdings);
    for text in [None, Some("common".to_owned())] {
        let mut query = SearchQuery { text, limit: 7, ..Default::default() };
        let mut all = Vec::new();
        loop {
            let page = holdings.view().search(&query).unwrap();
            assert!(page.hits.len() <= 7 && !page.cut);
            all.extend(page.hits);
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        assert_eq!(all.len(), 32);
        assert!(all.is_sorted_by(|a, b| a.modified >= b.modified), "newest first");
        let mut ids: Vec<_> = all.iter().map(|hit| hit.id.clone()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 32, "each once");
        let count = |filter: Filter| {
            let query = SearchQuery { filter, after: None, limit: 1000, ..query.clone() };
            holdings.view().search(&query).unwrap().hits.len()
        };
        let types = |names: &[&str]| names.iter().map(|n| n.to_string()).collect();
        assert_eq!(count(Filter { types: types(&["tool"]), ..Default::default() }), 1);
        assert_eq!(count(Filter { types: types(&["tool", "malware"]), ..Default::default() }), 32);
        assert_eq!(count(Filter { types: types(&["unheard-of"]), ..Default::default() }), 0);
        assert_eq!(count(Filter { origins: vec![Origin::feed("b").unwrap()], ..Default::default() }), 2);
        assert_eq!(count(Filter { origins: vec![Origin::Own], ..Default::default() }), 0);
        assert_eq!(count(Filter { markings: vec![Marking::Unmarked], ..Default::default() }), 1);
        assert_eq!(count(Filter { markings: vec![Marking::Tlp(Tlp::Green)], ..Default::default() }), 31);
        let exactly = Marking::Exactly(label("TLP:GREEN//REL TO kps"));
        assert_eq!(count(Filter { markings: vec![exactly, Marking::Unmarked], ..Default::default() }), 2);
        let day = |d| Some(time(&format!("2020-01-{d:02}T00:00:00Z")));
        assert_eq!(count(Filter { since: day(5), until: day(6), ..Default::default() }), 2);
        assert_eq!(count(Filter { until: day(2), ..Default::default() }), 1, "without a time is not before a time");
    }
    let bad = SearchQuery { after: Some("x".into()), ..Default::default() };
    assert!(matches!(holdings.view().search(&bad), Err(StoreError::Query { part: "cursor" })));
}

#[test]
fn beginnings_of_identifiers() {
    let home = Home::new();
    let mut holdings = home.holdings();
    import_objects(&mut holdings, &[malware(1, 1, ""), malware(0x20, 1, "")], &options("a", None));
    let view = holdings.view();
    assert_eq!(view.resolve(&malware_id(1)).unwrap(), malware_id(1));
    assert_eq!(view.resolve("malware--31b940d4-6f7f-459a-80ea-00000000000").unwrap(), malware_id(1));
    assert_eq!(view.resolve("31b940d4-6f7f-459a-80ea-00000000002").unwrap(), malware_id(0x20));
    assert!(matches!(view.resolve("malware--31b940d4"), Err(StoreError::Ambiguous { .. })));
    for text in ["tool--31b940d4", "malware--32", "malware--", "", "xyz"] {
        assert!(matches!(view.resolve(text), Err(StoreError::NotHeld { .. })), "{text}");
    }
}

#[test]
fn relations_both_ways() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let relationship = format!(
        r#"{{"type":"relationship","id":"relationship--31b940d4-6f7f-459a-80ea-000000000001","relationship_type":"uses","source_ref":"{}","target_ref":"{}","created":"2020-01-01T00:00:00Z","modified":"2020-01-01T00:00:00Z"}}"#,
        malware_id(1),
        malware_id(2)
    );
    import_objects(
        &mut holdings,
        &[relationship.into_bytes(), malware(1, 1, ""), malware(2, 1, "")],
        &options("a", None),
    );
    let relations = holdings.view().relations(&malware_id(2), 10).unwrap();
    assert!(relations.outgoing.is_empty() && !relations.cut);
    let incoming = &relations.incoming[0];
    assert_eq!((incoming.property.as_str(), incoming.object_type.as_deref()), ("target_ref", Some("relationship")));
    let through = incoming.through.as_ref().unwrap();
    assert_eq!(
        (through.relationship_type.as_str(), through.id.clone(), through.name.as_deref()),
        ("uses", malware_id(1), Some("sample 1"))
    );
    let relations = holdings.view().relations("relationship--31b940d4-6f7f-459a-80ea-000000000001", 1).unwrap();
    assert_eq!((relations.outgoing.len(), relations.cut), (1, true));
    assert_eq!(relations.outgoing[0].name.as_deref(), Some("sample 1"));
    assert!(matches!(holdings.view().relations("tool--1", 10), Err(StoreError::NotHeld { .. })));
}

#[test]
fn marking_combines_and_keeps_its_history() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let amber = format!(
        r#","object_marking_refs":["{}","marking-definition--31b940d4-6f7f-459a-80ea-0000000000aa"]"#,
        Tlp::Amber.marking_id()
    );
    import_objects(&mut holdings, &[malware(1, 1, ""), malware(2, 1, &amber)], &options("a", None));
    let mark = |holdings: &mut Holdings, id: &str, text: &str| {
        let tx = holdings.transaction().unwrap();
        assert_eq!(tx.mark(id, &label(text), &officer("alice"), now()).unwrap(), 1);
        tx.commit().unwrap();
        holdings.view().get(id).unwrap().unwrap().label
    };
    assert_eq!(holdings.view().get(&malware_id(1)).unwrap().unwrap().label, None, "unmarked");
    assert_eq!(mark(&mut holdings, &malware_id(1), "TLP:RED//REL TO kps"), Some(label("TLP:RED//REL TO kps")));
    assert_eq!(mark(&mut holdings, &malware_id(1), "TLP:GREEN"), Some(label("TLP:GREEN")), "ours: the newest counts");
    let second = holdings.view().get(&malware_id(2)).unwrap().unwrap();
    assert_eq!((second.label, second.unknown_markings.len()), (Some(label("TLP:AMBER")), 1));
    assert_eq!(
        mark(&mut holdings, &malware_id(2), "TLP:CLEAR"),
        Some(label("TLP:AMBER")),
        "never below its own references"
    );
    assert_eq!(holdings.view().marking_history(&malware_id(1)).unwrap().len(), 2);
    let tx = holdings.transaction().unwrap();
    let filter = Filter { markings: vec![Marking::Tlp(Tlp::Green)], ..Default::default() };
    assert_eq!(tx.mark_matching(&filter, &label("TLP:AMBER+STRICT"), &officer("bob"), now()).unwrap(), 1);
    let query =
        SearchQuery { filter: Filter { types: vec!["malware".into()], ..Default::default() }, ..Default::default() };
    assert_eq!(tx.mark_found(&query, &label("TLP:RED"), &officer("bob"), now()).unwrap(), 2);
    assert!(matches!(tx.mark("tool--1", &label("TLP:RED"), &officer("bob"), now()), Err(StoreError::NotHeld { .. })));
    drop(tx);
    assert_eq!(holdings.view().get(&malware_id(1)).unwrap().unwrap().label, Some(label("TLP:GREEN")), "not committed");
    holdings.view().verify().unwrap();
}

fn received(release: &str) -> Received {
    Received {
        partner: "kps".parse().unwrap(),
        release: release.into(),
        seq: 7,
        label: Some(label("TLP:AMBER//REL TO vsis")),
        terms: Some("for lead purposes".into()),
    }
}

#[test]
fn what_a_partner_releases() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let tx = holdings.transaction().unwrap();
    let own = tx.put_own(&[malware(1, 1, "")], None, &officer("alice"), now()).unwrap();
    assert_eq!(own[0].outcome, Outcome::Accepted);
    assert!(matches!(tx.put_own(&[b"{}".to_vec()], None, &officer("alice"), now()), Err(StoreError::Refused { .. })));
    let foreign = malware(1, 9, r#","description":"forged""#);
    let same_version = malware(1, 1, r#","description":"forged""#);
    let arrived = [foreign, same_version, malware(2, 1, ""), malware(1, 1, "")];
    let stored = tx.put_received(&received("r-1"), &bundle(&arrived), &mut |_| false, now()).unwrap();
    let outcomes: Vec<_> = stored.into_iter().map(|s| s.outcome).collect();
    assert_eq!(outcomes, [Outcome::NewVersion, Outcome::Conflict, Outcome::Accepted, Outcome::Unchanged]);
    assert!(matches!(
        tx.put_received(&received("r-2"), b"not json", &mut |_| false, now()),
        Err(StoreError::Refused { .. })
    ));
    tx.commit().unwrap();
    let view = holdings.view();
    let ours = view.get(&malware_id(1)).unwrap().unwrap();
    assert_eq!((ours.bytes.clone(), ours.origin()), (malware(1, 1, ""), &Origin::Own), "ours stays ours");
    let aside: Vec<_> = view.conflicts(&malware_id(1)).unwrap().into_iter().map(|o| o.standing).collect();
    assert_eq!(aside, [Standing::Foreign, Standing::Foreign]);
    let theirs = view.get(&malware_id(2)).unwrap().unwrap();
    assert_eq!(theirs.label, Some(label("TLP:AMBER//REL TO vsis")));
    let provenance = &theirs.provenance;
    assert_eq!(
        (provenance.release.as_deref(), provenance.seq, provenance.terms.as_deref()),
        (Some("r-1"), Some(7), Some("for lead purposes"))
    );
    assert_eq!(view.received_ways(&malware_id(1)).unwrap().len(), 2);
    let tx = holdings.transaction().unwrap();
    tx.mark(&malware_id(2), &label("TLP:CLEAR"), &officer("alice"), now()).unwrap();
    assert_eq!(
        tx.view().get(&malware_id(2)).unwrap().unwrap().label,
        Some(label("TLP:AMBER//REL TO vsis")),
        "a partner's label is not widened"
    );
    tx.commit().unwrap();
    index(&mut holdings);
    assert_eq!(found(&holdings, "forged"), [""; 0], "set aside is not found");
    assert_eq!(found(&holdings, "sample 2"), [malware_id(2)]);
    holdings.view().verify().unwrap();
    drop(holdings);
    let reader = Holdings::open(&home.path("holdings.db"), Mode::ReadOnly).unwrap();
    assert_eq!(found(&reader, "sample 2"), [malware_id(2)]);
    reader.view().verify().unwrap();
}

#[test]
fn a_long_import_takes_the_second_thread_for_its_text() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let objects: Vec<_> = (1..=1_500).map(|n| malware(n, 1, &format!(r#","description":"word{n}""#))).collect();
    import_objects(&mut holdings, &objects, &options("a", None));
    assert_eq!(holdings.index_pending(1_000).unwrap(), 500, "as many as asked for");
    assert_eq!(found(&holdings, "word1000"), [malware_id(1_000)]);
    assert_eq!(found(&holdings, "word1001"), [""; 0]);
    assert_eq!(holdings.index_pending(usize::MAX).unwrap(), 0);
    assert_eq!(found(&holdings, "word1500"), [malware_id(1_500)]);
    assert_eq!(holdings.view().verify().unwrap().texts, 1_500);
}
