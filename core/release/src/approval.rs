//! What an officer signs and how it is verified.
//!
//! Guarantees: a signature made in one role does not count in another, and the releasing officer's covers the overrides.
//! Does not know: which officers exist; it is given a view of the registry as of now.

use crate::leak::Finding;
use crate::passkey::{self, OfficerPasskey, PasskeyAnswer};
use comity_crypto::{Purpose, Signature, VerifyingKey, sha256};
use comity_ledger::Heads;
use comity_vocab::{OfficerCode, OrgCode, Role, Roles, Timestamp};
use serde::{Deserialize, Serialize};

/// How an officer proved the approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalProof {
    /// A signature by the key in the officer registry.
    OfficerKey {
        /// Over [`approval_message`].
        signature: Signature,
    },
    /// An answer of a passkey that counts for the officer; its challenge is over the very bytes that the key would sign.
    Passkey(PasskeyAnswer),
}

impl From<Signature> for ApprovalProof {
    fn from(signature: Signature) -> Self {
        ApprovalProof::OfficerKey { signature }
    }
}

/// One officer's agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who agreed.
    pub officer: OfficerCode,
    /// In which role.
    pub role: Role,
    /// The proof.
    pub proof: ApprovalProof,
    /// Where audit chain and officer registry ended when it was given to be signed; releases only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchors: Option<Heads>,
    /// When it was stored. Not signed: an officer's machine has no trusted clock; the end date is signed instead.
    pub at: Timestamp,
}

/// A finding that an officer answers for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// The identifier of the finding.
    pub finding: String,
    /// The officer.
    pub officer: OfficerCode,
    /// In which role; what the version before stored is the releasing officer's.
    #[serde(default = "releasing")]
    pub role: Role,
    /// Why it may leave all the same. Kept in the audit log, never in the release (R2.17).
    pub reason: String,
}

fn releasing() -> Role {
    Role::ReleasingOfficer
}

/// Returns the answers that are given in a role: each officer signs their own.
pub fn by_role(overrides: &[Override], role: Role) -> Vec<Override> {
    overrides.iter().filter(|entry| entry.role == role).cloned().collect()
}

/// What the registry says about one officer now.
#[derive(Clone, Copy, Debug)]
pub struct OfficerView<'a> {
    /// The officer's code.
    pub code: &'a OfficerCode,
    /// The officer's key.
    pub key: &'a VerifyingKey,
    /// The officer's roles.
    pub roles: &'a Roles,
    /// Not disabled.
    pub active: bool,
    /// The officer's passkeys, with what makes each count.
    pub passkeys: &'a [OfficerPasskey],
}

/// Why an act was not authorised.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The draft was made under other rules.
    #[error("the draft was made under policy {found}; draft it again under {current}")]
    PolicyChanged {
        /// The version of the draft.
        found: String,
        /// The version in force.
        current: &'static str,
    },
    /// The draft was made by a version whose statement did not bind keys and what the check looks for.
    #[error(
        "the draft was made by an earlier version, whose statement does not bind the recipients' keys; its approvals are void, draft it again"
    )]
    EarlierStatement,
    /// A recall was drafted by an earlier version.
    #[error(
        "the recall was drafted by an earlier version, whose statement does not bind the recipients' keys; its approvals are void, draft it again"
    )]
    EarlierRecall,
    /// The statement names a recipient without a key.
    #[error("the draft has no key of {recipient}; draft it again")]
    NoKey {
        /// The recipient.
        recipient: OrgCode,
    },
    /// The check was of another draft.
    #[error("the leak check was of another draft")]
    OtherDraft,
    /// The check looked for less than what was signed.
    #[error(
        "the leak check looks for less, or for other things, than when this was drafted; its approvals are void, draft it again"
    )]
    OtherCheck,
    /// The approval does not say where the chains ended: an earlier version stored it.
    #[error("the approval of {officer} does not name the ends of audit chain and registry; it is void, sign again")]
    NoAnchors {
        /// The officer.
        officer: OfficerCode,
    },
    /// What was recorded before an approval is not there any more.
    #[error("audit chain or registry do not go on from what {officer} signed; something was cut off or changed")]
    RecordCut {
        /// The officer.
        officer: OfficerCode,
    },
    /// The record could not be read.
    #[error("the audit chain or the registry could not be read")]
    RecordNotRead,
    /// It was withdrawn.
    #[error("the release was withdrawn; draft it again")]
    Withdrawn,
    /// The check did not take in all that is held.
    #[error("the leak check did not take in all that is held")]
    NotWhole,
    /// The end date has passed.
    #[error("the approvals expired at {expired}")]
    Expired {
        /// The end date.
        expired: Timestamp,
    },
    /// The day of erasure is here.
    #[error("the day by which recipients are to erase it is here; draft it again")]
    EraseByPast,
    /// The registry has no such officer.
    #[error("no officer {officer} in the registry")]
    NoSuchOfficer {
        /// The officer.
        officer: OfficerCode,
    },
    /// The officer is disabled.
    #[error("officer {officer} is disabled")]
    Disabled {
        /// The officer.
        officer: OfficerCode,
    },
    /// The officer does not hold the role.
    #[error("officer {officer} does not hold the role {role}")]
    LacksRole {
        /// The officer.
        officer: OfficerCode,
        /// The role.
        role: Role,
    },
    /// The act does not accept this role in this place.
    #[error("the role {role} cannot approve this; needed is {needed}")]
    WrongRole {
        /// The role given.
        role: Role,
        /// What the act needs.
        needed: &'static str,
    },
    /// Both approvals are one person's.
    #[error("two different persons are needed; {officer} approved twice")]
    SamePerson {
        /// The officer.
        officer: OfficerCode,
    },
    /// The signature is not over this.
    #[error("the signature of {officer} is not over what would be done; it was changed after signing or never signed")]
    BadSignature {
        /// The officer.
        officer: OfficerCode,
    },
    /// A finding nobody answered for.
    #[error("finding {finding} ({rule}) is open")]
    FindingOpen {
        /// The finding.
        finding: String,
        /// Its rule.
        rule: String,
    },
    /// A finding that needs another officer than the releasing one.
    #[error("finding {finding} ({rule}) is open; only a {role} who did not write the draft may answer for it")]
    FindingOpenFor {
        /// The finding.
        finding: String,
        /// Its rule.
        rule: String,
        /// Who may answer for it.
        role: Role,
    },
    /// A finding that nobody may override.
    #[error("finding {finding} ({rule}) cannot be overridden; change the draft")]
    NeverOverridable {
        /// The finding.
        finding: String,
        /// Its rule.
        rule: String,
    },
    /// An override by somebody who did not sign it, or whose role cannot answer for the finding.
    #[error("an override of finding {finding} is not by the officer who may answer for it")]
    OverrideByOther {
        /// The finding.
        finding: String,
    },
    /// An override without a reason.
    #[error("an override of finding {finding} has no reason")]
    OverrideWithoutReason {
        /// The finding.
        finding: String,
    },
    /// The number of approvals is not what the act needs.
    #[error("{found} approvals; needed are {needed}")]
    Approvals {
        /// How many there are.
        found: usize,
        /// What the act needs.
        needed: &'static str,
    },
    /// A document was taken for a bundle, or the other way round.
    #[error("the draft has another kind of content than what was to be released")]
    OtherContent,
    /// There is nothing in it.
    #[error("there is nothing in it to approve")]
    Empty,
}

/// Returns the exact bytes that an officer signs: the statement, the role, and what of the findings is overridden.
/// Only the releasing officer and the data protection officer of a release sign with overrides, each with their own.
pub fn approval_message(statement: &[u8], role: Role, overrides: &[Override]) -> Vec<u8> {
    let mut message = statement.to_vec();
    message.extend_from_slice(format!("role {role}\n").as_bytes());
    if overrides.is_empty() {
        message.extend_from_slice(b"overrides none\n");
        return message;
    }
    let mut sorted: Vec<&Override> = overrides.iter().collect();
    sorted
        .sort_by(|a, b| (&a.finding, a.officer.as_str(), &a.reason).cmp(&(&b.finding, b.officer.as_str(), &b.reason)));
    let mut bytes = Vec::new();
    for entry in &sorted {
        for text in [entry.finding.as_str(), entry.officer.as_str(), entry.reason.as_str()] {
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    message.extend_from_slice(format!("overrides {} {}\n", sorted.len(), sha256(&[&bytes])).as_bytes());
    message
}

/// Returns the exact bytes that an officer signs of a release: those of [`approval_message`], and where audit chain and registry
/// end, so that neither can be cut back behind the signature.
pub fn release_message(statement: &[u8], role: Role, overrides: &[Override], anchors: &Heads) -> Vec<u8> {
    let mut message = approval_message(statement, role, overrides);
    let Heads { audit, registry } = anchors;
    for (chain, end) in [("audit", audit), ("registry", registry)] {
        message.extend_from_slice(format!("{chain} {} {}\n", end.count, end.head).as_bytes());
    }
    message
}

/// The registry's answer for one code.
pub(crate) type Officers<'o> = dyn Fn(&OfficerCode) -> Option<OfficerView<'o>> + 'o;

/// Verifies one approval: who, in which role, over what.
pub(crate) fn verify<'o>(
    approval: &Approval,
    accepted: &[Role],
    needed: &'static str,
    purpose: Purpose,
    message: &[u8],
    officers: &Officers<'o>,
) -> Result<OfficerView<'o>, Refusal> {
    let officer = || approval.officer.clone();
    if !accepted.contains(&approval.role) {
        return Err(Refusal::WrongRole { role: approval.role, needed });
    }
    let view = officers(&approval.officer)
        .filter(|view| *view.code == approval.officer)
        .ok_or_else(|| Refusal::NoSuchOfficer { officer: officer() })?;
    if !view.active {
        return Err(Refusal::Disabled { officer: officer() });
    }
    if !view.roles.contains(&approval.role) {
        return Err(Refusal::LacksRole { officer: officer(), role: approval.role });
    }
    match &approval.proof {
        ApprovalProof::OfficerKey { signature } => {
            view.key.verify(purpose, message, signature).map_err(|_| Refusal::BadSignature { officer: officer() })?;
        }
        ApprovalProof::Passkey(answer) => {
            passkey::verify(answer, view.passkeys, view.code, view.key, purpose, message)
                .map_err(|_| Refusal::BadSignature { officer: officer() })?;
        }
    }
    Ok(view)
}

/// Refuses two approvals by one person: one code, or two codes with one key.
pub(crate) fn different(one: &OfficerView<'_>, other: &OfficerView<'_>) -> Result<(), Refusal> {
    if one.code == other.code || one.key == other.key {
        return Err(Refusal::SamePerson { officer: other.code.clone() });
    }
    Ok(())
}

/// Refuses while a finding has no answer. `signed`: who signed the release in a role.
pub(crate) fn check_findings<'a>(
    findings: &[Finding],
    overrides: &[Override],
    signed: &dyn Fn(Role) -> Option<&'a OfficerCode>,
) -> Result<(), Refusal> {
    for entry in overrides {
        if signed(entry.role) != Some(&entry.officer) {
            return Err(Refusal::OverrideByOther { finding: entry.finding.clone() });
        }
        if entry.reason.trim().is_empty() {
            return Err(Refusal::OverrideWithoutReason { finding: entry.finding.clone() });
        }
    }
    for finding in findings {
        let (id, rule) = (finding.id(), finding.rule.clone());
        match finding.answered_by() {
            None => return Err(Refusal::NeverOverridable { finding: id, rule }),
            Some(role) if overrides.iter().any(|entry| entry.finding == id && entry.role == role) => {}
            Some(Role::ReleasingOfficer) => return Err(Refusal::FindingOpen { finding: id, rule }),
            Some(role) => return Err(Refusal::FindingOpenFor { finding: id, rule, role }),
        }
    }
    Ok(())
}
