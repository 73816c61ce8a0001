//! Control entries: the few things besides releases that may leave, each with closed fields (design.md §7.4).
//!
//! Guarantees: no field takes free text from an officer: a recall's instruction is one of its kind's own; every list
//! has a limit. Unknown fields are refused.
//!
//! Does not know: whether what is acknowledged was really done.

use crate::entry::MAX_SEQ;
use crate::features::{FEATURES, Features};
use crate::history::History;
use crate::payload::PayloadError;
use comity_release::{RecallAcknowledgement, RecallNotice};
use comity_vocab::EntryKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
    /// How far the speaker holds the logs of an earlier generation.
    History(History),
    /// What the speaker can receive.
    Features(Features),
}

/// A control entry that needs no officers: an answer, a state, a card. A recall notice is none of these; it comes from a recall that
/// officers signed ([`crate::seal_recall`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnControl {
    /// A recall is answered.
    RecallAcknowledgement(RecallAcknowledgement),
    /// What became of an entry.
    EntryStatus(EntryStatus),
    /// Keys or endpoints change.
    KeyChange(KeyChange),
    /// How far the speaker holds the logs of an earlier generation.
    History(History),
    /// What the speaker can receive.
    Features(Features),
}

impl OwnControl {
    /// Returns the kind as it is written.
    pub fn kind(&self) -> EntryKind {
        match self {
            Self::RecallAcknowledgement(_) => EntryKind::RecallAcknowledgement,
            Self::EntryStatus(_) => EntryKind::EntryStatus,
            Self::KeyChange(_) => EntryKind::KeyChange,
            Self::History(_) => EntryKind::History,
            Self::Features(_) => EntryKind::Control,
        }
    }
}

impl From<OwnControl> for Control {
    fn from(own: OwnControl) -> Self {
        match own {
            OwnControl::RecallAcknowledgement(answer) => Self::RecallAcknowledgement(answer),
            OwnControl::EntryStatus(status) => Self::EntryStatus(status),
            OwnControl::KeyChange(change) => Self::KeyChange(change),
            OwnControl::History(history) => Self::History(history),
            OwnControl::Features(features) => Self::Features(features),
        }
    }
}

/// The fields of an entry together with its kind, as one closed object `{"kind":…,"fields":{…}}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kinded<T> {
    kind: EntryKind,
    fields: T,
}

fn write<T: Serialize>(kind: EntryKind, fields: &T) -> Result<Vec<u8>, PayloadError> {
    let kinded = Kinded { kind, fields };
    serde_json::to_vec(&kinded).map_err(|_| PayloadError::Field { field: "fields" })
}

fn read<T: for<'de> Deserialize<'de>>(line: &[u8]) -> Option<T> {
    serde_json::from_slice::<Kinded<T>>(line).ok().map(|kinded| kinded.fields)
}

impl Control {
    /// Returns the kind as it is written.
    pub fn kind(&self) -> EntryKind {
        match self {
            Self::RecallNotice(_) => EntryKind::RecallNotice,
            Self::RecallAcknowledgement(_) => EntryKind::RecallAcknowledgement,
            Self::EntryStatus(_) => EntryKind::EntryStatus,
            Self::KeyChange(_) => EntryKind::KeyChange,
            Self::History(_) => EntryKind::History,
            Self::Features(_) => EntryKind::Control,
        }
    }

    fn check(&self) -> Result<(), PayloadError> {
        let ids_ok = |ids: &BTreeSet<String>| {
            ids.len() <= ITEMS_MAX && ids.iter().all(|id| !id.is_empty() && id.len() <= ID_BYTES_MAX)
        };
        let ok = match self {
            Self::RecallNotice(notice) => {
                ids_ok(&notice.item_refs) && notice.instruction.len() <= INSTRUCTION_BYTES_MAX
            }
            Self::RecallAcknowledgement(answer) => ids_ok(&answer.derived_released_ids),
            Self::EntryStatus(status) => status.seq < MAX_SEQ,
            Self::KeyChange(change) => change.card.len() <= CARD_BYTES_MAX,
            Self::History(history) => {
                let card_ok = history.your_card.as_ref().is_none_or(|card| card.len() <= CARD_BYTES_MAX);
                history.mine_size < MAX_SEQ && history.yours_size < MAX_SEQ && card_ok
            }
            Self::Features(features) => features.is_acceptable(),
        };
        if ok { Ok(()) } else { Err(PayloadError::Field { field: self.kind().as_str() }) }
    }

    pub(crate) fn to_json(&self) -> Result<Vec<u8>, PayloadError> {
        self.check()?;
        match self {
            // What leaves is the kind's own instruction. What arrives may be that of a newer version.
            Self::RecallNotice(notice) if notice.instruction != notice.recall_kind.instruction() => {
                Err(PayloadError::Field { field: "instruction" })
            }
            Self::RecallNotice(fields) => write(EntryKind::RecallNotice, fields),
            Self::RecallAcknowledgement(fields) => write(EntryKind::RecallAcknowledgement, fields),
            Self::EntryStatus(fields) => write(EntryKind::EntryStatus, fields),
            Self::KeyChange(fields) => write(EntryKind::KeyChange, fields),
            Self::History(fields) => write(EntryKind::History, fields),
            Self::Features(fields) => named::write(FEATURES, fields),
        }
    }

    pub(crate) fn from_json(line: &[u8]) -> Option<Self> {
        let kind = serde_json::from_slice::<Kinded<serde::de::IgnoredAny>>(line).ok()?.kind;
        let control = match kind {
            EntryKind::RecallNotice => Self::RecallNotice(read(line)?),
            EntryKind::RecallAcknowledgement => Self::RecallAcknowledgement(read(line)?),
            EntryKind::EntryStatus => Self::EntryStatus(read(line)?),
            EntryKind::KeyChange => Self::KeyChange(read(line)?),
            EntryKind::History => Self::History(read(line)?),
            EntryKind::Release
            | EntryKind::HistoryEntry
            | EntryKind::Document
            | EntryKind::Control
            | EntryKind::Unreadable => return None,
        };
        control.check().ok().map(|()| control)
    }
}

/// Controls of the kind `control`, each with a name and a number of its own: `{"kind":"control","control":"features/1","fields":{…}}`.
/// A control that gains a field is another control, so that what a partner knows is never half understood.
pub(crate) mod named {
    use super::{Control, EntryKind, FEATURES, Parked, PayloadError};
    use serde::{Deserialize, Serialize};

    /// The longest line of a named control, in bytes: with its padding it has the least size class.
    const BYTES_MAX: usize = 900;
    /// The same for `features/1`, which has the second size class.
    const FEATURES_BYTES_MAX: usize = 4_000;

    /// What takes something away names it here; no control of this version does.
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Narrows {
        what: String,
        id: String,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named<T> {
        kind: EntryKind,
        control: String,
        #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
        narrows: Option<Vec<Narrows>>,
        fields: T,
    }

    fn bytes_max(control: &str) -> usize {
        if control == FEATURES { FEATURES_BYTES_MAX } else { BYTES_MAX }
    }

    pub(super) fn write<T: Serialize>(control: &str, fields: &T) -> Result<Vec<u8>, PayloadError> {
        let named = Named { kind: EntryKind::Control, control: control.to_owned(), narrows: None, fields };
        let line = serde_json::to_vec(&named).map_err(|_| PayloadError::Field { field: "fields" })?;
        let (bytes, max) = (line.len(), bytes_max(control));
        if bytes > max { Err(PayloadError::TooLong { bytes, max }) } else { Ok(line) }
    }

    pub(crate) fn parse(line: &[u8]) -> Result<Control, Parked> {
        let named: Named<serde::de::IgnoredAny> = serde_json::from_slice(line).map_err(|_| Parked::Malformed)?;
        if line.len() > bytes_max(&named.control) || named.narrows.is_some() && named.control == FEATURES {
            return Err(Parked::Malformed);
        }
        let control = match named.control.as_str() {
            FEATURES => serde_json::from_slice::<Named<_>>(line).ok().map(|named| Control::Features(named.fields)),
            _ => return Err(Parked::UnknownKind),
        };
        control.filter(|control| control.check().is_ok()).ok_or(Parked::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_release::RecallKind;

    /// A reason points at the source: no notice leaves with other words than its kind's.
    #[test]
    fn a_notice_leaves_with_its_kinds_words_only() {
        let at = comity_vocab::Timestamp::parse("2026-03-01T10:11:12Z").unwrap();
        let notice = |instruction: &str| {
            Control::RecallNotice(RecallNotice {
                recall_id: uuid::Uuid::nil(),
                recall_kind: RecallKind::Correct,
                precedence: Default::default(),
                item_refs: BTreeSet::from(["a".to_owned()]),
                instruction: instruction.to_owned(),
                receipt_due: at,
                action_due: at,
            })
        };
        assert!(notice(RecallKind::Correct.instruction()).to_json().is_ok());
        let refused = notice("told by our man in Kestria").to_json();
        assert_eq!(refused, Err(PayloadError::Field { field: "instruction" }));
    }
}
