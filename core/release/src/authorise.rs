//! The one way to a [`Released`] value.
//!
//! Guarantees: what is inside a `Released` was agreed to by two different active officers over exactly these bytes, recipients with
//! their keys, label, policy and end date; a leak check of this very draft, that looked for at least what the officers signed and
//! over the whole corpus, found nothing that nobody answered for; and audit chain and registry go on from where they ended when each of
//! the two signed, without a withdrawal since.
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

use crate::agreement::Side;
use crate::approval::{
    Approval, OfficerView, Override, Refusal, by_role, check_findings, different, release_message, verify,
};
use crate::leak::{Checked, Coverage, NotRead};
use crate::record::Record;
use crate::{Draft, POLICY_VERSION, ReleaseId, SourceDescriptor};
use comity_crypto::{Purpose, VerifyingKey};
use comity_ledger::Heads;
use comity_vocab::{Form, OfficerCode, OrgCode, Role, SecurityLabel, Timestamp};
use comity_work::rules;

/// Content that two officers agreed to let out.
#[must_use = "what was released must be sealed and sent, or the release recorded as not sent"]
pub struct Released<T>(T);

impl<T> std::fmt::Debug for Released<T> {
    /// Shows that it is one; content never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Released(..)")
    }
}

/// What may be inside a [`Released`]: one type for each kind of content, and no other crate can add one.
///
/// ```compile_fail
/// struct Words(Vec<u8>);
/// impl comity_release::Content for Words {}
/// ```
pub trait Content: sealed::Sealed + Sized {
    /// Takes a draft whose content is of this kind; none where it is of another.
    #[doc(hidden)]
    fn of(draft: Draft) -> Option<Self>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Bundle {}
    impl Sealed for super::Document {}
}

/// A whole release of objects.
pub struct Bundle {
    draft: Draft,
}

impl Content for Bundle {
    fn of(draft: Draft) -> Option<Self> {
        draft.form().is_none().then_some(Self { draft })
    }
}

/// A document.
pub struct Document {
    draft: Draft,
    form: Form,
}

impl Content for Document {
    fn of(draft: Draft) -> Option<Self> {
        let form = draft.form()?;
        Some(Self { draft, form })
    }
}

/// A document for one recipient.
pub struct DocumentDelivery {
    /// The recipient.
    pub recipient: OrgCode,
    /// The recipient's organisation key as it was signed: it may be sealed to a key that this one certified, and to no other.
    pub recipient_key: VerifyingKey,
    /// The document.
    pub document: ReleaseId,
    /// Its form.
    pub form: Form,
    /// Its label.
    pub label: SecurityLabel,
    /// The version of the rules it was released under.
    pub policy_version: String,
    /// Its exact bytes.
    pub body: Vec<u8>,
}

/// One part of a release for one recipient.
pub struct Delivery {
    /// The recipient.
    pub recipient: OrgCode,
    /// The recipient's organisation key as it was signed: it may be sealed to a key that this one certified, and to no other.
    pub recipient_key: VerifyingKey,
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
    /// The day from which the recipient must not have it any more.
    pub erase_by: Option<Timestamp>,
    /// The version of the rules it was released under.
    pub policy_version: String,
    /// Identifier and version key of the objects of the whole release.
    pub items: Vec<(String, String)>,
    /// The exact bytes of the part.
    pub bytes: Vec<u8>,
}

/// Who agreed to a release, and who answers for which of the findings.
#[derive(Clone, Copy, Debug)]
pub struct SignedBy<'a> {
    /// The author's agreement.
    pub author: &'a Approval,
    /// The releasing officer's.
    pub releasing: &'a Approval,
    /// The data protection officer's, where a finding needs it.
    pub protection: Option<&'a Approval>,
    /// The findings that the releasing officer and the data protection officer answer for, each with who does.
    pub overrides: &'a [Override],
}

/// Returns the releasable content once two different officers agreed to exactly this draft and the check of it is whole.
///
/// The check is consumed: the next decision needs one of its own.
///
/// # Errors
/// [`Refusal`], the first reason found.
pub fn authorise<'o, T: Content>(
    draft: Draft,
    checked: Checked,
    signed: &SignedBy<'_>,
    officers: &(dyn Fn(&OfficerCode) -> Option<OfficerView<'o>> + 'o),
    record: &dyn Record,
    now: Timestamp,
) -> Result<Released<T>, Refusal> {
    if !draft.binds_keys() {
        return Err(Refusal::EarlierStatement);
    }
    if !draft.is_current() {
        return Err(Refusal::PolicyChanged { found: draft.policy_version().to_owned(), current: POLICY_VERSION });
    }
    if now > draft.expires() {
        return Err(Refusal::Expired { expired: draft.expires() });
    }
    if draft.personal().erase_by.is_some_and(|day| day <= now) {
        return Err(Refusal::EraseByPast);
    }
    if draft.audience().is_empty() || draft.parts().is_empty() {
        return Err(Refusal::Empty);
    }
    if let Some(recipient) = draft.audience().iter().find(|recipient| draft.key_of(recipient).is_none()) {
        return Err(Refusal::NoKey { recipient: recipient.clone() });
    }
    let SignedBy { author, releasing, protection, overrides } = *signed;
    let [first, second] = sides(draft.form());
    let by = |approval: &Approval| by_role(overrides, approval.role);
    let statement = draft.statement();
    let wrote = verify(
        author,
        first.roles,
        first.needed,
        Purpose::Approval,
        &release_message(&statement, author.role, &[], &anchors(author)?),
        officers,
    )?;
    let releases = verify(
        releasing,
        second.roles,
        second.needed,
        Purpose::Approval,
        &release_message(&statement, releasing.role, &by(releasing), &anchors(releasing)?),
        officers,
    )?;
    different(&wrote, &releases)?;
    if let Some(protection) = protection {
        let protects = verify(
            protection,
            &[Role::DataProtectionOfficer],
            "who answers for personal data as data_protection_officer",
            Purpose::Approval,
            &release_message(&statement, protection.role, &by(protection), &anchors(protection)?),
            officers,
        )?;
        different(&wrote, &protects)?;
    }
    for approval in [author, releasing].into_iter().chain(protection) {
        let heads = anchors(approval)?;
        if !record.goes_on_from(&heads).map_err(|NotRead| Refusal::RecordNotRead)? {
            return Err(Refusal::RecordCut { officer: approval.officer.clone() });
        }
        if record.is_withdrawn_since(&heads, &draft.release()).map_err(|NotRead| Refusal::RecordNotRead)? {
            return Err(Refusal::Withdrawn);
        }
    }
    if checked.draft() != draft.digest() {
        return Err(Refusal::OtherDraft);
    }
    if !draft.check().is_some_and(|signed| checked.configuration().covers(signed)) {
        return Err(Refusal::OtherCheck);
    }
    check_findings(checked.findings(), overrides, &|role| match role {
        Role::ReleasingOfficer => Some(&releasing.officer),
        Role::DataProtectionOfficer => protection.map(|approval| &approval.officer),
        _ => None,
    })?;
    match checked.coverage() {
        Coverage::Whole { .. } => T::of(draft).map(Released).ok_or(Refusal::OtherContent),
        Coverage::NotWhole => Err(Refusal::NotWhole),
    }
}

/// Who signs: a release of objects has one pair of roles, each form of documents its own.
fn sides(form: Option<Form>) -> [Side; 2] {
    match form.map(rules) {
        Some(rules) => [
            Side { roles: rules.first, needed: rules.first_needed },
            Side { roles: rules.second, needed: rules.second_needed },
        ],
        None => [
            Side { roles: &[Role::Analyst, Role::DeskOfficer], needed: "the author as analyst or desk_officer" },
            Side { roles: &[Role::ReleasingOfficer], needed: "the second person as releasing_officer" },
        ],
    }
}

fn anchors(approval: &Approval) -> Result<Heads, Refusal> {
    approval.anchors.ok_or_else(|| Refusal::NoAnchors { officer: approval.officer.clone() })
}

impl Released<Bundle> {
    /// Shows the draft that was released.
    pub fn draft(&self) -> &Draft {
        &self.0.draft
    }

    /// Cuts the release into one delivery per recipient and part, recipients in order.
    pub fn into_deliveries(self) -> Vec<Released<Delivery>> {
        let draft = self.0.draft;
        let parts = u32::try_from(draft.parts().len()).unwrap_or(u32::MAX);
        // Two originals may have become one object; recipients see it once.
        let mut items: Vec<(String, String)> =
            draft.items().iter().map(|item| (item.released_id.clone(), item.released_version.clone())).collect();
        items.sort();
        items.dedup();
        let descriptor_text = draft.descriptor().map(SourceDescriptor::render);
        let mut deliveries = Vec::new();
        for recipient in draft.audience() {
            // INVARIANT: `authorise` refused a draft that lacks a recipient's key.
            let Some(key) = draft.key_of(recipient) else { continue };
            for (part, bytes) in (0u32..).zip(draft.parts()) {
                deliveries.push(Released(Delivery {
                    recipient: recipient.clone(),
                    recipient_key: *key,
                    release: draft.release(),
                    part,
                    parts,
                    label: draft.label().clone(),
                    descriptor_text: descriptor_text.clone(),
                    erase_by: draft.personal().erase_by,
                    policy_version: draft.policy_version().to_owned(),
                    items: items.clone(),
                    bytes: bytes.clone(),
                }));
            }
        }
        deliveries
    }
}

impl Released<Document> {
    /// Shows the draft that was released.
    pub fn draft(&self) -> &Draft {
        &self.0.draft
    }

    /// Returns one delivery for each recipient, recipients in order.
    pub fn into_deliveries(self) -> Vec<Released<DocumentDelivery>> {
        let Document { draft, form } = self.0;
        let mut deliveries = Vec::new();
        for recipient in draft.audience() {
            // INVARIANT: `authorise` refused a draft that lacks a recipient's key or a part; a document has one part.
            let (Some(key), Some(body)) = (draft.key_of(recipient), draft.parts().first()) else { continue };
            deliveries.push(Released(DocumentDelivery {
                recipient: recipient.clone(),
                recipient_key: *key,
                document: draft.release(),
                form,
                label: draft.label().clone(),
                policy_version: draft.policy_version().to_owned(),
                body: body.clone(),
            }));
        }
        deliveries
    }
}

impl Released<DocumentDelivery> {
    /// Shows the delivery.
    pub fn get(&self) -> &DocumentDelivery {
        &self.0
    }

    /// Takes the delivery out, for sealing. What it gives back is no longer `Released` and cannot become so again.
    pub fn into_inner(self) -> DocumentDelivery {
        self.0
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
