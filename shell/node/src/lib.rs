//! One organisation's node as a value: its home, its keys, and every verb it answers.
//!
//! Guarantees: what leaves is what `comity_release::authorise` released or a control entry; every act leaves an audit entry in the
//! transaction that does it; a call happens whole or not at all. Time and randomness are arguments, so two nodes can be run
//! side by side from one seed. Does not know: sockets, processes, the command line, the clock.

mod access;
mod advice;
mod anchor;
mod apart;
mod approvals;
mod asked;
mod audit_verbs;
mod audited;
mod backup;
mod call;
mod configuration;
mod create;
mod declared;
mod detection;
mod doctor;
mod failure;
mod generation;
mod given;
mod given_file;
mod held_here;
mod holdings_verbs;
mod home;
mod inbound;
mod inbox_verbs;
mod keys;
mod leak_corpus;
mod leaving;
mod links;
mod logs;
mod metrics;
mod node;
mod officer_key;
mod officers;
mod officers_ever;
mod passkeys;
mod policy_section;
mod proof;
mod protected;
mod public_list;
mod quarantine;
mod reader;
mod recalls;
mod releases;
mod request;
mod restore;
mod stop_values;
mod store_check;
mod tables;
mod taxii_recipients;
mod term_entry;
mod tls;
mod vault_asked;
mod vault_change;
mod vault_guard;
mod vault_verbs;
mod verify;
mod writing;

pub use access::{Access, DeskAddress, Identity, Scope, ScopeError};
pub use apart::answer_apart;
pub use backup::{
    BackupGrant, BackupWritten, LockedSafe, SafeKind, Watch, copy_identity, make_backup_key, write_backup,
};
pub use call::{Call, CredentialAnswer, NewCredential, OfficerProof};
pub use comity_release::passkey::PasskeyAnswer;
pub use comity_release::{ApprovalProof, LinkActKind, PersonalData};
pub use comity_store::{Judgement, SightingState};
pub use create::{NewHome, create_home};
pub use detection::DetectionChoice;
pub use detection::observe;
pub use doctor::{Finding, State as FindingState, Surroundings, VaultWord, examine};
pub use failure::{Failure, FailureKind, chain};
pub use given_file::open_regular;
pub use holdings_verbs::WatchProgress;
pub use home::{Configuration, Home, HomeError, HomeLock, TLS_KEY_BYTES_MAX, TLS_PRIVATE, read_private};
pub use keys::{HomeKeys, KeyError, PASSPHRASE_CHARS_MIN};
pub use metrics::Live;
pub use node::{AskPassphrase, Node};
pub use officer_key::{LockedOfficerKey, OfficerKey, OfficerKeyError};
pub use reader::{
    Answered, Change, ChangeKind, CorrelationQuery, Correlations, EvidenceRow, Feedback, Findings, Found, Had,
    IndicatorStanding, ItemAt, Looked, Notice, OfIndicator, OfOrigin, OfValue, OurRecall, PartnerAnswer, Piece,
    PieceKind, RECALL_ITEMS, RECALL_ITEMS_MAX, Reader, RecallItem, RecallOf, RecallPartner, RecallPreview,
    RecallRelease, Recalled, RecallsWaiting, Resemblances, SearchRequest, SeenOf, Sheet, SightingDay, SightingPage,
    SightingQuery, SightingRow, SightingSheet, SightingSummary, Snippet, SnippetPiece, TheirRecall, WarningListFacts,
    differences,
};
pub use recalls::{RecallNamed, send_recall};
pub use releases::apart::make_ready;
pub use request::{
    BasisDecided, BasisDecision, DocumentDraftRequest, DocumentNamed, DocumentsAsked, FindingsAnswered, LinkAlone,
    LinkStep, OfficerChange, PartnerNamed, ReleaseDraftRequest, Request, Selection, SourceEdit, SourceEntry,
    SourceReading,
};
pub use restore::{Belief, FromSafe, restore_home, verify_backup};
pub use store_check::{DAMAGED, StoreCheck};
pub use term_entry::TermEntry;
pub use vault_asked::LeakAsk;
