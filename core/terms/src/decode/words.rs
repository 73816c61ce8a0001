//! Finds the words of a text in which something can be encoded, in one pass.
//!
//! Guarantees: a word of a language costs a look at each letter; nothing is allocated for it.
//!
//! Does not know: what is encoded; it is told from words by case, digits and length alone.

use super::signs::{self, Signs};
use crate::Text;

const LOWER: u32 = 1 << 20;
const UPPER: u32 = 1 << 21;
const DIGIT: u32 = 1 << 22;
/// In base64, such a letter stands for the upper bits of a letter or digit.
const FIRST: u32 = 1 << 24;
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
const LEAST_BASE32: usize = 16;

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
    /// How many words begin with a digit.
    pub numbers: usize,
}

/// For each byte, its bit in [`Signs`] and the class of a letter.
pub(super) struct Table([u32; 256]);

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
            signs::bit(byte) | class | if first { FIRST } else { 0 }
        }))
    }
}

impl Words {
    /// Reads a text: its signs, and its words.
    pub fn read(&mut self, table: &Table, text: &Text, clean: &[u8]) -> Signs {
        self.base64.clear();
        self.plain.clear();
        self.base32.clear();
        self.hex.clear();
        self.numbers = 0;
        let class = |byte: &u8| table.0.get(usize::from(*byte)).copied().unwrap_or(0);
        let (mut all, mut word, mut start) = (0, 0, 0);
        // Which of the last letters may begin a group of base64, as bits.
        let mut firsts = 0u32;
        for (at, byte) in clean.iter().enumerate() {
            let class = class(byte);
            if class & KIND != 0 {
                word |= class;
                firsts = firsts << 1 | (class / FIRST & 1);
                continue;
            }
            all |= class;
            // Most words end here: short ones, and those in which no two letters are four apart and may both begin a group.
            let odd = word & DIGIT != 0 || word & (LOWER | UPPER) == LOWER | UPPER;
            let length = at - start;
            if odd || (length >= LEAST_BASE64 && (firsts & firsts >> 4) & !1 != 0) || length >= LEAST_BASE32 || (length >= EIGHT && word & NO_HEX == 0) {
                self.word(clean, start, at, word);
            }
            (word, start, firsts) = (0, at + 1, 0);
        }
        self.word(clean, start, clean.len(), word);
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
        if looks_encoded(word) {
            self.base64.push(range);
        } else if !digit && length >= LEAST_BASE64 && (0..4).any(|skip| may_be_letters(word, skip)) {
            self.plain.push(range);
        } else if length >= LEAST_BASE64 - 2 && clean.get(end) == Some(&b'=') && clean.get(end + 1) == Some(&b'=') {
            self.base64.push(range);
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
    let mut before: Option<u8> = None;
    let (mut changes, mut digit, mut other) = (0usize, false, false);
    for (at, byte) in word.iter().enumerate() {
        let now = kind(byte);
        digit |= now == 3;
        other |= now != 3;
        changes += usize::from(before.is_some_and(|before| before != now && !(at == 1 && before == 2 && now == 1)));
        before = Some(now);
    }
    let hex = word.len() >= EIGHT && word.iter().all(u8::is_ascii_hexdigit);
    other && !hex && (word.len() >= LONG || changes >= 3 || (digit && changes == 2))
}

/// Tells whether a plain word may be base64 of ASCII letters throughout, from one of its letters on: the first of each four letters has
/// the upper bits of a byte, and the last leaves none over.
fn may_be_letters(word: &[u8], skip: usize) -> bool {
    let rest = word.get(skip..).unwrap_or_default();
    let value = |byte: u8| if byte.is_ascii_uppercase() { byte - b'A' } else { byte.wrapping_sub(b'a').wrapping_add(26) };
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
