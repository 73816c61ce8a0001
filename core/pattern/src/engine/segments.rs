//! Tests that are looked for together: in segments, each with one automaton.
//!
//! Guarantees: adding builds a segment of [`TAIL_MAX`] at most, and [`Segments::maintain`] one of [`Kind::SIZE_MAX`] at most,
//! however many entries there are; a removed entry is skipped at once, and goes when half of its segment has. Does not know:
//! what is looked for, nor whether what it proposes holds.

use super::exact::LeafId;
use std::collections::HashMap;

/// Entries that are proposed for every text before they become a segment.
const TAIL_MAX: usize = 64;
/// The same where there is time.
const TAIL_USUAL: usize = 4;
/// Segments of about one size before they are merged.
const FAN: usize = 4;

/// An entry, by number: what is proposed.
pub type EntryId = u32;

/// What one automaton of a segment does.
pub trait Kind: Sized {
    /// What is looked for.
    type Item;
    /// Segments are not merged beyond this. It bounds how long one merge takes.
    const SIZE_MAX: usize;
    /// How much an item adds to an automaton.
    fn size(item: &Self::Item) -> usize;
    /// Builds one; `None` where it cannot be.
    fn build(items: &[&Self::Item]) -> Option<Self>;
    /// Calls `hit` with the place of every item that may be in the text, at least once; false where it could not look.
    fn look_up(&self, text: &[u8], hit: &mut dyn FnMut(usize)) -> bool;
}

struct Entry<T> {
    leaf: LeafId,
    item: T,
    /// The number of its segment; none while it is in the tail.
    segment: Option<u32>,
}

struct Segment<K> {
    number: u32,
    automaton: K,
    entries: Vec<EntryId>,
    size: usize,
    dead: usize,
}

/// The index of one path.
pub struct Segments<K: Kind> {
    entries: HashMap<EntryId, Entry<K::Item>>,
    next: EntryId,
    next_segment: u32,
    tail: Vec<EntryId>,
    /// Entries of which no automaton can be built: proposed for every text.
    alone: Vec<EntryId>,
    segments: Vec<Segment<K>>,
}

impl<K: Kind> Default for Segments<K> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            next: 0,
            next_segment: 0,
            tail: Vec::new(),
            alone: Vec::new(),
            segments: Vec::new(),
        }
    }
}

impl<K: Kind> Segments<K> {
    /// Adds what must be found for the leaf to be proposed.
    pub fn add(&mut self, item: K::Item, leaf: LeafId) -> EntryId {
        while self.entries.contains_key(&self.next) {
            self.next = self.next.wrapping_add(1);
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.entries.insert(id, Entry { leaf, item, segment: None });
        self.tail.push(id);
        if self.tail.len() >= TAIL_MAX {
            let tail = std::mem::take(&mut self.tail);
            self.build(tail);
        }
        id
    }

    /// Takes an entry back.
    pub fn remove(&mut self, id: EntryId) {
        let Some(entry) = self.entries.remove(&id) else { return };
        match self.segments.iter_mut().find(|segment| Some(segment.number) == entry.segment) {
            Some(segment) => segment.dead += 1,
            None => {
                self.tail.retain(|other| *other != id);
                self.alone.retain(|other| *other != id);
            }
        }
    }

    /// Tells whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Builds segments of entries: usually one.
    fn build(&mut self, ids: Vec<EntryId>) {
        let items: Vec<&K::Item> = ids.iter().filter_map(|id| self.entries.get(id)).map(|entry| &entry.item).collect();
        let size = items.iter().map(|item| K::size(item)).sum();
        match K::build(&items) {
            Some(automaton) => {
                let number = self.next_segment;
                self.next_segment = self.next_segment.wrapping_add(1);
                for id in &ids {
                    if let Some(entry) = self.entries.get_mut(id) {
                        entry.segment = Some(number);
                    }
                }
                self.segments.push(Segment { number, automaton, entries: ids, size, dead: 0 });
            }
            None if ids.len() > 1 => {
                let mut first = ids;
                let second = first.split_off(first.len() / 2);
                self.build(first);
                self.build(second);
            }
            None => self.alone.extend(ids),
        }
    }

    /// Does one thing that makes looking up faster: builds a segment of the tail, cleans one, or merges some. Returns whether
    /// there may be more to do.
    pub fn maintain(&mut self) -> bool {
        let ids = if self.tail.len() > TAIL_USUAL {
            std::mem::take(&mut self.tail)
        } else {
            let dying = self.segments.iter().position(|segment| segment.dead * 2 > segment.entries.len());
            let chosen = dying.map(|place| vec![place]).unwrap_or_else(|| self.to_merge());
            if chosen.is_empty() {
                return false;
            }
            let mut place = 0;
            let (gone, stay) = std::mem::take(&mut self.segments).into_iter().partition(|_| {
                place += 1;
                chosen.contains(&(place - 1))
            });
            self.segments = stay;
            let gone: Vec<Segment<K>> = gone;
            gone.into_iter().flat_map(|segment| segment.entries).filter(|id| self.entries.contains_key(id)).collect()
        };
        if !ids.is_empty() {
            self.build(ids);
        }
        true
    }

    /// Chooses segments to merge: the smallest, where together they are about as large as the largest of them.
    fn to_merge(&self) -> Vec<usize> {
        let mut open: Vec<(usize, usize)> = self.segments.iter().map(|segment| segment.size).zip(0..).collect();
        open.retain(|(size, _)| *size <= K::SIZE_MAX / 2);
        open.sort_unstable();
        open.truncate(FAN);
        let all: usize = open.iter().map(|(size, _)| size).sum();
        let largest = open.last().map_or(0, |(size, _)| *size);
        if open.len() < FAN || largest > all - largest {
            return Vec::new();
        }
        let mut sum = 0;
        open.retain(|(size, _)| {
            sum += size;
            sum <= K::SIZE_MAX
        });
        open.into_iter().map(|(_, place)| place).collect()
    }

    /// Calls `propose` with every entry that may be in the text, at least once.
    pub fn look_up(&self, text: &[u8], propose: &mut dyn FnMut(EntryId, LeafId)) {
        for segment in &self.segments {
            let mut hit = |place: usize| {
                if let Some(id) = segment.entries.get(place)
                    && let Some(entry) = self.entries.get(id)
                {
                    propose(*id, entry.leaf);
                }
            };
            if !segment.automaton.look_up(text, &mut hit) {
                (0..segment.entries.len()).for_each(hit);
            }
        }
        self.each(self.tail.iter().chain(&self.alone), propose);
    }

    /// Calls `propose` with every entry.
    pub fn all(&self, propose: &mut dyn FnMut(EntryId, LeafId)) {
        self.each(self.entries.keys(), propose);
    }

    fn each<'s>(&'s self, ids: impl Iterator<Item = &'s EntryId>, propose: &mut dyn FnMut(EntryId, LeafId)) {
        for id in ids {
            if let Some(entry) = self.entries.get(id) {
                propose(*id, entry.leaf);
            }
        }
    }
}
