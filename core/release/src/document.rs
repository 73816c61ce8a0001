//! Documents as content of a release: officers' words go through the door that objects go through.
//!
//! Guarantees: a document is drafted, checked, approved by two officers and authorised as a bundle is, over its exact bytes, its form,
//! its recipients with their keys, and its label; its label permits everybody whom it is for. Does not know: whether a recipient can
//! read the form, or how it travels.

use crate::{CheckConfiguration, Draft, ReleaseId};
use comity_crypto::VerifyingKey;
use comity_vocab::{OrgCode, SecurityLabel, Timestamp};
use comity_work::{Body, BodyFault};
use std::collections::BTreeMap;

/// What a document is drafted from.
#[derive(Clone, Debug)]
pub struct DocumentRequest<'a> {
    /// The identifier of the draft, and of the document that comes of it.
    pub release: ReleaseId,
    /// What stands in it.
    pub body: &'a Body,
    /// The recipients, each with the organisation key that it is known by.
    pub recipients: BTreeMap<OrgCode, VerifyingKey>,
    /// The organisation in whose name it is made.
    pub organisation: &'a OrgCode,
    /// Its label: an officer marks what they write.
    pub label: SecurityLabel,
    /// What the leak check looks for now.
    pub check: CheckConfiguration,
    /// The time of drafting.
    pub now: Timestamp,
    /// After this the approvals are void.
    pub expires: Timestamp,
}

/// Why a document cannot be drafted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentFault {
    /// The body is not what its form allows.
    #[error(transparent)]
    Body(#[from] BodyFault),
    /// Nobody is named whom it is for.
    #[error("a document needs a recipient")]
    NoRecipient,
    /// The organisation would send it to itself.
    #[error("{code} cannot send a document to itself")]
    ToOneself {
        /// The organisation.
        code: OrgCode,
    },
    /// The label does not permit a recipient.
    #[error("the label {label} does not permit {recipient}")]
    NotPermitted {
        /// The label.
        label: SecurityLabel,
        /// The recipient.
        recipient: OrgCode,
    },
    /// The end date is not after the time of drafting.
    #[error("the document would expire at {expires}, before it is drafted")]
    Expired {
        /// The end date.
        expires: Timestamp,
    },
}

/// Returns the name by which records, recalls and the leak check know a document.
pub fn document_ref(id: ReleaseId) -> String {
    format!("document--{id}")
}

/// Drafts a document.
///
/// # Errors
/// [`DocumentFault`], the first thing found.
pub fn draft_document(request: &DocumentRequest<'_>) -> Result<Draft, DocumentFault> {
    let body = request.body.to_bytes()?;
    if request.recipients.is_empty() {
        return Err(DocumentFault::NoRecipient);
    }
    for recipient in request.recipients.keys() {
        if recipient == request.organisation {
            return Err(DocumentFault::ToOneself { code: recipient.clone() });
        }
        if !request.label.permits(recipient) {
            return Err(DocumentFault::NotPermitted { label: request.label.clone(), recipient: recipient.clone() });
        }
    }
    if request.expires <= request.now {
        return Err(DocumentFault::Expired { expires: request.expires });
    }
    Ok(Draft::document(request, body))
}
