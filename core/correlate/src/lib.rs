//! Correlation: which values identify something, when two of them are one, and when two reports of one are independent.
//!
//! Guarantees: the same bytes give the same values in the same order; two ways to write one value are one value, by rules that are
//! named; "independent" is said only where both sides show where they come from and share nothing. Does not know: what is held,
//! where it is kept, who asks.

mod independence;
mod key;
mod kind;
mod normal;
mod pattern;
mod stop;
mod values;

pub use independence::{Independence, Provenance, Reason, Verdict, independence, summary};
pub use key::{KEY_BYTES, Keying, ValueKey};
pub use kind::Kind;
pub use stop::{Stop, StopRow, stop, stop_rows};
pub use values::{CorrelatedValue, VALUES_MAX, guesses, spellings, values};

/// The edition of the rules in this crate. A store of keys of values is read again where it changed.
pub const EDITION: u32 = 3;
