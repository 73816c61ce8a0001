//! All patterns against a given number of observations.

use super::plan::nanos;
use super::scan::{Found, Scratch};
use super::solve::{Seen, Solution, solve};
use super::steps::Steps;
use super::store::{Engine, Entry, PatternId};
use crate::observed::Observed;
use crate::outcome::{EvaluationError, Outcome};
use std::collections::HashMap;

/// The outcomes of a match: patterns that are not listed did not match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    listed: HashMap<PatternId, Outcome>,
}

impl Outcomes {
    /// Returns the outcome of one pattern.
    pub fn of(&self, id: PatternId) -> Outcome {
        self.listed.get(&id).cloned().unwrap_or(Outcome::NoMatch)
    }

    /// Returns all that are not "no match", in no order.
    pub fn listed(&self) -> impl Iterator<Item = (PatternId, &Outcome)> {
        self.listed.iter().map(|(id, outcome)| (*id, outcome))
    }
}

/// What was found for one pattern so far.
#[derive(Default)]
pub(super) struct Progress {
    /// For each of its leaves, the observations that satisfy it.
    pub seen: Vec<Vec<Seen>>,
    pub error: bool,
    pub exhausted: bool,
}

/// Makes of an observation what the search needs to know of it.
pub(super) fn seen(observation: &Observed<'_>, at: u64) -> Seen {
    Seen { at, first: nanos(&observation.first), last: nanos(&observation.last), count: observation.count }
}

impl Engine {
    /// Matches all patterns against observations, in their order.
    pub fn match_all(&self, observed: &[Observed<'_>]) -> Outcomes {
        let mut progress: HashMap<PatternId, Progress> = HashMap::new();
        let mut scratch = Scratch::default();
        let mut values = scratch.values();
        for (at, observation) in observed.iter().enumerate() {
            values.clear();
            let found = self.scan(observation, &mut values, &mut scratch);
            if !found.is_nothing() {
                self.advance(observation, at as u64, found, &mut progress);
            }
        }
        let listed = progress.into_iter().map(|(id, progress)| (id, self.conclude(id, &progress)));
        Outcomes { listed: listed.filter(|(_, outcome)| *outcome != Outcome::NoMatch).collect() }
    }

    /// Notes what an observation does to the patterns that it concerns.
    fn advance(&self, observation: &Observed<'_>, at: u64, found: Found, progress: &mut HashMap<PatternId, Progress>) {
        let valid = |id: &PatternId| self.valid(*id, observation).is_some();
        for id in found.errors.into_iter().filter(valid) {
            progress.entry(id).or_default().error = true;
        }
        for id in found.exhausted.into_iter().filter(valid) {
            progress.entry(id).or_default().exhausted = true;
        }
        for leaf in found.leaves {
            let Some(Some(leaf)) = self.leaves.get(leaf as usize) else { continue };
            let Some(entry) = self.valid(leaf.pattern, observation) else { continue };
            let progress = progress.entry(leaf.pattern).or_default();
            progress.seen.resize_with(entry.leaves.len(), Vec::new);
            if let Some(own) = progress.seen.get_mut(usize::from(leaf.number)) {
                // One observation of a single bracket is all that will be asked for.
                if entry.plan.is_some() || own.is_empty() {
                    own.push(seen(observation, at));
                }
            }
        }
    }

    /// Returns a pattern that is in, where the observation is inside of its validity.
    pub(super) fn valid(&self, id: PatternId, observation: &Observed<'_>) -> Option<&Entry> {
        let entry = self.patterns.get(id.0 as usize)?.as_ref()?;
        entry.validity.as_ref().is_none_or(|validity| validity.covers(observation)).then_some(entry)
    }

    /// Says what comes of what was found.
    pub(super) fn conclude(&self, id: PatternId, progress: &Progress) -> Outcome {
        if progress.error {
            return Outcome::Error(EvaluationError::NotATimestamp);
        }
        let Some(Some(entry)) = self.patterns.get(id.0 as usize) else { return Outcome::NoMatch };
        let solution = match &entry.plan {
            None => match progress.seen.first().and_then(|seen| seen.first()) {
                Some(seen) => Solution::Found(vec![seen.at]),
                None => Solution::None,
            },
            Some(_) if progress.seen.is_empty() => Solution::None,
            Some(plan) => solve(plan, &progress.seen, &mut Steps::new(self.options.steps_max)),
        };
        match solution {
            Solution::Found(at) => Outcome::Match(at.into_iter().map(|at| at as usize).collect()),
            Solution::Exhausted => Outcome::Undetermined,
            Solution::None if progress.exhausted => Outcome::Undetermined,
            Solution::None => Outcome::NoMatch,
        }
    }
}
