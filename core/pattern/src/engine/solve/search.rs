//! Filling the slots from left to right, and going back where that fails.

use super::Seen;
use super::problem::Problem;
use crate::engine::steps::Steps;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Returns the observations of the first binding, in ascending order, each once.
pub fn search(problem: &mut Problem<'_>, steps: &mut Steps) -> ControlFlow<(), Option<Vec<u64>>> {
    let total = problem.slots.len();
    let mut places = vec![0_usize; total];
    let mut used: HashMap<u64, u64> = HashMap::new();
    let mut slot = 0;
    while slot < total {
        let from = places.get(slot).copied().unwrap_or_default();
        match next(problem, slot, from, &used, steps)? {
            Some((place, seen)) => {
                set(&mut places, slot, place);
                *used.entry(seen.at).or_default() += 1;
                bind(problem, slot, &seen);
                slot += 1;
                let start =
                    problem.slots.get(slot).and_then(|slot| slot.copy_of).and_then(|copy| places.get(copy).copied());
                set(&mut places, slot, start.unwrap_or_default());
            }
            None => {
                let Some(before) = slot.checked_sub(1) else { return ControlFlow::Continue(None) };
                slot = before;
                let place = places.get(slot).copied().unwrap_or_default();
                if let Some(count) = seen_at(problem, slot, place).and_then(|seen| used.get_mut(&seen.at)) {
                    *count -= 1;
                }
                set(&mut places, slot, place + 1);
            }
        }
    }
    let mut found: Vec<u64> = places
        .iter()
        .enumerate()
        .filter_map(|(slot, place)| seen_at(problem, slot, *place))
        .map(|seen| seen.at)
        .collect();
    found.sort_unstable();
    found.dedup();
    ControlFlow::Continue(Some(found))
}

fn set(places: &mut [usize], slot: usize, place: usize) {
    if let Some(own) = places.get_mut(slot) {
        *own = place;
    }
}

fn seen_at(problem: &Problem<'_>, slot: usize, place: usize) -> Option<Seen> {
    let list = problem.lists.get(problem.slots.get(slot)?.list)?;
    list.seen.get(place).copied()
}

/// Returns the next observation that may stand in the slot, given what stands left of it.
fn next(
    problem: &Problem<'_>,
    number: usize,
    from: usize,
    used: &HashMap<u64, u64>,
    steps: &mut Steps,
) -> ControlFlow<(), Option<(usize, Seen)>> {
    let Some(slot) = problem.slots.get(number) else { return ControlFlow::Continue(None) };
    let Some(list) = problem.lists.get(slot.list) else { return ControlFlow::Continue(None) };
    for (place, seen) in list.seen.iter().enumerate().skip(from) {
        steps.take(1)?;
        if seen.first > slot.first_max {
            // The list is ordered by first times.
            break;
        }
        if seen.last < slot.last_min || used.get(&seen.at).is_some_and(|count| *count >= seen.count) {
            continue;
        }
        let early = |(group, before): &(usize, usize)| {
            bounds(problem, *group, *before).is_some_and(|(latest_first, _)| latest_first > seen.last)
        };
        if slot.after.iter().any(early) {
            continue;
        }
        // The latest first time that the repetitions to come may have.
        let mut horizon = i128::MAX;
        let mut fits = true;
        for group in &slot.groups {
            let Some((own, nanos)) = problem.groups.get(*group).and_then(|own| Some((own, own.within?))) else {
                continue;
            };
            let (latest_first, earliest_last) = bounds(problem, *group, number).unwrap_or((i128::MIN, i128::MAX));
            let until = earliest_last.min(seen.last).saturating_add(nanos);
            fits &= seen.first <= until && latest_first <= seen.last.saturating_add(nanos);
            if own.end >= slot.copies_end {
                horizon = horizon.min(until);
            }
        }
        if !fits {
            continue;
        }
        if slot.copies_left > 1 {
            let end = list.seen.partition_point(|seen| seen.first <= horizon);
            let capacity = |place: usize| list.capacity.get(place).copied().unwrap_or_default();
            if capacity(end).saturating_sub(capacity(place)) < slot.copies_left {
                continue;
            }
        }
        return ControlFlow::Continue(Some((place, *seen)));
    }
    ControlFlow::Continue(None)
}

/// Returns the bounds of a group over its slots before this one.
fn bounds(problem: &Problem<'_>, group: usize, before: usize) -> Option<(i128, i128)> {
    let group = problem.groups.get(group)?;
    let place = before.checked_sub(group.start)?.checked_sub(1)?;
    group.bounds.get(place).copied()
}

/// Notes the times of what was put into a slot.
fn bind(problem: &mut Problem<'_>, number: usize, seen: &Seen) {
    let Some(slot) = problem.slots.get(number) else { return };
    for group in &slot.groups {
        let Some(group) = problem.groups.get_mut(*group) else { continue };
        let Some(place) = number.checked_sub(group.start) else { continue };
        let before = place.checked_sub(1).and_then(|place| group.bounds.get(place)).copied();
        let (latest_first, earliest_last) = before.unwrap_or((i128::MIN, i128::MAX));
        if let Some(own) = group.bounds.get_mut(place) {
            *own = (latest_first.max(seen.first), earliest_last.min(seen.last));
        }
    }
}
