//! ISSUBSET and ISSUPERSET: addresses and CIDR ranges by their prefixes.
//!
//! Guarantees: what contains an address is found by one look-up for each prefix length that is asked for; what lies in a range
//! is found by one walk over exactly that. A trie that compresses its paths was measured beside it and is slower where ranges
//! are many: each of its steps waits for memory, while look-ups of different lengths do not wait for each other.

use super::exact::LeafId;
use super::hash::Keyed;
use crate::address::{Range, mask};
use std::collections::{BTreeMap, HashMap};

/// Leaves by the bits of their prefixes, all of one length.
type OfLength = HashMap<u128, Vec<LeafId>, Keyed>;

/// Ranges of one family.
#[derive(Default)]
struct Family {
    /// By prefix length: how many, and by the bits of the prefix the leaves.
    subset: BTreeMap<u8, OfLength>,
    /// By first address and prefix length.
    superset: BTreeMap<(u128, u8), Vec<LeafId>>,
}

/// The index of one path.
#[derive(Default)]
pub struct Ranges {
    key: Keyed,
    four: Family,
    six: Family,
}

fn without(leaves: &mut Vec<LeafId>, leaf: LeafId) -> bool {
    if let Some(place) = leaves.iter().position(|it| *it == leaf) {
        leaves.swap_remove(place);
    }
    leaves.is_empty()
}

impl Ranges {
    /// Makes an empty index with the key of the hash.
    pub fn new(key: u64) -> Self {
        Self { key: Keyed(key), ..Self::default() }
    }

    fn family(&mut self, six: bool) -> &mut Family {
        if six { &mut self.six } else { &mut self.four }
    }

    /// Adds a leaf that asks for values inside of a range.
    pub fn add_subset(&mut self, range: Range, leaf: LeafId) {
        let key = self.key;
        let of_length = self.family(range.six).subset.entry(range.prefix);
        of_length.or_insert_with(|| HashMap::with_hasher(key)).entry(range.bits).or_default().push(leaf);
    }

    /// Adds a leaf that asks for values around a range.
    pub fn add_superset(&mut self, range: Range, leaf: LeafId) {
        let family = self.family(range.six);
        family.superset.entry((range.bits, range.prefix)).or_default().push(leaf);
    }

    /// Takes back what a leaf asked for.
    pub fn remove_subset(&mut self, range: Range, leaf: LeafId) {
        let family = self.family(range.six);
        let Some(of_length) = family.subset.get_mut(&range.prefix) else { return };
        if of_length.get_mut(&range.bits).is_some_and(|leaves| without(leaves, leaf)) {
            of_length.remove(&range.bits);
            if of_length.is_empty() {
                family.subset.remove(&range.prefix);
            }
        }
    }

    /// Takes back what a leaf asked for.
    pub fn remove_superset(&mut self, range: Range, leaf: LeafId) {
        let family = self.family(range.six);
        if family.superset.get_mut(&(range.bits, range.prefix)).is_some_and(|leaves| without(leaves, leaf)) {
            family.superset.remove(&(range.bits, range.prefix));
        }
    }

    /// Tells whether any leaf asks for ranges at all.
    pub fn is_empty(&self) -> bool {
        [&self.four, &self.six].iter().all(|family| family.subset.is_empty() && family.superset.is_empty())
    }

    /// Calls `hit` with every leaf that asks for this value.
    pub fn look_up(&self, value: Range, hit: &mut impl FnMut(LeafId)) {
        let family = if value.six { &self.six } else { &self.four };
        for (length, of_length) in family.subset.range(..=value.prefix) {
            of_length.get(&(value.bits & mask(*length))).into_iter().flatten().for_each(|leaf| hit(*leaf));
        }
        let last = value.bits | !mask(value.prefix);
        for ((_, prefix), leaves) in family.superset.range((value.bits, 0)..=(last, u8::MAX)) {
            if *prefix >= value.prefix {
                leaves.iter().for_each(|leaf| hit(*leaf));
            }
        }
    }
}
