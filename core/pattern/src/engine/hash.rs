//! The hash of the indexes: fast, and keyed, so that the one who does not know the key cannot make values collide.

use std::hash::{BuildHasher, Hasher};

const ODD: [u64; 3] = [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03, 0xa076_1d64_78bd_642f];

fn fold(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Hashes bytes that belong to a number.
pub fn hash(key: u64, number: u64, bytes: &[u8]) -> u64 {
    let [one, two, three] = ODD;
    // Both factors of each product depend on the key: nobody who does not know it can make one of them zero, which would
    // forget everything before.
    let (low_key, high_key) = (key ^ one, key.rotate_left(32) ^ two);
    let mut hash = fold(low_key, number ^ high_key);
    let mut rest = bytes;
    while let Some((chunk, behind)) = rest.split_first_chunk::<16>()
        && !behind.is_empty()
    {
        let whole = u128::from_le_bytes(*chunk);
        hash = fold(hash ^ whole as u64 ^ low_key, (whole >> 64) as u64 ^ high_key);
        rest = behind;
    }
    let (low, high) = ends(bytes, rest);
    hash = fold(hash ^ low ^ low_key, high ^ high_key ^ (bytes.len() as u64) << 32);
    fold(hash ^ key, three)
}

/// Returns the last 16 bytes; of shorter texts all, some twice. The length tells apart what this makes alike.
fn ends(bytes: &[u8], rest: &[u8]) -> (u64, u64) {
    if let Some(last) = bytes.last_chunk::<16>() {
        let whole = u128::from_le_bytes(*last);
        return (whole as u64, (whole >> 64) as u64);
    }
    match (rest.first_chunk::<8>(), rest.last_chunk::<8>(), rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        (Some(first), Some(last), ..) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        (_, _, Some(first), Some(last)) => {
            (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
        }
        _ => (rest.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0),
    }
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
    fn write_u128(&mut self, value: u128) {
        self.write(&value.to_le_bytes());
    }
    fn write_u32(&mut self, value: u32) {
        let [one, two, _] = ODD;
        self.0 = fold(self.0 ^ one, u64::from(value) ^ two);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}
