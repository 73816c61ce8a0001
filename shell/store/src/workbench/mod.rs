//! What the workbench needs beside the objects: read marks, moments in time, places.
//!
//! Guarantees: nothing here is intelligence of its own; what was erased is in none of it. Does not know: pages, sessions.

mod inbox;
mod moments;
mod places;

pub use inbox::{Arrival, Batch, INBOX_LOOKED_MAX, InboxCursor, InboxPage, InboxQuery, InboxRow};
pub use moments::{Moment, MomentCount, Moments, TimeKind, TimelineQuery};
pub use places::{LocationRow, Locations};

pub(crate) use moments::{take as take_moments, verify};

use crate::schema::Section;

/// The tables of the workbench as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "workbench", version: 1, sql: include_str!("schema.sql") };
