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
    /// All of them, by code.
    counts: BTreeMap<&'static str, u64>,
}

struct Named {
    indicator: String,
    code: &'static str,
    reason: String,
}

impl Listing {
    /// Adds one.
    pub(super) fn add(&mut self, oid: i64, indicator: String, code: &'static str, reason: String) {
        *self.counts.entry(code).or_default() += 1;
        if self.named.len() < NAMED_MAX {
            self.named.insert(oid, Named { indicator, code, reason });
        }
    }

    /// Takes one away that was added with this code.
    pub(super) fn remove(&mut self, oid: i64, code: &str) {
        if let Some(count) = self.counts.get_mut(code) {
            *count = count.saturating_sub(1);
        }
        self.named.remove(&oid);
    }

    /// Writes `NAME`, `NAME_by_reason`, and `NAME_more`, which is how many are not named.
    pub(super) fn tell(&self, name: &str, status: &mut Map<String, Value>) {
        let rows: Vec<Value> = self
            .named
            .values()
            .map(|one| json!({ "indicator": one.indicator, "code": one.code, "reason": one.reason }))
            .collect();
        let counts: BTreeMap<_, _> = self.counts.iter().filter(|(_, count)| **count > 0).collect();
        let more = counts.values().map(|count| **count).sum::<u64>().saturating_sub(rows.len() as u64);
        status.insert(format!("{name}_by_reason"), json!(counts));
        status.insert(format!("{name}_more"), more.into());
        status.insert(name.to_owned(), rows.into());
    }
}
