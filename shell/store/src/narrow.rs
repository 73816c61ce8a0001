//! The few versions that a filter leaves, where an index can tell that they are few.
//!
//! Guarantees: everything the filter lets through is among them; where more than [`FEW_MAX`] may fit by every index it does not answer.
//! The smallest of the sides is taken: origins, labels, or types within a time. Does not know: words, order, pages.

use crate::error::StoreError;
use crate::sieve::Sieve;
use crate::view::{View, number_list};
use rusqlite::ToSql;
use rusqlite::types::Value;

/// The most versions that are gathered rather than walked to.
pub(crate) const FEW_MAX: usize = 20_000;
/// The most types that a time is looked up in; a hostile file may have a type for every object.
const TYPES_MAX: usize = 1_000;

/// By import: the versions of one are a run of numbers, among which others may lie.
const BY_ORIGIN: &str =
    "SELECT o.current FROM import i CROSS JOIN object o INDEXED BY object_current ON o.current BETWEEN i.first_vid AND i.last_vid
     WHERE o.current IS NOT NULL AND i.state = 1 AND i.nid IN (SELECT value FROM json_each(?1)) LIMIT ?2";
const BY_LABEL: &str =
    "SELECT vid FROM version INDEXED BY version_label WHERE lid IN (SELECT value FROM json_each(?1)) LIMIT ?2";
const UNMARKED: &str = "SELECT vid FROM version INDEXED BY version_label WHERE lid IS NULL LIMIT ?1";
const BY_TIME: &str = "SELECT vid FROM version INDEXED BY version_newest
     WHERE tid = ?1 AND version >= ?2 AND (?3 IS NULL OR version < ?3) LIMIT ?4";

impl View<'_> {
    /// Returns the numbers of all versions that the filter may let through, sorted; `None` where there may be many.
    ///
    /// `times`: whether types and times may be the side. A walk along the newest of a type needs no other way to them.
    pub(crate) fn few(&self, sieve: &Sieve, times: bool) -> Result<Option<Vec<i64>>, StoreError> {
        let mut smallest: Option<Vec<i64>> = None;
        let mut keep = |side: Option<Vec<i64>>| {
            if let Some(side) = side
                && smallest.as_ref().is_none_or(|held| side.len() < held.len())
            {
                smallest = Some(side);
            }
        };
        if let Some(origins) = &sieve.origins {
            keep(self.numbers(BY_ORIGIN, Vec::new(), &[&list(origins)])?);
        }
        if let Some(labels) = &sieve.labels {
            let mut marked = self.numbers(BY_LABEL, Vec::new(), &[&list(labels)])?;
            if sieve.unmarked
                && let Some(some) = marked.take()
            {
                marked = self.numbers(UNMARKED, some, &[])?;
            }
            keep(marked);
        }
        if times && (sieve.since.is_some() || sieve.until.is_some() || sieve.types.is_some()) {
            keep(self.of_time(sieve)?);
        }
        let Some(mut numbers) = smallest else { return Ok(None) };
        numbers.sort_unstable();
        numbers.dedup();
        Ok(Some(numbers))
    }

    fn of_time(&self, sieve: &Sieve) -> Result<Option<Vec<i64>>, StoreError> {
        let types = match &sieve.types {
            Some(types) => types.clone(),
            None => self.type_numbers()?,
        };
        if types.len() > TYPES_MAX {
            return Ok(None);
        }
        let since = Value::Blob(sieve.since.clone().unwrap_or_default());
        let until = sieve.until.clone().map_or(Value::Null, Value::Blob);
        let mut found = Vec::new();
        for tid in types {
            match self.numbers(BY_TIME, found, &[&tid, &since, &until])? {
                Some(more) => found = more,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    /// Adds what a statement has; its last parameter is how many more may come. `None` where there were too many in all.
    fn numbers(
        &self,
        sql: &str,
        mut found: Vec<i64>,
        parameters: &[&dyn ToSql],
    ) -> Result<Option<Vec<i64>>, StoreError> {
        let room = (FEW_MAX + 1).saturating_sub(found.len()) as i64;
        let mut all: Vec<&dyn ToSql> = parameters.to_vec();
        all.push(&room);
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(all.as_slice())?;
        while let Some(row) = rows.next()? {
            found.push(row.get(0)?);
        }
        Ok((found.len() <= FEW_MAX).then_some(found))
    }

    /// Returns the numbers of all types.
    pub(crate) fn type_numbers(&self) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT tid FROM type_name")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}

fn list(numbers: &std::collections::HashSet<i64>) -> Value {
    number_list(&numbers.iter().copied().collect::<Vec<_>>())
}
