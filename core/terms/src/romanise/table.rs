//! The tables of a script, read once: which letters may be spelled how, and where in a word.
//!
//! Guarantees: a letter with an accent that has no row of its own is spelled as the letter without; every row of a file is used.
//!
//! Does not know: the word. Not found here: Chinese characters, and scripts without a table.

use super::spelling::Spelling;
use std::sync::LazyLock;
use unicode_normalization::char::decompose_canonical;

/// Letters above have no table.
const LETTERS_END: usize = 0x3100;
const KATAKANA: std::ops::RangeInclusive<char> = '\u{30a1}'..='\u{30f6}';
const HIRAGANA_DISTANCE: u32 = 0x60;

const FILES: [&str; 8] = [
    include_str!("tables/latin.tsv"),
    include_str!("tables/cyrillic.tsv"),
    include_str!("tables/greek.tsv"),
    include_str!("tables/arabic.tsv"),
    include_str!("tables/hebrew.tsv"),
    include_str!("tables/devanagari.tsv"),
    include_str!("tables/kana.tsv"),
    include_str!("tables/hangul.tsv"),
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
    pub spellings: Box<[Spelling]>,
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
    /// Letters that are vowels, or carry one.
    vowels: Vec<char>,
    /// Letters behind which nothing is put in.
    closed: Vec<char>,
    /// What is put in behind a consonant.
    pub gap: Box<[Spelling]>,
    /// What is put in behind a consonant at the end.
    pub gap_last: Box<[Spelling]>,
    /// A consonant may be written twice.
    pub doubles: bool,
    /// Two of a letter may be written once.
    pub halves: bool,
}

impl Habits {
    pub fn vowel(&self, letter: char) -> bool {
        self.vowels.contains(&letter)
    }

    pub fn closed(&self, letter: char) -> bool {
        self.closed.contains(&letter)
    }
}

/// All rows, by their first letter.
#[derive(Debug)]
pub(super) struct Tables {
    /// For each letter the place in `rows` counted from one.
    index: Vec<u16>,
    rows: Vec<(u8, Vec<Row>)>,
    habits: Vec<Habits>,
}

impl Tables {
    fn read() -> Self {
        let mut tables = Tables { index: vec![0; LETTERS_END], rows: Vec::new(), habits: Vec::new() };
        for file in FILES {
            let mut habits = Habits::default();
            let number = tables.habits.len() as u8;
            for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                let mut columns = line.split('\t');
                let (Some(letters), Some(place), Some(spellings)) = (columns.next(), columns.next(), columns.next())
                else {
                    continue;
                };
                let spelled = || spellings.split(' ').map(Spelling::of).collect::<Box<[Spelling]>>();
                match (letters, Place::of(place)) {
                    ("@vowels", _) => habits.vowels.extend(spellings.chars()),
                    ("@closed", _) => habits.closed.extend(spellings.chars()),
                    ("@gap", Some(Place::Last)) => habits.gap_last = spelled(),
                    ("@gap", _) => habits.gap = spelled(),
                    ("@doubles", _) => habits.doubles = true,
                    ("@halves", _) => habits.halves = true,
                    (_, Some(place)) => tables.add(number, letters, place, spelled()),
                    _ => {}
                }
            }
            tables.habits.push(habits);
        }
        tables.alias();
        tables
    }

    fn add(&mut self, habits: u8, letters: &str, place: Place, spellings: Box<[Spelling]>) {
        let mut letters = letters.chars();
        let Some(first) = letters.next() else { return };
        let Some(slot) = self.index.get_mut(first as usize) else { return };
        if *slot == 0 {
            self.rows.push((habits, Vec::new()));
            *slot = self.rows.len() as u16;
        }
        let at = usize::from(*slot) - 1;
        if let Some((_, rows)) = self.rows.get_mut(at) {
            rows.push(Row { rest: letters.collect(), place, spellings });
        }
    }

    /// Letters without a row are their letter without accents.
    fn alias(&mut self) {
        for code in 0..LETTERS_END {
            if self.index.get(code) != Some(&0) {
                continue;
            }
            let Some(letter) = char::from_u32(code as u32) else { continue };
            let base = without_accent(letter);
            let slot = self.index.get(base as usize).copied().unwrap_or(0);
            if let Some(place) = self.index.get_mut(code) {
                *place = slot;
            }
        }
    }

    /// Returns the rows that begin with a letter, and the habits of its script.
    pub fn rows(&self, letter: char) -> Option<(&Habits, &[Row])> {
        let slot = usize::from(*self.index.get(letter as usize)?).checked_sub(1)?;
        let (habits, rows) = self.rows.get(slot)?;
        Some((self.habits.get(usize::from(*habits))?, rows))
    }

    /// Returns a letter in the form that the rows have.
    pub fn fold(&self, letter: char) -> char {
        if letter.is_ascii() {
            return letter;
        }
        if KATAKANA.contains(&letter) {
            return char::from_u32(letter as u32 - HIRAGANA_DISTANCE).unwrap_or(letter);
        }
        let own = self.index.get(letter as usize).copied().unwrap_or(0);
        let base = without_accent(letter);
        if base != letter && own == self.index.get(base as usize).copied().unwrap_or(0) { base } else { letter }
    }
}

fn without_accent(letter: char) -> char {
    let mut base = None;
    decompose_canonical(letter, |part| {
        base.get_or_insert(part);
    });
    base.unwrap_or(letter)
}
