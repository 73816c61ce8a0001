//! Words for special categories of personal data in text that people read.
//!
//! Guarantees: every text of a released object is read but references, names of types, closed words, and what is quoted in a pattern.
//! Does not know: whether a text is of a person; that is for the data protection officer.

use super::json::{Scan, Token};
use super::normalise::Text;
use crate::special::Reading;
use comity_text::unseen;
use unicode_normalization::char::is_combining_mark;

/// How a text is read for such words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prose {
    /// It is for machines.
    No,
    /// Every word counts.
    Whole,
    /// A pattern: what is quoted is an observed value, the rest names properties.
    Pattern,
}

/// Properties whose words come from the standard's own lists or stand for nothing that people read.
const CLOSED: &[&[u8]] = &[
    b"id",
    b"type",
    b"spec_version",
    b"lang",
    b"sectors",
    b"identity_class",
    b"relationship_type",
    b"pattern_type",
    b"indicator_types",
    b"report_types",
    b"kill_chain_name",
    b"phase_name",
];

/// Says how a token is read; `observable`: it is in a cyber-observable object, where a single word is a value.
pub(super) fn prose(scan: &Scan<'_>, token: &Token, observable: bool) -> Prose {
    if token.key || !token.quoted || scan.is_reference(token.node) {
        return Prose::No;
    }
    let (_, steps) = scan.place(token.node);
    let names = scan.names(&steps);
    match names.iter().rev().find_map(|name| *name) {
        Some(name) if CLOSED.contains(&name) => Prose::No,
        Some(b"pattern") => Prose::Pattern,
        _ if observable && !scan.text(token).trim().contains(char::is_whitespace) => Prose::No,
        _ => Prose::Whole,
    }
}

/// Returns the characters from the first listed word of a text to the last.
pub(super) fn listed(text: &Text, prose: Prose, reading: &mut Reading) -> Option<(usize, usize)> {
    let mut found: Option<(usize, usize)> = None;
    let mut word = String::new();
    let mut from = 0;
    let mut quoted = false;
    let mut escaped = false;
    reading.begin();
    let mut end = |word: &mut String, from: usize, to: usize| {
        if !word.is_empty() && reading.is_listed(word) {
            found = Some((found.map_or(from, |(first, _)| first), to));
        }
        word.clear();
    };
    for (at, character) in text.chars.iter().copied().enumerate() {
        let quote = prose == Prose::Pattern && character == '\'' && !escaped;
        escaped = prose == Prose::Pattern && character == '\\' && !escaped;
        quoted ^= quote;
        // What nobody sees does not part a word.
        if unseen(character).is_some() || (is_combining_mark(character) && !word.is_empty()) {
            continue;
        }
        if quoted || !character.is_alphanumeric() {
            end(&mut word, from, at);
            continue;
        }
        if word.is_empty() {
            from = at;
        }
        word.push(character);
    }
    end(&mut word, from, text.chars.len());
    found
}
