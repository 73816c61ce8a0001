//! An organisation's node in this process, with the keys of its officers: what a release needs of people, without people.
//!
//! Does not know: what is measured.

use crate::Outcome;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Entropy, Purpose, Signature, SigningKey, VerifyingKey, Zeroizing, sha256};
use comity_node::{Call, Home, LinkStep, NewHome, Node, OfficerChange, OfficerKey, Request, answer_apart, create_home};
use comity_vocab::{OfficerCode, Role, Timestamp};
use serde_json::Value;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Nothing is protected by it: everything is generated.
const PASSPHRASE: &str = "a-benchmark-home";
/// The leak check finds a short code in the digits of a random identifier, so none is short.
const OFFICERS: [(&str, &[Role]); 4] = [
    ("carla", &[Role::Custodian]),
    ("conrad", &[Role::Custodian, Role::SecurityOfficer]),
    (AUTHOR, &[Role::Analyst, Role::DeskOfficer]),
    (RELEASES, &[Role::ReleasingOfficer]),
];
/// Who drafts.
pub const AUTHOR: &str = "alice";
/// Who approves.
pub const RELEASES: &str = "robert";

/// A node as it is served, and its officers.
pub struct Org {
    /// The node.
    pub node: Mutex<Node>,
    organisation: VerifyingKey,
    seed: [u8; 32],
}

fn now() -> Timestamp {
    Timestamp::from_unix(1_790_000_000, 0)
}

impl Org {
    /// Makes a home with four officers and opens it.
    pub fn new(home: &Path, code: &str) -> Outcome<Self> {
        let seed = sha256(&[b"release", code.as_bytes()]).0;
        let new = NewHome {
            name: format!("Bench {code}"),
            code: code.parse()?,
            country: "XVM".parse()?,
            kind: "police_unit".into(),
            desk: None,
            gate: None,
            endpoints: Vec::new(),
        };
        create_home(home, new, PASSPHRASE, &mut Entropy::seeded(seed), now())?;
        let ask = Box::new(|| Ok(Zeroizing::new(PASSPHRASE.to_owned())));
        let mut node = Node::open(Home::open(home)?, Entropy::seeded(seed), now(), ask)?;
        let listed = node.handle(now(), &Call::of(&Request::OfficerList)?)?;
        let organisation = serde_json::from_value(listed.get("organisation_key").cloned().unwrap_or_default())?;
        let org = Self { node: Mutex::new(node), organisation, seed };
        for (officer, roles) in OFFICERS {
            org.add(officer, roles)?;
        }
        Ok(org)
    }

    fn add(&self, officer: &str, roles: &[Role]) -> Outcome<()> {
        let key = self.key(officer).verifying_key();
        let change = OfficerChange::Add { name: officer.to_owned(), roles: roles.iter().copied().collect(), key };
        let prepared = self.ask(&Request::OfficerPrepare { officer: officer.parse()?, change })?;
        let first = prepared.get("bootstrap").and_then(Value::as_bool) == Some(true);
        let by: &[&str] = if first { &[officer] } else { &["carla", "conrad"] };
        let signatures = by
            .iter()
            .map(|by| Ok((by.parse()?, self.sign(by, Purpose::RegistryAct, &prepared, "act")?)))
            .collect::<Outcome<Vec<_>>>()?;
        self.ask(&Request::OfficerApply { act: text(&prepared, "act")?, signatures }).map(drop)
    }

    fn key(&self, officer: &str) -> SigningKey {
        SigningKey::from_seed(&sha256(&[&self.seed, officer.as_bytes()]).0)
    }

    /// Signs what stands in a field of an answer, as one of the officers.
    pub fn sign(&self, officer: &str, purpose: Purpose, answer: &Value, field: &str) -> Outcome<Signature> {
        Ok(self.key(officer).sign(purpose, &STANDARD.decode(text(answer, field)?)?))
    }

    /// Asks as nobody.
    pub fn ask(&self, request: &Request) -> Outcome<Value> {
        self.answered(&Call::of(request)?)
    }

    /// Asks as an officer, with a proof.
    pub fn ask_as(&self, officer: &str, request: &Request) -> Outcome<Value> {
        let code: OfficerCode = officer.parse()?;
        let key = OfficerKey { officer: code, organisation: self.organisation, key: self.key(officer) };
        let nonce = text(&self.ask(&Request::Nonce)?, "nonce")?;
        let request = serde_json::to_string(request)?;
        let proof = Some(key.prove(&nonce, &request)?);
        self.answered(&Call { request, proof, ..Call::default() })
    }

    /// A call goes the way that it goes in a served node.
    fn answered(&self, call: &Call) -> Outcome<Value> {
        let handle = || self.node.lock().unwrap_or_else(PoisonError::into_inner).handle(now(), call);
        // What is left for the gate goes nowhere.
        let apart = answer_apart(&self.node, &now, call, false, &mut |node| drop(node.take_effects()));
        Ok(apart.unwrap_or_else(handle)?)
    }

    /// Links with the partner of a card: two officers add it, and both type the words.
    pub fn link(&self, card: &str) -> Outcome<()> {
        let added = self.agreed(&LinkStep::Add { card: card.to_owned() })?;
        let partner = serde_json::from_value(added.get("partner").cloned().unwrap_or_default())?;
        self.agreed(&LinkStep::Confirm { partner, words: text(&added, "fingerprint")? }).map(drop)
    }

    fn agreed(&self, step: &LinkStep) -> Outcome<Value> {
        let mut answer = Value::Null;
        for officer in ["carla", "conrad"] {
            let prepared = self.ask_as(officer, &Request::LinkPrepare { step: step.clone(), role: None })?;
            let proof = self.sign(officer, Purpose::LinkAct, &prepared, "statement")?.into();
            let named = |field: &str| prepared.get(field).cloned().unwrap_or_default();
            let sign = Request::LinkSign {
                partner: serde_json::from_value(named("partner"))?,
                act: serde_json::from_value(named("act"))?,
                role: serde_json::from_value(named("role"))?,
                proof,
            };
            answer = self.ask_as(officer, &sign)?;
        }
        Ok(answer)
    }
}

/// A text of an answer.
pub fn text(answer: &Value, field: &str) -> Outcome<String> {
    let found = answer.get(field).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| format!("the answer has no {field}: {answer}").into())
}
