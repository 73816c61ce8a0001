//! STIX 2.1 conformance: every MUST of the standard as a rule with its clause, from one table of properties.
//!
//! Guarantees: every text is answered by a [`Report`]; a breach of a MUST is an error, of a SHOULD a warning; each finding
//! names rule, clause and place and holds no content. One object is judged by what it shows itself: that a reference leads
//! somewhere is not examined. Does not know: time, files, where objects are kept. It changes and drops nothing.

mod bundle;
mod constraint;
mod examine;
mod path;
mod relationships;
mod report;
pub mod rule;
pub mod table;
mod value;
pub mod vocabulary;

pub use relationships::{RELATIONSHIPS, is_suggested};
pub use report::{FINDINGS_MAX, Finding, Report};

use comity_stix::Limits;
use comity_stix::json::tree::Node;
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
    if node.property("type").and_then(Node::text) == Some("bundle") {
        return bundle::bundle(node);
    }
    examine::object(node, examine::Setting { place: "", old: false, container: None })
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
