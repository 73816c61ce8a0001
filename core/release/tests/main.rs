//! All tests of this crate in one binary: each binary more is linked and started for itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    dead_code,
    missing_docs,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "test"
)]

mod about;
mod authorise;
mod coarse;
mod documents;
mod leak;
mod outline;
mod passkeys;
mod personal;
mod said;
mod support;
mod tearline;
mod unseen;
