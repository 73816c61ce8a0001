//! A scheme: a table of letters and their writings in several columns.
//!
//! Guarantees: the longest entry wins; `^` in an entry asks for the beginning of a word; a capital gives a capital.
//!
//! Does not know: languages.

use unicode_normalization::UnicodeNormalization;

use crate::letters::capital;
use crate::table::rows;

/// The letters of one column.
#[derive(Clone, Debug)]
pub(crate) struct Scheme {
    pairs: Vec<(String, String)>,
}

impl Scheme {
    /// Reads the column of this name.
    pub(crate) fn read(table: &'static str, column: &str) -> Scheme {
        let mut rows = rows(table);
        let head = rows.next().unwrap_or_default();
        let at = head.iter().position(|name| *name == column);
        let nfc = |text: &str| text.nfc().collect::<String>();
        let pairs = rows.filter_map(|row| {
            let (from, to) = (row.first()?, at.and_then(|at| row.get(at))?);
            Some((nfc(from), nfc(to)))
        });
        Scheme { pairs: pairs.collect() }
    }

    /// Puts other entries before those of the table.
    pub(crate) fn with(mut self, pairs: &[(&str, &str)]) -> Scheme {
        for (from, to) in pairs {
            self.pairs.retain(|(known, _)| known != from);
            self.pairs.push(((*from).to_owned(), (*to).to_owned()));
        }
        self
    }

    fn longest(&self, rest: &str, first: bool) -> Option<(&str, usize)> {
        let fits = self.pairs.iter().filter_map(|(from, to)| {
            let (key, bound) = from.strip_prefix('^').map_or((from.as_str(), false), |key| (key, true));
            let fits = !key.is_empty() && rest.starts_with(key) && (first || !bound);
            fits.then_some((to.as_str(), key.len(), bound))
        });
        fits.max_by_key(|(_, len, bound)| (*len, *bound)).map(|(to, len, _)| (to, len))
    }

    /// Writes letters without regard of case: for tables of small letters.
    pub(crate) fn letters(&self, text: &str) -> String {
        let text: String = text.nfc().collect();
        let lower = text.to_lowercase();
        let capitals: Vec<bool> = text.chars().map(char::is_uppercase).collect();
        let mut out = String::new();
        let (mut rest, mut at, mut first) = (lower.as_str(), 0, true);
        while let Some(letter) = rest.chars().next() {
            let (to, len) = match self.longest(rest, first) {
                Some((to, len)) => (to.to_owned(), len),
                None => (letter.to_string(), letter.len_utf8()),
            };
            out.push_str(&if capitals.get(at).copied().unwrap_or(false) { capital(&to) } else { to });
            at += rest.get(..len).map_or(1, |taken| taken.chars().count());
            rest = rest.get(len..).unwrap_or("");
            first = !letter.is_alphabetic() && letter != '\'';
        }
        out
    }

    /// Writes a text whose table knows capitals.
    pub(crate) fn exactly(&self, text: &str) -> String {
        let text: String = text.nfc().collect();
        crate::table::replace_longest(&text, &self.pairs)
    }
}
