//! All tests of this crate in one binary: each binary more is linked and started for itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    clippy::disallowed_methods,
    reason = "test"
)]

mod cards;
mod common;
mod documents;
mod entries;
mod history;
mod logs;
mod releases;
mod taxii_copies;
mod vectors;
mod wire;
