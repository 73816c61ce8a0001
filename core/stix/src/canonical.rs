//! RFC 8785 form: equal for two texts that say the same thing.
//!
//! Guarantees: two texts whose values differ never get equal forms here. RFC 8785 itself does not promise that, because
//! it puts every number through a double: 9007199254740993 and 9007199254740992 become one. A number that a double does
//! not carry unchanged is therefore an error, and the caller compares bytes. What differs only in blanks, in the order
//! of properties, in the spelling of a string or of a number, is equal.

use crate::json::tree::Node;
use crate::json::{JsonError, Limits};

/// Why there is no canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// The text is not strict JSON.
    #[error("no canonical form: not strict JSON")]
    Json(#[from] JsonError),
    /// A number that a double does not carry unchanged.
    #[error("no canonical form: a number has more digits than a double carries; compare the bytes instead")]
    InexactNumber,
    /// The canonicaliser refused what the strict scanner accepts.
    #[error("no canonical form: the canonicaliser refused the text")]
    Refused,
}

/// Returns the canonical form, unless a number would change by it.
///
/// # Errors
/// [`CanonicalError`].
pub fn canonical(bytes: &[u8]) -> Result<Vec<u8>, CanonicalError> {
    let node = Node::parse(bytes, &Limits::default())?;
    if numbers(&node).any(|text| !exact(text)) {
        return Err(CanonicalError::InexactNumber);
    }
    rfc8785(bytes)
}

/// Returns the canonical form exactly as RFC 8785 has it, numbers rounded to doubles: for signatures, not for comparing.
///
/// # Errors
/// [`CanonicalError`], never `InexactNumber`.
pub fn canonical_rounding(bytes: &[u8]) -> Result<Vec<u8>, CanonicalError> {
    crate::json::check(bytes, &Limits::default())?;
    rfc8785(bytes)
}

fn rfc8785(bytes: &[u8]) -> Result<Vec<u8>, CanonicalError> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| CanonicalError::Refused)?;
    serde_json_canonicalizer::to_vec(&value).map_err(|_| CanonicalError::Refused)
}

fn numbers<'n>(node: &'n Node<'_>) -> Box<dyn Iterator<Item = &'n str> + 'n> {
    // The depth is limited by the scanner, so this recursion is too.
    match node {
        Node::Number(text) => Box::new(std::iter::once(*text)),
        Node::Array(items) => Box::new(items.iter().flat_map(numbers)),
        Node::Object(properties) => Box::new(properties.iter().flat_map(|(_, value)| numbers(value))),
        Node::Null | Node::Bool(_) | Node::String(_) => Box::new(std::iter::empty()),
    }
}

/// Says whether the canonical spelling of the number's double is the same decimal. Another decimal that yields this
/// double, if only the neighbour in its last digit, is not: it would become equal to this one.
fn exact(text: &str) -> bool {
    let Ok(value) = text.parse::<f64>() else { return false };
    let Ok(spelling) = serde_json_canonicalizer::to_string(&value) else { return false };
    decimal(text) == decimal(&spelling)
}

/// Splits a number text into sign, digits without zeros at either end, and the power of ten of its last digit.
fn decimal(text: &str) -> (bool, String, i64) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mut power = exponent.parse::<i64>().unwrap_or(i64::MAX / 2);
    let negative = mantissa.starts_with('-');
    let (whole, fraction) =
        mantissa.trim_start_matches('-').split_once('.').unwrap_or((mantissa.trim_start_matches('-'), ""));
    power -= fraction.len() as i64;
    let digits = format!("{whole}{fraction}");
    let kept = digits.trim_end_matches('0');
    power += (digits.len() - kept.len()) as i64;
    let kept = kept.trim_start_matches('0');
    // Zero is zero, with either sign and any exponent.
    if kept.is_empty() { (false, String::new(), 0) } else { (negative, kept.to_owned(), power) }
}
