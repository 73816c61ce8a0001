//! What came of a line or a document.
//!
//! Guarantees: however much is refused, few are named and all are counted.

use crate::line::LineError;

/// Refusals that are named one by one.
const NAMED_MAX: usize = 20;

/// What came of a line or a document. Blank lines, and lines that name columns, are none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Observations that were handed over.
    pub observations: u64,
    /// Lines, or items of a list, that could be read and hold nothing that the mapping names.
    pub unread: u64,
    /// Lines that are comments.
    pub comments: u64,
    /// Lines, or items of a list, that were refused.
    pub refused: u64,
    /// The first of them.
    pub named: Vec<Refusal>,
}

/// Why something was refused, and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The line within what was given, from 1.
    pub line: u64,
    /// Which item of a list, from 1; `None` where it was not in one.
    pub item: Option<u64>,
    /// Why.
    pub error: LineError,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.item {
            Some(item) => write!(f, "item {item}: {}", self.error),
            None => self.error.fmt(f),
        }
    }
}

impl Told {
    /// Notes a refusal.
    pub(crate) fn refuse(&mut self, line: u64, item: Option<u64>, error: LineError) {
        self.refused += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(Refusal { line, item, error });
        }
    }

    /// Notes how many observations one record gave.
    pub(crate) fn gave(&mut self, observations: u64) {
        self.observations += observations;
        self.unread += u64::from(observations == 0);
    }

    /// Returns how many observations were handed over, where nothing was refused.
    ///
    /// # Errors
    /// The first refusal.
    pub fn whole(&self) -> Result<u64, LineError> {
        match self.named.first() {
            Some(first) => Err(first.error.clone()),
            None => Ok(self.observations),
        }
    }
}
