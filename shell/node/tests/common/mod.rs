//! Nodes in process, made once and copied: officers, links and a wire between desks, without sockets.

pub mod raw;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Entropy, Purpose, SealingKey, Signature, SigningKey, VerifyingKey, Zeroizing, sha256};
use comity_ledger::{Anchor, ChainEnd};
use comity_link::gate_protocol::{DeskToGate, GateToDesk};
use comity_link::{Card, CardOrganisation, certify_node, certify_sealing, certify_tls};
use comity_node::{
    Call, Failure, Home, HomeKeys, LinkStep, NewHome, Node, OfficerChange, OfficerKey, Request, create_home,
};
use comity_store::{Holdings, Mode};
use comity_vocab::{OfficerCode, OrgCode, Role, Timestamp};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub const CODES: [&str; 3] = ["vsis", "kps", "tfo"];
pub const PASSPHRASE: &str = "correct-horse-battery";
const OFFICERS: [(&str, &[&str]); 5] = [
    ("c1", &["custodian"]),
    ("c2", &["custodian", "security_officer"]),
    ("alice", &["analyst", "desk_officer"]),
    ("bob", &["releasing_officer"]),
    ("hal", &["source_handler", "analyst"]),
];

pub fn now() -> Timestamp {
    Timestamp::parse("2026-03-05T10:00:00Z").unwrap()
}

pub fn entropy(code: &str) -> Entropy {
    Entropy::seeded(sha256(&[b"test", code.as_bytes()]).0)
}

/// One organisation's node with the keys of its officers.
pub struct Org {
    pub code: OrgCode,
    pub node: Node,
    /// What time it is when this organisation is asked.
    pub at: Timestamp,
    organisation: VerifyingKey,
}

fn officer_key(org: &str, officer: &str) -> SigningKey {
    SigningKey::from_seed(&sha256(&[org.as_bytes(), b"/", officer.as_bytes()]).0)
}

impl Org {
    pub fn open(path: &Path, code: &str) -> Self {
        Self::drawing(path, code, entropy(code))
    }

    /// Opens a home with randomness of its own, for one that would otherwise draw again what it drew before.
    pub fn drawing(path: &Path, code: &str, entropy: Entropy) -> Self {
        let ask = Box::new(|| Ok(Zeroizing::new(PASSPHRASE.to_owned())));
        let mut node = Node::open(Home::open(path).unwrap(), entropy, now(), ask).unwrap();
        let listed = answer(&mut node, &Request::OfficerList, None).unwrap();
        let organisation = serde_json::from_value(listed["organisation_key"].clone()).unwrap();
        Self { code: code.parse().unwrap(), node, at: now(), organisation }
    }

    pub fn key(&self, officer: &str) -> SigningKey {
        officer_key(self.code.as_str(), officer)
    }

    /// Lets time go by.
    pub fn later(&mut self, seconds: i64) {
        self.at = self.at.plus_seconds(seconds);
    }

    /// Lets the leak check answer an officer as often as a long test asks.
    pub fn more_answers(&mut self) {
        for officer in ["c1", "c2"] {
            self.ask_as(officer, &Request::LeakAsk(comity_node::LeakAsk::Limit { answers: 10_000 })).unwrap();
        }
    }

    /// Asks as nobody.
    pub fn ask(&mut self, request: &Request) -> Result<Value, Failure> {
        answer_at(&mut self.node, self.at, request, None)
    }

    /// Asks as an officer, with a proof.
    pub fn ask_as(&mut self, officer: &str, request: &Request) -> Result<Value, Failure> {
        let call = self.call(officer, request)?;
        self.node.handle(self.at, &call)
    }

    /// A call with an officer's proof, to be answered in another way than [`Self::ask_as`].
    pub fn call(&mut self, officer: &str, request: &Request) -> Result<Call, Failure> {
        let key =
            OfficerKey { officer: officer.parse().unwrap(), organisation: self.organisation, key: self.key(officer) };
        call_at(&mut self.node, self.at, request, Some(&key))
    }

    pub fn sign(&self, officer: &str, purpose: Purpose, statement: &Value) -> Signature {
        self.key(officer).sign(purpose, &STANDARD.decode(statement.as_str().unwrap()).unwrap())
    }

    /// Takes a step about a link as one officer.
    pub fn link_step(&mut self, officer: &str, step: LinkStep) -> Result<Value, Failure> {
        let prepared = self.ask_as(officer, &Request::LinkPrepare { step, role: None })?;
        let proof = self.sign(officer, Purpose::LinkAct, &prepared["statement"]).into();
        let named = |field: &str| prepared[field].clone();
        self.ask_as(
            officer,
            &Request::LinkSign {
                partner: serde_json::from_value(named("partner")).unwrap(),
                act: serde_json::from_value(named("act")).unwrap(),
                role: serde_json::from_value(named("role")).unwrap(),
                proof,
            },
        )
    }

    /// Takes a step about a link as both officers, one after the other.
    pub fn link_agreed(&mut self, step: LinkStep) -> Result<Value, Failure> {
        self.link_step("c1", step.clone())?;
        self.link_step("c2", step)
    }

    /// Links with the partner of this card: two officers add it, and both type the words.
    pub fn link(&mut self, card: &str) -> Result<Value, Failure> {
        let added = self.link_agreed(LinkStep::Add { card: card.to_owned() })?;
        let partner = serde_json::from_value(added["partner"].clone()).unwrap();
        let words = added["fingerprint"].as_str().unwrap().to_owned();
        self.link_agreed(LinkStep::Confirm { partner, words })
    }

    /// Drafts as alice and signs as author; returns the release.
    pub fn draft(&mut self, request: comity_node::ReleaseDraftRequest) -> Result<String, Failure> {
        let drafted = self.ask_as("alice", &Request::ReleaseDraft(request))?;
        let release = drafted["release"].as_str().unwrap().to_owned();
        let signature = self.sign("alice", Purpose::Approval, &drafted["author_statement"]);
        let role = Role::Analyst;
        self.ask(&Request::ReleaseSign {
            release: release.clone(),
            officer: code("alice"),
            role,
            proof: signature.into(),
        })?;
        Ok(release)
    }

    /// Approves as bob.
    pub fn approve(&mut self, release: &str) -> Result<Value, Failure> {
        let (release, officer, overrides) = (release.to_owned(), code("bob"), Default::default());
        let prepared = self.ask_as("bob", &Request::ReleaseApprovePrepare { release, officer, overrides })?;
        let signature = self.sign("bob", Purpose::Approval, &prepared["statement"]);
        let release = prepared["release"].as_str().unwrap().to_owned();
        self.ask(&Request::ReleaseApprove {
            release,
            officer: code("bob"),
            overrides: Default::default(),
            proof: signature.into(),
        })
    }

    pub fn release(&mut self, request: comity_node::ReleaseDraftRequest) -> Result<String, Failure> {
        let release = self.draft(request)?;
        self.approve(&release)?;
        self.ask(&Request::ReleaseSend { release: release.clone() })?;
        Ok(release)
    }

    /// Recalls whole releases with two officers.
    pub fn recall(&mut self, releases: &[String]) -> Result<String, Failure> {
        let kind = comity_release::RecallKind::WithdrawError;
        let drafted =
            self.ask_as("alice", &Request::RecallDraft { releases: releases.to_vec(), items: vec![], kind })?;
        let recall = drafted["recall"].as_str().unwrap().to_owned();
        for (officer, role) in [("alice", Role::DeskOfficer), ("bob", Role::ReleasingOfficer)] {
            let officer_code = code(officer);
            let prepare = Request::RecallPrepare { recall: recall.clone(), officer: officer_code.clone(), role };
            let prepared = self.ask(&prepare)?;
            let signature = self.sign(officer, Purpose::RecallApproval, &prepared["statement"]);
            self.ask(&Request::RecallApprove {
                recall: recall.clone(),
                officer: officer_code,
                role,
                proof: signature.into(),
            })?;
        }
        self.ask(&Request::RecallSend { recall: recall.clone() })?;
        Ok(recall)
    }
}

pub fn code(officer: &str) -> OfficerCode {
    officer.parse().unwrap()
}

fn answer(node: &mut Node, request: &Request, key: Option<&OfficerKey>) -> Result<Value, Failure> {
    answer_at(node, now(), request, key)
}

fn answer_at(node: &mut Node, at: Timestamp, request: &Request, key: Option<&OfficerKey>) -> Result<Value, Failure> {
    let call = call_at(node, at, request, key)?;
    node.handle(at, &call)
}

fn call_at(node: &mut Node, at: Timestamp, request: &Request, key: Option<&OfficerKey>) -> Result<Call, Failure> {
    let request = serde_json::to_string(request).unwrap();
    let mut proof = None;
    if let Some(key) = key {
        let nonce = answer_at(node, at, &Request::Nonce, None)?["nonce"].as_str().unwrap().to_owned();
        proof = Some(key.prove(&nonce, &request).unwrap());
    }
    Ok(Call { request, proof, ..Call::default() })
}

/// Homes of three linked organisations, made once.
fn base() -> &'static Path {
    static BASE: OnceLock<tempfile::TempDir> = OnceLock::new();
    BASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let mut orgs: Vec<Org> = CODES.iter().map(|code| make(&folder.path().join(code), code)).collect();
        let cards: Vec<String> = orgs
            .iter_mut()
            .map(|org| org.ask(&Request::LinkCard { endpoints: vec![] }).unwrap()["card"].as_str().unwrap().to_owned())
            .collect();
        for (own, org) in orgs.iter_mut().enumerate() {
            for (other, card) in cards.iter().enumerate().filter(|(other, _)| *other != own) {
                let _ = other;
                org.link(card).unwrap();
            }
        }
        drop(orgs);
        folder
    })
    .path()
}

fn make(path: &Path, code: &str) -> Org {
    let new = NewHome {
        name: format!("Organisation {code}"),
        code: code.parse().unwrap(),
        country: "XVM".parse().unwrap(),
        kind: "police_unit".into(),
        desk: None,
        gate: None,
        endpoints: vec![],
    };
    create_home(path, new, PASSPHRASE, &mut entropy(code), now()).unwrap();
    let mut org = Org::open(path, code);
    for (officer, roles) in OFFICERS {
        let roles: Vec<Role> = roles.iter().map(|role| role.parse().unwrap()).collect();
        let change = OfficerChange::Add {
            name: format!("{} Xylander-{officer}", officer.to_uppercase()),
            roles: roles.into_iter().collect(),
            key: org.key(officer).verifying_key(),
        };
        change_officer(&mut org, officer, change).unwrap();
    }
    org
}

/// Has both custodians, or at the beginning the custodian itself, sign a change.
pub fn change_officer(org: &mut Org, officer: &str, change: OfficerChange) -> Result<Value, Failure> {
    let prepared = org.ask(&Request::OfficerPrepare { officer: code(officer), change })?;
    let by: &[&str] = if prepared["bootstrap"] == true { &[officer] } else { &["c1", "c2"] };
    let signatures = by.iter().map(|by| (code(by), org.sign(by, Purpose::RegistryAct, &prepared["act"]))).collect();
    org.ask(&Request::OfficerApply { act: prepared["act"].as_str().unwrap().to_owned(), signatures })
}

/// The holdings of a home that nothing runs on, open for a test that writes past the node; [`anchored`] comes after.
pub fn holdings(home: &Path) -> Holdings {
    let keys = HomeKeys::open(&Home::open(home).unwrap(), PASSPHRASE).unwrap();
    let mut holdings = Holdings::open(&home.join("holdings/holdings.db"), Mode::ReadWrite).unwrap();
    holdings.unlock(keys.table_key()).unwrap();
    holdings.tidy().unwrap();
    holdings
}

/// Anchors the tables of a home as they are, as if the node itself had written what a test wrote.
pub fn anchored(home: &Path) {
    let holdings = Holdings::open(&home.join("holdings/holdings.db"), Mode::ReadOnly).unwrap();
    let (count, head) = holdings.view().desk().tables_digest().unwrap().unwrap();
    anchor_line(home, "tables", ChainEnd { count, head });
}

/// Has the anchor of a home say this in one line, sealed as only the node itself can.
pub fn anchor_line(home: &Path, line: &str, end: ChainEnd) {
    let key = HomeKeys::open(&Home::open(home).unwrap(), PASSPHRASE).unwrap().table_key();
    let file = home.join("anchor");
    let mut anchor = Anchor::parse(&std::fs::read(&file).unwrap()).unwrap();
    anchor.lines.insert(line.into(), end).unwrap();
    std::fs::write(file, anchor.sealed(&key).text()).unwrap();
}

/// Copies a home, or any folder of one, with its modes.
pub fn copy_home(from: &Path, to: &Path) {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_home(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Fresh copies of the first `count` homes below `folder`.
pub fn orgs(folder: &Path, count: usize) -> Vec<Org> {
    CODES.iter().take(count).map(|code| Org::open(&fresh(folder, code), code)).collect()
}

pub fn fresh(folder: &Path, code: &str) -> PathBuf {
    let home = folder.join(code);
    copy_home(&base().join(code), &home);
    home
}

/// What a partner's gate would be handed of an effect, with the partner; `None` for what stays in the own gate.
pub fn carried(from: &OrgCode, effect: &DeskToGate) -> Option<(OrgCode, GateToDesk)> {
    let peer = from.clone();
    match effect {
        DeskToGate::Send { peer: to, outgoing } => {
            let (seq, envelope) = (outgoing.seq(), outgoing.envelope().to_vec());
            Some((to.clone(), GateToDesk::Arrived { peer, seq, envelope }))
        }
        DeskToGate::SendCheckpoint { peer: to, note } => {
            Some((to.clone(), GateToDesk::ArrivedCheckpoint { peer, note: note.as_str().to_owned() }))
        }
        DeskToGate::SendCosignature { peer: to, note } => {
            Some((to.clone(), GateToDesk::ArrivedCosignature { peer, note: note.as_str().to_owned() }))
        }
        _ => None,
    }
}

/// What one desk has to say to another, taken from it.
pub fn messages(from: &mut Org, to: &Org) -> Vec<GateToDesk> {
    let effects = from.node.take_effects();
    effects.iter().filter_map(|e| carried(&from.code, e)).filter(|(p, _)| *p == to.code).map(|(_, m)| m).collect()
}

/// Tells whether the store's file, or what is written ahead of it, holds a text.
pub fn in_database(org: &Org, needle: &str) -> bool {
    let home = org.node.home().path().join("holdings");
    ["holdings.db", "holdings.db-wal"].iter().any(|file| {
        let bytes = std::fs::read(home.join(file)).unwrap_or_default();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

/// A card of an organisation that none of the homes knows, by the seed of its keys.
pub fn stranger(code: &str, name: &str, seed: u8) -> String {
    stranger_card(code, name, (seed, seed), "127.0.0.1:1", 0)
}

/// The same with the seeds of organisation and node key, where it is reached, and how many seconds from now it is issued.
pub fn stranger_card(code: &str, name: &str, keys: (u8, u8), endpoint: &str, issued: i64) -> String {
    let key = |what: &str, seed: u8| SigningKey::from_seed(&sha256(&[what.as_bytes(), &[seed]]).0);
    let (organisation, node) = (key("organisation", keys.0), key("node", keys.1));
    let until = now().plus_seconds(100 * 86_400);
    let who = CardOrganisation {
        code: code.parse().unwrap(),
        name: name.into(),
        country: "XVM".parse().unwrap(),
        kind: "police".into(),
        key: organisation.verifying_key(),
    };
    Card::issue(
        who,
        certify_node(&organisation, node.verifying_key(), until),
        certify_sealing(&organisation, SealingKey::from_seed(&[9; 32]).public(), until),
        certify_tls(&node, sha256(&[b"tls"]), until),
        vec![endpoint.into()],
        now().plus_seconds(issued),
        &node,
    )
    .unwrap()
}

/// Small deterministic generator.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn word(&mut self) -> String {
        format!("q{:016x}", self.next())
    }

    pub fn uuid(&mut self) -> uuid::Uuid {
        let bytes = ((u128::from(self.next()) << 64) | u128::from(self.next())).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for place in (1..list.len()).rev() {
            list.swap(place, self.below(place as u64 + 1) as usize);
        }
    }
}
