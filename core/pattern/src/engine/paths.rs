//! Object paths, each known once, and how one walk over an object finds what all of them lead to.
//!
//! Guarantees: the walk visits only what some path goes through; its cost depends on the object, not on how many paths there
//! are. Does not know: what is asked of a value.

use crate::ast::{Path, Step};
use crate::engine::hash::Keyed;
use crate::engine::value::Value;
use crate::fold;
use crate::observed::{Object, Observed};
use comity_normal::Form;
use comity_stix::json::tree::Node;
use std::borrow::Cow;
use std::cell::OnceCell;
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
    /// The name and number of one type for each mark: most objects are of a few types, and this is faster than hashing.
    marked: Vec<Option<(Box<str>, TypeId)>>,
    roots: Vec<Branch>,
    /// By path: whether its values can be bytes, and how they are compared.
    kinds: Vec<(bool, Form)>,
    /// Whether spellings do not count.
    fold: bool,
}

/// A place that paths go through.
#[derive(Default)]
struct Branch {
    /// The path that ends here, and how its values are compared.
    path: Option<(PathId, Form)>,
    /// Whether the names that follow are those of algorithms, in any spelling.
    algorithms: bool,
    keys: Keys,
    indexes: HashMap<i64, Branch>,
    any: Option<Box<Branch>>,
}

impl Branch {
    fn step(&mut self, step: &Step, key: Keyed) -> &mut Branch {
        match step {
            Step::Key(name) => self.keys.step(name, key),
            Step::Index(index) => self.indexes.entry(*index).or_default(),
            Step::Any => self.any.get_or_insert_default(),
        }
    }

    /// Returns where the paths go on with this name.
    fn next(&self, key: &str) -> Option<&Next> {
        match self.keys.find(key) {
            None if self.algorithms => self.keys.find(comity_normal::algorithm(key)?),
            found => found,
        }
    }
}

/// Up to so many names it is faster to look at each than to hash.
const FEW: usize = 6;

/// The names that paths go on with from one place.
#[derive(Default)]
struct Keys {
    list: Vec<Next>,
    /// Places in the list, where it is not short.
    places: HashMap<String, usize, Keyed>,
}

struct Next {
    key: Box<str>,
    name: Name,
    branch: Branch,
}

impl Keys {
    fn find(&self, key: &str) -> Option<&Next> {
        if self.list.len() <= FEW {
            return self.list.iter().find(|next| *next.key == *key);
        }
        self.places.get(key).and_then(|place| self.list.get(*place))
    }

    #[expect(clippy::indexing_slicing, reason = "a place that was found, or the one that was pushed to")]
    fn step(&mut self, key: &str, hash_key: Keyed) -> &mut Branch {
        let known = match self.list.len() <= FEW {
            true => self.list.iter().position(|next| *next.key == *key),
            false => self.places.get(key).copied(),
        };
        let place = known.unwrap_or(self.list.len());
        if known.is_none() {
            self.list.push(Next { key: key.into(), name: Name::of(key), branch: Branch::default() });
            if self.list.len() == FEW + 1 {
                self.places = HashMap::with_hasher(hash_key);
                self.places.extend(self.list.iter().enumerate().map(|(place, next)| (next.key.to_string(), place)));
            } else if self.list.len() > FEW {
                self.places.insert(key.to_owned(), place);
            }
        }
        &mut self.list[place].branch
    }
}

/// Where references lead: to the objects of one observation.
pub struct Targets<'o, 'a> {
    observation: &'o Observed<'a>,
    /// By key, made when first asked, where there are many.
    by_key: OnceCell<HashMap<&'a str, &'a Node<'a>>>,
}

/// Up to so many objects it is faster to look at each than to hash.
const FEW_OBJECTS: usize = 16;

impl<'o, 'a> Targets<'o, 'a> {
    /// Takes an observation.
    pub fn new(observation: &'o Observed<'a>) -> Self {
        Self { observation, by_key: OnceCell::new() }
    }

    fn find(&self, key: &str) -> Option<&'a Node<'a>> {
        let objects = &self.observation.objects;
        if objects.len() <= FEW_OBJECTS {
            return self.observation.object(key).map(|object| object.node);
        }
        let make = || {
            let mut by_key = HashMap::with_capacity(objects.len());
            // Of two with one key the first counts.
            for object in objects {
                by_key.entry(object.key).or_insert(object.node);
            }
            by_key
        };
        self.by_key.get_or_init(make).get(key).copied()
    }
}

/// Marks of types: a number below this.
const MARKS: usize = 256;

/// Returns the mark of a type's name.
fn mark(name: &str) -> usize {
    let byte = |place: usize| name.as_bytes().get(place).map_or(0, |byte| usize::from(*byte));
    (name.len() * 37 + byte(0) * 5 + byte(3) + byte(name.len() / 2) * 11 + byte(name.len().wrapping_sub(1))) % MARKS
}

/// What a walk reached: of which path, and the value.
pub type Reached<'a> = (PathId, Value<'a>);

impl Paths {
    /// Begins with no path. The key is that of the hash; with `fold`, spellings do not count.
    pub fn new(key: u64, fold: bool) -> Self {
        Self { by_type: HashMap::with_hasher(Keyed(key)), fold, ..Self::default() }
    }

    /// Returns the number of a path; a new one where it is new.
    pub fn id(&mut self, path: &Path) -> PathId {
        let standard = if self.fold { fold::standard(path) } else { Cow::Borrowed(path) };
        let path = &*standard;
        if let Some(id) = self.by_path.get(path) {
            return *id;
        }
        let id = PathId(self.by_path.len() as u32);
        self.by_path.insert(path.clone(), id);
        let of = self.type_id(&path.object_type);
        let binary =
            matches!(path.steps.last(), Some(Step::Key(name)) if name.ends_with("_hex") || name.ends_with("_bin"));
        let form = if self.fold { path.form() } else { Form::Exact };
        self.kinds.push((binary, form));
        let fold = self.fold;
        if let Some(root) = self.roots.get_mut(of.0 as usize) {
            let key = *self.by_type.hasher();
            let end = path.steps.iter().fold(root, |branch, step| {
                let next = branch.step(step, key);
                next.algorithms = fold && matches!(step, Step::Key(name) if comity_normal::is_hashes(name));
                next
            });
            end.path = Some((id, form));
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
        self.marked.resize(MARKS, None);
        if let Some(slot @ None) = self.marked.get_mut(mark(object_type)) {
            *slot = Some((object_type.into(), id));
        }
        self.roots.push(Branch::default());
        id
    }

    /// Tells whether the values of a path can be bytes.
    pub fn is_binary(&self, path: PathId) -> bool {
        self.kinds.get(path.0 as usize).is_some_and(|(binary, _)| *binary)
    }

    /// Returns how the values of a path are compared.
    pub fn form(&self, path: PathId) -> Form {
        self.kinds.get(path.0 as usize).map(|(_, form)| *form).unwrap_or_default()
    }

    /// Tells whether spellings do not count.
    pub fn folds(&self) -> bool {
        self.fold
    }

    /// Returns the type of an object, where some path begins there.
    pub fn known_type(&self, object_type: &str) -> Option<TypeId> {
        match self.marked.get(mark(object_type)) {
            Some(Some((name, id))) if **name == *object_type => Some(*id),
            // Nobody asks for a type of this mark.
            None | Some(None) => None,
            Some(Some(_)) => self.by_type.get(object_type).copied(),
        }
    }

    /// Collects what all paths lead to from this object.
    pub fn walk<'a>(&self, of: TypeId, object: &Object<'a>, targets: &Targets<'_, 'a>, reached: &mut Vec<Reached<'a>>) {
        if let Some(root) = self.roots.get(of.0 as usize) {
            down(root, object.node, Name::Plain, targets, reached);
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
    targets: &Targets<'_, 'a>,
    reached: &mut Vec<Reached<'a>>,
) {
    if let Some((path, form)) = branch.path {
        let value = match name {
            Name::Hex => Value::of_hex(node),
            Name::Binary => Value::of_binary(node),
            _ => Value::of(node),
        };
        reached.push((path, value.spelled(form)));
    }
    if !branch.keys.list.is_empty() {
        let target = match name {
            Name::Reference => node.text().and_then(|key| targets.find(key)),
            _ => Some(node),
        };
        if let Some(Node::Object(properties)) = target {
            for (key, value) in properties {
                if let Some(next) = branch.next(key) {
                    down(&next.branch, value, next.name, targets, reached);
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
            down(next, item, inner, targets, reached);
        }
        if let Some(next) = i64::try_from(place).ok().and_then(|place| branch.indexes.get(&place)) {
            down(next, item, inner, targets, reached);
        }
    }
}
