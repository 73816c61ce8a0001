//! What a browser is asked, as `PublicKeyCredential.parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` take it.

use super::challenges::ANSWER_SECONDS;
use crate::access::DeskAddress;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use comity_crypto::passkey::PasskeyKey;
use comity_release::passkey::Base64Url;
use serde_json::{Value, json};

/// Options of a question to passkeys that exist; to any of the desk's where none are named.
pub(crate) fn request(address: &DeskAddress, challenge: &[u8; 32], allowed: &[Base64Url]) -> Value {
    json!({
        "challenge": URL_SAFE_NO_PAD.encode(challenge),
        "timeout": ANSWER_SECONDS * 1_000,
        "rpId": address.host(),
        "allowCredentials": descriptors(allowed),
        "userVerification": "required",
    })
}

/// Options by which a new passkey is made.
pub(crate) fn creation(
    address: &DeskAddress,
    challenge: &[u8; 32],
    organisation: &str,
    handle: &Base64Url,
    code: &str,
    name: &str,
    existing: &[Base64Url],
) -> Value {
    let algorithms: Vec<Value> =
        PasskeyKey::ALGORITHMS.iter().map(|alg| json!({ "type": "public-key", "alg": alg })).collect();
    json!({
        "rp": { "id": address.host(), "name": format!("Comity — {organisation}") },
        "user": { "id": handle, "name": code, "displayName": name },
        "challenge": URL_SAFE_NO_PAD.encode(challenge),
        "pubKeyCredParams": algorithms,
        "timeout": ANSWER_SECONDS * 1_000,
        "excludeCredentials": descriptors(existing),
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        },
        "attestation": "none",
    })
}

fn descriptors(credentials: &[Base64Url]) -> Vec<Value> {
    credentials.iter().map(|id| json!({ "type": "public-key", "id": id })).collect()
}
