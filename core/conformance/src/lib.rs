//! STIX 2.1 conformance: every MUST of the standard as a rule with its clause, from one table of properties.
//!
//! Guarantees: every text is answered by a [`Report`]; a breach of a MUST is an error, of a SHOULD a warning; each finding
//! names rule, clause and place and holds no content. One object is judged by what it shows itself, and versions of it in one file by each
//! other: that a reference leads somewhere is not examined. Does not know: time, files, where objects are kept. It changes and drops nothing.

mod bundle;
mod constraint;
mod document;
mod examine;
mod path;
mod relationships;
mod report;
pub mod rule;
pub mod table;
mod value;
mod versions;
pub mod vocabulary;

pub use document::{Closed, Document, Examined};
pub use relationships::{RELATIONSHIPS, is_suggested};
pub use report::{FINDINGS_MAX, Finding, Report};

use comity_stix::Limits;
use comity_stix::json::tree::Node;
use examine::Setting;
use path::Path;
use report::Found;
use std::borrow::Cow;

/// Validates a text that is one object or one bundle.
pub fn validate(bytes: &[u8], limits: &Limits) -> Report {
    match Node::parse(bytes, limits) {
        Ok(node) => validate_node(&node),
        Err(error) => not_json(&error),
    }
}

/// Validates an object or bundle that was read already.
pub fn validate_node(node: &Node<'_>) -> Report {
    if is_bundle(node) {
        return bundle::bundle(node);
    }
    examine::object(node, Setting::LONE)
}

/// Says whether a value is read as a bundle: it is one, or a list `objects` without a type, as TAXII 2.1 §3.7 has it.
pub fn is_bundle(node: &Node<'_>) -> bool {
    match node.property("type") {
        Some(kind) => kind.text() == Some("bundle"),
        None => matches!(node.property("objects"), Some(Node::Array(_))),
    }
}

/// Says whether a value is a cyber-observable of the standard.
pub fn is_observable(node: &Node<'_>) -> bool {
    let known = node.property("type").and_then(Node::text).and_then(table::object_type);
    known.is_some_and(|known| known.class == table::Class::Observable)
}

/// Returns the identifier that the content of a cyber-observable gives (§2.9, §3.4), whether it has one yet or not; `None`
/// for other objects, and where no contributing property is there.
pub fn sco_id(node: &Node<'_>) -> Option<String> {
    let kind = node.property("type").and_then(Node::text)?;
    let uuid = comity_stix::inspect::deterministic_id(node, kind)?;
    Some(format!("{kind}--{uuid}"))
}

/// Returns the report of a text that is no strict JSON.
pub fn not_json(error: &comity_stix::JsonError) -> Report {
    let mut report = Found::new("");
    report.add(&rule::JSON, &Path::Root);
    let mut report = report.into_report();
    for finding in &mut report.errors {
        finding.message = Cow::Owned(error.to_string());
    }
    report
}
