//! A plan without OR as slots that each need an observation, and what slots demand of each other.
//!
//! Slots are numbered from left to right, so what belongs together is a range of them.

use super::Seen;
use crate::engine::plan::Plan;
use crate::engine::steps::Steps;
use std::ops::ControlFlow;

/// The observations that may stand in a slot, by their first time.
pub struct List {
    leaf: u16,
    between: Vec<(i128, i128)>,
    pub seen: Vec<Seen>,
    /// How many observations the first so many are, counting repeated ones.
    pub capacity: Vec<u64>,
}

/// A range of slots whose times matter together.
pub struct Group {
    pub start: usize,
    /// Behind the last slot.
    pub end: usize,
    /// Within so many nanoseconds; none for FOLLOWEDBY.
    pub within: Option<i128>,
    /// For FOLLOWEDBY: where its parts begin.
    pub parts: Vec<usize>,
    /// For each slot of the range that is bound: latest first and earliest last time up to it.
    pub bounds: Vec<(i128, i128)>,
}

/// Where an observation must stand.
pub struct Slot {
    pub list: usize,
    /// Groups that it belongs to.
    pub groups: Vec<usize>,
    /// Must not be before what stands in the group before the slot of this number.
    pub after: Vec<(usize, usize)>,
    /// The first slot of the repetition before: its observation does not come later in the list than ours. Repetitions are
    /// alike, so this leaves out only what is a rearrangement.
    pub copy_of: Option<usize>,
    /// Repetitions that are still to come, with this one; 0 where there are none.
    pub copies_left: u64,
    /// Behind the last slot of all repetitions.
    pub copies_end: usize,
    /// Must be last seen at or after this.
    pub last_min: i128,
    /// Must be first seen at or before this.
    pub first_max: i128,
}

pub struct Problem<'s> {
    leaves: &'s [Vec<Seen>],
    pub lists: Vec<List>,
    pub slots: Vec<Slot>,
    pub groups: Vec<Group>,
}

impl<'s> Problem<'s> {
    pub fn new(plan: &Plan, leaves: &'s [Vec<Seen>], steps: &mut Steps) -> ControlFlow<(), Self> {
        let mut problem = Self { leaves, lists: Vec::new(), slots: Vec::new(), groups: Vec::new() };
        problem.add(plan, &mut Vec::new(), &mut Vec::new(), &mut Vec::new(), steps)?;
        for group in &mut problem.groups {
            group.bounds = vec![(i128::MIN, i128::MAX); group.end - group.start];
        }
        ControlFlow::Continue(problem)
    }

    fn add(
        &mut self,
        plan: &Plan,
        between: &mut Vec<(i128, i128)>,
        groups: &mut Vec<usize>,
        after: &mut Vec<(usize, usize)>,
        steps: &mut Steps,
    ) -> ControlFlow<()> {
        steps.take(1)?;
        match plan {
            Plan::Leaf(number) => {
                let list = self.list(*number, between, steps)?;
                self.slots.push(Slot {
                    list,
                    groups: groups.clone(),
                    after: after.clone(),
                    copy_of: None,
                    copies_left: 0,
                    copies_end: 0,
                    last_min: i128::MIN,
                    first_max: i128::MAX,
                });
                ControlFlow::Continue(())
            }
            Plan::And(parts) | Plan::Or(parts) => {
                parts.iter().try_for_each(|part| self.add(part, between, groups, after, steps))
            }
            Plan::FollowedBy(parts) => {
                let group = self.open(None, groups);
                for part in parts {
                    let begin = self.slots.len();
                    if let Some(group) = self.groups.get_mut(group) {
                        group.parts.push(begin);
                    }
                    let first = self.groups.get(group).is_some_and(|group| group.start == begin);
                    if !first {
                        after.push((group, begin));
                    }
                    let added = self.add(part, between, groups, after, steps);
                    if !first {
                        after.pop();
                    }
                    added?;
                }
                self.close(group, groups);
                ControlFlow::Continue(())
            }
            Plan::Within(inner, nanos) => {
                let group = self.open(Some(*nanos), groups);
                self.add(inner, between, groups, after, steps)?;
                self.close(group, groups);
                ControlFlow::Continue(())
            }
            Plan::Between(inner, start, stop) => {
                between.push((*start, *stop));
                let added = self.add(inner, between, groups, after, steps);
                between.pop();
                added
            }
            Plan::Repeats(inner, count) => {
                let mut firsts = Vec::new();
                for _ in 0..*count {
                    firsts.push(self.slots.len());
                    self.add(inner, between, groups, after, steps)?;
                }
                let end = self.slots.len();
                let mut before = None;
                for (place, first) in firsts.iter().enumerate() {
                    // A repetition that begins with repetitions has the first of those already to go by.
                    if let Some(slot) = self.slots.get_mut(*first).filter(|slot| slot.copies_left == 0) {
                        slot.copy_of = before;
                        slot.copies_left = count - place as u64;
                        slot.copies_end = end;
                    }
                    before = Some(*first);
                }
                ControlFlow::Continue(())
            }
        }
    }

    fn open(&mut self, within: Option<i128>, groups: &mut Vec<usize>) -> usize {
        let number = self.groups.len();
        let start = self.slots.len();
        self.groups.push(Group { start, end: start, within, parts: Vec::new(), bounds: Vec::new() });
        groups.push(number);
        number
    }

    fn close(&mut self, number: usize, groups: &mut Vec<usize>) {
        let end = self.slots.len();
        if let Some(group) = self.groups.get_mut(number) {
            group.end = end;
        }
        groups.pop();
    }

    fn list(&mut self, leaf: u16, between: &[(i128, i128)], steps: &mut Steps) -> ControlFlow<(), usize> {
        if let Some(known) = self.lists.iter().position(|list| list.leaf == leaf && list.between == between) {
            return ControlFlow::Continue(known);
        }
        let seen = self.leaves.get(usize::from(leaf)).map(Vec::as_slice).unwrap_or_default();
        steps.take(seen.len() as u64 / 4)?;
        let fits = |seen: &&Seen| {
            between.iter().all(|(start, stop)| start < stop && seen.first < *stop && seen.last >= *start)
        };
        let mut seen: Vec<Seen> = seen.iter().filter(fits).copied().collect();
        seen.sort_by_key(|seen| seen.first);
        let mut capacity = vec![0];
        let mut sum = 0_u64;
        for one in &seen {
            sum = sum.saturating_add(one.count);
            capacity.push(sum);
        }
        self.lists.push(List { leaf, between: between.to_vec(), seen, capacity });
        ControlFlow::Continue(self.lists.len() - 1)
    }
}
