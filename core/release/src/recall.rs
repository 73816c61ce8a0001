//! Taking back what was released (domain.md §8.7, §6.5, R8.12–R8.14).
//!
//! Guarantees: a recall needs a desk officer and a releasing officer, two persons; in an emergency one duty officer
//! alone, to be confirmed within 24 hours. The statement binds each recipient's organisation key. A notice names only what its
//! recipient was given, and its instruction comes from a closed list, so that it cannot say why the source failed.
//!
//! A notice that may be sealed comes from an authorised recall, and nobody else can make one:
//!
//! ```compile_fail
//! fn forged(to: comity_vocab::OrgCode, key: comity_crypto::VerifyingKey, notice: comity_release::RecallNotice) {
//!     let _ = comity_release::SignedNotice { recipient: to, recipient_key: key, notice };
//! }
//! ```
//!
//! change what one says:
//!
//! ```compile_fail
//! fn forged(mut signed: comity_release::SignedNotice, notice: comity_release::RecallNotice) {
//!     signed.notice = notice;
//! }
//! ```
//!
//! or send one twice:
//!
//! ```compile_fail
//! fn twice(signed: comity_release::SignedNotice) -> [comity_release::SignedNotice; 2] {
//!     [signed.clone(), signed]
//! }
//! ```

use crate::ReleaseId;
use crate::agreement::{Pair, Side, two_persons};
use crate::approval::{Approval, OfficerView, Refusal, approval_message, verify};
use comity_crypto::{Purpose, VerifyingKey, sha256};
use comity_vocab::{Digest, OfficerCode, OrgCode, Role, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// The edition of the statement that recalls are made with.
const STATEMENT: u32 = 2;

/// Recipients acknowledge receipt within this many seconds.
pub const RECEIPT_DUE_SECONDS: i64 = 24 * 3600;
/// Recipients act within this many seconds.
pub const ACTION_DUE_SECONDS: i64 = 72 * 3600;
/// A recall by one duty officer is confirmed within this many seconds.
pub const CONFIRM_DUE_SECONDS: i64 = 24 * 3600;

/// What a recall asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecallKind {
    /// Replace by the corrected version.
    Correct,
    /// Believe it less.
    DowngradeConfidence,
    /// The permission to use it has ended.
    WithdrawPermission,
    /// Wrong person or wrong fact.
    WithdrawError,
    /// It was made up.
    WithdrawFabricated,
    /// It must be erased.
    WithdrawUnlawful,
}

/// A word that is not a kind of recall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a kind of recall: expected correct, downgrade_confidence, withdraw_permission, withdraw_error, \
     withdraw_fabricated or withdraw_unlawful"
)]
pub struct RecallKindError;

impl RecallKind {
    /// Every kind.
    pub const ALL: [RecallKind; 6] = [
        RecallKind::Correct,
        RecallKind::DowngradeConfidence,
        RecallKind::WithdrawPermission,
        RecallKind::WithdrawError,
        RecallKind::WithdrawFabricated,
        RecallKind::WithdrawUnlawful,
    ];

    /// Returns the word of the command line and of the notice.
    pub fn as_str(&self) -> &'static str {
        match self {
            RecallKind::Correct => "correct",
            RecallKind::DowngradeConfidence => "downgrade_confidence",
            RecallKind::WithdrawPermission => "withdraw_permission",
            RecallKind::WithdrawError => "withdraw_error",
            RecallKind::WithdrawFabricated => "withdraw_fabricated",
            RecallKind::WithdrawUnlawful => "withdraw_unlawful",
        }
    }

    /// Returns what recipients are to do. Nothing here says why (R8.14).
    pub fn instruction(&self) -> &'static str {
        match self {
            RecallKind::Correct => "Replace by the corrected version; correct derived products.",
            RecallKind::DowngradeConfidence => "Lower your confidence; review derived products.",
            RecallKind::WithdrawPermission => "Do not use any longer; withdraw derived products.",
            RecallKind::WithdrawError | RecallKind::WithdrawFabricated => {
                "Remove from watch lists; do not use; correct derived products."
            }
            RecallKind::WithdrawUnlawful => {
                "Erase; remove from watch lists; do not use; erase what derived products took from it."
            }
        }
    }

    /// Tells whether the recipient's copy becomes unreachable.
    pub fn withdraws(&self) -> bool {
        !matches!(self, RecallKind::Correct | RecallKind::DowngradeConfidence)
    }
}

impl FromStr for RecallKind {
    type Err = RecallKindError;
    fn from_str(text: &str) -> Result<Self, RecallKindError> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(RecallKindError)
    }
}

impl fmt::Display for RecallKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A recall before it is approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecallDraft {
    /// The edition of the statement; what the version before stored has none.
    #[serde(default = "first_statement")]
    statement: u32,
    /// The identifier of the recall.
    pub recall_id: uuid::Uuid,
    /// The organisation that recalls.
    pub organisation: OrgCode,
    /// What it asks for.
    pub kind: RecallKind,
    /// The releases that sent the items.
    pub releases: BTreeSet<ReleaseId>,
    /// Everyone in the dissemination record, those who left included, with the released identifiers each was given.
    pub recipients: BTreeMap<OrgCode, BTreeSet<String>>,
    /// The organisation key that each of them was known by when it was drafted.
    #[serde(default)]
    pub keys: BTreeMap<OrgCode, VerifyingKey>,
    /// When it was drafted.
    pub now: Timestamp,
    /// By when receipt is acknowledged.
    pub receipt_due: Timestamp,
    /// By when action is taken.
    pub action_due: Timestamp,
}

fn first_statement() -> u32 {
    1
}

impl RecallDraft {
    /// Makes a recall due as domain.md R8.12 says: receipt in 24 hours, action in 72. Each recipient is named with the organisation
    /// key that it is known by.
    pub fn new(
        recall_id: uuid::Uuid,
        organisation: OrgCode,
        kind: RecallKind,
        releases: BTreeSet<ReleaseId>,
        recipients: BTreeMap<OrgCode, (VerifyingKey, BTreeSet<String>)>,
        now: Timestamp,
    ) -> Self {
        let keys = recipients.iter().map(|(recipient, (key, _))| (recipient.clone(), *key)).collect();
        let items = recipients.into_iter().map(|(recipient, (_, items))| (recipient, items));
        Self {
            statement: STATEMENT,
            recall_id,
            organisation,
            kind,
            releases,
            recipients: items.collect(),
            keys,
            now,
            receipt_due: now.plus_seconds(RECEIPT_DUE_SECONDS),
            action_due: now.plus_seconds(ACTION_DUE_SECONDS),
        }
    }

    /// Returns the released identifiers recalled from anyone.
    pub fn items(&self) -> BTreeSet<String> {
        self.recipients.values().flatten().cloned().collect()
    }

    /// Returns what recipients are to do.
    pub fn instruction(&self) -> &'static str {
        self.kind.instruction()
    }

    /// Tells whether the statement binds the recipients' keys: those of the version before do not.
    pub fn binds_keys(&self) -> bool {
        self.statement == STATEMENT
    }

    /// Returns the exact bytes that officers sign (with their role appended, [`approval_message`]).
    pub fn statement(&self) -> Vec<u8> {
        let mut text = format!(
            "comity-recall-statement/{}\nrecall {}\norganisation {}\nkind {}\n",
            self.statement,
            self.recall_id.hyphenated(),
            self.organisation,
            self.kind
        );
        for release in &self.releases {
            text.push_str(&format!("release {release}\n"));
        }
        for (recipient, items) in &self.recipients {
            let mut bytes = Vec::new();
            for item in items {
                bytes.extend_from_slice(&(item.len() as u64).to_be_bytes());
                bytes.extend_from_slice(item.as_bytes());
            }
            let key = match (self.statement, self.keys.get(recipient)) {
                (1, _) => String::new(),
                (_, Some(key)) => format!(" {}", key.digest()),
                (_, None) => " unknown".to_owned(),
            };
            text.push_str(&format!("recipient {recipient}{key} {} {}\n", items.len(), sha256(&[&bytes])));
        }
        text.push_str(&format!(
            "created {}\nreceipt-due {}\naction-due {}\n",
            self.now, self.receipt_due, self.action_due
        ));
        text.into_bytes()
    }

    /// Returns the SHA-256 of the statement.
    pub fn digest(&self) -> Digest {
        sha256(&[&self.statement()])
    }
}

/// How urgent a message is. A recall is always immediate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precedence {
    /// Before everything else.
    #[default]
    Immediate,
}

/// What one recipient is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecallNotice {
    /// The identifier of the recall.
    pub recall_id: uuid::Uuid,
    /// What it asks for.
    pub recall_kind: RecallKind,
    /// Always immediate.
    pub precedence: Precedence,
    /// The identifiers the recipient knows the items by.
    pub item_refs: BTreeSet<String>,
    /// What to do, from a closed list.
    pub instruction: String,
    /// By when receipt is acknowledged.
    pub receipt_due: Timestamp,
    /// By when action is taken.
    pub action_due: Timestamp,
}

/// What a recipient did about a recall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecallAction {
    /// Taken off watch lists.
    WatchlistRemoved,
    /// Derived products corrected.
    ProductCorrected,
    /// Those it was passed on to were told.
    ThirdPartiesNotified,
    /// Erased.
    Erased,
    /// Kept because a law demands it.
    KeptByLaw,
}

/// The answer to a recall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecallAcknowledgement {
    /// The identifier of the recall.
    pub recall_id: uuid::Uuid,
    /// The notice arrived and was understood.
    pub received: bool,
    /// How many copies were found.
    pub located_copies: u64,
    /// How many products that the organisation which recalls was given refer to the items: the number of
    /// [`derived_released_ids`](Self::derived_released_ids), and nothing about what it was not given.
    pub derived_products: u64,
    /// The identifiers, as the organisation that recalls knows them, of these products.
    #[serde(default)]
    pub derived_released_ids: BTreeSet<String>,
    /// What was done.
    pub actions_taken: BTreeSet<RecallAction>,
    /// When all of it was done; `None` while something is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
}

/// A recall that may be sent.
#[must_use = "an authorised recall is to be sent to everyone in it"]
#[derive(Debug)]
pub struct AuthorisedRecall {
    draft: RecallDraft,
    confirm_by: Option<Timestamp>,
}

impl AuthorisedRecall {
    /// Shows the recall.
    pub fn draft(&self) -> &RecallDraft {
        &self.draft
    }

    /// Returns by when two officers must confirm, where one duty officer acted alone.
    pub fn confirm_by(&self) -> Option<Timestamp> {
        self.confirm_by
    }

    /// Returns one notice per recipient, with what that recipient was given and nothing else.
    pub fn notices(&self) -> Vec<SignedNotice> {
        let draft = &self.draft;
        // INVARIANT: `authorise_recall` refused a draft that lacks a recipient's key.
        let keyed = draft.recipients.iter().filter_map(|(to, items)| draft.keys.get(to).map(|key| (to, key, items)));
        let notice = |items: &BTreeSet<String>| RecallNotice {
            recall_id: draft.recall_id,
            recall_kind: draft.kind,
            precedence: Precedence::Immediate,
            item_refs: items.clone(),
            instruction: draft.instruction().to_owned(),
            receipt_due: draft.receipt_due,
            action_due: draft.action_due,
        };
        let signed = |to: &OrgCode, key: &VerifyingKey, items: &BTreeSet<String>| SignedNotice {
            recipient: to.clone(),
            recipient_key: *key,
            notice: notice(items),
        };
        keyed.map(|(to, key, items)| signed(to, key, items)).collect()
    }
}

/// What one recipient is told, out of a recall that may be sent. Only [`AuthorisedRecall::notices`] makes one.
#[must_use = "a notice is to be sealed and sent"]
#[derive(Debug)]
pub struct SignedNotice {
    recipient: OrgCode,
    recipient_key: VerifyingKey,
    notice: RecallNotice,
}

impl SignedNotice {
    /// Returns the recipient.
    pub fn recipient(&self) -> &OrgCode {
        &self.recipient
    }

    /// Returns the recipient's organisation key as it was signed: the notice may be sealed to a key that this one certified, and to no
    /// other.
    pub fn recipient_key(&self) -> &VerifyingKey {
        &self.recipient_key
    }

    /// Shows what the recipient is told.
    pub fn notice(&self) -> &RecallNotice {
        &self.notice
    }

    /// Gives the recall another identifier for this recipient: one for all would tell two of them that they were given the same item.
    pub fn known_as(mut self, recall_id: uuid::Uuid) -> Self {
        self.notice.recall_id = recall_id;
        self
    }

    /// Takes the notice out, for sealing. What it gives back cannot become one that may be sealed again.
    pub fn into_notice(self) -> RecallNotice {
        self.notice
    }
}

/// A recall by a duty officer that two officers stand behind now.
#[must_use = "a confirmed recall is to be recorded"]
#[derive(Debug)]
pub struct ConfirmedRecall(RecallDraft);

impl ConfirmedRecall {
    /// Shows the recall.
    pub fn draft(&self) -> &RecallDraft {
        &self.0
    }
}

/// Returns the recall once a desk officer and a releasing officer signed it, or one duty officer alone.
///
/// # Errors
/// [`Refusal`], the first reason found.
pub fn authorise_recall<'o>(
    draft: RecallDraft,
    approvals: &[Approval],
    officers: &(dyn Fn(&OfficerCode) -> Option<OfficerView<'o>> + 'o),
    now: Timestamp,
) -> Result<AuthorisedRecall, Refusal> {
    whole(&draft)?;
    if let [alone] = approvals
        && alone.role == Role::DutyOfficer
    {
        let message = approval_message(&draft.statement(), alone.role, &[]);
        verify(alone, &[Role::DutyOfficer], "a duty_officer", Purpose::RecallApproval, &message, officers)?;
        return Ok(AuthorisedRecall { draft, confirm_by: Some(now.plus_seconds(CONFIRM_DUE_SECONDS)) });
    }
    two_officers(&draft, approvals, officers)?;
    Ok(AuthorisedRecall { draft, confirm_by: None })
}

/// Returns the confirmation of a recall that a duty officer sent alone.
///
/// # Errors
/// [`Refusal`], the first reason found.
pub fn confirm_recall<'o>(
    draft: RecallDraft,
    approvals: &[Approval],
    officers: &(dyn Fn(&OfficerCode) -> Option<OfficerView<'o>> + 'o),
) -> Result<ConfirmedRecall, Refusal> {
    two_officers(&draft, approvals, officers)?;
    Ok(ConfirmedRecall(draft))
}

/// Refuses a recall whose statement does not say to whose key each notice may go.
fn whole(draft: &RecallDraft) -> Result<(), Refusal> {
    if !draft.binds_keys() {
        return Err(Refusal::EarlierRecall);
    }
    if draft.recipients.values().all(BTreeSet::is_empty) {
        return Err(Refusal::Empty);
    }
    match draft.recipients.keys().find(|recipient| !draft.keys.contains_key(*recipient)) {
        Some(recipient) => Err(Refusal::NoKey { recipient: recipient.clone() }),
        None => Ok(()),
    }
}

fn two_officers<'o>(
    draft: &RecallDraft,
    approvals: &[Approval],
    officers: &(dyn Fn(&OfficerCode) -> Option<OfficerView<'o>> + 'o),
) -> Result<(), Refusal> {
    const NEEDED: &str = "a desk_officer and a releasing_officer, two persons, or one duty_officer in an emergency";
    let [one, other] = approvals else { return Err(Refusal::Approvals { found: approvals.len(), needed: NEEDED }) };
    let (desk, releasing) = if one.role == Role::ReleasingOfficer { (other, one) } else { (one, other) };
    let pair = Pair {
        purpose: Purpose::RecallApproval,
        sides: [
            Side { roles: &[Role::DeskOfficer], needed: NEEDED },
            Side { roles: &[Role::ReleasingOfficer], needed: NEEDED },
        ],
        needed: NEEDED,
    };
    two_persons(&pair, &draft.statement(), desk, releasing, officers)
}
