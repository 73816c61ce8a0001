//! The first look at a text: which signs of an encoding stand in it.
//!
//! Guarantees: one byte for each character, ASCII itself or what looks like it, `OTHER` for the rest; a sign that is in the text is
//! in the set.
//!
//! Does not know: whether a sign begins an encoding.

use crate::Text;
use unicode_normalization::char::is_combining_mark;

/// A character that looks like nothing in ASCII.
pub(super) const OTHER: u8 = 0x80;

/// Which signs stand in a text.
#[derive(Clone, Copy, Default)]
pub(super) struct Signs(u32);

/// The bit of what ASCII has not.
const NOT_ASCII: u32 = 1 << 31;
/// The bits of signs.
const SIGNS: u32 = (1 << 18) - 1;

/// Returns the bit in [`Signs`] of a sign that decoders ask for; none for other characters.
pub(super) const fn bit(byte: u8) -> u32 {
    let number = match byte {
        b'%' => 0,
        b'&' => 1,
        b'\\' => 2,
        b'=' => 3,
        b'<' => 4,
        b'[' => 5,
        b']' => 6,
        b'(' => 7,
        b'{' => 8,
        b'}' => 9,
        b'+' => 10,
        b'*' => 11,
        b'_' => 12,
        b'`' => 13,
        b'~' => 14,
        b'-' => 15,
        b'/' => 16,
        0x80..=0xff => 31,
        _ => return 0,
    };
    1 << number
}

impl Signs {
    /// Takes the bits of all characters of a text.
    pub fn of(bits: u32, text: &Text) -> Signs {
        let known = bits & (NOT_ASCII | SIGNS);
        // A look-alike of ASCII is no longer told from it: the letters of broken UTF-8 are looked for in every such text.
        Signs(if text.ascii { known } else { known | NOT_ASCII })
    }

    /// Tells whether a sign stands in the text.
    pub fn has(self, sign: u8) -> bool {
        self.0 & bit(sign) != 0
    }

    /// Tells whether any of these signs, as bits, stands in the text.
    pub fn any(self, bits: u32) -> bool {
        self.0 & bits != 0
    }

    /// Tells whether something is there that ASCII has not.
    pub fn other(self) -> bool {
        self.0 & NOT_ASCII != 0
    }
}

/// Reads characters as ASCII where they look like it, remembering those that needed work.
#[derive(Default)]
pub(super) struct Looks {
    /// For each character, what it looks like; zero where not known yet.
    known: Vec<u8>,
}

impl Looks {
    /// Writes one byte for each character of the text.
    pub fn read(&mut self, text: &Text, clean: &mut Vec<u8>) {
        clean.clear();
        if text.ascii {
            clean.extend(text.chars.iter().map(|character| *character as u8));
        } else {
            let like = |it: &char| if it.is_ascii() { *it as u8 } else { self.like(*it) };
            clean.extend(text.chars.iter().map(like));
        }
    }

    /// Returns the ASCII character that this one looks like.
    pub fn like(&mut self, character: char) -> u8 {
        if character.is_ascii() {
            return character as u8;
        }
        if self.known.is_empty() {
            self.known = vec![0; 0x11_0000];
        }
        let Some(known) = self.known.get_mut(character as usize) else { return OTHER };
        if *known == 0 {
            let mut buffer = [0; 4];
            let mut seen =
                unicode_security::skeleton(character.encode_utf8(&mut buffer)).filter(|part| !is_combining_mark(*part));
            *known = match (seen.next(), seen.next()) {
                // The end of an Indian sentence looks like an l, and stands right behind what was encoded.
                _ if matches!(character, '\u{964}' | '\u{965}') => OTHER,
                (Some(one), None) if one.is_ascii() => one as u8,
                _ => OTHER,
            };
        }
        *known
    }
}

/// Finds the stretches of at least `least` characters that are all of one class, looking at one character of `least` where
/// there is none.
pub(super) struct Stretches<'a, F> {
    clean: &'a [u8],
    least: usize,
    class: F,
    at: usize,
}

/// Returns the stretches of a class.
pub(super) fn stretches<F: Fn(u8) -> bool>(clean: &[u8], least: usize, class: F) -> Stretches<'_, F> {
    Stretches { clean, least: least.max(1), class, at: 0 }
}

impl<F: Fn(u8) -> bool> Iterator for Stretches<'_, F> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        // Everything before `at` is done; a stretch that begins there or later covers one of the probes.
        let mut probe = self.at + self.least - 1;
        while let Some(byte) = self.clean.get(probe) {
            if !(self.class)(*byte) {
                self.at = probe + 1;
                probe += self.least;
                continue;
            }
            let before = self.clean.get(self.at..probe).unwrap_or_default();
            let start = probe - before.iter().rev().take_while(|byte| (self.class)(**byte)).count();
            let behind = self.clean.get(probe..).unwrap_or_default();
            let end = probe + behind.iter().take_while(|byte| (self.class)(**byte)).count();
            self.at = end + 1;
            if end - start >= self.least {
                return Some((start, end));
            }
            probe = end + self.least;
        }
        None
    }
}
