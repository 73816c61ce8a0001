//! The names of fields, and finding them in a line: nested, or written with dots.
//!
//! Guarantees: one walk over a line finds all fields and goes only where some field may be.

use comity_stix::json::tree::Node;
use std::collections::HashMap;

/// No place in a list.
pub(crate) const ALONE: u32 = u32::MAX;

/// Field names, numbered.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    numbers: HashMap<String, u16>,
    names: Vec<String>,
    root: Branch,
}

#[derive(Debug, Default)]
pub(super) struct Branch {
    /// The field that ends here.
    pub field: Option<u16>,
    /// Sorted by the beginning of the name as a number, then by name: most names are told apart by it.
    pub next: Vec<(u64, Box<str>, Branch)>,
}

/// The first eight bytes of a name as a number; fewer are filled up with zeros.
fn beginning(name: &[u8]) -> u64 {
    if let Some(first) = name.first_chunk::<8>() {
        return u64::from_be_bytes(*first);
    }
    let filled = name.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
    if name.is_empty() { 0 } else { filled << (64 - 8 * name.len()) }
}

/// A value of a field, and where in a list it or the object around it stood.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit<'n> {
    pub field: u16,
    /// From 0, or [`ALONE`].
    pub index: u32,
    pub node: &'n Node<'n>,
}

/// Tells whether a value says that there is none.
pub(crate) fn is_absent(node: &Node<'_>) -> bool {
    match node {
        Node::Null => true,
        // A dash says so in most logs.
        Node::String(text) => text.is_empty() || text == "-",
        _ => false,
    }
}

impl Fields {
    /// Returns the number of a field; a new one where it is new.
    pub(super) fn number(&mut self, name: &str) -> u16 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        let mut branch = &mut self.root;
        for step in name.split('.') {
            branch = branch.step(step);
        }
        branch.field = Some(number);
        number
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Returns the name of a field.
    pub(crate) fn name(&self, field: u16) -> &str {
        self.names.get(usize::from(field)).map(String::as_str).unwrap_or_default()
    }

    /// Returns the field of this name.
    pub(crate) fn find(&self, name: &str) -> Option<u16> {
        self.numbers.get(name).copied()
    }

    /// Returns where all names begin.
    pub(super) fn root(&self) -> &Branch {
        &self.root
    }

    /// Tells whether some field begins with this step.
    pub(crate) fn begins(&self, step: &str) -> bool {
        self.root.child(step.as_bytes()).is_some()
    }

    /// Returns every value of every field in a line.
    pub(crate) fn hits<'n>(&self, line: &'n Node<'n>) -> Vec<Hit<'n>> {
        let mut hits = Vec::with_capacity(32);
        gather(&self.root, line, ALONE, &mut hits);
        hits
    }
}

impl Branch {
    fn step(&mut self, name: &str) -> &mut Branch {
        let at = match self.place(name.as_bytes()) {
            Ok(at) => at,
            Err(at) => {
                self.next.insert(at, (beginning(name.as_bytes()), name.into(), Branch::default()));
                at
            }
        };
        #[expect(clippy::indexing_slicing, reason = "found or inserted above")]
        &mut self.next[at].2
    }

    fn place(&self, name: &[u8]) -> Result<usize, usize> {
        let begins = beginning(name);
        self.next.binary_search_by(|(number, known, _)| number.cmp(&begins).then_with(|| known.as_bytes().cmp(name)))
    }

    fn child(&self, name: &[u8]) -> Option<&Branch> {
        let at = self.place(name).ok()?;
        self.next.get(at).map(|(.., branch)| branch)
    }

    /// Follows a name that may be several steps joined by dots.
    pub fn follow(&self, name: &[u8]) -> Option<&Branch> {
        if let Some(child) = self.child(name) {
            return Some(child);
        }
        if !name.contains(&b'.') {
            return None;
        }
        name.split(|byte| *byte == b'.').try_fold(self, |branch, step| branch.child(step))
    }
}

/// The scanner limits the depth of this recursion.
fn gather<'n>(branch: &Branch, node: &'n Node<'n>, index: u32, hits: &mut Vec<Hit<'n>>) {
    match node {
        Node::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                // Of lists in lists the outer one counts: it is the objects in it that belong together.
                let place = if index == ALONE { u32::try_from(place).unwrap_or(ALONE - 1) } else { index };
                gather(branch, item, place, hits);
            }
        }
        Node::Object(properties) if !branch.next.is_empty() => {
            for (name, value) in properties {
                if let Some(next) = branch.follow(name.as_bytes()) {
                    gather(next, value, index, hits);
                }
            }
        }
        _ => {
            if let Some(field) = branch.field.filter(|_| !is_absent(node)) {
                hits.push(Hit { field, index, node });
            }
        }
    }
}
