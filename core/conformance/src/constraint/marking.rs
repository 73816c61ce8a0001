//! Data markings (§7.2): definitions, object markings, granular markings and what their selectors point to.

use crate::examine::Examiner;
use crate::path::Path;
use crate::rule;
use comity_stix::json::tree::Node;
use comity_vocab::Tlp;

/// More selectors than this are not followed.
const SELECTORS_MAX: usize = 1000;
/// The extension that carries TLP 2.0.
const TLP_2_EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
/// When the markings of TLP 1 were made (§7.2.1.4).
const TLP_1_CREATED: &str = "2017-01-20T00:00:00.000Z";

/// The markings of TLP 1: identifier, word, name (§7.2.1.4).
const TLP_1: [(&str, &str, &str); 4] = [
    ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "white", "TLP:WHITE"),
    ("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "green", "TLP:GREEN"),
    ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "amber", "TLP:AMBER"),
    ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red", "TLP:RED"),
];

/// Examines the markings of an object.
pub(crate) fn examine(ex: &mut Examiner<'_>) {
    two_tlp(ex);
    marks_itself(ex);
    selectors(ex);
}

/// §7.2.1.4: TLP markings exclude each other.
fn two_tlp(ex: &mut Examiner<'_>) {
    let refs = ex.object.property("object_marking_refs").map(Node::items).unwrap_or_default();
    if refs.iter().filter_map(Node::text).filter(|id| Tlp::from_marking_id(id).is_some()).count() > 1 {
        ex.found.add(&rule::TWO_TLP, &Path::Root.name("object_marking_refs"));
    }
}

/// §7.2.1.1: no marking definition refers to itself.
fn marks_itself(ex: &mut Examiner<'_>) {
    if ex.kind != "marking-definition" {
        return;
    }
    let object = ex.object;
    let Some(id) = object.property("id").and_then(Node::text) else { return };
    let refs = object.property("object_marking_refs").map(Node::items).unwrap_or_default();
    if refs.iter().any(|marking| marking.text() == Some(id)) {
        ex.found.add(&rule::MARKS_ITSELF, &Path::Root.name("object_marking_refs"));
    }
    let granular = object.property("granular_markings").map(Node::items).unwrap_or_default();
    if granular.iter().any(|marking| marking.property("marking_ref").and_then(Node::text) == Some(id)) {
        ex.found.add(&rule::MARKS_ITSELF, &Path::Root.name("granular_markings"));
    }
}

/// §7.2.3: either a marking or a language.
pub(super) fn granular(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    if node.property("marking_ref").is_some() == node.property("lang").is_some() {
        ex.found.add(&rule::GRANULAR_KIND, path);
    }
}

/// §7.2.3.1: selectors are paths to something that is there.
fn selectors(ex: &mut Examiner<'_>) {
    let object = ex.object;
    let mut seen = 0usize;
    let list = Path::Root.name("granular_markings");
    for (index, marking) in object.property("granular_markings").map(Node::items).unwrap_or_default().iter().enumerate()
    {
        let marking_path = list.index(index);
        let path = marking_path.name("selectors");
        for (index, selector) in marking.property("selectors").map(Node::items).unwrap_or_default().iter().enumerate() {
            seen += 1;
            if seen > SELECTORS_MAX {
                return ex.found.add(&rule::SELECTORS_TOO_MANY, &list);
            }
            let Some(selector) = selector.text() else { continue };
            match resolve(object, selector) {
                Ok(true) => {}
                Ok(false) => ex.found.add(&rule::SELECTOR_NOWHERE, &path.index(index)),
                Err(()) => ex.found.add(&rule::SELECTOR, &path.index(index)),
            }
        }
    }
}

/// Says whether a selector finds something; an error where it is no selector at all.
fn resolve(object: &Node<'_>, selector: &str) -> Result<bool, ()> {
    let mut at = Some(object);
    for (index, step) in selector.split('.').enumerate() {
        if let Some(digits) = step.strip_prefix('[').and_then(|step| step.strip_suffix(']')) {
            if index == 0 || digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(());
            }
            at = digits.parse::<usize>().ok().and_then(|index| at.and_then(|node| node.items().get(index)));
        } else {
            if step.is_empty() || !step.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
                return Err(());
            }
            at = at.and_then(|node| node.property(step));
        }
    }
    Ok(at.is_some())
}

/// §7.2.1: what a marking definition defines.
pub(super) fn definition(ex: &mut Examiner<'_>) {
    let object = ex.object;
    let kind = object.property("definition_type").and_then(Node::text);
    let content = object.property("definition");
    if object.property("extensions").is_none() && (kind.is_none() || content.is_none()) {
        return ex.found.add(&rule::MARKING_INCOMPLETE, &Path::Root);
    }
    let path = Path::Root.name("definition");
    if content.is_some_and(|content| !matches!(content, Node::Object(_))) {
        ex.found.add(&rule::STRUCTURE, &path);
    }
    tlp_identifier(ex, kind);
    match kind {
        Some("tlp") => tlp_1(ex),
        Some("statement") => {
            let statement = content.and_then(|content| content.property("statement"));
            if statement.and_then(Node::text).is_none() {
                ex.found.add(&rule::STATEMENT, &path);
            }
        }
        Some(_) => ex.found.add(&rule::MARKING_TYPE, &Path::Root.name("definition_type")),
        None if content.is_some() => ex.found.add(&rule::MARKING_INCOMPLETE, &Path::Root),
        None => {}
    }
    tlp_2(ex);
}

/// §7.2.1.4: the four markings of TLP 1, and no other instances.
fn tlp_1(ex: &mut Examiner<'_>) {
    let object = ex.object;
    let text = |name| object.property(name).and_then(Node::text);
    let word = object.property("definition").and_then(|content| content.property("tlp")).and_then(Node::text);
    let known = TLP_1.iter().find(|(id, _, _)| text("id") == Some(id));
    let lawful = known.is_some_and(|(_, level, name)| {
        word == Some(level)
            && text("created") == Some(TLP_1_CREATED)
            // STIX 2.0 had them without a name.
            && (text("name") == Some(name) || (ex.old && text("name").is_none()))
    });
    if !lawful {
        ex.found.add(&rule::TLP, &Path::Root);
    }
}

/// §7.2.1.4: readers know the markings of TLP 1 by their identifiers.
fn tlp_identifier(ex: &mut Examiner<'_>, kind: Option<&str>) {
    let id = ex.object.property("id").and_then(Node::text);
    if kind != Some("tlp") && TLP_1.iter().any(|(known, _, _)| id == Some(known)) {
        ex.found.add(&rule::TLP_ID, &Path::Root.name("id"));
    }
}

/// FIRST TLP 2.0 in STIX: identifier and word belong together.
fn tlp_2(ex: &mut Examiner<'_>) {
    let object = ex.object;
    let extension = object.property("extensions").and_then(|extensions| extensions.property(TLP_2_EXTENSION));
    let word = extension.and_then(|extension| extension.property("tlp_2_0")).and_then(Node::text);
    let by_id = object.property("id").and_then(Node::text).and_then(|id| Some((id, Tlp::from_marking_id(id)?)));
    match (word, by_id) {
        (None, None) => {}
        (None, Some((id, tlp))) if tlp.marking_id() != id => {}
        (Some(word), Some((id, tlp))) if tlp.marking_id() == id && word.parse() == Ok(tlp) => {}
        _ => ex.found.add(&rule::TLP_2, &Path::Root),
    }
}
