//! One spelling for values and paths that mean the same.
//!
//! Guarantees: what is one here matches alike where spellings do not count ([`crate::engine::Options`]): the same table of normal forms
//! says which spellings are one. LIKE and MATCHES are about letters and stay as they are written, and so does what is compared by order.

use crate::ast::{Comparison, Literal, Operator, Test};
use crate::meant::{Remarks, types};
use comity_normal::Form;

/// Returns a test with its path and values in one spelling.
pub fn test(test: &Test) -> Test {
    let mut test = test.clone();
    if test.negated {
        // NOT = and != are the same by definition (§9.6.1).
        match std::mem::replace(&mut test.operator, Operator::Exists) {
            Operator::Equal(literal) => (test.negated, test.operator) = (false, Operator::NotEqual(literal)),
            Operator::NotEqual(literal) => (test.negated, test.operator) = (false, Operator::Equal(literal)),
            other => test.operator = other,
        }
    }
    test.path = crate::fold::standard(&test.path).into_owned();
    in_form(&mut test);
    if let Operator::In(members) = &mut test.operator
        && let (Some(only), true) = (members.first().cloned(), members.len() == 1)
    {
        let negated = std::mem::take(&mut test.negated);
        test.operator = if negated { Operator::NotEqual(only) } else { Operator::Equal(only) };
    }
    test
}

/// Writes the values in the form of their property.
fn in_form(test: &mut Test) {
    let form = test.path.form();
    match &mut test.operator {
        Operator::Equal(literal) | Operator::NotEqual(literal) => one(literal, form),
        Operator::Order(_, literal) => one(literal, Form::Exact),
        Operator::In(members) => {
            members.iter_mut().for_each(|literal| one(literal, form));
            members.sort_by_key(ToString::to_string);
            members.dedup_by_key(|literal| literal.to_string());
        }
        // A range is one whatever the property is.
        Operator::Subset(text) | Operator::Superset(text) => *text = Form::Address.normal(text).into_owned(),
        Operator::Like(_) | Operator::Matches(_) | Operator::Exists => {}
    }
}

fn one(literal: &mut Literal, form: Form) {
    match literal {
        Literal::Text(text) => *text = form.normal(text).into_owned(),
        // 1 and 1.0 are one number.
        Literal::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            *literal = Literal::Integer(*number as i128);
        }
        _ => {}
    }
}

/// Returns what a test is where nothing else is asked of the same object, so that the type of a value may be what it really is:
/// `ipv6-addr:value = '::ffff:192.0.2.1'` asks for the `ipv4-addr`, and so does `domain-name:value = '192.0.2.1'`. What must not be is
/// left: it is asked of objects of its own type only.
pub fn alone(written: &Test) -> Comparison {
    let mut one = test(written);
    if one.negated {
        return Comparison::Test(one);
    }
    types::of_range(&mut one, &mut Remarks::default());
    let literals = match &one.operator {
        Operator::Equal(literal) => std::slice::from_ref(literal),
        Operator::In(members) => members.as_slice(),
        _ => return Comparison::Test(one),
    };
    let mut by_type: Vec<(Option<&'static str>, Vec<Literal>)> = Vec::new();
    for literal in literals {
        let real = match literal {
            Literal::Text(text) => types::real_alone(&one.path, text),
            _ => None,
        };
        match by_type.iter_mut().find(|(known, _)| *known == real) {
            Some((_, known)) => known.push(literal.clone()),
            None => by_type.push((real, vec![literal.clone()])),
        }
    }
    let of_type = |(real, members): (Option<&'static str>, Vec<Literal>)| {
        let mut path = one.path.clone();
        if let Some(real) = real {
            path.object_type = real.to_owned();
        }
        Comparison::Test(test(&Test { path, negated: false, operator: Operator::In(members) }))
    };
    let mut all: Vec<Comparison> = by_type.into_iter().map(of_type).collect();
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            all.extend(last);
            if all.is_empty() { Comparison::Test(one) } else { Comparison::Or(all) }
        }
    }
}
