//! The words that terms are made of, and which of them a word of a text may be a form of.
//!
//! Guarantees: a word is found with its accents or without, with the endings of its language, and in another script by any romanisation;
//! each distinct word of the texts is analysed once. Does not know: in which order words make a term.

use crate::endings::{Rule, is_tail, rules_of, without_prefix};
use crate::fold;
use crate::romanise::{Key, Script, latin_key, native_keys, reach, script_of};
use std::collections::{BTreeMap, BTreeSet};

type Map<K, V> = hashbrown::HashMap<K, V>;

/// Longer words are not analysed; they are found as they are written only.
const LETTERS_MAX: usize = 48;
/// What a romanised word must say at least: symbols of its key, and letters.
const SYMBOLS_MIN: usize = 2;
const ROMANISED_MIN: usize = 3;

/// How a word of a text comes from a word of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// The same letters, accents aside.
    Plain,
    /// With another ending, or something written in front of it.
    Form,
    /// In another script.
    Romanised,
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
    /// Stems in other scripts, by the sound of a romanisation; stems in Latin letters by theirs.
    native: Map<Key, Vec<Sound>>,
    latin: Map<Key, Vec<Sound>>,
}

struct Sound {
    lexeme: u32,
    stem: Box<[char]>,
    rule: &'static Rule,
}

impl Lexicon {
    /// Adds a word of a term. `letters`: with their accents.
    pub fn add(&mut self, letters: &[char], term: u32, role: Role) {
        let small: Vec<char> = letters.iter().flat_map(|letter| letter.to_lowercase()).collect();
        let lexeme = match self.numbers.get(&small) {
            Some(known) => *known,
            None => {
                let number = self.lexemes.len() as u32;
                self.numbers.insert(small.clone(), number);
                self.lexemes.push(Lexeme { plain: fold::plain_word(&small), uses: BTreeSet::new() });
                self.index(number, &small);
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
        for spelling in &spellings {
            self.stem(lexeme, spelling, script);
        }
        if plain.len() > LETTERS_MAX {
            return;
        }
        if script == Script::Latin {
            for spelling in spellings {
                for (length, rule) in rules_of(script, &spelling) {
                    let Some(stem) = spelling.get(..length) else { continue };
                    self.latin.entry(latin_key(&ascii(stem))).or_default().push(Sound {
                        lexeme,
                        stem: stem.into(),
                        rule,
                    });
                }
            }
            return;
        }
        // Accents count here: й is not и.
        for (length, rule) in rules_of(script, small) {
            let Some(stem) = small.get(..length) else { continue };
            for key in native_keys(stem) {
                self.native.entry(key).or_default().push(Sound { lexeme, stem: stem.into(), rule });
            }
        }
    }

    fn stem(&mut self, lexeme: u32, spelling: &[char], script: Script) {
        for (length, rule) in rules_of(script, spelling) {
            let Some(stem) = spelling.get(..length) else { continue };
            self.stems.entry(stem.into()).or_default().push(Stem { lexeme, rule, length: spelling.len() });
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
        if let Some(wide) = fold::wide(letters) {
            self.spelled(&wide, false, &mut found);
        }
        if let Some(script) = script {
            for rest in without_prefix(script, &plain) {
                self.spelled(rest, true, &mut found);
            }
            if script == Script::Latin {
                self.romanised(&ascii(&plain), &mut found);
            } else {
                self.written_back(letters, script, &mut found);
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

    /// A Latin word of a text, words of terms in other scripts.
    fn romanised(&self, latin: &[u8], found: &mut BTreeMap<u32, How>) {
        if self.native.is_empty() || latin.len() < ROMANISED_MIN - 1 {
            return;
        }
        let key = latin_key(latin);
        for symbols in 1..=key.len() {
            for sound in self.native.get(&key.prefix(symbols)).into_iter().flatten() {
                if found.contains_key(&sound.lexeme) {
                    continue;
                }
                let reached = reach(&sound.stem, latin);
                let fits = (1..=latin.len()).filter(|at| reached.get(sound.stem.len(), *at)).any(|at| {
                    let rest = latin.get(at..).unwrap_or_default();
                    sound
                        .rule
                        .tails()
                        .any(|tail| if tail.is_empty() { rest.is_empty() } else { reach(tail, rest).whole() })
                });
                if fits {
                    note(found, sound.lexeme, How::Romanised);
                }
            }
        }
    }

    /// A word of a text in another script, words of terms in Latin letters.
    fn written_back(&self, native: &[char], script: Script, found: &mut BTreeMap<u32, How>) {
        if self.latin.is_empty() || native.len() < 2 {
            return;
        }
        let small: Vec<char> = native.iter().flat_map(|letter| letter.to_lowercase()).collect();
        let mut forms: Vec<&[char]> = vec![&small];
        forms.extend(without_prefix(script, &small));
        for form in forms {
            let mut asked = hashbrown::HashSet::new();
            for key in native_keys(form) {
                for symbols in SYMBOLS_MIN.min(key.len())..=key.len() {
                    let key = key.prefix(symbols);
                    if !asked.insert(key) {
                        continue;
                    }
                    for sound in self.latin.get(&key).into_iter().flatten() {
                        if !found.contains_key(&sound.lexeme) && writes(form, script, sound) {
                            note(found, sound.lexeme, How::Romanised);
                        }
                    }
                }
            }
        }
    }

    /// Tells whether a lexeme has enough letters for a match by sound alone.
    pub fn says_enough(&self, lexeme: u32) -> bool {
        self.lexemes.get(lexeme as usize).is_some_and(|lexeme| lexeme.plain.len() >= ROMANISED_MIN + 1)
    }
}

fn writes(native: &[char], script: Script, sound: &Sound) -> bool {
    let reached = reach(native, &ascii(&sound.stem));
    (1..=native.len()).filter(|at| reached.get(*at, sound.stem.len())).any(|at| {
        let rest = native.get(at..).unwrap_or_default();
        // The end of the base form is written in the other script too, or the other script has its own.
        if rest.is_empty() {
            sound.rule.base().is_empty()
        } else {
            reach(rest, &ascii(sound.rule.base())).whole() || is_tail(script, rest)
        }
    })
}

fn note(found: &mut BTreeMap<u32, How>, lexeme: u32, how: How) {
    found.entry(lexeme).and_modify(|known| *known = (*known).min(how)).or_insert(how);
}

/// The Latin letters of a word.
fn ascii(word: &[char]) -> Vec<u8> {
    word.iter().filter(|letter| letter.is_ascii_alphabetic()).map(|letter| *letter as u8).collect()
}
