//! Fingerprints of texts: what an index keeps of everything held, so that a copied sentence is found without the text.
//!
//! Guarantees: one number for each run of six words, and for each run of twelve characters in scripts that are written without blanks
//! (Han, kana, Thai, Lao, Khmer); two writings of one run that the check takes for one have one number. Without the key nothing of the
//! text can be computed from a number. Does not know: what is held, where numbers are kept.

use comity_terms::{Compact, Form, Normaliser, Text};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use siphasher::sip::SipHasher13;
use std::fmt;
use std::hash::Hasher as _;

/// The edition of these rules. Somebody who stores numbers reads all texts again where it changed.
pub const PRINTS: u32 = 3;
/// How many words in a row of an unreleased text are a finding.
pub(super) const WORDS_IN_A_ROW: usize = 6;
/// How many characters in a row, in scripts that are written without blanks.
pub(super) const CHARACTERS_IN_A_ROW: usize = 12;
/// How deep values lie in one another in an object that is read.
const DEPTH_MAX: usize = 64;

/// The secret under which runs become numbers.
#[derive(Clone, Copy, Default)]
pub struct PrintKey([u8; 16]);

impl fmt::Debug for PrintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrintKey(..)")
    }
}

/// A run in compact text: its number, its first byte and its end.
pub(super) struct Run {
    pub print: u64,
    pub start: usize,
    pub end: usize,
}

impl PrintKey {
    /// Makes the key from a node's secret.
    pub fn new(secret: &[u8]) -> Self {
        let digest = comity_crypto::sha256(&[b"comity/v1/prints", secret]);
        Self(digest.as_bytes().first_chunk::<16>().copied().unwrap_or_default())
    }

    /// Returns the number of some bytes.
    pub(super) fn of(&self, bytes: &[u8]) -> u64 {
        let mut hasher = SipHasher13::new_with_key(&self.0);
        hasher.write(bytes);
        hasher.finish()
    }

    /// Returns every run of a compact text.
    pub(super) fn runs(&self, compact: &Compact) -> Vec<Run> {
        let mut runs = self.words(compact);
        self.characters(compact, &mut runs);
        runs
    }

    fn words(&self, compact: &Compact) -> Vec<Run> {
        let starts: Vec<usize> =
            compact.begins.iter().enumerate().filter(|(_, begins)| **begins).map(|(at, _)| at).collect();
        if starts.len() < WORDS_IN_A_ROW {
            return Vec::new();
        }
        let mut words: Vec<Run> = Vec::with_capacity(starts.len());
        for (number, start) in starts.iter().enumerate() {
            let end = starts.get(number + 1).copied().unwrap_or(compact.bytes.len());
            let mut hasher = SipHasher13::new_with_key(&self.0);
            hasher.write(compact.bytes.get(*start..end).unwrap_or_default());
            words.push(Run { print: hasher.finish(), start: *start, end });
        }
        words.windows(WORDS_IN_A_ROW).map(|run| self.joined(b'w', run)).collect()
    }

    fn characters(&self, compact: &Compact, runs: &mut Vec<Run>) {
        if compact.bytes.is_ascii() {
            return;
        }
        let text = String::from_utf8_lossy(&compact.bytes);
        let characters: Vec<Run> = text
            .char_indices()
            .filter(|(_, character)| has_no_blanks(*character))
            .map(|(start, character)| Run {
                print: u64::from(u32::from(character)),
                start,
                end: start + character.len_utf8(),
            })
            .collect();
        runs.extend(characters.windows(CHARACTERS_IN_A_ROW).map(|run| self.joined(b'c', run)));
    }

    /// Returns the number of a run from those of its parts.
    fn join(&self, what: u8, parts: impl Iterator<Item = u64>) -> u64 {
        let mut hasher = SipHasher13::new_with_key(&self.0);
        hasher.write_u8(what);
        parts.for_each(|part| hasher.write_u64(part));
        hasher.finish()
    }

    fn joined(&self, what: u8, run: &[Run]) -> Run {
        Run {
            print: self.join(what, run.iter().map(|one| one.print)),
            start: run.first().map_or(0, |one| one.start),
            end: run.last().map_or(0, |one| one.end),
        }
    }
}

/// Scripts that are written without blanks between words.
pub(super) fn has_no_blanks(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Identifiers, times and names of one word are no sentences, though their parts would make a run.
fn may_be_a_sentence(text: &str) -> bool {
    let long_enough = text.len() >= 2 * WORDS_IN_A_ROW - 1;
    long_enough && text.chars().any(|character| character.is_whitespace() || has_no_blanks(character))
}

/// As [`may_be_a_sentence`], for ASCII.
fn may_be_a_plain_sentence(text: &str) -> bool {
    text.len() >= 2 * WORDS_IN_A_ROW - 1 && text.bytes().any(|byte| matches!(byte, b' ' | b'\t'..=b'\r'))
}

/// A byte of ASCII that ends a word.
const ENDS: u8 = 0;
/// A byte of ASCII that is as if it were not there.
const NOTHING: u8 = 1;

/// What each byte of ASCII is in compact text; `m` is two letters, and stands for itself here.
const COMPACT: [u8; 128] = {
    let mut table = [ENDS; 128];
    let mut rest: &mut [u8] = &mut table;
    let mut byte = 0u8;
    while let Some((slot, after)) = rest.split_first_mut() {
        *slot = match byte.to_ascii_lowercase() {
            b'i' | b'1' => b'l',
            b'0' => b'o',
            letter if letter.is_ascii_alphanumeric() => letter,
            // Controls that end neither a line nor a word.
            b'\t'..=b'\r' => ENDS,
            control if control.is_ascii_control() => NOTHING,
            _ => ENDS,
        };
        rest = after;
        byte += 1;
    }
    table
};

/// Makes the numbers of texts; remembers the characters that needed work.
pub struct Printer {
    key: PrintKey,
    normaliser: Normaliser,
    compact: Compact,
    /// The numbers of the words of a text so far.
    last: Vec<u64>,
}

impl Printer {
    /// Begins with a key.
    pub fn new(key: PrintKey) -> Self {
        Self { key, normaliser: Normaliser::default(), compact: Compact::default(), last: Vec::new() }
    }

    /// Adds the numbers of one text.
    pub fn text(&mut self, text: &str, prints: &mut Vec<u64>) {
        if text.is_ascii() {
            if may_be_a_plain_sentence(text) {
                self.plain(text, prints);
            }
            return;
        }
        if !may_be_a_sentence(text) {
            return;
        }
        self.normaliser.compact(&Text::of(text), Form::Folded, &mut self.compact);
        prints.extend(self.key.runs(&self.compact).iter().map(|run| run.print));
    }

    /// Adds the numbers of a text of ASCII: what the normaliser makes of it, in one pass and with nothing kept but the last words.
    fn plain(&mut self, text: &str, prints: &mut Vec<u64>) {
        let word = &mut self.compact.bytes;
        word.clear();
        self.last.clear();
        let mut end = |word: &mut Vec<u8>| {
            if word.is_empty() {
                return;
            }
            self.last.push(self.key.of(word));
            word.clear();
            if let Some(run) = self.last.last_chunk::<WORDS_IN_A_ROW>() {
                prints.push(self.key.join(b'w', run.iter().copied()));
            }
        };
        for byte in text.bytes() {
            match COMPACT.get(usize::from(byte)).copied().unwrap_or(ENDS) {
                ENDS => end(word),
                NOTHING => {}
                b'm' => word.extend(b"rn"),
                letter => word.push(letter),
            }
        }
        end(word);
    }

    /// Returns the numbers of every text of an object, sorted, each once; what cannot be read has none. The pattern of an indicator
    /// is no text: what it asks for are values.
    pub fn object(&mut self, bytes: &[u8]) -> Vec<u64> {
        let mut prints = Vec::new();
        self.each_of_object(bytes, &mut prints);
        prints.sort_unstable();
        prints.dedup();
        prints
    }

    /// Adds the same as they come, some of them twice: for those who sort many objects' at once.
    pub fn each_of_object(&mut self, bytes: &[u8], prints: &mut Vec<u64>) {
        each_text(bytes, &mut |text| self.text(text, prints));
    }
}

/// Visits every text of an object that could hold a sentence.
pub fn each_text(bytes: &[u8], visit: &mut dyn FnMut(&str)) {
    let mut patterns: Vec<String> = Vec::new();
    let mut stix = true;
    let mut sorted = |key: Option<&str>, text: &str| match key {
        Some("pattern") => patterns.push(text.to_owned()),
        Some("pattern_type") if text != "stix" => stix = false,
        _ => visit(text),
    };
    let seed = Texts { visit: &mut sorted, key: None, depth: 0 };
    let read = seed.deserialize(&mut serde_json::Deserializer::from_slice(bytes));
    if read.is_err() {
        // Import keeps no such object. Should one be held all the same, its bytes are better than nothing.
        visit(&String::from_utf8_lossy(bytes));
    }
    if !stix {
        patterns.iter().for_each(|pattern| visit(pattern));
    }
}

type Visit<'v> = dyn FnMut(Option<&str>, &str) + 'v;

/// Walks through JSON and visits its texts with the key of the outermost object, without building anything.
struct Texts<'a, 'v> {
    visit: &'a mut Visit<'v>,
    key: Option<&'a str>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Texts<'_, '_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        (self.visit)(self.key, text);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.depth > DEPTH_MAX {
            return Err(serde::de::Error::custom("too deep"));
        }
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let key = if self.depth == 0 { Some(name.as_ref()) } else { self.key };
            map.next_value_seed(Texts { visit: &mut *self.visit, key, depth: self.depth + 1 })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.depth > DEPTH_MAX {
            return Err(serde::de::Error::custom("too deep"));
        }
        while list.next_element_seed(Texts { visit: &mut *self.visit, key: self.key, depth: self.depth + 1 })?.is_some()
        {
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "test")]

    use super::*;

    /// The short way for ASCII must give what the long way gives: an index that another build wrote is compared with it.
    #[test]
    fn plain_texts_have_the_numbers_of_the_long_way() {
        let key = PrintKey::new(b"a secret of a test");
        let mut printer = Printer::new(key);
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut some = 0;
        for round in 0..3_000 {
            let length = round % 120;
            let text: String = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    // Mostly letters and blanks, sometimes any of ASCII, controls among them.
                    let byte = (state >> 33) as u8 & 0x7f;
                    match state >> 60 {
                        0..=3 => ' ',
                        4..=12 => char::from(b'a' + byte % 26),
                        _ => char::from(byte),
                    }
                })
                .collect();
            let (mut short, mut long) = (Vec::new(), Vec::new());
            printer.plain(&text, &mut short);
            let mut compact = Compact::default();
            Normaliser::default().compact(&Text::of(&text), Form::Folded, &mut compact);
            long.extend(key.runs(&compact).iter().map(|run| run.print));
            assert_eq!(short, long, "{text:?}");
            some += short.len();
        }
        assert!(some > 1_000);
        let mut none = Vec::new();
        printer.plain("five words are no run", &mut none);
        assert!(none.is_empty());
    }
}
