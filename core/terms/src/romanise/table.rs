//! The tables of a script, read once: which letters may be spelled how, and where in a word.
//!
//! Guarantees: a letter with an accent that has no row of its own is spelled as the letter without; every row of a file is used.
//!
//! Does not know: the word. Not found here: Chinese characters, and scripts without a table.

use super::spelling::Spellings;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::decompose_canonical;

/// Letters above have no table.
const LETTERS_END: u32 = 0x3100;
const KATAKANA: std::ops::RangeInclusive<char> = '\u{30a1}'..='\u{30f6}';
const HIRAGANA_DISTANCE: u32 = 0x60;
/// Scripts whose letters stand in the order of Devanagari, each in its block.
const INDIC: std::ops::RangeInclusive<char> = '\u{980}'..='\u{d7f}';
const INDIC_BLOCK: u32 = 0x80;
const DEVANAGARI: u32 = 0x900;

const FILES: [&str; 11] = [
    include_str!("tables/latin.tsv"),
    include_str!("tables/cyrillic.tsv"),
    include_str!("tables/greek.tsv"),
    include_str!("tables/arabic.tsv"),
    include_str!("tables/hebrew.tsv"),
    include_str!("tables/devanagari.tsv"),
    include_str!("tables/kana.tsv"),
    include_str!("tables/hangul.tsv"),
    include_str!("tables/georgian.tsv"),
    include_str!("tables/armenian.tsv"),
    include_str!("tables/thai.tsv"),
];

/// Every table.
pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

/// Where in a word a row counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Any,
    First,
    NotFirst,
    Last,
    NotLast,
    BeforeVowel,
    BetweenVowels,
    /// In a foreign name.
    Foreign,
}

impl Place {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "any" => Place::Any,
            "first" => Place::First,
            "not_first" => Place::NotFirst,
            "last" => Place::Last,
            "not_last" => Place::NotLast,
            "before_vowel" => Place::BeforeVowel,
            "between_vowels" => Place::BetweenVowels,
            "foreign" => Place::Foreign,
            _ => return None,
        })
    }
}

/// Letters and their spellings.
#[derive(Debug)]
pub(super) struct Row {
    /// The letters behind the first.
    pub rest: Box<[char]>,
    pub place: Place,
    pub spellings: Spellings,
}

impl Row {
    /// Returns how many letters it is about.
    pub fn letters(&self) -> usize {
        self.rest.len() + 1
    }
}

/// What holds for all letters of a file.
#[derive(Debug, Default)]
pub(super) struct Habits {
    /// What is put in behind a consonant.
    pub gap: Spellings,
    /// What is put in behind a consonant at the end.
    pub gap_last: Spellings,
    /// A consonant may be written twice.
    pub doubles: bool,
    /// Two of a letter may be written once.
    pub halves: bool,
}

/// What is known of a letter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    /// The letter in the form that the rows have.
    pub form: char,
    /// It is a vowel, or carries one.
    pub vowel: bool,
    /// Nothing is put in before it.
    pub closed: bool,
    /// The place of its rows, counted from one; 0 if it has none.
    slot: u16,
}

impl Letter {
    fn bare(form: char) -> Self {
        Letter { form, vowel: false, closed: false, slot: 0 }
    }
}

/// All rows, by their first letter.
#[derive(Debug)]
pub(super) struct Tables {
    letters: Vec<Letter>,
    rows: Vec<(u8, Vec<Row>)>,
    habits: Vec<Habits>,
    /// Korean family names that are not written as they are spoken.
    firsts: Vec<(char, Spellings)>,
}

impl Tables {
    fn read() -> Self {
        let letters = (0..LETTERS_END).filter_map(char::from_u32).map(Letter::bare).collect();
        let mut tables = Tables { letters, rows: Vec::new(), habits: Vec::new(), firsts: Vec::new() };
        for file in FILES {
            let mut habits = Habits::default();
            let number = tables.habits.len() as u8;
            for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                let mut columns = line.split('\t');
                let (Some(letters), Some(place), Some(what)) = (columns.next(), columns.next(), columns.next()) else {
                    continue;
                };
                match (letters, Place::of(place)) {
                    ("@first", _) => {
                        // Both as one character and as its parts.
                        tables.firsts.extend(place.chars().map(|first| (first, Spellings::of(what))));
                        tables.add(number, &place.nfd().collect::<String>(), Place::First, what);
                    }
                    ("@vowels", _) => tables.mark(what, |letter| letter.vowel = true),
                    ("@closed", _) => tables.mark(what, |letter| letter.closed = true),
                    ("@gap", Some(Place::Last)) => habits.gap_last = Spellings::of(what),
                    ("@gap", _) => habits.gap = Spellings::of(what),
                    ("@doubles", _) => habits.doubles = true,
                    ("@halves", _) => habits.halves = true,
                    (_, Some(place)) => tables.add(number, letters, place, what),
                    _ => {}
                }
            }
            tables.habits.push(habits);
        }
        tables.alias();
        tables
    }

    fn mark(&mut self, letters: &str, mark: impl Fn(&mut Letter)) {
        for letter in letters.chars() {
            self.letters.get_mut(letter as usize).into_iter().for_each(&mark);
        }
    }

    fn add(&mut self, habits: u8, letters: &str, place: Place, spellings: &str) {
        let mut letters = letters.chars();
        let Some(first) = letters.next() else { return };
        let Some(letter) = self.letters.get_mut(first as usize) else { return };
        if letter.slot == 0 {
            self.rows.push((habits, Vec::new()));
            letter.slot = self.rows.len() as u16;
        }
        let at = usize::from(letter.slot) - 1;
        if let Some((_, rows)) = self.rows.get_mut(at) {
            rows.push(Row { rest: letters.collect(), place, spellings: Spellings::of(spellings) });
        }
    }

    /// Katakana are their hiragana, Indic letters those of Devanagari; other letters without a row are their letter without accents.
    fn alias(&mut self) {
        for code in 0..self.letters.len() {
            let Some(letter) = self.letters.get(code).filter(|letter| letter.slot == 0) else { continue };
            let base = base(letter.form);
            if let (Some(known), Some(place)) = (self.letters.get(base as usize).copied(), self.letters.get_mut(code)) {
                *place = known;
            }
        }
    }

    /// Returns what is known of a letter.
    pub fn letter(&self, letter: char) -> Letter {
        self.letters.get(letter as usize).copied().unwrap_or(Letter::bare(letter))
    }

    /// Returns how a Korean syllable is also written at the beginning.
    pub fn first(&self, syllable: char) -> Option<&Spellings> {
        self.firsts.iter().find(|(first, _)| *first == syllable).map(|(_, spellings)| spellings)
    }

    /// Returns the rows that begin with a letter, and the habits of its script.
    pub fn rows(&self, letter: Letter) -> Option<(&Habits, &[Row])> {
        let (habits, rows) = self.rows.get(usize::from(letter.slot).checked_sub(1)?)?;
        Some((self.habits.get(usize::from(*habits))?, rows))
    }
}

fn base(letter: char) -> char {
    if INDIC.contains(&letter) {
        return char::from_u32(letter as u32 % INDIC_BLOCK + DEVANAGARI).unwrap_or(letter);
    }
    if KATAKANA.contains(&letter) {
        return char::from_u32(letter as u32 - HIRAGANA_DISTANCE).unwrap_or(letter);
    }
    let mut first = None;
    decompose_canonical(letter, |part| {
        first.get_or_insert(part);
    });
    first.unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::super::spelling::SPELLING_MAX;
    use super::*;

    #[test]
    fn every_line_is_read() {
        for file in FILES {
            assert!(file.starts_with("# "), "the standard is named");
            for line in file.lines().filter(|line| !line.starts_with('#')) {
                let columns: Vec<&str> = line.split('\t').collect();
                let [letters, place, spellings] = columns[..] else { panic!("{line}") };
                assert!(letters == "@first" || Place::of(place).is_some(), "{line}");
                let marks = matches!(letters, "@vowels" | "@closed");
                let known = |word: &str| word == "-" || word.bytes().all(|byte| byte.is_ascii_lowercase());
                assert!(marks || spellings.split(' ').all(|word| known(word) && word.len() <= SPELLING_MAX), "{line}");
                assert!(letters.starts_with('@') || letters.chars().all(|letter| (letter as u32) < LETTERS_END));
            }
        }
    }

    #[test]
    fn letters_without_a_row_are_read_as_others() {
        for (letter, form) in [('é', 'e'), ('ά', 'α'), ('й', 'й'), ('カ', 'か'), ('ক', 'क'), ('ழ', 'ऴ'), ('ế', 'e')]
        {
            assert_eq!(TABLES.letter(letter).form, form);
            assert!(TABLES.rows(TABLES.letter(letter)).is_some());
        }
    }
}
