//! The second person: what a releasing officer signs, and which findings may be answered for.

use super::check::finding_json;
use super::personal::Signatures;
use super::record::Kept;
use crate::failure::Failure;
use crate::leak_corpus::Sources;
use crate::node::{Node, audit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::Purpose;
use comity_release::{
    Approval, ApprovalProof, Bundle, Checked, Document, Draft, Finding, Override, SignedBy, authorise, release_message,
};
use comity_store::desk::ReleaseRow;
use comity_vocab::{OfficerCode, ReleaseState, Role, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl Node {
    /// Refuses findings that are neither absent nor overridden, before anybody signs. The vault was asked before.
    fn answered(
        &mut self,
        release: &str,
        draft: &Draft,
        overrides: &[Override],
        by: &OfficerCode,
    ) -> Result<Checked, Failure> {
        self.vault_is_clear(release, draft)?;
        // Who said as a handler that it is not the source does not let it go as well.
        if self.vault()?.answers(&draft.digest())?.values().any(|it| it.not_mine && it.officer == *by) {
            return Err(Failure::no("you answered as a handler that this draft may go; another officer approves it"));
        }
        self.nobody_weakened_a_source_for_it(release, by)?;
        let checked = self.leak_checked(draft, Sources::Read)?;
        if checked.findings().iter().any(|finding| finding.matter.is_some()) {
            return Err(self.blocked());
        }
        let open: Vec<&Finding> = checked
            .findings()
            .iter()
            .filter(|finding| {
                let answered =
                    |entry: &Override| Some(entry.role) == finding.answered_by() && entry.finding == finding.id();
                !overrides.iter().any(answered)
            })
            .collect();
        let unknown = overrides.iter().filter(|entry| entry.officer == *by && entry.role == Role::ReleasingOfficer);
        let mut unknown = unknown.filter(|entry| !checked.findings().iter().any(|it| it.id() == entry.finding));
        if let Some(entry) = unknown.next() {
            return Err(Failure::usage(format!(
                "{} is no finding of this draft, nor a rule or class of one",
                entry.finding
            ))
            .hint(format!("comity release check {release}")));
        }
        if open.is_empty() {
            return Ok(checked);
        }
        let count = open.len();
        let others = open.iter().all(|finding| finding.answered_by() == Some(Role::DataProtectionOfficer));
        let shown: Vec<Value> = open.into_iter().map(finding_json).collect();
        Err(Failure::no(format!("the leak check found {count} places without an answer"))
            .with(json!({ "findings": shown }))
            .hint(if others {
                "a data_protection_officer other than the author answers for them: comity release answer"
            } else {
                "see comity release check; change the draft, or override with a reason what may be overridden"
            }))
    }

    pub(crate) fn release_approve_prepare(
        &mut self,
        now: Timestamp,
        by: &OfficerCode,
        release: &str,
        officer: &OfficerCode,
        overrides: &BTreeMap<String, String>,
    ) -> Result<Value, Failure> {
        // What is asked here is the leak check: it answers the one who proved to be the officer, counted and audited like one.
        if by != officer {
            return Err(Failure::no("an approval is prepared by the officer who will sign it"));
        }
        self.require_role(officer, &[Role::ReleasingOfficer])?;
        self.spend_check(now, &super::check::APPROVALS)?;
        let (row, draft) = self.unsent(release)?;
        if row.author == officer.as_str() {
            return Err(Failure::no("a release is approved by another officer than its author"));
        }
        let overrides = self.overrides_of(release, &draft, overrides, officer, Role::ReleasingOfficer)?;
        self.still_releasable(&draft)?;
        let all = [overrides.clone(), Signatures::of(&row)?.answers()].concat();
        let answered = self.answered(release, &draft, &all, officer);
        let detail = if answered.is_ok() { "for approval: clean or overridden" } else { "for approval: findings" };
        let tx = self.holdings.transaction()?;
        audit(tx.view().desk(), now, Some(officer), "release.check", release, detail)?;
        let role = Role::ReleasingOfficer;
        // What may not be approved is not given to be signed.
        let heads = match &answered {
            Ok(_) => Some(Self::prepared_heads(tx.view().desk(), release, officer, role)?),
            Err(_) => None,
        };
        tx.commit()?;
        drop(answered?);
        let heads = heads.ok_or_else(|| Failure::operational("nothing was prepared"))?;
        let message = release_message(&draft.statement(), role, &overrides, &heads);
        Ok(json!({ "release": release, "digest": draft.digest(), "statement": STANDARD.encode(message),
            "answers": overrides.iter().map(|it| json!({ "finding": it.finding, "reason": it.reason })).collect::<Vec<_>>() }))
    }

    pub(crate) fn release_approve(
        &mut self,
        now: Timestamp,
        release: &str,
        officer: OfficerCode,
        overrides: &BTreeMap<String, String>,
        proof: ApprovalProof,
    ) -> Result<Value, Failure> {
        let (row, draft) = self.unsent(release)?;
        let role = Role::ReleasingOfficer;
        let overrides = self.overrides_of(release, &draft, overrides, &officer, role)?;
        let heads = self.heads_to_sign(release, &officer, role)?;
        let approval = Approval { officer: officer.clone(), role, proof, anchors: Some(heads), at: now };
        self.check_approval(
            now,
            &approval,
            Purpose::Approval,
            &release_message(&draft.statement(), role, &overrides, &heads),
        )?;
        self.still_releasable(&draft)?;
        // The leak check answers here too, and the one who signs with a key can ask again and again: counted, and audited where it finds.
        self.spend_check(now, &super::check::APPROVED)?;
        let kept = Signatures::of(&row)?;
        let all = [overrides.clone(), kept.answers()].concat();
        let checked = match self.answered(release, &draft, &all, &officer) {
            Ok(checked) => checked,
            Err(failure) => {
                let tx = self.holdings.transaction()?;
                audit(tx.view().desk(), now, Some(&officer), "release.check", release, "at approval: findings")?;
                tx.commit()?;
                return Err(failure);
            }
        };
        let Some(author) = kept.author else {
            return Err(Failure::no(format!("the author has not signed release {release}")));
        };
        // The same decision as at send, so that nobody approves what cannot be sent.
        let digest = draft.digest();
        self.record_is_whole()?;
        let protection = kept.protection.as_ref();
        let signed = SignedBy { author: &author, releasing: &approval, protection, overrides: &all };
        let record = Kept(self.holdings.view().desk());
        let officers = |code: &OfficerCode| self.officer_view(code);
        let decided = match draft.form() {
            Some(_) => authorise::<Document>(draft, checked, &signed, &officers, &record, now).map(drop),
            None => authorise::<Bundle>(draft, checked, &signed, &officers, &record, now).map(drop),
        };
        decided.map_err(|refusal| Failure::refusal(&refusal))?;
        let approvals: Vec<Approval> = [Some(author), kept.protection, Some(approval)].into_iter().flatten().collect();
        let row = ReleaseRow {
            state: ReleaseState::Approved,
            approvals: serde_json::to_string(&approvals)?,
            overrides: serde_json::to_string(&all)?,
            changed: now.to_string(),
            ..row
        };
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        desk.put_release(&row)?;
        for entry in &overrides {
            audit(
                desk,
                now,
                Some(&officer),
                "release.override",
                release,
                &format!("{}: {}", entry.finding, entry.reason),
            )?;
        }
        audit(desk, now, Some(&officer), "release.approve", release, &digest.to_string())?;
        tx.commit()?;
        Ok(json!({ "release": release, "digest": digest, "state": ReleaseState::Approved }))
    }
}
