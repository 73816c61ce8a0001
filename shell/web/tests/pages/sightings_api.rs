//! Observations, sightings and warning lists over the API: who may ask what.

use super::desk::{face, id};
use super::sightings::{indicator, observe, only};
use axum::http::StatusCode;
use serde_json::json;

const LINES: &[u8] =
    b"ip-dst,198.51.100.7,2026-02-01T10:00:00Z\n\nnonsense\n\xff\xfe\nip-dst,198.51.100.7,2026-02-02T10:00:00Z";

#[test]
fn a_sensor_brings_and_learns_nothing() {
    let (face, _folder) = face();
    face.import("feed", Some("TLP:GREEN"), &[indicator(1, "C2", "[ipv4-addr:value = '198.51.100.7']")]);
    let (sensor, reader, writer) =
        (face.token("sensor", "observe"), face.token("reader", "read"), face.token("writer", "write"));
    let csv = Some(("text/csv", LINES));
    for (token, expected) in [
        (None, StatusCode::UNAUTHORIZED),
        (Some(&reader), StatusCode::FORBIDDEN),
        (Some(&writer), StatusCode::FORBIDDEN),
    ] {
        let answer = face.api("POST", "/api/v1/observations", token.map(String::as_str), csv);
        assert_eq!(answer.status, expected, "{}", answer.text());
    }
    let answer = face.api("POST", "/api/v1/observations?source=proxy-1", Some(&sensor), csv);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let told = answer.json();
    assert_eq!((&told["observations"], &told["refused_count"]), (&json!(2), &json!(2)), "{told}");
    let lines: Vec<u64> = told["refused"].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3, 4], "{told}");
    for secret in ["matches", "sightings", "undetermined", "198.51.100.7", "C2"] {
        answer.lacks(secret);
    }
    // The same again is not counted again.
    face.api("POST", "/api/v1/observations?source=proxy-1", Some(&sensor), csv);
    let list = face.api("GET", "/api/v1/sightings", Some(&reader), None).json();
    assert_eq!((&list["total"], &list["sightings"][0]["count"]), (&json!(1), &json!(2)), "{list}");
    let sighting = list["sightings"][0]["sighting"].as_str().unwrap().to_owned();
    let whole = format!("/api/v1/sightings/{sighting}");
    let judge = json!({ "judgement": "true_positive" }).to_string();
    let list_text =
        json!({ "name": "x", "version": 1, "description": "", "type": "string", "list": ["a"] }).to_string();
    let body = |text: &'static str| Some(("application/json", text.as_bytes()));
    let judge: &'static str = Box::leak(judge.into_boxed_str());
    let list_text: &'static str = Box::leak(list_text.into_boxed_str());
    for (method, address, sent, of_sensor, of_reader) in [
        ("GET", "/api/v1/sightings", None, 403, 200),
        ("GET", "/api/v1/sightings/summary", None, 403, 200),
        ("GET", whole.as_str(), None, 403, 200),
        ("GET", &format!("{whole}/stix"), None, 403, 200),
        ("GET", "/api/v1/detection", None, 403, 200),
        ("GET", "/api/v1/warning-lists", None, 403, 200),
        ("POST", &format!("{whole}/judgement"), body(judge), 403, 403),
        ("POST", &format!("{whole}/return"), body("{\"partner\":\"kps\"}"), 403, 403),
        ("POST", "/api/v1/warning-lists", body(list_text), 403, 403),
        ("DELETE", "/api/v1/warning-lists/x", None, 403, 403),
        ("GET", "/api/v1/objects", None, 403, 200),
    ] {
        for (token, expected) in [(&sensor, of_sensor), (&reader, of_reader)] {
            let answer = face.api(method, address, Some(token), sent);
            assert_eq!(answer.status.as_u16(), expected, "{method} {address}: {}", answer.text());
        }
        assert_eq!(face.api(method, address, None, sent).status, StatusCode::UNAUTHORIZED, "{method} {address}");
    }
}

#[test]
fn bodies_are_taken_in_each_form_and_others_refused() {
    let (face, _folder) = face();
    face.import("feed", Some("TLP:GREEN"), &[indicator(1, "C2", "[ipv4-addr:value = '198.51.100.7']")]);
    let sensor = face.token("sensor", "observe");
    let bundle = json!({ "type": "bundle", "id": "bundle--0c1f4ae2-6a3b-4b0e-9d57-0f7cf5d6b1a2", "objects": [
        { "type": "ipv4-addr", "spec_version": "2.1", "id": "ipv4-addr--11111111-1111-5111-8111-111111111111", "value": "198.51.100.7" },
        { "type": "observed-data", "spec_version": "2.1", "id": "observed-data--11111111-1111-4111-8111-111111111112",
          "created": "2026-02-01T10:00:00Z", "modified": "2026-02-01T10:00:00Z", "first_observed": "2026-02-01T10:00:00Z",
          "last_observed": "2026-02-01T10:00:00Z", "number_observed": 1,
          "object_refs": ["ipv4-addr--11111111-1111-5111-8111-111111111111"] }] })
    .to_string();
    let ecs = "{\"@timestamp\":\"2026-02-01T10:00:00Z\",\"destination\":{\"ip\":\"198.51.100.7\"}}\n";
    let simple = "{\"type\":\"ip-dst\",\"value\":\"198.51.100.7\",\"time\":\"2026-02-01T10:00:00Z\"}\n";
    for (media, query, sent, status) in [
        ("application/stix+json;version=2.1", "", bundle.as_str(), 200),
        ("application/json", "?mapping=stix", &bundle, 200),
        ("application/x-ndjson", "?mapping=ecs", ecs, 200),
        ("application/json", "?mapping=simple", simple, 200),
        ("text/csv", "", "type,value,time\nip-dst,198.51.100.7,2026-02-01T10:00:00Z\n", 200),
        ("application/json", "?mapping=ecs", ecs, 200),
        ("application/json", "?mapping=ecs", &ecs.replace(',', ",\n"), 200),
        ("application/json", "?mapping=simple", &format!("[\n{simple}]"), 200),
        ("application/json", "?mapping=ecs", &format!("{{\"hits\":{{\"hits\":[{{\"_source\":{ecs}}}]}}}}"), 200),
        ("text/csv", "", "Note;Time;Indicator;Indicator Type\nx;1769940000;198[.]51.100.7;ip-dst\n", 200),
        ("text/csv", "?mapping=zeek", "#fields\tts\tid.resp_h\n1769940000.5\t198.51.100.7\n", 200),
        ("text/csv", "", "", 200),
        ("application/x-ndjson", "", ecs, 400),
        ("application/stix+json", "?mapping=ecs", &bundle, 400),
        ("text/csv", "?mapping=stix", "", 400),
        ("application/x-ndjson", "?mapping=no-such", ecs, 400),
        ("application/x-ndjson", "?mapping=ecs&colour=red", ecs, 400),
        ("text/html", "?mapping=ecs", ecs, 415),
    ] {
        let answer =
            face.api("POST", &format!("/api/v1/observations{query}"), Some(&sensor), Some((media, sent.as_bytes())));
        assert_eq!(answer.status.as_u16(), status, "{media} {query}: {}", answer.text());
        if status == 200 && !sent.is_empty() {
            assert_eq!(answer.json()["observations"], 1, "{media} {query}");
        }
    }
    assert!(!only(&face, "/sightings").is_empty(), "all of them saw one thing");
    // What holds nothing is told to everybody who may bring it.
    let other = "{\"@timestamp\":\"2026-02-01T10:00:00Z\",\"message\":\"x\"}\n";
    for (media, sent) in [("application/x-ndjson", other.to_owned()), ("application/json", other.replace(',', ",\n"))] {
        let body = Some((media, sent.as_bytes()));
        let told = face.api("POST", "/api/v1/observations?mapping=ecs", Some(&sensor), body).json();
        assert_eq!((&told["observations"], &told["unread"], &told["refused_count"]), (&json!(0), &json!(1), &json!(0)));
    }
}

#[test]
fn a_long_body_is_looked_through_in_pieces() {
    let (face, _folder) = face();
    face.import("feed", Some("TLP:GREEN"), &[indicator(1, "C2", "[ipv4-addr:value = '198.51.100.7']")]);
    let sensor = face.token("sensor", "observe");
    let hit = "ip-dst,198.51.100.7,2026-02-01T10:00:00Z\n";
    let filler = format!("url,http://harmless.example/{},2026-02-01T10:00:00Z\n", "x".repeat(2_000));
    let mut body = String::from(hit);
    for _ in 0..4_500 {
        body.push_str(&filler);
    }
    body.push_str(&hit.replace("10:00:00", "11:00:00"));
    assert!(body.len() > 8 * 1024 * 1024, "more than one piece");
    let answer = face.api("POST", "/api/v1/observations", Some(&sensor), Some(("text/csv", body.as_bytes())));
    assert_eq!((answer.status, &answer.json()["observations"]), (StatusCode::OK, &json!(4_502)), "{}", answer.text());
    let sheet = face.officer_api("GET", &format!("/api/v1{}", only(&face, "/sightings")), &json!({})).json();
    let lines: Vec<u64> =
        sheet["evidence"].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()).collect();
    assert_eq!((&sheet["count"], lines), (&json!(2), vec![1, 4_502]), "lines are counted through");
    let endless = "x".repeat(8 * 1024 * 1024 + 1);
    let refused = face.api("POST", "/api/v1/observations", Some(&sensor), Some(("text/csv", endless.as_bytes())));
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", refused.text());
    refused.has("line 1");
}

#[test]
fn lists_are_narrowed_and_read_in_pages() {
    let (face, _folder) = face();
    let many: Vec<_> = (0..5)
        .map(|n| indicator(n, &format!("number {n}"), &format!("[domain-name:value = 'n{n}.example']")))
        .collect();
    face.import("feed", Some("TLP:GREEN"), &many);
    let lines: Vec<String> = (0..5).map(|n| format!("domain,n{n}.example,2026-02-01T10:00:0{n}Z")).collect();
    observe(&face, &lines.join("\n"));
    let (reader, other) = (face.token("reader", "read"), face.token("other", "read"));
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = face.api("GET", &format!("/api/v1/sightings?limit=2{cursor}"), Some(&reader), None).json();
        assert_eq!(page["total"], 5);
        found.extend(page["sightings"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
        for (token, address) in [
            (&other, format!("/api/v1/sightings?limit=2{cursor}")),
            (&reader, format!("/api/v1/sightings?state=decayed&limit=2{cursor}")),
            (&reader, format!("/api/v1/objects?limit=2{cursor}")),
        ] {
            assert_eq!(face.api("GET", &address, Some(token), None).status, StatusCode::BAD_REQUEST, "{address}");
        }
    }
    assert_eq!(found, ["number 4", "number 3", "number 2", "number 1", "number 0"]);
    for (query, total) in [
        (format!("indicator={}", id("indicator", 2)), 1),
        ("origin=feed".into(), 5),
        ("origin=own".into(), 0),
        ("value=n3.example".into(), 1),
        ("judgement=false_positive".into(), 0),
        ("state=open,decayed".into(), 5),
        ("state=recalled".into(), 0),
        ("since=2026-02-01T10:00:03Z".into(), 2),
        ("until=2026-02-01T10:00:03Z".into(), 3),
    ] {
        let page = face.api("GET", &format!("/api/v1/sightings?{query}"), Some(&reader), None).json();
        assert_eq!(page["total"], total, "{query}");
        let summary = face.api("GET", &format!("/api/v1/sightings/summary?{query}"), Some(&reader), None).json();
        let counted: u64 =
            summary["by_indicator"].as_array().unwrap().iter().map(|one| one["sightings"].as_u64().unwrap()).sum();
        assert_eq!(counted, total, "{query}");
    }
    for wrong in ["state=lost", "judgement=perhaps", "since=yesterday", "limit=0", "colour=red", "cursor=x"] {
        let answer = face.api("GET", &format!("/api/v1/sightings?{wrong}"), Some(&reader), None);
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let unknown =
        face.api("GET", "/api/v1/sightings/sighting--00000000-0000-4000-8000-000000000000", Some(&reader), None);
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    for address in ["x", "sighting--", "s", "sighting--00000000-0000-4000-8000-000000000000/stix"] {
        let answer = face.api("GET", &format!("/api/v1/sightings/{address}"), Some(&reader), None);
        assert_eq!((answer.status, &answer.body), (StatusCode::NOT_FOUND, &unknown.body), "{address}");
    }
}

#[test]
fn an_officer_judges_and_keeps_lists() {
    let (face, _folder) = face();
    face.import("feed", Some("TLP:GREEN"), &[indicator(1, "C2", "[ipv4-addr:value = '198.51.100.7']")]);
    observe(&face, "ip-dst,198.51.100.7,2026-02-01T10:00:00Z\n");
    let address = format!("/api/v1{}", only(&face, "/sightings"));
    let judged = face.officer_api(
        "POST",
        &format!("{address}/judgement"),
        &json!({ "judgement": "true_positive", "comment": "seen twice" }),
    );
    assert_eq!(judged.status, StatusCode::OK, "{}", judged.text());
    let shown = face.officer_api("GET", &address, &json!({})).json();
    assert_eq!((&shown["judgement"], &shown["judged_by"]), (&json!("true_positive"), &json!("alice")), "{shown}");
    assert_eq!(shown["evidence"].as_array().unwrap().len(), 1);
    for (body, status) in [
        (json!({ "judgement": "perhaps" }), 422),
        (json!({}), 422),
        (json!({ "judgement": "unreviewed", "by": "bob" }), 422),
    ] {
        let answer = face.officer_api("POST", &format!("{address}/judgement"), &body);
        assert_eq!(answer.status.as_u16(), status, "{body}");
    }
    let refused = face.officer_api("POST", &format!("{address}/return"), &json!({ "partner": "kps" }));
    assert_eq!(refused.status, StatusCode::CONFLICT, "it did not come from a partner: {}", refused.text());
    let nothing = "/api/v1/sightings/sighting--00000000-0000-4000-8000-000000000000/judgement";
    assert_eq!(face.officer_api("POST", nothing, &json!({ "judgement": "unreviewed" })).status, StatusCode::NOT_FOUND);
    let status = face.officer_api("GET", "/api/v1/detection", &json!({})).json();
    assert_eq!((&status["compiled"], &status["observations"]), (&json!(1), &json!(1)), "{status}");
    let list = json!({ "name": "Public resolvers", "version": 1, "description": "d", "type": "cidr",
        "matching_attributes": ["ip-src", "ip-dst"], "list": ["203.0.113.0/24"] });
    let added = face.officer_api("POST", "/api/v1/warning-lists", &list);
    assert_eq!((added.status, &added.json()["entries"]), (StatusCode::OK, &json!(1)), "{}", added.text());
    let lists = face.officer_api("GET", "/api/v1/warning-lists", &json!({})).json();
    assert_eq!((lists["lists"].as_array().unwrap().len(), &lists["lists"][0]["name"]), (1, &json!("Public resolvers")));
    assert_eq!(
        face.officer_api("POST", "/api/v1/warning-lists", &json!({ "no": "list" })).status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        face.officer_api("DELETE", "/api/v1/warning-lists/Public%20resolvers", &json!({})).status,
        StatusCode::OK
    );
    assert_eq!(
        face.officer_api("DELETE", "/api/v1/warning-lists/Public%20resolvers", &json!({})).status,
        StatusCode::NOT_FOUND
    );
}
