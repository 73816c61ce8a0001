//! The hash of the indexes: fast, and keyed, so that whoever does not know the key cannot make values collide.

use std::hash::{BuildHasher, Hasher};

const ODD: [u64; 3] = [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03, 0xa076_1d64_78bd_642f];

fn fold(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Hashes bytes that belong to a number.
pub fn hash(key: u64, number: u64, bytes: &[u8]) -> u64 {
    let [one, two, three] = ODD;
    let mut hash = fold(key ^ one, number ^ two);
    let (chunks, tail) = bytes.as_chunks::<16>();
    for chunk in chunks {
        let whole = u128::from_le_bytes(*chunk);
        hash = fold(hash ^ whole as u64 ^ one, (whole >> 64) as u64 ^ two);
    }
    let mut last = [0_u8; 16];
    for (slot, byte) in last.iter_mut().zip(tail) {
        *slot = *byte;
    }
    let whole = u128::from_le_bytes(last);
    hash = fold(hash ^ whole as u64 ^ three, (whole >> 64) as u64 ^ two ^ (bytes.len() as u64) << 32);
    fold(hash ^ key, three)
}

/// Makes hashers for tables of names.
#[derive(Clone, Copy, Default)]
pub struct Keyed(pub u64);

/// A hasher for names.
pub struct NameHasher(u64);

impl BuildHasher for Keyed {
    type Hasher = NameHasher;
    fn build_hasher(&self) -> NameHasher {
        NameHasher(self.0)
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(self.0, 0, bytes);
    }
    fn write_u8(&mut self, _: u8) {
        // The end mark of a string: its length is hashed already.
    }
    fn write_u32(&mut self, value: u32) {
        let [one, two, _] = ODD;
        self.0 = fold(self.0 ^ one, u64::from(value) ^ two);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}
