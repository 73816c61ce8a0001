//! The vectors of spec/vectors/{ledger,registry}.json are what this code gives; `COMITY_BLESS=1` writes them again.

use comity_crypto::SigningKey;
use comity_ledger::{
    ActKind, AuditEntry, Checkpoint, CompactTree, GENESIS, Registry, SignedAct, chain, consistency_proof, cosign,
    inclusion_proof, leaf_hash, sign_checkpoint,
};
use comity_vocab::{Digest, Timestamp};
use serde_json::{Value, json};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check(name: &str, vectors: &Value) {
    let path = format!("{}/../../spec/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let found = format!("{}\n", serde_json::to_string_pretty(vectors).unwrap());
    if std::env::var_os("COMITY_BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&path).unwrap(), "see COMITY_BLESS in this file");
}

#[test]
fn ledger() {
    let origin = "comity.link/0123456789abcdef/fedcba9876543210/0";
    let data: Vec<String> = (0..11).map(|n| format!("entry {n}")).collect();
    let leaves: Vec<Digest> = data.iter().map(|data| leaf_hash(data.as_bytes())).collect();
    let root = |size: usize| CompactTree::from_leaves(leaves[..size].iter().copied()).root();
    let inclusion: Vec<Value> = [(0u64, 1usize), (0, 8), (5, 7), (10, 11)]
        .iter()
        .map(|&(index, size)| json!({"index": index, "size": size, "proof": inclusion_proof(&leaves[..size], index)}))
        .collect();
    let consistency: Vec<Value> = [(0u64, 5usize), (3, 7), (4, 11), (6, 8), (11, 11)]
        .iter()
        .map(|&(old, new)| json!({"old": old, "new": new, "proof": consistency_proof(&leaves[..new], old)}))
        .collect();
    let key = SigningKey::from_seed(&[1; 32]);
    let checkpoint = Checkpoint { origin: origin.to_owned(), size: 11, root: root(11) };
    let mut prev = GENESIS;
    let audit: Vec<Value> = [None, Some("alice".parse().unwrap())]
        .into_iter()
        .zip(0u64..)
        .map(|(officer, seq)| {
            let at = Timestamp::from_unix(1_780_000_000, 0);
            let (act, subject, detail) = ("node.start".to_owned(), "node".to_owned(), "\"é\"".to_owned());
            let bytes = AuditEntry { seq, prev, at, officer, act, subject, detail }.bytes();
            prev = chain(&prev, &bytes);
            json!({"bytes": String::from_utf8(bytes).unwrap(), "digest": prev})
        })
        .collect();
    check(
        "ledger",
        &json!({
            "about": "Vectors of spec/ledger.md. Digests are hexadecimal.",
            "leaves": data.iter().zip(&leaves).map(|(data, hash)| json!({"data": data, "hash": hash})).collect::<Vec<_>>(),
            "roots": (0..=11).map(root).collect::<Vec<_>>(),
            "frontier_of_11": CompactTree::from_leaves(leaves.iter().copied()).frontier(),
            "inclusion": inclusion,
            "consistency": consistency,
            "checkpoint": {
                "seed": hex(&[1; 32]), "public": key.verifying_key(),
                "note": sign_checkpoint(&checkpoint, &key, origin).unwrap(),
            },
            "cosignature": {
                "seed": hex(&[1; 32]), "public": key.verifying_key(), "key_name": "receiver", "unix_seconds": 1_780_000_000u64,
                "note": cosign(&checkpoint, &key, "receiver", 1_780_000_000).unwrap(),
            },
            "audit": audit,
        }),
    );
}

#[test]
fn registry() {
    let key = |n: u8| SigningKey::from_seed(&[n; 32]);
    let at = Timestamp::from_unix(1_780_000_000, 0);
    let roles = |words: &str| words.split(',').map(|word| word.parse().unwrap()).collect();
    let (mut registry, mut acts) = (Registry::default(), Vec::new());
    for (step, kind, officer, words, n) in [
        (0, ActKind::Add, "carl", "custodian", 1u8),
        (1, ActKind::Add, "cora", "custodian", 2),
        (2, ActKind::Add, "alice", "analyst,releasing_officer", 3),
        (3, ActKind::NewKey, "alice", "analyst,releasing_officer", 4),
        (4, ActKind::Roles, "alice", "analyst", 4),
        (5, ActKind::Disable, "alice", "analyst", 4),
    ] {
        let public = key(n).verifying_key();
        let act = registry.next_act(kind, officer.parse().unwrap(), format!("N. {officer}"), roles(words), public, at);
        let by = if step < 2 { vec![(officer, n)] } else { vec![("carl", 1), ("cora", 2)] };
        let signatures: Vec<_> = by.iter().map(|(code, n)| (code.parse().unwrap(), act.sign(&key(*n)))).collect();
        let signed = SignedAct { bytes: act.bytes(), signatures };
        registry.apply(&signed).unwrap();
        acts.push(json!({
            "bytes": String::from_utf8(signed.bytes).unwrap(), "signatures": signed.signatures, "digest": registry.head().1,
        }));
    }
    let seeds: Vec<_> = (1..=4).map(|n| json!({"seed": hex(&[n; 32]), "public": key(n).verifying_key()})).collect();
    let about = "Vectors of spec/registry.md: the acts in order, each with its digest.";
    check("registry", &json!({"about": about, "keys": seeds, "acts": acts}));
}
