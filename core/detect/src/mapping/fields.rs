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
    /// Where names go on.
    pub next: Vec<Next>,
    /// Places in `next`, from 1, by [`Mark::slot`], each at its slot or at the first free one behind it; at least half are free.
    slots: Vec<u16>,
}

/// A step of names, and where they go on behind it.
#[derive(Debug)]
pub(super) struct Next {
    mark: Mark,
    name: Box<str>,
    branch: Branch,
}

/// Bytes of a name of which its mark says all.
const MARKED: usize = 16;

/// What most names are told apart by: their first and last eight bytes, and their length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    first: u64,
    last: u64,
    length: usize,
}

impl Mark {
    fn of(name: &[u8]) -> Self {
        let whole = |bytes: &[u8]| bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
        let (first, last) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_be_bytes(*first), u64::from_be_bytes(*last)),
            _ => match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
                (Some(first), Some(last)) => (u32::from_be_bytes(*first).into(), u32::from_be_bytes(*last).into()),
                _ => (whole(name), 0),
            },
        };
        Self { first, last, length: name.len() }
    }

    /// The place in a table of this many slots, a power of two. Names of a line cannot crowd it: it holds those of the declaration only.
    fn slot(self, slots: usize) -> usize {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = (self.first ^ self.last.rotate_left(29) ^ self.length as u64).wrapping_mul(ODD);
        (mixed >> 32) as usize & slots.wrapping_sub(1)
    }
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
        let mark = Mark::of(name.as_bytes());
        let at = self.place(mark, name.as_bytes()).unwrap_or_else(|| {
            self.next.push(Next { mark, name: name.into(), branch: Branch::default() });
            if self.next.len() * 2 > self.slots.len() {
                self.slots = vec![0; (self.next.len() * 4).next_power_of_two()];
                (0..self.next.len()).for_each(|at| self.enter(at));
            } else {
                self.enter(self.next.len() - 1);
            }
            self.next.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "found or pushed above")]
        &mut self.next[at].branch
    }

    fn enter(&mut self, at: usize) {
        let (Some(next), Ok(number)) = (self.next.get(at), u16::try_from(at + 1)) else { return };
        let mut slot = next.mark.slot(self.slots.len());
        while self.slots.get(slot).is_some_and(|taken| *taken != 0) {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        if let Some(free) = self.slots.get_mut(slot) {
            *free = number;
        }
    }

    fn place(&self, mark: Mark, name: &[u8]) -> Option<usize> {
        let mut slot = mark.slot(self.slots.len());
        loop {
            let at = usize::from(*self.slots.get(slot)?).checked_sub(1)?;
            let next = self.next.get(at)?;
            if next.mark == mark && (name.len() <= MARKED || *next.name.as_bytes() == *name) {
                return Some(at);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    fn child(&self, name: &[u8]) -> Option<&Branch> {
        let at = self.place(Mark::of(name), name)?;
        self.next.get(at).map(|next| &next.branch)
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
