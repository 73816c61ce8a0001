//! What requests carry: which objects, which change of the registry, what a release is drafted from.
//!
//! Does not know: how any of it is answered.

use crate::term_entry::TermEntry;
use comity_crypto::VerifyingKey;
use comity_release::{ApprovalProof, PersonalData};
use comity_vocab::time::Precision;
use comity_vocab::{Form, OfficerCode, OrgCode, Roles, SecurityLabel, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which objects of the holdings a verb is about.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// These ids.
    pub objects: Vec<String>,
    /// Everything that came from these origins.
    pub origins: Vec<String>,
}

/// What is changed in the officer registry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum OfficerChange {
    /// A new officer.
    Add {
        /// The full name.
        name: String,
        /// What the officer may do.
        roles: Roles,
        /// The officer's new public key.
        key: VerifyingKey,
    },
    /// An officer who may do nothing from now on.
    Disable,
    /// Another key in place of a lost one.
    NewKey {
        /// The new public key.
        key: VerifyingKey,
    },
    /// Other roles.
    Roles {
        /// The whole new set.
        roles: Roles,
    },
}

/// A step about a link that needs two officers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum LinkStep {
    /// A new partner by its card.
    Add {
        /// The text of the card.
        card: String,
    },
    /// A partner's card with another node key, which begins a new generation of the link.
    Renew {
        /// The text of the card.
        card: String,
    },
    /// What waits of the three others, as the second officer.
    Approve {
        /// The partner.
        partner: OrgCode,
    },
    /// The twelve words, as the partner reads them from its own screen.
    Confirm {
        /// The partner.
        partner: OrgCode,
        /// As typed.
        words: String,
    },
    /// A link that people stopped flows again.
    Resume {
        /// The partner.
        partner: OrgCode,
    },
}

/// What one officer does about a link alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum LinkAlone {
    /// Takes a partner's renewed card, under the same node key.
    TakeCard {
        /// The text of the card.
        card: String,
    },
    /// Stops a link.
    Suspend {
        /// The partner.
        partner: OrgCode,
    },
    /// Gives up what waits about a partner, or a partner whose words were not compared.
    Drop {
        /// The partner.
        partner: OrgCode,
    },
}

/// What an officer asks for when drafting a release.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseDraftRequest {
    /// The officer who drafts; signs next.
    pub author: Option<OfficerCode>,
    /// What to release.
    pub selection: Selection,
    /// To whom.
    pub to: Vec<OrgCode>,
    /// The marking; the combination of the inputs' markings where absent.
    pub label: Option<SecurityLabel>,
    /// Source descriptor, `slot=value,…`.
    pub descriptor: Option<String>,
    /// Title of the written text.
    pub title: Option<String>,
    /// The written text.
    pub text: Option<String>,
    /// Properties released by name beyond the allow-list.
    pub allow: Vec<String>,
    /// How far times are cut down.
    pub precision: Option<Precision>,
    /// Exact bytes of objects declared public, instead of a tearline.
    pub as_published: bool,
    /// Until when it may be sent.
    pub expires: Option<Timestamp>,
    /// Why personal data leaves, and until when the recipients may keep it.
    #[serde(default)]
    pub personal: PersonalData,
    /// Threat actors that are groups; of others it is assumed that they are one person.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A document by its identifier.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentNamed {
    /// The document.
    pub document: String,
}

/// A partner by its code.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerNamed {
    /// The partner.
    pub partner: OrgCode,
}

/// Which documents are listed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentsAsked {
    /// Only those of this form.
    pub form: Option<Form>,
    /// Only those to or from this partner.
    pub partner: Option<OrgCode>,
    /// So many of the newest are left out.
    pub skip: u64,
}

/// What an officer asks for when drafting a document.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentDraftRequest {
    /// The officer who drafts; signs next.
    pub author: Option<OfficerCode>,
    /// The form.
    pub form: Form,
    /// What stands in it, as the form says.
    pub fields: serde_json::Value,
    /// To whom.
    pub to: Vec<OrgCode>,
    /// The marking.
    pub label: SecurityLabel,
    /// Until when it may be sent.
    pub expires: Option<Timestamp>,
}

/// What a data protection officer answers for in a draft.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingsAnswered {
    /// The release.
    pub release: String,
    /// Reason by finding.
    pub overrides: BTreeMap<String, String>,
    /// Over the prepared bytes; without it they are given.
    pub proof: Option<ApprovalProof>,
}

/// What a source handler reads, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceReading {
    /// Id or cryptonym.
    pub source: String,
    /// Why; logged.
    pub reason: String,
}

/// A source as a handler brings it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceEntry {
    /// Internal cover name.
    pub cryptonym: String,
    /// True identity.
    pub identity: String,
    /// How the source is reached.
    pub contact: String,
    /// Who runs it; the asking officer is always among them.
    pub handlers: Vec<OfficerCode>,
    /// Words that must never appear in a release.
    pub terms: Vec<TermEntry>,
    /// Admiralty reliability, A to F.
    pub reliability: String,
    /// Free notes.
    pub notes: String,
}

/// What a source handler changes of a source, and why.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceEdit {
    /// Id or cryptonym.
    pub source: String,
    /// Why; kept inside the vault.
    pub reason: String,
    /// Words that must never appear in a release from now on. One that is protected already is classified as given here.
    #[serde(default)]
    pub terms: Vec<TermEntry>,
    /// Words that are no longer protected.
    #[serde(default)]
    pub drop: Vec<String>,
    /// Officers who handle it from now on.
    #[serde(default)]
    pub handlers: Vec<OfficerCode>,
    /// Officers who no longer do.
    #[serde(default)]
    pub former_handlers: Vec<OfficerCode>,
}

/// What an officer says of an own object that rests on what a partner recalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BasisDecision {
    /// It stands without what was recalled: it may be released.
    Keep,
    /// It does not: it is not released any more.
    Withdraw,
}

impl BasisDecision {
    /// Returns the word of the command line and of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Withdraw => "withdraw",
        }
    }
}

/// A decision about an own object that rests on what a partner recalled.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasisDecided {
    /// The partner's recall.
    pub recall: String,
    /// Our object.
    pub object: String,
    /// Whether it may be kept.
    pub decision: BasisDecision,
}
