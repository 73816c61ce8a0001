//! Escapes of one character: percent, entities, backslashes, quoted-printable, defanged signs.
//!
//! Guarantees: each reader reads the escape that begins at a place, or nothing.
//!
//! Does not know: how often a text was escaped.

use super::replace::{Piece, Reader};
use super::signs::bit;
use std::sync::LazyLock;

/// How escapes are called, what they begin with, how they are read, how often over.
pub(super) type Escape = (&'static str, u8, Reader, usize);

/// All escapes; the readers of one sign are in the order of how much they read.
pub(super) const ALL: [Escape; 12] = [
    ("percent", b'%', percent, 3),
    ("html", b'&', entity, 2),
    ("html", b'&', closed_entity, 2),
    ("escape", b'\\', backslash, 2),
    ("escape", b'\\', string, 2),
    ("octal", b'\\', octal, 1),
    ("css", b'\\', css, 1),
    ("rtf", b'\\', super::documents::rtf_escape, 1),
    ("quoted-printable", b'=', quoted_printable, 2),
    ("defanged", b'[', defanged, 1),
    ("defanged", b'(', defanged, 1),
    ("defanged", b'{', defanged, 1),
];

/// What any escape begins with, as bits.
pub(super) const SIGNS: u32 = bit(b'%') | bit(b'&') | bit(b'\\') | bit(b'=') | bit(b'[') | bit(b'(') | bit(b'{');

/// Reads hexadecimal digits.
pub(super) fn hex_at(clean: &[u8], at: usize, digits: usize) -> Option<u32> {
    let digit = |value: u32, digit: &u8| Some(value << 4 | (*digit as char).to_digit(16)?);
    clean.get(at..at + digits)?.iter().try_fold(0, digit)
}

/// Returns how many characters from here on are of a class, at most so many.
fn count(clean: &[u8], at: usize, most: usize, class: impl Fn(&u8) -> bool) -> usize {
    clean.get(at..).unwrap_or_default().iter().take(most).take_while(|byte| class(byte)).count()
}

fn percent(clean: &[u8], at: usize) -> Option<Piece> {
    if matches!(clean.get(at + 1), Some(b'u' | b'U')) {
        return Piece::character(hex_at(clean, at + 2, 4)?, 6);
    }
    Piece::byte(hex_at(clean, at + 1, 2)?, 3)
}

fn quoted_printable(clean: &[u8], at: usize) -> Option<Piece> {
    if let Some(byte) = hex_at(clean, at + 1, 2) {
        return Piece::byte(byte, 3);
    }
    // A line break behind the sign does not count; a sign between blanks is no such break.
    let before =
        at.checked_sub(1).and_then(|before| clean.get(before)).is_some_and(|byte| *byte != b' ' && *byte != b'=');
    let blanks = count(clean, at + 1, 3, |byte| *byte == b' ');
    if before && (1..=2).contains(&blanks) { Piece::nothing(1 + blanks) } else { None }
}

fn backslash(clean: &[u8], at: usize) -> Option<Piece> {
    match clean.get(at + 1)? {
        b'u' | b'x' if clean.get(at + 2) == Some(&b'{') => {
            let digits = clean.get(at + 3..)?.iter().take(7).position(|byte| *byte == b'}')?;
            if digits == 0 {
                return None;
            }
            Piece::character(hex_at(clean, at + 3, digits)?, digits + 4)
        }
        b'u' => match hex_at(clean, at + 2, 4)? {
            high @ 0xd800..=0xdbff if clean.get(at + 6) == Some(&b'\\') && clean.get(at + 7) == Some(&b'u') => {
                let low = hex_at(clean, at + 8, 4)?.checked_sub(0xdc00)?;
                Piece::character(0x10000 + ((high - 0xd800) << 10) + low, 12)
            }
            code => Piece::character(code, 6),
        },
        b'U' => Piece::character(hex_at(clean, at + 2, 8)?, 10),
        b'x' => Piece::byte(hex_at(clean, at + 2, 2)?, 4),
        _ => None,
    }
}

/// What a string in a program or in JSON has besides: an escaped backslash or quotation mark, a line break.
fn string(clean: &[u8], at: usize) -> Option<Piece> {
    match clean.get(at + 1)? {
        sign @ (b'\\' | b'"' | b'\'' | b'/') => Piece::character(u32::from(*sign), 2),
        b'n' | b'r' | b't' => Piece::character(0x20, 2),
        _ => backslash(clean, at),
    }
}

fn octal(clean: &[u8], at: usize) -> Option<Piece> {
    let digits = count(clean, at + 1, 3, |byte| matches!(byte, b'0'..=b'7'));
    let value = clean.get(at + 1..at + 1 + digits)?.iter().fold(0, |value, digit| value << 3 | u32::from(digit - b'0'));
    if digits >= 2 { Piece::byte(value, 1 + digits) } else { None }
}

fn css(clean: &[u8], at: usize) -> Option<Piece> {
    let digits = count(clean, at + 1, 6, u8::is_ascii_hexdigit);
    let blank = usize::from(clean.get(at + 1 + digits) == Some(&b' '));
    if digits >= 2 { Piece::character(hex_at(clean, at + 1, digits)?, 1 + digits + blank) } else { None }
}

fn defanged(clean: &[u8], at: usize) -> Option<Piece> {
    let close = match clean.get(at)? {
        b'[' => b']',
        b'(' => b')',
        _ => b'}',
    };
    let inside = clean.get(at + 1..)?;
    let length = inside.iter().take(6).position(|byte| *byte == close)?;
    let mut word = [0; 5];
    let word = word.get_mut(..length)?;
    word.iter_mut().zip(inside).for_each(|(to, from)| *to = from.to_ascii_lowercase());
    let sign = match &*word {
        b"." | b"dot" | b"," => '.',
        b"@" | b"at" => '@',
        b":" | b"://" => ':',
        b"/" => '/',
        b"-" | b"dash" => '-',
        _ => return None,
    };
    Piece::character(sign as u32, length + 2)
}

/// An entity with its semicolon: `&#9&#55;&#59;` is `&#97;` to a reader who insists on it.
fn closed_entity(clean: &[u8], at: usize) -> Option<Piece> {
    entity(clean, at).filter(|piece| clean.get(at + piece.length - 1) == Some(&b';'))
}

fn entity(clean: &[u8], at: usize) -> Option<Piece> {
    let ends = |length: usize| length + usize::from(clean.get(at + length) == Some(&b';'));
    if clean.get(at + 1) == Some(&b'#') {
        let hexadecimal = matches!(clean.get(at + 2), Some(b'x' | b'X'));
        let (from, radix) = if hexadecimal { (3, 16) } else { (2, 10) };
        let digits = clean.get(at + from..)?.iter().map_while(|byte| (*byte as char).to_digit(radix)).take(10);
        let (value, length) = digits.fold((Some(0u32), 0), |(value, length), digit| {
            let value = value.and_then(|value| value.checked_mul(radix)?.checked_add(digit));
            (value, length + 1)
        });
        if length == 0 {
            return None;
        }
        // What HTML calls characters 128 to 159 are those of windows-1252.
        let code = match value? {
            byte @ 0x80..=0x9f => {
                let byte = [u8::try_from(byte).ok()?];
                let text = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte).0;
                text.chars().next()? as u32
            }
            code => code,
        };
        return Piece::character(code, ends(from + length));
    }
    let length = count(clean, at + 1, 31, u8::is_ascii_alphanumeric);
    let name = std::str::from_utf8(clean.get(at + 1..at + 1 + length)?).ok()?;
    let closed = clean.get(at + 1 + length) == Some(&b';');
    if let Some(code) = named(name) {
        return Piece::character(code, ends(1 + length));
    }
    // Without a semicolon a name ends where it is one: `&ampKor`.
    let length = (2..length.min(7)).rev().find(|length| !closed && name.get(..*length).and_then(named).is_some())?;
    Piece::character(named(name.get(..length)?)?, 1 + length)
}

/// Returns the character that a name of HTML stands for.
fn named(name: &str) -> Option<u32> {
    static NAMES: LazyLock<Vec<(&str, u32)>> = LazyLock::new(|| {
        let lines = include_str!("entities.tsv").lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| line.split_once('\t').and_then(|(n, c)| Some((n, u32::from_str_radix(c, 16).ok()?))))
            .collect()
    });
    let at = NAMES.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    NAMES.get(at).map(|(_, code)| *code)
}
