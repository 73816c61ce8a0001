//! What two gates say to each other: the body and the answer of `POST /link/v1/exchange` (spec/link.md §6).
//!
//! Guarantees: strict reading with limits; an exchange that is idle and one that carries entries have one form, so an
//! idle link costs one small request.
//!
//! Does not know: sockets, what an envelope holds, whether a note is genuine. Nothing in an exchange is trusted by a
//! desk: entries and notes carry their own signatures.

use crate::entry::MAX_SEQ;
use crate::wire::{Reader, WireError, Writer};

/// The only path that a gate serves.
pub const EXCHANGE_PATH: &str = "/link/v1/exchange";
/// The only content type that a gate reads and writes.
pub const EXCHANGE_TYPE: &str = "application/vnd.comity.exchange";
/// The version of the exchange that this node speaks.
pub const EXCHANGE_VERSION: u8 = 1;
/// The longest body of an exchange, in bytes.
pub const EXCHANGE_BYTES_MAX: usize = 20 * 1024 * 1024;
/// An exchange carries one entry of any length, or several that together stay below this many bytes.
pub const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The most entries in one exchange.
pub const BATCH_ENTRIES_MAX: usize = 1024;
/// The longest envelope, in bytes: the largest size class (16 MiB), the seal's overhead, and the header.
pub const ENVELOPE_BYTES_MAX: usize = 17 * 1024 * 1024;
/// The longest signed note (checkpoint or cosignature), in bytes.
pub const NOTE_BYTES_MAX: usize = 4096;
/// The longest log origin, in bytes.
pub const ORIGIN_BYTES_MAX: usize = 128;

/// What a gate pushes to its partner's gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeRequest {
    /// The log that the entries belong to; the sender's outbound log.
    pub origin: String,
    /// The sequence of the first entry (of the next one, where there is none).
    pub from_seq: u64,
    /// Envelopes with consecutive sequences from `from_seq`; may be empty.
    pub entries: Vec<Vec<u8>>,
    /// The sender's newest checkpoint of its outbound log.
    pub checkpoint: Option<String>,
    /// The sender's newest cosignature of the receiver's outbound log.
    pub cosignature: Option<String>,
}

/// What the partner's gate answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeResponse {
    /// The sequence that the receiver wants next: everything below is held durably by its gate or desk.
    pub next_seq: u64,
    /// The receiver's newest cosignature of the sender's log: the receipt.
    pub cosignature: Option<String>,
    /// The receiver's newest checkpoint of its own outbound log.
    pub checkpoint: Option<String>,
}

fn note(reader: &mut Reader<'_>, what: &'static str) -> Result<Option<String>, WireError> {
    let text = reader.text(what, NOTE_BYTES_MAX)?;
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn put_note(writer: &mut Writer, what: &'static str, note: &Option<String>) -> Result<(), WireError> {
    writer.text(what, note.as_deref().unwrap_or_default(), NOTE_BYTES_MAX)?;
    Ok(())
}

fn version(reader: &mut Reader<'_>) -> Result<(), WireError> {
    match reader.u8("version")? {
        EXCHANGE_VERSION => Ok(()),
        found => Err(WireError::Version { found, spoken: EXCHANGE_VERSION }),
    }
}

impl ExchangeRequest {
    /// Returns the body.
    ///
    /// # Errors
    /// [`WireError`] where a field is longer than a receiver reads.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        let mut w = Writer::new();
        w.u8(EXCHANGE_VERSION).text("origin", &self.origin, ORIGIN_BYTES_MAX)?.u64(self.from_seq);
        w.count("entries", self.entries.len(), BATCH_ENTRIES_MAX)?;
        let mut total = 0;
        for entry in &self.entries {
            w.bytes("envelope", entry, ENVELOPE_BYTES_MAX)?;
            total += entry.len();
        }
        check_batch(self.from_seq, self.entries.len(), total)?;
        put_note(&mut w, "checkpoint", &self.checkpoint)?;
        put_note(&mut w, "cosignature", &self.cosignature)?;
        Ok(w.bytes)
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`WireError`] where it is cut off, altered in form, over a limit, or followed by other bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        if bytes.len() > EXCHANGE_BYTES_MAX {
            let max = EXCHANGE_BYTES_MAX as u64;
            return Err(WireError::TooLong { what: "exchange", found: bytes.len() as u64, max });
        }
        let mut r = Reader::new(bytes);
        version(&mut r)?;
        let origin = r.text("origin", ORIGIN_BYTES_MAX)?.to_owned();
        let from_seq = r.u64("first sequence")?;
        let count = r.count("entries", BATCH_ENTRIES_MAX)?;
        let mut entries = Vec::new();
        let mut total = 0;
        for _ in 0..count {
            let entry = r.bytes("envelope", ENVELOPE_BYTES_MAX)?;
            total += entry.len();
            entries.push(entry.to_vec());
        }
        check_batch(from_seq, count, total)?;
        let checkpoint = note(&mut r, "checkpoint")?;
        let cosignature = note(&mut r, "cosignature")?;
        r.finish()?;
        Ok(Self { origin, from_seq, entries, checkpoint, cosignature })
    }
}

fn check_batch(from_seq: u64, count: usize, total: usize) -> Result<(), WireError> {
    if count > 1 && total > BATCH_BYTES_MAX {
        return Err(WireError::TooLong { what: "batch", found: total as u64, max: BATCH_BYTES_MAX as u64 });
    }
    // Sequences end long before 2^64, so that the next one always exists (security.md §5 I, case 179).
    match from_seq.checked_add(count as u64) {
        Some(next) if next <= MAX_SEQ => Ok(()),
        _ => Err(WireError::TooLong { what: "sequence", found: from_seq, max: MAX_SEQ }),
    }
}

impl ExchangeResponse {
    /// Returns the body.
    ///
    /// # Errors
    /// [`WireError`] where a note is longer than a receiver reads.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        let mut w = Writer::new();
        w.u8(EXCHANGE_VERSION).u64(self.next_seq);
        put_note(&mut w, "cosignature", &self.cosignature)?;
        put_note(&mut w, "checkpoint", &self.checkpoint)?;
        Ok(w.bytes)
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`WireError`] where it is cut off, altered in form, over a limit, or followed by other bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(bytes);
        version(&mut r)?;
        let next_seq = r.u64("next sequence")?;
        if next_seq > MAX_SEQ {
            return Err(WireError::TooLong { what: "sequence", found: next_seq, max: MAX_SEQ });
        }
        let cosignature = note(&mut r, "cosignature")?;
        let checkpoint = note(&mut r, "checkpoint")?;
        r.finish()?;
        Ok(Self { next_seq, cosignature, checkpoint })
    }
}
