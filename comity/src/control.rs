//! The way from a verb to the node: through the desk's local socket while it runs, or by opening the home oneself.
//!
//! Guarantees: a verb does the same either way. With a call may come one open file, which the caller may read and the desk need not be
//! able to open. Frames are `u32 length ‖ JSON`, at most [`FRAME_BYTES_MAX`]. Does not know:
//! what the calls mean.

pub mod handing;

use crate::passphrase;
use comity_node::{Call, Failure, Home, Node};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// The longest frame on the local socket, in bytes.
pub const FRAME_BYTES_MAX: usize = 256 * 1024 * 1024;

/// The code of a failure that says: the desk went away before it answered.
pub const DESK_LOST: &str = "desk_lost";

/// The answer to one call.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It was done.
    Done(Value),
    /// It was not.
    Failed(Failure),
}

/// Writes one frame.
pub fn write_frame(stream: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| std::io::Error::from(ErrorKind::InvalidInput))?;
    stream.write_all(&length.to_be_bytes())?;
    stream.write_all(bytes)?;
    stream.flush()
}

/// Reads one frame; none at a clean end.
pub fn read_frame(stream: &mut impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = [0u8; 4];
    match stream.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    read_body(stream, head).map(Some)
}

/// Reads what follows a frame's length.
fn read_body(stream: &mut impl Read, head: [u8; 4]) -> std::io::Result<Vec<u8>> {
    let length = u32::from_be_bytes(head) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(ErrorKind::InvalidData.into());
    }
    // The buffer grows with what arrives, so that a length alone costs nothing.
    let mut bytes = Vec::new();
    let read = stream.take(length as u64).read_to_end(&mut bytes)?;
    if read < length { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
}

/// The longest path that a Unix socket's address holds, in bytes, with room to spare.
const SOCKET_PATH_BYTES_MAX: usize = 100;

/// The desk's socket in a form that fits into an address, whatever the length of the home's path. The folder's handle must
/// live as long as the path is used.
pub fn socket_address(home: &Home) -> std::io::Result<(PathBuf, Option<std::fs::File>)> {
    let plain = home.file("desk.sock");
    if plain.as_os_str().len() <= SOCKET_PATH_BYTES_MAX {
        return Ok((plain, None));
    }
    let folder = std::fs::File::open(home.path())?;
    Ok((PathBuf::from(format!("/proc/self/fd/{}/desk.sock", folder.as_raw_fd())), Some(folder)))
}

/// A node, near or far.
pub enum Channel {
    /// A desk runs; its socket.
    Desk(UnixStream),
    /// No desk runs; the home is ours for as long as this lives.
    Own(Box<Node>),
}

impl Channel {
    /// Reaches the node of a home.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let home = Home::open(path)?;
        let (socket, _folder) = socket_address(&home)
            .map_err(|error| Failure::operational(format!("cannot open {}: {error}", path.display())))?;
        match UnixStream::connect(socket) {
            Ok(stream) => Ok(Self::Desk(stream)),
            // A socket that nobody listens on is what a killed desk leaves behind.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
                let mut node =
                    Node::open(home, crate::world::entropy(), crate::world::now(), Box::new(passphrase::home))?;
                if let Some(watch) = crate::progress::on_a_terminal() {
                    node.watch(watch);
                }
                Ok(Self::Own(Box::new(node)))
            }
            Err(error) => Err(Failure::operational(format!("cannot reach the running desk: {error}"))),
        }
    }

    /// Reaches the running desk of a home; `None` where none runs.
    pub fn desk(path: &Path) -> Result<Option<Self>, Failure> {
        let home = Home::open(path)?;
        let (socket, _folder) = socket_address(&home)
            .map_err(|error| Failure::operational(format!("cannot open {}: {error}", path.display())))?;
        Ok(UnixStream::connect(socket).ok().map(Self::Desk))
    }

    /// Asks for the passphrase now, where there will be a need for it, rather than in the middle of long work.
    pub fn unlock(&mut self) -> Result<(), Failure> {
        match self {
            Self::Own(node) => node.unlock(),
            Self::Desk(_) => Ok(()),
        }
    }

    /// Puts one call and returns its answer.
    pub fn call(&mut self, call: &Call) -> Result<Value, Failure> {
        self.call_with(call, None)
    }

    /// Puts one call, with an open file, and returns its answer.
    pub fn call_with(&mut self, call: &Call, file: Option<File>) -> Result<Value, Failure> {
        match self {
            Self::Own(node) => node.handle_with(crate::world::now(), call, file),
            Self::Desk(stream) => {
                let lost = |error: std::io::Error| {
                    Failure::operational(format!("lost the running desk: {error}")).hint(
                        "see whether `comity serve` still runs, then look with the listing verbs whether it was done",
                    ).code(DESK_LOST)
                };
                let bytes = serde_json::to_vec(call)?;
                match &file {
                    Some(file) => handing::write_frame_with(stream, &bytes, file).map_err(lost)?,
                    None => write_frame(stream, &bytes).map_err(lost)?,
                }
                let answer = read_frame(stream).map_err(lost)?.ok_or_else(|| lost(ErrorKind::UnexpectedEof.into()))?;
                match serde_json::from_slice(&answer)? {
                    Reply::Done(value) => Ok(value),
                    Reply::Failed(failure) => Err(failure),
                }
            }
        }
    }
}

/// Reads one call on the desk's side.
pub fn read_call(bytes: &[u8]) -> Result<Call, Failure> {
    serde_json::from_slice(bytes).map_err(|error| Failure::usage(format!("not a call of this version: {error}")))
}

impl From<Result<Value, Failure>> for Reply {
    fn from(answer: Result<Value, Failure>) -> Self {
        match answer {
            Ok(value) => Reply::Done(value),
            Err(failure) => Reply::Failed(failure),
        }
    }
}
