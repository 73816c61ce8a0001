//! The reading side of the workbench through the real router, with a signed-in officer and real and hostile objects.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

#[path = "../../../node/tests/common/mod.rs"]
#[allow(dead_code, reason = "shared by several tests")]
mod common;
mod desk;
mod detection;
mod inbox;
mod object;
mod people;
mod recalls;
mod search;
mod sightings;
mod sightings_api;
mod source_change;
mod span;
mod unseen;
mod vault;
