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
    /// Where the key's bytes begin; the first is the kind.
    at: u32,
    length: u32,
}

/// The index.
pub struct Exact {
    key: u64,
    heads: HashMap<u64, u32, BuildHasherDefault<Identity>>,
    entries: Vec<Entry>,
    free: Vec<u32>,
    bytes: Vec<u8>,
    dead_bytes: usize,
}

impl Exact {
    /// Makes an empty index whose hash is keyed.
    pub fn new(key: u64) -> Self {
        Self { key, heads: HashMap::default(), entries: Vec::new(), free: Vec::new(), bytes: Vec::new(), dead_bytes: 0 }
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
            let at = self.bytes.len() as u32;
            self.bytes.push(kind);
            self.bytes.extend_from_slice(bytes);
            let head = self.heads.entry(hash).or_insert(NONE);
            let entry = Entry { next: *head, leaf, path, at, length: bytes.len() as u32 + 1 };
            match self.free.pop().and_then(|place| self.entries.get_mut(place as usize).map(|slot| (place, slot))) {
                Some((place, slot)) => {
                    *slot = entry;
                    *head = place;
                    entries.push(place);
                }
                None => {
                    *head = self.entries.len() as u32;
                    entries.push(*head);
                    self.entries.push(entry);
                }
            }
        });
    }

    /// Takes an entry back.
    pub fn remove(&mut self, number: u32) {
        let Some(gone) = self.entries.get(number as usize).copied() else { return };
        let key = self.bytes.get(gone.at as usize..(gone.at + gone.length) as usize).unwrap_or_default();
        let Some((kind, bytes)) = key.split_first() else { return };
        let hash = self.hash(gone.path, *kind, bytes);
        let (mut place, mut before) = (self.heads.get(&hash).copied().unwrap_or(NONE), NONE);
        while place != number {
            let Some(entry) = self.entries.get(place as usize) else { return };
            (before, place) = (place, entry.next);
        }
        match (self.entries.get_mut(before as usize), gone.next) {
            (Some(previous), next) => previous.next = next,
            (None, NONE) => drop(self.heads.remove(&hash)),
            (None, next) => drop(self.heads.insert(hash, next)),
        }
        self.dead_bytes += gone.length as usize;
        self.free.push(number);
        if self.dead_bytes > 1 << 20 && self.dead_bytes > self.bytes.len() / 2 {
            self.compact();
        }
    }

    /// Copies the keys that are in use together. Rare: half of all keys went since the last time.
    fn compact(&mut self) {
        let mut bytes = Vec::with_capacity(self.bytes.len() - self.dead_bytes);
        let mut places: Vec<u32> = self.heads.values().copied().collect();
        while let Some(place) = places.pop() {
            if let Some(entry) = self.entries.get_mut(place as usize) {
                let key = self.bytes.get(entry.at as usize..(entry.at + entry.length) as usize).unwrap_or_default();
                entry.at = bytes.len() as u32;
                bytes.extend_from_slice(key);
                if entry.next != NONE {
                    places.push(entry.next);
                }
            }
        }
        self.bytes = bytes;
        self.dead_bytes = 0;
    }

    fn is(&self, entry: &Entry, path: PathId, kind: u8, bytes: &[u8]) -> bool {
        let key = self.bytes.get(entry.at as usize..(entry.at + entry.length) as usize).unwrap_or_default();
        entry.path == path && key.split_first() == Some((&kind, bytes))
    }

    /// Returns where the entries begin that may ask for this value; most values have none. To be called for many values one
    /// after the other: the processor then waits for several at the same time.
    pub fn head(&self, path: PathId, value: &Value<'_>) -> Option<u32> {
        let hash = with_key(value, |kind, bytes| self.hash(path, kind, bytes))?;
        self.heads.get(&hash).copied()
    }

    /// Calls `hit` with every leaf behind a head that asks for this value.
    pub fn follow(&self, head: u32, path: PathId, value: &Value<'_>, hit: &mut impl FnMut(LeafId)) {
        let mut place = head;
        while let Some(entry) = self.entries.get(place as usize) {
            if with_key(value, |kind, bytes| self.is(entry, path, kind, bytes)) == Some(true) {
                hit(entry.leaf);
            }
            place = entry.next;
        }
    }
}

/// Gives the form in which a value is looked up.
fn with_key<T>(value: &Value<'_>, look_up: impl FnOnce(u8, &[u8]) -> T) -> Option<T> {
    Some(match value {
        Value::Text(text) => look_up(TEXT, text.as_bytes()),
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
