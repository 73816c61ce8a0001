//! What matched in one call, gathered by sighting.
//!
//! Guarantees: bounded, however many patterns match however many lines; nothing is dropped for it: what is beyond a bound is counted
//! together, and its evidence is not kept. Does not know: patterns, observations.

use comity_pattern::engine::PatternId;
use comity_store::{Match, MatchEvidence, NewMatches};
use std::collections::HashMap;

/// Distinct sightings of one call, and of one indicator in it. What is beyond is counted in one sighting without values: an indicator that
/// matches everything must not keep others from being found.
const SIGHTINGS_MAX: usize = 100_000;
const SIGHTINGS_OF_ONE_MAX: usize = 1_000;
/// Matches that are remembered one by one, of one sighting and of all.
const SINGLE_OF_ONE_MAX: usize = 10_000;
const SINGLE_MAX: usize = 200_000;
/// Matches of which the evidence is kept: so many of the first, and so many of the newest.
const EVIDENCE_OF_EACH_END: usize = 10;
/// All evidence of one call, in bytes.
const EVIDENCE_BYTES_MAX: usize = 64 << 20;
const DAY_SECONDS: i64 = 86_400;

/// The sightings of one call.
#[derive(Default)]
pub(super) struct Gathered {
    sightings: Vec<NewMatches>,
    at: HashMap<(PatternId, [u8; 16]), usize>,
    /// How many distinct sightings an indicator has in this call.
    of_one: HashMap<PatternId, usize>,
    /// By sighting and day: the match that stands for all further ones.
    together: HashMap<(usize, i64), usize>,
    single: usize,
    evidence_bytes: usize,
}

impl Gathered {
    /// Returns where a sighting is, if there is one.
    pub(super) fn find(&self, pattern: PatternId, dedup: [u8; 16]) -> Option<usize> {
        self.at.get(&(pattern, dedup)).copied()
    }

    /// Whether one more sighting of its own would be too much for this pattern.
    pub(super) fn is_full(&self, pattern: PatternId) -> bool {
        self.sightings.len() >= SIGHTINGS_MAX
            || self.of_one.get(&pattern).is_some_and(|count| *count >= SIGHTINGS_OF_ONE_MAX)
    }

    /// Enters a sighting and returns where it is.
    pub(super) fn enter(&mut self, pattern: PatternId, sighting: NewMatches) -> usize {
        let at = self.sightings.len();
        *self.of_one.entry(pattern).or_default() += 1;
        self.at.insert((pattern, sighting.dedup), at);
        self.sightings.push(sighting);
        at
    }

    /// Returns a sighting.
    pub(super) fn sighting(&mut self, at: usize) -> Option<&mut NewMatches> {
        self.sightings.get_mut(at)
    }

    /// Whether the next match of a sighting would keep its evidence.
    pub(super) fn wants_evidence(&self, at: usize) -> bool {
        self.evidence_bytes < EVIDENCE_BYTES_MAX && !self.is_together(at)
    }

    fn is_together(&self, at: usize) -> bool {
        self.single >= SINGLE_MAX || self.sightings.get(at).is_none_or(|it| it.matches.len() >= SINGLE_OF_ONE_MAX)
    }

    /// Adds a match.
    pub(super) fn add(&mut self, at: usize, one: Match) {
        if self.is_together(at) {
            self.add_together(at, one);
            return;
        }
        let Some(sighting) = self.sightings.get_mut(at) else { return };
        self.single += 1;
        self.evidence_bytes += bytes(&one.evidence);
        sighting.matches.push(one);
        // Between the first and the newest there is nothing to be seen that those do not show.
        let passed = sighting.matches.len().checked_sub(EVIDENCE_OF_EACH_END + 1);
        let passed = passed.filter(|place| *place >= EVIDENCE_OF_EACH_END);
        if let Some(passed) = passed.and_then(|place| sighting.matches.get_mut(place)) {
            let evidence = std::mem::take(&mut passed.evidence);
            self.evidence_bytes = self.evidence_bytes.saturating_sub(bytes(&evidence));
        }
    }

    /// Counts a match with others of the day. The same lines in the same calls make the same digest of them all.
    fn add_together(&mut self, at: usize, one: Match) {
        // Where there is too much of everything, days are not told apart either.
        let day = if self.single >= SINGLE_MAX { i64::MIN } else { one.last.unix_seconds().div_euclid(DAY_SECONDS) };
        let Some(sighting) = self.sightings.get_mut(at) else { return };
        let place = self.together.get(&(at, day)).copied();
        match place.and_then(|place| sighting.matches.get_mut(place)) {
            Some(all) => {
                all.digest = super::matching::short(&[&all.digest, &one.digest]);
                all.first = all.first.min(one.first);
                all.last = all.last.max(one.last);
                all.count = all.count.saturating_add(one.count);
                all.matches += one.matches;
            }
            None => {
                self.together.insert((at, day), sighting.matches.len());
                sighting.matches.push(Match { evidence: Vec::new(), ..one });
                self.single += usize::from(day != i64::MIN);
            }
        }
    }

    /// Returns all of them.
    pub(super) fn finish(self) -> Vec<NewMatches> {
        self.sightings
    }
}

fn bytes(evidence: &[MatchEvidence]) -> usize {
    evidence.iter().map(|part| part.evidence.len() + part.source.len()).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test")]

    use super::*;
    use comity_store::SightingState;
    use comity_vocab::Timestamp;

    fn one(n: usize, minute: i64) -> Match {
        let mut digest = [0; 16];
        digest.iter_mut().zip(n.to_le_bytes()).for_each(|(slot, byte)| *slot = byte);
        let at = Timestamp::from_unix(minute * 60, 0);
        let evidence = vec![MatchEvidence { source: "s".into(), line: n as u64, evidence: "{}".into() }];
        Match { digest, first: at, last: at, count: 1, matches: 1, evidence }
    }

    fn empty(dedup: [u8; 16]) -> NewMatches {
        NewMatches {
            indicator: "indicator--x".into(),
            version: comity_vocab::Digest([0; 32]),
            values: Vec::new(),
            dedup,
            state: SightingState::Open,
            list: None,
            score: None,
            matches: Vec::new(),
        }
    }

    #[test]
    fn evidence_of_both_ends_is_kept_and_what_is_too_much_is_counted_together() {
        let mut gathered = Gathered::default();
        let at = gathered.enter(PatternId(3), empty([1; 16]));
        assert_eq!(gathered.find(PatternId(3), [1; 16]), Some(at));
        for n in 0..SINGLE_OF_ONE_MAX + 500 {
            gathered.add(at, one(n, n as i64));
        }
        let other = gathered.enter(PatternId(3), empty([2; 16]));
        gathered.add(other, one(7, 0));
        let all = gathered.finish();
        let matches = &all[at].matches;
        let shown: Vec<u64> = matches.iter().flat_map(|one| &one.evidence).map(|part| part.line).collect();
        let newest = SINGLE_OF_ONE_MAX as u64;
        assert_eq!(shown, (0..10).chain(newest - 10..newest).collect::<Vec<_>>());
        // 10,000 minutes are seven days less 80 minutes: the rest is of two days.
        assert_eq!(matches.len(), SINGLE_OF_ONE_MAX + 2);
        let (count, stood_for) = matches.iter().fold((0, 0), |sum, one| (sum.0 + one.count, sum.1 + one.matches));
        assert_eq!((count, stood_for), (10_500, 10_500));
        assert_eq!(all[other].matches.len(), 1);
    }

    #[test]
    fn many_sightings_of_one_indicator_leave_room_for_others() {
        let mut gathered = Gathered::default();
        for n in 0..SIGHTINGS_OF_ONE_MAX {
            assert!(!gathered.is_full(PatternId(1)));
            let mut dedup = [0; 16];
            dedup.iter_mut().zip(n.to_le_bytes()).for_each(|(slot, byte)| *slot = byte);
            gathered.enter(PatternId(1), empty(dedup));
        }
        assert!(gathered.is_full(PatternId(1)) && !gathered.is_full(PatternId(2)));
    }
}
