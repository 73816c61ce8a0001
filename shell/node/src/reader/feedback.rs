//! What partners say of what we released to them: sightings, opinions and notes that name our objects by the identifiers they
//! know (domain.md §7.3, §9 step 9).
//!
//! Guarantees: only what came over the link to whom the object was released counts; bounded. Does not know: pages.

use super::Reader;
use crate::failure::Failure;
use comity_store::desk::DeskError;
use comity_store::{Object, Origin};
use comity_vocab::{OrgCode, SecurityLabel};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is listed of each partner for one object: the newest. None can crowd out another.
const FEEDBACK_MAX: usize = 100;
/// References looked up for one object.
const REFERENCES_MAX: usize = 500;
/// The types that say something about others.
const TYPES: [&str; 3] = ["sighting", "opinion", "note"];

/// One thing that a partner says of an object of ours.
#[derive(Clone, Debug, Serialize)]
pub struct Feedback {
    /// The partner.
    pub from: String,
    /// The object that says it.
    pub id: String,
    /// Its type: `sighting`, `opinion` or `note`.
    #[serde(rename = "type")]
    pub object_type: String,
    /// A sighting's count; 0 says that it was no true one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// A sighting's span.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub first_seen: String,
    /// A sighting's span.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_seen: String,
    /// An opinion's value, of the standard's five words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub opinion: String,
    /// An opinion's explanation, a note's content, a sighting's description.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// How it is marked.
    pub label: Option<SecurityLabel>,
}

impl Feedback {
    fn of(from: &str, object: &Object) -> Self {
        let body: Value = serde_json::from_slice(&object.bytes).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let words = ["explanation", "content", "description"].map(text);
        Self {
            from: from.to_owned(),
            id: object.id.clone(),
            object_type: object.object_type.clone(),
            count: body.get("count").and_then(Value::as_u64),
            first_seen: text("first_seen"),
            last_seen: text("last_seen"),
            opinion: text("opinion"),
            text: words.into_iter().find(|word| !word.is_empty()).unwrap_or_default(),
            label: object.label.clone(),
        }
    }
}

impl Reader {
    /// Returns what partners say of an object that we released to them, newest first for each partner.
    ///
    /// # Errors
    /// [`Failure`] where the holdings cannot be read.
    pub fn feedback(&self, original: &str) -> Result<Vec<Feedback>, Failure> {
        let view = self.view();
        let known: BTreeSet<(String, String)> =
            view.desk().released_as(original)?.into_iter().map(|item| (item.recipient, item.released_id)).collect();
        let mut said = Vec::new();
        for (recipient, released) in known {
            let code: OrgCode = recipient.parse().map_err(|_| DeskError::Damaged { what: "recipient" })?;
            for object in view.referring_from(&released, &Origin::Link(code), &TYPES, FEEDBACK_MAX)? {
                said.push(Feedback::of(&recipient, &object));
            }
        }
        Ok(said)
    }

    /// Returns which of our objects a partner's object means, by the identifiers that the partner knows them by.
    pub(super) fn meant(&self, object: &Object) -> Result<BTreeMap<String, String>, Failure> {
        let mut meant = BTreeMap::new();
        let Origin::Link(partner) = object.origin() else { return Ok(meant) };
        let Ok(facts) = comity_stix::inspect(&object.bytes) else { return Ok(meant) };
        for reference in facts.references.into_iter().take(REFERENCES_MAX) {
            let items = self.view().desk().released_under(&reference.target)?;
            let ours = items.into_iter().find(|item| item.recipient == partner.as_str());
            if let Some(item) = ours.filter(|item| item.original_id != reference.target) {
                meant.insert(reference.target, item.original_id);
            }
        }
        Ok(meant)
    }
}
