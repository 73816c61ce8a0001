//! What narrows a search, an export or an act of marking.

use crate::error::StoreError;
use crate::intern::{self, Words};
use crate::origin::Origin;
use crate::sieve::Sieve;
use crate::view::{View, number_list};
use comity_vocab::{SecurityLabel, Timestamp, Tlp};
use rusqlite::types::Value;

/// Narrows by type, time, origin and marking; empty lists narrow nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Any of these types.
    pub types: Vec<String>,
    /// Modified at this time or later; leaves out what has no `modified`.
    pub since: Option<Timestamp>,
    /// Modified before this time; leaves out what has no `modified`.
    pub until: Option<Timestamp>,
    /// From any of these.
    pub origins: Vec<Origin>,
    /// With any of these markings.
    pub markings: Vec<Marking>,
}

/// A marking to search for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marking {
    /// No label at all.
    Unmarked,
    /// This TLP, with or without a list of recipients.
    Tlp(Tlp),
    /// Exactly this label.
    Exactly(SecurityLabel),
}

/// The filter in the numbers of one database.
pub(crate) struct Resolved {
    /// `None`: any type. Types the database does not know are left out.
    pub types: Option<Vec<i64>>,
    pub since: Value,
    pub until: Value,
    pub origins: Value,
    pub labels: Value,
    pub unmarked: bool,
    /// The same, to be asked outside of a statement.
    pub sieve: Sieve,
}

/// The condition on `version v` and `import i`; parameters `:since`, `:until`, `:origins`, `:labels`, `:unmarked`.
pub(crate) const CONDITION: &str =
    "(:since IS NULL OR v.version >= :since) AND (:until IS NULL OR (v.version < :until AND length(v.version) = 12 AND v.version >= x'01'))
     AND (:origins IS NULL OR v.iid IN (SELECT iid FROM import WHERE nid IN (SELECT value FROM json_each(:origins))))
     AND (:labels IS NULL OR v.lid IN (SELECT value FROM json_each(:labels)) OR (:unmarked AND v.lid IS NULL))";

impl Filter {
    /// Tells whether it narrows nothing.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
            && self.since.is_none()
            && self.until.is_none()
            && self.origins.is_empty()
            && self.markings.is_empty()
    }

    pub(crate) fn resolve(&self, view: &View<'_>) -> Result<Resolved, StoreError> {
        let conn = view.conn;
        let known = |words, texts: Vec<String>| -> Result<Vec<i64>, StoreError> {
            let mut numbers = Vec::new();
            for text in texts {
                numbers.extend(intern::find(conn, words, &text)?);
            }
            Ok(numbers)
        };
        let instant = |time: Option<Timestamp>| time.map(|time| time.sort_key().to_vec());
        let value = |key: &Option<Vec<u8>>| key.clone().map_or(Value::Null, Value::Blob);
        let origins = if self.origins.is_empty() {
            None
        } else {
            Some(known(Words::Origin, self.origins.iter().map(Origin::to_string).collect())?)
        };
        let labels = if self.markings.is_empty() { None } else { Some(self.labels(view)?) };
        let list = |numbers: &Option<Vec<i64>>| numbers.as_deref().map_or(Value::Null, number_list);
        let types = if self.types.is_empty() { None } else { Some(known(Words::Type, self.types.clone())?) };
        let (since, until) = (instant(self.since), instant(self.until));
        let unmarked = self.markings.contains(&Marking::Unmarked);
        Ok(Resolved {
            types: types.clone(),
            since: value(&since),
            until: value(&until),
            origins: list(&origins),
            labels: list(&labels),
            unmarked,
            sieve: Sieve {
                types,
                since,
                until,
                origins: origins.map(|numbers| numbers.into_iter().collect()),
                labels: labels.map(|numbers| numbers.into_iter().collect()),
                unmarked,
            },
        })
    }

    fn labels(&self, view: &View<'_>) -> Result<Vec<i64>, StoreError> {
        let mut statement = view.conn.prepare_cached("SELECT lid FROM label")?;
        let lids: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut wanted = Vec::new();
        for lid in lids {
            let Some(label) = intern::label(view.conn, Some(lid))? else { continue };
            let fits = self.markings.iter().any(|marking| match marking {
                Marking::Unmarked => false,
                Marking::Tlp(tlp) => label.tlp == *tlp,
                Marking::Exactly(exact) => label == *exact,
            });
            if fits {
                wanted.push(lid);
            }
        }
        Ok(wanted)
    }
}
