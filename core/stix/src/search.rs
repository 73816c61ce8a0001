//! Text for full-text search, in any script, and safe queries over it.
//!
//! Guarantees: [`fold`] is applied to both sides, so that what was indexed is found in another case, another Unicode
//! form, without diacritics, and inside text that is written without spaces; [`fts_query`] never yields an expression
//! that FTS5 refuses. Made for the tokenizer `unicode61 remove_diacritics 0`, which splits at everything that is neither
//! letter nor digit. Does not know: what is indexed where, who may see it.

mod fold;
mod query;

pub use fold::fold;
pub use query::{fts_query, is_hangul};

use crate::inspect::properties::is_standard_property;
use crate::json::{Limits, Text, Visitor, whole};
use comity_vocab::Timestamp;

/// Content that nobody searches by words and that would fill the index.
const OPAQUE: [&str; 2] = ["payload_bin", "spec_version"];

/// Returns what is searched of an object: every string, every integer, and every property name that is not STIX's own,
/// folded and separated by blanks. Identifiers are among the strings. Left out: timestamps, `payload_bin`.
///
/// Bytes that are not strict JSON yield what was read before the fault.
pub fn search_text(bytes: &[u8]) -> String {
    let mut collector = Collector { out: String::with_capacity(bytes.len()), skip: false };
    // An object that is stored passed the scanner before; there is nobody here to report to.
    let _ = whole(bytes, &Limits::default(), &mut collector);
    collector.out
}

struct Collector {
    out: String,
    skip: bool,
}

impl Collector {
    fn add(&mut self, text: &str) {
        if !self.out.is_empty() {
            self.out.push(' ');
        }
        fold::fold_into(text, &mut self.out);
    }
}

impl<'a> Visitor<'a> for Collector {
    fn key(&mut self, text: Text<'a>) {
        let name = text.unescaped();
        self.skip = OPAQUE.contains(&name.as_ref());
        if !is_standard_property(&name) {
            self.add(&name);
        }
    }

    fn string(&mut self, text: Text<'a>) {
        if self.skip {
            return;
        }
        let text = text.unescaped();
        if Timestamp::parse(&text).is_err() {
            self.add(&text);
        }
    }

    fn number(&mut self, text: &'a [u8]) {
        if let Ok(text) = std::str::from_utf8(text)
            && text.bytes().all(|b| b.is_ascii_digit())
        {
            self.add(text);
        }
    }
}
