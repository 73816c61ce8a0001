//! The outline of a word: the classes of its consonants, and where there are vowels between them.
//!
//! Guarantees: what a foreign name keeps when another language writes it by ear is in the outline, what it changes is not: which vowel,
//! `c`, `s` or `z`, one letter or two.
//!
//! Does not know: how many of a language's words share an outline.

use super::lattice::{Reading, Word};
use super::reach::LATIN_MAX;

/// One vowel or more.
const VOWEL: u8 = 0;

/// The outline of a Latin word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline(Vec<u8>);

fn class(letter: u8) -> Option<u8> {
    Some(match letter {
        b'a' | b'e' | b'i' | b'o' | b'u' | b'y' => VOWEL,
        b'b' | b'f' | b'p' => 1,
        b'd' | b't' => 2,
        b'c' | b's' | b'z' => 3,
        b'g' | b'k' | b'q' => 4,
        b'l' => 5,
        b'r' => 6,
        b'm' => 7,
        b'n' => 8,
        b'v' | b'w' => 9,
        b'j' => 10,
        _ => return None,
    })
}

/// The classes of letters: `h` has none, `x` two, a stop before a sibilant none, neighbours of one class one.
fn classes(latin: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(latin.len());
    let mut push = |symbol: u8| {
        if symbol == 3 && out.last() == Some(&2) {
            out.pop();
        }
        if out.last() != Some(&symbol) {
            out.push(symbol);
        }
    };
    for letter in latin {
        if *letter == b'x' {
            push(4);
            push(3);
        } else if let Some(symbol) = class(*letter) {
            push(symbol);
        }
    }
    out
}

impl Outline {
    /// Draws a Latin word: a-z, small.
    pub fn of(latin: &[u8]) -> Self {
        let mut classes = classes(latin);
        classes.truncate(LATIN_MAX);
        Outline(classes)
    }

    /// Returns how many consonants it has.
    pub fn consonants(&self) -> usize {
        self.0.iter().filter(|symbol| **symbol != VOWEL).count()
    }

    /// Returns how many symbols it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether a word in another script may be written with this outline.
    pub fn has(&self, native: &[char]) -> bool {
        let word = Word::read(native, Reading::Chinese);
        let mut rows = vec![0_u128; native.len() + 1];
        if let Some(first) = rows.first_mut() {
            *first = 1;
        }
        for at in 0..native.len() {
            let from = rows.get(at).copied().unwrap_or(0);
            if from == 0 {
                continue;
            }
            word.steps(at, |step| {
                let mut ends = from;
                for (number, group) in std::iter::once(step.spellings).chain(step.behind).enumerate() {
                    if number == 0 || !group.is_empty() {
                        ends = group.all.iter().fold(0, |all, spelling| all | self.written(ends, spelling.letters()));
                    }
                }
                if let Some(row) = rows.get_mut(at + step.letters) {
                    *row |= ends;
                }
            });
        }
        rows.last().is_some_and(|last| last >> self.0.len() & 1 == 1)
    }

    /// Returns where letters end that begin at one of the places. A vowel beside a vowel adds nothing, nor does a consonant beside its like.
    fn written(&self, from: u128, letters: &[u8]) -> u128 {
        classes(letters).iter().fold(from, |from, symbol| {
            let places = self.0.iter().enumerate().filter(|(_, known)| *known == symbol);
            let places = places.fold(0_u128, |all, (at, _)| all | 1 << at);
            (from & places) << 1 | (from & places << 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_ear() {
        for (latin, native, has) in [
            ("kairevichus", "काइरेविशियस", true),
            ("dobremon", "דאוברמון", true),
            ("holoutaid", "हॉलोटाइड", true),
            ("holoutaid", "हॉलोटन", false),
            ("kormoran", "карамора", false),
            ("kormoran", "крмрн", false),
        ] {
            let native: Vec<char> = native.chars().collect();
            assert_eq!(Outline::of(latin.as_bytes()).has(&native), has, "{latin}");
        }
    }
}
