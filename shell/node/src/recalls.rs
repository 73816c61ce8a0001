//! Recalls of what we released: draft, two roles, send, and the board that shows who confirmed.
//!
//! Guarantees: everyone in the dissemination record gets a notice of exactly what they were given, also those whose link is
//! suspended (it waits in the log); a recipient stays on the board until it answers. Our own copies of what was released go
//! at once: the draft, the salts and payloads of the log, the gate's envelopes. A notice is sealed only to the organisation key that the
//! officers signed for; who has another one now gets nothing, and the others get theirs.

use crate::failure::{Failure, FailureKind};
use crate::logs::Content;
use crate::node::{Node, audit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Purpose, Signature, sha256};
use comity_link::gate_protocol::DeskToGate;
use comity_link::{Kept, Outgoing};
use comity_release::{
    Approval, ApprovalProof, AuthorisedRecall, RecallDraft, RecallKind, Refusal, ReleaseId, approval_message,
    authorise_recall, confirm_recall,
};
use comity_store::desk::{Direction, RecallRecipient, RecallRow, ReleaseRow};
use comity_vocab::{OfficerCode, OrgCode, Role, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

impl Node {
    pub(crate) fn recall_draft(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        releases: &[String],
        items: &[String],
        kind: RecallKind,
    ) -> Result<Value, Failure> {
        self.require_role(&officer, &[Role::DeskOfficer, Role::DutyOfficer, Role::ReleasingOfficer])?;
        if releases.is_empty() && items.is_empty() {
            return Err(Failure::usage("a recall names releases or items").hint("--release RELEASE or --item ID"));
        }
        let desk = self.holdings.view().desk();
        let mut recipients: BTreeMap<OrgCode, BTreeSet<String>> = BTreeMap::new();
        let mut concerned: BTreeSet<ReleaseId> = BTreeSet::new();
        let mut add = |item: &comity_store::desk::ReleasedItem| -> Result<(), Failure> {
            let damaged = || Failure::operational("the dissemination record is damaged; run `comity verify`");
            let recipient = item.recipient.parse().map_err(|_| damaged())?;
            recipients.entry(recipient).or_default().insert(item.released_id.clone());
            concerned.insert(item.release.parse().map_err(|_| damaged())?);
            Ok(())
        };
        for release in releases {
            let row = self.release_row(release)?;
            if !matches!(row.state.as_str(), "sent" | "recalled") {
                return Err(Failure::no(format!("release {release} is {}, it was never sent", row.state))
                    .hint("what was not sent is given up with comity release withdraw"));
            }
            for item in desk.released_in(release)? {
                // Later versions of the same item went out in other releases under the same id; they go too.
                for every in desk.released_as(&item.original_id)? {
                    if every.released_id == item.released_id {
                        add(&every)?;
                    }
                }
            }
        }
        for id in items {
            let mut found = desk.released_as(id)?;
            found.extend(desk.released_under(id)?);
            if found.is_empty() {
                return Err(Failure::no(format!("{id} was never released to anybody")));
            }
            for item in &found {
                add(item)?;
            }
        }
        // The id leaves: it depends on what the officer asked for, not on what else this node drew.
        let asked = serde_json::to_vec(&(kind, releases, items))?;
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
            state: "draft".into(),
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
            "state": "draft",
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
        let (state, confirm_by) = if row.state == "sent" {
            // Two roles stand behind what a duty officer sent alone.
            let confirmed = confirm_recall(draft.clone(), &two, &|code| self.officer_view(code)).is_ok();
            ("sent", if confirmed { None } else { row.confirm_by.clone() })
        } else {
            match authorise_recall(draft.clone(), &deciding(&approvals), &|code| self.officer_view(code), now) {
                Ok(authorised) => ("approved", authorised.confirm_by().map(|at| at.to_string())),
                Err(refusal) if two.len() == 2 => return Err(Failure::refusal(&refusal)),
                Err(_) => ("draft", None),
            }
        };
        let row = RecallRow {
            state: state.into(),
            approvals: serde_json::to_string(&approvals)?,
            confirm_by: confirm_by.clone(),
            ..row
        };
        let tx = self.holdings.transaction()?;
        tx.view().desk().put_recall(&row)?;
        audit(tx.view().desk(), now, Some(&officer), "recall.approve", recall, role.as_str())?;
        tx.commit()?;
        Ok(json!({ "recall": recall, "state": state, "confirm_by": confirm_by }))
    }

    pub(crate) fn recall_send(
        &mut self,
        now: Timestamp,
        by: Option<&OfficerCode>,
        recall: &str,
    ) -> Result<Value, Failure> {
        let (row, draft, approvals) = self.recall_row(recall)?;
        may_be_signed(&row, &draft)?;
        if row.state != "approved" {
            return Err(Failure::no(format!("recall {recall} is {}, not approved", row.state))
                .hint("a desk officer and a releasing officer, two persons, sign it: comity recall approve"));
        }
        let mut reach = recipients_now(self.holdings.view().desk(), &draft)?;
        for (recipient, items) in &draft.recipients {
            if let Some(now) = reach.get_mut(recipient) {
                now.retain(|item| !items.contains(item));
            }
        }
        if reach.values().any(|items| !items.is_empty()) {
            return Err(Failure::no("the items were given to more recipients since this recall was drafted")
                .hint("draft it again, so that nobody is left out"));
        }
        let authorised = authorise_recall(draft, &deciding(&approvals), &|code| self.officer_view(code), now)
            .map_err(|refusal| Failure::refusal(&refusal))?;
        let confirm_by = authorised.confirm_by().map(|at| at.to_string());
        let refused = self.recipients_with_another_key(&authorised)?;
        self.keys()?;
        self.load_logs(now)?;
        let mut logs = self.logs.clone();
        let mut effects: Vec<DeskToGate> = Vec::new();
        let mut sent: Vec<Value> = Vec::new();
        let mut withheld = 0;
        {
            let Self { holdings, keys, entropy, .. } = self;
            let keys = keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
            let tx = holdings.transaction()?;
            let desk = tx.view().desk();
            let releases: Vec<String> = authorised.draft().releases.iter().map(ToString::to_string).collect();
            let notices = authorised.notices();
            // A correction leaves the item with its recipients, under the id they know, until the new version comes.
            let withdraws = authorised.draft().kind.withdraws();
            for item in notices.iter().flat_map(|signed| &signed.notice().item_refs).filter(|_| withdraws) {
                desk.mark_recalled(item)?;
            }
            for release in releases.iter().filter(|_| withdraws) {
                withheld += erase_release(desk, keys, &logs, release, now, &mut effects)?;
            }
            for notice in notices {
                let recipient = notice.recipient().clone();
                if refused.contains_key(&recipient) {
                    desk.put_recall_recipient(&line_of(recall, &recipient, String::new(), None, now))?;
                    audit(desk, now, by, "recall.not_sent", recall, &format!("{recipient}: not the key signed for"))?;
                    continue;
                }
                let link = logs
                    .get_mut(&recipient)
                    .ok_or_else(|| Failure::no(format!("there is no link with {recipient} any more")))?;
                // Another id for each: one for all would tell two recipients that they were given the same item.
                let known_as = entropy.stream("recall-notice", link.out.origin(), link.out.next_seq()).uuid_v4();
                let notice = Content::Recall(Box::new(notice.known_as(known_as)));
                let (seq, effect) = link.post(desk, keys, entropy, now, notice, Some(recall))?;
                effects.push(effect);
                effects.push(link.checkpoint(desk, &keys.node)?);
                desk.put_recall_recipient(&line_of(recall, &recipient, known_as.to_string(), Some(seq), now))?;
                sent.push(json!({ "to": recipient, "seq": seq }));
            }
            desk.put_recall(&RecallRow { state: "sent".into(), confirm_by: confirm_by.clone(), ..row })?;
            audit(desk, now, by, "recall.send", recall, &format!("to {} recipients", sent.len()))?;
            tx.commit()?;
        }
        // A suspended link is told when it is resumed; its gate does not know the partner now.
        let active = self.active_partners()?;
        effects.retain(|effect| effect_peer(effect).is_none_or(|peer| active.contains(peer)));
        effects.retain(|effect| !matches!(effect, DeskToGate::Send { peer, .. } if refused.contains_key(peer)));
        self.logs = logs;
        self.effects.append(&mut effects);
        self.scrub()?;
        Ok(json!({
            "recall": recall,
            "state": "sent",
            "recipients": sent,
            "not_sent": refused.iter().map(|(to, why)| json!({ "to": to, "why": why.message })).collect::<Vec<_>>(),
            "confirm_by": confirm_by,
            // Items that were not recalled but went in the same, not yet delivered entry: they must be released anew.
            "withheld": withheld,
        }))
    }

    /// The recipients whose link does not have the key that was signed for, each with the reason. It is an error where that is all of them:
    /// then nothing is done.
    fn recipients_with_another_key(
        &mut self,
        authorised: &AuthorisedRecall,
    ) -> Result<BTreeMap<OrgCode, Failure>, Failure> {
        let keys = &authorised.draft().keys;
        let mut refused = BTreeMap::new();
        for (recipient, key) in keys {
            match self.is_who_was_signed_for(recipient, Some(key), "recall") {
                Ok(()) => {}
                Err(why) if why.kind == FailureKind::No => drop(refused.insert(recipient.clone(), why)),
                Err(failure) => return Err(failure),
            }
        }
        match refused.first_key_value() {
            Some((_, why)) if refused.len() == keys.len() => Err(why.clone()),
            _ => Ok(refused),
        }
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
                    "notice": line.notice,
                    "state": if line.log_seq.is_some() { line.state.as_str() } else { "not_sent" },
                    "at": line.at,
                    "overdue": line.state == "outstanding" && now > draft.receipt_due,
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
                "answer": serde_json::from_str::<Value>(&recall.answer)?,
                "at": recall.at,
            }));
        }
        Ok(json!({ "recalls": recalls, "received": received }))
    }
}

/// Refuses a recall of the version before, where it is not sent yet. What was sent then can still be confirmed.
fn may_be_signed(row: &RecallRow, draft: &RecallDraft) -> Result<(), Failure> {
    if draft.binds_keys() || row.state == "sent" {
        return Ok(());
    }
    Err(Failure::refusal(&Refusal::EarlierRecall).hint("draft the recall again: comity recall draft"))
}

/// A new line of the board; without a position where nothing was sent.
fn line_of(recall: &str, recipient: &OrgCode, notice: String, log_seq: Option<u64>, now: Timestamp) -> RecallRecipient {
    RecallRecipient {
        recall: recall.to_owned(),
        recipient: recipient.to_string(),
        notice,
        log_seq,
        state: "outstanding".into(),
        answer: None,
        at: now.to_string(),
    }
}

/// The approvals that decide: the two roles where both signed, else a duty officer's alone.
fn deciding(approvals: &[Approval]) -> Vec<Approval> {
    let of = |role| approvals.iter().find(|approval| approval.role == role).cloned();
    match (of(Role::DeskOfficer), of(Role::ReleasingOfficer), of(Role::DutyOfficer)) {
        (Some(desk), Some(releasing), _) => vec![desk, releasing],
        (_, _, Some(duty)) => vec![duty],
        _ => approvals.to_vec(),
    }
}

/// Who holds the items of a recall now, by the dissemination record.
fn recipients_now(
    desk: comity_store::desk::Desk<'_>,
    draft: &RecallDraft,
) -> Result<BTreeMap<OrgCode, BTreeSet<String>>, Failure> {
    let mut recipients: BTreeMap<OrgCode, BTreeSet<String>> = BTreeMap::new();
    for item in draft.items() {
        for given in desk.released_under(&item)? {
            let damaged = || Failure::operational("the dissemination record is damaged; run `comity verify`");
            let recipient = given.recipient.parse().map_err(|_| damaged())?;
            recipients.entry(recipient).or_default().insert(given.released_id);
        }
    }
    Ok(recipients)
}

/// The partner that a message to the gate is about.
fn effect_peer(effect: &DeskToGate) -> Option<&OrgCode> {
    match effect {
        DeskToGate::Send { peer, .. }
        | DeskToGate::SendCheckpoint { peer, .. }
        | DeskToGate::SendCosignature { peer, .. }
        | DeskToGate::Taken { peer, .. }
        | DeskToGate::Erase { peer, .. }
        | DeskToGate::TaxiiPut { peer, .. }
        | DeskToGate::TaxiiErase { peer, .. }
        | DeskToGate::Poke { peer } => Some(peer),
        DeskToGate::Configure(_) | DeskToGate::Stop => None,
    }
}

/// Takes a release out of our own keeping: draft, log payloads and salts, the gate's envelopes. What was not yet delivered
/// travels as a stub, so that the log stays whole.
fn erase_release(
    desk: comity_store::desk::Desk<'_>,
    keys: &crate::keys::HomeKeys,
    logs: &BTreeMap<OrgCode, crate::logs::LinkLogs>,
    release: &str,
    now: Timestamp,
    effects: &mut Vec<DeskToGate>,
) -> Result<u64, Failure> {
    if let Some(row) = desk.release(release)? {
        let whole = desk.released_in(release)?.iter().all(|item| item.recalled);
        let state = if whole { "recalled".into() } else { row.state.clone() };
        desk.put_release(&ReleaseRow { state, draft: None, changed: now.to_string(), ..row })?;
    }
    let mut withheld = 0;
    for (code, link) in logs {
        let mut erased = Vec::new();
        let mut stubs = Vec::new();
        for row in desk.log_about(code.as_str(), Direction::Out, release)? {
            if !matches!(row.kind.as_str(), "release" | "history_entry") {
                continue;
            }
            desk.erase_log_payload(&row.link, Direction::Out, row.seq)?;
            // The logs of an ended generation are with no gate any more.
            if row.link != code.as_str() {
                continue;
            }
            erased.push(row.seq);
            if row.seq < link.out.cosigned() {
                continue;
            }
            let damaged = || Failure::operational("a stored signature is damaged; run `comity verify`");
            let signature = row.signature.as_slice().try_into().map_err(|_| damaged())?;
            let signature = Signature::from_bytes(signature);
            let kept = Kept { header: &row.header, signature: &signature };
            let outgoing = Outgoing::stub(&kept, &keys.node).map_err(|error| Failure::from_error(&error))?;
            desk.put_stub(code.as_str(), row.seq, outgoing.envelope())?;
            stubs.push(DeskToGate::Send { peer: code.clone(), outgoing });
            withheld += desk.mark_withheld(code.as_str(), release)?;
        }
        // First the content goes, then the stub takes its place.
        if !erased.is_empty() {
            effects.push(DeskToGate::TaxiiErase { peer: code.clone(), seqs: erased.clone() });
            effects.push(DeskToGate::Erase { peer: code.clone(), seqs: erased });
        }
        effects.append(&mut stubs);
    }
    Ok(withheld)
}
