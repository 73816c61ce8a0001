//! Comparison expressions as alternatives of conjunctions, sorted, each once.
//!
//! Guarantees: types and properties have the names and the types that are meant before anything is moved, since what is meant depends on
//! what stands beside a test. What asks for traffic and addresses together stays as it is but for order, for the same reason.

use super::{product, sorted, value};
use crate::ast::Comparison;
use crate::meant::joined::may_be_joined;
use crate::meant::{Remarks, all_of, named, types};

/// Returns the canonical form.
pub fn canonical(expression: &Comparison) -> Comparison {
    let mut expression = expression.clone();
    named(&mut expression, &mut Remarks::default());
    settled(&distributed(&settled(&typed(expression, true))))
}

/// Writes every test in one way and under the type that is meant. `alone`: no part of an AND.
fn typed(expression: Comparison, alone: bool) -> Comparison {
    match expression {
        Comparison::Test(test) if alone => value::alone(&test),
        Comparison::Test(test) => Comparison::Test(value::test(&test)),
        Comparison::Or(parts) => Comparison::Or(parts.into_iter().map(|part| typed(part, alone)).collect()),
        Comparison::And(parts) => {
            let mut parts = all_of(parts);
            if alone {
                types::of_joined(&mut parts, &mut Remarks::default());
            }
            Comparison::And(parts.into_iter().map(|part| typed(part, false)).collect())
        }
    }
}

/// Flattens, sorts, drops repetitions and what another part absorbs; from the inside out.
fn settled(expression: &Comparison) -> Comparison {
    match expression {
        Comparison::Test(test) => Comparison::Test(test.clone()),
        Comparison::And(parts) if may_be_joined(parts) => in_order(expression),
        Comparison::And(parts) => joined(all_of(parts.iter().map(settled).collect()), Comparison::And),
        Comparison::Or(parts) => joined(any_of(parts.iter().map(settled).collect()), Comparison::Or),
    }
}

fn any_of(parts: Vec<Comparison>) -> Vec<Comparison> {
    let inner = |part| if let Comparison::Or(inner) = part { inner } else { vec![part] };
    parts.into_iter().flat_map(inner).collect()
}

/// Flattens and sorts only.
fn in_order(expression: &Comparison) -> Comparison {
    let of = |parts: &[Comparison]| parts.iter().map(in_order).collect();
    let sorted = |parts| sorted(parts).into_iter().map(|(_, part)| part).collect();
    match expression {
        Comparison::Test(test) => Comparison::Test(test.clone()),
        Comparison::And(parts) => Comparison::And(sorted(all_of(of(parts)))),
        Comparison::Or(parts) => Comparison::Or(sorted(any_of(of(parts)))),
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
        // All of it is meant together.
        Comparison::And(inner) if may_be_joined(inner) => vec![text.to_owned()],
        // Already flat and sorted; inside of AND stands OR and the other way round.
        Comparison::And(inner) | Comparison::Or(inner) => inner.iter().map(ToString::to_string).collect(),
    }
}

/// Distributes AND over OR.
fn distributed(expression: &Comparison) -> Comparison {
    match expression {
        Comparison::Test(_) => expression.clone(),
        Comparison::Or(parts) => Comparison::Or(parts.iter().map(distributed).collect()),
        Comparison::And(parts) if may_be_joined(parts) => expression.clone(),
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
