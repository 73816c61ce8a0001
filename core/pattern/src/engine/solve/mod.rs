//! The search for a binding: which observations, of those that satisfy the leaves, together satisfy the whole pattern.
//!
//! Guarantees: an answer is exact; where the work would exceed its bound there is none. Works without recursion over the
//! observations. Does not know: what is in an observation, only when it was and how often.

mod alternatives;
mod narrow;
mod problem;
mod search;

use super::plan::Plan;
use super::steps::Steps;
use problem::Problem;
use std::ops::ControlFlow;

/// An observation that satisfies a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which observation.
    pub at: u64,
    /// When it was first seen, in nanoseconds.
    pub first: i128,
    /// When it was last seen.
    pub last: i128,
    /// How often.
    pub count: u64,
}

/// What comes of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Solution {
    /// The observations of one binding, in ascending order, each once.
    Found(Vec<u64>),
    /// There is no binding.
    None,
    /// The work ran out.
    Exhausted,
}

/// Looks for a binding. `leaves` has, for each leaf, the observations that satisfy it, in the order they were seen.
pub fn solve(plan: &Plan, leaves: &[Vec<Seen>], steps: &mut Steps) -> Solution {
    match try_solve(plan, leaves, steps) {
        ControlFlow::Continue(Some(found)) => Solution::Found(found),
        ControlFlow::Continue(None) => Solution::None,
        ControlFlow::Break(()) => Solution::Exhausted,
    }
}

fn try_solve(plan: &Plan, leaves: &[Vec<Seen>], steps: &mut Steps) -> ControlFlow<(), Option<Vec<u64>>> {
    for alternative in alternatives::of(plan, leaves, steps)? {
        let mut problem = Problem::new(&alternative, leaves, steps)?;
        if !narrow::narrow(&mut problem, steps)? {
            continue;
        }
        if let Some(found) = search::search(&mut problem, steps)? {
            return ControlFlow::Continue(Some(found));
        }
    }
    ControlFlow::Continue(None)
}
