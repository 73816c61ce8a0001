//! References to other objects, wherever in the object they stand: properties named `*_ref` and `*_refs` (§3.1).

use super::rules::{Found, pointer};
use super::{Node, ObjectFacts, Reference};
use comity_vocab::StixId;
use std::collections::BTreeSet;

pub(super) fn examine(node: &Node<'_>, facts: &mut ObjectFacts, found: &mut Found) {
    let mut walk = Walk { references: Vec::new(), seen: BTreeSet::new(), found, in_container: false };
    walk.object(node, "", "");
    facts.references = walk.references;
}

/// Up to so many references it costs less to look at each than to keep a table.
const FEW: usize = 16;

struct Walk<'f> {
    references: Vec<Reference>,
    /// All references, once there are more than [`FEW`].
    seen: BTreeSet<Reference>,
    found: &'f mut Found,
    /// Inside `objects` of STIX 2.0 observed data, where references are names of that container ("0"), not identifiers.
    in_container: bool,
}

impl Walk<'_> {
    /// The scanner limits the depth of this recursion. `dotted` is the path of names, `path` the JSON pointer.
    fn object(&mut self, node: &Node<'_>, dotted: &str, path: &str) {
        for (name, value) in node.properties() {
            let own = || if dotted.is_empty() { name.to_string() } else { format!("{dotted}.{name}") };
            match value {
                Node::String(target) if name.ends_with("_ref") => self.add(&own(), target, || pointer(path, name)),
                Node::Array(items) if name.ends_with("_refs") => {
                    let (own, list) = (own(), pointer(path, name));
                    for (index, item) in items.iter().enumerate() {
                        let place = || format!("{list}/{index}");
                        match item.text() {
                            Some(target) => self.add(&own, target, place),
                            None => self.found.detail("reference-malformed", place(), "not a string"),
                        }
                    }
                }
                _ if (name.ends_with("_ref") || name.ends_with("_refs")) && !name.starts_with("x_") => {
                    self.found.detail("reference-malformed", pointer(path, name), "not a string or list of strings");
                }
                Node::Array(items) => {
                    for (index, item) in items.iter().enumerate() {
                        if matches!(item, Node::Object(_) | Node::Array(_)) {
                            self.nested(item, &own(), &format!("{}/{index}", pointer(path, name)));
                        }
                    }
                }
                Node::Object(_) => {
                    let outer = self.in_container;
                    self.in_container = outer || (path.is_empty() && name == "objects");
                    self.object(value, &own(), &pointer(path, name));
                    self.in_container = outer;
                }
                Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) => {}
            }
        }
    }

    fn nested(&mut self, item: &Node<'_>, dotted: &str, path: &str) {
        self.object(item, dotted, path);
        for (index, inner) in item.items().iter().enumerate() {
            if matches!(inner, Node::Object(_) | Node::Array(_)) {
                self.nested(inner, dotted, &format!("{path}/{index}"));
            }
        }
    }

    fn add(&mut self, property: &str, target: &str, place: impl Fn() -> String) {
        let lawful = target.parse::<StixId>().is_ok();
        if self.in_container && !lawful {
            return;
        }
        if !lawful {
            self.found.add("reference-malformed", place());
        }
        if target.is_empty() {
            return;
        }
        // Duplicates are accepted and count once (security.md case 77). Most objects have a few, which are looked through.
        let known = match self.references.len() {
            0..FEW => self.references.iter().any(|known| known.target == target && known.property == property),
            count => {
                if count == FEW {
                    self.seen.extend(self.references.iter().cloned());
                }
                !self.seen.insert(Reference { property: property.to_owned(), target: target.to_owned() })
            }
        };
        if !known {
            self.references.push(Reference { property: property.to_owned(), target: target.to_owned() });
        }
    }
}
