//! The desk's local socket, through which verbs reach a running node.
//!
//! Guarantees: only the owner of the home can connect (the folder is 0700, the socket 0600); each call is answered whole.

use super::gate_process::Event;
use super::{SharedNode, lock, tell_gate};
use crate::{control, world};
use comity_node::{Call, Failure};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

/// The listening socket; removed when closed.
pub struct Socket {
    path: PathBuf,
}

impl Socket {
    /// Takes the socket away, so that no new verb comes this way.
    pub fn close(self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Listens, one thread a connection.
pub fn listen(path: &Path, node: SharedNode, events: Sender<Event>) -> Result<Socket, Failure> {
    // The home's lock is ours, so a socket that is there was left by a desk that was killed.
    let _ = std::fs::remove_file(path);
    let failed = |error: std::io::Error| Failure::operational(format!("cannot listen on {}: {error}", path.display()));
    let listener = UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (node, events) = (node.clone(), events.clone());
            std::thread::spawn(move || converse(stream, &node, &events));
        }
    });
    Ok(Socket { path: path.to_owned() })
}

fn answer(node: &SharedNode, events: &Sender<Event>, call: &Call) -> Result<Value, Failure> {
    let mut tell = |node: &mut comity_node::Node| tell_gate(node, events);
    if let Some(answer) = comity_node::answer_apart(node, &world::now, call, false, &mut tell) {
        return answer;
    }
    let mut node = lock(node);
    let answer = node.handle(world::now(), call);
    tell_gate(&mut node, events);
    answer
}

fn converse(mut stream: UnixStream, node: &SharedNode, events: &Sender<Event>) {
    while let Ok(Some(bytes)) = control::read_frame(&mut stream) {
        let reply = control::Reply::from(control::read_call(&bytes).and_then(|call| answer(node, events, &call)));
        let Ok(answer) = serde_json::to_vec(&reply) else { return };
        if control::write_frame(&mut stream, &answer).is_err() {
            return;
        }
    }
}
