//! Which values of an object a single test holds for: what an analyst is shown as "what matched".

use super::Reading;
use super::path::{self, Value};
use super::test;
use crate::ast::Test;
use crate::observed::{Object, Observed};
use comity_stix::json::tree::Node;
use std::borrow::Cow;

/// Returns the values, as text, for which a test holds of an object: numbers as written, bytes as hexadecimal digits, lists
/// and objects as JSON. None where there is no answer.
pub fn passing<'a>(
    test: &Test,
    object: &Object<'a>,
    observation: &Observed<'a>,
    reading: Reading,
) -> Vec<Cow<'a, str>> {
    let values = path::values(&test.path, object, observation, reading);
    let form = reading.form(&test.path);
    let passes = |value: &Value<'a>| test::value_passes(test, value, reading, form).unwrap_or(false);
    values.into_iter().filter(passes).map(text).collect()
}

fn text(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Json(Node::String(text)) => Cow::Borrowed(text),
        Value::Json(Node::Number(written)) => Cow::Borrowed(written),
        Value::Json(other) => Cow::Owned(other.to_json()),
        Value::Bytes(bytes) => Cow::Owned(hex::encode(bytes)),
    }
}
