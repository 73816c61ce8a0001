//! Releases, the dissemination record and public declarations as rows.

use super::word::Word;
use super::{Desk, DeskError, digest};
use comity_vocab::{Digest, Form, ReleaseState};
use rusqlite::{OptionalExtension, params};

/// A release as stored; the JSON columns are the node's.
#[derive(Clone, Debug)]
pub struct ReleaseRow {
    /// UUID of the release.
    pub id: String,
    /// Where it stands.
    pub state: ReleaseState,
    /// Code of the officer who drafted it.
    pub author: String,
    /// Digest of the statement the officers sign.
    pub digest: Digest,
    /// The draft with its exact parts; gone after a recall.
    pub draft: Option<Vec<u8>>,
    /// What may be listed without the parts.
    pub summary: String,
    /// Approvals, JSON.
    pub approvals: String,
    /// Overrides of findings, JSON.
    pub overrides: String,
    /// When it was drafted.
    pub created: String,
    /// When it last changed state.
    pub changed: String,
}

/// A declaration that versions are public knowledge, as stored.
#[derive(Clone, Debug)]
pub struct DeclarationRow {
    /// Digest of the declaration's statement.
    pub digest: Digest,
    /// The declaration, JSON.
    pub bytes: Vec<u8>,
    /// Approvals, JSON.
    pub approvals: String,
    /// Whether two officers signed it.
    pub effective: bool,
}

/// One line of the dissemination record.
#[derive(Clone, Debug)]
pub struct ReleasedItem {
    /// Who got it.
    pub recipient: String,
    /// Under which id.
    pub released_id: String,
    /// In which version.
    pub released_version: String,
    /// Our own object.
    pub original_id: String,
    /// Our own version.
    pub original_version: String,
    /// In which release.
    pub release: String,
    /// At which position of the link's log.
    pub log_seq: u64,
    /// Whether it was recalled.
    pub recalled: bool,
}

const RELEASE_COLUMNS: &str = "id, state, author, digest, draft, summary, approvals, overrides, created, changed";
const ITEM_COLUMNS: &str =
    "recipient, released_id, released_version, original_id, original_version, release, log_seq, recalled";

type RawRelease =
    (String, Word<ReleaseState>, String, Vec<u8>, Option<Vec<u8>>, String, String, String, String, String);

fn raw_release(row: &rusqlite::Row<'_>) -> rusqlite::Result<RawRelease> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
        row.get(6)?,
        row.get(7)?,
        row.get(8)?,
        row.get(9)?,
    ))
}

fn release_row(raw: RawRelease) -> Result<ReleaseRow, DeskError> {
    let (id, Word(state), author, statement, draft, summary, approvals, overrides, created, changed) = raw;
    let digest = digest(statement, "release")?;
    Ok(ReleaseRow { id, state, author, digest, draft, summary, approvals, overrides, created, changed })
}

fn released_item(row: &rusqlite::Row<'_>) -> rusqlite::Result<ReleasedItem> {
    Ok(ReleasedItem {
        recipient: row.get(0)?,
        released_id: row.get(1)?,
        released_version: row.get(2)?,
        original_id: row.get(3)?,
        original_version: row.get(4)?,
        release: row.get(5)?,
        log_seq: row.get::<_, i64>(6)? as u64,
        recalled: row.get(7)?,
    })
}

impl Desk<'_> {
    /// Writes a new release, or the new state of one.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_release(&self, release: &ReleaseRow) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO release (id, state, author, digest, draft, summary, approvals, overrides, created, changed)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, draft = excluded.draft, summary = excluded.summary,
                 approvals = excluded.approvals, overrides = excluded.overrides, changed = excluded.changed",
            params![
                release.id,
                Word(release.state),
                release.author,
                &release.digest.0[..],
                release.draft,
                release.summary,
                release.approvals,
                release.overrides,
                release.created,
                release.changed
            ],
        )?;
        Ok(())
    }

    /// Reads one release.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn release(&self, id: &str) -> Result<Option<ReleaseRow>, DeskError> {
        let sql = format!("SELECT {RELEASE_COLUMNS} FROM release WHERE id = $1");
        let mut query = self.connection.prepare_cached(&sql)?;
        query.query_row([id], raw_release).optional()?.map(release_row).transpose()
    }

    /// Lists releases, newest first, without their drafts.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn releases(&self, limit: usize) -> Result<Vec<ReleaseRow>, DeskError> {
        let sql = "SELECT id, state, author, digest, NULL, summary, approvals, overrides, created, changed
                   FROM release ORDER BY created DESC, id LIMIT $1";
        let mut query = self.connection.prepare_cached(sql)?;
        let rows = query.query_map([limit as i64], raw_release)?;
        rows.map(|raw| release_row(raw?)).collect()
    }

    /// Lists documents of ours, newest first, without their drafts: those to one partner and of one form where they are named; and how many
    /// there are of them.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn documents_of_ours(
        &self,
        to: Option<&str>,
        form: Option<Form>,
        skip: u64,
        limit: usize,
    ) -> Result<(Vec<ReleaseRow>, u64), DeskError> {
        const CHOSEN: &str =
            "json_extract(summary, '$.form') IS NOT NULL AND (?1 IS NULL OR json_extract(summary, '$.form') = ?1)
             AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(summary, '$.to') WHERE json_each.value = ?2))";
        let form = form.map(Form::as_str);
        let sql = format!(
            "SELECT id, state, author, digest, NULL, summary, approvals, overrides, created, changed FROM release WHERE {CHOSEN}
             ORDER BY created DESC, id LIMIT ?3 OFFSET ?4"
        );
        let mut query = self.connection.prepare_cached(&sql)?;
        let rows = query.query_map(params![form, to, limit as i64, skip as i64], raw_release)?;
        let rows = rows.map(|raw| release_row(raw?)).collect::<Result<_, _>>()?;
        let mut count = self.connection.prepare_cached(&format!("SELECT count(*) FROM release WHERE {CHOSEN}"))?;
        let total: i64 = count.query_row(params![form, to], |row| row.get(0))?;
        Ok((rows, total.unsigned_abs()))
    }

    /// Adds a line to the dissemination record.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_released_item(&self, item: &ReleasedItem) -> Result<(), DeskError> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO released_item (recipient, released_id, released_version, original_id, original_version, release, log_seq, recalled)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
             ON CONFLICT (recipient, released_id, released_version, release) DO UPDATE SET
                 log_seq = excluded.log_seq, original_id = excluded.original_id, original_version = excluded.original_version, recalled = 0",
        )?;
        insert.execute(params![
            item.recipient,
            item.released_id,
            item.released_version,
            item.original_id,
            item.original_version,
            item.release,
            item.log_seq as i64
        ])?;
        Ok(())
    }

    /// Reads the dissemination record of one of our objects.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn released_as(&self, original_id: &str) -> Result<Vec<ReleasedItem>, DeskError> {
        let sql =
            format!("SELECT {ITEM_COLUMNS} FROM released_item WHERE original_id = $1 ORDER BY recipient, log_seq");
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_map([original_id], released_item)?.collect::<Result<_, _>>()?)
    }

    /// Reads the dissemination record of one id as recipients know it.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn released_under(&self, released_id: &str) -> Result<Vec<ReleasedItem>, DeskError> {
        let sql =
            format!("SELECT {ITEM_COLUMNS} FROM released_item WHERE released_id = $1 ORDER BY recipient, log_seq");
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_map([released_id], released_item)?.collect::<Result<_, _>>()?)
    }

    /// Reads the dissemination record of one release.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn released_in(&self, release: &str) -> Result<Vec<ReleasedItem>, DeskError> {
        let sql =
            format!("SELECT {ITEM_COLUMNS} FROM released_item WHERE release = $1 ORDER BY recipient, released_id");
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_map([release], released_item)?.collect::<Result<_, _>>()?)
    }

    /// Tells whether a recipient was ever given an object under this id.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn recipient_knows(&self, recipient: &str, released_id: &str) -> Result<bool, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM released_item WHERE recipient = $1 AND released_id = $2 AND recalled = 0)",
        )?;
        Ok(query.query_row([recipient, released_id], |row| row.get(0))?)
    }

    /// Counts the releases ever drafted.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn release_count(&self) -> Result<u64, DeskError> {
        let mut query = self.connection.prepare_cached("SELECT count(*) FROM release")?;
        Ok(query.query_row([], |row| row.get::<_, i64>(0))? as u64)
    }

    /// Lists the released ids that every one of these recipients was given and that were not recalled.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn ids_given_to_all(&self, recipients: &[&str]) -> Result<Vec<String>, DeskError> {
        let list = serde_json::to_string(recipients).map_err(|_| DeskError::Damaged { what: "list of recipients" })?;
        let mut query = self.connection.prepare_cached(
            "SELECT released_id FROM released_item WHERE recalled = 0 AND recipient IN (SELECT value FROM json_each($1))
             GROUP BY released_id HAVING count(DISTINCT recipient) = $2",
        )?;
        let rows = query.query_map(params![list, recipients.len() as i64], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Marks every line of a release to one recipient as recalled: it was never delivered, so the recipient knows nothing of it.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn mark_withheld(&self, recipient: &str, release: &str) -> Result<u64, DeskError> {
        let mut update = self.connection.prepare_cached(
            "UPDATE released_item INDEXED BY released_item_release SET recalled = 1
             WHERE recipient = $1 AND release = $2 AND recalled = 0",
        )?;
        Ok(update.execute([recipient, release])? as u64)
    }

    /// Marks every line of these released ids as recalled.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn mark_recalled(&self, released_id: &str) -> Result<(), DeskError> {
        let mut update = self
            .connection
            .prepare_cached("UPDATE released_item SET recalled = 1 WHERE released_id = $1 AND recalled = 0")?;
        update.execute([released_id])?;
        Ok(())
    }

    /// Writes a public declaration; `effective` once two officers have signed.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_declaration(
        &self,
        digest: &Digest,
        bytes: &[u8],
        approvals: &str,
        effective: bool,
    ) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO public_declaration (digest, bytes, approvals, effective) VALUES ($1, $2, $3, $4)
             ON CONFLICT (digest) DO UPDATE SET approvals = excluded.approvals, effective = excluded.effective",
            params![&digest.0[..], bytes, approvals, effective],
        )?;
        Ok(())
    }

    /// Reads one public declaration.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn declaration(&self, wanted: &Digest) -> Result<Option<DeclarationRow>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT bytes, approvals, effective FROM public_declaration WHERE digest = $1")?;
        let row = query.query_row([&wanted.0[..]], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        Ok(row.map(|(bytes, approvals, effective)| DeclarationRow { digest: *wanted, bytes, approvals, effective }))
    }

    /// Reads every public declaration.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn declarations(&self) -> Result<Vec<DeclarationRow>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT digest, bytes, approvals, effective FROM public_declaration ORDER BY digest")?;
        let rows = query.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        rows.map(|row| {
            let (found, bytes, approvals, effective) = row?;
            Ok(DeclarationRow { digest: digest(found, "public declaration")?, bytes, approvals, effective })
        })
        .collect()
    }

    /// Records that a version, by the digest of its exact bytes, is declared public.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_public_version(&self, version: &Digest, declaration: &Digest) -> Result<(), DeskError> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO public_version (version_digest, declaration) VALUES ($1, $2) ON CONFLICT (version_digest) DO NOTHING",
        )?;
        insert.execute(params![&version.0[..], &declaration.0[..]])?;
        Ok(())
    }

    /// Tells whether exactly these bytes were declared public.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn is_public(&self, version: &Digest) -> Result<bool, DeskError> {
        let mut query =
            self.connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM public_version WHERE version_digest = $1)")?;
        Ok(query.query_row([&version.0[..]], |row| row.get(0))?)
    }
}
