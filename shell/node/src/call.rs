//! One call to a node: a request and what shows who makes it, and what a browser brings from a passkey.
//!
//! Does not know: what is asked, or whether what it brings holds.

use comity_crypto::Signature;
use comity_release::passkey::Base64Url;
use comity_vocab::OfficerCode;
use serde::{Deserialize, Serialize};

/// What an officer signs to prove that a request is theirs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerProof {
    /// Who asks.
    pub officer: OfficerCode,
    /// The nonce this node gave, hexadecimal.
    pub nonce: String,
    /// Over `organisation key ‖ nonce ‖ SHA-256(request)`.
    pub signature: Signature,
}

/// One call: the exact text of a request, and what shows who makes it, at most one of three.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// JSON of a [`crate::Request`]; the proof covers these very bytes.
    pub request: String,
    /// An officer at the command line. All three are absent for what any user of the machine account may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<OfficerProof>,
    /// The secret of a signed-in officer's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The text of an API token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl std::fmt::Debug for Call {
    /// Shows that it is one; secrets and what was asked never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Call(..)")
    }
}

/// What a browser brings when a passkey was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCredential {
    /// `response.clientDataJSON`.
    pub client_data: Base64Url,
    /// `response.attestationObject`.
    pub attestation_object: Base64Url,
}

/// What a browser brings when a passkey answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialAnswer {
    /// `rawId`.
    pub credential: Base64Url,
    /// `response.authenticatorData`.
    pub authenticator_data: Base64Url,
    /// `response.clientDataJSON`.
    pub client_data: Base64Url,
    /// `response.signature`.
    pub signature: Base64Url,
    /// `response.userHandle`, where the authenticator gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<Base64Url>,
}
