//! The frames' exact bytes.

use super::{
    Configuration, DeskToGate, ENDPOINT_BYTES_MAX, ENDPOINTS_MAX, ErrorClass, FRAME_BYTES_MAX, GateToDesk, LinkState,
    Order, PEERS_MAX, Peer, Taxii, TaxiiRecipient, Timing,
};
use crate::exchange::{ENVELOPE_BYTES_MAX, NOTE_BYTES_MAX, ORIGIN_BYTES_MAX};
use crate::wire::{Reader, WireError, Writer};
use comity_vocab::OrgCode;
use comity_vocab::code::CODE_BYTES_MAX;
use zeroize::Zeroizing;

const CERTIFICATE_BYTES_MAX: usize = 16 * 1024;
/// The longest chain of certificates.
const CERTIFICATES_MAX: usize = 8;
const REASON_BYTES_MAX: usize = 256;
const SEQS_MAX: usize = 100_000;

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

fn put_seqs(w: &mut Writer, seqs: &[u64]) -> Result<(), WireError> {
    w.count("sequences", seqs.len(), SEQS_MAX)?;
    for seq in seqs {
        w.u64(*seq);
    }
    Ok(())
}

fn read_seqs(r: &mut Reader<'_>) -> Result<Vec<u64>, WireError> {
    let count = r.count("sequences", SEQS_MAX)?;
    (0..count).map(|_| r.u64("sequence")).collect()
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
    w.u8(u8::from(c.taxii.is_some()));
    if let Some(taxii) = &c.taxii {
        w.text("listen", &taxii.listen, ENDPOINT_BYTES_MAX)?;
        w.count("certificates", taxii.certificates.len(), CERTIFICATES_MAX)?;
        for certificate in &taxii.certificates {
            w.bytes("certificate", certificate, CERTIFICATE_BYTES_MAX)?;
        }
        w.bytes("key", &taxii.key, CERTIFICATE_BYTES_MAX)?;
        w.raw(&*taxii.cursor_key).count("recipients", taxii.recipients.len(), PEERS_MAX)?;
        for recipient in &taxii.recipients {
            put_peer(w, &recipient.code)?;
            w.raw(&recipient.token);
        }
    }
    Ok(())
}

fn read_taxii(r: &mut Reader<'_>) -> Result<Option<Taxii>, WireError> {
    if !r.flag("taxii")? {
        return Ok(None);
    }
    let listen = read_owned(r, "listen", ENDPOINT_BYTES_MAX)?;
    let mut certificates = Vec::new();
    for _ in 0..r.count("certificates", CERTIFICATES_MAX)? {
        certificates.push(r.bytes("certificate", CERTIFICATE_BYTES_MAX)?.to_vec());
    }
    let key = Zeroizing::new(r.bytes("key", CERTIFICATE_BYTES_MAX)?.to_vec());
    let cursor_key = Zeroizing::new(r.array("cursor key")?);
    let mut recipients = Vec::new();
    for _ in 0..r.count("recipients", PEERS_MAX)? {
        recipients.push(TaxiiRecipient { code: read_peer(r)?, token: r.array("token")? });
    }
    Ok(Some(Taxii { listen, certificates, key, cursor_key, recipients }))
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
    let taxii = read_taxii(r)?;
    Ok(Configuration { listen, tls_certificate, tls_key, peers, timing, taxii })
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
                put_seqs(&mut w, seqs)?;
                6
            }
            Self::Poke { peer } => {
                put_peer(&mut w, peer)?;
                7
            }
            Self::Stop => 8,
            Self::TaxiiPut { peer, at_us, copy } => {
                put_peer(&mut w, peer)?;
                w.u64(*at_us).u64(copy.seq()).bytes("bundle", copy.bundle(), ENVELOPE_BYTES_MAX)?;
                9
            }
            Self::TaxiiErase { peer, seqs } => {
                put_peer(&mut w, peer)?;
                put_seqs(&mut w, seqs)?;
                10
            }
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
                Self::Erase { peer, seqs: read_seqs(&mut r)? }
            }
            7 => Self::Poke { peer: read_peer(&mut r)? },
            8 => Self::Stop,
            9 => Self::TaxiiPut {
                peer: read_peer(&mut r)?,
                at_us: r.u64("time")?,
                seq: r.u64("sequence")?,
                bundle: r.bytes("bundle", ENVELOPE_BYTES_MAX)?.to_vec(),
            },
            10 => {
                let peer = read_peer(&mut r)?;
                Self::TaxiiErase { peer, seqs: read_seqs(&mut r)? }
            }
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
