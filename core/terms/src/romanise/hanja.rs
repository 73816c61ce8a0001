//! Chinese characters in Korean: how a Korean name is written in characters.
//!
//! Guarantees: every reading of the table, at the beginning of a word also without the r or n that Koreans leave out; at most
//! [`SPELLINGS_MAX`] spellings.
//!
//! Does not know: which character a name is written with.

use super::han::han_simplified;
use std::collections::HashMap;
use std::sync::LazyLock;

/// More spellings of one word are not made.
const SPELLINGS_MAX: usize = 32;

const SYLLABLES: std::ops::RangeInclusive<char> = '가'..='힣';
/// Syllables with one first letter, and with one first letter and vowel.
const OF_LEAD: u32 = 588;
const OF_VOWEL: u32 = 28;
const LEAD_N: u32 = 2;
const LEAD_R: u32 = 5;
const LEAD_NONE: u32 = 11;
/// The vowels before which both r and n are left out: those with i or y.
const NARROW: [u32; 7] = [2, 3, 6, 7, 12, 17, 20];

static READINGS: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut readings: HashMap<char, Vec<char>> = HashMap::new();
    let lines = include_str!("tables/hanja.txt").lines().filter(|line| !line.starts_with('#'));
    for entry in lines.flat_map(|line| line.split(' ')) {
        let mut letters = entry.chars();
        let Some(syllable) = letters.next() else { continue };
        for character in letters {
            for character in [character, han_simplified(character)] {
                let known = readings.entry(character).or_default();
                if !known.contains(&syllable) {
                    known.push(syllable);
                }
            }
        }
    }
    readings
});

/// Returns the Korean spellings of a word of Chinese characters; none if one of them has no reading.
pub fn hangul_spellings(word: &[char]) -> Vec<Vec<char>> {
    let mut all: Vec<Vec<char>> = vec![Vec::new()];
    for character in word {
        let Some(readings) = READINGS.get(character) else { return Vec::new() };
        let starts = std::mem::take(&mut all);
        for start in starts {
            for reading in readings {
                let first = if start.is_empty() { at_the_beginning(*reading) } else { None };
                for syllable in std::iter::once(*reading).chain(first) {
                    all.push(start.iter().copied().chain([syllable]).collect());
                }
            }
        }
        all.truncate(SPELLINGS_MAX);
    }
    all
}

/// A syllable as a word begins with it, where that is another: 이 for 리.
fn at_the_beginning(syllable: char) -> Option<char> {
    let number = (syllable as u32).checked_sub(*SYLLABLES.start() as u32)?;
    let (lead, rest) = (number / OF_LEAD, number % OF_LEAD);
    let lead = match (lead, NARROW.contains(&(rest / OF_VOWEL))) {
        (LEAD_R | LEAD_N, true) => LEAD_NONE,
        (LEAD_R, false) => LEAD_N,
        _ => return None,
    };
    char::from_u32(*SYLLABLES.start() as u32 + lead * OF_LEAD + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_names_in_characters() {
        for (characters, name) in
            [("南宮賢宇", "남궁현우"), ("南宫贤宇", "남궁현우"), ("李俊昊", "이준호"), ("羅英", "나영")]
        {
            let found = hangul_spellings(&characters.chars().collect::<Vec<_>>());
            assert!(found.contains(&name.chars().collect()), "{characters} {found:?}");
        }
        assert!(hangul_spellings(&['x']).is_empty());
    }
}
