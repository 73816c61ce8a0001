//! Words of terms by their sound: a word in one script is found in a text of another.
//!
//! Guarantees: a candidate is what has the same consonants; it counts as romanised where the letters allow the spelling, and as alike in
//! sound otherwise, which no rule takes for enough by itself. Does not know: endings that are written in the same script.

use crate::endings::{Rule, is_tail, rules_of, rules_of_written, without_prefix};
use crate::fold;
use crate::lexicon::How;
use crate::romanise::{
    Key, Outline, Reading, Script, first_letters, latin_key, native_keys_as, native_keys_up_to, reach, reach_as,
    script_of,
};
use crate::spoken::spoken;
use crate::words::information;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

type Map<K, V> = hashbrown::HashMap<K, V>;

/// What a word that is only alike in sound must say at least: symbols of its key.
const ALIKE_MIN: usize = 3;

/// What has the same consonants, and so many, is the same word.
const NEAR_MIN: usize = 5;

/// Of a word of a text so many keys are asked: those of a foreign name in kana or Thai must not be cut short, or they are not found.
const TEXT_KEYS_MAX: usize = 512;

/// Of a Korean word so many syllables are left without its particle.
const NAME_SYLLABLES_MIN: usize = 3;

/// A word with more keys may have them cut short, so that they say less.
const KEYS_FEW: usize = 8;

/// A shorter word is no Japanese name: `o` is how many characters may be read.
const JAPANESE_MIN: usize = 2;

/// The stem of a word of a term.
#[derive(Clone, Copy)]
struct Sound {
    lexeme: u32,
    /// Its letters among those of all words.
    from: u32,
    to: u32,
    rule: &'static Rule,
    reading: Reading,
    /// With which letters its spellings begin.
    first: u32,
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
                for reading in readings(stem) {
                    let keys: BTreeSet<Key> = native_keys_as(stem, *reading).into_iter().collect();
                    let first = first_letters(stem, *reading);
                    let sound = Sound { lexeme, from, to: from + length as u32, rule, reading: *reading, first };
                    for key in keys {
                        self.native.entry(key).or_default().push(sound);
                    }
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
                            let to = from + length as u32;
                            let reading = Reading::default();
                            let sound = Sound { lexeme: *lexeme, from, to, rule, reading, first: u32::MAX };
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
        let japanese = may_be_japanese(latin);
        let initial = latin.first().map_or(0, |letter| letter.saturating_sub(b'a').min(25));
        // Names such as 伟 have no consonant that counts.
        let least = usize::from(key.len() > 1);
        for symbols in least..=key.len() {
            for sound in self.native.get(&key.prefix(symbols)).into_iter().flatten() {
                if found.contains_key(&sound.lexeme) {
                    continue;
                }
                let begins = sound.first >> initial & 1 == 1;
                if !begins || sound.reading == Reading::Japanese && !japanese {
                    continue;
                }
                let stem = self.letters.of(sound);
                let reached = reach_as(stem, latin, sound.reading);
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
        // Korean writes particles together with the word.
        if script == Script::Hangul {
            let lengths = NAME_SYLLABLES_MIN..small.len();
            let parted = lengths.filter_map(|length| small.split_at_checked(length));
            forms.extend(parted.filter(|(_, tail)| is_tail(script, tail)).map(|(stem, _)| stem));
        }
        let latin = self.latin();
        for form in forms {
            let says: usize = form.iter().map(|letter| information(*letter)).sum();
            let keys: BTreeSet<Key> = native_keys_up_to(form, Reading::default(), TEXT_KEYS_MAX).into_iter().collect();
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
                        } else if keys.contains(&key) && sound.rule.base().is_empty() {
                            let few = symbols >= NEAR_MIN && keys.len() <= KEYS_FEW && form.len() * 4 >= stem.len() * 2;
                            let near = few || says * 2 >= stem.len() && is_near(form, script, stem);
                            if !near && symbols < ALIKE_MIN {
                                continue;
                            }
                            let how = if near { How::Near } else { How::Alike };
                            found.entry(sound.lexeme).and_modify(|known| *known = (*known).min(how)).or_insert(how);
                        }
                    }
                }
            }
        }
    }
}

/// Tells whether a word has the consonants and vowels of a Latin one, and enough of them; where vowels are not written, more.
fn is_near(native: &[char], script: Script, latin: &[char]) -> bool {
    let shape = Outline::of(&ascii(latin));
    let abjad = matches!(script, Script::Arabic | Script::Hebrew);
    let enough = if abjad {
        shape.consonants() >= NEAR_MIN
    } else {
        shape.consonants() + 1 >= NEAR_MIN && shape.len() > NEAR_MIN
    };
    enough && shape.has(native)
}

/// Tells whether a Latin word ends as Japanese words do and has their letters, so that other words need no closer look.
fn may_be_japanese(latin: &[u8]) -> bool {
    let vowels = latin.iter().filter(|letter| matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')).count();
    let ends =
        latin.last().is_some_and(|letter| matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'n' | b'm' | b'h'));
    let foreign = latin.iter().any(|letter| matches!(letter, b'q' | b'x' | b'v'));
    latin.len() >= JAPANESE_MIN && ends && !foreign && vowels * 4 >= latin.len()
}

/// How a word may be read: what has Chinese characters in more than one way, and what has kana too as Japanese only.
fn readings(word: &[char]) -> &'static [Reading] {
    let has = |script| word.iter().any(|letter| script_of(*letter) == Some(script));
    if has(Script::Greek) {
        return &[Reading::Chinese, Reading::Typed];
    }
    match (has(Script::Han), has(Script::Kana)) {
        (true, true) => &[Reading::Japanese],
        (true, false) => &[Reading::Chinese, Reading::Cantonese, Reading::Japanese],
        _ => &[Reading::Chinese],
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

/// The digits that stand for letters which they look like, and what each stands for where people chat in Arabic: with a point it is
/// another, and not everybody sets the point.
const CHAT: [(char, &[&str]); 8] = [
    ('2', &[""]),
    ('3', &["", "gh"]),
    ('5', &["kh"]),
    ('6', &["t", "z"]),
    ('7', &["h", "kh"]),
    ('8', &["q", "gh", "th"]),
    ('9', &["s", "q", "d"]),
    ('4', &["dh"]),
];
/// The same for Greek.
const GREEK: [(char, &[&str]); 5] = [('8', &["th"]), ('0', &["th"]), ('9', &["th"]), ('3', &["x"]), ('4', &["ps"])];
/// A word with more digits is no name.
const CHAT_DIGITS: usize = 4;

/// The Latin letters of a word in which digits stand for letters of Arabic or Greek, as people chat; none without such a digit.
pub(crate) fn chat(word: &[char]) -> Option<Vec<Vec<u8>>> {
    let digits: BTreeSet<char> = word.iter().copied().filter(char::is_ascii_digit).collect();
    let letters = word.iter().filter(|letter| letter.is_ascii_alphabetic()).count();
    if digits.is_empty() || letters < 2 || word.iter().filter(|letter| letter.is_ascii_digit()).count() > CHAT_DIGITS {
        return None;
    }
    let mut all = Vec::new();
    for table in [&CHAT[..], &GREEK[..]] {
        let mut spelled = vec![word.iter().collect::<String>()];
        for digit in &digits {
            let stands = table.iter().find(|(known, _)| known == digit).map_or(&[][..], |(_, stands)| *stands);
            spelled = spelled.iter().flat_map(|text| stands.iter().map(|to| text.replace(*digit, to))).collect();
        }
        all.extend(spelled.into_iter().map(|text| ascii(&text.chars().collect::<Vec<_>>())));
    }
    Some(all)
}

/// The Latin letters of a word in which an s with a point below stands for the tsade of Hebrew; none without it.
pub(crate) fn marked(letters: &[char]) -> Option<Vec<u8>> {
    let spelled: String =
        letters.iter().flat_map(|letter| if *letter == 'ṣ' { vec!['t', 's'] } else { vec![*letter] }).collect();
    letters.contains(&'ṣ').then(|| ascii(&fold::plain_word(&spelled.chars().collect::<Vec<_>>())))
}
