//! Finds duplicate property names while an object is being read.
//!
//! Names are compared, not hashed: there is nothing to collide (security.md §5 A, case 24) and nothing random is needed.
//! Up to 32 names are compared pairwise by a 16-byte summary; more are sorted once, when their object ends.

use super::text::Text;

const PAIRWISE_MAX: usize = 32;

/// One name: its first and last eight bytes, and where the whole of it is.
#[derive(Clone, Copy, Debug)]
struct Name {
    head: u64,
    tail: u64,
    /// Index in the scanned bytes of the name's first byte; reported for a duplicate.
    at: usize,
    /// Where the text is: in the scanned bytes, or unescaped in the arena.
    from: usize,
    len: usize,
    in_arena: bool,
}

/// The names of all objects that are open at the moment, innermost last. Reused between objects of a file.
#[derive(Debug, Default)]
pub(super) struct Keys {
    names: Vec<Name>,
    /// Unescaped text of the names that were written with escapes.
    arena: Vec<u8>,
}

/// Where an object's names begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    names: usize,
    arena: usize,
}

fn eight(bytes: Option<&[u8]>) -> u64 {
    let mut word = [0u8; 8];
    let bytes = bytes.unwrap_or_default();
    if let Some(full) = bytes.first_chunk::<8>() {
        return u64::from_be_bytes(*full);
    }
    for (to, from) in word.iter_mut().zip(bytes) {
        *to = *from;
    }
    u64::from_be_bytes(word)
}

impl Keys {
    pub fn clear(&mut self) {
        self.names.clear();
        self.names.reserve(PAIRWISE_MAX);
        self.arena.clear();
    }

    pub fn mark(&self) -> Mark {
        Mark { names: self.names.len(), arena: self.arena.len() }
    }

    /// Adds a name; `at` is the index of its first byte. Returns its length after unescaping.
    pub fn add(&mut self, text: Text<'_>, at: usize) -> usize {
        if !text.escaped {
            let len = text.raw.len();
            let (head, tail) = (eight(Some(text.raw)), eight(text.raw.last_chunk::<8>().map(|tail| &tail[..])));
            self.names.push(Name { head, tail, at, from: at, len, in_arena: false });
            return len;
        }
        let plain = text.unescaped();
        let plain = plain.as_bytes();
        let (from, len) = (self.arena.len(), plain.len());
        self.arena.extend_from_slice(plain);
        let (head, tail) = (eight(Some(plain)), eight(plain.last_chunk::<8>().map(|tail| &tail[..])));
        self.names.push(Name { head, tail, at, from, len, in_arena: true });
        len
    }

    /// Forgets the names from `mark` on; returns the index of a name that occurred before, where there is one.
    pub fn close(&mut self, mark: Mark, bytes: &[u8]) -> Option<usize> {
        let Self { names, arena } = self;
        let text = |name: &Name| {
            let store = if name.in_arena { arena.as_slice() } else { bytes };
            store.get(name.from..name.from + name.len).unwrap_or_default()
        };
        let own = names.get_mut(mark.names..).unwrap_or_default();
        let second = if own.len() <= PAIRWISE_MAX {
            own.iter().enumerate().find_map(|(index, name)| {
                let same = |other: &&Name| {
                    other.head == name.head
                        && other.tail == name.tail
                        && other.len == name.len
                        && text(other) == text(name)
                };
                own.iter().take(index).find(same).map(|_| name.at)
            })
        } else {
            own.sort_unstable_by(|a, b| a.head.cmp(&b.head).then_with(|| text(a).cmp(text(b))).then(a.at.cmp(&b.at)));
            own.iter()
                .zip(own.iter().skip(1))
                .filter(|(a, b)| a.head == b.head && text(a) == text(b))
                .map(|(_, b)| b.at)
                .min()
        };
        names.truncate(mark.names);
        arena.truncate(mark.arena);
        second
    }
}
