//! The two ceremonies: making a passkey, and answering with one.

use super::{PasskeyError, PasskeyKey, RelyingParty, authenticator, cbor, client};
use crate::sha256;

/// The longest signature of an authenticator, in bytes.
const SIGNATURE_BYTES_MAX: usize = 128;

/// What a browser brings when a passkey was made.
#[derive(Clone, Copy, Debug)]
pub struct Registration<'a> {
    /// `response.clientDataJSON`.
    pub client_data: &'a [u8],
    /// `response.attestationObject`.
    pub attestation_object: &'a [u8],
}

/// A passkey that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// The credential's id.
    pub credential: Vec<u8>,
    /// The public key.
    pub key: PasskeyKey,
    /// The signature counter; zero where the authenticator keeps none.
    pub counter: u32,
    /// Whether the authenticator may copy it to other devices.
    pub backup_eligible: bool,
    /// Whether it has been copied.
    pub backed_up: bool,
    /// The model of the authenticator, as far as it says; not verified.
    pub aaguid: [u8; 16],
}

/// What is known of a passkey that answers.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The public key.
    pub key: &'a PasskeyKey,
    /// As at its registration; it never changes.
    pub backup_eligible: bool,
}

/// What a browser brings when a passkey answered.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    /// `response.authenticatorData`.
    pub authenticator_data: &'a [u8],
    /// `response.clientDataJSON`.
    pub client_data: &'a [u8],
    /// `response.signature`.
    pub signature: &'a [u8],
}

/// Verifies that a passkey was made for this challenge. Attestation is asked for as `none`: where the authenticator signs for
/// itself all the same, that signature must hold; a statement by a manufacturer is refused, for nobody here could judge it.
///
/// # Errors
/// [`PasskeyError`], whatever is wrong.
pub fn register(
    party: &RelyingParty<'_>,
    challenge: &[u8; 32],
    registration: &Registration<'_>,
) -> Result<NewPasskey, PasskeyError> {
    client::check(registration.client_data, "webauthn.create", challenge, party)?;
    let object = cbor::whole(registration.attestation_object)?;
    let bytes = cbor::entry(&object, "authData")?.as_bytes().ok_or(PasskeyError)?;
    let data = authenticator::read(bytes, party.id)?;
    let (aaguid, credential, key) = data.attested.ok_or(PasskeyError)?;
    let statement = cbor::entry(&object, "attStmt")?;
    let entries = statement.as_map().ok_or(PasskeyError)?.len();
    match (cbor::entry(&object, "fmt")?.as_text(), entries) {
        (Some("none"), 0) => {}
        (Some("packed"), 2) => {
            let algorithm = cbor::integer(cbor::entry(statement, "alg")?)?;
            let signature = cbor::entry(statement, "sig")?.as_bytes().ok_or(PasskeyError)?;
            if algorithm != key.algorithm() {
                return Err(PasskeyError);
            }
            key.verify(&signed(bytes, registration.client_data), signature)?;
        }
        _ => return Err(PasskeyError),
    }
    if object.as_map().map(Vec::len) != Some(3) {
        return Err(PasskeyError);
    }
    Ok(NewPasskey {
        credential,
        key,
        counter: data.counter,
        backup_eligible: data.backup_eligible,
        backed_up: data.backed_up,
        aaguid,
    })
}

/// Verifies that a passkey answered this challenge, and returns its counter.
///
/// # Errors
/// [`PasskeyError`], whatever is wrong.
pub fn assert(
    party: &RelyingParty<'_>,
    challenge: &[u8; 32],
    known: &Known<'_>,
    assertion: &Assertion<'_>,
) -> Result<u32, PasskeyError> {
    client::check(assertion.client_data, "webauthn.get", challenge, party)?;
    let data = authenticator::read(assertion.authenticator_data, party.id)?;
    // A passkey does not become one that can be copied, and an answer brings no new key.
    if data.attested.is_some() || data.backup_eligible != known.backup_eligible {
        return Err(PasskeyError);
    }
    if assertion.signature.len() > SIGNATURE_BYTES_MAX {
        return Err(PasskeyError);
    }
    known.key.verify(&signed(assertion.authenticator_data, assertion.client_data), assertion.signature)?;
    Ok(data.counter)
}

/// Tells whether a counter went on, as it must where either is not zero: one that stands or goes back is a copied authenticator.
pub fn counter_moves_on(stored: u32, new: u32) -> bool {
    (stored == 0 && new == 0) || new > stored
}

/// What an authenticator signs: its data and the hash of the client's.
fn signed(authenticator_data: &[u8], client_data: &[u8]) -> Vec<u8> {
    [authenticator_data, sha256(&[client_data]).as_bytes()].concat()
}
