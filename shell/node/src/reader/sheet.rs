//! One object for people: what it says, what is known of it, and what stands around it.
//!
//! Guarantees: bounded, whatever the object is; of what was recalled nothing but the recall. Does not know: words, pages.

use super::{Feedback, Reader};
use crate::failure::Failure;
use comity_store::desk::{ReceivedItem, ReleasedItem};
use comity_store::{Glimpse, Lineage, MarkingEntry, Neighbours, Object, Provenance};
use comity_vocab::{Digest, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Versions listed.
const VERSIONS_MAX: usize = 50;
/// Names looked up for references.
const NAMES_MAX: usize = 500;
/// Ways, markings and items listed.
const LINES_MAX: usize = 200;

/// What came of looking for an object.
pub enum Looked {
    /// Nothing is known under the identifier, or nothing may be said.
    Unknown,
    /// It was recalled and erased.
    Recalled(Recalled),
    /// It is held.
    Held(Box<Sheet>),
}

/// What stays of an object that was recalled.
#[derive(Clone, Debug)]
pub struct Recalled {
    /// Its identifier.
    pub id: String,
    /// The recall.
    pub recall: String,
    /// When it was erased here.
    pub at: Timestamp,
    /// The partner who recalled it; `None` where we did.
    pub by: Option<String>,
    /// Why, as the notice says.
    pub kind: Option<String>,
}

/// A recall notice about an object that is kept.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The recall.
    pub recall: String,
    /// From whom.
    pub from: String,
    /// Why.
    pub kind: String,
    /// What to do.
    pub instruction: String,
    /// When it came.
    pub at: String,
}

/// One object that is held.
pub struct Sheet {
    /// The current version.
    pub object: Object,
    /// What it says, as a tree; null where the bytes are beyond it.
    pub body: Value,
    /// Its versions.
    pub lineage: Lineage,
    /// Every way by which it came.
    pub ways: Vec<Provenance>,
    /// What partners released to us of it.
    pub received: Vec<ReceivedItem>,
    /// To whom we released it.
    pub released: Vec<ReleasedItem>,
    /// Whether somebody was given it and it was not recalled there.
    pub recallable: bool,
    /// What its recipients say of it.
    pub feedback: Vec<Feedback>,
    /// Where it came from a partner: our own objects that it means, by the identifier the partner knows.
    pub means: BTreeMap<String, String>,
    /// Recall notices that concern it.
    pub notices: Vec<Notice>,
    /// Who marked it how, oldest first.
    pub markings: Vec<MarkingEntry>,
    /// What the objects it refers to are called.
    pub names: BTreeMap<String, Glimpse>,
    /// What stands around it.
    pub neighbours: Neighbours,
    /// How many objects refer to it, up to [`comity_store::DEGREE_MAX`].
    pub degree: u64,
}

fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

impl Reader {
    /// Looks an object up by its whole identifier; `neighbours_max` bounds what stands around it, each way.
    ///
    /// # Errors
    /// [`Failure`] where the holdings cannot be read.
    pub fn sheet(&self, id: &str, neighbours_max: usize) -> Result<Looked, Failure> {
        let view = self.view();
        let desk = view.desk();
        if let Some(tombstone) = view.tombstone(id)? {
            let (mut by, mut kind) = (None, None);
            for recall in desk.received_recalls()? {
                if recall.recall == tombstone.recall {
                    let notice: Value = serde_json::from_str(&recall.notice).unwrap_or_default();
                    by = Some(recall.link);
                    kind = Some(text(&notice, "kind")).filter(|kind| !kind.is_empty());
                    break;
                }
            }
            return Ok(Looked::Recalled(Recalled {
                id: tombstone.id,
                recall: tombstone.recall,
                at: tombstone.at,
                by,
                kind,
            }));
        }
        let Some(object) = view.get(id)? else { return Ok(Looked::Unknown) };
        let mut names = BTreeMap::new();
        if let Ok(facts) = comity_stix::inspect(&object.bytes) {
            for reference in facts.references.into_iter().take(NAMES_MAX) {
                if let Entry::Vacant(place) = names.entry(reference.target) {
                    let glimpse = view.glimpse_or_mention(place.key())?;
                    place.insert(glimpse);
                }
            }
        }
        let mut notices = Vec::new();
        for recall in desk.received_recalls()? {
            let notice: Value = serde_json::from_str(&recall.notice).unwrap_or_default();
            let items = notice.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            if items.iter().any(|item| item.as_str() == Some(id)) {
                notices.push(Notice {
                    recall: recall.recall,
                    from: recall.link,
                    kind: text(&notice, "kind"),
                    instruction: text(&notice, "instruction"),
                    at: recall.at,
                });
            }
        }
        let mut ways = view.received_ways(id)?;
        ways.truncate(LINES_MAX);
        let mut markings = view.marking_history(id)?;
        markings.truncate(LINES_MAX);
        let mut released = desk.released_as(id)?;
        let recallable = released.iter().any(|item| !item.recalled);
        released.truncate(LINES_MAX);
        Ok(Looked::Held(Box::new(Sheet {
            body: serde_json::from_slice(&object.bytes).unwrap_or_default(),
            lineage: view.lineage(id, VERSIONS_MAX)?,
            ways,
            received: desk.received(id)?,
            released,
            recallable,
            feedback: self.feedback(id)?,
            means: self.meant(&object)?,
            notices,
            markings,
            names,
            neighbours: view.neighbours(id, None, neighbours_max)?,
            degree: view.degree(id)?,
            object,
        })))
    }

    /// Returns one version of an object by the digest of its bytes, unless it is quarantined.
    ///
    /// # Errors
    /// [`Failure`] where the holdings cannot be read.
    pub fn version(&self, id: &str, digest: &Digest) -> Result<Option<Object>, Failure> {
        let found = self.view().version_with(id, digest)?;
        Ok(found.filter(|object| object.standing != comity_store::Standing::Quarantined))
    }
}
