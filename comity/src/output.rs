//! What a verb prints: a JSON document for programs, lines for people.
//!
//! Guarantees: text that came from elsewhere is shown with control and direction characters escaped, so that it cannot
//! restyle a terminal. Does not know: which verb prints.

use comity_node::Failure;
use serde_json::Value;
use std::io::Write;

/// Where and how to print.
pub struct Output {
    json: bool,
    /// Whether the one JSON document was printed: a verb may answer and still say no, as the leak check does.
    answered: std::cell::Cell<bool>,
}

/// Makes a text safe for a terminal: control, direction-changing and invisible characters are shown as escapes.
pub fn visible(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let hidden = matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}');
        if character.is_control() || hidden {
            safe.push_str(&format!("\\u{{{:x}}}", character as u32));
        } else {
            safe.push(character);
        }
    }
    safe
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
        let written = if self.json {
            serde_json::to_writer(&mut out, value).map_err(std::io::Error::from).and_then(|()| out.write_all(b"\n"))
        } else {
            lines(value).iter().try_for_each(|line| writeln!(out, "{}", visible(line)))
        };
        written.and_then(|()| out.flush()).or_else(closed_pipe)
    }

    /// Prints one JSON line of a stream of answers.
    pub fn record(&self, value: &Value) -> Result<(), Failure> {
        self.answered.set(true);
        let mut out = std::io::stdout().lock();
        serde_json::to_writer(&mut out, value)
            .map_err(std::io::Error::from)
            .and_then(|()| out.write_all(b"\n"))
            .or_else(closed_pipe)
    }

    /// Prints bytes as they are.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.answered.set(true);
        let mut out = std::io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).or_else(closed_pipe)
    }

    /// Tells a person something beside the answer.
    pub fn note(&self, line: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{}", visible(line));
    }

    /// Prints a failure: JSON on standard output for programs, and a line with a hint for people.
    pub fn failure(&self, failure: &Failure) {
        if self.json && !self.answered.get() {
            let document = serde_json::json!({ "error": failure });
            let _ = writeln!(std::io::stdout().lock(), "{document}");
        }
        self.note(&format!("comity: {}", failure.message));
        if let Some(hint) = &failure.hint {
            self.note(&format!("  → {hint}"));
        }
    }
}

fn closed_pipe(error: std::io::Error) -> Result<(), Failure> {
    match error.kind() {
        // Whoever read our output has seen enough, as in `comity search … | head`.
        std::io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Failure::operational(format!("cannot write the answer: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn a_terminal_cannot_be_restyled() {
        for (text, expect) in [
            ("Тавен Орлиск", "Тавен Орлиск"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\u{200b}b\n", "a\\u{200b}b\\u{a}"),
        ] {
            assert_eq!(visible(text), expect);
        }
    }
}
