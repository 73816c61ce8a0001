//! One partner, as the running gate knows it.
//!
//! Guarantees: of notes and states only the newest is kept; what waits for the desk has a limit in number and bytes and
//! is a gap-free run.
//!
//! Does not know: the other partners, sockets.

use crate::state::StateError;
use crate::store::Store;
use comity_link::gate_protocol::{GateToDesk, LinkState, Peer};
use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::sync::Notify;

/// The most envelopes of one partner that wait for the desk.
pub(crate) const HELD_ENTRIES_MAX: usize = 10_000;
/// The most bytes of one partner that wait for the desk.
pub(crate) const HELD_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Envelopes of one partner that the desk has not taken: their lengths, from the first on.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) first: u64,
    pub(crate) lengths: VecDeque<u64>,
    pub(crate) bytes: u64,
}

impl Held {
    pub(crate) fn next(&self) -> u64 {
        self.first + self.lengths.len() as u64
    }

    pub(crate) fn push(&mut self, length: u64) {
        self.lengths.push_back(length);
        self.bytes += length;
    }

    pub(crate) fn drop_below(&mut self, seq: u64) {
        while self.first < seq {
            let Some(length) = self.lengths.pop_front() else {
                self.first = seq;
                break;
            };
            self.bytes -= length;
            self.first += 1;
        }
    }

    pub(crate) fn drop_from(&mut self, seq: u64) {
        while self.next() > seq {
            let Some(length) = self.lengths.pop_back() else {
                self.first = seq;
                break;
            };
            self.bytes -= length;
        }
    }

    pub(crate) fn has_room(&self, length: u64) -> bool {
        self.lengths.len() < HELD_ENTRIES_MAX && self.bytes + length <= HELD_BYTES_MAX
    }
}

/// A note towards a partner, and whether the partner has had it.
#[derive(Default)]
pub(crate) struct Note {
    pub(crate) text: Option<String>,
    pub(crate) delivered: bool,
}

impl Note {
    pub(crate) fn set(&mut self, text: String) {
        *self = Self { text: Some(text), delivered: false };
    }

    pub(crate) fn is_due(&self) -> bool {
        self.text.is_some() && !self.delivered
    }

    pub(crate) fn mark(&mut self, sent: &Option<String>) {
        self.delivered |= *sent == self.text;
    }
}

/// A note of a partner, and whether the desk has had it.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) text: Option<String>,
    pub(crate) told: bool,
}

impl Heard {
    pub(crate) fn set(&mut self, text: Option<String>) {
        if text.is_some() && text != self.text {
            *self = Self { text, told: false };
        }
    }

    pub(crate) fn take(&mut self) -> Option<String> {
        let due = !self.told;
        self.told = true;
        self.text.clone().filter(|_| due)
    }
}

pub(crate) struct Slot {
    pub(crate) peer: Peer,
    pub(crate) addresses: Vec<SocketAddr>,
    /// Something new is to be sent.
    pub(crate) wake: Rc<Notify>,
    /// Whatever pause is running ends now.
    pub(crate) poke: Rc<Notify>,
    pub(crate) connections: usize,
    /// What waits in the store to go.
    pub(crate) outbox: BTreeSet<u64>,
    pub(crate) their_next: Option<u64>,
    pub(crate) checkpoint: Note,
    pub(crate) cosignature: Note,
    pub(crate) held: Held,
    pub(crate) announced: u64,
    pub(crate) heard_checkpoint: Heard,
    pub(crate) heard_cosignature: Heard,
    pub(crate) state: LinkState,
    pub(crate) state_due: bool,
    pub(crate) refused: Option<String>,
}

impl Slot {
    pub(crate) fn open(store: &Store, peer: Peer, addresses: Vec<SocketAddr>) -> Result<Self, StateError> {
        let (code, wanted) = (peer.code.clone(), peer.inbound_next_seq);
        // The desk's word counts: what it holds goes, and what does not continue it is fetched again.
        store.drop_arrived_below(&code, wanted)?;
        let mut held = Held { first: wanted, ..Held::default() };
        for length in store.arrived_lengths(&code, wanted)? {
            held.push(length);
        }
        store.drop_arrived_from(&code, held.next())?;
        let outbox = store.outgoing_seqs(&code)?;
        Ok(Self {
            peer,
            addresses,
            wake: Rc::new(Notify::new()),
            poke: Rc::new(Notify::new()),
            connections: 0,
            outbox,
            their_next: None,
            checkpoint: Note::default(),
            cosignature: Note::default(),
            held,
            announced: wanted,
            heard_checkpoint: Heard::default(),
            heard_cosignature: Heard::default(),
            state: LinkState::Unknown,
            state_due: true,
            refused: None,
        })
    }

    pub(crate) fn touch(&mut self) {
        self.state_due = true;
        self.wake.notify_one();
    }

    pub(crate) fn set_state(&mut self, state: LinkState) {
        if self.state != state {
            self.state = state;
            self.state_due = true;
        }
    }

    pub(crate) fn taken(&mut self, store: &Store, next_seq: u64, refused: bool) -> Result<(), StateError> {
        let code = &self.peer.code;
        store.drop_arrived_below(code, next_seq)?;
        self.held.drop_below(next_seq);
        if refused {
            store.drop_arrived_from(code, next_seq)?;
            self.held.drop_from(next_seq);
            self.announced = next_seq;
        }
        self.announced = self.announced.max(next_seq);
        Ok(())
    }

    pub(crate) fn take_what_fits(&mut self, store: &Store, fresh: &[&[u8]]) -> Result<usize, StateError> {
        let from = self.held.next();
        let mut lengths = Vec::new();
        let mut bytes = 0;
        for envelope in fresh {
            let length = envelope.len() as u64;
            if self.held.lengths.len() + lengths.len() >= HELD_ENTRIES_MAX || !self.held.has_room(bytes + length) {
                break;
            }
            bytes += length;
            lengths.push(length);
        }
        if let Some(fitting) = fresh.get(..lengths.len()).filter(|fitting| !fitting.is_empty()) {
            match store.receive(&self.peer.code, from, fitting) {
                Ok(()) => {}
                Err(error) if error.is_full() => return Ok(0),
                Err(error) => return Err(error.into()),
            }
        }
        for length in &lengths {
            self.held.push(*length);
        }
        Ok(lengths.len())
    }

    pub(crate) fn next_said(&mut self, store: &Store) -> Result<Option<GateToDesk>, StateError> {
        let peer = self.peer.code.clone();
        if std::mem::take(&mut self.state_due) {
            let waiting = self.outbox.range(self.their_next.unwrap_or(0)..).count() as u64;
            let (state, their_next_seq) = (self.state, self.their_next);
            return Ok(Some(GateToDesk::PeerState { peer, state, their_next_seq, waiting }));
        }
        if let Some(reason) = self.refused.take() {
            return Ok(Some(GateToDesk::Refused { peer, reason }));
        }
        if let Some(note) = self.heard_cosignature.take() {
            return Ok(Some(GateToDesk::ArrivedCosignature { peer, note }));
        }
        let seq = self.announced;
        if seq < self.held.next()
            && let Some(envelope) = store.arrived(&peer, seq)?
        {
            self.announced += 1;
            return Ok(Some(GateToDesk::Arrived { peer, seq, envelope }));
        }
        // After the entries, so that the desk can compare it with what it holds.
        Ok(self.heard_checkpoint.take().map(|note| GateToDesk::ArrivedCheckpoint { peer, note }))
    }
}
