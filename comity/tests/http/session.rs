//! Signing in with a passkey, as a browser does it.

use super::wire::Desk;
use comity_kit::Node;
use comity_kit::authenticator::Authenticator;
use serde_json::{Value, json};

/// A signed-in officer.
pub struct Session {
    pub cookie: String,
    passkey: Authenticator,
    origin: String,
}

impl Session {
    /// Enrols a passkey for the officer and signs in with it.
    pub fn open(node: &Node, desk: &Desk, officer: &str, seed: u8) -> Self {
        let link = node.run(&["officer", "enrol", "--code", officer, "--key", &node.key(officer)]).done();
        let secret = comity_kit::text(&link, "link").split_once('#').unwrap().1.to_owned();
        let own = [format!("Origin: {}", desk.origin), "Sec-Fetch-Site: same-origin".to_owned()];
        let ask = |path: &str, body: Value| {
            let answer = desk.post(path, &own, &body);
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            answer
        };
        let mut passkey = Authenticator::es256(seed);
        let options = ask("/enrol/begin", json!({ "token": secret })).json()["public_key"].clone();
        let made = passkey.create_for(&desk.origin, &options);
        ask("/enrol/finish", json!({ "token": secret, "name": "test", "answer": made }));
        let options = ask("/sign-in/begin", json!({})).json()["public_key"].clone();
        let answer = passkey.answer_for(&desk.origin, &options);
        let opened = ask("/sign-in/finish", json!({ "answer": answer }));
        let cookie = opened.cookie("__Host-s").unwrap();
        Self { cookie, passkey, origin: desk.origin.clone() }
    }

    /// The header lines of a request that one of our own pages makes.
    pub fn headers(&self) -> Vec<String> {
        vec![
            format!("Cookie: __Host-s={}", self.cookie),
            format!("Origin: {}", self.origin),
            "Sec-Fetch-Site: same-origin".into(),
        ]
    }

    /// Answers a question of the node.
    pub fn answer(&mut self, options: &Value) -> Value {
        self.passkey.answer_for(&self.origin, options)
    }
}
