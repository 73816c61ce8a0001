//! States of releases, recalls and log entries, and the kinds of entries, as types.
//!
//! Guarantees: a state is a word of a closed list, read once where it is stored; nobody compares texts. Does not know: which
//! change of state is lawful, or who may make it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A word that is not on the list of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {what}")]
pub struct UnknownWord {
    /// Which list it is not on.
    pub what: &'static str,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal, { $($(#[$one:meta])* $variant:ident => $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "&'static str", try_from = "std::borrow::Cow<'_, str>")]
        pub enum $name { $($(#[$one])* $variant,)* }

        impl $name {
            /// Every one, in the order in which they follow each other.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the word by which it is stored and shown.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text { $($word => Ok(Self::$variant),)* _ => Err(UnknownWord { what: $what }) }
            }
        }

        impl TryFrom<std::borrow::Cow<'_, str>> for $name {
            type Error = UnknownWord;
            fn try_from(text: std::borrow::Cow<'_, str>) -> Result<Self, UnknownWord> {
                text.parse()
            }
        }

        impl From<$name> for &'static str {
            fn from(word: $name) -> Self {
                word.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use words;

words! {
    /// Where a release of ours stands.
    ReleaseState, "state of a release", {
        /// It may be changed; approvals may be missing.
        Draft => "draft",
        /// Two officers approved exactly these bytes.
        Approved => "approved",
        /// It entered the logs of its recipients.
        Sent => "sent",
        /// Every item of it was recalled; its content is erased.
        Recalled => "recalled",
        /// It was given up before it was sent; its content is erased.
        Withdrawn => "withdrawn",
    }
}

impl ReleaseState {
    /// Tells whether officers can still do something about it before it is sent.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Approved)
    }

    /// Tells whether it left, whatever became of it then.
    pub fn has_left(self) -> bool {
        matches!(self, Self::Sent | Self::Recalled)
    }
}

words! {
    /// Where a recall of ours stands.
    RecallState, "state of a recall", {
        /// Signatures are missing.
        Draft => "draft",
        /// Enough roles signed.
        Approved => "approved",
        /// The notices entered the logs of the recipients.
        Sent => "sent",
    }
}

words! {
    /// What a recipient said to a recall.
    RecallAnswer, "answer to a recall", {
        /// Nothing yet.
        Outstanding => "outstanding",
        /// It did what was asked.
        Confirmed => "confirmed",
        /// It says that it does not.
        Refused => "refused",
    }
}

words! {
    /// Where an entry of a link's log stands.
    EntryState, "state of an entry", {
        /// Ours; the partner has not said what became of it.
        Sent => "sent",
        /// Its receiver applied it.
        Applied => "applied",
        /// Its receiver keeps it and cannot apply it.
        Parked => "parked",
        /// Its content is erased; header and signature stay.
        Erased => "erased",
    }
}

words! {
    /// What an entry of a link's log is, as both logs and the wire name it.
    EntryKind, "kind of entry", {
        /// A part of a release.
        Release => "release",
        /// Something released is called back.
        RecallNotice => "recall_notice",
        /// A recall is answered.
        RecallAcknowledgement => "recall_acknowledgement",
        /// What became of an entry.
        EntryStatus => "entry_status",
        /// Keys or endpoints change.
        KeyChange => "key_change",
        /// How far the speaker holds the logs of an ended generation.
        History => "history",
        /// An entry of an ended generation.
        HistoryEntry => "history_entry",
        /// A document: officers' words or an organisation's decision, in one of the forms.
        Document => "document",
        /// A control with a name and a number of its own.
        Control => "control",
        /// Authentic, and not understood by this version. Never written on the wire.
        Unreadable => "unreadable",
    }
}

impl EntryKind {
    /// Tells whether a header line may say that it is this.
    pub fn is_on_the_wire(self) -> bool {
        self != Self::Unreadable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_no_other_does() {
        fn check<T>(all: &[T])
        where
            T: Copy + PartialEq + fmt::Debug + fmt::Display + FromStr + Serialize + for<'a> Deserialize<'a>,
        {
            for one in all {
                assert_eq!(one.to_string().parse().ok(), Some(*one));
                let json = serde_json::to_string(one).unwrap();
                assert_eq!(json, format!("\"{one}\""));
                assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *one);
            }
            for wrong in ["", "Draft", "sent ", "unknown"] {
                assert!(wrong.parse::<T>().is_err(), "{wrong}");
                assert!(serde_json::from_str::<T>(&format!("\"{wrong}\"")).is_err());
            }
        }
        check(ReleaseState::ALL);
        check(RecallState::ALL);
        check(RecallAnswer::ALL);
        check(EntryState::ALL);
        check(EntryKind::ALL);
    }

    #[test]
    fn what_left_is_not_open() {
        for state in ReleaseState::ALL {
            assert!(!(state.is_open() && state.has_left()), "{state}");
        }
        assert!(!ReleaseState::Withdrawn.is_open() && !ReleaseState::Withdrawn.has_left());
    }
}
