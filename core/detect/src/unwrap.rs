//! What tools put around records: lists, and the answers and dumps of search engines.
//!
//! Guarantees: every record comes with its place; a field that a mapping reads itself is no wrapper. Does not know: records.

use comity_stix::json::tree::Node;

/// Visits each record of a value: the item of a list from 1, or `None` where it stands alone, and the record.
pub(crate) fn records<'n>(
    value: &'n Node<'n>,
    is_field: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(Option<u64>, &'n Node<'n>),
) {
    let list = match value {
        Node::Array(items) => Some(items),
        // The answer to a search: {"hits":{"hits":[…]}}.
        Node::Object(_) if !is_field("hits") => match value.property("hits") {
            Some(hits @ Node::Object(_)) => match hits.property("hits") {
                Some(Node::Array(items)) => Some(items),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    match list {
        Some(items) => {
            for (item, record) in (1..).zip(items) {
                visit(Some(item), bare(record, is_field));
            }
        }
        None => visit(None, bare(value, is_field)),
    }
}

/// A document as it was indexed: in `_source`, or as lists in `fields` beside its `_index`.
fn bare<'n>(record: &'n Node<'n>, is_field: &dyn Fn(&str) -> bool) -> &'n Node<'n> {
    let inside = |name: &str| {
        let inside = record.property(name).filter(|_| !is_field(name));
        inside.filter(|inside| matches!(inside, Node::Object(_)))
    };
    match inside("_source") {
        Some(source) => source,
        None if record.property("_index").is_some() => inside("fields").unwrap_or(record),
        None => record,
    }
}
