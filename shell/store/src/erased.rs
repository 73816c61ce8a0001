//! What stands for the identifiers and bytes of what was erased: keyed digests, from which nothing can be guessed back.
//!
//! Guarantees: the identifier of an observable is derived from its value (STIX 2.1 §2.9), so that a hash of it, and of the bytes, would be a
//! hash of what was to be erased; under the key of these digests what was recalled is known again when it comes again. Identifiers
//! that are drawn by chance stay as they are. The key is drawn with the first erasure and stands among the settings, which are summed.
//! Does not know: what is erased when.

use crate::error::StoreError;
use crate::key::{self, IdKey};
use comity_crypto::MacKey;
use comity_vocab::Digest;
use rusqlite::{Connection, OptionalExtension};

const SETTING: &str = "erased_key";
const ID_DOMAIN: &str = "comity/v1/erased-identifier";
const BYTES_DOMAIN: &str = "comity/v1/erased-bytes";

/// The key of the digests of this node.
pub(crate) struct Erasing(MacKey);

impl Erasing {
    /// Returns the key; none where nothing was erased yet.
    pub fn known(conn: &Connection) -> Result<Option<Self>, rusqlite::Error> {
        let secret: Option<String> = conn
            .prepare_cached("SELECT value FROM desk_setting WHERE name = ?1")?
            .query_row([SETTING], |row| row.get(0))
            .optional()?;
        let mut bytes = [0; 32];
        let whole = secret.filter(|secret| hex::decode_to_slice(secret, &mut bytes).is_ok());
        Ok(whole.map(|_| Self(MacKey::new(&bytes))))
    }

    /// Returns the key, drawing it where there is none.
    pub fn made(conn: &Connection) -> Result<Self, StoreError> {
        conn.prepare_cached(
            "INSERT OR IGNORE INTO desk_setting (name, value) VALUES (?1, lower(hex(randomblob(32))))",
        )?
        .execute([SETTING])?;
        Self::known(conn)?.ok_or(StoreError::Damaged { what: "key of erased identifiers", row: 0 })
    }

    /// Returns what stands for an identifier once its object is erased: the same, where it was drawn by chance.
    pub fn key(&self, key: &IdKey) -> IdKey {
        let text = match key {
            IdKey::Uuid(bytes) if key.is_derived() => &bytes[..],
            IdKey::Text(text) => text.as_bytes(),
            IdKey::Uuid(_) | IdKey::Erased(_) => return key.clone(),
        };
        IdKey::Erased(self.0.tag(ID_DOMAIN, &[text]).0)
    }

    /// Returns the text that stands for an identifier.
    pub fn name(&self, id: &str) -> String {
        match key::split(id) {
            Some((prefix, key)) => key::join(prefix, &self.key(&key)),
            None => id.to_owned(),
        }
    }

    /// Returns what stands for the digest of bytes that were erased.
    pub fn digest(&self, bytes: &[u8; 32]) -> Digest {
        self.0.tag(BYTES_DOMAIN, &[bytes])
    }
}

/// Puts the digest in the place of the identifier wherever the record of what was recalled has it.
pub(crate) fn rename(conn: &Connection, erasing: &Erasing, oid: i64, id: &str) -> Result<(), StoreError> {
    let Some((_, plain)) = key::split(id) else { return Ok(()) };
    let erased = erasing.key(&plain);
    if erased == plain {
        return Ok(());
    }
    conn.prepare_cached("UPDATE object SET key = ?2 WHERE oid = ?1")?.execute((oid, &erased))?;
    conn.prepare_cached(
        "UPDATE OR REPLACE received_item SET object_id = ?2 WHERE object_id = ?1 AND recalled IS NOT NULL",
    )?
    .execute([id, &erasing.name(id)])?;
    Ok(())
}

/// Does so for what an earlier version erased: all of it, when the holdings are opened.
pub(crate) fn rename_earlier(conn: &Connection) -> Result<(), StoreError> {
    let earlier: Vec<i64> = conn
        .prepare(
            "SELECT t.oid FROM tombstone t JOIN object o USING (oid)
             WHERE o.state = 2 AND (typeof(o.key) = 'text' OR length(o.key) = 16 AND hex(substr(o.key, 7, 1)) LIKE '5%')",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if earlier.is_empty() {
        return Ok(());
    }
    let erasing = Erasing::made(conn)?;
    for oid in earlier {
        let id = crate::view::View::new(conn).id_of(oid)?;
        rename(conn, &erasing, oid, &id)?;
    }
    Ok(())
}
