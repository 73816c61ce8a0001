//! Additions: which versions became visible, in which order, and when; what TAXII pages by.
//!
//! Guarantees: an addition has one sequence number, never given again, and one time, later than that of every addition before it;
//! so `added_after` is exact and a page loses and doubles nothing, whatever the clock did. Only what is held and not set aside is
//! an addition (no conflicts, nothing foreign or quarantined, nothing erased, nothing of an unfinished import).
//! Does not know: TAXII's texts, who asks.

mod clock;
mod walk;

pub use walk::{Addition, AdditionQuery, End, Take, VersionMatch};

pub(crate) use clock::{add_run, micros, next_vid, verify};

use crate::schema::Section;

/// The runs of additions as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "additions", version: 1, sql: include_str!("schema.sql") };
