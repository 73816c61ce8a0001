//! The inbox page.

use super::desk::{face, faces, id, object};
use axum::http::StatusCode;
use comity_node::{ReleaseDraftRequest, Request, Selection};
use serde_json::json;

#[test]
fn items_are_read_when_opened_and_can_be_marked() {
    let (faces, _folder) = faces(2);
    let [vsis, kps] = faces.as_slice() else { panic!("two desks") };
    for word in ["heron", "magpie"] {
        let mut org = vsis.org.lock().unwrap();
        let report = Request::WriteReport {
            title: "R".into(),
            body: "kept at home".into(),
            grading: "B2".parse().unwrap(),
            source: None,
            label: Some("TLP:AMBER".parse().unwrap()),
        };
        let object = org.ask_as("alice", &report).unwrap()["id"].as_str().unwrap().to_owned();
        let request = ReleaseDraftRequest {
            selection: Selection { objects: vec![object], origins: vec![] },
            to: vec!["kps".parse().unwrap()],
            title: Some(format!("About the {word}")),
            text: Some(format!("They say {word}.")),
            ..Default::default()
        };
        org.release(request).unwrap();
    }
    kps.hear(vsis);
    kps.import("a feed", Some("TLP:GREEN"), &[object("malware", 1, json!({ "name": "M", "is_family": false }))]);
    let unread = |address: &str| kps.get(address).text().matches("class=\"unread\"").count();
    let all = unread("/inbox");
    assert!(all >= 3, "{all}");
    let page = kps.get("/inbox");
    page.has("About the heron")
        .has("About the magpie")
        .has("TLP:AMBER")
        .has("policy")
        .has("/partners/vsis")
        .has("a feed")
        .has("1 new");
    for (address, inside, outside) in [
        ("/inbox?origin=link:vsis", "About the heron", "1 new"),
        ("/inbox?origin=a%20feed", "1 new", "About the heron"),
        ("/inbox?label=TLP:RED", "Nothing here", "About the heron"),
        ("/inbox?type=no-such", "Nothing here", "About the heron"),
    ] {
        kps.get(address).has(inside).lacks(outside);
    }
    let at = page.text().find("About the heron").unwrap();
    let start = page.text()[..at].rfind("/objects/").unwrap();
    let address: String = page.text()[start..].chars().take_while(|c| *c != '"').collect();
    kps.get(&address);
    // Opening marks behind the page; the next call drives it on.
    let mut left = all;
    for _ in 0..1_000 {
        left = unread("/inbox");
        if left < all {
            break;
        }
        std::thread::yield_now();
    }
    assert_eq!(left, all - 1);
    let page = kps.get("/inbox?unread=1");
    page.lacks("About the heron").has("About the magpie");
    let key = page.text().split("name=\"row\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = format!("row={}&read=1&back=/inbox?unread=1", key.replace(' ', "+").replace(':', "%3A"));
    let marked = kps.post("/inbox/mark", &form);
    assert_eq!((marked.status, marked.header("location")), (StatusCode::SEE_OTHER, "/inbox?unread=1"));
    assert_eq!(unread("/inbox"), all - 2);
    kps.post("/inbox/mark", &form.replace("read=1", "read=0"));
    assert_eq!(unread("/inbox"), all - 1);
    assert_eq!(kps.post("/inbox/mark-all", "").status, StatusCode::SEE_OTHER);
    assert_eq!(unread("/inbox"), 0);
    kps.get("/inbox?unread=1").has("is unread");
    assert_eq!(kps.post("/inbox/mark", "row=nonsense&read=1").status, StatusCode::BAD_REQUEST);
}

#[test]
fn a_feed_of_many_files_is_read_page_by_page() {
    let (face, _folder) = face();
    for n in 0..60 {
        face.import("feed", None, &[object("malware", n, json!({ "name": format!("m{n}"), "is_family": false }))]);
    }
    let first = face.get("/inbox");
    let start = first.text().find("rel=\"next\" href=\"").unwrap() + 17;
    let next: String = first.text()[start..].chars().take_while(|c| *c != '"').collect();
    let second = face.get(&next);
    let rows = |text: &str| text.matches("name=\"row\"").count();
    assert_eq!((rows(first.text()), rows(second.text())), (50, 10));
    assert_eq!(face.try_get(&format!("{}x", &next[..next.len() - 1])).status, StatusCode::BAD_REQUEST);
    let _ = id("malware", 0);
}
