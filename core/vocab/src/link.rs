//! Where a link stands, and why one is suspended.
//!
//! Guarantees: what people stopped and what the machine stopped on evidence are different variants, so that no text is ever
//! compared to tell them apart. Does not know: how it is stored, or who may resume it.

use crate::{Digest, OfficerCode};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a link stands. A link that two officers have not agreed to, or whose words were not compared, is no link yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkStanding {
    /// Entries flow.
    Active,
    /// Nothing is sent or accepted.
    Suspended(Suspension),
}

impl LinkStanding {
    /// Returns the word that is shown.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended(_) => "suspended",
        }
    }

    /// Tells whether entries flow.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Active)
    }

    /// Returns why it is suspended, where it is.
    pub fn suspension(&self) -> Option<&Suspension> {
        match self {
            Self::Active => None,
            Self::Suspended(suspension) => Some(suspension),
        }
    }
}

/// Which of the two logs of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Ours to the partner.
    Ours,
    /// The partner's to us.
    Theirs,
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        })
    }
}

/// Why a link is suspended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case", deny_unknown_fields)]
pub enum Suspension {
    /// The machine account of an earlier version stopped it; no officer was named.
    Operator,
    /// An officer stopped it.
    Officer {
        /// Who.
        officer: OfficerCode,
    },
    /// The partner signed another history of a log than the one held.
    Fork {
        /// The log.
        log: Whose,
        /// At which size.
        size: u64,
        /// The root held.
        held: Digest,
        /// The root that the partner signed.
        signed: Digest,
    },
    /// The partner signed a receipt for more of our log than we hold.
    Ahead {
        /// The size held.
        held: u64,
        /// The size that the partner signed.
        signed: u64,
    },
    /// The partner signed two different entries at one position.
    TwoEntries {
        /// The position.
        seq: u64,
        /// The ended generation that it is about; the present one where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ended: Option<u32>,
    },
    /// The partner says that it holds another history of a log of an ended generation.
    History {
        /// The log.
        log: Whose,
    },
    /// Evidence that an earlier version wrote down as a text.
    Earlier {
        /// The text.
        text: String,
    },
}

impl Suspension {
    /// Tells whether it rests on evidence; people may resume only what people stopped.
    pub fn is_evidence(&self) -> bool {
        match self {
            Self::Operator | Self::Officer { .. } => false,
            Self::Fork { .. }
            | Self::Ahead { .. }
            | Self::TwoEntries { .. }
            | Self::History { .. }
            | Self::Earlier { .. } => true,
        }
    }
}

impl fmt::Display for Suspension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator => f.write_str("suspended by the operator"),
            Self::Officer { officer } => write!(f, "suspended by officer {officer}"),
            Self::Fork { log, size, held, signed } => {
                write!(
                    f,
                    "fork: at size {size} of the log that is {log} the partner signed root {signed}, held is {held}"
                )
            }
            Self::Ahead { held, signed } => {
                write!(f, "the partner signed a receipt for {signed} entries of our log, held are {held}")
            }
            Self::TwoEntries { seq, ended: None } => {
                write!(f, "fork: two different entries {seq} signed by the partner")
            }
            Self::TwoEntries { seq, ended: Some(generation) } => {
                write!(f, "fork: two different entries {seq} of the ended generation {generation}")
            }
            Self::History { log } => {
                write!(f, "the partner holds another history of the log that was {log}")
            }
            Self::Earlier { text } => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_people_stopped_may_people_resume() {
        let digest = Digest([0; 32]);
        let check = |why: Suspension, evidence: bool, word: &str| {
            assert_eq!(why.is_evidence(), evidence, "{why}");
            let written = serde_json::to_value(&why).unwrap();
            assert_eq!(written["why"], word);
            assert_eq!(serde_json::from_value::<Suspension>(written).unwrap(), why);
        };
        check(Suspension::Operator, false, "operator");
        check(Suspension::Officer { officer: "alice".parse().unwrap() }, false, "officer");
        check(Suspension::Fork { log: Whose::Ours, size: 3, held: digest, signed: digest }, true, "fork");
        check(Suspension::Ahead { held: 1, signed: 2 }, true, "ahead");
        check(Suspension::TwoEntries { seq: 1, ended: None }, true, "two_entries");
        check(Suspension::TwoEntries { seq: 1, ended: Some(7) }, true, "two_entries");
        check(Suspension::History { log: Whose::Theirs }, true, "history");
        check(Suspension::Earlier { text: "suspended by the operator".into() }, true, "earlier");
    }
}
