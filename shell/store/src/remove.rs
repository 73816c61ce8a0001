//! Taking versions out: what an unfinished import left, and what is erased.

use crate::erased::Erasing;
use crate::intern::{self, Words};
use crate::key::{self, IdKey};
use crate::record;
use rusqlite::Connection;

/// An import that did not finish.
#[derive(Clone, Copy)]
pub(crate) struct Unfinished {
    iid: i64,
    first_vid: i64,
}

/// Returns the imports that did not finish.
pub(crate) fn unfinished(conn: &Connection) -> Result<Vec<Unfinished>, rusqlite::Error> {
    conn.prepare("SELECT iid, first_vid FROM import WHERE state = 0")?
        .query_map([], |row| Ok(Unfinished { iid: row.get(0)?, first_vid: row.get(1)? }))?
        .collect()
}

/// Removes a batch of rows of an unfinished import, and at the end the import itself; returns whether there may be more.
pub(crate) fn remove_some(conn: &Connection, unfinished: Unfinished) -> Result<bool, rusqlite::Error> {
    let Unfinished { iid, first_vid } = unfinished;
    let rows: Vec<(i64, i64, Vec<u8>)> = conn
        .prepare_cached("SELECT vid, oid, bytes FROM version WHERE vid >= ?1 AND iid = ?2 ORDER BY vid LIMIT 500")?
        .query_map((first_vid, iid), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (vid, oid, bytes) in &rows {
        remove_version(conn, *vid, bytes)?;
        conn.prepare_cached(
            "UPDATE object SET state = 0, current = NULL, nid = NULL
             WHERE oid = ?1 AND state = 1 AND NOT EXISTS (SELECT 1 FROM version WHERE oid = ?1)",
        )?
        .execute([oid])?;
        forget_if_unmentioned(conn, *oid)?;
    }
    if rows.is_empty() {
        conn.execute("DELETE FROM refused_object WHERE iid = ?1", [iid])?;
        conn.execute("DELETE FROM also_received WHERE iid = ?1", [iid])?;
        conn.execute("DELETE FROM pending_current", [])?;
        conn.execute("DELETE FROM import WHERE iid = ?1", [iid])?;
    }
    Ok(!rows.is_empty())
}

/// Removes one version's row and what hangs on it, except its full text.
pub(crate) fn remove_version(conn: &Connection, vid: i64, bytes: &[u8]) -> Result<(), rusqlite::Error> {
    if let Ok(facts) = comity_stix::inspect(bytes) {
        for target in record::targets(&facts) {
            if let Some(oid) = find_object(conn, target)? {
                conn.prepare_cached("DELETE FROM reference WHERE target = ?1 AND vid = ?2")?.execute((oid, vid))?;
                forget_if_unmentioned(conn, oid)?;
            }
        }
    }
    crate::correlation::forget_version(conn, vid, bytes)?;
    for sql in [
        "DELETE FROM defect WHERE vid = ?1",
        "DELETE FROM marking WHERE vid = ?1",
        "DELETE FROM also_received WHERE vid = ?1",
        // What was read from a version goes with it; what another version says is read again.
        "INSERT OR IGNORE INTO moment_stale SELECT oid FROM moment WHERE oid = (SELECT oid FROM version WHERE vid = ?1)",
        "DELETE FROM moment WHERE oid = (SELECT oid FROM version WHERE vid = ?1)",
        "DELETE FROM version WHERE vid = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([vid])?;
    }
    Ok(())
}

/// Returns the number of an identifier, held or only mentioned.
pub(crate) fn find_object(conn: &Connection, id: &str) -> Result<Option<i64>, rusqlite::Error> {
    use rusqlite::OptionalExtension;
    let Some((prefix, key)) = key::split(id) else { return Ok(None) };
    let tid = match prefix {
        None => 0,
        Some(prefix) => match intern::find(conn, Words::Type, prefix)? {
            Some(tid) => tid,
            None => return Ok(None),
        },
    };
    let mut query = conn.prepare_cached("SELECT oid FROM object WHERE key = ?1 AND tid = ?2")?;
    let found = query.query_row((&key, tid), |row| row.get(0)).optional()?;
    match erased_key(conn, &key, found.is_some())? {
        Some(erased) => query.query_row((&erased, tid), |row| row.get(0)).optional(),
        None => Ok(found),
    }
}

/// What an identifier that was not found may stand under once its object is erased.
pub(crate) fn erased_key(conn: &Connection, key: &IdKey, found: bool) -> Result<Option<IdKey>, rusqlite::Error> {
    if found {
        return Ok(None);
    }
    let erased = Erasing::known(conn)?.map(|erasing| erasing.key(key));
    Ok(erased.filter(|erased| erased != key))
}

/// Forgets an identifier that is neither held nor referred to any more.
pub(crate) fn forget_if_unmentioned(conn: &Connection, oid: i64) -> Result<(), rusqlite::Error> {
    conn.prepare_cached(
        "DELETE FROM object WHERE oid = ?1 AND state = 0 AND NOT EXISTS (SELECT 1 FROM reference WHERE target = ?1)",
    )?
    .execute([oid])?;
    Ok(())
}
