//! The few things a list says of an object: what it is, what it is called, how it is marked.
//!
//! Guarantees: one row read and one pass over its bytes; of what was recalled only the identifier is told. Does not know: who asks.

use crate::error::StoreError;
use crate::intern::{self, Words};
use crate::record::state;
use crate::remove::find_object;
use crate::view::{VISIBLE, View};
use comity_vocab::SecurityLabel;
use rusqlite::OptionalExtension;
use serde::Deserialize;
use std::borrow::Cow;

/// Whether an object is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is held.
    Held,
    /// Others refer to it; it is not held.
    Mentioned,
    /// It was recalled and erased.
    Recalled,
}

/// An object in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glimpse {
    /// The identifier.
    pub id: String,
    /// Its type; read from the identifier where it is not held, empty where that is not lawful.
    pub object_type: String,
    /// What it is called, see [`title`].
    pub title: Option<String>,
    /// The effective label; `None` is unmarked.
    pub label: Option<SecurityLabel>,
    /// Whether it is here.
    pub presence: Presence,
}

#[derive(Deserialize)]
struct Titles<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    value: Option<Cow<'a, str>>,
    #[serde(borrow)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "abstract")]
    summary: Option<Cow<'a, str>>,
    #[serde(borrow)]
    display_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    account_login: Option<Cow<'a, str>>,
    #[serde(borrow)]
    user_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    path: Option<Cow<'a, str>>,
    #[serde(borrow)]
    subject: Option<Cow<'a, str>>,
    #[serde(borrow)]
    key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    command_line: Option<Cow<'a, str>>,
    #[serde(borrow)]
    relationship_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    result_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    opinion: Option<Cow<'a, str>>,
}

/// Returns what an object is called: its name, else the property that tells it best, such as the value of an observable.
pub fn title(bytes: &[u8]) -> Option<String> {
    let t: Titles<'_> = serde_json::from_slice(bytes).ok()?;
    let first = [
        t.name,
        t.value,
        t.title,
        t.summary,
        t.display_name,
        t.account_login,
        t.user_id,
        t.path,
        t.subject,
        t.key,
        t.command_line,
        t.relationship_type,
        t.result_name,
        t.opinion,
    ];
    first.into_iter().flatten().map(Cow::into_owned).find(|text| !text.trim().is_empty())
}

fn prefix(id: &str) -> &str {
    id.split_once("--").map_or("", |(prefix, _)| prefix)
}

impl View<'_> {
    /// Returns what a list says of an object, also of one that is only mentioned or was recalled; `None` where nothing is known.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or a row is damaged.
    pub fn glimpse(&self, id: &str) -> Result<Option<Glimpse>, StoreError> {
        match find_object(self.conn, id)? {
            Some(oid) => self.glimpse_of(oid, id).map(Some),
            None => Ok(None),
        }
    }

    pub(crate) fn glimpse_of(&self, oid: i64, id: &str) -> Result<Glimpse, StoreError> {
        let absent = |presence| Glimpse {
            id: id.to_owned(),
            object_type: prefix(id).to_owned(),
            title: None,
            label: None,
            presence,
        };
        let held: i64 =
            self.conn.prepare_cached("SELECT state FROM object WHERE oid = ?1")?.query_row([oid], |row| row.get(0))?;
        match held {
            state::HELD => {}
            state::ERASED => return Ok(absent(Presence::Recalled)),
            _ => return Ok(absent(Presence::Mentioned)),
        }
        let sql = format!(
            "SELECT v.tid, v.lid, v.bytes FROM object o JOIN version v ON v.vid = o.current WHERE o.oid = ?1 AND {VISIBLE}"
        );
        let row: Option<(i64, Option<i64>, Vec<u8>)> = self
            .conn
            .prepare_cached(&sql)?
            .query_row([oid], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((tid, lid, bytes)) = row else { return Ok(absent(Presence::Mentioned)) };
        Ok(Glimpse {
            id: id.to_owned(),
            object_type: intern::text(self.conn, Words::Type, tid)?,
            title: title(&bytes),
            label: intern::label(self.conn, lid)?,
            presence: Presence::Held,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn titles() {
        for (json, expected) in [
            (r#"{"name":"Emotet","value":"x"}"#, Some("Emotet")),
            (r#"{"name":"  ","value":"198.51.100.7"}"#, Some("198.51.100.7")),
            (r#"{"relationship_type":"uses"}"#, Some("uses")),
            (r#"{"abstract":"\u0623\u0645\u0646"}"#, Some("أمن")),
            (r#"{"name":5}"#, None),
            ("{}", None),
        ] {
            assert_eq!(title(json.as_bytes()).as_deref(), expected, "{json}");
        }
    }
}
