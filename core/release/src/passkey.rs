//! How a passkey comes to count for an officer, as a record that anybody can verify again.
//!
//! Guarantees: a passkey counts only where the officer's own registered key granted it, or where a passkey that counts vouched for
//! it; so the one who runs the machine alone can make none (security.md §6.1 V6). Another officer's key, or none, makes it count no more.
//!
//! Does not know: whether a grant was used in time (the node sees to that when it is used).

use comity_crypto::passkey::{self, Assertion, Known, Origin, PasskeyKey, RelyingParty};
use comity_crypto::{Purpose, Signature, VerifyingKey, sha256};
use comity_vocab::{Digest, OfficerCode, Timestamp};
use serde::{Deserialize, Serialize};

/// The longest chain of passkeys vouching for one another.
const CHAIN_MAX: usize = 16;

/// Bytes that travel as base64url without padding, as browsers write them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Base64Url(pub Vec<u8>);

/// A text that is not base64url without padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not base64url without padding")]
pub struct Base64UrlError;

impl TryFrom<String> for Base64Url {
    type Error = Base64UrlError;
    fn try_from(text: String) -> Result<Self, Base64UrlError> {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).map(Self).map_err(|_| Base64UrlError)
    }
}

impl From<Base64Url> for String {
    fn from(bytes: Base64Url) -> String {
        bytes.to_string()
    }
}

impl std::fmt::Display for Base64Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use base64::Engine as _;
        f.write_str(&base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl std::fmt::Debug for Base64Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// An answer of a passkey, with the nonce that its challenge was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    /// The id of the credential that answered.
    pub credential: Base64Url,
    /// The nonce in the challenge.
    pub nonce: Digest,
    /// What the authenticator says.
    pub authenticator_data: Base64Url,
    /// What the browser says.
    pub client_data: Base64Url,
    /// Over both.
    pub signature: Base64Url,
}

/// An officer's permission to make one passkey, signed by the officer's registered key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyGrant {
    /// The organisation, so that it counts in no other.
    pub organisation: VerifyingKey,
    /// For whom.
    pub officer: OfficerCode,
    /// SHA-256 of the one-time secret in the enrolment link.
    pub token: Digest,
    /// The relying party: the host of the desk's address.
    pub rp_id: String,
    /// Until when it may be used.
    pub not_after: Timestamp,
}

impl PasskeyGrant {
    /// Returns the exact bytes that the officer's key signs under [`Purpose::PasskeyGrant`].
    pub fn statement(&self) -> Vec<u8> {
        format!(
            "comity-passkey-grant/1\norganisation {}\nofficer {}\ntoken-sha256 {}\nrelying-party {}\nnot-after {}\n",
            self.organisation, self.officer, self.token, self.rp_id, self.not_after
        )
        .into_bytes()
    }
}

/// Why a passkey counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Binding {
    /// The officer's key granted it.
    Grant {
        /// What was granted.
        grant: Box<PasskeyGrant>,
        /// By the officer's key.
        signature: Signature,
    },
    /// Another passkey of the officer, which counts, answered a challenge over [`PasskeyRecord::statement`].
    Passkey(PasskeyAnswer),
}

/// A passkey with everything needed to verify that it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyRecord {
    /// Whose it is.
    pub officer: OfficerCode,
    /// The credential's id.
    pub credential: Base64Url,
    /// Its public key.
    pub key: PasskeyKey,
    /// Whether the authenticator may copy it to other devices.
    pub backup_eligible: bool,
    /// The relying party it answers to.
    pub rp_id: String,
    /// Why it counts.
    pub binding: Binding,
}

/// Why a passkey or its answer does not count. It never says which check it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the passkey does not count for this officer, or its answer does not hold")]
pub struct PasskeyRefusal;

impl PasskeyRecord {
    /// Returns the exact bytes that a passkey vouches for under [`Purpose::PasskeyBinding`]: whose, which, and for which host.
    pub fn statement(&self) -> Vec<u8> {
        binding_statement(&self.officer, &self.credential, &self.key, self.backup_eligible, &self.rp_id)
    }
}

/// Returns [`PasskeyRecord::statement`] of a passkey that has no binding yet.
pub fn binding_statement(
    officer: &OfficerCode,
    credential: &Base64Url,
    key: &PasskeyKey,
    backup_eligible: bool,
    rp_id: &str,
) -> Vec<u8> {
    format!(
        "comity-passkey-binding/1\nofficer {officer}\ncredential {credential}\nkey {key}\nbackup-eligible {backup_eligible}\nrelying-party {rp_id}\n"
    )
    .into_bytes()
}

/// A passkey as the organisation keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficerPasskey {
    /// What makes it count.
    pub record: PasskeyRecord,
    /// Removed: it signs nothing any more, but those it vouched for stay.
    pub removed: bool,
}

/// Checks that a passkey counts for an officer: back to a grant by the officer's key as it is registered now. `all` are those
/// that the officer ever had under it.
///
/// # Errors
/// [`PasskeyRefusal`].
pub fn counts(
    record: &PasskeyRecord,
    all: &[OfficerPasskey],
    officer: &OfficerCode,
    key: &VerifyingKey,
) -> Result<(), PasskeyRefusal> {
    let mut current = record;
    for _ in 0..CHAIN_MAX {
        if current.officer != *officer {
            return Err(PasskeyRefusal);
        }
        match &current.binding {
            Binding::Grant { grant, signature } => {
                // One grant makes one passkey.
                let alone = all.iter().map(|one| &one.record).all(|other| match &other.binding {
                    Binding::Grant { grant: used, .. } if used.token == grant.token => {
                        other.credential == current.credential
                    }
                    _ => true,
                });
                if grant.officer != *officer || grant.rp_id != current.rp_id || !alone {
                    return Err(PasskeyRefusal);
                }
                return key.verify(Purpose::PasskeyGrant, &grant.statement(), signature).map_err(|_| PasskeyRefusal);
            }
            Binding::Passkey(answer) => {
                let voucher = &find(all, &answer.credential)?.record;
                answered(voucher, answer, Purpose::PasskeyBinding, &current.statement(), Origin::OfRelyingParty)?;
                current = voucher;
            }
        }
    }
    Err(PasskeyRefusal)
}

fn find<'p>(all: &'p [OfficerPasskey], credential: &Base64Url) -> Result<&'p OfficerPasskey, PasskeyRefusal> {
    all.iter().find(|one| one.record.credential == *credential).ok_or(PasskeyRefusal)
}

/// Checks that a passkey answered the challenge over this message, and returns its counter. Whether the passkey counts is
/// another question ([`counts`]).
///
/// # Errors
/// [`PasskeyRefusal`].
pub fn answered(
    record: &PasskeyRecord,
    answer: &PasskeyAnswer,
    purpose: Purpose,
    message: &[u8],
    origin: Origin<'_>,
) -> Result<u32, PasskeyRefusal> {
    if answer.credential != record.credential {
        return Err(PasskeyRefusal);
    }
    let challenge = passkey::challenge(purpose, answer.nonce.as_bytes(), message);
    let party = RelyingParty { id: &record.rp_id, origin };
    let known = Known { key: &record.key, backup_eligible: record.backup_eligible };
    let assertion = Assertion {
        authenticator_data: &answer.authenticator_data.0,
        client_data: &answer.client_data.0,
        signature: &answer.signature.0,
    };
    passkey::assert(&party, &challenge, &known, &assertion).map_err(|_| PasskeyRefusal)
}

/// Checks an officer's answer over a message, and that the passkey counts.
pub(crate) fn verify(
    answer: &PasskeyAnswer,
    all: &[OfficerPasskey],
    officer: &OfficerCode,
    key: &VerifyingKey,
    purpose: Purpose,
    message: &[u8],
) -> Result<(), PasskeyRefusal> {
    let OfficerPasskey { record, removed } = find(all, &answer.credential)?;
    if *removed {
        return Err(PasskeyRefusal);
    }
    counts(record, all, officer, key)?;
    answered(record, answer, purpose, message, Origin::OfRelyingParty).map(|_| ())
}

/// Returns the handle by which authenticators know an officer: not the code, and nothing that other organisations share.
pub fn user_handle(organisation: &VerifyingKey, officer: &OfficerCode) -> Base64Url {
    Base64Url(sha256(&[b"comity/v1/user-handle", &organisation.to_bytes(), officer.as_str().as_bytes()]).0.to_vec())
}
