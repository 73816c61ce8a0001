//! What the passkey ceremonies of all pages have in common: their JSON in and out (see `assets/passkey.js`).

use crate::identity::Officer;
use crate::problem::Problem;
use axum::Json;
use comity_node::{ApprovalProof, CredentialAnswer, Failure, PasskeyAnswer};
use comity_vocab::{Digest, OfficerCode, Role};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a ceremony answers.
pub type Answer = Result<Json<Value>, Problem>;

/// The fields of the form that began a ceremony.
pub type Fields = BTreeMap<String, String>;

/// What finishes a ceremony: the form's fields again, the nonce, and what the authenticator said.
#[derive(Deserialize)]
pub struct Finish<A> {
    /// The nonce of the question, where it had one.
    #[serde(default)]
    pub nonce: Option<Digest>,
    /// What the authenticator said.
    pub answer: A,
    /// The fields.
    #[serde(flatten)]
    pub fields: Fields,
}

impl Finish<CredentialAnswer> {
    /// Makes the proof of an approval of it.
    ///
    /// # Errors
    /// [`Failure`] where the nonce is missing.
    pub fn proof(self) -> Result<ApprovalProof, Failure> {
        let nonce = self.nonce.ok_or_else(|| Failure::usage("the nonce of the question is missing"))?;
        Ok(ApprovalProof::Passkey(PasskeyAnswer {
            credential: self.answer.credential,
            nonce,
            authenticator_data: self.answer.authenticator_data,
            client_data: self.answer.client_data,
            signature: self.answer.signature,
        }))
    }
}

/// Returns the officer who signs, and in which role, as the form names it.
///
/// # Errors
/// [`Failure`] where the form names no role.
pub fn signer(officer: &Officer, fields: &Fields) -> Result<(OfficerCode, Role), Failure> {
    let role = serde_json::from_value(fields.get("role").cloned().unwrap_or_default().into())
        .map_err(|_| Failure::usage("name the role in which you sign"))?;
    Ok((officer.code()?, role))
}

/// Answers a question of the node: options and nonce, which an approval's preparation carries beside what would be signed.
///
/// # Errors
/// [`Problem`] from the node's failure.
pub fn question(asked: Result<Value, Failure>) -> Answer {
    let mut asked = asked?;
    let passkey = asked.get_mut("passkey").map(Value::take);
    Ok(Json(passkey.unwrap_or(asked)))
}

/// Answers where to go once it is done.
///
/// # Errors
/// [`Problem`] from the node's failure.
pub fn next(done: Result<Value, Failure>, address: &str) -> Answer {
    done?;
    Ok(Json(json!({ "next": address })))
}
