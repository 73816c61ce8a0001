//! Sets up real nodes for tests: homes, officers, links, running desks, and a program's answers as JSON.
//!
//! Guarantees: every node is the real program in its own process; what was started is ended when a value is dropped; every
//! wait has a deadline. Never ships. Does not know: what a test is about.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests end at the first surprise"
)]

pub mod authenticator;
mod ran;
mod recorder;
mod running;

pub use ran::Ran;
pub use recorder::Recorder;
pub use running::{Running, kill};

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The passphrase of every home and officer of a test.
pub const PASSPHRASE: &str = "correct-horse-battery";

/// A folder with homes and key files, gone when dropped.
pub struct World {
    /// The program under test.
    pub program: PathBuf,
    folder: TempDir,
}

/// One node: its home, its officers' keys and its address.
pub struct Node {
    /// The code partners use.
    pub code: String,
    /// The home.
    pub home: PathBuf,
    /// Where its gate listens.
    pub gate: String,
    program: PathBuf,
    keys: PathBuf,
}

/// Polls until a condition holds.
///
/// # Panics
/// After 30 seconds, naming what was waited for.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < until, "waited too long: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Returns a free port below the range that the system gives to clients, so that no other test is given it meanwhile.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 12_000 + (std::process::id() as u16).wrapping_mul(61).wrapping_add(step) % 20_000;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Reads every file below a folder.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            // A write-ahead log may vanish between listing and reading.
            found.extend(std::fs::read(entry.path()).ok().map(|bytes| (entry.path(), bytes)));
        }
    }
    found
}

impl World {
    /// Makes an empty world for the program under test.
    pub fn new(program: &str) -> Self {
        Self { program: program.into(), folder: tempfile::tempdir().unwrap() }
    }

    /// Returns a place in the world's own folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and returns its path.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Makes a home with two custodians, the second of them the security officer too, alice (analyst, desk officer), bob (releasing officer), hal (source handler, analyst)
    /// and dora (duty officer, data protection officer).
    pub fn node(&self, code: &str) -> Node {
        let gate = format!("127.0.0.1:{}", free_port());
        let node = Node {
            code: code.to_owned(),
            home: self.file(code),
            gate,
            program: self.program.clone(),
            keys: self.folder.path().to_owned(),
        };
        let organisation = format!("Organisation {code}");
        node.run(&[
            "init",
            "--org",
            &organisation,
            "--code",
            code,
            "--country",
            "XVM",
            "--desk",
            "127.0.0.1:0",
            "--gate",
            &node.gate,
        ])
        .done();
        let toml = node.home.join("comity.toml");
        let text = std::fs::read_to_string(&toml).unwrap().replace("heartbeat_seconds = 30", "heartbeat_seconds = 1");
        std::fs::write(&toml, text).unwrap();
        for (custodian, roles) in [("c1", "custodian"), ("c2", "custodian,security_officer")] {
            node.run(&[
                "officer",
                "add",
                "--code",
                custodian,
                "--name",
                custodian,
                "--roles",
                roles,
                "--key-out",
                &node.key(custodian),
            ])
            .done();
        }
        for (officer, roles) in [
            ("alice", "analyst,desk_officer"),
            ("bob", "releasing_officer"),
            ("hal", "source_handler,analyst"),
            ("dora", "duty_officer,data_protection_officer"),
        ] {
            node.officer(&[
                "add",
                "--code",
                officer,
                "--name",
                &format!("Officer {officer} of {code}"),
                "--roles",
                roles,
                "--key-out",
                &node.key(officer),
            ])
            .done();
        }
        node
    }

    /// Makes two nodes that added each other.
    pub fn pair(&self) -> (Node, Node) {
        let (first, second) = (self.node("vsis"), self.node("kps"));
        first.add(&second, None);
        second.add(&first, None);
        (first, second)
    }
}

impl Node {
    /// Returns the path of an officer's key file.
    pub fn key(&self, officer: &str) -> String {
        self.keys.join(format!("{}-{officer}.key", self.code)).display().to_string()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .arg("--json")
            .env_clear()
            .env("COMITY_HOME", &self.home)
            .env("COMITY_PASSPHRASE", PASSPHRASE);
        command.stdin(Stdio::null());
        command
    }

    /// Runs a verb on this home.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments), arguments)
    }

    /// Runs a verb with other variables in the environment; an empty value takes one away.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.command(arguments);
        for (name, value) in variables {
            if value.is_empty() {
                command.env_remove(name);
            } else {
                command.env(name, value);
            }
        }
        Ran::of(command, arguments)
    }

    /// Runs a verb and returns its answer.
    pub fn ask(&self, arguments: &[&str]) -> Value {
        self.run(arguments).done()
    }

    /// Runs a verb as an officer.
    pub fn run_as(&self, officer: &str, arguments: &[&str]) -> Ran {
        let key = self.key(officer);
        self.run(&[arguments, &["--key", &key]].concat())
    }

    /// Changes the registry with the signatures of both custodians.
    pub fn officer(&self, arguments: &[&str]) -> Ran {
        let (first, second) = (self.key("c1"), self.key("c2"));
        self.run(&[&["officer"], arguments, &["--custodian", &first, "--custodian", &second]].concat())
    }

    /// Links with a partner by a fresh card of it, which may name another endpoint than its gate's own: two officers add it, and
    /// both type the words.
    pub fn add(&self, partner: &Node, endpoint: Option<&str>) {
        let card = self.card_of(partner, endpoint);
        let added = self.by_both(&["link", "add", &card]).done();
        let words = text(&added, "fingerprint");
        for officer in ["c1", "c2"] {
            self.run_as(officer, &["link", "confirm", &partner.code, "--words", &words]).done();
        }
    }

    /// Writes a fresh card of a partner and returns the file.
    pub fn card_of(&self, partner: &Node, endpoint: Option<&str>) -> String {
        let card = self.keys.join(format!("{}-for-{}.card", partner.code, self.code)).display().to_string();
        partner.ask(&["link", "card", "--endpoint", endpoint.unwrap_or(&partner.gate), "--output", &card]);
        card
    }

    /// Runs a verb about a link with the keys of a custodian and of the security officer.
    pub fn by_both(&self, arguments: &[&str]) -> Ran {
        let (first, second) = (self.key("c1"), self.key("c2"));
        self.run(&[arguments, &["--key", &first, "--key", &second]].concat())
    }

    /// Starts desk and gate and waits until both are ready.
    pub fn serve(&self) -> Running {
        Running::start(self.command(&["serve"]))
    }

    /// Drafts a tearline as alice and returns the answer.
    pub fn draft(&self, ids: &[&str], to: &str) -> Value {
        self.run_as("alice", &["release", "draft", "--objects", &ids.join(","), "--to", to]).done()
    }

    /// Drafts, approves and sends; returns the release.
    pub fn release(&self, ids: &[&str], to: &str) -> String {
        let release = text(&self.draft(ids, to), "release");
        self.run_as("bob", &["release", "approve", &release]).done();
        self.ask(&["release", "send", &release]);
        release
    }

    /// Recalls a release in two roles; returns the recall.
    pub fn recall(&self, release: &str) -> String {
        let recall = text(&self.run_as("alice", &["recall", "draft", "--release", release]).done(), "recall");
        self.run_as("bob", &["recall", "approve", &recall]).done();
        self.ask(&["recall", "send", &recall]);
        recall
    }

    /// Returns how many objects a search finds.
    pub fn found(&self, words: &str) -> usize {
        self.ask(&["search", words])["hits"].as_array().unwrap().len()
    }

    /// Returns the state of a link.
    pub fn link(&self, partner: &Node) -> Value {
        self.ask(&["link", "show", &partner.code])
    }

    /// Tells whether the partner gave a receipt for everything sent.
    pub fn receipted(&self, partner: &Node) -> bool {
        let out = &self.link(partner)["out"];
        out["size"] == out["cosigned"]
    }
}

/// Reads a text field of an answer.
pub fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no field {field} in {value}")).to_owned()
}
