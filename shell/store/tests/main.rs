//! All tests of this crate in one binary: each binary more is linked and started for itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

mod chosen;
mod common;
mod correlation;
mod detection;
mod disk;
mod import;
mod read;
mod real_data;
mod refusals;
mod search;
mod set_aside;
mod taxii;
mod vault;
mod versions;
mod workbench;
