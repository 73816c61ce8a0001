//! One protected term: its text and what kind of thing it is.
//!
//! Guarantees: cannot be printed, cloned or serialised; the kind is inferred from the form only where nobody said it. Does not know: whose it is.

use crate::kind::TermKind;
use crate::words::is_letter;

/// A protected term.
pub struct Term {
    text: String,
    kind: TermKind,
}

impl std::fmt::Debug for Term {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Term({})", self.kind)
    }
}

impl Term {
    /// A term of a known kind. The name of a person may be written `Given Names/Surname` or `Surname, Given Names`.
    pub fn new(kind: TermKind, text: &str) -> Self {
        Self { text: text.to_owned(), kind }
    }

    /// A term whose kind is told by its form.
    pub fn inferred(text: &str) -> Self {
        Self::new(infer(text), text)
    }

    /// Returns its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns its kind.
    pub fn kind(&self) -> TermKind {
        self.kind
    }
}

/// Tells whether a text is the name of a person: words that are known as names, also as `Given Names/Surname` or `Surname, Given Names`.
pub fn is_personal_name(text: &str) -> bool {
    crate::number::infer(text).is_none() && crate::name::Name::parse(text).looks_like_a_person()
}

/// Tells whether a text is nothing but a given name that many people have.
pub fn is_common_given_name(text: &str) -> bool {
    crate::name::Name::is_common_given(text)
}

/// Tells the kind of a term by its form: numbers and addresses by theirs, several words that are all names as a person, one word as a
/// cryptonym, the rest as a phrase.
pub fn infer(text: &str) -> TermKind {
    if let Some(kind) = crate::number::infer(text) {
        return kind;
    }
    if text.trim().starts_with('@') {
        return TermKind::Handle;
    }
    if is_personal_name(text) {
        return TermKind::Person;
    }
    let words = text.split(|letter: char| !is_letter(letter)).filter(|word| !word.is_empty()).count();
    if words <= 1 { TermKind::Cryptonym } else { TermKind::Phrase }
}
