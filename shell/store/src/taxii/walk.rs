//! Walking additions in the order they came, from any place on, with any filter.
//!
//! Guarantees: the cost of a page does not grow with what is held: each walk goes along an index from its place on, looks at no
//! more than [`LOOKED_MAX`] additions, and says where it stopped. Bytes that have not their digest are damage, never an answer. Does not know: pages, cursors, texts of TAXII.

use crate::error::StoreError;
use crate::intern::{self, Words};
use crate::origin::Origin;
use crate::pages::whole;
use crate::record::flag;
use crate::remove::find_object;
use crate::view::{VISIBLE, View};
use comity_vocab::Timestamp;
use rusqlite::OptionalExtension;

/// The most additions one walk looks at.
pub const LOOKED_MAX: usize = 20_000;
/// Sequences fetched from one index at once.
const CHUNK: i64 = 256;

/// Which versions of an object are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionMatch {
    /// Every one.
    All,
    /// Any of these.
    Any {
        /// The earliest.
        first: bool,
        /// The current one.
        last: bool,
        /// The ones with these times: `modified`, else `created`, else when they were added.
        at: Vec<Timestamp>,
    },
}

impl VersionMatch {
    /// The current version only.
    pub const LAST: Self = Self::Any { first: false, last: true, at: Vec::new() };
}

/// What to walk.
#[derive(Clone, Debug)]
pub struct AdditionQuery {
    /// Only objects that came from here first.
    pub origin: Option<Origin>,
    /// Only these types; empty is any.
    pub types: Vec<String>,
    /// Only these objects; empty is any.
    pub ids: Vec<String>,
    /// Which versions.
    pub versions: VersionMatch,
    /// Only what was added later than this sequence.
    pub after: i64,
}

/// One version, in its place.
#[derive(Clone, Copy, Debug)]
pub struct Addition<'r> {
    /// Its place; rises.
    pub sequence: i64,
    /// Its exact bytes.
    pub bytes: &'r [u8],
}

/// What was done with an addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// It was taken, or left out; the next, please.
    Next,
    /// There is no room for it: the walk ends before it.
    Full,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// There is nothing more.
    Done,
    /// There may be more after this sequence.
    More(i64),
}

/// Where sequences come from.
enum Source {
    /// Current versions of one type of identifier.
    Type(i64),
    /// Current versions of objects of one origin.
    Origin(i64),
    /// Versions of one object.
    Object(i64),
    /// All versions.
    Versions,
}

impl Source {
    fn chunk(&self, view: &View<'_>, after: i64, newest: i64) -> Result<Vec<i64>, StoreError> {
        let (sql, number) = match self {
            Self::Type(tid) => (
                "SELECT current FROM object INDEXED BY object_current_of_type
                 WHERE tid = ?4 AND current > ?1 AND current <= ?2 ORDER BY current LIMIT ?3",
                *tid,
            ),
            Self::Origin(nid) => (
                "SELECT current FROM object INDEXED BY object_current_of_origin
                 WHERE nid = ?4 AND current > ?1 AND current <= ?2 ORDER BY current LIMIT ?3",
                *nid,
            ),
            Self::Object(oid) => {
                ("SELECT vid FROM version WHERE oid = ?4 AND vid > ?1 AND vid <= ?2 ORDER BY +vid LIMIT ?3", *oid)
            }
            Self::Versions => {
                ("SELECT vid FROM version WHERE vid > ?1 AND vid <= ?2 AND ?4 = 0 ORDER BY vid LIMIT ?3", 0)
            }
        };
        let mut statement = view.conn.prepare_cached(sql)?;
        let rows = statement.query_map((after, newest, CHUNK, number), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// The filter in the numbers of one database.
struct Wanted<'q> {
    nid: Option<i64>,
    types: Vec<i64>,
    versions: &'q VersionMatch,
}

impl View<'_> {
    /// Walks what the query asks for, in the order it was added, until `take` has no room.
    ///
    /// # Errors
    /// A failing or damaged database.
    pub fn additions(
        &self,
        query: &AdditionQuery,
        take: &mut dyn FnMut(Addition<'_>) -> Result<Take, StoreError>,
    ) -> Result<End, StoreError> {
        let newest = self.newest_addition()?;
        if query.types.is_empty() && query.ids.is_empty() && query.versions == VersionMatch::LAST {
            return self.current(query, newest, take);
        }
        let mut types = Vec::new();
        for name in &query.types {
            types.extend(intern::find(self.conn, Words::Type, name)?);
        }
        if types.is_empty() && !query.types.is_empty() {
            return Ok(End::Done);
        }
        let nid = query.origin.as_ref().map(|origin| self.origin_number(origin)).transpose()?;
        let sources: Vec<Source> = if !query.ids.is_empty() {
            let mut objects = Vec::new();
            for id in &query.ids {
                objects.extend(find_object(self.conn, id)?);
            }
            objects.sort_unstable();
            objects.dedup();
            objects.into_iter().map(Source::Object).collect()
        } else if query.versions != VersionMatch::LAST {
            vec![Source::Versions]
        } else if let Some(nid) = nid {
            vec![Source::Origin(nid)]
        } else {
            // 0: objects whose identifier is not lawful, and so does not tell the type.
            types.iter().copied().chain([0]).map(Source::Type).collect()
        };
        let wanted = Wanted { nid, types, versions: &query.versions };
        let mut after = query.after;
        let mut looked = 0;
        loop {
            let (sequences, horizon) = self.gather(&sources, after, newest)?;
            for sequence in sequences {
                if looked == LOOKED_MAX {
                    return Ok(End::More(after));
                }
                looked += 1;
                if self.offer(sequence, &wanted, take)? == Take::Full {
                    return Ok(End::More(after));
                }
                after = sequence;
            }
            match horizon {
                Some(horizon) => after = horizon,
                None => return Ok(End::Done),
            }
        }
    }

    /// Returns the next sequences of all sources in order, and up to where they are complete where that is not the end.
    fn gather(&self, sources: &[Source], after: i64, newest: i64) -> Result<(Vec<i64>, Option<i64>), StoreError> {
        let mut all = Vec::new();
        let mut horizon = None;
        for source in sources {
            let chunk = source.chunk(self, after, newest)?;
            if chunk.len() as i64 == CHUNK {
                horizon = [horizon, chunk.last().copied()].into_iter().flatten().min();
            }
            all.extend(chunk);
        }
        all.sort_unstable();
        if let Some(horizon) = horizon {
            all.retain(|sequence| *sequence <= horizon);
        }
        Ok((all, horizon))
    }

    /// Walks current versions of everything, or of one origin: the common way, one statement for the whole page.
    fn current(
        &self,
        query: &AdditionQuery,
        newest: i64,
        take: &mut dyn FnMut(Addition<'_>) -> Result<Take, StoreError>,
    ) -> Result<End, StoreError> {
        let nid = query.origin.as_ref().map(|origin| self.origin_number(origin)).transpose()?;
        let (index, origin) = match nid {
            Some(_) => ("object_current_of_origin", "o.nid = ?3"),
            None => ("object_current", "?3 IS NULL"),
        };
        // Most of the time no import runs, and then there is nothing to look up for each row.
        let visible = if self.import_runs()? { VISIBLE } else { "1" };
        let sql = format!(
            "SELECT v.vid, v.bytes, o.oid, v.digest FROM object o INDEXED BY {index} LEFT JOIN version v ON v.vid = o.current
             WHERE o.current > ?1 AND o.current <= ?2 AND {origin} AND (v.vid IS NULL OR (v.flags & {} = 0 AND {visible}))
             ORDER BY o.current",
            flag::NOT_CURRENT
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query((query.after, newest, nid))?;
        let mut after = query.after;
        while let Some(row) = rows.next()? {
            // An object whose current version is gone must not make the page shorter.
            let Some(sequence) = row.get::<_, Option<i64>>(0)? else {
                return Err(StoreError::Damaged { what: "current version of the object", row: row.get(2)? });
            };
            let bytes =
                row.get_ref(1)?.as_blob().map_err(|_| StoreError::Damaged { what: "version", row: sequence })?;
            whole(sequence, bytes, &row.get(3)?)?;
            if take(Addition { sequence, bytes })? == Take::Full {
                return Ok(End::More(after));
            }
            after = sequence;
        }
        Ok(End::Done)
    }

    fn import_runs(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM import WHERE state = 0)";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Hands one version over if it is wanted.
    fn offer(
        &self,
        sequence: i64,
        wanted: &Wanted<'_>,
        take: &mut dyn FnMut(Addition<'_>) -> Result<Take, StoreError>,
    ) -> Result<Take, StoreError> {
        let sql = format!(
            "SELECT v.oid, v.tid, v.version, o.nid, o.current, v.bytes, v.digest FROM version v JOIN object o USING (oid)
             WHERE v.vid = ?1 AND o.state = 1 AND v.flags & {} = 0 AND {VISIBLE}",
            flag::NOT_CURRENT
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query([sequence])?;
        let Some(row) = rows.next()? else { return self.passed_over(sequence) };
        let (oid, tid): (i64, i64) = (row.get(0)?, row.get(1)?);
        if wanted.nid.is_some() && row.get::<_, Option<i64>>(3)? != wanted.nid {
            return Ok(Take::Next);
        }
        if !wanted.types.is_empty() && !wanted.types.contains(&tid) {
            return Ok(Take::Next);
        }
        let bytes = row.get_ref(5)?.as_blob().map_err(|_| StoreError::Damaged { what: "version", row: sequence })?;
        whole(sequence, bytes, &row.get(6)?)?;
        let fits = match wanted.versions {
            VersionMatch::All => true,
            VersionMatch::Any { first, last, at } => {
                (*last && row.get::<_, Option<i64>>(4)? == Some(sequence))
                    || (*first && self.first_version(oid)? == Some(sequence))
                    || (!at.is_empty() && self.is_version_at(sequence, &row.get::<_, Vec<u8>>(2)?, bytes, at)?)
            }
        };
        if fits { take(Addition { sequence, bytes }) } else { Ok(Take::Next) }
    }

    /// Lets a version pass that is set aside or not visible yet; one that is not there, or belongs to no object, is damage.
    fn passed_over(&self, sequence: i64) -> Result<Take, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM version v JOIN object o USING (oid) WHERE v.vid = ?1)";
        let there: bool = self.conn.prepare_cached(sql)?.query_row([sequence], |row| row.get(0))?;
        if there { Ok(Take::Next) } else { Err(StoreError::Damaged { what: "version", row: sequence }) }
    }

    fn first_version(&self, oid: i64) -> Result<Option<i64>, StoreError> {
        let sql = format!(
            "SELECT v.vid FROM version v WHERE v.oid = ?1 AND v.flags & {} = 0 AND {VISIBLE} ORDER BY v.version, v.vid LIMIT 1",
            flag::NOT_CURRENT
        );
        Ok(self.conn.prepare_cached(&sql)?.query_row([oid], |row| row.get(0)).optional()?)
    }

    fn is_version_at(&self, sequence: i64, version: &[u8], bytes: &[u8], at: &[Timestamp]) -> Result<bool, StoreError> {
        if !version.is_empty() {
            return Ok(at.iter().any(|time| time.sort_key() == version));
        }
        let created = comity_stix::inspect(bytes).ok().and_then(|facts| facts.created);
        let time = match created {
            Some(created) => created,
            None => self.date_added(sequence)?,
        };
        Ok(at.contains(&time))
    }
}

impl View<'_> {
    /// Tells whether an object can be walked at all: of this origin, where one is given.
    ///
    /// # Errors
    /// A failing or damaged database.
    pub fn has_addition(&self, id: &str, origin: Option<&Origin>) -> Result<bool, StoreError> {
        let query = AdditionQuery {
            origin: origin.cloned(),
            types: Vec::new(),
            ids: vec![id.to_owned()],
            versions: VersionMatch::All,
            after: 0,
        };
        let mut found = false;
        let mut take = |_: Addition<'_>| {
            found = true;
            Ok(Take::Full)
        };
        self.additions(&query, &mut take)?;
        Ok(found)
    }

    /// Runs `work` on one snapshot, so that what it reads in several steps belongs together; inside a transaction it does already.
    ///
    /// # Errors
    /// What `work` returns; a failing database.
    pub fn on_one_snapshot<T, E: From<StoreError>>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        if !self.conn.is_autocommit() {
            return work();
        }
        let snapshot = self.conn.unchecked_transaction().map_err(StoreError::from)?;
        let result = work();
        snapshot.finish().map_err(StoreError::from)?;
        result
    }
}
