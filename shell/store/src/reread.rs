//! Reads versions again that an earlier program read in another way: version keys, flags, defects, and which version is current.
//!
//! Guarantees: goes on where it stopped, a slice in each transaction; bytes, digests and the number of rows stay as they are; what
//! it leaves is what `verify` derives. Does not know: what changed in the rules; [`comity_stix::inspect::EDITION`] says that
//! something did.

use crate::current;
use crate::error::StoreError;
use crate::holdings::{Holdings, Tx};
use crate::key;
use crate::record::{self, COMPARED, flag};
use crate::schema::Section;
use crate::verify::{self, VerifyError, bad};
use comity_stix::inspect::{EDITION, ObjectFacts};
use rusqlite::Connection;
use std::collections::BTreeSet;

/// The state of it, as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "reread", version: 1, sql: include_str!("schema/reread.sql") };

/// Versions in one transaction.
const SLICE: i64 = 2_000;

/// What was read again since the audit log last said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reread {
    /// The versions that were looked at.
    pub versions: u64,
    /// Those of which something else is kept now.
    pub changed: u64,
    /// Objects of which another version is current now.
    pub moved: u64,
}

/// One version as it is kept.
struct Row {
    vid: i64,
    oid: i64,
    version: Vec<u8>,
    flags: i64,
    bytes: Vec<u8>,
}

impl Holdings {
    /// Reads again what is to be read again, and returns what that came to where the audit log does not say it yet.
    pub(crate) fn reread(&mut self) -> Result<Option<Reread>, StoreError> {
        let mut more = true;
        while more {
            let tx = self.transaction()?;
            more = step(tx.sql())?;
            tx.commit()?;
        }
        let sql = "SELECT last_vid, changed, moved FROM version_reread WHERE told = 0";
        let mut query = self.sql().prepare(sql)?;
        let mut rows = query.query([])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let count = |n: i64| u64::try_from(n).unwrap_or_default();
        Ok(Some(Reread { versions: count(row.get(0)?), changed: count(row.get(1)?), moved: count(row.get(2)?) }))
    }
}

impl Tx<'_> {
    /// Notes that the audit log says what was read again; belongs into the transaction that writes the entry.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn reread_told(&self) -> Result<(), StoreError> {
        self.sql().execute("UPDATE version_reread SET told = 1, changed = 0, moved = 0", [])?;
        Ok(())
    }
}

/// Reads a slice again; returns whether there is more.
fn step(conn: &Connection) -> Result<bool, StoreError> {
    let edition: i64 = conn.query_row("SELECT edition FROM version_reread", [], |row| row.get(0))?;
    if edition != EDITION {
        begin(conn)?;
    }
    let (done, last): (i64, i64) =
        conn.query_row("SELECT done_vid, last_vid FROM version_reread", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut query = conn.prepare_cached(
        "SELECT vid, oid, version, flags, bytes FROM version WHERE vid > ?1 AND vid <= ?2 ORDER BY vid LIMIT ?3",
    )?;
    let rows: Vec<Row> = query
        .query_map((done, last, SLICE), |row| {
            Ok(Row { vid: row.get(0)?, oid: row.get(1)?, version: row.get(2)?, flags: row.get(3)?, bytes: row.get(4)? })
        })?
        .collect::<Result<_, _>>()?;
    let Some(end) = rows.last().map(|row| row.vid) else {
        // The last of them may have been erased meanwhile.
        conn.execute("UPDATE version_reread SET done_vid = last_vid WHERE done_vid <> last_vid", [])?;
        return Ok(false);
    };
    let (mut changed, mut moved) = (0i64, 0i64);
    let mut lines = BTreeSet::new();
    for row in &rows {
        // What cannot be read any more is damage, and `verify` names it.
        let Ok(facts) = crate::prepare::inspect(&row.bytes) else { continue };
        let (version, other) = again(conn, row, &facts)?;
        changed += i64::from(other);
        let may_dispute = facts.revoked || key::is_undated(&version) || row.flags & flag::SET_ASIDE != 0;
        if other || (may_dispute && has_others(conn, row)?) {
            lines.insert(row.oid);
        }
    }
    for oid in lines {
        moved += i64::from(current::choose_again(conn, oid)?);
    }
    conn.execute(
        "UPDATE version_reread SET done_vid = ?1, changed = changed + ?2, moved = moved + ?3",
        (end, changed, moved),
    )?;
    Ok(end < last)
}

/// Checks that no rules are named that this program does not know, and that nothing was left half read. What earlier rules read is
/// read again at the next opening.
pub(crate) fn verify(conn: &Connection) -> Result<(), VerifyError> {
    let whole: bool = conn.query_row(
        "SELECT count(*) = 1 FROM version_reread
         WHERE edition <= ?1 AND done_vid = last_vid AND (told = 0 OR (changed = 0 AND moved = 0))",
        [EDITION],
        |row| row.get(0),
    )?;
    if whole { Ok(()) } else { Err(bad("state of versions read again", 1, "is not what an opening leaves")) }
}

/// Begins: everything that is held now was read by another edition.
fn begin(conn: &Connection) -> Result<(), StoreError> {
    let last: i64 = conn.query_row("SELECT coalesce(max(vid), 0) FROM version", [], |row| row.get(0))?;
    conn.execute(
        "UPDATE version_reread SET edition = ?1, done_vid = 0, last_vid = ?2, changed = 0, moved = 0, told = ?3",
        (EDITION, last, last == 0),
    )?;
    // Times are read by the same rules.
    conn.execute_batch("DELETE FROM moment; DELETE FROM moment_stale; UPDATE moment_state SET indexed_vid = 0")?;
    Ok(())
}

/// Reads one version again, and returns its key and whether anything that is kept of it became different.
fn again(conn: &Connection, row: &Row, facts: &ObjectFacts) -> Result<(Vec<u8>, bool), StoreError> {
    let version = key::version_key(facts);
    let fits = verify::defects_fit(conn, row.vid, facts)?;
    let compared: Option<String> = if fits { None } else { extra(conn, row.vid)? };
    if !fits {
        conn.prepare_cached("DELETE FROM defect WHERE vid = ?1")?.execute([row.vid])?;
        let mut n = 0;
        for defect in &facts.defects {
            record::insert_defect(conn, row.vid, &mut n, defect.rule, &defect.path, &defect.message)?;
        }
        if let Some(rule) = &compared {
            record::insert_defect(conn, row.vid, &mut n, rule, "", COMPARED)?;
        }
    }
    let mut flags = row.flags;
    let mut set = |on: bool, bit: i64| flags = if on { flags | bit } else { flags & !bit };
    set(facts.revoked, flag::REVOKED);
    if !fits {
        set(record::is_defective(facts) || compared.is_some(), flag::DEFECTIVE);
    }
    let other = !fits || flags != row.flags || version != row.version;
    if flags != row.flags || version != row.version {
        conn.prepare_cached("UPDATE version SET version = ?2, flags = ?3 WHERE vid = ?1")?
            .execute((row.vid, &version, flags))?;
    }
    Ok((version, other))
}

/// The defect that the versions held at the time gave it.
fn extra(conn: &Connection, vid: i64) -> Result<Option<String>, StoreError> {
    use rusqlite::OptionalExtension;
    let sql = "SELECT rule FROM defect WHERE vid = ?1 AND path = '' AND message = ?2 ORDER BY n DESC LIMIT 1";
    Ok(conn.prepare_cached(sql)?.query_row((vid, COMPARED), |row| row.get(0)).optional()?)
}

fn has_others(conn: &Connection, row: &Row) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM version WHERE oid = ?1 AND vid <> ?2)";
    Ok(conn.prepare_cached(sql)?.query_row((row.oid, row.vid), |row| row.get(0))?)
}
