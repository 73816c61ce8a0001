//! A second evaluator, written sentence by sentence from the standard: clear and slow.
//!
//! It shares with the engine the parser, the compiled regular expressions and the reading of addresses and instants, and
//! nothing else: no index, no order of evaluation, no search for bindings. Tests hold the engine against it. Guarantees: it
//! ends, for its steps are counted.

mod binding;
mod passing;
mod path;
mod test;

pub use passing::passing;

use crate::ast::{Comparison, Observation};
use crate::observed::{Object, Observed};
use crate::outcome::{EvaluationError, Outcome};
use crate::parser::Pattern;
use std::ops::ControlFlow;

/// Steps after which the answer is [`Outcome::Undetermined`].
pub const STEPS_MAX: u64 = 2_000_000;

/// Evaluates a pattern over observed-data, in their order.
pub fn evaluate(pattern: &Pattern, observed: &[Observed<'_>]) -> Outcome {
    if pattern.fatal().is_some() {
        return Outcome::Error(EvaluationError::Pattern);
    }
    match first_error(pattern, observed) {
        Some(error) => Outcome::Error(error),
        None => binding::first(&pattern.expression, observed, STEPS_MAX),
    }
}

/// A literal of the pattern and a value of the data may be such that there is no answer: then the pattern has none,
/// wherever in it that test stands.
fn first_error(pattern: &Pattern, observed: &[Observed<'_>]) -> Option<EvaluationError> {
    let mut error = None;
    pattern.tests(&mut |wanted| {
        for observation in observed {
            for object in &observation.objects {
                if let Err(found) = test::holds(wanted, object, observation) {
                    error.get_or_insert(found);
                }
            }
        }
    });
    error
}

/// §9.6: tells whether the comparison expression holds of one object; a test without an answer does not.
pub fn comparison(expression: &Comparison, object: &Object<'_>, observation: &Observed<'_>) -> bool {
    match expression {
        Comparison::And(parts) => parts.iter().all(|part| comparison(part, object, observation)),
        Comparison::Or(parts) => parts.iter().any(|part| comparison(part, object, observation)),
        Comparison::Test(wanted) => test::holds(wanted, object, observation).unwrap_or(false),
    }
}

/// Counts what was tried.
struct Steps {
    left: u64,
}

impl Steps {
    fn take(&mut self) -> ControlFlow<Stop> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(Stop::Exhausted),
        }
    }
}

/// Why a search ends early.
enum Stop {
    Found(Vec<usize>),
    Exhausted,
}

/// §9.5: tells whether one observed-data satisfies `[ … ]`.
fn observation_holds(expression: &Observation, observation: &Observed<'_>) -> bool {
    match expression {
        Observation::Test(inner) => observation.objects.iter().any(|object| comparison(inner, object, observation)),
        _ => false,
    }
}
