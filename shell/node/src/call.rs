//! One call to a node: a request and what shows who makes it, and what a browser brings from a passkey.
//!
//! Does not know: what is asked, or whether what it brings holds.

use crate::failure::Failure;
use crate::request::Request;
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
    /// The text of [`Request::Observe`], beside the request, where that one is empty: inside of it each quote of a line would be escaped,
    /// and on the way once more. A call with a proof has none, for the proof would not cover it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Call {
    /// Makes the call of a request for which nothing is shown; what was observed goes beside the request.
    ///
    /// # Errors
    /// From writing JSON.
    pub fn of(request: &Request) -> Result<Self, serde_json::Error> {
        let Request::Observe { mapping, declaration, source, first_line, text, document } = request else {
            return Ok(Self { request: serde_json::to_string(request)?, ..Self::default() });
        };
        let bare = Request::Observe {
            mapping: mapping.clone(),
            declaration: declaration.clone(),
            source: source.clone(),
            first_line: *first_line,
            text: String::new(),
            document: *document,
        };
        Ok(Self { request: serde_json::to_string(&bare)?, text: Some(text.clone()), ..Self::default() })
    }

    /// Reads the request.
    ///
    /// # Errors
    /// [`Failure`] where it is none, or a text beside it has no place in it.
    pub(crate) fn parsed(&self) -> Result<Request, Failure> {
        let mut request: Request = serde_json::from_str(&self.request)
            .map_err(|error| Failure::usage(format!("not a request of this version: {error}")))?;
        match (&mut request, &self.text) {
            (_, None) => {}
            (Request::Observe { text, .. }, Some(beside)) if text.is_empty() && self.proof.is_none() => {
                text.clone_from(beside);
            }
            (_, Some(_)) => {
                return Err(Failure::usage(
                    "only observations have a text beside the request, and only without a proof",
                ));
            }
        }
        Ok(request)
    }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "test")]

    use super::*;

    fn observe(text: &str) -> Request {
        Request::Observe {
            mapping: "ecs".into(),
            declaration: None,
            source: "sensor".into(),
            first_line: 7,
            text: text.into(),
            document: false,
        }
    }

    #[test]
    fn what_was_observed_goes_beside_the_request() {
        let call = Call::of(&observe("{\"a\":1}\n")).unwrap();
        assert!(!call.request.contains("a\\"));
        let sent: Call = serde_json::from_str(&serde_json::to_string(&call).unwrap()).unwrap();
        let Request::Observe { text, first_line, .. } = sent.parsed().unwrap() else { panic!("another request") };
        assert_eq!((text.as_str(), first_line), ("{\"a\":1}\n", 7));
        // As before, inside.
        let inside = Call { request: serde_json::to_string(&observe("x")).unwrap(), ..Call::default() };
        assert!(matches!(inside.parsed().unwrap(), Request::Observe { text, .. } if text == "x"));
        assert!(Call::of(&Request::DetectionStatus).unwrap().text.is_none());
    }

    #[test]
    fn a_text_has_no_other_place() {
        let text = || Some("x".to_owned());
        let twice = Call { request: serde_json::to_string(&observe("y")).unwrap(), text: text(), ..Call::default() };
        let other = Call { request: serde_json::to_string(&Request::Nonce).unwrap(), text: text(), ..Call::default() };
        assert!(twice.parsed().is_err() && other.parsed().is_err());
    }
}
