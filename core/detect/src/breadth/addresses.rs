//! How many addresses LIKE and MATCHES cover.
//!
//! Guarantees: what LIKE covers of IPv4 is counted, every address; MATCHES is wide where it holds of all samples that have one octet or
//! the first group in common, as `^10\.` does. Does not know: expressions that hold of so many otherwise.

use super::constant::{single, wide};
use super::{Broad, BroadKind};
use crate::kind::Kind;
use comity_pattern::{Path, Range};
use std::collections::BTreeMap;

/// As many addresses as a range of /8 has: what covers them is wide.
const WIDE_FOUR: u64 = 1 << 24;
/// Signs of an IPv4 address at most.
const FOUR_SIGNS: usize = 15;
/// What an IPv4 address is written with.
const SIGNS: [u8; 11] = *b".0123456789";
/// Sets of places in an expression that are told apart. More come of `_` behind `%` only, many times over.
const SETS_MAX: usize = 10_000;
/// Blocks that say nothing and are narrower than /8, each with its second octets.
const BLOCKS: [(u8, std::ops::RangeInclusive<u8>); 4] =
    [(192, 168..=168), (172, 16..=31), (169, 254..=254), (100, 64..=127)];
/// What stands for any three octets, and for any two.
const THREE: [[u8; 3]; 6] = [[9, 44, 7], [108, 5, 200], [7, 130, 99], [220, 101, 34], [0, 113, 66], [255, 60, 181]];
const TWO: [[u8; 2]; 6] = [[44, 7], [5, 200], [130, 99], [101, 34], [113, 66], [60, 181]];
/// What stands for any groups behind the first.
const GROUPS: [&str; 5] = ["::1", ":db8::9", ":1450:4001:81b::200e", ":0:1::9", ":f0d0:1002:51::4"];
/// First groups that are given out or say nothing, beside those that an expression names.
const FIRST: [&str; 9] = ["2001", "2400", "240e", "2600", "2800", "2a00", "2c0f", "fd00", "fe80"];

/// What LIKE covers, in small letters.
pub(super) fn like(path: &Path, written: &str) -> Option<Broad> {
    if Kind::of(&path.to_string(), "203.0.113.9") != Kind::Address {
        return None;
    }
    if path.object_type == "ipv6-addr" {
        return six(path, written);
    }
    if let Some(broad) = block(written).and_then(|block| single(path, &block)) {
        return Some(broad);
    }
    match count(written)? {
        count if count == 1 << 32 => Some(Broad::new(BroadKind::WideRange, "every IPv4 address")),
        WIDE_FOUR.. => Some(Broad::new(BroadKind::WideRange, "16,777,216 addresses or more")),
        _ => None,
    }
}

/// What MATCHES covers.
pub(super) fn matches(path: &Path, written: &str, holds: &dyn Fn(&str) -> bool) -> Option<Broad> {
    let kind = Kind::of(&path.to_string(), "203.0.113.9");
    if kind != Kind::Address {
        return None;
    }
    if path.object_type == "ipv6-addr" {
        let named = written.split(|sign: char| !sign.is_ascii_hexdigit());
        let named = named.filter(|group| (1..=4).contains(&group.len()));
        let all = |group: &&str| GROUPS.iter().all(|behind| holds(&format!("{group}{behind}")));
        let first = FIRST.into_iter().chain(named).find(all)?;
        return range(path, &format!("{first}::/16"));
    }
    for place in 0..4_usize {
        let octet = |octet: &u8| {
            THREE.iter().all(|others| {
                let mut octets = others.map(|other| other.to_string()).to_vec();
                octets.insert(place, octet.to_string());
                holds(&octets.join("."))
            })
        };
        match (0..=u8::MAX).find(octet) {
            Some(first) if place == 0 => return range(path, &format!("{first}.0.0.0/8")),
            Some(_) => return Some(Broad::new(BroadKind::WideRange, "16,777,216 addresses or more")),
            None => {}
        }
    }
    let says_nothing =
        |first: u8, second: u8| TWO.iter().all(|[third, last]| holds(&format!("{first}.{second}.{third}.{last}")));
    BLOCKS.into_iter().find_map(|(first, seconds)| {
        let second = seconds.into_iter().find(|second| says_nothing(first, *second))?;
        single(path, &format!("{first}.{second}.0.0/16"))
    })
}

/// A range that says nothing or is wide.
fn range(path: &Path, range: &str) -> Option<Broad> {
    single(path, range).or_else(|| Range::parse(range).and_then(wide))
}

/// The range in which all lies that begins as the text does: `192.168.%` and `192.168%` lie in 192.168.0.0/16. Digits that more may
/// follow say nothing yet.
fn block(written: &str) -> Option<String> {
    let fixed = written.split(['%', '_']).next()?;
    let more = fixed.len() < written.len();
    let mut octets: Vec<&str> = fixed.split('.').collect();
    let is_open = |last: &str| more && last.parse::<u16>().is_ok_and(|octet| (1..=25).contains(&octet));
    octets.pop_if(|last| last.is_empty() || is_open(last));
    if octets.is_empty() || octets.len() > 4 {
        return None;
    }
    let prefix = octets.len() * 8;
    octets.resize(4, "0");
    Some(format!("{}/{prefix}", octets.join(".")))
}

/// Counts the IPv4 addresses of which LIKE holds; `None` where that would be much work.
fn count(written: &str) -> Option<u64> {
    let mut signs: Vec<char> = written.chars().collect();
    signs.dedup_by(|one, other| *one == '%' && *other == '%');
    if signs.iter().filter(|sign| **sign != '%').count() > FOUR_SIGNS {
        return Some(0);
    }
    // Places in the expression are bits: fewer than 32 are left.
    let bits = |fits: &dyn Fn(char) -> bool| -> u64 {
        signs.iter().enumerate().filter(|(_, sign)| fits(**sign)).fold(0, |bits, (place, _)| bits | 1 << place)
    };
    let any = bits(&|sign| sign == '%');
    let open = |places: u64| places | (places & any) << 1;
    let one_of = SIGNS.map(|sign| (sign, bits(&|wanted| wanted == '_' || wanted == char::from(sign))));
    let behind = |places: u64, sign: u8| {
        let one = one_of.iter().find(|(known, _)| *known == sign).map_or(0, |(_, places)| *places);
        open((places & one) << 1 | places & any)
    };
    let end = 1_u64 << signs.len();
    let mut reached = BTreeMap::from([(open(1), 1_u64)]);
    for octet in 0..4 {
        let mut next: BTreeMap<u64, u64> = BTreeMap::new();
        for (places, count) in reached {
            for number in 0..=u8::MAX {
                let mut after = number.to_string().bytes().fold(places, behind);
                if octet < 3 {
                    after = behind(after, b'.');
                }
                if after != 0 {
                    *next.entry(after).or_default() += count;
                }
            }
        }
        if next.len() > SETS_MAX {
            return None;
        }
        reached = next;
    }
    Some(reached.into_iter().filter(|(places, _)| places & end != 0).map(|(_, count)| count).sum())
}

/// What LIKE covers of IPv6, where it asks for nothing behind the first group, or a part of it.
fn six(path: &Path, written: &str) -> Option<Broad> {
    let fixed = written.trim_end_matches('%');
    let first = fixed.strip_suffix(':').unwrap_or(fixed);
    let is_group = (1..=4).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fixed.len() == written.len() || !is_group {
        return None;
    }
    // Zeros in front are not written: with a colon behind it the group is whole.
    if first.len() == fixed.len() {
        return range(path, &format!("{first:0<4}::/{}", first.len() * 4));
    }
    range(path, &format!("{first}::/16"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_counted() {
        for (like, expect) in [
            ("%", 1 << 32),
            ("%.%", 1 << 32),
            ("23.%", 1 << 24),
            ("185.220%", 1 << 16),
            ("185.22%", 11 << 16),
            ("185.2%", 67 << 16),
            ("1%", 111 << 24),
            ("203.0.113.9", 1),
            ("203.0.113._", 10),
            ("203.0.113.%", 256),
            ("%.113.9", 1 << 16),
            ("%.1", 1 << 24),
            ("_.%", 10 << 24),
            ("%a%", 0),
            ("2001:%", 0),
            ("203.0.113.9.9.9.9.9", 0),
        ] {
            assert_eq!(count(like), Some(expect), "{like}");
        }
        // By trying all of a part: what is counted holds.
        let like = "1%2.3%";
        let fits = |a: u8, b: u8| {
            let text = format!("{a}.{b}.0.0");
            // The first octets may end in 2 at either dot.
            let rest = text.strip_prefix('1').unwrap_or("x");
            rest.match_indices("2.3").next().is_some()
        };
        let found: u64 =
            (0..=u8::MAX).flat_map(|a| (0..=u8::MAX).map(move |b| (a, b))).map(|(a, b)| u64::from(fits(a, b))).sum();
        assert_eq!(count(&format!("{like}.0.0")), Some(found));
    }

    #[test]
    fn much_work_is_not_done() {
        for like in ["%_1__2___3____", "_%_%_%_%_%_%_%_%", "%1%2%3%4%5%6%7%8%9%0%.%.%.", "%_________1____"] {
            let _ = count(like);
        }
    }
}
