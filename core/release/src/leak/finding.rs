//! What the leak check found and where.
//!
//! Guarantees: a finding never holds the protected term, only its place.

use comity_crypto::sha256;
use comity_vocab::Role;
use serde::{Deserialize, Serialize};

/// What kind of thing must not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingClass {
    /// A term protected by the vault.
    VaultTerm,
    /// The identifier of an object that is not released.
    UnreleasedId,
    /// A reference to an object that the recipient does not have.
    DanglingReference,
    /// The check could not be finished.
    Undetermined,
    /// A host, domain or address of our own.
    InternalHost,
    /// The code or name of an officer.
    OfficerName,
    /// The exact time of an original.
    ExactTime,
    /// The exact place of an original.
    ExactPlace,
    /// Six or more words in a row of an unreleased text, or twelve characters where words are written without blanks.
    VerbatimSentence,
    /// Words of unreleased texts that are those of a text which two officers declared public.
    VerbatimPublic,
    /// A value that is held in unreleased observations only, in text or inside of a pattern.
    UnreleasedValue,
    /// Text that asks for a stricter handling than the object's marking.
    MarkingInProse,
    /// A partner that text names as its source.
    PartnerAsSource,
    /// A marking of a country in text.
    NationalMarking,
    /// Characters that nobody sees: joiners, direction marks, tags, variation selectors, controls, private use.
    CharactersNotSeen,
    /// A word for a special category of personal data: belief, ethnicity, politics, health, sexual life.
    SpecialCategory,
}

impl FindingClass {
    /// Every class.
    pub const ALL: [FindingClass; 16] = [
        FindingClass::VaultTerm,
        FindingClass::UnreleasedId,
        FindingClass::DanglingReference,
        FindingClass::Undetermined,
        FindingClass::InternalHost,
        FindingClass::OfficerName,
        FindingClass::ExactTime,
        FindingClass::ExactPlace,
        FindingClass::VerbatimSentence,
        FindingClass::VerbatimPublic,
        FindingClass::UnreleasedValue,
        FindingClass::MarkingInProse,
        FindingClass::PartnerAsSource,
        FindingClass::NationalMarking,
        FindingClass::CharactersNotSeen,
        FindingClass::SpecialCategory,
    ];

    /// Returns the word used in rules.
    pub fn as_str(&self) -> &'static str {
        match self {
            FindingClass::VaultTerm => "vault-term",
            FindingClass::UnreleasedId => "unreleased-id",
            FindingClass::DanglingReference => "dangling-reference",
            FindingClass::Undetermined => "undetermined",
            FindingClass::InternalHost => "internal-host",
            FindingClass::OfficerName => "officer-name",
            FindingClass::ExactTime => "exact-time",
            FindingClass::ExactPlace => "exact-place",
            FindingClass::VerbatimSentence => "verbatim-sentence",
            FindingClass::VerbatimPublic => "verbatim-public",
            FindingClass::UnreleasedValue => "unreleased-value",
            FindingClass::MarkingInProse => "marking-in-prose",
            FindingClass::PartnerAsSource => "partner-as-source",
            FindingClass::NationalMarking => "national-marking",
            FindingClass::CharactersNotSeen => "characters-not-seen",
            FindingClass::SpecialCategory => "special-category",
        }
    }

    /// Returns in which role an officer may answer for a finding of this class with a reason; nobody where there is none.
    pub fn answered_by(&self) -> Option<Role> {
        match self {
            FindingClass::VaultTerm
            | FindingClass::UnreleasedId
            | FindingClass::DanglingReference
            | FindingClass::Undetermined => None,
            FindingClass::SpecialCategory => Some(Role::DataProtectionOfficer),
            FindingClass::InternalHost
            | FindingClass::OfficerName
            | FindingClass::ExactTime
            | FindingClass::ExactPlace
            | FindingClass::VerbatimSentence
            | FindingClass::VerbatimPublic
            | FindingClass::UnreleasedValue
            | FindingClass::MarkingInProse
            | FindingClass::PartnerAsSource
            | FindingClass::NationalMarking
            | FindingClass::CharactersNotSeen => Some(Role::ReleasingOfficer),
        }
    }
}

/// One place in the final bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of thing was found.
    pub class: FindingClass,
    /// Class and way of finding, such as `vault-term/base64`.
    pub rule: String,
    /// The number of the part.
    pub part: usize,
    /// Where it begins in the part, in bytes.
    pub offset: usize,
    /// How long it is there, in bytes.
    pub length: usize,
    /// The identifier of the object it is in, as written in the part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// JSON pointer of the property within the object, or within the part where it is in no object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// The matter whose handlers may see it: of a vault term that was found, or of one that cannot be searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<u64>,
}

impl Finding {
    /// Returns the identifier by which it is overridden: the same for the same place and rule in the same bytes.
    pub fn id(&self) -> String {
        let place = format!("{} {} {} {} {:?}", self.rule, self.part, self.offset, self.length, self.matter);
        sha256(&[b"comity/v1/finding", place.as_bytes()]).to_string().chars().take(16).collect()
    }

    /// Returns in which role an officer may answer for it with a reason; nobody where there is none.
    pub fn answered_by(&self) -> Option<Role> {
        self.class.answered_by()
    }
}
