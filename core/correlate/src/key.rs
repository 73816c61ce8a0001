//! The number that stands for a value in an index: keyed, so that nobody outside can make two values meet.
//!
//! Guarantees: keys of one kind lie side by side, those of stop values apart from all others; without the keying nothing of the value
//! can be computed from the number, and no two values can be made to share one. Two values may still share one by chance (57 bits), so
//! the one who shows a value reads it from the object again.

use crate::kind::Kind;
use crate::values::CorrelatedValue;

/// How many bytes of secret a node's keying is made of.
pub const KEY_BYTES: usize = 32;

const STOP_BIT: i64 = 1 << 62;
const KIND_SHIFT: u32 = 57;
const HASH_MASK: i64 = (1 << KIND_SHIFT) - 1;

/// The secret of a node under which values become keys.
#[derive(Clone)]
pub struct Keying([u8; KEY_BYTES]);

/// The number that stands for a value: not negative, 1 bit stop value, 5 bits kind, 57 bits of a keyed hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueKey(i64);

impl Keying {
    /// Makes the keying of a node from its secret.
    pub fn new(secret: [u8; KEY_BYTES]) -> Self {
        Self(secret)
    }

    /// Returns the number of a value.
    pub fn key(&self, value: &CorrelatedValue) -> ValueKey {
        // The secret and the kind have fixed lengths, so the parts need no frame; what is cut off cannot be lengthened.
        let digest = comity_crypto::sha256(&[&self.0, &[value.kind.number()], value.value.as_bytes()]);
        let bits = digest.as_bytes().first_chunk::<8>().map_or(0, |bytes| i64::from_be_bytes(*bytes)) & HASH_MASK;
        let stop = if crate::stop(value).is_some() { STOP_BIT } else { 0 };
        ValueKey(stop | i64::from(value.kind.number()) << KIND_SHIFT | bits)
    }
}

impl std::fmt::Debug for Keying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keying(..)")
    }
}

impl ValueKey {
    /// The first number of a stop value: everything below is worth looking at.
    pub const FIRST_STOP: ValueKey = ValueKey(STOP_BIT);

    /// Returns the number.
    pub fn number(self) -> i64 {
        self.0
    }

    /// Takes a number that [`ValueKey::number`] gave.
    pub fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// Returns the kind of value.
    pub fn kind(self) -> Option<Kind> {
        u8::try_from((self.0 & !STOP_BIT) >> KIND_SHIFT).ok().and_then(Kind::from_number)
    }

    /// Tells whether the value is one of the stop values that every node has.
    pub fn is_stop(self) -> bool {
        self.0 & STOP_BIT != 0
    }

    /// Returns the first number of a kind and the first after it, stop values left out.
    pub fn range(kind: Kind) -> (ValueKey, ValueKey) {
        let number = i64::from(kind.number());
        (ValueKey(number << KIND_SHIFT), ValueKey((number + 1) << KIND_SHIFT))
    }

    /// Returns the first number of the stop values of a kind and the first after it.
    pub fn stop_range(kind: Kind) -> (ValueKey, ValueKey) {
        let (first, end) = Self::range(kind);
        (ValueKey(first.0 | STOP_BIT), ValueKey(end.0 | STOP_BIT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let (one, other) = (Keying::new([1; 32]), Keying::new([2; 32]));
        let value = |kind, value: &str| CorrelatedValue { kind, value: value.to_owned() };
        for kind in Kind::ALL {
            let named = value(*kind, "a value");
            let key = one.key(&named);
            let (first, end) = ValueKey::range(*kind);
            assert!(first <= key && key < end && end <= ValueKey::FIRST_STOP, "{kind:?}");
            assert_eq!((key.kind(), key.is_stop(), key), (Some(*kind), false, one.key(&named)));
            assert_ne!(key, other.key(&named), "another node has other numbers");
            assert_eq!(ValueKey::from_number(key.number()), key);
        }
        assert_ne!(one.key(&value(Kind::Md5, "a")).0 & HASH_MASK, one.key(&value(Kind::Sha1, "a")).0 & HASH_MASK);
        let stop = one.key(&value(Kind::Ipv4, "127.0.0.1"));
        assert!(stop.is_stop() && stop >= ValueKey::FIRST_STOP && stop.kind() == Some(Kind::Ipv4));
        assert_eq!(format!("{one:?}"), "Keying(..)");
    }
}
