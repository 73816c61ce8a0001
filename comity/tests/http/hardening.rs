//! Hostile requests (security.md §5 G, cases 139 to 156; those on TAXII stand beside it, those on time in the edge's own tests).

use super::wire::{Answer, Desk};
use super::{token, world};
use std::io::{Read as _, Write as _};

fn problem(what: &str, answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{what}: {answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert_eq!(answer.header("server"), None, "{what}");
    assert!(answer.body.len() < 1024, "{what}: {} bytes", answer.body.len());
    let told = answer.json();
    assert_eq!(told["status"], status, "{what}");
    assert!(told["type"].as_str().is_some_and(|kind| kind.starts_with("/problems/")), "{what}: {told}");
    assert!(told["title"].as_str().is_some_and(|title| !title.is_empty()), "{what}: {told}");
}

#[test]
fn hostile_requests_are_refused_each_in_its_way() {
    let world = world();
    let node = world.node("vsis");
    let secret = token(&node, "tool", "read");
    let writer = token(&node, "feeder", "write");
    let running = node.serve();
    let desk = Desk::of(&running);
    let host = format!("Host: {}\r\n", desk.host);
    let bearer = format!("Authorization: Bearer {secret}");
    let objects = "/api/v1/objects";

    // 139: methods.
    for method in ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "FOO"] {
        problem(method, &desk.ask(method, objects, std::slice::from_ref(&bearer), b""), 405);
    }
    let head = desk.ask("HEAD", objects, std::slice::from_ref(&bearer), b"");
    assert_eq!((head.status, head.body.len()), (200, 0));

    // 140: credentials.
    for (what, headers, status) in [
        ("none", vec![], 401),
        ("another token", vec!["Authorization: Bearer comity_x".to_owned()], 401),
        ("no scheme", vec!["Authorization: x".to_owned()], 400),
        ("no base64", vec!["Authorization: Basic !!!".to_owned()], 400),
        ("no colon", vec!["Authorization: Basic YWJj".to_owned()], 400),
        ("NUL", vec!["Authorization: Basic YQA6Yg==".to_owned()], 400),
        ("not UTF-8", vec!["Authorization: Basic /zpi".to_owned()], 400),
        ("two", vec![bearer.clone(), bearer.clone()], 400),
        // 149: what a proxy would say.
        ("forged", vec!["X-User: alice".into(), "X-Forwarded-For: 127.0.0.1".into(), "Remote-User: alice".into()], 401),
        ("a made-up session", vec![format!("Cookie: __Host-s={}", "a".repeat(43))], 401),
    ] {
        problem(what, &desk.ask("GET", objects, &headers, b""), status);
    }

    // 141, 142, 146 to 148, 151, 153: the head.
    let line = |target: &str| format!("GET {target} HTTP/1.1\r\n{host}{bearer}\r\nConnection: close\r\n\r\n");
    let many = "A: b\r\n".repeat(65);
    let long = format!("A: {}\r\n", "b".repeat(1000)).repeat(17);
    for (request, status) in [
        (format!("GET / HTTP/1.1\r\n{host}{long}\r\n"), 431),
        (format!("GET / HTTP/1.1\r\n{host}{many}\r\n"), 431),
        (line(&format!("/{}", "a".repeat(9 * 1024))), 414),
        (
            format!(
                "POST {objects} HTTP/1.1\r\n{host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
            400,
        ),
        (format!("POST {objects} HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 411),
        (format!("POST {objects} HTTP/1.1\r\n{host}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}"), 400),
        (format!("POST {objects} HTTP/1.1\r\n{host}Content-Length: +2\r\n\r\n{{}}"), 400),
        (format!("GET / HTTP/1.1\r\n{host}A: b\r\n c\r\n\r\n"), 400),
        (format!("GET / HTTP/1.1\r\n{host}a : b\r\n\r\n"), 400),
        (format!("GET / HTTP/1.1\r\n{host}a: \0\r\n\r\n"), 400),
        (format!("GET / HTTP/1.1\nHost: {}\n\n", desk.host), 400),
        ("GET / HTTP/1.1\r\n\r\n".into(), 400),
        (format!("GET / HTTP/1.1\r\n{host}{host}\r\n"), 400),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".into(), 421),
        (format!("GET {}/ HTTP/1.1\r\n{host}\r\n", desk.origin), 400),
        (line("/api/v1//objects"), 400),
        (line("/api/%2e%2e/v1/objects"), 400),
        (line("/api/v1/objects/%00"), 400),
        (line("/api/v1/objects;a=b"), 400),
        (line("/api\\v1\\objects"), 400),
        (line("/api/v1/objects/%252e"), 400),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), 505),
        (format!("POST {objects} HTTP/1.1\r\n{host}Content-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n"), 413),
    ] {
        let answers = desk.raw(&request);
        let shown: String = request.escape_debug().take(100).collect();
        assert_eq!(answers.len(), 1, "{shown}: {answers:?}");
        problem(&shown, &answers[0], status);
        assert_eq!(answers[0].header("connection"), Some("close"), "{shown}");
    }
    // A body that this address does not take is refused before it is asked for, too.
    let invited = desk.raw(format!(
        "POST {objects} HTTP/1.1\r\n{host}Authorization: Bearer {writer}\r\nContent-Type: application/json\r\n\
         Content-Length: 99999999\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    ));
    problem("too long for a bundle", &invited[0], 413);

    // 151: an upgrade is not heard.
    let upgrade = ["Upgrade: websocket".into(), "HTTP2-Settings: AAMAAABk".into(), bearer.clone()];
    assert_eq!(desk.ask("GET", objects, &upgrade, b"").status, 200);

    // 152: no parts, no answers out of a cache.
    let plain = desk.get(objects, &secret);
    let conditional = ["Range: bytes=0-1".into(), "If-None-Match: *".into(), bearer.clone()];
    let whole = desk.ask("GET", objects, &conditional, b"");
    assert_eq!((whole.status, &whole.body), (200, &plain.body));
    assert_eq!((whole.header("cache-control"), whole.header("etag")), (Some("no-store"), None));

    // 156 and 128: what is no JSON, and what is packed.
    let writing = format!("Authorization: Bearer {writer}");
    let xml = b"<!DOCTYPE x [<!ENTITY e SYSTEM \"http://127.0.0.1/\">]><x>&e;</x>";
    for (what, extra, body, status) in [
        ("XML", "Content-Type: application/xml", &xml[..], 415),
        ("no type", "A: b", &b"{}"[..], 415),
        ("XML that says it is JSON", "Content-Type: application/json", &xml[..], 400),
        ("a URL", "Content-Type: application/json", &b"http://host?<xml version='1.0'/>"[..], 400),
        ("nothing", "Content-Type: application/json", &b""[..], 400),
        ("packed", "Content-Type: application/json\r\nContent-Encoding: gzip", &b"\x1f\x8b"[..], 415),
        ("packed otherwise", "Content-Type: application/json\r\nContent-Encoding: identity, br", &b"{}"[..], 415),
    ] {
        problem(what, &desk.ask("POST", objects, &[writing.clone(), extra.into()], body), status);
    }
    assert!(running.stop(), "the desk ends well");
}

#[test]
fn one_address_does_not_use_up_the_desk() {
    // 145: connections that say nothing.
    let world = world();
    let node = world.node("vsis");
    let running = node.serve();
    let desk = Desk::of(&running);
    let mut first = desk.connect();
    let ask = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", desk.host);
    let mut status = [0; 12];
    first.write_all(ask.as_bytes()).unwrap();
    first.read_exact(&mut status).unwrap();
    let resting: Vec<_> = (0..80).map(|_| desk.connect()).collect();
    let answer = desk.raw(&ask).remove(0);
    problem("one too many", &answer, 503);
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert!(desk.raw("").len() <= 1, "who says nothing is told, and cut off");
    // Who is in is served.
    first.write_all(ask.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut rest = Vec::new();
    first.read_to_end(&mut rest).unwrap();
    assert_eq!(String::from_utf8_lossy(&rest).matches("HTTP/1.1 200").count(), 1);
    drop(resting);
    comity_kit::wait_until("the places are free again", || {
        let request = ask.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        desk.raw(request).first().is_some_and(|answer| answer.status == 200)
    });
}
