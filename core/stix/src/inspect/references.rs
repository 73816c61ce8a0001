//! References to other objects, wherever in the object they stand: properties named `*_ref` and `*_refs` (§3.1).

use super::rules::{Found, step, step_into};
use super::{Node, ObjectFacts, Reference};
use comity_vocab::StixId;
use std::collections::BTreeSet;

pub(super) fn examine(node: &Node<'_>, facts: &mut ObjectFacts, found: &mut Found) {
    let mut walk = Walk { references: Vec::new(), seen: BTreeSet::new(), found, in_container: false };
    walk.object(node, &mut String::new(), &mut String::new());
    facts.references = walk.references;
}

/// Up to so many references it costs less to look at each than to keep a table.
const FEW: usize = 16;

/// Whether a property of this name is a reference or a list of them.
fn may_refer(name: &str) -> bool {
    name.ends_with("_ref") || name.ends_with("_refs")
}

struct Walk<'f> {
    references: Vec<Reference>,
    /// All references, once there are more than [`FEW`].
    seen: BTreeSet<Reference>,
    found: &'f mut Found,
    /// Inside `objects` of STIX 2.0 observed data, where references are names of that container ("0"), not identifiers.
    in_container: bool,
}

impl Walk<'_> {
    /// The scanner limits the depth of this recursion. `dotted` is the path of names, `path` the JSON pointer; both are as they were when
    /// this ends.
    fn object(&mut self, node: &Node<'_>, dotted: &mut String, path: &mut String) {
        let (outer_dotted, outer_path) = (dotted.len(), path.len());
        for (name, value) in node.properties() {
            // Most properties neither refer nor hold anything that could.
            if !matches!(value, Node::Array(_) | Node::Object(_)) && !may_refer(name) {
                continue;
            }
            if !dotted.is_empty() {
                dotted.push('.');
            }
            dotted.push_str(name);
            step(path, name);
            self.property(name, value, dotted, path);
            dotted.truncate(outer_dotted);
            path.truncate(outer_path);
        }
    }

    fn property(&mut self, name: &str, value: &Node<'_>, dotted: &mut String, path: &mut String) {
        match value {
            Node::String(target) if name.ends_with("_ref") => self.add(dotted, target, || path.clone()),
            Node::Array(items) if name.ends_with("_refs") => {
                for (index, item) in items.iter().enumerate() {
                    let place = || format!("{path}/{index}");
                    match item.text() {
                        Some(target) => self.add(dotted, target, place),
                        None => self.found.detail("reference-malformed", place(), "not a string"),
                    }
                }
            }
            _ if may_refer(name) && !name.starts_with("x_") => {
                self.found.detail("reference-malformed", path.as_str(), "not a string or list of strings");
            }
            Node::Array(_) => self.items(value, dotted, path),
            Node::Object(_) => {
                let outer = self.in_container;
                self.in_container = outer || path == "/objects";
                self.object(value, dotted, path);
                self.in_container = outer;
            }
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) => {}
        }
    }

    fn items(&mut self, list: &Node<'_>, dotted: &mut String, path: &mut String) {
        let outer = path.len();
        for (index, item) in list.items().iter().enumerate() {
            if matches!(item, Node::Object(_) | Node::Array(_)) {
                step_into(path, index);
                self.object(item, dotted, path);
                self.items(item, dotted, path);
                path.truncate(outer);
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
