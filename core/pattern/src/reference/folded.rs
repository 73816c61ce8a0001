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

/// LIKE of the normal form; in lower case as well, where upper case never stands in that.
pub fn like(pattern: &str, value: &Value<'_>, form: Form) -> bool {
    in_normal_form(value, form, |normal| {
        test::like(pattern, normal) || form.folds_case() && test::like(&pattern.to_lowercase(), normal)
    })
}

/// MATCHES of the normal form.
pub fn matches(source: &str, value: &Value<'_>, form: Form) -> bool {
    in_normal_form(value, form, |normal| test::matches(source, normal))
}

/// Tells whether two ranges stand so to each other; each as it is written, in normal form, and as IPv4 where it is mapped.
pub fn ranges(
    value: &Value<'_>,
    wanted: &str,
    reading: Reading,
    form: Form,
    stand: impl Fn(&Range, &Range) -> bool,
) -> bool {
    let Value::Json(Node::String(value)) = value else { return false };
    let all = |text: &str| -> Vec<Range> {
        if reading == Reading::Letter {
            return Range::parse(text).into_iter().collect();
        }
        let plain = [Range::parse(text), Range::parse(&form.normal(text))];
        plain.into_iter().flatten().flat_map(|range| [Some(range), range.unmapped()]).flatten().collect()
    };
    let wanted = all(wanted);
    all(value).iter().any(|value| wanted.iter().any(|wanted| stand(value, wanted)))
}
