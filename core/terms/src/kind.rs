//! The kinds of protected terms: what is a name, what is a number, what is neither.
//!
//! Guarantees: every kind has one word, the same in registers, flags and files.

use std::fmt;
use std::str::FromStr;

/// What a protected term is; it decides in which writings the term is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TermKind {
    /// The name of a person, or one of several: `Given Names/Surname`.
    Person,
    /// A code name of a source or operation.
    Cryptonym,
    /// The name of a project or operation.
    Project,
    /// The name of a machine or domain.
    Host,
    /// A street address.
    Address,
    /// A telephone number.
    Phone,
    /// The number of a case or file.
    CaseNumber,
    /// A mail address.
    Email,
    /// An IP address or range.
    Ip,
    /// A day.
    Date,
    /// A name in a network or forum.
    Handle,
    /// The number or title of a document.
    Document,
    /// The number of an account: IBAN, card, wallet.
    Account,
    /// Words in a row.
    Phrase,
}

/// No kind has this word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("kind of term {0:?}: known are {known}", known = TermKind::ALL.map(|kind| kind.as_str()).join(", "))]
pub struct UnknownKind(pub String);

impl TermKind {
    /// Every kind.
    pub const ALL: [TermKind; 14] = [
        TermKind::Person,
        TermKind::Cryptonym,
        TermKind::Project,
        TermKind::Host,
        TermKind::Address,
        TermKind::Phone,
        TermKind::CaseNumber,
        TermKind::Email,
        TermKind::Ip,
        TermKind::Date,
        TermKind::Handle,
        TermKind::Document,
        TermKind::Account,
        TermKind::Phrase,
    ];

    /// Returns its word.
    pub fn as_str(self) -> &'static str {
        match self {
            TermKind::Person => "person",
            TermKind::Cryptonym => "cryptonym",
            TermKind::Project => "project",
            TermKind::Host => "host",
            TermKind::Address => "address",
            TermKind::Phone => "phone",
            TermKind::CaseNumber => "case_number",
            TermKind::Email => "email",
            TermKind::Ip => "ip",
            TermKind::Date => "date",
            TermKind::Handle => "handle",
            TermKind::Document => "document",
            TermKind::Account => "account",
            TermKind::Phrase => "phrase",
        }
    }
}

impl fmt::Display for TermKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TermKind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        TermKind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| UnknownKind(word.to_owned()))
    }
}
