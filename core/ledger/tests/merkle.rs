//! The tree and its proofs: against the definition of RFC 6962, laws, and the cases of transparency-dev/merkle.

use base64::Engine as _;
use comity_ledger::{
    CompactTree, LEAVES_MAX, ProofError, consistency_proof, empty_root, inclusion_proof, leaf_hash, root,
    verify_consistency, verify_inclusion,
};
use comity_vocab::Digest;
use proptest::prelude::*;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// MTH of RFC 6962 §2.1, word for word.
fn defined_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => comity_crypto::sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let k = (leaves.len() - 1).next_power_of_two().max(1);
            let k = if k >= leaves.len() { k / 2 } else { k };
            let (left, right) = (defined_root(&leaves[..k]), defined_root(&leaves[k..]));
            comity_crypto::sha256(&[&[1], left.as_bytes(), right.as_bytes()])
        }
    }
}

#[test]
fn known_roots() {
    // The eight leaves of the Certificate Transparency test suite.
    let data: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    let leaves: Vec<_> = data.iter().map(|data| leaf_hash(data)).collect();
    for (size, expect) in [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ] {
        assert_eq!(root(&leaves[..size]).to_string(), expect, "{size}");
    }
}

#[test]
fn every_two_sizes_up_to_128_are_consistent_and_every_leaf_is_included() {
    let leaves = leaves(128);
    let roots: Vec<_> = (0..=128).map(|size| defined_root(&leaves[..size])).collect();
    let mut tree = CompactTree::new();
    for size in 0..=128u64 {
        assert_eq!(tree.root(), roots[size as usize], "{size}");
        assert_eq!(tree.size(), size);
        assert_eq!(CompactTree::resume(size, tree.frontier().to_vec()).as_ref(), Some(&tree));
        let now = &leaves[..size as usize];
        for old in 0..=size {
            let proof = consistency_proof(now, old);
            let verified = verify_consistency(old, &roots[old as usize], size, &roots[size as usize], &proof);
            assert_eq!(verified, Ok(()), "{old} to {size}");
        }
        for index in 0..size {
            let proof = inclusion_proof(now, index);
            let verified = verify_inclusion(&now[index as usize], index, size, &proof, &roots[size as usize]);
            assert_eq!(verified, Ok(()), "{index} in {size}");
        }
        if let Some(leaf) = leaves.get(size as usize) {
            tree.append(*leaf);
        }
    }
}

#[test]
fn sizes_at_the_edge_of_u64_are_refused_and_do_not_overflow() {
    let digest = leaf_hash(b"x");
    for proof in [vec![], vec![digest; 1], vec![digest; 63], vec![digest; 64], vec![digest; 200]] {
        for (a, b) in [(0, u64::MAX), (1, u64::MAX), (u64::MAX - 1, u64::MAX), (1 << 63, u64::MAX), (u64::MAX, 1)] {
            assert!(verify_inclusion(&digest, a, b, &proof, &digest).is_err(), "{a} in {b}");
            assert!(verify_consistency(a, &digest, b, &digest, &proof).is_err(), "{a} to {b}");
        }
        assert!(verify_inclusion(&digest, u64::MAX, u64::MAX, &proof, &digest).is_err());
        assert!(verify_inclusion(&digest, 0, 0, &proof, &digest).is_err());
    }
    assert_eq!(verify_consistency(5, &digest, 4, &digest, &[]), Err(ProofError::Shrunk { old_size: 5, new_size: 4 }));
    assert!(verify_consistency(u64::MAX, &digest, u64::MAX, &digest, &[]).is_ok());
    assert!(inclusion_proof(&leaves(3), 3).is_empty() && inclusion_proof(&leaves(3), u64::MAX).is_empty());
    assert!(consistency_proof(&leaves(3), u64::MAX).is_empty());
}

#[test]
fn a_tree_without_leaves_is_extended_by_every_tree_but_has_one_root_and_no_proof() {
    let (leaf, empty) = (leaf_hash(b"x"), empty_root());
    for (old_root, size, new_root, proof, expect) in [
        (empty, 0, empty, vec![], Ok(())),
        (empty, 1, leaf, vec![], Ok(())),
        (empty, 0, leaf, vec![], Err(ProofError::Root)),
        (leaf, 0, leaf, vec![], Err(ProofError::OldRoot)),
        (leaf, 1, leaf, vec![], Err(ProofError::OldRoot)),
        (empty, 1, leaf, vec![empty], Err(ProofError::WrongLength { found: 1 })),
        (empty, 0, empty, vec![empty], Err(ProofError::WrongLength { found: 1 })),
    ] {
        assert_eq!(verify_consistency(0, &old_root, size, &new_root, &proof), expect, "{old_root} {size} {new_root}");
    }
}

#[test]
fn a_frontier_that_does_not_fit_its_size_is_refused() {
    let digest = leaf_hash(b"x");
    for (size, hashes, fits) in [(0, 0, true), (3, 2, true), (3, 1, false), (4, 2, false), (0, 1, false)] {
        assert_eq!(CompactTree::resume(size, vec![digest; hashes]).is_some(), fits, "{size} with {hashes}");
    }
    assert!(CompactTree::resume(LEAVES_MAX, vec![digest]).is_some());
    assert!(CompactTree::resume(LEAVES_MAX + 1, vec![digest; 2]).is_none());
}

proptest! {
    #[test]
    fn appending_extends(old in 0u64..300, more in 0u64..300) {
        let leaves = leaves(old + more);
        let mut tree = CompactTree::from_leaves(leaves[..old as usize].iter().copied());
        let old_root = tree.root();
        for leaf in &leaves[old as usize..] {
            tree.append(*leaf);
        }
        prop_assert_eq!(tree.root(), defined_root(&leaves));
        let proof = consistency_proof(&leaves, old);
        prop_assert_eq!(verify_consistency(old, &old_root, old + more, &tree.root(), &proof), Ok(()));
    }

    #[test]
    fn a_changed_proof_is_refused(size in 2u64..200, at: prop::sample::Index, bit in 0usize..256, change in 0u8..4) {
        let leaves = leaves(size);
        let (index, old) = (at.index(size as usize) as u64, at.index(size as usize - 1) as u64 + 1);
        let (now, then) = (root(&leaves), root(&leaves[..old as usize]));
        let changed = |mut proof: Vec<Digest>| {
            let place = at.index(proof.len().max(1));
            match change {
                0 if !proof.is_empty() => proof[place].0[bit / 8] ^= 1 << (bit % 8),
                1 if !proof.is_empty() => { proof.remove(place); }
                2 => proof.insert(place, Digest([0; 32])),
                _ => proof.push(now),
            }
            proof
        };
        let inclusion = changed(inclusion_proof(&leaves, index));
        prop_assert!(verify_inclusion(&leaves[index as usize], index, size, &inclusion, &now).is_err());
        let consistency = changed(consistency_proof(&leaves, old));
        prop_assert!(verify_consistency(old, &then, size, &now, &consistency).is_err());
    }

    #[test]
    fn another_place_or_size_is_refused(size in 2u64..200, a: prop::sample::Index, b: prop::sample::Index) {
        let leaves = leaves(size);
        let (index, other) = (a.index(size as usize) as u64, b.index(size as usize) as u64);
        prop_assume!(index != other);
        let (proof, now) = (inclusion_proof(&leaves, index), root(&leaves));
        prop_assert!(verify_inclusion(&leaves[index as usize], other, size, &proof, &now).is_err());
        prop_assert!(verify_consistency(other, &empty_root(), size, &now, &proof).is_err() || other == 0);
    }
}

fn data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("COMITY_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    let path = root.join(path);
    if !path.exists() {
        println!("not checked: {} is absent", path.display());
    }
    path.exists().then_some(path)
}

/// Reads a hash. Some cases have words in a root's place ("don't care 1"): those are hashed, equal words staying equal.
fn digest(value: &Value) -> Option<Digest> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(value.as_str()?).ok()?;
    match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(hash) => Some(Digest(hash)),
        Err(_) => (!bytes.is_empty()).then(|| comity_crypto::sha256(&[b"words", &bytes])),
    }
}

fn digests(value: &Value) -> Option<Vec<Digest>> {
    value.as_array().map_or(Some(Vec::new()), |list| list.iter().map(digest).collect())
}

/// Says whether the case is accepted; none where it asks for what a link never does.
fn accepted(kind: &str, case: &Value) -> Option<bool> {
    let number = |name: &str| case[name].as_u64();
    let Some(proof) = digests(&case["proof"]) else { return Some(false) };
    let hashes = (digest(&case["root"]), digest(&case["leafHash"]), digest(&case["root1"]), digest(&case["root2"]));
    let (start, end) = (number("start"), number("end"));
    Some(match (kind, hashes) {
        ("inclusion", (Some(root), Some(leaf), ..)) => {
            verify_inclusion(&leaf, number("leafIdx")?, number("treeSize")?, &proof, &root).is_ok()
        }
        // Upstream refuses every question about the tree without leaves as useless. Here a link begins with it, so the
        // answer is yes to its one true root, and no to any other (checked against that below).
        ("consistency", (.., Some(old), Some(_))) if number("size1")? == 0 && old == empty_root() => return None,
        ("consistency", (.., Some(old), Some(new))) => {
            verify_consistency(number("size1")?, &old, number("size2")?, &new, &proof).is_ok()
        }
        // A leaf in a subtree is a leaf in a tree of the subtree's size, where the subtree is a lawful one.
        ("subtreeinclusion", (Some(root), Some(leaf), ..)) => {
            let (start, end, index) = (start?, end?, number("leafIdx")?);
            let width = end.saturating_sub(start).checked_next_power_of_two();
            let lawful = start < end && index >= start && width.map_or(start == 0, |width| start % width == 0);
            lawful && verify_inclusion(&leaf, index - start, end - start, &proof, &root).is_ok()
        }
        // A subtree from the first leaf on is an earlier tree; others are not what a link proves.
        ("subtreeconsistency", (.., Some(old), Some(new))) if start? == 0 && end? != 0 => {
            verify_consistency(end?, &old, number("size")?, &new, &proof).is_ok()
        }
        ("subtreeconsistency", (.., Some(_), Some(_))) => return None,
        _ => false,
    })
}

#[test]
fn the_collected_cases() {
    let Some(path) = data("cases/merkle_proofs.json") else { return };
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (mut checked, mut left_out) = (0, 0);
    for (kind, cases) in cases["cases"].as_object().unwrap() {
        for case in cases.as_array().unwrap() {
            match accepted(kind, case) {
                Some(good) => {
                    assert_eq!(good, !case["wantErr"].as_bool().unwrap(), "{}", case["name"]);
                    checked += 1;
                }
                None => left_out += 1,
            }
        }
    }
    println!("{checked} cases checked, {left_out} of subtrees and of trees without leaves left out");
    assert_eq!(checked + left_out, 301);
}

#[test]
fn the_vectors_of_transparency_dev() {
    let Some(path) = data("vectors/merkle") else { return };
    let mut checked = 0;
    for kind in ["inclusion", "consistency", "subtreeinclusion"] {
        for file in files(&path.join(kind)) {
            let case: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            let refused = case["wantErr"].as_bool().unwrap_or(false);
            if let Some(good) = accepted(kind, &case) {
                assert_eq!(good, !refused, "{}", file.display());
                checked += 1;
            }
        }
    }
    println!("{checked} vectors checked");
    assert!(checked > 100);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
