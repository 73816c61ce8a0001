//! Tables that are asked with hashes: a map with a cheap filter before it.
//!
//! Guarantees: one look at one word of memory tells that nearly every hash is not there. Does not know: what a hash is of.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Bits of the filter for each entry.
const BITS: usize = 16;
const WORDS_MAX: usize = 1 << 14;

/// A map whose keys are hashes already.
pub(super) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Plain>>;

/// Takes hashes as they are.
#[derive(Default)]
pub(super) struct Plain(u64);

impl Hasher for Plain {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0.rotate_left(26) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write_u128(&mut self, value: u128) {
        self.write_u64(value as u64);
        self.write_u64((value >> 64) as u64);
    }
}

/// Tells of most hashes that they are not there.
#[derive(Default)]
pub(super) struct Filter {
    words: Vec<u64>,
    shift: u32,
}

impl Filter {
    /// Makes the filter of some hashes.
    pub fn of(hashes: impl ExactSizeIterator<Item = u64>) -> Self {
        if hashes.len() == 0 {
            return Filter::default();
        }
        let words = (hashes.len() * BITS / 64).next_power_of_two().clamp(16, WORDS_MAX);
        let mut filter = Filter { words: vec![0; words], shift: 58 - words.trailing_zeros() };
        for hash in hashes {
            let (word, bit) = filter.place(hash);
            if let Some(word) = filter.words.get_mut(word) {
                *word |= bit;
            }
        }
        filter
    }

    /// Tells whether a hash may be there.
    #[inline]
    pub fn may_hold(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    #[inline]
    fn place(&self, hash: u64) -> (usize, u64) {
        let index = hash >> self.shift;
        ((index >> 6) as usize, 1 << (index & 63))
    }
}
