//! Indicators that are not looked for, by reason, and the first of them by name.
//!
//! Guarantees: what is named is bounded; what is not named is counted. Does not know: what the reasons mean.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How many are named.
const NAMED_MAX: usize = 1_000;

/// Those of one kind, by the object's number.
#[derive(Default)]
pub(super) struct Listing {
    named: BTreeMap<i64, Named>,
    /// Of all of them: the code.
    codes: BTreeMap<i64, &'static str>,
}

struct Named {
    indicator: String,
    reason: String,
}

impl Listing {
    /// Adds one.
    pub(super) fn add(&mut self, oid: i64, indicator: String, code: &'static str, reason: String) {
        self.codes.insert(oid, code);
        if self.named.len() < NAMED_MAX {
            self.named.insert(oid, Named { indicator, reason });
        }
    }

    /// Takes one away, if it is here.
    pub(super) fn remove(&mut self, oid: i64) {
        self.codes.remove(&oid);
        self.named.remove(&oid);
    }

    /// Writes `NAME`, `NAME_by_reason`, and `NAME_more`, which is how many are not named.
    pub(super) fn tell(&self, name: &str, status: &mut Map<String, Value>) {
        let mut rows = Vec::with_capacity(self.named.len());
        for (oid, one) in &self.named {
            rows.push(json!({ "indicator": one.indicator, "code": self.codes.get(oid), "reason": one.reason }));
        }
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for code in self.codes.values() {
            *counts.entry(code).or_default() += 1;
        }
        let more = self.codes.len().saturating_sub(rows.len());
        status.insert(format!("{name}_by_reason"), json!(counts));
        status.insert(format!("{name}_more"), more.into());
        status.insert(name.to_owned(), rows.into());
    }
}
