//! The registry of kinds of entries: what holds for every entry of a kind, in one table.
//!
//! Guarantees: every kind has a row (tested); the desk asks here whether content may still be sealed, whether a payload stays in the log,
//! and whether an entry is answered. Kinds are never extended; what comes later is a form of `document` or a name of `control`, which
//! have registries of their own.

use comity_vocab::EntryKind;

/// From what an entry of a kind is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedFrom {
    /// What two officers released (`Released`).
    Released,
    /// The notice of a recall that officers signed (`SignedNotice`).
    SignedRecall,
    /// Closed fields that need no officer (`OwnControl`).
    Control,
    /// An entry of an ended generation, as it was signed then.
    Log,
    /// Nothing: it is never sealed.
    Never,
}

/// What holds for a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindRules {
    /// The kind.
    pub kind: EntryKind,
    /// From what it is sealed.
    pub sealed_from: SealedFrom,
    /// It carries content: it is sealed only to keys whose certificate still holds. A recall must reach everybody.
    pub content: bool,
    /// Its payload stays in the log until it is recalled. What is held elsewhere is not held here a second time.
    pub payload_kept: bool,
    /// Its sender is told what became of it.
    pub answered: bool,
    /// It can be called back, and its content erased.
    pub recallable: bool,
}

const fn row(kind: EntryKind, sealed_from: SealedFrom) -> KindRules {
    KindRules { kind, sealed_from, content: false, payload_kept: true, answered: true, recallable: false }
}

/// Every kind.
pub const KINDS: &[KindRules] = &[
    KindRules { content: true, recallable: true, ..row(EntryKind::Release, SealedFrom::Released) },
    row(EntryKind::RecallNotice, SealedFrom::SignedRecall),
    row(EntryKind::RecallAcknowledgement, SealedFrom::Control),
    KindRules { answered: false, ..row(EntryKind::EntryStatus, SealedFrom::Control) },
    row(EntryKind::KeyChange, SealedFrom::Control),
    KindRules { answered: false, ..row(EntryKind::History, SealedFrom::Control) },
    KindRules {
        content: true,
        payload_kept: false,
        answered: false,
        recallable: true,
        ..row(EntryKind::HistoryEntry, SealedFrom::Log)
    },
    KindRules { content: true, recallable: true, ..row(EntryKind::Document, SealedFrom::Released) },
    row(EntryKind::Control, SealedFrom::Control),
    // What is not understood cannot be found by a recall: its words do not stay.
    KindRules { payload_kept: false, ..row(EntryKind::Unreadable, SealedFrom::Never) },
];

/// Returns the row of a kind.
pub fn kind_rules(kind: EntryKind) -> KindRules {
    // INVARIANT: every kind has a row (tested); without one it would be as careful as can be.
    let none = KindRules { answered: false, ..row(kind, SealedFrom::Never) };
    KINDS.iter().find(|row| row.kind == kind).copied().unwrap_or(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_row_and_only_what_is_on_the_wire_is_sealed() {
        assert_eq!(KINDS.len(), EntryKind::ALL.len());
        for kind in EntryKind::ALL {
            let rules = kind_rules(*kind);
            assert_eq!(KINDS.iter().filter(|row| row.kind == *kind).count(), 1, "{kind}");
            assert_eq!(rules.sealed_from != SealedFrom::Never, kind.is_on_the_wire(), "{kind}");
            // What can be recalled is content, and content is released or was.
            assert_eq!(rules.recallable, rules.content, "{kind}");
            let released = matches!(rules.sealed_from, SealedFrom::Released | SealedFrom::Log);
            assert_eq!(rules.content, released, "{kind}");
        }
    }

    #[test]
    fn two_nodes_do_not_answer_each_other_for_ever() {
        assert!(!kind_rules(EntryKind::EntryStatus).answered, "the answer itself");
        assert!(!kind_rules(EntryKind::History).answered && !kind_rules(EntryKind::HistoryEntry).answered);
        assert!(kind_rules(EntryKind::Unreadable).answered, "the sender of what is not understood is told");
    }
}
