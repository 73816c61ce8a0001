//! Undoes encodings in which a term may hide.
//!
//! Listed classes: URL percent (`%4B`, `%u004B`), HTML entities, backslash escapes (`\u004b`, `\x4b`), bracketed dots;
//! base64 and hexadecimal in [`super::packed`].

use super::packed;
use comity_terms::{Normaliser, Text};

/// Text that came out of an encoding.
pub(super) struct Decoded {
    pub text: Text,
    pub how: &'static str,
    /// What came out is text as a whole, not a few readable bytes between others: short terms count in it, and
    /// encodings inside it are undone too.
    pub trusted: bool,
}

/// Undoes every encoding found in the text. `steps` is told how much work it was.
pub(super) fn decode(text: &Text, normaliser: &mut Normaliser, steps: &mut dyn FnMut(usize) -> bool) -> Vec<Decoded> {
    let mut out = Vec::new();
    if text.chars.len() < packed::BASE64_RUN {
        return out;
    }
    let clean: Vec<char> = text.chars.iter().map(|character| normaliser.clean(*character)).collect();
    type Reader = fn(&[char], usize) -> Option<Piece>;
    let readers: [(&'static str, char, Reader, usize); 8] = [
        ("percent", '%', percent, 1),
        ("percent", '%', percent, 2),
        ("percent", '%', percent, 3),
        ("html", '&', entity, 1),
        ("html", '&', closed_entity, 1),
        ("escape", '\\', backslash, 1),
        ("defanged", '[', bracketed_dot, 1),
        ("defanged", '(', bracketed_dot, 1),
    ];
    for (how, sign, reader, rounds) in readers {
        if clean.contains(&sign) {
            if !steps(clean.len() * rounds) {
                return out;
            }
            let found = replace(text, &clean, sign, reader, rounds);
            if let Some(text) = found.filter(|new| out.last().is_none_or(|last| last.text.chars != new.chars)) {
                out.push(Decoded { text, how, trusted: true });
            }
        }
    }
    packed::base64(text, &clean, &mut out, steps);
    packed::hexadecimal(text, &clean, &mut out, steps);
    out
}

/// What one escape stands for, and how many characters it takes.
struct Piece {
    stands_for: Stands,
    length: usize,
}

#[derive(Clone, Copy)]
enum Stands {
    Byte(u8),
    Char(char),
}

/// A character or byte of text being decoded, with the characters of the text it comes from.
#[derive(Clone)]
struct Unit {
    stands_for: Stands,
    from: usize,
    to: usize,
}

/// Replaces every escape, up to `rounds` times over; `None` where there is none. Neighbouring bytes are read as UTF-8
/// after the last round: two bytes of one letter may have been escaped a different number of times.
fn replace(
    text: &Text,
    clean: &[char],
    sign: char,
    reader: fn(&[char], usize) -> Option<Piece>,
    rounds: usize,
) -> Option<Text> {
    let mut units: Vec<Unit> = clean
        .iter()
        .enumerate()
        .map(|(at, character)| Unit { stands_for: Stands::Char(*character), from: at, to: at + 1 })
        .collect();
    let mut changed = 0;
    for _ in 0..rounds {
        let Some(next) = replace_once(&units, sign, reader) else { break };
        units = next;
        changed += 1;
    }
    if changed < rounds {
        return None;
    }
    let mut out = Text::new();
    let mut bytes: Vec<u8> = Vec::new();
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for unit in units {
        let (start, end) = text.span(unit.from, unit.to);
        match unit.stands_for {
            Stands::Byte(byte) => {
                bytes.push(byte);
                spans.push((start as u32, end as u32));
            }
            Stands::Char(character) => {
                flush(&mut out, &mut bytes, &mut spans);
                if unit.to - unit.from == 1 {
                    out.copy(text, unit.from);
                } else {
                    out.push(character, start as u32, end as u32);
                }
            }
        }
    }
    flush(&mut out, &mut bytes, &mut spans);
    Some(out)
}

fn replace_once(units: &[Unit], sign: char, reader: fn(&[char], usize) -> Option<Piece>) -> Option<Vec<Unit>> {
    let characters: Vec<char> = units
        .iter()
        .map(|unit| match unit.stands_for {
            Stands::Char(character) => character,
            Stands::Byte(byte) if byte.is_ascii() => byte as char,
            Stands::Byte(_) => '\u{fffd}',
        })
        .collect();
    let mut out = Vec::with_capacity(units.len());
    let mut found = false;
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        let piece = if characters.get(at) == Some(&sign) { reader(&characters, at) } else { None };
        let Some(piece) = piece else {
            out.push(unit.clone());
            at += 1;
            continue;
        };
        found = true;
        let to = units.get(at + piece.length - 1).map_or(unit.to, |last| last.to);
        out.push(Unit { stands_for: piece.stands_for, from: unit.from, to });
        at += piece.length;
    }
    found.then_some(out)
}

/// Adds bytes as UTF-8, or as Latin-1 where they are not.
fn flush(out: &mut Text, bytes: &mut Vec<u8>, spans: &mut Vec<(u32, u32)>) {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let (character, length) = character_at(bytes, at).unwrap_or((*byte as char, 1));
        let start = spans.get(at).map_or(0, |span| span.0);
        let end = spans.get(at + length - 1).map_or(start, |span| span.1);
        out.push(character, start, end);
        at += length;
    }
    bytes.clear();
    spans.clear();
}

/// Returns the character that starts here in UTF-8, and its length.
pub(super) fn character_at(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let length = match bytes.get(at)? {
        0..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let character = std::str::from_utf8(bytes.get(at..at + length)?).ok()?.chars().next()?;
    Some((character, length))
}

fn hex_at(clean: &[char], at: usize, digits: usize) -> Option<u32> {
    clean.get(at..at + digits)?.iter().try_fold(0, |value, digit| Some(value << 4 | digit.to_digit(16)?))
}

fn percent(clean: &[char], at: usize) -> Option<Piece> {
    if matches!(clean.get(at + 1), Some('u' | 'U')) {
        let character = char::from_u32(hex_at(clean, at + 2, 4)?)?;
        return Some(Piece { stands_for: Stands::Char(character), length: 6 });
    }
    Some(Piece { stands_for: Stands::Byte(hex_at(clean, at + 1, 2)? as u8), length: 3 })
}

fn backslash(clean: &[char], at: usize) -> Option<Piece> {
    let piece = |code, length| Some(Piece { stands_for: Stands::Char(char::from_u32(code)?), length });
    match clean.get(at + 1)? {
        'u' if clean.get(at + 2) == Some(&'{') => {
            let digits = clean.get(at + 3..)?.iter().take(7).position(|character| *character == '}')?;
            piece(hex_at(clean, at + 3, digits)?, digits + 4)
        }
        'u' => match hex_at(clean, at + 2, 4)? {
            high @ 0xd800..=0xdbff if clean.get(at + 6) == Some(&'\\') && clean.get(at + 7) == Some(&'u') => {
                let low = hex_at(clean, at + 8, 4)?;
                piece(0x10000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?, 12)
            }
            code => piece(code, 6),
        },
        'U' => piece(hex_at(clean, at + 2, 8)?, 10),
        'x' => Some(Piece { stands_for: Stands::Byte(hex_at(clean, at + 2, 2)? as u8), length: 4 }),
        _ => None,
    }
}

fn bracketed_dot(clean: &[char], at: usize) -> Option<Piece> {
    let rest: String = clean.get(at..)?.iter().take(5).collect::<String>().to_ascii_lowercase();
    let dot = ["[.]", "(.)", "[dot]", "(dot)"].into_iter().find(|dot| rest.starts_with(dot))?;
    Some(Piece { stands_for: Stands::Char('.'), length: dot.len() })
}

/// Letters that have names in HTML 4, from U+00C0.
#[rustfmt::skip]
const LATIN: &[&str] = &[
    "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml",
    "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times",
    "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde",
    "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml",
    "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc",
    "uuml", "yacute", "thorn", "yuml",
];
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("shy", '\u{ad}'),
    ("hyphen", '-'),
    ("dash", '-'),
    ("lowbar", '_'),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("commat", '@'),
    ("percnt", '%'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("plus", '+'),
    ("equals", '='),
    ("num", '#'),
    ("bsol", '\\'),
    ("Tab", ' '),
    ("NewLine", ' '),
];

/// An entity with its semicolon: `&#9&#55;&#59;` is `&#97;` to a reader who insists on it.
fn closed_entity(clean: &[char], at: usize) -> Option<Piece> {
    entity(clean, at).filter(|piece| clean.get(at + piece.length - 1) == Some(&';'))
}

fn entity(clean: &[char], at: usize) -> Option<Piece> {
    let ends = |length: usize| length + usize::from(clean.get(at + length) == Some(&';'));
    if clean.get(at + 1) == Some(&'#') {
        let hexadecimal = matches!(clean.get(at + 2), Some('x' | 'X'));
        let (from, radix) = if hexadecimal { (3, 16) } else { (2, 10) };
        let digits: Vec<u32> = clean.get(at + from..)?.iter().map_while(|c| c.to_digit(radix)).take(10).collect();
        if digits.is_empty() {
            return None;
        }
        let code = digits.iter().try_fold(0u32, |value, digit| value.checked_mul(radix)?.checked_add(*digit))?;
        let character = char::from_u32(code)?;
        return Some(Piece { stands_for: Stands::Char(character), length: ends(from + digits.len()) });
    }
    let name: String = clean.get(at + 1..)?.iter().take(10).take_while(|c| c.is_ascii_alphanumeric()).collect();
    let character = match NAMED.iter().find(|(known, _)| *known == name) {
        Some((_, character)) => *character,
        None => char::from_u32(0xc0 + u32::try_from(LATIN.iter().position(|known| *known == name)?).ok()?)?,
    };
    Some(Piece { stands_for: Stands::Char(character), length: ends(1 + name.len()) })
}
