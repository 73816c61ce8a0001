//! Regular expressions after MATCHES: the safe subset of PCRE, evaluated in time linear in the text.
//!
//! Guarantees: whatever is accepted is searched by automata, never by backtracking; what automata cannot do (look-around,
//! back-references, possessive and atomic groups, recursion, …) is refused by name, at its byte. `\d \w \s \b` are ASCII, as
//! in PCRE without further options; `.` is any character but a line feed; `$` is the end, or before a last line feed.

mod class;
mod escape;
mod matcher;
mod safe;
mod translate;

use crate::error::PatternErrorKind;
use regex_automata::meta::Regex;
use regex_automata::nfa::thompson;
use regex_syntax::hir::Hir;

pub(crate) use matcher::Matcher;
pub use safe::SafeRegex;
pub(crate) use translate::{Mode, translate};

/// What is wrong with a regular expression, and at which byte of it.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    pub at: usize,
    pub kind: PatternErrorKind,
}

/// Accepts a regular expression that can be compiled within so many bytes.
pub(crate) fn check(source: &str, compiled_bytes_max: usize) -> Result<(), Fault> {
    let hir = parse(source, Mode::Text)?;
    let config = thompson::Config::new().nfa_size_limit(Some(compiled_bytes_max)).utf8(false);
    thompson::Compiler::new().configure(config).build_from_hir(&hir).map(drop).map_err(|_| Fault {
        at: 0,
        kind: PatternErrorKind::Limit {
            unit: "bytes of a compiled regular expression",
            max: compiled_bytes_max as u64,
        },
    })
}

/// Translates and parses a regular expression.
pub(crate) fn parse(source: &str, mode: Mode) -> Result<Hir, Fault> {
    let translated = translate(source, mode)?;
    regex_syntax::ParserBuilder::new()
        .utf8(false)
        .unicode(mode == Mode::Text)
        .nest_limit(64)
        .build()
        .parse(&translated)
        .map_err(|error| Fault { at: 0, kind: PatternErrorKind::BadRegex { reason: reason(&error) } })
}

fn reason(error: &regex_syntax::Error) -> &'static str {
    use regex_syntax::ast::ErrorKind as E;
    use regex_syntax::hir::ErrorKind as H;
    match error {
        regex_syntax::Error::Parse(error) => match error.kind() {
            E::GroupUnclosed => "a parenthesis is not closed",
            E::GroupUnopened => "a parenthesis is closed that was not opened",
            E::RepetitionMissing => "there is nothing to repeat",
            E::NestLimitExceeded(_) => "too many groups inside each other",
            _ => "it is malformed",
        },
        regex_syntax::Error::Translate(error) => match error.kind() {
            H::UnicodePropertyNotFound => "no such Unicode property",
            H::UnicodePropertyValueNotFound => "no such Unicode property value",
            _ => "it is malformed",
        },
        _ => "it is malformed",
    }
}

/// Compiles for search; `None` where that would be larger than allowed, or the mode cannot say it.
pub(crate) fn compile(source: &str, mode: Mode, compiled_bytes_max: usize) -> Option<Regex> {
    let hir = parse(source, mode).ok()?;
    let config = Regex::config()
        .utf8_empty(false)
        .nfa_size_limit(Some(compiled_bytes_max))
        .hybrid_cache_capacity(compiled_bytes_max)
        // Captures are never asked for.
        .which_captures(thompson::WhichCaptures::None)
        .onepass(false)
        .dfa(false);
    Regex::builder().configure(config).build_from_hir(&hir).ok()
}
