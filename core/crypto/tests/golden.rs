//! The vectors of spec/vectors/signatures.json are what this code gives; `COMITY_BLESS=1` writes them again.

use comity_crypto::passkey::challenge;
use comity_crypto::{DataKey, Entropy, Purpose, SealingKey, SigningKey, commitment, fingerprint_words, sha256};
use serde_json::{Value, json};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn vectors() -> Value {
    let seed = [1u8; 32];
    let key = SigningKey::from_seed(&seed);
    let public = key.verifying_key();
    let message = b"a message";
    let tagged: Vec<Value> = Purpose::ALL
        .iter()
        .map(|purpose| {
            let signature = key.sign(*purpose, message);
            json!({"tag": purpose.tag(), "message": hex(message), "signature": signature.to_string()})
        })
        .collect();
    let origin = "comity.link/0123456789abcdef/fedcba9876543210/0";
    let body = format!("{origin}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    let mut entropy = Entropy::seeded([2; 32]);
    let sealing = SealingKey::from_seed(&[3; 32]);
    let sealed = sealing.public().seal(&mut entropy.stream("envelope", origin, 7), b"header", b"content").unwrap();
    let wrapping = DataKey::from_passphrase(b"correct horse", &[4; 16]).unwrap();
    json!({
        "about": "Vectors of spec/signatures.md. Bytes are hexadecimal, keys and signatures base64.",
        "key": {"seed": hex(&seed), "public": public.to_string(), "digest": public.digest().to_string()},
        "tagged": tagged,
        "note": {"key_name": origin, "body": body, "line": key.sign_checkpoint(origin, &body).unwrap()},
        "cosignature": {
            "key_name": "vsis.example/node", "unix_seconds": 1_780_000_000u64, "body": body,
            "line": key.cosign("vsis.example/node", 1_780_000_000, &body).unwrap(),
        },
        "commitment": {
            "salt": hex(&[5; 32]), "payload": hex(b"payload"), "digest": commitment(&[5; 32], b"payload").to_string(),
        },
        "entropy": {
            "fresh": hex(&[2; 32]), "purpose": "envelope", "link": origin, "position": 7,
            "first_32_bytes": hex(&entropy.stream("envelope", origin, 7).bytes32()),
        },
        "sealing": {
            "seed": hex(&[3; 32]), "public_sha256": sha256(&[&sealing.public().to_bytes()]).to_string(),
            "aad": hex(b"header"), "plain": hex(b"content"), "stream": "entropy", "sealed": hex(&sealed),
        },
        "wrapping": {
            "passphrase": "correct horse", "salt": hex(&[4; 16]), "role": "node.key", "nonce": hex(&[6; 24]),
            "plain": hex(b"seed"), "sealed": hex(&wrapping.seal("node.key", [6; 24], b"seed")),
        },
        "passkey_challenge": {
            "tag": Purpose::Approval.tag(), "nonce": hex(&[9; 32]), "message": hex(message),
            "challenge": hex(&challenge(Purpose::Approval, &[9; 32], message)),
        },
        "fingerprint": {
            "a": public.to_string(), "b": SigningKey::from_seed(&[8; 32]).verifying_key().to_string(),
            "words": fingerprint_words(&public, &SigningKey::from_seed(&[8; 32]).verifying_key()),
        },
    })
}

#[test]
fn vectors_are_as_written() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/signatures.json");
    let found = format!("{}\n", serde_json::to_string_pretty(&vectors()).unwrap());
    if std::env::var_os("COMITY_BLESS").is_some() {
        std::fs::write(path, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(path).unwrap(), "see COMITY_BLESS in this file");
}

#[test]
fn the_sealed_vector_opens() {
    let vectors = vectors();
    let sealed = vectors["sealing"]["sealed"].as_str().unwrap();
    let sealed: Vec<u8> =
        (0..sealed.len()).step_by(2).map(|i| u8::from_str_radix(&sealed[i..i + 2], 16).unwrap()).collect();
    assert_eq!(SealingKey::from_seed(&[3; 32]).open(b"header", &sealed).unwrap().as_slice(), b"content");
}
