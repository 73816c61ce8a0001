//! Checkpoints and receipts of a partner, and what follows where they contradict what is held.
//!
//! Guarantees: a link is suspended only on what the partner signed and what our own store, derived again, contradicts. A store that
//! cannot be read, or is not whole, stops the batch instead: nothing is committed, and the gate offers it again.

use super::Taking;
use crate::failure::{Failure, FailureKind};
use crate::node::audit;
use comity_link::gate_protocol::DeskToGate;
use comity_link::{LogError, Noted};
use comity_store::desk::{Direction, LinkRow, LogHead};
use comity_vocab::{LinkStanding, OrgCode, Suspension, Whose};

impl Taking<'_, '_> {
    /// Suspends a link on evidence that the partner signed.
    pub(super) fn suspend(&mut self, peer: &OrgCode, why: Suspension) -> Result<(), Failure> {
        let reason = why.to_string();
        if let Some(link) = self.desk().link(peer.as_str())? {
            // Against our own damage every honest note of the partner would look like a contradiction.
            let (own, node) = (self.keys.organisation.verifying_key(), self.keys.node.verifying_key());
            crate::verify::verify_link(self.desk(), &link, &own, &node)
                .map_err(|failure| Failure { kind: FailureKind::Operational, ..failure })?;
            self.desk().put_link(&LinkRow { standing: LinkStanding::Suspended(why), ..link })?;
            audit(self.desk(), self.now, None, "link.suspend", peer.as_str(), &reason)?;
            self.batch.links_changed = true;
        }
        self.refuse(peer, &reason)
    }

    pub(super) fn checkpoint(&mut self, peer: &OrgCode, note: &str) -> Result<(), Failure> {
        if self.quarantined || self.heard(peer)?.is_none() {
            return Ok(());
        }
        let desk = self.tx.view().desk();
        let Some(link) = self.logs.get_mut(peer) else { return Ok(()) };
        let root_at = |size| desk.log_root(peer.as_str(), Direction::In, size);
        match link.inbound.note_checkpoint(note, &root_at)? {
            Ok(Noted::New(_)) => {
                let head = desk.log_head(peer.as_str(), Direction::In)?;
                desk.put_log_head(
                    peer.as_str(),
                    Direction::In,
                    &LogHead { checkpoint: Some(note.to_owned()), ..head },
                )?;
                Ok(())
            }
            Ok(Noted::Stale) => Ok(()),
            Ok(Noted::Later) => {
                link.later = Some(note.to_owned());
                Ok(())
            }
            Err(error) => self.log_error(peer, Whose::Theirs, &error),
        }
    }

    pub(super) fn cosignature(&mut self, peer: &OrgCode, note: &str) -> Result<(), Failure> {
        if self.quarantined || self.heard(peer)?.is_none() {
            return Ok(());
        }
        let desk = self.tx.view().desk();
        let Some(link) = self.logs.get_mut(peer) else { return Ok(()) };
        let before = link.out.cosigned();
        let root_at = |size| desk.log_root(peer.as_str(), Direction::Out, size);
        match link.out.note_cosignature(note, &root_at)? {
            Ok(Noted::New(checkpoint)) => {
                let head = desk.log_head(peer.as_str(), Direction::Out)?;
                let head = LogHead { cosignature: Some(note.to_owned()), cosigned: checkpoint.size, ..head };
                desk.put_log_head(peer.as_str(), Direction::Out, &head)?;
                desk.drop_envelopes(peer.as_str(), checkpoint.size)?;
                let seqs: Vec<u64> = (before..checkpoint.size).collect();
                for some in seqs.chunks(10_000) {
                    self.batch.effects.push(DeskToGate::Erase { peer: peer.clone(), seqs: some.to_vec() });
                }
                Ok(())
            }
            Ok(Noted::Stale | Noted::Later) => Ok(()),
            Err(error) => self.log_error(peer, Whose::Ours, &error),
        }
    }

    /// Suspends on what the partner signed; refuses what it did not sign. A gap in our own store is evidence against nobody: it stops
    /// the batch, of which nothing is committed, and the gate offers it again.
    fn log_error(&mut self, peer: &OrgCode, log: Whose, error: &LogError) -> Result<(), Failure> {
        if error.is_our_store() {
            return Err(Failure::from_error(error).hint("comity verify names what is missing in this home"));
        }
        match error.evidence(log) {
            Some(why) => self.suspend(peer, why),
            None => self.refuse(peer, &error.to_string()),
        }
    }
}
