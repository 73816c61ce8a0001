//! Own objects that rest on what a partner recalled, as rows, and what officers decided about them.
//!
//! Does not know: how an object rests on another, who may decide.

use super::{Desk, DeskError};
use crate::schema::Section;
use rusqlite::params;

/// The table as a section of `holdings.db`.
pub(crate) const SECTION: Section = Section { name: "dependent", version: 1, sql: include_str!("dependent.sql") };

/// An own object that rests on what a partner recalled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependent {
    /// Who recalled.
    pub link: String,
    /// The partner's id of the recall.
    pub recall: String,
    /// Our object.
    pub object: String,
    /// `refers`, `quotes` or `follows`.
    pub how: String,
    /// Whether releases of it wait for a decision.
    pub blocks: bool,
    /// `keep` or `withdraw`; none before an officer decided.
    pub decision: Option<String>,
    /// Who decided.
    pub officer: Option<String>,
    /// When it was found, or decided.
    pub at: String,
}

const COLUMNS: &str = "link, recall, object_id, how, blocks, decision, officer, at";

fn dependent(row: &rusqlite::Row<'_>) -> rusqlite::Result<Dependent> {
    Ok(Dependent {
        link: row.get(0)?,
        recall: row.get(1)?,
        object: row.get(2)?,
        how: row.get(3)?,
        blocks: row.get(4)?,
        decision: row.get(5)?,
        officer: row.get(6)?,
        at: row.get(7)?,
    })
}

impl Desk<'_> {
    /// Notes that an own object rests on what a partner recalled; one that was noted before stays as it is.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_dependent(&self, found: &Dependent) -> Result<(), DeskError> {
        self.connection
            .prepare_cached(
                "INSERT INTO recall_dependent (link, recall, object_id, how, blocks, decision, officer, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (link, recall, object_id) DO NOTHING",
            )?
            .execute(params![
                found.link,
                found.recall,
                found.object,
                found.how,
                found.blocks,
                found.decision,
                found.officer,
                found.at
            ])?;
        Ok(())
    }

    /// Lists the own objects that rest on what one recall of a partner named.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn dependents(&self, link: &str, recall: &str) -> Result<Vec<Dependent>, DeskError> {
        let sql = format!("SELECT {COLUMNS} FROM recall_dependent WHERE link = ?1 AND recall = ?2 ORDER BY object_id");
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_map([link, recall], dependent)?.collect::<Result<_, _>>()?)
    }

    /// Lists what an own object rests on that blocks its release: what nobody decided about, and what an officer withdrew.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn blocking(&self, object: &str) -> Result<Vec<Dependent>, DeskError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM recall_dependent WHERE object_id = ?1 AND blocks = 1 AND decision IS NOT 'keep' ORDER BY at, link, recall"
        );
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_map([object], dependent)?.collect::<Result<_, _>>()?)
    }

    /// Counts the own objects that rest on what one recall of a partner named and about which nobody decided: those whose releases wait for
    /// it, and those that are only to be looked at.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn undecided(&self, link: &str, recall: &str) -> Result<(u64, u64), DeskError> {
        let mut query = self.connection.prepare_cached(
            "SELECT count(*) FILTER (WHERE blocks = 1), count(*) FILTER (WHERE blocks = 0) FROM recall_dependent
             WHERE link = ?1 AND recall = ?2 AND decision IS NULL",
        )?;
        Ok(query.query_row([link, recall], |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64)))?)
    }

    /// Writes what an officer decided, and returns whether there was anything to decide. What blocks nothing can be kept, and no more.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn decide_dependent(
        &self,
        recall: &str,
        object: &str,
        (decision, officer, at): (&str, &str, &str),
    ) -> Result<bool, DeskError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE recall_dependent SET decision = ?3, officer = ?4, at = ?5 WHERE recall = ?1 AND object_id = ?2 AND (blocks = 1 OR ?3 = 'keep')",
            )?
            .execute([recall, object, decision, officer, at])?;
        Ok(changed > 0)
    }
}
