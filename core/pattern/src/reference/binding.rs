//! §9.5: bindings. A binding gives every observation expression an observation of its own; qualifiers and FOLLOWEDBY say
//! which bindings count. An observed-data that was seen n times is n observations.
//!
//! Where an observation spans a time, it counts if some instant of the span would do (as the official matcher has it).

use super::{Reading, Steps, Stop, observation_holds};
use crate::ast::{Observation, Qualifier};
use crate::observed::Observed;
use crate::outcome::Outcome;
use comity_vocab::Timestamp;
use std::ops::ControlFlow;

/// Which observed-data, and which of the times that it was seen.
type Instance = (usize, u64);

/// What is done with a binding that was found.
type Found<'f> = &'f mut dyn FnMut(&[Instance], &mut Steps) -> ControlFlow<Stop>;

struct Search<'o> {
    observed: &'o [Observed<'o>],
    reading: Reading,
    /// For each bracket of the pattern, which observed-data satisfy it: the same all the time, so found out once.
    satisfied: Vec<(&'o Observation, Vec<usize>)>,
    /// No binding has more observations than this, so no observed-data is needed more often.
    times_max: u64,
}

/// Looks for the first binding of a whole pattern.
pub fn first<'o>(
    expression: &'o Observation,
    observed: &'o [Observed<'o>],
    reading: Reading,
    steps_max: u64,
) -> Outcome {
    let mut search = Search { observed, reading, satisfied: Vec::new(), times_max: leaves(expression) };
    search.look_at(expression);
    let mut steps = Steps { left: steps_max };
    let outcome = search.bindings(expression, &[], &mut steps, &mut |binding, _| {
        let mut places: Vec<usize> = binding.iter().map(|(place, _)| *place).collect();
        places.sort_unstable();
        places.dedup();
        ControlFlow::Break(Stop::Found(places))
    });
    match outcome {
        ControlFlow::Continue(()) => Outcome::NoMatch,
        ControlFlow::Break(Stop::Found(places)) => Outcome::Match(places),
        ControlFlow::Break(Stop::Exhausted) => Outcome::Undetermined,
    }
}

fn leaves(expression: &Observation) -> u64 {
    match expression {
        Observation::Test(_) => 1,
        Observation::And(parts) | Observation::Or(parts) | Observation::FollowedBy(parts) => {
            parts.iter().map(leaves).sum()
        }
        Observation::Qualified(inner, Qualifier::Repeats(count)) => leaves(inner) * count,
        Observation::Qualified(inner, _) => leaves(inner),
    }
}

impl<'o> Search<'o> {
    /// Finds out which observed-data satisfy the brackets of an expression.
    fn look_at(&mut self, expression: &'o Observation) {
        match expression {
            Observation::Test(_) => {
                let holds = |(_, observation): &(usize, &Observed<'_>)| {
                    observation_holds(expression, observation, self.reading)
                };
                let places = self.observed.iter().enumerate().filter(holds).map(|(place, _)| place).collect();
                self.satisfied.push((expression, places));
            }
            Observation::And(parts) | Observation::Or(parts) | Observation::FollowedBy(parts) => {
                parts.iter().for_each(|part| self.look_at(part));
            }
            Observation::Qualified(inner, _) => self.look_at(inner),
        }
    }

    fn places(&self, bracket: &Observation) -> &[usize] {
        let known = self.satisfied.iter().find(|(known, _)| std::ptr::eq(*known, bracket));
        known.map(|(_, places)| places.as_slice()).unwrap_or_default()
    }

    /// Calls `found` with every binding that has none of the taken observations.
    fn bindings(
        &self,
        expression: &Observation,
        taken: &[Instance],
        steps: &mut Steps,
        found: Found<'_>,
    ) -> ControlFlow<Stop> {
        match expression {
            Observation::Test(_) => {
                for place in self.places(expression) {
                    let Some(observation) = self.observed.get(*place) else { continue };
                    let place = *place;
                    for time in 0..observation.count.min(self.times_max) {
                        steps.take()?;
                        if !taken.contains(&(place, time)) {
                            found(&[(place, time)], steps)?;
                        }
                    }
                }
                ControlFlow::Continue(())
            }
            Observation::Or(parts) => parts.iter().try_for_each(|part| self.bindings(part, taken, steps, found)),
            Observation::And(parts) => self.all(parts, &mut |_, _| true, taken, &[], steps, found),
            Observation::FollowedBy(parts) => {
                self.all(parts, &mut |left, right| self.not_before(left, right), taken, &[], steps, found)
            }
            Observation::Qualified(inner, Qualifier::Repeats(count)) => {
                let mut inner_bindings = Vec::new();
                self.bindings(inner, taken, steps, &mut |binding, steps| {
                    steps.take()?;
                    inner_bindings.push(binding.to_vec());
                    ControlFlow::Continue(())
                })?;
                combinations(&inner_bindings, *count, &[], steps, found)
            }
            Observation::Qualified(inner, qualifier) => self.bindings(inner, taken, steps, &mut |binding, steps| {
                if self.qualifies(qualifier, binding) { found(binding, steps) } else { ControlFlow::Continue(()) }
            }),
        }
    }

    /// Binds each part with observations of its own, where what is bound may stand left of what comes.
    fn all(
        &self,
        parts: &[Observation],
        may_stand: &mut dyn FnMut(&[Instance], &[Instance]) -> bool,
        taken: &[Instance],
        bound: &[Instance],
        steps: &mut Steps,
        found: Found<'_>,
    ) -> ControlFlow<Stop> {
        let Some((part, rest)) = parts.split_first() else { return found(bound, steps) };
        self.bindings(part, taken, steps, &mut |binding, steps| {
            if !may_stand(bound, binding) {
                return ControlFlow::Continue(());
            }
            let taken = [taken, binding].concat();
            let bound = [bound, binding].concat();
            self.all(rest, may_stand, &taken, &bound, steps, found)
        })
    }

    fn first(&self, instance: &Instance) -> Option<Timestamp> {
        self.observed.get(instance.0).map(|observation| observation.first)
    }

    fn last(&self, instance: &Instance) -> Option<Timestamp> {
        self.observed.get(instance.0).map(|observation| observation.last)
    }

    /// FOLLOWEDBY: every left observation can be at or before every right one.
    fn not_before(&self, left: &[Instance], right: &[Instance]) -> bool {
        left.iter().all(|left| right.iter().all(|right| self.first(left) <= self.last(right)))
    }

    fn qualifies(&self, qualifier: &Qualifier, binding: &[Instance]) -> bool {
        match qualifier {
            Qualifier::Within(seconds) => binding.iter().all(|early| {
                binding.iter().all(|late| match (self.last(early), self.first(late)) {
                    (Some(early), Some(late)) => nanos(&late) - nanos(&early) <= seconds.nanos,
                    _ => false,
                })
            }),
            // The stop is not part of the interval.
            Qualifier::StartStop(start, stop) => {
                start < stop
                    && binding
                        .iter()
                        .all(|it| self.first(it).is_some_and(|first| first < *stop) && self.last(it) >= Some(*start))
            }
            Qualifier::Repeats(_) => true,
        }
    }
}

/// Calls `found` with every choice of so many bindings that share no observation.
fn combinations(
    bindings: &[Vec<Instance>],
    count: u64,
    chosen: &[Instance],
    steps: &mut Steps,
    found: Found<'_>,
) -> ControlFlow<Stop> {
    if count == 0 {
        return found(chosen, steps);
    }
    for (place, binding) in bindings.iter().enumerate() {
        steps.take()?;
        if binding.iter().any(|instance| chosen.contains(instance)) {
            continue;
        }
        let chosen = [chosen, binding].concat();
        combinations(bindings.get(place + 1..).unwrap_or_default(), count - 1, &chosen, steps, found)?;
    }
    ControlFlow::Continue(())
}

/// Nanoseconds since 1970; a leap second goes on counting.
fn nanos(instant: &Timestamp) -> i128 {
    let fraction = instant.sort_key().iter().skip(8).fold(0_i128, |sum, byte| sum << 8 | i128::from(*byte));
    i128::from(instant.unix_seconds()) * 1_000_000_000 + fraction
}
