//! What a verb prints: a JSON document for programs, lines for people.
//!
//! Guarantees: of text that came from elsewhere, what is not seen is written out as a mark such as `⟨U+202E⟩`, and as an escape in JSON, so
//! that it cannot restyle a terminal or hide from who reads. Does not know: which characters these are; `comity_text` does.

use comity_node::Failure;
use comity_text::{unseen, visible_line};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write;

/// Where and how to print.
pub struct Output {
    json: bool,
    /// Whether the one JSON document was printed: a verb may answer and still say no, as the leak check does.
    answered: std::cell::Cell<bool>,
}

/// Writes a JSON document for a program: what is not seen stands as an escape such as `\u202e`, so that a terminal that shows the document
/// is not restyled and a person sees what is there. The value is the same.
pub fn document(value: &impl serde::Serialize) -> serde_json::Result<String> {
    Ok(escaped(serde_json::to_string(value)?))
}

/// Escapes what is not seen in the text of JSON documents.
pub fn escaped(json: String) -> String {
    // JSON itself escapes the controls below the blank.
    if json.bytes().all(|byte| (0x20..0x7f).contains(&byte) || byte == b'\n') {
        return json;
    }
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        // Outside of strings JSON is ASCII, so whatever is not seen stands in one.
        if unseen(character).is_none() {
            shown.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    }
    shown
}

/// Writes the lines for a person: each is one line, whatever text from elsewhere it holds.
fn write_lines(out: &mut impl Write, lines: &[String]) -> std::io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{}", visible_line(line)))
}

fn write_document(out: &mut impl Write, value: &Value) -> std::io::Result<()> {
    writeln!(out, "{}", document(value)?)
}

/// Reads a text field of a JSON object; empty where absent.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Reads a number field of a JSON object; 0 where absent.
pub fn number(value: &Value, field: &str) -> u64 {
    value.get(field).and_then(Value::as_u64).unwrap_or_default()
}

/// Reads a list field of a JSON object; empty where absent.
pub fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

impl Output {
    /// Prints JSON or lines.
    pub fn new(json: bool) -> Self {
        Self { json, answered: std::cell::Cell::new(false) }
    }

    /// Tells whether a program reads.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Prints an answer: the value for programs, the lines for people.
    pub fn answer(&self, value: &Value, lines: impl FnOnce(&Value) -> Vec<String>) -> Result<(), Failure> {
        self.answered.set(true);
        let mut out = std::io::stdout().lock();
        let written = if self.json { write_document(&mut out, value) } else { write_lines(&mut out, &lines(value)) };
        written.and_then(|()| out.flush()).or_else(closed_pipe)
    }

    /// Prints one JSON line of a stream of answers.
    pub fn record(&self, value: &Value) -> Result<(), Failure> {
        self.answered.set(true);
        let mut out = std::io::stdout().lock();
        write_document(&mut out, value).or_else(closed_pipe)
    }

    /// Prints bytes as they are.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.answered.set(true);
        let mut out = std::io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).or_else(closed_pipe)
    }

    /// Tells a person something beside the answer.
    pub fn note(&self, line: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{}", visible_line(line));
    }

    /// Prints a failure: JSON on standard output for programs, and a line with a hint for people.
    pub fn failure(&self, failure: &Failure) {
        if self.json && !self.answered.get() {
            let _ = write_document(&mut std::io::stdout().lock(), &serde_json::json!({ "error": failure }));
        }
        self.note(&format!("comity: {}", failure.message));
        if let Some(hint) = &failure.hint {
            self.note(&format!("  → {hint}"));
        }
    }
}

fn closed_pipe(error: std::io::Error) -> Result<(), Failure> {
    match error.kind() {
        // Somebody who read our output has seen enough, as in `comity search … | head`.
        std::io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Failure::operational(format!("cannot write the answer: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(lines: &[&str]) -> String {
        let mut out = Vec::new();
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        write_lines(&mut out, &lines).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn document_of(text: &str) -> String {
        let mut out = Vec::new();
        write_document(&mut out, &serde_json::json!({ "name": text })).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_terminal_cannot_be_restyled() {
        for (text, expect, json) in [
            ("Тавен Орлиск", "Тавен Орлиск", "Тавен Орлиск"),
            ("a\u{1b}[31mb", "a⟨U+001B⟩[31mb", "a\\u001b[31mb"),
            ("a\u{9b}31mb", "a⟨U+009B⟩31mb", "a\\u009b31mb"),
            ("a\u{202e}b", "a⟨U+202E⟩b", "a\\u202eb"),
            ("a\u{2028}b", "a⟨U+2028⟩b", "a\\u2028b"),
            ("a\u{e0041}b", "a⟨U+E0041⟩b", "a\\udb40\\udc41b"),
            ("a\u{7f}b\n", "a⟨U+007F⟩b⟨U+000A⟩", "a\\u007fb\\n"),
        ] {
            assert_eq!(printed(&[text]), format!("{expect}\n"));
            assert_eq!(document_of(text), format!("{{\"name\":\"{json}\"}}\n"));
        }
    }

    /// Each code point alone, at both ends and between letters, as a line for people and as a document for programs.
    #[test]
    fn every_code_point_is_seen_or_marked_on_a_terminal() {
        let all: Vec<char> = (0..=0x10_ffff).filter_map(char::from_u32).collect();
        for some in all.chunks(16_384) {
            let mut text = String::with_capacity(some.len() * 28);
            for &one in some {
                text.extend([one, '|', one, 'x', one, '|', 'x', one, 'x', '|']);
            }
            // `comity_text` proves of each code point that nothing unseen is in what it writes.
            assert!(printed(&[&text]) == format!("{}\n", visible_line(&text)), "{:?} and after", some.first());
            // A document is escaped character by character, wherever it stands.
            let text: String = some.iter().flat_map(|&one| [one, 'x']).collect();
            let document = document_of(&text);
            let value: Value = serde_json::from_str(&document).unwrap();
            assert!(super::text(&value, "name") == text, "{:?} and after: another value", some.first());
            let (line, end) = document.split_at(document.len() - 1);
            assert_eq!(end, "\n");
            // Nothing is left to be marked.
            assert!(visible_line(line) == line, "{:?} and after", some.first());
        }
    }
}
