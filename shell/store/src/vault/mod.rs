//! The vault: who the sources are, and which objects came from them (domain.md §2.1).
//!
//! Guarantees: apart from random identifiers, numbers and counts nothing in the file can be read without the vault's key; a record
//! opens only to its handlers, each opening is logged with a reason first, and to everybody else a record that exists and one
//! that does not look the same. Nothing here can be printed, compared or copied by accident.
//! Does not know: holdings, releases, partners.

mod access;
mod error;
mod record;
mod terms;

pub use access::Access;
pub use error::VaultError;
pub use record::{NewSource, Reliability, ReliabilityError, Source, SourceSummary};
pub use terms::VaultTerm;

use crate::open::{self, Mode};
use crate::schema;
use comity_crypto::DataKey;
use comity_vocab::{Digest, OfficerCode, Timestamp};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use std::collections::BTreeSet;
use std::path::Path;
use uuid::Uuid;
use zeroize::Zeroizing;

/// `vault.db`, open with its key.
pub struct Vault {
    conn: Connection,
    key: DataKey,
    nonces: Box<dyn FnMut() -> [u8; 24] + Send>,
    mac_key: Zeroizing<Vec<u8>>,
}

/// What was found whole by [`Vault::verify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultCounts {
    /// Sources.
    pub sources: u64,
    /// Joins of sources to objects.
    pub joins: u64,
    /// Entries of the access log.
    pub accesses: u64,
}

impl Vault {
    /// Makes an empty vault under this key where no file is; for `init`. `nonces` must never give the same 24 bytes twice.
    ///
    /// # Errors
    /// [`VaultError::Open`] where a file is there already, or from the disk.
    pub fn create(path: &Path, key: DataKey, nonces: Box<dyn FnMut() -> [u8; 24] + Send>) -> Result<Self, VaultError> {
        Self::open_as(path, Mode::Create, key, nonces)
    }

    /// Opens the vault. `nonces` must never give the same 24 bytes twice.
    ///
    /// # Errors
    /// [`VaultError::Open`] for a missing or emptied file, unsafe modes or a newer schema, [`VaultError::WrongKey`].
    pub fn open(path: &Path, key: DataKey, nonces: Box<dyn FnMut() -> [u8; 24] + Send>) -> Result<Self, VaultError> {
        Self::open_as(path, Mode::ReadWrite, key, nonces)
    }

    fn open_as(
        path: &Path,
        mode: Mode,
        key: DataKey,
        mut nonces: Box<dyn FnMut() -> [u8; 24] + Send>,
    ) -> Result<Self, VaultError> {
        let conn = open::open(path, mode, schema::VAULT)?;
        let role = "vault/secret/sealed/mac";
        let sealed: Option<Vec<u8>> =
            conn.query_row("SELECT sealed FROM secret WHERE name = 'mac'", [], |row| row.get(0)).optional()?;
        let mac_key = match sealed {
            Some(sealed) => key.open(role, &sealed).map_err(|_| VaultError::WrongKey)?,
            None => {
                let (first, second) = (nonces(), nonces());
                let fresh = Zeroizing::new([first, second].concat());
                let sealed = key.seal(role, nonces(), &fresh);
                conn.execute("INSERT INTO secret (name, sealed) VALUES ('mac', ?1)", [sealed])?;
                fresh
            }
        };
        Ok(Self { conn, key, nonces, mac_key })
    }

    /// Enters a source under a random identifier that the caller drew; returns its matter number.
    ///
    /// # Errors
    /// [`VaultError::Incomplete`] without handler or cryptonym; a failing database.
    pub fn add(
        &mut self,
        id: Uuid,
        source: &NewSource,
        officer: &OfficerCode,
        now: Timestamp,
    ) -> Result<u64, VaultError> {
        if source.handlers.is_empty() {
            return Err(VaultError::Incomplete { what: "a handler" });
        }
        if source.cryptonym.trim().is_empty() {
            return Err(VaultError::Incomplete { what: "a cryptonym" });
        }
        let record = self.seal(&record_role(id), &record::encode(source, now));
        let handlers = self.seal(&handlers_role(id), &record::encode_handlers(&source.handlers));
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute(
            "INSERT INTO source (id, handlers, record) VALUES (?1, ?2, ?3)",
            (id.as_bytes().as_slice(), handlers, record),
        )?;
        let matter = tx.last_insert_rowid();
        let access = Access {
            officer: officer.clone(),
            at: now,
            source: id,
            act: "add".into(),
            allowed: true,
            reason: String::new(),
        };
        access::append(&tx, &self.key, (self.nonces)(), &access)?;
        tx.commit()?;
        Ok(u64::try_from(matter).unwrap_or_default())
    }

    /// Joins a source to objects; only a handler of the source may. Returns how many joins are new.
    ///
    /// # Errors
    /// [`VaultError::NothingReleasedToYou`] for everybody else.
    pub fn attach(
        &mut self,
        id: Uuid,
        objects: &[String],
        officer: &OfficerCode,
        now: Timestamp,
    ) -> Result<u64, VaultError> {
        let matter = self.admit(id, officer, "attach", "", now)?;
        let macs: Vec<Digest> = objects.iter().map(|object| self.object_mac(object)).collect();
        let sealed: Vec<Vec<u8>> =
            objects.iter().map(|object| self.seal(&object_role(id), &record::padded(object.as_bytes()))).collect();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut new = 0;
        for (mac, sealed) in macs.iter().zip(sealed) {
            new += tx.execute(
                "INSERT OR IGNORE INTO source_object (matter, object_mac, object) VALUES (?1, ?2, ?3)",
                (matter, mac.as_bytes(), sealed),
            )? as u64;
        }
        tx.commit()?;
        Ok(new)
    }

    /// Opens a record to one of its handlers, after logging the reason.
    ///
    /// # Errors
    /// [`VaultError::ReasonMissing`]; [`VaultError::NothingReleasedToYou`] where there is no such record or the officer does
    /// not handle it (that, too, is logged).
    pub fn show(
        &mut self,
        id: Uuid,
        officer: &OfficerCode,
        reason: &str,
        now: Timestamp,
    ) -> Result<Source, VaultError> {
        if reason.trim().is_empty() {
            return Err(VaultError::ReasonMissing);
        }
        let matter = self.admit(id, officer, "show", reason, now)?;
        let sealed: Vec<u8> =
            self.conn.query_row("SELECT record FROM source WHERE matter = ?1", [matter], |row| row.get(0))?;
        let damaged = || VaultError::Damaged { table: "source", row: matter };
        let plain = self.key.open(&record_role(id), &sealed).map_err(|_| damaged())?;
        let handlers = self.handlers(matter, id)?;
        let objects = self.objects(matter, id)?;
        record::decode(id, &plain, handlers, objects, matter).ok_or_else(damaged)
    }

    /// Lists the sources that the officer handles.
    ///
    /// # Errors
    /// A failing database or a damaged row.
    pub fn list(&mut self, officer: &OfficerCode) -> Result<Vec<SourceSummary>, VaultError> {
        let mut list = Vec::new();
        for (matter, id) in self.rows()? {
            if !self.handlers(matter, id)?.contains(officer) {
                continue;
            }
            let sealed: Vec<u8> =
                self.conn.query_row("SELECT record FROM source WHERE matter = ?1", [matter], |row| row.get(0))?;
            let damaged = || VaultError::Damaged { table: "source", row: matter };
            let plain = self.key.open(&record_role(id), &sealed).map_err(|_| damaged())?;
            let objects = self.objects(matter, id)?.len() as u64;
            list.push(record::decode_summary(id, &plain, matter, objects).ok_or_else(damaged)?);
        }
        Ok(list)
    }

    /// Lists which of the officer's own sources an object came from.
    ///
    /// # Errors
    /// A failing database or a damaged row.
    pub fn sources_of(&self, object: &str, officer: &OfficerCode) -> Result<Vec<Uuid>, VaultError> {
        let mac = self.object_mac(object);
        let rows: Vec<(i64, [u8; 16])> = self
            .conn
            .prepare("SELECT s.matter, s.id FROM source_object o JOIN source s USING (matter) WHERE o.object_mac = ?1")?
            .query_map([mac.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut mine = Vec::new();
        for (matter, id) in rows {
            let id = Uuid::from_bytes(id);
            if self.handlers(matter, id)?.contains(officer) {
                mine.push(id);
            }
        }
        Ok(mine)
    }

    /// Returns the handlers of a matter, so that somebody whose release is blocked knows whom to ask.
    ///
    /// # Errors
    /// [`VaultError::NothingReleasedToYou`] where there is no such matter.
    pub fn handlers_of(&self, matter: u64) -> Result<BTreeSet<OfficerCode>, VaultError> {
        let matter = i64::try_from(matter).map_err(|_| VaultError::NothingReleasedToYou)?;
        let id: Option<[u8; 16]> =
            self.conn.query_row("SELECT id FROM source WHERE matter = ?1", [matter], |row| row.get(0)).optional()?;
        self.handlers(matter, Uuid::from_bytes(id.ok_or(VaultError::NothingReleasedToYou)?))
    }

    /// Opens every row once.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] names the first row that does not open.
    pub fn verify(&self) -> Result<VaultCounts, VaultError> {
        let whole: String = self.conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if whole != "ok" {
            return Err(VaultError::Damaged { table: "pages", row: 0 });
        }
        let mut counts = VaultCounts { sources: 0, joins: 0, accesses: 0 };
        for (matter, id) in self.rows()? {
            let damaged = || VaultError::Damaged { table: "source", row: matter };
            let sealed: Vec<u8> =
                self.conn.query_row("SELECT record FROM source WHERE matter = ?1", [matter], |row| row.get(0))?;
            let plain = self.key.open(&record_role(id), &sealed).map_err(|_| damaged())?;
            record::decode_summary(id, &plain, matter, 0).ok_or_else(damaged)?;
            self.handlers(matter, id)?;
            counts.joins += self.objects(matter, id)?.len() as u64;
            counts.sources += 1;
        }
        counts.accesses = self.accesses()?.len() as u64;
        Ok(counts)
    }

    /// Returns the whole access log, oldest first; for the officers who oversee it.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] where an entry does not open.
    pub fn accesses(&self) -> Result<Vec<Access>, VaultError> {
        access::all(&self.conn, &self.key)
    }

    /// Logs an attempt and lets only a handler through.
    fn admit(
        &mut self,
        id: Uuid,
        officer: &OfficerCode,
        act: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<i64, VaultError> {
        let matter: Option<i64> = self
            .conn
            .query_row("SELECT matter FROM source WHERE id = ?1", [id.as_bytes().as_slice()], |row| row.get(0))
            .optional()?;
        let allowed = match matter {
            Some(matter) => self.handlers(matter, id)?.contains(officer),
            None => false,
        };
        let access = Access {
            officer: officer.clone(),
            at: now,
            source: id,
            act: act.to_owned(),
            allowed,
            reason: reason.to_owned(),
        };
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        access::append(&tx, &self.key, (self.nonces)(), &access)?;
        tx.commit()?;
        match matter {
            Some(matter) if allowed => Ok(matter),
            _ => Err(VaultError::NothingReleasedToYou),
        }
    }

    fn rows(&self) -> Result<Vec<(i64, Uuid)>, VaultError> {
        let mut statement = self.conn.prepare_cached("SELECT matter, id FROM source ORDER BY matter")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, Uuid::from_bytes(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn handlers(&self, matter: i64, id: Uuid) -> Result<BTreeSet<OfficerCode>, VaultError> {
        let damaged = || VaultError::Damaged { table: "source", row: matter };
        let sealed: Vec<u8> = self
            .conn
            .prepare_cached("SELECT handlers FROM source WHERE matter = ?1")?
            .query_row([matter], |row| row.get(0))?;
        let plain = self.key.open(&handlers_role(id), &sealed).map_err(|_| damaged())?;
        record::decode_handlers(&plain).ok_or_else(damaged)
    }

    fn objects(&self, matter: i64, id: Uuid) -> Result<Vec<String>, VaultError> {
        let mut statement =
            self.conn.prepare_cached("SELECT n, object FROM source_object WHERE matter = ?1 ORDER BY n")?;
        let rows: Vec<(i64, Vec<u8>)> =
            statement.query_map([matter], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        rows.into_iter()
            .map(|(n, sealed)| {
                let damaged = || VaultError::Damaged { table: "source_object", row: n };
                let plain = self.key.open(&object_role(id), &sealed).map_err(|_| damaged())?;
                let text = std::str::from_utf8(&plain).map_err(|_| damaged())?;
                Ok(text.trim_end().to_owned())
            })
            .collect()
    }

    fn seal(&mut self, role: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = (self.nonces)();
        self.key.seal(role, nonce, plain)
    }

    /// A keyed hash; nested, so that it cannot be extended.
    fn object_mac(&self, object: &str) -> Digest {
        let inner = comity_crypto::sha256(&[b"comity/v1/vault-object", &self.mac_key, object.as_bytes()]);
        comity_crypto::sha256(&[b"comity/v1/vault-object", &self.mac_key, inner.as_bytes()])
    }
}

fn record_role(id: Uuid) -> String {
    format!("vault/source/record/{id}")
}

fn handlers_role(id: Uuid) -> String {
    format!("vault/source/handlers/{id}")
}

fn object_role(id: Uuid) -> String {
    format!("vault/source_object/object/{id}")
}
