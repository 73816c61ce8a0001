//! Chinese characters: their Mandarin syllables in pinyin and Wade-Giles, and one form of traditional and simplified.
//!
//! Guarantees: every reading of a character that the table of readings has; a character without a simplified form is its own.
//!
//! Does not know: which reading a name has; Cantonese, Japanese and Korean readings.

use super::spelling::{Group, Spelling, Spellings};
use pinyin::ToPinyinMulti as _;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The longest syllable: `chuang`.
const SYLLABLE_MAX: usize = 6;

/// The spellings of each syllable, pinyin first.
static SYLLABLES: LazyLock<HashMap<&'static str, Spellings>> = LazyLock::new(|| {
    let lines = include_str!("tables/syllables.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('\t'))
        .map(|(syllable, others)| {
            let plain = syllable.is_ascii().then(|| Spelling::of(syllable));
            let others = others.split(' ').filter(|other| !other.is_empty()).map(Spelling::of);
            (syllable, plain.into_iter().chain(others).collect())
        })
        .collect()
});

/// All spellings of all syllables.
static SPELLED: LazyLock<HashSet<&'static [u8]>> =
    LazyLock::new(|| SYLLABLES.values().flat_map(|spellings| spellings.group().all).map(Spelling::letters).collect());

static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let lines = include_str!("tables/simplified.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .flat_map(|line| line.split(' '))
        .filter_map(|pair| {
            let mut characters = pair.chars();
            Some((characters.next()?, characters.next()?))
        })
        .collect()
});

/// Returns the simplified form of a Chinese character; any other character as it is.
pub fn han_simplified(character: char) -> char {
    if !('\u{3400}'..='\u{323af}').contains(&character) {
        return character;
    }
    SIMPLIFIED.get(&character).copied().unwrap_or(character)
}

/// Calls with the spellings of each syllable of a character.
pub(super) fn readings(character: char, mut each: impl FnMut(Group<'static>)) {
    let Some(readings) = character.to_pinyin_multi() else { return };
    let mut last = "";
    for reading in readings {
        let syllable = reading.plain();
        if syllable != last {
            last = syllable;
            each(SYLLABLES.get(syllable).map(Spellings::group).unwrap_or_default());
        }
    }
}

/// Divides a Latin word into the fewest Mandarin syllables, pinyin or Wade-Giles: from, to. None if it is not made of them.
pub fn pinyin_syllables(latin: &[u8]) -> Option<Vec<(usize, usize)>> {
    // For each place: the syllables up to it, and where the last of them begins.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; latin.len() + 1];
    *best.first_mut()? = Some((0, 0));
    for to in 1..=latin.len() {
        let begins = to.saturating_sub(SYLLABLE_MAX)..to;
        let found = begins
            .filter_map(|from| {
                let (count, _) = best.get(from).copied().flatten()?;
                SPELLED.contains(latin.get(from..to)?).then_some((count + 1, from))
            })
            .min();
        if let Some(place) = best.get_mut(to) {
            *place = found;
        }
    }
    let mut parts = Vec::new();
    let mut to = latin.len();
    while to > 0 {
        let (_, from) = best.get(to).copied().flatten()?;
        parts.push((from, to));
        to = from;
    }
    parts.reverse();
    (!parts.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_is_a_known_syllable() {
        for character in '\u{4e00}'..='\u{9fff}' {
            readings(character, |group| assert!(!group.is_empty(), "{character}"));
        }
        let mut spelled = Vec::new();
        readings('曾', |group| spelled.extend(group.all.iter().map(|one| one.letters().to_vec())));
        assert!(spelled.contains(&b"zeng".to_vec()) && spelled.contains(&b"tseng".to_vec()));
    }

    #[test]
    fn traditional_is_simplified() {
        for (one, other) in [('張', '张'), ('陳', '陈'), ('王', '王'), ('國', '国'), ('а', 'а'), ('龍', '龙')]
        {
            assert_eq!(han_simplified(one), other);
        }
    }

    #[test]
    fn words_are_divided_into_syllables() {
        for (word, parts) in [
            ("zhangwei", Some(vec!["zhang", "wei"])),
            ("xiaoming", Some(vec!["xiao", "ming"])),
            ("hsiaoping", Some(vec!["hsiao", "ping"])),
            ("tsetung", Some(vec!["tse", "tung"])),
            ("tzuchiang", Some(vec!["tzu", "chiang"])),
            ("lv", Some(vec!["lv"])),
            ("smith", None),
            ("vladimir", None),
            ("", None),
        ] {
            let found = pinyin_syllables(word.as_bytes()).map(|parts| {
                parts.into_iter().map(|(from, to)| word.get(from..to).unwrap_or_default()).collect::<Vec<_>>()
            });
            assert_eq!(found, parts, "{word}");
        }
    }
}
