//! Sign-in, sessions, approvals and tokens at one node in process, with a browser and an authenticator in software.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

mod approvals;
#[path = "../common/mod.rs"]
#[allow(dead_code, reason = "shared by several tests")]
mod common;
mod desk;
mod enrolment;
mod links;
mod sessions;
mod tokens;
