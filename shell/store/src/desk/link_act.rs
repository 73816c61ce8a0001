//! Acts about links that two officers sign, and the links that were there before such acts, as rows.
//!
//! Guarantees: an act is never taken out. Does not know: whether the stored approvals hold.

use super::{Desk, DeskError};
use crate::schema::Section;
use rusqlite::params;

/// The tables as a section of `holdings.db`; it comes after that of the links, which it reads once.
pub(crate) const SECTION: Section = Section { name: "link_act", version: 1, sql: include_str!("link_act.sql") };

/// What has become of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkActState {
    /// An officer still has to sign.
    Waiting,
    /// Two officers signed it.
    Agreed,
    /// An officer gave it up, or another act took its place.
    Dropped,
}

impl LinkActState {
    fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Agreed => "agreed",
            Self::Dropped => "dropped",
        }
    }

    fn read(word: &str) -> Result<Self, DeskError> {
        [Self::Waiting, Self::Agreed, Self::Dropped]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or(DeskError::Damaged { what: "act about a link" })
    }
}

/// An act about a link.
#[derive(Clone, Debug)]
pub struct LinkActRow {
    /// Its number; 0 for one that is not stored yet.
    pub id: i64,
    /// The partner's code here.
    pub partner: String,
    /// `add`, `confirm`, `renew` or `resume`.
    pub act: &'static str,
    /// What is signed, JSON.
    pub statement: String,
    /// Approvals, JSON.
    pub approvals: String,
    /// The card that it brings.
    pub card: Option<String>,
    /// What has become of it.
    pub state: LinkActState,
    /// When it was begun.
    pub made: String,
    /// When its state changed last.
    pub changed: String,
}

/// A link that an earlier version made.
#[derive(Clone, Debug)]
pub struct EarlierLink {
    /// The partner's code here.
    pub code: String,
    /// The partner's organisation key at that time.
    pub partner: Vec<u8>,
    /// Whether the audit log has it.
    pub noted: bool,
}

const COLUMNS: &str = "id, partner, act, statement, approvals, card, state, made, changed";

/// The acts that the table admits.
const ACTS: [&str; 4] = ["add", "confirm", "renew", "resume"];

type Raw = (i64, String, String, String, String, Option<String>, String, String, String);

fn raw(row: &rusqlite::Row<'_>) -> rusqlite::Result<Raw> {
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
    ))
}

fn act_row((id, partner, act, statement, approvals, card, state, made, changed): Raw) -> Result<LinkActRow, DeskError> {
    let act = ACTS.into_iter().find(|known| *known == act).ok_or(DeskError::Damaged { what: "act about a link" })?;
    let state = LinkActState::read(&state)?;
    Ok(LinkActRow { id, partner, act, statement, approvals, card, state, made, changed })
}

impl Desk<'_> {
    /// Keeps an act: a new one where its number is 0, else what changed of it.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn put_link_act(&self, act: &LinkActRow) -> Result<(), DeskError> {
        if act.id == 0 {
            self.connection.execute(
                "INSERT INTO link_act (partner, act, statement, approvals, card, state, made, changed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    act.partner,
                    act.act,
                    act.statement,
                    act.approvals,
                    act.card,
                    act.state.word(),
                    act.made,
                    act.changed
                ],
            )?;
        } else {
            self.connection.execute(
                "UPDATE link_act SET approvals = ?2, state = ?3, changed = ?4 WHERE id = ?1",
                params![act.id, act.approvals, act.state.word(), act.changed],
            )?;
        }
        Ok(())
    }

    /// Lists the acts about one partner, or about all, the oldest first.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn link_acts(&self, partner: Option<&str>) -> Result<Vec<LinkActRow>, DeskError> {
        let sql = format!("SELECT {COLUMNS} FROM link_act WHERE ?1 IS NULL OR partner = ?1 ORDER BY id");
        let mut query = self.connection.prepare_cached(&sql)?;
        let rows = query.query_map([partner], raw)?;
        rows.map(|row| act_row(row?)).collect()
    }

    /// Lists the links that an earlier version made.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn earlier_links(&self) -> Result<Vec<EarlierLink>, DeskError> {
        let mut query =
            self.connection.prepare_cached("SELECT code, partner, noted FROM link_earlier ORDER BY code")?;
        let rows = query
            .query_map([], |row| Ok(EarlierLink { code: row.get(0)?, partner: row.get(1)?, noted: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Remembers that the audit log has every link that an earlier version made.
    ///
    /// # Errors
    /// [`DeskError::Sql`].
    pub fn note_earlier_links(&self) -> Result<(), DeskError> {
        self.connection.execute("UPDATE link_earlier SET noted = 1", [])?;
        Ok(())
    }
}
