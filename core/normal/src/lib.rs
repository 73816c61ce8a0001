//! Normal forms: which spellings of a value are one value, property by property.
//!
//! Guarantees: one table for all that compare values (detection, correlation, equivalence of patterns, search, the leak check); a
//! normal form put in again comes out the same; a text that is no value of its kind stays as it is. Each form names its source.
//! Does not know: objects, patterns, where a value stood.

mod algorithm;
mod form;
mod host;

pub use algorithm::algorithm;
pub use form::{Form, Step};
