//! Numbers as they are written: the grammar of RFC 8259 §6, and what kind of number a text is.

use super::{Fault, JsonErrorKind, Limits};

/// Returns the index behind the number that begins at `from`.
pub(super) fn number(bytes: &[u8], from: usize, limits: &Limits) -> Result<usize, Fault> {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    // At the end of the bytes the number may go on in the next chunk, so that is "end" and not "malformed".
    let need_digit = |at: usize| match bytes.get(at) {
        Some(b) if b.is_ascii_digit() => Ok(()),
        Some(_) => Err(Fault { kind: JsonErrorKind::BadNumber, at }),
        None => Err(Fault { kind: JsonErrorKind::UnexpectedEnd, at }),
    };
    let mut at = from;
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    need_digit(at)?;
    if bytes.get(at) == Some(&b'0') {
        at += 1;
        if bytes.get(at).is_some_and(u8::is_ascii_digit) {
            return Err(Fault { kind: JsonErrorKind::BadNumber, at });
        }
    } else {
        at = digits(at);
    }
    if bytes.get(at) == Some(&b'.') {
        need_digit(at + 1)?;
        at = digits(at + 1);
    }
    let mut exponent = false;
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        exponent = true;
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        need_digit(at)?;
        at = digits(at);
    }
    // What stands directly behind must end the number: 0x1F and 12abc are not two things.
    if bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-' | b'_')) {
        return Err(Fault { kind: JsonErrorKind::BadNumber, at });
    }
    let (found, limit) = (at - from, limits.number_chars_max);
    if found > limit {
        return Err(Fault { kind: JsonErrorKind::NumberTooLong { found, limit }, at: from });
    }
    if exponent || found > 300 {
        let text = bytes.get(from..at).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default();
        if !text.parse::<f64>().is_ok_and(f64::is_finite) {
            return Err(Fault { kind: JsonErrorKind::NumberOutOfRange, at: from });
        }
    }
    Ok(at)
}

/// What kind of number a lawful number text is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    /// Digits only, within ±(2^53 − 1): every reader gets the same integer (RFC 7493 §2.2, STIX 2.1 §2.10).
    Integer(i64),
    /// Digits only, beyond that range.
    WideInteger,
    /// With a fraction or an exponent, or minus zero.
    Decimal(f64),
}

/// Tells the kind of a number that the scanner accepted.
pub(crate) fn shape(text: &str) -> Shape {
    const SAFE: i64 = (1 << 53) - 1;
    if text.bytes().any(|b| matches!(b, b'.' | b'e' | b'E')) || text == "-0" {
        return Shape::Decimal(text.parse().unwrap_or(f64::NAN));
    }
    match text.parse::<i64>() {
        Ok(value) if (-SAFE..=SAFE).contains(&value) => Shape::Integer(value),
        _ => Shape::WideInteger,
    }
}
