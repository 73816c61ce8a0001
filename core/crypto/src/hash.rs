//! SHA-256 over concatenated parts, and the salted commitment of a link entry.

use comity_vocab::Digest;
use sha2::Digest as _;

/// Computes a SHA-256 of bytes that come piece by piece.
#[derive(Clone, Default)]
pub struct Sha256Stream(sha2::Sha256);

impl Sha256Stream {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        sha2::Digest::update(&mut self.0, bytes);
    }

    /// Returns the digest of everything taken in.
    pub fn finish(self) -> Digest {
        Digest(sha2::Digest::finalize(self.0).into())
    }
}

/// Returns the SHA-256 of the parts joined. The parts are not framed: a caller that joins parts of varying length
/// separates them itself.
pub fn sha256(parts: &[&[u8]]) -> Digest {
    let mut hash = sha2::Sha256::new();
    for part in parts {
        hash.update(part);
    }
    Digest(hash.finalize().into())
}

/// Returns `SHA-256("comity/v1/commitment" ‖ salt ‖ payload)`: binds an entry to its payload, and tells nothing about
/// the payload once the salt is erased (spec/signatures.md §5).
pub fn commitment(salt: &[u8; 32], payload: &[u8]) -> Digest {
    sha256(&[b"comity/v1/commitment", salt, payload])
}

/// Compares two digests in constant time: for digests of secrets, of which nothing may be guessed piece by piece.
pub fn same(one: &Digest, other: &Digest) -> bool {
    use subtle::ConstantTimeEq as _;
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digests() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&[]).to_string(), empty);
        assert_eq!(sha256(&[b"a", b"", b"bc"]).to_string(), abc);
        assert_ne!(commitment(&[0; 32], b"x"), commitment(&[1; 32], b"x"));
    }
}
