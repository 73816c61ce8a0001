//! Short texts that stand side by side in one object, put together: a name in two fields, a word cut up into a list.
//!
//! Guarantees: every pair of neighbours is in one row; identifiers, references and times are no neighbours. Does not know: what is looked for.

use super::json::{Scan, Token};
use comity_terms::Text;
use comity_vocab::Timestamp;

/// A longer text is no part of a name.
const CHARACTERS_MAX: usize = 60;
/// A row of more characters is cut, with the last text of one row as the first of the next.
const ROW_MAX: usize = 2_000;

/// Neighbouring texts, not read yet.
#[derive(Default)]
pub(super) struct Unread<'a> {
    /// All that stands from the first of them to the last, with names and signs between: the same bytes are the same row.
    pub bytes: &'a [u8],
    tokens: Vec<usize>,
    length: usize,
}

impl<'a> Unread<'a> {
    fn push(&mut self, scan: &Scan<'_>, number: usize, token: &Token) {
        self.length += usize::from(!self.tokens.is_empty()) + length(scan, token);
        self.tokens.push(number);
    }

    fn give(mut self, scan: &Scan<'a>, give: &mut dyn FnMut(Unread<'a>)) {
        let token = |at: Option<&usize>| at.and_then(|at| scan.tokens.get(*at));
        if let (Some(first), Some(last), true) =
            (token(self.tokens.first()), token(self.tokens.last()), self.tokens.len() > 1)
        {
            self.bytes = scan.between(first.start, last.end);
            give(self);
        }
    }

    /// Reads them.
    pub fn read(self, scan: &Scan<'_>) -> Row<'a> {
        let (mut text, mut edges) = (Text::new(), Vec::new());
        for (at, token) in self.tokens.iter().filter_map(|number| scan.tokens.get(*number)).enumerate() {
            if at > 0 {
                edges.push(text.chars.len());
                text.push(' ', token.start as u32, token.start as u32);
            }
            scan.characters(token, |character, start, end| text.push(character, start, end));
        }
        Row { bytes: self.bytes, text, edges, tokens: self.tokens }
    }
}

/// How many characters a text has.
fn length(scan: &Scan<'_>, token: &Token) -> usize {
    let bytes = scan.content(token);
    if bytes.iter().all(|byte| (0x20..0x7f).contains(byte) && *byte != b'\\') {
        return bytes.len();
    }
    let mut text = Text::new();
    scan.characters(token, |character, start, end| text.push(character, start, end));
    text.chars.len()
}

/// Neighbouring texts as one, a blank between them.
pub(super) struct Row<'a> {
    pub bytes: &'a [u8],
    pub text: Text,
    /// Where one text ends and the next begins, in characters.
    pub edges: Vec<usize>,
    /// The tokens, in order.
    pub tokens: Vec<usize>,
}

impl Row<'_> {
    /// Tells whether a place begins and ends with whole words and is of more than one text.
    pub fn crosses(&self, from: usize, to: usize) -> bool {
        let in_word =
            |at: Option<usize>| at.and_then(|at| self.text.chars.get(at)).is_some_and(|sign| sign.is_alphanumeric());
        let cut = in_word(from.checked_sub(1)) || in_word(Some(to));
        !cut && self.edges.iter().any(|edge| from < *edge && *edge < to)
    }

    /// Returns the token that a character is of.
    pub fn token_of(&self, character: usize) -> usize {
        let number = self.edges.iter().take_while(|edge| **edge <= character).count();
        self.tokens.get(number).copied().unwrap_or_default()
    }
}

/// Gives the rows of a part.
pub(super) fn neighbours<'a>(scan: &Scan<'a>, give: &mut dyn FnMut(Unread<'a>)) {
    let mut row = Unread::default();
    let objects = scan.objects();
    let mut before: Option<(usize, &Token)> = None;
    let mut object = 0;
    for (number, token) in scan.tokens.iter().enumerate() {
        if token.key || !token.quoted {
            continue;
        }
        let short = token.end - token.start <= CHARACTERS_MAX && !scan.is_reference(token.node) && is_text(scan, token);
        let short = short && !scan.is_closed(token.node);
        let of = objects.get(token.node).copied().unwrap_or(0);
        if !short || of != object || row.length > ROW_MAX {
            let goes_on = short && of == object;
            std::mem::take(&mut row).give(scan, give);
            if let Some((number, token)) = before.filter(|_| goes_on) {
                row.push(scan, number, token);
            }
        }
        object = of;
        before = None;
        if short {
            row.push(scan, number, token);
            before = Some((number, token));
        }
    }
    row.give(scan, give);
}

/// Not an identifier, not a time, not empty.
fn is_text(scan: &Scan<'_>, token: &Token) -> bool {
    let bytes = scan.content(token);
    let digit = bytes.first().is_some_and(u8::is_ascii_digit);
    let is_time = digit && std::str::from_utf8(bytes).is_ok_and(|text| Timestamp::parse(text).is_ok());
    let is_id = bytes.len() > 38 && bytes.get(bytes.len() - 38..bytes.len() - 36) == Some(b"--");
    !bytes.is_empty() && !is_time && !is_id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_short_texts() {
        let bytes = br#"{"objects":[{"id":"identity--a0000000-0000-4000-8000-000000000001","first":"Anton","last":"Nowak","created":"2026-03-14T00:00:00Z","x":["Kor","mo","ran"]},{"name":"else","n":7}]}"#;
        let scan = Scan::new(bytes);
        let mut rows: Vec<String> = Vec::new();
        neighbours(&scan, &mut |row| rows.push(row.read(&scan).text.chars.iter().collect()));
        assert_eq!(rows, ["Anton Nowak", "Kor mo ran"]);
    }
}
