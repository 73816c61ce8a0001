//! The desk's local socket, through which verbs reach a running node.
//!
//! Guarantees: only the owner of the home can connect (the folder is 0700, the socket 0600, and the kernel is asked who it is); each call
//! is answered whole. A file that comes with a call is the node's for this call only.

use super::gate_process::Event;
use super::{SharedNode, lock, tell_gate};
use crate::{control, world};
use comity_node::{Call, Failure};
use serde_json::Value;
use std::fs::File;
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

fn answer(node: &SharedNode, events: &Sender<Event>, call: &Call, file: Option<File>) -> Result<Value, Failure> {
    let mut tell = |node: &mut comity_node::Node| tell_gate(node, events);
    if let Some(answer) = comity_node::answer_apart(node, &world::now, call, false, &mut tell) {
        return answer;
    }
    let mut node = lock(node);
    let answer = node.handle_with(world::now(), call, file);
    tell_gate(&mut node, events);
    answer
}

/// Whether the other end is a process of this very user.
fn is_own(stream: &UnixStream) -> bool {
    rustix::net::sockopt::socket_peercred(stream).is_ok_and(|peer| peer.uid == rustix::process::geteuid())
}

fn converse(mut stream: UnixStream, node: &SharedNode, events: &Sender<Event>) {
    if !is_own(&stream) {
        return;
    }
    while let Ok(Some((bytes, file))) = control::handing::read_frame_with(&mut stream) {
        let answered = control::read_call(&bytes).and_then(|call| answer(node, events, &call, file));
        let reply = control::Reply::from(answered);
        let Ok(answer) = serde_json::to_vec(&reply) else { return };
        if control::write_frame(&mut stream, &answer).is_err() {
            return;
        }
    }
}
