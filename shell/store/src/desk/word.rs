//! Words of closed lists as columns: read once here, so that no state goes on as text.
//!
//! Guarantees: a word that this version does not know is an error of the row, never some other state.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use std::str::FromStr;

/// A word of a closed list as a column.
pub(super) struct Word<T>(pub T);

impl<T> FromSql for Word<T>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Word).map_err(|error: T::Err| FromSqlError::Other(Box::new(error)))
    }
}

impl<T: Copy + Into<&'static str>> ToSql for Word<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let word: &'static str = self.0.into();
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(word.as_bytes())))
    }
}
