//! The capability to be written to the gate (design.md §7.4).
//!
//! Guarantees: an [`Outgoing`] exists only for an entry that this crate sealed from something released or from a
//! control entry, that we signed ourselves earlier, or that we withdrew as a stub; an [`OutgoingNote`] only for a
//! checkpoint or cosignature made by this crate's logs. Neither can be built from bytes of one's own.
//!
//! ```compile_fail
//! let forged = comity_link::Outgoing { origin: String::new(), seq: 0, envelope: b"names of sources".to_vec() };
//! ```
//! ```compile_fail
//! let forged = comity_link::Outgoing::new(String::new(), 0, b"names of sources".to_vec());
//! ```
//! ```compile_fail
//! let forged: comity_link::OutgoingNote = String::from("names of sources").into();
//! ```
//!
//! Does not know: to whom it goes, or when.

/// A sealed entry that may be written to the gate.
#[derive(PartialEq, Eq)]
pub struct Outgoing {
    origin: String,
    seq: u64,
    envelope: Vec<u8>,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outgoing({} {}, {} bytes)", self.origin, self.seq, self.envelope.len())
    }
}

impl Outgoing {
    pub(crate) fn new(origin: String, seq: u64, envelope: Vec<u8>) -> Self {
        Self { origin, seq, envelope }
    }

    /// Returns the origin of the log it stands in.
    pub fn link(&self) -> &str {
        &self.origin
    }

    /// Returns its position in the log.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Returns the sealed bytes.
    pub fn envelope(&self) -> &[u8] {
        &self.envelope
    }
}

/// A signed checkpoint or cosignature that may be written to the gate.
#[derive(Debug, PartialEq, Eq)]
pub struct OutgoingNote(String);

impl OutgoingNote {
    pub(crate) fn new(note: String) -> Self {
        Self(note)
    }

    /// Returns the text of the note.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
