//! Observation expressions: flat, sorted where order says nothing, distributed over OR, without what OR makes superfluous.

use super::{comparison, product, sorted};
use crate::ast::Observation;

/// Brings what stands in brackets into canonical form; once, since what is meant by a test depends on what stands beside it as written.
pub fn compared(expression: &Observation) -> Observation {
    let all = |parts: &[Observation]| parts.iter().map(compared).collect();
    match expression {
        Observation::Test(inner) => Observation::Test(comparison::canonical(inner)),
        Observation::Qualified(inner, qualifier) => {
            Observation::Qualified(Box::new(compared(inner)), qualifier.clone())
        }
        Observation::And(parts) => Observation::And(all(parts)),
        Observation::FollowedBy(parts) => Observation::FollowedBy(all(parts)),
        Observation::Or(parts) => Observation::Or(all(parts)),
    }
}

/// Flattens, sorts, and drops alternatives that another one covers; from the inside out.
fn settled(expression: &Observation) -> Observation {
    match expression {
        Observation::Test(_) => expression.clone(),
        Observation::Qualified(inner, qualifier) => {
            Observation::Qualified(Box::new(canonical(inner)), qualifier.clone())
        }
        Observation::And(parts) => {
            let parts = flat(parts, |part| match part {
                Observation::And(inner) => Ok(inner),
                other => Err(other),
            });
            // Each part needs an observation of its own, so the same part twice is not the same part once.
            only_or(sorted(parts).into_iter().map(|(_, part)| part).collect(), Observation::And)
        }
        Observation::FollowedBy(parts) => {
            let parts = flat(parts, |part| match part {
                Observation::FollowedBy(inner) => Ok(inner),
                other => Err(other),
            });
            only_or(parts, Observation::FollowedBy)
        }
        Observation::Or(parts) => {
            let parts = flat(parts, |part| match part {
                Observation::Or(inner) => Ok(inner),
                other => Err(other),
            });
            only_or(uncovered(parts), Observation::Or)
        }
    }
}

/// Distributes what is in canonical form within its brackets.
pub fn canonical(expression: &Observation) -> Observation {
    settled(&distributed(&settled(expression)))
}

fn flat(parts: &[Observation], inner: fn(Observation) -> Result<Vec<Observation>, Observation>) -> Vec<Observation> {
    parts.iter().map(settled).flat_map(|part| inner(part).unwrap_or_else(|other| vec![other])).collect()
}

fn only_or(mut parts: Vec<Observation>, join: Join) -> Observation {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            join(parts)
        }
    }
}

/// Sorts alternatives, each once, and drops those that hold only where another one holds.
fn uncovered(parts: Vec<Observation>) -> Vec<Observation> {
    let mut parts = sorted(parts);
    parts.dedup_by(|one, other| one.0 == other.0);
    let mut dropped = vec![false; parts.len()];
    for (place, (_, part)) in parts.iter().enumerate() {
        if dropped.get(place) == Some(&true) || matches!(part, Observation::Qualified(..)) {
            continue;
        }
        for (other_place, (_, other)) in parts.iter().enumerate() {
            let candidate = place != other_place && dropped.get(other_place) == Some(&false);
            if candidate
                && covers(part, other)
                && let Some(slot) = dropped.get_mut(other_place)
            {
                *slot = true;
            }
        }
    }
    parts.into_iter().zip(dropped).filter(|(_, dropped)| !dropped).map(|((_, part), _)| part).collect()
}

/// Tells whether `small` holds wherever `large` holds, by having all its parts in it.
fn covers(small: &Observation, large: &Observation) -> bool {
    let (Observation::And(of_large) | Observation::FollowedBy(of_large)) = large else { return false };
    let texts = |parts: &[Observation]| -> Vec<String> { parts.iter().map(ToString::to_string).collect() };
    let mut large_texts = texts(of_large);
    if large_texts.contains(&small.to_string()) {
        return true;
    }
    match (small, large) {
        (Observation::And(of_small), Observation::And(_)) => texts(of_small).iter().all(|part| {
            let found = large_texts.iter().position(|text| text == part);
            found.map(|place| large_texts.swap_remove(place)).is_some()
        }),
        (Observation::FollowedBy(of_small), Observation::FollowedBy(_)) => {
            let mut rest = large_texts.iter();
            texts(of_small).iter().all(|part| rest.any(|text| text == part))
        }
        _ => false,
    }
}

/// Makes one expression of several.
type Join = fn(Vec<Observation>) -> Observation;

/// Distributes AND and FOLLOWEDBY over OR. What a qualifier holds together stays together.
fn distributed(expression: &Observation) -> Observation {
    let (parts, join): (&[Observation], Join) = match expression {
        Observation::Test(_) | Observation::Qualified(..) => return expression.clone(),
        Observation::Or(parts) => return Observation::Or(parts.iter().map(distributed).collect()),
        Observation::And(parts) => (parts, Observation::And),
        Observation::FollowedBy(parts) => (parts, Observation::FollowedBy),
    };
    let choices: Vec<Vec<Observation>> = parts
        .iter()
        .map(|part| match distributed(part) {
            Observation::Or(inner) => inner,
            other => vec![other],
        })
        .collect();
    match product(&choices) {
        Some(mut ways) if ways.len() == 1 => join(ways.pop().unwrap_or_default()),
        Some(ways) => Observation::Or(ways.into_iter().map(join).collect()),
        None => expression.clone(),
    }
}
