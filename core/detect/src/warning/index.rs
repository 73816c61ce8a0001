//! The entries of one list, and looking a value up in them, by the rules of MISP's own look-up.
//!
//! Guarantees: looking up costs the same however many entries there are, but for regular expressions, of which there are few.

use super::list::{ListKind, WarningListError};
use crate::kind::Kind;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use comity_normal::Form;
use comity_pattern::{Range, SafeRegex};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

/// Bytes of all entries of a list of parts: an automaton takes many times as much.
const PART_BYTES_MAX: usize = 8 << 20;
/// Bytes of all entries of a list of regular expressions.
const REGEX_BYTES_MAX: usize = 64 << 10;

/// How a value is looked up.
#[derive(Debug)]
pub(super) enum Index {
    Whole {
        entries: HashSet<Box<str>>,
        /// Entries that are not in lower case, in it.
        lower: HashSet<Box<str>>,
    },
    Part(Option<AhoCorasick>),
    Host(HashSet<Box<str>>),
    /// By family and prefix length: the networks.
    Ranges(BTreeMap<(bool, u8), HashSet<u128>>),
    Expressions(Vec<SafeRegex>),
}

/// A value in the forms that it is looked up in, made once for all lists.
pub(super) struct Asked<'v> {
    value: &'v str,
    lower: Cow<'v, str>,
    range: Option<Range>,
    ignores_case: bool,
}

impl<'v> Asked<'v> {
    pub(super) fn new(kind: Kind, value: &'v str) -> Self {
        let lower = match value.chars().any(char::is_uppercase) {
            true => Cow::Owned(value.to_lowercase()),
            false => Cow::Borrowed(value),
        };
        Self { value, lower, range: Range::parse(value), ignores_case: kind.ignores_case() }
    }
}

impl Index {
    /// Makes an index; returns it and how many of the entries it has.
    pub(super) fn of(kind: ListKind, entries: &[&str]) -> Result<(Self, usize), WarningListError> {
        let bytes: usize = entries.iter().map(|entry| entry.len()).sum();
        let within = |limit: usize| match bytes <= limit {
            true => Ok(()),
            false => Err(WarningListError::TooLarge { kind, bytes, limit }),
        };
        let plain = entries.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty());
        Ok(match kind {
            ListKind::String => {
                let (mut entries, mut lower) = (HashSet::new(), HashSet::new());
                let mut used = 0;
                for entry in plain {
                    used += 1;
                    let folded = entry.to_lowercase();
                    if folded != entry {
                        lower.insert(folded.into());
                    }
                    entries.insert(entry.into());
                }
                (Index::Whole { entries, lower }, used)
            }
            ListKind::Substring => {
                within(PART_BYTES_MAX)?;
                let parts: Vec<String> = plain.map(str::to_lowercase).collect();
                if parts.is_empty() {
                    return Ok((Index::Part(None), 0));
                }
                let mut builder = AhoCorasick::builder();
                // What is smallest: it is searched rarely.
                let automaton = builder.kind(Some(AhoCorasickKind::ContiguousNFA)).build(&parts);
                let limit = PART_BYTES_MAX;
                let automaton = automaton.map_err(|_| WarningListError::TooLarge { kind, bytes, limit })?;
                (Index::Part(Some(automaton)), parts.len())
            }
            ListKind::Hostname => {
                let names = plain.map(|entry| Box::<str>::from(name(entry.trim_matches('.'))));
                let names: Vec<Box<str>> = names.filter(|name| !name.is_empty()).collect();
                let used = names.len();
                (Index::Host(names.into_iter().collect()), used)
            }
            ListKind::Cidr => {
                let mut ranges: BTreeMap<(bool, u8), HashSet<u128>> = BTreeMap::new();
                let mut used = 0;
                for range in plain.filter_map(Range::parse) {
                    used += 1;
                    ranges.entry((range.six, range.prefix)).or_default().insert(range.bits);
                }
                (Index::Ranges(ranges), used)
            }
            // An expression that cannot be searched safely looks for nothing: it sets nothing aside.
            ListKind::Regex => {
                within(REGEX_BYTES_MAX)?;
                let expressions: Vec<SafeRegex> = plain.filter_map(expression).collect();
                let used = expressions.len();
                (Index::Expressions(expressions), used)
            }
        })
    }

    /// Tells whether a value stands on the list.
    pub(super) fn has(&self, asked: &Asked<'_>) -> bool {
        match self {
            Index::Whole { entries, lower } => {
                entries.contains(asked.value)
                    || asked.ignores_case && (entries.contains(&*asked.lower) || lower.contains(&*asked.lower))
            }
            Index::Part(automaton) => automaton.as_ref().is_some_and(|automaton| automaton.is_match(&*asked.lower)),
            Index::Host(names) => match host(asked.value) {
                Some(host) => above(&name(host)).any(|name| names.contains(name)),
                None => false,
            },
            Index::Ranges(ranges) => match asked.range {
                // A range is on the list where the whole of it is.
                Some(asked) => ranges
                    .range((asked.six, 0)..=(asked.six, asked.prefix))
                    .any(|((_, prefix), networks)| networks.contains(&cut(asked.bits, *prefix))),
                None => false,
            },
            Index::Expressions(expressions) => expressions.iter().any(|expression| expression.is_match(asked.value)),
        }
    }
}

/// The first bits of an address.
fn cut(bits: u128, prefix: u8) -> u128 {
    if prefix == 0 { 0 } else { bits & (u128::MAX << (128 - u32::from(prefix.min(128)))) }
}

/// A name in normal form; what is none in small letters.
fn name(host: &str) -> Cow<'_, str> {
    match Form::Domain.normal(host) {
        Cow::Borrowed(same) if same.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Cow::Owned(same.to_ascii_lowercase())
        }
        normal => normal,
    }
}

/// A name and every name above it: MISP finds `a.b.example` by an entry `b.example`.
fn above(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |name| name.split_once('.').map(|(_, above)| above))
}

/// The host of a URL, of an e-mail address, or the name itself.
fn host(value: &str) -> Option<&str> {
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.starts_with('[') {
        true => host,
        false => host.split(':').next()?,
    };
    let host = host.trim_matches('.');
    (!host.is_empty()).then_some(host)
}

/// Reads an expression: with delimiters and flags behind them, as PHP has it, or plain.
fn expression(entry: &str) -> Option<SafeRegex> {
    let delimited = ['/', '#', '~', '@', '%'].into_iter().find_map(|delimiter| {
        let (body, flags) = entry.strip_prefix(delimiter)?.rsplit_once(delimiter)?;
        flags.bytes().all(|flag| flag.is_ascii_alphabetic()).then_some((body, flags, delimiter))
    });
    let Some((body, flags, delimiter)) = delimited else { return SafeRegex::parse(entry).ok() };
    let mut kept = String::new();
    for flag in flags.chars() {
        match flag {
            'i' | 'm' | 's' => kept.push(flag),
            // All matches, UTF-8, effort: they do not change whether something matches.
            'g' | 'u' | 'S' => {}
            _ => return None,
        }
    }
    // Between these delimiters, a delimiter is written with a backslash.
    let body = body.replace(&format!("\\{delimiter}"), &delimiter.to_string());
    let source = if kept.is_empty() { body } else { format!("(?{kept}){body}") };
    SafeRegex::parse(&source).ok()
}
