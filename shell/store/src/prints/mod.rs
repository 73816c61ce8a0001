//! The index of texts: fingerprints of runs of words of everything that is held, for the leak check.
//!
//! Guarantees: it holds keyed numbers, and none of a version that was erased; it says where it is behind, and where a page of it is
//! gone. Does not know: what may leave.

mod entry;
mod follow;
mod query;
mod segment;

pub(crate) use follow::{check_edition, forget_version, lower_mark, take, verify};

use crate::schema::Section;

/// The tables of the index as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "prints", version: 1, sql: include_str!("schema.sql") };
