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
mod correlate;
mod detection;
mod exchange;
mod http;
mod import;
mod interop;
mod leak_check;
mod operations;
mod pattern;
mod validate;
