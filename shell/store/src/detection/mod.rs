//! What detection keeps: sightings with their evidence, warning lists, and how a follower learns what changed.
//!
//! Guarantees: a sighting of an indicator that was recalled holds no value and no evidence; what was counted is not counted again.
//! Does not know: patterns, what a match is.

mod chosen;
mod follow;
mod list;
mod lists;
mod recall;
mod record;
mod sum;
mod whole;
mod write;

pub use chosen::{AcceptedIndicator, WarningListOff};
pub use follow::{Followed, IndicatorRow};
pub use list::{
    Judgement, Matched, SightingEvidence, SightingFilter, SightingRecord, SightingState, SightingWhole, SightingsPage,
};
pub use lists::WarningListRow;
pub use record::{MANY_VALUES, Match, MatchEvidence, NewMatches, Recorded, stand_in};
pub use sum::{DayCount, Sums, TopCount};

pub(crate) use chosen::CHOSEN_SECTION;
pub(crate) use follow::{note_change, note_lowered, trim_changes};
pub(crate) use recall::forget_content;
pub(crate) use whole::verify;

use crate::schema::Section;

/// The tables of detection as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "detection", version: 1, sql: include_str!("schema.sql") };
