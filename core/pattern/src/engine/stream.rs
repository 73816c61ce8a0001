//! Observations one by one, as they come: what each one completes.
//!
//! Guarantees: memory for each pattern is bounded; where something had to be forgotten that might have mattered, the pattern
//! is reported as undetermined rather than as not matching.

use super::batch::{Progress, seen};
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
}

impl Default for StreamBounds {
    fn default() -> Self {
        Self { kept_per_bracket_max: 1_000, patterns_max: 1_000_000 }
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
    /// Whether the observation fed last is among what is kept.
    last_kept: bool,
}

impl Stream {
    /// Begins with nothing remembered.
    pub fn new(bounds: StreamBounds) -> Self {
        Self { bounds, kept: HashMap::new(), last_kept: false }
    }

    /// Forgets what is kept for a pattern; to be called when it is removed from the engine.
    pub fn forget(&mut self, id: PatternId) {
        self.kept.remove(&id);
    }

    /// Tells whether the observation fed last is kept, because a pattern needs several: what shows it later must be kept as well.
    pub fn kept(&self) -> bool {
        self.last_kept
    }

    /// Takes an observation, which is called by a number of the caller's, and returns what it completes. The observations of
    /// a match are used up: the pattern begins anew.
    pub fn feed(&mut self, engine: &Engine, observation: &Observed<'_>, number: u64) -> Vec<Detection> {
        self.last_kept = false;
        let mut detections = Vec::new();
        let found = engine.scan(observation);
        let one = seen(observation, number);
        let valid = |id: &PatternId| engine.valid(*id, observation).is_some();
        for id in found.errors.into_iter().filter(valid) {
            let outcome = Outcome::Error(EvaluationError::NotATimestamp);
            detections.push(Detection { pattern: id, observations: Vec::new(), outcome });
        }
        for id in found.exhausted.into_iter().filter(valid) {
            detections.push(Detection { pattern: id, observations: Vec::new(), outcome: Outcome::Undetermined });
        }
        let mut concerned = Vec::new();
        for leaf in found.leaves {
            if let Some(Some(leaf)) = engine.leaves.get(leaf as usize) {
                concerned.push((leaf.pattern, leaf.number));
            }
        }
        concerned.sort_unstable();
        for leaves in concerned.chunk_by(|one, other| one.0 == other.0) {
            let Some((id, _)) = leaves.first().copied() else { continue };
            let Some(entry) = engine.valid(id, observation) else { continue };
            let Some(plan) = &entry.plan else {
                detections.push(Detection {
                    pattern: id,
                    observations: vec![number],
                    outcome: Outcome::Match(Vec::new()),
                });
                continue;
            };
            let full = self.kept.len() >= self.bounds.patterns_max && !self.kept.contains_key(&id);
            if full {
                detections.push(Detection { pattern: id, observations: Vec::new(), outcome: Outcome::Undetermined });
                continue;
            }
            let progress = self.kept.entry(id).or_default();
            progress.seen.resize_with(entry.leaves.len(), Vec::new);
            // What is further away than the pattern spans can never be bound with this one or a later one.
            if let Some(span) = plan.span() {
                for seen in &mut progress.seen {
                    seen.retain(|old| old.last.saturating_add(span) >= one.first || old.last >= one.first);
                }
            }
            for (_, leaf) in leaves {
                if let Some(seen) = progress.seen.get_mut(usize::from(*leaf)) {
                    if plan.enough().is_some_and(|enough| seen.len() as u64 >= enough) {
                        continue;
                    }
                    self.last_kept = true;
                    progress.exhausted |= keep(seen, one, self.bounds.kept_per_bracket_max);
                }
            }
            let outcome = match solve(plan, &progress.seen, &mut Steps::new(engine.options.steps_max)) {
                Solution::Found(observations) => Some((observations, Outcome::Match(Vec::new()))),
                Solution::Exhausted => Some((Vec::new(), Outcome::Undetermined)),
                Solution::None if progress.exhausted => Some((Vec::new(), Outcome::Undetermined)),
                Solution::None => None,
            };
            if let Some((observations, outcome)) = outcome {
                self.kept.remove(&id);
                detections.push(Detection { pattern: id, observations, outcome });
            }
        }
        detections
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
