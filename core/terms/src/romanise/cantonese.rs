//! Chinese characters as Cantonese speakers write their names in Latin letters.
//!
//! Guarantees: every spelling of the table, for simplified characters too.
//!
//! Does not know: which reading a name has; Mandarin.

use super::han::han_simplified;
use super::spelling::{Group, Spellings};
use hashbrown::HashMap;
use std::sync::LazyLock;

static SPELLINGS: LazyLock<HashMap<char, Spellings>> = LazyLock::new(|| {
    let mut spelled: HashMap<char, String> = HashMap::new();
    let lines = include_str!("tables/cantonese.txt").lines().filter(|line| !line.starts_with('#'));
    for (spellings, characters) in lines.flat_map(|line| line.split(' ')).filter_map(|entry| entry.split_once('=')) {
        for character in characters.chars() {
            for character in [character, han_simplified(character)] {
                let known = spelled.entry(character).or_default();
                for spelling in spellings
                    .split('/')
                    .filter(|spelling| !known.split(' ').any(|word| word == *spelling))
                    .collect::<Vec<_>>()
                {
                    known.push(' ');
                    known.push_str(spelling);
                }
            }
        }
    }
    spelled.into_iter().map(|(character, spellings)| (character, Spellings::of(&spellings))).collect()
});

/// Returns the spellings of a character.
pub(super) fn readings(character: char) -> Group<'static> {
    SPELLINGS.get(&character).map(Spellings::group).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hong_kong() {
        for (character, spelling) in [('陳', "chan"), ('陈', "chan"), ('黃', "wong"), ('吳', "ng"), ('國', "kwok")]
        {
            assert!(readings(character).all.iter().any(|it| it.letters() == spelling.as_bytes()), "{character}");
        }
    }
}
