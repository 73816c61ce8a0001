//! The fsck of the holdings: derives everything again from the bytes and compares.
//!
//! Guarantees: names the first row that is wrong; changes nothing. The full-text index is derived again as well, in memory, a
//! slice at a time, and compared word by word.

mod index;
mod judged;
mod rows;

use crate::error::StoreError;
use crate::schema;
use crate::view::View;

/// What was found whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Objects.
    pub objects: u64,
    /// Versions whose bytes, digest, columns and references agree.
    pub versions: u64,
    /// Tombstones.
    pub tombstones: u64,
    /// Versions whose words in the full-text index agree.
    pub texts: u64,
}

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstBad {
    /// The kind of row.
    pub what: &'static str,
    /// Its number.
    pub row: i64,
    /// The object, where it can be told.
    pub id: Option<String>,
    /// What does not agree.
    pub why: &'static str,
}

/// Why holdings are not whole.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Something is wrong with what is held.
    #[error("{} {}{}: {}", .0.what, .0.row, .0.id.as_ref().map(|id| format!(" of `{id}`")).unwrap_or_default(), .0.why)]
    Bad(FirstBad),
    /// The check itself failed.
    #[error("cannot verify the holdings")]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for VerifyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Tells whether the stored defects of a version are those that its bytes have.
pub(crate) fn defects_fit(
    conn: &rusqlite::Connection,
    vid: i64,
    facts: &comity_stix::ObjectFacts,
) -> Result<bool, StoreError> {
    Ok(judged::defects(conn, vid, facts)?.is_some())
}

pub(crate) fn bad(what: &'static str, row: i64, why: &'static str) -> VerifyError {
    VerifyError::Bad(FirstBad { what, row, id: None, why })
}

impl View<'_> {
    /// Derives pages, digests, columns, references and full text again and compares.
    ///
    /// # Errors
    /// [`VerifyError::Bad`] names the first disagreement.
    pub fn verify(&self) -> Result<Counts, VerifyError> {
        let whole: String = self.conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if whole != "ok" {
            return Err(bad("page", 0, "the database file is damaged"));
        }
        let mut counts = Counts::default();
        if !schema::is_current(self.conn, schema::HOLDINGS)? {
            return Err(bad("section", 0, "is not of this version"));
        }
        rows::versions(self, &mut counts)?;
        rows::objects(self, &mut counts)?;
        rows::orphans(self)?;
        crate::reread::verify(self.conn)?;
        crate::taxii::verify(self)?;
        crate::correlation::verify(self)?;
        crate::prints::verify(self)?;
        crate::workbench::verify(self)?;
        crate::detection::verify(self)?;
        index::texts(self, &mut counts)?;
        Ok(counts)
    }
}
