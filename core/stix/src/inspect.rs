//! One look at one object: who it is, what it points to, and what is wrong with it.
//!
//! Guarantees: one parse; an object with a string `id` and a string `type` is always described, whatever else is wrong
//! (an importer that drops such objects loses real intelligence); each thing wrong is one [`Defect`] with the rule, the
//! place and a message without content. Does not know: other objects, the time of day, what the receiver will allow.
//! This is not full validation: the rules are those that one object shows by itself (table: [`rules::RULES`]).

pub mod properties;
pub mod rules;

mod common_properties;
mod content;
mod markings;
mod numbers;
mod observable;
mod references;
mod times;

pub use content::payload_hash_differs;
pub use observable::{contributing, deterministic_id};

use crate::json::tree::Node;
use crate::json::{JsonError, Limits};
use comity_vocab::Timestamp;

/// Raised whenever [`inspect`] says something else of the same bytes than before, so that what is kept of earlier objects is read again.
pub const EDITION: i64 = 1;

/// A property that points to another object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Where the reference stands: property names and list indices joined by `.`, such as `object_refs.3`.
    pub property: String,
    /// The identifier, as written.
    pub target: String,
}

/// Something wrong with an object that is kept all the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Defect {
    /// The rule's name, from [`rules::RULES`].
    pub rule: &'static str,
    /// Where: a JSON pointer (RFC 6901); empty for the whole object.
    pub path: String,
    /// What was found and what was expected, without content.
    pub message: String,
}

impl Defect {
    /// Says whether the rule only notes something worth knowing; the object is lawful.
    pub fn is_note(&self) -> bool {
        rules::find(self.rule).is_some_and(|rule| rule.note)
    }
}

/// What one object says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectFacts {
    /// The identifier, as written; it may be unlawful.
    pub id: String,
    /// The type, as written.
    pub object_type: String,
    /// `modified`, where it is there and an instant can be read from it: as the standard has it, else as it is meant ([`Timestamp::meant`]).
    pub version: Option<Timestamp>,
    /// `modified` exactly as written; empty where there is none.
    pub version_text: String,
    /// `created`, read as `modified` is.
    pub created: Option<Timestamp>,
    /// `name`, where it is a string.
    pub name: Option<String>,
    /// `created_by_ref`, where it is a string.
    pub created_by_ref: Option<String>,
    /// `object_marking_refs`: the strings in it, each once, in order.
    pub object_marking_refs: Vec<String>,
    /// Whether `granular_markings` is there and not empty.
    pub has_granular_markings: bool,
    /// Everything the object points to, each once, in order; markings and creator included.
    pub references: Vec<Reference>,
    /// Whether `revoked` is true, or what programs write that mean it: `"true"`, `"yes"`, `"1"` or 1. A withdrawal is not lost to a pair of quotes.
    pub revoked: bool,
    /// What is wrong, in the order of the rules' modules; at most [`rules::DEFECTS_MAX`].
    pub defects: Vec<Defect>,
}

/// Why a value cannot be kept as an object at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Not strict JSON.
    #[error("not strict JSON")]
    Json(#[from] JsonError),
    /// Not a JSON object.
    #[error("not a JSON object")]
    NotAnObject,
    /// No `type` that is a string with something in it.
    #[error("no type: every STIX object has a string property type")]
    NoType,
    /// No `id` that is a string with something in it.
    #[error("no id: every STIX object has a string property id")]
    NoId,
    /// A bundle where an object should be.
    #[error("a bundle inside a bundle: send its objects themselves")]
    Bundle,
    /// The `id` is longer than anything it could be.
    #[error("id of {bytes} bytes, limit {limit}")]
    IdTooLong {
        /// Bytes found.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The `type` is longer than anything it could be.
    #[error("type of {bytes} bytes, limit {limit}")]
    TypeTooLong {
        /// Bytes found.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
}

/// Describes one object.
///
/// # Errors
/// [`Unusable`] where there is nothing to keep it under.
pub fn inspect(bytes: &[u8]) -> Result<ObjectFacts, Unusable> {
    let node = Node::parse(bytes, &Limits::default())?;
    describe(&node)
}

/// Whether a value that should be `true` or `false` means `true`.
pub(crate) fn says_yes(value: &Node<'_>) -> bool {
    match value {
        Node::Bool(yes) => *yes,
        Node::Number(digits) => *digits == "1",
        Node::String(text) => ["true", "yes", "1"].iter().any(|yes| text.trim().eq_ignore_ascii_case(yes)),
        Node::Null | Node::Array(_) | Node::Object(_) => false,
    }
}

/// Describes an object that has been parsed.
///
/// # Errors
/// As [`inspect`].
pub fn describe(node: &Node<'_>) -> Result<ObjectFacts, Unusable> {
    if !matches!(node, Node::Object(_)) {
        return Err(Unusable::NotAnObject);
    }
    let text = |name| node.property(name).and_then(Node::text);
    let object_type = text("type").filter(|text| !text.is_empty()).ok_or(Unusable::NoType)?;
    if object_type == "bundle" {
        return Err(Unusable::Bundle);
    }
    let id = text("id").filter(|text| !text.is_empty()).ok_or(Unusable::NoId)?;
    let limit = comity_vocab::code::STIX_ID_BYTES_MAX;
    if id.len() > limit {
        return Err(Unusable::IdTooLong { bytes: id.len(), limit });
    }
    if object_type.len() > limit {
        return Err(Unusable::TypeTooLong { bytes: object_type.len(), limit });
    }
    // Nearly all are written as the standard has them, and need no copy to be read.
    let time = |name| text(name).and_then(|text| Timestamp::parse(text).ok().or_else(|| Timestamp::meant(text)));
    let mut facts = ObjectFacts {
        id: id.to_owned(),
        object_type: object_type.to_owned(),
        version: time("modified"),
        version_text: text("modified").unwrap_or_default().to_owned(),
        created: time("created"),
        name: text("name").map(str::to_owned),
        created_by_ref: text("created_by_ref").map(str::to_owned),
        revoked: node.property("revoked").is_some_and(says_yes),
        ..ObjectFacts::default()
    };
    let mut found = rules::Found::default();
    common_properties::examine(node, &facts, &mut found);
    times::examine(node, &mut found);
    numbers::examine(node, object_type, &mut found);
    references::examine(node, &mut facts, &mut found);
    markings::examine(node, &mut facts, &mut found);
    content::examine(node, &mut found);
    observable::examine(node, object_type, &mut found);
    facts.defects = found.into_defects();
    Ok(facts)
}
