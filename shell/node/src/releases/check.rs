//! The leak check as a verb: who sees which finding, and how often anybody may ask.

use crate::failure::Failure;
use crate::node::{Node, audit};
use comity_release::{Finding, FindingClass};
use comity_vocab::{OfficerCode, Timestamp};
use serde_json::{Value, json};

/// What may be asked of the leak check within an hour; the setting counts the hour and the number within it.
pub(super) struct Allowance {
    setting: &'static str,
    per_hour: u64,
}

/// By anybody who drafts.
const CHECKS: Allowance = Allowance { setting: "leak_checks", per_hour: 120 };
/// By releasing officers who proved who they are and prepare an approval.
pub(super) const APPROVALS: Allowance = Allowance { setting: "leak_checks_for_approval", per_hour: 600 };
/// By signatures of releasing officers, each of which runs it once more.
pub(super) const APPROVED: Allowance = Allowance { setting: "leak_checks_at_approval", per_hour: 600 };

impl Node {
    pub(crate) fn release_check(
        &mut self,
        now: Timestamp,
        release: &str,
        by: Option<&OfficerCode>,
    ) -> Result<Value, Failure> {
        let row = self.release_row(release)?;
        let draft = self.open_draft(&row)?;
        self.spend_check(now, &CHECKS)?;
        let checked = self.leak_checked(&draft)?;
        let findings = checked.findings();
        let shown = findings.iter().map(|finding| self.finding_json(finding, by)).collect::<Result<Vec<_>, _>>()?;
        let tx = self.holdings.transaction()?;
        audit(tx.view().desk(), now, by, "release.check", release, &format!("{} findings", findings.len()))?;
        tx.commit()?;
        let bytes: usize = draft.parts().iter().map(Vec::len).sum();
        Ok(json!({
            "release": release,
            "digest": draft.digest(),
            "bytes": bytes,
            "findings": shown,
            "clean": findings.is_empty(),
        }))
    }

    /// A finding on a source's terms shows its place to that source's handlers only; to others it must not be an oracle.
    pub(super) fn finding_json(&mut self, finding: &Finding, by: Option<&OfficerCode>) -> Result<Value, Failure> {
        if let Some(matter) = finding.matter {
            let handlers = self.vault()?.handlers_of(matter)?;
            if !by.is_some_and(|officer| handlers.contains(officer)) {
                return Ok(json!({
                    "finding": finding.class.as_str(),
                    "class": finding.class.as_str(),
                    "rule": finding.class.as_str(),
                    "overridable": false,
                    "message": "blocked, ask the handler of this matter",
                    "handlers": handlers,
                }));
            }
            if let (FindingClass::Undetermined, Some(officer)) = (finding.class, by) {
                return self.unmatchable_json(finding, matter, officer);
            }
        }
        Ok(json!({
            "finding": finding.id(),
            "class": finding.class.as_str(),
            "rule": finding.rule,
            "part": finding.part,
            "offset": finding.offset,
            "length": finding.length,
            "object": finding.object,
            "property": finding.property,
            "overridable": finding.overridable(),
        }))
    }

    /// Tells a handler which of its sources has a term that cannot be searched for. The term is shown by `vault show`, with a reason.
    fn unmatchable_json(&mut self, finding: &Finding, matter: u64, by: &OfficerCode) -> Result<Value, Failure> {
        let source = self.vault()?.list(by)?.into_iter().find(|source| source.matter == matter).map(|source| source.id);
        Ok(json!({
            "finding": finding.id(),
            "class": finding.class.as_str(),
            "rule": finding.rule,
            "overridable": false,
            "message": format!(
                "a protected term or the cryptonym of source {} has no letter, digit or picture and cannot be searched for; no release \
                 is clean while it is in the vault",
                source.map_or_else(|| "unknown".to_owned(), |id| id.to_string())
            ),
            "source": source,
        }))
    }

    /// The leak check must not be an oracle for the vault: at most so many an hour, and each is audited.
    pub(super) fn spend_check(&mut self, now: Timestamp, allowance: &Allowance) -> Result<(), Failure> {
        let hour = now.unix_seconds().div_euclid(3600);
        let stored = self.holdings.view().desk().setting(allowance.setting)?;
        let spent = stored
            .as_deref()
            .and_then(|text| text.split_once(' '))
            .filter(|(of, _)| *of == hour.to_string())
            // What cannot be read is not an allowance that nobody used.
            .map_or(0, |(_, spent)| spent.parse::<u64>().unwrap_or(u64::MAX));
        if spent >= allowance.per_hour {
            return Err(Failure::no(format!(
                "the leak check ran {} times this hour; try again later",
                allowance.per_hour
            ))
            .hint("the limit keeps the check from answering guesses about the vault"));
        }
        let tx = self.holdings.transaction()?;
        tx.view().desk().set_setting(allowance.setting, &format!("{hour} {}", spent + 1))?;
        Ok(tx.commit()?)
    }
}
