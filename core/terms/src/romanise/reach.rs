//! How far a word in another script and a Latin word are one another's spelling: the lattice, walked with one set of bits for each letter.
//!
//! Guarantees: time grows with the letters of both words, however many spellings there are; no spelling is made.
//!
//! Does not know: Latin letters behind the 127th.

use super::lattice::{Reading, Step, Word};
use super::spelling::Spelling;

/// The Latin letters that are looked at.
pub(super) const LATIN_MAX: usize = 127;

/// For each number of letters of the word, the numbers of Latin letters that it may be written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    rows: Vec<u128>,
    latin: usize,
}

impl Reach {
    /// Tells whether the first letters of the word may be written with the first letters of the Latin word.
    pub fn get(&self, native: usize, latin: usize) -> bool {
        latin <= LATIN_MAX && self.rows.get(native).is_some_and(|row| row >> latin & 1 == 1)
    }

    /// Tells whether the whole words are one another's spelling.
    pub fn whole(&self) -> bool {
        self.get(self.rows.len().saturating_sub(1), self.latin)
    }
}

/// For each letter of the alphabet the places where it stands in the Latin word.
struct Places([u128; 26]);

impl Places {
    fn of(latin: &[u8]) -> Self {
        let mut places = [0_u128; 26];
        for (at, letter) in latin.iter().take(LATIN_MAX).enumerate() {
            if let Some(place) = places.get_mut(usize::from(letter.wrapping_sub(b'a'))) {
                *place |= 1 << at;
            }
        }
        Places(places)
    }

    fn behind(&self, from: u128, letter: u8) -> u128 {
        (from & self.0.get(usize::from(letter.wrapping_sub(b'a'))).copied().unwrap_or(0)) << 1
    }

    /// Returns where one of the spellings ends that begins at one of the places.
    fn written(&self, from: u128, spellings: &[Spelling], doubles: bool) -> u128 {
        let mut ends = 0;
        for spelling in spellings {
            let end = spelling.letters().iter().fold(from, |from, letter| self.behind(from, *letter));
            ends |= end;
            if let (true, Some(letter)) = (doubles, spelling.doubled()) {
                ends |= self.behind(end, letter);
            }
        }
        ends
    }

    fn step(&self, from: u128, step: &Step<'_>) -> u128 {
        let mut ends = self.written(from, step.spellings.all, step.doubles);
        for spellings in step.behind {
            if !spellings.is_empty() {
                ends = self.written(ends, spellings.all, false);
            }
        }
        ends
    }
}

/// Compares a word with a Latin word.
///
/// `native` is one word in lower case, its accents composed; `latin` has only a-z.
pub fn reach(native: &[char], latin: &[u8]) -> Reach {
    reach_as(native, latin, Reading::Chinese)
}

/// The same with a reading of Chinese characters.
pub fn reach_as(native: &[char], latin: &[u8], reading: Reading) -> Reach {
    let places = Places::of(latin);
    let word = Word::read(native, reading);
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
            let ends = places.step(from, &step);
            if let Some(row) = rows.get_mut(at + step.letters) {
                *row |= ends;
            }
        });
    }
    Reach { rows, latin: latin.len() }
}
