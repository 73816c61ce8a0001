//! One desk in process, with tokens and objects.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use comity_crypto::{Entropy, Zeroizing, sha256};
use comity_node::{Call, Home, HomeKeys, NewHome, Node, Request as Ask, Scope, create_home};
use comity_store::{Holdings, ImportOptions, Mode, Origin, import_file};
use comity_vocab::Timestamp;
use comity_web::{Desk, Health, Organisation, Readers, router};
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

const PASSPHRASE: &str = "correct-horse-battery";
pub const MEDIA: &str = "application/taxii+json;version=2.1";

pub fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T12:00:00Z").unwrap()
}

pub struct World {
    folder: tempfile::TempDir,
    router: Router,
    node: Mutex<Node>,
    /// A token that may read over TAXII.
    pub token: String,
    /// Another one.
    pub other: String,
    /// One that may only read over the API.
    pub reader: String,
}

/// An answer, read whole.
pub struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home");
        let new = NewHome {
            name: "Organisation of tests".into(),
            code: "vsis".parse().unwrap(),
            country: "XVM".parse().unwrap(),
            kind: "police_unit".into(),
            desk: None,
            gate: None,
            endpoints: vec![],
        };
        let mut entropy = Entropy::seeded(sha256(&[b"taxii"]).0);
        create_home(&path, new, PASSPHRASE, &mut entropy, now()).unwrap();
        let home = Home::open(&path).unwrap();
        let secret = Box::new(|| Ok(Zeroizing::new(PASSPHRASE.to_owned())));
        let mut node = Node::open(home.clone(), entropy, now(), secret).unwrap();
        let mut token = |name: &str, scope: Scope| {
            let request = Ask::TokenAdd { name: name.into(), scopes: BTreeSet::from([scope]), expires: None };
            let request = serde_json::to_string(&request).unwrap();
            let made = node.handle(now(), &Call { request, ..Call::default() }).unwrap();
            made["token"].as_str().unwrap().to_owned()
        };
        let (first, other, reader) =
            (token("one", Scope::TaxiiRead), token("two", Scope::TaxiiRead), token("api", Scope::Read));
        let desk = Desk {
            organisation: Organisation { name: "Organisation of tests".into(), code: "vsis".into() },
            public_url: "http://localhost:1".into(),
            access: node.access(),
            ask: Arc::new(|_| panic!("TAXII asks the node for nothing")),
            readers: Readers::new(home, 2, Default::default()),
            clock: now,
            health: Arc::new(Health::default),
            cursor_key: [7; 32],
        };
        let router = router(Arc::new(desk));
        Self { folder, router, node: Mutex::new(node), token: first, other, reader }
    }

    /// Imports objects under a name.
    pub fn import(&self, origin: &str, objects: &[Vec<u8>]) {
        let mut bundle =
            br#"{"type":"bundle","id":"bundle--0a3f2f4e-6a0f-4b52-8d5c-8f5d6e0f7a11","objects":["#.to_vec();
        bundle.extend(objects.join(&b","[..]));
        bundle.extend(b"]}");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bundle).unwrap();
        self.import_path(origin, file.path());
    }

    pub fn import_path(&self, origin: &str, path: &std::path::Path) {
        // A feed comes through the node; what partners gave and what is our own is put there as the node would have received it.
        if Origin::feed(origin).is_ok() {
            let request = Ask::Import { path: path.to_owned(), origin: origin.into(), label: None };
            self.asked(&request);
            return;
        }
        let options =
            ImportOptions { origin: origin.parse::<Origin>().unwrap(), label: None, officer: None, file_name: None };
        let mut holdings = self.holdings();
        import_file(&mut holdings, std::fs::File::open(path).unwrap(), &options, &mut |_| true, now()).unwrap();
    }

    pub fn holdings(&self) -> Holdings {
        let home = Home::open(&self.folder.path().join("home")).unwrap();
        let mut holdings = Holdings::open(&home.file("holdings/holdings.db"), Mode::ReadWrite).unwrap();
        holdings.unlock(HomeKeys::open(&home, PASSPHRASE).unwrap().table_key()).unwrap();
        holdings
    }

    pub fn holdings_file(&self) -> std::path::PathBuf {
        self.folder.path().join("home/holdings/holdings.db")
    }

    /// Revokes a token.
    pub fn revoke(&self, name: &str) {
        self.asked(&Ask::TokenRevoke { name: name.into() });
    }

    fn asked(&self, request: &Ask) {
        let request = serde_json::to_string(request).unwrap();
        self.node.lock().unwrap().handle(now(), &Call { request, ..Call::default() }).unwrap();
    }

    /// Sends a request as it is.
    pub fn send(&self, method: &str, address: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let router = self.router.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let response: Response<Body> = router.oneshot(request).await.unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
            Answer { status, headers, body }
        })
    }

    /// Gets below `/taxii2/` with the first token.
    pub fn get(&self, path: &str) -> Answer {
        self.get_as(&self.token, path)
    }

    pub fn get_as(&self, token: &str, path: &str) -> Answer {
        self.send(
            "GET",
            &format!("/taxii2/{path}"),
            &[("authorization", &format!("Bearer {token}")), ("accept", MEDIA)],
        )
    }

    /// Gets a page of everything.
    pub fn objects(&self, query: &str) -> Answer {
        let answer = self.get(&format!("desk/collections/everything/objects/?{query}"));
        assert_eq!(answer.status, u16::from(StatusCode::OK), "{query}: {}", String::from_utf8_lossy(&answer.body));
        answer
    }
}

/// A malware object `n` modified on this day of January 2020.
pub fn malware(n: u32, day: u32) -> Vec<u8> {
    format!(
        r#"{{"type":"malware","spec_version":"2.1","id":"{}","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-{day:02}T00:00:00.000Z","is_family":false,"name":"sample {n}"}}"#,
        malware_id(n)
    )
    .into_bytes()
}

pub fn malware_id(n: u32) -> String {
    format!("malware--31b940d4-6f7f-459a-80ea-{n:012x}")
}
