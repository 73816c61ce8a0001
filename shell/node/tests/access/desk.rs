//! One desk with officers who sign in: what a browser would do, in short words.

use super::common::{Org, code, fresh, now};
use comity_crypto::{Purpose, Signature, SigningKey, sha256};
use comity_kit::authenticator::{Authenticator, from_base64url};
use comity_node::{Access, Call, Failure, Identity, Request};
use comity_release::passkey::PasskeyGrant;
use comity_vocab::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Where the pages come from; the default of a home.
pub const ORIGIN: &str = "http://localhost:8440";

/// A desk whose clock the test moves.
pub struct Desk {
    pub org: Org,
    pub now: Timestamp,
    _folder: TempDir,
}

/// A signed-in officer's secret.
pub type Secret = String;

impl Desk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let org = Org::open(&fresh(folder.path(), "vsis"), "vsis");
        Self { org, now: now(), _folder: folder }
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
    }

    pub fn access(&self) -> Access {
        self.org.node.access()
    }

    pub fn who(&self, secret: &str) -> Option<Identity> {
        self.access().session(secret, self.now)
    }

    /// Asks over the network.
    pub fn ask(&mut self, session: Option<&str>, request: &Value) -> Result<Value, Failure> {
        // The request is one of the closed list: a test that mistypes it must not pass as refused.
        let request: Request =
            serde_json::from_value(request.clone()).unwrap_or_else(|error| panic!("{error}: {request}"));
        let call = Call {
            request: serde_json::to_string(&request).unwrap(),
            session: session.map(str::to_owned),
            ..Call::default()
        };
        self.org.node.handle_remote(self.now, &call)
    }

    /// Asks over the network with a token.
    pub fn ask_with(&mut self, token: &str, request: &Request) -> Result<Value, Failure> {
        let request = serde_json::to_string(request).unwrap();
        self.org.node.handle_remote(self.now, &Call { request, token: Some(token.to_owned()), ..Call::default() })
    }

    /// Asks as the machine account, at the command line.
    pub fn here(&mut self, request: &Request) -> Result<Value, Failure> {
        let request = serde_json::to_string(request).unwrap();
        self.org.node.handle(self.now, &Call { request, ..Call::default() })
    }

    /// Makes out a grant as the command line does.
    pub fn grant(&mut self, officer: &str, secret: &str, key: &SigningKey) -> Result<Value, Failure> {
        let prepared = self.here(&Request::PasskeyGrantPrepare { officer: code(officer) })?;
        let grant = PasskeyGrant {
            organisation: serde_json::from_value(prepared["organisation_key"].clone()).unwrap(),
            officer: code(officer),
            token: sha256(&[secret.as_bytes()]),
            rp_id: prepared["rp_id"].as_str().unwrap().into(),
            not_after: serde_json::from_value(prepared["not_after"].clone()).unwrap(),
        };
        let signature: Signature = key.sign(Purpose::PasskeyGrant, &grant.statement());
        self.here(&Request::PasskeyGrant { grant, signature })
    }

    /// Uses a link.
    pub fn enrol_with(&mut self, secret: &str, passkey: &mut Authenticator) -> Result<Value, Failure> {
        let begun = self.ask(None, &json!({ "verb": "register_begin", "token": secret }))?;
        let credential = passkey.create_for(ORIGIN, &begun["public_key"]);
        let finish = json!({ "verb": "register_finish", "token": secret, "name": "key", "credential": credential });
        self.ask(None, &finish)
    }

    /// Gives an officer a passkey, with the officer's own key.
    pub fn enrol(&mut self, officer: &str, seed: u8) -> Authenticator {
        let (key, secret) = (self.org.key(officer), format!("secret of {officer} {seed}"));
        self.grant(officer, &secret, &key).unwrap();
        let mut passkey = Authenticator::es256(seed);
        let bound = self.enrol_with(&secret, &mut passkey).unwrap();
        assert_eq!((&bound["state"], &bound["officer"]), (&json!("bound"), &json!(officer)));
        passkey
    }

    pub fn sign_in_question(&mut self) -> Value {
        self.ask(None, &json!({ "verb": "sign_in_begin" })).unwrap()["public_key"].clone()
    }

    pub fn finish_sign_in(&mut self, answer: &Value) -> Result<Value, Failure> {
        self.ask(None, &json!({ "verb": "sign_in_finish", "answer": answer, "agent": "Browser 1" }))
    }

    pub fn sign_in(&mut self, passkey: &mut Authenticator) -> Secret {
        let question = self.sign_in_question();
        let signed_in = self.finish_sign_in(&passkey.answer_for(ORIGIN, &question)).unwrap();
        let secret = signed_in["session"].as_str().unwrap().to_owned();
        assert_eq!(from_base64url(&secret).len(), 32, "256 bits");
        secret
    }

    pub fn step_up(&mut self, session: &str, passkey: &mut Authenticator) -> Result<Value, Failure> {
        let question = self.ask(Some(session), &json!({ "verb": "step_up_begin" }))?;
        let answer = passkey.answer_for(ORIGIN, &question["public_key"]);
        self.ask(Some(session), &json!({ "verb": "step_up_finish", "answer": answer }))
    }
}

/// Asserts that a call was refused with this code.
pub fn refused(what: &str, found: Result<Value, Failure>, expected: &str) {
    match found {
        Ok(answer) => panic!("{what}: was done: {answer}"),
        Err(failure) => assert_eq!(failure.code.as_deref(), Some(expected), "{what}: {failure:?}"),
    }
}
