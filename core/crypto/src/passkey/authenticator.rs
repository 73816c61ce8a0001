//! Authenticator data (WebAuthn Level 3, §6.1): for which relying party, with which flags, and which counter.

use super::{PasskeyError, PasskeyKey, cbor};
use crate::sha256;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;
/// Length of what every authenticator data begins with: hash, flags, counter.
const HEAD: usize = 37;
/// The longest credential id (WebAuthn Level 3, §4).
const CREDENTIAL_BYTES_MAX: usize = 1023;
/// The shortest credential id accepted: what is shorter cannot be unguessable.
const CREDENTIAL_BYTES_MIN: usize = 16;

/// What an authenticator says.
pub(super) struct AuthenticatorData {
    pub counter: u32,
    pub backup_eligible: bool,
    pub backed_up: bool,
    /// Only in a registration: AAGUID, credential id, key.
    pub attested: Option<([u8; 16], Vec<u8>, PasskeyKey)>,
}

/// Reads authenticator data of this relying party; the user must have been present and verified.
pub(super) fn read(bytes: &[u8], relying_party: &str) -> Result<AuthenticatorData, PasskeyError> {
    let (head, rest) = bytes.split_at_checked(HEAD).ok_or(PasskeyError)?;
    let (party, tail) = head.split_at_checked(32).ok_or(PasskeyError)?;
    let [flags, counter @ ..] = tail else { return Err(PasskeyError) };
    let counter = u32::from_be_bytes(counter.try_into().map_err(|_| PasskeyError)?);
    let set = |flag: u8| flags & flag != 0;
    if party != sha256(&[relying_party.as_bytes()]).as_bytes() || !set(USER_PRESENT) || !set(USER_VERIFIED) {
        return Err(PasskeyError);
    }
    if set(BACKED_UP) && !set(BACKUP_ELIGIBLE) {
        return Err(PasskeyError);
    }
    let (attested, rest) = if set(ATTESTED) {
        let (attested, rest) = attested(rest)?;
        (Some(attested), rest)
    } else {
        (None, rest)
    };
    let fits = if set(EXTENSIONS) { cbor::whole(rest)?.is_map() } else { rest.is_empty() };
    if !fits {
        return Err(PasskeyError);
    }
    Ok(AuthenticatorData { counter, backup_eligible: set(BACKUP_ELIGIBLE), backed_up: set(BACKED_UP), attested })
}

type Attested = ([u8; 16], Vec<u8>, PasskeyKey);

fn attested(bytes: &[u8]) -> Result<(Attested, &[u8]), PasskeyError> {
    let (aaguid, rest) = bytes.split_first_chunk::<16>().ok_or(PasskeyError)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(PasskeyError)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if !(CREDENTIAL_BYTES_MIN..=CREDENTIAL_BYTES_MAX).contains(&length) {
        return Err(PasskeyError);
    }
    let (credential, rest) = rest.split_at_checked(length).ok_or(PasskeyError)?;
    let (key, rest) = cbor::first(rest)?;
    Ok(((*aaguid, credential.to_vec(), PasskeyKey::from_cose(&key)?), rest))
}
