//! Finds what has a form of its own: UUIDs, instants, addresses of private networks.

use super::held::Held;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use uuid::Uuid;

/// A place in characters, and how it was written.
pub(super) struct Place {
    pub from: usize,
    pub to: usize,
    pub how: &'static str,
}

/// Answers about UUIDs, each asked once.
pub(super) struct UuidCheck<'a> {
    pub held: &'a dyn Held,
    pub released: HashSet<Uuid>,
    pub asked: HashMap<Uuid, bool>,
    /// An answer could not be had.
    pub not_read: bool,
}

impl UuidCheck<'_> {
    fn is_unreleased(&mut self, uuid: &Uuid) -> bool {
        if self.released.contains(uuid) {
            return false;
        }
        if let Some(known) = self.asked.get(uuid) {
            return *known;
        }
        // A failing database must not let anything through.
        let answer = self.held.is_unreleased(uuid);
        self.not_read |= answer.is_err();
        *self.asked.entry(*uuid).or_insert(answer.unwrap_or(true))
    }
}

fn joins(character: char) -> bool {
    matches!(character, '-' | '_' | ' ' | '.' | '/' | ':')
}

/// Finds the UUIDs of unreleased objects: any case, with dashes, other single separators or none, in braces, behind
/// `urn:uuid:`, glued to other hexadecimal digits.
pub(super) fn uuids(clean: &[char], check: &mut UuidCheck<'_>) -> Vec<Place> {
    const DIGITS: usize = 32;
    let mut places = Vec::new();
    let mut run: Vec<(u8, usize)> = Vec::new();
    let mut gap = 0usize;
    for (at, character) in clean.iter().enumerate().chain(std::iter::once((clean.len(), &'\0'))) {
        if let Some(digit) = character.to_digit(16) {
            run.push((digit as u8, at));
            gap = 0;
            continue;
        }
        gap += 1;
        if joins(*character) && gap <= 1 {
            continue;
        }
        if run.len() >= DIGITS {
            for (number, window) in run.windows(DIGITS).enumerate() {
                let (Some((_, from)), Some((_, last))) = (window.first(), window.last()) else { continue };
                let begins = number == 0 || run.get(number - 1).is_some_and(|(_, before)| before + 1 < *from);
                let ends = run.get(number + DIGITS).is_none_or(|(_, after)| last + 1 < *after);
                let nibble = |at: usize| window.get(at).map_or(0, |(digit, _)| *digit);
                let lawful = (1..=8).contains(&nibble(12)) && (8..=11).contains(&nibble(16));
                let alone = begins && ends;
                if !lawful && !alone {
                    continue;
                }
                let value = window.iter().fold(0u128, |value, (digit, _)| value << 4 | u128::from(*digit));
                if check.is_unreleased(&Uuid::from_u128(value)) {
                    let how = if last - from + 1 == DIGITS { "uuid-no-dashes" } else { "uuid" };
                    places.push(Place { from: *from, to: last + 1, how });
                }
            }
        }
        run.clear();
    }
    places
}

/// Finds instants in ISO 8601 forms whose digits the set holds.
pub(super) fn times(clean: &[char], known: &HashSet<String>) -> Vec<Place> {
    let mut places = Vec::new();
    let mut at = 0;
    while at < clean.len() {
        let starts = clean.get(at).is_some_and(char::is_ascii_digit)
            && !at.checked_sub(1).and_then(|before| clean.get(before)).is_some_and(char::is_ascii_digit);
        if starts && let Some((digits, end)) = instant(clean, at) {
            if known.contains(&digits) {
                places.push(Place { from: at, to: end, how: "iso" });
            }
            at = end;
        } else {
            at += 1;
        }
    }
    places
}

/// Reads `YYYY-MM-DD hh:mm[:ss[.fraction]]` with or without separators; the digits to the second or minute, and the end.
fn instant(clean: &[char], start: usize) -> Option<(String, usize)> {
    let mut digits = String::new();
    let mut at = start;
    let mut take = |count: usize, at: &mut usize| -> Option<()> {
        for _ in 0..count {
            digits.push(*clean.get(*at).filter(|c| c.is_ascii_digit())?);
            *at += 1;
        }
        Some(())
    };
    let skip = |signs: &[char], at: &mut usize| {
        if clean.get(*at).is_some_and(|c| signs.contains(c)) {
            *at += 1;
        }
    };
    take(4, &mut at)?;
    skip(&['-', '/', '.'], &mut at);
    take(2, &mut at)?;
    skip(&['-', '/', '.'], &mut at);
    take(2, &mut at)?;
    skip(&[',', '_'], &mut at);
    skip(&['T', 't', ' ', '_', '-'], &mut at);
    take(2, &mut at)?;
    skip(&[':', '.', '-'], &mut at);
    take(2, &mut at)?;
    let mut end = at;
    skip(&[':', '.', '-'], &mut at);
    if take(2, &mut at).is_some() {
        end = at;
    } else {
        digits.truncate(12);
    }
    let mut rest = end;
    if clean.get(rest).is_some_and(|c| matches!(c, '.' | ',')) {
        rest += 1;
        while clean.get(rest).is_some_and(char::is_ascii_digit) {
            rest += 1;
            end = rest;
        }
    }
    (!clean.get(end).is_some_and(char::is_ascii_digit)).then_some((digits, end))
}

/// Finds addresses of private, local and link-local networks.
pub(super) fn private_addresses(clean: &[char]) -> Vec<Place> {
    let part = |c: &char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let mut places = Vec::new();
    let mut at = 0;
    while at < clean.len() {
        if !clean.get(at).is_some_and(part) {
            at += 1;
            continue;
        }
        let from = at;
        while clean.get(at).is_some_and(part) {
            at += 1;
        }
        let word = clean.get(from..at).unwrap_or_default();
        if !word.iter().any(|sign| matches!(sign, '.' | ':')) {
            continue;
        }
        let word: String = word.iter().collect();
        let trimmed = word.trim_end_matches(['.', ':']);
        let no_port = trimmed.split_once(':').map_or(trimmed, |(address, _)| address);
        let forms = [trimmed, no_port];
        let found = forms.iter().find(|text| text.parse().is_ok_and(|address| is_private(&address)));
        if let Some(text) = found {
            places.push(Place { from, to: from + text.len(), how: "private-address" });
        }
    }
    places
}

fn is_private(address: &IpAddr) -> bool {
    let v4 = |a: &Ipv4Addr| a.is_private() || a.is_loopback() || a.is_link_local();
    let v6 = |a: &Ipv6Addr| a.is_unique_local() || a.is_unicast_link_local() || a.is_loopback();
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address) || address.to_ipv4_mapped().is_some_and(|a| v4(&a)),
    }
}

/// Returns the text in small letters as bytes, and which character each byte comes from.
pub(super) fn plain(clean: &[char]) -> (Vec<u8>, Vec<u32>) {
    let mut bytes = Vec::with_capacity(clean.len());
    let mut at = Vec::with_capacity(clean.len());
    let mut buffer = [0u8; 4];
    for (number, character) in clean.iter().enumerate() {
        if let Ok(byte) = u8::try_from(*character)
            && byte.is_ascii()
        {
            bytes.push(byte.to_ascii_lowercase());
            at.push(number as u32);
            continue;
        }
        for lower in character.to_lowercase() {
            for byte in lower.encode_utf8(&mut buffer).bytes() {
                bytes.push(byte);
                at.push(number as u32);
            }
        }
    }
    (bytes, at)
}
