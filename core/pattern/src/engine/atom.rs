//! Single tests, compiled.

use super::glob::Glob;
use super::paths::{PathId, Paths, Reached, TypeId};
use super::steps::Steps;
use super::value::{Constant, Value, composed};
use crate::address::Range;
use crate::ast::{Operator, Order, Test};
use crate::regex::Matcher;
use std::ops::ControlFlow;

/// A test in the form that it is evaluated in.
pub struct Atom {
    /// Where to look.
    pub path: PathId,
    /// The type that the path begins at.
    pub of: TypeId,
    /// Whether NOT stands before the operator.
    pub negated: bool,
    /// What is asked.
    pub ask: Ask,
}

/// What an atom asks of a value.
pub enum Ask {
    Equal(Constant),
    NotEqual(Constant),
    Order(Order, Constant),
    In(Box<[Constant]>),
    Like(Box<Glob>),
    Matches(Box<Matcher>),
    Subset(Range),
    Superset(Range),
    Exists,
}

/// The work ran out.
pub struct Exhausted;

impl Atom {
    /// Compiles a test; `None` where it cannot be evaluated.
    pub fn new(test: &Test, paths: &mut Paths, regex_bytes_max: usize) -> Option<Self> {
        let path = paths.id(&test.path);
        let of = paths.type_id(&test.path.object_type);
        let ask = match &test.operator {
            Operator::Equal(literal) => Ask::Equal(Constant::of(literal)),
            Operator::NotEqual(literal) => Ask::NotEqual(Constant::of(literal)),
            Operator::Order(order, literal) => Ask::Order(*order, Constant::of(literal)),
            Operator::In(members) => Ask::In(members.iter().map(Constant::of).collect()),
            Operator::Like(pattern) => Ask::Like(Box::new(Glob::new(&composed(pattern)))),
            Operator::Matches(source) => Ask::Matches(Box::new(Matcher::new(&composed(source), regex_bytes_max)?)),
            Operator::Subset(text) => Ask::Subset(Range::parse(text)?),
            Operator::Superset(text) => Ask::Superset(Range::parse(text)?),
            Operator::Exists => Ask::Exists,
        };
        Some(Self { path, of, negated: test.negated, ask })
    }

    /// Tells whether the literal is an instant, which a string may fail to be comparable with.
    pub fn is_timed(&self) -> bool {
        match &self.ask {
            Ask::Equal(constant) | Ask::NotEqual(constant) | Ask::Order(_, constant) => {
                matches!(constant, Constant::Time(_))
            }
            Ask::In(members) => members.iter().any(|member| matches!(member, Constant::Time(_))),
            _ => false,
        }
    }

    /// Tells whether the test holds of an object of this type with these values (sorted by path).
    pub fn holds(&self, of: TypeId, values: &[Reached<'_>], steps: &mut Steps) -> Result<bool, Exhausted> {
        let from = values.partition_point(|(path, _)| *path < self.path);
        let own = values.get(from..).unwrap_or_default().iter().take_while(|(path, _)| *path == self.path);
        if matches!(self.ask, Ask::Exists) {
            return Ok(of == self.of && (own.count() == 0) == self.negated);
        }
        for (_, value) in own {
            if self.passes(value, steps)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Tells whether one value passes.
    pub fn passes(&self, value: &Value<'_>, steps: &mut Steps) -> Result<bool, Exhausted> {
        if steps.take(1).is_break() {
            return Err(Exhausted);
        }
        let plain = match &self.ask {
            Ask::Equal(wanted) => wanted.equals(value),
            Ask::NotEqual(wanted) => !wanted.equals(value),
            Ask::Order(order, wanted) => match wanted.order(value) {
                // Types without a common order: false, and NOT does not make it true.
                None => return Ok(false),
                Some(ordering) => ordering.is_some_and(|ordering| order.holds(ordering)),
            },
            Ask::In(members) => {
                if steps.take(members.len() as u64).is_break() {
                    return Err(Exhausted);
                }
                members.iter().any(|wanted| wanted.equals(value))
            }
            Ask::Like(glob) => {
                let found = match value {
                    Value::Text(text) => glob.matches(&composed(text), steps),
                    Value::Bytes(bytes) => {
                        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
                        glob.matches(&text, steps)
                    }
                    _ => ControlFlow::Continue(false),
                };
                answer(found)?
            }
            Ask::Matches(matcher) => {
                let found = match value {
                    Value::Text(text) => matcher.text(composed(text).as_bytes(), steps),
                    Value::Bytes(bytes) => matcher.bytes(bytes, steps),
                    _ => ControlFlow::Continue(false),
                };
                answer(found)?
            }
            Ask::Subset(wanted) => range(value).is_some_and(|value| wanted.contains(&value)),
            Ask::Superset(wanted) => range(value).is_some_and(|value| value.contains(wanted)),
            Ask::Exists => true,
        };
        Ok(plain != self.negated)
    }
}

fn answer(found: ControlFlow<(), bool>) -> Result<bool, Exhausted> {
    match found {
        ControlFlow::Continue(found) => Ok(found),
        ControlFlow::Break(()) => Err(Exhausted),
    }
}

fn range(value: &Value<'_>) -> Option<Range> {
    value.text().and_then(Range::parse)
}
