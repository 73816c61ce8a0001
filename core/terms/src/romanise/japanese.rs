//! Chinese characters as Japanese names read them.
//!
//! Guarantees: every reading of the table, in each spelling that kana have; a character without one is read by nothing.
//!
//! Does not know: which reading a name has; Mandarin.

use super::lattice::{Reading, Word};
use super::spelling::{Group, SPELLING_MAX, Spelling, Spellings};
use hashbrown::HashMap;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The sign that repeats the character before it.
pub(super) const REPEATED: char = '々';

static READINGS: LazyLock<HashMap<char, Spellings>> = LazyLock::new(|| {
    let lines = include_str!("tables/kanji.txt").lines().filter(|line| !line.starts_with('#'));
    let entries = lines.flat_map(|line| line.split(' ')).filter_map(|entry| {
        let mut letters = entry.chars();
        Some((letters.next()?, letters.as_str()))
    });
    entries.map(|(character, readings)| (character, readings.split('/').flat_map(spellings).collect())).collect()
});

/// Returns the spellings of a character.
pub(super) fn readings(character: char) -> Group<'static> {
    READINGS.get(&character).map(Spellings::group).unwrap_or_default()
}

/// Every spelling of a reading that stands there in hiragana.
fn spellings(reading: &str) -> Vec<Spelling> {
    let letters: Vec<char> = reading.chars().collect();
    let word = Word::read(&letters, Reading::Japanese);
    let mut rows: Vec<BTreeSet<Vec<u8>>> = vec![BTreeSet::new(); letters.len() + 1];
    rows.first_mut().into_iter().for_each(|row| {
        row.insert(Vec::new());
    });
    for at in 0..letters.len() {
        let from = rows.get(at).cloned().unwrap_or_default();
        word.steps(at, |step| {
            // A small letter is read with the one before it.
            if letters.get(at + step.letters).is_some_and(|next| matches!(next, 'ゃ' | 'ゅ' | 'ょ')) {
                return;
            }
            let longer = from.iter().flat_map(|start| {
                let spelled = step.spellings.all.iter();
                spelled.map(|spelling| [start.as_slice(), spelling.letters()].concat())
            });
            let longer: Vec<Vec<u8>> = longer.filter(|spelling| spelling.len() <= SPELLING_MAX).collect();
            rows.get_mut(at + step.letters).into_iter().for_each(|row| row.extend(longer.iter().cloned()));
        });
    }
    let whole = rows.pop().unwrap_or_default();
    whole.iter().map(|spelling| Spelling::of(&String::from_utf8_lossy(spelling))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_has_a_spelling() {
        let lines = include_str!("tables/kanji.txt").lines().filter(|line| !line.starts_with('#'));
        for entry in lines.flat_map(|line| line.split(' ')) {
            let (character, readings) = entry.split_at(entry.chars().next().map_or(0, char::len_utf8));
            assert!(readings.split('/').all(|reading| !spellings(reading).is_empty()), "{character} {readings}");
        }
        let spelled = |reading: &str| -> BTreeSet<String> {
            spellings(reading).iter().map(|it| String::from_utf8_lossy(it.letters()).into_owned()).collect()
        };
        assert_eq!(spelled("しょう"), ["sho", "shoh", "shou", "syo", "syoh", "syou"].map(str::to_owned).into());
        assert!(readings('鶴').all.iter().any(|it| it.letters() == b"tsuru"));
    }
}
