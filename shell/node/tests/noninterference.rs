//! Two worlds that differ only in unreleased data give the partner byte-identical content, order and sizes (security.md I1).
//!
//! Officers' acts on what is released are equal in both; everything else differs: ids and exact times of originals, properties
//! that no allow-list names, what else is held, sources, notes, drafts never sent, checks, the order of imports, and whatever
//! goes to a third partner. Observed is everything the desk hands its gate for the partner, and what the partner's own node made of
//! it. `COMITY_SOAK` runs ten times as many pairs.
use crate::common;

use comity_link::gate_protocol::GateToDesk;
use comity_node::{PersonalData, Reader, ReleaseDraftRequest, Request, Selection, SourceEntry};
use common::{Org, Rng, carried, now};
use serde_json::{Value, json};
use std::path::Path;

/// A world: acts from `shared`, equal in both; everything else from `own`.
struct World<'a> {
    folder: &'a Path,
    vsis: Org,
    kps: Org,
    shared: Rng,
    own: Rng,
    transcript: Vec<Vec<u8>>,
    files: u64,
    /// Unreleased objects that may be drafted, and releases sent to the third partner.
    secret: Vec<String>,
    third: Vec<String>,
    sources: u64,
}

fn kind(message: &GateToDesk) -> (u8, Vec<u8>) {
    match message {
        GateToDesk::Arrived { seq, envelope, .. } => (0, [&seq.to_be_bytes()[..], envelope].concat()),
        GateToDesk::ArrivedCheckpoint { note, .. } => (1, note.clone().into_bytes()),
        GateToDesk::ArrivedCosignature { note, .. } => (2, note.clone().into_bytes()),
        _ => panic!("not carried"),
    }
}

impl World<'_> {
    fn import(&mut self, objects: &[Value], origin: &str) {
        self.files += 1;
        let path = self.folder.join(format!("{}.json", self.files));
        let bundle = json!({ "type": "bundle", "id": format!("bundle--{}", self.own.uuid()), "objects": objects });
        std::fs::write(&path, bundle.to_string()).unwrap();
        let label = Some("TLP:AMBER".parse().unwrap());
        self.vsis.ask(&Request::Import { path, origin: origin.to_owned(), label }).unwrap();
    }

    /// Imports in another order and in other batches in each world, a part of it twice.
    fn import_anyhow(&mut self, mut objects: Vec<Value>) {
        self.own.shuffle(&mut objects);
        let cut = self.own.below(objects.len() as u64) as usize;
        let (first, second) = objects.split_at(cut);
        for part in [first, second] {
            if !part.is_empty() {
                self.import(part, "stock");
            }
        }
        if self.own.below(3) == 0 {
            self.import(&objects, "stock");
        }
    }

    fn exact_time(&mut self, day: u64) -> String {
        let (h, m, s) = (self.own.below(23), self.own.below(60), self.own.below(59));
        format!("2026-02-{:02}T{h:02}:{m:02}:{s:02}.{:03}Z", 1 + day, 1 + self.own.below(999))
    }

    /// An object whose allowed properties come from `shared` and all others from `own`.
    fn object(&mut self, number: u64, id: &str, earlier: &[String]) -> Value {
        let name = format!("shared {number} {}", self.shared.word());
        let (seen, created) = (self.shared.below(20), self.own.below(5));
        let mut object = json!({
            "spec_version": "2.1", "id": id, "name": name,
            "created": format!("2025-01-0{}T01:02:03.{:03}Z", 1 + created, self.own.below(1000)),
            "modified": format!("2025-02-11T01:02:03.{:03}Z", 1 + self.own.below(998)),
            "description": format!("about {}", self.shared.word()),
            "x_secret": self.own.word(), "labels": [self.own.word()],
            "external_references": [{ "source_name": self.own.word(), "description": self.own.word() }],
        });
        let fields = object.as_object_mut().unwrap();
        fields.insert("type".into(), id.split("--").next().unwrap().into());
        match number % 4 {
            0 => {
                fields.insert("is_family".into(), json!(false));
                fields.insert("first_seen".into(), self.exact_time(seen).into());
            }
            1 => {
                fields.insert("first_seen".into(), self.exact_time(seen).into());
            }
            2 => {
                fields.insert("country".into(), "XV".into());
            }
            _ => {
                fields.insert("published".into(), self.exact_time(seen).into());
                let mut refs: Vec<String> = earlier.to_vec();
                // References to what is not released, more or fewer, between those that stay.
                for _ in 0..self.own.below(3) {
                    let place = self.own.below(refs.len() as u64 + 1) as usize;
                    refs.insert(place, format!("malware--{}", self.own.uuid()));
                }
                fields.insert("object_refs".into(), json!(refs));
            }
        }
        object
    }

    /// What happens in this world only.
    fn noise(&mut self) {
        for _ in 0..self.own.below(4) {
            match self.own.below(9) {
                0 | 1 => {
                    let id = format!("tool--{}", self.own.uuid());
                    let time = self.exact_time(1);
                    let object = json!({ "type": "tool", "spec_version": "2.1", "id": id, "name": self.own.word(),
                        "created": time, "modified": time, "description": self.own.word() });
                    let origin = format!("feed-{}", self.own.below(3));
                    self.import(&[object], &origin);
                    self.secret.push(id);
                }
                2 => {
                    self.sources += 1;
                    let add = Request::VaultAdd(SourceEntry {
                        cryptonym: format!("SRC{}{}", self.sources, self.own.word()),
                        identity: self.own.word(),
                        contact: self.own.word(),
                        handlers: vec![],
                        terms: vec![self.own.word().into()],
                        reliability: "B".into(),
                        notes: self.own.word(),
                    });
                    self.vsis.ask_as("hal", &add).unwrap();
                }
                3 => {
                    self.vsis.ask(&Request::Nonce).unwrap();
                    self.vsis.ask(&Request::AuditVerify).unwrap();
                }
                4 => {
                    let (title, body) = (self.own.word(), format!("{} met {}", self.own.word(), self.own.word()));
                    let grading = "B2".parse().unwrap();
                    let report = Request::WriteReport { title, body, grading, source: None, label: None };
                    self.vsis.ask_as("hal", &report).unwrap();
                }
                chosen => {
                    let Some(secret) = self.secret.last().cloned() else { continue };
                    let selection = Selection { objects: vec![secret], origins: vec![] };
                    let request = |to: &str| ReleaseDraftRequest {
                        selection: selection.clone(),
                        to: vec![to.parse().unwrap()],
                        ..Default::default()
                    };
                    match chosen {
                        5 => {
                            // Drafted for the partner, checked or not, and never sent.
                            let release = self.vsis.draft(request("kps")).unwrap();
                            match self.own.below(3) {
                                0 => drop(self.vsis.ask_as("bob", &Request::ReleaseCheck { release }).unwrap()),
                                1 => drop(self.vsis.ask(&Request::ReleaseWithdraw { release }).unwrap()),
                                _ => drop(self.vsis.approve(&release).unwrap()),
                            }
                        }
                        6 => {
                            let release = self.vsis.release(request("tfo")).unwrap();
                            self.third.push(release);
                        }
                        7 => {
                            if let Some(release) = self.third.pop() {
                                self.vsis.recall(&[release]).unwrap();
                            }
                        }
                        _ => {
                            let text = self.own.word();
                            self.vsis.ask_as("hal", &Request::WriteNote { selection, text, label: None }).unwrap();
                        }
                    }
                }
            }
        }
    }

    /// Carries everything both ways until both are quiet; what goes to the partner is written down.
    fn deliver(&mut self) {
        loop {
            let mut quiet = true;
            for out in [true, false] {
                let (from, to) = if out { (&mut self.vsis, &mut self.kps) } else { (&mut self.kps, &mut self.vsis) };
                let effects = from.node.take_effects();
                let mut messages = Vec::new();
                for (peer, message) in effects.iter().filter_map(|effect| carried(&from.code, effect)) {
                    if peer != to.code {
                        continue;
                    }
                    if out {
                        let (tag, bytes) = kind(&message);
                        self.transcript.push([&[tag][..], &bytes].concat());
                    }
                    messages.push(message);
                }
                if !messages.is_empty() {
                    quiet = false;
                    to.node.from_gate(now(), messages).unwrap();
                }
            }
            if quiet {
                return;
            }
        }
    }
}

/// Plays one world; returns what the partner could see, message by message, and what it holds at the end.
fn play(pair: u64, side: u64) -> (Vec<Vec<u8>>, Vec<u8>, Value) {
    // In memory where the system has such a folder: some hundred worlds would otherwise wait for the disk most of the time.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let mut orgs = common::orgs(folder.path(), 2);
    let (kps, vsis) = (orgs.pop().unwrap(), orgs.pop().unwrap());
    let mut world = World {
        folder: folder.path(),
        vsis,
        kps,
        shared: Rng(pair),
        own: Rng(pair * 2 + side + 1_000_000),
        transcript: vec![],
        files: 0,
        secret: vec![],
        third: vec![],
        sources: 0,
    };
    world.noise();
    let count = 4 + world.shared.below(5);
    let mut ids: Vec<String> = Vec::new();
    let mut objects = Vec::new();
    // Chosen by origin, objects stand in the order of their ids, which are then equal; chosen by name, even those differ.
    let by_origin = world.shared.below(3) == 0;
    for number in 0..count {
        let object_type = ["malware", "threat-actor", "location", "report"][(number % 4) as usize];
        let uuid = if by_origin { world.shared.uuid() } else { world.own.uuid() };
        let id = format!("{object_type}--{uuid}");
        objects.push(world.object(number, &id, &ids));
        ids.push(id);
    }
    world.import_anyhow(objects.clone());
    world.noise();
    let selection = if by_origin {
        Selection { objects: vec![], origins: vec!["stock".into()] }
    } else {
        Selection { objects: ids.clone(), origins: vec![] }
    };
    // An officer answers that the threat actors are groups, or says what a person needs.
    let answered = world.shared.below(2) == 0;
    let personal = PersonalData {
        purpose: Some(world.own.word()),
        basis: Some(world.own.word()),
        necessity: Some(world.own.word()),
        erase_by: Some(now().plus_seconds(86_400 * 300)),
    };
    let request = |text: Option<String>| ReleaseDraftRequest {
        groups: if answered { ids.clone() } else { vec![] },
        personal: if answered { PersonalData::default() } else { personal.clone() },
        selection: selection.clone(),
        to: vec!["kps".parse().unwrap()],
        title: text.as_ref().map(|_| "A title".into()),
        text,
        ..Default::default()
    };
    let text = (world.shared.below(2) == 0).then(|| format!("Written for partners: {}.", world.shared.word()));
    // The same objects go to others before, under other ids, or not at all.
    if world.own.below(2) == 0 {
        let others = ReleaseDraftRequest { to: vec!["tfo".parse().unwrap()], ..request(None) };
        world.vsis.release(others).unwrap();
    }
    let release = world.vsis.release(request(text)).unwrap();
    if world.shared.below(2) == 0 {
        world.deliver();
    }
    world.noise();
    // A raw report: the text that was written for the partner is equal, everything behind it is not.
    let (title, body) = (world.own.word(), format!("{} knows {}", world.own.word(), world.own.word()));
    let (grading, label) = ("B2".parse().unwrap(), Some("TLP:AMBER".parse().unwrap()));
    let report = Request::WriteReport { title, body, grading, source: None, label };
    let raw = world.vsis.ask_as("hal", &report).unwrap()["id"].as_str().unwrap().to_owned();
    let wanted = ReleaseDraftRequest {
        selection: Selection { objects: vec![raw], origins: vec![] },
        to: vec!["kps".parse().unwrap()],
        title: Some("Second".into()),
        text: Some(format!("What may be told: {}.", world.shared.word())),
        descriptor: Some("access=indirect,reporting_record=limited".into()),
        ..Default::default()
    };
    world.vsis.release(wanted).unwrap();
    world.noise();
    world.deliver();
    // A new version of one object goes out under the id the partner knows.
    let chosen = world.shared.below(count) as usize;
    let mut newer = objects[chosen].clone();
    newer["name"] = format!("renamed {}", world.shared.word()).into();
    newer["modified"] = format!("2025-09-11T01:02:03.{:03}Z", 1 + world.own.below(998)).into();
    newer["x_secret"] = world.own.word().into();
    world.import(&[newer], "stock");
    let again = ReleaseDraftRequest {
        selection: Selection { objects: vec![ids[chosen].clone()], origins: vec![] },
        ..request(None)
    };
    if chosen % 4 != 3 && world.own.below(2) == 0 {
        // Others may already have the newer version.
        drop(world.vsis.release(ReleaseDraftRequest { to: vec!["tfo".parse().unwrap()], ..again.clone() }).unwrap());
    }
    if chosen % 4 != 3 {
        world.vsis.release(again).unwrap();
    }
    world.noise();
    if world.shared.below(2) == 0 {
        world.deliver();
    }
    if world.shared.below(2) == 0 {
        world.vsis.recall(&[release]).unwrap();
        world.noise();
    }
    world.deliver();
    let mut held = Vec::new();
    let reader = Reader::open(world.kps.node.home()).unwrap();
    reader.export(&[], None, &[], uuid::Uuid::nil(), &mut held).unwrap();
    let shown = world.kps.ask(&Request::LinkShow { partner: "vsis".parse().unwrap() }).unwrap();
    (world.transcript, held, shown)
}

/// Plays both worlds of a pair; returns how many messages and bytes were equal.
fn compare(pair: u64) -> (usize, usize) {
    let (left, left_held, left_shown) = play(pair, 0);
    let (right, right_held, right_shown) = play(pair, 1);
    for (number, (one, other)) in left.iter().zip(&right).enumerate() {
        assert!(one == other, "pair {pair}, message {number} of kind {} differs", one[0]);
    }
    assert_eq!(left.len(), right.len(), "pair {pair}: another number of messages");
    assert!(left_held == right_held, "pair {pair}: the partner holds other bytes");
    assert_eq!(left_shown, right_shown, "pair {pair}");
    (left.len(), left.iter().map(Vec::len).sum())
}

#[test]
fn what_is_not_released_does_not_show() {
    let pairs: u64 = if std::env::var_os("COMITY_SOAK").is_some() { 1_000 } else { 100 };
    let halves: Vec<(usize, usize)> = std::thread::scope(|scope| {
        let half = |first: u64| scope.spawn(move || (first..pairs).step_by(2).map(compare).collect::<Vec<_>>());
        let (even, odd) = (half(0), half(1));
        [even.join().unwrap(), odd.join().unwrap()].concat()
    });
    let messages: usize = halves.iter().map(|(messages, _)| messages).sum();
    let bytes: usize = halves.iter().map(|(_, bytes)| bytes).sum();
    assert!(messages as u64 > pairs * 5, "{messages} messages are too few to tell anything");
    println!("non-interference: {pairs} pairs equal, {messages} messages and {bytes} bytes compared in each world");
}
