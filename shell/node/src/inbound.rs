//! What the gate says: envelopes, checkpoints, receipts and the state of partners, none of it trusted.
//!
//! Guarantees: an envelope is verified, opened and committed before the partner's log is cosigned; the cosignature leaves only
//! after the commit. What is authentic but cannot be applied is parked with a reason, the sender is told, and later entries flow.
//! What is not authentic, or not next, is refused with a reason and does not enter the log.

use crate::failure::Failure;
use crate::logs::{Content, LinkLogs};
use crate::node::{Node, Reach, audit};
use crate::recalls::Applying;
use comity_crypto::VerifyingKey;
use comity_desk::inbound::{
    AfterRefusal, Moment, RefusedFacts, after_refusal, answer_to, is_heard_in_quarantine, named, renewed_card,
    state_said,
};
use comity_link::gate_protocol::{DeskToGate, GateToDesk, LinkState};
use comity_link::{
    Accepted, Control, EntryStatus, Expect, Opened, OwnControl, Parked, Payload, Refused, accept, kind_rules, park,
};
use comity_store::desk::{Desk, Direction, LinkRow, NewLogRow, ReceivedItem};
use comity_store::{Outcome, Received, StoreError, Tx};
use comity_vocab::{Digest, EntryState, OrgCode, Suspension, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What one batch changed, beside the rows.
#[derive(Default)]
pub(crate) struct Batch {
    pub effects: Vec<DeskToGate>,
    pub links_changed: bool,
    pub wal_dirty: bool,
    /// Links whose inbound log grew.
    grown: BTreeSet<OrgCode>,
    /// Links whose outbound log grew.
    answered: BTreeSet<OrgCode>,
    /// Links of which an envelope was refused: the gate drops what it holds from there on.
    refused: BTreeSet<OrgCode>,
    /// Links of which an envelope was held already: the gate may forget it.
    held: BTreeSet<OrgCode>,
    /// Trees of ended generations that entries came back for, by name and whether the log is ours.
    trees: BTreeMap<(String, bool), comity_ledger::CompactTree>,
    /// Links of which one spoiled entry was counted in this batch: copies in one batch are one try.
    spoiled: BTreeSet<OrgCode>,
    /// A recall that was applied in part: what comes behind it waits until it is done.
    applying: Option<Applying>,
    /// Whether indicators were erased: what is looked for is in memory.
    indicators_gone: bool,
}

impl Node {
    /// Takes in what the gate said, in order, and brings what follows from it to an end.
    ///
    /// # Errors
    /// [`Failure`] where the stores fail; of what was not committed nothing is cosigned.
    pub fn from_gate(&mut self, now: Timestamp, messages: Vec<GateToDesk>) -> Result<(), Failure> {
        let mut waiting = VecDeque::from(messages);
        while self.from_gate_in_turn(now, &mut waiting)? {}
        Ok(())
    }

    /// Does the next of what waits, in one transaction, and tells whether more does: recalls that are done in part, then what the gate
    /// said, up to the next such recall, then the indexes. Others may have the node in between.
    ///
    /// # Errors
    /// As [`Node::from_gate`].
    pub fn from_gate_in_turn(&mut self, now: Timestamp, waiting: &mut VecDeque<GateToDesk>) -> Result<bool, Failure> {
        if let Some(failure) = self.unfit() {
            return Err(failure.clone());
        }
        self.erase_set_aside(now)?;
        if self.recall_waits() {
            self.recall_step(now)?;
            return Ok(true);
        }
        if !waiting.is_empty() {
            self.in_batch(now, |taking, reach| taking.messages(waiting, reach))?;
            return Ok(true);
        }
        let more = self.holdings.index_pending(1_000)? > 0;
        if !more && self.unscrubbed {
            self.scrub()?;
        }
        Ok(more)
    }

    /// Runs one transaction over the stores and the logs, and keeps what it did.
    fn in_batch<T>(
        &mut self,
        now: Timestamp,
        act: impl FnOnce(&mut Taking<'_, '_>, &mut BTreeMap<OrgCode, Reach>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.keys()?;
        self.load_logs(now)?;
        let mut logs = self.logs.clone();
        let mut batch = Batch::default();
        let quarantined = self.quarantine.is_some();
        let done = {
            let Self { holdings, keys, entropy, reach, .. } = self;
            let keys = keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
            let tx = holdings.transaction()?;
            let mut taking = Taking { tx: &tx, keys, entropy, now, logs: &mut logs, batch: &mut batch, quarantined };
            let done = act(&mut taking, reach)?;
            taking.finish()?;
            tx.commit()?;
            done
        };
        self.logs = logs;
        self.links_changed |= batch.links_changed;
        self.effects.append(&mut batch.effects);
        self.recalls.applying.extend(batch.applying.take());
        if batch.indicators_gone {
            self.detection.clear();
        }
        if batch.wal_dirty || self.unscrubbed {
            self.scrub()?;
        }
        Ok(done)
    }
}

struct Taking<'a, 'tx> {
    tx: &'a Tx<'tx>,
    keys: &'a crate::keys::HomeKeys,
    entropy: &'a mut comity_crypto::Entropy,
    now: Timestamp,
    logs: &'a mut BTreeMap<OrgCode, LinkLogs>,
    batch: &'a mut Batch,
    /// Whether this node was restored and waits for its officers: then it listens to views only, and sends nothing.
    quarantined: bool,
}

impl Taking<'_, '_> {
    fn desk(&self) -> Desk<'_> {
        self.tx.view().desk()
    }

    /// Takes messages in order, up to a recall that is too large to be applied at once.
    fn messages(
        &mut self,
        waiting: &mut VecDeque<GateToDesk>,
        reach: &mut BTreeMap<OrgCode, Reach>,
    ) -> Result<(), Failure> {
        while let Some(message) = waiting.pop_front() {
            match message {
                GateToDesk::Ready { .. } => {}
                GateToDesk::PeerState { peer, state, their_next_seq, waiting } => {
                    if let Some(wanted) = their_next_seq {
                        self.wanted_again(&peer, wanted)?;
                    }
                    if let Some(link) = self.heard(&peer)? {
                        if state == LinkState::Reachable {
                            self.announce(&peer, &link)?;
                        }
                        reach.insert(peer, Reach { state, waiting });
                    }
                }
                GateToDesk::Refused { peer, reason } => self.refuse(&peer, &format!("gate: {reason}"))?,
                GateToDesk::Arrived { peer, envelope, .. } => self.envelope(&peer, &envelope)?,
                GateToDesk::ArrivedCheckpoint { peer, note } => self.checkpoint(&peer, &note)?,
                GateToDesk::ArrivedCosignature { peer, note } => self.cosignature(&peer, &note)?,
            }
            if self.batch.applying.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// The row of a link that may speak to us; a suspended or unknown one is not heard.
    fn heard(&self, peer: &OrgCode) -> Result<Option<LinkRow>, Failure> {
        match self.desk().link(peer.as_str())?.filter(|link| link.standing.is_active()) {
            Some(link) if crate::links::stands(self.desk(), &link)? => Ok(Some(link)),
            _ => Ok(None),
        }
    }

    /// A partner that wants what it gave a receipt for gets it again: we keep it, the partner lost it.
    fn wanted_again(&mut self, peer: &OrgCode, from: u64) -> Result<(), Failure> {
        if self.quarantined || self.heard(peer)?.is_none() {
            return Ok(());
        }
        let desk = self.tx.view().desk();
        if let Some(link) = self.logs.get(peer).filter(|link| from < link.out.cosigned()) {
            self.batch.effects.extend(link.again(desk, self.keys, self.entropy, from)?);
        }
        Ok(())
    }

    fn refuse(&mut self, peer: &OrgCode, reason: &str) -> Result<(), Failure> {
        self.desk().put_refusal(peer.as_str(), &self.now.to_string(), reason)?;
        Ok(())
    }

    fn envelope(&mut self, peer: &OrgCode, envelope: &[u8]) -> Result<(), Failure> {
        if self.heard(peer)?.is_none() {
            return Ok(());
        }
        let Some(link) = self.logs.get_mut(peer) else { return Ok(()) };
        let origin = link.inbound.origin().to_owned();
        let sender = link.card.node.key;
        let expect = Expect { origin: &origin, next_seq: link.inbound.next_seq(), sender: &sender };
        let accepted = match accept(envelope, &expect, &self.keys.sealing) {
            Ok(accepted) => accepted,
            Err(refused) => {
                let again = !self.batch.spoiled.insert(peer.clone());
                let tries = match link.spoiled {
                    (seq, tries) if seq == expect.next_seq => tries + u32::from(!again),
                    _ => 1,
                };
                link.spoiled = (expect.next_seq, tries);
                let held = self.leaf_at(peer, &refused)?;
                match after_refusal(&refused, &RefusedFacts { tries, held, quarantined: self.quarantined }) {
                    AfterRefusal::Park => match park(envelope, &expect) {
                        Ok(parked) => parked,
                        Err(refused) => return self.not_accepted(peer, &refused),
                    },
                    AfterRefusal::Held => {
                        self.batch.held.insert(peer.clone());
                        return Ok(());
                    }
                    AfterRefusal::TwoEntries { seq } => {
                        return self.suspend(peer, Suspension::TwoEntries { seq, ended: None });
                    }
                    // Taken long ago, and gone from our store: the gate must not forget what we cannot show.
                    AfterRefusal::NotWhole => return Err(crate::logs::not_whole(peer.as_str())),
                    AfterRefusal::Refuse => return self.not_accepted(peer, &refused),
                }
            }
        };
        // Everything else stays with the gate until the quarantine ends: nothing is applied, nothing is lost.
        if self.quarantined && !is_heard_in_quarantine(accepted.payload()) {
            return Ok(());
        }
        self.enter(peer, accepted)
    }

    fn not_accepted(&mut self, peer: &OrgCode, refused: &Refused) -> Result<(), Failure> {
        self.batch.refused.insert(peer.clone());
        self.refuse(peer, &refused.to_string())
    }

    /// The leaf that is held at the position which a replayed entry claims.
    fn leaf_at(&self, peer: &OrgCode, refused: &Refused) -> Result<Option<Digest>, Failure> {
        let Refused::Replay { seq, .. } = refused else { return Ok(None) };
        let held = self.desk().log_from(peer.as_str(), Direction::In, *seq, 1)?;
        Ok(held.first().filter(|row| row.seq == *seq).map(|row| row.leaf))
    }

    /// Appends an accepted entry to the log and applies what it says.
    fn enter(&mut self, peer: &OrgCode, accepted: Accepted) -> Result<(), Failure> {
        let desk = self.tx.view().desk();
        let link = self.logs.get_mut(peer).ok_or_else(|| Failure::operational("a link vanished"))?;
        let root = link.inbound.append(accepted.leaf).map_err(|error| Failure::from_error(&error))?;
        let parked_before = accepted.parked();
        let (kind, subject) = named(accepted.payload());
        let (salt, payload) = match &accepted.opened {
            Opened::Content { salt, bytes, .. } => (Some(&salt[..]), Some(bytes.as_slice())),
            Opened::Withdrawn | Opened::Unopened => (None, None),
        };
        let at = self.now.to_string();
        desk.append_log(
            peer.as_str(),
            Direction::In,
            &NewLogRow {
                seq: accepted.seq,
                header: &accepted.header,
                signature: accepted.signature.as_bytes(),
                leaf: accepted.leaf,
                root,
                salt,
                payload,
                envelope: None,
                kind,
                subject: subject.as_deref(),
                state: if parked_before.is_some() { EntryState::Parked } else { EntryState::Applied },
                reason: parked_before.map(Parked::as_str),
                at: &at,
            },
        )?;
        self.batch.grown.insert(peer.clone());
        let parked = match (parked_before, accepted.payload()) {
            (Some(parked), _) => Some(parked),
            (None, Some(payload)) => self.apply(peer, peer.as_str(), accepted.seq, payload)?,
            (None, None) => None,
        };
        if let (Some(reason), None) = (parked, parked_before) {
            desk.set_log_state(peer.as_str(), Direction::In, accepted.seq, EntryState::Parked, Some(reason.as_str()))?;
        }
        if !kind_rules(kind).payload_kept {
            // Its content is held where it belongs; a second copy would be out of reach of a recall.
            desk.drop_log_payload(peer.as_str(), Direction::In, accepted.seq)?;
        }
        let moment = Moment { quarantined: self.quarantined, under_way: self.batch.applying.is_some() };
        if let Some(status) = answer_to(accepted.payload(), parked, moment) {
            self.answer(peer, OwnControl::EntryStatus(EntryStatus { seq: accepted.seq, status }), None)?;
        }
        Ok(())
    }

    /// Posts a control entry to a partner.
    pub(crate) fn answer(&mut self, peer: &OrgCode, control: OwnControl, subject: Option<&str>) -> Result<(), Failure> {
        let desk = self.tx.view().desk();
        let link = self.logs.get_mut(peer).ok_or_else(|| Failure::operational("a link vanished"))?;
        match link.post(desk, self.keys, self.entropy, self.now, Content::Control(control), subject) {
            Ok((_, effect)) => {
                self.batch.effects.push(effect);
                self.batch.answered.insert(peer.clone());
                Ok(())
            }
            // A partner whose keys have ended gets no answer; what it sent is held all the same.
            Err(failure) => self.refuse(peer, &format!("cannot answer: {failure}")),
        }
    }

    /// Does what an entry says; `log` is the name of the log it stands in, which may be of an ended generation.
    fn apply(&mut self, peer: &OrgCode, log: &str, seq: u64, payload: &Payload) -> Result<Option<Parked>, Failure> {
        match payload {
            Payload::Release(release) => self.apply_release(peer, log, seq, release),
            Payload::Document(document) => self.apply_document(peer, log, seq, document),
            Payload::Control(Control::Features(features)) if log == peer.as_str() => {
                self.apply_features(peer, features)
            }
            // What could be received when an old log was written is past.
            Payload::Control(Control::Features(_)) => Ok(None),
            Payload::Control(Control::RecallNotice(notice)) => self.apply_recall(peer, log, seq, notice),
            Payload::Control(Control::RecallAcknowledgement(answer)) => self.apply_acknowledgement(peer, answer),
            Payload::Control(Control::EntryStatus(status)) => {
                let (state, reason) = state_said(status.status);
                self.desk().set_log_state(log, Direction::Out, status.seq, state, reason.map(Parked::as_str))?;
                if log == peer.as_str() {
                    self.no_longer_received(peer, status.seq, reason)?;
                }
                Ok(None)
            }
            Payload::Control(Control::KeyChange(change)) if log == peer.as_str() => {
                self.apply_key_change(peer, &change.card)
            }
            // What stood in an old log about keys and older logs is past.
            Payload::Control(Control::KeyChange(_)) => Ok(None),
            Payload::Control(Control::History(_)) | Payload::History(_) if log != peer.as_str() => Ok(None),
            Payload::Control(Control::History(view)) => self.apply_history(peer, view),
            Payload::History(entry) => self.apply_history_entry(peer, entry),
            Payload::Unreadable(parked) => Ok(Some(*parked)),
        }
    }

    fn apply_release(
        &mut self,
        peer: &OrgCode,
        log: &str,
        seq: u64,
        release: &comity_link::ReleasePayload,
    ) -> Result<Option<Parked>, Failure> {
        let header = &release.header;
        let terms = serde_json::json!({
            "release": header.release,
            "part": header.part,
            "parts": header.parts,
            "label": header.label.to_string(),
            "descriptor": header.descriptor,
            "erase_by": header.erase_by,
            "policy_version": header.policy_version,
        })
        .to_string();
        let received = Received {
            partner: peer.clone(),
            release: release.header.release.to_string(),
            seq,
            label: Some(release.header.label.clone()),
            terms: Some(terms.clone()),
        };
        // What this partner recalled and releases again is a new act of its own; anything else stays behind its tombstone.
        for (id, _) in &header.items {
            let recalled_by_it =
                self.desk().received(id)?.iter().any(|item| item.link == peer.as_str() && item.recalled.is_some());
            if recalled_by_it {
                self.tx.lift_tombstone(id)?;
            }
        }
        let mut aside = set_aside::Aside::default();
        let stored = match self.tx.put_received(&received, &release.bundle, &mut |bytes| aside.takes(bytes), self.now) {
            Ok(stored) => stored,
            Err(StoreError::Refused { .. }) => {
                self.desk().drop_log_payload(log, Direction::In, seq)?;
                return Ok(Some(Parked::BadContent));
            }
            Err(error) => return Err(error.into()),
        };
        self.note_set_aside(peer, (log, seq, &received.release), &aside, &stored)?;
        let desk = self.desk();
        let mut dropped = false;
        for one in &stored {
            if let Outcome::Refused(reason) = &one.outcome {
                desk.put_refusal(peer.as_str(), &self.now.to_string(), &format!("object of entry {seq}: {reason}"))?;
                dropped = true;
                continue;
            }
            let version = self.tx.view().get(&one.id)?.map(|object| object.version_text).unwrap_or_default();
            desk.put_received(&ReceivedItem {
                link: peer.to_string(),
                object_id: one.id.clone(),
                version,
                release: release.header.release.to_string(),
                log_seq: seq,
                header: terms.clone(),
                at: self.now.to_string(),
                recalled: None,
            })?;
        }
        if dropped && aside.0.is_empty() {
            // What is not held as an object is not kept in the log either, where no recall would find it.
            desk.drop_log_payload(log, Direction::In, seq)?;
        }
        if !stored.is_empty() && stored.iter().all(|one| matches!(one.outcome, Outcome::Refused(_))) {
            return Ok(Some(Parked::BadContent));
        }
        let detail = format!("{} objects, entry {seq} of {peer}", stored.len() + aside.0.len());
        audit(desk, self.now, None, "link.received", &release.header.release.to_string(), &detail)?;
        Ok(None)
    }

    fn apply_key_change(&mut self, peer: &OrgCode, text: &str) -> Result<Option<Parked>, Failure> {
        let Some(row) = self.desk().link(peer.as_str())? else { return Ok(Some(Parked::Unrelated)) };
        let pinned = <[u8; 32]>::try_from(row.partner.as_slice()).ok();
        let pinned = pinned.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        let held = self.logs.get(peer).map(|link| &link.card);
        let Some(card) = pinned.and_then(|pinned| renewed_card(text, self.now, &pinned, held)) else {
            return Ok(Some(Parked::Unrelated));
        };
        self.desk().put_link(&LinkRow { card: text.trim().to_owned(), ..row })?;
        audit(self.desk(), self.now, None, "link.key_change", peer.as_str(), &card.issued.to_string())?;
        self.batch.links_changed = true;
        Ok(None)
    }

    /// Gives receipts for what was committed with this batch, and checkpoints for what was answered.
    fn finish(&mut self) -> Result<(), Failure> {
        let grown: Vec<OrgCode> = std::mem::take(&mut self.batch.grown).into_iter().collect();
        for peer in &grown {
            if let Some(later) = self.logs.get_mut(peer).and_then(|link| link.later.take()) {
                self.checkpoint(peer, &later)?;
            }
        }
        let touched: BTreeSet<OrgCode> = grown
            .iter()
            .cloned()
            .chain(self.batch.refused.iter().cloned())
            .chain(self.batch.held.iter().cloned())
            .collect();
        for peer in &touched {
            // Suspended within this batch: no receipt for a log that is in doubt.
            if self.heard(peer)?.is_none() {
                continue;
            }
            let desk = self.tx.view().desk();
            let Some(link) = self.logs.get_mut(peer) else { continue };
            let refused = self.batch.refused.contains(peer);
            let taken = DeskToGate::Taken { peer: peer.clone(), next_seq: link.inbound.next_seq(), refused };
            if grown.contains(peer) && !self.quarantined {
                let receipt = link.receipt(desk, &self.keys.node, self.now)?;
                self.batch.effects.push(receipt);
            }
            self.batch.effects.push(taken);
        }
        for peer in std::mem::take(&mut self.batch.answered) {
            let desk = self.tx.view().desk();
            if let Some(link) = self.logs.get(&peer) {
                self.batch.effects.push(link.checkpoint(desk, &self.keys.node)?);
            }
        }
        Ok(())
    }
}

mod derived;
mod document;
mod history;
mod notes;
mod recall;
mod set_aside;
