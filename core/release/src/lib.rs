//! What may leave, in which form, and who agreed.
//!
//! Guarantees: a [`Released`] exists only where [`authorise`] found two different active officers' signatures over the exact bytes,
//! recipients with their keys, label, policy and end date, and a [`Checked`] of this draft, made by [`leak_check`] over the whole
//! corpus, without a finding that nobody answered for. A tearline is built from an allow-list: what is not named there is not copied. The leak
//! check reads the final bytes, not the model they came from.
//!
//! Does not know: what time it is, where objects are stored, how bytes travel, who is at the keyboard.

mod about;
mod agreement;
pub mod allowlist;
mod approval;
mod as_published;
mod authorise;
mod bundle;
mod catalogue;
mod coarse;
mod descriptor;
mod document;
mod draft;
mod drawn;
pub mod leak;
mod link_act;
mod outline;
pub mod passkey;
mod person;
mod policy;
mod public;
mod recall;
mod record;
mod references;
mod request;
mod sanitise;
mod sco;
mod special;
mod taxii_recipient;
mod tearline;

pub use about::about;
pub use agreement::{Agreed, Agreement, Pair, Side, agree, counts_for};
pub use approval::{
    Approval, ApprovalProof, OfficerView, Override, Refusal, approval_message, by_role, release_message,
};
pub use as_published::draft_as_published;
pub use authorise::{Bundle, Content, Delivery, Document, DocumentDelivery, Released, SignedBy, authorise};
pub use coarse::{Coarse, Counts};
pub use descriptor::{
    Access, Bias, Corroboration, Currency, DescriptorError, Discipline, ReportingRecord, SourceDescriptor,
};
pub use document::{DocumentFault, DocumentRequest, document_ref, draft_document};
pub use draft::{Change, Draft, DraftFault, Dropped, Item, Mode};
pub use leak::{
    CheckConfiguration, Checked, Coverage, Finding, FindingClass, Held, LeakCorpus, LeakCorpusBuilder, NotRead,
    leak_check,
};
pub use link_act::{LinkAct, LinkActKind, LinkDeed, plain_words, same_words};
pub use outline::Outline;
pub use person::{
    PERSONAL_TEXT_BYTES_MAX, PersonalData, check_persons, check_persons_read, is_account, is_person, may_be_person,
    refers_to,
};
pub use policy::{DraftError, NotReleasable, POLICY_VERSION, RAW_REPORT_TYPE, ReadSource, Reason};
pub use public::{AuthorisedDeclaration, PublicDeclaration, authorise_public, version_digest};
pub use recall::{
    AuthorisedRecall, ConfirmedRecall, RecallAcknowledgement, RecallAction, RecallDraft, RecallKind, RecallNotice,
    SignedNotice, authorise_recall, confirm_recall,
};
pub use record::{Record, WITHDRAWN_ACT};
pub use request::{DraftRequest, Organisation, Origin, ReleaseId, SourceObject, WrittenText};
pub use sco::deterministic_id;
pub use special::special_property;
pub use taxii_recipient::RecipientSwitch;
pub use tearline::draft_tearline;
