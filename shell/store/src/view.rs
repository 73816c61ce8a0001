//! Reading what is held: one object, its versions, its conflicts, where it came from.
//!
//! Guarantees: versions of an unfinished import are not seen; an erased object is not found. Does not know: who asks.

use crate::error::StoreError;
use crate::held::{Object, Provenance, Standing, Stats, StoredDefect, Tombstone, VersionSummary};
use crate::intern::{self, Words};
use crate::key::{self, IdKey};
use crate::record::{flag, state};
use crate::remove::find_object;
use comity_vocab::{Digest, Timestamp, Tlp};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row};

/// The condition under which a version `v` is visible.
pub(crate) const VISIBLE: &str = "v.iid NOT IN (SELECT iid FROM import WHERE state = 0)";

/// Everything that can be read of the holdings, on one connection or inside one transaction.
#[derive(Clone, Copy)]
pub struct View<'c> {
    pub(crate) conn: &'c Connection,
}

pub(crate) struct VersionRow {
    pub vid: i64,
    pub iid: i64,
    pub flags: i64,
    pub lid: Option<i64>,
    pub digest: [u8; 32],
    pub bytes: Vec<u8>,
}

pub(crate) const VERSION_COLUMNS: &str = "v.vid, v.iid, v.flags, v.lid, v.digest, v.bytes";

impl VersionRow {
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            vid: row.get(0)?,
            iid: row.get(1)?,
            flags: row.get(2)?,
            lid: row.get(3)?,
            digest: row.get(4)?,
            bytes: row.get(5)?,
        })
    }
}

impl<'c> View<'c> {
    /// Reads one object and its version, where there are any, so that a store that cannot be read says so.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn held_any(&self) -> Result<bool, StoreError> {
        let sql =
            "SELECT EXISTS (SELECT 1 FROM object o JOIN version v ON v.vid = o.current WHERE o.current IS NOT NULL)";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    pub(crate) fn new(conn: &'c Connection) -> Self {
        Self { conn }
    }

    /// Returns the current version of an object, `None` where nothing is held under the identifier.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or a row is damaged.
    pub fn get(&self, id: &str) -> Result<Option<Object>, StoreError> {
        let Some(oid) = self.held(id)? else { return Ok(None) };
        let sql = format!(
            "SELECT {VERSION_COLUMNS} FROM object o JOIN version v ON v.vid = o.current WHERE o.oid = ?1 AND {VISIBLE}"
        );
        let row = self.conn.prepare_cached(&sql)?.query_row([oid], VersionRow::read).optional()?;
        row.map(|row| self.object(row, Standing::Current)).transpose()
    }

    /// Returns the version of an object with exactly these bytes.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn get_exact(&self, id: &str, digest: &Digest) -> Result<Option<Object>, StoreError> {
        Ok(self.objects(id)?.into_iter().find(|object| object.digest == *digest))
    }

    /// Returns SHA-256 of the current version's bytes.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn version_digest(&self, id: &str) -> Result<Option<Digest>, StoreError> {
        let Some(oid) = self.held(id)? else { return Ok(None) };
        let sql =
            format!("SELECT v.digest FROM object o JOIN version v ON v.vid = o.current WHERE o.oid = ?1 AND {VISIBLE}");
        Ok(self.conn.prepare_cached(&sql)?.query_row([oid], |row| row.get(0)).optional()?.map(Digest))
    }

    /// Returns every visible version, newest first, the current one first of all.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn versions(&self, id: &str) -> Result<Vec<VersionSummary>, StoreError> {
        let summary = |object: Object| VersionSummary {
            version_text: object.version_text,
            digest: object.digest,
            standing: object.standing,
            label: object.label,
            origin: object.provenance.origin,
            received_at: object.provenance.received_at,
            defects: object.defects.len() as u64,
            bytes: object.bytes.len() as u64,
        };
        Ok(self.objects(id)?.into_iter().map(summary).collect())
    }

    /// Returns the versions that do not count although they are held: conflicts, foreign and quarantined ones.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn conflicts(&self, id: &str) -> Result<Vec<Object>, StoreError> {
        let aside = |o: &Object| !matches!(o.standing, Standing::Current | Standing::History);
        Ok(self.objects(id)?.into_iter().filter(aside).collect())
    }

    /// Returns the identifiers that have versions set aside, at most `limit`.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn with_conflicts(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        let sql = format!(
            "SELECT DISTINCT v.oid FROM version v WHERE v.flags & 7 <> 0 AND {VISIBLE} ORDER BY v.oid LIMIT ?1"
        );
        let oids: Vec<i64> =
            self.conn.prepare_cached(&sql)?.query_map([limit as i64], |row| row.get(0))?.collect::<Result<_, _>>()?;
        oids.into_iter().map(|oid| self.id_of(oid)).collect()
    }

    /// Returns the one held identifier that is, or begins with, this text.
    ///
    /// # Errors
    /// [`StoreError::NotHeld`], [`StoreError::Ambiguous`], or a failing database.
    pub fn resolve(&self, beginning: &str) -> Result<String, StoreError> {
        if self.held(beginning)?.is_some() {
            return Ok(beginning.to_owned());
        }
        let (prefix, digits) = beginning.split_once("--").map_or((None, beginning), |(p, d)| (Some(p), d));
        let not_held = || StoreError::NotHeld { id: beginning.to_owned() };
        let (low, high) = key::uuid_range(digits).filter(|_| !digits.is_empty()).ok_or_else(not_held)?;
        let tid = match prefix {
            Some(prefix) => Some(intern::find(self.conn, Words::Type, prefix)?.ok_or_else(not_held)?),
            None => None,
        };
        let sql = format!(
            "SELECT o.oid FROM object o JOIN version v ON v.vid = o.current
             WHERE o.key BETWEEN ?1 AND ?2 AND o.state = 1 AND (?3 IS NULL OR o.tid = ?3) AND {VISIBLE} LIMIT 2"
        );
        let found: Vec<i64> =
            self.conn.prepare_cached(&sql)?.query_map((low, high, tid), |row| row.get(0))?.collect::<Result<_, _>>()?;
        match found.as_slice() {
            [] => Err(not_held()),
            [one] => self.id_of(*one),
            _ => Err(StoreError::Ambiguous { prefix: beginning.to_owned() }),
        }
    }

    /// Tells whether any object held, or referred to by one that is, has this UUID in its identifier.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn knows_uuid(&self, uuid: &uuid::Uuid) -> Result<bool, StoreError> {
        let key = IdKey::Uuid(uuid.into_bytes());
        let mut query = self.conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM object WHERE key = ?1)")?;
        let known: bool = query.query_row([&key], |row| row.get(0))?;
        match crate::remove::erased_key(self.conn, &key, known)? {
            Some(erased) => Ok(query.query_row([erased], |row| row.get(0))?),
            None => Ok(known),
        }
    }

    /// Returns the tombstone under an identifier.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn tombstone(&self, id: &str) -> Result<Option<Tombstone>, StoreError> {
        let Some(oid) = find_object(self.conn, id)? else { return Ok(None) };
        let found: Option<(String, String)> = self
            .conn
            .prepare_cached("SELECT recall, at FROM tombstone WHERE oid = ?1")?
            .query_row([oid], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((recall, at)) = found else { return Ok(None) };
        let digests = self
            .conn
            .prepare_cached("SELECT digest FROM tombstone_digest WHERE oid = ?1")?
            .query_map([oid], |row| row.get(0).map(Digest))?
            .collect::<Result<_, _>>()?;
        let at = Timestamp::parse(&at).map_err(|_| StoreError::Damaged { what: "tombstone", row: oid })?;
        Ok(Some(Tombstone { id: id.to_owned(), recall, at, digests }))
    }

    /// Returns every way a version came in: the first, and those by which it came again.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn received_ways(&self, id: &str) -> Result<Vec<Provenance>, StoreError> {
        let Some(oid) = self.held(id)? else { return Ok(Vec::new()) };
        let sql = "SELECT i.iid FROM version v JOIN import i USING (iid) WHERE v.oid = ?1 AND i.state = 1
                   UNION SELECT i.iid FROM version v JOIN also_received a USING (vid) JOIN import i ON i.iid = a.iid
                   WHERE v.oid = ?1 AND i.state = 1 ORDER BY 1";
        let imports: Vec<i64> =
            self.conn.prepare_cached(sql)?.query_map([oid], |row| row.get(0))?.collect::<Result<_, _>>()?;
        imports.into_iter().map(|iid| self.provenance(iid)).collect()
    }

    /// Returns counts over all that is held.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn stats(&self) -> Result<Stats, StoreError> {
        let count =
            |sql: &str| -> rusqlite::Result<u64> { self.conn.query_row(sql, [], |row| row.get(0)).map(unsigned) };
        let mut stats = Stats {
            objects: count("SELECT count(*) FROM object WHERE state = 1")?,
            tombstones: count("SELECT count(*) FROM tombstone")?,
            imports: count("SELECT count(*) FROM import WHERE state = 1")?,
            set_aside: count("SELECT count(*) FROM version WHERE flags & 7 <> 0")?,
            text_behind: self.text_behind()?,
            ..Stats::default()
        };
        let sql = format!(
            "SELECT t.name, count(*) FROM version v JOIN type_name t USING (tid) WHERE {VISIBLE} GROUP BY v.tid"
        );
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (name, n): (String, u64) = (row.get(0)?, unsigned(row.get(1)?));
            stats.versions += n;
            stats.by_type.insert(name, n);
        }
        Ok(stats)
    }

    /// Returns the number of an object that is held.
    pub(crate) fn held(&self, id: &str) -> Result<Option<i64>, StoreError> {
        let Some(oid) = find_object(self.conn, id)? else { return Ok(None) };
        let held: i64 =
            self.conn.prepare_cached("SELECT state FROM object WHERE oid = ?1")?.query_row([oid], |row| row.get(0))?;
        Ok((held == state::HELD).then_some(oid))
    }

    /// Returns the identifier of an object by number.
    pub(crate) fn id_of(&self, oid: i64) -> Result<String, StoreError> {
        let (tid, key): (i64, IdKey) = self
            .conn
            .prepare_cached("SELECT tid, key FROM object WHERE oid = ?1")?
            .query_row([oid], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let prefix = if tid == 0 { None } else { Some(intern::text(self.conn, Words::Type, tid)?) };
        Ok(key::join(prefix.as_deref(), &key))
    }

    /// Returns every visible version with its bytes.
    fn objects(&self, id: &str) -> Result<Vec<Object>, StoreError> {
        let Some(oid) = self.held(id)? else { return Ok(Vec::new()) };
        let current: Option<i64> = self
            .conn
            .prepare_cached("SELECT current FROM object WHERE oid = ?1")?
            .query_row([oid], |row| row.get(0))?;
        let sql = format!(
            "SELECT {VERSION_COLUMNS} FROM version v WHERE v.oid = ?1 AND {VISIBLE}
             ORDER BY v.vid IS NOT ?2, v.version DESC, v.vid"
        );
        let rows: Vec<VersionRow> =
            self.conn.prepare_cached(&sql)?.query_map((oid, current), VersionRow::read)?.collect::<Result<_, _>>()?;
        rows.into_iter()
            .map(|row| {
                let standing = standing(row.flags, current == Some(row.vid));
                self.object(row, standing)
            })
            .collect()
    }

    pub(crate) fn object(&self, row: VersionRow, standing: Standing) -> Result<Object, StoreError> {
        let facts =
            comity_stix::inspect(&row.bytes).map_err(|_| StoreError::Damaged { what: "version", row: row.vid })?;
        let defects = self
            .conn
            .prepare_cached("SELECT rule, path, message FROM defect WHERE vid = ?1 ORDER BY n")?
            .query_map([row.vid], |d| Ok(StoredDefect { rule: d.get(0)?, path: d.get(1)?, message: d.get(2)? }))?
            .collect::<Result<_, _>>()?;
        Ok(Object {
            object_type: facts.object_type,
            name: facts.name,
            version_text: facts.version_text,
            modified: facts.version,
            digest: Digest(row.digest),
            label: intern::label(self.conn, row.lid)?,
            unknown_markings: facts
                .object_marking_refs
                .into_iter()
                .filter(|m| Tlp::from_marking_id(m).is_none())
                .collect(),
            granular_markings: facts.has_granular_markings,
            revoked: facts.revoked,
            standing,
            defects,
            provenance: self.provenance(row.iid)?,
            id: facts.id,
            bytes: row.bytes,
        })
    }

    /// Returns what is known of one import.
    pub(crate) fn provenance(&self, iid: i64) -> Result<Provenance, StoreError> {
        let damaged = || StoreError::Damaged { what: "import", row: iid };
        let mut statement = self.conn.prepare_cached(
            "SELECT o.name, i.at, i.officer, i.file_name, i.file_digest, i.release, i.seq, i.terms
             FROM import i JOIN origin o USING (nid) WHERE i.iid = ?1",
        )?;
        let mut rows = statement.query([iid])?;
        let row = rows.next()?.ok_or_else(damaged)?;
        let text = |column| row.get::<_, Option<String>>(column);
        let officer = text(2)?.map(|code| code.parse()).transpose().map_err(|_| damaged())?;
        Ok(Provenance {
            import: iid,
            origin: row.get::<_, String>(0)?.parse().map_err(|_| damaged())?,
            received_at: Timestamp::parse(&row.get::<_, String>(1)?).map_err(|_| damaged())?,
            officer,
            file_name: text(3)?,
            file_digest: row.get::<_, Option<[u8; 32]>>(4)?.map(Digest),
            release: text(5)?,
            seq: row.get::<_, Option<i64>>(6)?.and_then(|seq| u64::try_from(seq).ok()),
            terms: text(7)?,
        })
    }
}

/// Returns the place of a version by its flags.
pub(crate) fn standing(flags: i64, current: bool) -> Standing {
    if flags & flag::FOREIGN != 0 {
        Standing::Foreign
    } else if flags & flag::CONFLICT != 0 {
        Standing::Conflict
    } else if flags & flag::QUARANTINED != 0 {
        Standing::Quarantined
    } else if current {
        Standing::Current
    } else {
        Standing::History
    }
}

/// Returns a count as SQLite keeps it as a number without sign.
pub(crate) fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// Makes values for `IN (…)` lists of bound numbers: a JSON text for `json_each`.
pub(crate) fn number_list(numbers: &[i64]) -> Value {
    let list: Vec<String> = numbers.iter().map(i64::to_string).collect();
    Value::Text(format!("[{}]", list.join(",")))
}
