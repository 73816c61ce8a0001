//! The acts that change the vault.
//!
//! Guarantees: each writes one entry of the access log, refused attempts too; before an act is durable, the caller has written
//! down what the vault will be after it. Does not know: where that is written.

use super::commitment::Register;
use super::{Access, NewSource, Source, Vault, VaultError, access, handlers_role, object_role, record, record_role};
use comity_crypto::MacKey;
use comity_vocab::{Digest, OfficerCode, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior};
use uuid::Uuid;

impl Vault {
    /// Runs one act that only adds rows. `before` is given the tag of the vault after the act, and writes it down durably before the act is.
    pub(super) fn act<T, E: From<VaultError>>(
        &mut self,
        access: &Access,
        before: impl FnOnce(&Digest) -> Result<(), E>,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, E> {
        self.run(access, before, write, |register, tx, key| {
            let mut register = register.clone();
            register.follow(tx, key)?;
            Ok(register)
        })
    }

    /// Runs one act that changes rows: the register is read whole again.
    pub(super) fn rewrite<T, E: From<VaultError>>(
        &mut self,
        access: &Access,
        before: impl FnOnce(&Digest) -> Result<(), E>,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, E> {
        self.run(access, before, write, |_, tx, key| Register::read(tx, key))
    }

    fn run<T, E: From<VaultError>>(
        &mut self,
        access: &Access,
        before: impl FnOnce(&Digest) -> Result<(), E>,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error>,
        after: impl FnOnce(&Register, &Transaction<'_>, &MacKey) -> Result<Register, VaultError>,
    ) -> Result<T, E> {
        let nonce = (self.nonces)();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(VaultError::from)?;
        access::append(&tx, &self.key, nonce, access)?;
        let written = write(&tx).map_err(VaultError::from)?;
        let register = after(&self.register, &tx, &self.commitment_key)?;
        before(&register.commitment(&self.commitment_key))?;
        tx.commit().map_err(VaultError::from)?;
        self.register = register;
        Ok(written)
    }

    /// Enters a source under a random identifier that the caller drew; returns its matter number.
    ///
    /// # Errors
    /// [`VaultError::Incomplete`] without handler or cryptonym; a failing database; what `before` says, with nothing done.
    pub fn add<E: From<VaultError>>(
        &mut self,
        id: Uuid,
        source: &NewSource,
        officer: &OfficerCode,
        now: Timestamp,
        before: impl FnOnce(&Digest) -> Result<(), E>,
    ) -> Result<u64, E> {
        if source.handlers.is_empty() {
            return Err(VaultError::Incomplete { what: "a handler" }.into());
        }
        if source.cryptonym.trim().is_empty() {
            return Err(VaultError::Incomplete { what: "a cryptonym" }.into());
        }
        let record = self.seal(&record_role(id), &record::encode(source, now));
        let handlers = self.seal(&handlers_role(id), &record::encode_handlers(&source.handlers));
        let access = entry(officer, now, id, "add", true, "");
        let matter = self.act(&access, before, |tx| {
            tx.execute(
                "INSERT INTO source (id, handlers, record) VALUES (?1, ?2, ?3)",
                (id.as_bytes().as_slice(), handlers, record),
            )?;
            Ok(tx.last_insert_rowid())
        })?;
        Ok(u64::try_from(matter).unwrap_or_default())
    }

    /// Joins a source to objects; only a handler of the source may. Returns how many joins are new. An attempt by anybody else is
    /// logged like any other.
    ///
    /// # Errors
    /// [`VaultError::NothingReleasedToYou`] for everybody else; what `before` says, with nothing done.
    pub fn attach<E: From<VaultError>>(
        &mut self,
        id: Uuid,
        objects: &[String],
        officer: &OfficerCode,
        now: Timestamp,
        before: impl FnOnce(&Digest) -> Result<(), E>,
    ) -> Result<u64, E> {
        let matter = self.admitted(id, officer)?;
        let sealed: Vec<(Digest, Vec<u8>)> = objects
            .iter()
            .map(|object| (self.object_mac(object), self.seal(&object_role(id), &record::padded(object.as_bytes()))))
            .collect();
        let access = entry(officer, now, id, "attach", matter.is_some(), "");
        self.act(&access, before, |tx| {
            let mut new = 0;
            for (mac, sealed) in sealed.iter().filter(|_| matter.is_some()) {
                new += tx.execute(
                    "INSERT OR IGNORE INTO source_object (matter, object_mac, object) VALUES (?1, ?2, ?3)",
                    (matter, mac.as_bytes(), sealed),
                )? as u64;
            }
            Ok(new)
        })
        .and_then(|new| matter.map(|_| new).ok_or_else(|| VaultError::NothingReleasedToYou.into()))
    }

    /// Opens a record to one of its handlers, after logging the reason.
    ///
    /// # Errors
    /// [`VaultError::ReasonMissing`]; [`VaultError::NothingReleasedToYou`] where there is no such record or the officer does
    /// not handle it (that, too, is logged); what `before` says, with nothing shown.
    pub fn show<E: From<VaultError>>(
        &mut self,
        id: Uuid,
        officer: &OfficerCode,
        reason: &str,
        now: Timestamp,
        before: impl FnOnce(&Digest) -> Result<(), E>,
    ) -> Result<Source, E> {
        if reason.trim().is_empty() {
            return Err(VaultError::ReasonMissing.into());
        }
        let matter = self.admitted(id, officer)?;
        self.act(&entry(officer, now, id, "show", matter.is_some(), reason), before, |_| Ok(()))?;
        let matter = matter.ok_or(VaultError::NothingReleasedToYou)?;
        Ok(self.record(matter, id)?)
    }

    fn record(&self, matter: i64, id: Uuid) -> Result<Source, VaultError> {
        let plain = self.opened(matter, id)?;
        let handlers = self.handlers(matter, id)?;
        let objects = self.objects(matter, id)?;
        let damaged = || VaultError::Damaged { table: "source", row: matter };
        record::decode(id, &plain, handlers, objects, matter).ok_or_else(damaged)
    }

    /// Returns the matter where the officer handles the source.
    pub(super) fn admitted(&self, id: Uuid, officer: &OfficerCode) -> Result<Option<i64>, VaultError> {
        let matter: Option<i64> = self
            .conn
            .query_row("SELECT matter FROM source WHERE id = ?1", [id.as_bytes().as_slice()], |row| row.get(0))
            .optional()?;
        match matter {
            Some(matter) if self.handlers(matter, id)?.contains(officer) => Ok(Some(matter)),
            _ => Ok(None),
        }
    }
}

pub(super) fn entry(
    officer: &OfficerCode,
    at: Timestamp,
    source: Uuid,
    act: &str,
    allowed: bool,
    reason: &str,
) -> Access {
    Access { officer: officer.clone(), at, source, act: act.to_owned(), allowed, reason: reason.to_owned() }
}
