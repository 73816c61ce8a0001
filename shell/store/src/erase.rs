//! Erasing what was recalled: content goes, a tombstone stays.
//!
//! Guarantees (design.md §7.5): after commit and [`crate::Holdings::truncate_wal`] no byte of the object's content is in the
//! database file or beside it: bytes, full-text words, defects, markings, interned types, mentions of others. The
//! tombstone keeps identifier and digests, so that what was recalled is refused when it comes again.

use crate::current;
use crate::erased::{self, Erasing};
use crate::error::StoreError;
use crate::holdings::Tx;
use crate::intern::{self, Words};
use crate::key::{self, IdKey};
use crate::marking;
use crate::origin::Origin;
use crate::remove;
use crate::text;
use comity_vocab::Timestamp;
use rusqlite::Connection;
use std::collections::BTreeSet;

/// What an erasure did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Versions removed.
    pub versions: u64,
    /// Versions that stay because they were also received in another way.
    pub kept: u64,
}

struct Version {
    vid: i64,
    iid: i64,
    nid: i64,
    tid: i64,
}

impl Tx<'_> {
    /// Removes every version of an object and leaves a tombstone, also where nothing was held.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the identifier is longer than 300 bytes; a failing database.
    pub fn erase_object(&self, id: &str, recall: &str, at: Timestamp) -> Result<Erased, StoreError> {
        self.erase(id, None, recall, at)
    }

    /// Removes what came from one origin; versions that also came from elsewhere stay, under that origin.
    ///
    /// Where nothing stays, a tombstone is left, also where nothing was held.
    ///
    /// # Errors
    /// As [`Tx::erase_object`].
    pub fn erase_received(&self, origin: &Origin, id: &str, recall: &str, at: Timestamp) -> Result<Erased, StoreError> {
        self.erase(id, Some(origin), recall, at)
    }

    /// Takes a tombstone away, so that an object may come again: only for a new release act of the one who recalled it.
    ///
    /// # Errors
    /// A failing database.
    pub fn lift_tombstone(&self, id: &str) -> Result<(), StoreError> {
        match (remove::find_object(self.sql(), id)?, key::split(id)) {
            (Some(oid), Some((_, key))) => lift(self.sql(), oid, &key),
            _ => Ok(()),
        }
    }

    fn erase(&self, id: &str, origin: Option<&Origin>, recall: &str, at: Timestamp) -> Result<Erased, StoreError> {
        let conn = self.sql();
        let oid = enter_object(conn, id)?;
        let nid = match origin {
            Some(origin) => intern::find(conn, Words::Origin, &origin.to_string())?.or(Some(-1)),
            None => None,
        };
        let mut done = Erased::default();
        for version in versions_of(conn, oid)? {
            if nid.is_some_and(|nid| nid != version.nid) {
                forget_other_way(conn, version.vid, nid)?;
                done.kept += 1;
            } else if nid.is_some() && hand_over(conn, &version)? {
                done.kept += 1;
            } else {
                remove(conn, oid, &version)?;
                done.versions += 1;
            }
        }
        text::lower_mark(conn)?;
        crate::prints::lower_mark(conn)?;
        crate::detection::note_lowered(conn)?;
        if done.versions > 0 {
            // What an erased version asked for goes, also where another version stays: it will find again what it asks for.
            crate::detection::forget_content(conn, oid)?;
        }
        if done.kept > 0 {
            conn.prepare_cached(
                "UPDATE object SET nid = (SELECT i.nid FROM version v JOIN import i USING (iid) WHERE v.oid = ?1 ORDER BY v.vid LIMIT 1)
                 WHERE oid = ?1",
            )?
            .execute([oid])?;
            current::choose_current(conn, oid, Some(at))?;
            crate::correlation::settle(conn, oid)?;
        } else {
            conn.prepare_cached("UPDATE object SET state = 2, current = NULL, nid = NULL WHERE oid = ?1")?
                .execute([oid])?;
            conn.prepare_cached("INSERT OR REPLACE INTO tombstone (oid, recall, at) VALUES (?1, ?2, ?3)")?
                .execute((oid, recall, at.to_string()))?;
            crate::detection::note_change(conn, oid)?;
            erased::rename(conn, &Erasing::made(conn)?, oid, id)?;
        }
        Ok(done)
    }

    /// Takes what else names these objects out: what an officer has read of them, and earlier copies that could not be held. To be
    /// called when they are erased, once for all.
    ///
    /// # Errors
    /// A failing database.
    pub fn forget_mentions(&self, ids: &BTreeSet<String>) -> Result<(), StoreError> {
        let conn = self.sql();
        let mut read = conn.prepare_cached("SELECT DISTINCT item FROM read_mark")?;
        let marks: Vec<String> = read.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for mark in marks.iter().filter(|mark| mark.split(' ').nth(1).is_some_and(|id| ids.contains(id))) {
            conn.prepare_cached("DELETE FROM read_mark WHERE item = ?1")?.execute([mark])?;
        }
        let mut refused = conn.prepare_cached("SELECT rid, id FROM refused_object WHERE id IS NOT NULL")?;
        let refused: Vec<(i64, String)> =
            refused.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        for (rid, _) in refused.iter().filter(|(_, id)| ids.contains(id)) {
            conn.prepare_cached("UPDATE refused_object SET id = NULL WHERE rid = ?1")?.execute([rid])?;
        }
        Ok(())
    }

    /// Returns what a list of recalled items may say of one: its identifier while it is held, by whatever way, else what stands for it.
    ///
    /// # Errors
    /// A failing database.
    pub fn erased_name(&self, id: &str) -> Result<String, StoreError> {
        Ok(match self.view().version_digest(id)? {
            Some(_) => id.to_owned(),
            None => Erasing::made(self.sql())?.name(id),
        })
    }
}

/// Takes the tombstone of an object away.
pub(crate) fn lift(conn: &Connection, oid: i64, key: &IdKey) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM tombstone_digest WHERE oid = ?1")?.execute([oid])?;
    conn.prepare_cached("DELETE FROM tombstone WHERE oid = ?1")?.execute([oid])?;
    conn.prepare_cached("UPDATE object SET state = 0, key = ?2 WHERE oid = ?1 AND state = 2")?.execute((oid, key))?;
    Ok(())
}

/// Tells whether exactly these bytes were erased.
pub(crate) fn is_tombstone_of(conn: &Connection, oid: i64, digest: &comity_vocab::Digest) -> Result<bool, StoreError> {
    let keyed = Erasing::known(conn)?.map(|erasing| erasing.digest(&digest.0));
    // What an earlier version erased has the plain digest.
    let sql = "SELECT EXISTS (SELECT 1 FROM tombstone_digest WHERE oid = ?1 AND digest IN (?2, ?3))";
    let keyed = keyed.as_ref().unwrap_or(digest);
    Ok(conn.prepare_cached(sql)?.query_row((oid, digest.as_bytes(), keyed.as_bytes()), |row| row.get(0))?)
}

/// Returns the object's number, entering it if it was never heard of.
fn enter_object(conn: &Connection, id: &str) -> Result<i64, StoreError> {
    if let Some(oid) = remove::find_object(conn, id)? {
        return Ok(oid);
    }
    let (prefix, key) =
        key::split(id).ok_or_else(|| StoreError::Refused { reason: "identifier longer than 300 bytes".to_owned() })?;
    let tid = prefix.map_or(Ok(0), |prefix| intern::intern(conn, Words::Type, prefix))?;
    Ok(conn.prepare_cached("INSERT INTO object (key, tid, state) VALUES (?1, ?2, 0)")?.insert((&key, tid))?)
}

fn versions_of(conn: &Connection, oid: i64) -> Result<Vec<Version>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT v.vid, v.iid, i.nid, v.tid FROM version v JOIN import i USING (iid) WHERE v.oid = ?1 ORDER BY v.vid",
    )?;
    let rows = statement.query_map([oid], |row| {
        Ok(Version { vid: row.get(0)?, iid: row.get(1)?, nid: row.get(2)?, tid: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Lets a version live on under another import by which it came, if another partner gave it too.
///
/// A file that came later does not count: it may be this very copy, exported and read in again, and would then outlive the recall.
fn hand_over(conn: &Connection, version: &Version) -> Result<bool, StoreError> {
    use rusqlite::OptionalExtension;
    let other: Option<i64> = conn
        .prepare_cached(
            "SELECT a.iid FROM also_received a JOIN import i USING (iid) WHERE a.vid = ?1 AND i.nid <> ?2
             AND EXISTS (SELECT 1 FROM origin o WHERE o.nid = i.nid AND (o.name = 'own' OR o.name LIKE 'link:%')) ORDER BY a.iid LIMIT 1",
        )?
        .query_row((version.vid, version.nid), |row| row.get(0))
        .optional()?;
    let Some(other) = other else { return Ok(false) };
    conn.prepare_cached("UPDATE version SET iid = ?2 WHERE vid = ?1")?.execute((version.vid, other))?;
    conn.prepare_cached("DELETE FROM also_received WHERE vid = ?1 AND iid = ?2")?.execute((version.vid, other))?;
    // The range of the other import now reaches this version, so that its terms are not forgotten too early.
    conn.prepare_cached(
        "UPDATE import SET first_vid = min(first_vid, ?2), last_vid = max(last_vid, ?2) WHERE iid = ?1",
    )?
    .execute((other, version.vid))?;
    let label = marking::effective(conn, version.vid)?;
    let lid = label.map(|label| intern::intern(conn, Words::Label, &label.to_string())).transpose()?;
    conn.prepare_cached("UPDATE version SET lid = ?2 WHERE vid = ?1")?.execute((version.vid, lid))?;
    forget_terms(conn, version.iid)?;
    Ok(true)
}

/// Forgets that a version also came from this origin.
fn forget_other_way(conn: &Connection, vid: i64, nid: Option<i64>) -> Result<(), StoreError> {
    let imports: Vec<i64> = conn
        .prepare_cached("SELECT a.iid FROM also_received a JOIN import i USING (iid) WHERE a.vid = ?1 AND i.nid = ?2")?
        .query_map((vid, nid), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for iid in imports {
        conn.prepare_cached("DELETE FROM also_received WHERE vid = ?1 AND iid = ?2")?.execute((vid, iid))?;
        forget_terms(conn, iid)?;
    }
    Ok(())
}

fn remove(conn: &Connection, oid: i64, version: &Version) -> Result<(), StoreError> {
    let (bytes, digest): (Vec<u8>, [u8; 32]) = conn
        .prepare_cached("SELECT bytes, digest FROM version WHERE vid = ?1")?
        .query_row([version.vid], |row| Ok((row.get(0)?, row.get(1)?)))?;
    text::remove(conn, version.vid, &bytes)?;
    crate::prints::forget_version(conn, version.vid, &bytes)?;
    remove::remove_version(conn, version.vid, &bytes)?;
    let digest = Erasing::made(conn)?.digest(&digest);
    conn.prepare_cached("INSERT OR IGNORE INTO tombstone_digest (oid, digest) VALUES (?1, ?2)")?
        .execute((oid, digest.as_bytes()))?;
    conn.prepare_cached(
        "DELETE FROM type_name WHERE tid = ?1 AND NOT EXISTS (SELECT 1 FROM version WHERE tid = ?1)
         AND NOT EXISTS (SELECT 1 FROM object WHERE tid = ?1)",
    )?
    .execute([version.tid])?;
    forget_terms(conn, version.iid)
}

/// Forgets the terms of a release of which nothing is held any more; they speak of its content.
fn forget_terms(conn: &Connection, iid: i64) -> Result<(), StoreError> {
    conn.prepare_cached(
        "UPDATE import SET terms = NULL, file_name = NULL WHERE iid = ?1
         AND NOT EXISTS (SELECT 1 FROM version v WHERE v.vid BETWEEN import.first_vid AND import.last_vid AND v.iid = import.iid)
         AND NOT EXISTS (SELECT 1 FROM also_received a WHERE a.iid = import.iid)",
    )?
    .execute([iid])?;
    Ok(())
}
