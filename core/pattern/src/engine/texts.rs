//! LIKE and MATCHES by what every match must contain: a few neighbouring bytes of it, looked up at each place of a text.
//!
//! Guarantees: one look at a small table of bits for each byte of a text, whatever the number of patterns; where it says yes,
//! the whole run is compared. Adding and removing touch one place. Does not know: whether what it proposes matches.

use super::exact::LeafId;
use super::hash::Keyed;
use super::segments::EntryId;
use std::collections::HashMap;

/// Bytes that are looked up together; shorter runs as they are.
const GRAM: usize = 4;
/// The shortest run that there is.
const GRAM_MIN: usize = 2;
/// Bits of the filter for each gram, so that few places of a text are looked up in vain.
const BITS_A_GRAM: usize = 32;
/// Words of a filter at least: 4 KiB.
const WORDS_MIN: usize = 512;

/// The index of one path.
#[derive(Default)]
pub struct Texts {
    entries: HashMap<EntryId, Vec<Gram>>,
    next: EntryId,
    /// By length of the gram, from [`GRAM_MIN`].
    tables: [Table; GRAM - GRAM_MIN + 1],
}

/// Where an entry stands: length and bytes.
#[derive(Clone, Copy)]
struct Gram {
    length: usize,
    bytes: u32,
}

/// Grams of one length.
#[derive(Default)]
struct Table {
    /// A bit for the hash of each gram.
    filter: Vec<u64>,
    grams: HashMap<u32, Vec<Posting>, Keyed>,
    /// Grams that the filter still has and nobody asks for any more.
    gone: usize,
}

/// A run that contains a gram.
struct Posting {
    entry: EntryId,
    leaf: LeafId,
    run: Box<[u8]>,
    /// Bytes of the run before the gram.
    before: usize,
}

/// Reads bytes as a number, the last byte lowest.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |all, byte| all << 8 | u32::from(*byte))
}

/// Where a gram's bit is: word, and the bit in it.
fn place(gram: u32, words: usize) -> (usize, u64) {
    let mixed = u64::from(gram).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed >> 38) as usize & words.wrapping_sub(1), 1 << (mixed >> 32 & 63))
}

impl Table {
    fn load(&self, gram: u32) -> usize {
        self.grams.get(&gram).map_or(0, Vec::len)
    }

    fn add(&mut self, gram: u32, posting: Posting) {
        self.grams.entry(gram).or_default().push(posting);
        if (self.grams.len() + self.gone) * BITS_A_GRAM > self.filter.len() * 64 {
            self.make_filter();
        } else if let (word, bit) = place(gram, self.filter.len())
            && let Some(word) = self.filter.get_mut(word)
        {
            *word |= bit;
        }
    }

    fn remove(&mut self, gram: u32, entry: EntryId) {
        let Some(postings) = self.grams.get_mut(&gram) else { return };
        postings.retain(|posting| posting.entry != entry);
        if postings.is_empty() {
            self.grams.remove(&gram);
            self.gone += 1;
            if self.gone > WORDS_MIN && self.gone > self.grams.len() {
                self.make_filter();
            }
        }
    }

    /// Makes the filter again, with room for as many grams again.
    fn make_filter(&mut self) {
        let words = (self.grams.len() * 2 * BITS_A_GRAM / 64).next_power_of_two().max(WORDS_MIN);
        self.filter = vec![0; words];
        self.gone = 0;
        for gram in self.grams.keys() {
            let (word, bit) = place(*gram, words);
            if let Some(word) = self.filter.get_mut(word) {
                *word |= bit;
            }
        }
    }

    fn may_have(&self, gram: u32) -> bool {
        let (word, bit) = place(gram, self.filter.len());
        self.filter.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Looks at every place of a text for grams of this length.
    fn look_up(&self, length: usize, text: &[u8], propose: &mut dyn FnMut(EntryId, LeafId)) {
        let mask = u32::MAX >> (8 * (GRAM - length));
        let mut gram = 0;
        for (end, byte) in text.iter().enumerate() {
            gram = (gram << 8 | u32::from(byte.to_ascii_lowercase())) & mask;
            if end + 1 < length || !self.may_have(gram) {
                continue;
            }
            for posting in self.grams.get(&gram).into_iter().flatten() {
                let start = (end + 1 - length).checked_sub(posting.before);
                let there = start.and_then(|start| text.get(start..start + posting.run.len()));
                if there.is_some_and(|there| there.eq_ignore_ascii_case(&posting.run)) {
                    propose(posting.entry, posting.leaf);
                }
            }
        }
    }
}

impl Texts {
    /// Makes an empty index with the key of the hash.
    pub fn new(key: u64) -> Self {
        let mut texts = Self::default();
        texts.tables.iter_mut().for_each(|table| table.grams = HashMap::with_hasher(Keyed(key)));
        texts
    }

    /// Adds runs (in lower case, of [`GRAM_MIN`] bytes at least) of which one must occur for the leaf to be proposed.
    pub fn add(&mut self, runs: Vec<Vec<u8>>, leaf: LeafId) -> EntryId {
        while self.entries.contains_key(&self.next) {
            self.next = self.next.wrapping_add(1);
        }
        let entry = self.next;
        self.next = self.next.wrapping_add(1);
        let mut grams = Vec::with_capacity(runs.len());
        for run in runs {
            let length = run.len().clamp(GRAM_MIN, GRAM);
            let Some(table) = self.tables.get_mut(length - GRAM_MIN) else { continue };
            // What few others are found by: what all have in common, such as `http`, is not chosen again and again.
            let windows = run.windows(length).map(number).enumerate();
            let Some((before, bytes)) = windows.min_by_key(|(_, gram)| table.load(*gram)) else { continue };
            table.add(bytes, Posting { entry, leaf, run: run.into(), before });
            grams.push(Gram { length, bytes });
        }
        self.entries.insert(entry, grams);
        entry
    }

    /// Takes an entry back.
    pub fn remove(&mut self, entry: EntryId) {
        for gram in self.entries.remove(&entry).unwrap_or_default() {
            if let Some(table) = self.tables.get_mut(gram.length - GRAM_MIN) {
                table.remove(gram.bytes, entry);
            }
        }
    }

    /// Tells whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Calls `propose` with every entry of which a run occurs, at least once.
    pub fn look_up(&self, text: &[u8], propose: &mut dyn FnMut(EntryId, LeafId)) {
        for (length, table) in (GRAM_MIN..).zip(&self.tables) {
            if !table.grams.is_empty() {
                table.look_up(length, text, propose);
            }
        }
    }
}
