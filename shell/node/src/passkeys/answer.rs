//! Checking what a passkey answered against what the registry and the store say of it.

use super::{Held, read};
use crate::call::CredentialAnswer;
use crate::failure::Failure;
use crate::node::Node;
use comity_crypto::passkey::{Assertion, Known, Origin, RelyingParty, assert, counter_moves_on};
use comity_release::passkey::{Base64Url, counts, user_handle};
use comity_vocab::OfficerCode;

/// A passkey that answered, and counts.
pub(crate) struct Answered {
    pub officer: OfficerCode,
    pub credential: Vec<u8>,
    pub counter: u32,
}

/// The one answer to everything that is wrong with a passkey's.
pub(crate) fn refused() -> Failure {
    Failure::no("the passkey was not accepted").code("passkey_refused")
}

impl Node {
    /// The passkey of this id that counts, of an active officer.
    pub(super) fn counting(&self, credential: &Base64Url) -> Result<Held, Failure> {
        let held = read(self.holdings.view().desk())?;
        let found = held.into_iter().find(|one| one.passkey.record.credential == *credential);
        let found = found.filter(|one| !one.passkey.removed).ok_or_else(refused)?;
        let record = &found.passkey.record;
        let officer = self.active(&record.officer).map_err(|_| refused())?;
        let all = self.passkeys.get(&record.officer).map(Vec::as_slice).unwrap_or_default();
        counts(record, all, &record.officer, &officer.key).map_err(|_| refused())?;
        if record.rp_id != self.address.host() {
            return Err(refused());
        }
        Ok(found)
    }

    /// Checks an answer to this challenge, from exactly our own pages.
    pub(crate) fn passkey_answered(
        &self,
        answer: &CredentialAnswer,
        challenge: &[u8; 32],
    ) -> Result<Answered, Failure> {
        let Held { passkey, row } = self.counting(&answer.credential)?;
        let record = passkey.record;
        let party = RelyingParty { id: &record.rp_id, origin: Origin::Exactly(self.address.origin()) };
        let known = Known { key: &record.key, backup_eligible: record.backup_eligible };
        let assertion = Assertion {
            authenticator_data: &answer.authenticator_data.0,
            client_data: &answer.client_data.0,
            signature: &answer.signature.0,
        };
        let counter = assert(&party, challenge, &known, &assertion).map_err(|_| refused())?;
        if !counter_moves_on(row.counter, counter) {
            tracing::warn!(officer = %record.officer, "a passkey's counter went back: it may have been copied");
            return Err(refused());
        }
        let handle = user_handle(&self.organisation_key()?, &record.officer);
        if answer.user_handle.as_ref().is_some_and(|given| *given != handle) {
            return Err(refused());
        }
        Ok(Answered { officer: record.officer, credential: record.credential.0, counter })
    }

    /// The ids of an officer's passkeys that count here.
    pub(crate) fn usable_passkeys(&self, officer: &OfficerCode) -> Vec<Base64Url> {
        let all = self.passkeys.get(officer).map(Vec::as_slice).unwrap_or_default();
        all.iter()
            .map(|one| &one.record.credential)
            .filter(|credential| self.counting(credential).is_ok())
            .cloned()
            .collect()
    }

    /// 32 fresh bytes that no other draw of this process shares.
    pub(crate) fn fresh(&mut self, purpose: &str) -> [u8; 32] {
        let draw = self.draw();
        self.entropy.stream(purpose, "desk", draw).bytes32()
    }
}
