//! A file that is read: opened here by its name, or handed over open by who may read it.
//!
//! Guarantees: only a regular file is taken, not through a symbolic link and without waiting for a FIFO's writer. Of a file that was
//! handed over, nothing is opened by its name. Does not know: what is in it.

use crate::call::Call;
use crate::failure::Failure;
use crate::node::Node;
use comity_vocab::Timestamp;
use rustix::fs::{Mode, OFlags};
use serde_json::Value;
use std::fs::File;
use std::path::Path;

/// Opens a regular file.
///
/// # Errors
/// A usage failure, where it cannot be opened or is something else.
pub fn open_regular(path: &Path) -> Result<File, Failure> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let fd = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| match error {
        rustix::io::Errno::LOOP => Failure::usage("is a symbolic link; name the file itself"),
        other => Failure::usage(format!("cannot be opened: {}", std::io::Error::from(other))),
    })?;
    regular(File::from(fd))
}

/// Passes on an open file that is a regular one.
pub(crate) fn regular(file: File) -> Result<File, Failure> {
    let facts = file.metadata().map_err(|error| Failure::usage(format!("cannot be read: {error}")))?;
    if facts.is_file() { Ok(file) } else { Err(Failure::usage("is not a regular file")) }
}

impl Node {
    /// As [`Self::handle`], with the open file that came with the call: what is read from a file is then read from this one.
    ///
    /// # Errors
    /// As [`Self::handle`].
    pub fn handle_with(&mut self, now: Timestamp, call: &Call, file: Option<File>) -> Result<Value, Failure> {
        self.handed = file;
        let answer = self.handle(now, call);
        self.handed = None;
        answer
    }
}
