//! Recalls, ours and the partners', as rows.

use super::word::Word;
use super::{Desk, DeskError};
use crate::view::View;
use comity_vocab::{RecallAnswer, RecallState};
use rusqlite::{OptionalExtension, params};

/// A recall of ours.
#[derive(Clone, Debug)]
pub struct RecallRow {
    /// UUID of the recall.
    pub id: String,
    /// Where it stands.
    pub state: RecallState,
    /// The draft, JSON.
    pub draft: Vec<u8>,
    /// Approvals, JSON.
    pub approvals: String,
    /// Until when a second role must confirm an emergency recall.
    pub confirm_by: Option<String>,
    /// When it was drafted.
    pub created: String,
}

/// One recipient on the recall board.
#[derive(Clone, Debug)]
pub struct RecallRecipient {
    /// The recall.
    pub recall: String,
    /// The recipient.
    pub recipient: String,
    /// The id under which this recipient knows the recall.
    pub notice: String,
    /// Position of the notice in the link's log.
    pub log_seq: Option<u64>,
    /// What the recipient said.
    pub state: RecallAnswer,
    /// The acknowledgement, JSON.
    pub answer: Option<String>,
    /// When the state last changed.
    pub at: String,
}

/// A recall that a partner sent.
#[derive(Clone, Debug)]
pub struct ReceivedRecall {
    /// The partner's id of the recall.
    pub recall: String,
    /// From whom.
    pub link: String,
    /// The notice, JSON.
    pub notice: String,
    /// What we answered, JSON.
    pub answer: String,
    /// When it was applied.
    pub at: String,
}

const RECIPIENT_COLUMNS: &str = "recall, recipient, notice, log_seq, state, answer, at";

fn recipient_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<RecallRecipient> {
    Ok(RecallRecipient {
        recall: row.get(0)?,
        recipient: row.get(1)?,
        notice: row.get(2)?,
        log_seq: row.get::<_, Option<i64>>(3)?.map(|s| s as u64),
        state: row.get::<_, Word<_>>(4)?.0,
        answer: row.get(5)?,
        at: row.get(6)?,
    })
}

impl Desk<'_> {
    /// Returns the number of an object that is erased although it never came in a release of a partner's; none where there is no
    /// such object.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn erased_without_recall(&self) -> Result<Option<i64>, DeskError> {
        let view = View::new(self.connection);
        let mut erased = self.connection.prepare("SELECT oid FROM tombstone ORDER BY oid")?;
        let mut rows = erased.query([])?;
        while let Some(row) = rows.next()? {
            let oid: i64 = row.get(0)?;
            let id = view.id_of(oid).map_err(|_| DeskError::Damaged { what: "tombstone" })?;
            // Only what a partner gave is erased, and only by that partner's recall; the row that says so stays.
            let came: bool = self
                .connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM received_item WHERE object_id = ?1)")?
                .query_row([&id], |row| row.get(0))?;
            if !came {
                return Ok(Some(oid));
            }
        }
        Ok(None)
    }

    /// Writes a recall of ours, or its new state.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_recall(&self, recall: &RecallRow) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO recall (id, state, draft, approvals, confirm_by, created) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, approvals = excluded.approvals, confirm_by = excluded.confirm_by",
            params![recall.id, Word(recall.state), recall.draft, recall.approvals, recall.confirm_by, recall.created],
        )?;
        Ok(())
    }

    /// Reads one recall of ours.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn recall(&self, id: &str) -> Result<Option<RecallRow>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT id, state, draft, approvals, confirm_by, created FROM recall WHERE id = $1")?;
        Ok(query.query_row([id], recall_row).optional()?)
    }

    /// Lists our recalls, newest first.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn recalls(&self) -> Result<Vec<RecallRow>, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, state, draft, approvals, confirm_by, created FROM recall ORDER BY created DESC, id",
        )?;
        Ok(query.query_map([], recall_row)?.collect::<Result<_, _>>()?)
    }

    /// Lists our recalls about which something is open, newest first: not sent, not confirmed by two officers, or not confirmed by
    /// every recipient before `since`.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn open_recalls(&self, since: &str) -> Result<Vec<RecallRow>, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, state, draft, approvals, confirm_by, created FROM recall
             WHERE state <> 'sent' OR confirm_by IS NOT NULL
                OR EXISTS (SELECT 1 FROM recall_recipient WHERE recall = recall.id AND (state <> 'confirmed' OR at >= ?1))
             ORDER BY created DESC, id",
        )?;
        Ok(query.query_map([since], recall_row)?.collect::<Result<_, _>>()?)
    }

    /// Writes the state of one recipient.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_recall_recipient(&self, line: &RecallRecipient) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO recall_recipient (recall, recipient, log_seq, state, answer, at, notice) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (recall, recipient) DO UPDATE SET log_seq = coalesce(excluded.log_seq, log_seq), state = excluded.state,
                 answer = excluded.answer, at = excluded.at",
            params![line.recall, line.recipient, line.log_seq.map(|s| s as i64), Word(line.state), line.answer, line.at, line.notice],
        )?;
        Ok(())
    }

    /// Reads the board of one recall.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn recall_recipients(&self, recall: &str) -> Result<Vec<RecallRecipient>, DeskError> {
        let sql = format!("SELECT {RECIPIENT_COLUMNS} FROM recall_recipient WHERE recall = $1 ORDER BY recipient");
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_map([recall], recipient_row)?.collect::<Result<_, _>>()?)
    }

    /// Reads the line of a recipient by the id under which it knows the recall.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn recall_notice(&self, recipient: &str, notice: &str) -> Result<Option<RecallRecipient>, DeskError> {
        let sql = format!("SELECT {RECIPIENT_COLUMNS} FROM recall_recipient WHERE recipient = $1 AND notice = $2");
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_row([recipient, notice], recipient_row).optional()?)
    }

    /// Records a recall that a partner sent.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_received_recall(&self, recall: &ReceivedRecall) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO recall_received (recall, link, notice, answer, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (link, recall) DO NOTHING",
            params![recall.recall, recall.link, recall.notice, recall.answer, recall.at],
        )?;
        Ok(())
    }

    /// Lists the recalls that partners sent, newest first.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn received_recalls(&self) -> Result<Vec<ReceivedRecall>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT recall, link, notice, answer, at FROM recall_received ORDER BY at DESC, recall")?;
        Ok(query.query_map([], received_recall)?.collect::<Result<_, _>>()?)
    }

    /// Lists the recalls of partners that came at or after `since`, and those on which something of ours rests about which nobody decided,
    /// newest first.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn open_received_recalls(&self, since: &str) -> Result<Vec<ReceivedRecall>, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT recall, link, notice, answer, at FROM recall_received AS received
             WHERE at >= ?1 OR EXISTS (SELECT 1 FROM recall_dependent AS dependent WHERE dependent.link = received.link
                AND dependent.recall = received.recall AND dependent.decision IS NULL)
             ORDER BY at DESC, recall",
        )?;
        Ok(query.query_map([since], received_recall)?.collect::<Result<_, _>>()?)
    }
}

fn received_recall(row: &rusqlite::Row<'_>) -> rusqlite::Result<ReceivedRecall> {
    Ok(ReceivedRecall {
        recall: row.get(0)?,
        link: row.get(1)?,
        notice: row.get(2)?,
        answer: row.get(3)?,
        at: row.get(4)?,
    })
}

fn recall_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<RecallRow> {
    Ok(RecallRow {
        id: row.get(0)?,
        state: row.get::<_, Word<_>>(1)?.0,
        draft: row.get(2)?,
        approvals: row.get(3)?,
        confirm_by: row.get(4)?,
        created: row.get(5)?,
    })
}
