//! One engine for many patterns: each value of an observation is looked up, and only patterns that ask for it are looked at.
//!
//! Guarantees: equality is one look-up in a hash table; addresses are found by their prefixes; LIKE and MATCHES by one
//! automaton for each segment of patterns; everything else is evaluated where its path leads somewhere. Adding or removing a
//! pattern touches only what it needs. Work is counted in steps, and where a bound is hit the outcome says so. Does not
//! know: files, time, threads, where observations come from.

mod atom;
mod batch;
mod exact;
mod formula;
mod glob;
mod hash;
mod literals;
mod paths;
mod plan;
mod ranges;
mod scan;
mod segments;
mod solve;
mod steps;
mod store;
mod stream;
mod texts;
mod value;
mod wholes;

pub use batch::Outcomes;
pub(crate) use steps::Steps;
pub use store::{Engine, EngineError, Options, PatternId, Validity};
pub use stream::{Detection, Stream, StreamBounds};
