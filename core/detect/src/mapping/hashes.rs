//! Hashes whose algorithm stands in the same text, or shows in its length.
//!
//! Guarantees: what is no hash gives nothing. Does not know: of what it is the hash.

use comity_stix::json::tree::Node;
use std::borrow::Cow;

/// Names in use, without hyphens and in lower case, as STIX writes them (STIX 2.1 §10.7); `IMPHASH` is in use without being in it.
const NAMES: &[(&str, &str)] = &[
    ("md5", "MD5"),
    ("sha1", "SHA-1"),
    ("sha224", "SHA-224"),
    ("sha256", "SHA-256"),
    ("sha384", "SHA-384"),
    ("sha512", "SHA-512"),
    ("ssdeep", "SSDEEP"),
    ("tlsh", "TLSH"),
    ("imphash", "IMPHASH"),
];
/// Hexadecimal digits of a hash by algorithm. An import hash has as many as an MD5, and is not told from one.
const LENGTHS: &[(usize, &str)] =
    &[(32, "MD5"), (40, "SHA-1"), (56, "SHA-224"), (64, "SHA-256"), (96, "SHA-384"), (128, "SHA-512"), (70, "TLSH")];
/// Hashes of one text at most.
const HASHES_MAX: usize = 16;

/// Reads `MD5=…,SHA256=…` as Sysmon writes it, `sha256:…`, or a bare hash.
pub(super) fn hashes(text: &str) -> Option<Node<'_>> {
    let text = text.trim();
    let mut all: Vec<(Cow<'_, str>, Node<'_>)> = Vec::new();
    let named = |text: &str| text.split_once('=').is_some_and(|(name, _)| algorithm(name).is_some());
    if named(text) {
        for (name, hash) in text.split([',', ';', ' ', '|']).filter_map(|part| part.split_once('=')) {
            let hash = hash.trim();
            // Sysmon writes zeros where there is none.
            let none = hash.bytes().all(|byte| byte == b'0');
            if let Some(name) = algorithm(name).filter(|_| !none && all.len() < HASHES_MAX)
                && !all.iter().any(|(known, _)| known == name)
            {
                all.push((Cow::Borrowed(name), Node::String(Cow::Borrowed(hash))));
            }
        }
    } else if let Some((name, hash)) = bare(text) {
        all.push((Cow::Borrowed(name), Node::String(Cow::Borrowed(hash))));
    }
    (!all.is_empty()).then_some(Node::Object(all))
}

fn algorithm(name: &str) -> Option<&'static str> {
    let plain = |name: &str, known: &str| {
        let mut letters = name.trim().bytes().filter(|byte| !matches!(byte, b'-' | b'_'));
        known.bytes().all(|byte| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&byte)))
            && letters.next().is_none()
    };
    NAMES.iter().find(|(known, _)| plain(name, known)).map(|(_, name)| *name)
}

fn bare(text: &str) -> Option<(&'static str, &str)> {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let by_length = |hash: &str| LENGTHS.iter().find(|(length, _)| *length == hash.len()).map(|(_, name)| *name);
    if is_hex(text) {
        return by_length(text).map(|name| (name, text));
    }
    if let Some(rest) = text.strip_prefix("T1").filter(|rest| is_hex(rest) && rest.len() == 70) {
        return (!rest.is_empty()).then_some(("TLSH", text));
    }
    let (head, rest) = text.split_once(':')?;
    match algorithm(head) {
        Some(name) => (!rest.is_empty() && !rest.contains(char::is_whitespace)).then_some((name, rest)),
        // ssdeep: block size, and the hash at that and at twice that size.
        None => {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '+');
            let (one, two) = rest.split_once(':')?;
            let is_size = !head.is_empty() && head.bytes().all(|byte| byte.is_ascii_digit());
            (is_size && !one.is_empty() && one.chars().chain(two.chars()).all(fits)).then_some(("SSDEEP", text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_algorithm_shows() {
        let hex = |length: usize| "ab".repeat(length / 2);
        for (text, expect) in [
            (hex(32), format!(r#"{{"MD5":"{}"}}"#, hex(32))),
            (hex(40), format!(r#"{{"SHA-1":"{}"}}"#, hex(40))),
            (hex(64).to_uppercase(), format!(r#"{{"SHA-256":"{}"}}"#, hex(64).to_uppercase())),
            (format!(" {} ", hex(128)), format!(r#"{{"SHA-512":"{}"}}"#, hex(128))),
            (format!("T1{}", hex(70)), format!(r#"{{"TLSH":"T1{}"}}"#, hex(70))),
            ("3:AXGBic:Ax".to_owned(), r#"{"SSDEEP":"3:AXGBic:Ax"}"#.to_owned()),
            (format!("sha256:{}", hex(64)), format!(r#"{{"SHA-256":"{}"}}"#, hex(64))),
            (
                "MD5=aa,SHA256=bb,IMPHASH=00000000000000000000000000000000".to_owned(),
                r#"{"MD5":"aa","SHA-256":"bb"}"#.to_owned(),
            ),
            ("SHA1=aa".to_owned(), r#"{"SHA-1":"aa"}"#.to_owned()),
            ("sha-1=aa;sha1=bb".to_owned(), r#"{"SHA-1":"aa"}"#.to_owned()),
        ] {
            assert_eq!(hashes(&text).map(|node| node.to_json()).as_deref(), Some(expect.as_str()), "{text}");
        }
        for text in ["", "abc", "key=value", "10:20", "a:b:c", "md5:", "MD5="] {
            assert!(hashes(text).is_none(), "{text}");
        }
    }
}
