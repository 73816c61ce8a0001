//! What officers choose about detection: over-broad indicators that are looked for all the same, lists of the program that are off.
//!
//! Guarantees: only what is set aside is accepted, by an officer of a role that judges sightings, with a reason; it counts for this
//! pattern only. The reason stands in the holdings and goes with the indicator; the audit log, which keeps for good, has the code.

use super::standing::{Hindrance, pattern_digest, standing};
use crate::access::Asker;
use crate::failure::Failure;
use crate::node::{Node, audit};
use comity_vocab::{OfficerCode, Role, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;
/// Who may accept: who judges sightings.
const ROLES: &[Role] = &[Role::Analyst, Role::DeskOfficer];

/// What is chosen about detection.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum DetectionChoice {
    /// An over-broad indicator is looked for all the same.
    Accept {
        /// Its identifier.
        indicator: String,
        /// Why.
        reason: String,
    },
    /// Such an acceptance is taken back.
    Withdraw {
        /// The indicator's identifier.
        indicator: String,
    },
    /// A warning list that comes with the program is switched on or off.
    SwitchList {
        /// Its name.
        name: String,
        /// Whether values are looked up in it.
        on: bool,
    },
}

impl Node {
    pub(crate) fn detection_choice(
        &mut self,
        now: Timestamp,
        by: &Asker,
        choice: DetectionChoice,
    ) -> Result<Value, Failure> {
        match choice {
            DetectionChoice::Accept { indicator, reason } => {
                self.detection_accept(now, self.officer(by.officer())?, &indicator, &reason)
            }
            DetectionChoice::Withdraw { indicator } => {
                self.detection_withdraw(now, self.officer(by.officer())?, &indicator)
            }
            DetectionChoice::SwitchList { name, on } => self.warning_list_switch(now, by, &name, on),
        }
    }

    fn detection_accept(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        indicator: &str,
        reason: &str,
    ) -> Result<Value, Failure> {
        self.require_role(&officer, ROLES)?;
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX || reason.chars().any(char::is_control) {
            return Err(Failure::usage(format!(
                "a reason of one line and at most {REASON_CHARS_MAX} characters is needed"
            )));
        }
        let object = self.holdings.view().get(indicator)?.filter(|object| object.object_type == "indicator");
        let Some(object) = object else {
            return Err(Failure::no("no indicator of this identifier is held")
                .code("unknown")
                .hint("comity detect --status names those that are set aside"));
        };
        let stands = standing(&object.bytes, None);
        let (broad, pattern) = match (stands.hindrance, pattern_digest(&object.bytes)) {
            (Some(Hindrance::Broad(broad)), Some(pattern)) => (broad, pattern),
            (Some(Hindrance::Unmatchable(_, why)), _) => {
                return Err(Failure::no(format!("it can never match, accepted or not: {why}")));
            }
            _ => return Err(Failure::no("it is not over-broad: nothing sets it aside")),
        };
        let tx = self.holdings.transaction()?;
        tx.accept_indicator(indicator, &pattern, &officer, reason, now)?;
        audit(tx.view().desk(), now, Some(&officer), "detection.accept", indicator, broad.kind.code())?;
        tx.commit()?;
        Ok(
            json!({ "indicator": indicator, "covers": broad.to_string(), "officer": officer, "at": now, "reason": reason }),
        )
    }

    fn detection_withdraw(&mut self, now: Timestamp, officer: OfficerCode, indicator: &str) -> Result<Value, Failure> {
        self.require_role(&officer, ROLES)?;
        let tx = self.holdings.transaction()?;
        if !tx.withdraw_acceptance(indicator)? {
            return Err(Failure::no("nobody accepted an indicator of this identifier")
                .code("unknown")
                .hint("comity detect --status names those that are accepted"));
        }
        audit(tx.view().desk(), now, Some(&officer), "detection.withdraw", indicator, "")?;
        tx.commit()?;
        Ok(json!({ "indicator": indicator, "withdrawn": true }))
    }
}
