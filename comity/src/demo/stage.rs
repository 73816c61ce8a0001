//! The stage: a folder, passphrases, ports, and the `comity serve` processes of the story's organisations.
//!
//! Guarantees: every process it started is stopped when it is dropped, politely first; passphrases are random, live in memory
//! and reach children through their environment only; the children see nothing else of ours. Does not know: what is played.

use super::cast::{Officer, Organisation, Story};
use crate::world;
use comity_crypto::Zeroizing;
use comity_node::Failure;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long a node may take to start or to stop.
const NODE_SECONDS: u64 = 30;
/// How often something awaited is looked at.
pub const POLL: Duration = Duration::from_millis(20);

/// A node of the story.
pub struct Actor {
    pub organisation: Organisation,
    pub home: PathBuf,
    pub desk: String,
    pub gate: String,
    process: Option<Child>,
}

impl Actor {
    /// Where browsers reach the desk: each node under a host name of its own, so that cookies and passkeys do not meet.
    pub fn url(&self) -> String {
        let port = self.desk.rsplit_once(':').map_or("", |(_, port)| port);
        format!("http://{}.localhost:{port}", self.organisation.code)
    }
}

/// Everything that stands on the stage.
pub struct Stage {
    pub folder: PathBuf,
    pub program: PathBuf,
    actors: Vec<Actor>,
    passphrase: Zeroizing<String>,
    officers: BTreeMap<String, Zeroizing<String>>,
    temporary: bool,
    stop: Arc<AtomicBool>,
}

fn failed(what: &str, error: &std::io::Error) -> Failure {
    Failure::operational(format!("cannot {what}: {error}"))
}

fn private_folder(path: &Path) -> Result<(), Failure> {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder.create(path).map_err(|error| failed(&format!("make the folder {}", path.display()), &error))
}

/// Opens a new file that only its owner may read.
pub fn private_file(path: &Path) -> Result<File, Failure> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| failed(&format!("write {}", path.display()), &error))
}

/// Draws a passphrase of 128 random bits.
fn passphrase(number: u64) -> Zeroizing<String> {
    let bytes = Zeroizing::new(world::entropy().stream("demo", "passphrase", number).bytes32());
    Zeroizing::new(hex::encode(bytes.get(..16).unwrap_or_default()))
}

/// Addresses on loopback, two for each node.
fn addresses(first: Option<u16>, count: usize) -> Result<Vec<String>, Failure> {
    if let Some(first) = first {
        let ports = (0..count).map(|index| u16::try_from(index).ok().and_then(|index| first.checked_add(index)));
        return ports
            .map(|port| port.map(|port| format!("127.0.0.1:{port}")))
            .collect::<Option<_>>()
            .ok_or_else(|| Failure::usage(format!("the demo needs {count} ports from --port on")));
    }
    // All are held at once, so that none is given out twice.
    let mut held = Vec::new();
    for _ in 0..count {
        held.push(TcpListener::bind("127.0.0.1:0").map_err(|error| failed("find a free port", &error))?);
    }
    let address = |listener: &TcpListener| listener.local_addr().map(|address| address.to_string());
    held.iter().map(address).collect::<Result<_, _>>().map_err(|error| failed("find a free port", &error))
}

impl Stage {
    /// Makes the folder and draws passphrases and ports; nothing runs yet.
    ///
    /// # Errors
    /// [`Failure`] where the folder exists and is not empty, or cannot be made.
    pub fn build(
        story: &Story,
        home: Option<&Path>,
        port: Option<u16>,
        stop: Arc<AtomicBool>,
    ) -> Result<Self, Failure> {
        let folder = match home {
            Some(folder) => std::path::absolute(folder).map_err(|error| failed("use the folder", &error))?,
            None => {
                let name = world::entropy().stream("demo", "folder", 0).uuid_v4().simple().to_string();
                std::env::temp_dir().join(format!("comity-demo-{}", name.get(..12).unwrap_or_default()))
            }
        };
        match std::fs::read_dir(&folder) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(Failure::usage(format!("{} is not empty", folder.display()))
                        .hint("the demo begins afresh; give it a folder that does not exist yet"));
                }
                std::fs::remove_dir(&folder).map_err(|error| failed("use the folder", &error))?;
                private_folder(&folder)?;
            }
            Err(_) => private_folder(&folder)?,
        }
        for part in ["keys", "cards", "files", "logs"] {
            private_folder(&folder.join(part))?;
        }
        let mut addresses = addresses(port, story.organisations.len() * 2)?.into_iter();
        let actors = story
            .organisations
            .iter()
            .map(|organisation| Actor {
                organisation: organisation.clone(),
                home: folder.join(&organisation.code),
                desk: addresses.next().unwrap_or_default(),
                gate: addresses.next().unwrap_or_default(),
                process: None,
            })
            .collect();
        let officers = story
            .officers
            .iter()
            .zip(1u64..)
            .map(|(officer, number)| (officer.code.clone(), passphrase(number)))
            .collect();
        let program = std::env::current_exe().map_err(|error| failed("find this program", &error))?;
        Ok(Self { folder, program, actors, passphrase: passphrase(0), officers, temporary: home.is_none(), stop })
    }

    /// The nodes, in the order of the story.
    pub fn actors(&self) -> &[Actor] {
        &self.actors
    }

    /// One node by its code.
    ///
    /// # Errors
    /// [`Failure`] where the story has no such organisation.
    pub fn actor(&self, code: &str) -> Result<&Actor, Failure> {
        let found = self.actors.iter().find(|actor| actor.organisation.code == code);
        found.ok_or_else(|| Failure::operational(format!("the story has no organisation {code}")))
    }

    /// Where an officer's key file lies.
    pub fn key_file(&self, officer: &str) -> PathBuf {
        self.folder.join("keys").join(format!("{officer}.key"))
    }

    /// Tells whether the folder goes when the demo ends.
    pub fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// Fails once somebody asked the demo to stop.
    pub fn go_on(&self) -> Result<(), Failure> {
        if self.stop.load(Ordering::Relaxed) { Err(Failure::operational("the demo was stopped")) } else { Ok(()) }
    }

    /// A command of this very program that sees nothing of our environment but what it needs.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().process_group(0).current_dir(&self.folder);
        for name in ["PATH", "TMPDIR", "TZ", "LANG"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    }

    /// Gives a command what opens the homes' keys.
    pub fn give_home_passphrase(&self, command: &mut Command) {
        command.env("COMITY_HOME_PASSPHRASE", self.passphrase.as_str());
    }

    /// Gives a command what opens one officer's key file.
    pub fn give_officer_passphrase(&self, command: &mut Command, officer: &str) {
        if let Some(passphrase) = self.officers.get(officer) {
            command.env(format!("COMITY_PASSPHRASE_{}", officer.to_uppercase()), passphrase.as_str());
        }
    }

    /// Writes the passphrases where a person can load them into a shell; fictional data, hence allowed at all.
    pub fn write_environment(&self, officers: &[Officer]) -> Result<PathBuf, Failure> {
        let path = self.folder.join("demo.env");
        let mut text = Zeroizing::new(String::from(
            "# Passphrases of this demonstration and of nothing else; its data are invented. Load with: . ./demo.env\n",
        ));
        let mut export = |name: &str, value: &str| {
            for part in ["export ", name, "=", value, "\n"] {
                text.push_str(part);
            }
        };
        export("COMITY_PASSPHRASE", &self.passphrase);
        for officer in officers {
            if let Some(passphrase) = self.officers.get(&officer.code) {
                export(&format!("COMITY_PASSPHRASE_{}", officer.code.to_uppercase()), passphrase);
            }
        }
        let written = private_file(&path)?.write_all(text.as_bytes());
        written.map_err(|error| failed("write demo.env", &error))?;
        Ok(path)
    }

    /// Starts the node of an organisation and waits until it is ready.
    ///
    /// # Errors
    /// [`Failure`] where it ends, or is not ready in time.
    pub fn start(&mut self, code: &str) -> Result<Value, Failure> {
        let (home, url) = (self.actor(code)?.home.clone(), self.actor(code)?.url());
        let log = private_file(&self.folder.join("logs").join(format!("{code}.log")))?;
        let mut command = self.command();
        command.args(["serve", "--json", "--url", &url, "--home"]).arg(&home);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        self.give_home_passphrase(&mut command);
        let mut child = command.spawn().map_err(|error| failed("start a node", &error))?;
        let (sender, first_line) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stdout);
                let mut line = String::new();
                let _ = reader.read_line(&mut line);
                let _ = sender.send(line);
                // Kept open and read, so that the node never writes into a closed pipe.
                let _ = std::io::copy(&mut reader, &mut std::io::sink());
            });
        }
        // Kept before it is waited for, so that it is stopped whatever happens.
        if let Some(actor) = self.actors.iter_mut().find(|actor| actor.organisation.code == code) {
            actor.process = Some(child);
        }
        let line = first_line
            .recv_timeout(Duration::from_secs(NODE_SECONDS))
            .map_err(|_| Failure::operational(format!("the node of {code} was not ready within {NODE_SECONDS} s")))?;
        serde_json::from_str(&line)
            .ok()
            .filter(|ready: &Value| ready.get("state").and_then(Value::as_str) == Some("ready"))
            .ok_or_else(|| Failure::operational(format!("the node of {code} did not start")))
    }

    /// The last errors that the nodes logged; for the one who looks into a failure.
    pub fn log_tail(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for actor in &self.actors {
            let code = &actor.organisation.code;
            let mut text = String::new();
            if let Ok(mut file) = File::open(self.folder.join("logs").join(format!("{code}.log"))) {
                let _ = file.read_to_string(&mut text);
            }
            let grave: Vec<String> = text
                .lines()
                .filter(|line| line.contains("\"level\":\"ERROR\""))
                .map(|line| format!("{code}: {line}"))
                .collect();
            lines.extend(grave.iter().rev().take(3).rev().cloned());
        }
        lines
    }

    /// Stops every node and, where the folder is our own, removes it.
    ///
    /// # Errors
    /// [`Failure`] where a node had to be killed or ended badly.
    pub fn close(mut self) -> Result<(), Failure> {
        let unclean = self.stop_all();
        if unclean.is_empty() {
            Ok(())
        } else {
            Err(Failure::operational(format!("did not stop in order: {}", unclean.join(", "))))
        }
    }

    fn stop_all(&mut self) -> Vec<String> {
        for actor in &self.actors {
            if let Some(pid) =
                actor.process.as_ref().and_then(|child| rustix::process::Pid::from_raw(child.id().cast_signed()))
            {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
            }
        }
        let until = Instant::now() + Duration::from_secs(NODE_SECONDS);
        let mut unclean = Vec::new();
        for actor in &mut self.actors {
            if let Some(child) = actor.process.take()
                && !ended_well(child, until)
            {
                unclean.push(actor.organisation.code.clone());
            }
        }
        unclean
    }
}

/// Waits for a stopping process; one that takes too long is killed.
fn ended_well(mut child: Child, until: Instant) -> bool {
    while Instant::now() < until {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(POLL),
            Err(_) => break,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop_all();
        if self.temporary {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
