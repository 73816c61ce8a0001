//! The Merkle tree of RFC 6962 §2.1 (SHA-256), and its frontier, from which a growing log gets its root.
//!
//! Does not know: what the leaves stand for.

use comity_crypto::sha256;
use comity_vocab::Digest;

/// The largest tree: more leaves than can be written, and far from overflow.
pub const LEAVES_MAX: u64 = 1 << 62;

/// Returns the hash of one leaf, `SHA-256(0x00 ‖ data)`.
pub fn leaf_hash(data: &[u8]) -> Digest {
    sha256(&[&[0], data])
}

pub(crate) fn node_hash(left: &Digest, right: &Digest) -> Digest {
    sha256(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// Returns the root of the tree without leaves, `SHA-256("")`.
pub fn empty_root() -> Digest {
    sha256(&[])
}

/// Returns the root over these leaf hashes.
pub fn root(leaves: &[Digest]) -> Digest {
    CompactTree::from_leaves(leaves.iter().copied()).root()
}

/// Parts leaves as RFC 6962 does: on the left the largest power of two that is smaller than their number.
/// None for fewer than two leaves.
pub(crate) fn parted(leaves: &[Digest]) -> Option<(&[Digest], &[Digest])> {
    let left = leaves.len().checked_sub(1)?.checked_ilog2()?;
    leaves.split_at_checked(1 << left)
}

/// A tree that remembers only the roots of its perfect subtrees: at most 62 hashes, enough to append and to get the
/// root, not enough to prove.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CompactTree {
    size: u64,
    /// The perfect subtrees from left to right, largest first; one for every 1 in `size`.
    subtrees: Vec<Digest>,
}

impl CompactTree {
    /// Makes a tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the tree over these leaf hashes.
    pub fn from_leaves(leaves: impl IntoIterator<Item = Digest>) -> Self {
        let mut tree = Self::new();
        for leaf in leaves {
            tree.append(leaf);
        }
        tree
    }

    /// Takes up a tree from its size and its [frontier](Self::frontier); none where the two do not fit together.
    pub fn resume(size: u64, frontier: Vec<Digest>) -> Option<Self> {
        let fits = size <= LEAVES_MAX && usize::try_from(size.count_ones()) == Ok(frontier.len());
        fits.then_some(Self { size, subtrees: frontier })
    }

    /// Appends a leaf hash.
    pub fn append(&mut self, leaf: Digest) {
        let mut hash = leaf;
        // Each trailing 1 of the old size is a perfect subtree as large as the one just completed.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.subtrees.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// Returns the number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the root.
    pub fn root(&self) -> Digest {
        let mut from_right = self.subtrees.iter().rev();
        match from_right.next() {
            None => empty_root(),
            Some(last) => from_right.fold(*last, |right, left| node_hash(left, &right)),
        }
    }

    /// Returns the roots of the perfect subtrees, largest first: with the size, all there is to store.
    pub fn frontier(&self) -> &[Digest] {
        &self.subtrees
    }
}
