//! One way to write each value, so that two ways to write it are found as one: the table of normal forms, and what only correlation
//! knows (accounts, catalogue numbers, hashes with the names of their algorithms).
//!
//! Guarantees: what comes out, put in again, comes out the same. A value that is none of its kind is left out rather than guessed; an
//! address in the place of a name or of the other kind of address is of the kind that it is. Does not know: where a value stood.

use crate::kind::Kind;
use comity_normal::{Form, Step, host_type};
use std::borrow::Cow;

/// Returns the one way to write a value, and of which kind it is; `None` where it is no value of this kind.
pub(crate) fn normal(kind: Kind, text: &str) -> Option<(Kind, String)> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let form = match kind {
        Kind::Ipv4 | Kind::Ipv6 => Form::Address,
        Kind::Domain => Form::Domain,
        Kind::Url => Form::Url,
        Kind::Email => Form::Email,
        Kind::Mac => Form::Mac,
        // Names of mutexes differ by case (Windows objects are looked up as they are written).
        Kind::Mutex | Kind::Account => Form::Exact,
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 => algorithm_form(kind.name()),
        Kind::Hash => return text.split_once(':').and_then(|(algorithm, text)| hash(algorithm, text)),
        Kind::Serial => Form::Serial,
        Kind::RegistryKey => Form::RegistryKey,
        Kind::AutonomousSystem => Form::AutonomousSystem,
        Kind::ExternalId => return external_id(text).map(|id| (kind, id)),
        Kind::Phone => Form::Phone,
    };
    let value = form.read(text)?.into_owned();
    let kind = match host_type(kind.name(), &value) {
        Some("ipv4-addr") => Kind::Ipv4,
        Some(_) => Kind::Ipv6,
        None => kind,
    };
    Some((kind, value))
}

fn algorithm_form(name: &str) -> Form {
    Form::of("file", &[Step::Key("hashes"), Step::Key(name)])
}

/// `<catalogue>:<number>`; catalogues do not differ by case, and MITRE's matrices share their numbers.
fn external_id(text: &str) -> Option<String> {
    let (catalogue, id) = text.split_once(':')?;
    let catalogue = lower(catalogue.trim());
    let catalogue =
        if catalogue.starts_with("mitre-") && catalogue.ends_with("-attack") { "mitre-attack" } else { &*catalogue };
    let id = id.trim();
    if id.is_empty() || catalogue.is_empty() {
        return None;
    }
    let id = if matches!(catalogue, "cve" | "capec" | "cwe" | "mitre-attack") {
        id.to_ascii_uppercase()
    } else {
        id.to_owned()
    };
    Some(format!("{catalogue}:{id}"))
}

/// Accounts: `<platform>:<number>`, or `<platform>:@<login>`; platforms do not differ by case.
pub(crate) fn account(platform: Option<&str>, user_id: Option<&str>, login: Option<&str>) -> Vec<String> {
    let platform = lower(platform.unwrap_or_default().trim());
    let named = |text: Option<&str>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut accounts = Vec::new();
    // A number without a platform (root is 0 everywhere) identifies nobody.
    if !platform.is_empty() {
        accounts.extend(named(user_id).map(|id| format!("{platform}:{id}")));
        accounts.extend(named(login).map(|login| format!("{platform}:@{}", login.trim_start_matches('@'))));
    }
    accounts
}

/// The kind and the value of a hash by the name of its algorithm (STIX 2.1 §10.7, and names that are met).
pub(crate) fn hash(algorithm: &str, text: &str) -> Option<(Kind, String)> {
    let name: String = algorithm.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
    let kind = match name.as_str() {
        "md5" => Kind::Md5,
        "sha1" => Kind::Sha1,
        "sha256" => Kind::Sha256,
        "sha512" => Kind::Sha512,
        _ => {
            let form = algorithm_form(&name);
            let text = text.trim();
            let value = match form.read(text) {
                Some(value) => value,
                // An algorithm that nobody knows, or a hash cut short: it is what it is.
                None => Cow::Owned(text.to_ascii_lowercase()),
            };
            return (!text.is_empty() && !name.is_empty()).then(|| (Kind::Hash, format!("{name}:{value}")));
        }
    };
    normal(kind, text)
}

fn lower(text: &str) -> Cow<'_, str> {
    Form::Name.normal(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_way_to_write_each() {
        for (kind, text, expected) in [
            (Kind::Ipv4, "198.51.100.7", Some("198.51.100.7")),
            (Kind::Ipv4, " 198.51.100.7/32 ", Some("198.51.100.7")),
            (Kind::Ipv4, "198.51.100.7/24", Some("198.51.100.0/24")),
            (Kind::Ipv4, "198.51.100.7/33", None),
            (Kind::Ipv4, "198.051.100.7", None),
            (Kind::Ipv6, "2001:DB8:0:0::1", Some("2001:db8::1")),
            (Kind::Ipv6, "2001:db8::1/64", Some("2001:db8::/64")),
            (Kind::Ipv6, "2001:db8::1/0", Some("::/0")),
            (Kind::Domain, "WWW.Lantern.Example.", Some("www.lantern.example")),
            (Kind::Domain, "МОСТ.example", Some("xn--l1aeje.example")),
            (Kind::Domain, "a/b", None),
            (Kind::Domain, ".", None),
            (Kind::Url, "HTTP://Lantern.Example:80", Some("http://lantern.example/")),
            (Kind::Url, "https://U@Lantern.Example:443/A?B", Some("https://U@lantern.example/A?B")),
            (Kind::Url, "http://lantern.example:443/", Some("http://lantern.example:443/")),
            (Kind::Url, "mailto:A", Some("mailto:A")),
            (Kind::Email, "Clerk@Lantern.EXAMPLE", Some("Clerk@lantern.example")),
            (Kind::Email, "clerk", None),
            (Kind::Email, "@lantern.example", None),
            (Kind::Mac, "00-1B-44-11-3A-B7", Some("00:1b:44:11:3a:b7")),
            (Kind::Mac, "001b.4411.3ab7", Some("00:1b:44:11:3a:b7")),
            (Kind::Mac, "001b", None),
            (Kind::Mutex, "Global\\X", Some("Global\\X")),
            (Kind::Md5, "D41D8CD98F00B204E9800998ECF8427E", Some("d41d8cd98f00b204e9800998ecf8427e")),
            (Kind::Md5, "d41d8cd98f00b204e9800998ecf8427", None),
            (Kind::Serial, "00:A1:b2", Some("a1b2")),
            (Kind::Serial, "0", Some("0")),
            (Kind::RegistryKey, "HKLM\\Software\\X\\", Some("hkey_local_machine\\software\\x")),
            (Kind::RegistryKey, "HKLMX\\A", Some("hklmx\\a")),
            (Kind::AutonomousSystem, "AS64500", Some("64500")),
            (Kind::AutonomousSystem, "x", None),
            (Kind::ExternalId, "CVE:cve-2021-44228", Some("cve:CVE-2021-44228")),
            (Kind::ExternalId, "mitre-mobile-attack:T1404", Some("mitre-attack:T1404")),
            (Kind::ExternalId, "Vendor:a1", Some("vendor:a1")),
            (Kind::ExternalId, "cve:", None),
            (Kind::Phone, "+47 (22) 00-00-00", Some("+4722000000")),
            (Kind::Phone, "22000000", None),
            (Kind::Domain, "", None),
        ] {
            let found = normal(kind, text);
            assert_eq!(found.as_ref().map(|(_, found)| found.as_str()), expected, "{kind:?} {text}");
            if let Some((kind, found)) = found {
                assert_eq!(normal(kind, &found), Some((kind, found)), "again: {kind:?} {text}");
            }
        }
    }

    #[test]
    fn an_address_is_of_the_kind_that_it_is() {
        for (kind, text, expected, value) in [
            (Kind::Ipv6, "::ffff:198.51.100.10", Kind::Ipv4, "198.51.100.10"),
            (Kind::Ipv6, "::FFFF:C633:640A/128", Kind::Ipv4, "198.51.100.10"),
            (Kind::Ipv4, "2001:DB8::1", Kind::Ipv6, "2001:db8::1"),
            (Kind::Domain, "198.51.100.10.", Kind::Ipv4, "198.51.100.10"),
            (Kind::Domain, "2001:db8::1", Kind::Ipv6, "2001:db8::1"),
            (Kind::Domain, "lantern.example", Kind::Domain, "lantern.example"),
            (Kind::Hash, "MD5:D41D8CD98F00B204E9800998ECF84270", Kind::Md5, "d41d8cd98f00b204e9800998ecf84270"),
        ] {
            assert_eq!(normal(kind, text), Some((expected, value.to_owned())), "{kind:?} {text}");
        }
    }

    #[test]
    fn hashes_by_their_algorithm() {
        for (algorithm, text, expected) in [
            ("SHA-256", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", Some(Kind::Sha256)),
            ("SHA256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Some(Kind::Sha256)),
            ("SHA-1", "e3b0", None),
            ("SSDEEP", "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C", Some(Kind::Hash)),
            ("TLSH", "", None),
        ] {
            assert_eq!(hash(algorithm, text).map(|(kind, _)| kind), expected, "{algorithm} {text}");
        }
    }

    #[test]
    fn hashes_without_a_kind_of_their_own_keep_the_name() {
        for (algorithm, text, expected) in [
            (
                "SHA3-256",
                "A7FFC6F8BF1ED76651C14756A061D662F580FF4DE43B49FA82D80A4B80F8434B",
                "sha3256:a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434b",
            ),
            ("SSDEEP", " 3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C", "ssdeep:3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C"),
            (
                "TLSH",
                "T18ED02202EE0CA1E0C220D9C202D2B8C003C2E2A2B0280B03A0ECF0E0C2C0A0C0E0F0B0",
                "tlsh:8ed02202ee0ca1e0c220d9c202d2b8c003c2e2a2b0280b03a0ecf0e0c2c0a0c0e0f0b0",
            ),
            ("Quay-1", "AbC=", "quay1:abc="),
        ] {
            assert_eq!(hash(algorithm, text), Some((Kind::Hash, expected.to_owned())), "{algorithm} {text}");
            assert_eq!(normal(Kind::Hash, expected), Some((Kind::Hash, expected.to_owned())));
        }
    }

    #[test]
    fn accounts() {
        assert_eq!(account(Some("Quayfield"), Some("q-1"), Some("@lamp")), ["quayfield:q-1", "quayfield:@lamp"]);
        assert!(account(None, Some("0"), Some("root")).is_empty());
    }
}
