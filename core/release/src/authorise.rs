//! The one way to a [`Released`] value.
//!
//! Guarantees: what is inside a `Released` was agreed to by two different active officers over exactly these bytes,
//! recipients, label, policy and end date, with every finding answered for (security.md I3, I4; domain.md R2.15).
//!
//! Nobody else can make one:
//!
//! ```compile_fail
//! let forged = comity_release::Released(());
//! ```
//!
//! and none can be copied, so that one release is sealed once:
//!
//! ```compile_fail
//! fn twice<T>(released: comity_release::Released<T>) -> [comity_release::Released<T>; 2] {
//!     [released.clone(), released]
//! }
//! ```

use crate::approval::{Approval, OfficerView, Override, Refusal, approval_message, check_findings, different, verify};
use crate::leak::Finding;
use crate::{Draft, POLICY_VERSION, ReleaseId, SourceDescriptor};
use comity_crypto::Purpose;
use comity_vocab::{OfficerCode, OrgCode, Role, SecurityLabel, Timestamp};

/// Content that two officers agreed to let out.
#[must_use = "what was released must be sealed and sent, or the release recorded as not sent"]
pub struct Released<T>(T);

impl<T> std::fmt::Debug for Released<T> {
    /// Shows that it is one; content never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Released(..)")
    }
}

/// A whole release.
pub struct Bundle {
    draft: Draft,
}

/// One part of a release for one recipient.
pub struct Delivery {
    /// The recipient.
    pub recipient: OrgCode,
    /// The release.
    pub release: ReleaseId,
    /// The number of this part, from 0.
    pub part: u32,
    /// How many parts there are.
    pub parts: u32,
    /// The label of the release.
    pub label: SecurityLabel,
    /// The sentence about the source.
    pub descriptor_text: Option<String>,
    /// The version of the rules it was released under.
    pub policy_version: String,
    /// Identifier and version key of the objects of the whole release.
    pub items: Vec<(String, String)>,
    /// The exact bytes of the part.
    pub bytes: Vec<u8>,
}

/// Returns the releasable content once two different officers agreed to exactly this draft.
///
/// # Errors
/// [`Refusal`], the first reason found.
pub fn authorise<'o>(
    draft: Draft,
    author: &Approval,
    releasing: &Approval,
    officers: &(dyn Fn(&OfficerCode) -> Option<OfficerView<'o>> + 'o),
    findings: &[Finding],
    overrides: &[Override],
    now: Timestamp,
) -> Result<Released<Bundle>, Refusal> {
    if !draft.is_current() {
        return Err(Refusal::PolicyChanged { found: draft.policy_version, current: POLICY_VERSION });
    }
    if now > draft.expires {
        return Err(Refusal::Expired { expired: draft.expires });
    }
    if draft.audience.is_empty() || draft.parts.is_empty() {
        return Err(Refusal::Empty);
    }
    let statement = draft.statement();
    let wrote = verify(
        author,
        &[Role::Analyst, Role::DeskOfficer],
        "the author as analyst or desk_officer",
        Purpose::Approval,
        &approval_message(&statement, author.role, &[]),
        officers,
    )?;
    let releases = verify(
        releasing,
        &[Role::ReleasingOfficer],
        "the second person as releasing_officer",
        Purpose::Approval,
        &approval_message(&statement, releasing.role, overrides),
        officers,
    )?;
    different(&wrote, &releases)?;
    check_findings(findings, overrides, &releasing.officer)?;
    Ok(Released(Bundle { draft }))
}

impl Released<Bundle> {
    /// Shows the draft that was released.
    pub fn draft(&self) -> &Draft {
        &self.0.draft
    }

    /// Cuts the release into one delivery per recipient and part, recipients in order.
    pub fn into_deliveries(self) -> Vec<Released<Delivery>> {
        let draft = self.0.draft;
        let parts = u32::try_from(draft.parts.len()).unwrap_or(u32::MAX);
        // Two originals may have become one object; recipients see it once.
        let mut items: Vec<(String, String)> =
            draft.items.into_iter().map(|item| (item.released_id, item.released_version)).collect();
        items.sort();
        items.dedup();
        let descriptor_text = draft.descriptor.as_ref().map(SourceDescriptor::render);
        let mut deliveries = Vec::new();
        for recipient in &draft.audience {
            for (part, bytes) in (0u32..).zip(&draft.parts) {
                deliveries.push(Released(Delivery {
                    recipient: recipient.clone(),
                    release: draft.release,
                    part,
                    parts,
                    label: draft.label.clone(),
                    descriptor_text: descriptor_text.clone(),
                    policy_version: draft.policy_version.clone(),
                    items: items.clone(),
                    bytes: bytes.clone(),
                }));
            }
        }
        deliveries
    }
}

impl Released<Delivery> {
    /// Shows the delivery.
    pub fn get(&self) -> &Delivery {
        &self.0
    }

    /// Takes the delivery out, for sealing. What it gives back is no longer `Released` and cannot become so again.
    pub fn into_inner(self) -> Delivery {
        self.0
    }
}
