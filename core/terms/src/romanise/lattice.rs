//! The lattice of a word: what each of its letters may be written with, given the letters around it.
//!
//! Guarantees: every step goes forward; the spellings of a step do not depend on how the letters before it were written.
//!
//! Does not know: a Latin word to compare with.

use super::script::{Script, script_of};
use super::spelling::{Group, Spelling};
use super::table::{Habits, Letter, Place, Row, TABLES, Tables};
use super::{cantonese, han, japanese, typed};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// Where a step goes and what it writes: one spelling of each group, one group behind the other.
pub(super) struct Step<'a> {
    /// How many letters are written.
    pub letters: usize,
    /// What they are written with.
    pub spellings: Group<'a>,
    /// A single letter of these spellings may be written twice.
    pub doubles: bool,
    /// What is written behind; nothing in most scripts.
    pub behind: [Group<'a>; 3],
}

/// How letters are read that may be read in more than one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// In Mandarin.
    #[default]
    Chinese,
    /// As in Japanese names.
    Japanese,
    /// In Cantonese.
    Cantonese,
    /// Greek letters by what they look like, or by their keys.
    Typed,
}

/// A word in the form that the tables have.
pub(super) struct Word<'a> {
    letters: &'a [char],
    reading: Reading,
    tables: &'static Tables,
}

/// Thai vowels that stand before their consonant.
const THAI_BEFORE: RangeInclusive<char> = '\u{e40}'..='\u{e44}';
const THAI_AI: [char; 2] = ['ใ', 'ไ'];
const THAI_Y: char = 'ย';
const THAI_CONSONANTS: RangeInclusive<char> = '\u{e01}'..='\u{e2e}';
/// The second consonant of two that are spoken together; or the first of them is mute.
const THAI_SECOND: [char; 8] = ['ร', 'ล', 'ว', 'ม', 'น', 'ง', 'ย', 'ญ'];

/// Between two Thai consonants before whose vowel sign both stand.
static BETWEEN: LazyLock<[Spelling; 2]> = LazyLock::new(|| [Spelling::NOTHING, Spelling::of("a")]);

/// Nothing is written.
static NOTHING: [Spelling; 1] = [Spelling::NOTHING];

impl<'a> Word<'a> {
    pub fn new(letters: &'a [char]) -> Self {
        Word { letters, reading: Reading::Chinese, tables: &TABLES }
    }

    /// The same with another reading of Chinese characters.
    pub fn read(letters: &'a [char], reading: Reading) -> Self {
        Word { reading, ..Word::new(letters) }
    }

    /// Calls with every step from a letter.
    pub fn steps(&self, at: usize, mut each: impl FnMut(Step<'_>)) {
        let Some(raw) = self.letters.get(at).copied() else { return };
        let letter = self.tables.letter(raw);
        if let (Reading::Typed, Some(spellings)) = (self.reading, typed::spellings(letter.form)) {
            return each(one(spellings));
        }
        if let Some((habits, rows)) = self.tables.rows(letter) {
            if THAI_BEFORE.contains(&raw) && self.turned(at, raw, rows, &mut each) {
                return;
            }
            return self.rows(at, letter, habits, rows, &mut each);
        }
        match script_of(raw) {
            None => {}
            Some(Script::Han) if self.reading == Reading::Japanese => {
                let before = at.checked_sub(1).and_then(|before| self.letters.get(before));
                let character = before.filter(|_| raw == japanese::REPEATED).copied().unwrap_or(raw);
                let spellings = japanese::readings(character);
                if !spellings.is_empty() {
                    each(one(spellings));
                }
            }
            Some(Script::Han) if self.reading == Reading::Cantonese => {
                let spellings = cantonese::readings(raw);
                if !spellings.is_empty() {
                    each(one(spellings));
                }
            }
            Some(Script::Han) => han::readings(raw, |spellings| each(one(spellings))),
            Some(Script::Hangul) => self.hangul(at, raw, &mut each),
            Some(_) => each(one(Group::plain(&[Spelling::of(any_ascii::any_ascii_char(raw))]))),
        }
    }

    fn letter(&self, at: usize) -> Option<Letter> {
        self.letters.get(at).map(|letter| self.tables.letter(*letter))
    }

    fn rows(&self, at: usize, letter: Letter, habits: &Habits, rows: &[Row], each: &mut impl FnMut(Step<'_>)) {
        let before = at.checked_sub(1).and_then(|before| self.letter(before));
        for row in rows {
            let behind = at + row.letters();
            let mut rest = row.rest.iter().enumerate();
            let same = rest.all(|(place, rest)| self.letter(at + 1 + place).is_some_and(|next| next.form == *rest));
            if same && self.stands(row.place, at, behind, before) {
                let last = self.letter(behind - 1).unwrap_or(letter);
                let gap = self.gap(last, behind, habits);
                let doubles = habits.doubles && !letter.vowel;
                let spellings = row.spellings.group();
                each(Step {
                    letters: row.letters(),
                    spellings,
                    doubles,
                    behind: [gap, Group::default(), Group::default()],
                });
            }
        }
        if habits.halves && before.is_some_and(|before| before.form == letter.form) {
            let gap = self.gap(letter, at + 1, habits);
            let spellings = Group::plain(&NOTHING);
            each(Step { letters: 1, spellings, doubles: false, behind: [gap, Group::default(), Group::default()] });
        }
    }

    /// What is written between a letter and the next without being there.
    fn gap<'h>(&self, last: Letter, behind: usize, habits: &'h Habits) -> Group<'h> {
        match self.letter(behind) {
            _ if last.vowel => Group::default(),
            None => habits.gap_last.group(),
            Some(next) if next.closed => Group::default(),
            Some(_) => habits.gap.group(),
        }
    }

    fn stands(&self, place: Place, at: usize, behind: usize, before: Option<Letter>) -> bool {
        let vowel = |letter: Option<Letter>| letter.is_some_and(|letter| letter.vowel);
        match place {
            Place::Any => true,
            Place::Foreign => self.reading != Reading::Japanese,
            Place::First => at == 0,
            Place::NotFirst => at > 0,
            Place::Last => behind == self.letters.len(),
            Place::NotLast => behind < self.letters.len(),
            Place::BeforeVowel => vowel(self.letter(behind)),
            Place::BetweenVowels => vowel(before) && vowel(self.letter(behind)),
        }
    }

    /// A Thai vowel before a consonant, or two, is written behind. Tells whether there is a consonant.
    fn turned(&self, at: usize, raw: char, vowel: &[Row], each: &mut impl FnMut(Step<'_>)) -> bool {
        let consonant = |at| {
            let letter = self.letter(at)?;
            let spellings = self.tables.rows(letter)?.1.iter().find(|row| row.letters() == 1)?.spellings.group();
            THAI_CONSONANTS.contains(&letter.form).then_some((letter.form, spellings))
        };
        let vowel = vowel.first().map(|row| row.spellings.group()).unwrap_or_default();
        let Some((_, spellings)) = consonant(at + 1) else { return false };
        each(Step { letters: 2, spellings, doubles: false, behind: [vowel, Group::default(), Group::default()] });
        // The y behind `ai` is mute: ไทย.
        if THAI_AI.contains(&raw) && self.letters.get(at + 2) == Some(&THAI_Y) {
            each(Step { letters: 3, spellings, doubles: false, behind: [vowel, Group::default(), Group::default()] });
        }
        if let Some((form, second)) = consonant(at + 2) {
            // Spoken together, or with a short vowel between them.
            let least = usize::from(!THAI_SECOND.contains(&form));
            let between = Group::plain(BETWEEN.get(least..).unwrap_or_default());
            each(Step { letters: 3, spellings, doubles: false, behind: [between, second, vowel] });
        }
        true
    }

    /// A Korean syllable is written by its parts.
    fn hangul(&self, at: usize, syllable: char, each: &mut impl FnMut(Step<'_>)) {
        if let Some(name) = self.tables.first(syllable).filter(|_| at == 0) {
            each(one(name.group()));
        }
        let mut parts = [Group::default(); 3];
        let mut places = parts.iter_mut();
        unicode_normalization::char::decompose_canonical(syllable, |part| {
            let row = self.tables.rows(self.tables.letter(part)).and_then(|(_, rows)| rows.first());
            if let (Some(row), Some(place)) = (row, places.next()) {
                *place = row.spellings.group();
            }
        });
        let [lead, vowel, tail] = parts;
        each(Step { letters: 1, spellings: lead, doubles: false, behind: [vowel, tail, Group::default()] });
    }
}

fn one(spellings: Group<'_>) -> Step<'_> {
    Step { letters: 1, spellings, doubles: false, behind: [Group::default(); 3] }
}
