//! A plan with OR as several plans without.

use super::Seen;
use crate::engine::plan::Plan;
use crate::engine::steps::Steps;
use std::ops::ControlFlow;

/// More alternatives than this are more work than we do.
const ALTERNATIVES_MAX: usize = 4_096;

/// Returns every way to decide the ORs, the left side first. Ways in which a leaf has no observation are left out.
pub fn of(plan: &Plan, leaves: &[Vec<Seen>], steps: &mut Steps) -> ControlFlow<(), Vec<Plan>> {
    steps.take(1)?;
    let one =
        |found: Vec<Plan>, wrap: &dyn Fn(Plan) -> Plan| ControlFlow::Continue(found.into_iter().map(wrap).collect());
    match plan {
        Plan::Leaf(number) => {
            let seen = leaves.get(usize::from(*number)).is_some_and(|seen| !seen.is_empty());
            ControlFlow::Continue(if seen { vec![plan.clone()] } else { Vec::new() })
        }
        Plan::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(of(part, leaves, steps)?);
                if all.len() > ALTERNATIVES_MAX {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(all)
        }
        Plan::And(parts) => one_of_each(parts, leaves, steps, Plan::And),
        Plan::FollowedBy(parts) => one_of_each(parts, leaves, steps, Plan::FollowedBy),
        Plan::Within(inner, nanos) => one(of(inner, leaves, steps)?, &|plan| Plan::Within(Box::new(plan), *nanos)),
        Plan::Between(inner, start, stop) => {
            one(of(inner, leaves, steps)?, &|plan| Plan::Between(Box::new(plan), *start, *stop))
        }
        Plan::Repeats(inner, count) => {
            let inner = of(inner, leaves, steps)?;
            // Repetition asks for nothing but other observations each time: so many of the one and so many of the other.
            let all = shares(inner.len(), *count, steps)?;
            let repeated = |(plan, share): (&Plan, u64)| match share {
                0 => None,
                1 => Some(plan.clone()),
                _ => Some(Plan::Repeats(Box::new(plan.clone()), share)),
            };
            let share_out = |share: Vec<u64>| Plan::And(inner.iter().zip(share).filter_map(repeated).collect());
            ControlFlow::Continue(all.into_iter().map(share_out).collect())
        }
    }
}

fn one_of_each(
    parts: &[Plan],
    leaves: &[Vec<Seen>],
    steps: &mut Steps,
    join: fn(Vec<Plan>) -> Plan,
) -> ControlFlow<(), Vec<Plan>> {
    let mut ways: Vec<Vec<Plan>> = vec![Vec::new()];
    for part in parts {
        let choices = of(part, leaves, steps)?;
        if ways.len().saturating_mul(choices.len()) > ALTERNATIVES_MAX {
            return ControlFlow::Break(());
        }
        ways = ways
            .iter()
            .flat_map(|way| choices.iter().map(|choice| [way.as_slice(), std::slice::from_ref(choice)].concat()))
            .collect();
        steps.take(ways.len() as u64)?;
    }
    ControlFlow::Continue(ways.into_iter().map(join).collect())
}

/// Returns every way to share a count among so many, the first getting the most first.
fn shares(among: usize, count: u64, steps: &mut Steps) -> ControlFlow<(), Vec<Vec<u64>>> {
    match among {
        0 => return ControlFlow::Continue(Vec::new()),
        1 => return ControlFlow::Continue(vec![vec![count]]),
        _ => {}
    }
    let mut all = Vec::new();
    for first in (0..=count).rev() {
        steps.take(1)?;
        for rest in shares(among - 1, count - first, steps)? {
            all.push([vec![first], rest].concat());
        }
        if all.len() > ALTERNATIVES_MAX {
            return ControlFlow::Break(());
        }
    }
    ControlFlow::Continue(all)
}
