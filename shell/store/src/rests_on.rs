//! Which of our own objects rest on an object: they refer to it, they quote it, or they refer to one that does.
//!
//! Guarantees: asked before the object is erased, it finds every own object that refers to it; what is quoted is found where the
//! indexes of texts follow, and the answer says when they do not. Own objects only: what others wrote is theirs to judge. Does not
//! know: what is done about it.

use crate::error::StoreError;
use crate::intern::{self, Words};
use crate::remove::find_object;
use crate::view::View;
use comity_release::leak::{PrintKey, Printer};
use std::collections::{BTreeMap, BTreeSet};

/// The most own objects that are looked for behind one object.
const OBJECTS_MAX: usize = 1_000;
/// A name of fewer characters says nothing by itself.
const NAME_CHARS_MIN: usize = 5;

/// How an object rests on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rests {
    /// It refers to it.
    Refers,
    /// It has words, a value or the identifier of it in its text.
    Quotes,
    /// It refers to an object that rests on it.
    Follows,
}

impl Rests {
    /// Returns the word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refers => "refers",
            Self::Quotes => "quotes",
            Self::Follows => "follows",
        }
    }
}

impl View<'_> {
    /// Returns the identifiers of our own objects that rest on what one partner gave under this identifier, and how they do.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn own_resting_on(&self, id: &str) -> Result<BTreeMap<String, Rests>, StoreError> {
        let mut found: BTreeMap<i64, Rests> = BTreeMap::new();
        let (Some(oid), Some(own)) = (find_object(self.conn, id)?, intern::find(self.conn, Words::Origin, "own")?)
        else {
            return Ok(BTreeMap::new());
        };
        for by in self.own_referring_to(oid, own)? {
            found.insert(by, Rests::Refers);
        }
        for by in self.own_quoting(id, oid, own)? {
            found.entry(by).or_insert(Rests::Quotes);
        }
        let mut ahead: Vec<i64> = found.keys().copied().collect();
        while let Some(next) = ahead.pop() {
            for by in self.own_referring_to(next, own)? {
                if by != oid && found.len() < OBJECTS_MAX && !found.contains_key(&by) {
                    found.insert(by, Rests::Follows);
                    ahead.push(by);
                }
            }
        }
        found.into_iter().map(|(by, rests)| Ok((self.id_of(by)?, rests))).collect()
    }

    fn own_referring_to(&self, oid: i64, own: i64) -> Result<Vec<i64>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT DISTINCT v.oid FROM reference r JOIN version v ON v.vid = r.vid JOIN import i ON i.iid = v.iid
             WHERE r.target = ?1 AND i.nid = ?2 AND v.oid <> ?1",
        )?;
        Ok(query.query_map([oid, own], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    fn own_quoting(&self, id: &str, oid: i64, own: i64) -> Result<BTreeSet<i64>, StoreError> {
        let versions: Vec<Vec<u8>> = self
            .conn
            .prepare_cached("SELECT bytes FROM version WHERE oid = ?1")?
            .query_map([oid], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut phrases = BTreeSet::from([id.to_owned()]);
        let mut vids = BTreeSet::new();
        for bytes in &versions {
            // Our report may quote a value as the partner wrote it, or in the one way.
            phrases.extend(comity_correlate::spellings(bytes));
            phrases.extend(name_of_somebody(bytes));
            let prints = prints_of(self.print_key()?, bytes);
            if !prints.is_empty() {
                self.versions_with(&prints, &mut |_, vid| {
                    vids.insert(vid);
                    true
                })?;
            }
        }
        let mut found = BTreeSet::new();
        let mut owner = self.conn.prepare_cached(
            "SELECT v.oid FROM version v JOIN import i ON i.iid = v.iid WHERE v.vid = ?1 AND i.nid = ?2 AND v.oid <> ?3",
        )?;
        for vid in vids {
            let rows = owner.query_map([vid, own, oid], |row| row.get(0))?;
            found.extend(rows.collect::<Result<Vec<i64>, _>>()?);
        }
        let mut said = self.conn.prepare_cached(
            "SELECT DISTINCT v.oid FROM version_text t JOIN version v ON v.vid = t.rowid JOIN import i ON i.iid = v.iid
             WHERE version_text MATCH ?1 AND i.nid = ?2 AND v.oid <> ?3 LIMIT ?4",
        )?;
        for phrase in phrases {
            let quoted = format!("\"{}\"", phrase.replace('"', " "));
            let Some(expression) = comity_stix::fts_query(&quoted) else { continue };
            let rows = said.query_map((expression, own, oid, OBJECTS_MAX as i64), |row| row.get(0))?;
            found.extend(rows.collect::<Result<Vec<i64>, _>>()?);
        }
        Ok(found)
    }
}

fn prints_of(key: PrintKey, bytes: &[u8]) -> BTreeSet<u64> {
    Printer::new(key).object(bytes).into_iter().collect()
}

/// The name of a person, a group or an organisation: the one who writes it down quotes.
fn name_of_somebody(bytes: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        #[serde(rename = "type")]
        object_type: String,
        name: Option<String>,
    }
    let named: Named = serde_json::from_slice(bytes).ok()?;
    let somebody = matches!(named.object_type.as_str(), "identity" | "threat-actor" | "intrusion-set");
    named.name.filter(|name| somebody && name.trim().chars().count() >= NAME_CHARS_MIN)
}
