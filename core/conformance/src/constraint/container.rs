//! The deprecated container of observables (§4.14.1, STIX 2.0 part 3): a dictionary of observables that refer to each other.

use crate::examine::{Examiner, Setting, object};
use crate::path::Path;
use crate::rule;
use crate::value::form::is_dictionary_key;
use comity_stix::json::tree::Node;

/// Examines the container and every observable in it; findings stand under the path in the observed data.
pub(crate) fn check(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    let Node::Object(entries) = node else {
        return ex.found.add(&rule::CONTAINER, path);
    };
    if entries.is_empty() {
        ex.found.at_clause(&rule::DICTIONARY_EMPTY, "§4.14.1", path);
    }
    for (key, observable) in entries {
        let path = path.name(key);
        if !is_dictionary_key(key) {
            ex.found.add(&rule::DICTIONARY_KEY, &path);
        }
        if !matches!(observable, Node::Object(_)) {
            ex.found.add(&rule::CONTAINER, &path);
            continue;
        }
        let report = object(observable, Setting { place: "", old: ex.old, container: Some(node) });
        ex.found.adopt(report, &path);
    }
}
