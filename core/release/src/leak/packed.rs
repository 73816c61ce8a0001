//! Undoes encodings of whole bytes: base64 (both alphabets, any padding, any of the four alignments) and hexadecimal, with
//! one separator between any two neighbouring pieces, too.
//!
//! Not found: a term shorter than seven characters that is encoded and glued to other letters of the same encoding.
//! Chance writes short words into what was never an encoding, so those count only where everything around is readable.

use super::decode::{Decoded, character_at};
use comity_terms::Text;

/// A run of readable characters inside other bytes counts as text from this length on.
const READABLE_RUN: usize = 12;
/// Shorter terms are not looked for in a few readable bytes between others; chance would find them.
pub(super) const CHARACTERS_IN_NOISE: usize = 7;
/// The shortest run of base64 letters that is undone: four bytes.
pub(super) const BASE64_RUN: usize = 6;
/// The shortest run of hexadecimal digits that is undone: four bytes.
const HEX_RUN: usize = 8;

fn base64_value(character: char) -> Option<u8> {
    match character {
        'A'..='Z' => Some(character as u8 - b'A'),
        'a'..='z' => Some(character as u8 - b'a' + 26),
        '0'..='9' => Some(character as u8 - b'0' + 52),
        '+' | '-' => Some(62),
        '/' | '_' => Some(63),
        _ => None,
    }
}

fn is_separator(character: char) -> bool {
    matches!(character, ' ' | '-' | '_' | '.' | '/' | ':' | ',' | ';' | '|')
}

/// Which of the characters that are both letters of an alphabet and separators are read as letters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Neither,
    Standard,
    UrlSafe,
    Both,
}

impl Alphabet {
    fn letter(self, character: char) -> Option<u8> {
        match (self, character) {
            (Alphabet::Neither, '/' | '+' | '-' | '_')
            | (Alphabet::Standard, '-' | '_')
            | (Alphabet::UrlSafe, '/' | '+') => None,
            (_, character) => base64_value(character),
        }
    }
}

/// A run of letters: value and character number of each.
#[derive(Default)]
struct Run {
    values: Vec<u8>,
    at: Vec<usize>,
}

pub(super) fn base64(text: &Text, clean: &[char], out: &mut Vec<Decoded>, steps: &mut dyn FnMut(usize) -> bool) {
    let both = clean.iter().any(|c| matches!(c, '/' | '+' | '-' | '_'));
    let slash = clean.iter().any(|c| matches!(c, '/' | '+'));
    let dash = clean.iter().any(|c| matches!(c, '-' | '_'));
    for alphabet in [Alphabet::Neither, Alphabet::Both, Alphabet::Standard, Alphabet::UrlSafe] {
        let needed = match alphabet {
            Alphabet::Neither => true,
            Alphabet::Both => both,
            Alphabet::Standard => slash && dash,
            Alphabet::UrlSafe => slash && dash,
        };
        if !needed {
            continue;
        }
        let mut whole = Run::default();
        let mut previous: Option<Run> = None;
        let mut token = Run::default();
        let mut gap = 0usize;
        for (at, character) in clean.iter().enumerate().chain(std::iter::once((clean.len(), &'\0'))) {
            if let Some(value) = alphabet.letter(*character) {
                token.values.push(value);
                token.at.push(at);
                gap = 0;
                continue;
            }
            if !token.values.is_empty() {
                // Alone, with the token before it, and with everything before it.
                if !steps(token.values.len() * 4) {
                    return;
                }
                unpack_base64(text, &token, true, out);
                if let Some(before) = &previous {
                    let mut two = Run { values: before.values.clone(), at: before.at.clone() };
                    two.values.extend(&token.values);
                    two.at.extend(&token.at);
                    if !steps(two.values.len() * 4) {
                        return;
                    }
                    unpack_base64(text, &two, true, out);
                }
                whole.values.extend(&token.values);
                whole.at.extend(&token.at);
                previous = Some(std::mem::take(&mut token));
            }
            gap += 1;
            if *character != '=' && !is_separator(*character) || gap > 2 {
                if !steps(whole.values.len() * 4) {
                    return;
                }
                unpack_base64(text, &whole, false, out);
                whole = Run::default();
                previous = None;
            }
        }
    }
}

/// Undoes one run in its four alignments.
fn unpack_base64(text: &Text, run: &Run, closed: bool, out: &mut Vec<Decoded>) {
    for skip in 0..4usize {
        let Some(values) = run.values.get(skip..).filter(|values| values.len() >= BASE64_RUN) else { break };
        let mut bytes = Vec::with_capacity(values.len() * 3 / 4);
        for group in values.chunks(4) {
            let bits = group.iter().fold(0u32, |bits, value| bits << 6 | u32::from(*value)) << (6 * (4 - group.len()));
            let [_, a, b, c] = bits.to_be_bytes();
            bytes.extend([a, b, c].iter().take(group.len() * 6 / 8));
        }
        // What was really encoded leaves no bits over; chance often does.
        let used = values.len() % 4;
        let left_over = match used {
            0 => false,
            1 => true,
            _ => values.last().is_some_and(|last| last & (if used == 2 { 0x0f } else { 0x03 }) != 0),
        };
        readable(&bytes, "base64", closed && !left_over, out, &|byte| {
            let first = run.at.get(skip + byte * 8 / 6).copied().unwrap_or(0);
            let last = run.at.get(skip + (byte * 8 + 7) / 6).copied().unwrap_or(first);
            text.span(first, last + 1)
        });
    }
}

pub(super) fn hexadecimal(text: &Text, clean: &[char], out: &mut Vec<Decoded>, steps: &mut dyn FnMut(usize) -> bool) {
    let mut whole = Run::default();
    let mut token = Run::default();
    let mut gap = 0usize;
    for (at, character) in clean.iter().enumerate().chain(std::iter::once((clean.len(), &'\0'))) {
        if let Some(value) = character.to_digit(16) {
            token.values.push(value as u8);
            token.at.push(at);
            gap = 0;
            continue;
        }
        let joined = !whole.values.is_empty();
        whole.values.extend(&token.values);
        whole.at.extend(&token.at);
        let alone = std::mem::take(&mut token);
        gap += 1;
        let ends = !is_separator(*character) || gap > 1;
        // Alone, where it was or will be joined to others; and with all that only separators part from it.
        if alone.values.len() >= HEX_RUN && (joined || !ends) {
            if !steps(alone.values.len() * 2) {
                return;
            }
            unpack_hexadecimal(text, &alone, out);
        }
        if ends {
            if whole.values.len() >= HEX_RUN {
                if !steps(whole.values.len() * 2) {
                    return;
                }
                unpack_hexadecimal(text, &whole, out);
            }
            whole = Run::default();
        }
    }
}

/// Undoes one run in its two alignments.
fn unpack_hexadecimal(text: &Text, run: &Run, out: &mut Vec<Decoded>) {
    for skip in 0..2usize {
        let values = run.values.get(skip..).unwrap_or_default();
        let bytes: Vec<u8> =
            values.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, value| byte << 4 | value)).collect();
        readable(&bytes, "hex", true, out, &|byte| {
            let first = run.at.get(skip + byte * 2).copied().unwrap_or(0);
            let last = run.at.get(skip + byte * 2 + 1).copied().unwrap_or(first);
            text.span(first, last + 1)
        });
    }
}

/// Takes the readable runs out of bytes. `closed`: the bytes are all of one encoded piece, so one short readable piece
/// is text if it is all of them.
fn readable(
    bytes: &[u8],
    how: &'static str,
    closed: bool,
    out: &mut Vec<Decoded>,
    span: &dyn Fn(usize) -> (usize, usize),
) {
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let mut count = 0usize;
        while let Some((character, length)) = character_at(bytes, at) {
            // Zero bytes are what UTF-16 leaves between Latin letters.
            if character.is_control() && !matches!(character, '\0' | '\n' | '\r' | '\t') {
                break;
            }
            count += usize::from(character != '\0');
            at += length;
        }
        let whole = closed && start == 0 && at == bytes.len() && count >= 4;
        let trusted = whole || count >= READABLE_RUN;
        if trusted || count >= CHARACTERS_IN_NOISE {
            let mut text = Text::new();
            let mut byte = start;
            while byte < at {
                let Some((character, length)) = character_at(bytes, byte) else { break };
                let (from, to) = (span(byte).0, span(byte + length - 1).1);
                text.push(character, from as u32, to as u32);
                byte += length;
            }
            out.push(Decoded { text, how, trusted });
        }
        at += 1;
    }
}
