//! Literals: from the characters of a token to the value they mean (STIX 2.1 §9.3).

use crate::ast::Literal;
use crate::error::{PatternError, PatternErrorKind};
use crate::lexer::{Kind, Token};
use base64::Engine as _;
use comity_vocab::Timestamp;

/// Returns what stands between the quotes of a string token, escapes undone.
pub fn text(source: &str, token: Token) -> String {
    let inside = source.get(token.start + 1..token.end - 1).unwrap_or_default();
    let mut plain = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next()),
            _ => plain.push(character),
        }
    }
    plain
}

/// Returns the byte of the source where the `index`th byte of the unescaped string stands.
pub fn source_offset(source: &str, token: Token, index: usize) -> usize {
    let inside = source.get(token.start + 1..token.end - 1).unwrap_or_default().as_bytes();
    let (mut at, mut plain) = (0, 0);
    while plain < index && at < inside.len() {
        at += if inside.get(at) == Some(&b'\\') { 2 } else { 1 };
        plain += 1;
    }
    token.start + 1 + at
}

/// Reads an instant as the standard writes it: upper-case T and Z, digits of a fraction without limit. What is finer than
/// nanoseconds is cut off.
pub fn instant(text: &str) -> Option<Timestamp> {
    let cut: String;
    let text = match text.split_once('.').and_then(|(head, tail)| Some((head, tail.strip_suffix('Z')?))) {
        Some((head, fraction)) if fraction.len() > 9 => {
            if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            cut = format!("{head}.{}Z", fraction.get(..9)?);
            &cut
        }
        _ => text,
    };
    match text.strip_prefix("0000-") {
        // RFC 3339 has a year 0000, a leap year like 0004, which is four years or 1,461 days later.
        Some(rest) => Timestamp::parse(&format!("0004-{rest}")).ok().map(|later| later.plus_seconds(-1_461 * 86_400)),
        None => Timestamp::parse(text).ok(),
    }
}

/// Reads a literal token; `None` where the token is no literal.
///
/// # Errors
/// A literal that is malformed, or a number that is too large.
pub fn literal(source: &str, token: Token) -> Result<Option<Literal>, PatternError> {
    let fail = |kind| Err(PatternError { offset: token.start, kind });
    let written = source.get(token.start..token.end).unwrap_or_default();
    let quoted = || written.get(2..written.len() - 1).unwrap_or_default();
    Ok(Some(match token.kind {
        Kind::Text => Literal::Text(text(source, token)),
        Kind::Keyword("true") => Literal::Bool(true),
        Kind::Keyword("false") => Literal::Bool(false),
        Kind::Integer(_) => match written.strip_prefix('+').unwrap_or(written).parse() {
            Ok(number) => Literal::Integer(number),
            Err(_) => return fail(PatternErrorKind::NumberTooLarge),
        },
        Kind::Float(_) => match written.parse::<f64>() {
            Ok(number) if number.is_finite() => Literal::Float(number),
            _ => return fail(PatternErrorKind::NumberTooLarge),
        },
        Kind::Hex => match hex::decode(quoted()) {
            Ok(bytes) => Literal::Bytes(bytes),
            Err(_) => return fail(PatternErrorKind::BadHex),
        },
        Kind::Binary => match lenient_base64(quoted()) {
            Some(bytes) => Literal::Bytes(bytes),
            None => return fail(PatternErrorKind::BadBinary),
        },
        Kind::Time => match instant(quoted()) {
            Some(instant) => Literal::Time(instant),
            None => return fail(PatternErrorKind::BadTimestamp),
        },
        _ => return Ok(None),
    }))
}

/// Decodes padded base64. Bits behind the last byte may be anything, as the grammar has it.
pub fn lenient_base64(text: &str) -> Option<Vec<u8>> {
    use base64::alphabet::STANDARD;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const PADDED: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
            .with_decode_allow_trailing_bits(true),
    );
    PADDED.decode(text).ok()
}
