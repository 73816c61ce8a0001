//! Versions on their way from the database to a second thread: many in one piece of memory.
//!
//! Guarantees: a parcel is bounded by number and by bytes, one version aside. Does not know: what is made of them.

use rusqlite::Rows;

/// Versions in one parcel at most.
const VERSIONS: usize = 256;
/// Bytes after which a parcel is full.
const BYTES: usize = 256 << 10;

/// Some versions, in the order of the rows they were read from.
#[derive(Default)]
pub(crate) struct Parcel {
    /// The number of each, and where its bytes end.
    ends: Vec<(i64, usize)>,
    bytes: Vec<u8>,
}

impl Parcel {
    /// Reads as many rows (`vid`, `bytes`) as fit; an empty parcel is the end.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn read(rows: &mut Rows<'_>) -> rusqlite::Result<Self> {
        let mut parcel = Self { ends: Vec::with_capacity(VERSIONS), bytes: Vec::with_capacity(BYTES) };
        while !parcel.is_full() {
            let Some(row) = rows.next()? else { break };
            parcel.bytes.extend_from_slice(row.get_ref(1)?.as_blob()?);
            parcel.ends.push((row.get(0)?, parcel.bytes.len()));
        }
        Ok(parcel)
    }

    /// Tells whether another version would be too much.
    pub(crate) fn is_full(&self) -> bool {
        self.ends.len() >= VERSIONS || self.bytes.len() >= BYTES
    }

    /// Tells whether nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many bytes are in it.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The number of the last version.
    pub(crate) fn last(&self) -> Option<i64> {
        self.ends.last().map(|(vid, _)| *vid)
    }

    /// The versions: number and bytes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, &[u8])> {
        let mut from = 0;
        self.ends.iter().map(move |(vid, end)| {
            let bytes = self.bytes.get(from..*end).unwrap_or_default();
            from = *end;
            (*vid, bytes)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "test")]

    use super::*;

    #[test]
    fn parcels_are_full_by_number_or_by_bytes_and_lose_nothing() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        conn.execute_batch(
            "CREATE TABLE version (vid INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
             WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 600)
             INSERT INTO version SELECT x, zeroblob(CASE WHEN x > 300 THEN 3000 ELSE x END) FROM n",
        )
        .unwrap();
        let mut select = conn.prepare("SELECT vid, bytes FROM version ORDER BY vid").unwrap();
        let mut rows = select.query([]).unwrap();
        let (mut seen, mut parcels) = (Vec::new(), 0);
        loop {
            let parcel = Parcel::read(&mut rows).unwrap();
            if parcel.is_empty() {
                break;
            }
            assert!(parcel.iter().count() <= VERSIONS && parcel.size() < BYTES + 3000);
            assert_eq!(parcel.iter().last().map(|(vid, _)| vid), parcel.last());
            seen.extend(parcel.iter().map(|(vid, bytes)| (vid, bytes.len())));
            parcels += 1;
        }
        assert_eq!(seen, (1..=600).map(|n: i64| (n, if n > 300 { 3000 } else { n as usize })).collect::<Vec<_>>());
        assert!(parcels > 3, "{parcels}");
    }
}
