//! The words of a text: where each begins and ends, and the text without anything between them.
//!
//! Guarantees: every letter and digit is in exactly one run; a run also has the pieces that capitals, digits and changes of script make of
//! it (`srvKormoran01`), unless it looks like something drawn at random. Does not know: what is looked for.

use crate::fold;
use crate::text::Text;
use unicode_normalization::char::is_combining_mark;

/// A run with more pieces than this was not written by a person.
const PIECES_MAX: usize = 4;
/// A word in which digits stand for letters has so many others.
const LEET_LETTERS: usize = 2;
/// Digits behind a prefix from this many on are a number of their own.
const NUMBER_DIGITS: usize = 6;
/// Hexadecimal from this length on is not cut into pieces.
const HEX_MIN: usize = 4;

/// The length of a UUID.
const UUID: usize = 36;
/// So many runs are read as one word at most.
const JOINED_MAX: usize = 4;
/// Runs of this length may be syllables of one name.
const SYLLABLE_MAX: usize = 6;

/// Signs that stand inside of words: apostrophes, and those that stand for soft signs, hamza and ayn.
pub(crate) fn is_apostrophe(sign: char) -> bool {
    matches!(sign, '\'' | '`' | '"' | '\u{b4}' | '\u{2b9}'..='\u{2bf}' | '\u{2018}'..='\u{201f}' | '\u{2032}' | '\u{2033}')
}

/// What a letter is, as far as it parts words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Digit,
    Small,
    Capital,
    /// A letter of a script that has no capitals.
    Letter(Dense),
}

/// Scripts that are written without blanks, each of which parts words from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dense {
    No,
    Han,
    Hiragana,
    Katakana,
    Thai,
    Hangul,
}

/// A run of letters and digits, or a piece of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// The characters of the text: from, to.
    pub from: usize,
    pub to: usize,
    /// The bytes of the compact text: from, to.
    pub begin: usize,
    pub end: usize,
    /// The number of the run, the first of them where several are read as one.
    pub run: usize,
    /// The number of the last run.
    pub last: usize,
    /// Only a piece of the run.
    pub piece: bool,
    /// Letters and digits without order.
    pub noise: bool,
    /// Letters with digits between them that look like letters.
    pub leet: bool,
}

/// The words of one text. Its buffers are used again for the next one.
#[derive(Default)]
pub(crate) struct Words {
    /// Runs and pieces in the order of the text; a run stands before its pieces.
    pub words: Vec<Word>,
    /// The letters and digits of the text, small and without accents, nothing between them.
    pub compact: Vec<u8>,
    /// Of each byte of the compact text, its character; empty where all is ASCII: then the word tells it.
    at: Vec<u32>,
    /// Neighbouring runs that may be one word: `Xiao-wen`, `Vorob'eva`, `Abd al-Rahman`.
    pub joined: Vec<Word>,
    /// Where runs and pieces begin in the compact text.
    begins: Vec<u32>,
    classes: Vec<Class>,
    folded: Vec<char>,
}

impl Words {
    /// Reads a text.
    pub fn read(&mut self, text: &Text) {
        self.words.clear();
        self.compact.clear();
        self.at.clear();
        self.begins.clear();
        let chars = &text.chars;
        let mut at = 0;
        while at < chars.len() {
            while chars.get(at).is_some_and(|letter| !is_letter(*letter)) {
                at += 1;
            }
            let from = at;
            let begin = self.compact.len();
            self.classes.clear();
            if text.ascii {
                let rest = chars.get(from..).unwrap_or_default();
                let length = rest.iter().position(|letter| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
                let (first, letters) = rest.get(..length).and_then(<[char]>::split_first).unwrap_or((&' ', &[]));
                let plain = first.is_ascii_alphabetic() && letters.iter().all(char::is_ascii_lowercase);
                at = from + length;
                let run = chars.get(from..at).unwrap_or_default();
                self.compact.extend(run.iter().map(|letter| letter.to_ascii_lowercase() as u8));
                if plain && at > from {
                    let run = self.words.last().map_or(0, |word| word.run + 1);
                    let end = self.compact.len();
                    self.begins.push(begin as u32);
                    self.words.push(Word {
                        from,
                        to: at,
                        begin,
                        end,
                        run,
                        last: run,
                        piece: false,
                        noise: false,
                        leet: false,
                    });
                } else if at > from {
                    self.classes.extend(chars.get(from..at).unwrap_or_default().iter().map(|letter| class(*letter)));
                    self.run(text, from, at, begin);
                }
                continue;
            }
            while let Some(letter) = chars.get(at).filter(|letter| is_letter(**letter)) {
                self.classes.push(class(*letter));
                self.folded.clear();
                fold::plain(*letter, &mut self.folded);
                for letter in &self.folded {
                    let mut buffer = [0; 4];
                    let bytes = letter.encode_utf8(&mut buffer).as_bytes();
                    self.compact.extend_from_slice(bytes);
                    self.at.extend(std::iter::repeat_n(at as u32, bytes.len()));
                }
                at += 1;
            }
            if at > from {
                self.run(text, from, at, begin);
            }
        }
        self.joined.clear();
        if chars.len() >= UUID {
            uuids(text, &mut self.words);
        }
    }

    /// Reads neighbouring runs as one word: across an apostrophe or hyphen, and with `blanks` short ones across a blank.
    pub fn join(&mut self, text: &Text, blanks: bool) {
        let next_run =
            |from: usize| (from..self.words.len()).find(|at| self.words.get(*at).is_some_and(|word| !word.piece));
        let mut at = next_run(0);
        while let Some(first) = at {
            at = next_run(first + 1);
            let Some(start) = self.words.get(first).filter(|word| !word.noise) else { continue };
            let (mut before, mut following) = (*start, at);
            for _ in 1..JOINED_MAX {
                let Some(next) = following.and_then(|at| self.words.get(at)).filter(|next| !next.noise) else { break };
                let between = text.chars.get(before.to..next.from).unwrap_or_default();
                let short = |word: &Word| word.to - word.from <= SYLLABLE_MAX;
                let joins = match between {
                    ['-'] => true,
                    // A point in front of a letter with a point below, as ITRANS has it: `ChAba.DiyA`.
                    ['.'] => blanks && text.chars.get(next.from) == Some(&'D') && next.to - next.from > 1,
                    [' '] => blanks && short(&before) && short(next),
                    [sign] => is_apostrophe(*sign),
                    ['\'', '\''] => true,
                    _ => false,
                };
                if !joins {
                    break;
                }
                self.joined.push(Word { to: next.to, end: next.end, last: next.run, piece: true, ..*start });
                before = *next;
                following = next_run(following.map_or(0, |at| at + 1));
            }
        }
    }

    /// Notes a run and its pieces.
    fn run(&mut self, text: &Text, from: usize, to: usize, begin: usize) {
        let end = self.compact.len();
        let run = self.words.last().map_or(0, |word| word.run + 1);
        let word = Word { from, to, begin, end, run, last: run, piece: false, noise: false, leet: false };
        self.begins.push(begin as u32);
        let first = self.words.len();
        self.words.push(word);
        let simple = |class: &Class| matches!(class, Class::Small | Class::Letter(Dense::No));
        if self.classes.iter().skip(1).all(simple) {
            return;
        }
        let cuts = (1..self.classes.len()).filter(|at| self.parts(*at)).count();
        if cuts == 0 {
            return;
        }
        let dense = self.classes.iter().any(|class| matches!(class, Class::Letter(dense) if *dense != Dense::No));
        let letters = text.chars.get(from..to).unwrap_or_default();
        let hexadecimal = letters.len() >= HEX_MIN
            && letters.iter().all(char::is_ascii_hexdigit)
            && letters.iter().any(char::is_ascii_digit);
        let digits = letters.iter().filter(|letter| letter.is_numeric()).count();
        let alike = letters.iter().filter(|letter| matches!(letter, '0' | '1')).count();
        if let Some(noted) = self.words.get_mut(first) {
            let digits = digits > 0 && alike == digits && letters.len() >= digits + LEET_LETTERS;
            noted.leet = digits || has_inner_capital_i(letters);
        }
        // A prefix and a number: `DE4711081500`.
        let number = cuts == 1 && digits >= NUMBER_DIGITS;
        let many = cuts >= PIECES_MAX;
        if !dense && !number && (hexadecimal || many) {
            if let Some(noted) = self.words.get_mut(first) {
                noted.noise = true;
            }
            return;
        }
        let (mut begin, mut piece_from) = (begin, 0);
        for piece_to in 1..=to - from {
            if piece_to < to - from && !self.parts(piece_to) {
                continue;
            }
            let length = if text.ascii {
                piece_to - piece_from
            } else {
                let end = (from + piece_to) as u32;
                self.at.get(begin..).unwrap_or_default().iter().take_while(|at| **at < end).count()
            };
            if piece_from > 0 {
                self.begins.push(begin as u32);
            }
            self.words.push(Word {
                from: from + piece_from,
                to: from + piece_to,
                begin,
                end: begin + length,
                run,
                last: run,
                piece: true,
                noise: false,
                leet: false,
            });
            begin += length;
            piece_from = piece_to;
        }
    }

    /// Tells whether a new piece begins with a letter of the run being read.
    fn parts(&self, at: usize) -> bool {
        let class = |at: usize| self.classes.get(at).copied();
        match (class(at - 1), class(at)) {
            (Some(Class::Digit), Some(Class::Digit)) => false,
            (Some(Class::Digit), Some(_)) | (Some(_), Some(Class::Digit)) => true,
            (Some(Class::Small), Some(Class::Capital)) => true,
            // `HTMLKormoran`: the last capital begins the word.
            (Some(Class::Capital), Some(Class::Capital)) => class(at + 1) == Some(Class::Small) && at >= 2,
            (Some(Class::Letter(before)), Some(Class::Letter(after))) => before != after,
            (Some(Class::Letter(dense)), Some(_)) | (Some(_), Some(Class::Letter(dense))) => dense != Dense::No,
            _ => false,
        }
    }

    /// Tells whether a run or piece begins with a byte of the compact text, or the text ends there.
    pub fn is_edge(&self, byte: usize) -> bool {
        byte == self.compact.len() || self.begins.binary_search(&(byte as u32)).is_ok()
    }

    /// Returns the runs and pieces that a stretch of the compact text touches.
    pub fn touched(&self, begin: usize, end: usize) -> impl Iterator<Item = &Word> {
        let first = self.words.partition_point(|word| word.end <= begin && !word.piece);
        // Pieces stand behind their run; the run before may still be going on.
        let first = first.saturating_sub(PIECES_MAX + 1);
        let rest = self.words.get(first..).unwrap_or_default().iter();
        rest.take_while(move |word| word.begin < end).filter(move |word| word.end > begin)
    }

    /// Returns the characters of the text that a stretch of the compact text comes from.
    pub fn characters(&self, begin: usize, end: usize) -> (usize, usize) {
        let place = |byte: usize| -> usize {
            if let Some(at) = self.at.get(byte) {
                return *at as usize;
            }
            let run = self.touched(byte, byte + 1).find(|word| !word.piece);
            run.map_or(0, |run| run.from + (byte - run.begin))
        };
        (place(begin), place(end.saturating_sub(1)) + 1)
    }

    /// Returns the compact bytes of a word.
    pub fn bytes(&self, word: &Word) -> &[u8] {
        self.compact.get(word.begin..word.end).unwrap_or_default()
    }
}

/// Tells whether a capital I stands behind a small letter: it may have been put for an l, as in `tuIips`.
fn has_inner_capital_i(letters: &[char]) -> bool {
    letters.windows(2).any(|pair| matches!(pair, [before, 'I'] if before.is_lowercase()))
}

/// Letters and digits of any script, vowel signs, and pictures.
pub(crate) fn is_letter(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    character.is_alphanumeric()
        || is_combining_mark(character)
        || (character >= '\u{2190}'
            && !character.is_whitespace()
            && !matches!(character, '\u{2e00}'..='\u{2e7f}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{303f}' | '\u{30a0}' | '\u{30fb}' | '\u{fe10}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff0f}' | '\u{ff65}'))
}

fn class(letter: char) -> Class {
    if letter.is_ascii_lowercase() {
        return Class::Small;
    }
    if letter.is_ascii_uppercase() {
        return Class::Capital;
    }
    if letter.is_numeric() && !is_han(letter) {
        return Class::Digit;
    }
    match letter {
        _ if is_han(letter) => Class::Letter(Dense::Han),
        '\u{3040}'..='\u{309f}' => Class::Letter(Dense::Hiragana),
        '\u{30a0}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' => Class::Letter(Dense::Katakana),
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => Class::Letter(Dense::Thai),
        '\u{ac00}'..='\u{d7af}' => Class::Letter(Dense::Hangul),
        _ if letter.is_uppercase() => Class::Capital,
        _ if letter.is_lowercase() => Class::Small,
        _ => Class::Letter(Dense::No),
    }
}

/// Characters of Chinese, also as Japanese and Korean write them.
pub(crate) fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// How much a letter says: a character of Chinese or a syllable of Korean says as much as four Latin letters, one of kana, Thai, Lao,
/// Khmer or Burmese as two.
pub(crate) fn information(letter: char) -> usize {
    match class(letter) {
        Class::Letter(Dense::Han | Dense::Hangul) => 4,
        Class::Letter(Dense::Hiragana | Dense::Katakana | Dense::Thai) => 2,
        _ => 1,
    }
}

/// The runs of a UUID are no words.
fn uuids(text: &Text, words: &mut [Word]) {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    for first in 0..words.len() {
        // Nearly every word ends here.
        let begins = |word: &Word| !word.piece && word.to - word.from == 8 && text.chars.get(word.to) == Some(&'-');
        if !words.get(first).is_some_and(begins) {
            continue;
        }
        let mut five = [first; LENGTHS.len()];
        let runs = (first..words.len()).filter(|at| words.get(*at).is_some_and(|word| !word.piece));
        if five.iter_mut().zip(runs).map(|(place, run)| *place = run).count() < LENGTHS.len() {
            return;
        }
        let group = |number: usize| five.get(number).and_then(|at| words.get(*at));
        let fits = LENGTHS.iter().enumerate().all(|(number, length)| {
            group(number).is_some_and(|word| {
                let letters = text.chars.get(word.from..word.to).unwrap_or_default();
                letters.len() == *length
                    && letters.iter().all(char::is_ascii_hexdigit)
                    && (number == 0
                        || (text.chars.get(word.from - 1) == Some(&'-')
                            && group(number - 1).is_some_and(|before| before.to + 1 == word.from)))
            })
        });
        if !fits {
            continue;
        }
        for at in five {
            let run = words.get(at).map_or(0, |word| word.run);
            words.iter_mut().skip(at).take_while(|word| word.run == run).for_each(|word| word.noise = true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Words::default();
        words.read(&Text::of(text));
        let word = |word: &Word| {
            let mut shown = String::from_utf8(words.bytes(word).to_vec()).unwrap();
            if word.piece {
                shown.insert(0, '+');
            }
            if word.noise {
                shown.push('~');
            }
            shown
        };
        words.words.iter().map(word).collect()
    }

    #[test]
    fn words_and_their_pieces() {
        for (text, expected) in [
            ("Anton Bielawski, too", "anton bielawski too"),
            ("srvKormoran01", "srvkormoran01 +srv +kormoran +01"),
            ("HTMLFalke", "htmlfalke +html +falke"),
            ("Bielawski's Łódź", "bielawski s lodz"),
            ("9c1f ada5", "9c1f~ ada5~"),
            ("xQ7aPl0ZbN", "xq7apl0zbn~"),
            ("蒋晓雯さん", "蒋晓雯さん +蒋晓雯 +さん"),
            ("Kormoranの船", "kormoranの船 +kormoran +の +船"),
            ("किरण", "किरण"),
            ("a0000000-0000-4000-8000-00000000ada1 ada", "a0000000~ +a~ +0000000~ 0000~ 4000~ 8000~ 00000000ada1~ ada"),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn places_in_the_compact_text() {
        for text in ["An Ton Ber-g", "Än Ton Bér-g"] {
            let mut words = Words::default();
            words.read(&Text::of(text));
            let at = words.compact.windows(4).position(|four| four == b"berg").unwrap();
            assert_eq!(words.characters(at, at + 4), (7, 12), "{text}");
            assert!(words.is_edge(at) && words.is_edge(at + 4) && !words.is_edge(at + 1));
            assert_eq!(words.touched(at, at + 4).count(), 2);
        }
    }
}
