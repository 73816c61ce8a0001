//! The object's own identifier (§2.9, §3.4).

use crate::examine::Examiner;
use crate::path::Path;
use crate::rule;
use crate::table::Class;
use crate::value::identifier::{self, Identifier};
use comity_stix::inspect::{contributing, deterministic_id};
use comity_stix::json::tree::Node;

/// Examines `id`.
pub(crate) fn examine(ex: &mut Examiner<'_>) {
    let path = Path::Root.name("id");
    let text = match ex.object.property("id") {
        None => return,
        Some(Node::String(text)) => text.as_ref(),
        Some(_) => return ex.found.add(&rule::TEXT, &path),
    };
    let Some(id) = identifier::parse(text) else {
        // In the container of STIX 2.0 the keys are what names the observables.
        return ex.found.add(&rule::ID_MALFORMED, &path);
    };
    identifier::uuid(ex, &id, &path);
    if id.prefix != ex.kind && !ex.kind.is_empty() {
        // The official tools accept it for types of which nothing is known, and so does what they produce.
        let rule = if ex.class.is_some() { &rule::ID_TYPE } else { &rule::ID_TYPE_CUSTOM };
        ex.found.add(rule, &path);
    }
    if ex.known.is_some_and(|known| known.class == Class::Observable) {
        observable(ex, &id, text, &path);
    } else if id.version != 4 && ex.class != Some(Class::Observable) && id.rfc_4122 {
        ex.found.add(&rule::ID_NOT_V4, &path);
    }
}

/// §2.9: a UUIDv5 of the contributing properties; without any, a UUIDv4.
fn observable(ex: &mut Examiner<'_>, id: &Identifier<'_>, text: &str, path: &Path<'_>) {
    if ex.old {
        return;
    }
    if !contributing(ex.kind).iter().any(|name| ex.object.property(name).is_some()) {
        if id.version != 4 {
            ex.found.add(&rule::SCO_ID_V4, path);
        }
    } else if id.version != 5 {
        ex.found.add(&rule::SCO_ID_NOT_V5, path);
    } else if let Some(expected) = deterministic_id(ex.object, ex.kind)
        && !text
            .get(text.len().saturating_sub(36)..)
            .is_some_and(|uuid| uuid.eq_ignore_ascii_case(&expected.to_string()))
    {
        ex.found.add(&rule::SCO_ID_DIFFERS, path);
    }
}
