//! Classifies one object against what is held, and writes it.
//!
//! Guarantees: bytes are never overwritten. Same id and version is *unchanged* where equal in RFC 8785 form, else a *conflict*, kept
//! beside the first; so is a version of which nobody can read when it was made. A version by another than the originator, or with another `created`, is kept but never current.
//! Does not know: whether the transaction around it commits.

use crate::current;
use crate::dispute;
use crate::erase;
use crate::erased::Erasing;
use crate::error::StoreError;
use crate::intern::Cache;
use crate::key::{self, IdKey};
use crate::numbers::Numbers;
use crate::origin::Origin;
use crate::prepare::{self, Prepared};
use comity_vocab::{SecurityLabel, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;

/// Bits of `version.flags`.
pub(crate) mod flag {
    /// Contradicts a version that stands in its place: the same instant and other content, or an instant that cannot be read.
    pub const CONFLICT: i64 = 1;
    /// Came from another than the one who began the line (security.md §5, case 70).
    pub const FOREIGN: i64 = 2;
    /// Its `created` differs from that of the version held (case 51).
    pub const QUARANTINED: i64 = 4;
    /// Has rows in `defect`.
    pub const DEFECTIVE: i64 = 8;
    /// Says that it is revoked.
    pub const REVOKED: i64 = 16;
    /// Has granular markings.
    pub const GRANULAR: i64 = 32;
    /// Has marking references other than TLP.
    pub const UNKNOWN_MARKING: i64 = 64;
    /// Every flag there is.
    pub const ALL: i64 = 127;
    /// Set aside for good: neither stands against a version of the line nor contradicts one.
    pub const SET_ASIDE: i64 = FOREIGN | QUARANTINED;
    /// Any of these keeps a version from being current.
    pub const NOT_CURRENT: i64 = CONFLICT | FOREIGN | QUARANTINED;
}

/// What a defect says that is not of the bytes alone.
pub(crate) const COMPARED: &str = "compared with the versions held";

/// States of `object.state`.
pub(crate) mod state {
    /// Only referred to.
    pub const MENTIONED: i64 = 0;
    /// At least one version is held.
    pub const HELD: i64 = 1;
    /// Erased; a tombstone stands in its place.
    pub const ERASED: i64 = 2;
}

/// The most versions of one identifier (security.md §5 C, case 68).
pub const VERSIONS_MAX: i64 = 10_000;
/// How many identifiers are remembered while one import or transaction runs.
const IDS_REMEMBERED: usize = 65_536;

/// What became of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its identifier was new.
    Accepted,
    /// A new version of a known identifier.
    NewVersion,
    /// This version was held already.
    Unchanged,
    /// This version was held already with other content, or nobody can read when it was made; both are kept.
    Conflict,
    /// It is not held, for this reason.
    Refused(String),
}

/// What became of an object, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The identifier; empty where the object has none that can be read.
    pub id: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether it was stored now with at least one defect.
    pub defective: bool,
    /// Whether it is a further version of which nobody can read when it was made.
    pub undated: bool,
    /// Whether it is a conflict that withdraws the object.
    pub withdrawal: bool,
}

impl Stored {
    /// An object of which nothing more is to be said.
    pub(crate) fn plain(id: String, outcome: Outcome, defective: bool) -> Self {
        Self { id, outcome, defective, undated: false, withdrawal: false }
    }
}

/// What is the same for all objects of one import.
pub(crate) struct Context {
    /// The import's row.
    pub iid: i64,
    /// Where the objects come from.
    pub origin: Origin,
    /// The interned origin.
    pub nid: i64,
    /// The label given for all of them.
    pub label: Option<SecurityLabel>,
    /// The time of the import.
    pub now: Timestamp,
}

/// Writes objects; remembers what it looked up.
#[derive(Default)]
pub(crate) struct Recorder {
    words: Cache,
    ids: HashMap<(i64, IdKey), i64>,
    numbers: Numbers,
    /// The key of what was erased, once it was looked for.
    erasing: Option<Option<Erasing>>,
    /// Whether the object before was new here, as the next then is, too, for the most part.
    expects_new: bool,
}

/// Where a version goes, and what is said of it beside what it says itself.
struct Place {
    vid: i64,
    oid: i64,
    flags: i64,
    defect: Option<&'static str>,
}

/// A version that is held with the instant of the one that comes.
struct Same {
    vid: i64,
    digest: [u8; 32],
    flags: i64,
}

/// What contradicts a version that comes.
pub(crate) struct Contradicted {
    /// It is in conflict whatever else is held.
    pub anyhow: bool,
    /// A version of the line has its instant.
    pub by_the_line: bool,
    /// Some version has it, perhaps one that is set aside.
    pub by_some: bool,
}

/// What is known of an identifier.
pub(crate) struct Line {
    pub oid: i64,
    pub state: i64,
    pub current: Option<i64>,
    pub nid: Option<i64>,
}

/// Whether something is wrong with an object; what is only noted, such as STIX 2.0 content, is not.
pub(crate) fn is_defective(facts: &comity_stix::ObjectFacts) -> bool {
    facts.defects.iter().any(|defect| !defect.is_note())
}

impl Recorder {
    /// Classifies and writes one object.
    pub(crate) fn record(&mut self, conn: &Connection, at: &Context, object: &Prepared) -> Result<Stored, StoreError> {
        let stored = |outcome, defective| Stored::plain(object.facts.id.clone(), outcome, defective);
        let refused = |reason: String| stored(Outcome::Refused(reason), false);
        let tid = self.prefix_number(conn, object.prefix.as_deref())?;
        if self.expects_new
            && let Some((vid, oid)) = self.enter_unknown(conn, at, object, tid)?
        {
            self.insert(conn, at, object, Place { vid, oid, flags: 0, defect: None })?;
            return Ok(stored(Outcome::Accepted, is_defective(&object.facts)));
        }
        let line = find_line(conn, self.erasing(conn)?, tid, &object.key)?;
        self.expects_new = line.as_ref().is_none_or(|line| line.state == state::MENTIONED);
        let line = match line {
            Some(line) if line.state != state::MENTIONED => line,
            unheld => {
                let vid = self.numbers.version(conn)?;
                let oid = self.enter(conn, at, object, tid, unheld.map(|line| line.oid), vid)?;
                self.insert(conn, at, object, Place { vid, oid, flags: 0, defect: None })?;
                return Ok(stored(Outcome::Accepted, is_defective(&object.facts)));
            }
        };
        let line = match line {
            line if line.state != state::ERASED => line,
            line => {
                // The identifier of an observable says no more than its value, which others may know on their own; the very
                // bytes that were recalled stay out, and so does every identifier that only the originator could have made.
                if !object.key.is_derived() || erase::is_tombstone_of(conn, line.oid, &object.digest)? {
                    return Ok(refused("recalled".to_owned()));
                }
                erase::lift(conn, line.oid, &object.key)?;
                let vid = self.numbers.version(conn)?;
                let oid = self.enter(conn, at, object, tid, Some(line.oid), vid)?;
                self.insert(conn, at, object, Place { vid, oid, flags: 0, defect: None })?;
                return Ok(stored(Outcome::Accepted, is_defective(&object.facts)));
            }
        };
        let same = same_version(conn, line.oid, &object.version)?;
        let foreign = current::is_foreign(conn, at, &line)?;
        // What somebody else brought before does not take the place of the same from one who may continue the line.
        let as_good = |one: &&Same| foreign || one.flags & flag::FOREIGN == 0;
        if let Some(vid) = equal_among(conn, same.iter().filter(as_good), object)? {
            self.note_other_way(conn, at, vid)?;
            return Ok(stored(Outcome::Unchanged, false));
        }
        let undated = key::is_undated(&object.version);
        let contradicted = Contradicted {
            anyhow: undated || dispute::is_withdrawn_undated(conn, line.oid)?,
            by_the_line: same.iter().any(|one| one.flags & flag::SET_ASIDE == 0),
            by_some: !same.is_empty(),
        };
        let judged = current::judge(conn, &line, object, foreign, &contradicted)?;
        if let Some(held) = too_many(conn, line.oid, object, judged.flags)? {
            return Ok(refused(format!(
                "{held} versions of this identifier are held, at most {VERSIONS_MAX} are allowed"
            )));
        }
        let conflict = judged.flags & flag::CONFLICT != 0;
        let vid = self.numbers.version(conn)?;
        self.insert(conn, at, object, Place { vid, oid: line.oid, flags: judged.flags, defect: judged.defect })?;
        let revoked = if object.facts.revoked { flag::REVOKED } else { 0 };
        let withdraws = dispute::withdraws(judged.flags | revoked);
        if judged.flags & flag::NOT_CURRENT == 0 || withdraws {
            conn.prepare_cached("INSERT OR IGNORE INTO pending_current (oid) VALUES (?1)")?.execute([line.oid])?;
        }
        let outcome = if conflict { Outcome::Conflict } else { Outcome::NewVersion };
        let stored = stored(outcome, judged.defect.is_some() || is_defective(&object.facts));
        Ok(Stored { undated: undated && same.is_empty(), withdrawal: conflict && withdraws, ..stored })
    }

    /// Returns the key of what was erased. It is looked for once in a transaction, for no object is erased within one that records.
    fn erasing(&mut self, conn: &Connection) -> rusqlite::Result<Option<&Erasing>> {
        let known = match self.erasing.take() {
            Some(known) => known,
            None => Erasing::known(conn)?,
        };
        Ok(self.erasing.insert(known).as_ref())
    }

    /// Is told that the next object comes in another transaction.
    pub(crate) fn goes_on(&mut self) {
        self.erasing = None;
    }

    /// Makes an object held that is in no row yet, without a look for it first; `None`, with nothing written, where it may be in one.
    fn enter_unknown(
        &mut self,
        conn: &Connection,
        at: &Context,
        object: &Prepared,
        tid: i64,
    ) -> rusqlite::Result<Option<(i64, i64)>> {
        let erased = self.erasing(conn)?.is_some_and(|erasing| erasing.key(&object.key) != object.key);
        let known = (tid, object.key.clone());
        if erased || self.ids.contains_key(&known) {
            return Ok(None);
        }
        let (vid, oid) = self.numbers.next(conn)?;
        let entered = conn
            .prepare_cached(
                "INSERT INTO object (oid, key, tid, state, current, nid) VALUES (?1, ?2, ?3, 1, ?4, ?5) ON CONFLICT (key, tid) DO NOTHING",
            )?
            .execute((oid, &object.key, tid, vid, at.nid))?;
        if entered == 0 {
            return Ok(None);
        }
        self.numbers.version(conn)?;
        self.numbers.object(conn)?;
        self.remember(known, oid);
        Ok(Some((vid, oid)))
    }

    /// Makes an object held whose first version this is; it may have been mentioned before.
    fn enter(
        &mut self,
        conn: &Connection,
        at: &Context,
        object: &Prepared,
        tid: i64,
        mentioned: Option<i64>,
        vid: i64,
    ) -> rusqlite::Result<i64> {
        if let Some(oid) = mentioned {
            conn.prepare_cached("UPDATE object SET state = 1, current = ?2, nid = ?3 WHERE oid = ?1")?
                .execute((oid, vid, at.nid))?;
            return Ok(oid);
        }
        let oid = self.numbers.object(conn)?;
        conn.prepare_cached("INSERT INTO object (oid, key, tid, state, current, nid) VALUES (?1, ?2, ?3, 1, ?4, ?5)")?
            .execute((oid, &object.key, tid, vid, at.nid))?;
        self.remember((tid, object.key.clone()), oid);
        Ok(oid)
    }

    fn remember(&mut self, id: (i64, IdKey), oid: i64) {
        if self.ids.len() >= IDS_REMEMBERED {
            self.ids.clear();
        }
        self.ids.insert(id, oid);
    }

    fn prefix_number(&mut self, conn: &Connection, prefix: Option<&str>) -> rusqlite::Result<i64> {
        // Number 0 is never given out: it stands for "no lawful prefix".
        prefix.map_or(Ok(0), |prefix| self.words.object_type(conn, prefix))
    }

    /// Returns the number of an identifier, entering it as "mentioned" if it is new.
    fn object_number(&mut self, conn: &Connection, tid: i64, key: IdKey) -> rusqlite::Result<i64> {
        let remembered = (tid, key);
        if let Some(oid) = self.ids.get(&remembered) {
            return Ok(*oid);
        }
        let key = &remembered.1;
        let oid = match find_line(conn, self.erasing(conn)?, tid, key)? {
            Some(line) => line.oid,
            None => {
                let oid = self.numbers.object(conn)?;
                conn.prepare_cached("INSERT INTO object (oid, key, tid, state) VALUES (?1, ?2, ?3, 0)")?
                    .execute((oid, key, tid))?;
                oid
            }
        };
        self.remember(remembered, oid);
        Ok(oid)
    }

    fn insert(&mut self, conn: &Connection, at: &Context, object: &Prepared, place: Place) -> Result<(), StoreError> {
        let Place { vid, oid, flags: extra_flags, defect: extra_defect } = place;
        let facts = &object.facts;
        let tid = self.words.object_type(conn, &facts.object_type)?;
        let label = prepare::join(object.own_label.clone(), at.label.clone());
        let lid = label.map(|label| self.words.label(conn, label)).transpose()?;
        let bit = |set: bool, flag: i64| if set { flag } else { 0 };
        let flags = extra_flags
            | bit(is_defective(&object.facts) || extra_defect.is_some(), flag::DEFECTIVE)
            | bit(facts.revoked, flag::REVOKED)
            | bit(facts.has_granular_markings, flag::GRANULAR)
            | bit(object.unknown_marking, flag::UNKNOWN_MARKING);
        conn.prepare_cached(
            "INSERT INTO version (vid, oid, iid, tid, version, flags, lid, digest, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            vid,
            oid,
            at.iid,
            tid,
            &object.version,
            flags,
            lid,
            object.digest.as_bytes(),
            &object.bytes,
        ))?;
        self.insert_references(conn, vid, oid, object)?;
        let mut n = 0i64;
        for defect in &facts.defects {
            insert_defect(conn, vid, &mut n, defect.rule, &defect.path, &defect.message)?;
        }
        if let Some(rule) = extra_defect {
            insert_defect(conn, vid, &mut n, rule, "", COMPARED)?;
        }
        Ok(())
    }

    fn insert_references(
        &mut self,
        conn: &Connection,
        vid: i64,
        oid: i64,
        object: &Prepared,
    ) -> Result<(), StoreError> {
        let mut insert = conn.prepare_cached("INSERT OR IGNORE INTO reference (target, vid) VALUES (?1, ?2)")?;
        for target in targets(&object.facts) {
            let Some((prefix, key)) = key::split(target) else { continue };
            let tid = self.prefix_number(conn, prefix)?;
            let target = self.object_number(conn, tid, key)?;
            if target != oid {
                insert.execute((target, vid))?;
            }
        }
        Ok(())
    }

    fn note_other_way(&mut self, conn: &Connection, at: &Context, vid: i64) -> Result<(), StoreError> {
        let first: i64 = conn
            .prepare_cached("SELECT i.nid FROM version v JOIN import i USING (iid) WHERE v.vid = ?1")?
            .query_row([vid], |row| row.get(0))?;
        if first != at.nid {
            conn.prepare_cached("INSERT OR IGNORE INTO also_received (vid, iid) VALUES (?1, ?2)")?
                .execute((vid, at.iid))?;
        }
        Ok(())
    }
}

/// Returns the identifiers whose way back is kept: all but marking references.
pub(crate) fn targets(facts: &comity_stix::ObjectFacts) -> impl Iterator<Item = &str> {
    facts.references.iter().map(|r| r.target.as_str()).filter(|target| !target.starts_with("marking-definition--"))
}

/// Writes one defect of a version, and counts it.
pub(crate) fn insert_defect(
    conn: &Connection,
    vid: i64,
    n: &mut i64,
    rule: &str,
    path: &str,
    message: &str,
) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO defect (vid, n, rule, path, message) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((vid, *n, rule, path, message))?;
    *n += 1;
    Ok(())
}

fn find_line(conn: &Connection, erasing: Option<&Erasing>, tid: i64, key: &IdKey) -> rusqlite::Result<Option<Line>> {
    let mut query = conn.prepare_cached("SELECT oid, state, current, nid FROM object WHERE key = ?1 AND tid = ?2")?;
    let mut find = |key: &IdKey| {
        query
            .query_row((key, tid), |row| {
                Ok(Line { oid: row.get(0)?, state: row.get(1)?, current: row.get(2)?, nid: row.get(3)? })
            })
            .optional()
    };
    let found = find(key)?;
    if found.is_some() {
        return Ok(found);
    }
    // What was erased stands under another key.
    match erasing.map(|erasing| erasing.key(key)).filter(|erased| erased != key) {
        Some(erased) => find(&erased),
        None => Ok(None),
    }
}

fn same_version(conn: &Connection, oid: i64, version: &[u8]) -> rusqlite::Result<Vec<Same>> {
    conn.prepare_cached("SELECT vid, digest, flags FROM version WHERE oid = ?1 AND version = ?2 ORDER BY vid")?
        .query_map((oid, version), |row| Ok(Same { vid: row.get(0)?, digest: row.get(1)?, flags: row.get(2)? }))?
        .collect()
}

/// Returns how many versions are held where that is too many for another one. What is set aside has a count of its own, so that nobody
/// fills the line of somebody else; and a withdrawal has as much room again, so that it is not lost to what came before it.
fn too_many(conn: &Connection, oid: i64, object: &Prepared, flags: i64) -> rusqlite::Result<Option<i64>> {
    let set_aside = flags & flag::SET_ASIDE != 0;
    let held: i64 = conn
        .prepare_cached("SELECT count(*) FROM version WHERE oid = ?1 AND (flags & ?2 <> 0) = ?3")?
        .query_row((oid, flag::SET_ASIDE, set_aside), |row| row.get(0))?;
    let room = if object.facts.revoked && !set_aside { 2 * VERSIONS_MAX } else { VERSIONS_MAX };
    Ok((held >= room).then_some(held))
}

/// Returns the row that holds this content already: by bytes, else by RFC 8785 form.
fn equal_among<'s>(
    conn: &Connection,
    same: impl Iterator<Item = &'s Same> + Clone,
    object: &Prepared,
) -> Result<Option<i64>, StoreError> {
    if let Some(one) = same.clone().find(|one| one.digest == *object.digest.as_bytes()) {
        return Ok(Some(one.vid));
    }
    if same.clone().next().is_none() {
        return Ok(None);
    }
    // Without a canonical form (a number beyond it, say) only equal bytes are equal.
    let Ok(ours) = comity_stix::canonical(&object.bytes) else { return Ok(None) };
    for Same { vid, .. } in same {
        let bytes: Vec<u8> =
            conn.prepare_cached("SELECT bytes FROM version WHERE vid = ?1")?.query_row([vid], |row| row.get(0))?;
        if comity_stix::canonical(&bytes).is_ok_and(|theirs| theirs == ours) {
            return Ok(Some(*vid));
        }
    }
    Ok(None)
}
