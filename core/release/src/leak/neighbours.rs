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

/// Neighbouring texts as one, a blank between them.
pub(super) struct Row {
    pub text: Text,
    /// Where one text ends and the next begins, in characters.
    pub edges: Vec<usize>,
    /// The tokens, in order.
    pub tokens: Vec<usize>,
}

impl Row {
    fn new() -> Self {
        Self { text: Text::new(), edges: Vec::new(), tokens: Vec::new() }
    }

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

    fn push(&mut self, scan: &Scan<'_>, number: usize, token: &Token) {
        if !self.tokens.is_empty() {
            self.edges.push(self.text.chars.len());
            self.text.push(' ', token.start as u32, token.start as u32);
        }
        self.tokens.push(number);
        scan.characters(token, &mut |character, start, end| self.text.push(character, start, end));
    }
}

/// Returns the rows of a part.
pub(super) fn neighbours(scan: &Scan<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut row = Row::new();
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
        if !short || of != object || row.text.chars.len() > ROW_MAX {
            let goes_on = short && of == object;
            let full = std::mem::replace(&mut row, Row::new());
            rows.extend(Some(full).filter(|row| row.tokens.len() > 1));
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
    rows.extend(Some(row).filter(|row| row.tokens.len() > 1));
    rows
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
        let rows: Vec<String> = neighbours(&scan).iter().map(|row| row.text.chars.iter().collect()).collect();
        assert_eq!(rows, ["Anton Nowak", "Kor mo ran"]);
    }
}
