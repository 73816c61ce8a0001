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

mod access;
mod attacks;
mod common;
mod detection;
mod documents;
mod exchange;
mod generations;
mod noninterference;
mod previous;
mod recall_basis;
mod recall_bulk;
mod recall_erased;
mod recall_reach;
mod release_conditions;
