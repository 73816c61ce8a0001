//! An authenticator and a browser in software: makes passkeys and answers with them, rightly or, where a test asks, wrongly.
//!
//! Guarantees: with nothing changed its answers are what WebAuthn Level 3 says, and repeat byte for byte. Does not know: the code
//! under test; it builds every byte itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use ed25519_dalek::Signer as _;
use serde_json::json;
use sha2::Digest as _;

/// User present.
pub const UP: u8 = 1;
/// User verified.
pub const UV: u8 = 1 << 2;
/// May be copied to other devices.
pub const BE: u8 = 1 << 3;
/// Was copied.
pub const BS: u8 = 1 << 4;
/// A new credential follows.
pub const AT: u8 = 1 << 6;
/// Extensions follow.
pub const ED: u8 = 1 << 7;

enum Key {
    Es256(Box<p256::ecdsa::SigningKey>),
    EdDsa(Box<ed25519_dalek::SigningKey>),
}

/// One passkey.
pub struct Authenticator {
    key: Key,
    /// The id of the credential.
    pub credential: Vec<u8>,
    /// The signature counter of the next answer; stays where it is zero.
    pub counter: u32,
    /// The flags of every answer.
    pub flags: u8,
    /// The handle that it gives with an answer, from its registration.
    pub user_handle: Option<String>,
}

/// An answer's three parts.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data: Vec<u8>,
    /// `signature`.
    pub signature: Vec<u8>,
}

/// Returns the SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(bytes).into()
}

/// Writes bytes as browsers do.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads bytes as browsers write them.
pub fn from_base64url(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Returns client data as a browser writes it.
pub fn client_data(kind: &str, challenge: &[u8], origin: &str) -> Vec<u8> {
    let challenge = base64url(challenge);
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#).into_bytes()
}

/// Writes CBOR.
pub fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// Returns an attestation object of this format, statement and authenticator data.
pub fn attestation_object(format: &str, statement: Vec<(Cbor, Cbor)>, authenticator_data: &[u8]) -> Vec<u8> {
    cbor(&Cbor::Map(vec![
        (Cbor::Text("fmt".into()), Cbor::Text(format.into())),
        (Cbor::Text("attStmt".into()), Cbor::Map(statement)),
        (Cbor::Text("authData".into()), Cbor::Bytes(authenticator_data.to_vec())),
    ]))
}

impl Authenticator {
    /// A passkey with an ECDSA key over P-256.
    pub fn es256(seed: u8) -> Self {
        let key = p256::ecdsa::SigningKey::from_slice(&[seed.max(1); 32]).unwrap();
        Self::new(Key::Es256(Box::new(key)), seed)
    }

    /// A passkey with an Ed25519 key.
    pub fn eddsa(seed: u8) -> Self {
        Self::new(Key::EdDsa(Box::new(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))), seed)
    }

    fn new(key: Key, seed: u8) -> Self {
        Self { key, credential: vec![seed; 32], counter: 1, flags: UP | UV, user_handle: None }
    }

    /// The COSE key's parameters, in canonical order.
    pub fn cose(&self) -> Vec<(Cbor, Cbor)> {
        let number = |n: i64| Cbor::Integer(n.into());
        match &self.key {
            Key::Es256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let bytes = point.as_bytes();
                vec![
                    (number(1), number(2)),
                    (number(3), number(-7)),
                    (number(-1), number(1)),
                    (number(-2), Cbor::Bytes(bytes[1..33].to_vec())),
                    (number(-3), Cbor::Bytes(bytes[33..].to_vec())),
                ]
            }
            Key::EdDsa(key) => vec![
                (number(1), number(1)),
                (number(3), number(-8)),
                (number(-1), number(6)),
                (number(-2), Cbor::Bytes(key.verifying_key().to_bytes().to_vec())),
            ],
        }
    }

    /// Signs bytes in the form of the key's algorithm.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Es256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign(bytes);
                signature.as_bytes().to_vec()
            }
            Key::EdDsa(key) => key.sign(bytes).to_bytes().to_vec(),
        }
    }

    /// The 37 bytes that authenticator data begins with.
    pub fn head(&self, rp_id: &str, flags: u8) -> Vec<u8> {
        let mut bytes = sha256(rp_id.as_bytes()).to_vec();
        bytes.push(flags);
        bytes.extend(self.counter.to_be_bytes());
        bytes
    }

    /// Authenticator data of a registration with this COSE key.
    pub fn registration_data(&self, rp_id: &str, flags: u8, cose: &[u8]) -> Vec<u8> {
        let mut bytes = self.head(rp_id, flags | AT);
        bytes.extend([0u8; 16]);
        bytes.extend((self.credential.len() as u16).to_be_bytes());
        bytes.extend(&self.credential);
        bytes.extend(cose);
        bytes
    }

    /// Makes the passkey: client data and attestation object.
    pub fn create(&self, rp_id: &str, origin: &str, challenge: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let data = self.registration_data(rp_id, self.flags, &cbor(&Cbor::Map(self.cose())));
        (client_data("webauthn.create", challenge, origin), attestation_object("none", Vec::new(), &data))
    }

    /// Answers a challenge.
    pub fn answer(&mut self, rp_id: &str, origin: &str, challenge: &[u8]) -> Answer {
        let client_data = client_data("webauthn.get", challenge, origin);
        let answer = self.answer_with(self.head(rp_id, self.flags), client_data);
        self.counter += u32::from(self.counter > 0);
        answer
    }

    /// Signs these very bytes as an answer.
    pub fn answer_with(&self, authenticator_data: Vec<u8>, client_data: Vec<u8>) -> Answer {
        let signature = self.sign(&[&authenticator_data[..], &sha256(&client_data)].concat());
        Answer { authenticator_data, client_data, signature }
    }

    /// Makes the passkey for creation options as a page gets them, and returns what the page sends back.
    pub fn create_for(&mut self, origin: &str, options: &serde_json::Value) -> serde_json::Value {
        self.user_handle = Some(options["user"]["id"].as_str().unwrap().to_owned());
        let challenge = from_base64url(options["challenge"].as_str().unwrap());
        let (client, object) = self.create(options["rp"]["id"].as_str().unwrap(), origin, &challenge);
        self.counter += u32::from(self.counter > 0);
        json!({ "client_data": base64url(&client), "attestation_object": base64url(&object) })
    }

    /// Answers request options as a page gets them, and returns what the page sends back.
    pub fn answer_for(&mut self, origin: &str, options: &serde_json::Value) -> serde_json::Value {
        let challenge = from_base64url(options["challenge"].as_str().unwrap());
        let answer = self.answer(options["rpId"].as_str().unwrap(), origin, &challenge);
        let mut sent = json!({
            "credential": base64url(&self.credential),
            "authenticator_data": base64url(&answer.authenticator_data),
            "client_data": base64url(&answer.client_data),
            "signature": base64url(&answer.signature),
        });
        if let Some(handle) = &self.user_handle {
            sent["user_handle"] = json!(handle);
        }
        sent
    }
}
