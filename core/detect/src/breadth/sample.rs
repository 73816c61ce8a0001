//! What LIKE and MATCHES cover, found by asking them about samples: values of one kind that have nothing else in common.
//!
//! Guarantees: what holds of all samples of a kind holds of nearly everything of it; an expression that asks for one thing fails at the
//! first sample. Does not know: how an expression is built, which could be written in endless ways.

use super::suffix::is_public_suffix;
use super::{Broad, BroadKind, addresses};
use crate::kind::Kind;
use comity_pattern::{Path, SafeRegex};

const FOUR: &[&str] = &["1.9.44.7", "23.108.5.200", "61.7.130.99", "91.4.2.250", "185.220.101.34", "203.0.113.66"];
const SIX: &[&str] = &["2001:db8::1", "2a00:1450:4001:81b::200e", "2606:4700::1111", "240e:0:1::9"];
const NAMES: &[&str] =
    &["qzx7.example", "a.io", "mail.kolibri-9.de", "xn--80ak6aa92e.com", "www.b2c.co.uk", "srv01.intern"];
const SECURE_URLS: &[&str] = &[
    "https://qzx7.example/",
    "https://mail.kolibri-9.de:8443/a?b=c",
    "https://a.io/AbC_9.html",
    "https://203.0.113.9/k",
];
const PLAIN_URLS: &[&str] =
    &["http://qzx7.example/", "http://mail.kolibri-9.de:8443/a?b=c", "http://a.io/AbC_9.html", "http://203.0.113.9/k"];
const MAIL: &[&str] = &["qz@qzx7.example", "a.b+c@mail.kolibri-9.de", "info@a.io", "x_1@203-0.example"];
const FILES: &[&str] = &["qzx7.exe", "a", "bericht 2024.docx", "lib_b3.so.6", "setup-1.0.tar.gz"];
const TEXTS: &[&str] =
    &["qzx7 w", "a", "0", "c:\\users\\b\\k.exe -r \"x y\"", "/usr/bin/env k", "mozilla/5.0 (x11)", "zug um zug; ö"];
const DIGITS: [&str; 3] = ["9c4f07ab", "e1d25380b6", "71a3f"];

/// The largest top-level domains, for expressions; LIKE is read to its end instead.
const TOP: &[&str] =
    &["com", "net", "org", "info", "biz", "ru", "cn", "de", "uk", "nl", "fr", "br", "eu", "top", "xyz", "io"];
/// Ends of the names of files that everybody has.
const ENDS: &[&str] = &[
    "exe", "dll", "sys", "msi", "bat", "cmd", "ps1", "vbs", "js", "jar", "py", "sh", "so", "lnk", "tmp", "log", "txt",
    "xml", "json", "html", "htm", "pdf", "doc", "docx", "docm", "xls", "xlsx", "xlsm", "ppt", "pptx", "rtf", "zip",
    "rar", "7z", "gz", "iso", "jpg", "png", "gif",
];

/// What LIKE covers.
pub(super) fn like(path: &Path, written: &str) -> Option<Broad> {
    let lower = written.trim().to_lowercase();
    if let Some(broad) = addresses::like(path, &lower) {
        return Some(broad);
    }
    // What ends in a suffix and says nothing before it.
    if let Some(rest) = lower.strip_prefix('%') {
        let rest = rest.trim_start_matches(['%', '_', '.']);
        let kind = Kind::of(&path.to_string(), "a.example");
        if matches!(kind, Kind::Domain | Kind::Email) && !rest.contains(['%', '_', '@']) && is_public_suffix(rest) {
            return Some(public_suffix());
        }
    }
    let pattern: Vec<char> = lower.chars().collect();
    asked(path, &|sample| glob(&pattern, sample))
}

/// What MATCHES covers; nothing where it is outside of the subset that is evaluated.
pub(super) fn matches(path: &Path, written: &str) -> Option<Broad> {
    let expression = SafeRegex::parse(written).ok()?;
    let holds = |sample: &str| expression.is_match(sample);
    asked(path, &holds).or_else(|| addresses::matches(path, written, &holds))
}

fn public_suffix() -> Broad {
    Broad::new(BroadKind::PublicSuffix, "all names under one that is open to everybody")
}

/// Asks about every group of samples that may stand at the path.
fn asked(path: &Path, holds: &dyn Fn(&str) -> bool) -> Option<Broad> {
    let written = path.to_string();
    let every = |samples: &[&str]| samples.iter().all(|sample| holds(sample));
    // Behind a reference the value decides what it is, so each form is asked about.
    let behind = written.contains("_ref") && written.ends_with(".value");
    let at = |sample: &str, kind: Kind| Kind::of(&written, sample) == kind;
    let addresses = at("203.0.113.9", Kind::Address);
    if addresses && (written.starts_with("ipv4-addr") || behind) && every(FOUR) {
        return Some(Broad::everything("every IPv4 address"));
    }
    if addresses && (written.starts_with("ipv6-addr") || behind) && every(SIX) {
        return Some(Broad::everything("every IPv6 address"));
    }
    if addresses && !behind {
        return None;
    }
    let names = at("a.example", Kind::Domain);
    if names && every(NAMES) {
        return Some(Broad::everything("every name"));
    }
    let mail = at("a@b.example", Kind::Email);
    if mail && every(MAIL) {
        return Some(Broad::everything("every e-mail address"));
    }
    let urls = at("http://a.example/", Kind::Url);
    if urls && (every(SECURE_URLS) || every(PLAIN_URLS)) {
        return Some(Broad::everything("every URL of a scheme"));
    }
    if names || mail || urls {
        let below = |top: &&&str| {
            let samples = match (urls, mail && !behind) {
                (true, _) => {
                    [format!("http://qzx7w.{top}/"), format!("http://mail.bkv3.{top}/x"), format!("http://9.{top}/k?v")]
                }
                (_, true) => [format!("qz@qzx7w.{top}"), format!("a.b@mail.bkv3.{top}"), format!("info@9.{top}")],
                _ => [format!("qzx7w.{top}"), format!("mail.bkv3.{top}"), format!("9.{top}")],
            };
            samples.iter().all(|sample| holds(sample))
        };
        return TOP.iter().find(below).map(|_| public_suffix());
    }
    let kind = Kind::of(&written, "a");
    if let Some(length) = digest_length(kind) {
        let digest = |digits: &&str| digits.chars().cycle().take(length).collect::<String>();
        let all = DIGITS.iter().all(|digits| holds(&digest(digits)));
        return all.then(|| Broad::everything("every digest"));
    }
    if kind == Kind::FileName {
        if every(FILES) {
            return Some(Broad::everything("every name of a file"));
        }
        let ending = |end: &&&str| {
            [format!("qzx7w.{end}"), format!("mail 3.bkv.{end}"), format!("a-1.{end}")]
                .iter()
                .all(|sample| holds(sample))
        };
        let broad = || Broad::new(BroadKind::UsualFiles, "every file of a usual form");
        return ENDS.iter().find(ending).map(|_| broad());
    }
    every(TEXTS).then(|| Broad::everything("every text"))
}

/// The hexadecimal digits of a digest.
fn digest_length(kind: Kind) -> Option<usize> {
    Some(match kind {
        Kind::Md5 => 32,
        Kind::Sha1 => 40,
        Kind::Sha224 => 56,
        Kind::Sha256 => 64,
        Kind::Sha384 => 96,
        Kind::Sha512 => 128,
        _ => return None,
    })
}

/// Whether LIKE holds: `%` stands for any characters, `_` for one.
fn glob(pattern: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut seen) = (0, 0);
    // Where the last `%` stands, and how much of the text it has taken.
    let mut back: Option<(usize, usize)> = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some('%') => {
                back = Some((at, seen));
                at += 1;
            }
            Some(one) if *one == '_' || Some(one) == text.get(seen) => {
                at += 1;
                seen += 1;
            }
            _ => match back {
                Some((star, taken)) => {
                    back = Some((star, taken + 1));
                    at = star + 1;
                    seen = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|one| *one == '%')
}
