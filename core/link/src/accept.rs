//! Accepts what a partner sent, or says why not (spec/link.md §4.4).
//!
//! Guarantees: what is [`Accepted`] was signed by the partner's node key for this very log, is the next in order, and,
//! where it has content, opens to what the signed header committed to. Signatures are checked before fields are read.
//!
//! An entry is **refused**, and does not enter the log, while it may still arrive intact: not authentic, not next, cut
//! off, or with a content that does not open or is not what was committed to. The seal is not covered by the
//! signature, so the one who carries an envelope could spoil it; accepting a spoiled one would give a receipt for
//! something that is not held, and the content would be lost. An entry is **parked** when it is authentic, held, and
//! not understood; later ones flow. A partner that only ever sends contents which cannot be opened would block its own
//! log for good; [`park`] enters such an entry by its header after the desk has asked for it again in vain.
//!
//! Does not know: what the desk does with a payload, how often it asked again.

use crate::control::Parked;
use crate::entry::{Content, Envelope, Header, SEAL_OVERHEAD_BYTES, SIZE_CLASSES, leaf, stub_holds, unpad};
use crate::payload::Payload;
use crate::wire::WireError;
use comity_crypto::{Purpose, SealingKey, Signature, VerifyingKey, commitment};
use comity_vocab::{Blame, Digest};
use std::cmp::Ordering;

/// What the desk expects next.
pub struct Expect<'a> {
    /// The partner's outbound log.
    pub origin: &'a str,
    /// The position wanted.
    pub next_seq: u64,
    /// The partner's node key.
    pub sender: &'a VerifyingKey,
}

/// Why an envelope is refused. It does not enter the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not an envelope.
    #[error("not an envelope")]
    Form(#[from] WireError),
    /// The sender's signature does not hold.
    #[error("not signed by the partner's node key")]
    BadSignature,
    /// Signed, but not a header.
    #[error("the signed header is malformed")]
    Header,
    /// Signed for another log: another recipient, another sender or another generation.
    #[error("signed for another log")]
    OtherLog,
    /// Already in the log. Compare `leaf` with the one held: two entries at one position prove a fork.
    #[error("entry {seq} is already held, {next_seq} is next")]
    Replay {
        /// The position it claims.
        seq: u64,
        /// The position wanted.
        next_seq: u64,
        /// Its leaf.
        leaf: Digest,
    },
    /// Entries before it are missing.
    #[error("entry {seq} leaves a gap, {next_seq} is next")]
    Gap {
        /// The position it claims.
        seq: u64,
        /// The position wanted.
        next_seq: u64,
    },
    /// The content is gone and the sender did not sign that it withdrew it.
    #[error("entry {seq} was stripped of its content")]
    Stripped {
        /// The position.
        seq: u64,
    },
    /// The content does not open with our sealing key.
    #[error("entry {seq} cannot be opened")]
    CannotOpen {
        /// The position.
        seq: u64,
    },
    /// The content opens, but the header committed to another one.
    #[error("entry {seq} holds another content than it committed to")]
    CommitmentMismatch {
        /// The position.
        seq: u64,
    },
}

impl Refused {
    /// Tells whether the header is authentic and next, so that the entry may be parked by [`park`] once it was asked
    /// for again in vain.
    pub fn may_park(&self) -> bool {
        match self {
            Self::Stripped { .. } | Self::CannotOpen { .. } | Self::CommitmentMismatch { .. } => true,
            Self::Form(_)
            | Self::BadSignature
            | Self::Header
            | Self::OtherLog
            | Self::Replay { .. }
            | Self::Gap { .. } => false,
        }
    }

    /// Says whose fault it is.
    pub fn blame(&self) -> Blame {
        Blame::Peer
    }
}

/// What is in an accepted entry.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one exists at a time, and nearly all are the large one")]
pub enum Opened {
    /// The content, verified against the commitment.
    Content {
        /// The salt of the commitment.
        salt: [u8; 32],
        /// The payload's exact bytes.
        bytes: Vec<u8>,
        /// What it says.
        payload: Payload,
    },
    /// The sender withdrew it before delivery.
    Withdrawn,
    /// It was parked by its header; its content was never seen.
    Unopened,
}

/// An entry that belongs into the log.
#[derive(Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Its position.
    pub seq: u64,
    /// The header's exact bytes.
    pub header: Vec<u8>,
    /// The partner's signature over them.
    pub signature: Signature,
    /// The leaf of the log's tree.
    pub leaf: Digest,
    /// The day of sending that the partner states, in unix seconds.
    pub created: i64,
    /// What is in it.
    pub opened: Opened,
}

impl std::fmt::Debug for Accepted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Accepted(seq {}, leaf {})", self.seq, self.leaf)
    }
}

impl Accepted {
    /// Returns the payload, where there is one that is understood.
    pub fn payload(&self) -> Option<&Payload> {
        match &self.opened {
            Opened::Content { payload: Payload::Unreadable(_), .. } | Opened::Withdrawn | Opened::Unopened => None,
            Opened::Content { payload, .. } => Some(payload),
        }
    }

    /// Returns why the entry is to be parked, where it is.
    pub fn parked(&self) -> Option<Parked> {
        match &self.opened {
            Opened::Content { payload: Payload::Unreadable(reason), .. } => Some(*reason),
            Opened::Content { .. } => None,
            Opened::Withdrawn => Some(Parked::Withdrawn),
            Opened::Unopened => Some(Parked::CannotOpen),
        }
    }
}

/// Verifies an envelope and opens it.
///
/// # Errors
/// [`Refused`], with the reason.
pub fn accept(envelope: &[u8], expect: &Expect<'_>, sealing: &SealingKey) -> Result<Accepted, Refused> {
    let (envelope, header) = verify(envelope, expect)?;
    let seq = header.seq;
    let opened = match &envelope.content {
        Content::Stub(stub) if stub_holds(envelope.header, stub, expect.sender) => Opened::Withdrawn,
        Content::Stub(_) => return Err(Refused::Stripped { seq }),
        Content::Sealed(sealed) => open(sealed, &envelope, &header, sealing)?,
    };
    Ok(accepted(&envelope, &header, opened))
}

/// Enters an entry by its header only, after [`accept`] refused it with a reason that [`Refused::may_park`] and it was
/// asked for again in vain.
///
/// # Errors
/// [`Refused`] where the header itself is not authentic or not next.
pub fn park(envelope: &[u8], expect: &Expect<'_>) -> Result<Accepted, Refused> {
    let (envelope, header) = verify(envelope, expect)?;
    Ok(accepted(&envelope, &header, Opened::Unopened))
}

/// Checks a stored entry once more, by header and signature: `comity verify` walks a whole log with it.
///
/// # Errors
/// [`Refused`] where it is not the entry that `expect` names.
pub fn verify_stored(header: &[u8], signature: &Signature, expect: &Expect<'_>) -> Result<(Header, Digest), Refused> {
    let parsed = verify_header(header, signature, expect)?;
    Ok((parsed, leaf(header, signature)))
}

fn verify<'a>(envelope: &'a [u8], expect: &Expect<'_>) -> Result<(Envelope<'a>, Header), Refused> {
    let envelope = Envelope::parse(envelope)?;
    let header = verify_header(envelope.header, &envelope.signature, expect)?;
    Ok((envelope, header))
}

fn verify_header(bytes: &[u8], signature: &Signature, expect: &Expect<'_>) -> Result<Header, Refused> {
    expect.sender.verify(Purpose::Entry, bytes, signature).map_err(|_| Refused::BadSignature)?;
    let header = Header::parse(bytes).ok_or(Refused::Header)?;
    if header.origin != expect.origin {
        return Err(Refused::OtherLog);
    }
    let (seq, next_seq) = (header.seq, expect.next_seq);
    match seq.cmp(&next_seq) {
        Ordering::Less => Err(Refused::Replay { seq, next_seq, leaf: leaf(bytes, signature) }),
        Ordering::Greater => Err(Refused::Gap { seq, next_seq }),
        Ordering::Equal => Ok(header),
    }
}

fn open(sealed: &[u8], envelope: &Envelope<'_>, header: &Header, sealing: &SealingKey) -> Result<Opened, Refused> {
    let seq = header.seq;
    let in_class = SIZE_CLASSES.iter().any(|class| class + SEAL_OVERHEAD_BYTES == sealed.len());
    if !in_class {
        return Err(Refused::CannotOpen { seq });
    }
    let plain = sealing.open(envelope.header, sealed).map_err(|_| Refused::CannotOpen { seq })?;
    let (salt, bytes) = unpad(&plain).ok_or(Refused::CannotOpen { seq })?;
    if commitment(&salt, bytes) != header.commitment {
        return Err(Refused::CommitmentMismatch { seq });
    }
    Ok(Opened::Content { salt, bytes: bytes.to_vec(), payload: Payload::parse(bytes) })
}

fn accepted(envelope: &Envelope<'_>, header: &Header, opened: Opened) -> Accepted {
    Accepted {
        seq: header.seq,
        header: envelope.header.to_vec(),
        signature: envelope.signature,
        leaf: leaf(envelope.header, &envelope.signature),
        created: header.created,
        opened,
    }
}
