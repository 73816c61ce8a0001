//! The desk's own tables in `holdings.db`: officer registry, audit, public declarations, releases, links, logs, recalls.
//!
//! Guarantees: every method is one statement or runs inside the caller's transaction; nothing here decides a rule.
//! Does not know: what the stored bytes mean.

mod access;
mod anchor;
mod audit;
mod commitment;
mod dependent;
mod document;
mod generation;
mod leak_answer;
mod link;
mod link_act;
mod prepared;
mod recall;
mod recall_work;
mod release;
mod set_aside;
mod standing;
mod word;

pub use access::{GrantRow, PasskeyRow, TokenRow};
pub(crate) use anchor::SECTION as ANCHOR_SECTION;
pub use audit::AuditRow;
pub(crate) use commitment::SECTION as COMMITMENT_SECTION;
pub use dependent::Dependent;
pub(crate) use dependent::SECTION as DEPENDENT_SECTION;
pub(crate) use document::SECTION as DOCUMENT_SECTION;
pub use document::{DocumentEntry, ReceivedDocument};
pub use generation::GenerationRow;
pub(crate) use generation::SECTION as GENERATION_SECTION;
pub(crate) use leak_answer::SECTION as LEAK_ANSWER_SECTION;
pub use leak_answer::{LeakAnswerRow, LeakAskedRow, LeakBlockedRow};
pub use link::{Direction, LinkRow, LogHead, LogRow, NewLogRow, ReceivedItem};
pub(crate) use link_act::SECTION as LINK_ACT_SECTION;
pub use link_act::{EarlierLink, LinkActRow, LinkActState};
pub(crate) use prepared::SECTION as PREPARED_SECTION;
pub use recall::{RecallRecipient, RecallRow, ReceivedRecall};
pub(crate) use recall_work::SECTION as RECALL_SECTION;
pub use recall_work::{Carried, RecallStage, RecallWork, SentEntry};
pub use release::{DeclarationRow, ReleaseRow, ReleasedItem};
pub(crate) use set_aside::SECTION as SET_ASIDE_SECTION;
pub use set_aside::SetAside;

use crate::schema::Section;
use crate::view::View;
use rusqlite::{Connection, OptionalExtension, params};

/// The desk's tables as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "desk", version: 1, sql: include_str!("schema.sql") };

pub(crate) use access::SECTION as ACCESS_SECTION;

/// The desk's tables, through whatever connection or transaction the caller holds.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub(crate) connection: &'a Connection,
}

/// Why the desk's tables could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The database said no.
    #[error("cannot use the desk's tables")]
    Sql(#[from] rusqlite::Error),
    /// A stored value is not of the form this program writes.
    #[error("a stored {what} is damaged; run `comity verify`")]
    Damaged {
        /// What kind of value.
        what: &'static str,
    },
}

pub(crate) fn digest(bytes: Vec<u8>, what: &'static str) -> Result<comity_vocab::Digest, DeskError> {
    Ok(comity_vocab::Digest(bytes.try_into().map_err(|_| DeskError::Damaged { what })?))
}

impl<'a> View<'a> {
    /// Returns the desk's tables on the same connection or transaction.
    pub fn desk(&self) -> Desk<'a> {
        Desk { connection: self.conn }
    }
}

impl Desk<'_> {
    /// Reads a setting.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn setting(&self, name: &str) -> Result<Option<String>, DeskError> {
        let mut query = self.connection.prepare_cached("SELECT value FROM desk_setting WHERE name = $1")?;
        Ok(query.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Writes a setting.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn set_setting(&self, name: &str, value: &str) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO desk_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        Ok(())
    }

    /// Takes a setting away.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn clear_setting(&self, name: &str) -> Result<(), DeskError> {
        self.connection.execute("DELETE FROM desk_setting WHERE name = $1", [name])?;
        Ok(())
    }

    /// Reads every act of the officer registry in order, with its signatures as JSON.
    ///
    /// # Errors
    /// [`DeskError::Sql`]; [`DeskError::Damaged`] where their numbers are not 0, 1, 2 ….
    pub fn registry_acts(&self) -> Result<Vec<(Vec<u8>, String)>, DeskError> {
        let mut query =
            self.connection.prepare_cached("SELECT seq, bytes, signatures FROM registry_act ORDER BY seq")?;
        let rows = query.query_map([], |row| Ok((row.get::<_, i64>(0)?, (row.get(1)?, row.get(2)?))))?;
        rows.zip(0..)
            .map(|(row, place)| match row? {
                (seq, act) if seq == place => Ok(act),
                _ => Err(DeskError::Damaged { what: "number of an act of the officer registry" }),
            })
            .collect()
    }

    /// Appends an act to the officer registry; a sequence that exists already is an error.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn append_registry_act(&self, seq: u64, bytes: &[u8], signatures: &str) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO registry_act (seq, bytes, signatures) VALUES ($1, $2, $3)",
            params![seq as i64, bytes, signatures],
        )?;
        Ok(())
    }

    /// Keeps an act that still lacks a custodian's signature.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_pending_act(
        &self,
        digest: &comity_vocab::Digest,
        bytes: &[u8],
        signatures: &str,
    ) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO registry_pending (digest, bytes, signatures) VALUES ($1, $2, $3)
             ON CONFLICT (digest) DO UPDATE SET signatures = excluded.signatures",
            params![&digest.0[..], bytes, signatures],
        )?;
        Ok(())
    }

    /// Reads the acts that still lack a signature.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn pending_acts(&self) -> Result<Vec<(Vec<u8>, String)>, DeskError> {
        let mut query = self.connection.prepare_cached("SELECT bytes, signatures FROM registry_pending")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Drops every pending act: an act that was applied makes all others refer to a past head.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn clear_pending_acts(&self) -> Result<(), DeskError> {
        self.connection.execute("DELETE FROM registry_pending", [])?;
        Ok(())
    }
}
