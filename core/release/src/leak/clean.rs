//! Texts of a part in which nothing was found: a text that stands there again is not read again.
//!
//! Guarantees: a text is passed over only where the same bytes were read to their end in the same manner, and gave no finding and
//! nothing to ask about. Nothing is copied. Does not know: what is looked for.

use super::json::Token;
use super::personal::Prose;
use comity_vocab::Tlp;
use hashbrown::HashSet;

/// So many texts are remembered, and so many rows.
const MOST: usize = 200_000;

/// All that decides, beside its bytes, what is found in a text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Manner {
    quoted: bool,
    prose: Prose,
    tlp: Tlp,
}

impl Manner {
    pub fn new(token: &Token, prose: Prose, tlp: Tlp) -> Self {
        Self { quoted: token.quoted, prose, tlp }
    }
}

/// What was read and is clean.
#[derive(Default)]
pub(super) struct Clean<'a> {
    texts: HashSet<(Manner, &'a [u8])>,
    rows: HashSet<&'a [u8]>,
}

impl<'a> Clean<'a> {
    /// Tells whether nothing is in a text that is read in this manner.
    pub fn has(&self, manner: Manner, text: &'a [u8]) -> bool {
        self.texts.contains(&(manner, text))
    }

    /// Takes a text in which nothing is.
    pub fn add(&mut self, manner: Manner, text: &'a [u8]) {
        if self.texts.len() < MOST {
            self.texts.insert((manner, text));
        }
    }

    /// Tells whether no term is in neighbours that stand in these bytes.
    pub fn has_row(&self, row: &'a [u8]) -> bool {
        self.rows.contains(row)
    }

    /// Takes neighbours in which no term is.
    pub fn add_row(&mut self, row: &'a [u8]) {
        if self.rows.len() < MOST {
            self.rows.insert(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::leak::{Term, TermKind, TermList};

    #[test]
    fn what_stands_twice_is_found_twice() {
        let list = TermList::new([Term::new(TermKind::Cryptonym, "Kormoran")]);
        for (text, places) in [
            (r#"{"a":"no","b":"Kormoran","c":"no","d":"Kormoran"}"#, 2),
            (r#"{"a":["Kor","moran"],"b":["no","ne"],"c":["no","ne"],"d":["Kor","moran"]}"#, 2),
            // The same bytes, once as they are and once as escapes.
            (r#"[K\u006frmoran,"K\u006frmoran"]"#, 2),
            (r#"["no","no","no"]"#, 0),
        ] {
            let found = list.find(text.as_bytes());
            assert_eq!(found.findings.len(), places, "{text}: {found:?}");
            assert!(found.undetermined.is_empty(), "{text}");
        }
    }
}
