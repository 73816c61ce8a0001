//! What is looked for, and what is not and why.

use super::Detection;
use super::detector::{Detector, Place};
use crate::failure::Failure;
use crate::node::Node;
use comity_vocab::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl Node {
    pub(crate) fn detection_status(&self, now: Timestamp) -> Result<Value, Failure> {
        self.detection.status(self.home.configuration.detection.decay, now)
    }
}

impl Detection {
    pub(super) fn status(&self, decay: bool, now: Timestamp) -> Result<Value, Failure> {
        self.with(decay, now, |detector| Ok(detector.status(now)))
    }
}

impl Detector {
    fn status(&self, now: Timestamp) -> Value {
        let (mut compiled, mut revoked, mut invalid, mut listed, mut expired) = (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
        let mut unmatchable = 0_u64;
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
                Place::Unmatchable => unmatchable += 1,
            }
        }
        let named: Vec<Value> =
            self.invalid.values().map(|(id, message)| json!({ "id": id, "message": message })).collect();
        json!({
            "indicators": self.places.len(),
            "compiled": compiled,
            "revoked": revoked,
            "not_stix": not_stix,
            "invalid": invalid,
            "never_matching": unmatchable,
            "first_invalid": named,
            "expired": expired,
            "warning_listed": listed,
            "decay": self.model.is_some(),
            "observations": self.observations,
            "undetermined": self.undetermined,
            "since": self.since,
        })
    }
}
