//! A running desk with its gate.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A desk that serves; ended when dropped.
pub struct Running {
    child: Child,
    /// What it said when it was ready.
    pub ready: Value,
}

/// Ends a process at once, as a power cut would.
pub fn kill(pid: u32) {
    let _ = Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status();
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the node did not start: {line}"));
        Self { child, ready }
    }

    /// Returns the desk's process id.
    pub fn desk(&self) -> u32 {
        self.child.id()
    }

    /// Returns the gate's process id, while one runs.
    pub fn gate(&self) -> Option<u32> {
        // The gate is the child of whichever thread of the desk started it.
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.desk())).ok()?;
        threads
            .flatten()
            .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok())
            .find_map(|text| text.split_whitespace().next()?.parse().ok())
    }

    /// Ends the desk at once; its gate ends when it notices.
    pub fn kill_desk(mut self) {
        let gate = self.gate();
        let _ = self.child.kill();
        let _ = self.child.wait();
        crate::wait_until("the gate of a killed desk ends", || {
            gate.is_none_or(|pid| !std::path::Path::new(&format!("/proc/{pid}")).exists())
        });
    }

    /// Stops the desk as an operator would and returns whether it ended well.
    pub fn stop(mut self) -> bool {
        let _ = Command::new("kill").arg(self.desk().to_string()).status();
        self.child.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        let _ = Command::new("kill").arg(self.desk().to_string()).status();
        for _ in 0..250 {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
