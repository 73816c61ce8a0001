//! What of an observation a pattern matched, and what a pattern asks for by name.

use comity_pattern::reference::{Reading, comparison, passing};
use comity_pattern::{Comparison, Literal, Object, Observation, Observed, Operator, Path, Pattern, Test};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Values that are reported of one observation at most.
pub const WITNESSES_MAX: usize = 64;
/// Bytes of one value at most; what is longer is cut.
pub const WITNESS_BYTES_MAX: usize = 1 << 10;

/// Spellings do not count in detection.
const READING: Reading = Reading::Folded;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Witness {
    /// The object path as a pattern writes it, such as `ipv4-addr:value`.
    pub path: String,
    /// The value as text.
    pub value: String,
}

/// Returns the values of an observation for which comparisons of the pattern hold, sorted, each once: as they are written there, and
/// of two spellings of one value the first. Spellings do not count, as in an engine that folds.
///
/// Where a comparison that names something holds (`=`, `IN`, `LIKE`, `MATCHES`, `ISSUBSET`, `ISSUPERSET`, none of them
/// negated), only what it found is told: a port that is above 1,024 says nothing and would be another value each time.
/// Bounded by [`WITNESSES_MAX`] and [`WITNESS_BYTES_MAX`]. An observation that satisfies no bracket gives none.
pub fn witnesses(pattern: &Pattern, observed: &Observed<'_>) -> Vec<Witness> {
    let mut found = Found { observed, named: Seen::new(), others: Seen::new() };
    found.expression(&pattern.expression);
    let chosen = if found.named.is_empty() { found.others } else { found.named };
    chosen.into_iter().map(|((path, _), value)| Witness { path, value }).take(WITNESSES_MAX).collect()
}

/// Returns what a pattern asks for by equality, `IN` or `ISSUBSET`, as written there, sorted, each once.
pub fn asked(pattern: &Pattern) -> Vec<Witness> {
    let mut found = BTreeSet::new();
    each_asked(pattern, &mut |path, value| {
        found.insert(Witness { path: path.to_string(), value: value.to_owned() });
    });
    found.into_iter().collect()
}

/// Calls `visit` with what a pattern asks for by equality, `IN` or `ISSUBSET`, from left to right, as written there.
pub fn each_asked(pattern: &Pattern, visit: &mut dyn FnMut(&Path, &str)) {
    pattern.tests(&mut |test| match &test.operator {
        _ if test.negated => {}
        Operator::Equal(literal) => visit(&test.path, &plain(literal)),
        Operator::In(members) => members.iter().for_each(|member| visit(&test.path, &plain(member))),
        Operator::Subset(range) => visit(&test.path, range),
        _ => {}
    });
}

fn plain(literal: &Literal) -> Cow<'_, str> {
    Cow::Owned(match literal {
        Literal::Text(text) => return Cow::Borrowed(text),
        Literal::Time(instant) => instant.to_string(),
        Literal::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        other => other.to_string(),
    })
}

/// By path and normal form: the value as written.
type Seen = BTreeMap<(String, String), String>;

struct Found<'f> {
    observed: &'f Observed<'f>,
    named: Seen,
    others: Seen,
}

impl<'f> Found<'f> {
    fn expression(&mut self, expression: &Observation) {
        match expression {
            Observation::Test(inner) => {
                let observed = self.observed;
                for object in READING.objects(observed) {
                    if comparison(inner, &object, observed, READING) {
                        self.holding(inner, &object);
                    }
                }
            }
            Observation::And(parts) | Observation::Or(parts) | Observation::FollowedBy(parts) => {
                parts.iter().for_each(|part| self.expression(part));
            }
            Observation::Qualified(inner, _) => self.expression(inner),
        }
    }

    /// Collects from an expression that holds of the object.
    fn holding(&mut self, expression: &Comparison, object: &Object<'f>) {
        match expression {
            Comparison::And(parts) => parts.iter().for_each(|part| self.holding(part, object)),
            Comparison::Or(parts) => {
                let observed = self.observed;
                for part in parts.iter().filter(|part| comparison(part, object, observed, READING)) {
                    self.holding(part, object);
                }
            }
            Comparison::Test(test) => self.test(test, object),
        }
    }

    fn test(&mut self, test: &Test, object: &Object<'f>) {
        let into = if names_something(test) { &mut self.named } else { &mut self.others };
        let (path, form) = (test.path.to_string(), test.path.form());
        for value in passing(test, object, self.observed, READING) {
            if into.len() >= WITNESSES_MAX {
                return;
            }
            let end = value.floor_char_boundary(WITNESS_BYTES_MAX);
            let value = value.get(..end).unwrap_or_default().to_owned();
            let normal = form.normal(&value).into_owned();
            into.entry((path.clone(), normal)).or_insert(value);
        }
    }
}

fn names_something(test: &Test) -> bool {
    use Operator as O;
    match test.operator {
        O::Equal(_) | O::In(_) | O::Like(_) | O::Matches(_) | O::Subset(_) | O::Superset(_) => !test.negated,
        O::NotEqual(_) | O::Order(..) | O::Exists => false,
    }
}
