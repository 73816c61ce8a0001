//! Texts in the charsets from before Unicode, and UTF-16.
//!
//! Guarantees: what is given back is letters of one script in ordinary case, decoded without an error; random bytes seldom are.
//!
//! Does not know: which charset was meant; every one that fits is given.

use super::masks::{self, is_common};
use encoding_rs::Encoding;

/// Fewer letters are no text: chance writes them.
const LEAST: usize = 4;

/// The charsets that are tried.
pub(super) const ALL: [&Encoding; 15] = [
    encoding_rs::WINDOWS_1251,
    encoding_rs::KOI8_R,
    encoding_rs::ISO_8859_5,
    encoding_rs::ISO_8859_7,
    encoding_rs::ISO_8859_2,
    encoding_rs::WINDOWS_1250,
    encoding_rs::WINDOWS_1253,
    encoding_rs::WINDOWS_1254,
    encoding_rs::WINDOWS_1255,
    encoding_rs::WINDOWS_1256,
    encoding_rs::SHIFT_JIS,
    encoding_rs::EUC_JP,
    encoding_rs::GBK,
    encoding_rs::BIG5,
    encoding_rs::EUC_KR,
];

/// Reads bytes in a charset, if they make letters in it.
pub(super) fn letters_in(bytes: &[u8], charset: &'static Encoding) -> Option<String> {
    let text = charset.decode_without_bom_handling_and_without_replacement(bytes)?;
    (text.chars().any(char::is_alphabetic) && is_sensible(&text)).then(|| text.into_owned())
}

/// Reads bytes in every charset in which they make a text.
pub(super) fn old(bytes: &[u8]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let fitting = if bytes.len() >= 4 { masks::fitting(bytes) } else { 0 };
    for (number, charset) in ALL.into_iter().enumerate() {
        if fitting & (1 << number) != 0
            && let Some(text) = letters_in(bytes, charset).filter(|text| is_text(text) && !out.contains(text))
        {
            out.push(text);
        }
    }
    out
}

/// Tells whether something is text rather than letters by chance: letters of a script other than Latin, and what stands between words.
fn is_text(text: &str) -> bool {
    let own = text.chars().filter(|it| it.is_alphabetic() && script(*it) > 1).count();
    let other = text.chars().filter(|it| it.is_alphabetic() && script(*it) <= 1).count();
    let plain = text.chars().all(|it| it.is_alphanumeric() || masks::is_between(it));
    plain && own > other && has_common(text) && own >= LEAST
}

pub(super) fn is_east_asian(character: char) -> bool {
    matches!(script(character), 6 | 7)
}

/// Tells whether most of the Han characters and Korean syllables of a text, if it has any, are common ones.
fn has_common(text: &str) -> bool {
    let all = text.chars().filter(|it| is_east_asian(*it)).count();
    let common = text.chars().filter(|it| is_east_asian(*it) && is_common(*it)).count();
    common * 4 >= all * 3
}

/// The script of a letter, as far as scripts are not mixed in one text.
pub(super) fn script(character: char) -> u32 {
    match character as u32 {
        0..=0x7f => 0,
        0x80..=0x24f | 0x1e00..=0x1eff => 1,
        0x370..=0x3ff => 2,
        0x400..=0x52f => 3,
        0x590..=0x5ff => 4,
        0x600..=0x6ff => 5,
        0xac00..=0xd7ff => 6,
        0x3000..=0x30ff | 0x4e00..=0x9fff | 0xff00..=0xffef => 7,
        _ => 8,
    }
}

/// Tells whether a text is letters of one script, beside ASCII, with each word in small letters, in capitals, or with one in front.
fn is_sensible(text: &str) -> bool {
    let (mut of, mut lower, mut letters) = (0, false, 0usize);
    for character in text.chars() {
        let script = script(character);
        if !character.is_alphabetic() {
            let control = character.is_control() && !matches!(character, '\n' | '\r' | '\t');
            if control || script == 8 {
                return false;
            }
            lower = false;
            letters = 0;
            continue;
        }
        if script != 0 {
            if script == 8 || (of != 0 && of != script) {
                return false;
            }
            of = script;
        }
        // A capital behind a small letter.
        if character.is_uppercase() && lower {
            return false;
        }
        // A small letter behind two capitals.
        if character.is_lowercase() && !lower && letters >= 2 {
            return false;
        }
        lower = character.is_lowercase();
        letters += 1;
    }
    of != 0
}

/// Reads bytes as UTF-16 in either order, if they make a text: letters of at most two blocks of 256 characters, or of Han and kana.
pub(super) fn utf16(bytes: &[u8]) -> Option<String> {
    if bytes.len() < 8 || !may_be_utf16(bytes) {
        return None;
    }
    [true, false].into_iter().find_map(|little| {
        let units = bytes.chunks_exact(2).map(|pair| {
            let pair = [pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0)];
            if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
        });
        let mut text = String::with_capacity(bytes.len());
        for character in char::decode_utf16(units) {
            let character = character.ok()?;
            let control = character.is_control() && !matches!(character, '\n' | '\r' | '\t' | '\0');
            if control || matches!(character as u32, 0xe000..=0xf8ff | 0xfff0..=0xfffe) {
                return None;
            }
            text.push(character);
        }
        let known = text
            .chars()
            .filter(|it| it.is_ascii_alphanumeric() || it.is_alphanumeric() || it.is_ascii_graphic() || *it == ' ')
            .count();
        let scripts = text.chars().filter(|it| it.is_alphabetic()).fold(0u32, |set, it| set | 1 << script(it));
        let plain = known * 10 >= text.chars().count() * 9 && (scripts & !1).count_ones() <= 1;
        let own = text.chars().filter(|it| script(*it) > 1).count();
        let mixed = text.chars().any(is_east_asian) && text.chars().any(|it| it.is_ascii_alphabetic());
        (plain && has_common(&text) && (own == 0 || own >= LEAST) && !mixed).then_some(text)
    })
}

/// Tells from the first few units whether they can be UTF-16: their upper bytes are of one block, of Latin, or a byte order mark; Han
/// characters are of 80 blocks, so three of four must be common ones.
pub(super) fn may_be_utf16(bytes: &[u8]) -> bool {
    [true, false].into_iter().any(|little| {
        let (mut of, mut all, mut common) = (0, bytes.len() >= 6, (0u32, 0u32));
        for pair in bytes.chunks_exact(2).take(12) {
            let pair = [pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0)];
            let unit = if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
            match (unit >> 8) as u8 {
                0 => all &= unit == 0x0a || unit == 0x0d || unit >= 0x20,
                0xfe | 0x20 => {}
                block @ 0x01..=0x12 if of == 0 || of == block => of = block,
                0x30 | 0x4e..=0x9f | 0xac..=0xd7 => {
                    common.0 += u32::from(char::from_u32(u32::from(unit)).is_some_and(is_common));
                    common.1 += 1;
                    all &= of == 0 || of == 0xff;
                    of = 0xff;
                }
                _ => all = false,
            }
            if !all {
                break;
            }
        }
        all && common.0 * 4 >= common.1 * 3
    })
}
