//! Whether the holdings can still be read as they were written: the pages and rows of every table, and the bytes of every version.
//!
//! Guarantees: reads only, beside a process that writes; a piece of it takes one statement, so that no snapshot is held for long. A
//! page that was overwritten is found by its structure, or, where it held nothing but text, by the digest of the version. Full text is
//! left to `verify`. Does not know: when it is asked, what follows.

use crate::error::StoreError;
use crate::view::View;
use comity_vocab::Digest;

/// Versions whose bytes are read in one statement.
const SLICE: i64 = 10_000;
/// Tables whose indexes are compared with their rows as well: by these what is held is found and paged.
const WALKED: [&str; 2] = ["object", "version"];

/// Compares bytes with the digest that is kept of them.
pub(crate) fn whole(vid: i64, bytes: &[u8], digest: &[u8; 32]) -> Result<(), StoreError> {
    if comity_crypto::sha256(&[bytes]) == Digest(*digest) {
        Ok(())
    } else {
        Err(StoreError::Damaged { what: "version", row: vid })
    }
}

impl View<'_> {
    /// Names the tables whose pages can be checked, those first by which what is held is found.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn tables(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0
                   ORDER BY name NOT IN ('object', 'version'), name";
        let mut query = self.conn.prepare(sql)?;
        Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Checks the pages and rows of one table, and of its indexes.
    ///
    /// # Errors
    /// [`StoreError::Pages`] where they are damaged; a failing database.
    pub fn table_whole(&self, table: &str) -> Result<(), StoreError> {
        let pragma = if WALKED.contains(&table) { "integrity_check" } else { "quick_check" };
        let mut said = None;
        self.conn.pragma(None, pragma, table, |row| {
            if said.is_none() {
                said = Some(row.get::<_, String>(0)?);
            }
            Ok(())
        })?;
        match said.as_deref() {
            Some("ok") => Ok(()),
            _ => Err(StoreError::Pages { table: table.to_owned() }),
        }
    }

    /// Compares the bytes of the next versions with their digests; returns after which to go on, nothing at the end.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the version; a failing database.
    pub fn versions_whole(&self, after: i64) -> Result<Option<i64>, StoreError> {
        let mut query =
            self.conn.prepare_cached("SELECT vid, digest, bytes FROM version WHERE vid > ?1 ORDER BY vid LIMIT ?2")?;
        let mut rows = query.query((after, SLICE))?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            let vid: i64 = row.get(0)?;
            let damaged = || StoreError::Damaged { what: "version", row: vid };
            let bytes = row.get_ref(2)?.as_blob().map_err(|_| damaged())?;
            whole(vid, bytes, &row.get(1).map_err(|_| damaged())?)?;
            last = Some(vid);
        }
        Ok(last)
    }
}
