//! What values hold: empty lists, U+0000, dictionary keys, hashes, URLs, payloads.

use super::Node;
use super::rules::{Found, pointer, step, step_into};

/// Dictionaries of STIX, whose keys are not property names (§2.3).
const DICTIONARIES: [&str; 8] = [
    "extensions",
    "hashes",
    "ipfix",
    "environment_variables",
    "exif_tags",
    "document_info_dict",
    "request_header",
    "contents",
];

pub(super) fn examine(node: &Node<'_>, found: &mut Found) {
    walk(node, &mut String::new(), found);
    let references = node.property("external_references").map(Node::items).unwrap_or_default();
    for (index, reference) in references.iter().enumerate() {
        if let Some(url) = reference.property("url").and_then(Node::text)
            && url.trim() != url
        {
            found.add("url-blank", format!("/external_references/{index}/url"));
        }
    }
    if node.property("type").and_then(Node::text) == Some("artifact") {
        artifact(node, found);
    }
}

/// The scanner limits the depth of this recursion.
fn walk(node: &Node<'_>, path: &mut String, found: &mut Found) {
    let length = path.len();
    match node {
        Node::String(text) => {
            if text.contains('\0') {
                found.add("nul-in-string", path.clone());
            }
        }
        Node::Array(items) => {
            if items.is_empty() {
                found.add("list-empty", path.clone());
            }
            for (index, item) in items.iter().enumerate() {
                if matches!(item, Node::String(_) | Node::Array(_) | Node::Object(_)) {
                    step_into(path, index);
                    walk(item, path, found);
                    path.truncate(length);
                }
            }
        }
        Node::Object(properties) => {
            for (name, value) in properties {
                step(path, name);
                if name.contains('\0') {
                    found.add("nul-in-string", path.clone());
                }
                if DICTIONARIES.contains(&name.as_ref()) {
                    dictionary(value, path, found);
                }
                if name == "hashes" {
                    hashes(value, path, found);
                }
                walk(value, path, found);
                path.truncate(length);
            }
        }
        Node::Null | Node::Bool(_) | Node::Number(_) => {}
    }
}

fn dictionary(node: &Node<'_>, path: &str, found: &mut Found) {
    for (key, _) in node.properties() {
        let lawful = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !lawful {
            found.add("dictionary-key", pointer(path, key));
        }
    }
}

/// Hexadecimal digits of each algorithm of the open vocabulary (§10.7); 0 where the text is not a plain digest.
fn digest_digits(algorithm: &str) -> Option<usize> {
    Some(match algorithm {
        "MD5" => 32,
        "SHA-1" => 40,
        "SHA-256" | "SHA3-256" => 64,
        "SHA-512" | "SHA3-512" => 128,
        "SSDEEP" | "TLSH" => 0,
        _ => return None,
    })
}

fn hashes(node: &Node<'_>, path: &str, found: &mut Found) {
    for (algorithm, value) in node.properties() {
        match (digest_digits(algorithm), value.text()) {
            (None, _) => found.add("hash-algorithm-unknown", pointer(path, algorithm)),
            (Some(0), Some(_)) => {}
            (Some(digits), Some(text)) if text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit()) => {}
            (Some(_), _) => found.add("hash-length", pointer(path, algorithm)),
        }
    }
}

fn artifact(node: &Node<'_>, found: &mut Found) {
    let Some(payload) = node.property("payload_bin") else { return };
    if node.property("url").is_some() {
        found.add("payload-and-url", "/url");
    }
    use base64::Engine;
    let bytes = payload.text().and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok());
    let Some(bytes) = bytes else {
        return found.add("payload-not-base64", "/payload_bin");
    };
    if hash_differs(node, &bytes) {
        found.add("payload-hash-mismatch", "/hashes/SHA-256");
    }
}

/// Says whether the payload of an artifact is base64 and has another SHA-256 than `hashes` states.
pub fn payload_hash_differs(node: &Node<'_>) -> bool {
    use base64::Engine;
    let payload = node.property("payload_bin").and_then(Node::text).unwrap_or_default();
    base64::engine::general_purpose::STANDARD.decode(payload).is_ok_and(|bytes| hash_differs(node, &bytes))
}

fn hash_differs(node: &Node<'_>, bytes: &[u8]) -> bool {
    use sha2::Digest;
    let stated = node.property("hashes").and_then(|hashes| hashes.property("SHA-256")).and_then(Node::text);
    stated.is_some_and(|stated| {
        let real: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        !stated.eq_ignore_ascii_case(&real)
    })
}
