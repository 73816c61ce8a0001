//! Observations that a pattern over several of them may still need, as evidence.
//!
//! Guarantees: bounded in number and bytes; the oldest go first.

use comity_detect::Evidence;
use std::collections::VecDeque;

/// Observations kept at most.
const KEPT_MAX: usize = 10_000;
/// Their bytes at most, roughly.
const KEPT_BYTES_MAX: usize = 64 << 20;

/// One observation.
#[derive(Clone)]
pub(super) struct Noted {
    pub number: u64,
    pub source: String,
    pub line: u64,
    pub evidence: Evidence,
    bytes: usize,
}

/// The newest that a pattern kept.
#[derive(Default)]
pub(super) struct Kept {
    notes: VecDeque<Noted>,
    bytes: usize,
}

impl Kept {
    /// Keeps one more; numbers grow.
    pub(super) fn keep(&mut self, number: u64, source: &str, line: u64, evidence: Evidence) {
        let bytes = evidence.objects.iter().map(|object| object.to_string().len()).sum::<usize>() + source.len() + 200;
        self.bytes += bytes;
        self.notes.push_back(Noted { number, source: source.to_owned(), line, evidence, bytes });
        while self.notes.len() > KEPT_MAX || self.bytes > KEPT_BYTES_MAX {
            let Some(gone) = self.notes.pop_front() else { return };
            self.bytes = self.bytes.saturating_sub(gone.bytes);
        }
    }

    /// Returns one that is still kept.
    pub(super) fn find(&self, number: u64) -> Option<&Noted> {
        let at = self.notes.partition_point(|noted| noted.number < number);
        self.notes.get(at).filter(|noted| noted.number == number)
    }
}
