//! The fingerprint of a link in words, to be compared by voice.
//!
//! Somebody who stands between two organisations shows each of them a key of his own, so he looks for any two keys whose
//! words agree: a collision, which takes the square root of the words' number. Twelve words of 2,048 and a hash
//! repeated 2^16 times make that 2^66 trials of 2^16 hashes; eight words once hashed would take an afternoon.

use crate::{VerifyingKey, sha256};

/// How many words are compared.
const WORDS: usize = 12;
const BITS_PER_WORD: usize = 11;
const ROUNDS: usize = 1 << 16;

/// Returns the twelve words (BIP-39, English) that both organisations of a link see, whichever asks first.
pub fn fingerprint_words(a: &VerifyingKey, b: &VerifyingKey) -> Vec<&'static str> {
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    let pair = [low.to_bytes(), high.to_bytes()].concat();
    let mut digest = sha256(&[b"comity/v1/fingerprint", &pair]);
    for _ in 0..ROUNDS {
        digest = sha256(&[digest.as_bytes(), &pair]);
    }
    let list = bip39::Language::English.word_list();
    (0..WORDS).filter_map(|word| list.get(bits(digest.as_bytes(), word * BITS_PER_WORD)).copied()).collect()
}

/// Returns the 11 bits from a position on, most significant first.
fn bits(bytes: &[u8; 32], from: usize) -> usize {
    (from..from + BITS_PER_WORD).fold(0, |value, bit| {
        let byte = bytes.get(bit / 8).copied().unwrap_or(0);
        value << 1 | usize::from(byte >> (7 - bit % 8) & 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SigningKey;

    #[test]
    fn both_sides_see_the_same_words() {
        let key = |n| SigningKey::from_seed(&[n; 32]).verifying_key();
        let words = fingerprint_words(&key(1), &key(2));
        assert_eq!(words, fingerprint_words(&key(2), &key(1)));
        assert_eq!(words.len(), WORDS);
        assert_ne!(words, fingerprint_words(&key(1), &key(3)));
    }

    #[test]
    fn eleven_bits_at_a_time() {
        let mut bytes = [0u8; 32];
        bytes[0] = 0b1000_0000;
        bytes[1] = 0b0011_0000;
        assert_eq!((bits(&bytes, 0), bits(&bytes, 11)), (0b100_0000_0001, 0b100_0000_0000));
    }
}
