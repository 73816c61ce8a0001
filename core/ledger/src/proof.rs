//! Inclusion and consistency proofs (RFC 9162 §2.1.3 and §2.1.4, the trees of RFC 6962).
//!
//! Guarantees: exactly one proof is accepted for given sizes; a proof with a hash too many or too few is refused.
//!
//! Does not know: whether the roots are signed.

use crate::tree::{empty_root, node_hash, parted, root};
use comity_vocab::Digest;

/// Why a proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf would lie outside the tree.
    #[error("leaf {index} is not in a tree of {size}")]
    NoSuchLeaf {
        /// The position asked for.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// The later tree is smaller than the earlier one.
    #[error("a tree of {new_size} cannot extend one of {old_size}")]
    Shrunk {
        /// The number of leaves of the earlier tree.
        old_size: u64,
        /// The number of leaves of the later tree.
        new_size: u64,
    },
    /// The proof has more hashes or fewer than the sizes call for.
    #[error("the proof has {found} hashes, which is not what the sizes call for")]
    WrongLength {
        /// The number of hashes found.
        found: usize,
    },
    /// The proof leads to another root of the earlier tree.
    #[error("the proof leads to another root of the earlier tree")]
    OldRoot,
    /// The proof leads to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// Returns the proof that a leaf is in the tree over `leaves`; empty where there is no such leaf (and then refused).
pub fn inclusion_proof(leaves: &[Digest], index: u64) -> Vec<Digest> {
    let Ok(mut index) = usize::try_from(index) else { return Vec::new() };
    if index >= leaves.len() {
        return Vec::new();
    }
    let mut within = leaves;
    let mut proof = Vec::new();
    while let Some((left, right)) = parted(within) {
        if index < left.len() {
            proof.push(root(right));
            within = left;
        } else {
            proof.push(root(left));
            index -= left.len();
            within = right;
        }
    }
    proof.reverse();
    proof
}

/// Checks that `leaf` is at `index` in the tree of `size` leaves with this root.
///
/// # Errors
/// [`ProofError`].
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::WrongLength { found: proof.len() });
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // A last node without a sibling moves up until it is a right child.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::WrongLength { found: proof.len() });
    }
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Returns the proof that the tree over `leaves` extends the tree over its first `old_size`; empty where the sizes are
/// equal, `old_size` is 0, or it is larger than the tree (and then refused).
pub fn consistency_proof(leaves: &[Digest], old_size: u64) -> Vec<Digest> {
    let Ok(mut old) = usize::try_from(old_size) else { return Vec::new() };
    if old == 0 || old >= leaves.len() {
        return Vec::new();
    }
    let mut within = leaves;
    let mut proof = Vec::new();
    // While the earlier tree is a left edge of what we look at, its own root is known to the verifier.
    let mut known = true;
    while old < within.len() {
        let Some((left, right)) = parted(within) else { break };
        if old <= left.len() {
            proof.push(root(right));
            within = left;
        } else {
            proof.push(root(left));
            old -= left.len();
            within = right;
            known = false;
        }
    }
    if !known {
        proof.push(root(within));
    }
    proof.reverse();
    proof
}

/// Checks that the tree of `new_size` leaves with `new_root` extends the tree of `old_size` leaves with `old_root`.
///
/// # Errors
/// [`ProofError`]. A tree without leaves is extended by every tree, its root being the one that such a tree has.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Digest,
    new_size: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    let wrong_length = ProofError::WrongLength { found: proof.len() };
    if old_size > new_size {
        return Err(ProofError::Shrunk { old_size, new_size });
    }
    if old_size == new_size || old_size == 0 {
        if !proof.is_empty() {
            return Err(wrong_length);
        }
        if old_size == 0 && *old_root != empty_root() {
            return Err(ProofError::OldRoot);
        }
        return if old_size != new_size || old_root == new_root { Ok(()) } else { Err(ProofError::Root) };
    }
    let (mut node, mut last) = (old_size - 1, new_size - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    // A perfect earlier tree is its own starting point, and the proof leaves it out.
    let (first, rest) =
        if old_size.is_power_of_two() { (old_root, proof) } else { proof.split_first().ok_or(wrong_length)? };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(wrong_length);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(wrong_length);
    }
    match (old_hash == *old_root, new_hash == *new_root) {
        (false, _) => Err(ProofError::OldRoot),
        (true, false) => Err(ProofError::Root),
        (true, true) => Ok(()),
    }
}
