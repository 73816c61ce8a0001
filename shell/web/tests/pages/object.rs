//! The object page and what hangs on it.

use super::desk::{Face, Page, data, face, faces, id, object};
use axum::http::StatusCode;
use comity_node::{ReleaseDraftRequest, Request, Selection};
use serde_json::json;

const SCRIPT: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

#[test]
fn properties_are_read_in_words() {
    let (face, _folder) = face();
    let red = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";
    face.import(
        "feed",
        Some("TLP:GREEN"),
        &[
            object("identity", 1, json!({ "name": "ACME" })),
            object("malware", 2, json!({
                "name": "Emotet", "is_family": true, "malware_types": ["trojan"], "first_seen": "2019-05-06T07:08:09.5Z",
                "created_by_ref": id("identity", 1), "confidence": 85, "x_rank": { "inner": [1, 2] },
                "description": "one\n\n# two", "aliases": ["A", "B"],
                "granular_markings": [{ "selectors": ["description"], "marking_ref": red }],
            })),
            object("relationship", 3, json!({
                "relationship_type": "authored-by", "source_ref": id("malware", 2), "target_ref": id("identity", 1),
            })),
        ],
    );
    let page = face.get(&format!("/objects/{}", id("malware", 2)));
    for words in [
        "<h1 dir=\"auto\">Emotet</h1>",
        "Kind of malware",
        "6 May 2019, 07:08:09 UTC",
        "2019-05-06T07:08:09.5Z",
        "ACME",
        "high",
        "not the standard",
        "x rank",
        "authored by",
        "marked <bdi>TLP:RED</bdi>",
        "data-label=\"TLP:GREEN\"",
        "TLP:GREEN · ",
        "Nobody: it was not released",
        "SHA-256",
        &format!("/releases/new?object={}", id("malware", 2)),
        &format!("/write/note?object={}", id("malware", 2)),
    ] {
        page.has(words);
    }
    let raw = face.get(&format!("/objects/{}/raw", id("malware", 2)));
    assert_eq!(raw.header("content-type"), "application/octet-stream");
    assert!(raw.header("content-disposition").starts_with("attachment; filename=\"malware--"), "{:?}", raw.headers);
    assert_eq!(raw.json()["x_rank"]["inner"][1], 2);
    let list = face.get(&format!("/objects/{}/relations", id("identity", 1)));
    list.has("Emotet").has("created by ref");
    let graph = face.get(&format!("/objects/{}/graph.json", id("malware", 2))).json();
    assert_eq!((graph["root"].as_str(), graph["cut"].as_bool()), (Some(id("malware", 2).as_str()), Some(false)));
    assert_eq!((graph["nodes"].as_array().unwrap().len(), graph["edges"].as_array().unwrap().len()), (2, 2));
    assert_eq!(graph["nodes"][0]["href"], format!("/objects/{}", id("malware", 2)));
    face.get(&format!("/objects/{}/graph", id("malware", 2))).has("data-island=\"graph\"").has("/assets/graph.js");
    face.get(&format!("/objects/{}/text", id("malware", 2))).has("# two");
}

#[test]
fn what_objects_say_is_text() {
    let (face, _folder) = face();
    let long = "ا".repeat(5_000);
    face.import(
        "feed",
        None,
        &[
            object(
                "note",
                1,
                json!({ "abstract": SCRIPT, "content": format!("{SCRIPT}\n\n{long}"), "object_refs": [id("malware", 9)],
                "x_<b>": { SCRIPT: [SCRIPT] }, "authors": [SCRIPT], "labels": [SCRIPT] }),
            ),
            object(
                "malware",
                2,
                json!({ "name": "\u{202e}evil\u{0007}", "is_family": false, "external_references":
                [{ "source_name": SCRIPT, "url": "javascript:alert(1)" }] }),
            ),
        ],
    );
    for path in ["", "/text", "/relations", "/versions", "/graph"] {
        let page = face.get(&format!("/objects/{}{path}", id("note", 1)));
        page.lacks("<script>alert").lacks("<img src").lacks("href=\"javascript");
    }
    let page = face.get(&format!("/objects/{}", id("note", 1)));
    page.has("&#60;script&#62;alert(1)").has("unmarked").has(&long).has("not held");
    face.get(&format!("/objects/{}", id("malware", 2))).lacks("href=\"javascript").has("dir=\"auto\"");
    face.get("/search?q=alert").lacks("<script>alert").has("<mark>alert</mark>");
}

#[test]
fn the_unknown_looks_the_same_everywhere() {
    let (face, _folder) = face();
    let nowhere = |page: &Page| {
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        page.body.clone()
    };
    let first = nowhere(&face.try_get("/objects/malware--00000000-0000-4000-8000-000000000001"));
    let long = format!("/objects/{}", "a".repeat(2_000));
    for address in ["/objects/malware--00000000-0000-4000-8000-000000000002", "/objects/x", "/objects/%2F%2Fx", &long] {
        assert_eq!(nowhere(&face.try_get(address)), first, "{address}");
        for path in ["/text", "/raw", "/relations", "/versions", "/graph"] {
            assert_eq!(nowhere(&face.try_get(&format!("{address}{path}"))), first, "{address}{path}");
        }
    }
    let graph = nowhere(&face.try_get("/objects/x/graph.json"));
    assert_eq!(nowhere(&face.try_get("/objects/y/graph.json")), graph);
    let stranger = face.stranger("/objects/x");
    assert_eq!((stranger.status, stranger.header("location")), (StatusCode::SEE_OTHER, "/sign-in?to=%2Fobjects%2Fx"));
}

#[test]
fn versions_are_compared_property_by_property() {
    let (face, _folder) = face();
    let version = |name: &str, modified: &str| {
        object("campaign", 1, json!({ "name": name, "modified": modified, "aliases": ["kept", name] }))
    };
    face.import("feed", None, &[version("first <name>", "2026-01-03T00:00:00.000Z")]);
    face.import("feed", None, &[version("second name", "2026-01-04T00:00:00.000Z")]);
    // The same version with other content is a conflict.
    face.import("feed", None, &[version("other name", "2026-01-04T00:00:00.000Z")]);
    let page = face.get(&format!("/objects/{}", id("campaign", 1)));
    page.has("second name").has("data-state=\"conflict\"").has("Compare any two");
    let compared = face.get(&format!("/objects/{}/versions", id("campaign", 1)));
    compared.has("<del>").has("<ins>").has("Also called");
    let wrong = face.get(&format!("/objects/{}/versions?from=00&to=zz", id("campaign", 1)));
    wrong.has("<select name=\"from\">");
}

#[test]
fn what_was_recalled_shows_the_recall_and_nothing_else() {
    let (faces, _folder) = faces(2);
    let [vsis, kps] = faces.as_slice() else { panic!("two desks") };
    let told = |face: &Face| {
        let mut org = face.org.lock().unwrap();
        let report = Request::WriteReport {
            title: "R".into(),
            body: "kept at home".into(),
            grading: "B2".parse().unwrap(),
            source: None,
            label: Some("TLP:AMBER".parse().unwrap()),
        };
        let object = org.ask_as("alice", &report).unwrap()["id"].as_str().unwrap().to_owned();
        let request = ReleaseDraftRequest {
            selection: Selection { objects: vec![object.clone()], origins: vec![] },
            to: vec!["kps".parse().unwrap()],
            title: Some("Expected travel".into()),
            text: Some("They say heron.".into()),
            ..Default::default()
        };
        (org.release(request).unwrap(), object)
    };
    let (release, original) = told(vsis);
    kps.hear(vsis);
    // The sender sees who has it; the receiver sees from whom, under which terms, at which position.
    vsis.get(&format!("/objects/{original}")).has("<a href=\"/partners/kps\">kps</a> as").has("Read as text");
    vsis.get(&format!("/objects/{original}/text")).has("grade B2").has("kept at home");
    let found = kps.get("/search?q=heron");
    let start = found.text().find("/objects/").unwrap();
    let address: String = found.text()[start..].chars().take_while(|c| *c != '"').collect();
    kps.get(&address).has("released it to us").has("log position").has("TLP:AMBER").has("heron");
    vsis.org.lock().unwrap().recall(&[release]).unwrap();
    kps.hear(vsis);
    let gone = kps.get(&address);
    gone.has("Recalled").has("href=\"/partners/vsis\"").has("withdraw error").lacks("heron").lacks("Expected travel");
    for path in ["/raw", "/relations", "/versions", "/graph", "/graph.json"] {
        assert_eq!(kps.try_get(&format!("{address}{path}")).status, StatusCode::NOT_FOUND, "{path}");
    }
    kps.get("/search?q=heron").lacks("Expected travel");
    kps.get("/inbox").has("recalled").lacks("Expected travel");
}

#[test]
fn real_objects_have_pages() {
    let Some(path) = data("stix/attack-ics-18.1.json") else { return };
    let (face, _folder) = face();
    face.import_file("catalogue", Some("TLP:CLEAR"), path);
    let mut seen = 0;
    for kind in [
        "malware",
        "attack-pattern",
        "campaign",
        "identity",
        "intrusion-set",
        "course-of-action",
        "relationship",
        "x-mitre-tactic",
        "marking-definition",
    ] {
        let found = face.get(&format!("/search?type={kind}"));
        for start in found.text().match_indices("<a href=\"/objects/").map(|(at, _)| at + 9).take(8) {
            let address: String = found.text()[start..].chars().take_while(|c| *c != '"').collect();
            let page = face.get(&address);
            page.has("TLP:CLEAR").has("What it says").lacks("href=\"javascript");
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}
