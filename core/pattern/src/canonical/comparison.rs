//! Comparison expressions as alternatives of conjunctions, sorted, each once.

use super::{product, sorted, value};
use crate::ast::Comparison;

/// Returns the canonical form.
pub fn canonical(expression: &Comparison) -> Comparison {
    settled(&distributed(&settled(expression, true)), true)
}

/// Flattens, sorts, drops repetitions and what another part absorbs; from the inside out. `alone`: no part of an AND.
fn settled(expression: &Comparison, alone: bool) -> Comparison {
    match expression {
        Comparison::Test(test) => Comparison::Test(value::test(test, alone)),
        Comparison::And(parts) => {
            let flat = parts.iter().map(|part| settled(part, false)).flat_map(|part| match part {
                Comparison::And(inner) => inner,
                other => vec![other],
            });
            joined(flat.collect(), Comparison::And)
        }
        Comparison::Or(parts) => {
            let flat = parts.iter().map(|part| settled(part, alone)).flat_map(|part| match part {
                Comparison::Or(inner) => inner,
                other => vec![other],
            });
            joined(flat.collect(), Comparison::Or)
        }
    }
}

fn joined(parts: Vec<Comparison>, join: fn(Vec<Comparison>) -> Comparison) -> Comparison {
    let mut parts = sorted(parts);
    parts.dedup_by(|one, other| one.0 == other.0);
    // A OR (A AND B) is A, and A AND (A OR B) is A.
    let inner: Vec<Vec<String>> = parts.iter().map(|(text, part)| members(text, part)).collect();
    let absorbed: Vec<bool> = inner
        .iter()
        .enumerate()
        .map(|(place, own)| {
            inner.iter().enumerate().any(|(other_place, other)| {
                place != other_place
                    && other.len() < own.len()
                    && other.iter().all(|part| own.binary_search(part).is_ok())
            })
        })
        .collect();
    let mut kept: Vec<Comparison> =
        parts.into_iter().zip(absorbed).filter(|(_, absorbed)| !absorbed).map(|((_, part), _)| part).collect();
    match (kept.pop(), kept.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            kept.extend(last);
            join(kept)
        }
    }
}

/// Returns the sorted texts of what a part joins, or its own.
fn members(text: &str, part: &Comparison) -> Vec<String> {
    match part {
        Comparison::Test(_) => vec![text.to_owned()],
        // Already flat and sorted; inside of AND stands OR and the other way round.
        Comparison::And(inner) | Comparison::Or(inner) => inner.iter().map(ToString::to_string).collect(),
    }
}

/// Distributes AND over OR.
fn distributed(expression: &Comparison) -> Comparison {
    match expression {
        Comparison::Test(_) => expression.clone(),
        Comparison::Or(parts) => Comparison::Or(parts.iter().map(distributed).collect()),
        Comparison::And(parts) => {
            let choices: Vec<Vec<Comparison>> = parts
                .iter()
                .map(|part| match distributed(part) {
                    Comparison::Or(inner) => inner,
                    other => vec![other],
                })
                .collect();
            if choices.iter().all(|choice| choice.len() == 1) {
                return expression.clone();
            }
            let Some(ways) = product(&choices) else { return expression.clone() };
            // One object is of one type: an alternative that needs two matches nothing.
            let possible: Vec<Comparison> =
                ways.into_iter().map(Comparison::And).filter(|way| crate::parser::object_type(way).is_ok()).collect();
            if possible.is_empty() { expression.clone() } else { Comparison::Or(possible) }
        }
    }
}
