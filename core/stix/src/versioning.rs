//! New versions of an object, and revocation (STIX 2.1 §3.6).
//!
//! Guarantees: a new version keeps what was not changed as it was written; it is later than the one before, however the
//! clock stands; what the standard forbids to change is refused. Does not know: who may change an object, what time it is.

use crate::inspect::contributing;
use crate::inspect::properties::{Class, is_standard_property, standard_type};
use crate::json::tree::Node;
use comity_vocab::Timestamp;
use std::borrow::Cow;

/// Properties that no new version may change (§3.6).
const FIXED: [&str; 4] = ["created", "created_by_ref", "id", "type"];

/// Why there is no new version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// Not a STIX object, or of a type without versions.
    #[error("objects of this type have no versions")]
    TypeNotVersioned,
    /// An object of a type with versions that does not say when it was created.
    #[error("a new version needs the property created of the one before")]
    NotVersioned,
    /// A revoked object has no further versions.
    #[error("the object is revoked: there are no further versions of it")]
    Revoked,
    /// A property that must stay.
    #[error("the property {property} may not change between versions")]
    Fixed {
        /// Which.
        property: String,
    },
    /// `modified` was given and is not later than the version before, or not a time.
    #[error("modified must be a time later than that of the version before")]
    NotLater,
    /// A property that the standard does not have, where none is wanted.
    #[error("the new version has a property that the standard does not have")]
    Custom,
}

/// Whether a new version may have properties that the standard does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomProperties {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

/// Makes a new version: `changes` are properties and their new values, `None` to remove one. `modified` is `now` unless it is
/// among the changes, and later than before in any case: by a microsecond in STIX 2.1, by a millisecond in 2.0.
///
/// # Errors
/// [`VersionError`], by kind.
pub fn new_version<'a>(
    object: &Node<'a>,
    changes: Vec<(Cow<'a, str>, Option<Node<'a>>)>,
    custom: CustomProperties,
    now: Timestamp,
) -> Result<Node<'a>, VersionError> {
    let text = |name| object.property(name).and_then(Node::text);
    let kind = text("type").ok_or(VersionError::TypeNotVersioned)?;
    is_versioned(object, kind)?;
    if object.property("revoked").is_some_and(crate::inspect::says_yes) {
        return Err(VersionError::Revoked);
    }
    let locked = if has_content_id(object, kind) { contributing(kind) } else { &[] };
    if let Some((property, _)) =
        changes.iter().find(|(name, _)| FIXED.contains(&name.as_ref()) || locked.contains(&name.as_ref()))
    {
        return Err(VersionError::Fixed { property: property.to_string() });
    }
    let before = text("modified").or(text("created")).and_then(Timestamp::meant);
    let before = before.ok_or(VersionError::NotVersioned)?;
    let Node::Object(mut properties) = object.clone() else { return Err(VersionError::TypeNotVersioned) };
    let mut modified = None;
    for (name, value) in changes {
        if name == "modified" {
            let time = value.as_ref().and_then(Node::text).and_then(|text| Timestamp::parse(text).ok());
            if time.is_none_or(|time| time <= before) {
                return Err(VersionError::NotLater);
            }
            modified = value;
            continue;
        }
        put(&mut properties, name, value);
    }
    let modified = modified.unwrap_or_else(|| Node::String(Cow::Owned(later(before, now, is_2_0(object)).to_string())));
    put(&mut properties, Cow::Borrowed("modified"), Some(modified));
    if custom == CustomProperties::Refused && properties.iter().any(|(name, _)| !is_standard_property(name)) {
        return Err(VersionError::Custom);
    }
    Ok(Node::Object(properties))
}

/// Makes the last version of an object: the one that revokes it (§3.6).
///
/// # Errors
/// As [`new_version`].
pub fn revoke<'a>(object: &Node<'a>, now: Timestamp) -> Result<Node<'a>, VersionError> {
    let revoked = vec![(Cow::Borrowed("revoked"), Some(Node::Bool(true)))];
    new_version(object, revoked, CustomProperties::Allowed, now)
}

/// Sets, replaces in its place, or removes a property.
pub(crate) fn put<'a>(properties: &mut Vec<(Cow<'a, str>, Node<'a>)>, name: Cow<'a, str>, value: Option<Node<'a>>) {
    match (properties.iter_mut().find(|(known, _)| *known == name), value) {
        (Some((_, slot)), Some(value)) => *slot = value,
        (Some(_), None) => properties.retain(|(known, _)| *known != name),
        (None, Some(value)) => properties.push((name, value)),
        (None, None) => {}
    }
}

/// Says whether an object has versions: it shows all that versions need, or is of a type that has them and was created.
fn is_versioned(object: &Node<'_>, kind: &str) -> Result<(), VersionError> {
    let has = |name| object.property(name).is_some();
    if ["created", "modified", "revoked"].into_iter().all(has) {
        return Ok(());
    }
    let without = matches!(kind, "marking-definition" | "bundle")
        || standard_type(kind).is_some_and(|(class, _)| class == Class::Observable);
    match (without, has("created")) {
        (true, _) => Err(VersionError::TypeNotVersioned),
        (false, false) => Err(VersionError::NotVersioned),
        (false, true) => Ok(()),
    }
}

/// Says whether the identifier is one of the content (§2.9: UUIDv5), so that a change of that would be another object.
fn has_content_id(object: &Node<'_>, kind: &str) -> bool {
    let observable = standard_type(kind).is_some_and(|(class, _)| class == Class::Observable);
    let id = object.property("id").and_then(Node::text).unwrap_or_default();
    let uuid = id.rsplit_once("--").and_then(|(_, uuid)| uuid::Uuid::try_parse(uuid).ok());
    observable && uuid.is_some_and(|uuid| uuid.get_version_num() == 5)
}

/// STIX 2.0 has no `spec_version` but on bundles; observables without one are of 2.1 (§3.2).
fn is_2_0(object: &Node<'_>) -> bool {
    let text = |name| object.property(name).and_then(Node::text);
    let observable = text("type").and_then(standard_type).is_some_and(|(class, _)| class == Class::Observable);
    match text("spec_version") {
        Some(version) => version == "2.0",
        None => !observable,
    }
}

/// Returns now, or the next instant that can be told from the one before where the clock is not past it.
fn later(before: Timestamp, now: Timestamp, old: bool) -> Timestamp {
    let step = if old { 1_000_000 } else { 1_000 };
    let now = if old { cut(now, step) } else { now };
    if now > before && !(old && cut(before, step) == now) {
        return now;
    }
    let base = cut(before, step);
    let nanos = nanos(base) + step;
    let next = if nanos < 1_000_000_000 {
        Timestamp::from_unix(base.unix_seconds(), nanos)
    } else {
        Timestamp::from_unix(base.unix_seconds() + 1, 0)
    };
    // A leap second sorts behind every fraction of the second before it.
    if next > before { next } else { Timestamp::from_unix(base.unix_seconds() + 1, 0) }
}

fn cut(time: Timestamp, step: u32) -> Timestamp {
    Timestamp::from_unix(time.unix_seconds(), nanos(time) - nanos(time) % step)
}

/// The last four bytes of the sort key are the nanoseconds.
fn nanos(time: Timestamp) -> u32 {
    let [.., a, b, c, d] = time.sort_key();
    u32::from_be_bytes([a, b, c, d]).min(999_999_999)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_version_is_later_whatever_the_clock_says() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let check = |before: &str, now: &str, old: bool, expected: &str| {
            assert_eq!(later(at(before), at(now), old).to_string(), expected);
        };
        check("2020-01-01T00:00:00.000Z", "2021-01-01T00:00:00Z", false, "2021-01-01T00:00:00.000Z");
        check("2020-01-01T00:00:00.000Z", "2019-01-01T00:00:00Z", false, "2020-01-01T00:00:00.000001Z");
        check("2020-01-01T00:00:00.999999Z", "2019-01-01T00:00:00Z", false, "2020-01-01T00:00:01.000Z");
        check("2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00.0004Z", true, "2020-01-01T00:00:00.001Z");
        check("2020-01-01T00:00:00.999Z", "2019-01-01T00:00:00Z", true, "2020-01-01T00:00:01.000Z");
        check("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59Z", false, "2017-01-01T00:00:00.000Z");
    }
}
