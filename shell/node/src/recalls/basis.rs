//! Own objects that rest on what a partner recalled: shown, decided about, and blocked from release before that (domain.md R8.13).
//!
//! Guarantees: what rests on erased content is neither drafted, approved nor sent before an officer said that it may be kept.

use crate::access::BASIS_DECIDERS;
use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::request::BasisDecided;
use comity_store::desk::{Dependent, Desk};
use comity_vocab::{OfficerCode, Timestamp};
use serde_json::{Value, json};

/// What is shown of an object that rests on what was recalled.
pub(super) fn shown(found: &Dependent) -> Value {
    json!({
        "object": found.object,
        "how": found.how,
        "erased": found.blocks,
        "blocks": found.blocks && found.decision.as_deref() != Some("keep"),
        "decision": found.decision,
        "officer": found.officer,
        "at": found.at,
    })
}

/// Refuses an own object that rests on what a partner recalled, as long as no officer said that it may be kept.
pub(crate) fn not_recalled(desk: Desk<'_>, object: &str) -> Result<(), Failure> {
    let Some(found) = desk.blocking(object)?.into_iter().next() else { return Ok(()) };
    let Dependent { link, recall, decision, .. } = found;
    let failure = match decision {
        None => Failure::no(format!(
            "{object} rests on what {link} recalled and erased here (recall {recall}): an officer decides first whether it may be kept"
        )),
        Some(_) => Failure::no(format!(
            "{object} rests on what {link} recalled (recall {recall}), and an officer withdrew it from release"
        )),
    };
    Err(failure
        .code("basis_recalled")
        .hint(format!("comity recall show {recall}, then comity recall decide {recall} --object {object}")))
}

impl Node {
    /// Writes what an officer decided about an own object that rests on what a partner recalled.
    pub(crate) fn recall_decide(
        &mut self,
        now: Timestamp,
        officer: &OfficerCode,
        decided: &BasisDecided,
    ) -> Result<Value, Failure> {
        let BasisDecided { recall, object, decision } = decided;
        self.require_role(officer, BASIS_DECIDERS)?;
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        let said = (decision.as_str(), officer.as_str(), &*now.to_string());
        if !desk.decide_dependent(recall, object, said)? {
            return Err(Failure::no(format!("nothing of recall {recall} waits for a decision about {object}"))
                .code("unknown")
                .hint(format!("comity recall show {recall}")));
        }
        audit(desk, now, Some(officer), "recall.decide", recall, &format!("{} {object}", decision.as_str()))?;
        tx.commit()?;
        Ok(json!({ "recall": recall, "object": object, "decision": decision.as_str(), "officer": officer }))
    }
}
