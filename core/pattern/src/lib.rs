//! The STIX patterning language (STIX 2.1 §9): parser, meaning in words, canonical form, and what matches what.
//!
//! Guarantees: what is read is bounded before memory is taken for it, and what is evaluated is bounded in steps, with an
//! answer of its own where a bound is hit. Does not know: files, time, threads, where observations come from.

mod address;
mod ast;
mod canonical;
mod display;
pub mod engine;
mod error;
mod explain;
mod fold;
mod lexer;
mod limits;
mod literal;
mod meant;
mod observed;
mod outcome;
mod parser;
pub mod reference;
mod regex;

pub use address::Range;
pub use ast::{Comparison, Literal, Observation, Operator, Order, Path, Qualifier, Seconds, Step, Test};
pub use canonical::{canonical, equivalent};
pub use error::{PatternError, PatternErrorKind};
pub use explain::explain;
pub use fold::normal;
pub use limits::Limits;
pub use meant::{Meant, Unmatchable, meant};
pub use observed::{Object, Observed, ObservedError, ObservedErrorKind};
pub use outcome::{EvaluationError, Outcome};
pub use parser::{Pattern, Remark, RemarkKind};
pub use regex::SafeRegex;
