//! Observation expressions, compiled: leaves by number, everything else as what it demands of times.

use crate::ast::{Comparison, Observation, Qualifier};
use comity_vocab::Timestamp;

/// What a pattern demands beyond its leaves.
#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    /// An observation that satisfies the leaf of this number.
    Leaf(u16),
    /// All, by distinct observations.
    And(Vec<Plan>),
    /// One.
    Or(Vec<Plan>),
    /// All, none before its left neighbour.
    FollowedBy(Vec<Plan>),
    /// So many, by distinct observations.
    Repeats(Box<Plan>, u64),
    /// Within so many nanoseconds.
    Within(Box<Plan>, i128),
    /// From the first nanosecond, before the second.
    Between(Box<Plan>, i128, i128),
}

/// Nanoseconds since 1970; a leap second goes on counting.
pub fn nanos(instant: &Timestamp) -> i128 {
    let key = instant.sort_key();
    let fraction = key.last_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    i128::from(instant.unix_seconds()) * 1_000_000_000 + i128::from(fraction)
}

impl Plan {
    /// Compiles an expression; its leaves are appended to `leaves`. `None` where there are too many.
    pub fn new(expression: &Observation, leaves: &mut Vec<Comparison>) -> Option<Self> {
        let mut all =
            |parts: &[Observation]| -> Option<Vec<Plan>> { parts.iter().map(|part| Plan::new(part, leaves)).collect() };
        Some(match expression {
            Observation::Test(comparison) => {
                // The same brackets are one leaf: their objects are looked for once.
                let known = leaves.iter().position(|leaf| leaf == comparison);
                let number = known.unwrap_or(leaves.len());
                if known.is_none() {
                    leaves.push(comparison.clone());
                }
                Plan::Leaf(u16::try_from(number).ok()?)
            }
            Observation::And(parts) => Plan::And(all(parts)?),
            Observation::FollowedBy(parts) => Plan::FollowedBy(all(parts)?),
            Observation::Or(parts) if parts.iter().all(|part| matches!(part, Observation::Test(_))) => {
                // One observation that satisfies one of several brackets is one that satisfies their alternative.
                let alternatives = parts.iter().filter_map(|part| match part {
                    Observation::Test(comparison) => Some(comparison.clone()),
                    _ => None,
                });
                return Plan::new(&Observation::Test(Comparison::Or(alternatives.collect())), leaves);
            }
            Observation::Or(parts) => Plan::Or(all(parts)?),
            Observation::Qualified(inner, qualifier) => {
                let plan = Plan::new(inner, leaves)?;
                match qualifier {
                    Qualifier::Repeats(1) => plan,
                    Qualifier::Repeats(count) => Plan::Repeats(Box::new(plan), *count),
                    // A single observation is always within any time of itself.
                    Qualifier::Within(_) if plan.is_single() => plan,
                    Qualifier::Within(seconds) => Plan::Within(Box::new(plan), seconds.nanos),
                    Qualifier::StartStop(start, stop) => Plan::Between(Box::new(plan), nanos(start), nanos(stop)),
                }
            }
        })
    }

    /// Tells whether every binding has one observation.
    fn is_single(&self) -> bool {
        match self {
            Plan::Leaf(_) => true,
            Plan::Or(parts) => parts.iter().all(Plan::is_single),
            Plan::Between(inner, ..) | Plan::Within(inner, _) => inner.is_single(),
            _ => false,
        }
    }

    /// Returns how many observations the largest binding has, where times say nothing about which: more than that many of one
    /// kind are never needed.
    pub fn enough(&self) -> Option<u64> {
        match self {
            Plan::Leaf(_) => Some(1),
            Plan::And(parts) => parts.iter().try_fold(0_u64, |sum, part| Some(sum.saturating_add(part.enough()?))),
            Plan::Or(parts) => parts.iter().try_fold(0_u64, |most, part| Some(most.max(part.enough()?))),
            Plan::Repeats(inner, count) => Some(inner.enough()?.saturating_mul(*count)),
            Plan::FollowedBy(_) | Plan::Within(..) | Plan::Between(..) => None,
        }
    }

    /// Returns the longest time that a binding can span, where there is a bound.
    pub fn span(&self) -> Option<i128> {
        match self {
            Plan::Leaf(_) => Some(0),
            Plan::Within(inner, nanos) => Some(inner.span().map_or(*nanos, |span| span.min(*nanos))),
            Plan::Or(parts) => parts.iter().map(Plan::span).try_fold(0, |longest, span| Some(longest.max(span?))),
            Plan::Between(inner, ..) => inner.span(),
            _ => None,
        }
    }
}
