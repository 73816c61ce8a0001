//! A quick look that says of most values that they are in normal form: eight bytes at a time, without copying anything.
//!
//! Guarantees: yes only where [`crate::Form::normal`] returns the text itself; no says nothing.

use crate::Form;

/// The highest bit of each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// Hardware addresses with hyphens have this length; shorter texts are none.
const HYPHENATED_MAC: usize = 17;

/// Tells whether a text is surely in normal form.
#[inline]
pub(crate) fn is_normal(form: Form, text: &str) -> bool {
    let bytes = text.as_bytes();
    match form {
        Form::Address => is_four(bytes),
        Form::Digest(_) => !bytes.is_empty() && each(bytes, is_digest),
        Form::Domain => is_name(bytes),
        Form::Name => each(bytes, is_small),
        Form::Referred => is_four(bytes) || bytes.len() != HYPHENATED_MAC && is_name(bytes),
        _ => false,
    }
}

/// A name that ends in a letter is no address; without a capital and a last dot it is in normal form.
#[inline]
fn is_name(bytes: &[u8]) -> bool {
    bytes.last().is_some_and(u8::is_ascii_lowercase) && each(bytes, is_label)
}

/// Tells whether all bytes pass, which are looked at eight by eight; the last eight may be looked at twice.
#[inline]
fn each(bytes: &[u8], passes: impl Fn(u64) -> bool) -> bool {
    let mut rest = bytes;
    while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
        if !passes(u64::from_le_bytes(*eight)) {
            return false;
        }
        rest = behind;
    }
    if rest.is_empty() {
        return true;
    }
    if let Some(last) = bytes.last_chunk::<8>() {
        return passes(u64::from_le_bytes(*last));
    }
    // What is short is filled up with a letter that always passes.
    let short = rest.iter().rev().fold(ONES * u64::from(b'a'), |all, byte| all << 8 | u64::from(*byte));
    passes(short)
}

/// The highest bit of each byte that is at least this, by its other bits.
#[inline]
fn at_least(eight: u64, byte: u8) -> u64 {
    ((eight & !HIGH) + ONES * u64::from(0x80 - byte)) & HIGH
}

#[inline]
fn between(eight: u64, first: u8, last: u8) -> u64 {
    at_least(eight, first) & !at_least(eight, last + 1)
}

/// Tells whether a text has none of the bytes that values are made harmless with, nor a colon behind a scheme.
#[inline]
pub(crate) fn is_without_marks(text: &str) -> bool {
    let is_none = |eight: u64| {
        let marks = between(eight, b'[', b'[')
            | between(eight, b'(', b'(')
            | between(eight, b'{', b'{')
            | between(eight, b':', b':');
        // Bytes of other characters may look like these: then the long look says it.
        marks == 0
    };
    each(text.as_bytes(), is_none)
}

/// Small letters, digits, `-`, `.`, `_`.
#[inline]
fn is_label(eight: u64) -> bool {
    let all = between(eight, b'a', b'z')
        | between(eight, b'0', b'9')
        | between(eight, b'-', b'.')
        | between(eight, b'_', b'_');
    eight & HIGH == 0 && all == HIGH
}

/// Small hexadecimal digits.
#[inline]
fn is_digest(eight: u64) -> bool {
    eight & HIGH == 0 && between(eight, b'0', b'9') | between(eight, b'a', b'f') == HIGH
}

/// ASCII without capitals.
#[inline]
fn is_small(eight: u64) -> bool {
    eight & HIGH == 0 && between(eight, b'A', b'Z') == 0
}

/// Tells whether a text of digits and dots has no zero in front of another digit. Where it is no address it has no other form.
#[inline]
fn is_four(bytes: &[u8]) -> bool {
    const HALF: usize = 8;
    let (Some(first), Some(last)) = (bytes.first_chunk::<HALF>(), bytes.last_chunk::<HALF>()) else { return false };
    if bytes.len() >= 2 * HALF || !bytes.last().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let bits = 8 * (bytes.len() - HALF) as u32;
    // Bytes that stand in both halves are the same in both.
    let low = u64::from_le_bytes(*first);
    let high = u64::from_le_bytes(*last);
    let text = u128::from(low) | u128::from(high) << bits;
    let (low, high) = (text as u64, (text >> 64) as u64);
    if (low | high) & HIGH != 0 {
        return false;
    }
    let both = |low: u64, high: u64| u128::from(high) << 64 | u128::from(low);
    let of = |first: u8, last: u8| both(between(low, first, last), between(high, first, last));
    let (digits, dots, zeros) = (of(b'0', b'9'), of(b'.', b'.'), of(b'0', b'0'));
    let wanted = both(HIGH, HIGH) >> (64 - bits);
    let starts = dots << 8 | 0x80;
    let zeros_in_front = starts & zeros & digits >> 8;
    digits | dots == wanted && zeros_in_front == 0
}

#[cfg(test)]
mod tests {
    use crate::Form;
    use std::borrow::Cow;

    const FORMS: [Form; 5] = [Form::Address, Form::Digest(32), Form::Domain, Form::Name, Form::Referred];

    /// Whatever the quick look says yes of, the long one leaves.
    #[test]
    fn agrees_with_the_long_look() {
        let pieces = [
            "1",
            "0",
            "203",
            "255",
            "256",
            ".",
            ":",
            "/24",
            "a",
            "f",
            "g",
            "zz",
            "A",
            "é",
            "-",
            "_",
            " ",
            "xn--",
            "00",
            "01",
            "abcdef0123456789",
            "quay.example",
            "::ffff:",
            "\u{80}",
            "\\",
            "@",
        ];
        let mut seed = 7_u64;
        let mut below = |bound: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % bound
        };
        let mut quick = 0;
        for _ in 0..200_000 {
            let text: String = (0..1 + below(9)).filter_map(|_| pieces.get(below(pieces.len()))).copied().collect();
            for form in FORMS {
                if super::is_normal(form, &text) {
                    quick += 1;
                    assert_eq!(form.at_length(&text), Cow::Borrowed(text.as_str()), "{form:?} {text:?}");
                }
            }
        }
        assert!(quick > 20_000, "{quick}");
    }

    #[test]
    fn marks_are_seen_at_every_place() {
        for mark in ['[', '(', '{', ':'] {
            for before in 0..20 {
                for behind in 0..10 {
                    let text = format!("{}{mark}{}", "x".repeat(before), "é".repeat(behind));
                    assert!(!super::is_without_marks(&text), "{text}");
                }
            }
        }
        assert!(super::is_without_marks("") && super::is_without_marks("www.quay-1.example"));
    }

    #[test]
    fn usual_values_are_quick() {
        for (form, text, expect) in [
            (Form::Address, "203.0.113.9", true),
            (Form::Address, "255.255.255.255", true),
            (Form::Address, "10.0.0.0", true),
            (Form::Address, "203.0.113.09", false),
            (Form::Address, "03.0.113.9", false),
            (Form::Address, "203.0.113.0/24", false),
            (Form::Domain, "quay-1.example", true),
            (Form::Domain, "a.b", true),
            (Form::Domain, "Quay.example", false),
            (Form::Domain, "quay.example.", false),
            (Form::Domain, "203.0.113.9", false),
            (Form::Digest(32), "abababababababababababababababab", true),
            (Form::Digest(32), "abababababababababababababababaB", false),
            (Form::Digest(32), "", false),
            (Form::Name, "quay (1).exe", true),
            (Form::Name, "quay.Exe", false),
            (Form::Name, "é", false),
            (Form::Referred, "203.0.113.9", true),
            (Form::Referred, "quay.example", true),
        ] {
            assert_eq!(super::is_normal(form, text), expect, "{form:?} {text}");
        }
    }
}
