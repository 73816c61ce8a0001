//! Values that say nothing: they occur everywhere, and that two hold one means nothing.
//!
//! Guarantees: short on purpose. Only what is meaningless by its own definition stands here; what an agency finds meaningless beside it
//! belongs into the node's own list. Addresses for documentation (RFC 5737, RFC 3849) are no stop values: real holdings have none
//! of them, and demonstrations and exercises are made of them.

use crate::kind::Kind;
use crate::values::CorrelatedValue;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why a value says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop(pub &'static str);

const EMPTY: &str = "the hash of an empty file";
const HASHES: [(Kind, &str); 4] = [
    (Kind::Md5, "d41d8cd98f00b204e9800998ecf8427e"),
    (Kind::Sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    (Kind::Sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (
        Kind::Sha512,
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    ),
];
const NAMES: [(&str, &str); 7] = [
    ("localhost", "the machine itself"),
    ("localhost.localdomain", "the machine itself"),
    ("example.com", "a name for examples (RFC 2606)"),
    ("example.net", "a name for examples (RFC 2606)"),
    ("example.org", "a name for examples (RFC 2606)"),
    ("invalid", "a name that never exists (RFC 2606)"),
    ("test", "a name for tests (RFC 2606)"),
];
const ZERO_HARDWARE: &str = "00:00:00:00:00:00";
const ALL_HARDWARE: &str = "ff:ff:ff:ff:ff:ff";

/// Tells why a value says nothing; `None` where it may say something.
pub fn stop(value: &CorrelatedValue) -> Option<Stop> {
    let text = value.value.as_str();
    match value.kind {
        Kind::Ipv4 | Kind::Ipv6 => address(text).map(Stop),
        Kind::Domain => NAMES.iter().find(|(name, _)| *name == text).map(|(_, why)| Stop(why)),
        Kind::Url => host(text).and_then(|host| match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(_) => address(host.trim_matches(['[', ']'])).map(Stop),
            Err(_) => NAMES.iter().find(|(name, _)| *name == host).map(|(_, why)| Stop(why)),
        }),
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 => {
            HASHES.iter().any(|(kind, hash)| *kind == value.kind && *hash == text).then_some(Stop(EMPTY))
        }
        Kind::Mac => match text {
            ZERO_HARDWARE => Some(Stop("no hardware address")),
            ALL_HARDWARE => Some(Stop("every hardware address")),
            _ => None,
        },
        Kind::Serial => {
            matches!(text, "0" | "1").then_some(Stop("the serial number of a certificate that nobody numbered"))
        }
        Kind::Email
        | Kind::Mutex
        | Kind::Account
        | Kind::Hash
        | Kind::RegistryKey
        | Kind::AutonomousSystem
        | Kind::ExternalId
        | Kind::Phone => None,
    }
}

fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.strip_prefix('[') {
        Some(inner) => inner.split_once(']').map(|(address, _)| address),
        None => host.split(':').next(),
    }
}

fn address(text: &str) -> Option<&'static str> {
    // A range says nothing where its first address does not, and it is no wider than the block: /0 is everything.
    let (text, width) = text.split_once('/').map_or((text, None), |(address, width)| (address, width.parse().ok()));
    match text.parse().ok()? {
        IpAddr::V4(four) => four_address(four, width.unwrap_or(32)),
        IpAddr::V6(six) => six_address(six, width.unwrap_or(128)),
    }
}

fn four_address(address: Ipv4Addr, width: u8) -> Option<&'static str> {
    const BLOCKS: [([u8; 4], u8, &str); 9] = [
        ([0, 0, 0, 0], 8, "no address (RFC 1122)"),
        ([10, 0, 0, 0], 8, "a private address (RFC 1918)"),
        ([172, 16, 0, 0], 12, "a private address (RFC 1918)"),
        ([192, 168, 0, 0], 16, "a private address (RFC 1918)"),
        ([100, 64, 0, 0], 10, "an address behind a provider's translation (RFC 6598)"),
        ([127, 0, 0, 0], 8, "the machine itself (RFC 1122)"),
        ([169, 254, 0, 0], 16, "an address of one wire (RFC 3927)"),
        ([224, 0, 0, 0], 4, "an address for many (RFC 5771)"),
        ([240, 0, 0, 0], 4, "a reserved address (RFC 1112)"),
    ];
    if width == 0 {
        return Some("every address");
    }
    BLOCKS
        .iter()
        .find(|(block, prefix, _)| {
            within(u128::from(address.to_bits()) << 96, u128::from(Ipv4Addr::from(*block).to_bits()) << 96, *prefix)
                && *prefix <= width
        })
        .map(|(_, _, why)| *why)
}

fn six_address(address: Ipv6Addr, width: u8) -> Option<&'static str> {
    if width == 0 {
        return Some("every address");
    }
    if let Some(four) = address.to_ipv4_mapped() {
        return four_address(four, width.saturating_sub(96).max(1));
    }
    const BLOCKS: [(Ipv6Addr, u8, &str); 5] = [
        (Ipv6Addr::UNSPECIFIED, 128, "no address (RFC 4291)"),
        (Ipv6Addr::LOCALHOST, 128, "the machine itself (RFC 4291)"),
        (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "a private address (RFC 4193)"),
        (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "an address of one wire (RFC 4291)"),
        (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "an address for many (RFC 4291)"),
    ];
    BLOCKS
        .iter()
        .find(|(block, prefix, _)| within(address.to_bits(), block.to_bits(), *prefix) && *prefix <= width)
        .map(|(_, _, why)| *why)
}

fn within(address: u128, block: u128, prefix: u8) -> bool {
    let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
    address & mask == block & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_values() {
        let check = |kind: Kind, text: &str, expected: bool| {
            let value = CorrelatedValue { kind, value: text.to_owned() };
            assert_eq!(stop(&value).is_some(), expected, "{kind:?} {text}");
        };
        for (text, expected) in [
            ("0.0.0.0", true),
            ("10.1.2.3", true),
            ("11.0.0.1", false),
            ("172.16.0.1", true),
            ("172.32.0.1", false),
            ("192.168.1.0/24", true),
            ("192.0.0.0/8", false),
            ("100.64.0.1", true),
            ("127.0.0.53", true),
            ("169.254.1.1", true),
            ("224.0.0.251", true),
            ("255.255.255.255", true),
            ("0.0.0.0/0", true),
            ("198.51.100.7", false),
            ("8.8.8.8", false),
        ] {
            check(Kind::Ipv4, text, expected);
        }
        for (text, expected) in [
            ("::", true),
            ("::1", true),
            ("::/0", true),
            ("fe80::1", true),
            ("fd00::1", true),
            ("ff02::1", true),
            ("::ffff:10.0.0.1", true),
            ("::ffff:198.51.100.7", false),
            ("2001:db8::1", false),
        ] {
            check(Kind::Ipv6, text, expected);
        }
        for (kind, hash) in HASHES {
            check(kind, hash, true);
        }
        check(Kind::Md5, "d41d8cd98f00b204e9800998ecf8427f", false);
        check(Kind::Sha1, "d41d8cd98f00b204e9800998ecf8427e", false);
        check(Kind::Domain, "localhost", true);
        check(Kind::Domain, "www.example.com", false);
        check(Kind::Url, "http://user@127.0.0.1:8080/a", true);
        check(Kind::Url, "http://[::1]:8080/a", true);
        check(Kind::Url, "http://localhost/", true);
        check(Kind::Url, "http://198.51.100.7/localhost", false);
        check(Kind::Url, "mailto:localhost", false);
        check(Kind::Mac, "00:00:00:00:00:00", true);
        check(Kind::Serial, "0", true);
        check(Kind::AutonomousSystem, "0", false);
    }
}
