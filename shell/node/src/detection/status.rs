//! What is looked for, and what is not and why.

use super::Detection;
use super::detector::{Detector, Place};
use super::standing::pattern_digest;
use crate::failure::Failure;
use crate::node::Node;
use comity_vocab::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How many accepted indicators are named.
const ACCEPTED_NAMED: usize = 1_000;

impl Node {
    pub(crate) fn detection_status(&self, now: Timestamp) -> Result<Value, Failure> {
        self.detection.status(self.home.configuration.detection.decay, now)
    }
}

impl Detection {
    pub(super) fn status(&self, decay: bool, now: Timestamp) -> Result<Value, Failure> {
        self.with(decay, now, |detector| detector.status(now))
    }
}

impl Detector {
    fn status(&self, now: Timestamp) -> Result<Value, Failure> {
        let (mut compiled, mut revoked, mut invalid, mut listed, mut expired) = (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
        let mut not_stix: BTreeMap<&str, u64> = BTreeMap::new();
        for place in self.places.values() {
            match place {
                Place::In { listed: on_list, until, .. } => {
                    compiled += 1;
                    listed += u64::from(*on_list);
                    expired += u64::from(*until <= now.unix_seconds());
                }
                Place::Revoked => revoked += 1,
                Place::NotStix(language) => *not_stix.entry(language).or_default() += 1,
                Place::Invalid => invalid += 1,
                // Both are told by name and reason below.
                Place::Broad | Place::Unmatchable => {}
            }
        }
        let named: Vec<Value> =
            self.invalid.values().map(|(id, message)| json!({ "id": id, "message": message })).collect();
        let mut status = json!({
            "indicators": self.places.len(),
            "compiled": compiled,
            "revoked": revoked,
            "not_stix": not_stix,
            "invalid": invalid,
            "first_invalid": named,
            "expired": expired,
            "warning_listed": listed,
            "read_otherwise": self.read_otherwise.len(),
            "decay": self.model.is_some(),
            "observations": self.observations,
            "undetermined": self.undetermined,
            "since": self.since,
        });
        if let Value::Object(fields) = &mut status {
            self.unmatchable.tell("unmatchable", fields);
            self.over_broad.tell("over_broad", fields);
            self.accepted(fields)?;
        }
        Ok(status)
    }

    /// Writes what officers accepted, and whether it counts for the pattern of now.
    fn accepted(&self, status: &mut Map<String, Value>) -> Result<(), Failure> {
        let view = self.holdings.view();
        let (accepted, count) = view.accepted_indicators(ACCEPTED_NAMED)?;
        let mut rows = Vec::with_capacity(accepted.len());
        for one in &accepted {
            let digest = view.get(&one.indicator)?.and_then(|object| pattern_digest(&object.bytes));
            rows.push(json!({ "indicator": one.indicator, "officer": one.officer, "at": one.at, "reason": one.reason,
                "counts": digest == Some(one.pattern) }));
        }
        status.insert("accepted_more".into(), count.saturating_sub(rows.len() as u64).into());
        status.insert("accepted".into(), rows.into());
        Ok(())
    }
}
