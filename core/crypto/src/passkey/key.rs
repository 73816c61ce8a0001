//! A passkey's public key: ECDSA over P-256 with SHA-256 (ES256), or Ed25519 (EdDSA). No other algorithm exists here.

use super::{PasskeyError, cbor};
use crate::{encoding, sha256};
use ciborium::Value;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use serde::{Deserialize, Serialize};
use std::fmt;

/// COSE algorithm numbers (RFC 9053 §2).
const ES256: i64 = -7;
const EDDSA: i64 = -8;
/// The first byte of the stored form.
const STORED_ES256: u8 = 1;
const STORED_EDDSA: u8 = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A compressed point of P-256.
    Es256([u8; 33]),
    /// An Ed25519 key.
    EdDsa([u8; 32]),
}

/// The public key of a passkey; as text, base64 of one byte for the algorithm and the key.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PasskeyKey(Kind);

impl PasskeyKey {
    /// The COSE numbers of the algorithms accepted, the preferred one first; for the options given to a browser.
    pub const ALGORITHMS: [i64; 2] = [ES256, EDDSA];

    /// Reads a COSE key (RFC 9053 §7) with exactly the parameters that its kind has.
    pub(super) fn from_cose(value: &Value) -> Result<Self, PasskeyError> {
        let entries = value.as_map().ok_or(PasskeyError)?.len();
        let number = |label| cbor::integer(cbor::numbered(value, label)?);
        let bytes = |label| -> Result<[u8; 32], PasskeyError> {
            let bytes = cbor::numbered(value, label)?.as_bytes().ok_or(PasskeyError)?;
            bytes.as_slice().try_into().map_err(|_| PasskeyError)
        };
        match (number(1)?, number(3)?, number(-1)?) {
            // EC2, ES256, P-256: kty, alg, crv, x, y.
            (2, ES256, 1) if entries == 5 => {
                let mut point = vec![4u8];
                point.extend_from_slice(&bytes(-2)?);
                point.extend_from_slice(&bytes(-3)?);
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).map_err(|_| PasskeyError)?;
                let compressed = key.to_sec1_point(true);
                let compressed = compressed.as_bytes().try_into().map_err(|_| PasskeyError)?;
                Ok(Self(Kind::Es256(compressed)))
            }
            // OKP, EdDSA, Ed25519: kty, alg, crv, x.
            (1, EDDSA, 6) if entries == 4 => {
                let key = bytes(-2)?;
                crate::VerifyingKey::from_bytes(&key).map_err(|_| PasskeyError)?;
                Ok(Self(Kind::EdDsa(key)))
            }
            _ => Err(PasskeyError),
        }
    }

    /// Returns the COSE number of the key's algorithm.
    pub fn algorithm(&self) -> i64 {
        match self.0 {
            Kind::Es256(_) => ES256,
            Kind::EdDsa(_) => EDDSA,
        }
    }

    /// Returns the stored form: one byte for the algorithm, then the key.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.0 {
            Kind::Es256(key) => [&[STORED_ES256], &key[..]].concat(),
            Kind::EdDsa(key) => [&[STORED_EDDSA], &key[..]].concat(),
        }
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// [`PasskeyError`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PasskeyError> {
        match bytes.split_first() {
            Some((&STORED_ES256, key)) => {
                p256::ecdsa::VerifyingKey::from_sec1_bytes(key).map_err(|_| PasskeyError)?;
                Ok(Self(Kind::Es256(key.try_into().map_err(|_| PasskeyError)?)))
            }
            Some((&STORED_EDDSA, key)) => {
                let key: [u8; 32] = key.try_into().map_err(|_| PasskeyError)?;
                crate::VerifyingKey::from_bytes(&key).map_err(|_| PasskeyError)?;
                Ok(Self(Kind::EdDsa(key)))
            }
            _ => Err(PasskeyError),
        }
    }

    /// Checks a signature in the form authenticators give: ASN.1 DER for ES256, 64 bytes for EdDSA.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), PasskeyError> {
        match &self.0 {
            Kind::Es256(key) => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).map_err(|_| PasskeyError)?;
                let signature = p256::ecdsa::Signature::from_der(signature).map_err(|_| PasskeyError)?;
                key.verify_prehash(sha256(&[message]).as_bytes(), &signature).map_err(|_| PasskeyError)
            }
            Kind::EdDsa(key) => {
                let key = crate::VerifyingKey::from_bytes(key).map_err(|_| PasskeyError)?;
                let signature: &[u8; 64] = signature.try_into().map_err(|_| PasskeyError)?;
                let signature = crate::Signature::from_bytes(signature);
                key.verify_raw(message, &signature).map_err(|_| PasskeyError)
            }
        }
    }
}

impl fmt::Display for PasskeyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::encode(&self.to_bytes()))
    }
}

impl fmt::Debug for PasskeyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for PasskeyKey {
    type Error = PasskeyError;
    fn try_from(text: String) -> Result<Self, PasskeyError> {
        Self::from_bytes(&encoding::decode(&text).ok_or(PasskeyError)?)
    }
}

impl From<PasskeyKey> for String {
    fn from(key: PasskeyKey) -> String {
        key.to_string()
    }
}
