//! A text cut into runs of letters and runs of digits, each with the hash that tables are asked with.
//!
//! Guarantees: capitals, accents and the script of digits make no difference, nor do zeros in front of digits; `[dot]`, `(dot)` and
//! ` dot ` are a dot; one pass over the text. Does not know: what a run means.

use super::scan::scan;
use crate::Text;
use unicode_normalization::char::is_combining_mark;

/// What stands between two runs: a set of these.
pub(super) mod gap {
    pub const EMPTY: u16 = 1;
    pub const BLANK: u16 = 2;
    pub const HYPHEN: u16 = 4;
    pub const DOT: u16 = 8;
    pub const SLASH: u16 = 16;
    pub const UNDERSCORE: u16 = 32;
    pub const COLON: u16 = 64;
    pub const NUMBER: u16 = 128;
    pub const COMMA: u16 = 256;
    pub const ROUND: u16 = 512;
    pub const SQUARE: u16 = 1024;
    pub const PLUS: u16 = 2048;
    pub const APOSTROPHE: u16 = 4096;
    pub const OTHER: u16 = 0x8000;
}

pub(super) const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
pub(super) const FACTOR: u64 = 0x517c_c1b7_2722_0a95;

/// A run of letters, or of digits.
#[derive(Clone, Copy)]
pub(super) struct Token {
    /// Of the lower-case letters, or of the digits without zeros in front.
    pub hash: u64,
    /// The number; `u64::MAX` where it is too long.
    pub value: u64,
    pub from: u32,
    pub to: u32,
    /// What stands between it and the run before it.
    pub gap: u16,
    pub digits: bool,
}

impl Token {
    pub fn len(&self) -> usize {
        (self.to - self.from) as usize
    }
}

/// Adds a character to a hash.
pub(super) const fn mix(hash: u64, character: char) -> u64 {
    (hash ^ character as u64).wrapping_mul(FACTOR)
}

/// Returns the hash of nothing.
pub(super) const fn seed() -> u64 {
    SEED
}

/// Adds a hash to a hash.
pub(super) fn join(hash: u64, other: u64) -> u64 {
    (hash.rotate_left(5) ^ other).wrapping_mul(FACTOR)
}

/// The first digits of the blocks of ten, by script (Unicode, general category Nd).
const ZEROS: [u32; 37] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

/// Returns the value of a digit of any script.
pub(super) fn digit(character: char) -> Option<u32> {
    let code = u32::from(character);
    if code < 0x80 {
        return character.to_digit(10);
    }
    ZEROS.iter().rev().find(|zero| **zero <= code).map(|zero| code - zero).filter(|value| *value < 10)
}

/// Returns the letter in lower case, and what a letter for two stands for besides; none where it is no letter.
pub(super) fn letter(character: char) -> Option<(char, Option<char>)> {
    match character {
        'a'..='z' => Some((character, None)),
        'A'..='Z' => Some((character.to_ascii_lowercase(), None)),
        '\0'..='\u{7f}' => None,
        'ß' | 'ẞ' => Some(('s', Some('s'))),
        'æ' | 'Æ' => Some(('a', Some('e'))),
        'œ' | 'Œ' => Some(('o', Some('e'))),
        'þ' | 'Þ' => Some(('t', Some('h'))),
        'ø' | 'Ø' => Some(('o', None)),
        'ł' | 'Ł' => Some(('l', None)),
        'đ' | 'Đ' | 'ð' | 'Ð' => Some(('d', None)),
        'ı' => Some(('i', None)),
        'ς' => Some(('σ', None)),
        other if other.is_alphabetic() || is_combining_mark(other) => {
            Some((other.to_lowercase().next().unwrap_or(other), None))
        }
        _ => None,
    }
}

/// Adds a letter to a hash; none where the character is no letter.
#[inline]
pub(super) fn add(hash: u64, character: char) -> Option<u64> {
    let small = character as u32 | 0x20;
    if small.wrapping_sub(0x61) < 26 {
        return Some((hash ^ u64::from(small)).wrapping_mul(FACTOR));
    }
    if character.is_ascii() {
        return None;
    }
    let (first, second) = letter(character)?;
    let hash = mix(hash, first);
    Some(second.map_or(hash, |second| mix(hash, second)))
}

/// Returns the hash of a word as a run has it.
pub(super) fn word(text: &str) -> u64 {
    if text.is_ascii() {
        return text
            .chars()
            .filter_map(|character| add(SEED, character).map(|_| character.to_ascii_lowercase()))
            .fold(SEED, mix);
    }
    let folded = Text::of(text);
    folded.chars.iter().filter_map(|character| letter(*character)).fold(SEED, |hash, (first, second)| {
        let hash = mix(hash, first);
        second.map_or(hash, |second| mix(hash, second))
    })
}

/// The hash of "at".
pub(super) const AT: u64 = mix(mix(SEED, 'a'), 't');

/// The runs of a text.
pub(super) struct Tokens<'t> {
    pub text: &'t Text,
    pub all: Vec<Token>,
    /// Where `@`, `%40` and `:` stand.
    pub signs: Vec<(char, u32)>,
    /// The runs that a term may begin or end with.
    pub named: Vec<u32>,
}

impl<'t> Tokens<'t> {
    /// Cuts a text.
    pub fn of(text: &'t Text) -> Self {
        let mut tokens = Tokens { text, all: Vec::new(), signs: Vec::new(), named: Vec::new() };
        scan(&mut tokens, None);
        tokens
    }

    /// Returns a character; NUL outside.
    pub fn char(&self, at: usize) -> char {
        self.text.chars.get(at).copied().unwrap_or('\0')
    }

    /// Returns the character before a place; NUL at the beginning.
    pub fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or('\0', |at| self.char(at))
    }

    pub fn get(&self, at: usize) -> Option<Token> {
        self.all.get(at).copied()
    }

    /// Returns the run before another.
    pub fn previous(&self, at: usize) -> Option<Token> {
        at.checked_sub(1).and_then(|at| self.get(at))
    }

    /// Returns what stands between a run and the next.
    #[inline]
    pub fn gap(&self, at: usize) -> u16 {
        self.all.get(at + 1).map_or(gap::OTHER, |next| next.gap)
    }

    /// Tells whether a run follows on the one before without anything between.
    pub fn glued(&self, at: usize) -> bool {
        self.all.get(at).is_some_and(|one| one.gap == gap::EMPTY)
    }

    /// Tells whether a run of digits stands within a word of letters and digits such as a hash, not at the first change in it.
    #[inline]
    pub fn is_inside(&self, at: usize, token: Token) -> bool {
        let ascii = self.before(token.from as usize).is_ascii_alphanumeric();
        ascii && self.glued(at) && at > 1 && self.glued(at - 1)
    }

    /// Returns the digits of a run, as numbers.
    pub fn digits(&self, token: Token) -> impl DoubleEndedIterator<Item = u32> + '_ {
        self.text
            .chars
            .get(token.from as usize..token.to as usize)
            .unwrap_or_default()
            .iter()
            .filter_map(|character| digit(*character))
    }
}

impl Token {
    /// Returns the hash that rows are asked with.
    #[inline]
    pub fn key(&self) -> u64 {
        self.hash ^ u64::from(self.digits)
    }

    /// Adds a digit.
    #[inline]
    pub fn take(&mut self, value: u32) {
        if value != 0 || self.value != 0 {
            self.hash = mix(self.hash, char::from(b'0' + value as u8));
        }
        let fits = self.value <= (u64::MAX - 9) / 10;
        self.value = if fits { self.value * 10 + u64::from(value) } else { u64::MAX };
    }
}

/// Returns the set that one sign is.
pub(super) const fn sign(character: char) -> u16 {
    match character {
        ' ' => gap::BLANK,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' => gap::HYPHEN,
        '.' | '。' | '·' | '•' => gap::DOT,
        '/' | '\\' | '\u{2044}' => gap::SLASH,
        '_' => gap::UNDERSCORE,
        ':' => gap::COLON,
        '#' => gap::NUMBER,
        ',' | '،' | '、' => gap::COMMA,
        '(' | ')' => gap::ROUND,
        '[' | ']' | '{' | '}' => gap::SQUARE,
        '+' => gap::PLUS,
        '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2b9}' | '`' | '\u{b4}' => gap::APOSTROPHE,
        _ => gap::OTHER,
    }
}
