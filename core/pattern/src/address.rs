//! IPv4 and IPv6 addresses and CIDR ranges as ISSUBSET and ISSUPERSET compare them (STIX 2.1 §9.6.1).
//!
//! Guarantees: the four dotted decimals without leading zeros, or the text forms of RFC 4291 without a zone; a range is an
//! address and a prefix length. Bits behind the prefix do not count. The two families never contain each other.

use std::net::IpAddr;

/// An address, or a range of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Range {
    /// Whether this is IPv6.
    pub six: bool,
    /// The address at the top of 128 bits; bits behind the prefix are zero.
    pub bits: u128,
    /// How many of the bits count.
    pub prefix: u8,
}

impl Range {
    /// Reads an address or a range; `None` where the text is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let (six, bits, width) = match address.parse().ok()? {
            IpAddr::V4(four) => (false, u128::from(four.to_bits()) << 96, 32),
            IpAddr::V6(six) => (true, six.to_bits(), 128),
        };
        let prefix = match length {
            None => width,
            Some(length) if length.is_empty() || length.len() > 3 || !length.bytes().all(|b| b.is_ascii_digit()) => {
                return None;
            }
            Some(length) => length.parse().ok().filter(|prefix| *prefix <= width)?,
        };
        Some(Self { six, bits: bits & mask(prefix), prefix })
    }

    /// Returns the IPv4 range that an IPv6 range of mapped addresses (`::ffff:0:0/96`, RFC 4291 §2.5.5.2) stands for.
    pub fn unmapped(&self) -> Option<Range> {
        const MAPPED: u128 = 0xffff << 32;
        let mapped = self.six && self.prefix >= 96 && self.bits & mask(96) == MAPPED;
        mapped.then(|| Range { six: false, bits: self.bits << 96, prefix: self.prefix - 96 })
    }

    /// Tells whether every address of `other` is in this.
    pub fn contains(&self, other: &Range) -> bool {
        self.six == other.six && self.prefix <= other.prefix && other.bits & mask(self.prefix) == self.bits
    }
}

/// Reads an address or a range where spellings do not count: what is mapped into IPv6 is IPv4 and nothing else.
pub(crate) fn folded(normal: &str) -> Option<Range> {
    Range::parse(normal).map(|range| range.unmapped().unwrap_or(range))
}

/// Returns a mask of this many leading ones.
pub fn mask(prefix: u8) -> u128 {
    match prefix {
        0 => 0,
        _ => u128::MAX << (128 - u32::from(prefix.min(128))),
    }
}
