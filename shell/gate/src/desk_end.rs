//! The desk's end of the socket pair: whole frames, blocking.
//!
//! Guarantees: a frame is read whole or not at all; reader and writer are usable from two threads.
//!
//! Does not know: whether what the gate says is true.

use comity_link::WireError;
use comity_link::gate_protocol::{DeskToGate, GateToDesk, frame_length};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;

/// Why a frame was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum DeskEndError {
    /// The socket failed; the gate is gone.
    #[error("the gate cannot be reached")]
    Socket(#[from] std::io::Error),
    /// A frame is not one of the protocol: the gate is not to be spoken with any more.
    #[error("the gate does not keep to the protocol")]
    Frame(#[from] WireError),
}

/// Both halves of the desk's end.
pub struct DeskEnd {
    reader: DeskReader,
    writer: DeskWriter,
}

/// The half that hears the gate.
pub struct DeskReader(UnixStream);

/// The half that speaks to the gate.
pub struct DeskWriter(UnixStream);

impl DeskEnd {
    /// Takes the desk's end of a socket pair.
    ///
    /// # Errors
    /// The operating system's, where the descriptor cannot be duplicated.
    pub fn new(stream: UnixStream) -> std::io::Result<Self> {
        stream.set_nonblocking(false)?;
        Ok(Self { reader: DeskReader(stream.try_clone()?), writer: DeskWriter(stream) })
    }

    /// Writes one frame.
    ///
    /// # Errors
    /// [`DeskEndError`].
    pub fn send(&mut self, said: &DeskToGate) -> Result<(), DeskEndError> {
        self.writer.send(said)
    }

    /// Waits for one frame; `None` once the gate has closed its end.
    ///
    /// # Errors
    /// [`DeskEndError`].
    pub fn receive(&mut self) -> Result<Option<GateToDesk>, DeskEndError> {
        self.reader.receive()
    }

    /// Parts the two halves, for two threads.
    pub fn split(self) -> (DeskReader, DeskWriter) {
        (self.reader, self.writer)
    }
}

impl DeskWriter {
    /// Writes one frame.
    ///
    /// # Errors
    /// [`DeskEndError`].
    pub fn send(&mut self, said: &DeskToGate) -> Result<(), DeskEndError> {
        self.0.write_all(&said.encode()?)?;
        Ok(())
    }

    /// Closes both directions, so that a thread that waits in [`DeskReader::receive`] returns.
    pub fn close(&self) {
        // A failure means that the other end has closed already.
        let _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}

impl DeskReader {
    /// Waits for one frame; `None` once the gate has closed its end between two frames.
    ///
    /// # Errors
    /// [`DeskEndError`].
    pub fn receive(&mut self) -> Result<Option<GateToDesk>, DeskEndError> {
        let mut head = [0; 4];
        if !self.read_head(&mut head)? {
            return Ok(None);
        }
        let mut frame = vec![0; frame_length(head)?];
        self.0.read_exact(&mut frame)?;
        Ok(Some(GateToDesk::decode(&frame)?))
    }

    fn read_head(&mut self, head: &mut [u8; 4]) -> std::io::Result<bool> {
        let (first, rest) = head.split_at_mut(1);
        loop {
            match self.0.read(first) {
                Ok(0) => return Ok(false),
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.0.read_exact(rest)?;
        Ok(true)
    }
}
