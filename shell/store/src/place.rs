//! Where a page of a search ends, as text: what the next page begins behind.
//!
//! Guarantees: what is written is read as the same; anything else is refused. Does not know: who may use it (the faces seal it).

use crate::error::StoreError;
use std::fmt;
use std::ops::Range;

/// A version in the order of a search: newest first, then by number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub version: Vec<u8>,
    pub vid: i64,
}

/// Where a page ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Behind this version in the order of all.
    Newest(Found),
    /// Behind this version among the matches of a block.
    Within {
        /// The block: versions by number.
        block: Range<i64>,
        /// Whether the block has every match there is.
        whole: bool,
        /// The last version of the page.
        found: Found,
    },
    /// At the beginning of the block below this number.
    Below(i64),
}

/// What a page consists of.
#[derive(Default)]
pub(crate) struct Page {
    pub vids: Vec<i64>,
    pub next: Option<Place>,
    pub cut: bool,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", hex::encode(&self.version), self.vid)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest(found) => write!(f, "{found}"),
            Self::Within { block, whole, found } => {
                let letter = if *whole { 'w' } else { 'p' };
                write!(f, "{letter}{}.{}.{found}", block.start, block.end)
            }
            Self::Below(end) => write!(f, "b{end}"),
        }
    }
}

impl Found {
    fn read(text: &str) -> Option<Self> {
        let (version, vid) = text.split_once('-')?;
        Some(Self { version: hex::decode(version).ok()?, vid: vid.parse().ok()? })
    }
}

impl Place {
    /// Reads a place.
    ///
    /// # Errors
    /// [`StoreError::Query`] where it is none.
    pub(crate) fn read(text: &str) -> Result<Self, StoreError> {
        Self::parse(text).ok_or(StoreError::Query { part: "cursor" })
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some(end) = text.strip_prefix('b').filter(|rest| !rest.contains('-')) {
            return Some(Self::Below(end.parse().ok()?));
        }
        let whole = text.starts_with('w');
        match text.strip_prefix(['w', 'p']) {
            None => Found::read(text).map(Self::Newest),
            Some(rest) => {
                let mut parts = rest.splitn(3, '.');
                let block = parts.next()?.parse().ok()?..parts.next()?.parse().ok()?;
                Some(Self::Within { block, whole, found: Found::read(parts.next()?)? })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let found = |version: &[u8]| Found { version: version.to_vec(), vid: 7 };
        for place in [
            Place::Newest(found(&[0xb0; 12])),
            Place::Newest(found(&[])),
            Place::Within { block: 3..90, whole: true, found: found(&[1]) },
            Place::Within { block: 0..i64::MAX, whole: false, found: found(&[]) },
            Place::Below(12),
        ] {
            assert_eq!(Place::read(&place.to_string()).ok(), Some(place));
        }
        for text in ["", "x", "b", "bx", "w1.2", "w1.2.zz-3", "-", "00"] {
            assert!(Place::read(text).is_err(), "{text}");
        }
    }
}
