//! The desk of the running program over HTTP, byte by byte.

mod api;
mod hardening;
mod secrets;
mod session;
mod vault;
mod wire;

fn world() -> comity_kit::World {
    comity_kit::World::new(env!("CARGO_BIN_EXE_comity"))
}

/// Makes a token and returns its text.
fn token(node: &comity_kit::Node, name: &str, scope: &str) -> String {
    comity_kit::text(&node.ask(&["token", "add", "--name", name, "--scope", scope]), "token")
}
