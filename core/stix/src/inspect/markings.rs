//! Data markings as far as one object shows them (§7.2).

use super::rules::{Found, pointer};
use super::{Node, ObjectFacts};
use comity_vocab::Tlp;

/// More selectors than this are not followed (security.md case 89).
const SELECTORS_MAX: usize = 1000;
/// The extension that carries TLP 2.0 (domain.md §5.1).
const TLP_2_EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

pub(super) fn examine(node: &Node<'_>, facts: &mut ObjectFacts, found: &mut Found) {
    object_markings(node, facts, found);
    granular_markings(node, facts, found);
    if facts.object_type == "marking-definition" {
        definition(node, facts, found);
    }
}

fn object_markings(node: &Node<'_>, facts: &mut ObjectFacts, found: &mut Found) {
    let refs = match node.property("object_marking_refs") {
        None => return,
        Some(Node::Array(refs)) => refs,
        Some(_) => return found.add("list-expected", "/object_marking_refs"),
    };
    for (index, id) in refs.iter().enumerate() {
        let Some(id) = id.text() else { continue };
        if !id.starts_with("marking-definition--") {
            found.add("marking-ref-to-other", format!("/object_marking_refs/{index}"));
        }
        if !facts.object_marking_refs.iter().any(|seen| seen == id) {
            facts.object_marking_refs.push(id.to_owned());
        }
    }
    let tlp = facts.object_marking_refs.iter().filter(|id| Tlp::from_marking_id(id).is_some()).count();
    if tlp > 1 {
        found.detail("two-tlp-markings", "/object_marking_refs", &format!("{tlp} of them"));
    }
    if facts.object_type == "marking-definition" && facts.object_marking_refs.contains(&facts.id) {
        found.add("marking-marks-itself", "/object_marking_refs");
    }
}

fn granular_markings(node: &Node<'_>, facts: &mut ObjectFacts, found: &mut Found) {
    let markings = match node.property("granular_markings") {
        None => return,
        Some(Node::Array(markings)) => markings,
        Some(_) => {
            // Whatever it is, something was to be marked.
            facts.has_granular_markings = true;
            return found.add("list-expected", "/granular_markings");
        }
    };
    facts.has_granular_markings = !markings.is_empty();
    let mut selectors = 0usize;
    for (index, marking) in markings.iter().enumerate() {
        let path = format!("/granular_markings/{index}");
        if marking.property("marking_ref").is_some() == marking.property("lang").is_some() {
            found.add("granular-marking-malformed", path.clone());
        }
        let marks_other = marking
            .property("marking_ref")
            .and_then(Node::text)
            .is_some_and(|id| !id.starts_with("marking-definition--"));
        if marks_other {
            found.add("marking-ref-to-other", pointer(&path, "marking_ref"));
        }
        let path = pointer(&path, "selectors");
        let Some(Node::Array(list)) = marking.property("selectors") else {
            found.add("granular-marking-malformed", path);
            continue;
        };
        for (index, selector) in list.iter().enumerate() {
            selectors += 1;
            if selectors > SELECTORS_MAX {
                return found.add("selectors-too-many", path);
            }
            if let Some(rule) = selector_fault(node, selector.text()) {
                found.add(rule, format!("{path}/{index}"));
            }
        }
    }
}

fn selector_fault(node: &Node<'_>, selector: Option<&str>) -> Option<&'static str> {
    let Some(selector) = selector.filter(|text| !text.is_empty() && text.len() <= 1024) else {
        return Some("selector-malformed");
    };
    if matches!(selector, "id" | "type") {
        return Some("selector-on-identity");
    }
    let mut at = Some(node);
    for step in selector.split('.') {
        let list_index = step.strip_prefix('[').and_then(|step| step.strip_suffix(']'));
        let next = match list_index {
            Some(digits) => {
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Some("selector-malformed");
                }
                digits.parse::<usize>().ok().and_then(|index| at.and_then(|node| node.items().get(index)))
            }
            None => {
                let lawful =
                    !step.is_empty() && step.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
                if !lawful {
                    return Some("selector-malformed");
                }
                at.and_then(|node| node.property(step))
            }
        };
        at = next;
    }
    at.is_none().then_some("selector-to-nowhere")
}

/// Checks a marking definition: the standard ones have fixed content (§7.2.1.4), others may be of an unknown scheme.
fn definition(node: &Node<'_>, facts: &ObjectFacts, found: &mut Found) {
    let kind = node.property("definition_type").and_then(Node::text);
    let Some(tlp) = Tlp::from_marking_id(&facts.id) else {
        if kind != Some("statement") || node.property("extensions").is_some() {
            found.add("marking-scheme-unsupported", "/definition_type");
        }
        return;
    };
    let first = node.property("definition").and_then(|definition| definition.property("tlp")).and_then(Node::text);
    let extension = node.property("extensions").and_then(|extensions| extensions.property(TLP_2_EXTENSION));
    let second = extension.and_then(|extension| extension.property("tlp_2_0")).and_then(Node::text);
    let says = match (first, second) {
        (Some(word), None) if kind == Some("tlp") && tlp.marking_id() != facts.id => word,
        (None, Some(word)) if tlp.marking_id() == facts.id => word,
        _ => return found.add("tlp-marking-altered", "/id"),
    };
    if says.parse() != Ok(tlp) {
        found.add("tlp-marking-altered", "/id");
    }
}
