//! The search page.

use super::desk::{Page, face, id, object};
use axum::http::StatusCode;
use serde_json::json;

fn older(page: &Page) -> Option<String> {
    let text = page.text();
    let start = text.find("rel=\"next\" href=\"")? + 17;
    Some(
        text[start..].chars().take_while(|c| *c != '"').collect::<String>().replace("&#38;", "&").replace("&amp;", "&"),
    )
}

#[test]
fn pages_follow_each_other_and_cursors_are_ours() {
    let (face, _folder) = face();
    let many: Vec<_> = (0..120)
        .map(|n| {
            let modified = format!("2026-01-02T03:{:02}:{:02}.000Z", n / 60, n % 60);
            object("malware", n, json!({ "name": format!("kind {n:03}"), "is_family": false, "modified": modified, "description": "common word" }))
        })
        .collect();
    face.import("feed", Some("TLP:GREEN"), &many);
    for query in ["", "?q=common", "?type=malware&q=common"] {
        let mut address = format!("/search{query}");
        let mut found = Vec::new();
        loop {
            let page = face.get(&address);
            found.extend(page.text().match_indices("kind ").map(|(at, _)| page.text()[at + 5..at + 8].to_owned()));
            match older(&page) {
                Some(next) => address = next,
                None => break,
            }
        }
        found.retain(|name| name.bytes().all(|b| b.is_ascii_digit()));
        let expected: Vec<String> = (0..120).rev().map(|n| format!("{n:03}")).collect();
        assert_eq!(found, expected, "{query}");
    }
    let next = older(&face.get("/search?q=common")).unwrap();
    let cursor = next.split("after=").nth(1).unwrap();
    for wrong in [
        format!("/search?q=other&after={cursor}"),
        format!("/search?after={cursor}"),
        "/search?q=common&after=AAAA".to_owned(),
        format!("/search?q=common&after={}x", &cursor[1..]),
    ] {
        assert_eq!(face.try_get(&wrong).status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[test]
fn facets_narrow_and_say_what_they_count() {
    let (face, _folder) = face();
    let mut objects: Vec<_> =
        (0..3).map(|n| object("malware", n, json!({ "name": format!("m{n}"), "is_family": false }))).collect();
    objects.push(object("campaign", 9, json!({ "name": "Ωμέγα", "modified": "2024-05-06T00:00:00.000Z" })));
    face.import("first feed", Some("TLP:GREEN"), &objects);
    face.import("second", None, &[object("identity", 4, json!({ "name": "أمن" }))]);
    let page = face.get("/search");
    for words in [
        "/search?type=malware",
        "/search?origin=first%20feed",
        "/search?label=TLP%3AGREEN",
        "/search?label=unmarked",
        "/search?year=2024",
    ] {
        page.has(words);
    }
    for (address, inside, outside) in [
        ("/search?type=campaign", "Ωμέγα", "<bdi>m1"),
        ("/search?origin=second", "أمن", "Ωμέγα"),
        ("/search?label=unmarked", "أمن", "Ωμέγα"),
        ("/search?year=2024", "Ωμέγα", "أمن"),
        ("/search?q=%CF%89%CE%BC%CE%AD%CE%B3%CE%B1", "<mark>Ωμέγα</mark>", "أمن"),
        ("/search?q=%D8%A3%D9%85%D9%86", "أمن", "Ωμέγα"),
    ] {
        face.get(address).has(inside).lacks(outside);
    }
    face.get("/search?q=nothing-of-the-kind").has("Nothing is found");
    face.get("/search?q=%2B%2B").has("Nothing is found");
    for wrong in ["/search?label=TLP:PURPLE", "/search?year=x", "/search?origin=link:"] {
        assert_eq!(face.try_get(wrong).status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert!(face.get("/search").text().contains(&id("malware", 0)));
}

#[test]
fn an_empty_desk_says_what_to_do() {
    let (face, _folder) = face();
    for (address, words) in [
        ("/search", "Nothing is held yet"),
        ("/inbox", "Nothing has arrived yet"),
        ("/timeline", "Nothing that is held says when"),
        ("/map", "No location is held"),
    ] {
        let page = face.get(address);
        page.has(words).has("Label not determined");
    }
}

/// So many matches are put in order at once, and a few more.
const MANY: usize = comity_store::TEXT_MATCHES_MAX + 150;

#[test]
fn behind_very_many_matches_nothing_is_lost_on_page_api_and_command_line() {
    let (face, _folder) = face();
    let old: Vec<_> = (0..60)
        .map(|n| {
            object(
                "campaign",
                n,
                json!({ "name": format!("old {n}"), "description": "mass", "modified": "2012-05-06T00:00:00.000Z" }),
            )
        })
        .collect();
    face.import("old feed", Some("TLP:CLEAR"), &old);
    let new: Vec<_> = (0..MANY as u32)
        .map(|n| object("malware", n, json!({ "name": "new", "is_family": false, "description": "mass" })))
        .collect();
    face.import("new feed", Some("TLP:GREEN"), &new);
    let page = face.get("/search?q=mass");
    page.has("More objects have these words than are put in order at once").lacks("Nothing is found");
    for words in ["type=campaign", "label=TLP%3ACLEAR", "origin=old%20feed", "year=2012"] {
        page.has(words);
    }
    face.get("/search?q=mass&label=TLP:CLEAR").has("<mark>mass</mark>").has("old 5").lacks("Nothing is found");
    face.get("/search?q=mass&year=2012&type=malware").has("Nothing is found.");
    let token = face.token("reader", "read");
    let api = |query: &str| face.api("GET", &format!("/api/v1/objects?q=mass{query}"), Some(&token), None).json();
    let all = api("&limit=1000");
    assert_eq!((&all["count"], &all["at_least"], &all["cut"]), (&json!(1000), &json!(true), &json!(true)));
    let narrowed = api("&label=TLP:CLEAR&limit=1000");
    assert_eq!(
        (&narrowed["count"], &narrowed["at_least"], &narrowed["cut"]),
        (&json!(60), &json!(false), &json!(false))
    );
    // Each is told once, however many pages it takes.
    let (mut found, mut cursor) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let page = api(&format!("&limit=1000{cursor}"));
        for hit in page["hits"].as_array().unwrap() {
            assert!(found.insert(hit["id"].as_str().unwrap().to_owned()), "told twice: {hit}");
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found.len(), MANY + 60);
    // The command line reads the same.
    let reader = comity_node::Reader::open(face.org.lock().unwrap().node.home()).unwrap();
    let request = comity_node::SearchRequest { text: "mass".into(), limit: 1_000, ..Default::default() };
    let told = reader.search(&request).unwrap();
    assert_eq!((&told["count"], &told["at_least"], &told["cut"]), (&all["count"], &all["at_least"], &all["cut"]));
    let next = comity_node::SearchRequest { after: told["next"].as_str().map(str::to_owned), ..request.clone() };
    let second = reader.search(&next).unwrap();
    assert_ne!(second["hits"][0], told["hits"][0]);
    let clear = comity_node::SearchRequest { labels: vec![comity_vocab::Tlp::Clear], ..request };
    let told = reader.search(&clear).unwrap();
    assert_eq!((&told["count"], &told["at_least"]), (&json!(60), &json!(false)));
}
