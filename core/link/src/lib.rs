//! The link between two organisations: cards, signed and sealed entries, the two logs, and the forms of the wire.
//!
//! Guarantees: what goes to the gate was released or is a control entry ([`outgoing`]); what is accepted is authentic,
//! next in order, and opens to what its sender committed to ([`accept`](mod@accept)); a log is never signed twice at
//! one size with two roots, and never cosigned smaller or inconsistent ([`log`]).
//!
//! Does not know: sockets, stores, the clock, what a bundle says.

pub mod accept;
pub mod card;
pub mod control;
mod document;
pub mod entry;
pub mod exchange;
mod features;
pub mod gate_protocol;
pub mod history;
mod kinds;
pub mod log;
pub mod lookalike;
pub mod outgoing;
pub mod payload;
mod proof;
pub mod seal;
mod taxii_copy;
pub mod wire;

pub use accept::{Accepted, Expect, Opened, Refused, accept, park, verify_stored};
pub use card::{
    Card, CardError, CardOrganisation, Certified, certify_node, certify_sealing, certify_tls, is_certified_node,
};
pub use comity_release::{RecallAcknowledgement, RecallAction, RecallKind, RecallNotice};
pub use control::{Control, EntryStatus, KeyChange, OwnControl, Parked, Status};
pub use document::{DocumentHeader, DocumentPayload};
pub use entry::{Header, leaf, link_id, log_origin};
pub use features::{FEATURES, Features};
pub use history::{Ends, History, HistoryEntry, generation, seal_history};
pub use kinds::{KINDS, KindRules, SealedFrom, kind_rules};
pub use log::{InboundLog, LogError, Noted, OutboundLog, cosigner_name};
pub use lookalike::{Lookalike, Seen, check_lookalike};
pub use outgoing::{Outgoing, OutgoingNote};
pub use payload::{Payload, PayloadError, ReleaseHeader, ReleasePayload};
pub use proof::{Author, ErasedProof, Proof, ProofFault, Stated};
pub use seal::{Kept, SealContext, SealError, SealedEntry, seal_control, seal_document, seal_recall, seal_release};
pub use taxii_copy::TaxiiCopy;
pub use wire::WireError;
