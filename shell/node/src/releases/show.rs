//! Showing a release: exactly the bytes that would leave, beside the originals.

use super::answer::VaultAnswer;
use crate::failure::Failure;
use crate::node::Node;
use comity_release::{Approval, Draft, Override};
use comity_store::desk::{Direction, ReleaseRow};
use comity_vocab::{ReleaseState, Role};
use serde_json::{Value, json};

impl Node {
    pub(crate) fn release_show(&mut self, release: &str) -> Result<Value, Failure> {
        let row = self.release_row(release)?;
        let draft = self.open_draft(&row)?;
        let check = self.kept_check(release, &draft)?;
        let view = self.holdings.view();
        let mut items = Vec::new();
        for item in draft.items() {
            let original = view.get(&item.original_id)?.map(|o| String::from_utf8_lossy(&o.bytes).into_owned());
            items.push(json!({
                "released_id": item.released_id,
                "released_version": item.released_version,
                "original_id": item.original_id,
                "original_version": item.original_version,
                "original": original,
            }));
        }
        let parts: Vec<Value> = draft
            .parts()
            .iter()
            .enumerate()
            .map(|(number, part)| {
                json!({ "part": number, "length": part.len(), "bytes": String::from_utf8_lossy(part) })
            })
            .collect();
        let mut shown: Value = serde_json::from_str(&row.summary)?;
        if let Value::Object(fields) = &mut shown {
            fields.insert("state".into(), json!(row.state));
            fields.insert("author".into(), row.author.clone().into());
            fields.insert("digest".into(), json!(row.digest));
            fields.insert("statement".into(), String::from_utf8_lossy(&draft.statement()).into());
            fields.insert("parts".into(), parts.into());
            fields.insert("items".into(), items.into());
            fields.insert("dropped".into(), serde_json::to_value(draft.dropped())?);
            fields.insert("changed".into(), serde_json::to_value(draft.sanitisation())?);
            fields.insert("created".into(), row.created.clone().into());
            fields.insert("personal".into(), json!(draft.personal()));
            fields.insert("groups".into(), json!(draft.groups()));
            fields.insert("answered".into(), answered(&row)?);
            fields.insert("descriptor".into(), draft.descriptor().map(ToString::to_string).into());
            fields.insert("signed".into(), signed(&row)?);
            fields.insert("check".into(), check);
            fields.insert("deliveries".into(), self.deliveries(&row, &draft)?);
        }
        Ok(shown)
    }

    /// What the leak check said of it last, as everybody may see it; nothing where it has to be asked again.
    fn kept_check(&mut self, release: &str, draft: &Draft) -> Result<Value, Failure> {
        let Some(answered) = self.kept_answer(release, draft)? else { return Ok(Value::Null) };
        let findings: Vec<Value> = serde_json::from_str(&answered.findings)?;
        let blocked = answered.vault == VaultAnswer::Blocked;
        Ok(json!({
            "clean": findings.is_empty() && !blocked,
            "findings": findings,
            "blocked": blocked,
            "message": if blocked { self.blocked_message().into() } else { Value::Null },
            "at": answered.at,
            "officer": answered.officer,
        }))
    }

    /// Where the release is in the log of each recipient, and whether the recipient's receipt covers it.
    fn deliveries(&self, row: &ReleaseRow, draft: &Draft) -> Result<Value, Failure> {
        let desk = self.holdings.view().desk();
        let mut deliveries = Vec::new();
        for recipient in draft.audience() {
            let head = desk.log_head(recipient.as_str(), Direction::Out)?;
            for entry in desk.log_about(recipient.as_str(), Direction::Out, &row.id)? {
                deliveries.push(json!({
                    "to": recipient,
                    "seq": entry.seq,
                    "at": entry.at,
                    "state": entry.state,
                    "receipted": entry.seq < head.cosigned,
                }));
            }
        }
        Ok(deliveries.into())
    }

    pub(crate) fn release_list(&self) -> Result<Value, Failure> {
        let mut releases = Vec::new();
        for row in self.holdings.view().desk().releases(1_000)? {
            let mut summary: Value = serde_json::from_str(&row.summary)?;
            let waits_for = self.waits_for(&row)?;
            if let Value::Object(fields) = &mut summary {
                fields.insert("waits_for".into(), json!(waits_for));
                fields.insert("state".into(), json!(row.state));
                fields.insert("author".into(), row.author.into());
                fields.insert("digest".into(), json!(row.digest));
                fields.insert("created".into(), row.created.into());
            }
            releases.push(summary);
        }
        Ok(json!({ "releases": releases }))
    }
}

impl Node {
    /// Says which role but the releasing officer's a draft waits for, where its findings need one.
    fn waits_for(&self, row: &ReleaseRow) -> Result<Option<Role>, Failure> {
        if row.state != ReleaseState::Draft {
            return Ok(None);
        }
        let Some(kept) = self.holdings.view().desk().leak_answer(&row.id)? else { return Ok(None) };
        let findings: Vec<Value> = serde_json::from_str(&kept.findings)?;
        let overrides: Vec<Override> = serde_json::from_str(&row.overrides)?;
        let wanted = json!(Role::DataProtectionOfficer);
        let open = findings.iter().any(|finding| {
            finding.get("answered_by") == Some(&wanted)
                && !overrides
                    .iter()
                    .any(|it| finding.get("finding").and_then(Value::as_str) == Some(it.finding.as_str()))
        });
        Ok(open.then_some(Role::DataProtectionOfficer))
    }
}

/// What officers answered for, by finding.
fn answered(row: &ReleaseRow) -> Result<Value, Failure> {
    let overrides: Vec<Override> = serde_json::from_str(&row.overrides)?;
    let one =
        |it: &Override| json!({ "finding": it.finding, "officer": it.officer, "role": it.role, "reason": it.reason });
    Ok(overrides.iter().map(one).collect::<Vec<_>>().into())
}

/// Who signed, in which role, when.
fn signed(row: &ReleaseRow) -> Result<Value, Failure> {
    let approvals: Vec<Approval> = serde_json::from_str(&row.approvals)?;
    let one = |approval: &Approval| json!({ "officer": approval.officer, "role": approval.role, "at": approval.at });
    Ok(approvals.iter().map(one).collect::<Vec<_>>().into())
}
