//! What the only recipient of a release gave us itself: what is said about that may name it (domain.md §8.3).
//!
//! Guarantees: only what arrived over this one link, and was not recalled there since. Does not know: what of it is named, which
//! `comity_release` decides.

use crate::failure::Failure;
use crate::node::Node;
use comity_vocab::OrgCode;
use serde_json::Value;
use std::collections::BTreeSet;

impl Node {
    /// Of everything that these texts refer to, what the only recipient released to us; nothing where there are several.
    pub(crate) fn recipients_own(
        &self,
        audience: &BTreeSet<OrgCode>,
        texts: &[&[u8]],
    ) -> Result<BTreeSet<String>, Failure> {
        let mut recipients = audience.iter();
        let (Some(partner), None) = (recipients.next(), recipients.next()) else { return Ok(BTreeSet::new()) };
        let mut named = BTreeSet::new();
        for text in texts {
            if let Ok(value) = serde_json::from_slice(text) {
                references(&value, &mut named);
            }
        }
        let desk = self.holdings.view().desk();
        let mut own = BTreeSet::new();
        for id in named {
            let items = desk.received(&id)?;
            if items.iter().any(|item| item.link == partner.as_str() && item.recalled.is_none()) {
                own.insert(id);
            }
        }
        Ok(own)
    }
}

/// Collects the targets of every property named `…_ref` or `…_refs`.
fn references(value: &Value, named: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(target) if name.ends_with("_ref") => {
                        named.insert(target.clone());
                    }
                    Value::Array(list) if name.ends_with("_refs") => {
                        named.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ => references(value, named),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, named)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
