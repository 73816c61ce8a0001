//! Documents that arrive, and what a partner says that it can receive: facts are read, the decision is carried out.
//!
//! Does not know: whether a document is held ([`comity_desk::inbound::decide_document`]), or what follows from one of a form.

use super::Taking;
use crate::failure::Failure;
use crate::given;
use crate::node::audit;
use comity_desk::inbound::{DocumentDecision, DocumentFacts, Earlier, decide_document};
use comity_link::{DocumentPayload, Features, OwnControl, Parked};
use comity_store::desk::{Direction, LinkRow, ReceivedDocument};
use comity_vocab::{EntryKind, OrgCode};

impl Taking<'_, '_> {
    /// Takes in a document.
    pub(super) fn apply_document(
        &mut self,
        peer: &OrgCode,
        log: &str,
        seq: u64,
        document: &DocumentPayload,
    ) -> Result<Option<Parked>, Failure> {
        let header = &document.header;
        let id = header.document.to_string();
        let copies = self.desk().received_document(peer.as_str(), &id)?;
        let first = copies.first();
        let held = first.map(|first| self.held(first)).transpose()?.flatten();
        let earlier = match (first, &held) {
            (None, _) => Earlier::Nothing,
            (Some(first), _) if first.recalled.is_some() => Earlier::Recalled,
            (Some(_), Some(held)) => Earlier::Held(held.header.form, &held.header.label, &held.body),
            (Some(_), None) => Earlier::Erased,
        };
        let Some(link) = self.logs.get(peer) else { return Ok(Some(Parked::Unrelated)) };
        let facts = DocumentFacts { organisation: &link.card.organisation.key, earlier, copies: copies.len() };
        let (contradicts, proof) = match decide_document(document, &facts) {
            DocumentDecision::Hold { contradicts, proof } => (contradicts, proof),
            DocumentDecision::Again => {
                // A second copy in the log would be out of reach of a recall.
                self.desk().drop_log_payload(log, Direction::In, seq)?;
                return Ok(None);
            }
            DocumentDecision::Park(parked) => {
                // What is not held as a document is not kept in the log either, where no recall would find it.
                self.desk().drop_log_payload(log, Direction::In, seq)?;
                return Ok(Some(parked));
            }
        };
        self.desk().put_received_document(&ReceivedDocument {
            link: peer.to_string(),
            document: id.clone(),
            log: log.to_owned(),
            seq,
            form: header.form,
            label: header.label.to_string(),
            policy: header.policy_version.clone(),
            proof: proof.map(|proof| serde_json::to_string(&proof)).transpose()?,
            at: self.now.to_string(),
            contradicts,
            recalled: None,
        })?;
        let act = if contradicts { "document.contradicted" } else { "document.received" };
        audit(self.desk(), self.now, None, act, &id, &format!("{}, entry {seq} of {peer}", header.form))?;
        Ok(None)
    }

    /// A document that is held, from the log that is its only copy; none where that is not what its sender committed to.
    fn held(&self, document: &ReceivedDocument) -> Result<Option<DocumentPayload>, Failure> {
        let row = given::entry_of(self.desk(), document)?;
        Ok(row.and_then(|row| given::document(&row.header, row.salt.as_deref(), row.payload.as_deref())))
    }

    /// A partner that does not know a document's kind or form went back to a version before: what it said it can receive is past.
    pub(super) fn no_longer_received(
        &mut self,
        peer: &OrgCode,
        seq: u64,
        parked: Option<Parked>,
    ) -> Result<(), Failure> {
        if parked != Some(Parked::UnknownKind) {
            return Ok(());
        }
        let rows = self.desk().log_from(peer.as_str(), Direction::Out, seq, 1)?;
        if rows.first().is_some_and(|row| row.seq == seq && row.kind == EntryKind::Document) {
            self.desk().forget_their_features(peer.as_str())?;
            audit(self.desk(), self.now, None, "link.features", peer.as_str(), "forgotten: it parked a document")?;
        }
        Ok(())
    }

    /// Notes what a partner says that it can receive.
    pub(super) fn apply_features(&mut self, peer: &OrgCode, features: &Features) -> Result<Option<Parked>, Failure> {
        let Some(link) = self.desk().link(peer.as_str())? else { return Ok(Some(Parked::Unrelated)) };
        let said = serde_json::to_string(features)?;
        self.desk().put_their_features(peer.as_str(), link.generation, &said)?;
        audit(self.desk(), self.now, None, "link.features", peer.as_str(), &said)?;
        Ok(None)
    }

    /// Tells a partner what this node can receive, once in each generation of the link and when it changes.
    pub(super) fn announce(&mut self, peer: &OrgCode, link: &LinkRow) -> Result<(), Failure> {
        if self.quarantined || !self.logs.contains_key(peer) {
            return Ok(());
        }
        let features = Features::ours();
        let ours = serde_json::to_string(&features)?;
        let (said, _) = self.desk().link_features(peer.as_str(), link.generation)?;
        if said.as_deref() == Some(ours.as_str()) {
            return Ok(());
        }
        self.desk().put_our_features(peer.as_str(), link.generation, &ours)?;
        self.answer(peer, OwnControl::Features(features), None)
    }
}
