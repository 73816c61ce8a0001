//! Who makes a call: nonces, officers' proofs, and what the registry says of an officer.
//!
//! Guarantees: a nonce serves once; an officer who is disabled proves nothing. Does not know: what is asked.

use crate::access::{Asker, sign_in_needed};
use crate::call::Call;
use crate::failure::Failure;
use crate::node::Node;
use comity_crypto::{Purpose, VerifyingKey, sha256};
use comity_ledger::Officer;
use comity_vocab::{OfficerCode, Role, Timestamp};
use serde_json::{Value, json};

/// How many nonces may wait for an officer's proof.
const NONCES_MAX: usize = 64;

impl Node {
    pub(crate) fn nonce(&mut self) -> Result<Value, Failure> {
        let draw = self.draw();
        let nonce = self.entropy.stream("officer-nonce", "desk", draw).bytes32();
        if self.nonces.len() >= NONCES_MAX {
            self.nonces.pop_front();
        }
        self.nonces.push_back(nonce);
        Ok(json!({ "nonce": hex::encode(nonce), "organisation_key": self.organisation_key()? }))
    }

    /// Checks what a call brings to show who makes it, and says who that is. Each nonce serves once.
    pub(crate) fn prove(&mut self, now: Timestamp, call: &Call) -> Result<Asker, Failure> {
        let proof = match (&call.proof, &call.session, &call.token) {
            (None, None, None) => return Ok(Asker::Machine),
            (None, Some(secret), None) => return self.asking_session(secret, now),
            (None, None, Some(text)) => {
                return self.access.token(text, now).map(Asker::Token).ok_or_else(sign_in_needed);
            }
            (Some(proof), None, None) => proof,
            _ => return Err(Failure::usage("a call comes from an officer's key, a session or a token, not from two")),
        };
        let refused = || Failure::no(format!("the proof of officer {} does not verify", proof.officer));
        let position = self.nonces.iter().position(|nonce| hex::encode(nonce) == proof.nonce).ok_or_else(refused)?;
        let nonce = self.nonces.remove(position).ok_or_else(refused)?;
        let officer = self.active(&proof.officer)?;
        let message = proof_message(&self.organisation_key()?, &nonce, &call.request);
        officer.key.verify(Purpose::OfficerProof, &message, &proof.signature).map_err(|_| refused())?;
        Ok(Asker::Key(proof.officer.clone()))
    }

    pub(crate) fn officer(&self, by: Option<&OfficerCode>) -> Result<OfficerCode, Failure> {
        by.cloned().ok_or_else(|| Failure::no("this needs an officer").hint("name your key file with --key"))
    }

    /// The officer of this code, where active in an open registry.
    pub(crate) fn active(&self, code: &OfficerCode) -> Result<Officer, Failure> {
        if !self.registry.is_open() {
            return Err(Failure::no("the officer registry is not open: two custodians come first")
                .hint("comity officer add … --roles custodian, twice"));
        }
        match self.registry.officer(code) {
            Some(officer) if officer.active => Ok(officer.clone()),
            Some(_) => Err(Failure::no(format!("officer {code} is disabled"))),
            None => Err(Failure::no(format!("officer {code} is not in the registry"))),
        }
    }

    /// Refuses an officer who holds none of these roles.
    pub(crate) fn require_role(&self, code: &OfficerCode, roles: &[Role]) -> Result<(), Failure> {
        let officer = self.active(code)?;
        if roles.iter().any(|role| officer.roles.contains(role)) {
            return Ok(());
        }
        let wanted: Vec<&str> = roles.iter().map(Role::as_str).collect();
        Err(Failure::no(format!("officer {code} holds none of the roles {}", wanted.join(", "))))
    }
}

/// What an officer signs to prove that a request is theirs.
pub(crate) fn proof_message(organisation: &VerifyingKey, nonce: &[u8; 32], request: &str) -> Vec<u8> {
    let mut message = organisation.to_bytes().to_vec();
    message.extend_from_slice(nonce);
    message.extend_from_slice(sha256(&[request.as_bytes()]).as_bytes());
    message
}
