//! LIKE and MATCHES: one automaton over what many patterns must contain, in segments.
//!
//! Guarantees: adding costs no more than a segment of [`TAIL_MAX`]; segments are merged when [`Texts::maintain`] is called, one
//! merge each time; a removed entry is skipped at once and goes with the next merge. Does not know: whether what it
//! proposes matches.

use super::exact::LeafId;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use std::collections::HashMap;

/// Entries that are looked at one by one before they become a segment.
const TAIL_MAX: usize = 64;
/// Segments of about one size before they are merged.
const FAN: usize = 4;

/// An entry, by number: what is proposed.
pub type EntryId = u32;

/// What some text must contain.
struct Entry {
    leaf: LeafId,
    runs: Vec<Vec<u8>>,
}

struct Segment {
    automaton: AhoCorasick,
    /// By number of the run: the entry that it belongs to.
    owners: Vec<EntryId>,
    entries: Vec<EntryId>,
}

/// The index of one path.
#[derive(Default)]
pub struct Texts {
    entries: HashMap<EntryId, Entry>,
    next: EntryId,
    tail: Vec<EntryId>,
    segments: Vec<Segment>,
    /// Of the entries that segments have, how many were removed.
    dead: usize,
}

impl Texts {
    /// Adds runs of which one must occur for the leaf to be proposed.
    pub fn add(&mut self, runs: Vec<Vec<u8>>, leaf: LeafId) -> EntryId {
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.entries.insert(id, Entry { leaf, runs });
        self.tail.push(id);
        if self.tail.len() >= TAIL_MAX {
            let tail = std::mem::take(&mut self.tail);
            self.build(tail);
        }
        id
    }

    /// Takes an entry back.
    pub fn remove(&mut self, id: EntryId) {
        if self.entries.remove(&id).is_some() {
            match self.tail.iter().position(|it| *it == id) {
                Some(place) => drop(self.tail.swap_remove(place)),
                None => self.dead += 1,
            }
        }
    }

    /// Tells whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn build(&mut self, mut ids: Vec<EntryId>) {
        ids.retain(|id| self.entries.contains_key(id));
        let mut owners = Vec::new();
        let mut runs: Vec<&[u8]> = Vec::new();
        for id in &ids {
            for run in self.entries.get(id).map(|entry| entry.runs.as_slice()).unwrap_or_default() {
                owners.push(*id);
                runs.push(run);
            }
        }
        let automaton = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&runs);
        match automaton {
            Ok(automaton) => self.segments.push(Segment { automaton, owners, entries: ids }),
            // Too large for an automaton: looked at one by one, which is slow and right.
            Err(_) => self.tail.extend(ids),
        }
    }

    /// Merges segments of about one size; returns whether there may be more to do.
    pub fn maintain(&mut self) -> bool {
        self.segments.sort_by_key(|segment| std::cmp::Reverse(segment.entries.len()));
        let small = self.segments.len().checked_sub(FAN);
        let merge_from = match small {
            // The last ones are the smallest; merge them when the largest of them is not far larger than all others together.
            Some(from) => {
                let sizes: Vec<usize> = self.segments.iter().skip(from).map(|segment| segment.entries.len()).collect();
                let (first, rest) = (sizes.first().copied().unwrap_or_default(), sizes.iter().skip(1).sum::<usize>());
                (first <= rest).then_some(from)
            }
            None => None,
        };
        let from = match merge_from {
            Some(from) => from,
            None if self.dead > TAIL_MAX && self.dead > self.entries.len() => 0,
            None => return false,
        };
        let merged: Vec<EntryId> = self.segments.drain(from..).flat_map(|segment| segment.entries).collect();
        let before = merged.len();
        self.build(merged);
        let after = self.segments.last().map_or(0, |segment| segment.entries.len());
        self.dead = self.dead.saturating_sub(before.saturating_sub(after));
        true
    }

    /// Calls `propose` with every entry of which a run occurs, at least once.
    pub fn look_up(&self, text: &[u8], propose: &mut impl FnMut(EntryId, LeafId)) {
        for segment in &self.segments {
            for found in segment.automaton.find_overlapping_iter(text) {
                if let Some(id) = segment.owners.get(found.pattern().as_usize())
                    && let Some(entry) = self.entries.get(id)
                {
                    propose(*id, entry.leaf);
                }
            }
        }
        for id in &self.tail {
            if let Some(entry) = self.entries.get(id) {
                propose(*id, entry.leaf);
            }
        }
    }
}
