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

/// The signs that decoders ask for.
const KNOWN: &[u8] = b"%&\\=<[]({}+*_`~-/";

impl Signs {
    /// Tells whether a sign stands in the text.
    pub fn has(self, sign: u8) -> bool {
        KNOWN.iter().position(|known| *known == sign).is_none_or(|bit| self.0 & (1 << bit) != 0)
    }

    /// Tells whether something is there that ASCII has not.
    pub fn other(self) -> bool {
        self.0 & (1 << 31) != 0
    }
}

/// Reads characters as ASCII where they look like it, remembering those that needed work.
pub(super) struct Looks {
    /// For each byte, its bit in [`Signs`].
    bits: [u32; 256],
    /// For each character, what it looks like; zero where not known yet.
    known: Vec<u8>,
}

impl Default for Looks {
    fn default() -> Self {
        let bits = std::array::from_fn(|byte| {
            let sign = KNOWN.iter().position(|known| usize::from(*known) == byte);
            sign.map_or(if byte >= 0x80 { 1 << 31 } else { 0 }, |bit| 1 << bit)
        });
        Looks { bits, known: Vec::new() }
    }
}

impl Looks {
    /// Writes one byte for each character of the text, and says which signs are among them.
    pub fn read(&mut self, text: &Text, clean: &mut Vec<u8>) -> Signs {
        clean.clear();
        if text.ascii {
            clean.extend(text.chars.iter().map(|character| *character as u8));
        } else {
            clean.extend(text.chars.iter().map(|character| self.like(*character)));
        }
        let set = clean.iter().fold(0, |set, byte| set | self.bits.get(usize::from(*byte)).copied().unwrap_or(0));
        // A look-alike of ASCII is no longer told from it: the letters of broken UTF-8 are looked for in every such text.
        Signs(if text.ascii { set } else { set | 1 << 31 })
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
