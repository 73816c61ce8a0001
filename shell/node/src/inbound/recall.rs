//! Recalls that arrive, and the answers to our own.
//!
//! Guarantees: what a verified notice names is erased without a person, in batches, and what a batch erased stays erased; nothing that
//! came later is taken in before the last one. The partner is answered, and told that the entry is applied, with the last one.

use super::Taking;
use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::recalls::Applying;
use comity_desk::recall::{acknowledge, answered, under_way};
use comity_link::gate_protocol::DeskToGate;
use comity_link::{Control, EntryStatus, OwnControl, Parked, Payload, Status};
use comity_release::{RecallAcknowledgement, RecallNotice};
use comity_store::Origin;
use comity_store::desk::{Direction, RecallRecipient, RecallStage, RecallWork, ReceivedRecall};
use comity_vocab::{OrgCode, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many items one batch erases.
const BATCH: usize = 25;

impl Node {
    /// Does the next batch of a partner's recall, and tells whether it was the last.
    pub(crate) fn apply_some(&mut self, now: Timestamp, applying: &mut Applying) -> Result<bool, Failure> {
        let damaged = || Failure::operational("a recall under way is damaged; run `comity verify`");
        let work = &mut applying.work;
        let peer: OrgCode = work.link.as_deref().and_then(|link| link.parse().ok()).ok_or_else(damaged)?;
        let notice = match &applying.notice {
            Some(notice) => Arc::clone(notice),
            None => {
                let (log, seq) = (&work.notice.0, work.notice.1);
                let held = self.holdings.view().desk().log_from(log, Direction::In, seq, 1)?;
                let payload = held.first().filter(|row| row.seq == seq).and_then(|row| row.payload.as_deref());
                match payload.map(Payload::parse) {
                    Some(Payload::Control(Control::RecallNotice(notice))) => Arc::new(notice),
                    _ => return Err(damaged()),
                }
            }
        };
        applying.notice = Some(Arc::clone(&notice));
        let before = self.effects.len();
        let last = self.in_batch(now, |taking, _| {
            let last = taking.apply_items(&peer, &notice, work)?;
            if last {
                taking.recall_applied(&peer, &notice, work)?;
                taking.desk().end_recall_work(work.link.as_deref(), &work.recall)?;
                if work.notice.0 == peer.as_str() && taking.heard(&peer)?.is_some() {
                    let status = EntryStatus { seq: work.notice.1, status: Status::Applied };
                    taking.answer(&peer, OwnControl::EntryStatus(status), None)?;
                }
            } else {
                taking.desk().put_recall_work(work)?;
            }
            Ok(last)
        })?;
        // A link that was suspended meanwhile is told when it is resumed.
        if !self.active_partners()?.contains(&peer) {
            self.effects.truncate(before);
        }
        Ok(last)
    }
}

impl Taking<'_, '_> {
    /// Suppresses at once what a verified notice names, without a person, and answers (design: recall). What is more than one batch goes
    /// on before anything else does.
    pub(super) fn apply_recall(
        &mut self,
        peer: &OrgCode,
        log: &str,
        seq: u64,
        notice: &RecallNotice,
    ) -> Result<Option<Parked>, Failure> {
        let mut work = RecallWork {
            link: Some(peer.to_string()),
            recall: notice.recall_id.to_string(),
            notice: (log.to_owned(), seq),
            stage: RecallStage::Apply,
            done: 0,
            found: 0,
            officer: None,
            begun: self.now.to_string(),
        };
        let under_way = under_way(notice, self.now);
        let desk = self.tx.view().desk();
        desk.put_received_recall(&ReceivedRecall {
            recall: work.recall.clone(),
            link: peer.to_string(),
            notice: kept(notice, &notice.item_refs).to_string(),
            answer: serde_json::to_string(&under_way)?,
            at: self.now.to_string(),
        })?;
        if self.apply_items(peer, notice, &mut work)? {
            self.recall_applied(peer, notice, &work)?;
        } else {
            desk.put_recall_work(&work)?;
            let detail = format!("{} items, from {peer}", notice.item_refs.len());
            audit(desk, self.now, None, "recall.began", &work.recall, &detail)?;
            self.batch.applying = Some(Applying { work, notice: Some(Arc::new(notice.clone())) });
        }
        Ok(None)
    }

    /// Does one batch of what a notice names, and tells whether it was the last.
    fn apply_items(&mut self, peer: &OrgCode, notice: &RecallNotice, work: &mut RecallWork) -> Result<bool, Failure> {
        let origin = Origin::Link(peer.clone());
        // A correction or a lower confidence leaves the copy, with the notice on it; the new version comes as a release.
        let withdraws = notice.recall_kind.withdraws();
        let mut touched: BTreeSet<String> = BTreeSet::new();
        let desk = self.tx.view().desk();
        let done = usize::try_from(work.done).unwrap_or(usize::MAX);
        let mut given = Vec::new();
        for item in notice.item_refs.iter().skip(done).take(BATCH) {
            work.done += 1;
            if let Some(document) = item.strip_prefix("document--") {
                let held = self.desk().received_document(peer.as_str(), document)?;
                let copies = held.iter().filter(|copy| copy.recalled.is_none()).count() as u64;
                if withdraws {
                    self.desk().recall_document(peer.as_str(), document, &work.recall)?;
                }
                work.found += copies;
            }
            if withdraws {
                work.found += self.desk().end_set_aside(peer.as_str(), item)?;
            }
            // Only what this partner gave us is its to recall; a tombstone for anything else would let it block what others send.
            let ours: Vec<_> = desk.received(item)?.into_iter().filter(|r| r.link == peer.as_str()).collect();
            if !ours.is_empty() {
                given.push((item, ours));
            }
        }
        // All questions to the full text before its first change: each that comes after one has it written out again.
        for (item, _) in &given {
            self.note_dependents(peer, &work.recall, item, withdraws)?;
        }
        for (item, ours) in given {
            if !withdraws {
                work.found += u64::from(self.tx.view().version_digest(item)?.is_some());
                continue;
            }
            // Whether the bytes are held another way too is not the partner's to learn: what counts is what it gave and had not recalled.
            let gave = ours.iter().any(|received| received.recalled.is_none());
            touched.extend(ours.iter().map(|r| r.release.clone()));
            // Marked first: what stands for the identifier of an erased observable takes its place in the marked rows.
            desk.mark_received_recalled(peer.as_str(), item, &work.recall)?;
            let erased = self.tx.erase_received(&origin, item, &work.recall, self.now)?;
            work.found += u64::from(gave && erased.versions + erased.kept > 0);
        }
        // The entries that carried it: header, signature and leaf stay and verify; salt and payload go. Other items that came with it are
        // held as objects; the payload is a second copy.
        for release in touched {
            desk.erase_received_entries(peer.as_str(), &release)?;
        }
        Ok(work.done >= notice.item_refs.len() as u64)
    }

    /// Answers a recall of which everything is done.
    fn recall_applied(&mut self, peer: &OrgCode, notice: &RecallNotice, work: &RecallWork) -> Result<(), Failure> {
        let answer = acknowledge(notice, work.found, self.derived(peer, notice)?, self.now);
        let desk = self.tx.view().desk();
        let mut items = notice.item_refs.clone();
        if notice.recall_kind.withdraws() {
            // The list of what was recalled, and the entry that brought it, name nothing that could be guessed back.
            let names = notice.item_refs.iter().map(|id| self.tx.erased_name(id));
            items = names.collect::<Result<_, _>>()?;
            desk.erase_log_payload(&work.notice.0, Direction::In, work.notice.1)?;
            self.tx.forget_mentions(&notice.item_refs)?;
            self.batch.indicators_gone |= notice.item_refs.iter().any(|id| id.starts_with("indicator--"));
        }
        desk.settle_received_recall(
            peer.as_str(),
            &work.recall,
            &kept(notice, &items).to_string(),
            &serde_json::to_string(&answer)?,
        )?;
        let what = if notice.recall_kind.withdraws() { "erased" } else { "marked" };
        let detail = format!("{} copies {what}, from {peer}", work.found);
        audit(desk, self.now, None, "recall.applied", &work.recall, &detail)?;
        self.batch.wal_dirty = true;
        // What carried it lay in the gate's store too; without sequences this empties the gate's write-ahead log.
        self.batch.effects.push(DeskToGate::Erase { peer: peer.clone(), seqs: Vec::new() });
        self.answer(peer, OwnControl::RecallAcknowledgement(answer), Some(&work.recall))
    }

    /// A partner's answer to a recall of ours moves it on the board.
    pub(super) fn apply_acknowledgement(
        &mut self,
        peer: &OrgCode,
        answer: &RecallAcknowledgement,
    ) -> Result<Option<Parked>, Failure> {
        let desk = self.desk();
        let Some(line) = desk.recall_notice(peer.as_str(), &answer.recall_id.to_string())? else {
            return Ok(Some(Parked::Unrelated));
        };
        let recall = line.recall.clone();
        let state = answered(answer);
        desk.put_recall_recipient(&RecallRecipient {
            state,
            answer: Some(serde_json::to_string(answer)?),
            at: self.now.to_string(),
            ..line
        })?;
        audit(desk, self.now, None, "recall.answered", &recall, &format!("{peer}: {state}"))?;
        Ok(None)
    }
}

/// What is kept of a notice beside the log.
fn kept(notice: &RecallNotice, items: &BTreeSet<String>) -> Value {
    json!({ "kind": notice.recall_kind, "instruction": notice.instruction, "items": items,
        "receipt_due": notice.receipt_due, "action_due": notice.action_due })
}
