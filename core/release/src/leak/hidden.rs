//! Characters that nobody sees: that they are there, and what they say.
//!
//! Guarantees: every such character of a token is in a finding; what is written in tag characters or variation selectors is given
//! back as text, alone and between the letters that are seen, so that it is searched like any other.

use super::json::{Scan, Token};
use comity_terms::Text;
use comity_text::{Hidden, Unseen, hidden, unseen};
use std::collections::BTreeMap;

/// What of one token nobody sees.
#[derive(Default)]
pub(super) struct NotSeen {
    /// By class, the bytes from the first to the last such character.
    pub places: BTreeMap<Unseen, (usize, usize)>,
    /// The texts that hidden characters make, each with the way in which it was hidden.
    pub texts: Vec<(&'static str, Text)>,
}

/// Tells from the bytes of a token whether it has nothing but plain ASCII and escapes of what is seen.
pub(super) fn all_seen(bytes: &[u8]) -> bool {
    let mut escapes = memchr::memchr_iter(b'\\', bytes);
    let unclear = |at: usize| matches!(bytes.get(at + 1), None | Some(b'r' | b'b' | b'f' | b'u'));
    bytes.iter().all(|byte| (0x20..0x7f).contains(byte)) && !escapes.any(unclear)
}

/// Reads one token.
pub(super) fn not_seen(scan: &Scan<'_>, token: &Token) -> NotSeen {
    let mut found = NotSeen::default();
    let (mut between, mut alone) = (Text::new(), Text::new());
    let mut bytes: Vec<(u8, u32, u32)> = Vec::new();
    let mut shown = Shown { text: None, before: Text::new(), inside: None };
    scan.characters(token, |character, start, end| {
        shown.push(character, start, end);
        let Some(class) = unseen(character) else {
            return between.push(character, start, end);
        };
        let place = found.places.entry(class).or_insert((start as usize, end as usize));
        place.1 = place.1.max(end as usize);
        match hidden(character) {
            Some(Hidden::Letter(letter)) => {
                between.push(letter, start, end);
                alone.push(letter, start, end);
            }
            Some(Hidden::Byte(byte)) => bytes.push((byte, start, end)),
            None => between.push(character, start, end),
        }
    });
    if !alone.chars.is_empty() {
        found.texts.push(("tags", between));
        found.texts.push(("tags", alone));
    }
    found.texts.extend(shown.end().map(|text| ("bidi", text)));
    let written = bytes_as_text(&bytes);
    if !written.chars.is_empty() {
        found.texts.push(("selectors", written));
    }
    found
}

/// The characters in the order in which they are shown where a right-to-left override turns Latin letters and digits round.
struct Shown {
    text: Option<Text>,
    /// What stands before the first override.
    before: Text,
    /// What stands inside of one.
    inside: Option<Vec<(char, u32, u32)>>,
}

impl Shown {
    const OVERRIDE: char = '\u{202e}';
    const ENDS: [char; 2] = ['\u{202c}', '\u{2069}'];

    fn push(&mut self, character: char, start: u32, end: u32) {
        if character == Self::OVERRIDE {
            let text = self.text.take().unwrap_or_else(|| std::mem::replace(&mut self.before, Text::new()));
            self.text = Some(text);
            self.turn();
            self.inside = Some(Vec::new());
        } else if Self::ENDS.contains(&character) {
            self.turn();
        } else if let Some(inside) = &mut self.inside {
            inside.push((character, start, end));
        } else {
            self.text.as_mut().unwrap_or(&mut self.before).push(character, start, end);
        }
    }

    /// Ends an override.
    fn turn(&mut self) {
        let inside = self.inside.take().unwrap_or_default();
        if let Some(text) = &mut self.text {
            inside.into_iter().rev().for_each(|(character, start, end)| text.push(character, start, end));
        }
    }

    /// Returns the text, where there was an override.
    fn end(mut self) -> Option<Text> {
        self.turn();
        self.text
    }
}

/// Reads bytes as UTF-8, each character with the places of its bytes; a byte that belongs to no character separates.
fn bytes_as_text(bytes: &[(u8, u32, u32)]) -> Text {
    let plain: Vec<u8> = bytes.iter().map(|(byte, _, _)| *byte).collect();
    let mut text = Text::new();
    let mut at = 0;
    for chunk in plain.utf8_chunks() {
        for (offset, character) in chunk.valid().char_indices() {
            let from = bytes.get(at + offset).map_or(0, |(_, start, _)| *start);
            let to = bytes.get(at + offset + character.len_utf8() - 1).map_or(from, |(_, _, end)| *end);
            text.push(character, from, to);
        }
        at += chunk.valid().len();
        if let Some((_, start, end)) = bytes.get(at).filter(|_| !chunk.invalid().is_empty()) {
            text.push(' ', *start, *end);
        }
        at += chunk.invalid().len();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_turned_round_is_read_as_it_is_shown() {
        for (text, expected) in [
            ("seen \u{202e}7.2.0.291\u{202c} there", "seen 192.0.2.7 there"),
            ("\u{202e}nar\u{202e}omroK", "ranKormo"),
            ("\u{202e}naromroK", "Kormoran"),
        ] {
            let document = serde_json::to_vec(&serde_json::json!([text])).unwrap();
            let scan = Scan::new(&document);
            let found: Vec<String> = scan
                .tokens
                .iter()
                .flat_map(|token| not_seen(&scan, token).texts)
                .map(|(how, text)| format!("{how} {}", text.chars.iter().collect::<String>()))
                .collect();
            assert_eq!(found, [format!("bidi {expected}")], "{text:?}");
        }
    }
}
