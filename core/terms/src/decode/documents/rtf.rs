//! Reads rich text (RTF): `\'4b`, `\u1234?`, control words left out.
//!
//! Guarantees: the letters of the text stand side by side as a reader sees them; bytes are read in the charset that the header names.
//!
//! Does not know: pictures and objects inside, which are skipped as hexadecimal.

use super::Reading;
use crate::decode::replace::Piece;
use encoding_rs::Encoding;

impl Reading<'_> {
    /// Reads a document; false where the work was too much.
    pub(super) fn rtf(&mut self, bytes: &[u8]) -> bool {
        if !(self.spend)(bytes.len()) {
            return false;
        }
        let text = letters(bytes);
        self.text(&text, "rtf", true);
        true
    }
}

/// Reads one escape of rich text inside other text.
pub(in crate::decode) fn escape(clean: &[u8], at: usize) -> Option<Piece> {
    match clean.get(at + 1)? {
        b'\'' => Piece::byte(hex(clean.get(at + 2..at + 4)?)?, 4),
        b'u' => {
            let (code, length) = decimal(clean.get(at + 2..)?)?;
            let skip = usize::from(clean.get(at + 2 + length) == Some(&b'?'));
            Piece::character(code, 2 + length + skip)
        }
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value << 4 | (*digit as char).to_digit(16)?))
}

/// Reads a number, which is below zero for characters above 32767, and its length.
fn decimal(bytes: &[u8]) -> Option<(u32, usize)> {
    let minus = bytes.first() == Some(&b'-');
    let digits = bytes.iter().skip(usize::from(minus)).take(6).take_while(|byte| byte.is_ascii_digit());
    let (value, count) =
        digits.fold((0i32, 0usize), |(value, count), digit| (value * 10 + i32::from(digit - b'0'), count + 1));
    let value = if minus { 0x1_0000 - value } else { value };
    (count > 0).then_some((u32::try_from(value).ok()?, count + usize::from(minus)))
}

/// Returns the text of a document.
fn letters(bytes: &[u8]) -> String {
    let charset = memchr::memmem::find(bytes, b"\\ansicpg")
        .and_then(|at| decimal(bytes.get(at + 8..)?))
        .and_then(|(page, _)| Encoding::for_label(format!("windows-{page}").as_bytes()))
        .unwrap_or(encoding_rs::WINDOWS_1252);
    let mut out = String::new();
    let mut held: Vec<u8> = Vec::new();
    let mut at = 0;
    let mut wide: Vec<u16> = Vec::new();
    while let Some(byte) = bytes.get(at) {
        let escaped = bytes.get(at + 1).copied().unwrap_or(0);
        let letter = match (byte, escaped) {
            (b'\\', b'\'') => bytes.get(at + 2..at + 4).and_then(hex),
            _ => None,
        };
        if let Some(letter) = letter {
            flush(&mut out, &mut wide, &mut held, charset, false);
            held.push(letter as u8);
            at += 4;
            continue;
        }
        if *byte == b'\\' && escaped == b'u' && bytes.get(at + 2).is_some_and(|b| b.is_ascii_digit() || *b == b'-') {
            flush(&mut out, &mut wide, &mut held, charset, true);
            let (code, length) = bytes.get(at + 2..).and_then(decimal).unwrap_or((0x20, 0));
            wide.push(code as u16);
            at += 2 + length;
            at += match bytes.get(at) {
                Some(b'?' | b' ') => 1,
                Some(b'\\') if bytes.get(at + 1) == Some(&b'\'') => 4,
                _ => 0,
            };
            continue;
        }
        if matches!(byte, b'{' | b'}' | b'\r' | b'\n') {
            at += 1;
            continue;
        }
        flush(&mut out, &mut wide, &mut held, charset, true);
        if *byte == b'\\' {
            let word = bytes.get(at + 1..).unwrap_or_default();
            let length = word.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            if length == 0 {
                out.push(escaped as char);
                at += 2;
                continue;
            }
            if matches!(word.get(..length), Some(b"par" | b"line" | b"tab" | b"cell" | b"row")) {
                out.push('\n');
            }
            let digits = word.iter().skip(length).take_while(|byte| byte.is_ascii_digit() || **byte == b'-').count();
            at += 1 + length + digits;
            at += usize::from(bytes.get(at) == Some(&b' '));
            continue;
        }
        held.push(*byte);
        flush(&mut out, &mut wide, &mut held, charset, true);
        at += 1;
    }
    flush(&mut out, &mut wide, &mut held, charset, true);
    out
}

fn flush(out: &mut String, wide: &mut Vec<u16>, held: &mut Vec<u8>, charset: &'static Encoding, all: bool) {
    if !wide.is_empty() && (!all || !held.is_empty()) || (all && !wide.is_empty()) {
        // Units of one character stand side by side.
        let pending = wide.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit));
        if !pending || !held.is_empty() {
            out.extend(char::decode_utf16(wide.drain(..)).map(|it| it.unwrap_or(' ')));
        }
    }
    if all && !held.is_empty() {
        out.push_str(&charset.decode_without_bom_handling(held).0);
        held.clear();
    }
}
