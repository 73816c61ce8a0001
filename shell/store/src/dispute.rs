//! Which versions of one object contradict each other, and which of them stands.
//!
//! Guarantees: of versions with one instant the withdrawal stands, whenever it came, else the one that came first. A version of
//! which nobody can read when it was made never stands against what was there before, unless it withdraws the object: then it
//! stands against all others, for nothing says that they are later, and a withdrawal is for good (STIX 2.1 §3.2). So no withdrawal is
//! lost. Only who may continue the line withdraws, and only under the same `created`: nobody else's word ends an indicator, and
//! nobody else's version stands against one of the line.
//! Does not know: which of the versions that stand is the current one.

use crate::error::StoreError;
use crate::key;
use crate::record::flag;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Of these flags a withdrawal that counts has the first alone.
const WITHDRAWAL: i64 = flag::REVOKED | flag::FOREIGN | flag::QUARANTINED;

/// One version of a line, without its bytes.
struct Row {
    vid: i64,
    version: Vec<u8>,
    flags: i64,
}

impl Row {
    fn undated(&self) -> bool {
        key::is_undated(&self.version)
    }

    fn withdraws(&self) -> bool {
        withdraws(self.flags)
    }

    fn is_set_aside(&self) -> bool {
        self.flags & flag::SET_ASIDE != 0
    }
}

/// Tells by its flags whether a version is a withdrawal that counts.
pub(crate) fn withdraws(flags: i64) -> bool {
    flags & WITHDRAWAL == flag::REVOKED
}

/// Tells whether a line holds a withdrawal of which nobody can read when it was made; everything that comes contradicts it.
pub(crate) fn is_withdrawn_undated(conn: &Connection, oid: i64) -> rusqlite::Result<bool> {
    conn.prepare_cached(&format!(
        "SELECT EXISTS (SELECT 1 FROM version WHERE oid = ?1 AND version < x'01' AND flags & {WITHDRAWAL} = {})",
        flag::REVOKED
    ))?
    .query_row([oid], |row| row.get(0))
}

/// Marks which versions of an object are in conflict, and returns whether that changed. What counts as a conflict where a recall took some
/// of them stays one: what it contradicted is gone and says nothing any more.
pub(crate) fn settle(conn: &Connection, oid: i64) -> Result<bool, StoreError> {
    let mut query = conn.prepare_cached("SELECT vid, version, flags FROM version WHERE oid = ?1 ORDER BY vid")?;
    let rows: Vec<Row> = query
        .query_map([oid], |row| Ok(Row { vid: row.get(0)?, version: row.get(1)?, flags: row.get(2)? }))?
        .collect::<Result<_, _>>()?;
    let some_erased: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM tombstone_digest WHERE oid = ?1)")?
        .query_row([oid], |row| row.get(0))?;
    let first = rows.first().map(|row| row.vid);
    // Versions that are set aside are compared with all others, those of the line among themselves.
    let (of_the_line, of_all) = (standing(rows.iter().filter(|row| !row.is_set_aside())), standing(rows.iter()));
    let withdrawn = rows.iter().any(|row| row.undated() && row.withdraws());
    let mut changed = false;
    for row in &rows {
        let stands = if row.is_set_aside() { &of_all } else { &of_the_line };
        let conflict = stands.get(row.version.as_slice()).is_some_and(|one| one.vid != row.vid)
            || (row.undated() && !row.withdraws() && Some(row.vid) != first)
            || (withdrawn && !(row.undated() && row.withdraws()))
            || (some_erased && row.flags & flag::CONFLICT != 0 && !row.withdraws());
        if conflict != (row.flags & flag::CONFLICT != 0) {
            let flags = row.flags ^ flag::CONFLICT;
            conn.prepare_cached("UPDATE version SET flags = ?2 WHERE vid = ?1")?.execute((row.vid, flags))?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Returns by instant the version that stands.
fn standing<'r>(rows: impl Iterator<Item = &'r Row>) -> BTreeMap<&'r [u8], &'r Row> {
    let mut stands: BTreeMap<&[u8], &Row> = BTreeMap::new();
    for row in rows {
        let one = stands.entry(&row.version).or_insert(row);
        if row.withdraws() && !one.withdraws() {
            *one = row;
        }
    }
    stands
}

/// Derives from the versions around it whether one is in conflict, as [`settle`] marks it.
pub(crate) fn is_conflict(conn: &Connection, vid: i64) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM version v JOIN version w ON w.oid = v.oid AND w.version = v.version AND w.vid <> v.vid
                        WHERE v.vid = ?1 AND ({w}, v.vid) > ({v}, w.vid)
                          AND (w.flags & {aside} = 0 OR v.flags & {aside} <> 0))
             OR EXISTS (SELECT 1 FROM version v JOIN version w ON w.oid = v.oid AND w.vid < v.vid
                        WHERE v.vid = ?1 AND v.version < x'01' AND NOT {v})
             OR EXISTS (SELECT 1 FROM version v JOIN version w ON w.oid = v.oid AND w.version < x'01' AND w.vid <> v.vid
                        WHERE v.vid = ?1 AND {w} AND NOT (v.version < x'01' AND {v}))",
        v = withdrawal("v"),
        w = withdrawal("w"),
        aside = flag::SET_ASIDE,
    );
    Ok(conn.prepare_cached(&sql)?.query_row([vid], |row| row.get(0))?)
}

fn withdrawal(row: &str) -> String {
    format!("({row}.flags & {WITHDRAWAL} = {})", flag::REVOKED)
}
