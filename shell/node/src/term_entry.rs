//! A protected term as it is asked to be entered: the word alone, or the word with what it is.

use serde::{Deserialize, Serialize};

/// A word that must never appear in a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TermEntry {
    /// Its form tells what it is.
    Word(String),
    /// A handler says what it is.
    Kind {
        /// The word; of a person, `Given Names/Surname`.
        term: String,
        /// person, cryptonym, project, host, address, phone, case_number, email, ip, date, handle, document, account or phrase.
        kind: String,
    },
}

impl From<&str> for TermEntry {
    fn from(term: &str) -> Self {
        TermEntry::Word(term.to_owned())
    }
}

impl From<String> for TermEntry {
    fn from(term: String) -> Self {
        TermEntry::Word(term)
    }
}

impl TermEntry {
    /// Returns the word.
    pub fn text(&self) -> &str {
        match self {
            TermEntry::Word(term) | TermEntry::Kind { term, .. } => term,
        }
    }

    /// Returns what somebody said that it is.
    pub fn kind(&self) -> Option<&str> {
        match self {
            TermEntry::Word(_) => None,
            TermEntry::Kind { kind, .. } => Some(kind),
        }
    }

    /// Reads a line that people type: the word, or the kind, a colon and the word. Only the word of a kind is one.
    pub fn typed(line: &str) -> Self {
        match line.split_once(':') {
            Some((kind, term)) if kind.trim().parse::<comity_release::leak::TermKind>().is_ok() => {
                TermEntry::Kind { term: term.trim().to_owned(), kind: kind.trim().to_owned() }
            }
            _ => TermEntry::Word(line.trim().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_people_type() {
        for (line, term, kind) in [
            ("Kormoran", "Kormoran", None),
            ("person: Anton/Bielawski", "Anton/Bielawski", Some("person")),
            ("http://a.example", "http://a.example", None),
            ("note: blue", "note: blue", None),
        ] {
            let entry = TermEntry::typed(line);
            assert_eq!((entry.text(), entry.kind()), (term, kind), "{line}");
        }
    }
}
