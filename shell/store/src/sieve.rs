//! What a search asks of a version beyond words, asked of many versions at once.
//!
//! Guarantees: only current versions of finished imports are seen; the sieve lets through exactly what the filter's condition does.
//! The cost is that of the versions named, whatever is held. Does not know: order, words, pages.

use crate::error::StoreError;
use crate::view::{View, number_list};
use rusqlite::{Row, named_params};
use std::collections::HashSet;

/// The length of a version that is an instant.
const INSTANT_BYTES: usize = 12;

/// Tells whether a version is an instant; a text that is none begins with a zero byte, and may be as long.
pub(crate) fn is_instant(version: &[u8]) -> bool {
    version.len() == INSTANT_BYTES && version.first() != Some(&0)
}
/// Versions that one statement looks at.
const AT_ONCE: usize = 1_024;

/// What is known of a version without its bytes.
pub(crate) struct Seen {
    pub vid: i64,
    pub tid: i64,
    pub lid: Option<i64>,
    pub nid: i64,
    pub flags: i64,
    pub version: Vec<u8>,
}

/// The columns of [`Seen`], of `version v` and `import i`.
pub(crate) const SEEN_COLUMNS: &str = "v.vid, v.tid, v.lid, i.nid, v.flags, v.version";
/// Whether the import of a version is finished, or not known, which is damage to be told.
pub(crate) const FINISHED: &str = "i.state IS NOT 0";

impl Seen {
    /// Reads a row.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where a version's import is not held.
    pub(crate) fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let vid = row.get(0)?;
        let nid: Option<i64> = row.get(3)?;
        Ok(Self {
            vid,
            tid: row.get(1)?,
            lid: row.get(2)?,
            nid: nid.ok_or(StoreError::Damaged { what: "import", row: vid })?,
            flags: row.get(4)?,
            version: row.get(5)?,
        })
    }
}

/// A filter in the numbers of one database, to be asked without a statement.
#[derive(Clone, Default)]
pub(crate) struct Sieve {
    pub types: Option<Vec<i64>>,
    pub since: Option<Vec<u8>>,
    pub until: Option<Vec<u8>>,
    pub origins: Option<HashSet<i64>>,
    /// Labels; together with `unmarked`.
    pub labels: Option<HashSet<i64>>,
    pub unmarked: bool,
}

impl Sieve {
    /// Tells whether the filter lets a version through.
    pub(crate) fn lets(&self, seen: &Seen) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&seen.tid))
            && self.since.as_ref().is_none_or(|since| seen.version >= *since)
            && self.until.as_ref().is_none_or(|until| seen.version < *until && is_instant(&seen.version))
            && self.origins.as_ref().is_none_or(|origins| origins.contains(&seen.nid))
            && self.labels.as_ref().is_none_or(|labels| seen.lid.map_or(self.unmarked, |label| labels.contains(&label)))
    }

    /// Tells whether nothing is asked.
    pub(crate) fn is_open(&self) -> bool {
        self.types.is_none()
            && self.since.is_none()
            && self.until.is_none()
            && self.origins.is_none()
            && self.labels.is_none()
    }
}

impl View<'_> {
    /// Looks at versions by their numbers and hands on those that are current, visible and let through.
    pub(crate) fn look(
        &self,
        vids: &[i64],
        sieve: &Sieve,
        mut each: impl FnMut(Seen) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT {SEEN_COLUMNS} FROM json_each(:vids) n CROSS JOIN version v ON v.vid = n.value
             CROSS JOIN object o ON o.oid = v.oid AND o.current = v.vid
             LEFT JOIN import i ON i.iid = v.iid WHERE {FINISHED}"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        for some in vids.chunks(AT_ONCE) {
            let mut rows = statement.query(named_params! { ":vids": number_list(some) })?;
            while let Some(row) = rows.next()? {
                let seen = Seen::read(row)?;
                if sieve.lets(&seen) {
                    each(seen)?;
                }
            }
        }
        Ok(())
    }
}
