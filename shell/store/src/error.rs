//! What can go wrong with holdings that are open.
//!
//! Messages carry identifiers, counts and row numbers, never content.

use comity_vocab::Blame;

/// Why a piece of work on the holdings failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite failed: disk full, another process holds the lock, or worse.
    #[error("the holdings database failed")]
    Database(#[from] rusqlite::Error),
    /// A row is not what this program writes; `verify` says more.
    #[error("{what} in row {row} is damaged")]
    Damaged {
        /// The kind of row.
        what: &'static str,
        /// Its number.
        row: i64,
    },
    /// The pages of a table, or its rows, are not what SQLite wrote.
    #[error("the pages of table {table} are damaged")]
    Pages {
        /// The table.
        table: String,
    },
    /// A table is not as this program left it.
    #[error(transparent)]
    Unfit(#[from] crate::sealed::Fault),
    /// The file that was opened is not in its place any more.
    #[error("the holdings database is gone")]
    Gone(#[source] Box<crate::open::OpenError>),
    /// Nothing is held under this identifier.
    #[error("`{id}` is not held")]
    NotHeld {
        /// What was asked for.
        id: String,
    },
    /// A beginning of an identifier fits more than one object.
    #[error("`{prefix}` fits more than one object: give more digits")]
    Ambiguous {
        /// What was asked for.
        prefix: String,
    },
    /// The search text has no word in it, or the cursor is not one of ours.
    #[error("the {part} of the search cannot be used")]
    Query {
        /// Which part.
        part: &'static str,
    },
    /// The object that was to be written cannot be held.
    #[error("the object cannot be held: {reason}")]
    Refused {
        /// Why.
        reason: String,
    },
    /// Who witnesses commits did not let this one through; nothing was written.
    #[error("not committed")]
    Witness(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Writing to the sink of an export failed.
    #[error("cannot write the export")]
    Sink(#[source] std::io::Error),
}

impl StoreError {
    /// Says whose fault the error is.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Database(_)
            | Self::Damaged { .. }
            | Self::Pages { .. }
            | Self::Unfit(_)
            | Self::Gone(_)
            | Self::Sink(_)
            | Self::Witness(_) => Blame::Operator,
            Self::NotHeld { .. } | Self::Ambiguous { .. } | Self::Query { .. } | Self::Refused { .. } => Blame::Caller,
        }
    }
}
