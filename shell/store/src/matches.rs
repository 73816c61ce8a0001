//! The versions that have the words of a search, those that came last first.
//!
//! Guarantees: a value is found in every spelling that the index of values knows as the same, also where it was typed in another one; a
//! walk looks at no more than it is told, and says where it stopped. Does not know: filters, the order of a page.

use crate::correlation::keying;
use crate::error::StoreError;
use crate::view::View;
use comity_correlate::{Kind, guesses};
use std::ops::Range;

/// The most objects that hold a typed value and are gathered for it.
const HOLDERS_MAX: i64 = 200_000;
/// A text longer than this is no value.
const VALUE_BYTES_MAX: usize = 2_048;

/// What was typed, ready to be looked for.
pub(crate) struct Words {
    /// For the index of texts.
    expression: String,
    /// Current versions that hold the typed value, however they write it; sorted.
    holders: Vec<i64>,
    /// Whether there were more holders than are gathered.
    pub cut: bool,
    /// Whether the index of values was asked, which may follow later than that of texts.
    pub asks_values: bool,
}

/// What a walk over matches does after one of them.
pub(crate) enum Step {
    /// It goes on.
    On,
    /// It stops before this one, which was not looked at.
    Stop,
}

impl View<'_> {
    /// Reads what somebody typed.
    ///
    /// # Errors
    /// [`StoreError::Query`] where it has no word; a failing database.
    pub(crate) fn words(&self, text: &str) -> Result<Words, StoreError> {
        let typed = comity_stix::fts_query(text).ok_or(StoreError::Query { part: "text" })?;
        let mut expressions = vec![typed];
        let mut words = Words { expression: String::new(), holders: Vec::new(), cut: false, asks_values: false };
        let plain = comity_normal::refanged(unquoted(text));
        if plain.len() <= VALUE_BYTES_MAX && !plain.ends_with('*') {
            let mut spellings: Vec<String> = Vec::new();
            if plain != unquoted(text) {
                spellings.push(plain.to_string());
            }
            let keying = keying(self.conn)?;
            for value in guesses(&plain) {
                words.asks_values = true;
                let room = HOLDERS_MAX + 1 - words.holders.len() as i64;
                let mut holders = self.conn.prepare_cached(
                    "SELECT o.current FROM value_key k CROSS JOIN object o ON o.oid = k.oid
                     WHERE k.hash = ?1 AND o.current IS NOT NULL LIMIT ?2",
                )?;
                let mut rows = holders.query((keying.key(&value).number(), room))?;
                while let Some(row) = rows.next()? {
                    words.holders.push(row.get(0)?);
                }
                if is_phrase(value.kind) {
                    spellings.push(value.value);
                }
            }
            for expression in spellings.iter().filter_map(|spelling| comity_stix::fts_query(&format!("\"{spelling}\"")))
            {
                if !expressions.contains(&expression) {
                    expressions.push(expression);
                }
            }
            words.cut = words.holders.len() as i64 > HOLDERS_MAX;
            words.holders.sort_unstable();
            words.holders.dedup();
        }
        words.expression = match expressions.as_slice() {
            [one] => one.clone(),
            several => several.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" OR "),
        };
        Ok(words)
    }
}

/// What was typed between quotation marks is a value too.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).map_or(text, str::trim)
}

/// Whether the usual spelling of such a value says enough to be looked for as words; a bare number would be found everywhere.
fn is_phrase(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::AutonomousSystem | Kind::Serial | Kind::Phone | Kind::Account | Kind::ExternalId | Kind::Mutex
    )
}

impl Words {
    /// Whether a beginning is looked for: each question then reads the lists of every word that begins so, also for one version.
    pub(crate) fn has_beginning(&self) -> bool {
        // Outside of a phrase only; within one there are nothing but words and blanks.
        self.expression.contains('*')
    }

    /// Tells whether a version has them.
    pub(crate) fn are_in(&self, view: &View<'_>, vid: i64) -> Result<bool, StoreError> {
        let mut found = false;
        self.walk(view, &(vid..vid.saturating_add(1)), |_| {
            found = true;
            Step::Stop
        })?;
        Ok(found)
    }

    /// Walks through the matches within a range of versions, the highest first; returns whether it came to the end.
    pub(crate) fn walk(
        &self,
        view: &View<'_>,
        range: &Range<i64>,
        mut each: impl FnMut(i64) -> Step,
    ) -> Result<bool, StoreError> {
        // They are sorted, and a range may be one version among very many of them.
        let before = |end: i64| self.holders.partition_point(|vid| *vid < end);
        let within = self.holders.get(before(range.start)..before(range.end)).unwrap_or_default();
        let mut holders = within.iter().rev().copied().peekable();
        let mut statement = view.conn.prepare_cached(
            "SELECT rowid FROM version_text WHERE version_text MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid DESC",
        )?;
        let mut rows = statement.query((&self.expression, range.start, range.end))?;
        while let Some(row) = rows.next()? {
            let vid: i64 = row.get(0)?;
            while let Some(holder) = holders.next_if(|holder| *holder > vid) {
                if matches!(each(holder), Step::Stop) {
                    return Ok(false);
                }
            }
            holders.next_if_eq(&vid);
            if matches!(each(vid), Step::Stop) {
                return Ok(false);
            }
        }
        for holder in holders {
            if matches!(each(holder), Step::Stop) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
