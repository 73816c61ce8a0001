//! What a row of the table cannot say: properties that demand or exclude each other. One named function a rule.

pub(crate) mod container;
mod domain;
pub(crate) mod extension;
pub(crate) mod identity;
pub(crate) mod language;
pub(crate) mod marking;
mod observable;
pub(crate) mod old;
mod reference;
mod relation;
pub(crate) mod time;

use crate::examine::Examiner;
use crate::path::Path;
use crate::table::Structure;
use comity_stix::json::tree::Node;

/// Examines what belongs together in an object of this type.
pub(crate) fn of_type(ex: &mut Examiner<'_>) {
    let Some(known) = ex.known else { return };
    match known.name {
        "indicator" => domain::indicator(ex),
        "location" => domain::location(ex),
        "malware" => domain::malware(ex),
        "observed-data" => domain::observed_data(ex),
        "relationship" => relation::relationship(ex),
        "artifact" => observable::artifact(ex),
        "email-message" => observable::email_message(ex),
        "network-traffic" => observable::network_traffic(ex),
        "marking-definition" => marking::definition(ex),
        "extension-definition" => extension::definition(ex),
        _ => {}
    }
    if ex.old {
        old::examine(ex);
    }
}

/// Examines what belongs together in an object that is a value.
pub(crate) fn within(ex: &mut Examiner<'_>, of: &'static Structure, node: &Node<'_>, path: &Path<'_>) {
    match of.name {
        "external-reference" => reference::external(ex, node, path),
        "granular-marking" => marking::granular(ex, node, path),
        "mime-part" => observable::mime_part(ex, node, path),
        "windows-process-ext" => observable::windows_process(ex, node, path),
        _ => {}
    }
}
