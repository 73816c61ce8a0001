//! The payload kind of documents: one header line, then the body's exact bytes (spec/documents.md §2).
//!
//! Guarantees: fields are closed, and all that this kind will ever have stand here, so that no later version needs to extend it; a
//! form that is not known here is told apart from a line that is malformed. Does not know: what the form allows in its body.

use crate::control::Parked;
use crate::payload::{PayloadError, join};
use crate::proof::Proof;
use comity_vocab::{Digest, EntryKind, Form, SecurityLabel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest version of a policy, in bytes.
const POLICY_BYTES_MAX: usize = 64;
/// The most things that one entry narrows.
const NARROWS_MAX: usize = 64;

/// The header of a document: everything but its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentHeader {
    /// The document.
    pub document: Uuid,
    /// Its form.
    pub form: Form,
    /// Its label.
    pub label: SecurityLabel,
    /// The version of the policy that it was released under.
    pub policy_version: String,
    /// The document that it answers.
    pub reply_to: Option<Uuid>,
    /// By whom it can be checked that it is the organisation's.
    pub proof: Option<Proof>,
}

/// A document that arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentPayload {
    /// Everything but the body.
    pub header: DocumentHeader,
    /// The body's exact bytes. Not parsed here.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for DocumentPayload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DocumentPayload({} {}, {} bytes)", self.header.form, self.header.document, self.body.len())
    }
}

/// The epoch of an alliance that a document is bound to. No form of this version is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Epoch {
    alliance: Digest,
    n: u64,
    act: Digest,
}

/// What an entry takes away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Narrows {
    what: String,
    id: String,
}

/// The form alone, whatever else stands in the line.
#[derive(Deserialize)]
struct Named {
    form: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    kind: EntryKind,
    document: Uuid,
    form: String,
    label: String,
    policy: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    epoch: Option<Epoch>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    narrows: Option<Vec<Narrows>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proof: Option<Proof>,
}

/// Returns the payload of a document.
pub(crate) fn document_bytes(header: &DocumentHeader, body: &[u8]) -> Result<Vec<u8>, PayloadError> {
    if header.policy_version.len() > POLICY_BYTES_MAX {
        return Err(PayloadError::Field { field: "policy version" });
    }
    let wire = Wire {
        kind: EntryKind::Document,
        document: header.document,
        form: header.form.to_string(),
        label: header.label.to_string(),
        policy: header.policy_version.clone(),
        reply_to: header.reply_to,
        epoch: None,
        narrows: None,
        proof: header.proof.clone(),
    };
    let line = serde_json::to_vec(&wire).map_err(|_| PayloadError::Field { field: "header" })?;
    join(line, body)
}

/// Reads the header line of a document.
pub(crate) fn parse(line: &[u8]) -> Result<DocumentHeader, Parked> {
    // Of a form that is not known here the other fields may be of another shape too: it is not called malformed.
    let Named { form } = serde_json::from_slice(line).map_err(|_| Parked::Malformed)?;
    let form: Form = form.parse().map_err(|_| Parked::UnknownKind)?;
    let wire: Wire = serde_json::from_slice(line).map_err(|_| Parked::Malformed)?;
    let lists_ok = wire.narrows.as_ref().is_none_or(|narrows| narrows.len() <= NARROWS_MAX);
    let policy_ok = wire.policy.len() <= POLICY_BYTES_MAX && wire.policy.bytes().all(|byte| byte.is_ascii_graphic());
    if !policy_ok || !lists_ok {
        return Err(Parked::Malformed);
    }
    // What a form does not have is not read past: no form of this version is bound to an epoch or takes something away.
    if wire.epoch.is_some() || wire.narrows.is_some() {
        return Err(Parked::Malformed);
    }
    let label = wire.label.parse().map_err(|_| Parked::Malformed)?;
    Ok(DocumentHeader {
        document: wire.document,
        form,
        label,
        policy_version: wire.policy,
        reply_to: wire.reply_to,
        proof: wire.proof,
    })
}
