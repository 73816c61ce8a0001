//! Canonical form: patterns that mean the same, written the same.
//!
//! Guarantees: two patterns with one canonical form match the same observations where spellings do not count
//! ([`crate::engine::Options`]), as in detection; to the letter, one may match what the other does not. The reverse does not always
//! hold: what would grow beyond [`ALTERNATIVES_MAX`] alternatives is left undistributed.

mod comparison;
mod observation;
mod value;

use crate::ast::Observation;
use crate::parser::Pattern;

/// How many alternatives distribution over OR may make.
pub const ALTERNATIVES_MAX: usize = 1_024;

/// Returns the canonical form of a pattern.
pub fn canonical(pattern: &Pattern) -> Observation {
    observation::canonical(&observation::compared(&pattern.expression))
}

/// Tells whether two patterns mean the same.
pub fn equivalent(one: &Pattern, other: &Pattern) -> bool {
    // Written out rather than compared as trees: a number has one spelling but several types.
    canonical(one).to_string() == canonical(other).to_string()
}

/// Returns every way of taking one of each; `None` where there are too many.
fn product<T: Clone>(choices: &[Vec<T>]) -> Option<Vec<Vec<T>>> {
    let mut ways: Vec<Vec<T>> = vec![Vec::new()];
    for choice in choices {
        if ways.len().saturating_mul(choice.len()) > ALTERNATIVES_MAX {
            return None;
        }
        ways = ways.iter().flat_map(|way| choice.iter().map(|one| [way.clone(), vec![one.clone()]].concat())).collect();
    }
    Some(ways)
}

/// A part with its text, by which parts are ordered and compared.
fn sorted<T: ToString>(parts: Vec<T>) -> Vec<(String, T)> {
    let mut written: Vec<(String, T)> = parts.into_iter().map(|part| (part.to_string(), part)).collect();
    written.sort_by(|one, other| one.0.cmp(&other.0));
    written
}
