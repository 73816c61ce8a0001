//! Passkeys, the grants by which they are made, and API tokens, as rows.

use super::{Desk, DeskError, digest};
use crate::schema::Section;
use comity_vocab::Digest;
use rusqlite::{OptionalExtension, params};

/// The tables of sign-in as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "access", version: 1, sql: include_str!("access.sql") };

/// A passkey as stored.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    /// The credential's id.
    pub credential: Vec<u8>,
    /// Whose it is.
    pub officer: String,
    /// Key and binding, JSON.
    pub record: String,
    /// The signature counter when last used.
    pub counter: u32,
    /// What the officer calls it.
    pub name: String,
    /// When it was made.
    pub created: String,
    /// When it was last used.
    pub last_used: Option<String>,
    /// When it was removed.
    pub removed: Option<String>,
}

/// A grant that waits for its use.
#[derive(Clone, Debug)]
pub struct GrantRow {
    /// SHA-256 of the secret in the link.
    pub token: Digest,
    /// For whom.
    pub officer: String,
    /// The grant, JSON.
    pub grant: String,
    /// The officer's signature, base64.
    pub signature: String,
    /// Until when.
    pub not_after: String,
}

/// An API token as stored.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Its name.
    pub name: String,
    /// SHA-256 of its text.
    pub hash: Digest,
    /// What it may do, JSON.
    pub scopes: String,
    /// When it was made.
    pub created: String,
    /// When it ends by itself.
    pub expires: Option<String>,
    /// When it was revoked.
    pub revoked: Option<String>,
}

impl Desk<'_> {
    /// Writes a new passkey; one of the same credential is an error.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_passkey(&self, row: &PasskeyRow) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO passkey (credential, officer, record, counter, name, created, last_used, removed)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![
                row.credential,
                row.officer,
                row.record,
                row.counter,
                row.name,
                row.created,
                row.last_used,
                row.removed
            ],
        )?;
        Ok(())
    }

    /// Reads every passkey, removed ones included, in the order they were made.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn passkeys(&self) -> Result<Vec<PasskeyRow>, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT credential, officer, record, counter, name, created, last_used, removed
             FROM passkey ORDER BY created, credential",
        )?;
        let rows = query.query_map([], |row| {
            Ok(PasskeyRow {
                credential: row.get(0)?,
                officer: row.get(1)?,
                record: row.get(2)?,
                counter: row.get(3)?,
                name: row.get(4)?,
                created: row.get(5)?,
                last_used: row.get(6)?,
                removed: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records the use of a passkey, with its counter.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn passkey_used(&self, credential: &[u8], counter: u32, at: &str) -> Result<(), DeskError> {
        let mut update =
            self.connection.prepare_cached("UPDATE passkey SET counter = $1, last_used = $2 WHERE credential = $3")?;
        update.execute(params![counter, at, credential])?;
        Ok(())
    }

    /// Records that a passkey was removed.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn remove_passkey(&self, credential: &[u8], at: &str) -> Result<(), DeskError> {
        self.connection.execute(
            "UPDATE passkey SET removed = $1 WHERE credential = $2 AND removed IS NULL",
            params![at, credential],
        )?;
        Ok(())
    }

    /// Keeps a grant until it is used.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_grant(&self, row: &GrantRow) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO passkey_grant (token, officer, grant_json, signature, not_after) VALUES ($1, $2, $3, $4, $5)",
            params![&row.token.0[..], row.officer, row.grant, row.signature, row.not_after],
        )?;
        Ok(())
    }

    /// Reads one grant.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn grant(&self, token: &Digest) -> Result<Option<GrantRow>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT officer, grant_json, signature, not_after FROM passkey_grant WHERE token = $1")?;
        let row = query.query_row([&token.0[..]], |row| {
            Ok(GrantRow {
                token: *token,
                officer: row.get(0)?,
                grant: row.get(1)?,
                signature: row.get(2)?,
                not_after: row.get(3)?,
            })
        });
        Ok(row.optional()?)
    }

    /// Drops a grant, and tells whether it was there: each serves once.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn take_grant(&self, token: &Digest) -> Result<bool, DeskError> {
        Ok(self.connection.execute("DELETE FROM passkey_grant WHERE token = $1", [&token.0[..]])? == 1)
    }

    /// Drops the grants of an officer.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn drop_grants(&self, officer: &str) -> Result<(), DeskError> {
        self.connection.execute("DELETE FROM passkey_grant WHERE officer = $1", [officer])?;
        Ok(())
    }

    /// Writes a new token; a name that was ever used is an error.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_token(&self, row: &TokenRow) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO api_token (name, hash, scopes, created, expires, revoked) VALUES ($1, $2, $3, $4, $5, $6)",
            params![row.name, &row.hash.0[..], row.scopes, row.created, row.expires, row.revoked],
        )?;
        Ok(())
    }

    /// Reads every token, revoked ones included, by name.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn tokens(&self) -> Result<Vec<TokenRow>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT name, hash, scopes, created, expires, revoked FROM api_token ORDER BY name")?;
        let rows = query.query_map([], |row| {
            Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })?;
        rows.map(|row| {
            let (name, hash, scopes, created, expires, revoked) = row?;
            Ok(TokenRow { name, hash: digest(hash, "token")?, scopes, created, expires, revoked })
        })
        .collect()
    }

    /// Records that a token was revoked.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn revoke_token(&self, name: &str, at: &str) -> Result<bool, DeskError> {
        let changed = self
            .connection
            .execute("UPDATE api_token SET revoked = $1 WHERE name = $2 AND revoked IS NULL", params![at, name])?;
        Ok(changed == 1)
    }
}
