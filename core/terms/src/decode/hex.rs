//! Undoes hexadecimal: in either alignment, with one separator between any two digits, as `0x4b, 0x6f` and alone.
//!
//! Guarantees: a text in which no word is of digits costs nothing; identifiers in the form of a UUID are passed over.
//!
//! Does not know: escapes such as `\x4b` and `%4b`, which stand beside plain letters.

use super::base64::{UUID, is_separator, is_uuid};
use super::readable::{self, CHARACTERS_IN_NOISE, READABLE_RUN};
use super::words::Words;
use super::{Decoded, documents};
use crate::Text;

/// The shortest run of digits that is undone: four bytes.
const LEAST: usize = 8;

fn value(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|value| value as u8)
}

/// A run of digits: value and character number of each.
#[derive(Default)]
struct Run {
    values: Vec<u8>,
    at: Vec<usize>,
    /// Two different signs part them: a time, not bytes.
    uneven: bool,
}

impl Run {
    fn clear(&mut self) {
        self.values.clear();
        self.at.clear();
        self.uneven = false;
    }
}

/// Undoes all hexadecimal of a text; false where the work was too much.
pub(super) fn decode(
    text: &Text,
    clean: &[u8],
    words: &Words,
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    let mut whole = Run::default();
    let mut done = 0;
    let inside = |byte: &&u8| value(**byte).is_some() || is_separator(**byte);
    for (from, to) in words.hex.iter().copied() {
        if from < done {
            continue;
        }
        let before = clean.get(done..from).unwrap_or_default().iter().rev().take_while(inside).count();
        let behind = clean.get(to..).unwrap_or_default().iter().take_while(inside).count();
        let (start, end) = (from - before, to + behind);
        done = end;
        let digits = clean.get(start..end).unwrap_or_default();
        if digits.iter().filter(|byte| value(**byte).is_some()).count() < LEAST {
            continue;
        }
        if !stretch(text, clean, start, end, &mut whole, out, spend) {
            return false;
        }
    }
    true
}

/// Undoes one stretch of digits and separators.
fn stretch(
    text: &Text,
    clean: &[u8],
    start: usize,
    end: usize,
    whole: &mut Run,
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    let (mut at, mut pieces) = (start, 0usize);
    let (mut parted, mut before) = (None, None);
    whole.clear();
    while at < end {
        let rest = clean.get(at..end).unwrap_or_default();
        // What an identifier hides is not in parts of it.
        if is_uuid(rest) {
            if whole.values.len() >= LEAST && !undo(text, whole, 0, out, spend) {
                return false;
            }
            whole.clear();
            pieces = 0;
            at += UUID;
            continue;
        }
        let from = whole.values.len();
        for (offset, digit) in rest.iter().map_while(|byte| value(*byte)).enumerate() {
            whole.values.push(digit);
            whole.at.push(at + offset);
        }
        let length = whole.values.len() - from;
        let gap = rest.iter().skip(length).take_while(|byte| value(**byte).is_none()).count();
        // A sign counts only between digits.
        if let Some(sign) = before.take().filter(|_| length > 0) {
            whole.uneven |= *parted.get_or_insert(sign) != sign;
        }
        before = rest.get(length).copied().filter(|sign| gap == 1 && length > 0 && *sign != b' ');
        at += length + gap;
        pieces += 1;
        let ends = gap > 1 || at >= end;
        // Alone, where it was or will be joined to others; and with all that only separators part from it.
        if length >= LEAST && (pieces > 1 || !ends) && !undo(text, whole, from, out, spend) {
            return false;
        }
        if ends {
            let time = whole.uneven && whole.values.len() < 2 * READABLE_RUN;
            if whole.values.len() >= LEAST && !time && !undo(text, whole, 0, out, spend) {
                return false;
            }
            whole.clear();
            pieces = 0;
        }
    }
    true
}

/// Undoes the digits from one on, in their two alignments.
fn undo(text: &Text, run: &Run, from: usize, out: &mut Vec<Decoded>, spend: &mut dyn FnMut(usize) -> bool) -> bool {
    for skip in 0..2usize {
        let values = run.values.get(from + skip..).unwrap_or_default();
        if !spend(values.len()) {
            return false;
        }
        let bytes: Vec<u8> =
            values.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, value| byte << 4 | value)).collect();
        let span = |byte: usize| {
            let first = run.at.get(from + skip + byte * 2).copied().unwrap_or(0);
            let last = run.at.get(from + skip + byte * 2 + 1).copied().unwrap_or(first);
            text.span(first, last + 1)
        };
        if !pieces(&bytes, "hex", CHARACTERS_IN_NOISE, skip == 0, &span, out, spend) {
            return false;
        }
    }
    true
}

/// Takes texts out of bytes that were encoded as a piece: as a whole, as runs between others, and of other charsets and documents.
pub(super) fn pieces(
    bytes: &[u8],
    how: &'static str,
    least: usize,
    aligned: bool,
    span: &dyn Fn(usize) -> (usize, usize),
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    if let Some(found) = readable::whole(bytes, span) {
        readable::push_new(out, Decoded { text: found, how, trusted: true });
        // Text with zero bytes can be UTF-16, of which only the Latin letters were seen.
        if !bytes.contains(&0) && !documents::is_document(bytes) {
            return true;
        }
    } else if bytes.len() >= least {
        readable::runs(bytes, how, least, out, span);
    }
    !aligned || !documents::may_be_other(bytes) || documents::other(bytes, how, span, out, spend)
}
