//! A run that is watched while it lasts, by its own lines.

use comity_kit::{Node, PASSPHRASE};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// After which a test ends rather than hangs.
const DEADLINE: Duration = Duration::from_secs(60);

pub struct Watched {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

impl Watched {
    pub fn start(node: &Node, arguments: &[&str], stdin: Stdio) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_comity"))
            .args(arguments)
            .arg("--json")
            .env_clear()
            .env("COMITY_HOME", &node.home)
            .env("COMITY_PASSPHRASE", PASSPHRASE)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { child, out, err }
    }

    pub fn stdin(&mut self) -> std::process::ChildStdin {
        self.child.stdin.take().unwrap()
    }

    /// Waits for the next record.
    pub fn record(&self) -> Value {
        let line = self.out.recv_timeout(DEADLINE).unwrap_or_else(|_| panic!("no record: {:?}", self.errors()));
        serde_json::from_str(&line).unwrap()
    }

    /// Waits for the next sighting and checks what it is of, and how often it was seen by then.
    pub fn sees(&self, name: &str, count: u64) {
        let record = self.record();
        assert_eq!((record["name"].as_str(), record["count"].as_u64()), (Some(name), Some(count)), "{record}");
    }

    /// Waits for a line on standard error.
    pub fn notes(&self, words: &str) {
        let mut before = Vec::new();
        loop {
            let line = self.err.recv_timeout(DEADLINE).unwrap_or_else(|_| panic!("{words:?} was not said: {before:?}"));
            if line.contains(words) {
                return;
            }
            before.push(line);
        }
    }

    fn errors(&self) -> Vec<String> {
        self.err.try_iter().collect()
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end; exit code and summary.
    pub fn end(mut self) -> (Option<i32>, Value) {
        let code = self.child.wait().unwrap().code();
        let last = self.out.iter().last().map(|line| serde_json::from_str::<Value>(&line).unwrap()).unwrap_or_default();
        (code, last["summary"].clone())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
