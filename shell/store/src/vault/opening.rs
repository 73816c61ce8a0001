//! How a vault comes to be open: made once, and opened only where it is the one that was committed to.
//!
//! Guarantees: opening never makes anything; a vault that is gone, emptied, older, another home's or changed is refused.
//! Does not know: where the commitment is kept.

use super::{Commitment, Fit, Nonces, Vault, VaultError, commitment};
use crate::nameless::Nameless;
use crate::open::{self, Mode, OpenError};
use crate::schema;
use comity_crypto::{DataKey, Zeroizing};
use comity_vocab::Digest;
use commitment::Register;
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use uuid::Uuid;

const MAC_ROLE: &str = "vault/secret/sealed/mac";

impl Vault {
    /// Makes an empty vault under this key. `nonces` must never give the same 24 bytes twice.
    ///
    /// # Errors
    /// [`VaultError::Open`] where there is a file already, for unsafe modes or a failing disk.
    pub fn create(path: &Path, seed: &[u8; 32], mut nonces: Nonces) -> Result<Self, VaultError> {
        let conn = open::open(path, Mode::Create, schema::VAULT)?;
        let key = DataKey::from_bytes(seed);
        let (first, second) = (nonces(), nonces());
        let fresh = Zeroizing::new([first, second].concat());
        let sealed = key.seal(MAC_ROLE, nonces(), &fresh);
        conn.execute("INSERT INTO secret (name, sealed) VALUES ('mac', ?1)", [sealed])?;
        Self::assemble(path, seed, nonces, conn)
    }

    /// Opens the vault that was committed to. It is read whole.
    ///
    /// Where nothing was ever committed to, because an older version made the home, the vault is taken as it is, if every source
    /// that its own log names is there.
    ///
    /// # Errors
    /// [`VaultError::Absent`] where there is no vault, [`VaultError::WrongKey`], [`VaultError::Unfit`] where it is not the one that
    /// was committed to, [`VaultError::Open`] for unsafe modes or a newer schema.
    pub fn open(
        path: &Path,
        seed: &[u8; 32],
        nonces: Nonces,
        expected: Option<&Commitment>,
    ) -> Result<(Self, Fit), VaultError> {
        Self::present(path)?;
        let vault = Self::assemble(path, seed, nonces, open::open(path, Mode::ReadWrite, schema::VAULT)?)?;
        let fit = vault.fit(expected)?;
        Ok((vault, fit))
    }

    /// Compares a vault with what was committed to, reading only and beside the one who writes to it.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn compare(path: &Path, seed: &[u8; 32], expected: Option<&Commitment>) -> Result<Fit, VaultError> {
        Self::present(path)?;
        let conn = open::open(path, Mode::ReadOnly, schema::VAULT)?;
        Self::assemble(path, seed, Box::new(|| [0; 24]), conn)?.fit(expected)
    }

    /// Opens what a nameless file was filled with, where it is the vault that was committed to. Nothing is to be written to it.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn nameless(
        filled: Nameless,
        seed: &[u8; 32],
        expected: Option<&Commitment>,
    ) -> Result<(Self, Fit), VaultError> {
        let conn = filled.ready(schema::VAULT)?;
        let mut vault = Self::over(Path::new("vault.db"), seed, Box::new(|| [0; 24]), conn)?;
        vault.place = None;
        let fit = vault.fit(expected)?;
        Ok((vault, fit))
    }

    /// Makes sure, without its key, that there is a vault; whether it is the right one needs the key.
    ///
    /// # Errors
    /// [`VaultError::Absent`] where there is no file, or one without the tables of a vault or without its secret.
    pub fn present(path: &Path) -> Result<(), VaultError> {
        let absent = || VaultError::Absent { path: path.to_owned() };
        let conn = match open::open(path, Mode::ReadOnly, schema::VAULT) {
            Err(
                OpenError::Missing { .. }
                | OpenError::Absent { .. }
                | OpenError::Emptied { .. }
                | OpenError::Foreign { .. }
                | OpenError::Incomplete { .. },
            ) => return Err(absent()),
            other => other?,
        };
        let secrets: i64 = conn.query_row("SELECT count(*) FROM secret WHERE name = 'mac'", [], |row| row.get(0))?;
        if secrets == 1 { Ok(()) } else { Err(absent()) }
    }

    fn assemble(path: &Path, seed: &[u8; 32], nonces: Nonces, conn: Connection) -> Result<Self, VaultError> {
        let mut vault = Self::over(path, seed, nonces, conn)?;
        vault.place = Some(place(path)?);
        Ok(vault)
    }

    fn over(path: &Path, seed: &[u8; 32], nonces: Nonces, conn: Connection) -> Result<Self, VaultError> {
        let key = DataKey::from_bytes(seed);
        // Read at one instant, so that the sums are those of a state that was.
        let snapshot = conn.unchecked_transaction()?;
        let sealed: Vec<u8> =
            snapshot.query_row("SELECT sealed FROM secret WHERE name = 'mac'", [], |row| row.get(0))?;
        let mac_key = key.open(MAC_ROLE, &sealed).map_err(|_| VaultError::WrongKey)?;
        let commitment_key = commitment::key(seed);
        let register = Register::read(&snapshot, &commitment_key)?;
        snapshot.finish()?;
        let (path, version) = (path.to_owned(), data_version(&conn)?);
        Ok(Self { conn, key, nonces, mac_key, commitment_key, register, path, place: None, version })
    }

    fn fit(&self, expected: Option<&Commitment>) -> Result<Fit, VaultError> {
        let found = self.commitment();
        match expected {
            Some(expected) if expected.settled == found => Ok(Fit::Settled),
            Some(expected) if expected.pending == Some(found) => Ok(Fit::Pending),
            Some(_) => Err(VaultError::Unfit { path: self.path.clone() }),
            None => {
                let entered: BTreeSet<Uuid> =
                    self.accesses()?.into_iter().filter(|a| a.act == "add" && a.allowed).map(|a| a.source).collect();
                let held: BTreeSet<Uuid> = self.rows()?.into_iter().map(|(_, id)| id).collect();
                if entered == held { Ok(Fit::First) } else { Err(VaultError::Unfit { path: self.path.clone() }) }
            }
        }
    }

    /// Returns the tag over everything the vault held when it was opened, and what this process added since.
    pub fn commitment(&self) -> Digest {
        self.register.commitment(&self.commitment_key)
    }

    /// Tells whether nobody else wrote to the file, or put another in its place, since it was opened.
    ///
    /// # Errors
    /// [`VaultError::Absent`] where it is gone.
    pub fn is_undisturbed(&self) -> Result<bool, VaultError> {
        let stands = match self.place {
            Some(found) => place(&self.path)? == found,
            None => true,
        };
        Ok(stands && data_version(&self.conn)? == self.version)
    }
}

/// Which file stands at the path.
fn place(path: &Path) -> Result<(u64, u64), VaultError> {
    let facts = path.symlink_metadata().map_err(|_| VaultError::Absent { path: path.to_owned() })?;
    Ok((facts.dev(), facts.ino()))
}

/// Changes whenever another connection writes.
fn data_version(conn: &Connection) -> Result<i64, VaultError> {
    Ok(conn.query_row("PRAGMA data_version", [], |row| row.get(0))?)
}
