//! Equality: which leaves ask for exactly this value of this path.
//!
//! Guarantees: one look-up in a hash table for a value that nobody asks for, whatever the number of patterns; a hit is
//! compared byte by byte. The hash is keyed, so that patterns cannot be made to collide by somebody who does not know the key.

use super::paths::PathId;
use super::value::{Constant, Number, Value};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A leaf, by number.
pub type LeafId = u32;

const NONE: u32 = u32::MAX;

/// What kind of value is looked for: the same bytes as text and as a number are two things.
const TEXT: u8 = 1;
const BYTES: u8 = 2;
const WHOLE: u8 = 3;
const FLOAT: u8 = 4;
const BOOL: u8 = 5;

/// Keys are hashes already.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

#[derive(Clone, Copy)]
struct Entry {
    next: u32,
    leaf: LeafId,
    path: PathId,
    /// Where the key's bytes begin in those of its shard; the first is the kind.
    at: u32,
    length: u32,
    shard: u8,
}

/// Parts of the index that grow and are cleaned one by one, so that no single change waits for all.
const SHARDS: usize = 256;
/// Keys for each word of a filter at which it is made larger; with three bits a key, one value in a hundred passes in vain.
const KEYS_A_WORD: usize = 4;
/// Removed keys, or bytes of them, that are not worth cleaning.
const GONE_MIN: usize = 1 << 10;

/// The hashes with one and the same byte in the middle.
#[derive(Default)]
struct Shard {
    /// Says of most hashes that nobody asks for them, and is small enough to stay near the processor.
    filter: Vec<u64>,
    /// Hashes that the filter still has and nobody asks for any more.
    gone: usize,
    heads: HashMap<u64, u32, BuildHasherDefault<Identity>>,
    bytes: Vec<u8>,
    dead_bytes: usize,
}

/// The three bits of a hash in its word of a filter. Other bits of the hash choose shard, word and place in the table.
fn bits(hash: u64) -> u64 {
    1 << (hash >> 58) | 1 << (hash >> 52 & 63) | 1 << (hash >> 46 & 63)
}

impl Shard {
    fn key(&self, entry: &Entry) -> &[u8] {
        self.bytes.get(entry.at as usize..entry.at as usize + entry.length as usize).unwrap_or_default()
    }

    fn may_have(&self, hash: u64) -> bool {
        let place = (hash >> 8) as usize & self.filter.len().wrapping_sub(1);
        self.filter.get(place).is_some_and(|word| word & bits(hash) == bits(hash))
    }

    fn note(&mut self, hash: u64) {
        if self.heads.len() + self.gone > self.filter.len() * KEYS_A_WORD {
            self.make_filter();
            return;
        }
        let place = (hash >> 8) as usize & self.filter.len().wrapping_sub(1);
        if let Some(word) = self.filter.get_mut(place) {
            *word |= bits(hash);
        }
    }

    /// Makes the filter again from all hashes, with room for as many again.
    fn make_filter(&mut self) {
        let words = (self.heads.len() * 2 / KEYS_A_WORD + 1).next_power_of_two();
        self.filter = vec![0; words];
        self.gone = 0;
        for hash in self.heads.keys() {
            if let Some(word) = self.filter.get_mut((hash >> 8) as usize & (words - 1)) {
                *word |= bits(*hash);
            }
        }
    }
}

/// The index.
pub struct Exact {
    key: u64,
    shards: Box<[Shard]>,
    entries: Vec<Entry>,
    free: Vec<u32>,
}

impl Exact {
    /// Makes an empty index whose hash is keyed.
    pub fn new(key: u64) -> Self {
        let shards = (0..SHARDS).map(|_| Shard::default()).collect();
        Self { key, shards, entries: Vec::new(), free: Vec::new() }
    }

    fn hash(&self, path: PathId, kind: u8, bytes: &[u8]) -> u64 {
        super::hash::hash(self.key, u64::from(path.0) << 8 | u64::from(kind), bytes)
    }

    /// Adds what a leaf asks for.
    ///
    /// The numbers of the entries are added to `entries`; they are what is given to [`Exact::remove`].
    pub fn add(&mut self, path: PathId, binary: bool, wanted: &Constant, leaf: LeafId, entries: &mut Vec<u32>) {
        each_key(wanted, binary, &mut |kind, bytes| {
            let hash = self.hash(path, kind, bytes);
            let number = shard_of(hash);
            let Some(shard) = self.shards.get_mut(usize::from(number)) else { return };
            let at = shard.bytes.len() as u32;
            shard.bytes.push(kind);
            shard.bytes.extend_from_slice(bytes);
            let place = self.free.pop().unwrap_or(self.entries.len() as u32);
            let next = shard.heads.insert(hash, place).unwrap_or(NONE);
            if next == NONE {
                shard.note(hash);
            }
            let entry = Entry { next, leaf, path, at, length: bytes.len() as u32 + 1, shard: number };
            match self.entries.get_mut(place as usize) {
                Some(slot) => *slot = entry,
                None => self.entries.push(entry),
            }
            entries.push(place);
        });
    }

    /// Takes an entry back.
    pub fn remove(&mut self, number: u32) {
        let Some(gone) = self.entries.get(number as usize).copied() else { return };
        let Some(shard) = self.shards.get_mut(usize::from(gone.shard)) else { return };
        let Some((kind, bytes)) = shard.key(&gone).split_first() else { return };
        let hash = super::hash::hash(self.key, u64::from(gone.path.0) << 8 | u64::from(*kind), bytes);
        let (mut place, mut before) = (shard.heads.get(&hash).copied().unwrap_or(NONE), NONE);
        while place != number {
            let Some(entry) = self.entries.get(place as usize) else { return };
            (before, place) = (place, entry.next);
        }
        match (self.entries.get_mut(before as usize), gone.next) {
            (Some(previous), next) => previous.next = next,
            (None, NONE) => {
                shard.heads.remove(&hash);
                shard.gone += 1;
                if shard.gone > GONE_MIN && shard.gone > shard.heads.len() {
                    shard.make_filter();
                }
            }
            (None, next) => drop(shard.heads.insert(hash, next)),
        }
        shard.dead_bytes += gone.length as usize;
        self.free.push(number);
        if shard.dead_bytes > GONE_MIN && shard.dead_bytes > shard.bytes.len() / 2 {
            compact(shard, &mut self.entries);
        }
    }

    /// Returns where the entries begin that may ask for this value; most values have none. To be called for many values one
    /// after the other: the processor then waits for several at the same time.
    pub fn head(&self, path: PathId, value: &Value<'_>) -> Option<u32> {
        let hash = with_key(value, |kind, bytes| self.hash(path, kind, bytes))?;
        let shard = self.shards.get(usize::from(shard_of(hash)))?;
        if !shard.may_have(hash) {
            return None;
        }
        shard.heads.get(&hash).copied()
    }

    /// Calls `hit` with every leaf behind a head that asks for this value.
    pub fn follow(&self, head: u32, path: PathId, value: &Value<'_>, hit: &mut impl FnMut(LeafId)) {
        let mut place = head;
        while let Some(entry) = self.entries.get(place as usize) {
            let key = self.shards.get(usize::from(entry.shard)).map(|shard| shard.key(entry)).unwrap_or_default();
            let is = |kind: u8, bytes: &[u8]| entry.path == path && key.split_first() == Some((&kind, bytes));
            if with_key(value, is) == Some(true) {
                hit(entry.leaf);
            }
            place = entry.next;
        }
    }
}

fn shard_of(hash: u64) -> u8 {
    (hash >> 38) as u8
}

/// Copies the keys of a shard that are in use together. Rare: half of its bytes went since the last time.
fn compact(shard: &mut Shard, entries: &mut [Entry]) {
    let mut bytes = Vec::with_capacity(shard.bytes.len().saturating_sub(shard.dead_bytes));
    for head in shard.heads.values() {
        let mut place = *head;
        while let Some(entry) = entries.get_mut(place as usize) {
            let at = bytes.len() as u32;
            bytes.extend_from_slice(shard.key(entry));
            entry.at = at;
            place = entry.next;
        }
    }
    shard.bytes = bytes;
    shard.dead_bytes = 0;
}

/// Gives the form in which a value is looked up.
fn with_key<T>(value: &Value<'_>, look_up: impl FnOnce(u8, &[u8]) -> T) -> Option<T> {
    Some(match value {
        Value::Text(text) => look_up(TEXT, text.as_bytes()),
        Value::Spelled(text) => look_up(TEXT, text.normal.as_bytes()),
        Value::Bytes(bytes) => look_up(BYTES, bytes),
        Value::Number(Number::Whole(whole)) => look_up(WHOLE, &whole.to_le_bytes()),
        Value::Number(Number::Float(float)) => look_up(FLOAT, &float.to_bits().to_le_bytes()),
        Value::Bool(value) => look_up(BOOL, &[u8::from(*value)]),
        Value::Other => return None,
    })
}

/// Calls `key` with each form in which a value that equals the constant is looked up.
fn each_key(wanted: &Constant, binary: bool, key: &mut dyn FnMut(u8, &[u8])) {
    match wanted {
        Constant::Text(text, bytes) => {
            key(TEXT, text.as_bytes());
            if let (true, Some(bytes)) = (binary, bytes) {
                key(BYTES, bytes);
            }
        }
        Constant::Bytes(bytes, text) => {
            key(BYTES, bytes);
            key(TEXT, text.as_bytes());
        }
        Constant::Number(Number::Whole(whole)) => key(WHOLE, &whole.to_le_bytes()),
        Constant::Number(Number::Float(float)) => key(FLOAT, &float.to_bits().to_le_bytes()),
        Constant::Bool(value) => key(BOOL, &[u8::from(*value)]),
        Constant::Time(_) => {}
    }
}
