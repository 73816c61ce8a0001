//! The desk of the running program over HTTP, byte by byte.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

#[path = "http/api.rs"]
mod api;
#[path = "http/hardening.rs"]
mod hardening;
#[path = "http/secrets.rs"]
mod secrets;
#[path = "http/session.rs"]
mod session;
#[path = "http/vault.rs"]
mod vault;
#[path = "http/wire.rs"]
mod wire;

fn world() -> comity_kit::World {
    comity_kit::World::new(env!("CARGO_BIN_EXE_comity"))
}

/// Makes a token and returns its text.
fn token(node: &comity_kit::Node, name: &str, scope: &str) -> String {
    comity_kit::text(&node.ask(&["token", "add", "--name", name, "--scope", scope]), "token")
}
