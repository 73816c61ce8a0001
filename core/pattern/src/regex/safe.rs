//! A regular expression of the safe subset for those who search without a pattern around it.

use super::{Fault, Mode, compile, parse};
use crate::error::{PatternError, PatternErrorKind};
use crate::limits::Limits;
use regex_automata::meta::Regex;

/// A regular expression in the safe subset of PCRE that MATCHES takes: searched in time linear in the text.
#[derive(Clone, Debug)]
pub struct SafeRegex(Regex);

impl SafeRegex {
    /// Reads an expression within the usual limits.
    ///
    /// # Errors
    /// The first thing that is outside of the subset or too large; the offset is a byte of the expression.
    pub fn parse(source: &str) -> Result<Self, PatternError> {
        let limits = Limits::default();
        if source.len() > limits.regex_bytes_max {
            let kind = PatternErrorKind::Limit { unit: "bytes", max: limits.regex_bytes_max as u64 };
            return Err(PatternError { offset: limits.regex_bytes_max, kind });
        }
        parse(source, Mode::Text).map_err(|Fault { at, kind }| PatternError { offset: at, kind })?;
        let max = limits.regex_compiled_bytes_max;
        let kind = PatternErrorKind::Limit { unit: "bytes of a compiled regular expression", max: max as u64 };
        compile(source, Mode::Text, max).map(Self).ok_or(PatternError { offset: 0, kind })
    }

    /// Tells whether a part of the text matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }
}
