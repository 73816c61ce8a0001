//! What is asked of the holdings when a part was read: runs of words, and values.
//!
//! Guarantees: each is asked about once; without an answer there are no such findings, and the caller is told. Runs that two officers
//! declared public are one finding. Does not know: how runs and values are found.

use super::check::PartCheck;
use super::finding::FindingClass;
use super::held::{Held, NotRead};
use comity_correlate::CorrelatedValue;
use comity_terms::{Compact, Text};
use std::collections::{BTreeSet, HashSet};

/// A run of words, to be asked about when the part was read.
pub(super) struct PendingRun {
    pub print: u64,
    pub span: (usize, usize),
    pub token: usize,
    /// Which text it is in: only runs of one text can overlap.
    pub text: usize,
    pub via: Vec<&'static str>,
}

/// A value, to be asked about when the part was read.
pub(super) struct PendingValue {
    pub value: CorrelatedValue,
    pub span: (usize, usize),
    pub token: usize,
    pub via: Vec<&'static str>,
}

impl PartCheck<'_, '_> {
    pub(super) fn note_runs(&mut self, text: &Text, compact: &Compact, via: &[&'static str]) {
        self.texts += 1;
        for run in self.corpus.print_key.runs(compact) {
            let (from, to) = compact.characters(run.start, run.end);
            let (span, token, text) = (text.span(from, to), self.token, self.texts);
            self.runs.push(PendingRun { print: run.print, span, token, text, via: via.to_vec() });
        }
    }

    /// Asks the holdings about every run of words and value of the part. Without an answer there are no such findings, and the caller
    /// says that the check was not finished.
    pub(super) fn ask(&mut self, held: &dyn Held, own: &HashSet<CorrelatedValue>) -> Result<(), NotRead> {
        let (runs, values) = (std::mem::take(&mut self.runs), std::mem::take(&mut self.values));
        let known = &self.corpus.prints;
        let asked: BTreeSet<u64> = runs.iter().map(|run| run.print).filter(|print| !known.contains(print)).collect();
        let texts = held.texts(&asked);
        let none = HashSet::new();
        let unreleased = texts.as_ref().unwrap_or(&none);
        let found: Vec<PendingRun> =
            runs.into_iter().filter(|run| known.contains(&run.print) || unreleased.contains(&run.print)).collect();
        // What two officers declared public may stand in unreleased texts as well: it is public all the same.
        let asked: BTreeSet<u64> = found.iter().map(|run| run.print).collect();
        let declared = if asked.is_empty() { Ok(HashSet::new()) } else { held.public_texts(&asked) };
        let public = declared.as_ref().unwrap_or(&none);
        // Runs that overlap are one place.
        let mut place: Option<PendingRun> = None;
        for run in found {
            if public.contains(&run.print) {
                self.public_words(&run);
                continue;
            }
            place = match place {
                Some(mut first) if first.text == run.text && run.span.0 <= first.span.1 => {
                    first.span.1 = first.span.1.max(run.span.1);
                    Some(first)
                }
                before => {
                    self.sentence(before);
                    Some(run)
                }
            };
        }
        self.sentence(place);
        let asked: BTreeSet<CorrelatedValue> =
            values.iter().map(|it| &it.value).filter(|value| !own.contains(value)).cloned().collect();
        let unreleased = held.values(&asked)?;
        for PendingValue { value, span, token, via } in values {
            if unreleased.contains(&value) {
                self.token = token;
                self.hit(FindingClass::UnreleasedValue, span, None, value.kind.name(), &via);
            }
        }
        texts.and(declared).map(drop)
    }

    /// Words that are public are one finding for the whole release, at the first place: the one who answers for one answers for all.
    fn public_words(&mut self, run: &PendingRun) {
        if !std::mem::replace(&mut self.public_said, true) {
            self.token = run.token;
            self.hit(FindingClass::VerbatimPublic, run.span, None, "words-in-a-row", &run.via);
        }
    }

    fn sentence(&mut self, place: Option<PendingRun>) {
        if let Some(PendingRun { span: (start, end), token, via, .. }) = place {
            self.token = token;
            self.hit(FindingClass::VerbatimSentence, (start, end), None, "words-in-a-row", &via);
        }
    }
}
