//! What operators use: doctor, completions, manual pages, backup, restore.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

#[path = "operations/doctor.rs"]
mod doctor;
#[path = "operations/pages.rs"]
mod pages;

fn world() -> comity_kit::World {
    comity_kit::World::new(env!("CARGO_BIN_EXE_comity"))
}
