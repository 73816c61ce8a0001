//! What the markings of one object say: its TLP label, and which of its markings are not understood.
//!
//! Guarantees: a marking that is not a TLP definition of either family (domain.md §5.1, R5.1) is never passed over in
//! silence: it comes back as unknown, and an object with an unknown marking is not released (security.md §5 D, cases 85
//! and 94). Does not know: the label given at import, the markings of other objects, partners.

pub mod operations;

use crate::inspect::ObjectFacts;
use crate::json::Limits;
use crate::json::tree::Node;
use comity_vocab::Tlp;

/// A marking that this node does not understand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownMarking {
    /// The identifier as it stands in `object_marking_refs`.
    pub id: String,
}

/// What the object-level markings of an object come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectMarking {
    /// The strictest TLP label among the markings; `None` where there is none.
    pub tlp: Option<Tlp>,
    /// Markings whose meaning the caller's lookup did not know.
    pub unknown: Vec<UnknownMarking>,
    /// Identifiers of statement markings: text that travels with the object and restricts nothing by itself.
    pub statements: Vec<String>,
}

/// What a marking definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkingKind {
    /// A TLP label, by one of the standard identifiers.
    Tlp(Tlp),
    /// A statement (STIX 2.1 §7.2.1.3).
    Statement,
    /// Anything else, such as IEP or ACS: not understood, therefore not releasable.
    Unsupported,
}

/// Returns what the markings of an object come to, where `lookup` says what a marking definition other than the
/// standard TLP ones is (see [`kind`]), `None` where the definition is not at hand.
pub fn of_object(facts: &ObjectFacts, lookup: &dyn Fn(&str) -> Option<MarkingKind>) -> ObjectMarking {
    let mut marking = ObjectMarking::default();
    for id in &facts.object_marking_refs {
        // A definition that claims to be TLP under another identifier is not believed (case 93).
        let kind = Tlp::from_marking_id(id).map(MarkingKind::Tlp).or_else(|| match lookup(id) {
            Some(MarkingKind::Tlp(_)) | None => None,
            known => known,
        });
        match kind {
            Some(MarkingKind::Tlp(tlp)) => marking.tlp = marking.tlp.max(Some(tlp)),
            Some(MarkingKind::Statement) => marking.statements.push(id.clone()),
            Some(MarkingKind::Unsupported) | None => marking.unknown.push(UnknownMarking { id: id.clone() }),
        }
    }
    marking.unknown.sort();
    marking.unknown.dedup();
    marking
}

/// Returns what a `marking-definition` object is; `None` where the bytes are no such object.
pub fn kind(bytes: &[u8]) -> Option<MarkingKind> {
    let node = Node::parse(bytes, &Limits::default()).ok()?;
    let text = |name| node.property(name).and_then(Node::text);
    if text("type") != Some("marking-definition") {
        return None;
    }
    if let Some(tlp) = text("id").and_then(Tlp::from_marking_id) {
        return Some(MarkingKind::Tlp(tlp));
    }
    // An extension may restrict further, so a statement with one is more than a statement.
    let plain = node.property("extensions").is_none();
    let statement = node.property("definition").and_then(|definition| definition.property("statement"));
    if plain && text("definition_type") == Some("statement") && statement.and_then(Node::text).is_some() {
        return Some(MarkingKind::Statement);
    }
    Some(MarkingKind::Unsupported)
}
