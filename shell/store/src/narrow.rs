//! The few versions that a filter leaves, where an index can tell that they are few.
//!
//! Guarantees: exact where it answers; where more than [`FEW_MAX`] may fit it does not answer, and walking newest first is the
//! better way, because hits are then never far apart. Does not know: words, order, pages.

use crate::error::StoreError;
use crate::filter::Resolved;
use crate::view::{View, unsigned};
use rusqlite::types::Value;

/// The most versions that are gathered rather than walked to.
pub(crate) const FEW_MAX: i64 = 20_000;

/// By import: the versions of one are a run of numbers.
const BY_ORIGIN: &str =
    "import few CROSS JOIN version v ON v.vid BETWEEN few.first_vid AND few.last_vid AND v.iid = few.iid
     AND few.state = 1 AND few.nid IN (SELECT value FROM json_each(:origins))";
const BY_LABEL: &str =
    "(SELECT vid FROM version INDEXED BY version_label WHERE lid IN (SELECT value FROM json_each(:labels))
     UNION ALL SELECT vid FROM version INDEXED BY version_label WHERE :unmarked AND lid IS NULL) few
     CROSS JOIN version v ON v.vid = few.vid";

impl View<'_> {
    /// Returns a source of rows `v` that has everything the filter lets through and little else; `None` where there may be many.
    pub(crate) fn few(&self, resolved: &Resolved) -> Result<Option<&'static str>, StoreError> {
        let within = |count: i64| unsigned(count) <= unsigned(FEW_MAX);
        if resolved.origins != Value::Null {
            let sql = "SELECT coalesce(sum(last_vid - first_vid + 1), 0) FROM import
                       WHERE state = 1 AND last_vid IS NOT NULL AND nid IN (SELECT value FROM json_each(?1))";
            let count: i64 = self.conn.prepare_cached(sql)?.query_row([&resolved.origins], |row| row.get(0))?;
            if within(count) {
                return Ok(Some(BY_ORIGIN));
            }
        }
        if resolved.labels != Value::Null {
            let sql = format!(
                "SELECT (SELECT count(*) FROM (SELECT 1 FROM version INDEXED BY version_label
                         WHERE lid IN (SELECT value FROM json_each(?1)) LIMIT {FEW_MAX} + 1))
                      + (SELECT count(*) FROM (SELECT 1 FROM version INDEXED BY version_label
                         WHERE ?2 AND lid IS NULL LIMIT {FEW_MAX} + 1))"
            );
            let count: i64 =
                self.conn.prepare_cached(&sql)?.query_row((&resolved.labels, resolved.unmarked), |row| row.get(0))?;
            if within(count) {
                return Ok(Some(BY_LABEL));
            }
        }
        Ok(None)
    }
}
