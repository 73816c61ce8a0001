//! The words of texts that were met before, with the words of terms that they may be.
//!
//! Guarantees: each word is analysed once, until there are too many; a short word costs one look at one place of memory. Does not know: how a word
//! is analysed.

use crate::lexicon::Match;

/// So many distinct words are remembered.
const WORDS_MAX: usize = 200_000;
/// Words of so many bytes are kept as one number.
const SHORT: usize = 15;

type Map<K, V> = hashbrown::HashMap<K, V>;

/// Words of texts, small.
#[derive(Default)]
pub(crate) struct Known {
    /// The place among what was found, counted from one; nothing was found for most.
    short: Map<u128, u32>,
    long: Map<Box<[u8]>, u32>,
    found: Vec<Box<[Match]>>,
}

/// The bytes of a short word as a number, of which the first bit tells how many there are.
#[inline]
fn number(word: &[u8]) -> Option<u128> {
    (word.len() <= SHORT).then(|| word.iter().fold(1, |number, byte| number << 8 | u128::from(*byte)))
}

impl Known {
    /// How many words are known.
    pub fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }

    /// Returns what a word may be, which is found out for the first time.
    #[inline]
    pub fn get(&mut self, word: &[u8], analyse: impl FnOnce(&[u8]) -> Vec<Match>) -> &[Match] {
        let number = number(word);
        let known = match number {
            Some(number) => self.short.get(&number),
            None => self.long.get(word),
        };
        let place = known.copied().unwrap_or_else(|| self.learn(number, word, analyse(word)));
        if place == 0 {
            return &[];
        }
        self.found.get(place as usize - 1).map(AsRef::as_ref).unwrap_or_default()
    }

    #[cold]
    fn learn(&mut self, number: Option<u128>, word: &[u8], matches: Vec<Match>) -> u32 {
        if self.len() >= WORDS_MAX {
            *self = Self::default();
        }
        let place = if matches.is_empty() {
            0
        } else {
            self.found.push(matches.into());
            self.found.len() as u32
        };
        match number {
            Some(number) => drop(self.short.insert(number, place)),
            None => drop(self.long.insert(word.into(), place)),
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::How;

    #[test]
    fn a_word_is_analysed_once() {
        let mut known = Known::default();
        for word in [&b"a"[..], b"\0a", b"fifteen letters", b"sixteen letters.", b""] {
            let found = |lexeme| vec![Match { lexeme, how: How::Plain }];
            assert_eq!(known.get(word, |word| found(word.len() as u32)).first().unwrap().lexeme, word.len() as u32);
            assert_eq!(known.get(word, |_| Vec::new()).len(), 1);
        }
        assert!(known.get(b"nothing", |_| Vec::new()).is_empty());
        assert!(known.get(b"nothing", |_| vec![Match { lexeme: 1, how: How::Plain }]).is_empty());
        assert_eq!(known.len(), 6);
    }
}
