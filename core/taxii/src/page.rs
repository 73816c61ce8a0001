//! What a page of a collection consists of, the one who answers it: desk and gate.
//!
//! Guarantees: times are written in one form, and a cursor is bound to what the page shows. Does not know: where objects are kept.

use crate::{Envelope, Facts, Manifest, Query, resource};
use comity_vocab::Timestamp;

/// Bytes that an object has on average, as a guess at the size of a page.
const OBJECT_BYTES: usize = 1024;

/// What a page consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Objects (§5.4, §5.6).
    Objects,
    /// Manifest records (§5.3).
    Manifest,
    /// Versions of one object (§5.8).
    Versions,
}

impl Kind {
    /// Returns what a cursor of such a page is bound to: kind, object and filter.
    pub fn bound(self, object: &str, query: &Query) -> Vec<u8> {
        let mut bound = vec![match self {
            Self::Objects => b'o',
            Self::Manifest => b'm',
            Self::Versions => b'v',
        }];
        // An identifier has no NUL in it, and the filter is JSON: neither can be taken for the other.
        bound.extend_from_slice(object.as_bytes());
        bound.push(0);
        bound.extend(query.filter());
        bound
    }
}

/// A page that is being written.
pub enum Body {
    /// Objects.
    Objects(Envelope),
    /// Manifest records.
    Manifest(Manifest),
    /// Versions.
    Versions(Vec<String>),
}

impl Body {
    /// Makes an empty page with room for `limit` objects.
    pub fn new(kind: Kind, limit: usize) -> Self {
        match kind {
            Kind::Objects => Self::Objects(Envelope::with_room(limit.saturating_mul(OBJECT_BYTES))),
            Kind::Manifest => Self::Manifest(Manifest::default()),
            Kind::Versions => Self::Versions(Vec::new()),
        }
    }

    /// Adds the record of an object to a manifest, or its version to a list; objects are added to an envelope as bytes.
    pub fn add_record(&mut self, facts: &Facts<'_>, added: Timestamp) {
        match self {
            Self::Objects(_) => {}
            Self::Manifest(manifest) => manifest.add(facts, &stamp(added)),
            Self::Versions(versions) => {
                versions.push(facts.version().map_or_else(|| stamp(added), str::to_owned));
            }
        }
    }

    /// Returns the bytes of the page.
    pub fn finish(self, next: Option<&str>) -> Vec<u8> {
        match self {
            Self::Objects(envelope) => envelope.finish(next),
            Self::Manifest(manifest) => manifest.finish(next),
            Self::Versions(versions) => resource::versions(&versions, next),
        }
    }
}

/// Writes a time with six digits of a second, always: clients compare these texts.
pub fn stamp(date: Timestamp) -> String {
    let text = date.to_string();
    match text.strip_suffix('Z') {
        Some(short) if short.len() == 23 => format!("{short}000Z"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_six_digits() {
        for (text, expected) in [
            ("2026-11-24T12:00:00Z", "2026-11-24T12:00:00.000000Z"),
            ("2026-11-24T12:00:00.5Z", "2026-11-24T12:00:00.500000Z"),
            ("2026-11-24T12:00:00.000001Z", "2026-11-24T12:00:00.000001Z"),
        ] {
            assert_eq!(stamp(Timestamp::parse(text).unwrap()), expected);
        }
    }
}
