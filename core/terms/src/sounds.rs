//! Words of terms by their sound: a word in one script is found in a text of another.
//!
//! Guarantees: a candidate is what has the same consonants; it counts as romanised where the letters allow the spelling, and as alike in
//! sound otherwise, which no rule takes for enough by itself. Does not know: endings that are written in the same script.

use crate::endings::{Rule, is_tail, rules_of, rules_of_written, without_prefix};
use crate::fold;
use crate::lexicon::How;
use crate::romanise::{Key, Script, latin_key, native_keys, reach};
use crate::spoken::spoken;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

type Map<K, V> = hashbrown::HashMap<K, V>;

/// What a word that is only alike in sound must say at least: symbols of its key.
const ALIKE_MIN: usize = 3;

/// What has the same consonants, and so many, is the same word.
const NEAR_MIN: usize = 5;

/// The stem of a word of a term.
#[derive(Clone, Copy)]
struct Sound {
    lexeme: u32,
    /// Its letters among those of all words.
    from: u32,
    to: u32,
    rule: &'static Rule,
}

/// The letters of words, one behind the other.
#[derive(Default)]
struct Letters(Vec<char>);

impl Letters {
    /// Adds a word; returns where it begins.
    fn add(&mut self, word: &[char]) -> u32 {
        let from = self.0.len() as u32;
        self.0.extend_from_slice(word);
        from
    }

    fn of(&self, sound: &Sound) -> &[char] {
        self.0.get(sound.from as usize..sound.to as usize).unwrap_or_default()
    }
}

/// Latin words by the sound of their letters.
#[derive(Default)]
struct Latin {
    letters: Letters,
    /// Those of one sound side by side.
    sounds: Vec<Sound>,
    /// For each sound, the first of them and the end.
    places: Map<Key, (u32, u32)>,
}

impl Latin {
    fn new(letters: Letters, mut all: Vec<(Key, Sound)>) -> Self {
        all.sort_unstable_by_key(|(key, _)| *key);
        let mut places: Map<Key, (u32, u32)> = Map::new();
        for (at, (key, _)) in (0u32..).zip(&all) {
            places.entry(*key).or_insert((at, at)).1 = at + 1;
        }
        Self { letters, sounds: all.into_iter().map(|(_, sound)| sound).collect(), places }
    }

    fn of(&self, key: Key) -> &[Sound] {
        let (from, to) = self.places.get(&key).copied().unwrap_or_default();
        self.sounds.get(from as usize..to as usize).unwrap_or_default()
    }
}

/// The sounds of all words of terms.
#[derive(Default)]
pub(crate) struct Sounds {
    letters: Letters,
    /// Stems in other scripts, and Latin ones with letters of their own, by the sound of each romanisation.
    native: Map<Key, Vec<Sound>>,
    /// Latin words, small, with their accents. Indexed when the first word in another script is met.
    words: Vec<(u32, Box<[char]>)>,
    latin: OnceLock<Latin>,
}

impl Sounds {
    /// Adds a word: small, with its accents.
    pub fn add(&mut self, lexeme: u32, small: &[char], script: Script) {
        let plain = script == Script::Latin;
        if plain {
            self.words.push((lexeme, small.into()));
        }
        if plain && small.iter().all(char::is_ascii) {
            return;
        }
        // Accents count here: й is not и.
        let letters: Vec<char> =
            if script == Script::Arabic || script == Script::Hebrew { fold::plain_word(small) } else { small.to_vec() };
        let mut spellings = BTreeSet::from([small.to_vec()]);
        if script == Script::Arabic
            && let Some(bare) = letters.strip_prefix(&['ا', 'ل']).filter(|bare| bare.len() > 2)
        {
            spellings.insert(bare.to_vec());
        }
        for spelling in spellings {
            let from = self.letters.add(&spelling);
            for (length, rule) in rules_of_written(script, &spelling) {
                let Some(stem) = spelling.get(..length) else { continue };
                let sound = Sound { lexeme, from, to: from + length as u32, rule };
                let keys: BTreeSet<Key> = native_keys(stem).into_iter().collect();
                for key in keys {
                    self.native.entry(key).or_default().push(sound);
                }
            }
        }
    }

    /// Tells whether a word of a term is in another script than Latin.
    pub fn has_native(&self) -> bool {
        !self.native.is_empty()
    }

    fn latin(&self) -> &Latin {
        self.latin.get_or_init(|| {
            let (mut letters, mut all) = (Letters::default(), Vec::new());
            for (lexeme, small) in &self.words {
                let plain = fold::plain_word(small);
                let mut spellings = BTreeSet::from([plain.clone()]);
                spellings.extend(fold::wide(small));
                spellings.extend(fold::narrow(&plain));
                spellings.extend(spoken(small).into_iter().map(|word| word.into_iter().map(char::from).collect()));
                let mut known: Vec<(&[char], &[char])> = Vec::new();
                for spelling in &spellings {
                    let from = letters.add(spelling);
                    for (length, rule) in rules_of(Script::Latin, spelling) {
                        let Some(stem) = spelling.get(..length).filter(|stem| !stem.is_empty()) else { continue };
                        if !known.contains(&(stem, rule.base())) {
                            known.push((stem, rule.base()));
                            let sound = Sound { lexeme: *lexeme, from, to: from + length as u32, rule };
                            all.push((latin_key(&ascii(stem)), sound));
                        }
                    }
                }
            }
            Latin::new(letters, all)
        })
    }

    /// A Latin word of a text, words of terms in other scripts.
    pub fn romanised(&self, latin: &[u8], found: &mut BTreeMap<u32, How>) {
        if self.native.is_empty() || latin.is_empty() {
            return;
        }
        let key = latin_key(latin);
        // Names such as 伟 have no consonant that counts.
        let least = usize::from(key.len() > 1);
        for symbols in least..=key.len() {
            for sound in self.native.get(&key.prefix(symbols)).into_iter().flatten() {
                if found.contains_key(&sound.lexeme) {
                    continue;
                }
                let stem = self.letters.of(sound);
                let reached = reach(stem, latin);
                let fits = (1..=latin.len()).filter(|at| reached.get(stem.len(), *at)).any(|at| {
                    let rest = latin.get(at..).unwrap_or_default();
                    let ends =
                        |tail: &[char]| if tail.is_empty() { rest.is_empty() } else { reach(tail, rest).whole() };
                    sound.rule.tails().any(ends)
                });
                if fits {
                    found.insert(sound.lexeme, How::Romanised);
                }
            }
        }
    }

    /// A word of a text in another script, words of terms in Latin letters. `small`: with its accents.
    pub fn written_back(&self, small: &[char], script: Script, found: &mut BTreeMap<u32, How>) {
        if self.words.is_empty() || small.len() < 2 {
            return;
        }
        let mut forms: Vec<&[char]> = vec![small];
        forms.extend(without_prefix(script, small));
        let single: Vec<char> = forms.iter().flat_map(|form| form.iter()).fold(Vec::new(), |mut word, letter| {
            if word.last() != Some(letter) {
                word.push(*letter);
            }
            word
        });
        if forms.len() == 1 && single.len() < small.len() {
            forms.push(&single);
        }
        let latin = self.latin();
        for form in forms {
            let keys: BTreeSet<Key> = native_keys(form).into_iter().collect();
            let mut asked = BTreeSet::new();
            for key in &keys {
                for symbols in 1..=key.len() {
                    let key = key.prefix(symbols);
                    if !asked.insert(key) {
                        continue;
                    }
                    for sound in latin.of(key) {
                        if found.get(&sound.lexeme).is_some_and(|how| *how < How::Near) {
                            continue;
                        }
                        let stem = latin.letters.of(sound);
                        if writes(form, script, stem, sound.rule) {
                            found.insert(sound.lexeme, How::Romanised);
                        } else if symbols >= ALIKE_MIN && keys.contains(&key) && sound.rule.base().is_empty() {
                            let near = symbols >= NEAR_MIN && form.len() * 4 >= stem.len() * 2;
                            let how = if near { How::Near } else { How::Alike };
                            found.entry(sound.lexeme).and_modify(|known| *known = (*known).min(how)).or_insert(how);
                        }
                    }
                }
            }
        }
    }
}

fn writes(native: &[char], script: Script, stem: &[char], rule: &Rule) -> bool {
    let reached = reach(native, &ascii(stem));
    (1..=native.len()).filter(|at| reached.get(*at, stem.len())).any(|at| {
        let rest = native.get(at..).unwrap_or_default();
        // The end of the base form is written in the other script too, or the other script has its own.
        if rest.is_empty() {
            rule.base().is_empty()
        } else {
            reach(rest, &ascii(rule.base())).whole() || is_tail(script, &fold::plain_word(rest))
        }
    })
}

/// The Latin letters of a word.
pub(crate) fn ascii(word: &[char]) -> Vec<u8> {
    word.iter().filter(|letter| letter.is_ascii_alphabetic()).map(|letter| *letter as u8).collect()
}

/// The Latin letters of a word in which digits stand for Arabic letters that look like them, as people chat; none without such a digit.
pub(crate) fn chat(word: &[char]) -> Option<Vec<Vec<u8>>> {
    let inside = word.iter().any(|letter| matches!(letter, '2' | '3' | '5' | '6' | '7' | '8' | '9'));
    let letters = word.iter().filter(|letter| letter.is_ascii_alphabetic()).count();
    if !inside || letters < 2 || word.iter().filter(|letter| letter.is_ascii_digit()).count() > 3 {
        return None;
    }
    let spell = |five: &str, six: &str, eight: &str, nine: &str| -> Vec<u8> {
        let spelled = |letter: &char| match letter {
            '2' | '3' => String::new(),
            '5' => five.to_owned(),
            '6' => six.to_owned(),
            '7' => "h".to_owned(),
            '8' => eight.to_owned(),
            '9' => nine.to_owned(),
            other if other.is_ascii_alphabetic() => other.to_string(),
            _ => String::new(),
        };
        word.iter().map(spelled).collect::<String>().into_bytes()
    };
    Some(vec![spell("kh", "t", "q", "s"), spell("kh", "z", "gh", "q"), spell("kh", "t", "th", "s")])
}
