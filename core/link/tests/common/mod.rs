//! Two parties with keys, and entries between them.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

use comity_crypto::{Entropy, SealingKey, SigningKey};
use comity_link::{
    Control, EntryStatus, Expect, OwnControl, SealContext, SealedEntry, Status, log_origin, seal_control,
};
use comity_vocab::{OrgCode, Timestamp};

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub fn now() -> Timestamp {
    at("2026-03-01T10:11:12Z")
}

/// The sender `vsis` and the recipient `kps`.
pub struct Pair {
    pub organisation: SigningKey,
    pub node: SigningKey,
    pub partner: OrgCode,
    pub partner_organisation: SigningKey,
    pub partner_sealing: SealingKey,
    pub origin: String,
    pub entropy: Entropy,
}

impl Pair {
    pub fn new() -> Self {
        let (organisation, partner_organisation) = (SigningKey::from_seed(&[1; 32]), SigningKey::from_seed(&[3; 32]));
        let origin = log_origin(&organisation.verifying_key(), &partner_organisation.verifying_key(), 0);
        Self {
            organisation,
            node: SigningKey::from_seed(&[2; 32]),
            partner: "kps".parse().unwrap(),
            partner_organisation,
            partner_sealing: SealingKey::from_seed(&[4; 32]),
            origin,
            entropy: Entropy::seeded([5; 32]),
        }
    }

    pub fn seal(&mut self, seq: u64, control: &Control) -> SealedEntry {
        let context = SealContext {
            origin: &self.origin,
            seq,
            partner: &self.partner,
            partner_key: &self.partner_organisation.verifying_key(),
            partner_sealing: &self.partner_sealing.public(),
            node_key: &self.node,
            now: now(),
        };
        let own = match control.clone() {
            Control::RecallAcknowledgement(answer) => OwnControl::RecallAcknowledgement(answer),
            Control::EntryStatus(status) => OwnControl::EntryStatus(status),
            Control::KeyChange(change) => OwnControl::KeyChange(change),
            Control::History(history) => OwnControl::History(history),
            Control::Features(features) => OwnControl::Features(features),
            Control::RecallNotice(_) => panic!("a notice comes from a signed recall"),
        };
        seal_control(&own, &context, &mut self.entropy).unwrap()
    }

    pub fn expecting<T>(&self, next_seq: u64, then: impl FnOnce(&Expect<'_>) -> T) -> T {
        let sender = self.node.verifying_key();
        then(&Expect { origin: &self.origin, next_seq, sender: &sender })
    }
}

pub fn status(seq: u64) -> Control {
    Control::EntryStatus(EntryStatus { seq, status: Status::Applied })
}
