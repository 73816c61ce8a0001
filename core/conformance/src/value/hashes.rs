//! Hashes by algorithm (§2.7).

use super::form::is_dictionary_key;
use super::text;
use crate::examine::Examiner;
use crate::path::Path;
use crate::rule;
use comity_stix::json::tree::Node;

pub(super) fn check(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    let Node::Object(entries) = node else {
        return ex.found.at_clause(&rule::DICTIONARY, "§2.7", path);
    };
    if entries.is_empty() {
        ex.found.at_clause(&rule::DICTIONARY_EMPTY, "§2.7", path);
    }
    for (algorithm, value) in entries {
        let path = path.name(algorithm);
        if !is_dictionary_key(algorithm) || algorithm.len() < 3 {
            ex.found.add(&rule::HASHES_KEY, &path);
        }
        let Some(value) = text(ex, value, &path) else { continue };
        match lawful(algorithm, value) {
            Some(true) => {}
            Some(false) => ex.found.add(&rule::HASH_VALUE, &path),
            None => ex.found.add(&rule::HASH_ALGORITHM, &path),
        }
    }
}

/// Says whether a value has the form of its algorithm; `None` where the standard does not name the algorithm.
fn lawful(algorithm: &str, value: &str) -> Option<bool> {
    let digits = |count: usize| value.len() == count && value.bytes().all(|b| b.is_ascii_hexdigit());
    Some(match algorithm {
        "MD5" => digits(32),
        "SHA-1" => digits(40),
        "SHA-256" | "SHA3-256" => digits(64),
        "SHA-512" | "SHA3-512" => digits(128),
        // Block size and two parts in base64, joined by colons: at most 12, 64 and 64 characters.
        "SSDEEP" => {
            (1..=142).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"/+:.".contains(&b))
        }
        // 70 characters, since version 4 with T1 before them.
        "TLSH" => {
            matches!(value.strip_prefix("T1").unwrap_or(value).len(), 68 | 70)
                && value.bytes().all(|b| b.is_ascii_alphanumeric())
        }
        _ => return None,
    })
}
