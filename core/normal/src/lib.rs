//! Normal forms: which spellings of a value are one value, property by property.
//!
//! Guarantees: one table for all that compare values (detection, correlation, equivalence of patterns, search, the leak check); a
//! normal form put in again comes out the same; a text that is no value of its kind stays as it is; a text that is in normal form is
//! not copied. Each row of the table ([`ROWS`]) names its source. Does not know: objects, patterns, where a value stood.

mod address;
mod algorithm;
mod form;
mod host;
mod like;
mod number;
mod property;
mod quick;
mod refang;
mod rows;
mod text;
mod url;

#[cfg(test)]
mod tests;

pub use address::host_type;
pub use algorithm::algorithm;
pub use form::Form;
pub use property::{Step, is_hashes};
pub use refang::{refanged, refanged_url};
pub use rows::{ROWS, Row};
