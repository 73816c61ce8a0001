//! A hostile process with the gate's rights in the gate's place: what it reaches, what it does not, what its lies change.
//!
//! The hostile gate is this test program again, started as the desk starts the gate: cleared environment, one socket, the
//! same confinement.

use super::{contains, sent, world};
use comity_crypto::{Entropy, Zeroizing};
use comity_gate::DeskEnd;
use comity_kit::{PASSPHRASE, text};
use comity_link::gate_protocol::{DeskToGate, GateToDesk, LinkState, Order};
use comity_node::{Call, Home, Node, Request};
use comity_vocab::{OrgCode, Timestamp};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};

const MARK: &str = "COMITY_TEST_HOSTILE_GATE";
/// Names an address that somebody listens on and that is no partner's.
const OTHER: &str = "COMITY_TEST_HOSTILE_OTHER";

/// Runs as the hostile gate where the variable names its folder; as a test of its own it has nothing to do.
#[test]
fn gate_in_place() {
    let Some(folder) = std::env::var_os(MARK) else { return };
    let folder = Path::new(&folder);
    let mut desk = UnixStream::from(rustix::io::dup(rustix::stdio::stdin()).unwrap());
    let mut frames: Vec<Vec<u8>> = Vec::new();
    let mut configuration = None;
    let mut envelopes = Vec::new();
    let mut notes = Vec::new();
    loop {
        let mut head = [0; 4];
        desk.read_exact(&mut head).unwrap();
        let mut frame = vec![0; u32::from_be_bytes(head) as usize];
        desk.read_exact(&mut frame).unwrap();
        let order = Order::decode(&frame).unwrap();
        frames.push(frame);
        match order {
            Order::Configure(given) => configuration = Some(given),
            Order::Send { envelope, .. } => envelopes.push(envelope),
            Order::SendCheckpoint { note, .. } | Order::SendCosignature { note, .. } => notes.push(note),
            // The test's sign that everything was said.
            Order::Poke { .. } => break,
            _ => {}
        }
    }
    let configuration = configuration.unwrap();
    let port: u16 = configuration.listen.rsplit_once(':').unwrap().1.parse().unwrap();
    let mut report =
        format!("confinement {}\n", comity_gate::confine(folder, &BTreeSet::from([port]), &BTreeSet::new()).unwrap());
    let home = folder.parent().unwrap();
    for path in [
        "vault/vault.db",
        "holdings/holdings.db",
        "keys/org.key",
        "keys/node.key",
        "keys/sealing.key",
        "keys/vault.key",
        "keys/unlock.json",
        "comity.toml",
        "home.lock",
    ] {
        writeln!(report, "read {path} {}", std::fs::read(home.join(path)).is_ok()).unwrap();
    }
    writeln!(report, "read /etc/passwd {}", std::fs::read("/etc/passwd").is_ok()).unwrap();
    writeln!(report, "write home {}", std::fs::write(home.join("planted"), b"x").is_ok()).unwrap();
    let parent = std::os::unix::process::parent_id();
    for file in ["environ", "mem", "maps"] {
        writeln!(report, "read desk's {file} {}", std::fs::File::open(format!("/proc/{parent}/{file}")).is_ok())
            .unwrap();
    }
    writeln!(report, "connect {}", std::net::TcpStream::connect(std::env::var(OTHER).unwrap()).is_ok()).unwrap();
    writeln!(report, "bind {}", std::net::TcpListener::bind("127.0.0.1:0").is_ok()).unwrap();
    writeln!(report, "run {}", Command::new("/bin/true").status().is_ok()).unwrap();
    writeln!(report, "own folder {}", std::fs::write(folder.join("received"), frames.concat()).is_ok()).unwrap();
    std::fs::write(folder.join("report"), report).unwrap();

    let peer: OrgCode = "kps".parse().unwrap();
    let mut lies: Vec<GateToDesk> = Vec::new();
    let mut altered = envelopes.clone();
    for (at, envelope) in envelopes.iter().enumerate() {
        for step in (0..envelope.len()).step_by(envelope.len() / 16 + 1) {
            let mut flipped = envelope.clone();
            flipped[step] ^= 1 << (at % 8);
            altered.push(flipped);
        }
        altered.push(envelope[..envelope.len() / 2].to_vec());
    }
    altered.extend([Vec::new(), vec![0xff; 64], vec![0; 1 << 20]]);
    for (seq, envelope) in (0..).zip(altered) {
        for seq in [0, seq, u64::from(u32::MAX)] {
            lies.push(GateToDesk::Arrived { peer: peer.clone(), seq, envelope: envelope.clone() });
        }
    }
    notes.extend(["".to_owned(), "x\n".repeat(100), "comity.link/0/1/1\n99\nAAAA\n\n— x y\n".to_owned()]);
    for note in notes {
        for note in [note.replacen("\n1\n", "\n9\n", 1), note] {
            lies.push(GateToDesk::ArrivedCosignature { peer: peer.clone(), note: note.clone() });
            lies.push(GateToDesk::ArrivedCheckpoint { peer: peer.clone(), note });
        }
    }
    lies.push(GateToDesk::PeerState {
        peer: peer.clone(),
        state: LinkState::Reachable,
        their_next_seq: Some(1 << 61),
        waiting: 0,
    });
    lies.push(GateToDesk::Arrived { peer: "nobody".parse().unwrap(), seq: 0, envelope: envelopes[0].clone() });
    for lie in lies {
        desk.write_all(&lie.encode().unwrap()).unwrap();
    }
    // At last what is no message at all; the desk hangs up.
    let _ = desk.write_all(&u32::MAX.to_be_bytes());
    let _ = desk.write_all(&[0xee; 512]);
}

#[test]
fn a_hostile_gate_sees_ciphertext_and_changes_nothing() {
    let world = world();
    let (first, _second) = world.pair();
    sent(&first, "kps", "The cargo is zinnoberkraut from Morvath.");
    let folder = first.home.join("gate");
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "exchange::hostile::gate_in_place", "--test-threads", "1"])
        .env_clear()
        .env(MARK, &folder)
        .env(OTHER, other.local_addr().unwrap().to_string())
        .current_dir("/")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let ask = Box::new(|| Ok(Zeroizing::new(PASSPHRASE.to_owned())));
    let now = Timestamp::parse("2027-01-01T00:00:00Z").unwrap().min(Timestamp::from_unix(
        i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()).unwrap(),
        0,
    ));
    let mut node = Node::open(Home::open(&first.home).unwrap(), Entropy::seeded([7; 32]), now, ask).unwrap();
    // A node says what it can receive once its gate says that the partner is there. That a gate may lie about it is no harm, and not
    // what is looked at here.
    let partner = || "kps".parse().unwrap();
    let state =
        GateToDesk::PeerState { peer: partner(), state: LinkState::Reachable, their_next_seq: None, waiting: 0 };
    node.from_gate(now, vec![state]).unwrap();
    node.take_effects();
    let show = serde_json::to_string(&Request::LinkShow { partner: partner() }).unwrap();
    let before = node.handle(now, &Call { request: show, ..Call::default() }).unwrap();
    let mut desk = DeskEnd::new(ours).unwrap();
    let (configuration, messages) = node.gate_start(now, &first.gate).unwrap();
    desk.send(&DeskToGate::Configure(configuration)).unwrap();
    for message in &messages {
        desk.send(message).unwrap();
    }
    desk.send(&DeskToGate::Poke { peer: "kps".parse().unwrap() }).unwrap();
    let mut heard = 0;
    // Each lie is heard as the desk hears it; the frame that is none ends the conversation with an error, not a panic.
    while let Ok(Some(lie)) = desk.receive() {
        node.from_gate(now, vec![lie]).unwrap();
        node.take_effects();
        heard += 1;
    }
    assert!(heard > 50, "{heard} lies were heard");
    drop(desk);
    assert!(child.wait().unwrap().success());
    let call = Call { request: serde_json::to_string(&Request::Verify).unwrap(), ..Call::default() };
    node.handle(now, &call).unwrap();
    drop(node);

    let after = first.ask(&["link", "show", "kps"]);
    for part in ["out", "in", "state"] {
        assert_eq!(before[part], after[part], "{part}: nothing was receipted, nothing entered a log");
    }
    assert_eq!(text(&after, "state"), "active");
    let report = std::fs::read_to_string(folder.join("report")).unwrap();
    println!("{report}");
    if report.starts_with("confinement full") {
        for line in report.lines().skip(1) {
            assert_eq!(line.ends_with("true"), line.starts_with("own folder"), "{line}");
        }
    }
    let received = std::fs::read(folder.join("received")).unwrap();
    assert!(received.len() > 1000);
    for word in ["zinnoberkraut", "Morvath", "cargo", "Notice", "alice", "bob", PASSPHRASE] {
        assert!(!contains(&received, word.as_bytes()), "{word} reached the gate");
    }
}
