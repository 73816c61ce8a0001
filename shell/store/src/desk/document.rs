//! Documents that arrived, and what the ends of a link can receive, as rows.
//!
//! Guarantees: the first body under an identifier stays the one that counts; what was recalled leaves its proof without salt and body.
//! Does not know: what a document says, or which form may be sent.

use super::word::Word;
use super::{Desk, DeskError, Direction};
use crate::schema::Section;
use comity_vocab::Form;
use rusqlite::{OptionalExtension, params};

/// The tables as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "document", version: 1, sql: include_str!("document.sql") };

/// A document that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedDocument {
    /// Who sent it.
    pub link: String,
    /// Its identifier.
    pub document: String,
    /// The name of the log it stands in.
    pub log: String,
    /// Where it stands in the log.
    pub seq: u64,
    /// Its form.
    pub form: Form,
    /// Its label.
    pub label: String,
    /// The version of the sender's rules.
    pub policy: String,
    /// What stays of its proof when it is erased, JSON; none where its form carries none.
    pub proof: Option<String>,
    /// When it came.
    pub at: String,
    /// Whether it has another body than the first document of its identifier.
    pub contradicts: bool,
    /// By which recall it was taken back.
    pub recalled: Option<String>,
}

/// Where a document that arrived stands, and what stands there.
#[derive(Clone, Debug)]
pub struct DocumentEntry {
    /// The name of the log.
    pub log: String,
    /// The position.
    pub seq: u64,
    /// The signed header; none where the entry is not there.
    pub header: Option<Vec<u8>>,
    /// The salt of its commitment.
    pub salt: Option<Vec<u8>>,
    /// The payload.
    pub payload: Option<Vec<u8>>,
}

const COLUMNS: &str = "link, document, log, seq, form, label, policy, proof, at, contradicts, recalled";

fn received(row: &rusqlite::Row<'_>) -> rusqlite::Result<ReceivedDocument> {
    let Word(form) = row.get(4)?;
    Ok(ReceivedDocument {
        link: row.get(0)?,
        document: row.get(1)?,
        log: row.get(2)?,
        seq: row.get::<_, i64>(3)?.unsigned_abs(),
        form,
        label: row.get(5)?,
        policy: row.get(6)?,
        proof: row.get(7)?,
        at: row.get(8)?,
        contradicts: row.get(9)?,
        recalled: row.get(10)?,
    })
}

impl Desk<'_> {
    /// Notes that a document arrived.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_received_document(&self, one: &ReceivedDocument) -> Result<(), DeskError> {
        let sql =
            format!("INSERT INTO received_document ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
        self.connection.prepare_cached(&sql)?.execute(params![
            one.link,
            one.document,
            one.log,
            one.seq as i64,
            Word(one.form),
            one.label,
            one.policy,
            one.proof,
            one.at,
            one.contradicts,
            one.recalled
        ])?;
        Ok(())
    }

    /// Lists the documents that arrived, newest first, of one partner and one form where they are named; and how many there are of them.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn received_documents(
        &self,
        link: Option<&str>,
        form: Option<Form>,
        skip: u64,
        limit: usize,
    ) -> Result<(Vec<ReceivedDocument>, u64), DeskError> {
        const CHOSEN: &str = "(?1 IS NULL OR link = ?1) AND (?2 IS NULL OR form = ?2)";
        let form = form.map(Form::as_str);
        let sql = format!(
            "SELECT {COLUMNS} FROM received_document WHERE {CHOSEN} ORDER BY at DESC, link, document, seq LIMIT ?3 OFFSET ?4"
        );
        let mut query = self.connection.prepare_cached(&sql)?;
        let rows = query.query_map(params![link, form, limit as i64, skip as i64], received)?;
        let rows = rows.collect::<Result<_, _>>()?;
        let mut count =
            self.connection.prepare_cached(&format!("SELECT count(*) FROM received_document WHERE {CHOSEN}"))?;
        let total: i64 = count.query_row(params![link, form], |row| row.get(0))?;
        Ok((rows, total.unsigned_abs()))
    }

    /// Reads what a partner sent under one identifier, the first first.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn received_document(&self, link: &str, document: &str) -> Result<Vec<ReceivedDocument>, DeskError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM received_document WHERE link = ?1 AND document = ?2 ORDER BY contradicts, at, log, seq"
        );
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_map([link, document], received)?.collect::<Result<_, _>>()?)
    }

    /// Reads what anybody sent under one identifier.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn documents_named(&self, document: &str) -> Result<Vec<ReceivedDocument>, DeskError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM received_document WHERE document = ?1 ORDER BY link, contradicts, at, log, seq"
        );
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_map([document], received)?.collect::<Result<_, _>>()?)
    }

    /// Tells whether anybody sent a document under this identifier.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn knows_document(&self, document: &str) -> Result<bool, DeskError> {
        let mut query =
            self.connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM received_document WHERE document = ?1)")?;
        Ok(query.query_row([document], |row| row.get(0))?)
    }

    /// Shows the entry of every document that arrived and was not recalled, one after the other: header, salt and payload, as far as they
    /// are there. Ends where `visit` says false.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn each_document(&self, visit: &mut dyn FnMut(&DocumentEntry) -> bool) -> Result<(), DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT received_document.log, received_document.seq, log_entry.header, log_entry.salt, log_entry.payload
             FROM received_document LEFT JOIN log_entry ON log_entry.link = received_document.log
                 AND log_entry.direction = 1 AND log_entry.seq = received_document.seq
             WHERE received_document.recalled IS NULL",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let entry = DocumentEntry {
                log: row.get(0)?,
                seq: row.get::<_, i64>(1)?.unsigned_abs(),
                header: row.get(2)?,
                salt: row.get(3)?,
                payload: row.get(4)?,
            };
            if !visit(&entry) {
                break;
            }
        }
        Ok(())
    }

    /// Erases what a partner sent under an identifier, and returns how many copies there were.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn recall_document(&self, link: &str, document: &str, recall: &str) -> Result<u64, DeskError> {
        let mut copies = 0;
        for one in self.received_document(link, document)?.into_iter().filter(|one| one.recalled.is_none()) {
            self.erase_log_payload(&one.log, Direction::In, one.seq)?;
            copies += 1;
        }
        self.connection
            .prepare_cached(
                "UPDATE received_document SET recalled = ?3 WHERE link = ?1 AND document = ?2 AND recalled IS NULL",
            )?
            .execute([link, document, recall])?;
        Ok(copies)
    }

    /// Reads what both ends of a link said that they can receive: ours and theirs, JSON.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn link_features(&self, link: &str, generation: u32) -> Result<(Option<String>, Option<String>), DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT ours, theirs FROM link_features WHERE link = ?1 AND generation = ?2")?;
        let row = query.query_row(params![link, generation], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        Ok(row.unwrap_or_default())
    }

    /// Notes what we told a partner that we can receive.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_our_features(&self, link: &str, generation: u32, ours: &str) -> Result<(), DeskError> {
        self.connection
            .prepare_cached(
                "INSERT INTO link_features (link, generation, ours, theirs) VALUES (?1, ?2, ?3, NULL)
                 ON CONFLICT (link, generation) DO UPDATE SET ours = excluded.ours",
            )?
            .execute(params![link, generation, ours])?;
        Ok(())
    }

    /// Forgets what a partner told us that it can receive.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn forget_their_features(&self, link: &str) -> Result<(), DeskError> {
        self.connection.prepare_cached("UPDATE link_features SET theirs = NULL WHERE link = ?1")?.execute([link])?;
        Ok(())
    }

    /// Notes what a partner told us that it can receive.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_their_features(&self, link: &str, generation: u32, theirs: &str) -> Result<(), DeskError> {
        self.connection
            .prepare_cached(
                "INSERT INTO link_features (link, generation, ours, theirs) VALUES (?1, ?2, NULL, ?3)
                 ON CONFLICT (link, generation) DO UPDATE SET theirs = excluded.theirs",
            )?
            .execute(params![link, generation, theirs])?;
        Ok(())
    }
}
