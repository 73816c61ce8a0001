//! One spelling for values and paths that mean the same.
//!
//! Guarantees: what is one here matches alike where spellings do not count ([`crate::engine::Options`]): the same table of normal forms
//! says which spellings are one. LIKE and MATCHES are about letters and stay as they are written, and so does what is compared by order.

use crate::ast::{Literal, Operator, Step, Test};
use comity_normal::{Form, host_type};

/// Returns a test with its path and values in one spelling. `alone`: nothing else is asked of the same object, so that the type of a
/// value may be what it really is.
pub fn test(test: &Test, alone: bool) -> Test {
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
    if let Operator::In(members) = &mut test.operator
        && let (Some(only), true) = (members.first().cloned(), members.len() == 1)
    {
        let negated = std::mem::take(&mut test.negated);
        test.operator = if negated { Operator::NotEqual(only) } else { Operator::Equal(only) };
    }
    if alone {
        take_real_type(&mut test);
    }
    test
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

/// `ipv6-addr:value = '::ffff:192.0.2.1'` asks for the `ipv4-addr`, and so does `domain-name:value = '192.0.2.1'`. What must not be is
/// left: it is asked of objects of its own type only.
fn take_real_type(test: &mut Test) {
    if test.negated || !matches!(test.path.steps.as_slice(), [Step::Key(key)] if key == "value") {
        return;
    }
    let literals = match &test.operator {
        Operator::Equal(literal) => std::slice::from_ref(literal),
        Operator::In(members) => members.as_slice(),
        _ => return,
    };
    let mut types = literals.iter().map(|literal| match literal {
        Literal::Text(text) => host_type(&test.path.object_type, text),
        _ => None,
    });
    if let Some(Some(first)) = types.next()
        && types.all(|other| other == Some(first))
    {
        test.path.object_type = first.to_owned();
    }
}
