//! Generations of links that have ended, and how far partners say that they hold them, as rows.

use super::{Desk, DeskError};
use crate::schema::Section;
use rusqlite::{OptionalExtension, params};

/// The tables of ended generations as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "generation", version: 1, sql: include_str!("generation.sql") };

/// A generation of a link that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerationRow {
    /// The partner's code here.
    pub link: String,
    /// Its number.
    pub generation: u32,
    /// The partner's card of that time.
    pub card: String,
    /// When that card was read.
    pub read_at: String,
    /// Our node key of that time.
    pub own_node: String,
    /// When it ended.
    pub ended: String,
}

impl GenerationRow {
    /// Returns the name under which the rows of its logs stand.
    pub fn log_name(&self) -> String {
        log_name(&self.link, self.generation)
    }
}

fn log_name(link: &str, generation: u32) -> String {
    format!("{link}/{generation}")
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<GenerationRow> {
    Ok(GenerationRow {
        link: row.get(0)?,
        generation: row.get(1)?,
        card: row.get(2)?,
        read_at: row.get(3)?,
        own_node: row.get(4)?,
        ended: row.get(5)?,
    })
}

const COLUMNS: &str = "link, generation, card, read_at, own_node, ended";

impl Desk<'_> {
    /// Ends a generation: keeps its card and our key, and moves its logs to the name of the generation. Envelopes that were not
    /// delivered are dropped; their contents stay and are carried over.
    ///
    /// # Errors
    /// [`DeskError::Sql`], also where this generation ended before.
    pub fn end_generation(&self, ended: &GenerationRow) -> Result<(), DeskError> {
        let name = ended.log_name();
        self.end_generation_unseen(ended)?;
        self.connection
            .execute("UPDATE log_entry SET link = ?2, envelope = NULL WHERE link = ?1", params![ended.link, name])?;
        self.connection.execute("UPDATE log_head SET link = ?2 WHERE link = ?1", params![ended.link, name])?;
        self.connection.execute("UPDATE set_aside SET log = ?2 WHERE log = ?1", params![ended.link, name])?;
        self.connection.execute("UPDATE received_document SET log = ?2 WHERE log = ?1", params![ended.link, name])?;
        Ok(())
    }

    /// Keeps a generation of which nothing is held.
    ///
    /// # Errors
    /// [`DeskError::Sql`], also where this generation ended before.
    pub fn end_generation_unseen(&self, ended: &GenerationRow) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO link_generation (link, generation, card, read_at, own_node, ended) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![ended.link, ended.generation, ended.card, ended.read_at, ended.own_node, ended.ended],
        )?;
        Ok(())
    }

    /// Lists the ended generations of a link, the newest first.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn generations(&self, link: &str) -> Result<Vec<GenerationRow>, DeskError> {
        let sql = format!("SELECT {COLUMNS} FROM link_generation WHERE link = ?1 ORDER BY ended DESC, generation");
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_map([link], row)?.collect::<Result<_, _>>()?)
    }

    /// Reads one ended generation.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn generation(&self, link: &str, generation: u32) -> Result<Option<GenerationRow>, DeskError> {
        let sql = format!("SELECT {COLUMNS} FROM link_generation WHERE link = ?1 AND generation = ?2");
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_row(params![link, generation], row).optional()?)
    }

    /// Returns how many entries a log has.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn log_size(&self, name: &str, direction: super::Direction) -> Result<u64, DeskError> {
        let mut query =
            self.connection.prepare_cached("SELECT count(*) FROM log_entry WHERE link = ?1 AND direction = ?2")?;
        Ok(query.query_row(params![name, direction.code()], |row| row.get::<_, i64>(0))? as u64)
    }

    /// Keeps what the partner says it holds of an ended generation.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_view(&self, link: &str, generation: u32, view: &str, at: &str) -> Result<(), DeskError> {
        self.connection.execute(
            "INSERT INTO link_view (link, generation, view, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (link, generation) DO UPDATE SET view = excluded.view, at = excluded.at",
            params![link, generation, view, at],
        )?;
        Ok(())
    }

    /// Reads what the partner said it holds of an ended generation, and when.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn view_of(&self, link: &str, generation: u32) -> Result<Option<(String, String)>, DeskError> {
        let mut query =
            self.connection.prepare_cached("SELECT view, at FROM link_view WHERE link = ?1 AND generation = ?2")?;
        Ok(query.query_row(params![link, generation], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }
}
