//! Partners named as the source in text that people read: `Kestrian Police told us`, `laut KPS`, `Source: a partner service` (domain.md R2.2).
//!
//! Guarantees: a name is a finding only where a phrase of the table stands beside it in the same sentence; that a partner is mentioned is
//! none. Does not know: who the partners are, and whether the sentence is true.

use super::marks::Lines;
use comity_terms::Text;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const TABLE: &str = include_str!("partners.tsv");
/// So many words may stand between a phrase and the name.
const BETWEEN_MAX: usize = 4;
/// So many words are read on each side of a name: what may stand between, and the longest phrase.
const WORDS_MAX: usize = 10;
/// A shorter code is a name only in capitals.
const CODE_MIN: usize = 3;

#[derive(Default)]
struct Phrases {
    before: Vec<Vec<String>>,
    before_colon: Vec<Vec<String>>,
    after: Vec<Vec<String>>,
    between: BTreeSet<String>,
    institutions: BTreeSet<String>,
    who: Vec<&'static str>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases::default();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t').skip(1);
        let (Some(place), Some(text)) = (columns.next(), columns.next()) else { continue };
        let words = words_of(text);
        match place {
            "before" => phrases.before.push(words),
            "before-colon" => phrases.before_colon.push(words),
            "after" => phrases.after.push(words),
            "between" => phrases.between.extend(words),
            "institution" => phrases.institutions.extend(words),
            _ => phrases.who.push(text),
        }
    }
    phrases
});

fn words_of(text: &str) -> Vec<String> {
    let chars = Text::of(text).chars;
    chars.split(|sign| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).map(small).collect()
}

fn small(word: &[char]) -> String {
    word.iter().flat_map(|sign| sign.to_lowercase()).collect()
}

/// A partner, or what people say for one.
pub(super) struct Named {
    pub text: String,
    /// It counts in capitals only: in small letters it is a word.
    pub capitals: bool,
}

/// What stands for a partner without a name: `a partner service`.
pub(super) fn unnamed() -> impl Iterator<Item = Named> {
    PHRASES.who.iter().map(|text| Named { text: (*text).to_owned(), capitals: false })
}

/// The writings of a partner: its code, its name, and its name without `Service` and the like at the end.
pub(super) fn names(code: &str, name: &str) -> Vec<Named> {
    let ordinary = comity_terms::ORDINARY_WORDS.lines().filter(|line| !line.starts_with('#'));
    let is_word = ordinary.flat_map(str::split_whitespace).any(|word| word == code);
    let mut named = vec![Named { text: code.to_owned(), capitals: is_word || code.len() < CODE_MIN }];
    let mut words: Vec<&str> = name.split_whitespace().collect();
    loop {
        named.push(Named { text: words.join(" "), capitals: false });
        let ends = words
            .last()
            .is_some_and(|word| words_of(word).first().is_some_and(|word| PHRASES.institutions.contains(word)));
        if words.len() < 3 || !ends {
            return named;
        }
        words.pop();
    }
}

/// A word beside a name.
struct Word {
    text: String,
    from: usize,
    to: usize,
    /// A colon, dash or bracket stands between it and the next word on the way to the name.
    parted: bool,
}

impl Lines<'_> {
    /// Returns the place of a name together with the phrase that makes it a source; `None` where there is none.
    pub fn source(&self, named: &Named, from: usize, to: usize) -> Option<(usize, usize)> {
        let name = self.chars.get(from..to)?;
        if named.capitals && name.iter().any(|sign| sign.is_lowercase()) {
            return None;
        }
        let phrases = &*PHRASES;
        let before = self.words_before(from);
        for skipped in 0..=between(&before) {
            let Some(rest) = before.get(skipped..) else { break };
            let parted = rest.first().is_some_and(|word| word.parted);
            let colon = phrases.before_colon.iter().filter(|_| parted);
            if let Some(first) = phrases.before.iter().chain(colon).find_map(|phrase| ends_with(rest, phrase)) {
                return Some((first.from, to));
            }
        }
        let after = self.words_after(to);
        for skipped in 0..=between(&after) {
            let Some(rest) = after.get(skipped..) else { break };
            let found = phrases.after.iter().filter_map(|phrase| begins_with(rest, phrase)).max_by_key(|word| word.to);
            if let Some(last) = found {
                return Some((from, last.to));
            }
        }
        None
    }

    /// The words before a place, the nearest first, up to the beginning of the sentence.
    fn words_before(&self, from: usize) -> Vec<Word> {
        let mut words = Vec::new();
        let mut to = from;
        while words.len() < WORDS_MAX {
            let signs = self.chars.get(..to).unwrap_or_default();
            let gap = signs.iter().rev().take_while(|sign| !sign.is_alphanumeric()).count();
            let (signs, between) = signs.split_at(signs.len() - gap);
            let length = signs.iter().rev().take_while(|sign| sign.is_alphanumeric()).count();
            if length == 0 || between.iter().any(|sign| parts_sentences(*sign)) {
                break;
            }
            let at = signs.len() - length;
            let text = small(signs.get(at..).unwrap_or_default());
            words.push(Word { text, from: at, to: signs.len(), parted: between.iter().any(|sign| parts(*sign)) });
            to = at;
        }
        words
    }

    /// The words behind a place, the nearest first, up to the end of the sentence.
    fn words_after(&self, to: usize) -> Vec<Word> {
        let mut words = Vec::new();
        let mut from = to;
        while words.len() < WORDS_MAX {
            let signs = self.chars.get(from..).unwrap_or_default();
            let gap = signs.iter().take_while(|sign| !sign.is_alphanumeric()).count();
            let (between, signs) = signs.split_at(gap);
            let length = signs.iter().take_while(|sign| sign.is_alphanumeric()).count();
            if length == 0 || between.iter().any(|sign| parts_sentences(*sign) || *sign == ':') {
                break;
            }
            let at = from + gap;
            let text = small(signs.get(..length).unwrap_or_default());
            words.push(Word { text, from: at, to: at + length, parted: false });
            from = at + length;
        }
        words
    }
}

/// How many of the nearest words may stand between.
fn between(words: &[Word]) -> usize {
    words.iter().take(BETWEEN_MAX).take_while(|word| PHRASES.between.contains(&word.text)).count()
}

/// Returns the first word of a phrase that ends where these words, the nearest first, begin.
fn ends_with<'w>(words: &'w [Word], phrase: &[String]) -> Option<&'w Word> {
    let same = words.iter().zip(phrase.iter().rev()).all(|(word, expected)| word.text == *expected);
    words.get(phrase.len().checked_sub(1)?).filter(|_| same)
}

/// Returns the last word of a phrase that begins where these words begin.
fn begins_with<'w>(words: &'w [Word], phrase: &[String]) -> Option<&'w Word> {
    let same = words.iter().zip(phrase).all(|(word, expected)| word.text == *expected);
    words.get(phrase.len().checked_sub(1)?).filter(|_| same)
}

fn parts_sentences(sign: char) -> bool {
    matches!(sign, '.' | '!' | '?' | ';' | ',' | '،' | '؛' | '؟')
}

fn parts(sign: char) -> bool {
    matches!(sign, ':' | '=' | '(' | '[' | '-' | '\u{2013}' | '\u{2014}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [_, place, text] = columns.as_slice() else { panic!("{line}") };
            let places = ["before", "before-colon", "after", "between", "who", "institution"];
            assert!(places.contains(place) && !words_of(text).is_empty(), "{line}");
            assert!(words_of(text).len() + BETWEEN_MAX <= WORDS_MAX, "{line}");
            assert!(words_of(text).len() == 1 || !["between", "institution"].contains(place), "{line}");
        }
        assert!(PHRASES.before.len() > 200 && PHRASES.who.len() > 50);
    }

    #[test]
    fn writings_of_a_partner() {
        let written = |code: &str, name: &str| -> Vec<(String, bool)> {
            names(code, name).into_iter().map(|named| (named.text, named.capitals)).collect()
        };
        let plain = |text: &str| (text.to_owned(), false);
        let kestrian = [plain("kps"), plain("Kestrian Police Service"), plain("Kestrian Police")];
        assert_eq!(written("kps", "Kestrian Police Service"), kestrian);
        assert_eq!(written("tfo", "Police Service"), [plain("tfo"), plain("Police Service")]);
        assert_eq!(written("us", "Umbral Staff"), [("us".to_owned(), true), plain("Umbral Staff")]);
        assert_eq!(written("and", "Andor")[0], ("and".to_owned(), true));
    }
}
