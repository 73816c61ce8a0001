//! Indicators read as they are meant: what people write though STIX has it otherwise, where only one thing can be meant.
//!
//! Guarantees: what is read differently is said, sentence by sentence; a pattern of which nothing is read differently comes out the
//! same; what finds something as it is written finds that still, with one exception: an address and traffic joined as one object,
//! which nothing matches as written. What can never match is named. Does not know: normal forms, which the engine compares by
//! ([`crate::engine::Options::fold`]); what mappings make, which is asked for.

mod constants;
pub(crate) mod joined;
mod kind;
mod names;
mod reason;
mod sense;
pub(crate) mod types;

pub use reason::Unmatchable;

use crate::ast::{Comparison, Literal, Observation, Operator, Test};
use crate::parser::{Pattern, RemarkKind};

/// A pattern as it is meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Meant {
    /// What is looked for.
    pub pattern: Pattern,
    /// What is read differently from how it is written, in sentences; empty where nothing is.
    pub remarks: Vec<String>,
    /// Why it can never match.
    pub unmatchable: Option<Unmatchable>,
}

/// Sentences, each once.
#[derive(Default)]
pub(crate) struct Remarks(Vec<String>);

/// A pattern of a thousand values would say a thousand things.
const REMARKS_MAX: usize = 20;

impl Remarks {
    fn add(&mut self, sentence: String) {
        if self.0.len() < REMARKS_MAX && !self.0.contains(&sentence) {
            self.0.push(sentence);
        }
    }
}

/// Reads a pattern as it is meant. `known` tells whether objects of a type are ever made of what is observed.
pub fn meant(pattern: &Pattern, known: &dyn Fn(&str) -> bool) -> Meant {
    let mut remarks = Remarks::default();
    let expression = observation(&pattern.expression, &mut remarks);
    let mut meant = Pattern { expression, remarks: pattern.remarks.clone() };
    let sets_are_mixed = has_mixed_set(&meant);
    let sense = sense::observation(&meant.expression, known);
    let two_types = matches!(sense, Err(Unmatchable::TwoObjects(..)));
    // What was said of the pattern as written may not hold of it as it is meant.
    meant.remarks.retain(|remark| match remark.kind {
        RemarkKind::MixedSet => sets_are_mixed,
        RemarkKind::TwoTypes => two_types,
        _ => true,
    });
    let unreadable = meant.fatal().map(|remark| Unmatchable::Unreadable(remark.kind.to_string()));
    let unmatchable = unreadable.or(sense.err());
    Meant { pattern: meant, remarks: remarks.0, unmatchable }
}

/// Recursion is as deep as the pattern, which is bounded.
fn observation(expression: &Observation, remarks: &mut Remarks) -> Observation {
    let mut all = |parts: &[Observation]| parts.iter().map(|part| observation(part, remarks)).collect();
    match expression {
        Observation::And(parts) => Observation::And(all(parts)),
        Observation::Or(parts) => Observation::Or(all(parts)),
        Observation::FollowedBy(parts) => Observation::FollowedBy(all(parts)),
        Observation::Qualified(inner, qualifier) => {
            Observation::Qualified(Box::new(observation(inner, remarks)), qualifier.clone())
        }
        Observation::Test(inner) => {
            let mut inner = inner.clone();
            named(&mut inner, remarks);
            Observation::Test(comparison(inner, true, remarks))
        }
    }
}

/// Gives all paths the names of STIX.
pub(crate) fn named(expression: &mut Comparison, remarks: &mut Remarks) {
    match expression {
        Comparison::And(parts) | Comparison::Or(parts) => parts.iter_mut().for_each(|part| named(part, remarks)),
        Comparison::Test(test) => names::named(&mut test.path, remarks),
    }
}

fn comparison(expression: Comparison, alone: bool, remarks: &mut Remarks) -> Comparison {
    match expression {
        Comparison::Or(parts) => {
            Comparison::Or(parts.into_iter().map(|part| comparison(part, alone, remarks)).collect())
        }
        Comparison::And(parts) => {
            let mut parts = all_of(parts);
            joined::joined(&mut parts, remarks);
            if alone {
                types::of_joined(&mut parts, remarks);
            }
            Comparison::And(parts.into_iter().map(|part| comparison(part, false, remarks)).collect())
        }
        Comparison::Test(one) => test(one, alone, remarks),
    }
}

/// Returns what must all hold, whatever brackets stand around some of it.
pub(crate) fn all_of(parts: Vec<Comparison>) -> Vec<Comparison> {
    let inner = |part| if let Comparison::And(inner) = part { all_of(inner) } else { vec![part] };
    parts.into_iter().flat_map(inner).collect()
}

fn test(mut test: Test, alone: bool, remarks: &mut Remarks) -> Comparison {
    let mut each = |literal: &mut Literal| *literal = constants::literal(literal, &test.path, remarks);
    match &mut test.operator {
        Operator::Equal(literal) | Operator::NotEqual(literal) | Operator::Order(_, literal) => each(literal),
        Operator::In(members) => members.iter_mut().for_each(each),
        Operator::Like(text) if kind::Kind::of(&test.path).is_defanged() => {
            if let Some(plain) = constants::refanged(text, kind::Kind::of(&test.path)) {
                remarks.add(format!("'{text}' is read as '{plain}' in {}", test.path));
                *text = plain;
            }
        }
        _ => {}
    }
    if let (true, Operator::NotEqual(literal)) = (test.negated, &test.operator) {
        // NOT != is = by definition (§9.6.1).
        (test.negated, test.operator) = (false, Operator::Equal(literal.clone()));
    }
    let is_no = test.negated || matches!(test.operator, Operator::NotEqual(_));
    if is_no {
        // What must not be is left as it is written: reading more into it would find less.
        return Comparison::Test(test);
    }
    if let Some(path) = names::later(&test.path) {
        remarks.add(format!("{} is looked for as {path} too", test.path));
        let later = Test { path, ..test.clone() };
        return Comparison::Or(vec![Comparison::Test(test), Comparison::Test(later)]);
    }
    match &test.operator {
        Operator::Equal(literal) => constants::one_of(&test.path, std::slice::from_ref(literal), alone, remarks),
        Operator::In(members) => constants::one_of(&test.path, members, alone, remarks),
        _ => {
            if alone {
                types::of_range(&mut test, remarks);
            }
            Comparison::Test(test)
        }
    }
}

fn has_mixed_set(pattern: &Pattern) -> bool {
    let mut mixed = false;
    pattern.tests(&mut |test| {
        if let Operator::In(members) = &test.operator {
            let kinds = members.iter().map(crate::parser::family);
            mixed |= kinds.clone().zip(kinds.skip(1)).any(|(one, other)| one != other);
        }
    });
    mixed
}
