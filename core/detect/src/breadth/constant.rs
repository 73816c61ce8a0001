//! What a constant covers that a pattern compares with.

use super::suffix::is_public_suffix;
use super::{Broad, BroadKind, last_key};
use crate::kind::Kind;
use crate::warning::is_empty_file;
use comity_correlate::{CorrelatedValue, Kind as Meaning, stop};
use comity_pattern::{Literal, Path, Range};
use std::net::Ipv6Addr;

/// IPv4 ranges of this prefix or a shorter one are wide: 16,777,216 addresses, as many as a registry hands out to a continent.
const WIDE_FOUR: u8 = 8;
/// The same for IPv6: single providers hold ranges down to /19.
const WIDE_SIX: u8 = 16;
/// Ports that nearly every machine talks to: DNS, HTTP, NTP, HTTPS.
const PORTS: [i128; 4] = [53, 80, 123, 443];
/// Protocols that nearly all traffic has.
const PROTOCOLS: [&str; 14] =
    ["ip", "ipv4", "ipv6", "tcp", "udp", "icmp", "icmpv6", "ethernet", "arp", "dns", "http", "https", "tls", "ssl"];

/// What a literal covers.
pub(super) fn equal(path: &Path, literal: &Literal) -> Option<Broad> {
    match literal {
        Literal::Text(written) => text(path, written),
        Literal::Integer(number) => {
            let port = matches!(last_key(path), Some("src_port" | "dst_port"));
            (port && PORTS.contains(number)).then(|| Broad::new(BroadKind::UsualTraffic, "a port that everybody uses"))
        }
        Literal::Bool(_) => Some(Broad::everything("everything of one of two states")),
        Literal::Float(_) | Literal::Bytes(_) | Literal::Time(_) => None,
    }
}

/// What a text covers, a range where it is one.
pub(super) fn text(path: &Path, written: &str) -> Option<Broad> {
    let written = written.trim();
    if let Some(broad) = Range::parse(written).and_then(wide) {
        return Some(broad);
    }
    single(path, written)
}

/// What a text covers that stands for one value.
pub(super) fn single(path: &Path, written: &str) -> Option<Broad> {
    let written = written.trim();
    let kind = Kind::at(path, written);
    if let Some(meaning) = meaning(kind, path, written)
        && let Some(value) = CorrelatedValue::new(meaning, written)
        && let Some(why) = stop(&value)
    {
        return Some(Broad::new(BroadKind::SaysNothing, why.0));
    }
    match kind {
        Kind::Domain if is_public_suffix(written) => {
            Some(Broad::new(BroadKind::PublicSuffix, "a name under which everybody may register"))
        }
        Kind::Domain if below_localhost(written) => Some(Broad::new(BroadKind::SaysNothing, "the machine itself")),
        Kind::Md5
        | Kind::Sha1
        | Kind::Sha224
        | Kind::Sha256
        | Kind::Sha384
        | Kind::Sha512
        | Kind::Ssdeep
        | Kind::OtherHash => {
            is_empty_file(written).then(|| Broad::new(BroadKind::SaysNothing, "the digest of an empty file"))
        }
        Kind::Other if last_key(path) == Some("protocols") => PROTOCOLS
            .iter()
            .any(|protocol| written.eq_ignore_ascii_case(protocol))
            .then(|| Broad::new(BroadKind::UsualTraffic, "a protocol that everybody uses")),
        _ => None,
    }
}

/// A range that is wide, or none.
pub(super) fn wide(range: Range) -> Option<Broad> {
    let (six, prefix) = match four_in_six(range) {
        Some(four) => (false, four),
        None => (range.six, range.prefix),
    };
    match (six, prefix) {
        (false, 0) => Some(Broad::new(BroadKind::WideRange, "every IPv4 address")),
        (true, 0) => Some(Broad::new(BroadKind::WideRange, "every IPv6 address")),
        (false, 1..=WIDE_FOUR) if !stops(range) => {
            Some(Broad::new(BroadKind::WideRange, "a range of 16,777,216 addresses or more"))
        }
        (true, 1..=WIDE_SIX) if !stops(range) => {
            Some(Broad::new(BroadKind::WideRange, "a range that no single provider holds"))
        }
        _ => None,
    }
}

/// The prefix among IPv4 addresses of a range of mapped ones (RFC 4291 §2.5.5.2); what holds the whole block holds every IPv4 address.
fn four_in_six(range: Range) -> Option<u8> {
    const MAPPED: u128 = 0xffff << 32;
    (range.six && range.prefix >= 96 && range.bits >> 32 == MAPPED >> 32).then(|| range.prefix - 96)
}

/// Whether a narrower word says what the range is, such as a private one.
fn stops(range: Range) -> bool {
    let (meaning, text) = match range.six {
        false => {
            let four = std::net::Ipv4Addr::from_bits((range.bits >> 96) as u32);
            (Meaning::Ipv4, format!("{four}/{}", range.prefix))
        }
        true => (Meaning::Ipv6, format!("{}/{}", Ipv6Addr::from_bits(range.bits), range.prefix)),
    };
    CorrelatedValue::new(meaning, &text).is_some_and(|value| stop(&value).is_some())
}

/// The kind that stop values are kept by.
fn meaning(kind: Kind, path: &Path, written: &str) -> Option<Meaning> {
    Some(match kind {
        Kind::Address if written.contains(':') => Meaning::Ipv6,
        Kind::Address => Meaning::Ipv4,
        // An address in the place of a name is read as an address.
        Kind::Domain => match Range::parse(written) {
            Some(range) if range.six => Meaning::Ipv6,
            Some(_) => Meaning::Ipv4,
            None => Meaning::Domain,
        },
        Kind::Url => Meaning::Url,
        Kind::Md5 => Meaning::Md5,
        Kind::Sha1 => Meaning::Sha1,
        Kind::Sha256 => Meaning::Sha256,
        Kind::Sha512 => Meaning::Sha512,
        Kind::Mac => Meaning::Mac,
        Kind::Certificate if last_key(path) == Some("serial_number") => Meaning::Serial,
        _ => return None,
    })
}

/// Names below `localhost` are the machine too (RFC 6761 §6.3).
fn below_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case("localhost"))
}
