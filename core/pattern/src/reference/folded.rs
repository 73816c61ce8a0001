//! What folding adds to each comparison, written down plainly: both sides are put into normal form and compared again.

use super::Reading;
use super::path::Value;
use super::test;
use crate::address::Range;
use crate::ast::Literal;
use comity_normal::Form;
use comity_stix::json::tree::Node;
use std::borrow::Cow;

/// Calls `answer` with the text of a value in normal form, where it is a text and has one.
fn in_normal_form(value: &Value<'_>, form: Form, answer: impl FnOnce(&Value<'_>) -> bool) -> bool {
    match value {
        Value::Json(Node::String(text)) if form != Form::Exact => {
            answer(&Value::Json(&Node::String(Cow::Owned(form.normal(text).into_owned()))))
        }
        _ => false,
    }
}

/// Tells whether a text equals a literal; `None` where this is not about normal forms.
pub fn equal(wanted: &Literal, value: &Value<'_>, form: Form) -> Option<bool> {
    let wanted: Cow<'_, str> = match wanted {
        Literal::Text(text) => Cow::Borrowed(text),
        Literal::Bytes(bytes) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
        _ => return None,
    };
    match value {
        Value::Json(Node::String(text)) if form != Form::Exact => Some(form.normal(text) == form.normal(&wanted)),
        _ => None,
    }
}

/// LIKE of the normal form; in the letters of that as well, and of the name of a host in its own script.
pub fn like(pattern: &str, value: &Value<'_>, form: Form) -> bool {
    in_normal_form(value, form, |normal| {
        let own = |like: String| match normal {
            Value::Json(Node::String(text)) => form
                .in_own_script(text)
                .is_some_and(|own| test::like(&like, &Value::Json(&Node::String(Cow::Owned(own))))),
            _ => false,
        };
        test::like(pattern, normal)
            || form.like(pattern).is_some_and(|like| test::like(&like, normal))
            || form.like_in_own_script(pattern).is_some_and(own)
    })
}

/// MATCHES of the normal form.
pub fn matches(source: &str, value: &Value<'_>, form: Form) -> bool {
    in_normal_form(value, form, |normal| test::matches(source, normal))
}

/// Tells whether two ranges stand so to each other; one of mapped addresses is the IPv4 range.
pub fn ranges(
    value: &Value<'_>,
    wanted: &str,
    reading: Reading,
    form: Form,
    stand: impl Fn(&Range, &Range) -> bool,
) -> bool {
    let Value::Json(Node::String(value)) = value else { return false };
    let range = |text: &str| {
        let range = Range::parse(&form.normal(text))?;
        match (reading, range.unmapped()) {
            (Reading::Folded, Some(four)) => Some(four),
            _ => Some(range),
        }
    };
    match (range(value), range(wanted)) {
        (Some(value), Some(wanted)) => stand(&value, &wanted),
        _ => false,
    }
}
