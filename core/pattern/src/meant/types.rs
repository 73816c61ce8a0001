//! Addresses and names under the type of the other: `ipv4-addr:value ISSUBSET '2001:db8::/32'`.
//!
//! Guarantees: an object that is of the type as written is found still, for one whose value is of another type is of that type too.
//! Does not know: what must not be, which says nothing of a type.

use super::Remarks;
use super::kind::Kind;
use crate::ast::{Comparison, Literal, Operator, Path, Test};

/// Returns the type that a value of a path really is, where it is another than the path's.
pub fn real(path: &Path, value: &str) -> Option<&'static str> {
    let is_value = matches!(Kind::of(path), Kind::Address | Kind::Domain);
    comity_normal::host_type(&path.object_type, value).filter(|_| is_value)
}

/// Returns the same, and of a URL in the place of a name that it is one. Nothing else is asked of the same object.
pub fn real_alone(path: &Path, value: &str) -> Option<&'static str> {
    if Kind::of(path) == Kind::Domain && value.contains("://") { Some("url") } else { real(path, value) }
}

/// Gives a test for a range the type of that. Nothing else is asked of the same object.
pub fn of_range(test: &mut Test, remarks: &mut Remarks) {
    let (Operator::Subset(range) | Operator::Superset(range)) = &test.operator else { return };
    if let Some(other) = real(&test.path, range).filter(|_| !test.negated) {
        remarks.add(format!("'{range}' is read as {other}:value, not {}", test.path));
        test.path.object_type = other.to_owned();
    }
}

/// Gives all tests of one object the type that all values are which it must have.
pub fn of_joined(parts: &mut [Comparison], remarks: &mut Remarks) {
    let mut types: Vec<String> = Vec::new();
    let mut meant: Vec<Option<&'static str>> = Vec::new();
    for part in parts.iter() {
        part.tests(&mut |test| {
            if !types.contains(&test.path.object_type) {
                types.push(test.path.object_type.clone());
            }
            wanted(test, &mut |value| meant.push(real(&test.path, &comity_normal::refanged(value))));
        });
    }
    let Some(Some(first)) = meant.first().copied() else { return };
    if types.len() != 1 || meant.iter().any(|other| *other != Some(first)) {
        return;
    }
    remarks.add(format!("the values of {} are of the type {first}, which is meant", types.concat()));
    parts.iter_mut().for_each(|part| retype(part, first));
}

fn retype(expression: &mut Comparison, object_type: &str) {
    match expression {
        Comparison::And(parts) | Comparison::Or(parts) => parts.iter_mut().for_each(|part| retype(part, object_type)),
        Comparison::Test(test) => test.path.object_type = object_type.to_owned(),
    }
}

/// Calls `visit` with each value, or range of values, that a test of the object's own value asks for.
fn wanted(test: &Test, visit: &mut dyn FnMut(&str)) {
    if !matches!(Kind::of(&test.path), Kind::Address | Kind::Domain) {
        return;
    }
    match (&test.operator, test.negated) {
        (Operator::Equal(Literal::Text(text)), false) | (Operator::NotEqual(Literal::Text(text)), true) => visit(text),
        (Operator::Subset(range) | Operator::Superset(range), false) => visit(range),
        (Operator::In(members), false) => members.iter().for_each(|member| match member {
            Literal::Text(text) => visit(text),
            _ => visit(""),
        }),
        _ => {}
    }
}
