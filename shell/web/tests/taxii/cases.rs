//! Bad requests (security.md §5 G, cases 126 to 140).

use crate::world::{MEDIA, World, malware, malware_id};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

fn basic(pair: &[u8]) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

#[test]
fn bad_requests() {
    let world = World::new();
    world.import("feed", &(0..30).map(|n| malware(n, 1)).collect::<Vec<_>>());
    let bearer = format!("Bearer {}", world.token);
    let check = |world: &World, n: u32, method: &str, path: &str, headers: &[(&str, &str)], status: u16| {
        let answer = world.send(method, &format!("/taxii2/{path}"), headers);
        assert_eq!(
            answer.status,
            status,
            "case {n}: {method} {path} {headers:?}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        assert_eq!(answer.header("content-type"), Some(MEDIA), "case {n}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "case {n}");
        if status >= 400 {
            let body = answer.json();
            assert_eq!(body["http_status"], status.to_string(), "case {n}");
            assert!(!body["title"].as_str().unwrap().is_empty());
            assert_eq!(body["error_id"].is_string(), status != 404, "case {n}: {body}");
        }
        answer
    };
    let auth = [("authorization", bearer.as_str())];
    let with = |name: &'static str, value: &'static str| [("authorization", bearer.as_str()), (name, value)];
    let objects = "desk/collections/everything/objects/";
    let object = format!("{objects}{}/", malware_id(1));

    check(&world, 126, "GET", "", &auth, 200);
    check(&world, 126, "GET", "", &with("accept", "*/*"), 200);
    check(&world, 126, "GET", "", &with("accept", MEDIA), 200);
    check(&world, 126, "GET", "", &with("accept", "application/taxii+json;version=2.0"), 406);
    check(&world, 126, "GET", "", &with("accept", "application/taxii+json;version=2.2"), 406);
    check(&world, 126, "GET", "", &with("accept", "text/html"), 406);
    check(&world, 127, "POST", objects, &auth, 415);
    check(&world, 127, "POST", objects, &with("content-type", "application/json"), 415);
    for encoding in ["gzip", "zstd", "br"] {
        let headers = [auth[0], ("content-type", MEDIA), ("content-encoding", encoding)];
        check(&world, 128, "POST", objects, &headers, 415);
    }
    let mut nothing = Vec::new();
    for (method, path) in [
        ("GET", "other/"),
        ("GET", "desk"),
        ("GET", "desk/collections/00000000-0000-4000-8000-000000000000/"),
        ("GET", "desk/collections/00000000-0000-4000-8000-000000000000/objects/"),
        ("GET", "desk/collections/00000000-0000-4000-8000-000000000000/manifest/"),
        ("GET", &format!("{objects}malware--31b940d4-6f7f-459a-80ea-ffffffffffff/")),
        ("GET", &format!("{objects}malware--31b940d4-6f7f-459a-80ea-ffffffffffff/versions/")),
        ("GET", "desk/status/2d086da7-4bdc-4f91-900e-d77486753710/"),
        ("POST", "desk/collections/00000000-0000-4000-8000-000000000000/objects/"),
        ("DELETE", &format!("{objects}malware--31b940d4-6f7f-459a-80ea-ffffffffffff/")),
        ("GET", "desk/collections/%2e%2e/"),
        ("GET", "desk//collections/"),
        ("GET", "desk/collections/everything;x/"),
    ] {
        nothing.push(check(&world, 129, method, path, &auth, 404).body);
    }
    assert!(nothing.iter().all(|body| *body == nothing[0]), "129: unknown and invisible are the same bytes");
    check(&world, 130, "POST", objects, &with("content-type", MEDIA), 403);
    for limit in ["0", "-1", "abc", ""] {
        check(&world, 131, "GET", &format!("{objects}?limit={limit}"), &auth, 400);
    }
    check(&world, 131, "GET", &format!("{objects}?limit=1000000000000"), &auth, 200);
    check(&world, 134, "GET", &format!("{objects}?added_after=yesterday"), &auth, 400);
    let future = check(&world, 134, "GET", &format!("{objects}?added_after=2100-01-01T00:00:00Z"), &auth, 200);
    assert_eq!(future.body, b"{}");
    assert_eq!(future.header("x-taxii-date-added-last"), None);
    check(&world, 136, "GET", &format!("{objects}?match[colour]=red"), &auth, 400);
    check(&world, 136, "GET", &format!("{objects}?match[id]=x%27%20OR%201%3D1--"), &auth, 400);
    check(&world, 136, "GET", &format!("{objects}?match[id]={}", vec![malware_id(1); 1_000].join(",")), &auth, 422);
    check(&world, 138, "DELETE", &object, &auth, 403);
    for method in ["HEAD", "OPTIONS", "PUT", "PATCH", "TRACE", "FOO", "POST", "DELETE"] {
        for path in
            ["", "desk/", "desk/collections/", "desk/collections/everything/", "desk/collections/everything/manifest/"]
        {
            let answer = world.send(method, &format!("/taxii2/{path}"), &auth);
            assert_eq!((answer.status, answer.header("allow")), (405, Some("GET")), "139: {method} {path}");
        }
    }
    let token = world.token.clone();
    let good = [basic(format!("anybody:{token}").as_bytes()), basic(format!(":{token}").as_bytes()), bearer.clone()];
    for header in &good {
        check(&world, 140, "GET", "desk/collections/", &[("authorization", header)], 200);
    }
    check(&world, 140, "GET", "", &[], 401);
    check(&world, 140, "GET", "desk/nothing/", &[], 401);
    check(&world, 140, "GET", "", &[("authorization", &basic(b"user:pass"))], 401);
    check(&world, 140, "GET", "", &[("authorization", "Bearer comity_x")], 401);
    for header in [
        basic(token.as_bytes()),
        basic(b"a:\0"),
        basic(b"\xff:\xff"),
        "Basic !".into(),
        "Digest x".into(),
        "Basic".into(),
    ] {
        let answer = check(&world, 140, "GET", "", &[("authorization", &header)], 400);
        assert!(!String::from_utf8_lossy(&answer.body).contains(&token), "a credential is never repeated");
    }
    check(&world, 140, "GET", "", &[auth[0], auth[0]], 400);
    let unknown = world.send("GET", "/taxii2/", &[]);
    let challenges: Vec<_> = unknown.headers.get_all("www-authenticate").iter().collect();
    assert!(challenges.iter().any(|challenge| challenge.to_str().unwrap().starts_with("Basic ")), "{challenges:?}");
    let reader = format!("Bearer {}", world.reader);
    check(&world, 140, "GET", "", &[("authorization", &reader)], 403);
    check(&world, 151, "GET", "", &with("upgrade", "h2c"), 200);
    check(&world, 152, "GET", objects, &with("range", "bytes=0-1"), 200);
    check(&world, 156, "POST", objects, &with("content-type", "text/xml"), 415);

    world.revoke("one");
    check(&world, 140, "GET", "", &auth, 401);
}

#[test]
fn cursors_that_do_not_count() {
    let world = World::new();
    world.import("feed", &(0..30).map(|n| malware(n, 1)).collect::<Vec<_>>());
    let objects = "desk/collections/everything/objects/";
    let next = world.objects("limit=10&match[type]=malware").json()["next"].as_str().unwrap().to_owned();
    let check = |token: &str, path: String, status: u16| {
        let answer = world.get_as(token, &path);
        assert_eq!(answer.status, status, "{path}: {}", String::from_utf8_lossy(&answer.body));
        if status == 400 {
            assert_eq!(answer.json()["title"], "invalid cursor", "{path}");
        }
    };
    check(&world.token, format!("{objects}?limit=10&match[type]=malware&next={next}"), 200);
    check(&world.token, format!("{objects}?limit=3&match[type]=malware&next={next}"), 200);
    // Of another, with another filter, for another resource or collection, changed, endless.
    check(&world.other, format!("{objects}?limit=10&match[type]=malware&next={next}"), 400);
    check(&world.token, format!("{objects}?limit=10&next={next}"), 400);
    check(&world.token, format!("{objects}?match[type]=malware,tool&next={next}"), 400);
    check(&world.token, format!("{objects}?match[type]=malware&added_after=2020-01-01T00:00:00Z&next={next}"), 400);
    check(&world.token, format!("desk/collections/everything/manifest/?match[type]=malware&next={next}"), 400);
    let list = world.get("desk/collections/").json();
    let feed = list["collections"][1]["id"].as_str().unwrap();
    check(&world.token, format!("desk/collections/{feed}/objects/?match[type]=malware&next={next}"), 400);
    let changed = next.replacen(&next[..1], if next.starts_with('A') { "B" } else { "A" }, 1);
    check(&world.token, format!("{objects}?match[type]=malware&next={changed}"), 400);
    check(&world.token, format!("{objects}?match[type]=malware&next={}", "A".repeat(10_240)), 400);
    check(&world.token, format!("{objects}?match[type]=malware&next="), 400);
}
