//! One observation against all patterns: which brackets it satisfies.

use super::atom;
use super::exact::LeafId;
use super::paths::{Reached, Targets, TypeId};
use super::segments::EntryId;
use super::steps::Steps;
use super::store::{Engine, OfPath, PatternId, Tried};
use super::value::{Value, composed};
use crate::fold;
use crate::literal;
use crate::observed::Observed;

/// What an observation does to patterns.
#[derive(Default)]
pub struct Found {
    /// Brackets that it satisfies, in ascending order, each once.
    pub leaves: Vec<LeafId>,
    /// Patterns that have no answer because of it.
    pub errors: Vec<PatternId>,
    /// Patterns for which the work ran out.
    pub exhausted: Vec<PatternId>,
}

impl Found {
    /// Tells whether nothing happened, as with most observations.
    pub fn is_nothing(&self) -> bool {
        self.leaves.is_empty() && self.errors.is_empty() && self.exhausted.is_empty()
    }
}

/// Memory that is used for one observation after the other.
#[derive(Default)]
pub struct Scratch {
    values: Vec<Reached<'static>>,
    /// The type of each object, and where its values end.
    objects: Vec<(TypeId, usize)>,
    /// Values, by place, of which an index may know something, and where that begins.
    heads: Vec<(usize, u32)>,
    candidates: Vec<LeafId>,
}

impl Scratch {
    /// Lends memory for values.
    pub fn values<'a>(&mut self) -> Vec<Reached<'a>> {
        recycled(std::mem::take(&mut self.values))
    }

    /// Takes it back.
    pub fn give_back(&mut self, values: Vec<Reached<'_>>) {
        self.values = recycled(values);
    }
}

/// An empty list with the memory of another: collecting a list from itself keeps its memory.
fn recycled<'b>(mut values: Vec<Reached<'_>>) -> Vec<Reached<'b>> {
    values.clear();
    values.into_iter().map_while(|_| None).collect()
}

impl Engine {
    /// Finds which brackets an observation satisfies. `values` is empty.
    pub(super) fn scan<'a>(
        &self,
        observation: &Observed<'a>,
        values: &mut Vec<Reached<'a>>,
        scratch: &mut Scratch,
    ) -> Found {
        let mut found = Found::default();
        let Scratch { objects, heads, candidates, .. } = scratch;
        objects.clear();
        heads.clear();
        let targets = Targets::new(observation);
        for object in &observation.objects {
            let mut walk = |object_type: &str| {
                let Some(of) = self.paths.known_type(object_type) else { return };
                let start = values.len();
                self.paths.walk(of, object, &targets, values);
                // Stable: the values of one path stay in their order.
                match values.get_mut(start..) {
                    Some(own) if own.len() > 1 => own.sort_by_key(|(path, _)| *path),
                    _ => {}
                }
                objects.push((of, values.len()));
            };
            walk(object.object_type);
            if self.options.fold
                && let Some(other) = fold::also(object)
            {
                walk(other);
            }
        }
        // All values of the observation one after the other, before anything is done with what was found.
        for (place, (path, value)) in values.iter().enumerate() {
            if let Some(head) = self.exact.head(*path, value) {
                heads.push((place, head));
            }
        }
        let (mut start, mut followed) = (0, 0);
        for (of, end) in objects.iter().copied() {
            candidates.clear();
            let own = values.get(start..end).unwrap_or_default();
            // Heads stand in the order of the values: each is followed once.
            while let Some((place, head)) = heads.get(followed).filter(|(place, _)| *place < end) {
                followed += 1;
                if let Some((path, value)) = values.get(*place) {
                    self.exact.follow(*head, *path, value, &mut |leaf| self.consider(leaf, candidates, &mut found));
                }
            }
            for (path, value) in own {
                if let Some(Some(of_path)) = self.of_path.get(path.0 as usize) {
                    self.tests_of_path(of_path, value, candidates, &mut found);
                }
            }
            if let Some(tried) = self.of_type.get(of.0 as usize) {
                self.tests_of_type(tried, of, own, candidates, &mut found);
            }
            candidates.sort_unstable();
            candidates.dedup();
            for leaf in candidates.iter() {
                self.evaluate(*leaf, of, own, &mut found);
            }
            start = end;
        }
        found.leaves.sort_unstable();
        found.leaves.dedup();
        found
    }

    /// Takes what was found in an index: enough in itself, or reason to evaluate.
    fn consider(&self, leaf: LeafId, candidates: &mut Vec<LeafId>, found: &mut Found) {
        match self.leaves.get(leaf as usize) {
            Some(Some(it)) if it.formula.is_none() => found.leaves.push(leaf),
            Some(Some(_)) => candidates.push(leaf),
            _ => {}
        }
    }

    fn tests_of_path(&self, own: &OfPath, value: &Value<'_>, candidates: &mut Vec<LeafId>, found: &mut Found) {
        if let Some(text) = value.text() {
            if !own.ranges.is_empty() {
                let range = value.normal().and_then(|normal| atom::range(normal, self.options.fold));
                if let Some(range) = range {
                    own.ranges.look_up(range, &mut |leaf| self.consider(leaf, candidates, found));
                }
            }
            if !own.timed.is_empty() && literal::instant(text).is_none() {
                found.errors.extend_from_slice(&own.timed);
            }
        }
        if !own.texts.is_empty() || !own.wholes.is_empty() {
            self.tests_of_text(own, value, candidates, found);
        }
        for tried in &own.tried {
            match &tried.atom {
                Some(atom) => self.try_atom(tried.leaf, atom, value, found),
                None => candidates.push(tried.leaf),
            }
        }
    }

    fn tests_of_text(&self, own: &OfPath, value: &Value<'_>, candidates: &mut Vec<LeafId>, found: &mut Found) {
        let mut by_run: Vec<(EntryId, LeafId)> = Vec::new();
        let mut as_whole: Vec<(EntryId, LeafId)> = Vec::new();
        match value {
            Value::Text(_) | Value::Spelled(_) => {
                let written = value.text().into_iter();
                for text in written.chain(value.normal().filter(|normal| value.text() != Some(normal))) {
                    let text = composed(text);
                    own.texts.look_up(text.as_bytes(), &mut |entry, leaf| by_run.push((entry, leaf)));
                    own.wholes.look_up(text.as_bytes(), &mut |entry, leaf| as_whole.push((entry, leaf)));
                }
            }
            Value::Bytes(bytes) => {
                let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
                own.texts.look_up(text.as_bytes(), &mut |entry, leaf| by_run.push((entry, leaf)));
                // Expressions mean something else in bytes.
                own.wholes.all(&mut |entry, leaf| as_whole.push((entry, leaf)));
            }
            _ => return,
        }
        for (proposed, atoms) in [(&mut by_run, &own.text_atoms), (&mut as_whole, &own.whole_atoms)] {
            proposed.sort_unstable();
            proposed.dedup();
            for (entry, leaf) in proposed {
                match atoms.get(entry) {
                    Some(Some(atom)) => self.try_atom(*leaf, atom, value, found),
                    Some(None) => candidates.push(*leaf),
                    None => {}
                }
            }
        }
    }

    fn tests_of_type(
        &self,
        tried: &[Tried],
        of: TypeId,
        values: &[Reached<'_>],
        candidates: &mut Vec<LeafId>,
        found: &mut Found,
    ) {
        for tried in tried {
            match &tried.atom {
                Some(atom) => {
                    let mut steps = Steps::new(self.options.steps_max);
                    self.note(tried.leaf, atom.holds(of, values, &mut steps), found);
                }
                None => candidates.push(tried.leaf),
            }
        }
    }

    fn try_atom(&self, leaf: LeafId, atom: &super::atom::Atom, value: &Value<'_>, found: &mut Found) {
        let mut steps = Steps::new(self.options.steps_max);
        self.note(leaf, atom.passes(value, &mut steps), found);
    }

    fn evaluate(&self, leaf: LeafId, of: TypeId, values: &[Reached<'_>], found: &mut Found) {
        let Some(Some(it)) = self.leaves.get(leaf as usize) else { return };
        if let Some(formula) = &it.formula {
            let mut steps = Steps::new(self.options.steps_max);
            self.note(leaf, formula.holds(of, values, &mut steps), found);
        }
    }

    fn note(&self, leaf: LeafId, holds: Result<bool, super::atom::Exhausted>, found: &mut Found) {
        match holds {
            Ok(true) => found.leaves.push(leaf),
            Ok(false) => {}
            Err(_) => {
                if let Some(Some(it)) = self.leaves.get(leaf as usize) {
                    found.exhausted.push(it.pattern);
                }
            }
        }
    }
}
