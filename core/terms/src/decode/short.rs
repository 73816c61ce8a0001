//! Undoes short base64 that looks like a word or like two: `QUFBYQ`, `QW Fhbmdh`.
//!
//! Guarantees: only what is letters and digits throughout comes out, of ASCII or such as look like them, for chance writes nearly everything
//! else; a word whose first letter cannot begin such a text costs one look, and nothing is allocated for one that says nothing. Does not know:
//! longer runs, other scripts (`base64`).

use super::Decoded;
use super::readable::push_new;
use super::words::Range;
use crate::Text;

/// The fewest and the most letters of base64, and the most bytes that they are.
const LEAST: usize = 6;
const MOST: usize = 24;
const BYTES: usize = MOST * 6 / 8;
/// Stands for what is no letter of base64.
const NONE: u8 = 0xff;

/// The value of each letter of base64, in either alphabet.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let (mut byte, mut rest): (u8, &mut [u8]) = (0, &mut values);
    while let Some((place, others)) = rest.split_first_mut() {
        *place = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => NONE,
        };
        (byte, rest) = (byte.wrapping_add(1), others);
    }
    values
};

#[inline]
fn value(byte: u8) -> u8 {
    VALUES.get(usize::from(byte)).copied().unwrap_or(NONE)
}

/// Letters and digits.
#[inline]
fn is_plain(byte: u8) -> bool {
    value(byte) < 62
}

/// Letters, digits and the signs of the alphabets.
#[inline]
fn is_any(byte: u8) -> bool {
    value(byte) != NONE
}

/// Undoes single words and pairs of them, and words with signs of the alphabet inside; false where the work was too much.
pub(super) fn decode(text: &Text, clean: &[u8], out: &mut Vec<Decoded>, spend: &mut dyn FnMut(usize) -> bool) -> bool {
    if !spend(clean.len()) {
        return false;
    }
    words(text, clean, out);
    signed(text, clean, out);
    true
}

/// Undoes plain words.
fn words(text: &Text, clean: &[u8], out: &mut Vec<Decoded>) {
    let mut before: Option<Range> = None;
    let mut from = 0;
    while let Some(rest) = clean.get(from..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(rest.len());
        if length > 0 {
            let word = (from, from + length);
            undo(text, clean, word, None, out);
            // One sign may part two pieces.
            if let Some(first) = before.filter(|first| first.1 + 1 == from) {
                undo(text, clean, first, Some(word), out);
            }
            before = Some(word);
        }
        from += length + 1;
    }
}

/// Undoes words that have signs in them, and such with their neighbours.
fn signed(text: &Text, clean: &[u8], out: &mut Vec<Decoded>) {
    let mut done = 0;
    while let Some(sign) =
        clean.get(done..).and_then(|rest| rest.iter().position(|byte| value(*byte) & !1 == 62)).map(|at| done + at)
    {
        let word = (behind(clean, done, sign), ahead(clean, sign));
        done = word.1 + 1;
        undo(text, clean, word, None, out);
        if let Some(end) = word.0.checked_sub(1) {
            // One that is longer is none, with whatever stands behind it.
            let first = (behind(clean, end.saturating_sub(MOST + 1), end), end);
            if first.0 < end {
                undo(text, clean, first, Some(word), out);
            }
        }
        let next = (word.1 + 1, ahead(clean.get(..clean.len().min(word.1 + 2 + MOST)).unwrap_or(clean), word.1 + 1));
        let plain =
            clean.get(next.0..next.1).is_some_and(|next| !next.is_empty() && next.iter().all(|it| is_plain(*it)));
        if plain {
            undo(text, clean, word, Some(next), out);
        }
    }
}

/// Returns where the letters begin that end at a place; not before another.
fn behind(clean: &[u8], from: usize, to: usize) -> usize {
    let before = clean.get(from..to).unwrap_or_default();
    to - before.iter().rev().take_while(|byte| is_any(**byte)).count()
}

/// Returns where the letters end that begin at a place.
fn ahead(clean: &[u8], from: usize) -> usize {
    from + clean.get(from..).unwrap_or_default().iter().take_while(|byte| is_any(**byte)).count()
}

/// Undoes one piece, or two as one.
#[inline]
fn undo(text: &Text, clean: &[u8], first: Range, second: Option<Range>, out: &mut Vec<Decoded>) {
    let length = first.1 - first.0 + second.map_or(0, |second| second.1 - second.0);
    // A letter or digit of ASCII, or the first byte of a letter that looks like one.
    let may_begin = clean.get(first.0).is_some_and(|byte| matches!(value(*byte), 12..=30 | 51 | 52));
    if may_begin && (LEAST..=MOST).contains(&length) && length % 4 != 1 {
        read(text, clean, first, second.unwrap_or_default(), out);
    }
}

fn read(text: &Text, clean: &[u8], first: Range, second: Range, out: &mut Vec<Decoded>) {
    let (mut bits, mut held, mut length, mut goes_on) = (0u32, 0, 0, false);
    let (mut bytes, mut at) = ([0u8; BYTES], [0usize; BYTES]);
    for place in (first.0..first.1).chain(second.0..second.1) {
        let Some(value) = clean.get(place).map(|byte| value(*byte)).filter(|value| *value != NONE) else { return };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            let byte = (bits >> held) as u8;
            let fits = match byte {
                // The second byte of a letter of Latin, Greek or Cyrillic, and the first.
                0x80..=0xbf => goes_on,
                0xc3..=0xd4 => !goes_on,
                _ => !goes_on && (byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-' | b'.' | b'_' | b'@')),
            };
            if !fits {
                return;
            }
            goes_on = byte >= 0xc3;
            if let (Some(to), Some(from)) = (bytes.get_mut(length), at.get_mut(length)) {
                (*to, *from) = (byte, place);
            }
            length += 1;
        }
    }
    // What was really encoded leaves no bits over.
    let Ok(letters) = std::str::from_utf8(bytes.get(..length).unwrap_or_default()) else { return };
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
            assert!(decode(&source, text.as_bytes(), &mut out, &mut |_| true));
            let found: Vec<String> = out.iter().map(|it| it.text.chars.iter().collect()).collect();
            assert!(
                if expected.is_empty() { found.is_empty() } else { found.iter().any(|it| it == expected) },
                "{text}: {found:?}"
            );
        }
    }
}
