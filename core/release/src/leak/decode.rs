//! Undoes encodings in which a term may hide.
//!
//! Listed classes: URL percent (`%4B`, `%u004B`), HTML entities, backslash escapes (`\u004b`, `\x4b`), bracketed dots,
//! base64 (both alphabets, any padding, any of the four alignments), hexadecimal. Base64 and hexadecimal are found with
//! one separator between any two neighbouring pieces, too.
//!
//! Not found: a term shorter than seven characters that is encoded and glued to other letters of the same encoding.

use super::normalise::{Normaliser, Text};

/// Text that came out of an encoding.
pub(super) struct Decoded {
    pub text: Text,
    pub how: &'static str,
    /// What came out is text as a whole, not a few readable bytes between others: short terms count in it, and
    /// encodings inside it are undone too.
    pub trusted: bool,
}

/// A run of readable characters inside other bytes counts as text from this length on.
const READABLE_RUN: usize = 12;
/// Shorter terms are not looked for in a few readable bytes between others; chance would find them.
pub(super) const CHARACTERS_IN_NOISE: usize = 7;
/// The shortest run of base64 letters that is undone: four bytes.
const BASE64_RUN: usize = 6;
/// The shortest run of hexadecimal digits that is undone: four bytes.
const HEX_RUN: usize = 8;

/// Undoes every encoding found in the text. `steps` is told how much work it was.
pub(super) fn decode(text: &Text, normaliser: &mut Normaliser, steps: &mut dyn FnMut(usize) -> bool) -> Vec<Decoded> {
    let mut out = Vec::new();
    if text.chars.len() < BASE64_RUN {
        return out;
    }
    let clean: Vec<char> = text.chars.iter().map(|character| normaliser.clean(*character)).collect();
    type Reader = fn(&[char], usize) -> Option<Piece>;
    let readers: [(&'static str, char, Reader); 6] = [
        ("percent", '%', percent),
        ("html", '&', entity),
        ("html", '&', closed_entity),
        ("escape", '\\', backslash),
        ("defanged", '[', bracketed_dot),
        ("defanged", '(', bracketed_dot),
    ];
    for (how, sign, reader) in readers {
        if clean.contains(&sign) {
            if !steps(clean.len()) {
                return out;
            }
            let found = replace(text, &clean, sign, reader);
            if let Some(text) = found.filter(|new| out.last().is_none_or(|last| last.text.chars != new.chars)) {
                out.push(Decoded { text, how, trusted: true });
            }
        }
    }
    base64(text, &clean, &mut out, steps);
    hexadecimal(text, &clean, &mut out, steps);
    out
}

/// What one escape stands for, and how many characters it takes.
struct Piece {
    stands_for: Stands,
    length: usize,
}

enum Stands {
    Byte(u8),
    Char(char),
}

/// Replaces every escape; `None` where there is none. Neighbouring bytes are read as UTF-8.
fn replace(text: &Text, clean: &[char], sign: char, reader: fn(&[char], usize) -> Option<Piece>) -> Option<Text> {
    let mut out = Text::new();
    let mut found = false;
    let mut bytes: Vec<u8> = Vec::new();
    let mut spans: Vec<(u32, u32)> = Vec::new();
    let mut at = 0;
    while let Some(character) = clean.get(at) {
        let piece = if *character == sign { reader(clean, at) } else { None };
        let Some(piece) = piece else {
            flush(&mut out, &mut bytes, &mut spans);
            out.copy(text, at);
            at += 1;
            continue;
        };
        found = true;
        let (start, end) = text.span(at, at + piece.length);
        match piece.stands_for {
            Stands::Byte(byte) => {
                bytes.push(byte);
                spans.push((start as u32, end as u32));
            }
            Stands::Char(character) => {
                flush(&mut out, &mut bytes, &mut spans);
                out.push(character, start as u32, end as u32);
            }
        }
        at += piece.length;
    }
    flush(&mut out, &mut bytes, &mut spans);
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
fn character_at(bytes: &[u8], at: usize) -> Option<(char, usize)> {
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

fn base64(text: &Text, clean: &[char], out: &mut Vec<Decoded>, steps: &mut dyn FnMut(usize) -> bool) {
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

fn hexadecimal(text: &Text, clean: &[char], out: &mut Vec<Decoded>, steps: &mut dyn FnMut(usize) -> bool) {
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
