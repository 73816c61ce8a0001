//! What can be said of slots before any search: in which times their observations lie, and that there are enough of them.

use super::problem::Problem;
use crate::engine::steps::Steps;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Passes until bounds hardly move any more.
const PASSES: usize = 4;
/// With more slots the assignment of distinct observations is left to the search.
const ASSIGNED_SLOTS_MAX: usize = 128;

/// Narrows the times of each slot; false where one cannot be filled.
pub fn narrow(problem: &mut Problem<'_>, steps: &mut Steps) -> ControlFlow<(), bool> {
    for _ in 0..PASSES {
        let Some(reach) = reach(problem, steps)? else { return ControlFlow::Continue(false) };
        if !tighten(problem, &reach) {
            break;
        }
    }
    if reach(problem, steps)?.is_none() {
        return ControlFlow::Continue(false);
    }
    if problem.slots.len() > 1 && problem.slots.len() <= ASSIGNED_SLOTS_MAX {
        return assignable(problem, steps);
    }
    ControlFlow::Continue(true)
}

/// Returns the earliest first and the latest last time that each slot can have; `None` where it can have none.
fn reach(problem: &Problem<'_>, steps: &mut Steps) -> ControlFlow<(), Option<Vec<(i128, i128)>>> {
    let mut known: HashMap<(usize, i128, i128), (i128, i128)> = HashMap::new();
    let mut all = Vec::with_capacity(problem.slots.len());
    for slot in &problem.slots {
        let key = (slot.list, slot.last_min, slot.first_max);
        let found = match known.get(&key) {
            Some(found) => *found,
            None => {
                let seen = problem.lists.get(slot.list).map(|list| list.seen.as_slice()).unwrap_or_default();
                steps.take(1 + seen.len() as u64 / 16)?;
                let fits = seen.iter().filter(|seen| seen.last >= slot.last_min && seen.first <= slot.first_max);
                let found = fits
                    .fold((i128::MAX, i128::MIN), |(first, last), seen| (first.min(seen.first), last.max(seen.last)));
                known.insert(key, found);
                found
            }
        };
        if found.0 == i128::MAX {
            return ControlFlow::Continue(None);
        }
        all.push(found);
    }
    ControlFlow::Continue(Some(all))
}

/// Draws what each slot's neighbours say about it; tells whether anything moved.
fn tighten(problem: &mut Problem<'_>, reach: &[(i128, i128)]) -> bool {
    let mut moved = false;
    for group in &problem.groups {
        let inside = reach.get(group.start..group.end).unwrap_or_default();
        if let Some(nanos) = group.within {
            let latest_first = inside.iter().map(|(first, _)| *first).max().unwrap_or(i128::MIN);
            let earliest_last = inside.iter().map(|(_, last)| *last).min().unwrap_or(i128::MAX);
            let slots = problem.slots.get_mut(group.start..group.end).unwrap_or_default();
            for slot in slots {
                moved |= raise(&mut slot.last_min, latest_first.saturating_sub(nanos));
                moved |= lower(&mut slot.first_max, earliest_last.saturating_add(nanos));
            }
            continue;
        }
        let bounds: Vec<usize> = group.parts.iter().copied().chain([group.end]).collect();
        let (mut before, mut after) = (i128::MIN, i128::MAX);
        for part in bounds.windows(2) {
            let [begin, end] = part else { continue };
            for slot in problem.slots.get_mut(*begin..*end).unwrap_or_default() {
                moved |= raise(&mut slot.last_min, before);
            }
            before = reach.get(*begin..*end).unwrap_or_default().iter().fold(before, |it, (first, _)| it.max(*first));
        }
        for part in bounds.windows(2).rev() {
            let [begin, end] = part else { continue };
            for slot in problem.slots.get_mut(*begin..*end).unwrap_or_default() {
                moved |= lower(&mut slot.first_max, after);
            }
            after = reach.get(*begin..*end).unwrap_or_default().iter().fold(after, |it, (_, last)| it.min(*last));
        }
    }
    moved
}

fn raise(bound: &mut i128, to: i128) -> bool {
    let moved = *bound < to;
    *bound = (*bound).max(to);
    moved
}

fn lower(bound: &mut i128, to: i128) -> bool {
    let moved = *bound > to;
    *bound = (*bound).min(to);
    moved
}

/// Tells whether every slot can have an observation of its own, times aside: augmenting paths.
fn assignable(problem: &Problem<'_>, steps: &mut Steps) -> ControlFlow<(), bool> {
    // Who holds each observation; a repeated observation can be held as often as it was seen.
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for slot in 0..problem.slots.len() {
        // Breadth first from the slot: for each observation that was reached, the slot it was reached from.
        let mut reached: HashMap<u64, usize> = HashMap::new();
        let mut queue = vec![slot];
        let mut free = None;
        while let (Some(from), None) = (queue.pop(), free) {
            let Some(own) = problem.slots.get(from) else { continue };
            for seen in problem.lists.get(own.list).map(|list| list.seen.as_slice()).unwrap_or_default() {
                steps.take(1)?;
                if seen.last < own.last_min || seen.first > own.first_max || reached.contains_key(&seen.at) {
                    continue;
                }
                reached.insert(seen.at, from);
                let held = holders.get(&seen.at).map(Vec::as_slice).unwrap_or_default();
                if (held.len() as u64) < seen.count {
                    free = Some(seen.at);
                    break;
                }
                queue.extend_from_slice(held);
            }
        }
        let Some(mut at) = free else { return ControlFlow::Continue(false) };
        // Hand observations on along the way back.
        while let Some(from) = reached.get(&at).copied() {
            let given_up = holders.iter().find(|(_, held)| held.contains(&from)).map(|(at, _)| *at);
            holders.entry(at).or_default().push(from);
            match given_up {
                Some(old) if from != slot => {
                    if let Some(held) = holders.get_mut(&old)
                        && let Some(place) = held.iter().position(|it| *it == from)
                    {
                        held.swap_remove(place);
                    }
                    at = old;
                }
                _ => break,
            }
        }
    }
    ControlFlow::Continue(true)
}
