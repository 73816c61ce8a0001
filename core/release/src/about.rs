//! What a sighting, an opinion or a note is about, where that may be an object that the recipient itself gave us (domain.md §8.3).
//!
//! Guarantees: only the property that says what it is about counts, never who saw it, where, or by what observables; and only objects
//! that say something, never identities, places or observables, whose identifiers a partner could have sown to see them confirmed.

use crate::allowlist::{self, Kind};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Type, and the property that says what it is about.
const ABOUT: &[(&str, &str)] = &[("sighting", "sighting_of_ref"), ("opinion", "object_refs"), ("note", "object_refs")];
/// Types that are never named: who and where.
const NEVER: &[&str] = &["identity", "location"];

/// Returns what an object is about, of what may be named to the one who gave it; nothing for other types.
pub fn about(object_type: &str, object: &Map<String, Value>) -> BTreeSet<String> {
    let Some((_, property)) = ABOUT.iter().find(|(known, _)| *known == object_type) else { return BTreeSet::new() };
    let targets: Vec<&str> = match object.get(*property) {
        Some(Value::String(target)) => vec![target],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    targets.into_iter().filter(|target| may_be_named(target)).map(str::to_owned).collect()
}

fn may_be_named(target: &str) -> bool {
    let object_type = target.split("--").next().unwrap_or_default();
    !NEVER.contains(&object_type)
        && allowlist::row_of(object_type).is_some_and(|row| matches!(row.kind, Kind::Domain | Kind::Relationship))
}
