//! Candidate keys: the consonants of a word in coarse classes, so that a look-up finds what is worth a closer look.
//!
//! Guarantees: a key depends on nothing but the Latin letters; a prefix of a key has the key's first symbols. Vowels, `h`, `j`, `v`, `w`
//! and `y` have no symbol, a class that repeats has one, and `t` or `d` before a sibilant has none: what romanisations differ in.
//!
//! Does not know: any script but Latin.

/// More symbols are not kept.
pub(super) const SYMBOLS_MAX: usize = 12;
const SYMBOL_BITS: usize = 4;
const SYMBOL_MASK: u64 = (1 << SYMBOL_BITS) - 1;
const STOP: u8 = 2;
const SIBILANT: u8 = 3;
/// Stands behind the last symbol that is kept.
const BEYOND: u8 = 15;

/// Up to twelve classes of consonants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    symbols: u64,
    length: u8,
}

impl Key {
    /// Returns how many symbols it has.
    pub fn len(&self) -> usize {
        usize::from(self.length)
    }

    /// Returns the key as a number: another for each key.
    pub fn number(&self) -> u64 {
        self.symbols | u64::from(self.length) << 56
    }

    /// Tells whether the word has no consonant that counts.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Returns its first symbols; all of them if it has fewer.
    pub fn prefix(&self, symbols: usize) -> Key {
        if symbols >= self.len() {
            return *self;
        }
        let mask = (1_u64 << (symbols * SYMBOL_BITS)) - 1;
        Key { symbols: self.symbols & mask, length: symbols as u8 }
    }

    fn last(&self) -> Option<u8> {
        let place = self.len().checked_sub(1)? * SYMBOL_BITS;
        Some(((self.symbols >> place) & SYMBOL_MASK) as u8)
    }

    fn push(&mut self, symbol: u8, limit: usize) {
        if self.last() == Some(BEYOND) {
            return;
        }
        if symbol == SIBILANT && self.last() == Some(STOP) {
            *self = self.prefix(self.len() - 1);
        }
        if self.last() != Some(symbol) {
            let symbol = if self.len() == limit { BEYOND } else { symbol };
            self.symbols |= u64::from(symbol) << (self.len() * SYMBOL_BITS);
            self.length += 1;
        }
    }

    /// Adds Latin letters to a key that is to have at most `limit` symbols, and one that says that there were more: until that one is
    /// there, the last symbol may still give way to the next.
    pub(super) fn with(mut self, letters: &[u8], limit: usize) -> Self {
        for letter in letters {
            match letter {
                b'b' | b'f' | b'p' => self.push(1, limit),
                b'd' | b't' => self.push(STOP, limit),
                b'c' | b's' | b'z' => self.push(SIBILANT, limit),
                b'g' | b'k' | b'q' => self.push(4, limit),
                b'x' => {
                    self.push(4, limit);
                    self.push(SIBILANT, limit);
                }
                b'l' => self.push(5, limit),
                b'r' => self.push(6, limit),
                b'm' => self.push(7, limit),
                b'n' => self.push(8, limit),
                _ => {}
            }
        }
        self
    }
}

/// Returns the key of a Latin word: a-z, lower case.
pub fn latin_key(latin: &[u8]) -> Key {
    Key::default().with(latin, SYMBOLS_MAX).prefix(SYMBOLS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_romanisations_differ_in_has_no_symbol() {
        for (one, other) in [
            ("shcherbakov", "schtscherbakow"),
            ("shcherbakov", "scerbakov"),
            ("alexei", "aleksey"),
            ("voronzow", "vorontsov"),
            ("muhammad", "mohamed"),
        ] {
            assert_eq!(latin_key(one.as_bytes()), latin_key(other.as_bytes()), "{one} {other}");
        }
        assert_ne!(latin_key(b"voronzow"), latin_key(b"varanasi").prefix(2));
        assert!(latin_key(b"aeiouhjvwy").is_empty());
    }

    #[test]
    fn a_prefix_has_the_first_symbols() {
        let key = latin_key(b"konstantin");
        assert_eq!(key.len(), 7);
        assert_eq!(key.prefix(3), latin_key(b"konas"));
        assert_eq!(key.prefix(99), key);
        assert_eq!(latin_key(&b"bakalarama".repeat(9)).len(), SYMBOLS_MAX);
    }
}
