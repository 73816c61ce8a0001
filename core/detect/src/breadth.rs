//! Whether an indicator covers so much that what it finds says nothing.
//!
//! Guarantees: pure and bounded; one that names a single thing that means something is never called over-broad. Of alternatives one
//! that is over-broad is enough, of parts that must all hold all must be. Blocks for documentation (RFC 5737, RFC 3849) mean something
//! here: demonstrations and exercises are made of them. Does not know: whether an officer wants to look for it all the same.

mod addresses;
mod constant;
mod sample;
mod suffix;

use comity_pattern::{Comparison, Observation, Operator, Path, Pattern, Test};
use std::borrow::Cow;
use std::fmt;

/// In which way an indicator is over-broad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BroadKind {
    /// It is true of nearly everything.
    Everything,
    /// A range that holds more than anybody answers for.
    WideRange,
    /// A value that says nothing: private, reserved, the machine itself, the digest of nothing.
    SaysNothing,
    /// All names below one that is open to everybody.
    PublicSuffix,
    /// What every network carries.
    UsualTraffic,
    /// Every file of a usual form.
    UsualFiles,
}

impl BroadKind {
    /// Returns the word that programs use.
    pub fn code(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::WideRange => "wide-range",
            Self::SaysNothing => "says-nothing",
            Self::PublicSuffix => "public-suffix",
            Self::UsualTraffic => "usual-traffic",
            Self::UsualFiles => "usual-files",
        }
    }
}

/// Why an indicator is over-broad; its text is the end of a sentence that begins with the indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broad {
    /// In which way.
    pub kind: BroadKind,
    covers: Cow<'static, str>,
}

impl Broad {
    fn new(kind: BroadKind, covers: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, covers: covers.into() }
    }

    fn everything(covers: &'static str) -> Self {
        Self::new(BroadKind::Everything, covers)
    }
}

impl fmt::Display for Broad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "covers {}", self.covers)
    }
}

/// Tells why a pattern is over-broad; `None` where it asks for something that means something.
pub fn breadth(pattern: &Pattern) -> Option<Broad> {
    observation(&pattern.expression)
}

fn observation(expression: &Observation) -> Option<Broad> {
    match expression {
        Observation::Test(inner) => comparison(inner),
        Observation::Or(parts) => parts.iter().find_map(observation),
        Observation::And(parts) | Observation::FollowedBy(parts) => all(parts, observation),
        Observation::Qualified(inner, _) => observation(inner),
    }
}

fn comparison(expression: &Comparison) -> Option<Broad> {
    match expression {
        Comparison::Test(inner) => test(inner),
        Comparison::Or(parts) => parts.iter().find_map(comparison),
        Comparison::And(parts) => all(parts, comparison),
    }
}

/// Why all parts are over-broad, in the words of the first that says more than that it excludes something.
fn all<P>(parts: &[P], why: impl Fn(&P) -> Option<Broad>) -> Option<Broad> {
    let reasons = parts.iter().map(why).collect::<Option<Vec<Broad>>>()?;
    let named = reasons.iter().position(|broad| broad.kind != BroadKind::Everything).unwrap_or(0);
    reasons.into_iter().nth(named)
}

fn test(test: &Test) -> Option<Broad> {
    if let (true, Operator::NotEqual(literal)) = (test.negated, &test.operator) {
        // NOT != is = by definition (STIX 2.1 §9.6.1).
        return constant::equal(&test.path, literal);
    }
    // What names nothing excludes something at most.
    if test.negated {
        return Some(Broad::everything("everything but what it excludes"));
    }
    match &test.operator {
        Operator::NotEqual(_) => Some(Broad::everything("everything but what it excludes")),
        Operator::Exists => Some(Broad::everything("everything that has a property")),
        Operator::Order(..) => Some(Broad::everything("everything above or below a bound")),
        Operator::Equal(literal) => constant::equal(&test.path, literal),
        Operator::In(members) => members.iter().find_map(|member| constant::equal(&test.path, member)),
        Operator::Subset(range) => constant::text(&test.path, range),
        Operator::Superset(range) => constant::single(&test.path, range),
        Operator::Like(written) => sample::like(&test.path, written),
        Operator::Matches(written) => sample::matches(&test.path, written),
    }
}

/// The last key of a path.
fn last_key(path: &Path) -> Option<&str> {
    path.steps.iter().rev().find_map(|step| match step {
        comity_pattern::Step::Key(key) => Some(key.as_str()),
        comity_pattern::Step::Index(_) | comity_pattern::Step::Any => None,
    })
}
