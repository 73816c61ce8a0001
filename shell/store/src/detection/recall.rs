//! What stays of sightings whose indicator was recalled: that there were some, how often and when.
//!
//! The values that matched are those that the partner's pattern asked for, so they go with it (design.md §7.5).

use rusqlite::Connection;

/// Takes values, evidence and everything made from them out of the sightings of an indicator that is erased.
pub(crate) fn forget_content(conn: &Connection, oid: i64) -> rusqlite::Result<()> {
    // Why it was accepted may say what it asks for.
    conn.prepare_cached("DELETE FROM accepted_indicator WHERE oid = ?1")?.execute([oid])?;
    for table in ["sighting_value", "sighting_evidence", "sighting_counted"] {
        let sql = format!("DELETE FROM {table} WHERE sid IN (SELECT sid FROM sighting WHERE oid = ?1)");
        conn.prepare_cached(&sql)?.execute([oid])?;
    }
    // What stands for the values could be guessed back where there are few; chance takes its place.
    conn.prepare_cached(
        "UPDATE sighting SET state = 3, list = NULL, score = NULL, comment = NULL, dedup = randomblob(16) WHERE oid = ?1",
    )?
    .execute([oid])?;
    Ok(())
}
