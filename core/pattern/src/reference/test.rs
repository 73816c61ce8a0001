//! §9.6.1: what each comparison operator says of a value.

use super::path::{self, Value};
use super::{Reading, folded};
use crate::ast::{Literal, Operator, Test};
use crate::limits::Limits;
use crate::literal;
use crate::observed::{Object, Observed};
use crate::outcome::EvaluationError;
use crate::regex::{self, Mode};
use comity_normal::Form;
use comity_stix::json::tree::Node;
use std::cmp::Ordering;
use unicode_normalization::UnicodeNormalization;

/// Tells whether a test holds of an object: of one of the values that its path leads to.
pub fn holds(
    test: &Test,
    object: &Object<'_>,
    observation: &Observed<'_>,
    reading: Reading,
) -> Result<bool, EvaluationError> {
    let values = path::values(&test.path, object, observation, reading);
    if test.operator == Operator::Exists {
        // Only an object of the type can have, or lack, the property.
        return Ok(object.object_type == test.path.object_type && values.is_empty() == test.negated);
    }
    let form = reading.form(&test.path);
    let mut any = false;
    for value in &values {
        any |= value_passes(test, value, reading, form)?;
    }
    Ok(any)
}

/// Tells whether a test holds of one value.
pub fn value_passes(test: &Test, value: &Value<'_>, reading: Reading, form: Form) -> Result<bool, EvaluationError> {
    let plain = match &test.operator {
        Operator::Equal(wanted) => equal(wanted, value, form)?,
        Operator::NotEqual(wanted) => !equal(wanted, value, form)?,
        Operator::Order(order, wanted) => match compare(wanted, value)? {
            Compared::Ordered(ordering) => order.holds(ordering),
            Compared::No => false,
            // Types that have no common order: false, and NOT does not make it true.
            Compared::Never => return Ok(false),
        },
        Operator::In(members) => {
            let mut any = false;
            for wanted in members {
                any |= equal(wanted, value, form)?;
            }
            any
        }
        // More is found in normal form, and nothing less: as written counts too.
        Operator::Like(pattern) => like(pattern, value) || folded::like(pattern, value, form),
        Operator::Matches(source) => matches(source, value) || folded::matches(source, value, form),
        Operator::Subset(wanted) => {
            folded::ranges(value, wanted, reading, form, |value, wanted| wanted.contains(value))
        }
        Operator::Superset(wanted) => {
            folded::ranges(value, wanted, reading, form, |value, wanted| value.contains(wanted))
        }
        Operator::Exists => true,
    };
    Ok(plain != test.negated)
}

fn equal(wanted: &Literal, value: &Value<'_>, form: Form) -> Result<bool, EvaluationError> {
    if let Some(equal) = folded::equal(wanted, value, form) {
        return Ok(equal);
    }
    if let (Literal::Bool(wanted), Value::Json(Node::Bool(value))) = (wanted, value) {
        return Ok(wanted == value);
    }
    Ok(matches!(compare(wanted, value)?, Compared::Ordered(Ordering::Equal)))
}

enum Compared {
    Ordered(Ordering),
    /// The types can be compared, these values cannot: a string that is no bytes.
    No,
    /// The types cannot be compared.
    Never,
}

/// Compares a value (left) with a literal (right).
fn compare(wanted: &Literal, value: &Value<'_>) -> Result<Compared, EvaluationError> {
    let of = |ordering: Option<Ordering>| ordering.map_or(Compared::No, Compared::Ordered);
    Ok(match (value, wanted) {
        (Value::Json(Node::Number(value)), Literal::Integer(wanted)) => of(number_to_integer(value, *wanted)),
        (Value::Json(Node::Number(value)), Literal::Float(wanted)) => of(number_to_float(value, *wanted)),
        (Value::Json(Node::String(value)), Literal::Text(wanted)) => {
            Compared::Ordered(value.chars().cmp(wanted.chars()))
        }
        (Value::Json(Node::String(value)), Literal::Bytes(wanted)) => {
            of(as_bytes(value).map(|value| value.as_slice().cmp(wanted.as_slice())))
        }
        (Value::Bytes(value), Literal::Bytes(wanted)) => Compared::Ordered(value.cmp(wanted)),
        (Value::Bytes(value), Literal::Text(wanted)) => of(as_bytes(wanted).map(|wanted| value.cmp(&wanted))),
        (Value::Json(Node::String(value)), Literal::Time(wanted)) => match literal::instant(value) {
            Some(value) => Compared::Ordered(value.cmp(wanted)),
            None => return Err(EvaluationError::NotATimestamp),
        },
        _ => Compared::Never,
    })
}

/// §9.3: a string stands for bytes where each of its code points is below 256.
fn as_bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

fn number_to_integer(value: &str, wanted: i128) -> Option<Ordering> {
    match value.parse::<i128>() {
        Ok(value) => Some(value.cmp(&wanted)),
        Err(_) => float_to_integer(value.parse().ok()?, wanted),
    }
}

fn number_to_float(value: &str, wanted: f64) -> Option<Ordering> {
    match value.parse::<i128>() {
        Ok(value) => float_to_integer(wanted, value).map(Ordering::reverse),
        Err(_) => value.parse::<f64>().ok()?.partial_cmp(&wanted),
    }
}

/// Compares without rounding the whole number to the precision of the other.
fn float_to_integer(float: f64, integer: i128) -> Option<Ordering> {
    const BEYOND: f64 = 1.7e38;
    if float.abs() >= BEYOND {
        return float.partial_cmp(&0.0);
    }
    let whole = (float.trunc() as i128).cmp(&integer);
    Some(whole.then(float.fract().partial_cmp(&0.0)?))
}

/// `%` is any characters, `_` is one; both sides in Normalization Form C.
pub(super) fn like(pattern: &str, value: &Value<'_>) -> bool {
    let pattern: Vec<char> = pattern.nfc().collect();
    let characters: Vec<char> = match value {
        Value::Json(Node::String(text)) => text.nfc().collect(),
        Value::Bytes(bytes) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        Value::Json(_) => return false,
    };
    // reached[i]: the pattern up to here can match the first i characters.
    let mut reached = vec![false; characters.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for wanted in pattern {
        let mut after = vec![false; characters.len() + 1];
        let mut any_before = false;
        for (place, slot) in after.iter_mut().enumerate() {
            let here = reached.get(place).copied().unwrap_or_default();
            any_before |= here;
            let before = place.checked_sub(1);
            let one_less = before.and_then(|before| reached.get(before)).copied().unwrap_or_default();
            let character = before.and_then(|before| characters.get(before)).copied();
            *slot = match wanted {
                '%' => any_before,
                '_' => one_less,
                _ => one_less && character == Some(wanted),
            };
        }
        reached = after;
    }
    reached.last().copied().unwrap_or_default()
}

pub(super) fn matches(source: &str, value: &Value<'_>) -> bool {
    let bytes_max = Limits::default().regex_compiled_bytes_max;
    let source: String = source.nfc().collect();
    match value {
        Value::Json(Node::String(text)) => {
            let text: String = text.nfc().collect();
            regex::compile(&source, Mode::Text, bytes_max).is_some_and(|regex| regex.is_match(text.as_bytes()))
        }
        Value::Bytes(bytes) => {
            regex::compile(&source, Mode::Bytes, bytes_max).is_some_and(|regex| regex.is_match(bytes))
        }
        Value::Json(_) => false,
    }
}
