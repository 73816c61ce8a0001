//! One act of the registry: its exact bytes and their strict reader.

use comity_crypto::{Purpose, Signature, SigningKey, VerifyingKey, sha256};
use comity_vocab::{Digest, OfficerCode, Role, Roles, Timestamp};
use serde::{Deserialize, Serialize};

/// The longest act that is read, in bytes.
const ACT_BYTES_MAX: usize = 4 * 1024;
/// The longest name of an officer, in bytes.
const NAME_BYTES_MAX: usize = 200;
/// Roles that see content; `node_operator` has none of them (domain.md §6.5).
const CONTENT_ROLES: [Role; 4] = [Role::Analyst, Role::DeskOfficer, Role::SourceHandler, Role::ReleasingOfficer];

/// What an act does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Enters an officer.
    Add,
    /// Takes an officer out, for good.
    Disable,
    /// Gives an officer another key, such as for a lost one.
    NewKey,
    /// Gives an officer other roles.
    Roles,
}

/// One act. Its bytes are strict JSON in this order of fields, without blanks. Every act states the officer whole, as
/// the officer is after the act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryAct {
    /// The position in the chain, from 0.
    pub seq: u64,
    /// SHA-256 of the bytes of the act before; [`crate::GENESIS`] for the first.
    pub prev: Digest,
    /// What the act does.
    pub act: ActKind,
    /// About whom.
    pub officer: OfficerCode,
    /// The officer's name; stays at home like everything here.
    pub name: String,
    /// The officer's roles.
    pub roles: Roles,
    /// The officer's public key.
    pub key: VerifyingKey,
    /// When, by the node's clock.
    pub at: Timestamp,
}

/// What is wrong with an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActFault {
    /// The bytes are not those of an act.
    #[error("not a registry act in its exact form")]
    Malformed,
    /// The act states another position.
    #[error("states another position in the registry")]
    Position,
    /// The act does not follow the one before.
    #[error("does not follow the act before it")]
    NotNext,
    /// The name is empty, too long, or has control characters.
    #[error("the name is empty, longer than {} bytes, or has control characters", NAME_BYTES_MAX)]
    Name,
    /// The officer would have no role.
    #[error("an officer needs a role")]
    NoRole,
    /// `node_operator` together with a role that sees content.
    #[error("node_operator cannot be combined with a role that sees content")]
    OperatorWithContent,
    /// One of the first two acts does not add a custodian.
    #[error("the first two acts add one custodian each")]
    NotACustodian,
    /// The code is or was another officer's.
    #[error("the officer's code is taken")]
    CodeTaken,
    /// The key is or was in use.
    #[error("the key is or was in use")]
    KeyTaken,
    /// No such officer, or disabled.
    #[error("no such active officer")]
    NoSuchOfficer,
    /// The act changes what it is not there to change, or nothing.
    #[error("changes something else than it says, or nothing")]
    OtherChange,
    /// Fewer than two active custodians would be left.
    #[error("two active custodians must remain")]
    TooFewCustodians,
    /// The number of signatures is not one (first two acts) or two (later).
    #[error("has {found} signatures, needs {needed}")]
    SignatureCount {
        /// The number of signatures found.
        found: usize,
        /// The number of signatures needed.
        needed: usize,
    },
    /// Both signatures are by the same custodian.
    #[error("both signatures are by the same custodian")]
    SignedTwice,
    /// A signature is by somebody who is not an active custodian (in the first two acts: not the new one).
    #[error("signed by somebody who may not")]
    NotEntitled,
    /// A signature does not hold.
    #[error("a signature does not hold")]
    BadSignature,
}

impl RegistryAct {
    /// Returns the exact bytes that are signed, stored and chained.
    pub fn bytes(&self) -> Vec<u8> {
        // INVARIANT: text, numbers and sets of words only: writing them as JSON cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads an act; only the bytes that [`RegistryAct::bytes`] writes are accepted.
    ///
    /// # Errors
    /// [`ActFault::Malformed`], and the faults that an act has by itself (name, roles).
    pub fn parse(bytes: &[u8]) -> Result<Self, ActFault> {
        if bytes.len() > ACT_BYTES_MAX {
            return Err(ActFault::Malformed);
        }
        let act: Self = serde_json::from_slice(bytes).map_err(|_| ActFault::Malformed)?;
        if act.bytes() != bytes {
            return Err(ActFault::Malformed);
        }
        act.check_itself()?;
        Ok(act)
    }

    /// Returns the SHA-256 of the act's bytes, which the next act names.
    pub fn digest(&self) -> Digest {
        sha256(&[&self.bytes()])
    }

    /// Signs the act as one of its custodians.
    pub fn sign(&self, custodian: &SigningKey) -> Signature {
        custodian.sign(Purpose::RegistryAct, &self.bytes())
    }

    /// Checks what can be seen without the registry.
    pub(super) fn check_itself(&self) -> Result<(), ActFault> {
        let name_ok = !self.name.trim().is_empty()
            && self.name.len() <= NAME_BYTES_MAX
            && !self.name.chars().any(|c| c.is_control() || is_invisible(c));
        if !name_ok {
            return Err(ActFault::Name);
        }
        if self.roles.is_empty() {
            return Err(ActFault::NoRole);
        }
        let sees_content = CONTENT_ROLES.iter().any(|role| self.roles.contains(role));
        if self.roles.contains(&Role::NodeOperator) && sees_content {
            return Err(ActFault::OperatorWithContent);
        }
        Ok(())
    }
}

/// Says whether a character changes the direction of text or cannot be seen: two names must not look alike by it.
/// (Zero-width joiners stay: Persian and Indic names need them.)
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// An act's exact bytes with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedAct {
    /// The bytes as they were signed.
    pub bytes: Vec<u8>,
    /// Who signed, and the signature.
    pub signatures: Vec<(OfficerCode, Signature)>,
}
