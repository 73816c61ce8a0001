//! Undoes short base64 that looks like a word or like two: `QUFBYQ`, `QW Fhbmdh`.
//!
//! Guarantees: only what is letters and digits of ASCII throughout comes out, for chance writes nearly everything else; a word whose first
//! letter cannot begin such a text costs one look. Does not know: longer runs, other alphabets, texts that are not ASCII (`base64`).

use super::Decoded;
use super::readable::push_new;
use crate::Text;

/// The fewest and the most letters of base64.
const LEAST: usize = 6;
const MOST: usize = 24;

fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        _ => None,
    }
}

/// Undoes single words and pairs of them.
pub(super) fn decode(text: &Text, clean: &[u8], out: &mut Vec<Decoded>) {
    let mut before: Option<(usize, usize)> = None;
    let mut at = 0;
    while at < clean.len() {
        let from = at;
        while clean.get(at).is_some_and(u8::is_ascii_alphanumeric) {
            at += 1;
        }
        if at == from {
            at += 1;
            continue;
        }
        undo(text, clean, &[(from, at)], out);
        // One sign may part two pieces.
        if let Some(first) = before.filter(|first| first.1 + 1 == from) {
            undo(text, clean, &[first, (from, at)], out);
        }
        before = Some((from, at));
    }
}

fn undo(text: &Text, clean: &[u8], pieces: &[(usize, usize)], out: &mut Vec<Decoded>) {
    let length: usize = pieces.iter().map(|(from, to)| to - from).sum();
    let begins = pieces.first().and_then(|(from, _)| clean.get(*from)).and_then(|byte| value(*byte));
    if !(LEAST..=MOST).contains(&length) || length % 4 == 1 || !begins.is_some_and(|value| (12..=30).contains(&value)) {
        return;
    }
    let places = pieces.iter().flat_map(|(from, to)| *from..*to);
    let (mut bits, mut held) = (0u32, 0);
    let mut letters: Vec<(u8, usize)> = Vec::new();
    for place in places {
        let Some(value) = clean.get(place).and_then(|byte| value(*byte)) else { return };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            let byte = (bits >> held) as u8;
            if !byte.is_ascii_alphanumeric() {
                return;
            }
            letters.push((byte, place));
        }
    }
    // What was really encoded leaves no bits over.
    if bits & ((1 << held) - 1) != 0 || letters.iter().all(|(letter, _)| letter.is_ascii_digit()) {
        return;
    }
    let mut decoded = Text::new();
    for (letter, place) in letters {
        let (start, end) = text.span(place.saturating_sub(1), place + 1);
        decoded.push(char::from(letter), start as u32, end as u32);
    }
    push_new(out, Decoded { text: decoded, how: "base64", trusted: true });
}
