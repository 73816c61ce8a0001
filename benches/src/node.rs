//! Drives the real program: homes, officers, verbs and served nodes.
//!
//! Does not know: what is measured with them.

use crate::Outcome;
use crate::process::{self, Ran, Running};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// The passphrase of every home made here; they hold nothing but fiction and go at the end.
const PASSPHRASE: &str = "correct-horse-battery";
/// How long a node may take for anything that is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The program that is measured.
pub struct Program(PathBuf);

impl Program {
    /// Finds the program: `COMITY_PROGRAM`, or `comity` beside this one.
    ///
    /// # Errors
    /// Says how to build it where it is absent.
    pub fn find() -> Outcome<Self> {
        let given = std::env::var_os("COMITY_PROGRAM").map(PathBuf::from);
        let beside = || Some(std::env::current_exe().ok()?.parent()?.join("comity"));
        let path = given.or_else(beside).ok_or("this program lies in no folder")?;
        if path.is_file() {
            Ok(Self(path))
        } else {
            Err(format!("no program at {}; build it with: cargo build --release", path.display()).into())
        }
    }

    /// Begins a call of a verb.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command.env("COMITY_PASSPHRASE", PASSPHRASE).args(words);
        command
    }

    /// Calls a verb and watches its memory.
    ///
    /// # Errors
    /// Where it fails.
    pub fn run(&self, words: &[&str]) -> Outcome<Ran> {
        process::run(&mut self.command(words))
    }

    /// Calls a verb with `--json` and returns its answer.
    ///
    /// # Errors
    /// Where it fails or answers no JSON.
    pub fn ask(&self, words: &[&str]) -> Outcome<Value> {
        let ran = process::run(self.command(words).arg("--json"))?;
        Ok(serde_json::from_str(&ran.output)?)
    }

    /// Makes a home.
    ///
    /// # Errors
    /// Where the verb fails.
    pub fn init(&self, home: &Path, code: &str, gate: &str, desk: &str) -> Outcome<()> {
        let name = format!("Bench {code}");
        self.run(&[
            "init",
            "--home",
            text(home)?,
            "--org",
            &name,
            "--code",
            code,
            "--country",
            "XVM",
            "--kind",
            "police_unit",
            "--gate",
            gate,
            "--desk",
            desk,
        ])?;
        Ok(())
    }

    /// Serves a home and waits for the ready line.
    ///
    /// # Errors
    /// Where it ends before.
    pub fn serve(&self, home: &Path, more: &[&str]) -> Outcome<Served> {
        let mut command = self.command(&["serve", "--json", "--home", text(home)?]);
        command.args(more).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let spawned = Instant::now();
        let mut running = Running(command.spawn()?);
        let mut output = BufReader::new(running.0.stdout.take().ok_or("no standard output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let ready = Instant::now();
        let said: Value = serde_json::from_str(&line).map_err(|_| format!("no ready line of serve: {line:?}"))?;
        let desk = said.get("desk").and_then(Value::as_str).ok_or("the ready line names no desk")?.to_owned();
        Ok(Served { running, spawned, ready, desk, _output: output })
    }
}

/// A served node, desk and gate; stopped when dropped.
pub struct Served {
    running: Running,
    /// When the program was started.
    pub spawned: Instant,
    /// When the ready line was read.
    pub ready: Instant,
    desk: String,
    _output: BufReader<ChildStdout>,
}

impl Served {
    /// Asks `/healthz` until it answers 200 and returns when that was.
    ///
    /// # Errors
    /// Where that does not come about in a minute.
    pub fn healthy(&self) -> Outcome<Instant> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if get(&self.desk).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
                return Ok(Instant::now());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Err("/healthz did not answer 200".into())
    }

    /// Returns the sum over desk and gate of a field in KiB, in MB of 1,000,000 bytes.
    ///
    /// # Errors
    /// Where the desk has no gate, or the system does not tell.
    pub fn megabytes(&self, file: &str, field: &str) -> Outcome<f64> {
        let family = process::family(self.running.0.id());
        if family.len() < 2 {
            return Err("the desk runs without a gate".into());
        }
        let mut kib = 0;
        for pid in family {
            kib += process::kib(pid, file, field).ok_or_else(|| format!("the system tells no {field}"))?;
        }
        Ok(kib as f64 * 1024.0 / 1e6)
    }
}

fn get(address: &str) -> Outcome<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Returns a loopback address that is free now.
///
/// # Errors
/// Where none is.
pub fn free_address() -> Outcome<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// Returns a path as an argument.
///
/// # Errors
/// Where it is not UTF-8.
pub fn text(path: &Path) -> Outcome<&str> {
    path.to_str().ok_or_else(|| "a path that is not UTF-8".into())
}
