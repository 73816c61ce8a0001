//! TAXII on the desk, request by request: the cases of security.md §5 G, and every resource against what is held.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

mod cases;
mod reading;
mod world;
