//! A second evaluator, written sentence by sentence from the standard: clear and slow.
//!
//! It shares with the engine the parser, the compiled regular expressions and the reading of addresses and instants, and
//! nothing else: no index, no order of evaluation, no search for bindings. Tests hold the engine against it. Guarantees: it
//! ends, for its steps are counted.

mod binding;
mod folded;
mod passing;
mod path;
mod test;

pub use passing::passing;

use crate::ast::{Comparison, Observation, Path};
use crate::fold;
use crate::observed::{Object, Observed};
use crate::outcome::{EvaluationError, Outcome};
use crate::parser::Pattern;
use comity_normal::Form;
use std::ops::ControlFlow;

/// Steps after which the answer is [`Outcome::Undetermined`].
pub const STEPS_MAX: u64 = 2_000_000;

/// How values are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// As the letter of the standard says.
    #[default]
    Letter,
    /// In the normal forms of their properties: spellings do not count.
    Folded,
}

impl Reading {
    /// Returns how the values are compared that a path leads to.
    fn form(self, path: &Path) -> Form {
        match self {
            Reading::Letter => Form::Exact,
            Reading::Folded => path.form(),
        }
    }

    /// Returns the objects of an observation; with folding, one that is really of another type stands there as that once more.
    pub fn objects<'a>(self, observation: &Observed<'a>) -> Vec<Object<'a>> {
        let mut objects = Vec::new();
        for object in &observation.objects {
            objects.push(*object);
            if self == Reading::Folded {
                objects.extend(fold::also(object).map(|object_type| Object { object_type, ..*object }));
            }
        }
        objects
    }
}

/// Evaluates a pattern over observed-data, in their order.
pub fn evaluate(pattern: &Pattern, observed: &[Observed<'_>], reading: Reading) -> Outcome {
    if pattern.fatal().is_some() {
        return Outcome::Error(EvaluationError::Pattern);
    }
    match first_error(pattern, observed, reading) {
        Some(error) => Outcome::Error(error),
        None => binding::first(&pattern.expression, observed, reading, STEPS_MAX),
    }
}

/// A literal of the pattern and a value of the data may be such that there is no answer: then the pattern has none,
/// wherever in it that test stands.
fn first_error(pattern: &Pattern, observed: &[Observed<'_>], reading: Reading) -> Option<EvaluationError> {
    let mut error = None;
    pattern.tests(&mut |wanted| {
        for observation in observed {
            for object in reading.objects(observation) {
                if let Err(found) = test::holds(wanted, &object, observation, reading) {
                    error.get_or_insert(found);
                }
            }
        }
    });
    error
}

/// §9.6: tells whether the comparison expression holds of one object; a test without an answer does not.
pub fn comparison(expression: &Comparison, object: &Object<'_>, observation: &Observed<'_>, reading: Reading) -> bool {
    match expression {
        Comparison::And(parts) => parts.iter().all(|part| comparison(part, object, observation, reading)),
        Comparison::Or(parts) => parts.iter().any(|part| comparison(part, object, observation, reading)),
        Comparison::Test(wanted) => test::holds(wanted, object, observation, reading).unwrap_or(false),
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
fn observation_holds(expression: &Observation, observation: &Observed<'_>, reading: Reading) -> bool {
    match expression {
        Observation::Test(inner) => {
            reading.objects(observation).iter().any(|object| comparison(inner, object, observation, reading))
        }
        _ => false,
    }
}
