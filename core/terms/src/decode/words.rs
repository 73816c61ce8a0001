//! Finds the words of a text in which something can be encoded, in one pass.
//!
//! Guarantees: a word of a language costs a look at each letter; nothing is allocated for it.
//!
//! Does not know: what is encoded; it is told from words by case, digits and length alone.

use super::base64::{UUID, is_uuid};
use super::markup;
use super::signs::{self, Signs};
use crate::Text;

const LOWER: u32 = 1 << 20;
const UPPER: u32 = 1 << 21;
const DIGIT: u32 = 1 << 22;
/// A letter that is no hexadecimal digit.
const NO_HEX: u32 = 1 << 23;
const KIND: u32 = LOWER | UPPER | DIGIT;

/// The shortest run of base64 that is undone.
const LEAST_BASE64: usize = 6;
/// From this length on, a run of letters is no word of a language.
const LONG: usize = 24;
/// The shortest run of base32 with digits or padding, and of hexadecimal digits.
const EIGHT: usize = 8;
/// The shortest run of base32 that is letters alone.
const LEAST_BASE32: usize = SIXTEEN;
/// So many letters are remembered.
const SIXTEEN: usize = 16;

/// From, to.
pub(super) type Range = (usize, usize);

/// The words in which something can be encoded.
#[derive(Default)]
pub(super) struct Words {
    /// Words that look like base64.
    pub base64: Vec<Range>,
    /// Plain words whose letters could all be base64 of plain letters.
    pub plain: Vec<Range>,
    pub base32: Vec<Range>,
    /// Words of hexadecimal digits: with a digit of ten, or long.
    pub hex: Vec<Range>,
    /// Where marks of markup stand.
    pub marks: Vec<usize>,
    /// How many words begin with a digit.
    pub numbers: usize,
}

/// For each byte, its bit in [`Signs`] and the class of a letter; and what is remembered of the last sixteen letters: in the lower half
/// which may begin a group of base64, for they stand for the upper bits of a letter or digit, in the upper half which are capitals.
pub(super) struct Table([(u32, u32); 256]);

impl Default for Table {
    fn default() -> Self {
        Table(std::array::from_fn(|byte| {
            let byte = byte as u8;
            let class = match byte {
                b'0'..=b'9' => DIGIT,
                b'a'..=b'f' => LOWER,
                b'A'..=b'F' => UPPER,
                b'g'..=b'z' => LOWER | NO_HEX,
                b'G'..=b'Z' => UPPER | NO_HEX,
                _ => 0,
            };
            let first = matches!(byte, b'M'..=b'Z' | b'a'..=b'e');
            let capital = byte.is_ascii_uppercase();
            (signs::bit(byte) | class, u32::from(first) | u32::from(capital) << SIXTEEN)
        }))
    }
}

/// Tells whether a word is no ordinary one: not all in one case or with a capital in front, long, or with two letters four apart that may
/// both begin a group of base64.
#[inline]
fn is_long_or_odd(word: u32, last: u32, length: usize) -> bool {
    if word & DIGIT != 0 || length >= SIXTEEN || (length >= EIGHT && word & NO_HEX == 0) {
        return true;
    }
    let capitals = last >> SIXTEEN;
    if word & LOWER != 0 && capitals != 0 && capitals != 1 << length.saturating_sub(1) {
        return true;
    }
    let firsts = last & 0xffff;
    length >= LEAST_BASE64 && firsts & firsts >> 4 & !1 != 0
}

impl Words {
    /// Reads a text: its signs, and its words.
    pub fn read(&mut self, table: &Table, text: &Text, clean: &[u8]) -> Signs {
        self.base64.clear();
        self.plain.clear();
        self.base32.clear();
        self.hex.clear();
        self.marks.clear();
        self.numbers = 0;
        let (mut all, mut word, mut last, mut start) = (0, 0, 0u32, 0);
        let mut bytes = clean.iter();
        while let Some(byte) = bytes.next() {
            let (class, one) = table.0.get(usize::from(*byte)).copied().unwrap_or_default();
            if class & KIND != 0 {
                word |= class;
                last = last << 1 | one;
                continue;
            }
            let at = clean.len() - bytes.len() - 1;
            let behind = (word, last);
            (word, last) = (0, 0);
            all |= class;
            // Most of what is no letter is a blank behind an ordinary word.
            if class == 0 && at >= start && !is_long_or_odd(behind.0, behind.1, at - start) {
                start = at + 1;
                continue;
            }
            if class & markup::SIGNS != 0 {
                self.marks.push(at);
            }
            // A UUID ends behind its beginning.
            if let Some(length) = at.checked_sub(start).filter(|length| *length > 0) {
                if *byte == b'=' || is_long_or_odd(behind.0, behind.1, length) {
                    let skipped = if *byte == b'-' && length == EIGHT && is_uuid(clean.get(start..).unwrap_or_default())
                    {
                        UUID
                    } else {
                        self.word(clean, start, at, behind.0);
                        0
                    };
                    start += skipped;
                }
                start = start.max(at + 1);
            } else if start <= at {
                start = at + 1;
            }
        }
        if start < clean.len() {
            self.word(clean, start, clean.len(), word);
        }
        Signs::of(all, text)
    }

    /// Sorts one word.
    fn word(&mut self, clean: &[u8], start: usize, end: usize, class: u32) {
        let length = end - start;
        let range = (start, end);
        let word = clean.get(start..end).unwrap_or_default();
        let digit = class & DIGIT != 0;
        let one_case = class & (LOWER | UPPER) != LOWER | UPPER;
        self.numbers += usize::from(digit && word.first().is_some_and(u8::is_ascii_digit));
        let hex = length > 0 && class & NO_HEX == 0;
        if hex && (digit || length >= EIGHT) {
            self.hex.push(range);
        }
        // `0x4b6f72` in one piece.
        let prefixed = word.strip_prefix(b"0x").or_else(|| word.strip_prefix(b"0X"));
        if prefixed.is_some_and(|digits| digits.len() >= EIGHT && digits.iter().all(u8::is_ascii_hexdigit)) {
            return self.hex.push((start + 2, end));
        }
        let letters = class & (LOWER | UPPER) != 0;
        if one_case && letters && !(hex && digit) {
            let padded = clean.get(end) == Some(&b'=');
            if length >= LEAST_BASE32 || (length >= EIGHT && (padded || digit)) {
                self.base32.push(range);
            }
        }
        if hex && length >= EIGHT {
            return;
        }
        if looks_encoded(word) || is_padded(word, clean.get(end..).unwrap_or_default()) {
            self.base64.push(range);
        } else if !digit && length >= LEAST_BASE64 && (0..4).any(|skip| may_be_letters(word, skip)) {
            self.plain.push(range);
        }
    }
}

/// Tells whether the case and digits of a word change as in no word of a language. A capital in front does not count.
pub(super) fn looks_encoded(word: &[u8]) -> bool {
    let kind = |byte: &u8| match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    if word.len() < LONG && word.iter().skip(1).all(u8::is_ascii_lowercase) {
        return false;
    }
    // How many letters of one kind stand side by side, up to here and before.
    let (mut run, mut run_before, mut before): (usize, usize, u8) = (0, 0, 0);
    let (mut changes, mut kinds, mut acronym) = (0usize, 0u8, false);
    for (at, byte) in word.iter().enumerate() {
        let now = kind(byte);
        kinds |= 1 << now;
        if now == before {
            run += 1;
            acronym |= now == 1 && run == 2 && run_before >= 2;
            continue;
        }
        changes += usize::from(at > 1 || (at == 1 && !(before == 2 && now == 1)));
        run_before = if before == 2 { run } else { 0 };
        (before, run) = (now, 1);
    }
    let digit = kinds & 1 << 3 != 0;
    let hex = word.len() >= EIGHT && word.iter().all(u8::is_ascii_hexdigit);
    // Capitals alone are what letters of other scripts are in UTF-16.
    let long = word.len() >= LONG || (kinds == 1 << 2 && word.len() >= LEAST_BASE32);
    // Four letters are what a text is split into most.
    let few = word.len() <= EIGHT && (changes == 2 || (word.len() >= 4 && before == 2 && digit));
    kinds & 0b110 != 0 && !hex && (long || few || changes >= 3 || acronym || (digit && changes == 2))
}

/// Tells whether a word has the padding of base64 behind it, and nothing behind that.
pub(super) fn is_padded(word: &[u8], behind: &[u8]) -> bool {
    let padding = behind.iter().take(3).take_while(|byte| **byte == b'=').count();
    let ends = !behind.get(padding).is_some_and(u8::is_ascii_alphanumeric);
    ends && matches!((padding, word.len() % 4), (1, 3) | (2, 2)) && word.len() > 1
}

/// Tells whether a plain word may be base64 of ASCII letters throughout, from one of its letters on: the first of each four letters has
/// the upper bits of a byte, and the last leaves none over.
fn may_be_letters(word: &[u8], skip: usize) -> bool {
    let rest = word.get(skip..).unwrap_or_default();
    let value =
        |byte: u8| if byte.is_ascii_uppercase() { byte - b'A' } else { byte.wrapping_sub(b'a').wrapping_add(26) };
    if rest.len() < LEAST_BASE64 || rest.len() % 4 == 1 {
        return false;
    }
    if !rest.iter().step_by(4).all(|byte| (12..31).contains(&value(*byte))) {
        return false;
    }
    let last = rest.last().map_or(0, |byte| value(*byte));
    match rest.len() % 4 {
        2 => last & 0x0f == 0,
        3 => last & 0x03 == 0,
        _ => true,
    }
}
