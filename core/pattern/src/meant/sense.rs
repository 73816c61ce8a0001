//! What can never match: types that nothing has, values that a property never has, two types at once, contradictions.

use super::kind::Kind;
use super::reason::Unmatchable;
use crate::address::{self, Range};
use crate::ast::{Comparison, Literal, Observation, Operator, Qualifier, Step, Test};

/// Returns why an expression can never match.
///
/// # Errors
/// The first reason; of alternatives, only where all have one.
pub fn observation(expression: &Observation, known: &dyn Fn(&str) -> bool) -> Result<(), Unmatchable> {
    match expression {
        Observation::Test(inner) => comparison(inner, known),
        Observation::And(parts) | Observation::FollowedBy(parts) => {
            parts.iter().try_for_each(|part| observation(part, known))
        }
        Observation::Or(parts) => any(parts.iter().map(|part| observation(part, known))),
        Observation::Qualified(_, Qualifier::StartStop(start, stop)) if start >= stop => {
            Err(Unmatchable::NeverTrue(format!("{stop} is not after {start}")))
        }
        Observation::Qualified(inner, _) => observation(inner, known),
    }
}

/// One that can is enough; of several reasons the first that is certain.
fn any(all: impl Iterator<Item = Result<(), Unmatchable>>) -> Result<(), Unmatchable> {
    let mut reason: Option<Unmatchable> = None;
    for one in all {
        match one {
            Ok(()) => return Ok(()),
            // One that may be looked for in vain is still looked for.
            Err(found) if reason.as_ref().is_none_or(|known| known.is_certain() && !found.is_certain()) => {
                reason = Some(found);
            }
            Err(_) => {}
        }
    }
    reason.map_or(Ok(()), Err)
}

fn comparison(expression: &Comparison, known: &dyn Fn(&str) -> bool) -> Result<(), Unmatchable> {
    match expression {
        Comparison::Test(one) => test(one, known),
        Comparison::Or(parts) => any(parts.iter().map(|part| comparison(part, known))),
        Comparison::And(parts) => {
            if crate::parser::object_type(expression).is_err() {
                return Err(two_objects(expression));
            }
            parts.iter().try_for_each(|part| comparison(part, known))?;
            contradiction(parts)
        }
    }
}

fn two_objects(expression: &Comparison) -> Unmatchable {
    let mut types: Vec<String> = Vec::new();
    expression.tests(&mut |test| {
        if !types.contains(&test.path.object_type) {
            types.push(test.path.object_type.clone());
        }
    });
    let mut types = types.into_iter();
    Unmatchable::TwoObjects(types.next().unwrap_or_default(), types.next().unwrap_or_default())
}

/// One value cannot equal two, nor lie in two ranges of which neither holds the other.
fn contradiction(parts: &[Comparison]) -> Result<(), Unmatchable> {
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for part in parts {
        let Comparison::Test(test) = part else { continue };
        let single = test.path.steps.iter().all(|step| matches!(step, Step::Key(_)));
        let Some(one) = Wanted::by(test).filter(|_| single && !test.negated) else { continue };
        let other = wanted.iter().find(|known| known.test.path == test.path && !known.allows(&one));
        if let Some(other) = other {
            return Err(Unmatchable::NeverTrue(format!(
                "{} is one value, not {} and {}",
                test.path, other.said, one.said
            )));
        }
        wanted.push(one);
    }
    Ok(())
}

/// What a test demands of the one value of a path.
struct Wanted<'t> {
    test: &'t Test,
    said: String,
    range: Option<Range>,
}

impl<'t> Wanted<'t> {
    fn by(test: &'t Test) -> Option<Self> {
        let said = match &test.operator {
            Operator::Equal(Literal::Text(text)) | Operator::Subset(text) => test.path.form().normal(text).into_owned(),
            Operator::Equal(other) => other.to_string(),
            _ => return None,
        };
        let range = address::folded(&said);
        Some(Self { test, said, range })
    }

    /// Tells whether a value may be as both demand; yes in doubt.
    fn allows(&self, other: &Self) -> bool {
        let is_range = |one: &Self| matches!(one.test.operator, Operator::Subset(_));
        match (is_range(self), is_range(other), self.range, other.range) {
            (false, false, ..) => self.said == other.said,
            (true, true, Some(one), Some(other)) => one.contains(&other) || other.contains(&one),
            (true, false, Some(range), Some(value)) | (false, true, Some(value), Some(range)) => range.contains(&value),
            _ => true,
        }
    }
}

fn test(test: &Test, known: &dyn Fn(&str) -> bool) -> Result<(), Unmatchable> {
    if !known(&test.path.object_type) {
        return Err(Unmatchable::UnknownType(test.path.object_type.clone()));
    }
    if test.negated {
        return Ok(());
    }
    let kind = Kind::of(&test.path);
    let wrong =
        |asked: String| Err(Unmatchable::WrongTypeOfValue { path: test.path.to_string(), asked, kind: kind.said() });
    let all = |members: &[Literal]| match members.first() {
        Some(first) if !members.iter().any(|member| can_be(kind, test, member)) => wrong(first.to_string()),
        Some(_) => Ok(()),
        None => Err(Unmatchable::NeverTrue("nothing is in an empty set".to_owned())),
    };
    match &test.operator {
        Operator::Equal(literal) => all(std::slice::from_ref(literal)),
        Operator::In(members) => all(members),
        Operator::Like(text) | Operator::Matches(text) | Operator::Subset(text) | Operator::Superset(text)
            if matches!(kind, Kind::Integer | Kind::Bool) =>
        {
            wrong(format!("a text such as '{text}'"))
        }
        Operator::Order(_, literal) if kind == Kind::Integer && !is_number(literal) => wrong(literal.to_string()),
        _ => Ok(()),
    }
}

fn is_number(literal: &Literal) -> bool {
    matches!(literal, Literal::Integer(_) | Literal::Float(_))
}

/// Tells whether a property can have this value; yes in doubt.
fn can_be(kind: Kind, test: &Test, literal: &Literal) -> bool {
    match (kind, literal) {
        (Kind::Unknown, _) | (_, Literal::Bytes(_)) => true,
        (Kind::Integer, literal) => is_number(literal),
        (Kind::Bool, literal) => matches!(literal, Literal::Bool(_)),
        (Kind::Address, Literal::Text(text)) => Range::parse(&test.path.form().normal(text)).is_some(),
        (Kind::Domain, Literal::Text(text)) => {
            let never = |c: char| c.is_whitespace() || matches!(c, '/' | '@' | ':');
            let name = test.path.form().normal(text);
            Range::parse(&name).is_some() || !name.is_empty() && !name.contains(never)
        }
        (_, literal) => kind.is_text() && matches!(literal, Literal::Text(_)),
    }
}
