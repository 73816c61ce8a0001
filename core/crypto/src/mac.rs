//! HMAC-SHA-256 (RFC 2104) over framed parts: for texts that we hand out and want back unchanged, such as cursors.
//!
//! Guarantees: a tag made for one domain never verifies for another, and no two lists of parts have the same input.
//! Does not know: what is authenticated, how long it counts.

use crate::hash::{same, sha256};
use comity_vocab::Digest;
use zeroize::Zeroizing;

const BLOCK: usize = 64;

/// A key that authenticates what we hand out ourselves. It cannot be printed or copied, and is erased when dropped.
pub struct MacKey {
    inner: Zeroizing<[u8; BLOCK]>,
    outer: Zeroizing<[u8; BLOCK]>,
}

impl MacKey {
    /// Makes a key of 32 secret bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        let padded = |pad: u8| {
            let mut block = Zeroizing::new([pad; BLOCK]);
            for (byte, secret) in block.iter_mut().zip(secret) {
                *byte ^= secret;
            }
            block
        };
        Self { inner: padded(0x36), outer: padded(0x5c) }
    }

    /// Returns the tag of these parts under a domain, such as `comity/v1/taxii-cursor`.
    pub fn tag(&self, domain: &str, parts: &[&[u8]]) -> Digest {
        let mut message = Vec::with_capacity(64);
        for part in std::iter::once(&domain.as_bytes()).chain(parts) {
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part);
        }
        self.over(&message)
    }

    /// Tells, in constant time, whether this is the tag of these parts.
    pub fn accepts(&self, domain: &str, parts: &[&[u8]], tag: &Digest) -> bool {
        same(&self.tag(domain, parts), tag)
    }

    fn over(&self, message: &[u8]) -> Digest {
        let within = sha256(&[&self.inner[..], message]);
        sha256(&[&self.outer[..], within.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_rfc_4231() {
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let check = |key: [u8; 32], message: &[u8], tag: &str| {
            assert_eq!(MacKey::new(&key).over(message).to_string(), tag);
        };
        // Shorter keys are padded with zeros, so the vectors' keys fit.
        check(key, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        let mut jefe = [0; 32];
        jefe[..4].copy_from_slice(b"Jefe");
        check(
            jefe,
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
    }

    #[test]
    fn parts_and_domains_are_kept_apart() {
        let key = MacKey::new(&[7; 32]);
        let tag = key.tag("a", &[b"bc", b"d"]);
        assert!(key.accepts("a", &[b"bc", b"d"], &tag));
        for (domain, parts) in
            [("a", [&b"b"[..], b"cd"]), ("ab", [b"c", b"d"]), ("b", [b"bc", b"d"]), ("a", [b"bc", b"e"])]
        {
            assert!(!key.accepts(domain, &parts, &tag), "{domain} {parts:?}");
        }
        assert!(!MacKey::new(&[8; 32]).accepts("a", &[b"bc", b"d"], &tag));
    }
}
