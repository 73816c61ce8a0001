//! Recalls that arrive, and the answers to our own.

use super::Taking;
use crate::failure::Failure;
use crate::node::audit;
use comity_link::gate_protocol::DeskToGate;
use comity_link::{OwnControl, Parked};
use comity_release::{RecallAcknowledgement, RecallAction, RecallNotice};
use comity_store::Origin;
use comity_store::desk::{Direction, RecallRecipient, ReceivedRecall};
use comity_vocab::OrgCode;
use serde_json::json;
use std::collections::BTreeSet;

impl Taking<'_, '_> {
    /// Suppresses at once what a verified notice names, without a person, and answers (design: recall).
    pub(super) fn apply_recall(&mut self, peer: &OrgCode, notice: &RecallNotice) -> Result<Option<Parked>, Failure> {
        let origin = Origin::Link(peer.clone());
        let recall = notice.recall_id.to_string();
        let at = self.now;
        // A correction or a lower confidence leaves the copy, with the notice on it; the new version comes as a release.
        let withdraws = notice.recall_kind.withdraws();
        let mut copies = 0u64;
        let mut touched: BTreeSet<String> = BTreeSet::new();
        for item in &notice.item_refs {
            let desk = self.tx.view().desk();
            // Only what this partner gave us is its to recall; a tombstone for anything else would let it block what others send.
            let ours: Vec<_> = desk.received(item)?.into_iter().filter(|r| r.link == peer.as_str()).collect();
            touched.extend(ours.iter().map(|r| r.release.clone()));
            if ours.is_empty() {
                continue;
            }
            if !withdraws {
                copies += u64::from(self.tx.view().get(item)?.is_some());
                continue;
            }
            let erased = self.tx.erase_received(&origin, item, &recall, at)?;
            copies += u64::from(erased.versions > 0);
            desk.mark_received_recalled(peer.as_str(), item, &recall)?;
        }
        // The entries that carried it: header, signature and leaf stay and verify; salt and payload go.
        for release in touched.iter().filter(|_| withdraws) {
            let desk = self.tx.view().desk();
            for row in desk.log_about(peer.as_str(), Direction::In, release)? {
                // Other items that came with it are held as objects; the payload is a second copy and goes.
                if row.kind == "release" {
                    desk.erase_log_payload(&row.link, Direction::In, row.seq)?;
                }
            }
        }
        let answer = RecallAcknowledgement {
            recall_id: notice.recall_id,
            received: true,
            located_copies: copies,
            derived_products: 0,
            derived_released_ids: BTreeSet::new(),
            actions_taken: if withdraws { BTreeSet::from([RecallAction::Erased]) } else { BTreeSet::new() },
            completed_at: Some(at),
        };
        let desk = self.tx.view().desk();
        desk.put_received_recall(&ReceivedRecall {
            recall: recall.clone(),
            link: peer.to_string(),
            notice: json!({ "kind": notice.recall_kind, "instruction": notice.instruction, "items": notice.item_refs,
                "receipt_due": notice.receipt_due, "action_due": notice.action_due })
            .to_string(),
            answer: serde_json::to_string(&answer)?,
            at: at.to_string(),
        })?;
        audit(
            desk,
            at,
            None,
            "recall.applied",
            &recall,
            &format!("{copies} copies {}, from {peer}", if withdraws { "erased" } else { "marked" }),
        )?;
        self.batch.wal_dirty = true;
        // What carried it lay in the gate's store too; without sequences this empties the gate's write-ahead log.
        self.batch.effects.push(DeskToGate::Erase { peer: peer.clone(), seqs: Vec::new() });
        self.answer(peer, OwnControl::RecallAcknowledgement(answer), Some(&recall))?;
        Ok(None)
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
        let state = if answer.actions_taken.contains(&RecallAction::KeptByLaw) {
            "refused"
        } else if answer.completed_at.is_some() {
            "confirmed"
        } else {
            "outstanding"
        };
        desk.put_recall_recipient(&RecallRecipient {
            state: state.into(),
            answer: Some(serde_json::to_string(answer)?),
            at: self.now.to_string(),
            ..line
        })?;
        audit(desk, self.now, None, "recall.answered", &recall, &format!("{peer}: {state}"))?;
        Ok(None)
    }
}
