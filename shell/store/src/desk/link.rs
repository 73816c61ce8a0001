//! Links, their two logs and what arrived over them, as rows.

use super::standing::{standing, stored};
use super::word::Word;
use super::{Desk, DeskError, digest};
use comity_vocab::{Digest, EntryKind, EntryState, LinkStanding};
use rusqlite::{OptionalExtension, params};

/// Which of a link's two logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Ours to the partner.
    Out,
    /// The partner's to us.
    In,
}

impl Direction {
    pub(super) fn code(self) -> i64 {
        match self {
            Direction::Out => 0,
            Direction::In => 1,
        }
    }
}

/// A partner that was added.
#[derive(Clone, Debug)]
pub struct LinkRow {
    /// The partner's code here.
    pub code: String,
    /// The card as it was read.
    pub card: String,
    /// The partner's organisation key.
    pub partner: Vec<u8>,
    /// Generation of the link, from 1.
    pub generation: u32,
    /// Whether entries flow, and why not.
    pub standing: LinkStanding,
    /// When it was added.
    pub added: String,
}

/// An entry to append to a log.
#[derive(Clone, Debug)]
pub struct NewLogRow<'a> {
    /// Position, from 0.
    pub seq: u64,
    /// Exact signed header.
    pub header: &'a [u8],
    /// The sender's signature.
    pub signature: &'a [u8],
    /// Leaf hash.
    pub leaf: Digest,
    /// Root of the tree that ends with this entry.
    pub root: Digest,
    /// Salt of the commitment.
    pub salt: Option<&'a [u8]>,
    /// The payload in clear.
    pub payload: Option<&'a [u8]>,
    /// The sealed envelope, for outgoing entries.
    pub envelope: Option<&'a [u8]>,
    /// Kind of payload.
    pub kind: EntryKind,
    /// The release or recall it is about.
    pub subject: Option<&'a str>,
    /// Where it stands.
    pub state: EntryState,
    /// Why it is parked.
    pub reason: Option<&'a str>,
    /// When.
    pub at: &'a str,
}

/// An entry of a log as stored.
#[derive(Clone, Debug)]
pub struct LogRow {
    /// The log's name: the partner's code, and behind a slash the number of a generation that ended.
    pub link: String,
    /// Position, from 0.
    pub seq: u64,
    /// Exact signed header.
    pub header: Vec<u8>,
    /// The sender's signature.
    pub signature: Vec<u8>,
    /// Leaf hash.
    pub leaf: Digest,
    /// Salt; gone once erased.
    pub salt: Option<Vec<u8>>,
    /// Payload; gone once erased.
    pub payload: Option<Vec<u8>>,
    /// Envelope; gone once receipted or erased.
    pub envelope: Option<Vec<u8>>,
    /// Kind of payload.
    pub kind: EntryKind,
    /// The release or recall it is about.
    pub subject: Option<String>,
    /// Where it stands.
    pub state: EntryState,
    /// Why it is parked.
    pub reason: Option<String>,
    /// When.
    pub at: String,
}

/// What is known of the head of a log.
#[derive(Clone, Debug, Default)]
pub struct LogHead {
    /// The sender's newest signed checkpoint.
    pub checkpoint: Option<String>,
    /// The receiver's newest cosigned checkpoint: the receipt.
    pub cosignature: Option<String>,
    /// The size that receipt covers.
    pub cosigned: u64,
}

/// An item that arrived, with its terms.
#[derive(Clone, Debug)]
pub struct ReceivedItem {
    /// From whom.
    pub link: String,
    /// The object.
    pub object_id: String,
    /// Its version.
    pub version: String,
    /// In which release.
    pub release: String,
    /// At which position of the partner's log.
    pub log_seq: u64,
    /// The release's header (label, terms, descriptor), JSON.
    pub header: String,
    /// When it was applied.
    pub at: String,
    /// The recall that took it away.
    pub recalled: Option<String>,
}

const LINK_COLUMNS: &str = "code, card, partner, generation, state, reason, added";
const LOG_COLUMNS: &str =
    "seq, header, signature, leaf, salt, payload, envelope, kind, subject, state, reason, at, link";
const RECEIVED_COLUMNS: &str = "link, object_id, version, release, log_seq, header, at, recalled";

type RawLink = (String, String, Vec<u8>, u32, String, Option<String>, String);

fn raw_link(row: &rusqlite::Row<'_>) -> rusqlite::Result<RawLink> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
}

fn link_row((code, card, partner, generation, state, reason, added): RawLink) -> Result<LinkRow, DeskError> {
    Ok(LinkRow { code, card, partner, generation, standing: standing(&state, reason)?, added })
}

fn log_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<(Vec<u8>, LogRow)> {
    let leaf: Vec<u8> = row.get(3)?;
    Ok((
        leaf,
        LogRow {
            seq: row.get::<_, i64>(0)? as u64,
            header: row.get(1)?,
            signature: row.get(2)?,
            leaf: Digest([0; 32]),
            salt: row.get(4)?,
            payload: row.get(5)?,
            envelope: row.get(6)?,
            kind: row.get::<_, Word<_>>(7)?.0,
            subject: row.get(8)?,
            state: row.get::<_, Word<_>>(9)?.0,
            reason: row.get(10)?,
            at: row.get(11)?,
            link: row.get(12)?,
        },
    ))
}

fn with_leaf((leaf, row): (Vec<u8>, LogRow)) -> Result<LogRow, DeskError> {
    Ok(LogRow { leaf: digest(leaf, "log entry")?, ..row })
}

fn received_item(row: &rusqlite::Row<'_>) -> rusqlite::Result<ReceivedItem> {
    Ok(ReceivedItem {
        link: row.get(0)?,
        object_id: row.get(1)?,
        version: row.get(2)?,
        release: row.get(3)?,
        log_seq: row.get::<_, i64>(4)? as u64,
        header: row.get(5)?,
        at: row.get(6)?,
        recalled: row.get(7)?,
    })
}

impl Desk<'_> {
    /// Adds a partner, or replaces its card and state.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_link(&self, link: &LinkRow) -> Result<(), DeskError> {
        let (state, reason) = stored(&link.standing)?;
        self.connection.execute(
            "INSERT INTO link (code, card, partner, generation, state, reason, added) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (code) DO UPDATE SET card = excluded.card, generation = excluded.generation,
                 state = excluded.state, reason = excluded.reason",
            params![link.code, link.card, link.partner, link.generation, state, reason, link.added],
        )?;
        Ok(())
    }

    /// Lists the partners by code.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn links(&self) -> Result<Vec<LinkRow>, DeskError> {
        let sql = format!("SELECT {LINK_COLUMNS} FROM link ORDER BY code");
        let mut query = self.connection.prepare_cached(&sql)?;
        query.query_map([], raw_link)?.map(|row| link_row(row?)).collect()
    }

    /// Reads one partner.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn link(&self, code: &str) -> Result<Option<LinkRow>, DeskError> {
        let sql = format!("SELECT {LINK_COLUMNS} FROM link WHERE code = $1");
        let mut query = self.connection.prepare_cached(&sql)?;
        query.query_row([code], raw_link).optional()?.map(link_row).transpose()
    }

    /// Appends an entry; a position that is taken is an error.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn append_log(&self, link: &str, direction: Direction, entry: &NewLogRow<'_>) -> Result<(), DeskError> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO log_entry (link, direction, seq, header, signature, leaf, root, salt, payload, envelope, kind, subject, state, reason, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )?;
        insert.execute(params![
            link,
            direction.code(),
            entry.seq as i64,
            entry.header,
            entry.signature,
            &entry.leaf.0[..],
            &entry.root.0[..],
            entry.salt,
            entry.payload,
            entry.envelope,
            Word(entry.kind),
            entry.subject,
            Word(entry.state),
            entry.reason,
            entry.at
        ])?;
        Ok(())
    }

    /// Reads every leaf of a log in order.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn log_leaves(&self, link: &str, direction: Direction) -> Result<Vec<Digest>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT leaf FROM log_entry WHERE link = $1 AND direction = $2 ORDER BY seq")?;
        let rows = query.query_map(params![link, direction.code()], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|leaf| digest(leaf?, "log entry")).collect()
    }

    /// Reads the root that the log had at this size, where it ever had it.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn log_root(&self, link: &str, direction: Direction, size: u64) -> Result<Option<Digest>, DeskError> {
        let Some(last) = size.checked_sub(1) else { return Ok(None) };
        let mut query = self
            .connection
            .prepare_cached("SELECT root FROM log_entry WHERE link = $1 AND direction = $2 AND seq = $3")?;
        let root: Option<Vec<u8>> =
            query.query_row(params![link, direction.code(), last as i64], |row| row.get(0)).optional()?;
        root.map(|root| digest(root, "log entry")).transpose()
    }

    /// Lists the entries that are parked, with the reason.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn parked(&self, link: &str, direction: Direction) -> Result<Vec<(u64, String)>, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT seq, coalesce(reason, '') FROM log_entry WHERE link = $1 AND direction = $2 AND state = 'parked' ORDER BY seq",
        )?;
        let rows =
            query.query_map(params![link, direction.code()], |row| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Puts a stub in the place of an envelope that was erased before it was delivered.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_stub(&self, link: &str, seq: u64, envelope: &[u8]) -> Result<(), DeskError> {
        self.connection.execute(
            "UPDATE log_entry SET envelope = ?3 WHERE link = ?1 AND direction = 0 AND seq = ?2",
            params![link, seq as i64, envelope],
        )?;
        Ok(())
    }

    /// Reads entries of a log from a position on.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn log_from(&self, link: &str, direction: Direction, seq: u64, limit: usize) -> Result<Vec<LogRow>, DeskError> {
        let sql = format!(
            "SELECT {LOG_COLUMNS} FROM log_entry WHERE link = $1 AND direction = $2 AND seq >= $3 ORDER BY seq LIMIT $4"
        );
        let mut query = self.connection.prepare_cached(&sql)?;
        let rows = query.query_map(params![link, direction.code(), seq as i64, limit as i64], log_row)?;
        rows.map(|row| with_leaf(row?)).collect()
    }

    /// Reads the entries about one release or recall, of ended generations too.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn log_about(&self, link: &str, direction: Direction, subject: &str) -> Result<Vec<LogRow>, DeskError> {
        let sql = format!(
            "SELECT {LOG_COLUMNS} FROM log_entry WHERE subject = ?3 AND direction = ?2
             AND (link = ?1 OR substr(link, 1, length(?1) + 1) = ?1 || '/') ORDER BY link, seq"
        );
        let mut query = self.connection.prepare_cached(&sql)?;
        let rows = query.query_map(params![link, direction.code(), subject], log_row)?;
        rows.map(|row| with_leaf(row?)).collect()
    }

    /// Erases salt, payload and envelope of an entry; header, signature and leaf stay and still verify.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn erase_log_payload(&self, link: &str, direction: Direction, seq: u64) -> Result<(), DeskError> {
        self.connection.execute(
            "UPDATE log_entry SET salt = NULL, payload = NULL, envelope = NULL, state = 'erased'
             WHERE link = $1 AND direction = $2 AND seq = $3",
            params![link, direction.code(), seq as i64],
        )?;
        Ok(())
    }

    /// Drops salt and payload of an entry whose content is not held, whatever state it is in.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn drop_log_payload(&self, link: &str, direction: Direction, seq: u64) -> Result<(), DeskError> {
        self.connection.execute(
            "UPDATE log_entry SET salt = NULL, payload = NULL WHERE link = $1 AND direction = $2 AND seq = $3",
            params![link, direction.code(), seq as i64],
        )?;
        Ok(())
    }

    /// Drops the envelopes that a receipt covers; the entries themselves stay.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn drop_envelopes(&self, link: &str, below: u64) -> Result<(), DeskError> {
        self.connection.execute(
            "UPDATE log_entry SET envelope = NULL WHERE link = $1 AND direction = 0 AND seq < $2 AND envelope IS NOT NULL",
            params![link, below as i64],
        )?;
        Ok(())
    }

    /// Sets the state of an entry, as the partner reported it.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn set_log_state(
        &self,
        link: &str,
        direction: Direction,
        seq: u64,
        state: EntryState,
        reason: Option<&str>,
    ) -> Result<(), DeskError> {
        self.connection.execute(
            "UPDATE log_entry SET state = ?4, reason = ?5 WHERE link = ?1 AND direction = ?2 AND seq = ?3 AND state <> 'erased'",
            params![link, direction.code(), seq as i64, Word(state), reason],
        )?;
        Ok(())
    }

    /// Reads the head of a log.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn log_head(&self, link: &str, direction: Direction) -> Result<LogHead, DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT checkpoint, cosignature, cosigned FROM log_head WHERE link = $1 AND direction = $2",
        )?;
        let head = query
            .query_row(params![link, direction.code()], |row| {
                Ok(LogHead {
                    checkpoint: row.get(0)?,
                    cosignature: row.get(1)?,
                    cosigned: row.get::<_, i64>(2)? as u64,
                })
            })
            .optional()?;
        Ok(head.unwrap_or_default())
    }

    /// Writes the head of a log.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_log_head(&self, link: &str, direction: Direction, head: &LogHead) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO log_head (link, direction, checkpoint, cosignature, cosigned) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (link, direction) DO UPDATE SET checkpoint = excluded.checkpoint,
                 cosignature = excluded.cosignature, cosigned = excluded.cosigned",
            params![link, direction.code(), head.checkpoint, head.cosignature, head.cosigned as i64],
        )?;
        Ok(())
    }

    /// Records that something a partner sent was refused; the newest thousand are kept.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_refusal(&self, link: &str, at: &str, reason: &str) -> Result<(), DeskError> {
        self.connection
            .execute("INSERT INTO link_refusal (link, at, reason) VALUES ($1, $2, $3)", params![link, at, reason])?;
        self.connection
            .execute("DELETE FROM link_refusal WHERE id <= (SELECT max(id) FROM link_refusal) - 1000", [])?;
        Ok(())
    }

    /// Lists refusals of a link, newest first.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn refusals(&self, link: &str, limit: usize) -> Result<Vec<(String, String)>, DeskError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT at, reason FROM link_refusal WHERE link = $1 ORDER BY id DESC LIMIT $2")?;
        let rows = query.query_map(params![link, limit as i64], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records an item that arrived.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_received(&self, item: &ReceivedItem) -> Result<(), DeskError> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO received_item (link, object_id, version, release, log_seq, header, at, recalled)
             VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)
             ON CONFLICT (link, object_id, version) DO UPDATE SET release = excluded.release, log_seq = excluded.log_seq,
                 header = excluded.header, at = excluded.at, recalled = NULL",
        )?;
        insert.execute(params![
            item.link,
            item.object_id,
            item.version,
            item.release,
            item.log_seq as i64,
            item.header,
            item.at
        ])?;
        Ok(())
    }

    /// Reads under which terms an object arrived.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn received(&self, object_id: &str) -> Result<Vec<ReceivedItem>, DeskError> {
        let sql = format!("SELECT {RECEIVED_COLUMNS} FROM received_item WHERE object_id IN ($1, $2) ORDER BY log_seq");
        let mut query = self.connection.prepare_cached(&sql)?;
        // Once it is erased something else stands for the identifier.
        let erased = crate::erased::Erasing::known(self.connection)?.map(|erasing| erasing.name(object_id));
        let rows = query.query_map([object_id, erased.as_deref().unwrap_or(object_id)], received_item)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Marks an item that arrived as taken away by a recall.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn mark_received_recalled(&self, link: &str, object_id: &str, recall: &str) -> Result<(), DeskError> {
        self.connection.execute(
            "UPDATE received_item SET recalled = ?3, header = '{}' WHERE link = ?1 AND object_id = ?2",
            params![link, object_id, recall],
        )?;
        Ok(())
    }
}
