//! Recalls of what we released: draft, two roles, send, and the board that shows who confirmed.
//!
//! Guarantees: everyone in the dissemination record is in the draft with exactly what they were given, also those whose link is
//! suspended; a recipient stays on the board until it answers. Does not know: how a recall is carried out ([`send`], [`under_way`]).

pub(crate) mod basis;
pub(crate) mod call;
pub(crate) mod reach;
mod send;
mod under_way;

pub use call::send_recall;
pub use reach::RecallNamed;
use under_way::Sending;
pub(crate) use under_way::{Applying, UnderWay};

use crate::access::RECALLERS;
use crate::failure::Failure;
use crate::node::{Node, audit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Purpose, sha256};
use comity_release::{
    Approval, ApprovalProof, RecallDraft, RecallKind, Refusal, ReleaseId, approval_message, authorise_recall,
    confirm_recall,
};
use comity_store::desk::RecallRow;
use comity_vocab::{OfficerCode, OrgCode, RecallAnswer, RecallState, Role, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

impl Node {
    pub(crate) fn recall_draft(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        named: &RecallNamed,
        kind: RecallKind,
    ) -> Result<Value, Failure> {
        self.require_role(&officer, RECALLERS)?;
        let desk = self.holdings.view().desk();
        let mut recipients: BTreeMap<OrgCode, BTreeSet<String>> = BTreeMap::new();
        let mut concerned: BTreeSet<ReleaseId> = BTreeSet::new();
        for item in reach::named(desk, named)? {
            let damaged = || Failure::operational("the dissemination record is damaged; run `comity verify`");
            let recipient = item.recipient.parse().map_err(|_| damaged())?;
            self.may_be_recalled(&item)?;
            concerned.insert(item.release.parse().map_err(|_| damaged())?);
            recipients.entry(recipient).or_default().insert(item.released_id);
        }
        // The id leaves: it depends on what the officer asked for, not on what else this node drew.
        let asked = serde_json::to_vec(&(kind, &named.releases, &named.items))?;
        let context = sha256(&[&asked]).to_string();
        let mut position = 0;
        let id = loop {
            let id = self.entropy.stream("recall", &context, position).uuid_v4();
            if desk.recall(&id.to_string())?.is_none() {
                break id;
            }
            position += 1;
        };
        let organisation = self.home.configuration.organisation.code.clone();
        let mut keyed = BTreeMap::new();
        for (recipient, items) in recipients {
            let key = self.pinned_key(&recipient)?;
            keyed.insert(recipient, (key, items));
        }
        let draft = RecallDraft::new(id, organisation, kind, concerned, keyed, now);
        let row = RecallRow {
            id: id.to_string(),
            state: RecallState::Draft,
            draft: serde_json::to_vec(&draft)?,
            approvals: "[]".into(),
            confirm_by: None,
            created: now.to_string(),
        };
        let tx = self.holdings.transaction()?;
        tx.view().desk().put_recall(&row)?;
        audit(tx.view().desk(), now, Some(&officer), "recall.draft", &row.id, kind.as_str())?;
        tx.commit()?;
        Ok(json!({
            "recall": id,
            "kind": kind,
            "state": RecallState::Draft,
            "items": draft.items().len(),
            "recipients": draft.recipients.keys().collect::<Vec<_>>(),
            "instruction": draft.instruction(),
        }))
    }

    fn recall_row(&self, recall: &str) -> Result<(RecallRow, RecallDraft, Vec<Approval>), Failure> {
        let row = self.holdings.view().desk().recall(recall)?.ok_or_else(|| {
            Failure::no(format!("there is no recall {recall}")).code("unknown").hint("comity recall board")
        })?;
        let draft = serde_json::from_slice(&row.draft)?;
        let approvals = serde_json::from_str(&row.approvals)?;
        Ok((row, draft, approvals))
    }

    pub(crate) fn recall_prepare(&self, recall: &str, officer: &OfficerCode, role: Role) -> Result<Value, Failure> {
        self.require_role(officer, &[role])?;
        let (row, draft, _) = self.recall_row(recall)?;
        may_be_signed(&row, &draft)?;
        Ok(json!({ "recall": recall, "statement": STANDARD.encode(approval_message(&draft.statement(), role, &[])) }))
    }

    pub(crate) fn recall_approve(
        &mut self,
        now: Timestamp,
        recall: &str,
        officer: OfficerCode,
        role: Role,
        proof: ApprovalProof,
    ) -> Result<Value, Failure> {
        let (row, draft, mut approvals) = self.recall_row(recall)?;
        may_be_signed(&row, &draft)?;
        let approval = Approval { officer: officer.clone(), role, proof, anchors: None, at: now };
        self.check_approval(now, &approval, Purpose::RecallApproval, &approval_message(&draft.statement(), role, &[]))?;
        if !matches!(role, Role::DeskOfficer | Role::ReleasingOfficer | Role::DutyOfficer) {
            return Err(Failure::no(format!("the role {role} signs no recall"))
                .hint("a desk officer and a releasing officer, or a duty officer in an emergency"));
        }
        approvals.retain(|earlier| earlier.role != role);
        approvals.push(approval);
        let two: Vec<Approval> = approvals.iter().filter(|a| a.role != Role::DutyOfficer).cloned().collect();
        let (state, confirm_by) = if row.state == RecallState::Sent {
            // Two roles stand behind what a duty officer sent alone.
            let confirmed = confirm_recall(draft.clone(), &two, &|code| self.officer_view(code)).is_ok();
            (RecallState::Sent, if confirmed { None } else { row.confirm_by.clone() })
        } else {
            match authorise_recall(
                draft.clone(),
                &comity_desk::recall::deciding(&approvals),
                &|code| self.officer_view(code),
                now,
            ) {
                Ok(authorised) => (RecallState::Approved, authorised.confirm_by().map(|at| at.to_string())),
                Err(refusal) if two.len() == 2 => return Err(Failure::refusal(&refusal)),
                Err(_) => (RecallState::Draft, None),
            }
        };
        let row =
            RecallRow { state, approvals: serde_json::to_string(&approvals)?, confirm_by: confirm_by.clone(), ..row };
        let tx = self.holdings.transaction()?;
        tx.view().desk().put_recall(&row)?;
        audit(tx.view().desk(), now, Some(&officer), "recall.approve", recall, role.as_str())?;
        tx.commit()?;
        Ok(json!({ "recall": recall, "state": state, "confirm_by": confirm_by }))
    }

    pub(crate) fn recall_board(&self, now: Timestamp) -> Result<Value, Failure> {
        let desk = self.holdings.view().desk();
        let mut recalls = Vec::new();
        for row in desk.recalls()? {
            let draft: RecallDraft = serde_json::from_slice(&row.draft)?;
            let mut recipients = Vec::new();
            for line in desk.recall_recipients(&row.id)? {
                let answer: Option<Value> = line.answer.as_deref().map(serde_json::from_str).transpose()?;
                recipients.push(json!({
                    "recipient": line.recipient,
                    "items": draft.recipients.iter().find(|(code, _)| code.as_str() == line.recipient).map_or(0, |(_, all)| all.len()),
                    "notice": line.notice,
                    "state": if line.log_seq.is_some() { line.state.as_str() } else { "not_sent" },
                    "at": line.at,
                    "overdue": line.state == RecallAnswer::Outstanding && now > draft.receipt_due,
                    "answer": answer,
                }));
            }
            let approvals: Vec<Approval> = serde_json::from_str(&row.approvals)?;
            let signed: Vec<Value> = approvals
                .iter()
                .map(|approval| json!({ "officer": approval.officer, "role": approval.role, "at": approval.at }))
                .collect();
            recalls.push(json!({
                "recall": row.id,
                "kind": draft.kind,
                "state": row.state,
                "created": row.created,
                "items": draft.items(),
                "receipt_due": draft.receipt_due,
                "action_due": draft.action_due,
                "confirm_by": row.confirm_by,
                "signed": signed,
                "recipients": recipients,
            }));
        }
        let mut received = Vec::new();
        for recall in desk.received_recalls()? {
            let notice: Value = serde_json::from_str(&recall.notice)?;
            received.push(json!({
                "recall": recall.recall,
                "from": recall.link,
                "kind": notice.get("kind"),
                "instruction": notice.get("instruction"),
                "items": notice.get("items"),
                "dependents": desk.dependents(&recall.link, &recall.recall)?.iter().map(basis::shown).collect::<Vec<_>>(),
                "answer": serde_json::from_str::<Value>(&recall.answer)?,
                "at": recall.at,
            }));
        }
        Ok(json!({ "recalls": recalls, "received": received }))
    }
}

/// Refuses a recall of the version before, where it is not sent yet. What was sent then can still be confirmed.
fn may_be_signed(row: &RecallRow, draft: &RecallDraft) -> Result<(), Failure> {
    if draft.binds_keys() || row.state == RecallState::Sent {
        return Ok(());
    }
    Err(Failure::refusal(&Refusal::EarlierRecall).hint("draft the recall again: comity recall draft"))
}
