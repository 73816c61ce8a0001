//! Cyber-observables: properties that demand or exclude each other (§6).

use crate::examine::Examiner;
use crate::path::Path;
use crate::rule;
use comity_stix::inspect::payload_hash_differs;
use comity_stix::json::tree::Node;

/// §6.1.1: payload or url, and what comes with each.
pub(super) fn artifact(ex: &mut Examiner<'_>) {
    let object = ex.object;
    let has = |name| object.property(name).is_some();
    if has("payload_bin") && has("url") {
        ex.found.add(&rule::PAYLOAD_AND_URL, &Path::Root.name("url"));
    }
    if has("url") && !has("hashes") {
        ex.found.add(&rule::URL_WITHOUT_HASHES, &Path::Root.name("hashes"));
    }
    if has("decryption_key") && !has("encryption_algorithm") {
        ex.found.add(&rule::DECRYPTION_KEY, &Path::Root.name("decryption_key"));
    }
    if object.property("payload_bin").is_some() && payload_hash_differs(object) {
        ex.found.add(&rule::PAYLOAD_HASH, &Path::Root.name("hashes").name("SHA-256"));
    }
}

/// Header fields that have a property of their own (§6.6.1).
const HEADERS: [&str; 9] =
    ["date", "received_lines", "content_type", "from_ref", "sender_ref", "to_refs", "cc_refs", "bcc_refs", "subject"];

/// §6.6.1: one body, or parts.
pub(super) fn email_message(ex: &mut Examiner<'_>) {
    let object = ex.object;
    let multipart = object.property("is_multipart");
    for (name, belongs_to) in [("body", false), ("body_multipart", true)] {
        if object.property(name).is_some() && multipart == Some(&Node::Bool(!belongs_to)) {
            ex.found.add(&rule::MULTIPART, &Path::Root.name(name));
        }
    }
    let fields = object.property("additional_header_fields").map(Node::properties).unwrap_or_default();
    for (name, _) in fields.iter().filter(|(name, _)| HEADERS.contains(&name.as_ref())) {
        ex.found.add(&rule::ADDITIONAL_HEADER, &Path::Root.name("additional_header_fields").name(name));
    }
}

/// §6.6.2: a part has a body, or a reference to one, not both.
pub(super) fn mime_part(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    if node.property("body").is_some() == node.property("body_raw_ref").is_some() {
        ex.found.detail(&rule::REQUIRED, "§6.6.2", path, "one of body, body_raw_ref");
    }
}

/// §6.12.1: an end only of what has ended; both ports.
pub(super) fn network_traffic(ex: &mut Examiner<'_>) {
    let object = ex.object;
    if object.property("is_active") == Some(&Node::Bool(true)) && object.property("end").is_some() {
        ex.found.add(&rule::ACTIVE_END, &Path::Root.name("end"));
    }
    if object.property("src_port").is_some() != object.property("dst_port").is_some() {
        ex.found.add(&rule::PORTS, &Path::Root);
    }
    for (index, protocol) in object.property("protocols").map(Node::items).unwrap_or_default().iter().enumerate() {
        if protocol.text().is_some_and(|text| text.bytes().any(|b| b.is_ascii_uppercase())) {
            ex.found.add(&rule::PROTOCOL_FORM, &Path::Root.name("protocols").index(index));
        }
    }
}

/// §6.13.2: the names of priority classes.
pub(super) fn windows_process(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    if node.property("priority").and_then(Node::text).is_some_and(|text| !text.ends_with("_CLASS")) {
        ex.found.add(&rule::PRIORITY, &path.name("priority"));
    }
}
