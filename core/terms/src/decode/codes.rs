//! Undoes characters written by their numbers, and takes out what stands between the lines of what was quoted or dumped.
//!
//! Guarantees: `U+004B`, `Chr(75)`, `[char]75`, `CHAR(75)` and groups of eight binary digits in a row are one text; `> ` of quoted lines and the
//! offsets of a hexadecimal dump are left out, so that what they cut is read as one. A text without their signs costs one look.
//!
//! Does not know: lists of bare numbers and of `0x..`, which are in `hex`.

use super::Decoded;
use super::readable::push_new;
use crate::Text;

/// Fewer codes in a row are none.
const CODES_MIN: usize = 3;
/// So many signs may stand between two codes.
const BETWEEN_MAX: usize = 4;
/// The digits of an offset in a dump.
const OFFSET: usize = 8;

/// One code: the character, and where it stands.
struct Code {
    character: char,
    from: usize,
    to: usize,
}

/// Undoes codes, and joins lines; false where the work was too much.
pub(super) fn decode(text: &Text, clean: &[u8], out: &mut Vec<Decoded>, spend: &mut dyn FnMut(usize) -> bool) -> bool {
    if !spend(clean.len()) {
        return false;
    }
    let mut row: Vec<Code> = Vec::new();
    for sign in memchr::memchr3_iter(b'+', b'(', b']', clean) {
        let Some(code) = code(clean, sign) else { continue };
        add(text, clean, code, &mut row, out);
    }
    flush(text, &mut row, out);
    if clean.len() >= CODES_MIN * 9 && memchr::memmem::find(clean, b" 0").is_some() {
        let mut at = 0;
        while let Some(from) = memchr::memchr2(b'0', b'1', clean.get(at..).unwrap_or_default()).map(|found| at + found)
        {
            let digits =
                clean.get(from..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'0' | b'1')).count();
            let before = from.checked_sub(1).and_then(|before| clean.get(before));
            let behind = clean.get(from + digits);
            let alone =
                !before.is_some_and(u8::is_ascii_alphanumeric) && !behind.is_some_and(u8::is_ascii_alphanumeric);
            if digits == 8 && alone {
                let value = clean
                    .get(from..from + 8)
                    .unwrap_or_default()
                    .iter()
                    .fold(0, |value, bit| value << 1 | u32::from(bit & 1));
                add(
                    text,
                    clean,
                    Code { character: char::from_u32(value).unwrap_or('\u{fffd}'), from, to: from + 8 },
                    &mut row,
                    out,
                );
            }
            at = from + digits;
        }
        flush(text, &mut row, out);
    }
    lines(text, clean, out, spend)
}

/// Reads the code whose sign stands here.
fn code(clean: &[u8], sign: usize) -> Option<Code> {
    let before = |word: &[u8]| {
        let from = sign.checked_sub(word.len())?;
        clean.get(from..sign)?.eq_ignore_ascii_case(word).then_some(from)
    };
    let number = |radix: u32, most: usize| {
        let digits = clean.get(sign + 1..)?.iter().take(most).map_while(|byte| (*byte as char).to_digit(radix));
        let (mut value, mut length) = (0u32, 0);
        for digit in digits {
            value = value * radix + digit;
            length += 1;
        }
        (length > 0).then_some((value, length))
    };
    let (from, (value, length)) = match clean.get(sign)? {
        b'+' => (before(b"u")?, number(16, 6).filter(|(_, length)| *length >= 4)?),
        b'(' => (before(b"chr").or_else(|| before(b"chrw")).or_else(|| before(b"char"))?, number(10, 7)?),
        b']' => (before(b"[char")?, number(10, 7)?),
        _ => return None,
    };
    Some(Code { character: char::from_u32(value)?, from, to: sign + 1 + length })
}

/// Adds a code to the row if it stands near enough, else begins a new one.
fn add(text: &Text, clean: &[u8], code: Code, row: &mut Vec<Code>, out: &mut Vec<Decoded>) {
    let near = row.last().is_none_or(|last| {
        clean.get(last.to..code.from).is_some_and(|between| {
            between.len() <= BETWEEN_MAX && between.iter().all(|sign| !sign.is_ascii_alphanumeric())
        })
    });
    if !near {
        flush(text, row, out);
    }
    row.push(code);
}

fn flush(text: &Text, row: &mut Vec<Code>, out: &mut Vec<Decoded>) {
    if row.len() >= CODES_MIN {
        let mut decoded = Text::new();
        // Codes below 256 may be the bytes of UTF-8.
        let bytes: Option<Vec<u8>> = row.iter().map(|code| u8::try_from(u32::from(code.character)).ok()).collect();
        let as_text = bytes.filter(|bytes| !bytes.is_ascii()).and_then(|bytes| String::from_utf8(bytes).ok());
        let (start, end) = match (row.first(), row.last()) {
            (Some(first), Some(last)) => text.span(first.from, last.to),
            _ => (0, 0),
        };
        match as_text {
            Some(string) => string.chars().for_each(|character| decoded.push(character, start as u32, end as u32)),
            None => row.iter().for_each(|code| {
                let (from, to) = text.span(code.from, code.to);
                decoded.push(code.character, from as u32, to as u32);
            }),
        }
        push_new(out, Decoded { text: decoded, how: "codes", trusted: true });
    }
    row.clear();
}

/// Gives the text without the signs of quoted lines and without the offsets of a dump.
fn lines(text: &Text, clean: &[u8], out: &mut Vec<Decoded>, spend: &mut dyn FnMut(usize) -> bool) -> bool {
    let quoted = memchr::memmem::find(clean, b" > ").is_some();
    let offset = |at: usize| {
        let digits = clean.get(at..at + OFFSET);
        clean.get(at + OFFSET) == Some(&b':') && digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let dumped = memchr::memchr_iter(b':', clean).any(|at| at.checked_sub(OFFSET).is_some_and(offset));
    if !quoted && !dumped {
        return true;
    }
    if !spend(clean.len()) {
        return false;
    }
    let mut without = Text::new();
    let mut at = 0;
    while at < clean.len() {
        let starts = at.checked_sub(1).and_then(|before| clean.get(before)).is_none_or(|before| *before == b' ');
        if quoted && starts && clean.get(at) == Some(&b'>') && clean.get(at + 1) == Some(&b' ') {
            at += 2;
        } else if dumped && starts && offset(at) {
            at += OFFSET + 1;
            while clean.get(at) == Some(&b' ') {
                at += 1;
            }
        } else {
            without.copy(text, at);
            at += 1;
        }
    }
    push_new(out, Decoded { text: without, how: "lines", trusted: true });
    true
}
