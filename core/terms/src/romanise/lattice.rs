//! The lattice of a word: what each of its letters may be written with, given the letters around it.
//!
//! Guarantees: every step goes forward; the spellings of a step do not depend on how the letters before it were written.
//!
//! Does not know: a Latin word to compare with. Thai vowels that stand before their consonant are read as they stand.

use super::han;
use super::script::{Script, script_of};
use super::spelling::Spelling;
use super::table::{Habits, Place, Row, TABLES, Tables};

/// Where a step goes and what it writes: one spelling of each group, one group behind the other.
pub(super) struct Step<'a> {
    /// How many letters are written.
    pub letters: usize,
    /// What they are written with.
    pub spellings: &'a [Spelling],
    /// A single letter of these spellings may be written twice.
    pub doubles: bool,
    /// What is written behind; nothing in most scripts.
    pub behind: [&'a [Spelling]; 2],
}

/// A word in the form that the tables have.
pub(super) struct Word<'a> {
    letters: &'a [char],
    tables: &'static Tables,
}

/// Nothing is written.
static NOTHING: [Spelling; 1] = [Spelling::NOTHING];

impl<'a> Word<'a> {
    pub fn new(letters: &'a [char]) -> Self {
        Word { letters, tables: &TABLES }
    }

    /// Calls with every step from a letter.
    pub fn steps(&self, at: usize, mut each: impl FnMut(Step<'_>)) {
        let Some(raw) = self.letters.get(at).copied() else { return };
        let letter = self.tables.fold(raw);
        match self.tables.rows(letter) {
            Some((habits, rows)) => self.rows(at, letter, habits, rows, &mut each),
            None if script_of(raw) == Some(Script::Han) => han::readings(raw, |spellings| each(one(spellings))),
            None if script_of(raw) == Some(Script::Hangul) => self.hangul(raw, &mut each),
            None if script_of(raw).is_none() => {}
            None => each(one(&[Spelling::of(any_ascii::any_ascii_char(raw))])),
        }
    }

    fn letter(&self, at: usize) -> Option<char> {
        self.letters.get(at).map(|letter| self.tables.fold(*letter))
    }

    fn rows(&self, at: usize, letter: char, habits: &Habits, rows: &[Row], each: &mut impl FnMut(Step<'_>)) {
        let before = at.checked_sub(1).and_then(|before| self.letter(before));
        let vowel = habits.vowel(letter);
        for row in rows {
            let behind = at + row.letters();
            let same = row.rest.iter().enumerate().all(|(place, rest)| self.letter(at + 1 + place) == Some(*rest));
            if same && self.stands(row.place, at, behind, before, habits) {
                let last = self.letter(behind - 1).unwrap_or(letter);
                let gap = if habits.vowel(last) { &[] } else { self.gap(behind, habits) };
                let doubles = habits.doubles && !vowel;
                each(Step { letters: row.letters(), spellings: &row.spellings, doubles, behind: [gap, &[]] });
            }
        }
        if habits.halves && before == Some(letter) {
            let gap = if vowel { &[] } else { self.gap(at + 1, habits) };
            each(Step { letters: 1, spellings: &NOTHING, doubles: false, behind: [gap, &[]] });
        }
    }

    fn gap<'h>(&self, behind: usize, habits: &'h Habits) -> &'h [Spelling] {
        match self.letter(behind) {
            None => &habits.gap_last,
            Some(next) if habits.closed(next) => &[],
            Some(_) => &habits.gap,
        }
    }

    fn stands(&self, place: Place, at: usize, behind: usize, before: Option<char>, habits: &Habits) -> bool {
        let next = || self.letter(behind);
        match place {
            Place::Any => true,
            Place::First => at == 0,
            Place::NotFirst => at > 0,
            Place::Last => behind == self.letters.len(),
            Place::NotLast => behind < self.letters.len(),
            Place::BeforeVowel => next().is_some_and(|next| habits.vowel(next)),
            Place::BetweenVowels => {
                before.is_some_and(|before| habits.vowel(before)) && next().is_some_and(|next| habits.vowel(next))
            }
        }
    }

    /// A Korean syllable is written by its parts.
    fn hangul(&self, syllable: char, each: &mut impl FnMut(Step<'_>)) {
        let mut parts: [&[Spelling]; 3] = [&[]; 3];
        let mut places = parts.iter_mut();
        unicode_normalization::char::decompose_canonical(syllable, |part| {
            let row = self.tables.rows(part).and_then(|(_, rows)| rows.first());
            if let (Some(row), Some(place)) = (row, places.next()) {
                *place = &row.spellings;
            }
        });
        let [lead, vowel, tail] = parts;
        each(Step { letters: 1, spellings: lead, doubles: false, behind: [vowel, tail] });
    }
}

fn one(spellings: &[Spelling]) -> Step<'_> {
    Step { letters: 1, spellings, doubles: false, behind: [&[], &[]] }
}
