//! The edge from outside: what reaches the service, what is refused, who is waited for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

#[path = "http/patience.rs"]
mod patience;
#[path = "http/served.rs"]
mod served;
#[path = "http/wire.rs"]
mod wire;
