//! The words of texts that were met before, with what was found out about each.
//!
//! Guarantees: each word is looked into once, until there are too many; a short word costs one look at one place of memory. Does not know: what is
//! found out.

use crate::lexicon::Match;

/// So many distinct words are remembered.
const WORDS_MAX: usize = 200_000;
/// Words of so many bytes are kept as one number.
const SHORT: usize = 15;

type Map<K, V> = hashbrown::HashMap<K, V>;

/// Words, and something small about each.
#[derive(Debug)]
pub struct WordMap<T> {
    short: Map<u128, T>,
    long: Map<Box<[u8]>, T>,
}

impl<T> Default for WordMap<T> {
    fn default() -> Self {
        Self { short: Map::default(), long: Map::default() }
    }
}

/// The bytes of a short word as a number, of which the first bit tells how many there are.
#[inline]
fn number(word: &[u8]) -> Option<u128> {
    (word.len() <= SHORT).then(|| word.iter().fold(1, |number, byte| number << 8 | u128::from(*byte)))
}

impl<T: Clone> WordMap<T> {
    /// How many words are known.
    pub fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }

    /// Tells whether no word is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns what is known of a word, which is found out for the first time. When there are too many words, all are forgotten.
    #[inline]
    pub fn get(&mut self, word: &[u8], learn: impl FnOnce(&[u8]) -> T) -> T {
        let number = number(word);
        let known = match number {
            Some(number) => self.short.get(&number),
            None => self.long.get(word),
        };
        match known {
            Some(known) => known.clone(),
            None => self.add(number, word, learn(word)),
        }
    }

    #[cold]
    fn add(&mut self, number: Option<u128>, word: &[u8], known: T) -> T {
        if self.len() >= WORDS_MAX {
            *self = Self::default();
        }
        match number {
            Some(number) => drop(self.short.insert(number, known.clone())),
            None => drop(self.long.insert(word.into(), known.clone())),
        }
        known
    }
}

/// Words of texts, small, with the words of terms that they may be.
#[derive(Default)]
pub(crate) struct Known {
    /// The place among what was found, counted from one; nothing was found for most.
    words: WordMap<u32>,
    found: Vec<Box<[Match]>>,
}

impl Known {
    /// How many words are known.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Returns what a word may be, which is found out for the first time.
    #[inline]
    pub fn get(&mut self, word: &[u8], analyse: impl FnOnce(&[u8]) -> Vec<Match>) -> &[Match] {
        if self.found.len() >= WORDS_MAX {
            *self = Self::default();
        }
        let found = &mut self.found;
        let place = self.words.get(word, |word| {
            let matches = analyse(word);
            if matches.is_empty() {
                return 0;
            }
            found.push(matches.into());
            found.len() as u32
        });
        if place == 0 {
            return &[];
        }
        self.found.get(place as usize - 1).map(AsRef::as_ref).unwrap_or_default()
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
