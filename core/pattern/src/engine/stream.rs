//! Observations one by one, as they come: what each one completes.
//!
//! Guarantees: memory for each pattern is bounded; where something had to be forgotten that might have mattered, the pattern
//! is reported as undetermined rather than as not matching.

use super::batch::{Progress, seen};
use super::plan::Plan;
use super::scan::{Found, Scratch};
use super::solve::{Seen, Solution, solve};
use super::steps::Steps;
use super::store::{Engine, PatternId};
use crate::observed::Observed;
use crate::outcome::{EvaluationError, Outcome};
use std::collections::HashMap;

/// Bounds of a stream.
#[derive(Clone, Copy, Debug)]
pub struct StreamBounds {
    /// Observations that are kept for each bracket of a pattern that needs more than one.
    pub kept_per_bracket_max: usize,
    /// Patterns for which observations are kept at the same time.
    pub patterns_max: usize,
    /// Observations that are kept for all patterns together; each takes 48 bytes.
    pub kept_max: usize,
}

impl Default for StreamBounds {
    fn default() -> Self {
        Self { kept_per_bracket_max: 1_000, patterns_max: 1_000_000, kept_max: 4_000_000 }
    }
}

/// Something that an observation brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detection {
    /// The pattern.
    pub pattern: PatternId,
    /// The numbers of the observations of the binding, in ascending order; none where this is no match.
    pub observations: Vec<u64>,
    /// [`Outcome::Match`] (its places are left empty), or why there is no answer.
    pub outcome: Outcome,
}

/// What is remembered between observations.
#[derive(Default)]
pub struct Stream {
    bounds: StreamBounds,
    kept: HashMap<PatternId, Progress>,
    /// Observations in `kept`.
    kept_count: usize,
    /// Whether the observation fed last is among what is kept.
    last_kept: bool,
    /// Observations until what is too old is looked for again.
    until_sweep: usize,
    scratch: Scratch,
}

impl Stream {
    /// Begins with nothing remembered.
    pub fn new(bounds: StreamBounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// Forgets what is kept for a pattern; to be called when it is removed from the engine.
    pub fn forget(&mut self, id: PatternId) {
        let gone = self.kept.remove(&id).map_or(0, |progress| progress.len());
        self.kept_count = self.kept_count.saturating_sub(gone);
    }

    /// Tells whether the observation fed last is kept, because a pattern needs several: what shows it later must be kept as well.
    pub fn kept(&self) -> bool {
        self.last_kept
    }

    /// Returns the smallest number that is kept for any pattern: what shows observations before it is not needed any more.
    /// Walks over everything that is kept; to be called now and then.
    pub fn oldest_kept(&self) -> Option<u64> {
        self.kept.values().flat_map(|progress| progress.seen.iter().flatten()).map(|seen| seen.at).min()
    }

    /// Tells whether an observation does nothing to any pattern: [`Stream::feed`] would return nothing and keep nothing. What is
    /// remembered stays as it is, so that several may look, each with a stream of its own, while one takes.
    pub fn passes_by(&mut self, engine: &Engine, observation: &Observed<'_>) -> bool {
        self.scan(engine, observation).is_nothing()
    }

    /// Takes so many observations that do nothing ([`Stream::passes_by`]).
    pub fn pass(&mut self, observations: u64) {
        if observations > 0 {
            self.last_kept = false;
            self.until_sweep = self.until_sweep.saturating_sub(usize::try_from(observations).unwrap_or(usize::MAX));
        }
    }

    fn scan(&mut self, engine: &Engine, observation: &Observed<'_>) -> Found {
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut values = scratch.values();
        let found = engine.scan(observation, &mut values, &mut scratch);
        scratch.give_back(values);
        self.scratch = scratch;
        found
    }

    /// Takes an observation, which is called by a number of the caller's, and returns what it completes. The observations of
    /// a match are used up: the pattern begins again.
    pub fn feed(&mut self, engine: &Engine, observation: &Observed<'_>, number: u64) -> Vec<Detection> {
        self.last_kept = false;
        self.until_sweep = self.until_sweep.saturating_sub(1);
        let found = self.scan(engine, observation);
        if found.is_nothing() {
            return Vec::new();
        }
        self.took(engine, observation, number, found)
    }

    /// Says what comes of what was found.
    fn took(&mut self, engine: &Engine, observation: &Observed<'_>, number: u64, found: Found) -> Vec<Detection> {
        let mut detections = Vec::new();
        let no_answer = |pattern, outcome| Detection { pattern, observations: Vec::new(), outcome };
        let valid = |id: &PatternId| engine.valid(*id, observation).is_some();
        for id in found.errors.into_iter().filter(valid) {
            detections.push(no_answer(id, Outcome::Error(EvaluationError::NotATimestamp)));
        }
        for id in found.exhausted.into_iter().filter(valid) {
            detections.push(no_answer(id, Outcome::Undetermined));
        }
        let leaf = |leaf: &u32| engine.leaves.get(*leaf as usize).and_then(Option::as_ref);
        let mut concerned: Vec<_> =
            found.leaves.iter().filter_map(leaf).map(|leaf| (leaf.pattern, leaf.number)).collect();
        concerned.sort_unstable();
        for leaves in concerned.chunk_by(|one, other| one.0 == other.0) {
            let Some((id, _)) = leaves.first().copied() else { continue };
            let Some(entry) = engine.valid(id, observation) else { continue };
            match &entry.plan {
                None => detections.push(Detection {
                    pattern: id,
                    observations: vec![number],
                    outcome: Outcome::Match(Vec::new()),
                }),
                Some(plan) => {
                    let one = seen(observation, number);
                    self.sweep(engine, &one);
                    let outcome = self.advance(engine, id, (plan, entry.leaves.len()), leaves, one);
                    detections.extend(outcome.map(|(observations, outcome)| Detection {
                        pattern: id,
                        observations,
                        outcome,
                    }));
                }
            }
        }
        detections
    }

    /// Keeps an observation for a pattern that needs several, and looks whether that completes it.
    fn advance(
        &mut self,
        engine: &Engine,
        id: PatternId,
        (plan, brackets): (&Plan, usize),
        leaves: &[(PatternId, u16)],
        one: Seen,
    ) -> Option<(Vec<u64>, Outcome)> {
        if self.kept_count.saturating_add(leaves.len()) > self.bounds.kept_max {
            self.make_room();
        }
        let full = self.kept.len() >= self.bounds.patterns_max && !self.kept.contains_key(&id);
        if full || self.kept_count.saturating_add(leaves.len()) > self.bounds.kept_max {
            // It is as if this one had been forgotten at once.
            if let Some(progress) = self.kept.get_mut(&id) {
                progress.exhausted = true;
            }
            return Some((Vec::new(), Outcome::Undetermined));
        }
        let progress = self.kept.entry(id).or_default();
        let before = progress.len();
        progress.seen.resize_with(brackets, Vec::new);
        progress.expire(plan, &one);
        let mut keeps = false;
        for (_, leaf) in leaves {
            if let Some(seen) = progress.seen.get_mut(usize::from(*leaf)) {
                if plan.enough().is_some_and(|enough| seen.len() as u64 >= enough) {
                    continue;
                }
                keeps = true;
                progress.exhausted |= keep(seen, one, self.bounds.kept_per_bracket_max);
            }
        }
        let solution = solve(plan, &progress.seen, &mut Steps::new(engine.options.steps_max));
        let (exhausted, after) = (progress.exhausted, progress.len());
        self.kept_count = (self.kept_count + after).saturating_sub(before);
        let outcome = match solution {
            Solution::Found(observations) => (observations, Outcome::Match(Vec::new())),
            Solution::Exhausted => (Vec::new(), Outcome::Undetermined),
            Solution::None if exhausted => (Vec::new(), Outcome::Undetermined),
            Solution::None => {
                self.last_kept |= keeps;
                return None;
            }
        };
        self.forget(id);
        Some(outcome)
    }

    /// Takes half of the room from the patterns that keep most, which have no answer then: whose pattern is greedy must not keep
    /// others from theirs. Walks over all patterns, and is not needed again before half of the room is filled again.
    fn make_room(&mut self) {
        let mut greedy: Vec<(usize, PatternId)> =
            self.kept.iter().map(|(id, progress)| (progress.len(), *id)).collect();
        greedy.sort_unstable_by(|one, other| other.cmp(one));
        for (length, id) in greedy {
            if self.kept_count <= self.bounds.kept_max / 2 {
                return;
            }
            if let Some(progress) = self.kept.get_mut(&id) {
                progress.seen.iter_mut().for_each(|seen| *seen = Vec::new());
                progress.exhausted = true;
                self.kept_count = self.kept_count.saturating_sub(length);
            }
        }
    }

    /// Where nearly all room is taken, forgets what is too old for its pattern; seldom, because it looks at everything.
    fn sweep(&mut self, engine: &Engine, now: &Seen) {
        if self.until_sweep > 0 || self.kept_count < self.bounds.kept_max / 10 * 9 {
            return;
        }
        self.until_sweep = self.kept_count / 8 + 1;
        self.kept.retain(|id, progress| {
            let Some(Some(entry)) = engine.patterns.get(id.0 as usize) else { return false };
            if let Some(plan) = &entry.plan {
                progress.expire(plan, now);
            }
            progress.exhausted || progress.len() > 0
        });
        self.kept_count = self.kept.values().map(Progress::len).sum();
    }
}

impl Progress {
    fn len(&self) -> usize {
        self.seen.iter().map(Vec::len).sum()
    }

    /// Forgets what is further away than the pattern spans: it can never be bound with this one or a later one.
    fn expire(&mut self, plan: &Plan, now: &Seen) {
        if let Some(span) = plan.span() {
            for seen in &mut self.seen {
                seen.retain(|old| old.last.saturating_add(span) >= now.first || old.last >= now.first);
            }
        }
    }
}

/// Keeps one more; the oldest goes where there are too many. Tells whether one went.
fn keep(seen: &mut Vec<Seen>, one: Seen, most: usize) -> bool {
    seen.push(one);
    if seen.len() > most {
        seen.remove(0);
        return true;
    }
    false
}
