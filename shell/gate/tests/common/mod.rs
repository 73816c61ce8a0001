//! Two organisations with desks and gates, for the tests of the gate: real keys, real sockets, real confinement.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "test"
)]

use comity_crypto::{Entropy, SealingKey, SigningKey};
use comity_gate::{DeskEnd, DeskReader, DeskWriter, GateError};
use comity_ledger::CompactTree;
use comity_link::gate_protocol::{Configuration, DeskToGate, GateToDesk, LinkState, Peer, Timing};
use comity_link::{
    Accepted, EntryStatus, Expect, InboundLog, Noted, OutboundLog, OwnControl, SealContext, SealedEntry, Status,
    accept, log_origin, seal_control,
};
use comity_vocab::{Digest, OrgCode, Timestamp};
use rcgen::PublicKeyData as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

pub const QUICK: Timing = Timing { heartbeat_ms: 100, backoff_min_ms: 5, backoff_max_ms: 40 };
/// Nothing here takes that long; a test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Tls {
    pub certificate: Vec<u8>,
    pub key: Vec<u8>,
    pub pin: [u8; 32],
}

impl Tls {
    pub fn new() -> Self {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let certificate = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap().self_signed(&key).unwrap();
        let pin = comity_crypto::sha256(&[&key.subject_public_key_info()]).0;
        Self { certificate: certificate.der().to_vec(), key: key.serialize_der(), pin }
    }
}

/// One organisation: its keys, its folder, and its logs with one partner.
pub struct Organisation {
    pub code: OrgCode,
    pub node: SigningKey,
    pub sealing: SealingKey,
    pub tls: Tls,
    pub folder: tempfile::TempDir,
    pub port: u16,
    pub entropy: Entropy,
    pub entries: Vec<SealedEntry>,
    pub roots: Vec<Digest>,
    pub accepted: Vec<Accepted>,
}

/// Returns a port that nobody listens on now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub fn now() -> Timestamp {
    Timestamp::parse("2026-03-01T10:00:00Z").unwrap()
}

impl Organisation {
    pub fn new(code: &str, seed: u8) -> Self {
        Self {
            code: code.parse().unwrap(),
            node: SigningKey::from_seed(&[seed; 32]),
            sealing: SealingKey::from_seed(&[seed; 32]),
            tls: Tls::new(),
            folder: tempfile::tempdir().unwrap(),
            port: free_port(),
            entropy: Entropy::seeded([seed; 32]),
            entries: Vec::new(),
            roots: Vec::new(),
            accepted: Vec::new(),
        }
    }

    pub fn origin_to(&self, other: &Organisation) -> String {
        log_origin(&self.node.verifying_key(), &other.node.verifying_key(), 0)
    }

    pub fn outbound(&self, other: &Organisation) -> OutboundLog {
        let tree = CompactTree::from_leaves(self.entries.iter().map(|entry| entry.leaf));
        OutboundLog::resume(self.origin_to(other), tree, other.node.verifying_key(), 0).unwrap()
    }

    pub fn inbound(&self, other: &Organisation) -> InboundLog {
        let tree = CompactTree::from_leaves(self.accepted.iter().map(|entry| entry.leaf));
        InboundLog::resume(other.origin_to(self), tree, other.node.verifying_key(), None).unwrap()
    }

    /// Seals one more entry for the other.
    pub fn seal(&mut self, other: &Organisation) {
        let mut log = self.outbound(other);
        let origin = self.origin_to(other);
        let context = SealContext {
            origin: &origin,
            seq: log.next_seq(),
            partner: &other.code,
            partner_key: &other.node.verifying_key(),
            partner_sealing: &other.sealing.public(),
            node_key: &self.node,
            now: now(),
        };
        let control = OwnControl::EntryStatus(EntryStatus { seq: log.next_seq(), status: Status::Applied });
        let entry = seal_control(&control, &context, &mut self.entropy).unwrap();
        self.roots.push(log.append(entry.leaf).unwrap());
        self.entries.push(entry);
    }

    pub fn peer(&self, other: &Organisation) -> Peer {
        Peer {
            code: other.code.clone(),
            spki_pin: other.tls.pin,
            pin_not_after: i64::MAX,
            endpoints: vec![format!("127.0.0.1:{}", other.port)],
            outbound_origin: self.origin_to(other),
            inbound_origin: other.origin_to(self),
            inbound_next_seq: self.accepted.len() as u64,
        }
    }

    pub fn start(&self, peers: Vec<Peer>) -> Running {
        let (desk, gate) = UnixStream::pair().unwrap();
        desk.set_read_timeout(Some(PATIENCE)).unwrap();
        let folder: PathBuf = self.folder.path().to_owned();
        let thread = std::thread::spawn(move || comity_gate::run(gate, &folder));
        let (reader, mut writer) = DeskEnd::new(desk).unwrap().split();
        let configuration = Configuration {
            listen: format!("127.0.0.1:{}", self.port),
            tls_certificate: self.tls.certificate.clone(),
            tls_key: self.tls.key.clone().into(),
            peers,
            timing: QUICK,
            taxii: None,
        };
        writer.send(&DeskToGate::Configure(configuration)).unwrap();
        Running { reader, writer, thread }
    }

    /// Hands the gate everything from a sequence on.
    pub fn send_from(&self, other: &Organisation, gate: &mut Running, first: usize) {
        for entry in &self.entries[first..] {
            let node = self.node.verifying_key();
            let outgoing =
                comity_link::Outgoing::resume(entry.outgoing.envelope(), &self.origin_to(other), entry.seq, &node)
                    .unwrap();
            gate.writer.send(&DeskToGate::Send { peer: other.code.clone(), outgoing }).unwrap();
        }
    }

    /// Accepts from the gate until that many entries are held.
    pub fn accept_until(&mut self, other: &Organisation, gate: &mut Running, count: usize) {
        let origin = other.origin_to(self);
        let sender = other.node.verifying_key();
        while self.accepted.len() < count {
            let GateToDesk::Arrived { peer, seq, envelope } = gate.hear() else { continue };
            assert_eq!((&peer, seq), (&other.code, self.accepted.len() as u64));
            let expect = Expect { origin: &origin, next_seq: seq, sender: &sender };
            self.accepted.push(accept(&envelope, &expect, &self.sealing).unwrap());
            gate.writer.send(&DeskToGate::Taken { peer, next_seq: seq + 1, refused: false }).unwrap();
        }
    }

    /// Cosigns what is held.
    pub fn cosign(&self, other: &Organisation, gate: &mut Running) {
        let note = self.inbound(other).cosign(&self.node, 1_772_000_000).unwrap();
        gate.writer.send(&DeskToGate::SendCosignature { peer: other.code.clone(), note }).unwrap();
    }

    /// Waits for the other's receipt for everything that was sealed.
    pub fn await_receipt(&self, other: &Organisation, gate: &mut Running) {
        let mut log = self.outbound(other);
        loop {
            let GateToDesk::ArrivedCosignature { note, .. } = gate.hear() else { continue };
            let held = |size: u64| self.roots.get(usize::try_from(size).unwrap().checked_sub(1)?).copied();
            let root_at = |size: u64| Ok::<_, std::convert::Infallible>(held(size));
            if let Noted::New(checkpoint) = log.note_cosignature(&note, &root_at).unwrap().unwrap()
                && checkpoint.size == self.entries.len() as u64
            {
                return;
            }
        }
    }
}

/// A gate that runs, and its desk's end.
pub struct Running {
    pub reader: DeskReader,
    pub writer: DeskWriter,
    pub thread: JoinHandle<Result<(), GateError>>,
}

impl Running {
    pub fn hear(&mut self) -> GateToDesk {
        self.reader.receive().unwrap().expect("the gate ended")
    }

    pub fn ready(&mut self) -> (String, String) {
        match self.hear() {
            GateToDesk::Ready { listen, landlock } => (listen, landlock),
            said => panic!("not ready first: {said:?}"),
        }
    }

    /// Waits until the gate says that a partner is in a state that passes.
    pub fn await_state(&mut self, passes: impl Fn(LinkState, Option<u64>, u64) -> bool) {
        loop {
            if let GateToDesk::PeerState { state, their_next_seq, waiting, .. } = self.hear()
                && passes(state, their_next_seq, waiting)
            {
                return;
            }
        }
    }

    pub fn stop(mut self) {
        self.writer.send(&DeskToGate::Stop).unwrap();
        self.thread.join().unwrap().unwrap();
    }

    /// Ends the gate without a word.
    pub fn cut(self) {
        self.writer.close();
        let _ = self.thread.join().unwrap();
    }
}
