//! The line of one object's versions, newest first and bounded, and one version of it by its digest.
//!
//! Guarantees: an object with ten thousand versions costs no more than the few that are shown. Does not know: who asks.

use crate::error::StoreError;
use crate::held::{Object, VersionSummary};
use crate::view::{VERSION_COLUMNS, VISIBLE, VersionRow, View, standing, unsigned};
use comity_vocab::Digest;
use rusqlite::OptionalExtension;

/// The newest versions of an object, and how many there are.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    /// The current one first, then by version, newest first.
    pub versions: Vec<VersionSummary>,
    /// How many are visible.
    pub count: u64,
}

impl View<'_> {
    /// Returns the newest versions of an object, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or a row is damaged.
    pub fn lineage(&self, id: &str, limit: usize) -> Result<Lineage, StoreError> {
        let Some(oid) = self.held(id)? else { return Ok(Lineage::default()) };
        let current = self.current_of(oid)?;
        let count = self
            .conn
            .prepare_cached(&format!("SELECT count(*) FROM version v WHERE v.oid = ?1 AND {VISIBLE}"))?
            .query_row([oid], |row| row.get(0))
            .map(unsigned)?;
        let sql = format!(
            "SELECT {VERSION_COLUMNS} FROM version v WHERE v.oid = ?1 AND {VISIBLE}
             ORDER BY v.vid IS NOT ?2, v.version DESC, v.vid LIMIT ?3"
        );
        let rows: Vec<VersionRow> = self
            .conn
            .prepare_cached(&sql)?
            .query_map((oid, current, limit as i64), VersionRow::read)?
            .collect::<Result<_, _>>()?;
        let mut versions = Vec::new();
        for row in rows {
            let object = self.placed(row, current)?;
            versions.push(VersionSummary {
                version_text: object.version_text,
                digest: object.digest,
                standing: object.standing,
                label: object.label,
                origin: object.provenance.origin,
                received_at: object.provenance.received_at,
                defects: object.defects.len() as u64,
                bytes: object.bytes.len() as u64,
            });
        }
        Ok(Lineage { versions, count })
    }

    /// Returns the version of an object with exactly these bytes, whatever its place.
    ///
    /// # Errors
    /// As [`View::lineage`].
    pub fn version_with(&self, id: &str, digest: &Digest) -> Result<Option<Object>, StoreError> {
        let Some(oid) = self.held(id)? else { return Ok(None) };
        let current = self.current_of(oid)?;
        let sql =
            format!("SELECT {VERSION_COLUMNS} FROM version v WHERE v.oid = ?1 AND v.digest = ?2 AND {VISIBLE} LIMIT 1");
        let row = self.conn.prepare_cached(&sql)?.query_row((oid, digest.as_bytes()), VersionRow::read).optional()?;
        row.map(|row| self.placed(row, current)).transpose()
    }

    fn placed(&self, row: VersionRow, current: Option<i64>) -> Result<Object, StoreError> {
        let standing = standing(row.flags, current == Some(row.vid));
        self.object(row, standing)
    }

    fn current_of(&self, oid: i64) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT current FROM object WHERE oid = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([oid], |row| row.get(0))?)
    }
}
