//! All tests of this crate in one binary: each binary more is linked and started for itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "test"
)]

mod alike;
mod differential;
mod engine;
mod equivalence;
mod grammar;
mod hostile;
mod matching;
mod meant;
mod shapes;
mod support;
