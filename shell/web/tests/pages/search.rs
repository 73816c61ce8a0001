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
