//! The entries of one list, ready to be looked up.

use super::list::{ListKind, WarningList};
use crate::kind::Kind;
use aho_corasick::AhoCorasick;
use comity_pattern::{Range, SafeRegex};
use std::collections::{BTreeMap, HashSet};

/// How a value is looked up.
pub(super) enum Index {
    Whole(HashSet<String>),
    Part(Option<AhoCorasick>),
    Host(HashSet<String>),
    /// By family and prefix length: the networks.
    Ranges(BTreeMap<(bool, u8), HashSet<u128>>),
    Expressions(Vec<SafeRegex>),
}

impl Index {
    pub(super) fn of(list: &WarningList) -> Self {
        let entries = list.entries().iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty());
        match list.kind() {
            ListKind::String => Index::Whole(entries.map(str::to_lowercase).collect()),
            ListKind::Substring => {
                let parts: Vec<String> = entries.map(str::to_lowercase).collect();
                Index::Part(if parts.is_empty() { None } else { AhoCorasick::new(&parts).ok() })
            }
            ListKind::Hostname => Index::Host(entries.map(|entry| entry.trim_matches('.').to_lowercase()).collect()),
            ListKind::Cidr => {
                let mut ranges: BTreeMap<(bool, u8), HashSet<u128>> = BTreeMap::new();
                for range in entries.filter_map(Range::parse) {
                    ranges.entry((range.six, range.prefix)).or_default().insert(range.bits);
                }
                Index::Ranges(ranges)
            }
            // An expression that is not safe to search for looks for nothing: it cannot set anything aside.
            ListKind::Regex => Index::Expressions(entries.filter_map(expression).collect()),
        }
    }

    /// Tells whether a value stands on the list.
    pub(super) fn has(&self, kind: Kind, value: &str) -> bool {
        match self {
            Index::Whole(entries) => entries.contains(&value.trim().to_lowercase()),
            Index::Part(automaton) => {
                automaton.as_ref().is_some_and(|automaton| automaton.is_match(&value.to_lowercase()))
            }
            Index::Host(entries) => {
                let host =
                    if kind == Kind::Url { host_of(value) } else { Some(value.trim_matches('.').to_lowercase()) };
                host.is_some_and(|host| below(&host).any(|name| entries.contains(name)))
            }
            Index::Ranges(ranges) => match Range::parse(value) {
                Some(asked) => ranges
                    .range((asked.six, 0)..=(asked.six, asked.prefix))
                    .any(|((_, prefix), networks)| networks.contains(&cut(asked.bits, *prefix))),
                None => false,
            },
            Index::Expressions(expressions) => expressions.iter().any(|expression| expression.is_match(value)),
        }
    }
}

/// The first bits of an address.
fn cut(bits: u128, prefix: u8) -> u128 {
    if prefix == 0 { 0 } else { bits & (u128::MAX << (128 - u32::from(prefix.min(128)))) }
}

/// A name and every name above it.
fn below(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |name| name.split_once('.').map(|(_, above)| above))
}

fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = if host.starts_with('[') { host } else { host.split(':').next()? };
    Some(host.trim_matches('.').to_lowercase())
}

/// Reads an expression; MISP writes some with delimiters and flags, as PHP does.
fn expression(entry: &str) -> Option<SafeRegex> {
    let plain = entry.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    match plain {
        Some((body, flags)) if flags.bytes().all(|flag| flag.is_ascii_alphabetic()) => {
            let body = if flags.contains('i') { format!("(?i){body}") } else { body.to_owned() };
            SafeRegex::parse(&body).ok()
        }
        _ => SafeRegex::parse(entry).ok(),
    }
}
