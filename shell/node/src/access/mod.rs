//! Who asks: signed-in officers and programs with tokens, and what each may ask.
//!
//! Guarantees: a session or a token that ended, was revoked, or whose officer was disabled is unknown from the next question on;
//! secrets are kept as their SHA-256 only. Does not know: browsers, cookies, headers.

mod address;
mod identity;
mod rules;
mod sessions;
mod sign_in;
mod tokens;

pub use address::DeskAddress;
pub use identity::{Access, Identity, Scope, ScopeError};

pub(crate) use identity::{Standing, secret_digest};
pub(crate) use rules::{Asker, BASIS_DECIDERS, RECALL_READERS, RECALLERS, open_to_anybody};
pub(crate) use sign_in::{Refusals, in_session, sign_in_needed};
pub(crate) use tokens::live as live_tokens;
