//! Single tests, compiled.

use super::glob::Glob;
use super::paths::{PathId, Paths, Reached, TypeId};
use super::steps::Steps;
use super::value::{Constant, Value, composed};
use crate::address::{self, Range};
use crate::ast::{Operator, Order, Test};
use crate::regex::Matcher;
use comity_normal::Form;
use std::ops::ControlFlow;

/// A test in the form that it is evaluated in.
pub struct Atom {
    /// Where to look.
    pub path: PathId,
    /// The type that the path begins at.
    pub of: TypeId,
    /// Whether NOT stands before the operator.
    pub negated: bool,
    /// Whether spellings do not count.
    folds: bool,
    /// What is asked.
    pub ask: Ask,
}

/// What an atom asks of a value.
pub enum Ask {
    Equal(Constant),
    NotEqual(Constant),
    Order(Order, Constant),
    In(Box<[Constant]>),
    /// The pattern as written; in the letters of the normal form, for values in that; and for names of hosts in their own script.
    Like(Box<Glob>, Option<Box<Glob>>, Option<Box<Glob>>),
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
        let form = paths.form(path);
        let range = |text: &str| range(&form.normal(text), paths.folds());
        let ask = match &test.operator {
            Operator::Equal(literal) => Ask::Equal(Constant::spelled(literal, form)),
            Operator::NotEqual(literal) => Ask::NotEqual(Constant::spelled(literal, form)),
            Operator::Order(order, literal) => Ask::Order(*order, Constant::of(literal)),
            Operator::In(members) => Ask::In(members.iter().map(|literal| Constant::spelled(literal, form)).collect()),
            Operator::Like(pattern) => {
                let like = form.like(pattern).filter(|like| like != pattern);
                let own = form.like_in_own_script(pattern);
                let glob = |text: &str| Box::new(Glob::new(&composed(text)));
                Ask::Like(glob(pattern), like.as_deref().map(glob), own.as_deref().map(glob))
            }
            Operator::Matches(source) => Ask::Matches(Box::new(Matcher::new(&composed(source), regex_bytes_max)?)),
            Operator::Subset(text) => Ask::Subset(range(text)?),
            Operator::Superset(text) => Ask::Superset(range(text)?),
            Operator::Exists => Ask::Exists,
        };
        Some(Self { path, of, negated: test.negated, folds: paths.folds(), ask })
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

    fn range(&self, value: &Value<'_>) -> Option<Range> {
        value.normal().and_then(|normal| range(normal, self.folds))
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
            Ask::Like(glob, like, own) => {
                let found = match value {
                    Value::Text(_) | Value::Spelled(_) => either(value, &mut |text, is_normal| {
                        let plain = glob.matches(text, steps)?;
                        if plain || !is_normal {
                            return ControlFlow::Continue(plain);
                        }
                        if let Some(like) = like
                            && like.matches(text, steps)?
                        {
                            return ControlFlow::Continue(true);
                        }
                        match own.as_ref().and_then(|own| Some((own, Form::Domain.in_own_script(text)?))) {
                            Some((own, text)) => own.matches(&composed(&text), steps),
                            None => ControlFlow::Continue(false),
                        }
                    }),
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
                    Value::Text(_) | Value::Spelled(_) => {
                        either(value, &mut |text, _| matcher.text(text.as_bytes(), steps))
                    }
                    Value::Bytes(bytes) => matcher.bytes(bytes, steps),
                    _ => ControlFlow::Continue(false),
                };
                answer(found)?
            }
            Ask::Subset(wanted) => self.range(value).is_some_and(|value| wanted.contains(&value)),
            Ask::Superset(wanted) => self.range(value).is_some_and(|value| value.contains(wanted)),
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

/// Reads a text in normal form as an address or a range.
pub fn range(normal: &str, folds: bool) -> Option<Range> {
    if folds { address::folded(normal) } else { Range::parse(normal) }
}

/// Tells whether a text passes as written or in normal form; both in Normalization Form C.
fn either(value: &Value<'_>, passes: &mut dyn FnMut(&str, bool) -> ControlFlow<(), bool>) -> ControlFlow<(), bool> {
    let (written, normal) = (value.text().unwrap_or_default(), value.normal().unwrap_or_default());
    let is_normal = written == normal;
    let found = passes(&composed(written), is_normal)?;
    if found || is_normal { ControlFlow::Continue(found) } else { passes(&composed(normal), true) }
}
