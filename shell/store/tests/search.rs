//! Search tells the truth: filters before every cut, each object once, facets that leave no value out, values in every spelling.

use crate::common;

use comity_store::{Facet, FacetBounds, Filter, Holdings, Marking, Origin, SearchBounds, SearchQuery, StoreError};
use comity_vocab::Timestamp;
use common::*;
use std::collections::{BTreeMap, BTreeSet};

const TYPES: [&str; 4] = ["malware", "tool", "campaign", "intrusion-set"];
const FEEDS: [&str; 3] = ["a", "b", "c"];
const LABELS: [Option<&str>; 4] = [Some("TLP:GREEN"), Some("TLP:CLEAR"), Some("TLP:AMBER//REL TO kps"), None];
const WORDS: [&str; 4] = ["mass", "common", "rare", "mass common"];

/// Deterministic numbers.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// What is known of an object without asking the store.
#[derive(Clone)]
struct Known {
    object_type: &'static str,
    feed: &'static str,
    label: Option<&'static str>,
    modified: String,
    words: &'static str,
}

impl Known {
    fn at(&self) -> Option<Timestamp> {
        Timestamp::parse(&self.modified).ok()
    }
}

fn bytes(n: usize, one: &Known) -> Vec<u8> {
    format!(
        r#"{{"type":"{0}","spec_version":"2.1","id":"{0}--31b940d4-6f7f-459a-80ea-{n:012x}","created":"2001-01-01T00:00:00.000Z","modified":"{1}","name":"object {n}","description":"{2}"}}"#,
        one.object_type, one.modified, one.words
    )
    .into_bytes()
}

fn id(n: usize, one: &Known) -> String {
    format!("{}--31b940d4-6f7f-459a-80ea-{n:012x}", one.object_type)
}

/// Objects of many imports, some with a further version, some whose `modified` is no time of the usual length.
fn stock(holdings: &mut Holdings, draw: &mut Draw, imports: usize) -> BTreeMap<String, Known> {
    let mut held: BTreeMap<String, Known> = BTreeMap::new();
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut all: Vec<Known> = Vec::new();
    for _ in 0..imports {
        let (feed, label) = (FEEDS[draw.below(3)], LABELS[draw.below(4)]);
        let object_type = TYPES[draw.below(4)];
        let year = 2010 + draw.below(12);
        let mut objects = Vec::new();
        for _ in 0..1 + draw.below(20) {
            let again = places.get(feed).filter(|_| draw.below(5) == 0).map(|held| held[draw.below(held.len())]);
            let n = again.unwrap_or(all.len());
            let modified = match draw.below(30) {
                0 => "2020-1-1 00".to_owned(),
                _ => format!(
                    "{:04}-{:02}-{:02}T00:00:{:02}.000Z",
                    year,
                    1 + draw.below(12),
                    1 + draw.below(28),
                    draw.below(60)
                ),
            };
            let words = WORDS[draw.below(4)];
            let one = match again {
                Some(n) => Known { modified, words, label, ..all[n].clone() },
                None => Known { object_type, feed, label, modified, words },
            };
            if again.is_some() && (one.at().is_none() || one.at() <= all[n].at()) {
                continue;
            }
            objects.push(bytes(n, &one));
            held.insert(id(n, &one), one.clone());
            match again {
                Some(n) => all[n] = one,
                None => {
                    all.push(one);
                    places.entry(feed).or_default().push(n);
                }
            }
        }
        if !objects.is_empty() {
            import_objects(holdings, &objects, &options(feed, label));
        }
    }
    index(holdings);
    held
}

fn question(draw: &mut Draw) -> SearchQuery {
    let mut filter = Filter::default();
    if draw.below(3) == 0 {
        filter.types.push(TYPES[draw.below(4)].to_owned());
    }
    if draw.below(3) == 0 {
        filter.origins.push(Origin::feed(FEEDS[draw.below(3)]).unwrap());
    }
    if draw.below(3) == 0 {
        filter.markings.push(LABELS[draw.below(4)].map_or(Marking::Unmarked, |text| Marking::Exactly(label(text))));
    }
    if draw.below(3) == 0 {
        let year = 2009 + draw.below(14);
        filter.since = Some(time(&format!("{year}-01-01T00:00:00Z")));
        filter.until = Some(time(&format!("{}-01-01T00:00:00Z", year + 1 + draw.below(3))));
    }
    let text = [None, Some("mass"), Some("common"), Some("rare"), Some("mass common"), Some("nowhere")][draw.below(6)];
    SearchQuery { text: text.map(str::to_owned), filter, limit: 1 + draw.below(9), after: None }
}

fn fits(query: &SearchQuery, one: &Known) -> bool {
    let filter = &query.filter;
    let has = |word: &str| one.words.split(' ').any(|held| held == word);
    query.text.as_ref().is_none_or(|text| text.split(' ').all(has))
        && (filter.types.is_empty() || filter.types.iter().any(|name| name == one.object_type))
        && (filter.origins.is_empty() || filter.origins.contains(&Origin::feed(one.feed).unwrap()))
        && (filter.markings.is_empty()
            || filter.markings.contains(&one.label.map_or(Marking::Unmarked, |text| Marking::Exactly(label(text)))))
        && filter.since.is_none_or(|since| one.at().is_some_and(|at| at >= since))
        && filter.until.is_none_or(|until| one.at().is_some_and(|at| at < until))
}

/// Goes on until there is no next page; returns the hits, and whether any page was cut.
fn all_pages(
    holdings: &Holdings,
    query: &SearchQuery,
    bounds: &SearchBounds,
) -> (Vec<(String, Option<Timestamp>)>, bool) {
    let (mut query, mut found, mut cut) = (query.clone(), Vec::new(), false);
    for _ in 0..10_000 {
        let page = holdings.view().search_within(&query, bounds).unwrap();
        assert!(page.hits.len() <= query.limit);
        cut |= page.cut;
        found.extend(page.hits.into_iter().map(|hit| (hit.id, hit.modified)));
        match page.next {
            Some(next) => query.after = Some(next),
            None => return (found, cut),
        }
    }
    panic!("the pages do not end: {query:?}");
}

#[test]
fn every_object_is_found_once_whatever_the_bounds() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let mut draw = Draw(3);
    let held = stock(&mut holdings, &mut draw, 40);
    assert!(held.len() > 200);
    let mut cuts = 0;
    for _ in 0..400 {
        let query = question(&mut draw);
        let bounds = match draw.below(3) {
            0 => SearchBounds::default(),
            _ => SearchBounds { block: 1 + draw.below(60), looked: 1 + draw.below(80), streamed: 1 + draw.below(200) },
        };
        let (found, cut) = all_pages(&holdings, &query, &bounds);
        let expected: BTreeSet<&String> = held.iter().filter(|(_, one)| fits(&query, one)).map(|(id, _)| id).collect();
        let ids: BTreeSet<&String> = found.iter().map(|(id, _)| id).collect();
        assert_eq!(ids, expected, "{query:?} {bounds:?}");
        assert_eq!(found.len(), ids.len(), "each once: {query:?} {bounds:?}");
        if !cut || query.text.is_none() {
            assert!(found.is_sorted_by(|one, other| one.1 >= other.1), "newest first: {query:?} {bounds:?}");
        }
        cuts += usize::from(cut);
    }
    assert!(cuts > 50, "the bounds were met: {cuts}");
}

fn naive(held: &BTreeMap<String, Known>, query: &SearchQuery) -> [BTreeMap<String, u64>; 4] {
    let mut counts: [BTreeMap<String, u64>; 4] = Default::default();
    for one in held.values().filter(|one| fits(query, one)) {
        let label = one.label.map(|text| label(text).to_string()).unwrap_or_default();
        let year = one.at().map(|at| at.to_string()[..4].to_owned());
        for (sort, value) in
            [Some(one.object_type.to_owned()), Some(one.feed.to_owned()), Some(label), year].into_iter().enumerate()
        {
            if let Some(value) = value {
                *counts[sort].entry(value).or_default() += 1;
            }
        }
    }
    counts
}

#[test]
fn facets_leave_no_value_out_and_say_what_is_the_least() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let mut draw = Draw(11);
    let held = stock(&mut holdings, &mut draw, 60);
    let (mut exact, mut open) = (0, 0);
    for _ in 0..400 {
        let query = question(&mut draw);
        let bounds = match draw.below(3) {
            0 => FacetBounds::default(),
            _ => FacetBounds {
                looked: draw.below(60),
                matches: 1 + draw.below(200),
                completing: draw.below(300),
                passed: draw.below(2_000),
                asked: draw.below(40),
            },
        };
        let facets = holdings.view().facets_within(&query, &bounds).unwrap();
        assert!(!facets.unlisted);
        let expected = naive(&held, &query);
        for (sort, listed) in [&facets.types, &facets.origins, &facets.labels, &facets.years].into_iter().enumerate() {
            for Facet { value, count, more } in listed {
                let there = expected[sort].get(value).copied().unwrap_or_default();
                if *more {
                    assert!(*count <= there, "{value}: {count}+ of {there}: {query:?} {bounds:?}");
                    open += 1;
                } else {
                    assert_eq!((*count, *count > 0), (there, true), "{value}: {query:?} {bounds:?}");
                    exact += 1;
                }
            }
            let listed: BTreeSet<&String> = listed.iter().map(|facet| &facet.value).collect();
            for value in expected[sort].keys() {
                assert!(listed.contains(value), "{value} is missing: {query:?} {bounds:?}");
            }
        }
        if !facets.cut {
            let least = [&facets.types, &facets.origins, &facets.labels, &facets.years, &facets.states]
                .into_iter()
                .any(|listed| listed.iter().any(|facet| facet.more));
            assert!(!least, "nothing is 'at least' where all was counted: {query:?} {bounds:?}");
        }
    }
    assert!(exact > 500 && open > 500, "both were met: {exact}, {open}");
}

#[test]
fn what_came_long_ago_is_found_and_listed_behind_many() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let old = |n: usize| Known {
        object_type: "campaign",
        feed: "a",
        label: Some("TLP:CLEAR"),
        modified: format!("2012-01-01T00:00:{:02}.000Z", n % 60),
        words: "mass",
    };
    let new =
        |n: usize| Known { object_type: "malware", modified: format!("2025-01-01T00:00:{:02}.000Z", n % 60), ..old(n) };
    let olds: Vec<_> = (0..70).map(|n| bytes(n, &old(n))).collect();
    let news: Vec<_> = (70..500).map(|n| bytes(n, &new(n))).collect();
    import_objects(&mut holdings, &olds, &options("a", Some("TLP:CLEAR")));
    import_objects(&mut holdings, &news, &options("b", Some("TLP:GREEN")));
    index(&mut holdings);
    // The few of a filter are found however many matches came after them.
    let bounds = SearchBounds { block: 100, looked: 100, streamed: 1_000 };
    let clear = Filter { markings: vec![Marking::Tlp(comity_vocab::Tlp::Clear)], ..Default::default() };
    let query = SearchQuery { text: Some("mass".into()), filter: clear, limit: 50, after: None };
    let page = holdings.view().search_within(&query, &bounds).unwrap();
    assert_eq!((page.hits.len(), page.cut, page.next.is_some()), (50, false, true));
    assert_eq!(all_pages(&holdings, &query, &bounds).0.len(), 70);
    // Where the work ends first, nothing is said not to be there.
    let short = SearchBounds { block: 100, looked: 100, streamed: 200 };
    let small = FacetBounds { looked: 100, matches: 10_000, completing: 100, passed: 10_000, asked: 64 };
    let none =
        holdings.view().search_within(&SearchQuery { text: Some("mass".into()), ..query.clone() }, &short).unwrap();
    assert_eq!((none.hits.len(), none.cut), (50, false), "only the part where it lies is passed over");
    let all = SearchQuery { text: Some("mass".into()), limit: 50, ..Default::default() };
    let page = holdings.view().search_within(&all, &short).unwrap();
    assert_eq!((page.hits.len(), page.cut, page.next.is_some()), (50, true, true));
    let facets = holdings.view().facets_within(&all, &small).unwrap();
    let values = |facets: &[Facet]| facets.iter().map(|facet| facet.value.clone()).collect::<BTreeSet<_>>();
    assert!(facets.cut);
    assert_eq!(values(&facets.types), ["campaign".to_owned(), "malware".to_owned()].into());
    assert_eq!(values(&facets.labels), ["TLP:CLEAR".to_owned(), "TLP:GREEN".to_owned()].into());
    assert_eq!(values(&facets.years), ["2012".to_owned(), "2025".to_owned()].into());
    assert_eq!(values(&facets.origins), ["a".to_owned(), "b".to_owned()].into());
    let of_words = holdings.view().search_within(&all, &bounds).unwrap().next.unwrap();
    for (text, after) in [(None, of_words), (Some("mass".to_owned()), "00-1".to_owned())] {
        let query = SearchQuery { text, after: Some(after), ..Default::default() };
        assert!(matches!(holdings.view().search(&query), Err(StoreError::Query { part: "cursor" })), "another's place");
    }
}

#[test]
fn few_versions_are_asked_whether_they_have_words_and_none_for_a_beginning() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let one = |object_type| Known {
        object_type,
        feed: "a",
        label: None,
        modified: "2012-01-01T00:00:00.000Z".to_owned(),
        words: "mass",
    };
    let objects: Vec<_> =
        TYPES.iter().enumerate().flat_map(|(t, name)| (0..30).map(move |n| bytes(100 * t + n, &one(name)))).collect();
    import_objects(&mut holdings, &objects, &options("a", None));
    index(&mut holdings);
    // Of the matches only the last one is kept, so that of every other type but by asking nothing is known.
    let proven = |text: &str, asked: usize| {
        let bounds = FacetBounds { looked: 10, matches: 1, completing: 1_000, passed: 10_000, asked };
        let query = SearchQuery { text: Some(text.into()), ..Default::default() };
        let facets = holdings.view().facets_within(&query, &bounds).unwrap();
        assert_eq!(facets.types.len(), TYPES.len(), "what was not asked stays listed: {text}");
        assert!(facets.types.iter().all(|facet| facet.more));
        facets.types.iter().map(|facet| facet.count).sum::<u64>()
    };
    assert_eq!(proven("mass", 0), 1);
    assert_eq!(proven("mass", 20), 21, "one total for all types, 16 at most for one");
    assert_eq!(proven("mass", 64), 1 + 64);
    assert_eq!(proven("mas*", 64), 1, "a beginning is not asked");
}

#[test]
fn while_an_index_is_behind_nothing_about_words_is_said_to_be_all() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let one = |object_type, words| Known {
        object_type,
        feed: "a",
        label: None,
        modified: "2012-01-01T00:00:00.000Z".to_owned(),
        words,
    };
    import_objects(&mut holdings, &[bytes(1, &one("malware", "mass"))], &options("a", None));
    index(&mut holdings);
    let search = |holdings: &Holdings, text: Option<&str>| {
        let query = SearchQuery { text: text.map(str::to_owned), ..Default::default() };
        let view = holdings.view();
        (view.search(&query).unwrap(), view.facets(&query).unwrap())
    };
    let (page, facets) = search(&holdings, Some("mass"));
    assert_eq!((page.hits.len(), page.text_behind, facets.cut), (1, 0, false));
    let later = [bytes(2, &one("malware", "mass")), bytes(3, &one("tool", "mass"))];
    import_objects(&mut holdings, &later, &options("b", None));
    let (page, facets) = search(&holdings, Some("mass"));
    assert_eq!((page.hits.len(), page.text_behind, facets.cut), (1, 2, true));
    let least = |value: &str, count| Facet { value: value.into(), count, more: true };
    assert_eq!(facets.types, [least("malware", 1), least("tool", 0)]);
    assert_eq!(facets.origins.len(), 2, "the origin of what was not read yet is listed: {:?}", facets.origins);
    let (page, facets) = search(&holdings, None);
    assert_eq!((page.hits.len(), page.text_behind, facets.cut), (3, 0, false), "without words no such index is asked");
    index(&mut holdings);
    let (page, facets) = search(&holdings, Some("mass"));
    assert_eq!((page.hits.len(), page.text_behind, facets.cut), (3, 0, false));
}

#[test]
fn a_value_in_another_spelling_waits_for_the_index_of_values() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let object = br#"{"type":"ipv6-addr","spec_version":"2.1","id":"ipv6-addr--31b940d4-6f7f-459a-80ea-000000000001","value":"2001:0db8::0001"}"#;
    import_objects(&mut holdings, &[object.to_vec()], &options("a", None));
    index(&mut holdings);
    let found = |holdings: &Holdings, text: &str| {
        let query = SearchQuery { text: Some(text.into()), ..Default::default() };
        let facets = holdings.view().facets(&query).unwrap();
        let page = holdings.view().search(&query).unwrap();
        (page.hits.len(), page.text_behind, facets.cut)
    };
    assert_eq!(found(&holdings, "2001:db8::1"), (1, 0, false));
    // Full text has everything, the index of values nothing: so it is for a while behind a large import.
    let other = rusqlite::Connection::open(home.path("holdings.db")).unwrap();
    other.execute_batch("DELETE FROM value_key; UPDATE value_state SET indexed_vid = 0").unwrap();
    assert_eq!(holdings.view().text_behind().unwrap(), 0);
    assert_eq!(found(&holdings, "2001:db8::1"), (0, 1, true), "nothing is said not to be there");
    assert_eq!(found(&holdings, "2001*"), (1, 0, false), "a beginning is no value");
    index(&mut holdings);
    assert_eq!(found(&holdings, "2001:db8::1"), (1, 0, false));
}

#[test]
fn a_value_is_found_however_it_is_written() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let values = [
        ("domain-name", r#""value":"QUAY.example.""#),
        ("url", r#""value":"http://Quay.Example:80/""#),
        ("ipv6-addr", r#""value":"2001:0db8::0001""#),
        ("file", r#""hashes":{"MD5":"D41D8CD98F00B204E9800998ECF84270"}"#),
        ("mac-addr", r#""value":"00-1B-44-11-3A-B7""#),
        ("autonomous-system", r#""number":64500"#),
    ];
    let observable = |n: usize, object_type: &str, value: &str| {
        format!(r#"{{"type":"{object_type}","spec_version":"2.1","id":"{object_type}--31b940d4-6f7f-459a-80ea-{n:012x}",{value}}}"#)
            .into_bytes()
    };
    let objects: Vec<_> = values.iter().enumerate().map(|(n, (name, value))| observable(n, name, value)).collect();
    import_objects(&mut holdings, &objects, &options("a", None));
    index(&mut holdings);
    let found = |text: &str| -> BTreeSet<String> {
        let query = SearchQuery { text: Some(text.into()), ..Default::default() };
        holdings.view().search(&query).unwrap().hits.into_iter().map(|hit| hit.object_type).collect()
    };
    for (text, wanted) in [
        ("Quay.Example.", "domain-name"),
        ("quay[.]example", "domain-name"),
        ("HXXP://quay[.]example", "url"),
        ("http://quay.example/", "url"),
        ("2001:DB8:0:0::1", "ipv6-addr"),
        ("2001:db8::1", "ipv6-addr"),
        ("\"2001:db8::1\"", "ipv6-addr"),
        ("d41d8cd98f00b204e9800998ecf84270", "file"),
        ("001b.4411.3ab7", "mac-addr"),
        ("AS64500", "autonomous-system"),
    ] {
        assert!(found(text).contains(wanted), "{text}: {:?}", found(text));
    }
    for text in ["2001:db8::2", "quays.example", "AS64501"] {
        assert_eq!(found(text), BTreeSet::new(), "{text}");
    }
}

#[test]
fn a_word_in_hangul_is_found_with_what_is_joined_to_it() {
    let Some(path) = shared("cases/field/45-names-many-scripts.json") else { return };
    let home = Home::new();
    let mut holdings = home.holdings();
    import_path(&mut holdings, &path, &options("a", None)).unwrap();
    index(&mut holdings);
    for text in ["부산항만", "부산", "부산항만공사"] {
        let query = SearchQuery { text: Some(text.into()), ..Default::default() };
        let names: Vec<_> =
            holdings.view().search(&query).unwrap().hits.into_iter().filter_map(|hit| hit.name).collect();
        assert!(names.iter().any(|name| name.contains("부산항만공사")), "{text}: {names:?}");
    }
}
