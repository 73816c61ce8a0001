//! The parser: recursive descent over the grammar of STIX 2.1 §9, one token ahead.
//!
//! Guarantees: depth, terms, path steps and lengths are bounded before memory is taken for them; the error is the first one,
//! at the byte where it is. Does not know: what a pattern matches.

mod comparison;
mod observation;

pub(crate) use comparison::family;

use crate::ast::{Comparison, Observation};
use crate::error::{PatternError, PatternErrorKind};
use crate::lexer::{self, Kind, Token};
use crate::limits::Limits;

/// Something that the grammar accepts and a reader should know of.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// Byte of the text.
    pub offset: usize,
    /// What it is.
    pub kind: RemarkKind,
}

/// What the grammar accepts and the standard's text does not, or what cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemarkKind {
    /// A qualifier twice on one observation expression (§9.5.1): evaluated, though not valid.
    #[error("{0} stands twice on the same observation expression")]
    DuplicateQualifier(&'static str),
    /// START and STOP with strings, as STIX 2.0 had it: evaluated, though not valid.
    #[error("START and STOP take timestamp literals t'…'")]
    StringInstant,
    /// `WITHIN 0`: cannot be evaluated.
    #[error("WITHIN needs more than 0 seconds")]
    WithinNotPositive,
    /// `REPEATS 0`: cannot be evaluated.
    #[error("REPEATS needs at least 1")]
    RepeatsNotPositive,
    /// A set of different types (§9.3): cannot be evaluated.
    #[error("the literals of a set must be of one type")]
    MixedSet,
    /// The right side of ISSUBSET or ISSUPERSET is neither an address nor a range: cannot be evaluated.
    #[error("not an IPv4 or IPv6 address or CIDR range")]
    BadAddress,
    /// The string after MATCHES is no regular expression: cannot be evaluated.
    #[error("not a regular expression: {0}")]
    BadRegex(&'static str),
    /// STOP is not after START: can never match.
    #[error("STOP is not after START, so nothing can match")]
    EmptyInterval,
    /// AND between tests of different object types inside one observation: can never match.
    #[error("one object cannot be of two types, so nothing can match")]
    TwoTypes,
}

impl RemarkKind {
    /// Tells whether evaluation is an error rather than an answer.
    pub fn is_fatal(&self) -> bool {
        use RemarkKind as R;
        matches!(self, R::WithinNotPositive | R::RepeatsNotPositive | R::MixedSet | R::BadRegex(_) | R::BadAddress)
    }
}

/// A pattern that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// What it says.
    pub expression: Observation,
    /// What a reader should know of.
    pub remarks: Vec<Remark>,
}

impl Pattern {
    /// Reads a pattern within the usual limits.
    ///
    /// # Errors
    /// The first thing wrong, with its byte.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        Self::parse_within(text, &Limits::default())
    }

    /// Reads a pattern.
    ///
    /// # Errors
    /// The first thing wrong, with its byte.
    pub fn parse_within(text: &str, limits: &Limits) -> Result<Self, PatternError> {
        if text.len() > limits.text_bytes_max {
            let kind = PatternErrorKind::Limit { unit: "bytes", max: limits.text_bytes_max as u64 };
            return Err(PatternError { offset: limits.text_bytes_max, kind });
        }
        let mut parser = Parser::new(text, limits)?;
        let expression = parser.pattern()?;
        Ok(Self { expression, remarks: parser.remarks })
    }

    /// Returns the reason why the pattern cannot be evaluated, where it cannot.
    pub fn fatal(&self) -> Option<&Remark> {
        self.remarks.iter().find(|remark| remark.kind.is_fatal())
    }

    /// Returns the first thing that the grammar accepts and the standard's text forbids.
    pub fn breach(&self) -> Option<PatternError> {
        self.remarks.iter().find_map(|remark| match remark.kind {
            RemarkKind::DuplicateQualifier(qualifier) => {
                Some(PatternError { offset: remark.offset, kind: PatternErrorKind::DuplicateQualifier { qualifier } })
            }
            RemarkKind::StringInstant => {
                let kind = PatternErrorKind::Unexpected { expected: "a timestamp literal t'…'", found: "a string" };
                Some(PatternError { offset: remark.offset, kind })
            }
            _ => None,
        })
    }

    /// Calls `visit` with every test, from left to right.
    pub fn tests<'a>(&'a self, visit: &mut impl FnMut(&'a crate::ast::Test)) {
        self.expression.tests(visit);
    }
}

struct Parser<'a> {
    text: &'a str,
    limits: &'a Limits,
    next: Token,
    depth: usize,
    terms: usize,
    remarks: Vec<Remark>,
}

type Parsed<T> = Result<T, PatternError>;

impl<'a> Parser<'a> {
    fn new(text: &'a str, limits: &'a Limits) -> Parsed<Self> {
        let next = lexer::token(text, 0)?;
        Ok(Self { text, limits, next, depth: 0, terms: 0, remarks: Vec::new() })
    }

    /// Takes the next token.
    fn take(&mut self) -> Parsed<Token> {
        let token = self.next;
        self.next = lexer::token(self.text, token.end)?;
        Ok(token)
    }

    /// Takes the next token where it is of this kind.
    fn accept(&mut self, kind: Kind) -> Parsed<Option<Token>> {
        if self.next.kind == kind { self.take().map(Some) } else { Ok(None) }
    }

    /// Takes the next token, which must be of this kind.
    fn expect(&mut self, kind: Kind, expected: &'static str) -> Parsed<Token> {
        match self.accept(kind)? {
            Some(token) => Ok(token),
            None => self.unexpected(expected),
        }
    }

    fn fail<T>(&self, offset: usize, kind: PatternErrorKind) -> Parsed<T> {
        Err(PatternError { offset, kind })
    }

    fn unexpected<T>(&self, expected: &'static str) -> Parsed<T> {
        self.fail(self.next.start, PatternErrorKind::Unexpected { expected, found: self.next.kind.name() })
    }

    fn limit<T>(&self, offset: usize, unit: &'static str, max: usize) -> Parsed<T> {
        self.fail(offset, PatternErrorKind::Limit { unit, max: max as u64 })
    }

    fn remark(&mut self, offset: usize, kind: RemarkKind) {
        self.remarks.push(Remark { offset, kind });
    }

    /// Goes into a parenthesis. Recursion is therefore never deeper than the limit.
    fn enter(&mut self, at: usize) -> Parsed<()> {
        self.depth += 1;
        if self.depth > self.limits.depth_max {
            return self.limit(at, "parentheses inside each other", self.limits.depth_max);
        }
        Ok(())
    }

    fn pattern(&mut self) -> Parsed<Observation> {
        let expression = self.followed_by()?;
        match self.next.kind {
            Kind::End => Ok(expression),
            _ => self.unexpected("AND, OR, FOLLOWEDBY, a qualifier or the end of the pattern"),
        }
    }
}

/// Makes one expression of several, or the only one itself.
fn joined<T>(mut parts: Vec<T>, join: fn(Vec<T>) -> T) -> T {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            join(parts)
        }
    }
}

/// Returns the only object type that an object can have which passes; `Err` where no object can.
pub(crate) fn object_type(comparison: &Comparison) -> Result<Option<&str>, ()> {
    match comparison {
        Comparison::Test(test) => Ok(Some(&test.path.object_type)),
        Comparison::And(parts) => parts.iter().try_fold(None, |known, part| match (known, object_type(part)?) {
            (Some(one), Some(other)) if one != other => Err(()),
            (one, other) => Ok(one.or(other)),
        }),
        Comparison::Or(parts) => {
            let possible: Vec<Option<&str>> = parts.iter().filter_map(|part| object_type(part).ok()).collect();
            let first = possible.first().copied().ok_or(())?;
            Ok(if possible.iter().all(|one| *one == first) { first } else { None })
        }
    }
}
