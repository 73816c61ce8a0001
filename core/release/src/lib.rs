//! What may leave, in which form, and who agreed.
//!
//! Guarantees: a [`Released`] exists only where [`authorise`] (or the opening of a stored release through it) found two
//! different active officers' signatures over the exact bytes, recipients, label, policy and end date, and no leak
//! finding without an answer. A tearline is built from an allow-list: what is not named there is not copied. The leak
//! check reads the final bytes, not the model they came from.
//!
//! Does not know: what time it is, where objects are stored, how bytes travel, who is at the keyboard.

mod about;
pub mod allowlist;
mod approval;
mod as_published;
mod authorise;
mod bundle;
mod descriptor;
mod draft;
pub mod leak;
pub mod passkey;
mod policy;
mod public;
mod recall;
mod references;
mod request;
mod sanitise;
mod sco;
mod taxii_recipient;
mod tearline;

pub use about::about;
pub use approval::{Approval, ApprovalProof, OfficerView, Override, Refusal, approval_message};
pub use as_published::draft_as_published;
pub use authorise::{Bundle, Delivery, Released, authorise};
pub use descriptor::{
    Access, Bias, Corroboration, Currency, DescriptorError, Discipline, ReportingRecord, SourceDescriptor,
};
pub use draft::{Change, Draft, Dropped, Item, Mode};
pub use leak::{Finding, FindingClass, LeakCorpus, LeakCorpusBuilder, VaultTerms, leak_check};
pub use policy::{DraftError, NotReleasable, POLICY_VERSION, RAW_REPORT_TYPE, Reason};
pub use public::{AuthorisedDeclaration, PublicDeclaration, authorise_public, version_digest};
pub use recall::{
    AuthorisedRecall, ConfirmedRecall, RecallAcknowledgement, RecallAction, RecallDraft, RecallKind, RecallNotice,
    authorise_recall, confirm_recall,
};
pub use request::{DraftRequest, Organisation, Origin, ReleaseId, SourceObject, WrittenText};
pub use sco::deterministic_id;
pub use taxii_recipient::{AuthorisedRecipient, RecipientSwitch, authorise_recipient};
pub use tearline::draft_tearline;
