//! The words that terms are made of, and which of them a word of a text may be a form of.
//!
//! Guarantees: a word is found with its accents or without, with the endings of its language, and in another script by any romanisation;
//! each distinct word of the texts is analysed once. Does not know: in which order words make a term.

use crate::endings::{Rule, rules_of, without_prefix};
use crate::fold;
use crate::lookalike::{Compact, FORMS, Form, Normaliser};
use crate::neighbours;
use crate::romanise::{Script, hangul_spellings, script_of};
use crate::sounds::{Sounds, ascii, chat, marked};
use crate::text::Text;
use std::collections::{BTreeMap, BTreeSet};

type Map<K, V> = hashbrown::HashMap<K, V>;

/// Longer words are not analysed; they are found as they are written only.
const LETTERS_MAX: usize = 48;
/// A Cyrillic stem that is shorter is looked for in its own writing only.
const CANONICAL_MIN: usize = 5;
/// A Korean name has not more characters.
const HANJA_MAX: usize = 5;
/// A word with fewer letters says too little to be found by sound alone.
const SAYS_ENOUGH: usize = 5;

/// How a word of a text comes from a word of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// The same letters, accents aside.
    Plain,
    /// With another ending, or something written in front of it.
    Form,
    /// In another script.
    Romanised,
    /// In another script, with the same consonants, and many of them.
    Near,
    /// In another script, with the same consonants; never enough by itself.
    Alike,
}

/// A word of a text may be a form of this word of a term.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match {
    pub lexeme: u32,
    pub how: How,
}

/// What a word is to a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Given(u8),
    Patronymic(u8),
    Surname(u8),
    /// One character of a given name that is written in characters.
    Syllable(u8),
    /// The whole name written together.
    Joined,
    /// The word at this place of a term of several words.
    Word(u8),
}

/// One word of terms.
pub(crate) struct Lexeme {
    /// Small, without accents.
    pub plain: Vec<char>,
    /// Which terms it is a word of, and as what.
    pub uses: BTreeSet<(u32, Role)>,
}

struct Stem {
    lexeme: u32,
    rule: &'static Rule,
    /// This spelling is the base form of the word, not one of its others.
    length: usize,
}

/// All words of all terms.
#[derive(Default)]
pub(crate) struct Lexicon {
    pub lexemes: Vec<Lexeme>,
    numbers: BTreeMap<Vec<char>, u32>,
    /// By the letters of the stem.
    stems: Map<Box<[char]>, Vec<Stem>>,
    /// Cyrillic stems as neighbours may write them.
    canonical: Map<Box<[char]>, Vec<Stem>>,
    /// Whether there is a Korean word.
    hangul: bool,
    sounds: Sounds,
    /// By what they look like.
    looks: Map<Box<[u8]>, Vec<u32>>,
    /// The longest word of one letter, and whether there is one of digits alone.
    singles: bool,
    digits: bool,
}

/// Words of this length that look like a word of a term are taken for it.
const LOOKS_LIKE: usize = 7;

/// What a word looks like, in each way to resolve it; once where all is ASCII.
fn looks(word: &[char]) -> Vec<Vec<u8>> {
    let text = Text::of(&word.iter().collect::<String>());
    let forms = if text.ascii { FORMS.get(..1) } else { FORMS.get(..) }.unwrap_or_default();
    let (mut normaliser, mut compact) = (Normaliser::default(), Compact::default());
    let look = |form: &Form| {
        normaliser.compact(&text, *form, &mut compact);
        compact.bytes.clone()
    };
    forms.iter().map(look).collect()
}

impl Lexicon {
    /// Adds a word of a term. `letters`: with their accents.
    pub fn add(&mut self, letters: &[char], term: u32, role: Role) {
        let small = fold::small(letters);
        let lexeme = match self.numbers.get(&small) {
            Some(known) => *known,
            None => {
                let number = self.lexemes.len() as u32;
                self.numbers.insert(small.clone(), number);
                self.lexemes.push(Lexeme { plain: fold::plain_word(&small), uses: BTreeSet::new() });
                self.index(number, &small);
                self.singles |= small.len() == 1;
                self.digits |= small.iter().all(|letter| letter.is_numeric());
                if small.len() >= LOOKS_LIKE {
                    for look in looks(&small) {
                        self.looks.entry(look.into()).or_default().push(number);
                    }
                }
                number
            }
        };
        if let Some(lexeme) = self.lexemes.get_mut(lexeme as usize) {
            lexeme.uses.insert((term, role));
        }
    }

    fn index(&mut self, lexeme: u32, small: &[char]) {
        let plain = fold::plain_word(small);
        let Some(script) = plain.iter().find_map(|letter| script_of(*letter)) else {
            return self.stem(lexeme, &plain, Script::Other);
        };
        let mut spellings = BTreeSet::from([plain.clone()]);
        spellings.extend(fold::wide(small));
        if script == Script::Latin {
            spellings.extend(fold::narrow(&plain));
        }
        if script == Script::Arabic
            && let Some(bare) = plain.strip_prefix(&['ا', 'ل']).filter(|bare| bare.len() > 2)
        {
            spellings.insert(bare.to_vec());
        }
        if script == Script::Cyrillic {
            spellings.extend(neighbours::given(small).iter().map(|name| fold::plain_word(name)));
        }
        for spelling in &spellings {
            self.stem(lexeme, spelling, script);
        }
        // A name of two characters is too many Korean words.
        if script == Script::Han && plain.len() > 2 {
            for spelling in hangul_spellings(small) {
                self.stem(lexeme, &spelling, Script::Hangul);
            }
        }
        self.hangul |= script == Script::Hangul;
        if plain.len() <= LETTERS_MAX {
            self.sounds.add(lexeme, small, script);
            for name in neighbours::given(small) {
                self.sounds.add(lexeme, name, script);
            }
        }
    }

    fn stem(&mut self, lexeme: u32, spelling: &[char], script: Script) {
        for (length, rule) in rules_of(script, spelling) {
            let Some(stem) = spelling.get(..length) else { continue };
            self.stems.entry(stem.into()).or_default().push(Stem { lexeme, rule, length: spelling.len() });
            if script == Script::Cyrillic && length >= CANONICAL_MIN {
                let stem = Stem { lexeme, rule, length: spelling.len() };
                self.canonical
                    .entry(neighbours::canonical(spelling.get(..length).unwrap_or_default()).into())
                    .or_default()
                    .push(stem);
            }
        }
    }

    /// Finds the words of terms that a word of a text may be a form of. `letters`: small, with their accents.
    pub fn analyse(&self, letters: &[char]) -> Vec<Match> {
        let mut found: BTreeMap<u32, How> = BTreeMap::new();
        if letters.len() > LETTERS_MAX {
            return Vec::new();
        }
        let plain = fold::plain_word(letters);
        let script = plain.iter().find_map(|letter| script_of(*letter));
        self.spelled(&plain, false, &mut found);
        // `rn` for m, 1 for l: only where the whole word is what the other looks like.
        if letters.len() >= LOOKS_LIKE - 1
            && letters.iter().any(|letter| matches!(letter, 'n' | 'm' | 'l' | 'i' | '1' | '0') || !letter.is_ascii())
        {
            for look in looks(letters) {
                for lexeme in self.looks.get(look.as_slice()).into_iter().flatten() {
                    note(&mut found, *lexeme, How::Plain);
                }
            }
        }
        if let Some(wide) = fold::wide(letters) {
            self.spelled(&wide, false, &mut found);
        }
        // A small word such as `bin` is no name in another script.
        let word: String = plain.iter().collect();
        if let Some(script) = script.filter(|_| !crate::tables::is_particle(&word)) {
            for rest in without_prefix(script, &plain) {
                self.spelled(rest, true, &mut found);
            }
            if script == Script::Latin {
                let spelled = chat(&plain).unwrap_or_default().into_iter().chain(marked(letters));
                for latin in spelled.chain([ascii(&plain)]) {
                    self.sounds.romanised(&latin, &mut found);
                }
            } else {
                let small = fold::small(letters);
                if script == Script::Cyrillic {
                    self.by_neighbours(&plain, &mut found);
                }
                if script == Script::Han && self.hangul && small.len() <= HANJA_MAX {
                    let mut korean = BTreeMap::new();
                    hangul_spellings(&small).iter().for_each(|word| self.spelled(word, false, &mut korean));
                    korean.into_keys().for_each(|lexeme| note(&mut found, lexeme, How::Romanised));
                }
                self.sounds.written_back(&small, script, &mut found);
            }
        }
        found.into_iter().map(|(lexeme, how)| Match { lexeme, how }).collect()
    }

    fn spelled(&self, word: &[char], prefixed: bool, found: &mut BTreeMap<u32, How>) {
        for length in 1..=word.len() {
            let Some((stem, tail)) = word.split_at_checked(length) else { continue };
            for known in self.stems.get(stem).into_iter().flatten() {
                if !known.rule.allows(tail) {
                    continue;
                }
                let plain = !prefixed && tail == known.rule.base() && word.len() == known.length;
                note(found, known.lexeme, if plain { How::Plain } else { How::Form });
            }
        }
    }

    /// A Cyrillic word that another language writes with other letters.
    fn by_neighbours(&self, word: &[char], found: &mut BTreeMap<u32, How>) {
        for length in CANONICAL_MIN..=word.len() {
            let Some((stem, tail)) = word.split_at_checked(length) else { continue };
            let stem = neighbours::canonical(stem);
            for known in
                self.canonical.get(stem.as_slice()).into_iter().flatten().filter(|known| known.rule.allows(tail))
            {
                note(found, known.lexeme, How::Near);
            }
        }
    }

    /// Tells whether words may be found that a text writes with blanks between: only those of other scripts.
    pub fn blanks(&self) -> bool {
        self.sounds.has_native()
    }

    /// Tells whether a word may be a word of a term at all.
    pub fn may_hold(&self, word: &[u8]) -> bool {
        match word {
            [_] => self.singles || self.sounds.has_native(),
            _ => self.digits || !word.iter().all(u8::is_ascii_digit),
        }
    }

    /// Tells whether a lexeme has enough letters for a match by sound alone.
    pub fn says_enough(&self, lexeme: u32) -> bool {
        self.lexemes.get(lexeme as usize).is_some_and(|lexeme| lexeme.plain.len() >= SAYS_ENOUGH)
    }
}

fn note(found: &mut BTreeMap<u32, How>, lexeme: u32, how: How) {
    found.entry(lexeme).and_modify(|known| *known = (*known).min(how)).or_insert(how);
}
