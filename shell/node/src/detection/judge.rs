//! What officers hold of sightings.

use crate::failure::Failure;
use crate::node::{Node, audit};
use comity_store::{Judgement, SightingState, SightingWhole};
use comity_vocab::{OfficerCode, Role, Timestamp};
use serde_json::{Value, json};

/// The longest comment, in bytes.
const COMMENT_BYTES_MAX: usize = 4 << 10;

impl Node {
    /// Finds a sighting by the beginning of its identifier.
    pub(super) fn sighting_found(&self, beginning: &str) -> Result<SightingWhole, Failure> {
        self.holdings
            .view()
            .sighting(beginning)
            .map_err(|error| Failure::no(error.to_string()).code("unknown").hint("comity sighting list"))
    }

    pub(crate) fn sighting_judge(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        sighting: &str,
        judgement: Judgement,
        comment: Option<&str>,
    ) -> Result<Value, Failure> {
        self.require_role(&officer, &[Role::Analyst, Role::DeskOfficer])?;
        let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
        if comment.is_some_and(|comment| comment.len() > COMMENT_BYTES_MAX || comment.contains('\0')) {
            return Err(Failure::usage(format!(
                "the comment is longer than {COMMENT_BYTES_MAX} bytes or holds a NUL character"
            )));
        }
        let whole = self.sighting_found(sighting)?;
        if whole.record.state == SightingState::Recalled {
            return Err(Failure::no("the indicator of this sighting was recalled; there is nothing left to judge"));
        }
        let id = format!("sighting--{}", whole.record.uuid.hyphenated());
        let tx = self.holdings.transaction()?;
        tx.judge_sighting(&whole.record, judgement, comment, &officer, now)?;
        let word = serde_json::to_value(judgement)?;
        audit(tx.view().desk(), now, Some(&officer), "sighting.judge", &id, word.as_str().unwrap_or_default())?;
        tx.commit()?;
        Ok(json!({ "sighting": id, "judgement": judgement, "judged_by": officer, "judged_at": now }))
    }
}
