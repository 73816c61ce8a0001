//! Values that say nothing: they occur everywhere, and that two hold one means nothing.
//!
//! Guarantees: what stands in `stop.tsv`, each with its reason, source and licence: only what is meaningless by its own definition. What
//! an agency finds meaningless beside it belongs into the node's own list. Addresses for documentation (RFC 5737, RFC 3849) are no stop
//! values: real holdings have none of them, and demonstrations and exercises are made of them.

use crate::kind::Kind;
use crate::values::CorrelatedValue;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::LazyLock;

/// Why a value says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop(pub &'static str);

/// One line of the list of values that say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopRow {
    /// What it is.
    pub kind: Kind,
    /// The value in normal form, or a range. A name that begins with a dot stands for all names below it.
    pub value: &'static str,
    /// Why it says nothing.
    pub why: &'static str,
    /// What says so.
    pub source: &'static str,
    /// Under which licence the line may be passed on.
    pub licence: &'static str,
}

const EVERY_ADDRESS: &str = "every address";
const LIST: &str = include_str!("stop.tsv");
/// Bits of an IPv6 address before an IPv4 address in it.
const MAPPED_BITS: u8 = 96;

static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

#[derive(Default)]
struct Table {
    values: HashMap<(Kind, &'static str), &'static str>,
    /// The first address, how many bits count, and why. IPv4 stands at the end of the mapped block.
    ranges: Vec<(Range, &'static str)>,
    /// Ends of names, each with its dot.
    below: Vec<(&'static str, &'static str)>,
}

#[derive(Clone, Copy)]
struct Range {
    bits: u128,
    prefix: u8,
}

/// Returns the list of values that say nothing.
pub fn stop_rows() -> impl Iterator<Item = StopRow> {
    LIST.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        let kind = Kind::parse(columns.next()?)?;
        let mut column = || columns.next().filter(|text| !text.is_empty());
        let row = StopRow { kind, value: column()?, why: column()?, source: column()?, licence: column()? };
        columns.next().is_none().then_some(row)
    })
}

impl Table {
    fn new() -> Self {
        let mut table = Self::default();
        for row in stop_rows() {
            match row.kind {
                Kind::Ipv4 | Kind::Ipv6 => table.ranges.extend(Range::parse(row.value).map(|range| (range, row.why))),
                Kind::Domain if row.value.starts_with('.') => table.below.push((row.value, row.why)),
                kind => {
                    table.values.insert((kind, row.value), row.why);
                }
            }
        }
        table
    }

    fn address(&self, text: &str) -> Option<&'static str> {
        let range = Range::parse(text)?;
        if range.prefix == 0 || (range.is_mapped() && range.prefix == MAPPED_BITS) {
            return Some(EVERY_ADDRESS);
        }
        // A range says nothing where it lies in one that says nothing.
        self.ranges.iter().find(|(row, _)| row.holds(range)).map(|(_, why)| *why)
    }

    fn name(&self, name: &str) -> Option<&'static str> {
        let below = || self.below.iter().find(|(end, _)| name.ends_with(end)).map(|(_, why)| *why);
        self.values.get(&(Kind::Domain, name)).copied().or_else(below)
    }
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().ok()?;
        let prefix = prefix.map(|prefix| prefix.parse::<u8>().ok());
        let (six, prefix) = match address {
            IpAddr::V4(four) => (four.to_ipv6_mapped(), prefix.unwrap_or(Some(32))?.checked_add(MAPPED_BITS)?),
            IpAddr::V6(six) => (six, prefix.unwrap_or(Some(128))?),
        };
        (prefix <= 128).then(|| Self { bits: six.to_bits() & mask(prefix), prefix })
    }

    fn is_mapped(self) -> bool {
        Ipv6Addr::from_bits(self.bits).to_ipv4_mapped().is_some()
    }

    fn holds(self, other: Self) -> bool {
        self.prefix <= other.prefix && other.bits & mask(self.prefix) == self.bits
    }
}

fn mask(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

/// Tells why a value says nothing; `None` where it may say something.
pub fn stop(value: &CorrelatedValue) -> Option<Stop> {
    let (table, text) = (&*TABLE, value.value.as_str());
    let why = match value.kind {
        Kind::Ipv4 | Kind::Ipv6 => table.address(text),
        Kind::Domain => table.name(text),
        Kind::Url => host(text).and_then(|host| table.address(host).or_else(|| table.name(host))),
        kind => table.values.get(&(kind, text)).copied(),
    };
    why.map(Stop)
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
            ("0.0.0.0/7", false),
            ("192.0.0.8", true),
            ("192.0.1.8", false),
            ("198.19.255.1", true),
            ("198.20.0.1", false),
            ("192.0.2.1", false),
            ("203.0.113.1", false),
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
            ("::ffff:0:0/96", true),
            ("::/8", false),
            ("100::1", true),
            ("100:0:0:1::1", false),
            ("2001:20::1", true),
            ("2001:db8::1", false),
        ] {
            check(Kind::Ipv6, text, expected);
        }
        for (kind, hash) in [
            (Kind::Md5, "d41d8cd98f00b204e9800998ecf8427e"),
            (Kind::Sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            (Kind::Sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (Kind::Hash, "sha224:d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"),
            (Kind::Hash, "sha3256:a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"),
            (Kind::Hash, "ssdeep:3::"),
            (Kind::Hash, "tlsh:tnull"),
        ] {
            check(kind, hash, true);
        }
        check(Kind::Md5, "d41d8cd98f00b204e9800998ecf8427f", false);
        check(Kind::Sha1, "d41d8cd98f00b204e9800998ecf8427e", false);
        check(Kind::Domain, "localhost", true);
        check(Kind::Domain, "www.example.com", false);
        check(Kind::Domain, "a.localhost", true);
        check(Kind::Domain, "notlocalhost", false);
        check(Kind::Domain, "4.3.10.in-addr.arpa", true);
        check(Kind::Domain, "4.3.11.in-addr.arpa", false);
        check(Kind::Url, "http://user@127.0.0.1:8080/a", true);
        check(Kind::Url, "http://[::1]:8080/a", true);
        check(Kind::Url, "http://localhost/", true);
        check(Kind::Url, "http://198.51.100.7/localhost", false);
        check(Kind::Url, "mailto:localhost", false);
        check(Kind::Mac, "00:00:00:00:00:00", true);
        check(Kind::Serial, "0", true);
        check(Kind::AutonomousSystem, "0", false);
    }

    #[test]
    fn every_line_is_read_and_in_normal_form() {
        let lines: Vec<&str> = LIST.lines().filter(|line| !line.starts_with('#')).collect();
        let rows: Vec<StopRow> = stop_rows().collect();
        assert_eq!(rows.len(), lines.len());
        for row in &rows {
            let normal = CorrelatedValue::new(row.kind, row.value.trim_start_matches('.'));
            assert_eq!(
                normal.map(|normal| (normal.kind, normal.value)).as_ref().map(|(kind, value)| (*kind, value.as_str())),
                Some((row.kind, row.value.trim_start_matches('.'))),
                "{row:?}"
            );
            let one = row.value.trim_start_matches('.').to_owned();
            let one = if row.value.starts_with('.') { format!("a.{one}") } else { one };
            assert!(stop(&CorrelatedValue { kind: row.kind, value: one }).is_some(), "{row:?}");
        }
        let unique: std::collections::BTreeSet<_> = rows.iter().map(|row| (row.kind, row.value)).collect();
        assert_eq!(unique.len(), rows.len());
    }
}
