//! `type,value,time`: which word makes which object.
//!
//! The words are types of STIX and attribute types of MISP.

use super::build::Made;
use comity_pattern::Range;
use comity_stix::json::tree::Node;
use std::borrow::Cow;

/// Word, type, property. `address` is what the value is.
const WORDS: &[(&str, &str, &[&str])] = &[
    ("ipv4-addr", "ipv4-addr", &["value"]),
    ("ipv6-addr", "ipv6-addr", &["value"]),
    ("ip", "address", &["value"]),
    ("ip-src", "address", &["value"]),
    ("ip-dst", "address", &["value"]),
    ("domain-name", "domain-name", &["value"]),
    ("domain", "domain-name", &["value"]),
    ("hostname", "domain-name", &["value"]),
    ("url", "url", &["value"]),
    ("uri", "url", &["value"]),
    ("link", "url", &["value"]),
    ("email-addr", "email-addr", &["value"]),
    ("email", "email-addr", &["value"]),
    ("email-src", "email-addr", &["value"]),
    ("email-dst", "email-addr", &["value"]),
    ("email-subject", "email-message", &["subject"]),
    ("mac-addr", "mac-addr", &["value"]),
    ("mac-address", "mac-addr", &["value"]),
    ("mutex", "mutex", &["name"]),
    ("regkey", "windows-registry-key", &["key"]),
    ("windows-registry-key", "windows-registry-key", &["key"]),
    ("filename", "file", &["name"]),
    ("file", "file", &["name"]),
    ("md5", "file", &["hashes", "MD5"]),
    ("sha1", "file", &["hashes", "SHA-1"]),
    ("sha224", "file", &["hashes", "SHA-224"]),
    ("sha256", "file", &["hashes", "SHA-256"]),
    ("sha384", "file", &["hashes", "SHA-384"]),
    ("sha512", "file", &["hashes", "SHA-512"]),
    ("sha3-256", "file", &["hashes", "SHA3-256"]),
    ("sha3-512", "file", &["hashes", "SHA3-512"]),
    ("ssdeep", "file", &["hashes", "SSDEEP"]),
    ("tlsh", "file", &["hashes", "TLSH"]),
    ("x509-fingerprint-md5", "x509-certificate", &["hashes", "MD5"]),
    ("x509-fingerprint-sha1", "x509-certificate", &["hashes", "SHA-1"]),
    ("x509-fingerprint-sha256", "x509-certificate", &["hashes", "SHA-256"]),
    ("user-account", "user-account", &["account_login"]),
    ("account", "user-account", &["account_login"]),
    ("user-id", "user-account", &["user_id"]),
    ("as", "autonomous-system", &["number"]),
    ("autonomous-system", "autonomous-system", &["number"]),
    ("process", "process", &["command_line"]),
    ("software", "software", &["name"]),
];

/// Makes the object of a line; `None` where the word is not known or the value does not fit it.
pub(crate) fn simple_object<'n>(word: &str, value: &'n str) -> Option<Made<'n>> {
    let word = word.trim().to_ascii_lowercase();
    let (_, object_type, steps) = WORDS.iter().find(|(known, ..)| *known == word)?;
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    let object_type = match (*object_type, Range::parse(value)) {
        ("address", Some(range)) if range.six => "ipv6-addr",
        ("address", Some(_)) => "ipv4-addr",
        ("address", None) => return None,
        (other, _) => other,
    };
    let written = if *object_type == *"autonomous-system" {
        let digits = value.strip_prefix("AS").or_else(|| value.strip_prefix("as")).unwrap_or(value);
        let whole = !digits.is_empty() && digits.len() <= 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !whole || (digits.len() > 1 && digits.starts_with('0')) {
            return None;
        }
        Node::Number(digits)
    } else {
        Node::String(Cow::Borrowed(value))
    };
    let inner = match steps {
        [first, second] => (Cow::Borrowed(*first), Node::Object(vec![(Cow::Borrowed(*second), written)])),
        [first, ..] => (Cow::Borrowed(*first), written),
        [] => return None,
    };
    let object = Node::Object(vec![(Cow::Borrowed("type"), Node::String(Cow::Borrowed(object_type))), inner]);
    Some((Cow::Borrowed("0"), object_type, object))
}
