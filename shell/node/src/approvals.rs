//! Officers' signatures on releases, recalls and declarations, as the node stores and checks them.

use crate::access::Asker;
use crate::call::CredentialAnswer;
use crate::failure::Failure;
use crate::node::Node;
use crate::passkeys::{Question, options, refused};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::Purpose;
use comity_crypto::passkey::challenge;
use comity_release::{Approval, ApprovalProof, OfficerView};
use comity_vocab::{Digest, OfficerCode, Timestamp};
use serde_json::{Value, json};

impl Node {
    /// What the registry says now about one code; the core decides what follows from it.
    pub(crate) fn officer_view(&self, code: &OfficerCode) -> Option<OfficerView<'_>> {
        if !self.registry.is_open() {
            return None;
        }
        let officer = self.registry.officer(code)?;
        let passkeys = self.passkeys.get(code).map(Vec::as_slice).unwrap_or_default();
        Some(OfficerView {
            code: &officer.code,
            key: &officer.key,
            roles: &officer.roles,
            active: officer.active,
            passkeys,
        })
    }

    /// Refuses an approval at once where it does not hold, rather than when it is used. The core checks all of it again. A
    /// passkey's answer must be to a question of ours that waits, from our own pages, with a counter that goes on.
    pub(crate) fn check_approval(
        &mut self,
        now: Timestamp,
        approval: &Approval,
        purpose: Purpose,
        message: &[u8],
    ) -> Result<(), Failure> {
        let officer = self.active(&approval.officer)?;
        self.require_role(&approval.officer, &[approval.role])?;
        match &approval.proof {
            ApprovalProof::OfficerKey { signature } => officer
                .key
                .verify(purpose, message, signature)
                .map_err(|_| Failure::no(format!("the signature of officer {} does not verify", approval.officer))),
            ApprovalProof::Passkey(answer) => {
                match self.challenges.take(answer.nonce.as_bytes(), now) {
                    Some(Question::Approve { officer }) if officer == approval.officer => {}
                    _ => return Err(refused()),
                }
                let given = CredentialAnswer {
                    credential: answer.credential.clone(),
                    authenticator_data: answer.authenticator_data.clone(),
                    client_data: answer.client_data.clone(),
                    signature: answer.signature.clone(),
                    user_handle: None,
                };
                let asked = challenge(purpose, answer.nonce.as_bytes(), message);
                let answered = self.passkey_answered(&given, &asked)?;
                if answered.officer != approval.officer {
                    return Err(refused());
                }
                self.record_use(now, &answered, "passkey.approval", purpose.tag())
            }
        }
    }

    /// Adds to what an officer is to sign the question by which a passkey signs it, where the officer asks in a session.
    pub(crate) fn with_question(
        &mut self,
        now: Timestamp,
        asker: &Asker,
        purpose: Purpose,
        prepared: Value,
        field: &str,
    ) -> Result<Value, Failure> {
        let mut prepared = prepared;
        let (Asker::Session(_), Some(officer)) = (asker, asker.officer()) else { return Ok(prepared) };
        let text = prepared.get(field).and_then(Value::as_str).unwrap_or_default();
        let message = STANDARD.decode(text).map_err(|_| Failure::operational("there is nothing to sign"))?;
        let nonce = self.fresh("approval-nonce");
        let asked = challenge(purpose, &nonce, &message);
        let options = options::request(&self.address, &asked, &self.usable_passkeys(officer));
        self.challenges.put(nonce, now, Question::Approve { officer: officer.clone() });
        if let Value::Object(fields) = &mut prepared {
            fields.insert("passkey".into(), json!({ "nonce": Digest(nonce), "public_key": options }));
        }
        Ok(prepared)
    }
}
