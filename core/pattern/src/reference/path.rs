//! §9.7: what an object path leads to.

use super::Reading;
use crate::ast::{Path, Step};
use crate::observed::{Object, Observed};
use base64::Engine as _;
use comity_stix::json::tree::Node;

/// What a path leads to.
pub enum Value<'a> {
    /// A JSON value.
    Json(&'a Node<'a>),
    /// A property whose name ends in `_hex` or `_bin`: its bytes (§9.3, Binary and Hex).
    Bytes(Vec<u8>),
}

/// Returns every value that the path leads to from this object; none where it is of another type or the path breaks off.
pub fn values<'a>(path: &Path, object: &Object<'a>, observation: &Observed<'a>, reading: Reading) -> Vec<Value<'a>> {
    if object.object_type != path.object_type {
        return Vec::new();
    }
    let mut reached = vec![Reached { node: object.node, name: "" }];
    for step in &path.steps {
        reached = reached.into_iter().flat_map(|from| next(from, step, observation, reading)).collect();
    }
    reached.into_iter().map(Reached::value).collect()
}

/// A value on the way, and the property that it is the value of, where it is one itself.
struct Reached<'a, 'p> {
    node: &'a Node<'a>,
    name: &'p str,
}

fn next<'a, 'p>(
    from: Reached<'a, 'p>,
    step: &'p Step,
    observation: &Observed<'a>,
    reading: Reading,
) -> Vec<Reached<'a, 'p>> {
    match step {
        Step::Key(name) => {
            // §9.7.3: a reference is followed to the object that it names, in the same observation. Where the path ends with
            // the reference, the reference itself is meant.
            let node = if from.name.ends_with("_ref") || from.name == "[_refs]" {
                from.node.text().and_then(|key| observation.object(key)).map(|object| object.node)
            } else {
                Some(from.node)
            };
            // Where spellings do not count, any name of the algorithm leads on.
            let meant = match reading {
                Reading::Folded if comity_normal::is_hashes(from.name) => comity_normal::algorithm(name),
                _ => None,
            };
            let is = |key: &str| *key == **name || meant.is_some() && comity_normal::algorithm(key) == meant;
            let properties = node.map(Node::properties).unwrap_or_default().iter();
            properties.filter(|(key, _)| is(key)).map(|(_, node)| Reached { node, name }).collect()
        }
        Step::Index(_) | Step::Any => {
            let name = if from.name.ends_with("_refs") { "[_refs]" } else { "" };
            let items = from.node.items();
            match step {
                Step::Index(index) => {
                    let item = usize::try_from(*index).ok().and_then(|index| items.get(index));
                    item.map(|node| Reached { node, name }).into_iter().collect()
                }
                _ => items.iter().map(|node| Reached { node, name }).collect(),
            }
        }
    }
}

impl<'a> Reached<'a, '_> {
    fn value(self) -> Value<'a> {
        let bytes = self.node.text().and_then(|text| match self.name {
            name if name.ends_with("_hex") => hex::decode(text).ok(),
            name if name.ends_with("_bin") => base64::engine::general_purpose::STANDARD.decode(text).ok(),
            _ => None,
        });
        bytes.map_or(Value::Json(self.node), Value::Bytes)
    }
}
