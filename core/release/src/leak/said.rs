//! What text that people read says of itself: markings of countries, and partners as its source.
//!
//! Guarantees: it is found in whatever letters, separators and encodings, once for each place. Does not know: what it means.

use super::check::PartCheck;
use super::finding::FindingClass;
use super::marks::{Lines, Mark, marks};
use super::partners::{Named, names, unnamed};
use aho_corasick::AhoCorasick;
use comity_terms::{Compact, Text};
use std::collections::{BTreeMap, BTreeSet};

/// What is looked for in text that people read, prepared for searching.
#[derive(Default)]
pub(super) struct Sayings {
    /// `None` where there is nothing, or it could not be made ready.
    search: Option<AhoCorasick>,
    stand_for: Vec<Vec<Saying>>,
    named: Vec<Named>,
    pub unbuilt: bool,
}

/// What a pattern stands for.
enum Saying {
    Mark(&'static Mark),
    /// The place of a name in the list.
    Partner(usize),
}

impl Sayings {
    /// Prepares the tables and the partners, by code and name. `compact`: gives the forms in which a text is compared.
    pub fn new(partners: &[(String, String)], compact: &mut dyn FnMut(&str) -> Vec<Compact>) -> Self {
        let mut patterns: BTreeMap<Vec<u8>, Vec<Saying>> = BTreeMap::new();
        let mut forms =
            |text: &str| -> BTreeSet<Vec<u8>> { compact(text).into_iter().map(|form| form.bytes).collect() };
        for mark in marks() {
            for bytes in forms(mark.text) {
                patterns.entry(bytes).or_default().push(Saying::Mark(mark));
            }
        }
        let of_partners = partners.iter().flat_map(|(code, name)| names(code, name));
        let named: Vec<Named> = of_partners.chain(unnamed()).collect();
        for (place, named) in named.iter().enumerate() {
            for bytes in forms(&named.text) {
                patterns.entry(bytes).or_default().push(Saying::Partner(place));
            }
        }
        let search = AhoCorasick::new(patterns.keys());
        Self { unbuilt: search.is_err(), search: search.ok(), stand_for: patterns.into_values().collect(), named }
    }
}

impl PartCheck<'_, '_> {
    /// Looks at one reading of a text. `ends`: tells where a line of it ends.
    pub(super) fn check_said(&mut self, text: &Text, compact: &Compact, via: &[&'static str]) {
        let sayings = &self.corpus.sayings;
        let bytes = self.bytes;
        let ends = |at: usize| {
            let span = text.spans.get(at).filter(|_| via.is_empty());
            span.is_some_and(|(from, to)| is_line_end(bytes.get(*from as usize..*to as usize).unwrap_or_default()))
        };
        let lines = Lines { chars: &text.chars, ends: &ends };
        let mut places: Vec<(FindingClass, usize, usize)> = Vec::new();
        for found in sayings.search.iter().flat_map(|search| search.find_overlapping_iter(&compact.bytes)) {
            let (start, end) = (found.start(), found.end());
            let begins = |at: usize| compact.begins.get(at).is_none_or(|begins| *begins);
            if !begins(start) || !begins(end) {
                continue;
            }
            let (from, to) = compact.characters(start, end);
            for saying in sayings.stand_for.get(found.pattern().as_usize()).into_iter().flatten() {
                let (class, place) = match saying {
                    Saying::Mark(mark) => (FindingClass::NationalMarking, lines.marking(mark, from, to)),
                    Saying::Partner(place) => {
                        let named = sayings.named.get(*place);
                        (FindingClass::PartnerAsSource, named.and_then(|named| lines.source(named, from, to)))
                    }
                };
                places.extend(place.map(|(from, to)| (class, from, to)));
            }
        }
        places.sort_unstable();
        // A name within a longer one, or a marking within a banner, is one place with it.
        places.dedup_by(|next, one| {
            let same = next.0 == one.0 && next.1 < one.2;
            one.2 = if same { one.2.max(next.2) } else { one.2 };
            same
        });
        for (class, from, to) in places {
            self.hit(class, text.span(from, to), None, "text", via);
        }
    }
}

/// Tells whether bytes of a part, as they are written, end a line.
fn is_line_end(bytes: &[u8]) -> bool {
    let escaped = |bytes: &[u8]| {
        let code = bytes.strip_prefix(b"\\u").map(<[u8]>::to_ascii_lowercase);
        code.is_some_and(|code| {
            [&b"000a"[..], b"000b", b"000c", b"000d", b"0085", b"2028", b"2029"].contains(&&code[..])
        })
    };
    let plain = [&b"\n"[..], b"\r", b"\\n", b"\\r", b"\\f", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9"];
    plain.contains(&bytes) || escaped(bytes)
}
