//! A desk with one officer signed in: asks the router as a browser would.

use super::common::{Org, carried, code, now, orgs};
use axum::Router;
use axum::body::Body;
use axum::http::{Request as HttpRequest, StatusCode, header};
use comity_crypto::{Purpose, Signature, sha256};
use comity_kit::authenticator::Authenticator;
use comity_link::gate_protocol::GateToDesk;
use comity_node::{Call, Request};
use comity_release::passkey::PasskeyGrant;
use comity_web::{Desk, Health, Organisation, Readers, router};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tower::ServiceExt as _;

const ORIGIN: &str = "http://localhost:8440";

/// What came back.
pub struct Page {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Page {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    #[track_caller]
    pub fn has(&self, what: &str) -> &Self {
        assert!(self.text().contains(what), "{what:?} is not in:\n{}", self.text());
        self
    }

    #[track_caller]
    pub fn lacks(&self, what: &str) -> &Self {
        assert!(!self.text().contains(what), "{what:?} is in:\n{}", self.text());
        self
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// One organisation's desk.
pub struct Face {
    pub org: Arc<Mutex<Org>>,
    pub folder: PathBuf,
    router: Router,
    runtime: tokio::runtime::Runtime,
    session: String,
    passkey: Authenticator,
}

/// Fresh linked organisations, the first `count`, with their desks; the folder must be kept.
pub fn faces(count: usize) -> (Vec<Face>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let faces = orgs(folder.path(), count).into_iter().map(|org| Face::new(org, folder.path().to_owned())).collect();
    (faces, folder)
}

/// One desk.
pub fn face() -> (Face, TempDir) {
    let (mut faces, folder) = faces(1);
    (faces.pop().unwrap(), folder)
}

fn remote(org: &mut Org, session: Option<&str>, request: &Value) -> Value {
    let call = Call { request: request.to_string(), session: session.map(str::to_owned), ..Call::default() };
    org.node.handle_remote(now(), &call).unwrap()
}

fn sign_in(org: &mut Org, officer: &str) -> (String, Authenticator) {
    let secret = format!("secret of {officer}");
    let prepared = org.ask(&Request::PasskeyGrantPrepare { officer: code(officer) }).unwrap();
    let grant = PasskeyGrant {
        organisation: serde_json::from_value(prepared["organisation_key"].clone()).unwrap(),
        officer: code(officer),
        token: sha256(&[secret.as_bytes()]),
        rp_id: prepared["rp_id"].as_str().unwrap().into(),
        not_after: serde_json::from_value(prepared["not_after"].clone()).unwrap(),
    };
    let signature: Signature = org.key(officer).sign(Purpose::PasskeyGrant, &grant.statement());
    org.ask(&Request::PasskeyGrant { grant, signature }).unwrap();
    let seed = officer.bytes().fold(7, u8::wrapping_add);
    let mut passkey = Authenticator::es256(seed);
    let begun = remote(org, None, &json!({ "verb": "register_begin", "token": secret }));
    let credential = passkey.create_for(ORIGIN, &begun["public_key"]);
    remote(org, None, &json!({ "verb": "register_finish", "token": secret, "name": "key", "credential": credential }));
    let question = remote(org, None, &json!({ "verb": "sign_in_begin" }))["public_key"].clone();
    let answer = passkey.answer_for(ORIGIN, &question);
    let signed_in = remote(org, None, &json!({ "verb": "sign_in_finish", "answer": answer, "agent": null }));
    (signed_in["session"].as_str().unwrap().to_owned(), passkey)
}

impl Face {
    fn new(mut org: Org, folder: PathBuf) -> Self {
        let (session, passkey) = sign_in(&mut org, "alice");
        let (home, access) = (org.node.home().clone(), org.node.access());
        let org = Arc::new(Mutex::new(org));
        let node = org.clone();
        let desk = Desk {
            organisation: Organisation { name: "Organisation vsis".into(), code: "vsis".into() },
            public_url: ORIGIN.into(),
            access,
            ask: Arc::new(move |call| node.lock().unwrap().node.handle_remote(now(), call)),
            readers: Readers::new(home, 2, Default::default()),
            clock: now,
            health: Arc::new(Health::default),
            cursor_key: [9; 32],
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { org, folder, router: router(Arc::new(desk)), runtime, session, passkey }
    }

    fn send(&self, request: HttpRequest<Body>) -> Page {
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.unwrap();
            let (head, body) = answer.into_parts();
            let body = body.collect().await.unwrap().to_bytes().to_vec();
            // What a page left to be done goes on while the runtime is driven.
            tokio::task::yield_now().await;
            Page { status: head.status, headers: head.headers, body }
        })
    }

    /// Goes on as another officer, signed in again; returns the session that was.
    pub fn become_officer(&mut self, officer: &str) -> String {
        let (session, passkey) = sign_in(&mut self.org.lock().unwrap(), officer);
        self.passkey = passkey;
        std::mem::replace(&mut self.session, session)
    }

    /// Goes on in a session that was before; returns the one that was now.
    pub fn go_on(&mut self, session: String) -> String {
        std::mem::replace(&mut self.session, session)
    }

    /// Touches the passkey once more, for what needs that.
    pub fn step_up(&mut self) {
        let mut org = self.org.lock().unwrap();
        let session = Some(self.session.as_str());
        let question = remote(&mut org, session, &json!({ "verb": "step_up_begin" }))["public_key"].clone();
        let answer = self.passkey.answer_for(ORIGIN, &question);
        remote(&mut org, session, &json!({ "verb": "step_up_finish", "answer": answer }));
    }

    /// Opens an address as a browser does for a person.
    pub fn browse(&self, method: &str, address: &str, body: &str) -> Page {
        let request = HttpRequest::builder()
            .method(method)
            .uri(address)
            .header(header::COOKIE, format!("__Host-s={}", self.session))
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.send(request)
    }

    /// Asks for a page and expects it to be there.
    #[track_caller]
    pub fn get(&self, address: &str) -> Page {
        let page = self.try_get(address);
        assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.text());
        page
    }

    /// Asks for a page.
    pub fn try_get(&self, address: &str) -> Page {
        let cookie = format!("__Host-s={}", self.session);
        self.send(HttpRequest::get(address).header(header::COOKIE, cookie).body(Body::empty()).unwrap())
    }

    /// Posts a form as our own pages do.
    pub fn post(&self, address: &str, form: &str) -> Page {
        let request = HttpRequest::post(address)
            .header(header::COOKIE, format!("__Host-s={}", self.session))
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.send(request)
    }

    /// Asks the API as a program with a token, or as somebody with none.
    pub fn api(&self, method: &str, address: &str, token: Option<&str>, body: Option<(&str, &[u8])>) -> Page {
        let mut request = HttpRequest::builder().method(method).uri(address);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some((media, _)) = body {
            request = request.header(header::CONTENT_TYPE, media);
        }
        let body = body.map_or_else(Body::empty, |(_, body)| Body::from(body.to_vec()));
        self.send(request.body(body).unwrap())
    }

    /// Asks the API as the officer, from our own pages.
    pub fn officer_api(&self, method: &str, address: &str, body: &Value) -> Page {
        let request = HttpRequest::builder()
            .method(method)
            .uri(address)
            .header(header::COOKIE, format!("__Host-s={}", self.session))
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request)
    }

    /// Posts a form with the officer's cookie from a page that is not ours.
    pub fn post_from_elsewhere(&self, address: &str, form: &str) -> Page {
        let request = HttpRequest::post(address)
            .header(header::COOKIE, format!("__Host-s={}", self.session))
            .header("sec-fetch-site", "cross-site")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.send(request)
    }

    /// Makes a token.
    pub fn token(&self, name: &str, scope: &str) -> String {
        let scopes = [scope.parse().unwrap()].into();
        let request = Request::TokenAdd { name: name.into(), scopes, expires: None };
        let made = self.org.lock().unwrap().ask(&request).unwrap();
        made["token"].as_str().unwrap().to_owned()
    }

    /// Asks as nobody.
    pub fn stranger(&self, address: &str) -> Page {
        self.send(HttpRequest::get(address).body(Body::empty()).unwrap())
    }

    /// Brings objects in, as a file of a feed.
    pub fn import(&self, origin: &str, label: Option<&str>, objects: &[Value]) {
        let name =
            format!("{}-{}.json", self.org.lock().unwrap().code, sha256(&[&serde_json::to_vec(objects).unwrap()]));
        let path = self.folder.join(name);
        std::fs::write(
            &path,
            json!({ "type": "bundle", "id": "bundle--0c1f4ae2-6a3b-4b0e-9d57-0f7cf5d6b1a2", "objects": objects })
                .to_string(),
        )
        .unwrap();
        self.import_file(origin, label, path);
    }

    /// Brings a file in.
    pub fn import_file(&self, origin: &str, label: Option<&str>, path: PathBuf) {
        let label = label.map(|label| label.parse().unwrap());
        self.org.lock().unwrap().ask(&Request::Import { path, origin: origin.into(), label }).unwrap();
    }

    /// What the gate of `to` would hand over of everything that this organisation has to say.
    pub fn messages(&self, to: &Face) -> Vec<GateToDesk> {
        let mut org = self.org.lock().unwrap();
        let partner = to.org.lock().unwrap().code.clone();
        let effects = org.node.take_effects();
        effects.iter().filter_map(|e| carried(&org.code, e)).filter(|(p, _)| *p == partner).map(|(_, m)| m).collect()
    }

    /// Hands everything that `from` has to say to this desk, and the answers back.
    pub fn hear(&self, from: &Face) {
        let messages = from.messages(self);
        self.org.lock().unwrap().node.from_gate(now(), messages).unwrap();
        let back = self.messages(from);
        from.org.lock().unwrap().node.from_gate(now(), back).unwrap();
    }
}

/// A file of the test data; `None`, said aloud, where it is absent.
pub fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var("COMITY_TEST_DATA")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path.canonicalize().unwrap());
    }
    println!("absent: {}; set COMITY_TEST_DATA", path.display());
    None
}

/// An object with the fields that every one has.
pub fn object(kind: &str, number: u32, more: Value) -> Value {
    let mut object = json!({
        "type": kind, "spec_version": "2.1", "id": id(kind, number),
        "created": "2026-01-02T03:04:05.678Z", "modified": "2026-01-02T03:04:05.678Z",
    });
    for (name, value) in more.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}

/// The identifier of a test's object.
pub fn id(kind: &str, number: u32) -> String {
    format!("{kind}--{number:08x}-1111-4111-8111-111111111111")
}
