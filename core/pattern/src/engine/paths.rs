//! Object paths, each known once, and how one walk over an object finds what all of them lead to.
//!
//! Guarantees: the walk visits only what some path goes through; its cost depends on the object, not on how many paths there
//! are. Does not know: what is asked of a value.

use crate::ast::{Path, Step};
use crate::engine::hash::Keyed;
use crate::engine::value::Value;
use crate::observed::{Object, Observed};
use comity_stix::json::tree::Node;
use std::collections::HashMap;

/// A path, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathId(pub u32);

/// A type of object, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u32);

/// Every path that some pattern has.
#[derive(Default)]
pub struct Paths {
    by_path: HashMap<Path, PathId>,
    by_type: HashMap<String, TypeId, Keyed>,
    roots: Vec<Branch>,
    binary: Vec<bool>,
}

/// A place that paths go through.
#[derive(Default)]
struct Branch {
    /// The path that ends here.
    path: Option<PathId>,
    keys: HashMap<String, Branch, Keyed>,
    indexes: HashMap<i64, Branch>,
    any: Option<Box<Branch>>,
}

impl Branch {
    fn new(key: Keyed) -> Self {
        Self { keys: HashMap::with_hasher(key), ..Self::default() }
    }

    fn step(&mut self, step: &Step) -> &mut Branch {
        match step {
            Step::Key(name) => {
                let key = *self.keys.hasher();
                self.keys.entry(name.clone()).or_insert_with(|| Branch::new(key))
            }
            Step::Index(index) => {
                let key = *self.keys.hasher();
                self.indexes.entry(*index).or_insert_with(|| Branch::new(key))
            }
            Step::Any => {
                let key = *self.keys.hasher();
                self.any.get_or_insert_with(|| Box::new(Branch::new(key)))
            }
        }
    }
}

/// What a walk reached: of which path, and the value.
pub type Reached<'a> = (PathId, Value<'a>);

impl Paths {
    /// Begins with no path. The key is that of the hash.
    pub fn new(key: u64) -> Self {
        Self { by_type: HashMap::with_hasher(Keyed(key)), ..Self::default() }
    }

    /// Returns the number of a path; a new one where it is new.
    pub fn id(&mut self, path: &Path) -> PathId {
        if let Some(id) = self.by_path.get(path) {
            return *id;
        }
        let id = PathId(self.by_path.len() as u32);
        self.by_path.insert(path.clone(), id);
        let of = self.type_id(&path.object_type);
        let binary =
            matches!(path.steps.last(), Some(Step::Key(name)) if name.ends_with("_hex") || name.ends_with("_bin"));
        self.binary.push(binary);
        if let Some(root) = self.roots.get_mut(of.0 as usize) {
            let end = path.steps.iter().fold(root, Branch::step);
            end.path = Some(id);
        }
        id
    }

    /// Returns the number of a type; a new one where it is new.
    pub fn type_id(&mut self, object_type: &str) -> TypeId {
        if let Some(id) = self.by_type.get(object_type) {
            return *id;
        }
        let id = TypeId(self.roots.len() as u32);
        self.by_type.insert(object_type.to_owned(), id);
        self.roots.push(Branch::new(*self.by_type.hasher()));
        id
    }

    /// Tells whether the values of a path can be bytes.
    pub fn is_binary(&self, path: PathId) -> bool {
        self.binary.get(path.0 as usize).copied().unwrap_or_default()
    }

    /// Returns the type of an object, where some path begins there.
    pub fn known_type(&self, object_type: &str) -> Option<TypeId> {
        self.by_type.get(object_type).copied()
    }

    /// Collects what all paths lead to from this object.
    pub fn walk<'a>(
        &self,
        of: TypeId,
        object: &Object<'a>,
        observation: &Observed<'a>,
        reached: &mut Vec<Reached<'a>>,
    ) {
        if let Some(root) = self.roots.get(of.0 as usize) {
            down(root, object.node, Name::Plain, observation, reached);
        }
    }
}

/// What the name of the property says that led here.
#[derive(Clone, Copy)]
enum Name {
    Plain,
    /// `…_ref`, or an item of `…_refs`: followed where the path goes on.
    Reference,
    /// `…_refs`
    References,
    /// `…_hex`
    Hex,
    /// `…_bin`
    Binary,
}

impl Name {
    fn of(name: &str) -> Self {
        match name.rsplit_once('_').map(|(_, suffix)| suffix) {
            Some("ref") => Name::Reference,
            Some("refs") => Name::References,
            Some("hex") => Name::Hex,
            Some("bin") => Name::Binary,
            _ => Name::Plain,
        }
    }
}

/// Recursion is as deep as the paths, which are bounded.
fn down<'a>(
    branch: &Branch,
    node: &'a Node<'a>,
    name: Name,
    observation: &Observed<'a>,
    reached: &mut Vec<Reached<'a>>,
) {
    if let Some(path) = branch.path {
        let value = match name {
            Name::Hex => Value::of_hex(node),
            Name::Binary => Value::of_binary(node),
            _ => Value::of(node),
        };
        reached.push((path, value));
    }
    if !branch.keys.is_empty() {
        let target = match name {
            Name::Reference => node.text().and_then(|key| observation.object(key)).map(|object| object.node),
            _ => Some(node),
        };
        if let Some(Node::Object(properties)) = target {
            if let (1, Some((only, next))) = (branch.keys.len(), branch.keys.iter().next()) {
                for (_, value) in properties.iter().filter(|(key, _)| key == only) {
                    down(next, value, Name::of(only), observation, reached);
                }
            } else {
                for (key, value) in properties {
                    if let Some(next) = branch.keys.get(key.as_ref()) {
                        down(next, value, Name::of(key), observation, reached);
                    }
                }
            }
        }
    }
    if branch.any.is_none() && branch.indexes.is_empty() {
        return;
    }
    let inner = if matches!(name, Name::References) { Name::Reference } else { Name::Plain };
    for (place, item) in node.items().iter().enumerate() {
        if let Some(next) = &branch.any {
            down(next, item, inner, observation, reached);
        }
        if let Some(next) = i64::try_from(place).ok().and_then(|place| branch.indexes.get(&place)) {
            down(next, item, inner, observation, reached);
        }
    }
}
