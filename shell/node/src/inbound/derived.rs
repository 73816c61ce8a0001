//! What of ours rests on what a partner recalls: noted for our officers, and told to the partner only where it was sent the reference.
//!
//! Guarantees: a partner hears of products by the ids that it knows, and only of those in which it was itself sent an id that it recalls:
//! what else we wrote, and what a tearline left out, shows in no number.

use super::Taking;
use crate::failure::Failure;
use comity_release::RecallNotice;
use comity_store::desk::{Dependent, Direction};
use comity_vocab::OrgCode;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The most ids that an answer names.
const NAMED_MAX: usize = 20_000;

impl Taking<'_, '_> {
    /// Notes our own objects that rest on an item, before it is erased.
    pub(super) fn note_dependents(
        &self,
        peer: &OrgCode,
        recall: &str,
        item: &str,
        blocks: bool,
    ) -> Result<(), Failure> {
        for (object, rests) in self.tx.view().own_resting_on(item)? {
            self.desk().put_dependent(&Dependent {
                link: peer.to_string(),
                recall: recall.to_owned(),
                object,
                how: rests.as_str().to_owned(),
                blocks,
                decision: None,
                officer: None,
                at: self.now.to_string(),
            })?;
        }
        Ok(())
    }

    /// The ids of what this partner was sent, and holds, that refers to what it recalls.
    pub(super) fn derived(&self, peer: &OrgCode, notice: &RecallNotice) -> Result<BTreeSet<String>, Failure> {
        let desk = self.desk();
        let mut derived = BTreeSet::new();
        let mut read: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
        for dependent in desk.dependents(peer.as_str(), &notice.recall_id.to_string())? {
            let given = desk.released_as(&dependent.object)?;
            for item in given.iter().filter(|item| item.recipient == peer.as_str() && !item.recalled) {
                if !read.contains_key(&item.release) {
                    let mut objects = Vec::new();
                    for row in desk.log_about(peer.as_str(), Direction::Out, &item.release)? {
                        let part = crate::given::content(&row, &item.release);
                        objects.extend(part.map(|part| crate::given::objects_of(&part.bundle)).unwrap_or_default());
                    }
                    read.insert(item.release.clone(), objects);
                }
                let objects = read.get(&item.release).map(Vec::as_slice).unwrap_or_default();
                let mut sent = objects.iter().filter(|(id, _)| *id == item.released_id);
                if derived.len() < NAMED_MAX && sent.any(|(_, bytes)| names_one_of(bytes, &notice.item_refs)) {
                    derived.insert(item.released_id.clone());
                }
            }
        }
        Ok(derived)
    }
}

/// Whether one of these ids stands in an object as a whole text.
fn names_one_of(bytes: &[u8], ids: &BTreeSet<String>) -> bool {
    fn within(value: &Value, ids: &BTreeSet<String>) -> bool {
        match value {
            Value::String(text) => ids.contains(text),
            Value::Array(list) => list.iter().any(|one| within(one, ids)),
            Value::Object(fields) => fields.values().any(|one| within(one, ids)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    serde_json::from_slice(bytes).is_ok_and(|value| within(&value, ids))
}
