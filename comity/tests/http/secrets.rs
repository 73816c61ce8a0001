//! Answers that hold a secret are given to the one who is there just now, and are kept nowhere for the next one who asks.

use super::session::Session;
use super::wire::Desk;
use super::world;
use serde_json::json;

/// Shows the desk again that the officer is there.
fn step_up(desk: &Desk, session: &mut Session) {
    let begun = desk.post("/api/v1/step-up/begin", &session.headers(), &json!({})).json();
    let answer = session.answer(&begun["public_key"]);
    let stepped = desk.post("/api/v1/step-up/finish", &session.headers(), &json!({ "answer": answer }));
    assert_eq!(stepped.status, 200, "{stepped:?}");
}

fn keyed(session: &Session, key: &str) -> Vec<String> {
    [session.headers(), vec![format!("Idempotency-Key: {key}")]].concat()
}

#[test]
fn a_repeated_key_gives_no_secret_a_second_time() {
    let world = world();
    let node = world.node("vsis");
    let running = node.serve();
    let desk = Desk::of(&running);
    let mut hal = Session::open(&node, &desk, "hal", 1);
    let source = json!({ "cryptonym": "KESTREL", "identity": "Halvardsen", "contact": "quay", "reliability": "B" });
    assert_eq!(desk.post("/api/v1/sources", &hal.headers(), &source).status, 200);
    step_up(&desk, &mut hal);
    let reading = ("/api/v1/sources/KESTREL/readings", json!({ "reason": "review" }));
    for _ in 0..2 {
        let shown = desk.post(reading.0, &keyed(&hal, "k-1"), &reading.1);
        assert_eq!((shown.status, &shown.json()["identity"]), (200, &json!("Halvardsen")), "{shown:?}");
    }
    let audit = node.ask(&["audit", "show"]);
    let acts = audit["entries"].as_array().unwrap().iter().filter(|entry| entry["act"] == "vault.show").count();
    assert_eq!(acts, 2, "every reading is in the audit log");
    // Another session of the same officer, in which nobody has shown to be there.
    let later = Session::open(&node, &desk, "hal", 2);
    let refused = desk.post(reading.0, &keyed(&later, "k-1"), &reading.1);
    assert_eq!((refused.status, &refused.json()["type"]), (403, &json!("/problems/step-up-needed")), "{refused:?}");

    let mut alice = Session::open(&node, &desk, "alice", 3);
    step_up(&desk, &mut alice);
    let token = json!({ "name": "siem", "scopes": ["read"] });
    let made = desk.post("/api/v1/tokens", &keyed(&alice, "k-2"), &token);
    assert_eq!(made.status, 200, "{made:?}");
    let again = desk.post("/api/v1/tokens", &keyed(&alice, "k-2"), &token);
    let secret = comity_kit::text(&made.json(), "token");
    assert_eq!(again.status, 409, "a token is shown once: {again:?}");
    assert!(!String::from_utf8_lossy(&again.body).contains(&secret));
}
