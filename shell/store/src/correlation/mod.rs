//! Which values more than one originator holds: an index of values that follows the objects, and questions to it.
//!
//! Guarantees: no pair of objects is stored; the index holds keyed numbers, and none of an object that was erased. Versions of an
//! unfinished import are not in it. Does not know: what a value means, or when two items are independent (that is `comity_correlate`).

mod follow;
mod provenance;
mod query;
mod stops;
mod value;

pub use query::{CorrelationCursor, CorrelationFilter, CorrelationPage, OBJECTS_MAX};
pub use stops::StopValue;
pub use value::{Correlated, Holder};

pub(crate) use follow::{check_edition, forget_version, keying, note_stale, settle, take, verify};

use crate::schema::Section;

/// The tables of correlation as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "correlation", version: 1, sql: include_str!("schema.sql") };
