//! Writing what is held as one STIX bundle, each object by its exact bytes, in the order it came.
//!
//! Guarantees: memory does not grow with the export; it is one snapshot. All visible versions go out, history and conflicts
//! included (unless only current ones are asked for); erased objects do not. For the organisation itself: this is no release.

use crate::error::StoreError;
use crate::filter::{CONDITION, Filter};
use crate::view::{VISIBLE, View};
use rusqlite::named_params;
use rusqlite::types::Value;
use std::io::Write;

/// What to export.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// What narrows it.
    pub filter: Filter,
    /// Whether only current versions go out.
    pub current_only: bool,
}

impl View<'_> {
    /// Writes a bundle under the identifier `bundle--<bundle>` to the sink and returns the number of objects.
    ///
    /// # Errors
    /// [`StoreError::Sink`] where writing fails; a failing database.
    pub fn export(&self, options: &ExportOptions, bundle: uuid::Uuid, sink: &mut dyn Write) -> Result<u64, StoreError> {
        // Inside a caller's transaction there is a snapshot already.
        let snapshot = if self.conn.is_autocommit() { Some(self.conn.unchecked_transaction()?) } else { None };
        let resolved = options.filter.resolve(self)?;
        let types = resolved.types.as_deref().map_or(Value::Null, crate::view::number_list);
        let sql = format!(
            "SELECT v.vid, v.bytes, v.digest FROM version v WHERE (:types IS NULL OR v.tid IN (SELECT value FROM json_each(:types)))
             AND {CONDITION} AND {VISIBLE}
             AND (NOT :current OR EXISTS (SELECT 1 FROM object o WHERE o.oid = v.oid AND o.current = v.vid)) ORDER BY v.vid"
        );
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query(named_params! {
            ":types": types, ":since": resolved.since, ":until": resolved.until, ":origins": resolved.origins,
            ":labels": resolved.labels, ":unmarked": resolved.unmarked, ":current": options.current_only,
        })?;
        write!(sink, "{{\"type\":\"bundle\",\"id\":\"bundle--{}\",\"objects\":[", bundle.hyphenated())
            .map_err(StoreError::Sink)?;
        let mut objects = 0;
        while let Some(row) = rows.next()? {
            let vid: i64 = row.get(0)?;
            let bytes = row.get_ref(1)?.as_blob().map_err(|_| StoreError::Damaged { what: "version", row: vid })?;
            crate::pages::whole(vid, bytes, &row.get(2)?)?;
            sink.write_all(if objects == 0 { b"\n" } else { b",\n" }).map_err(StoreError::Sink)?;
            sink.write_all(bytes).map_err(StoreError::Sink)?;
            objects += 1;
        }
        sink.write_all(b"\n]}\n").map_err(StoreError::Sink)?;
        drop(rows);
        drop(statement);
        if let Some(snapshot) = snapshot {
            snapshot.finish()?;
        }
        Ok(objects)
    }
}
