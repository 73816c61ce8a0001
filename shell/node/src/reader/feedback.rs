//! What partners say of what we released to them: sightings, opinions and notes that name our objects by the identifiers they
//! know (domain.md §7.3, §9 step 9).
//!
//! Guarantees: only what came over the link to whom the object was released counts; bounded. Does not know: pages.

use super::Reader;
use crate::failure::Failure;
use comity_store::{Object, Origin};
use comity_vocab::{OrgCode, SecurityLabel};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// What is listed for one object.
const FEEDBACK_MAX: usize = 100;
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
            let Ok(code) = recipient.parse::<OrgCode>() else { continue };
            for object in view.referring_from(&released, &Origin::Link(code), FEEDBACK_MAX)? {
                if TYPES.contains(&object.object_type.as_str()) && said.len() < FEEDBACK_MAX {
                    said.push(Feedback::of(&recipient, &object));
                }
            }
        }
        Ok(said)
    }

    /// Returns the object of ours that a partner means by an identifier, where it is one under which we released something to it.
    ///
    /// # Errors
    /// [`Failure`] where the holdings cannot be read.
    pub fn meant_by(&self, partner: &OrgCode, id: &str) -> Result<Option<String>, Failure> {
        let items = self.view().desk().released_under(id)?;
        let ours = items.into_iter().find(|item| item.recipient == partner.as_str());
        Ok(ours.map(|item| item.original_id).filter(|original| original != id))
    }
}
