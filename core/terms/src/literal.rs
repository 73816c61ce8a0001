//! Terms as they are written, letters without what stands between them: one pass over the text for all of them.
//!
//! Guarantees: a long term is found anywhere, also inside of words and across separators; a short one where it is a word, or where one
//! kind of separator was put between its letters; a number where no digit stands beside it. Letters that look like others count where a
//! word mixes scripts or digits, or is written in another script than the words around it. Does not know: endings, romanisation.

use crate::lookalike::{Compact, FORMS, Normaliser};
use crate::romanise::{Script, script_of};
use crate::text::Text;
use crate::words::{Word, Words, information};
use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder};
use std::collections::{BTreeMap, BTreeSet};

/// A term that says this much is found inside of words.
const INSIDE_WORDS: usize = 8;
/// So many signs may stand between two letters.
const SIGNS_MAX: usize = 3;
/// Shorter terms are found across signs only where each letter stands by itself.
const ACROSS_SIGNS: usize = 4;
/// Shorter terms are not looked for in a few readable bytes between others; chance would find them.
const IN_NOISE: usize = 7;

/// What a pattern stands for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Pattern {
    term: u32,
    /// How much it says.
    information: usize,
    /// It is nothing but digits.
    digits: bool,
    /// How many words it was written in.
    words: usize,
    cut: Cut,
    /// The length of each word.
    lengths: Vec<usize>,
}

/// Where separators may stand in a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    Anywhere,
    /// Where they stand in the term.
    AsWritten,
    /// It is one word to its readers, whatever signs are in it: never a blank.
    Nowhere,
    /// It is found by its words; here only what looks like it.
    LooksOnly,
}

/// A set of strings, each standing for terms.
#[derive(Default)]
struct Strings {
    automaton: Option<DoubleArrayAhoCorasick<u32>>,
    patterns: Vec<BTreeSet<Pattern>>,
}

impl Strings {
    /// `Err` where the automaton cannot be made.
    fn new(strings: BTreeMap<Vec<u8>, BTreeSet<Pattern>>) -> Result<Self, TooMany> {
        if strings.is_empty() {
            return Ok(Self::default());
        }
        let automaton = DoubleArrayAhoCorasickBuilder::new().build(strings.keys()).map_err(|_| TooMany)?;
        Ok(Self { automaton: Some(automaton), patterns: strings.into_values().collect() })
    }

    fn search(&self, bytes: &[u8], mut found: impl FnMut(usize, usize, &Pattern)) {
        let Some(automaton) = &self.automaton else { return };
        for place in automaton.find_overlapping_iter(bytes) {
            for pattern in self.patterns.get(place.value() as usize).into_iter().flatten() {
                found(place.start(), place.end(), pattern);
            }
        }
    }
}

/// What is looked for could not be made ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

/// Collects terms.
#[derive(Default)]
pub(crate) struct LiteralsBuilder {
    plain: BTreeMap<Vec<u8>, BTreeSet<Pattern>>,
    looks: BTreeMap<Vec<u8>, BTreeSet<Pattern>>,
    normaliser: Normaliser,
    words: Words,
    compact: Compact,
}

impl LiteralsBuilder {
    /// Adds one writing of a term that is found as whole words only.
    pub fn add_whole(&mut self, writing: &str, term: u32) {
        self.writing(writing, term, Cut::Nowhere);
    }

    /// Adds one writing of a term that has to be cut where it is: the points of an address tell it from another.
    pub fn add_cut(&mut self, writing: &str, term: u32) -> bool {
        self.writing(writing, term, Cut::AsWritten)
    }

    /// Adds a term that rules find by its words; here only what looks like it.
    pub fn add_looks(&mut self, writing: &str, term: u32) -> bool {
        self.writing(writing, term, Cut::LooksOnly)
    }

    /// Adds one writing of a term; `false` where nothing of it can be searched for.
    pub fn add(&mut self, writing: &str, term: u32) -> bool {
        self.writing(writing, term, Cut::Anywhere)
    }

    fn writing(&mut self, writing: &str, term: u32, cut: Cut) -> bool {
        let information_max = if cut == Cut::Nowhere { INSIDE_WORDS - 1 } else { usize::MAX };
        let text = Text::of(writing);
        self.words.read(&text);
        if self.words.compact.is_empty() {
            return false;
        }
        let letters = |word: &Word| text.chars.get(word.from..word.to).unwrap_or_default().iter();
        let runs = || self.words.words.iter().filter(|word| !word.piece);
        let pattern = Pattern {
            term,
            information: runs()
                .flat_map(letters)
                .map(|letter| information(*letter))
                .sum::<usize>()
                .min(information_max),
            digits: runs().flat_map(letters).all(|letter| letter.is_numeric()),
            words: runs().count(),
            cut,
            lengths: runs().map(|word| word.to - word.from).collect(),
        };
        if cut != Cut::LooksOnly {
            self.plain.entry(self.words.compact.clone()).or_default().insert(pattern.clone());
        }
        let wide: Vec<char> = crate::fold::wide(text.letters()).unwrap_or_default();
        let wide: String = wide.into_iter().filter(|letter| crate::words::is_letter(*letter)).collect();
        if !wide.is_empty() && cut != Cut::LooksOnly {
            self.plain.entry(wide.into_bytes()).or_default().insert(pattern.clone());
        }
        for form in FORMS {
            self.normaliser.compact(&text, form, &mut self.compact);
            if !self.compact.bytes.is_empty() {
                self.looks.entry(self.compact.bytes.clone()).or_default().insert(pattern.clone());
            }
        }
        true
    }

    pub fn build(self) -> Result<Literals, TooMany> {
        Ok(Literals { plain: Strings::new(self.plain)?, looks: Strings::new(self.looks)? })
    }
}

/// The writings of all terms.
#[derive(Default)]
pub(crate) struct Literals {
    plain: Strings,
    looks: Strings,
}

/// What the bytes that a text came from were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// A few readable bytes between others: only terms that chance does not write count.
    pub noise: bool,
    /// Bytes of a neighbour may be glued to it.
    pub packed: bool,
}

impl Literals {
    /// Gives every place of a term in a text whose words were read.
    pub fn search(
        &self,
        text: &Text,
        words: &Words,
        origin: Origin,
        normaliser: &mut Normaliser,
        give: &mut dyn FnMut(u32, usize, usize, &'static str),
    ) {
        self.plain.search(&words.compact, |begin, end, pattern| {
            if origin.noise && pattern.information < IN_NOISE {
                return;
            }
            if counts(text, words, begin, end, pattern, origin) {
                let (from, to) = words.characters(begin, end);
                give(pattern.term, from, to, "literal");
            }
        });
        if !origin.noise {
            self.look_alikes(text, words, normaliser, give);
        }
    }

    /// Places where the words look like a term and are not it.
    fn look_alikes(
        &self,
        text: &Text,
        words: &Words,
        normaliser: &mut Normaliser,
        give: &mut dyn FnMut(u32, usize, usize, &'static str),
    ) {
        if self.looks.automaton.is_none() {
            return;
        }
        if text.ascii && !words.words.iter().any(|word| word.leet) {
            return;
        }
        let suspicious = suspicious(text, words);
        if suspicious.is_empty() {
            return;
        }
        let mut compact = Compact::default();
        let forms = if text.ascii { FORMS.get(..1) } else { FORMS.get(..) }.unwrap_or_default();
        for form in forms {
            normaliser.compact(text, *form, &mut compact);
            self.looks.search(&compact.bytes, |begin, end, pattern| {
                let (from, to) = compact.characters(begin, end);
                let starts = compact.begins.get(begin) == Some(&true);
                let ends = compact.begins.get(end).is_none_or(|begins| *begins);
                let touches = suspicious.iter().any(|word| word.0 < to && from < word.1);
                let whole = starts && ends;
                if touches
                    && (whole
                        || pattern.information >= INSIDE_WORDS && !splits(&compact, begin) && !splits(&compact, end))
                {
                    give(pattern.term, from, to, "look-alike");
                }
            });
        }
    }
}

/// A match that begins or ends between the two letters that stand for one `m` looks like nothing that is there.
fn splits(compact: &Compact, at: usize) -> bool {
    let before = at.wrapping_sub(1);
    compact.bytes.get(before) == Some(&b'r')
        && compact.bytes.get(at) == Some(&b'n')
        && compact.at.get(before) == compact.at.get(at)
}

/// Words in which letters may be there because they look like others: of several scripts, with digits among letters, or in another
/// script than the words around. From, to.
fn suspicious(text: &Text, words: &Words) -> Vec<(usize, usize)> {
    let mut counts = [0usize; ALPHABETS];
    // Sets of alphabets, one bit for each.
    let mut each: Vec<(&Word, u8, bool)> = Vec::new();
    for word in words.words.iter().filter(|word| !(word.piece || word.noise && text.ascii && !word.leet)) {
        let letters = text.chars.get(word.from..word.to).unwrap_or_default();
        let digits = word.leet;
        if text.ascii && !digits {
            continue;
        }
        let letters = letters.iter().filter(|letter| !letter.is_numeric());
        let of = letters.filter_map(|letter| alphabet(*letter)).fold(0u8, |of, alphabet| of | 1 << alphabet);
        let has = |alphabet: usize| of >> alphabet & 1 == 1;
        counts.iter_mut().enumerate().filter(|(at, _)| has(*at)).for_each(|(_, count)| *count += 1);
        let mixed = of.count_ones() > 1 || digits && of != 0;
        each.push((word, of, mixed));
    }
    let most = counts.iter().enumerate().filter(|(_, count)| **count > 0).max_by_key(|(_, count)| **count);
    let most = most.map_or(0, |(alphabet, _)| 1u8 << alphabet);
    let alone = each.len() == 1;
    each.into_iter()
        .filter(|(_, of, mixed)| *mixed || alone && !text.ascii || most != 0 && *of != 0 && of & most == 0)
        .map(|(word, ..)| (word.from, word.to))
        .collect()
}

/// How many alphabets are told apart.
const ALPHABETS: usize = 4;

/// The alphabets whose letters look like one another's.
fn alphabet(letter: char) -> Option<u8> {
    if letter.is_ascii() {
        return letter.is_ascii_alphabetic().then_some(0);
    }
    match script_of(letter) {
        Some(Script::Latin) => Some(0),
        Some(Script::Cyrillic) => Some(1),
        Some(Script::Greek) => Some(2),
        Some(Script::Han | Script::Kana | Script::Hangul | Script::Thai) => None,
        // Armenian, Cherokee, mathematical letters and whatever else has letters like these.
        _ if letter.is_alphabetic() => Some(3),
        _ => None,
    }
}

/// Decides whether a match counts.
fn counts(text: &Text, words: &Words, begin: usize, end: usize, pattern: &Pattern, origin: Origin) -> bool {
    let whole = words.is_edge(begin) && words.is_edge(end);
    if pattern.cut == Cut::AsWritten {
        let lengths = words.touched(begin, end).filter(|word| !word.piece).map(|word| word.to - word.from);
        return whole && lengths.eq(pattern.lengths.iter().copied()) && !beside_digits(text, words, begin, end);
    }
    if pattern.digits {
        return whole && !beside_digits(text, words, begin, end);
    }
    if pattern.information >= INSIDE_WORDS {
        return true;
    }
    if !whole {
        return false;
    }
    let pieces: Vec<&Word> = words.touched(begin, end).filter(|word| !word.piece).collect();
    if let [one] = pieces.as_slice() {
        // A term of hexadecimal digits, such as `F16A`, is no noise where it stands by itself; a part of an identifier is.
        let hyphen = |at: Option<usize>| at.and_then(|at| text.chars.get(at)) == Some(&'-');
        let itself = one.begin == begin && one.end == end;
        return !one.noise || itself && !hyphen(one.from.checked_sub(1)) && !hyphen(Some(one.to));
    }
    if pieces.len() == pattern.words && pieces.iter().all(|word| !word.noise) && pattern.cut != Cut::Nowhere {
        // As many words as the term has: blanks are where it has them.
        return true;
    }
    // Across separators: every letter by itself, signs that are no blanks, the end of a line, a blank where the term has one, one blank
    // between parts that are no words, or in text that was packed.
    if origin.packed {
        return true;
    }
    let mut boundaries = pattern.lengths.iter().scan(0, |sum, length| {
        *sum += length;
        Some(*sum)
    });
    let (mut letters, mut cuts) = (0, 0);
    let joined = pieces.windows(2).all(|pair| {
        let [before, after] = pair else { return false };
        letters += before.to - before.from;
        let between = text.chars.get(before.to..after.from).unwrap_or_default();
        let single = before.to - before.from == 1 && after.to - after.from == 1;
        if single || between == ['-', ' '] {
            return true;
        }
        if between.iter().any(|sign| sign.is_whitespace()) {
            if pattern.cut == Cut::Nowhere {
                return false;
            }
            let has_one = boundaries.by_ref().find(|boundary| *boundary >= letters) == Some(letters);
            cuts += usize::from(!has_one);
            let word = |word: &Word| {
                let plain: String = text
                    .chars
                    .get(word.from..word.to)
                    .unwrap_or_default()
                    .iter()
                    .flat_map(|it| it.to_lowercase())
                    .collect();
                word.to - word.from > 1 && !crate::tables::is_ordinary(&plain)
            };
            return has_one || between.len() == 1 && cuts == 1 && word(before) && word(after);
        }
        // A slash parts words of an address more often than it hides one.
        let parts = between.contains(&'/') && pattern.information == ACROSS_SIGNS && pieces.len() == 2;
        between.len() <= SIGNS_MAX && !parts
    });
    joined && (pattern.information >= ACROSS_SIGNS || pieces.iter().all(|word| word.to - word.from == 1))
}

/// Tells whether a digit stands right before or behind, be it across one separator of numbers.
fn beside_digits(text: &Text, words: &Words, begin: usize, end: usize) -> bool {
    let (from, to) = words.characters(begin, end);
    let digit = |at: Option<usize>| at.and_then(|at| text.chars.get(at)).is_some_and(|letter| letter.is_numeric());
    let point =
        |at: Option<usize>| at.and_then(|at| text.chars.get(at)).is_some_and(|letter| matches!(letter, '.' | ','));
    digit(from.checked_sub(1))
        || digit(Some(to))
        || (point(from.checked_sub(1)) && digit(from.checked_sub(2)))
        || (point(Some(to)) && digit(Some(to + 1)) && !is_nothing(text, to + 1))
}

/// Tells whether nothing but zeros stands from here on: `4711.0` is the number 4711.
fn is_nothing(text: &Text, from: usize) -> bool {
    text.chars.get(from..).unwrap_or_default().iter().all(|letter| *letter == '0')
}
