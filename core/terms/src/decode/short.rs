//! Undoes short base64 that looks like a word or like two: `QUFBYQ`, `QW Fhbmdh`.
//!
//! Guarantees: only what is letters and digits throughout comes out, of ASCII or such as look like them, for chance writes nearly everything
//! else; a word whose first letter cannot begin such a text costs one look. Does not know: longer runs, other scripts (`base64`).

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
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Undoes single words and pairs of them, and words with signs of the alphabet inside.
pub(super) fn decode(text: &Text, clean: &[u8], out: &mut Vec<Decoded>) {
    words(text, clean, out, u8::is_ascii_alphanumeric);
    if clean.iter().any(|byte| matches!(byte, b'+' | b'/' | b'-' | b'_')) {
        words(text, clean, out, |byte| value(*byte).is_some());
    }
}

fn words(text: &Text, clean: &[u8], out: &mut Vec<Decoded>, inside: impl Fn(&u8) -> bool) {
    let mut before: Option<(usize, usize)> = None;
    let mut at = 0;
    while at < clean.len() {
        let from = at;
        while clean.get(at).is_some_and(&inside) {
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
    // A letter or digit of ASCII, or the first byte of a letter that looks like one.
    let may_begin = begins.is_some_and(|value| matches!(value, 12..=30 | 51 | 52));
    if !(LEAST..=MOST).contains(&length) || length % 4 == 1 || !may_begin {
        return;
    }
    let places = pieces.iter().flat_map(|(from, to)| *from..*to);
    let (mut bits, mut held) = (0u32, 0);
    let (mut bytes, mut at) = (Vec::new(), Vec::new());
    for place in places {
        let Some(value) = clean.get(place).and_then(|byte| value(*byte)) else { return };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            let byte = (bits >> held) as u8;
            if byte.is_ascii() && !(byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-' | b'.' | b'_' | b'@')) {
                return;
            }
            bytes.push(byte);
            at.push(place);
        }
    }
    // What was really encoded leaves no bits over.
    let Ok(letters) = std::str::from_utf8(&bytes) else { return };
    let alike = |letter: char| letter.is_ascii() || letter.is_alphanumeric() && matches!(letter, '\u{c0}'..='\u{52f}');
    if bits & ((1 << held) - 1) != 0 || !letters.chars().all(alike) || !letters.chars().any(char::is_alphabetic) {
        return;
    }
    let mut decoded = Text::new();
    for (byte, letter) in letters.char_indices() {
        let place = at.get(byte).copied().unwrap_or(0);
        let last = at.get(byte + letter.len_utf8() - 1).copied().unwrap_or(place);
        let (start, end) = text.span(place.saturating_sub(1), last + 1);
        decoded.push(letter, start as u32, end as u32);
    }
    push_new(out, Decoded { text: decoded, how: "base64", trusted: true });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_and_pairs() {
        for (text, expected) in [
            ("QUFBYQ", "AAAa"),
            ("QW Fhbmdh", "Aaanga"),
            ("RFBBIFBhQQ", "DPA PaA"),
            ("RM6/YW4", "Dοan"),
            ("report of it", ""),
        ] {
            let (source, mut out) = (Text::of(text), Vec::new());
            decode(&source, text.as_bytes(), &mut out);
            let found: Vec<String> = out.iter().map(|it| it.text.chars.iter().collect()).collect();
            assert!(
                if expected.is_empty() { found.is_empty() } else { found.iter().any(|it| it == expected) },
                "{text}: {found:?}"
            );
        }
    }
}
