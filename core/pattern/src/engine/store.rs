//! The patterns that an engine has, and putting them in and taking them out.

use super::atom::Atom;
use super::exact::{Exact, LeafId};
use super::formula::{Access, Formula};
use super::paths::{PathId, Paths, TypeId};
use super::plan::Plan;
use super::ranges::Ranges;
use super::segments::{EntryId, Segments};
use super::texts::Texts;
use super::wholes::Wholes;
use crate::address::Range;
use crate::ast::Comparison;
use crate::observed::Observed;
use crate::parser::Pattern;
use comity_vocab::Timestamp;
use std::collections::HashMap;

/// Bounds and key of an engine.
#[derive(Clone, Debug)]
pub struct Options {
    /// Keys the hash of the index; random where patterns come from others.
    pub hash_key: u64,
    /// Whether a value is found however it is written: both sides of `=`, `!=`, `IN` and the set operators are compared in the
    /// normal form of their property ([`comity_normal`]), and LIKE and MATCHES look at that as well. Off, patterns mean what the
    /// letter of the standard says.
    pub fold: bool,
    /// Steps for one pattern on one observation, and again for the search over all of them. A step is about 100 ns at most.
    pub steps_max: u64,
    /// Bytes that a compiled regular expression may take.
    pub regex_compiled_bytes_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hash_key: 0,
            fold: false,
            steps_max: 200_000,
            regex_compiled_bytes_max: crate::Limits::default().regex_compiled_bytes_max,
        }
    }
}

/// A pattern in an engine. The number of one that was removed is given to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatternId(pub u32);

/// When an indicator holds: an observation outside of it is none for its pattern. One that was revoked is removed instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    /// `valid_from`: observations that were last seen before do not count.
    pub from: Option<Timestamp>,
    /// `valid_until`: observations that were first seen at or after it do not count.
    pub until: Option<Timestamp>,
}

impl Validity {
    /// Tells whether an observation is inside.
    pub fn covers(&self, observation: &Observed<'_>) -> bool {
        self.from.is_none_or(|from| observation.last >= from)
            && self.until.is_none_or(|until| observation.first < until)
    }
}

/// Why a pattern cannot be put into an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// It cannot be evaluated ([`crate::RemarkKind::is_fatal`]).
    #[error("the pattern cannot be evaluated")]
    Pattern,
    /// More than four thousand million patterns or leaves.
    #[error("the engine is full")]
    Full,
}

/// One bracket of a pattern.
pub(super) struct Leaf {
    pub pattern: PatternId,
    /// Which of the pattern's.
    pub number: u16,
    /// What must be evaluated; nothing where what is found in an index is enough.
    pub formula: Option<Box<Formula>>,
}

pub(super) struct Entry {
    pub leaves: Vec<LeafId>,
    /// Nothing where the pattern is one bracket.
    pub plan: Option<Box<Plan>>,
    pub validity: Option<Box<Validity>>,
    traces: Vec<Trace>,
}

/// Where a pattern stands in an index.
enum Trace {
    Exact(u32),
    Subset(PathId, Box<(Range, LeafId)>),
    Superset(PathId, Box<(Range, LeafId)>),
    Text(PathId, EntryId),
    Whole(PathId, EntryId),
    Path(PathId),
    Type(TypeId),
    Timed(PathId),
}

/// A test that is tried wherever its path leads somewhere; without one, the leaf's formula is.
pub(super) struct Tried {
    pub leaf: LeafId,
    pub atom: Option<Box<Atom>>,
}

/// What is asked of the values of one path.
pub(super) struct OfPath {
    pub ranges: Ranges,
    pub texts: Texts,
    /// The tests behind the entries of `texts`.
    pub text_atoms: HashMap<EntryId, Option<Box<Atom>>>,
    pub wholes: Segments<Wholes>,
    /// The tests behind the entries of `wholes`.
    pub whole_atoms: HashMap<EntryId, Option<Box<Atom>>>,
    pub tried: Vec<Tried>,
    /// Patterns that have no answer where a text is no instant.
    pub timed: Vec<PatternId>,
}

impl OfPath {
    fn new(key: u64) -> Self {
        Self {
            ranges: Ranges::new(key),
            texts: Texts::new(key),
            text_atoms: HashMap::new(),
            wholes: Segments::default(),
            whole_atoms: HashMap::new(),
            tried: Vec::new(),
            timed: Vec::new(),
        }
    }
}

/// Many patterns, ready to be matched.
pub struct Engine {
    pub(super) options: Options,
    pub(super) paths: Paths,
    pub(super) exact: Exact,
    pub(super) of_path: Vec<Option<Box<OfPath>>>,
    /// By number of the type.
    pub(super) of_type: Vec<Vec<Tried>>,
    pub(super) leaves: Vec<Option<Leaf>>,
    pub(super) patterns: Vec<Option<Entry>>,
    free_leaves: Vec<LeafId>,
    free_patterns: Vec<PatternId>,
    to_maintain: Vec<PathId>,
}

impl Engine {
    /// Makes an engine without patterns.
    pub fn new(options: Options) -> Self {
        Self {
            exact: Exact::new(options.hash_key),
            paths: Paths::new(options.hash_key, options.fold),
            options,
            of_path: Vec::new(),
            of_type: Vec::new(),
            leaves: Vec::new(),
            patterns: Vec::new(),
            free_leaves: Vec::new(),
            free_patterns: Vec::new(),
            to_maintain: Vec::new(),
        }
    }

    /// Returns how many patterns it has.
    pub fn len(&self) -> usize {
        self.patterns.len() - self.free_patterns.len()
    }

    /// Tells whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts a pattern in.
    ///
    /// # Errors
    /// A pattern that cannot be evaluated.
    pub fn add(&mut self, pattern: &Pattern, validity: Validity) -> Result<PatternId, EngineError> {
        if pattern.fatal().is_some() {
            return Err(EngineError::Pattern);
        }
        let mut brackets = Vec::new();
        let plan = Plan::new(&pattern.expression, &mut brackets).ok_or(EngineError::Full)?;
        // Compiled before anything is put anywhere, so that a failure leaves nothing behind.
        let formulas: Option<Vec<Formula>> = brackets.iter().map(|bracket| self.compile(bracket)).collect();
        let formulas = formulas.ok_or(EngineError::Pattern)?;
        let id = self.free_patterns.pop().unwrap_or(PatternId(self.patterns.len() as u32));
        if id.0 == u32::MAX {
            return Err(EngineError::Full);
        }
        let mut entry = Entry {
            leaves: Vec::with_capacity(formulas.len()),
            plan: (plan != Plan::Leaf(0)).then(|| Box::new(plan)),
            validity: (validity != Validity::default()).then(|| Box::new(validity)),
            traces: Vec::with_capacity(formulas.len()),
        };
        for (number, formula) in formulas.into_iter().enumerate() {
            let leaf = self.free_leaves.pop().unwrap_or(self.leaves.len() as LeafId);
            let formula = self.put(id, leaf, formula, &mut entry.traces);
            place(&mut self.leaves, leaf as usize, Leaf { pattern: id, number: number as u16, formula });
            entry.leaves.push(leaf);
        }
        entry.traces.shrink_to_fit();
        place(&mut self.patterns, id.0 as usize, entry);
        Ok(id)
    }

    fn compile(&mut self, bracket: &Comparison) -> Option<Formula> {
        Formula::new(bracket, &mut self.paths, self.options.regex_compiled_bytes_max)
    }

    /// Puts a leaf into the indexes; returns what remains to be evaluated when it is found.
    fn put(&mut self, id: PatternId, leaf: LeafId, formula: Formula, traces: &mut Vec<Trace>) -> Option<Box<Formula>> {
        formula.each_atom(&mut |atom| {
            if atom.is_timed() {
                self.of_path(atom.path).timed.push(id);
                traces.push(Trace::Timed(atom.path));
            }
        });
        if formula.is_any() {
            for atom in formula.into_atoms() {
                let access = Access::of(&atom);
                self.index(leaf, access, AtomOf::Own(Box::new(atom)), traces);
            }
            return None;
        }
        for atom in formula.cover() {
            self.index(leaf, Access::of(atom), AtomOf::Formula(atom), traces);
        }
        Some(Box::new(formula))
    }

    fn index(&mut self, leaf: LeafId, access: Access, atom: AtomOf<'_>, traces: &mut Vec<Trace>) {
        use super::atom::Ask;
        let it = atom.get();
        let path = it.path;
        match (access, &it.ask) {
            (Access::Exact, Ask::Equal(wanted)) => self.exact(path, std::slice::from_ref(wanted), leaf, traces),
            (Access::Exact, Ask::In(members)) => self.exact(path, members, leaf, traces),
            (Access::Subset, Ask::Subset(range)) => {
                self.of_path(path).ranges.add_subset(*range, leaf);
                traces.push(Trace::Subset(path, Box::new((*range, leaf))));
            }
            (Access::Superset, Ask::Superset(range)) => {
                self.of_path(path).ranges.add_superset(*range, leaf);
                traces.push(Trace::Superset(path, Box::new((*range, leaf))));
            }
            (Access::Runs(runs), _) => {
                let own = self.of_path(path);
                let entry = own.texts.add(runs, leaf);
                own.text_atoms.insert(entry, atom.into_own());
                traces.push(Trace::Text(path, entry));
            }
            (Access::Whole(whole), _) => {
                let own = self.of_path(path);
                let entry = own.wholes.add(*whole, leaf);
                own.whole_atoms.insert(entry, atom.into_own());
                traces.push(Trace::Whole(path, entry));
                self.maintain_later(path);
            }
            (Access::Type, _) => {
                let of = it.of;
                self.of_type(of).push(Tried { leaf, atom: atom.into_own() });
                traces.push(Trace::Type(of));
            }
            _ => {
                self.of_path(path).tried.push(Tried { leaf, atom: atom.into_own() });
                traces.push(Trace::Path(path));
            }
        }
    }

    fn exact(&mut self, path: PathId, wanted: &[super::value::Constant], leaf: LeafId, traces: &mut Vec<Trace>) {
        let binary = self.paths.is_binary(path);
        let mut entries = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            self.exact.add(path, binary, wanted, leaf, &mut entries);
        }
        traces.extend(entries.into_iter().map(Trace::Exact));
    }

    #[expect(clippy::indexing_slicing, reason = "made long enough in the line before")]
    fn of_path(&mut self, path: PathId) -> &mut OfPath {
        let place = path.0 as usize;
        self.of_path.resize_with(self.of_path.len().max(place + 1), || None);
        let key = self.options.hash_key;
        self.of_path[place].get_or_insert_with(|| Box::new(OfPath::new(key)))
    }

    #[expect(clippy::indexing_slicing, reason = "made long enough in the line before")]
    fn of_type(&mut self, of: TypeId) -> &mut Vec<Tried> {
        let place = of.0 as usize;
        self.of_type.resize_with(self.of_type.len().max(place + 1), Vec::new);
        &mut self.of_type[place]
    }

    /// Takes a pattern out; false where it was not in.
    pub fn remove(&mut self, id: PatternId) -> bool {
        let Some(entry) = self.patterns.get_mut(id.0 as usize).and_then(Option::take) else { return false };
        for trace in entry.traces {
            match trace {
                Trace::Exact(number) => self.exact.remove(number),
                Trace::Subset(path, it) => self.of_path(path).ranges.remove_subset(it.0, it.1),
                Trace::Superset(path, it) => self.of_path(path).ranges.remove_superset(it.0, it.1),
                Trace::Text(path, entry) => {
                    let own = self.of_path(path);
                    own.texts.remove(entry);
                    own.text_atoms.remove(&entry);
                }
                Trace::Whole(path, entry) => {
                    let own = self.of_path(path);
                    own.wholes.remove(entry);
                    own.whole_atoms.remove(&entry);
                    self.maintain_later(path);
                }
                Trace::Path(path) => self.of_path(path).tried.retain(|tried| !entry.leaves.contains(&tried.leaf)),
                Trace::Type(of) => {
                    self.of_type(of).retain(|tried| !entry.leaves.contains(&tried.leaf));
                }
                Trace::Timed(path) => self.of_path(path).timed.retain(|other| *other != id),
            }
        }
        for leaf in entry.leaves {
            if let Some(slot) = self.leaves.get_mut(leaf as usize) {
                *slot = None;
            }
            self.free_leaves.push(leaf);
        }
        self.free_patterns.push(id);
        true
    }

    fn maintain_later(&mut self, path: PathId) {
        if self.to_maintain.last() != Some(&path) {
            self.to_maintain.push(path);
        }
    }

    /// Merges some segments of LIKE and MATCHES, of bounded size; returns whether there may be more to do. To be called when
    /// there is nothing else to do: results are the same with and without.
    pub fn maintain(&mut self) -> bool {
        let Some(path) = self.to_maintain.last().copied() else { return false };
        let own = self.of_path(path);
        if !own.wholes.maintain() {
            self.to_maintain.retain(|other| *other != path);
        }
        !self.to_maintain.is_empty()
    }
}

/// A test that the index keeps, or one that the leaf's formula has.
enum AtomOf<'a> {
    Own(Box<Atom>),
    Formula(&'a Atom),
}

impl AtomOf<'_> {
    fn get(&self) -> &Atom {
        match self {
            AtomOf::Own(atom) => atom,
            AtomOf::Formula(atom) => atom,
        }
    }

    fn into_own(self) -> Option<Box<Atom>> {
        match self {
            AtomOf::Own(atom) => Some(atom),
            AtomOf::Formula(_) => None,
        }
    }
}

fn place<T>(slots: &mut Vec<Option<T>>, at: usize, value: T) {
    match slots.get_mut(at) {
        Some(slot) => *slot = Some(value),
        None => slots.push(Some(value)),
    }
}
