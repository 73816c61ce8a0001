//! What is told of an import when it has ended: which objects were refused, and which have defects.
//!
//! Guarantees: the answer is bounded, whatever the import was. Does not know: how it is shown.

use crate::error::StoreError;
use crate::held::{Defective, Refusal};
use crate::view::View;
use comity_stix::inspect::rules;

/// How many stored defects are gone through, so that a large import is answered soon.
const DEFECTS_READ_MAX: i64 = 200_000;

impl View<'_> {
    /// Returns what the newest import refused: position in the file, identifier where it had one, reason; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn newest_refusals(&self, limit: usize) -> Result<Vec<Refusal>, StoreError> {
        let sql = "SELECT position, id, reason FROM refused_object WHERE iid = (SELECT max(iid) FROM import) ORDER BY position LIMIT ?1";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([limit as i64], |row| {
            Ok(Refusal { position: row.get::<_, i64>(0)? as u64, id: row.get(1)?, reason: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the first objects that the newest import stored with defects, with the names of the rules; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn newest_defective(&self, limit: usize) -> Result<Vec<Defective>, StoreError> {
        let sql = "SELECT v.vid, v.oid, d.rule FROM import i JOIN defect d ON d.vid BETWEEN i.first_vid AND i.last_vid JOIN version v USING (vid)
                   WHERE i.iid = (SELECT max(iid) FROM import) ORDER BY d.vid, d.n LIMIT ?1";
        let mut query = self.conn.prepare_cached(sql)?;
        let mut rows = query.query([DEFECTS_READ_MAX])?;
        let mut found: Vec<Defective> = Vec::new();
        let mut last = None;
        while let Some(row) = rows.next()? {
            let (vid, oid, rule): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if rules::find(&rule).is_some_and(|rule| rule.note) {
                continue;
            }
            if last != Some(vid) {
                if found.len() >= limit {
                    break;
                }
                found.push(Defective { id: self.id_of(oid)?, rules: Vec::new() });
                last = Some(vid);
            }
            if let Some(object) = found.last_mut().filter(|object| !object.rules.contains(&rule)) {
                object.rules.push(rule);
            }
        }
        Ok(found)
    }
}
