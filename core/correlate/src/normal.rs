//! One way to write each value, so that two ways to write it are found as one.
//!
//! Guarantees: what comes out, put in again, comes out the same. A value that is none of its kind is left out rather than guessed.
//! Does not know: where a value stood.

use crate::kind::Kind;
use std::net::IpAddr;
use unicode_normalization::UnicodeNormalization;

/// Returns the one way to write a value; `None` where it is no value of this kind.
pub(crate) fn normal(kind: Kind, text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    match kind {
        Kind::Ipv4 | Kind::Ipv6 => address(kind, text),
        Kind::Domain => domain(text),
        Kind::Url => Some(url(text)),
        Kind::Email => email(text),
        Kind::Mac => mac(text),
        // Names of mutexes differ by case (Windows objects are looked up as they are written).
        Kind::Mutex => Some(text.to_owned()),
        Kind::Account => Some(text.to_owned()),
        Kind::Md5 => digits(text, 32),
        Kind::Sha1 => digits(text, 40),
        Kind::Sha256 => digits(text, 64),
        Kind::Sha512 => digits(text, 128),
        Kind::Hash => text.split_once(':').filter(|(_, hash)| !hash.is_empty()).map(|_| text.to_owned()),
        Kind::Serial => serial(text),
        Kind::RegistryKey => Some(registry_key(text)),
        Kind::AutonomousSystem => {
            let digits = text.strip_prefix("AS").or_else(|| text.strip_prefix("as")).unwrap_or(text);
            digits.parse::<u32>().ok().map(|number| number.to_string())
        }
        Kind::ExternalId => external_id(text),
        Kind::Phone => phone(text),
    }
}

/// RFC 5952 for IPv6; bits behind the prefix do not count, a whole address needs no prefix (STIX 2.1 §6.7).
fn address(kind: Kind, text: &str) -> Option<String> {
    let (address, width) = text.split_once('/').map_or((text, None), |(address, width)| (address, Some(width)));
    let address: IpAddr = address.parse().ok()?;
    let whole = match (address, kind) {
        (IpAddr::V4(_), Kind::Ipv4) => 32,
        (IpAddr::V6(_), Kind::Ipv6) => 128,
        _ => return None,
    };
    let width: u8 = width.map_or(Some(whole), |width| width.parse().ok()).filter(|width| *width <= whole)?;
    if width == whole {
        return Some(address.to_string());
    }
    let first = match address {
        IpAddr::V4(four) => {
            IpAddr::V4((four.to_bits() & u32::MAX.checked_shl(32 - u32::from(width)).unwrap_or(0)).into())
        }
        IpAddr::V6(six) => {
            IpAddr::V6((six.to_bits() & u128::MAX.checked_shl(128 - u32::from(width)).unwrap_or(0)).into())
        }
    };
    Some(format!("{first}/{width}"))
}

/// Names of hosts do not differ by case (RFC 4343), and a dot at the end only says that the name is whole.
fn domain(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let good = !name.is_empty() && !name.contains(char::is_whitespace) && !name.contains(['/', '@', ':']);
    good.then(|| lower(name))
}

/// Scheme and host do not differ by case, the usual port says nothing (RFC 3986 §6.2.2, §6.2.3); the rest is the server's affair.
fn url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let scheme = scheme.to_ascii_lowercase();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
    let usual = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        "ftp" => ":21",
        _ => "",
    };
    let host = host.strip_suffix(usual).filter(|_| !usual.is_empty()).unwrap_or(host);
    let at = if user.is_empty() { "" } else { "@" };
    let tail = if tail.is_empty() { "/" } else { tail };
    format!("{scheme}://{user}{at}{}{tail}", lower(host))
}

/// The host does not differ by case; whether the part before it does is the host's affair (RFC 5321 §2.4).
fn email(text: &str) -> Option<String> {
    let (local, host) = text.rsplit_once('@')?;
    let host = domain(host)?;
    (!local.is_empty()).then(|| format!("{local}@{host}"))
}

fn mac(text: &str) -> Option<String> {
    let digits: String =
        text.chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect::<String>().to_ascii_lowercase();
    if digits.len() != 12 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let pairs: Vec<&str> = (0..6).filter_map(|n| digits.get(2 * n..2 * n + 2)).collect();
    Some(pairs.join(":"))
}

/// A hash is a number; hexadecimal digits do not differ by case.
fn digits(text: &str, len: usize) -> Option<String> {
    (text.len() == len && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| text.to_ascii_lowercase())
}

/// Written with and without colons and zeros in front.
fn serial(text: &str) -> Option<String> {
    let digits: String =
        text.chars().filter(|c| !matches!(c, ':' | ' ' | '-')).collect::<String>().to_ascii_lowercase();
    let digits = digits.strip_prefix("0x").unwrap_or(&digits);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let short = digits.trim_start_matches('0');
    Some(if short.is_empty() { "0".to_owned() } else { short.to_owned() })
}

/// Keys do not differ by case, and hives have short names.
fn registry_key(text: &str) -> String {
    let text = lower(text.trim_end_matches('\\'));
    for (short, long) in [
        ("hklm", "hkey_local_machine"),
        ("hkcu", "hkey_current_user"),
        ("hkcr", "hkey_classes_root"),
        ("hku", "hkey_users"),
        ("hkcc", "hkey_current_config"),
    ] {
        if let Some(rest) = text.strip_prefix(short)
            && (rest.is_empty() || rest.starts_with('\\'))
        {
            return format!("{long}{rest}");
        }
    }
    text
}

/// `<catalogue>:<number>`; catalogues do not differ by case, and MITRE's matrices share their numbers.
fn external_id(text: &str) -> Option<String> {
    let (catalogue, id) = text.split_once(':')?;
    let catalogue = lower(catalogue.trim());
    let catalogue = if catalogue.starts_with("mitre-") && catalogue.ends_with("-attack") {
        "mitre-attack"
    } else {
        catalogue.as_str()
    };
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

/// E.164: a plus and digits.
fn phone(text: &str) -> Option<String> {
    let digits = text.strip_prefix('+')?;
    let digits: String = digits.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '/')).collect();
    ((7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then(|| format!("+{digits}"))
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
            let text = text.trim();
            let folded = if matches!(name.as_str(), "ssdeep") { text.to_owned() } else { text.to_ascii_lowercase() };
            return (!text.is_empty() && !name.is_empty()).then(|| (Kind::Hash, format!("{name}:{folded}")));
        }
    };
    normal(kind, text).map(|text| (kind, text))
}

fn lower(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase().nfc().collect() }
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
            (Kind::Ipv4, "2001:db8::1", None),
            (Kind::Ipv6, "2001:DB8:0:0::1", Some("2001:db8::1")),
            (Kind::Ipv6, "2001:db8::1/64", Some("2001:db8::/64")),
            (Kind::Ipv6, "2001:db8::1/0", Some("::/0")),
            (Kind::Domain, "WWW.Lantern.Example.", Some("www.lantern.example")),
            (Kind::Domain, "МОСТ.example", Some("мост.example")),
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
            assert_eq!(found.as_deref(), expected, "{kind:?} {text}");
            if let Some(found) = found {
                assert_eq!(normal(kind, &found).as_ref(), Some(&found), "again: {kind:?} {text}");
            }
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
    fn accounts() {
        assert_eq!(account(Some("Quayfield"), Some("q-1"), Some("@lamp")), ["quayfield:q-1", "quayfield:@lamp"]);
        assert!(account(None, Some("0"), Some("root")).is_empty());
    }
}
