//! What kind of observable a pattern's path leads to: the one table that warning lists and decay share.
//!
//! Does not know: patterns. A path is text as a pattern writes it, such as `file:hashes.'SHA-256'`.

use comity_pattern::{Path, Range, Step};
use std::borrow::Cow;

/// A kind of observable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An IPv4 or IPv6 address or range.
    Address,
    /// A domain or host name.
    Domain,
    /// A URL.
    Url,
    /// An e-mail address.
    Email,
    /// The subject of an e-mail.
    EmailSubject,
    /// An MD5 hash of content.
    Md5,
    /// A SHA-1 hash of content.
    Sha1,
    /// A SHA-224 hash of content.
    Sha224,
    /// A SHA-256 hash of content.
    Sha256,
    /// A SHA-384 hash of content.
    Sha384,
    /// A SHA-512 hash of content.
    Sha512,
    /// An SSDEEP hash of content.
    Ssdeep,
    /// A hash of content by another algorithm.
    OtherHash,
    /// The name of a file.
    FileName,
    /// A hardware address.
    Mac,
    /// The name of a mutex.
    Mutex,
    /// A key of the Windows registry.
    RegistryKey,
    /// A port.
    Port,
    /// The number of an autonomous system.
    AutonomousSystem,
    /// The name of a program that speaks HTTP.
    UserAgent,
    /// A hash or serial number of a certificate.
    Certificate,
    /// A user account.
    Account,
    /// A command line.
    CommandLine,
    /// Anything else.
    Other,
}

/// Type, end of the path, kind. Of rows that fit the first counts; `*` is any type.
const PATHS: &[(&str, &str, Kind)] = &[
    ("ipv4-addr", "value", Kind::Address),
    ("ipv6-addr", "value", Kind::Address),
    ("domain-name", "value", Kind::Domain),
    ("url", "value", Kind::Url),
    ("email-addr", "value", Kind::Email),
    ("mac-addr", "value", Kind::Mac),
    ("email-message", "subject", Kind::EmailSubject),
    ("mutex", "name", Kind::Mutex),
    ("windows-registry-key", "key", Kind::RegistryKey),
    ("autonomous-system", "number", Kind::AutonomousSystem),
    ("x509-certificate", "serial_number", Kind::Certificate),
    ("file", "name", Kind::FileName),
    ("user-account", "user_id", Kind::Account),
    ("user-account", "account_login", Kind::Account),
    ("user-account", "display_name", Kind::Account),
    ("process", "command_line", Kind::CommandLine),
    ("*", "src_port", Kind::Port),
    ("*", "dst_port", Kind::Port),
    ("*", "User-Agent", Kind::UserAgent),
    ("*", "image_ref.name", Kind::FileName),
    ("*", "binary_ref.name", Kind::FileName),
    ("*", "content_ref.name", Kind::FileName),
];

/// Names of hash algorithms (STIX 2.1 §10.7 and names in use), without hyphens and in lower case.
const ALGORITHMS: &[(&str, Kind)] = &[
    ("md5", Kind::Md5),
    ("sha1", Kind::Sha1),
    ("sha224", Kind::Sha224),
    ("sha256", Kind::Sha256),
    ("sha384", Kind::Sha384),
    ("sha512", Kind::Sha512),
    ("ssdeep", Kind::Ssdeep),
];

impl Kind {
    /// As [`Kind::of`], of a path that was read: of most the text is not needed.
    pub fn at(path: &Path, value: &str) -> Self {
        // What is quoted in the text of a path.
        let is_plain = |key: &str| !key.contains(['\'', '\\']);
        match path.steps.as_slice() {
            [Step::Key(key)] if is_plain(key) && !key.contains("hashes") => {
                Self::of_rest(&path.object_type, key, value)
            }
            [Step::Key(hashes), Step::Key(name)]
                if hashes == "hashes" && is_plain(name) && !name.contains("hashes") =>
            {
                Self::of_hash(&path.object_type, "", name)
            }
            _ => Self::of(&path.to_string(), value),
        }
    }

    /// Returns the kind of what stands at a path; the value decides where the path alone does not (`dst_ref.value`).
    pub fn of(path: &str, value: &str) -> Self {
        let Some((object_type, rest)) = path.split_once(':') else { return Kind::Other };
        let rest = if rest.contains('\'') { Cow::Owned(rest.replace('\'', "")) } else { Cow::Borrowed(rest) };
        if let Some((before, algorithm)) = rest.rsplit_once("hashes.") {
            return Self::of_hash(object_type, before, algorithm);
        }
        Self::of_rest(object_type, &rest, value)
    }

    fn of_hash(object_type: &str, before: &str, algorithm: &str) -> Self {
        if object_type == "x509-certificate" && before.is_empty() {
            Kind::Certificate
        } else {
            Self::of_algorithm(algorithm)
        }
    }

    /// Of a path behind the type, in which there are no hashes.
    fn of_rest(object_type: &str, rest: &str, value: &str) -> Self {
        let fits = |(of, end, _): &&(&str, &str, Kind)| {
            let ends = rest.strip_suffix(end).is_some_and(|head| head.is_empty() || head.ends_with('.'));
            ends && if *of == "*" { true } else { *of == object_type && rest == *end }
        };
        if let Some((_, _, kind)) = PATHS.iter().find(fits) {
            return *kind;
        }
        // A value behind a reference: what it is shows in itself.
        if rest.contains("_ref") && rest.ends_with(".value") {
            return Self::of_value(value);
        }
        Kind::Other
    }

    fn of_algorithm(name: &str) -> Self {
        let is = |known: &str| {
            name.bytes().filter(|byte| *byte != b'-').map(|byte| byte.to_ascii_lowercase()).eq(known.bytes())
        };
        ALGORITHMS.iter().find(|(known, _)| is(known)).map_or(Kind::OtherHash, |(_, kind)| *kind)
    }

    fn of_value(value: &str) -> Self {
        match value {
            _ if Range::parse(value).is_some() => Kind::Address,
            _ if value.contains('@') => Kind::Email,
            _ if value.len() == 17 && value.bytes().filter(|b| *b == b':').count() == 5 => Kind::Mac,
            _ => Kind::Domain,
        }
    }

    /// Tells whether upper and lower case mean the same here.
    pub fn ignores_case(self) -> bool {
        use Kind as K;
        match self {
            K::Address | K::Domain | K::Email | K::Mac | K::RegistryKey | K::Certificate => true,
            K::Md5 | K::Sha1 | K::Sha224 | K::Sha256 | K::Sha384 | K::Sha512 => true,
            K::Url | K::EmailSubject | K::Ssdeep | K::OtherHash | K::FileName | K::Mutex => false,
            K::Port | K::AutonomousSystem | K::UserAgent | K::Account | K::CommandLine | K::Other => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (path, value, kind) in [
            ("ipv4-addr:value", "203.0.113.9", Kind::Address),
            ("domain-name:value", "a.example", Kind::Domain),
            ("file:hashes.MD5", "", Kind::Md5),
            ("file:hashes.'SHA-256'", "", Kind::Sha256),
            ("file:hashes.SHA256", "", Kind::Sha256),
            ("process:image_ref.hashes.'SHA-1'", "", Kind::Sha1),
            ("artifact:hashes.TLSH", "", Kind::OtherHash),
            ("x509-certificate:hashes.'SHA-256'", "", Kind::Certificate),
            ("network-traffic:dst_ref.value", "2001:db8::1", Kind::Address),
            ("network-traffic:dst_ref.value", "a.example", Kind::Domain),
            ("network-traffic:dst_port", "53", Kind::Port),
            ("email-message:from_ref.value", "a@b.example", Kind::Email),
            ("domain-name:resolves_to_refs[*].value", "203.0.113.9", Kind::Address),
            ("ipv4-addr:resolves_to_refs[*].value", "00:00:5e:00:53:01", Kind::Mac),
            ("network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'", "x", Kind::UserAgent),
            ("process:image_ref.name", "x.exe", Kind::FileName),
            ("software:name", "x", Kind::Other),
            ("nonsense", "x", Kind::Other),
        ] {
            assert_eq!(Kind::of(path, value), kind, "{path} {value}");
            if let Some(read) = Path::parse(path) {
                assert_eq!(Kind::at(&read, value), kind, "{path} {value}");
            }
        }
    }
}
