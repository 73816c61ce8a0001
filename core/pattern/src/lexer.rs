//! The tokens of a pattern, one after the other.
//!
//! Guarantees: the longest token wins, as in the standard's grammar; every token knows its bytes. Does not know: what may
//! follow what (`parser`).

use crate::error::{PatternError, PatternErrorKind};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A word without a hyphen that is no keyword.
    Name,
    /// A word with a hyphen: only an object type may be one.
    HyphenName,
    /// AND, IN, true …
    Keyword(&'static str),
    /// `'…'`
    Text,
    /// `h'…'`
    Hex,
    /// `b'…'`
    Binary,
    /// `t'…'`
    Time,
    /// A whole number; true where it has a minus.
    Integer(bool),
    /// A number with a fraction; true where it has a minus.
    Float(bool),
    /// An operator or a bracket.
    Symbol(&'static str),
    /// A character that begins no token.
    Stray,
    /// Behind the last byte.
    End,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
}

const KEYWORDS: [&str; 19] = [
    "AND",
    "OR",
    "NOT",
    "FOLLOWEDBY",
    "LIKE",
    "MATCHES",
    "ISSUPERSET",
    "ISSUBSET",
    "EXISTS",
    "LAST",
    "IN",
    "START",
    "STOP",
    "SECONDS",
    "true",
    "false",
    "WITHIN",
    "REPEATS",
    "TIMES",
];

/// Longer ones first.
const SYMBOLS: [&str; 15] = ["==", "!=", "<>", "<=", ">=", "=", "<", ">", "[", "]", "(", ")", ":", ".", ","];

impl Kind {
    /// Says in words what the token is.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Name | Kind::HyphenName => "a name",
            Kind::Keyword(word) | Kind::Symbol(word) => word,
            Kind::Text => "a string",
            Kind::Hex => "a hex literal",
            Kind::Binary => "a binary literal",
            Kind::Time => "a timestamp literal",
            Kind::Integer(_) => "a whole number",
            Kind::Float(_) => "a number with a fraction",
            Kind::Stray => "a character that has no meaning here",
            Kind::End => "the end of the pattern",
        }
    }
}

fn blank(character: char) -> bool {
    // The grammar's own list: tab to carriage return, next line, and Unicode's space separators.
    matches!(character, '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

fn fail<T>(offset: usize, kind: PatternErrorKind) -> Result<T, PatternError> {
    Err(PatternError { offset, kind })
}

/// Returns the byte behind blanks and comments.
fn skip(text: &str, mut at: usize) -> Result<usize, PatternError> {
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let bare = rest.trim_start_matches(blank);
        at += rest.len() - bare.len();
        if bare.starts_with("//") {
            at += bare.find(['\r', '\n']).unwrap_or(bare.len());
        } else if let Some(inside) = bare.strip_prefix("/*") {
            let Some(length) = inside.find("*/") else { return fail(at, PatternErrorKind::UnterminatedComment) };
            at += length + 4;
        } else {
            return Ok(at);
        }
    }
}

/// Returns the byte behind the string that begins with the quote at `at`.
fn string(text: &str, at: usize) -> Result<usize, PatternError> {
    let bytes = text.as_bytes();
    let mut here = at + 1;
    loop {
        match bytes.get(here) {
            None => return fail(at, PatternErrorKind::UnterminatedString),
            Some(b'\'') => return Ok(here + 1),
            Some(b'\\') => match bytes.get(here + 1) {
                Some(b'\'' | b'\\') => here += 2,
                _ => return fail(at, PatternErrorKind::BadEscape { at: here }),
            },
            Some(_) => here += 1,
        }
    }
}

/// Returns the number at the beginning of `rest`, and whether it has a fraction.
fn number(rest: &[u8]) -> Option<(usize, bool)> {
    let sign = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
    let digits = |from: usize| rest.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(sign);
    if rest.get(sign + whole) == Some(&b'.') {
        let fraction = digits(sign + whole + 1);
        if fraction > 0 {
            return Some((sign + whole + 1 + fraction, true));
        }
    }
    match whole {
        0 => None,
        // A whole number has no leading zero: what follows it is another token, and no grammar rule accepts that.
        _ if rest.get(sign) == Some(&b'0') => Some((sign + 1, false)),
        _ => Some((sign + whole, false)),
    }
}

/// Returns the first token at or behind `at`.
///
/// # Errors
/// A string or comment that does not end, a bad escape.
pub fn token(text: &str, at: usize) -> Result<Token, PatternError> {
    let start = skip(text, at)?;
    let rest = text.get(start..).unwrap_or_default();
    let bytes = rest.as_bytes();
    let Some(&first) = bytes.first() else { return Ok(Token { kind: Kind::End, start, end: start }) };
    let (kind, length) = match first {
        b'\'' => (Kind::Text, string(text, start)? - start),
        b'h' | b'b' | b't' if bytes.get(1) == Some(&b'\'') => {
            let end = string(text, start + 1).map_err(|error| PatternError { offset: start, ..error })?;
            let kind = match first {
                b'h' => Kind::Hex,
                b'b' => Kind::Binary,
                _ => Kind::Time,
            };
            (kind, end - start)
        }
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => word(rest),
        _ => match number(bytes) {
            Some((length, fraction)) => {
                let negative = first == b'-';
                (if fraction { Kind::Float(negative) } else { Kind::Integer(negative) }, length)
            }
            None => match SYMBOLS.into_iter().chain(["*"]).find(|symbol| rest.starts_with(symbol)) {
                Some(symbol) => (Kind::Symbol(symbol), symbol.len()),
                None => (Kind::Stray, rest.chars().next().map_or(1, char::len_utf8)),
            },
        },
    };
    Ok(Token { kind, start, end: start + length })
}

fn word(rest: &str) -> (Kind, usize) {
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    let word = rest.get(..length).unwrap_or_default();
    let kind = if word.contains('-') {
        Kind::HyphenName
    } else {
        KEYWORDS.into_iter().find(|keyword| *keyword == word).map_or(Kind::Name, Kind::Keyword)
    };
    (kind, length)
}

/// Tells whether a text can stand as a property name without quotes.
pub fn is_name(text: &str) -> bool {
    matches!(token(text, 0), Ok(Token { kind: Kind::Name, start: 0, end }) if end == text.len()) && !text.is_empty()
}
