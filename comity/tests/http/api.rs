//! The HTTP API: who may ask what, and what the answers promise.

use super::session::Session;
use super::wire::Desk;
use super::{token, world};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};

const BUNDLE_ID: &str = "bundle--6f1a7f0e-8e5c-4b1e-9d5e-2d8f3a0c1b2b";

fn identity(number: u32, name: &str) -> Value {
    json!({
        "type": "identity", "spec_version": "2.1", "id": format!("identity--6f1a7f0e-8e5c-4b1e-9d5e-{number:012x}"),
        "created": "2024-01-01T00:00:00.000Z", "modified": "2024-01-01T00:00:00.000Z", "name": name,
        "identity_class": "organization",
    })
}

fn bundle(objects: &[Value]) -> Value {
    json!({ "type": "bundle", "id": BUNDLE_ID, "objects": objects })
}

fn bearer(token: &str) -> Vec<String> {
    vec![format!("Authorization: Bearer {token}")]
}

#[test]
fn a_tool_brings_objects_in_and_reads_them_back() {
    let world = world();
    let node = world.node("vsis");
    let (reader, writer) = (token(&node, "reader", "read"), token(&node, "writer", "write"));
    let other = token(&node, "other", "read");
    let running = node.serve();
    let desk = Desk::of(&running);

    // Object by object: the defective one is refused and said why, its neighbours are taken.
    let good: Vec<_> = (1..=5).map(|number| identity(number, &format!("Harbour {number}"))).collect();
    let bad = json!({ "type": "indicator", "spec_version": "2.1", "id": "indicator--nothing" });
    let mut objects = good.clone();
    objects.insert(2, bad.clone());
    let answer = desk.post("/api/v1/objects?origin=api-test&label=TLP:GREEN", &bearer(&writer), &bundle(&objects));
    assert_eq!(answer.status, 200, "{answer:?}");
    let taken = answer.json();
    assert_eq!(taken["report"]["accepted"], 5, "{taken}");
    assert_eq!((taken["refused"].as_array().unwrap().len(), &taken["refused"][0]["position"]), (1, &json!(2)));
    assert_eq!(taken["refused"][0]["id"], "indicator--nothing");
    assert!(!taken["refused"][0]["reasons"].as_array().unwrap().is_empty());
    let none = desk.post("/api/v1/objects", &bearer(&writer), &bundle(&[bad]));
    assert_eq!((none.status, &none.json()["data"]["refused"][0]["position"]), (422, &json!(0)), "{none:?}");
    assert_eq!(node.found("nothing"), 0, "what was refused is not held");

    // A file keeps the defective ones, as the command line does.
    let mut headers = bearer(&writer);
    headers.push("Content-Type: application/octet-stream".into());
    let file = bundle(&objects).to_string();
    let answer = desk.ask("POST", "/api/v1/imports?origin=api-file", &headers, file.as_bytes());
    assert_eq!((answer.status, &answer.json()["unchanged"]), (200, &json!(5)), "{answer:?}");
    assert_eq!(std::fs::read_dir(node.home.join("uploads")).unwrap().count(), 0, "nothing of an upload stays");

    // Search in pages; the cursor is its owner's and its filter's.
    let target = "/api/v1/objects?q=harbour&limit=2";
    let mut found = Vec::new();
    let mut next = None;
    loop {
        let cursor = next.map_or_else(String::new, |next: String| format!("&cursor={next}"));
        let page = desk.get(&format!("{target}{cursor}"), &reader).json();
        found.extend(page["hits"].as_array().unwrap().iter().map(|hit| hit["id"].clone()));
        next = page["next"].as_str().map(str::to_owned);
        let Some(next) = &next else { break };
        for (what, target, token) in [
            ("another caller", format!("{target}&cursor={next}"), &other),
            ("another filter", format!("/api/v1/objects?q=quay&limit=2&cursor={next}"), &reader),
            ("a change", format!("{target}&cursor=A{next}"), &reader),
            ("too long", format!("{target}&cursor={}", "A".repeat(5000)), &reader),
        ] {
            let answer = desk.get(&target, token);
            assert_eq!((answer.status, &answer.json()["title"]), (400, &json!("invalid cursor")), "{what}");
        }
    }
    let mut ids: Vec<_> = good.iter().map(|object| object["id"].clone()).collect();
    ids.sort_by_key(Value::to_string);
    found.sort_by_key(Value::to_string);
    assert_eq!(found, ids, "each once");
    for wrong in ["limit=0", "limit=-1", "limit=abc", "since=yesterday", "label=PURPLE", "colour=red", "q=%22"] {
        let answer = desk.get(&format!("/api/v1/objects?{wrong}"), &reader);
        assert_eq!(answer.status, 400, "{wrong}: {answer:?}");
    }

    // One object, its exact bytes, its versions, its surroundings.
    let id = comity_kit::text(&good[0], "id");
    let shown = desk.get(&format!("/api/v1/objects/{id}"), &reader).json();
    assert_eq!((&shown["id"], &shown["name"], &shown["label"]), (&json!(id), &json!("Harbour 1"), &json!("TLP:GREEN")));
    let raw = desk.get(&format!("/api/v1/objects/{id}/raw"), &reader);
    assert_eq!(raw.text(), good[0].to_string());
    assert!(raw.header("content-disposition").is_some_and(|value| value.starts_with("attachment")));
    let versions = desk.get(&format!("/api/v1/objects/{id}/versions"), &reader).json();
    assert_eq!(versions["versions"].as_array().unwrap().len(), 1);
    let graph = desk.get(&format!("/api/v1/objects/{id}/graph?depth=2"), &reader).json();
    assert_eq!((graph["nodes"].as_array().unwrap().len(), &graph["cut"]), (1, &json!(false)));
}

#[test]
fn what_is_not_there_and_what_is_not_for_the_caller_cannot_be_told_apart() {
    let world = world();
    let node = world.node("vsis");
    let reader = token(&node, "reader", "read");
    let running = node.serve();
    let desk = Desk::of(&running);
    let id = "identity--6f1a7f0e-8e5c-4b1e-9d5e-000000000001";
    let mut bodies: Vec<_> = [
        format!("/api/v1/objects/{id}"),
        format!("/api/v1/objects/{id}/raw"),
        format!("/api/v1/objects/{id}/graph"),
        "/api/v1/objects/i".to_owned(),
        "/api/v1/links/nobody".to_owned(),
        "/api/v1/links/N-O".to_owned(),
        "/api/v1/nothing".to_owned(),
        "/nothing".to_owned(),
    ]
    .iter()
    .map(|target| {
        let answer = desk.get(target, &reader);
        assert_eq!(answer.status, 404, "{target}: {answer:?}");
        answer.body
    })
    .collect();
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "one answer for all of them");
}

#[test]
fn a_token_does_what_its_scope_says_and_nothing_after_it_is_revoked() {
    let world = world();
    let node = world.node("vsis");
    let (reader, writer) = (token(&node, "reader", "read"), token(&node, "writer", "write"));
    let running = node.serve();
    let desk = Desk::of(&running);
    let note = json!({ "about": { "objects": ["x"] }, "text": "x" });
    for (method, target, body, of_reader, of_writer) in [
        ("GET", "/api/v1/me", None, 200, 200),
        ("GET", "/api/v1/health", None, 200, 200),
        ("GET", "/api/v1/openapi.json", None, 200, 200),
        ("GET", "/api/v1/objects", None, 200, 403),
        ("GET", "/api/v1/releases", None, 200, 403),
        ("GET", "/api/v1/recalls", None, 200, 403),
        ("GET", "/api/v1/links", None, 200, 403),
        ("POST", "/api/v1/objects", Some(bundle(&[identity(1, "x")])), 403, 200),
        ("POST", "/api/v1/notes", Some(note), 403, 403),
        ("GET", "/api/v1/officers", None, 403, 403),
        ("GET", "/api/v1/sources", None, 403, 403),
        ("GET", "/api/v1/audit", None, 403, 403),
        ("GET", "/api/v1/tokens", None, 403, 403),
        ("POST", "/api/v1/verify", None, 403, 403),
    ] {
        for (token, expected) in [(&reader, of_reader), (&writer, of_writer)] {
            let answer = match &body {
                Some(body) => desk.post(target, &bearer(token), body),
                None => desk.ask(method, target, &bearer(token), b""),
            };
            assert_eq!(answer.status, expected, "{method} {target}: {answer:?}");
        }
        assert_eq!(desk.ask(method, target, &[], b"").status, 401, "{method} {target} by nobody");
    }
    node.ask(&["token", "revoke", "--name", "reader"]);
    assert_eq!(desk.get("/api/v1/me", &reader).status, 401, "at once");
    assert_eq!(desk.get("/api/v1/me", &writer).json()["subject"], "token:writer");
}

#[test]
fn a_write_with_a_key_is_done_once() {
    let world = world();
    let node = world.node("vsis");
    let (one, other) = (token(&node, "one", "write"), token(&node, "other", "write"));
    let running = node.serve();
    let desk = Desk::of(&running);
    let send = |token: &str, key: &str, name: &str| {
        let mut headers = bearer(token);
        headers.push(format!("Idempotency-Key: {key}"));
        desk.post("/api/v1/objects", &headers, &bundle(&[identity(1, name)]))
    };
    let first = send(&one, "k-1", "Harbour");
    assert_eq!((first.status, &first.json()["report"]["accepted"]), (200, &json!(1)), "{first:?}");
    let again = send(&one, "k-1", "Harbour");
    assert_eq!((again.status, &again.body), (first.status, &first.body), "the same answer, not `unchanged`");
    let reused = send(&one, "k-1", "Quay");
    assert_eq!((reused.status, &reused.json()["type"]), (422, &json!("/problems/key-reused")));
    let anew = send(&other, "k-1", "Harbour");
    assert_eq!(anew.json()["report"]["unchanged"], 1, "another caller's key is another key");
    for key in ["", "a b", &"x".repeat(200)] {
        assert_eq!(send(&one, key, "Harbour").status, 400, "{key}");
    }
    assert_eq!(send("comity_nobody", "k-1", "Harbour").status, 401);
}

#[test]
fn an_officer_acts_in_a_session_from_our_own_pages_only() {
    let world = world();
    let node = world.node("vsis");
    let running = node.serve();
    let desk = Desk::of(&running);
    let alice = Session::open(&node, &desk, "alice", 1);
    let me = desk.ask("GET", "/api/v1/me", &alice.headers(), b"").json();
    assert_eq!(me["subject"], "officer:alice", "{me}");
    let report = json!({ "title": "Harbour", "body": "Seen at the quay.", "grading": "B2", "label": "TLP:AMBER" });
    let written = desk.post("/api/v1/reports", &alice.headers(), &report);
    assert_eq!(written.status, 200, "{written:?}");
    let cookie = format!("Cookie: __Host-s={}", alice.cookie);
    for (what, headers) in [
        ("no origin", vec![cookie.clone()]),
        ("another origin", vec![cookie.clone(), "Origin: https://evil.example".into()]),
        ("another site", vec![cookie.clone(), format!("Origin: {}", desk.origin), "Sec-Fetch-Site: cross-site".into()]),
    ] {
        let answer = desk.post("/api/v1/reports", &headers, &report);
        assert_eq!(answer.status, 403, "{what}: {answer:?}");
    }
    // Another officer's act, and what needs the passkey again.
    let id = comity_kit::text(&written.json(), "id");
    let draft = json!({ "about": { "objects": [id] }, "to": ["kps"], "title": "Notice", "text": "Seen." });
    let refused = desk.post("/api/v1/releases", &alice.headers(), &draft);
    assert_eq!(refused.status, 409, "there is no such partner: {refused:?}");
    let nothing = "/api/v1/releases/6f1a7f0e-8e5c-4b1e-9d5e-2d8f3a0c1b2a";
    for (target, status) in [
        (format!("{nothing}/check"), 404),
        (format!("{nothing}/send"), 403),
        (format!("{nothing}/approval-statement"), 403),
    ] {
        let answer = desk.post(&target, &alice.headers(), &json!({}));
        assert_eq!(answer.status, status, "{target}: {answer:?}");
    }
    let mut alice = alice;
    let begun = desk.post("/api/v1/step-up/begin", &alice.headers(), &json!({})).json();
    let answer = alice.answer(&begun["public_key"]);
    let stepped = desk.post("/api/v1/step-up/finish", &alice.headers(), &json!({ "answer": answer }));
    assert_eq!(stepped.status, 200, "{stepped:?}");
    let sent = desk.post(&format!("{nothing}/send"), &alice.headers(), &json!({}));
    assert_eq!(sent.status, 404, "now it is only unknown: {sent:?}");
    let sessions = desk.ask("GET", "/api/v1/sessions", &alice.headers(), b"").json();
    let own = comity_kit::text(&sessions["sessions"][0], "session");
    assert_eq!(desk.ask("DELETE", &format!("/api/v1/sessions/{own}"), &alice.headers(), b"").status, 200);
    assert_eq!(desk.ask("GET", "/api/v1/me", &alice.headers(), b"").status, 401, "ended at once");
}

#[test]
fn who_listens_hears_what_arrives_until_the_token_ends() {
    let world = world();
    let node = world.node("vsis");
    let (reader, writer) = (token(&node, "reader", "read"), token(&node, "writer", "write"));
    let running = node.serve();
    let desk = Desk::of(&running);
    let mut stream = desk.connect();
    let ask = format!(
        "GET /api/v1/events HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {reader}\r\nConnection: close\r\n\r\n",
        desk.host
    );
    stream.write_all(ask.as_bytes()).unwrap();
    let mut heard = String::new();
    let mut listen = |until: &str| {
        while !heard.contains(until) {
            let mut part = [0; 1024];
            let bytes = stream.read(&mut part).unwrap();
            assert!(bytes > 0, "the stream ended: {heard}");
            heard.push_str(&String::from_utf8_lossy(&part[..bytes]));
        }
        heard.clone()
    };
    assert!(listen(": open").contains("text/event-stream"));
    desk.post("/api/v1/objects?origin=api-test", &bearer(&writer), &bundle(&[identity(1, "Harbour")]));
    let text = listen("api-test");
    assert!(text.contains("event: arrived\n") && text.contains("\"act\":\"holdings.import\""), "{text}");
    assert!(!text.contains("Harbour"), "ids only: {text}");
    node.ask(&["token", "revoke", "--name", "reader"]);
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert_eq!(desk.get("/api/v1/events", &writer).status, 403);
}
