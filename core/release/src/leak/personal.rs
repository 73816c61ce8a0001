//! Words for special categories of personal data in text that people read.
//!
//! Guarantees: every text of a released object is read but references, names of types, closed words, and what is quoted in a pattern.
//! Does not know: whether a text is of a person; that is for the data protection officer.

use super::facts::ObjectFacts;
use super::json::{Scan, Token};
use crate::special::Reading;
use comity_terms::Text;
use comity_text::unseen;
use unicode_normalization::char::is_combining_mark;

/// How a text is read for such words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Prose {
    /// It is for machines.
    No,
    /// Every word counts.
    Whole,
    /// A STIX pattern: what is quoted is an observed value, the rest names properties or is a comment.
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

/// Says how a token is read. In a cyber-observable object a single word is a value; so it is where the standard has closed words.
pub(super) fn prose(scan: &Scan<'_>, token: &Token, about: Option<&ObjectFacts>) -> Prose {
    if token.key || !token.quoted || scan.is_reference(token.node) {
        return Prose::No;
    }
    let one_word = || !scan.text(token).trim().contains(char::is_whitespace);
    match scan.property_of(token.node) {
        Some(name) if CLOSED.contains(&name) && one_word() => Prose::No,
        Some(b"pattern") if about.is_some_and(|facts| facts.stix_pattern) => Prose::Pattern,
        _ if about.is_some_and(|facts| facts.observable) && one_word() => Prose::No,
        _ => Prose::Whole,
    }
}

/// Returns the characters from the first listed word of a text to the last.
pub(super) fn listed(text: &Text, prose: Prose, reading: &mut Reading) -> Option<(usize, usize)> {
    let mut found: Option<(usize, usize)> = None;
    let mut word = String::new();
    let mut from = 0;
    let mut quotes = Quotes::default();
    reading.begin();
    let mut end = |word: &mut String, from: usize, to: usize| {
        if !word.is_empty() && reading.is_listed(word) {
            found = Some((found.map_or(from, |(first, _)| first), to));
        }
        word.clear();
    };
    for (at, character) in text.chars.iter().copied().enumerate() {
        let quoted = prose == Prose::Pattern && quotes.holds(character);
        if character.is_ascii_alphanumeric() && !quoted {
            if word.is_empty() {
                from = at;
            }
            word.push(character);
            continue;
        }
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

/// Where quoted values of a STIX pattern begin and end; an apostrophe in a comment begins none.
#[derive(Default)]
struct Quotes {
    quoted: bool,
    escaped: bool,
    /// The end of the comment that is being read: `*` for a block, a line end for a line.
    comment: Option<char>,
    before: char,
}

impl Quotes {
    /// Tells whether a character stands in a quoted value.
    fn holds(&mut self, character: char) -> bool {
        let before = std::mem::replace(&mut self.before, character);
        match self.comment {
            Some('*') if before == '*' && character == '/' => self.comment = None,
            Some('\n') if matches!(character, '\n' | '\r') => self.comment = None,
            Some(_) => {}
            None if self.quoted => {
                let ends = character == '\'' && !self.escaped;
                self.escaped = character == '\\' && !self.escaped;
                self.quoted = !ends;
                return true;
            }
            None if before == '/' && character == '*' => {
                self.comment = Some('*');
                self.before = ' ';
            }
            None if before == '/' && character == '/' => self.comment = Some('\n'),
            None => self.quoted = character == '\'',
        }
        self.quoted
    }
}
