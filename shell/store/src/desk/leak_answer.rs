//! What the leak check answered, which drafts wait for a source's handlers, and how often each officer was answered.
//!
//! Guarantees: no word of the vault stands here. Does not know: what an answer means, when a draft may go on.

use super::{Desk, DeskError, digest};
use crate::schema::Section;
use comity_vocab::Digest;
use rusqlite::{OptionalExtension, params};
use std::collections::HashSet;

/// The tables as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "leak_answer", version: 1, sql: include_str!("leak_answer.sql") };

/// The setting that says under which secret the numbers were made.
const CLEAR_OF: &str = "leak_clear_of";
/// Bytes of keyed numbers that are kept; of later texts none are, and more is taken for new.
const CLEAR_BYTES_MAX: i64 = 64 << 20;

/// What the leak check answered of a release.
#[derive(Clone, Debug)]
pub struct LeakAnswerRow {
    /// The release.
    pub release: String,
    /// Who asked.
    pub officer: String,
    /// When.
    pub at: String,
    /// `clear` or `blocked`: what the vault said.
    pub answer: String,
    /// The other findings, JSON.
    pub findings: String,
    /// Over answer and draft, under the vault's key.
    pub tag: Digest,
}

/// A draft in which a protected term stood.
#[derive(Clone, Debug)]
pub struct LeakBlockedRow {
    /// The release.
    pub release: String,
    /// Who asked.
    pub officer: String,
    /// When.
    pub at: String,
    /// The digest of the draft.
    pub digest: Digest,
    /// The draft, as it is stored.
    pub draft: Vec<u8>,
    /// Whether a handler has yet to answer.
    pub waits: bool,
}

/// How many answers on new text an officer was given on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeakAskedRow {
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// The officer.
    pub officer: String,
    /// How many.
    pub answers: u64,
}

type RawBlocked = (String, String, String, Vec<u8>, Vec<u8>, bool);

fn blocked(raw: RawBlocked) -> Result<LeakBlockedRow, DeskError> {
    let (release, officer, at, found, draft, waits) = raw;
    Ok(LeakBlockedRow { release, officer, at, digest: digest(found, "blocked draft")?, draft, waits })
}

impl Desk<'_> {
    /// Keeps an answer in the place of an earlier one.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_leak_answer(&self, row: &LeakAnswerRow) -> Result<(), DeskError> {
        let LeakAnswerRow { release, officer, at, answer, findings, tag } = row;
        self.connection
            .prepare_cached(
                "INSERT INTO leak_answer (release, officer, at, answer, findings, tag) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (release) DO UPDATE SET officer = excluded.officer, at = excluded.at, answer = excluded.answer,
                 findings = excluded.findings, tag = excluded.tag",
            )?
            .execute(params![release, officer, at, answer, findings, &tag.0[..]])?;
        Ok(())
    }

    /// Reads the answer of a release.
    ///
    /// # Errors
    /// [`DeskError::Sql`], [`DeskError::Damaged`].
    pub fn leak_answer(&self, release: &str) -> Result<Option<LeakAnswerRow>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT release, officer, at, answer, findings, tag FROM leak_answer WHERE release = $1")?;
        let row: Option<(String, String, String, String, String, Vec<u8>)> = query
            .query_row([release], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
            })
            .optional()?;
        row.map(|(release, officer, at, answer, findings, tag)| {
            let tag = digest(tag, "answer of the leak check")?;
            Ok(LeakAnswerRow { release, officer, at, answer, findings, tag })
        })
        .transpose()
    }

    /// Forgets the answer of a release: it has to be asked for again.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn forget_leak_answer(&self, release: &str) -> Result<(), DeskError> {
        self.connection.execute("DELETE FROM leak_answer WHERE release = $1", [release])?;
        Ok(())
    }

    /// Keeps a draft in which a protected term stood.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_leak_blocked(&self, row: &LeakBlockedRow) -> Result<(), DeskError> {
        let LeakBlockedRow { release, officer, at, digest, draft, waits } = row;
        self.connection.execute(
            "INSERT OR REPLACE INTO leak_blocked (release, officer, at, digest, draft, waits) VALUES ($1, $2, $3, $4, $5, $6)",
            params![release, officer, at, &digest.0[..], draft, waits],
        )?;
        Ok(())
    }

    /// Reads one draft in which a protected term stood.
    ///
    /// # Errors
    /// [`DeskError::Sql`], [`DeskError::Damaged`].
    pub fn leak_blocked(&self, release: &str) -> Result<Option<LeakBlockedRow>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT release, officer, at, digest, draft, waits FROM leak_blocked WHERE release = $1")?;
        let row: Option<RawBlocked> = query
            .query_row([release], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
            })
            .optional()?;
        row.map(blocked).transpose()
    }

    /// Reads every draft that waits for a handler, oldest first.
    ///
    /// # Errors
    /// [`DeskError::Sql`], [`DeskError::Damaged`].
    pub fn leak_waiting(&self) -> Result<Vec<LeakBlockedRow>, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT release, officer, at, digest, draft, waits FROM leak_blocked WHERE waits ORDER BY at, release",
        )?;
        let rows = query
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))?;
        rows.map(|row| blocked(row?)).collect()
    }

    /// Notes that the handlers answered: the draft itself is not kept any longer, and what was blocked because something of it stood there
    /// is to be asked about again.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn end_leak_wait(&self, release: &str) -> Result<(), DeskError> {
        self.connection.execute("UPDATE leak_blocked SET waits = 0, draft = x'' WHERE release = $1", [release])?;
        self.connection.execute(
            "DELETE FROM leak_answer WHERE answer = 'blocked' AND release NOT IN (SELECT release FROM leak_blocked WHERE waits)",
            [],
        )?;
        Ok(())
    }

    /// Keeps the numbers of the pieces of a text that was sent. Where there are too many already, nothing is kept. `of`: says under which
    /// secret they were made; the numbers of another one go.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn add_leak_clear(&self, of: &str, prints: &[u64]) -> Result<(), DeskError> {
        if self.setting(CLEAR_OF)?.as_deref() != Some(of) {
            self.connection.execute("DELETE FROM leak_clear", [])?;
            self.set_setting(CLEAR_OF, of)?;
        }
        let held: i64 =
            self.connection
                .query_row("SELECT coalesce(sum(length(prints)), 0) FROM leak_clear", [], |row| row.get(0))?;
        if prints.is_empty() || held > CLEAR_BYTES_MAX {
            return Ok(());
        }
        let bytes: Vec<u8> = prints.iter().flat_map(|print| print.to_be_bytes()).collect();
        self.connection.execute("INSERT INTO leak_clear (prints) VALUES ($1)", [bytes])?;
        Ok(())
    }

    /// Reads the numbers of all pieces that are known to be clear.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn leak_clear(&self) -> Result<HashSet<u64>, DeskError> {
        let mut query = self.connection.prepare_cached("SELECT prints FROM leak_clear")?;
        let mut rows = query.query([])?;
        let mut known = HashSet::new();
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
            known.extend(bytes.as_chunks::<8>().0.iter().map(|print| u64::from_be_bytes(*print)));
        }
        Ok(known)
    }

    /// Counts one answer on new text.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn count_leak_answer(&self, day: &str, officer: &str) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO leak_asked (day, officer, answers) VALUES ($1, $2, 1)
             ON CONFLICT (day, officer) DO UPDATE SET answers = answers + 1",
            [day, officer],
        )?;
        Ok(())
    }

    /// Reads how many answers an officer was given on a day.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn leak_answers(&self, day: &str, officer: &str) -> Result<u64, DeskError> {
        let mut query =
            self.connection.prepare_cached("SELECT answers FROM leak_asked WHERE day = $1 AND officer = $2")?;
        let answers: Option<i64> = query.query_row([day, officer], |row| row.get(0)).optional()?;
        // What cannot be a count is not an allowance that nobody used.
        Ok(answers.map_or(0, |answers| u64::try_from(answers).unwrap_or(u64::MAX)))
    }

    /// Reads who was answered how often since a day, newest first.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn leak_asked_since(&self, day: &str) -> Result<Vec<LeakAskedRow>, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT day, officer, answers FROM leak_asked WHERE day >= $1 ORDER BY day DESC, answers DESC, officer",
        )?;
        let rows = query.query_map([day], |row| {
            let answers: i64 = row.get(2)?;
            Ok(LeakAskedRow {
                day: row.get(0)?,
                officer: row.get(1)?,
                answers: u64::try_from(answers).unwrap_or(u64::MAX),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
