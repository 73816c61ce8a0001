//! Control entries: the few things besides releases that may leave, each with closed fields (design.md §7.4).
//!
//! Guarantees: no field takes free text from an officer, except a recall's instruction, which two officers approved
//! with the rest of the recall; every list has a limit.
//!
//! Does not know: whether what is acknowledged was really done.

use crate::entry::MAX_SEQ;
use crate::payload::PayloadError;
use comity_release::RecallKind;
use comity_vocab::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

const ITEMS_MAX: usize = 20_000;
const ID_BYTES_MAX: usize = 300;
const INSTRUCTION_BYTES_MAX: usize = 4096;
const CARD_BYTES_MAX: usize = crate::card::CARD_BYTES_MAX;

/// Why an authentic entry was not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parked {
    /// Its kind is not known here.
    UnknownKind,
    /// Its header line is not of the form of its kind.
    Malformed,
    /// It could not be opened, time and again; the receipt covers its header only.
    CannotOpen,
    /// The sender withdrew the content before delivery.
    Withdrawn,
    /// The bundle is not the STIX that can be held.
    BadContent,
    /// It refers to something that is not held, or that is not the sender's.
    Unrelated,
    /// A limit of the recipient was reached.
    OverLimit,
}

impl Parked {
    /// Returns the reason as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownKind => "unknown-kind",
            Self::Malformed => "malformed",
            Self::CannotOpen => "cannot-open",
            Self::Withdrawn => "withdrawn",
            Self::BadContent => "bad-content",
            Self::Unrelated => "unrelated",
            Self::OverLimit => "over-limit",
        }
    }
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was applied.
    Applied,
    /// It stays in the log and was not applied.
    Parked(Parked),
}

/// How far the recipient of a recall is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecallProgress {
    /// The notice arrived and the copies are out of reach.
    Received,
    /// The actions asked for are done.
    Completed,
    /// The recipient does not do what was asked, and says which law keeps it from it in `actions`.
    Refused,
}

/// What was done about a recall (domain.md §8.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecallAction {
    /// Taken off watch lists.
    WatchlistRemoved,
    /// Products built on it were corrected.
    ProductCorrected,
    /// Third parties that had it were told.
    ThirdPartiesNotified,
    /// Erased.
    Erased,
    /// Kept out of use because a law demands that it be kept.
    KeptByLaw,
}

/// A recall, as its recipients see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecallNotice {
    /// The recall.
    pub recall: Uuid,
    /// What kind it is.
    pub recall_kind: RecallKind,
    /// The releases concerned.
    pub releases: Vec<Uuid>,
    /// The items concerned, by the identifiers that the recipient knows.
    pub items: Vec<String>,
    /// What the recipient is asked to do; never why the source failed (R8.14).
    pub instruction: String,
    /// By when receipt is to be acknowledged.
    pub receipt_due: Timestamp,
    /// By when the actions are to be done.
    pub action_due: Timestamp,
}

/// The answer to a recall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecallAcknowledgement {
    /// The recall.
    pub recall: Uuid,
    /// How far the recipient is.
    pub progress: RecallProgress,
    /// How many of the items named the recipient held.
    pub located_copies: u32,
    /// How many products of its own were built on them; a count, never their content.
    pub derived_products: u32,
    /// What was done.
    pub actions: BTreeSet<RecallAction>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
}

/// Tells the sender what became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryStatus {
    /// The position in the sender's log.
    pub seq: u64,
    /// What became of it.
    pub status: Status,
}

/// A new card: new node, sealing or TLS keys, or new endpoints, of the same organisation key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyChange {
    /// The card's text, to be opened with [`crate::Card::open`].
    pub card: String,
}

/// A control entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Something released is called back.
    RecallNotice(RecallNotice),
    /// A recall is answered.
    RecallAcknowledgement(RecallAcknowledgement),
    /// What became of an entry.
    EntryStatus(EntryStatus),
    /// Keys or endpoints change.
    KeyChange(KeyChange),
}

const RECALL_NOTICE: &str = "recall_notice";
const RECALL_ACKNOWLEDGEMENT: &str = "recall_acknowledgement";
const ENTRY_STATUS: &str = "entry_status";
const KEY_CHANGE: &str = "key_change";
const KINDS: [&str; 4] = [RECALL_NOTICE, RECALL_ACKNOWLEDGEMENT, ENTRY_STATUS, KEY_CHANGE];

/// The fields of an entry together with its kind, as one closed object `{"kind":…,"fields":{…}}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kinded<T> {
    kind: String,
    fields: T,
}

fn write<T: Serialize>(kind: &str, fields: &T) -> Result<Vec<u8>, PayloadError> {
    let kinded = Kinded { kind: kind.to_owned(), fields };
    serde_json::to_vec(&kinded).map_err(|_| PayloadError::Field { field: "fields" })
}

fn read<T: for<'de> Deserialize<'de>>(line: &[u8]) -> Option<T> {
    serde_json::from_slice::<Kinded<T>>(line).ok().map(|kinded| kinded.fields)
}

impl Control {
    /// Returns the kind as it is written.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::RecallNotice(_) => RECALL_NOTICE,
            Self::RecallAcknowledgement(_) => RECALL_ACKNOWLEDGEMENT,
            Self::EntryStatus(_) => ENTRY_STATUS,
            Self::KeyChange(_) => KEY_CHANGE,
        }
    }

    pub(crate) fn is_known(kind: &str) -> bool {
        KINDS.contains(&kind)
    }

    fn check(&self) -> Result<(), PayloadError> {
        let ok = match self {
            Self::RecallNotice(notice) => {
                let items = notice.items.iter().all(|id| !id.is_empty() && id.len() <= ID_BYTES_MAX);
                let counts = notice.items.len() <= ITEMS_MAX && notice.releases.len() <= ITEMS_MAX;
                items && counts && notice.instruction.len() <= INSTRUCTION_BYTES_MAX
            }
            Self::RecallAcknowledgement(_) => true,
            Self::EntryStatus(status) => status.seq < MAX_SEQ,
            Self::KeyChange(change) => change.card.len() <= CARD_BYTES_MAX,
        };
        if ok { Ok(()) } else { Err(PayloadError::Field { field: self.kind() }) }
    }

    pub(crate) fn to_json(&self) -> Result<Vec<u8>, PayloadError> {
        self.check()?;
        match self {
            Self::RecallNotice(fields) => write(RECALL_NOTICE, fields),
            Self::RecallAcknowledgement(fields) => write(RECALL_ACKNOWLEDGEMENT, fields),
            Self::EntryStatus(fields) => write(ENTRY_STATUS, fields),
            Self::KeyChange(fields) => write(KEY_CHANGE, fields),
        }
    }

    pub(crate) fn from_json(line: &[u8]) -> Option<Self> {
        let kind = serde_json::from_slice::<Kinded<serde::de::IgnoredAny>>(line).ok()?.kind;
        let control = match kind.as_str() {
            RECALL_NOTICE => Self::RecallNotice(read(line)?),
            RECALL_ACKNOWLEDGEMENT => Self::RecallAcknowledgement(read(line)?),
            ENTRY_STATUS => Self::EntryStatus(read(line)?),
            KEY_CHANGE => Self::KeyChange(read(line)?),
            _ => return None,
        };
        control.check().ok().map(|()| control)
    }
}
