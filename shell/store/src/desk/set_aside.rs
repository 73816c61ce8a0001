//! What arrived and was set aside, as rows: special categories of personal data, which are not held.
//!
//! Guarantees: of what is ended nothing is left here, and the entry of the log that holds it loses salt and payload once nothing else that
//! was set aside stands in it. Does not know: what is set aside, and for how long.

use super::{Desk, DeskError, Direction};
use crate::schema::Section;
use rusqlite::params;

/// The table as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "set_aside", version: 1, sql: include_str!("set_aside.sql") };

/// One object that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Who sent it.
    pub link: String,
    /// Its identifier.
    pub object: String,
    /// The sender's release.
    pub release: String,
    /// The name of the log it stands in.
    pub log: String,
    /// Where it stands in the log.
    pub seq: u64,
    /// The property that says what may not be kept.
    pub property: String,
    /// When it came.
    pub at: String,
    /// When it is erased.
    pub due: String,
}

const COLUMNS: &str = "link, object_id, release, log, seq, property, at, due";

fn set_aside(row: &rusqlite::Row<'_>) -> rusqlite::Result<SetAside> {
    Ok(SetAside {
        link: row.get(0)?,
        object: row.get(1)?,
        release: row.get(2)?,
        log: row.get(3)?,
        seq: row.get::<_, i64>(4)?.unsigned_abs(),
        property: row.get(5)?,
        at: row.get(6)?,
        due: row.get(7)?,
    })
}

impl Desk<'_> {
    /// Notes that an object was set aside.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_set_aside(&self, one: &SetAside) -> Result<(), DeskError> {
        self.connection
            .prepare_cached(
                "INSERT INTO set_aside (link, object_id, release, log, seq, property, at, due) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (link, object_id, log, seq) DO NOTHING",
            )?
            .execute(params![
                one.link,
                one.object,
                one.release,
                one.log,
                one.seq as i64,
                one.property,
                one.at,
                one.due
            ])?;
        Ok(())
    }

    /// Lists what was set aside, the next to be erased first.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn set_aside(&self, limit: usize) -> Result<Vec<SetAside>, DeskError> {
        let sql = format!("SELECT {COLUMNS} FROM set_aside ORDER BY due, link, object_id, seq LIMIT ?1");
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_map([limit as i64], set_aside)?.collect::<Result<_, _>>()?)
    }

    /// Counts what was set aside.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn set_aside_count(&self) -> Result<u64, DeskError> {
        let count: i64 =
            self.connection.prepare_cached("SELECT count(*) FROM set_aside")?.query_row([], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Forgets that a partner's object was set aside, and erases what the log holds of it. Returns how many copies there were.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn end_set_aside(&self, link: &str, object: &str) -> Result<u64, DeskError> {
        let sql = format!("SELECT {COLUMNS} FROM set_aside WHERE link = ?1 AND object_id = ?2");
        let ended: Vec<SetAside> = {
            let mut query = self.connection.prepare_cached(&sql)?;
            query.query_map([link, object], set_aside)?.collect::<Result<_, _>>()?
        };
        for one in &ended {
            self.end_set_aside_entry(one)?;
        }
        Ok(ended.len() as u64)
    }

    /// The same for one copy.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn end_set_aside_entry(&self, one: &SetAside) -> Result<(), DeskError> {
        let seq = one.seq as i64;
        self.connection
            .prepare_cached("DELETE FROM set_aside WHERE link = ?1 AND object_id = ?2 AND log = ?3 AND seq = ?4")?
            .execute(params![one.link, one.object, one.log, seq])?;
        let others: bool = self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM set_aside WHERE log = ?1 AND seq = ?2)")?
            .query_row(params![one.log, seq], |row| row.get(0))?;
        if others { Ok(()) } else { self.drop_log_payload(&one.log, Direction::In, one.seq) }
    }
}
