//! Names of hosts: their labels as rows.
//!
//! Guarantees: subdomains, mail addresses and web addresses hold the name; Punycode and its letters are one name; the labels are found
//! backwards and with another sign between them, and a first label that is no common word alone. Does not know: the public suffix list.

use super::sequence::{Edge, Row, Sequences};
use super::token::{Token, Tokens, gap};
use crate::Text;

/// First labels that say nothing.
const COMMON: &str = include_str!("common-labels.txt");
const LABEL: u16 = gap::EMPTY | gap::HYPHEN | gap::UNDERSCORE;
const NAME: u16 = LABEL | gap::DOT | gap::SQUARE | gap::ROUND;
/// Letters of a label that stands for itself, and of one with a digit or hyphen.
const LETTERS_MIN: usize = 8;
const MIXED_MIN: usize = 5;

/// Returns the labels of a name in small letters; none where the text is no name of a host.
pub(super) fn labels(text: &str) -> Option<Vec<String>> {
    let plain = text.trim().replace("[.]", ".").replace("(.)", ".").replace("[dot]", ".").to_lowercase();
    let plain = plain.split_once("://").map_or(plain.as_str(), |(_, rest)| rest);
    let plain = plain.split(['/', ':', '?']).next()?.trim_end_matches('.').trim_start_matches("*.");
    let labels: Vec<String> = plain.split('.').map(str::to_owned).collect();
    let label = |label: &String| {
        !label.is_empty()
            && label.chars().all(|one| one.is_alphanumeric() || matches!(one, '-' | '_') || !one.is_ascii())
    };
    let lettered = labels.last().is_some_and(|last| last.chars().any(char::is_alphabetic));
    (labels.iter().all(label) && lettered && !plain.contains(char::is_whitespace)).then_some(labels)
}

/// Adds a name; false where the text is none, or one label that is a common word.
pub(super) fn add(text: &str, term: u32, rows: &mut Sequences) -> bool {
    let Some(labels) = labels(text) else { return false };
    let plain = labels.join(".");
    let mut writings = vec![plain.clone()];
    writings.extend(idna::domain_to_ascii(&plain).ok().filter(|ascii| *ascii != plain));
    let (unicode, readable) = idna::domain_to_unicode(&plain);
    writings.extend(Some(unicode).filter(|unicode| readable.is_ok() && *unicode != plain));
    let mut added = false;
    for writing in &writings {
        let parts: Vec<&str> = writing.split('.').collect();
        if parts.len() > 1 {
            let edge = Edge::Host { short: parts.len() == 2 };
            row(&parts.join("."), Row { term, class: "host/name", gaps: NAME, edge }, rows);
            let back: Vec<&str> = parts.iter().rev().copied().collect();
            row(
                &back.join("."),
                Row { term, class: "host/backwards", gaps: NAME, edge: Edge::Host { short: false } },
                rows,
            );
            // As the log of a name server writes it, each label behind its length: `(5)build(4)test(0)`.
            let lengths = parts.iter().skip(1).map(|label| format!("({}){label}", label.len()));
            let wire: String = parts.first().map(|first| (*first).to_owned()).into_iter().chain(lengths).collect();
            row(&wire, Row { term, class: "host/wire", gaps: NAME, edge: Edge::Host { short: false } }, rows);
            added = true;
        }
        if let Some(first) = parts.first().filter(|first| is_distinctive(first)) {
            let hyphens = first.contains(|character: char| !character.is_alphabetic());
            row(first, Row { term, class: "host/label", gaps: LABEL, edge: Edge::Word { hyphens } }, rows);
            added = true;
        }
    }
    added
}

fn row(text: &str, row: Row, rows: &mut Sequences) {
    let text = Text::of(text);
    let tokens: Vec<Token> = Tokens::of(&text).all;
    rows.add(&tokens, row);
}

fn is_distinctive(label: &str) -> bool {
    let letters = label.chars().filter(|character| character.is_alphabetic()).count();
    let mixed = label.chars().any(|character| character.is_ascii_digit() || character == '-');
    let common =
        COMMON.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).any(|word| word == label);
    !common && letters > 1 && (letters >= LETTERS_MIN || mixed && label.chars().count() >= MIXED_MIN)
}
