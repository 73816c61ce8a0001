//! Recalls that are done in part, as rows: what a restart goes on with.
//!
//! Guarantees: a row says how far a recall is done in the transaction that did it. Does not know: what a batch is, who does the next.

use super::{Desk, DeskError};
use crate::schema::Section;
use rusqlite::params;

/// The tables of recalls under way as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "recall", version: 1, sql: include_str!("recall_work.sql") };

/// What of a recall comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecallStage {
    /// Ours: its items are marked as recalled.
    Mark,
    /// Ours: what is not delivered yet becomes stubs, and then the notices go.
    Hold,
    /// Ours: the notices are sent, and our own copies of what was delivered go.
    Erase,
    /// A partner's: what it names is erased.
    Apply,
}

impl RecallStage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Mark => "mark",
            Self::Hold => "hold",
            Self::Erase => "erase",
            Self::Apply => "apply",
        }
    }
}

/// A recall that is done in part.
#[derive(Clone, Debug)]
pub struct RecallWork {
    /// The partner whose recall it is; `None` for ours.
    pub link: Option<String>,
    /// The recall.
    pub recall: String,
    /// The log in which a partner's notice stands, and its position there; empty and 0 for ours.
    pub notice: (String, u64),
    /// What comes next.
    pub stage: RecallStage,
    /// How many items, or releases, of the stage are done.
    pub done: u64,
    /// The copies that were found, or the items that were withheld.
    pub found: u64,
    /// Who had it sent.
    pub officer: Option<String>,
    /// When it began.
    pub begun: String,
}

/// An entry of ours that is not erased yet.
#[derive(Clone, Debug)]
pub struct SentEntry {
    /// The log's name: the partner's code, and behind a slash the number of a generation that ended.
    pub link: String,
    /// Position, from 0.
    pub seq: u64,
    /// Exact signed header.
    pub header: Vec<u8>,
    /// Our signature.
    pub signature: Vec<u8>,
}

/// Where in a log of ours an entry that carried a release stands.
#[derive(Clone, Debug)]
pub struct Carried {
    /// The log's name: the partner's code, and behind a slash the number of a generation that ended.
    pub link: String,
    /// Position, from 0.
    pub seq: u64,
}

impl Desk<'_> {
    /// Notes how far a recall is done.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_recall_work(&self, work: &RecallWork) -> Result<(), DeskError> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO recall_work (direction, link, recall, log, seq, stage, done, found, officer, begun)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (direction, link, recall) DO UPDATE SET log = excluded.log, seq = excluded.seq, stage = excluded.stage,
                 done = excluded.done, found = excluded.found",
        )?;
        insert.execute(params![
            work.link.is_some(),
            work.link.as_deref().unwrap_or_default(),
            work.recall,
            work.notice.0,
            work.notice.1 as i64,
            work.stage.as_str(),
            work.done as i64,
            work.found as i64,
            work.officer,
            work.begun
        ])?;
        Ok(())
    }

    /// Lists the recalls that are done in part, partners' first, in the order they began.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn recall_works(&self) -> Result<Vec<RecallWork>, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT direction, link, recall, log, seq, stage, done, found, officer, begun FROM recall_work
             ORDER BY direction DESC, begun, link, seq, recall",
        )?;
        let rows = query.query_map([], |row| {
            let stage: String = row.get(5)?;
            let link: String = row.get(1)?;
            let work = RecallWork {
                link: row.get::<_, bool>(0)?.then_some(link),
                recall: row.get(2)?,
                notice: (row.get(3)?, row.get::<_, i64>(4)? as u64),
                stage: RecallStage::Apply,
                done: row.get::<_, i64>(6)? as u64,
                found: row.get::<_, i64>(7)? as u64,
                officer: row.get(8)?,
                begun: row.get(9)?,
            };
            Ok((stage, work))
        })?;
        rows.map(|row| {
            let (name, work) = row?;
            let all = [RecallStage::Mark, RecallStage::Hold, RecallStage::Erase, RecallStage::Apply];
            let stage = all.into_iter().find(|stage| stage.as_str() == name);
            Ok(RecallWork { stage: stage.ok_or(DeskError::Damaged { what: "recall under way" })?, ..work })
        })
        .collect()
    }

    /// Forgets that a recall is under way: all of it is done, or none of it will be.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn end_recall_work(&self, link: Option<&str>, recall: &str) -> Result<(), DeskError> {
        self.connection
            .prepare_cached("DELETE FROM recall_work WHERE direction = ?1 AND link = ?2 AND recall = ?3")?
            .execute(params![link.is_some(), link.unwrap_or_default(), recall])?;
        Ok(())
    }

    /// Lists the entries that carried a release to anybody and are not erased, without their content.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn entries_sent(&self, release: &str) -> Result<Vec<SentEntry>, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT link, seq, header, signature FROM log_entry
             WHERE subject = ?1 AND direction = 0 AND kind IN ('release', 'document', 'history_entry') AND state <> 'erased' ORDER BY link, seq",
        )?;
        let rows = query.query_map([release], |row| {
            Ok(SentEntry {
                link: row.get(0)?,
                seq: row.get::<_, i64>(1)? as u64,
                header: row.get(2)?,
                signature: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lists where the entries stand that carried a release to anybody, erased ones too.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn carried(&self, release: &str) -> Result<Vec<Carried>, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT link, seq FROM log_entry WHERE subject = ?1 AND direction = 0 AND kind IN ('release', 'document', 'history_entry') ORDER BY link, seq",
        )?;
        let rows =
            query.query_map([release], |row| Ok(Carried { link: row.get(0)?, seq: row.get::<_, i64>(1)? as u64 }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Erases salt and payload of the entries in which a partner sent a release, of ended generations too.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn erase_received_entries(&self, link: &str, release: &str) -> Result<(), DeskError> {
        self.connection
            .prepare_cached(
                "UPDATE log_entry SET salt = NULL, payload = NULL, envelope = NULL, state = 'erased'
                 WHERE subject = ?2 AND direction = 1 AND kind = 'release' AND state <> 'erased'
                 AND (link = ?1 OR substr(link, 1, length(?1) + 1) = ?1 || '/')",
            )?
            .execute([link, release])?;
        Ok(())
    }

    /// Tells whether every item of a release is recalled.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn wholly_recalled(&self, release: &str) -> Result<bool, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT NOT EXISTS (SELECT 1 FROM released_item INDEXED BY released_item_release WHERE release = ?1 AND recalled = 0)",
        )?;
        Ok(query.query_row([release], |row| row.get(0))?)
    }

    /// Writes what was answered to a partner's recall, and what stays of the notice.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn settle_received_recall(
        &self,
        link: &str,
        recall: &str,
        notice: &str,
        answer: &str,
    ) -> Result<(), DeskError> {
        self.connection
            .prepare_cached("UPDATE recall_received SET notice = ?3, answer = ?4 WHERE link = ?1 AND recall = ?2")?
            .execute([link, recall, notice, answer])?;
        Ok(())
    }
}
