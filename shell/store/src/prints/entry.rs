//! One entry of the index of texts, and how entries lie in a page.
//!
//! Guarantees: a page has one form: entries in order, each once. Does not know: segments.

use crate::error::StoreError;

/// The bytes of one entry: eight of the print, five of the version's number.
pub(super) const ENTRY_BYTES: usize = 13;
/// Entries of a full page: with its row it fills a page of the file.
pub(super) const PAGE_ENTRIES: usize = 300;
/// The highest number of a version that an entry holds.
const VID_MAX: i64 = (1 << 40) - 1;

/// That a text of a version has a run with this print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub print: u64,
    pub vid: i64,
}

/// Turns a print into a number of the database that is ordered alike.
pub(super) fn ordered(print: u64) -> i64 {
    (print ^ (1 << 63)).cast_signed()
}

/// Packs entries that are in order.
pub(super) fn pack(entries: &[Entry]) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::with_capacity(entries.len() * ENTRY_BYTES);
    for entry in entries {
        if !(0..=VID_MAX).contains(&entry.vid) {
            return Err(StoreError::Damaged { what: "number of a version", row: entry.vid });
        }
        bytes.extend_from_slice(&entry.print.to_be_bytes());
        bytes.extend(entry.vid.to_be_bytes().iter().skip(3));
    }
    Ok(bytes)
}

/// Unpacks a page; `None` where it is not one.
pub(super) fn unpack(bytes: &[u8]) -> Option<Vec<Entry>> {
    let (chunks, rest) = bytes.as_chunks::<ENTRY_BYTES>();
    if !rest.is_empty() || chunks.is_empty() {
        return None;
    }
    let mut entries: Vec<Entry> = Vec::with_capacity(chunks.len());
    for [a, b, c, d, e, f, g, h, v, w, x, y, z] in chunks {
        let entry = Entry {
            print: u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]),
            vid: i64::from_be_bytes([0, 0, 0, *v, *w, *x, *y, *z]),
        };
        if entries.last().is_some_and(|last| *last >= entry) {
            return None;
        }
        entries.push(entry);
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_form() {
        let entries = [Entry { print: 1, vid: 9 }, Entry { print: 1, vid: VID_MAX }, Entry { print: u64::MAX, vid: 0 }];
        let bytes = pack(&entries).unwrap();
        assert_eq!(bytes.len(), 3 * ENTRY_BYTES);
        assert_eq!(unpack(&bytes).unwrap(), entries);
        assert!(unpack(&bytes[1..]).is_none());
        assert!(unpack(b"").is_none());
        let mut turned = entries;
        turned.reverse();
        assert!(unpack(&pack(&turned).unwrap()).is_none());
        assert!(pack(&[Entry { print: 1, vid: VID_MAX + 1 }]).is_err());
        assert!(ordered(0) < ordered(1) && ordered(1) < ordered(1 << 63) && ordered(1 << 63) < ordered(u64::MAX));
    }
}
