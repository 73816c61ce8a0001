//! Acts about a link that need two persons: a new partner, the words compared, a new node key, a link that flows again.
//!
//! Guarantees: an agreement holds for one act on one partner under one organisation key, for the card or the words that stand in
//! it, and for the moment when it was begun; a link is resumed from the suspension that was signed. Does not know: cards, logs.

use crate::agreement::{Agreement, Pair, Side};
use comity_crypto::{Purpose, VerifyingKey, same, sha256};
use comity_vocab::{Digest, OrgCode, Role, Suspension, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who signs acts about links.
const PAIR: Pair = Pair {
    purpose: Purpose::LinkAct,
    sides: [
        Side { roles: &[Role::SecurityOfficer], needed: "one person as security_officer" },
        Side { roles: &[Role::Custodian], needed: "another person as custodian" },
    ],
    needed: "a security_officer and a custodian, two persons",
};

/// What is done to a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum LinkDeed {
    /// A partner is added by its card.
    Add {
        /// SHA-256 of the card's text.
        card: Digest,
    },
    /// Both officers typed the words that the partner reads from its own screen.
    Confirm {
        /// The twelve words, in small letters with one blank between them.
        words: String,
    },
    /// The partner has a new node key: the logs end and new ones begin.
    Renew {
        /// SHA-256 of the card's text.
        card: Digest,
    },
    /// A link that people stopped flows again.
    Resume {
        /// Why it stands still: the signature ends this suspension and no other. None in acts of a version that did not name it; these
        /// are read and resume nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        suspension: Option<Suspension>,
    },
}

/// Which of the acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkActKind {
    /// [`LinkDeed::Add`].
    Add,
    /// [`LinkDeed::Confirm`].
    Confirm,
    /// [`LinkDeed::Renew`].
    Renew,
    /// [`LinkDeed::Resume`].
    Resume,
}

impl LinkActKind {
    /// Returns the word of the statement, the store and the audit log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Confirm => "confirm",
            Self::Renew => "renew",
            Self::Resume => "resume",
        }
    }
}

impl fmt::Display for LinkActKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What two officers sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkAct {
    /// The organisation that decides.
    pub organisation: OrgCode,
    /// The partner.
    pub partner: OrgCode,
    /// The partner's organisation key, so that it counts for no other under the same code.
    pub key: VerifyingKey,
    /// What is done.
    pub deed: LinkDeed,
    /// When it was begun, so that an earlier signature does not count for a later act.
    pub made: Timestamp,
}

impl LinkAct {
    /// Returns which act it is.
    pub fn kind(&self) -> LinkActKind {
        match &self.deed {
            LinkDeed::Add { .. } => LinkActKind::Add,
            LinkDeed::Confirm { .. } => LinkActKind::Confirm,
            LinkDeed::Renew { .. } => LinkActKind::Renew,
            LinkDeed::Resume { .. } => LinkActKind::Resume,
        }
    }
}

impl Agreement for LinkAct {
    fn pair(&self) -> Pair {
        PAIR
    }

    fn statement(&self) -> Vec<u8> {
        let Self { organisation, partner, key, deed, made } = self;
        let about = match deed {
            LinkDeed::Add { card } | LinkDeed::Renew { card } => format!("card {card}\n"),
            LinkDeed::Confirm { words } => format!("words {words}\n"),
            LinkDeed::Resume { suspension: None } => String::new(),
            LinkDeed::Resume { suspension: Some(suspension) } => format!("suspended {suspension}\n"),
        };
        let (act, key) = (self.kind(), key.digest());
        format!(
            "comity-link-act/1\nact {act}\norganisation {organisation}\npartner {partner}\nkey {key}\n{about}made {made}\n"
        )
        .into_bytes()
    }
}

/// Returns words as they are compared: in small letters, one blank between them, without the marks people put around words.
pub fn plain_words(typed: &str) -> String {
    let words = typed.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Tells whether typed words are the ones expected, in a form that takes the same time whatever differs.
pub fn same_words(typed: &str, expected: &str) -> bool {
    let digest = |text: &str| sha256(&[plain_words(text).as_bytes()]);
    same(&digest(typed), &digest(expected))
}

#[cfg(test)]
mod tests {
    use super::{plain_words, same_words};

    #[test]
    fn words_are_compared_as_people_type_them() {
        let expected = "abandon ability able about above absent";
        for typed in [
            "abandon ability able about above absent",
            "  Abandon  ABILITY able\tabout\nabove absent ",
            "1. abandon, 2. ability; able - about / above (absent)",
        ] {
            assert!(same_words(typed, expected), "{typed}");
        }
        for typed in
            ["", "abandon", "ability abandon able about above absent", "abandon ability able about above absente"]
        {
            assert!(!same_words(typed, expected), "{typed}");
        }
        assert_eq!(plain_words("A-b c"), "a b c");
    }
}
