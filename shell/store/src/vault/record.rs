//! A source's record, in the clear only while it is shown.
//!
//! Guarantees: no `Debug`, `Display`, `Serialize` or `Clone` on what holds an identity; the texts are overwritten when dropped.

use comity_release::leak::TermKind;
use comity_vocab::{OfficerCode, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::str::FromStr;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Sealed records are padded to a multiple of this, in bytes: their length must not tell how much is known.
const PAD_BYTES: usize = 1024;

/// How reliable a source is, the first axis of the Admiralty scheme (domain.md §3.1). F is "cannot be judged".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reliability {
    /// Completely reliable.
    A,
    /// Usually reliable.
    B,
    /// Fairly reliable.
    C,
    /// Not usually reliable.
    D,
    /// Unreliable.
    E,
    /// Cannot be judged.
    F,
}

/// A text that is no reliability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a reliability: expected a letter A-F")]
pub struct ReliabilityError;

impl FromStr for Reliability {
    type Err = ReliabilityError;
    fn from_str(text: &str) -> Result<Self, ReliabilityError> {
        match text {
            "A" | "a" => Ok(Self::A),
            "B" | "b" => Ok(Self::B),
            "C" | "c" => Ok(Self::C),
            "D" | "d" => Ok(Self::D),
            "E" | "e" => Ok(Self::E),
            "F" | "f" => Ok(Self::F),
            _ => Err(ReliabilityError),
        }
    }
}

impl Reliability {
    /// Returns the letter.
    pub fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
            Self::E => 'E',
            Self::F => 'F',
        }
    }
}

/// A word that must never leave, as a handler enters it.
#[derive(Clone)]
pub struct ProtectedTerm {
    /// The word.
    pub term: Zeroizing<String>,
    /// What it is; nobody said it where absent, and its form decides.
    pub kind: Option<TermKind>,
}

impl ProtectedTerm {
    /// Returns what it is: as a handler said, or as its form tells.
    pub fn kind(&self) -> TermKind {
        self.kind.unwrap_or_else(|| comity_release::leak::infer(&self.term))
    }
}

impl From<Zeroizing<String>> for ProtectedTerm {
    fn from(term: Zeroizing<String>) -> Self {
        Self { term, kind: None }
    }
}

/// A source to be entered.
pub struct NewSource {
    /// The internal cover name.
    pub cryptonym: Zeroizing<String>,
    /// Who or what the source is.
    pub true_identity: Zeroizing<String>,
    /// How to reach it.
    pub contact: Zeroizing<String>,
    /// The officers who run it; only they read the record.
    pub handlers: BTreeSet<OfficerCode>,
    /// Words that must never leave: names, places, habits.
    pub protected_terms: Vec<ProtectedTerm>,
    /// How reliable it is.
    pub reliability: Reliability,
    /// Anything else.
    pub notes: Zeroizing<String>,
}

/// A source, shown to one of its handlers.
pub struct Source {
    /// The random identifier.
    pub id: Uuid,
    /// The number of the matter, as findings of the leak check name it.
    pub matter: u64,
    /// The internal cover name.
    pub cryptonym: Zeroizing<String>,
    /// Who or what the source is.
    pub true_identity: Zeroizing<String>,
    /// How to reach it.
    pub contact: Zeroizing<String>,
    /// The officers who run it.
    pub handlers: BTreeSet<OfficerCode>,
    /// Words that must never leave.
    pub protected_terms: Vec<ProtectedTerm>,
    /// How reliable it is.
    pub reliability: Reliability,
    /// Anything else.
    pub notes: Zeroizing<String>,
    /// When it was entered.
    pub created: Timestamp,
    /// The objects it is joined to.
    pub objects: Vec<String>,
}

/// A source in the list of one of its handlers.
pub struct SourceSummary {
    /// The random identifier.
    pub id: Uuid,
    /// The number of the matter.
    pub matter: u64,
    /// The internal cover name.
    pub cryptonym: Zeroizing<String>,
    /// How reliable it is.
    pub reliability: Reliability,
    /// When it was entered.
    pub created: Timestamp,
    /// The number of objects it is joined to.
    pub objects: u64,
    /// The number of protected terms of which nobody said what they are.
    pub unclassified: usize,
}

/// The record as sealed. Private: nothing else can serialise a source.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(super) struct Sealed {
    pub cryptonym: String,
    pub true_identity: String,
    pub contact: String,
    pub protected_terms: Vec<String>,
    /// The kind of each term, empty where nobody said it. Records of earlier versions have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[zeroize(skip)]
    term_kinds: Vec<String>,
    #[zeroize(skip)]
    reliability: Reliability,
    notes: String,
    #[zeroize(skip)]
    created: Timestamp,
}

impl Sealed {
    /// The protected terms with their kinds; a kind that this version does not know is none.
    pub fn terms(&self) -> Vec<ProtectedTerm> {
        let kind = |at: usize| self.term_kinds.get(at).and_then(|kind| kind.parse().ok());
        let term = |(at, term): (usize, &String)| ProtectedTerm { term: Zeroizing::new(term.clone()), kind: kind(at) };
        self.protected_terms.iter().enumerate().map(term).collect()
    }

    /// Puts other terms in their place.
    pub fn put_terms(&mut self, terms: &[ProtectedTerm]) {
        self.protected_terms.zeroize();
        self.protected_terms = terms.iter().map(|entry| entry.term.to_string()).collect();
        self.term_kinds = kinds_of(terms);
    }

    /// The record as it is sealed.
    pub fn padded(&self) -> Zeroizing<Vec<u8>> {
        // INVARIANT: serialising these plain texts cannot fail; an empty record would be refused by `decode`.
        padded(&Zeroizing::new(serde_json::to_vec(self).unwrap_or_default()))
    }
}

/// The kinds as they are sealed; none where nobody said any, so that such a record is what it always was.
fn kinds_of(terms: &[ProtectedTerm]) -> Vec<String> {
    let kinds: Vec<String> = terms.iter().map(|term| term.kind.map_or("", TermKind::as_str).to_owned()).collect();
    if kinds.iter().all(String::is_empty) { Vec::new() } else { kinds }
}

/// Pads with blanks, which neither JSON nor an identifier ends with.
pub(super) fn padded(plain: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = plain.len().next_multiple_of(PAD_BYTES).max(PAD_BYTES);
    // One allocation of the final size: growing would leave copies behind.
    let mut padded = Zeroizing::new(Vec::with_capacity(length));
    padded.extend_from_slice(plain);
    padded.resize(length, b' ');
    padded
}

pub(super) fn encode(source: &NewSource, created: Timestamp) -> Zeroizing<Vec<u8>> {
    let sealed = Sealed {
        cryptonym: source.cryptonym.to_string(),
        true_identity: source.true_identity.to_string(),
        contact: source.contact.to_string(),
        protected_terms: source.protected_terms.iter().map(|entry| entry.term.to_string()).collect(),
        term_kinds: kinds_of(&source.protected_terms),
        reliability: source.reliability,
        notes: source.notes.to_string(),
        created,
    };
    sealed.padded()
}

pub(super) fn encode_handlers(handlers: &BTreeSet<OfficerCode>) -> Zeroizing<Vec<u8>> {
    padded(&serde_json::to_vec(handlers).unwrap_or_default())
}

pub(super) fn decode_handlers(plain: &[u8]) -> Option<BTreeSet<OfficerCode>> {
    serde_json::from_slice(plain).ok()
}

pub(super) fn read(plain: &[u8]) -> Option<Sealed> {
    serde_json::from_slice(plain).ok()
}

fn take(text: &mut String) -> Zeroizing<String> {
    Zeroizing::new(std::mem::take(text))
}

pub(super) fn decode(
    id: Uuid,
    plain: &[u8],
    handlers: BTreeSet<OfficerCode>,
    objects: Vec<String>,
    matter: i64,
) -> Option<Source> {
    let mut sealed = read(plain)?;
    let protected_terms = sealed.terms();
    Some(Source {
        id,
        matter: u64::try_from(matter).ok()?,
        cryptonym: take(&mut sealed.cryptonym),
        true_identity: take(&mut sealed.true_identity),
        contact: take(&mut sealed.contact),
        handlers,
        protected_terms,
        reliability: sealed.reliability,
        notes: take(&mut sealed.notes),
        created: sealed.created,
        objects,
    })
}

pub(super) fn decode_summary(id: Uuid, plain: &[u8], matter: i64, objects: u64) -> Option<SourceSummary> {
    let mut sealed = read(plain)?;
    let unclassified = sealed.terms().iter().filter(|entry| entry.kind.is_none()).count();
    Some(SourceSummary {
        id,
        unclassified,
        matter: u64::try_from(matter).ok()?,
        cryptonym: take(&mut sealed.cryptonym),
        reliability: sealed.reliability,
        created: sealed.created,
        objects,
    })
}
