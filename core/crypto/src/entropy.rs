//! Randomness handed in from outside, in streams that are independent of each other.
//!
//! Guarantees: what is drawn for one (purpose, link, position) depends on the source and on these three only, never on
//! what else was drawn before; with a constant source the same context gives the same bytes (design.md §7.15).
//!
//! Does not know: where the fresh bytes come from.

use crate::hash::sha256;
use chacha20::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _, TryCryptoRng, TryRng};
use std::convert::Infallible;
use zeroize::Zeroizing;

/// A source of randomness from which streams are made, one for each context.
pub struct Entropy {
    source: Box<dyn FnMut() -> [u8; 32] + Send>,
}

impl Entropy {
    /// Makes streams from 32 fresh bytes of `source` each. In the program the source is the operating system.
    pub fn new(source: Box<dyn FnMut() -> [u8; 32] + Send>) -> Self {
        Self { source }
    }

    /// Makes every stream from the same seed: for tests and vectors, where runs must be repeatable.
    pub fn seeded(seed: [u8; 32]) -> Self {
        Self::new(Box::new(move || seed))
    }

    /// Returns the stream of one context; `link` is empty where no link is meant.
    pub fn stream(&mut self, purpose: &str, link: &str, position: u64) -> EntropyStream {
        let fresh = Zeroizing::new((self.source)());
        let length = |text: &str| (text.len() as u64).to_be_bytes();
        let seed = Zeroizing::new(
            sha256(&[
                b"comity/v1/entropy",
                &*fresh,
                &length(purpose),
                purpose.as_bytes(),
                &length(link),
                link.as_bytes(),
                &position.to_be_bytes(),
            ])
            .0,
        );
        EntropyStream { rng: ChaCha20Rng::from_seed(*seed) }
    }
}

/// Random bytes of one context (ChaCha20); erased when dropped.
pub struct EntropyStream {
    rng: ChaCha20Rng,
}

impl EntropyStream {
    /// Fills the buffer.
    pub fn fill(&mut self, buffer: &mut [u8]) {
        self.rng.fill_bytes(buffer);
    }

    /// Returns 32 random bytes: a seed, a salt, a nonce.
    pub fn bytes32(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }

    /// Returns 24 random bytes: the nonce of [`crate::DataKey::seal`].
    pub fn bytes24(&mut self) -> [u8; 24] {
        let mut bytes = [0; 24];
        self.fill(&mut bytes);
        bytes
    }

    /// Returns a random (version 4) UUID.
    pub fn uuid_v4(&mut self) -> uuid::Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl TryRng for EntropyStream {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.rng.try_next_u32()
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.rng.try_next_u64()
    }
    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Infallible> {
        self.rng.try_fill_bytes(buffer)
    }
}

impl TryCryptoRng for EntropyStream {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn streams_depend_on_their_context_only() {
        let mut a = Entropy::seeded([7; 32]);
        let mut b = Entropy::seeded([7; 32]);
        let _ = a.stream("something else", "", 0).bytes32();
        assert_eq!(a.stream("salt", "x", 3).bytes32(), b.stream("salt", "x", 3).bytes32());
    }

    #[test]
    fn contexts_do_not_run_into_each_other() {
        let mut entropy = Entropy::seeded([7; 32]);
        let contexts = [("ab", "c", 0), ("a", "bc", 0), ("abc", "", 0), ("", "abc", 0), ("ab", "c", 1)];
        let drawn: BTreeSet<_> = contexts.iter().map(|(p, l, n)| entropy.stream(p, l, *n).bytes32()).collect();
        assert_eq!(drawn.len(), contexts.len());
    }

    #[test]
    fn a_fresh_source_gives_fresh_streams_and_version_4_ids() {
        let mut count = 0u8;
        let mut entropy = Entropy::new(Box::new(move || {
            count += 1;
            [count; 32]
        }));
        let (first, second) = (entropy.stream("id", "", 0).uuid_v4(), entropy.stream("id", "", 0).uuid_v4());
        assert_ne!(first, second);
        assert_eq!((first.get_version_num(), first.get_variant()), (4, uuid::Variant::RFC4122));
    }
}
