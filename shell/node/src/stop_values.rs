//! The node's own list of values that say nothing for correlation.
//!
//! Guarantees: the value stands in the holdings only; the audit log has the kind and how many.

use crate::access::Asker;
use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::reader::written;
use comity_vocab::Timestamp;
use serde_json::{Value, json};

/// The most values on the list.
const VALUES_MAX: usize = 10_000;
/// The longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;
/// The longest value, in bytes.
const VALUE_BYTES_MAX: usize = 8 << 10;

impl Node {
    pub(crate) fn stop_value_add(
        &mut self,
        now: Timestamp,
        by: &Asker,
        kind: Option<&str>,
        value: &str,
        reason: &str,
    ) -> Result<Value, Failure> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX || reason.chars().any(char::is_control) {
            return Err(Failure::usage(format!(
                "a reason of one line and at most {REASON_CHARS_MAX} characters is needed"
            )));
        }
        let value = read(kind, value)?;
        if self.holdings.view().stop_values()?.len() >= VALUES_MAX {
            return Err(Failure::no(format!("there are {VALUES_MAX} stop values already")).hint("remove some first"));
        }
        let tx = self.holdings.transaction()?;
        let added = tx.add_stop_value(&value, reason, by.officer(), now)?;
        if added {
            audit(tx.view().desk(), now, by.officer(), "stop_value.add", value.kind.name(), "1 value")?;
        }
        tx.commit()?;
        Ok(json!({ "kind": value.kind, "value": value.value, "added": added }))
    }

    pub(crate) fn stop_value_remove(
        &mut self,
        now: Timestamp,
        by: &Asker,
        kind: Option<&str>,
        value: &str,
    ) -> Result<Value, Failure> {
        let value = read(kind, value)?;
        let tx = self.holdings.transaction()?;
        if !tx.remove_stop_value(&value)? {
            return Err(Failure::no("this value is not on the list")
                .code("unknown")
                .hint("comity correlate stop list"));
        }
        audit(tx.view().desk(), now, by.officer(), "stop_value.remove", value.kind.name(), "1 value")?;
        tx.commit()?;
        Ok(json!({ "kind": value.kind, "value": value.value, "removed": true }))
    }

    pub(crate) fn stop_value_list(&self) -> Result<Value, Failure> {
        Ok(json!({ "values": self.holdings.view().stop_values()? }))
    }
}

fn read(kind: Option<&str>, value: &str) -> Result<comity_correlate::CorrelatedValue, Failure> {
    if value.len() > VALUE_BYTES_MAX {
        return Err(Failure::usage(format!(
            "the value has {} bytes, at most {VALUE_BYTES_MAX} are allowed",
            value.len()
        )));
    }
    written(kind, value)?.into_iter().next().ok_or_else(|| Failure::usage("the value is none of that kind"))
}
