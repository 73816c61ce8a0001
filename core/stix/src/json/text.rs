//! Strings: finding their end, checking what is inside, and undoing escapes.

use super::{Fault, JsonErrorKind};
use std::borrow::Cow;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// A string as it stands between its quotes, already checked.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    pub(crate) raw: &'a [u8],
    pub(crate) escaped: bool,
}

impl<'a> Text<'a> {
    /// Undoes the escapes and returns the bytes, which are UTF-8; borrows where there are none.
    pub fn bytes(&self) -> Cow<'a, [u8]> {
        if self.escaped { Cow::Owned(unescape(self.raw).into_bytes()) } else { Cow::Borrowed(self.raw) }
    }

    /// Undoes the escapes; borrows where there are none.
    pub fn unescaped(&self) -> Cow<'a, str> {
        if self.escaped {
            Cow::Owned(unescape(self.raw))
        } else {
            Cow::Borrowed(std::str::from_utf8(self.raw).unwrap_or_default())
        }
    }
}

/// Marks the bytes of a word that are zero. A byte above a marked one may be marked wrongly; the lowest mark is exact.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// Returns the index of the first byte, at or behind `at`, that is a quote, a backslash, a control character or not ASCII.
fn plain_run(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = zeros(word ^ (ONES * b'"' as u64));
        let backslash = zeros(word ^ (ONES * b'\\' as u64));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let special = quote | backslash | control | (word & HIGHS);
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&b| (0x20..0x80).contains(&b) && b != b'"' && b != b'\\') {
        at += 1;
    }
    at
}

/// Checks the string whose first byte behind the opening quote is `from`; returns it and the index behind its end.
pub(super) fn string(bytes: &[u8], from: usize) -> Result<(Text<'_>, usize), Fault> {
    let mut escaped = false;
    let mut at = from;
    loop {
        at = plain_run(bytes, at);
        match bytes.get(at) {
            None => return Err(Fault { kind: JsonErrorKind::UnexpectedEnd, at: bytes.len() }),
            Some(b'"') => {
                let raw = bytes.get(from..at).unwrap_or_default();
                return Ok((Text { raw, escaped }, at + 1));
            }
            Some(b'\\') => {
                escaped = true;
                at = escape(bytes, at)?;
            }
            Some(&found) if found < 0x20 => {
                return Err(Fault { kind: JsonErrorKind::ControlCharacter { found }, at });
            }
            Some(_) => at = beyond_ascii(bytes, at)?,
        }
    }
}

/// Checks a run that begins with a byte outside ASCII, up to the next quote or backslash.
fn beyond_ascii(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let rest = bytes.get(at..).unwrap_or_default();
    let end = memchr::memchr2(b'"', b'\\', rest);
    let run = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
    // What comes first in the text is what is reported: a control character, or bytes that are not UTF-8.
    let valid = match std::str::from_utf8(run) {
        Ok(_) => run.len(),
        Err(error) => error.valid_up_to(),
    };
    if let Some((control, &found)) = run.iter().take(valid).enumerate().find(|&(_, &b)| b < 0x20) {
        return Err(Fault { kind: JsonErrorKind::ControlCharacter { found }, at: at + control });
    }
    match std::str::from_utf8(run.get(valid..).unwrap_or_default()) {
        Ok(_) => Ok(at + run.len()),
        // A character cut by the end of all bytes: the rest may follow.
        Err(error) if error.error_len().is_none() && end.is_none() => {
            Err(Fault { kind: JsonErrorKind::UnexpectedEnd, at: bytes.len() })
        }
        Err(_) => Err(Fault { kind: JsonErrorKind::InvalidUtf8, at: at + valid }),
    }
}

/// Reads four hexadecimal digits.
fn hex4(bytes: &[u8], at: usize) -> Result<u32, Fault> {
    let mut value = 0;
    for index in at..at + 4 {
        let digit = match bytes.get(index) {
            None => return Err(Fault { kind: JsonErrorKind::UnexpectedEnd, at: index }),
            Some(&b) => (b as char).to_digit(16).ok_or(Fault { kind: JsonErrorKind::BadEscape, at: index })?,
        };
        value = value * 16 + digit;
    }
    Ok(value)
}

/// Checks the escape whose backslash is at `at`; returns the index behind it (behind both halves of a pair).
fn escape(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    match bytes.get(at + 1) {
        None => Err(Fault { kind: JsonErrorKind::UnexpectedEnd, at: at + 1 }),
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match hex4(bytes, at + 2)? {
            0xD800..=0xDBFF => {
                let lone = Fault { kind: JsonErrorKind::LoneSurrogate, at };
                for (index, expected) in [(at + 6, b'\\'), (at + 7, b'u')] {
                    match bytes.get(index) {
                        None => return Err(Fault { kind: JsonErrorKind::UnexpectedEnd, at: index }),
                        Some(&b) if b == expected => {}
                        Some(_) => return Err(lone),
                    }
                }
                match hex4(bytes, at + 8)? {
                    0xDC00..=0xDFFF => Ok(at + 12),
                    _ => Err(lone),
                }
            }
            0xDC00..=0xDFFF => Err(Fault { kind: JsonErrorKind::LoneSurrogate, at }),
            _ => Ok(at + 6),
        },
        Some(_) => Err(Fault { kind: JsonErrorKind::BadEscape, at }),
    }
}

/// Undoes the escapes of a checked string.
fn unescape(raw: &[u8]) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
        out.push_str(rest.get(..plain).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default());
        at += plain;
        let Some(&mark) = raw.get(at + 1) else { break };
        let unit = |at| hex4(raw, at).unwrap_or(0xFFFD);
        let (character, length) = match mark {
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{c}', 2),
            b'n' => ('\n', 2),
            b'r' => ('\r', 2),
            b't' => ('\t', 2),
            b'u' => match unit(at + 2) {
                high @ 0xD800..=0xDBFF => {
                    let low = unit(at + 8);
                    let code = 0x1_0000 + ((high - 0xD800) << 10) + low.wrapping_sub(0xDC00);
                    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
                }
                code => (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            },
            other => (other as char, 2),
        };
        out.push(character);
        at += length;
    }
    out
}
