//! Undoes base32: the alphabet of RFC 4648 and the one in the order of hexadecimal, in capitals or small letters.
//!
//! Guarantees: words, which are letters of base32 too, are told from it by their first five bytes before anything is allocated.
//!
//! Does not know: base32 glued to other letters, or with its case mixed.

use super::base64::is_separator;
use super::hex::pieces;
use super::readable::{Classes, READABLE_RUN};
use super::words::Words;
use super::{Decoded, documents};
use crate::Text;

/// The shortest run of letters that is undone: five bytes.
const LEAST: usize = 8;

/// The shortest piece that is looked at for text that is not UTF-8, and for documents.
const LEAST_OTHER: usize = 13;

fn plain(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

fn ordered(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'V' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Undoes all base32 of a text; false where the work was too much.
pub(super) fn decode(
    text: &Text,
    clean: &[u8],
    words: &Words,
    classes: &Classes,
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    for (start, end) in words.base32.iter().copied() {
        let token = clean.get(start..end).unwrap_or_default();
        let lower = token.first_chunk::<LEAST>().is_some_and(|head| head.iter().any(u8::is_ascii_lowercase));
        for alphabet in [plain, ordered] {
            let alphabet = |byte: u8| match (lower, byte) {
                (true, b'A'..=b'Z') | (false, b'a'..=b'z') => None,
                (_, byte) => alphabet(byte.to_ascii_uppercase()),
            };
            if !may_be_text(token, &alphabet, classes) {
                continue;
            }
            // Alone, and with the pieces that only one separator or a line end parts from it.
            let (mut values, mut at) = (Vec::new(), Vec::new());
            let mut place = start;
            let mut pieces_read = 0;
            loop {
                let rest = clean.get(place..).unwrap_or_default();
                let before = values.len();
                for (offset, value) in rest.iter().map_while(|byte| alphabet(*byte)).enumerate() {
                    values.push(value);
                    at.push(place + offset);
                }
                let length = values.len() - before;
                let gap = rest.iter().skip(length).take(2).take_while(|byte| is_separator(**byte)).count();
                place += length + gap;
                pieces_read += 1;
                let last = length == 0 || gap == 0;
                if (pieces_read == 1 || last) && values.len() >= LEAST && !undo(text, &values, &at, out, spend) {
                    return false;
                }
                if last {
                    break;
                }
            }
        }
    }
    true
}

/// Tells whether the first letters can be text or a document.
fn may_be_text(token: &[u8], alphabet: &dyn Fn(u8) -> Option<u8>, classes: &Classes) -> bool {
    let Some(head) = token.first_chunk::<LEAST>() else { return false };
    let bits = head.iter().try_fold(0u64, |bits, byte| Some(bits << 5 | u64::from(alphabet(*byte)?)));
    let Some([_, _, _, bytes @ ..]) = bits.map(u64::to_be_bytes) else { return false };
    let readable = bytes.windows(2).all(|two| match two {
        [one, other] => classes.pair(u16::from_be_bytes([*one, *other])) == 1,
        _ => false,
    });
    readable || (token.len() >= LEAST_OTHER && documents::may_be_other(&bytes))
}

fn undo(
    text: &Text,
    values: &[u8],
    at: &[usize],
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    if !spend(values.len()) {
        return false;
    }
    let mut bytes = Vec::with_capacity(values.len() * 5 / 8);
    let (mut bits, mut held) = (0u32, 0);
    for value in values {
        bits = (bits << 5 | u32::from(*value)) & 0xffff;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    let span = |byte: usize| {
        let first = at.get(byte * 8 / 5).copied().unwrap_or(0);
        let last = at.get((byte * 8 + 7) / 5).copied().unwrap_or(first);
        text.span(first, last + 1)
    };
    pieces(&bytes, "base32", READABLE_RUN, values.len() >= LEAST_OTHER, &span, out, spend)
}
