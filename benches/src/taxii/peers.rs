//! OpenTAXII and medallion, started with the scripts in `benches/peers`.

use super::load::{Connection, Script};
use crate::process::Running;
use crate::{Outcome, Setting};
use serde::Deserialize;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a peer may take until it answers, filling its store included.
const START_WAIT: Duration = Duration::from_secs(300);

/// A peer that serves.
pub struct Peer {
    /// Its pages: whole request heads without `limit`.
    plan: Plan,
    address: String,
    running: Running,
}

#[derive(Deserialize)]
struct Plan {
    pages: Vec<String>,
    authorization: String,
}

/// Returns the environment of a peer, where it was named.
///
/// # Errors
/// Says which variable is missing.
pub fn environment(variable: &str) -> Outcome<PathBuf> {
    let given = std::env::var_os(variable).ok_or_else(|| {
        format!("{variable} names no Python environment (benches/peers/README.md tells how to make one)")
    })?;
    Ok(std::fs::canonicalize(given)?.join("bin/python3"))
}

impl Peer {
    /// Starts a peer with the objects of a bundle and waits until it answers.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(setting: &Setting, python: &Path, script: &str, bundle: &Path) -> Outcome<Self> {
        let folder = setting.private_folder(script)?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script);
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Command::new(python)
            .arg(script)
            .arg(&folder)
            .arg(bundle)
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.join("stderr"))?)
            .spawn()?;
        let mut running = Running(child);
        let mut said = String::new();
        if let Some(out) = running.0.stdout.take() {
            BufReader::new(out).read_line(&mut said)?;
        }
        let plan: Plan = serde_json::from_str(&said).map_err(|_| {
            format!("it did not start: {}", std::fs::read_to_string(folder.join("stderr")).unwrap_or_default())
        })?;
        let mut peer = Self { plan, address: format!("127.0.0.1:{port}"), running };
        let first = peer.script(1).requests.into_iter().next().ok_or("no pages")?;
        let until = Instant::now() + START_WAIT;
        loop {
            match Connection::new(&peer.address).ask(&first) {
                Ok(answer) if answer.status == 200 => return Ok(peer),
                Ok(answer) => {
                    return Err(format!("answered {}: {}", answer.status, String::from_utf8_lossy(answer.body)).into());
                }
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) if peer.running.0.try_wait()?.is_some() => {
                    return Err(std::fs::read_to_string(folder.join("stderr"))?.into());
                }
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// Returns requests for pages of so many objects, from places all over the collection.
    pub fn script(&self, limit: usize) -> Script {
        let authorization = match self.plan.authorization.as_str() {
            "" => String::new(),
            word => format!("Authorization: {word}\r\n"),
        };
        let request = |page: &String| {
            format!(
                "GET {page}&limit={limit} HTTP/1.1\r\nHost: {}\r\nAccept: application/taxii+json;version=2.1\r\n{authorization}\r\n",
                self.address
            )
            .into_bytes()
        };
        Script { address: self.address.clone(), requests: self.plan.pages.iter().map(request).collect() }
    }
}
