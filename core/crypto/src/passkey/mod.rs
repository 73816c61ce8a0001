//! Passkeys: what a browser and its authenticator answer, verified (WebAuthn Level 3, §7.1 and §7.2).
//!
//! Guarantees: a registration or an assertion is accepted only where challenge, origin, relying party, user presence, user
//! verification, algorithm and signature are all exactly as asked; what is absent counts as wrong, and every refusal is the same
//! [`PasskeyError`], so that nobody learns which check it was (security.md §5 K, case 199).
//!
//! Does not know: whose a passkey is, which challenges were given out, what time it is.

mod authenticator;
mod cbor;
mod ceremony;
mod client;
mod key;

pub use ceremony::{Assertion, Known, NewPasskey, Registration, assert, counter_moves_on, register};
pub use client::{challenge_of, origin_host};
pub use key::PasskeyKey;

use crate::{Purpose, sha256};

/// A passkey's answer that does not hold. It never says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the passkey's answer does not hold")]
pub struct PasskeyError;

/// Which origins an answer may come from.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// Exactly this one, such as `https://desk.example` or `http://localhost:8440`.
    Exactly(&'a str),
    /// Any port of the relying party's own host; subdomains are others. For verifying again what was exact when it was brought,
    /// after the desk's port may have changed.
    OfRelyingParty,
}

/// Whom a passkey answers: its relying party and the origin of the pages.
#[derive(Clone, Copy, Debug)]
pub struct RelyingParty<'a> {
    /// The relying party's id: the host of the desk's address, without the port.
    pub id: &'a str,
    /// Where the answer must come from.
    pub origin: Origin<'a>,
}

/// Returns the challenge under which a passkey signs what an officer's key would sign:
/// `SHA-256(len(tag) ‖ "comity/v1/passkey-challenge" ‖ nonce ‖ SHA-256(the very bytes the key would sign for this purpose))`
/// (spec/signatures.md).
pub fn challenge(purpose: Purpose, nonce: &[u8; 32], message: &[u8]) -> [u8; 32] {
    const TAG: &[u8] = b"comity/v1/passkey-challenge";
    let digest = sha256(&[&purpose.framed(message)]);
    sha256(&[&[TAG.len() as u8], TAG, nonce, digest.as_bytes()]).0
}
