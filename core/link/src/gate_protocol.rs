//! What desk and gate say to each other over the inherited socket pair (spec/link.md §7).
//!
//! Guarantees: frames are `u32 length ‖ u8 kind ‖ body`, at most 20 MiB, read strictly. The desk's side can only be
//! given an [`Outgoing`] or an [`OutgoingNote`], which only this crate makes, from what was released, from control
//! entries, and from checkpoints: nothing else can be written to the gate. The gate's side ([`Order`]) holds plain
//! bytes, for the gate can make no claim about them.
//!
//! Does not know: sockets, stores. The desk trusts nothing of what a [`GateToDesk`] says: envelopes and notes carry
//! their own signatures, and a peer's state is for showing only.

mod codec;

pub use codec::frame_length;

use crate::outgoing::{Outgoing, OutgoingNote};
use crate::taxii_copy::TaxiiCopy;
use comity_vocab::OrgCode;
use zeroize::Zeroizing;

/// The longest frame, its kind included, in bytes.
pub const FRAME_BYTES_MAX: usize = 20 * 1024 * 1024;
/// The most partners of one gate.
pub const PEERS_MAX: usize = 256;
/// The most endpoints of one partner.
pub const ENDPOINTS_MAX: usize = 8;
/// The longest endpoint `host:port`, in bytes.
pub const ENDPOINT_BYTES_MAX: usize = 262;

/// One partner, as its gate is known to ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The code that we call the partner by.
    pub code: OrgCode,
    /// SHA-256 of the subject public key info of the partner's TLS certificate.
    pub spki_pin: [u8; 32],
    /// The end date of the certificate over that key, in unix seconds; from then on no connection is made or taken.
    pub pin_not_after: i64,
    /// Where the partner's gate listens, as `host:port`, in the order to try.
    pub endpoints: Vec<String>,
    /// The origin of the log from us to the partner.
    pub outbound_origin: String,
    /// The origin of the log from the partner to us.
    pub inbound_origin: String,
    /// The sequence that our desk wants next from the partner; everything below is held by the desk.
    pub inbound_next_seq: u64,
}

/// How often the gate speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// The pause between two requests on an idle link, in milliseconds.
    pub heartbeat_ms: u32,
    /// The first pause after a failure, in milliseconds; doubled at each further one.
    pub backoff_min_ms: u32,
    /// The longest pause after a failure, in milliseconds.
    pub backoff_max_ms: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Self { heartbeat_ms: 30_000, backoff_min_ms: 250, backoff_max_ms: 60_000 }
    }
}

/// All that a gate is told when it starts. A changed list of partners means a new gate process: its confinement to
/// these ports cannot be widened.
pub struct Configuration {
    /// The address to listen on, as `ip:port` or `localhost:port`; port 0 lets the system choose.
    pub listen: String,
    /// The TLS certificate, DER.
    pub tls_certificate: Vec<u8>,
    /// The TLS key, PKCS #8 DER.
    pub tls_key: Zeroizing<Vec<u8>>,
    /// The partners.
    pub peers: Vec<Peer>,
    /// How often to speak.
    pub timing: Timing,
    /// Where partners' TAXII tools are answered; none where no partner is a TAXII recipient.
    pub taxii: Option<Taxii>,
}

/// What the gate needs to answer partners' TAXII tools.
pub struct Taxii {
    /// The address to listen on, as `ip:port`.
    pub listen: String,
    /// The certificate chain that tools are shown, DER; the gate's own where empty.
    pub certificates: Vec<Vec<u8>>,
    /// The key to it, DER; empty with the chain.
    pub key: Zeroizing<Vec<u8>>,
    /// Authenticates the cursors of this run of the gate.
    pub cursor_key: Zeroizing<[u8; 32]>,
    /// The partners that two officers made TAXII recipients.
    pub recipients: Vec<TaxiiRecipient>,
}

/// A partner whose TAXII tools may read what was released to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxiiRecipient {
    /// The partner.
    pub code: OrgCode,
    /// SHA-256 of the token that its tools bring.
    pub token: [u8; 32],
}

/// What the desk says.
pub enum DeskToGate {
    /// The first frame: who we are and with whom we are linked.
    Configure(Configuration),
    /// Hold this entry durably and deliver it. Replaces what waits under the same sequence.
    Send {
        /// The recipient.
        peer: OrgCode,
        /// The sealed entry.
        outgoing: Outgoing,
    },
    /// Deliver this checkpoint of our outbound log; replaces an older one.
    SendCheckpoint {
        /// The recipient.
        peer: OrgCode,
        /// The signed note.
        note: OutgoingNote,
    },
    /// Deliver this cosignature of the partner's log; replaces an older one.
    SendCosignature {
        /// The recipient.
        peer: OrgCode,
        /// The cosigned note.
        note: OutgoingNote,
    },
    /// The desk holds everything of this partner below `next_seq` durably; the gate may forget those envelopes. The
    /// gate also falls back to `next_seq` where it had already taken more: an envelope that the desk refused is asked
    /// for again.
    Taken {
        /// The originator.
        peer: OrgCode,
        /// The sequence that the desk wants next.
        next_seq: u64,
        /// Whether what the gate holds from `next_seq` on was refused and must be fetched again.
        refused: bool,
    },
    /// Remove these outgoing envelopes from the gate's store, and everything removed before from its write-ahead log,
    /// without a trace. May name none: then only the log is emptied, after a recall of what arrived for instance.
    Erase {
        /// The recipient.
        peer: OrgCode,
        /// Their sequences.
        seqs: Vec<u64>,
    },
    /// Speak to this partner at once, whatever pause was running.
    Poke {
        /// The partner.
        peer: OrgCode,
    },
    /// Let the partner's TAXII tools read this, from memory.
    TaxiiPut {
        /// The recipient.
        peer: OrgCode,
        /// When it was sent, in microseconds of unix time: the time of addition.
        at_us: u64,
        /// What was released.
        copy: TaxiiCopy,
    },
    /// Forget what the partner's TAXII tools could read of these entries.
    TaxiiErase {
        /// The recipient.
        peer: OrgCode,
        /// Their sequences.
        seqs: Vec<u64>,
    },
    /// Finish what is being written and end.
    Stop,
}

/// What the gate reads: the same frames, without any claim.
pub enum Order {
    /// See [`DeskToGate::Configure`].
    Configure(Configuration),
    /// See [`DeskToGate::Send`].
    Send {
        /// The recipient.
        peer: OrgCode,
        /// The position in the outbound log.
        seq: u64,
        /// The sealed bytes.
        envelope: Vec<u8>,
    },
    /// See [`DeskToGate::SendCheckpoint`].
    SendCheckpoint {
        /// The recipient.
        peer: OrgCode,
        /// The signed note.
        note: String,
    },
    /// See [`DeskToGate::SendCosignature`].
    SendCosignature {
        /// The recipient.
        peer: OrgCode,
        /// The cosigned note.
        note: String,
    },
    /// See [`DeskToGate::Taken`].
    Taken {
        /// The originator.
        peer: OrgCode,
        /// The sequence that the desk wants next.
        next_seq: u64,
        /// See [`DeskToGate::Taken`].
        refused: bool,
    },
    /// See [`DeskToGate::Erase`].
    Erase {
        /// The recipient.
        peer: OrgCode,
        /// Their sequences.
        seqs: Vec<u64>,
    },
    /// See [`DeskToGate::Poke`].
    Poke {
        /// The partner.
        peer: OrgCode,
    },
    /// See [`DeskToGate::TaxiiPut`].
    TaxiiPut {
        /// The recipient.
        peer: OrgCode,
        /// The time of addition, in microseconds of unix time.
        at_us: u64,
        /// The position in the outbound log.
        seq: u64,
        /// The bundle's exact bytes.
        bundle: Vec<u8>,
    },
    /// See [`DeskToGate::TaxiiErase`].
    TaxiiErase {
        /// The recipient.
        peer: OrgCode,
        /// Their sequences.
        seqs: Vec<u64>,
    },
    /// See [`DeskToGate::Stop`].
    Stop,
}

/// Why a partner cannot be reached, without detail that would help the one who reads a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// No connection: refused, unreachable, name unknown.
    Connect,
    /// The handshake failed: another key, another version, another group.
    Handshake,
    /// No answer in time.
    Timeout,
    /// The answer is not an exchange.
    Protocol,
    /// The partner asked to wait.
    Busy,
    /// The partner refused the exchange.
    Refused,
}

impl ErrorClass {
    const ALL: [(u8, Self, &'static str); 6] = [
        (1, Self::Connect, "cannot connect"),
        (2, Self::Handshake, "handshake failed"),
        (3, Self::Timeout, "no answer in time"),
        (4, Self::Protocol, "the answer is not an exchange"),
        (5, Self::Busy, "the partner asked to wait"),
        (6, Self::Refused, "the partner refused"),
    ];

    /// Returns the class in words.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, class, _)| *class == self).map_or("unknown", |(_, _, text)| text)
    }

    fn code(self) -> u8 {
        Self::ALL.iter().find(|(_, class, _)| *class == self).map_or(0, |(code, _, _)| *code)
    }

    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().find(|(own, _, _)| *own == code).map(|(_, class, _)| *class)
    }
}

/// How a link is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Not tried yet.
    Unknown,
    /// The last exchange went through.
    Reachable,
    /// The last one failed; the gate tries again.
    Waiting {
        /// The pause before the next try, in seconds, rounded up.
        retry_in_s: u32,
        /// Why it failed.
        error: ErrorClass,
    },
}

/// What the gate says. Nothing of it is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateToDesk {
    /// The gate listens, confined.
    Ready {
        /// The address it listens on.
        listen: String,
        /// How far it could confine itself, in words: `full`, `partial: …`, `none: …`.
        landlock: String,
    },
    /// An envelope arrived and is held durably by the gate. Repeated for everything held when the gate starts.
    Arrived {
        /// The partner whose key the connection had.
        peer: OrgCode,
        /// The position claimed.
        seq: u64,
        /// The sealed bytes.
        envelope: Vec<u8>,
    },
    /// A checkpoint of the partner's outbound log arrived.
    ArrivedCheckpoint {
        /// The partner.
        peer: OrgCode,
        /// The note.
        note: String,
    },
    /// A cosignature of our outbound log arrived.
    ArrivedCosignature {
        /// The partner.
        peer: OrgCode,
        /// The note.
        note: String,
    },
    /// The state of a link changed.
    PeerState {
        /// The partner.
        peer: OrgCode,
        /// Its state.
        state: LinkState,
        /// The sequence that the partner's gate wants next, if it has said.
        their_next_seq: Option<u64>,
        /// How many envelopes wait to be delivered.
        waiting: u64,
    },
    /// Something was refused.
    Refused {
        /// The partner.
        peer: OrgCode,
        /// The reason, in words, without content.
        reason: String,
    },
}
