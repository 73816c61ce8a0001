//! The deterministic identifiers of observables (STIX 2.1 §2.9).
//!
//! Guarantees: the identifier is computed from the bytes given and nothing else. A tearline computes it from what is
//! released, so it tells nothing that the release does not; one computed from an unreleased value would let anybody test
//! guesses at that value (domain.md §2.5).

use comity_stix::Limits;
use comity_stix::json::tree::Node;
use serde_json::{Map, Value};

pub(crate) use comity_stix::inspect::contributing;

/// Returns the identifier that an observable has by its values, or `None` where its type has none or it has no value
/// that contributes. References in it must be those it is stored with.
pub fn deterministic_id(object_type: &str, object: &Map<String, Value>) -> Option<String> {
    let bytes = serde_json::to_vec(object).ok()?;
    let node = Node::parse(&bytes, &Limits::default()).ok()?;
    let uuid = comity_stix::inspect::deterministic_id(&node, object_type)?;
    Some(format!("{object_type}--{}", uuid.hyphenated()))
}
