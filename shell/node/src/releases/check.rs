//! The leak check as a verb: who sees which finding.
//!
//! Guarantees: what a source's handlers may not see differs in one word whatever the vault holds. Does not know: what the vault answers
//! and how often ([`super::answer`]).

use super::answer::{Answered, VaultAnswer};
use crate::failure::Failure;
use crate::leak_corpus::Sources;
use crate::node::Node;
use comity_release::{Checked, Draft, Finding};
use comity_store::desk::ReleaseRow;
use comity_vocab::{OfficerCode, Timestamp};
use serde_json::{Value, json};

/// What may be asked of the leak check within an hour; the setting counts the hour and the number within it.
pub(super) struct Allowance {
    setting: &'static str,
    per_hour: u64,
}

/// By anybody who drafts, whether or not the vault is asked: a check is work.
pub(super) const CHECKS: Allowance = Allowance { setting: "leak_checks", per_hour: 600 };
/// By releasing officers who proved who they are and prepare an approval.
pub(super) const APPROVALS: Allowance = Allowance { setting: "leak_checks_for_approval", per_hour: 600 };
/// By signatures of releasing officers, each of which runs it once more.
pub(super) const APPROVED: Allowance = Allowance { setting: "leak_checks_at_approval", per_hour: 600 };

impl Node {
    pub(crate) fn release_check(&mut self, now: Timestamp, release: &str, by: &OfficerCode) -> Result<Value, Failure> {
        let row = self.release_row(release)?;
        let draft = self.open_draft(&row)?;
        self.spend_check(now, &CHECKS)?;
        self.checked_for(now, &row, &draft, by)
    }

    /// Checks a draft in the name of an officer, and says what that officer may see.
    pub(super) fn checked_for(
        &mut self,
        now: Timestamp,
        row: &ReleaseRow,
        draft: &Draft,
        by: &OfficerCode,
    ) -> Result<Value, Failure> {
        let (answered, checked) = match self.kept_answer(&row.id, draft)? {
            Some(answered) => (answered, self.leak_checked(draft, Sources::Unread)?),
            None => {
                let (vault, checked) = self.ask_vault(now, row, draft, by)?;
                let (officer, at) = (by.to_string(), now.to_string());
                (Answered { vault, officer, at, findings: String::new() }, checked)
            }
        };
        let mut findings = Self::told_to_all(&checked);
        findings.extend(self.own_places(draft, by)?.into_iter().flat_map(|own| own.findings(draft)));
        let blocked = answered.vault == VaultAnswer::Blocked;
        let bytes: usize = draft.parts().iter().map(Vec::len).sum();
        let mut answer = json!({
            "release": row.id,
            "digest": draft.digest(),
            "bytes": bytes,
            "clean": findings.is_empty() && !blocked,
            "findings": findings,
            "blocked": blocked,
            "at": answered.at,
            "officer": answered.officer,
        });
        if let (true, Value::Object(fields)) = (blocked, &mut answer) {
            fields.insert("message".to_owned(), self.blocked_message().into());
        }
        Ok(answer)
    }

    /// The findings that everybody may see: none that the vault made.
    pub(super) fn told_to_all(checked: &Checked) -> Vec<Value> {
        checked.findings().iter().filter(|finding| finding.matter.is_none()).map(finding_json).collect()
    }

    /// How often something was spent within this hour.
    fn spent(&self, now: Timestamp, allowance: &Allowance) -> Result<u64, Failure> {
        let hour = now.unix_seconds().div_euclid(3600);
        let stored = self.holdings.view().desk().setting(allowance.setting)?;
        let spent = stored.as_deref().and_then(|text| text.split_once(' ')).filter(|(of, _)| *of == hour.to_string());
        // What cannot be read is not an allowance that nobody used.
        Ok(spent.map_or(0, |(_, spent)| spent.parse::<u64>().unwrap_or(u64::MAX)))
    }

    /// Tells whether something is left of an allowance.
    pub(super) fn may_check(&self, now: Timestamp, allowance: &Allowance) -> Result<bool, Failure> {
        Ok(self.spent(now, allowance)? < allowance.per_hour)
    }

    /// A check is work that others wait for: at most so many an hour.
    pub(super) fn spend_check(&mut self, now: Timestamp, allowance: &Allowance) -> Result<(), Failure> {
        let spent = self.spent(now, allowance)?;
        if spent >= allowance.per_hour {
            return Err(Failure::no(format!(
                "the leak check ran {} times this hour; try again later",
                allowance.per_hour
            ))
            .hint("the limit keeps one officer from making all others wait"));
        }
        let hour = now.unix_seconds().div_euclid(3600);
        let tx = self.holdings.transaction()?;
        tx.view().desk().set_setting(allowance.setting, &format!("{hour} {}", spent + 1))?;
        Ok(tx.commit()?)
    }
}

pub(crate) fn finding_json(finding: &Finding) -> Value {
    json!({
        "finding": finding.id(),
        "class": finding.class.as_str(),
        "rule": finding.rule,
        "part": finding.part,
        "offset": finding.offset,
        "length": finding.length,
        "object": finding.object,
        "property": finding.property,
        "overridable": finding.answered_by().is_some(),
        "answered_by": finding.answered_by(),
    })
}
