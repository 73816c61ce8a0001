//! Comparison expressions, compiled, and by which tests an object is found for which one may hold.

use super::atom::{Ask, Atom, Exhausted};
use super::glob::Glob;
use super::literals;
use super::paths::{Paths, Reached, TypeId};
use super::steps::Steps;
use super::value::Constant;
use super::wholes::Whole;
use crate::ast::Comparison;
use crate::regex::{self, Mode};
use regex_syntax::hir::Hir;

/// A comparison expression.
pub enum Formula {
    /// All hold.
    And(Box<[Formula]>),
    /// One holds.
    Or(Box<[Formula]>),
    /// A test.
    Atom(Box<Atom>),
}

/// How a test is found.
pub enum Access {
    /// By a value that equals one of these.
    Exact,
    /// By an address in a range.
    Subset,
    /// By a range around an address.
    Superset,
    /// By a text that contains one of these.
    Runs(Vec<Vec<u8>>),
    /// By a text that the expression matches, together with others.
    Whole(Box<Whole>),
    /// By any value of its path.
    Path,
    /// By any object of its type.
    Type,
}

impl Access {
    /// Says how one test is found.
    pub fn of(atom: &Atom) -> Self {
        if atom.negated {
            return if matches!(atom.ask, Ask::Exists) { Access::Type } else { Access::Path };
        }
        let timed = |constant: &Constant| matches!(constant, Constant::Time(_));
        match &atom.ask {
            Ask::Equal(wanted) if !timed(wanted) => Access::Exact,
            Ask::In(members) if !members.iter().any(timed) => Access::Exact,
            Ask::Subset(_) => Access::Subset,
            Ask::Superset(_) => Access::Superset,
            Ask::Like(glob, like, own) => {
                // A name that has a script of its own says so in its normal form.
                let ace = own.as_ref().map(|_| Box::new(Glob::new("%xn--%")));
                let globs = || std::iter::once(glob).chain(like).chain(&ace);
                let mut runs: Vec<Vec<u8>> =
                    globs().map(|glob| glob.literal().as_bytes().to_ascii_lowercase()).collect();
                runs.dedup();
                if runs.iter().all(|run| run.len() > 1) {
                    return Access::Runs(runs);
                }
                Access::whole(Whole::new(Hir::alternation(globs().map(|glob| glob.expression()).collect())))
            }
            Ask::Matches(matcher) => {
                let Ok(hir) = regex::parse(matcher.source(), Mode::Text) else { return Access::Path };
                literals::required(&hir).map_or_else(|| Access::whole(Whole::new(hir)), Access::Runs)
            }
            _ => Access::Path,
        }
    }

    fn whole(expression: Option<Whole>) -> Self {
        expression.map_or(Access::Path, |whole| Access::Whole(Box::new(whole)))
    }

    /// Says how many objects are looked at in vain, as an order.
    fn cost(&self) -> u64 {
        match self {
            Access::Exact => 1,
            Access::Subset | Access::Superset => 3,
            Access::Runs(_) => 5,
            Access::Whole(_) => 100,
            Access::Path => 1_000,
            Access::Type => 10_000,
        }
    }
}

impl Formula {
    /// Compiles an expression; `None` where a test cannot be evaluated.
    pub fn new(expression: &Comparison, paths: &mut Paths, regex_bytes_max: usize) -> Option<Self> {
        let mut all = |parts: &[Comparison]| -> Option<Box<[Formula]>> {
            parts.iter().map(|part| Formula::new(part, paths, regex_bytes_max)).collect()
        };
        Some(match expression {
            Comparison::And(parts) => Formula::And(all(parts)?),
            Comparison::Or(parts) => Formula::Or(all(parts)?),
            Comparison::Test(test) => Formula::Atom(Box::new(Atom::new(test, paths, regex_bytes_max)?)),
        })
    }

    /// Tells whether one test that holds is enough, whichever it is.
    pub fn is_any(&self) -> bool {
        match self {
            Formula::And(_) => false,
            Formula::Or(parts) => parts.iter().all(Formula::is_any),
            Formula::Atom(_) => true,
        }
    }

    /// Returns all tests.
    pub fn into_atoms(self) -> Vec<Atom> {
        match self {
            Formula::And(parts) | Formula::Or(parts) => parts.into_iter().flat_map(Formula::into_atoms).collect(),
            Formula::Atom(atom) => vec![*atom],
        }
    }

    /// Calls `visit` with every test.
    pub fn each_atom<'a>(&'a self, visit: &mut dyn FnMut(&'a Atom)) {
        match self {
            Formula::And(parts) | Formula::Or(parts) => parts.iter().for_each(|part| part.each_atom(visit)),
            Formula::Atom(atom) => visit(atom),
        }
    }

    /// Returns tests of which one holds wherever the expression does, the cheapest to find.
    pub fn cover(&self) -> Vec<&Atom> {
        self.cover_with_cost().1
    }

    fn cover_with_cost(&self) -> (u64, Vec<&Atom>) {
        match self {
            Formula::Atom(atom) => (Access::of(atom).cost(), vec![atom]),
            Formula::Or(parts) => parts.iter().map(Formula::cover_with_cost).fold((0, Vec::new()), |mut all, one| {
                all.0 += one.0;
                all.1.extend(one.1);
                all
            }),
            Formula::And(parts) => {
                parts.iter().map(Formula::cover_with_cost).min_by_key(|(cost, _)| *cost).unwrap_or_default()
            }
        }
    }

    /// Tells whether the expression holds of an object.
    pub fn holds(&self, of: TypeId, values: &[Reached<'_>], steps: &mut Steps) -> Result<bool, Exhausted> {
        match self {
            Formula::Atom(atom) => atom.holds(of, values, steps),
            Formula::And(parts) => {
                for part in parts {
                    if !part.holds(of, values, steps)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Formula::Or(parts) => {
                for part in parts {
                    if part.holds(of, values, steps)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}
