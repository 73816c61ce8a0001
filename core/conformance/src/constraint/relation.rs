//! Relationships (§5.1).

use crate::examine::Examiner;
use crate::path::Path;
use crate::relationships::is_suggested;
use crate::rule;
use crate::table::object_type;
use crate::value::identifier::parse;
use comity_stix::json::tree::Node;

/// §5.1: relationships that the standard defines should be used.
pub(super) fn relationship(ex: &mut Examiner<'_>) {
    let text = |name| ex.object.property(name).and_then(Node::text);
    let kind = |name| text(name).and_then(parse).map(|id| id.prefix);
    let (Some(source), Some(name), Some(target)) = (kind("source_ref"), text("relationship_type"), kind("target_ref"))
    else {
        return;
    };
    // The standard has no tables for custom objects.
    if object_type(source).is_some() && object_type(target).is_some() && !is_suggested(source, name, target) {
        ex.found.add(&rule::RELATIONSHIP, &Path::Root.name("relationship_type"));
    }
}
