//! What can go wrong with the vault. No message says whether a record exists.

use crate::open::OpenError;
use comity_vocab::{Blame, OfficerCode};
use std::path::PathBuf;

/// Why the vault did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file could not be opened.
    #[error("the vault cannot be opened")]
    Open(#[from] OpenError),
    /// SQLite failed.
    #[error("the vault's database failed")]
    Database(#[from] rusqlite::Error),
    /// There is no vault where one must be.
    #[error("{}: the vault is not there; the file is missing, emptied or none of a vault", path.display())]
    Absent {
        /// Where it must be.
        path: PathBuf,
    },
    /// The vault is not the one that was committed to.
    #[error(
        "{}: not the vault that this home last worked with; it is an older copy, or rows were removed, changed or added",
        path.display()
    )]
    Unfit {
        /// The file.
        path: PathBuf,
    },
    /// The key does not open this vault.
    #[error("the key does not open this vault")]
    WrongKey,
    /// A row cannot be opened or read.
    #[error("the vault's row {row} in {table} is damaged")]
    Damaged {
        /// The table.
        table: &'static str,
        /// The row.
        row: i64,
    },
    /// There is no such record, or it is not released to this officer: nobody learns which.
    #[error("nothing is released to you under this identifier")]
    NothingReleasedToYou,
    /// A reason must be given for every opening.
    #[error("a reason is required")]
    ReasonMissing,
    /// A record lacks what it needs.
    #[error("a source needs {what}")]
    Incomplete {
        /// What is missing.
        what: &'static str,
    },
    /// A word that is to be no longer protected is not protected.
    #[error("word {number} of those that are to be no longer protected is not a protected term of this source")]
    NoSuchTerm {
        /// Which of the words, from 1: the word itself is not repeated.
        number: usize,
    },
    /// A source would have too many protected terms.
    #[error("a source has at most {most} protected terms")]
    TooManyTerms {
        /// How many it may have.
        most: usize,
    },
    /// An officer who is to handle a source no longer does not handle it.
    #[error("{officer} does not handle this source")]
    NoSuchHandler {
        /// Who.
        officer: OfficerCode,
    },
}

impl VaultError {
    /// Says whose fault the error is.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Open(_)
            | Self::Database(_)
            | Self::Damaged { .. }
            | Self::WrongKey
            | Self::Absent { .. }
            | Self::Unfit { .. } => Blame::Operator,
            Self::NothingReleasedToYou
            | Self::ReasonMissing
            | Self::Incomplete { .. }
            | Self::NoSuchTerm { .. }
            | Self::TooManyTerms { .. }
            | Self::NoSuchHandler { .. } => Blame::Caller,
        }
    }
}
