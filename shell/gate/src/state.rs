//! What the gate knows of each partner while it runs, and what it still has to tell the desk.
//!
//! Guarantees: memory stays bounded whatever desk and partners do: of notes and states only the newest is kept,
//! envelopes stay in the store until the desk's socket takes them.
//!
//! Does not know: sockets.

use crate::slot::Slot;
use crate::store::{Store, StoreError};
use crate::taxii::{NotTaken, SharedShelf};
use comity_link::WireError;
use comity_link::exchange::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, ExchangeRequest, ExchangeResponse};
use comity_link::gate_protocol::{GateToDesk, LinkState, Order, Peer, Timing};
use comity_vocab::OrgCode;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::PoisonError;
use tokio::sync::Notify;

/// Why the gate ends.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The store failed.
    #[error("the gate's store failed")]
    Store(#[from] StoreError),
    /// The desk does not keep to the protocol.
    #[error("the desk does not keep to the protocol")]
    Frame(#[from] WireError),
    /// A frame names somebody who is not configured.
    #[error("the desk named a partner that is not configured")]
    UnknownPeer,
    /// A second configuration.
    #[error("the desk configured the gate twice")]
    ConfiguredTwice,
}

/// What came of an exchange that a partner asked for.
pub(crate) enum Received {
    /// The partner gets this answer; `gap` where the first entry was not the next.
    Answer { response: ExchangeResponse, gap: bool },
    /// There is no room before the desk takes something.
    Full,
    /// Another log than the one agreed.
    OtherLog,
}

/// Whether an answer brought the link forward.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Progress {
    /// It did, or there was nothing to bring.
    Forward,
    /// The partner wants something again that it had, or did not take what it was sent.
    Back,
}

pub(crate) struct Gate {
    pub(crate) store: Store,
    pub(crate) timing: Timing,
    slots: BTreeMap<OrgCode, Slot>,
    /// Something is to be told to the desk.
    pub(crate) tell: Rc<Notify>,
    ready: Option<GateToDesk>,
    last_told: Option<OrgCode>,
    /// What partners' TAXII tools may read.
    shelf: SharedShelf,
}

impl Gate {
    pub(crate) fn new(
        store: Store,
        timing: Timing,
        peers: Vec<(Peer, Vec<SocketAddr>)>,
        ready: GateToDesk,
        shelf: SharedShelf,
    ) -> Result<Self, StateError> {
        store.keep_only(&peers.iter().map(|(peer, _)| peer).collect::<Vec<_>>())?;
        let mut slots = BTreeMap::new();
        for (peer, addresses) in peers {
            let slot = Slot::open(&store, peer, addresses)?;
            slots.insert(slot.peer.code.clone(), slot);
        }
        store.scrub()?;
        Ok(Self { store, timing, slots, tell: Rc::new(Notify::new()), ready: Some(ready), last_told: None, shelf })
    }

    pub(crate) fn slot(&self, code: &OrgCode) -> Option<&Slot> {
        self.slots.get(code)
    }

    pub(crate) fn slot_mut(&mut self, code: &OrgCode) -> Option<&mut Slot> {
        self.slots.get_mut(code)
    }

    pub(crate) fn codes(&self) -> Vec<OrgCode> {
        self.slots.keys().cloned().collect()
    }

    pub(crate) fn code_of_pin(&self, pin: &[u8; 32]) -> Option<OrgCode> {
        self.slots.values().find(|slot| slot.peer.spki_pin == *pin).map(|slot| slot.peer.code.clone())
    }

    /// Does what the desk says, inside an open batch of the store. Returns true where the log is to be scrubbed.
    pub(crate) fn obey(&mut self, order: Order) -> Result<bool, StateError> {
        let code = match &order {
            Order::Configure(_) => return Err(StateError::ConfiguredTwice),
            Order::Stop => return Ok(false),
            Order::Send { peer, .. }
            | Order::SendCheckpoint { peer, .. }
            | Order::SendCosignature { peer, .. }
            | Order::Taken { peer, .. }
            | Order::Erase { peer, .. }
            | Order::TaxiiPut { peer, .. }
            | Order::TaxiiErase { peer, .. }
            | Order::Poke { peer } => peer.clone(),
        };
        let slot = self.slots.get_mut(&code).ok_or(StateError::UnknownPeer)?;
        let scrub = match order {
            Order::Configure(_) | Order::Stop => false,
            Order::Send { seq, envelope, .. } => {
                self.store.put_outgoing(&code, seq, &envelope)?;
                slot.outbox.insert(seq);
                slot.touch();
                false
            }
            Order::SendCheckpoint { note, .. } => {
                slot.checkpoint.set(note);
                slot.touch();
                false
            }
            Order::SendCosignature { note, .. } => {
                slot.cosignature.set(note);
                slot.touch();
                false
            }
            Order::Taken { next_seq, refused, .. } => {
                slot.taken(&self.store, next_seq, refused)?;
                false
            }
            Order::Erase { seqs, .. } => {
                self.store.erase_outgoing(&code, &seqs)?;
                for seq in &seqs {
                    slot.outbox.remove(seq);
                }
                slot.state_due = true;
                true
            }
            Order::TaxiiPut { at_us, seq, bundle, .. } => {
                let bundle = zeroize::Zeroizing::new(bundle);
                let taken = self.shelf.lock().unwrap_or_else(PoisonError::into_inner).put(&code, seq, at_us, &bundle);
                match taken {
                    // The desk may still speak of a partner that has just ceased to be a recipient.
                    Ok(()) | Err(NotTaken::NoRecipient) => {}
                    Err(NotTaken::Full) => slot.refused = Some("no room for more on the TAXII shelf".to_owned()),
                    Err(NotTaken::Malformed) => {
                        slot.refused = Some("a release is not a bundle; TAXII leaves it out".to_owned())
                    }
                }
                false
            }
            Order::TaxiiErase { seqs, .. } => {
                self.shelf.lock().unwrap_or_else(PoisonError::into_inner).erase(&code, &seqs);
                false
            }
            Order::Poke { .. } => {
                slot.poke.notify_one();
                slot.wake.notify_one();
                false
            }
        };
        self.tell.notify_one();
        Ok(scrub)
    }

    /// Returns what is to be told to the desk next; partners take turns.
    pub(crate) fn next_said(&mut self) -> Result<Option<GateToDesk>, StateError> {
        if let Some(ready) = self.ready.take() {
            return Ok(Some(ready));
        }
        let codes = self.codes();
        let after = self.last_told.as_ref().map_or(0, |last| codes.partition_point(|code| code <= last));
        let (before, from) = codes.split_at_checked(after).unwrap_or((&[], &codes));
        for code in from.iter().chain(before) {
            let Some(slot) = self.slots.get_mut(code) else { continue };
            if let Some(said) = slot.next_said(&self.store)? {
                self.last_told = Some(code.clone());
                return Ok(Some(said));
            }
        }
        Ok(None)
    }

    /// Returns what to send to a partner now.
    pub(crate) fn request(&self, code: &OrgCode) -> Result<Option<ExchangeRequest>, StateError> {
        let Some(slot) = self.slots.get(code) else { return Ok(None) };
        let mut request = ExchangeRequest {
            origin: slot.peer.outbound_origin.clone(),
            from_seq: slot.their_next.unwrap_or(0),
            entries: Vec::new(),
            checkpoint: slot.checkpoint.text.clone(),
            cosignature: slot.cosignature.text.clone(),
        };
        // Until the partner has said what it wants, asking costs one small request and saves a repeated batch.
        let Some(from) = slot.their_next else { return Ok(Some(request)) };
        let mut total = 0;
        for seq in from.. {
            let Some(envelope) = self.store.outgoing(code, seq)? else { break };
            total += envelope.len();
            if !request.entries.is_empty() && (total > BATCH_BYTES_MAX || request.entries.len() == BATCH_ENTRIES_MAX) {
                break;
            }
            request.entries.push(envelope);
        }
        Ok(Some(request))
    }

    /// Tells whether something waits that a partner wants now.
    pub(crate) fn has_work(&self, code: &OrgCode) -> bool {
        self.slots.get(code).is_some_and(|slot| {
            let entry = match slot.their_next {
                Some(seq) => slot.outbox.contains(&seq),
                None => !slot.outbox.is_empty(),
            };
            entry || slot.checkpoint.is_due() || slot.cosignature.is_due()
        })
    }

    /// Takes a partner's answer to a request.
    pub(crate) fn answered(
        &mut self,
        code: &OrgCode,
        request: &ExchangeRequest,
        response: ExchangeResponse,
    ) -> Progress {
        let Some(slot) = self.slots.get_mut(code) else { return Progress::Forward };
        let sent = request.from_seq + request.entries.len() as u64;
        let back = slot.their_next.is_some_and(|known| response.next_seq < known)
            || (sent > request.from_seq && response.next_seq <= request.from_seq);
        if slot.their_next != Some(response.next_seq) {
            slot.their_next = Some(response.next_seq);
            slot.state_due = true;
        }
        slot.checkpoint.mark(&request.checkpoint);
        slot.cosignature.mark(&request.cosignature);
        slot.heard_checkpoint.set(response.checkpoint);
        slot.heard_cosignature.set(response.cosignature);
        slot.set_state(LinkState::Reachable);
        self.tell.notify_one();
        if back { Progress::Back } else { Progress::Forward }
    }

    /// Notes that a partner could not be reached or did not keep to the protocol.
    pub(crate) fn failed(&mut self, code: &OrgCode, state: LinkState) {
        if let Some(slot) = self.slots.get_mut(code) {
            slot.set_state(state);
            self.tell.notify_one();
        }
    }

    /// Takes what a partner pushed; what is answered for is durable.
    pub(crate) fn receive(&mut self, code: &OrgCode, request: ExchangeRequest) -> Result<Received, StateError> {
        let Some(slot) = self.slots.get_mut(code) else { return Ok(Received::OtherLog) };
        self.tell.notify_one();
        if request.origin != slot.peer.inbound_origin {
            slot.refused = Some("the partner speaks of another log or generation".to_owned());
            return Ok(Received::OtherLog);
        }
        if matches!(slot.state, LinkState::Waiting { .. }) {
            // It is there after all: try again at once.
            slot.poke.notify_one();
        }
        slot.heard_checkpoint.set(request.checkpoint);
        slot.heard_cosignature.set(request.cosignature);
        let next = slot.held.next();
        let gap = !request.entries.is_empty() && request.from_seq > next;
        let skip = usize::try_from(next.saturating_sub(request.from_seq)).unwrap_or(usize::MAX);
        let fresh: Vec<&[u8]> =
            if gap { Vec::new() } else { request.entries.iter().skip(skip).map(Vec::as_slice).collect() };
        let taken = slot.take_what_fits(&self.store, &fresh)?;
        if taken == 0 && !fresh.is_empty() {
            return Ok(Received::Full);
        }
        let response = ExchangeResponse {
            next_seq: slot.held.next(),
            cosignature: slot.cosignature.text.clone(),
            checkpoint: slot.checkpoint.text.clone(),
        };
        Ok(Received::Answer { response, gap })
    }

    /// Notes that the partner has had the notes of this answer.
    pub(crate) fn answer_sent(&mut self, code: &OrgCode, response: &ExchangeResponse) {
        if let Some(slot) = self.slots.get_mut(code) {
            slot.checkpoint.mark(&response.checkpoint);
            slot.cosignature.mark(&response.cosignature);
        }
    }

    /// Notes that something of a partner was refused, to be shown at the desk.
    pub(crate) fn refuse(&mut self, code: &OrgCode, reason: &str) {
        if let Some(slot) = self.slots.get_mut(code) {
            slot.refused = Some(reason.to_owned());
            self.tell.notify_one();
        }
    }
}
