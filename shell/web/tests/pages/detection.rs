//! Indicators that are not looked for: on the page of detection and on their own, and an officer's word about them.

use super::desk::{face, id};
use super::sightings::{indicator, observe, only};
use axum::http::StatusCode;
use serde_json::json;

const BROAD: &str = "[ipv4-addr:value ISSUBSET '10.0.0.0/8']";

#[test]
fn what_is_not_looked_for_is_shown_and_an_officer_accepts() {
    let (mut face, _folder) = face();
    face.import(
        "feed",
        Some("TLP:GREEN"),
        &[
            indicator(1, "Inside", BROAD),
            indicator(2, "Two at once", "[file:name = 'a.exe' AND mutex:name = 'b']"),
            indicator(3, "Joined", "[ipv4-addr:value = '203.0.113.9' AND network-traffic:dst_port = 8443]"),
        ],
    );
    let object = |number| format!("/objects/{}", id("indicator", number));
    let listed = face.get("/warning-lists");
    listed.has("1 that can never match").has("two objects").has(&object(2)).has(&object(1));
    listed.has("1 that cover too much").has("a private address").has("action=\"/detection/accept\"");
    face.get(&object(2)).has("This indicator can never match").lacks("/detection/accept");
    face.get(&object(3)).has("Detection reads it as it is meant").lacks("can never match");
    face.get(&object(1)).has("is set aside").has("Look for it");
    let line = "ip-dst,10.0.0.9,2026-02-01T10:00:00Z\n";
    assert_eq!(observe(&face, line)["matches"], 0);
    let form = |reason: &str| format!("from=object&indicator={}&reason={reason}", id("indicator", 1));
    // Not from another site, not without a reason, not by somebody of another role.
    let elsewhere = face.post_from_elsewhere("/detection/accept", &form("ours"));
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    assert!(face.post("/detection/accept", &form("")).status.is_client_error());
    let alice = face.become_officer("bob");
    face.get("/warning-lists").has("1 that cover too much").lacks("/detection/accept").lacks("/warning-lists/switch");
    face.get(&object(1)).has("is set aside").lacks("/detection/accept");
    assert_eq!(face.post("/detection/accept", &form("ours")).status, StatusCode::FORBIDDEN);
    face.go_on(alice);
    let accepted = face.post("/detection/accept", &form("our+own+%3Cnet%3E"));
    assert_eq!((accepted.status, accepted.header("location")), (StatusCode::SEE_OTHER, object(1).as_str()));
    let page = face.get(&object(1));
    page.has("accepted by <bdi>alice</bdi>").has("our own &#60;net&#62;").has("/detection/withdraw");
    face.get("/warning-lists").has("Accepted by officers").lacks("that cover too much");
    assert_eq!(observe(&face, line)["matches"], 1);
    only(&face, "/sightings");
    let taken = face.post("/detection/withdraw", &format!("indicator={}", id("indicator", 1)));
    assert_eq!((taken.status, taken.header("location")), (StatusCode::SEE_OTHER, "/warning-lists"));
    face.get(&object(1)).has("is set aside");
}

#[test]
fn programs_of_the_officer_do_the_same() {
    let (face, _folder) = face();
    face.import("feed", Some("TLP:GREEN"), &[indicator(1, "Inside", BROAD)]);
    let indicator = id("indicator", 1);
    let address = "/api/v1/detection/accepted";
    let accepted = face.officer_api("POST", address, &json!({ "indicator": indicator, "reason": "ours" }));
    assert_eq!(
        (accepted.status, &accepted.json()["officer"]),
        (StatusCode::OK, &json!("alice")),
        "{}",
        accepted.text()
    );
    let unknown = face.officer_api("POST", address, &json!({ "indicator": "indicator--x", "reason": "ours" }));
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{}", unknown.text());
    let one = format!("{address}/{indicator}");
    assert_eq!(face.officer_api("DELETE", &one, &json!({})).status, StatusCode::OK);
    assert_eq!(face.officer_api("DELETE", &one, &json!({})).status, StatusCode::NOT_FOUND);
    let status = face.officer_api("GET", "/api/v1/detection", &json!({})).json();
    assert_eq!(status["over_broad_by_reason"], json!({ "says-nothing": 1 }), "{status}");
    let switch = "/api/v1/warning-lists/comity:%20public%20DNS%20resolvers/switch";
    let off = face.officer_api("PUT", switch, &json!({ "on": false }));
    assert_eq!((off.status, &off.json()["changed"]), (StatusCode::OK, &json!(true)), "{}", off.text());
    face.get("/warning-lists").has("switched off");
    let on = face.post("/warning-lists/switch", "name=comity%3A+public+DNS+resolvers&on=true");
    assert_eq!(on.status, StatusCode::SEE_OTHER, "{}", on.text());
    face.get("/warning-lists").lacks("switched off");
}
