//! The TLS key and certificate of the gate: a self-signed certificate of which only the key counts, by pin.
//!
//! Does not know: partners; they pin the key by the card.

use crate::failure::Failure;
use comity_crypto::{Zeroizing, sha256};
use comity_vocab::Digest;
use rcgen::PublicKeyData;

/// Makes a new TLS key, PKCS#8 DER.
///
/// # Errors
/// [`Failure`] where the library refuses.
pub fn generate() -> Result<Zeroizing<Vec<u8>>, Failure> {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).map_err(unusable)?;
    Ok(Zeroizing::new(pair.serialize_der()))
}

/// A certificate for the key, DER, and the SHA-256 of its subject public key info.
///
/// # Errors
/// [`Failure`] where the stored key is not one.
pub fn certificate(pkcs8: &[u8]) -> Result<(Vec<u8>, Digest), Failure> {
    let pair = rcgen::KeyPair::try_from(pkcs8).map_err(unusable)?;
    // The name says nothing about the organisation: the one who watches the network learns no more than an address.
    let parameters = rcgen::CertificateParams::new(vec!["node.invalid".to_owned()]).map_err(unusable)?;
    let certificate = parameters.self_signed(&pair).map_err(unusable)?;
    Ok((certificate.der().to_vec(), sha256(&[&pair.subject_public_key_info()])))
}

fn unusable(error: rcgen::Error) -> Failure {
    Failure::operational(format!("the TLS key cannot be used: {error}"))
}
