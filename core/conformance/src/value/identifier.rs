//! Identifiers and references (§2.9).

use super::form::is_type_name;
use crate::examine::Examiner;
use crate::path::Path;
use crate::rule;
use crate::table::{Class, Targets, object_type};
use comity_stix::json::tree::Node;

/// The parts of an identifier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identifier<'t> {
    /// The type it begins with.
    pub prefix: &'t str,
    /// The version of the UUID: the digit as it stands there.
    pub version: u8,
    /// Whether the variant is that of RFC 4122.
    pub rfc_4122: bool,
    /// Whether the digits are in lower case.
    pub lower: bool,
}

/// Takes an identifier apart; `None` where it has not the form type, two hyphens, UUID.
pub(crate) fn parse(text: &str) -> Option<Identifier<'_>> {
    let (prefix, uuid) = text.split_at_checked(text.len().checked_sub(38)?)?;
    let uuid = uuid.strip_prefix("--")?.as_bytes();
    let digits = uuid.iter().enumerate().all(|(index, b)| match index {
        8 | 13 | 18 | 23 => *b == b'-',
        _ => b.is_ascii_hexdigit(),
    });
    if !digits || !is_type_name(prefix) {
        return None;
    }
    let version = char::from(*uuid.get(14)?).to_digit(16)?;
    Some(Identifier {
        prefix,
        version: u8::try_from(version).ok()?,
        rfc_4122: uuid.get(19).is_some_and(|b| matches!(b, b'8' | b'9' | b'a' | b'b' | b'A' | b'B')),
        lower: !uuid.iter().any(u8::is_ascii_uppercase),
    })
}

/// Examines the UUID of an identifier, wherever it stands.
pub(crate) fn uuid(ex: &mut Examiner<'_>, id: &Identifier<'_>, path: &Path<'_>) {
    if !id.rfc_4122 || !(1..=8).contains(&id.version) {
        ex.found.add(&rule::ID_UUID, path);
    } else if id.version > 5 {
        ex.found.add(&rule::ID_NEWER_UUID, path);
    }
    if !id.lower {
        ex.found.add(&rule::ID_UPPER_CASE, path);
    }
}

/// Examines a reference. Inside a container of observables it may be a key of the container (§4.14, STIX 2.0).
pub(super) fn reference(
    ex: &mut Examiner<'_>,
    targets: &Targets,
    node: &Node<'_>,
    clause: &'static str,
    path: &Path<'_>,
) {
    let Some(text) = super::text(ex, node, path) else { return };
    if let Some(container) = ex.container
        && let Some(target) = container.property(text)
    {
        let kind = target.property("type").and_then(Node::text).unwrap_or_default();
        return target_type(ex, targets, kind, clause, path);
    }
    match parse(text) {
        Some(id) => {
            uuid(ex, &id, path);
            target_type(ex, targets, id.prefix, clause, path);
        }
        None if ex.container.is_some() => ex.found.add(&rule::CONTAINER_REF, path),
        None => ex.found.at_clause(&rule::REFERENCE, clause, path),
    }
}

fn target_type(ex: &mut Examiner<'_>, targets: &Targets, kind: &str, clause: &'static str, path: &Path<'_>) {
    // A type that the standard does not have is a custom object, which may stand wherever its family may.
    let class = object_type(kind).map(|known| known.class);
    let allowed = match targets {
        Targets::Any => class != Some(Class::Bundle),
        Targets::Only(types) => types.contains(&kind),
        Targets::Observable => matches!(class, None | Some(Class::Observable)),
        Targets::ObservableOrRelation => matches!(class, None | Some(Class::Observable | Class::Relation)),
        Targets::Domain => matches!(class, None | Some(Class::Domain)),
        Targets::DomainOrObservable => matches!(class, None | Some(Class::Domain | Class::Observable)),
        Targets::Except(types) => !types.contains(&kind),
    };
    if allowed {
        return;
    }
    match targets {
        Targets::Only(types) => ex.found.detail(&rule::REFERENCE_TYPE, clause, path, types.join(", ")),
        _ => ex.found.at_clause(&rule::REFERENCE_TYPE, clause, path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let check = |text: &str, expected: Option<(&str, u8, bool, bool)>| {
            let got = parse(text).map(|id| (id.prefix, id.version, id.rfc_4122, id.lower));
            assert_eq!(got, expected, "{text}");
        };
        check("tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", Some(("tool", 4, true, true)));
        check("tool--8E2E2D2B-17d4-5cbf-C38f-98ee46b3cd3f", Some(("tool", 5, false, false)));
        check("tool--blablabla", None);
        check("--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", None);
        check("tool-8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", None);
        check("", None);
        check("ü8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f---", None);
    }
}
