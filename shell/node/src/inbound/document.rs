//! Documents that arrive, and what a partner says that it can receive.
//!
//! Guarantees: a document is held only where its body is what its form allows and its proof is of the organisation at the other end of
//! the link; the first body under an identifier counts, a second one is kept and shown beside it; what was recalled does not come
//! back under the same identifier. Does not know: what follows from a document of a form.

use super::Taking;
use crate::failure::Failure;
use crate::node::audit;
use comity_link::{DocumentPayload, Features, OwnControl, Parked, Payload, ProofFault, Stated};
use comity_store::desk::{Direction, LinkRow, ReceivedDocument};
use comity_vocab::OrgCode;
use comity_work::{Body, rules};

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
        if let Some(parked) = self.unfit_document(peer, document)? {
            // What is not held as a document is not kept in the log either, where no recall would find it.
            self.desk().drop_log_payload(log, Direction::In, seq)?;
            return Ok(Some(parked));
        }
        let id = header.document.to_string();
        let earlier = self.desk().received_document(peer.as_str(), &id)?;
        let contradicts = match earlier.first() {
            Some(first) if first.recalled.is_some() => {
                self.desk().drop_log_payload(log, Direction::In, seq)?;
                return Ok(Some(Parked::Unrelated));
            }
            Some(first) => self.body_of(first)?.as_deref() != Some(document.body.as_slice()),
            None => false,
        };
        let erased =
            header.proof.as_ref().map(|proof| serde_json::to_string(&proof.erased(&document.body))).transpose()?;
        self.desk().put_received_document(&ReceivedDocument {
            link: peer.to_string(),
            document: id.clone(),
            log: log.to_owned(),
            seq,
            form: header.form,
            label: header.label.to_string(),
            policy: header.policy_version.clone(),
            proof: erased,
            at: self.now.to_string(),
            contradicts,
            recalled: None,
        })?;
        let act = if contradicts { "document.contradicted" } else { "document.received" };
        audit(self.desk(), self.now, None, act, &id, &format!("{}, entry {seq} of {peer}", header.form))?;
        Ok(None)
    }

    /// Says why a document cannot be held, where it cannot.
    fn unfit_document(&self, peer: &OrgCode, document: &DocumentPayload) -> Result<Option<Parked>, Failure> {
        let header = &document.header;
        if Body::parse(header.form, &document.body).is_err() || header.reply_to.is_some() {
            return Ok(Some(Parked::Malformed));
        }
        let Some(link) = self.logs.get(peer) else { return Ok(Some(Parked::Unrelated)) };
        let stated = Stated { form: header.form, document: header.document, label: &header.label };
        let organisation = &link.card.organisation.key;
        Ok(match (rules(header.form).portable, &header.proof) {
            (false, None) => None,
            (true, Some(proof)) => match proof.check(organisation, &stated, &document.body) {
                Ok(()) => None,
                Err(ProofFault::OtherOrganisation | ProofFault::NotCertified) => Some(Parked::Unrelated),
                Err(ProofFault::BadSignature) => Some(Parked::Malformed),
            },
            (true, None) | (false, Some(_)) => Some(Parked::Malformed),
        })
    }

    /// The body of a document that is held, from the log that is its only copy.
    fn body_of(&self, document: &ReceivedDocument) -> Result<Option<Vec<u8>>, Failure> {
        let rows = self.desk().log_from(&document.log, Direction::In, document.seq, 1)?;
        let payload = rows.first().filter(|row| row.seq == document.seq).and_then(|row| row.payload.as_deref());
        Ok(match payload.map(Payload::parse) {
            Some(Payload::Document(held)) => Some(held.body),
            _ => None,
        })
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
