//! What desk and gate say to each other over the inherited socket pair (spec/link.md §7).
//!
//! Guarantees: frames are `u32 length ‖ u8 kind ‖ body`, at most 20 MiB, read strictly. The desk's side can only be
//! given an [`Outgoing`] or an [`OutgoingNote`], which only this crate makes, from what was released, from control
//! entries, and from checkpoints: nothing else can be written to the gate. The gate's side ([`Order`]) holds plain
//! bytes, for the gate can make no claim about them.
//!
//! Does not know: sockets, stores. The desk trusts nothing of what a [`GateToDesk`] says: envelopes and notes carry
//! their own signatures, and a peer's state is for showing only.

use crate::exchange::{ENVELOPE_BYTES_MAX, NOTE_BYTES_MAX, ORIGIN_BYTES_MAX};
use crate::outgoing::{Outgoing, OutgoingNote};
use crate::wire::{Reader, WireError, Writer};
use comity_vocab::OrgCode;
use comity_vocab::code::CODE_BYTES_MAX;
use zeroize::Zeroizing;

/// The longest frame, its kind included, in bytes.
pub const FRAME_BYTES_MAX: usize = 20 * 1024 * 1024;
/// The most partners of one gate.
pub const PEERS_MAX: usize = 256;
/// The most endpoints of one partner.
pub const ENDPOINTS_MAX: usize = 8;
/// The longest endpoint `host:port`, in bytes.
pub const ENDPOINT_BYTES_MAX: usize = 262;
const CERTIFICATE_BYTES_MAX: usize = 16 * 1024;
const REASON_BYTES_MAX: usize = 256;
const SEQS_MAX: usize = 100_000;

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
    /// Remove these outgoing envelopes from the gate's store, without a trace.
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
    /// See [`DeskToGate::Stop`].
    Stop,
}

/// Why a partner cannot be reached, without detail that would help whoever reads a log.
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

fn frame(kind: u8, body: Writer) -> Result<Vec<u8>, WireError> {
    let length = body.bytes.len() + 1;
    let mut w = Writer::new();
    w.count("frame", length, FRAME_BYTES_MAX)?.u8(kind).raw(&body.bytes);
    Ok(w.bytes)
}

/// Returns the length of the frame that follows these four bytes, kind and body together.
///
/// # Errors
/// [`WireError::TooLong`] and, for a frame without a kind, [`WireError::Truncated`] (security.md §5 I, case 182).
pub fn frame_length(head: [u8; 4]) -> Result<usize, WireError> {
    match Reader::new(&head).count("frame", FRAME_BYTES_MAX)? {
        0 => Err(WireError::Truncated { what: "frame", offset: 0 }),
        length => Ok(length),
    }
}

fn put_peer(w: &mut Writer, peer: &OrgCode) -> Result<(), WireError> {
    w.text("peer", peer.as_str(), CODE_BYTES_MAX)?;
    Ok(())
}

fn read_peer(r: &mut Reader<'_>) -> Result<OrgCode, WireError> {
    r.parsed("peer", CODE_BYTES_MAX)
}

fn read_owned(r: &mut Reader<'_>, what: &'static str, max: usize) -> Result<String, WireError> {
    r.text(what, max).map(str::to_owned)
}

fn put_configuration(w: &mut Writer, c: &Configuration) -> Result<(), WireError> {
    w.text("listen", &c.listen, ENDPOINT_BYTES_MAX)?;
    w.bytes("certificate", &c.tls_certificate, CERTIFICATE_BYTES_MAX)?;
    w.bytes("key", &c.tls_key, CERTIFICATE_BYTES_MAX)?;
    w.u32(c.timing.heartbeat_ms).u32(c.timing.backoff_min_ms).u32(c.timing.backoff_max_ms);
    w.count("peers", c.peers.len(), PEERS_MAX)?;
    for peer in &c.peers {
        put_peer(w, &peer.code)?;
        w.raw(&peer.spki_pin).raw(&peer.pin_not_after.to_be_bytes());
        w.count("endpoints", peer.endpoints.len(), ENDPOINTS_MAX)?;
        for endpoint in &peer.endpoints {
            w.text("endpoint", endpoint, ENDPOINT_BYTES_MAX)?;
        }
        w.text("origin", &peer.outbound_origin, ORIGIN_BYTES_MAX)?;
        w.text("origin", &peer.inbound_origin, ORIGIN_BYTES_MAX)?;
        w.u64(peer.inbound_next_seq);
    }
    Ok(())
}

fn read_configuration(r: &mut Reader<'_>) -> Result<Configuration, WireError> {
    let listen = read_owned(r, "listen", ENDPOINT_BYTES_MAX)?;
    let tls_certificate = r.bytes("certificate", CERTIFICATE_BYTES_MAX)?.to_vec();
    let tls_key = Zeroizing::new(r.bytes("key", CERTIFICATE_BYTES_MAX)?.to_vec());
    let timing = Timing {
        heartbeat_ms: r.u32("heartbeat")?,
        backoff_min_ms: r.u32("back-off")?,
        backoff_max_ms: r.u32("back-off")?,
    };
    let count = r.count("peers", PEERS_MAX)?;
    let mut peers = Vec::new();
    for _ in 0..count {
        let code = read_peer(r)?;
        let spki_pin = r.array("pin")?;
        let pin_not_after = i64::from_be_bytes(r.array("end date")?);
        let endpoint_count = r.count("endpoints", ENDPOINTS_MAX)?;
        let mut endpoints = Vec::new();
        for _ in 0..endpoint_count {
            endpoints.push(read_owned(r, "endpoint", ENDPOINT_BYTES_MAX)?);
        }
        let outbound_origin = read_owned(r, "origin", ORIGIN_BYTES_MAX)?;
        let inbound_origin = read_owned(r, "origin", ORIGIN_BYTES_MAX)?;
        let inbound_next_seq = r.u64("sequence")?;
        peers.push(Peer {
            code,
            spki_pin,
            pin_not_after,
            endpoints,
            outbound_origin,
            inbound_origin,
            inbound_next_seq,
        });
    }
    Ok(Configuration { listen, tls_certificate, tls_key, peers, timing })
}

impl DeskToGate {
    /// Returns the whole frame. Overwritten when dropped, since the first one holds the TLS key.
    ///
    /// # Errors
    /// [`WireError`] where a field is longer than the gate reads.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, WireError> {
        let mut w = Writer::new();
        let kind = match self {
            Self::Configure(configuration) => {
                put_configuration(&mut w, configuration)?;
                1
            }
            Self::Send { peer, outgoing } => {
                put_peer(&mut w, peer)?;
                w.u64(outgoing.seq()).bytes("envelope", outgoing.envelope(), ENVELOPE_BYTES_MAX)?;
                2
            }
            Self::SendCheckpoint { peer, note } => {
                put_peer(&mut w, peer)?;
                w.text("checkpoint", note.as_str(), NOTE_BYTES_MAX)?;
                3
            }
            Self::SendCosignature { peer, note } => {
                put_peer(&mut w, peer)?;
                w.text("cosignature", note.as_str(), NOTE_BYTES_MAX)?;
                4
            }
            Self::Taken { peer, next_seq, refused } => {
                put_peer(&mut w, peer)?;
                w.u64(*next_seq).u8(u8::from(*refused));
                5
            }
            Self::Erase { peer, seqs } => {
                put_peer(&mut w, peer)?;
                w.count("sequences", seqs.len(), SEQS_MAX)?;
                for seq in seqs {
                    w.u64(*seq);
                }
                6
            }
            Self::Poke { peer } => {
                put_peer(&mut w, peer)?;
                7
            }
            Self::Stop => 8,
        };
        frame(kind, w).map(Zeroizing::new)
    }
}

impl Order {
    /// Reads a frame without its length.
    ///
    /// # Errors
    /// [`WireError`] where it is cut off, over a limit, of an unknown kind, or followed by other bytes.
    pub fn decode(frame: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(frame);
        let order = match r.u8("kind")? {
            1 => Self::Configure(read_configuration(&mut r)?),
            2 => {
                let peer = read_peer(&mut r)?;
                let seq = r.u64("sequence")?;
                Self::Send { peer, seq, envelope: r.bytes("envelope", ENVELOPE_BYTES_MAX)?.to_vec() }
            }
            3 => Self::SendCheckpoint {
                peer: read_peer(&mut r)?,
                note: read_owned(&mut r, "checkpoint", NOTE_BYTES_MAX)?,
            },
            4 => Self::SendCosignature {
                peer: read_peer(&mut r)?,
                note: read_owned(&mut r, "cosignature", NOTE_BYTES_MAX)?,
            },
            5 => Self::Taken { peer: read_peer(&mut r)?, next_seq: r.u64("sequence")?, refused: r.flag("refused")? },
            6 => {
                let peer = read_peer(&mut r)?;
                let count = r.count("sequences", SEQS_MAX)?;
                let mut seqs = Vec::new();
                for _ in 0..count {
                    seqs.push(r.u64("sequence")?);
                }
                Self::Erase { peer, seqs }
            }
            7 => Self::Poke { peer: read_peer(&mut r)? },
            8 => Self::Stop,
            kind => return Err(WireError::UnknownKind { kind }),
        };
        r.finish()?;
        Ok(order)
    }
}

impl GateToDesk {
    /// Returns the whole frame.
    ///
    /// # Errors
    /// [`WireError`] where a field is longer than the desk reads.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        let mut w = Writer::new();
        let kind = match self {
            Self::Ready { listen, landlock } => {
                w.text("listen", listen, ENDPOINT_BYTES_MAX)?.text("confinement", landlock, REASON_BYTES_MAX)?;
                65
            }
            Self::Arrived { peer, seq, envelope } => {
                put_peer(&mut w, peer)?;
                w.u64(*seq).bytes("envelope", envelope, ENVELOPE_BYTES_MAX)?;
                66
            }
            Self::ArrivedCheckpoint { peer, note } => {
                put_peer(&mut w, peer)?;
                w.text("checkpoint", note, NOTE_BYTES_MAX)?;
                67
            }
            Self::ArrivedCosignature { peer, note } => {
                put_peer(&mut w, peer)?;
                w.text("cosignature", note, NOTE_BYTES_MAX)?;
                68
            }
            Self::PeerState { peer, state, their_next_seq, waiting } => {
                put_peer(&mut w, peer)?;
                let (code, retry_in_s, error) = match state {
                    LinkState::Unknown => (0, 0, 0),
                    LinkState::Reachable => (1, 0, 0),
                    LinkState::Waiting { retry_in_s, error } => (2, *retry_in_s, error.code()),
                };
                w.u8(code).u32(retry_in_s).u8(error);
                w.u8(u8::from(their_next_seq.is_some())).u64(their_next_seq.unwrap_or(0)).u64(*waiting);
                69
            }
            Self::Refused { peer, reason } => {
                put_peer(&mut w, peer)?;
                w.text("reason", reason, REASON_BYTES_MAX)?;
                70
            }
        };
        frame(kind, w)
    }

    /// Reads a frame without its length.
    ///
    /// # Errors
    /// [`WireError`] where it is cut off, over a limit, of an unknown kind, or followed by other bytes.
    pub fn decode(frame: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(frame);
        let said = match r.u8("kind")? {
            65 => Self::Ready {
                listen: read_owned(&mut r, "listen", ENDPOINT_BYTES_MAX)?,
                landlock: read_owned(&mut r, "confinement", REASON_BYTES_MAX)?,
            },
            66 => {
                let peer = read_peer(&mut r)?;
                let seq = r.u64("sequence")?;
                Self::Arrived { peer, seq, envelope: r.bytes("envelope", ENVELOPE_BYTES_MAX)?.to_vec() }
            }
            67 => Self::ArrivedCheckpoint {
                peer: read_peer(&mut r)?,
                note: read_owned(&mut r, "checkpoint", NOTE_BYTES_MAX)?,
            },
            68 => Self::ArrivedCosignature {
                peer: read_peer(&mut r)?,
                note: read_owned(&mut r, "cosignature", NOTE_BYTES_MAX)?,
            },
            69 => read_peer_state(&mut r)?,
            70 => Self::Refused { peer: read_peer(&mut r)?, reason: read_owned(&mut r, "reason", REASON_BYTES_MAX)? },
            kind => return Err(WireError::UnknownKind { kind }),
        };
        r.finish()?;
        Ok(said)
    }
}

fn read_peer_state(r: &mut Reader<'_>) -> Result<GateToDesk, WireError> {
    let peer = read_peer(r)?;
    let offset = r.offset();
    let (code, retry_in_s, error) = (r.u8("state")?, r.u32("pause")?, r.u8("error")?);
    let state = match (code, retry_in_s, error) {
        (0, 0, 0) => LinkState::Unknown,
        (1, 0, 0) => LinkState::Reachable,
        (2, retry_in_s, error) => LinkState::Waiting {
            retry_in_s,
            error: ErrorClass::from_code(error).ok_or(WireError::Invalid { what: "error", offset })?,
        },
        _ => return Err(WireError::Invalid { what: "state", offset }),
    };
    let known = r.flag("their next sequence")?;
    let their_next_seq = r.u64("their next sequence")?;
    let waiting = r.u64("waiting")?;
    Ok(GateToDesk::PeerState { peer, state, their_next_seq: known.then_some(their_next_seq), waiting })
}
