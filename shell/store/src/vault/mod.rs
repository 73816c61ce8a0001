//! The vault: who the sources are, and which objects came from them (domain.md §2.1).
//!
//! Guarantees: apart from random identifiers, numbers and counts nothing in the file can be read without the vault's key; a record
//! opens only to its handlers, each opening is logged with a reason first, and to everybody else a record that exists and one
//! that does not look the same. Nothing here can be printed, compared or copied by accident. A vault is made once, by
//! [`Vault::create`]; [`Vault::open`] gives only the vault that was committed to, whole.
//! Does not know: holdings, releases, partners.

mod access;
mod acts;
mod answers;
mod change;
mod commitment;
mod error;
mod opening;
mod record;
mod terms;

pub use access::Access;
pub use answers::{Answered, HandlersAnswer, TermTag};
pub use change::{Changed, Classified, FormerChange, SourceChange};
pub use commitment::{Commitment, Fit};
pub use error::VaultError;
pub use record::{NewSource, ProtectedTerm, Reliability, ReliabilityError, Source, SourceSummary};
pub use terms::VaultTerm;

use comity_crypto::{DataKey, MacKey};
use comity_vocab::{Digest, OfficerCode};
use commitment::Register;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;
use std::path::PathBuf;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Gives nonces that never come twice.
pub type Nonces = Box<dyn FnMut() -> [u8; 24] + Send>;

/// `vault.db`, open with its key, as it was committed to.
pub struct Vault {
    conn: Connection,
    key: DataKey,
    nonces: Nonces,
    mac_key: Zeroizing<Vec<u8>>,
    commitment_key: MacKey,
    register: Register,
    path: PathBuf,
    /// Device and file; none where the file has no name.
    place: Option<(u64, u64)>,
    version: i64,
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
            let damaged = || VaultError::Damaged { table: "source", row: matter };
            let plain = self.opened(matter, id)?;
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

    /// Opens every row once, and compares all of them with what was committed to.
    ///
    /// # Errors
    /// [`VaultError::Unfit`]; [`VaultError::Damaged`] names the first row that does not open.
    pub fn verify(&self) -> Result<VaultCounts, VaultError> {
        let whole: String = self.conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if whole != "ok" {
            return Err(VaultError::Damaged { table: "pages", row: 0 });
        }
        if self.commitment() != Register::read(&self.conn, &self.commitment_key)?.commitment(&self.commitment_key) {
            return Err(VaultError::Unfit { path: self.path.clone() });
        }
        if !crate::schema::is_current(&self.conn, crate::schema::VAULT)? {
            return Err(VaultError::Damaged { table: "schema_section", row: 0 });
        }
        let mut counts = VaultCounts { sources: 0, joins: 0, accesses: 0 };
        for (matter, id) in self.rows()? {
            let damaged = || VaultError::Damaged { table: "source", row: matter };
            let plain = self.opened(matter, id)?;
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

    /// Opens the record of a source.
    fn opened(&self, matter: i64, id: Uuid) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let sealed: Vec<u8> =
            self.conn.query_row("SELECT record FROM source WHERE matter = ?1", [matter], |row| row.get(0))?;
        let damaged = |_| VaultError::Damaged { table: "source", row: matter };
        self.key.open(&record_role(id), &sealed).map_err(damaged)
    }

    fn sealed(&self, matter: i64, id: Uuid) -> Result<record::Sealed, VaultError> {
        record::read(&self.opened(matter, id)?).ok_or(VaultError::Damaged { table: "source", row: matter })
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
