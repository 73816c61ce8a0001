//! Where an object comes from, gathered for the question of independence: origins, authors, publications, what it was derived from.
//!
//! Guarantees: what is not held, or more than [`REACHED_MAX`] steps away, counts as hidden. What came over a link only is hidden: a
//! partner's tearline is a new object whose upstream stays with the partner. Does not know: what follows from it.

use crate::error::StoreError;
use crate::intern::{self, Words};
use crate::record::state;
use crate::remove::find_object;
use crate::view::{VISIBLE, View};
use comity_correlate::Provenance;
use rusqlite::OptionalExtension;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The most objects that are followed along `derived-from` and `duplicate-of`.
const REACHED_MAX: usize = 32;
/// The most relationships of one object that are looked at.
const RELATIONS_MAX: i64 = 200;
/// Catalogues whose numbers say what an object is about, not where it was read.
const SUBJECTS: [&str; 4] = ["cve", "cwe", "capec", "mitre-"];
const OWN: &str = "own";

/// An object with the ways by which it came.
pub(super) struct Gathered<'a> {
    pub oid: i64,
    pub bytes: &'a [u8],
    pub ways: &'a BTreeSet<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    created: Option<Cow<'a, str>>,
    #[serde(borrow)]
    created_by_ref: Option<Cow<'a, str>>,
    #[serde(borrow)]
    external_references: Vec<Reference<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference<'a> {
    #[serde(borrow)]
    source_name: Cow<'a, str>,
    #[serde(borrow)]
    external_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    url: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Relationship<'a> {
    #[serde(borrow)]
    relationship_type: Cow<'a, str>,
    #[serde(borrow)]
    source_ref: Cow<'a, str>,
    #[serde(borrow)]
    target_ref: Cow<'a, str>,
}

impl Gathered<'_> {
    /// Returns the items that this object is: one, except for an observable, which each of its origins said on its own.
    pub fn items(&self, view: &View<'_>, catalogue: bool) -> Result<Vec<Provenance>, StoreError> {
        let Ok(said) = serde_json::from_slice::<Said<'_>>(self.bytes) else {
            return Ok(vec![Provenance {
                originators: self.ways.clone(),
                hidden: true,
                catalogue,
                ..Provenance::default()
            }]);
        };
        // The identifier of an observable follows from its value and says nothing of who made it (STIX 2.1 §2.9).
        let observable = said.created.is_none();
        let mut whole = Provenance { originators: self.ways.clone(), catalogue, ..Provenance::default() };
        whole.hidden = hides(self.ways, said.created_by_ref.is_some());
        add(&said, observable, &mut whole);
        follow(view, self.oid, &mut whole)?;
        if !observable {
            return Ok(vec![whole]);
        }
        let said_by = |way: &String| {
            let originators =
                whole.originators.iter().filter(|one| !self.ways.contains(*one)).chain([way]).cloned().collect();
            let hidden = whole.hidden || hides(&BTreeSet::from([way.clone()]), said.created_by_ref.is_some());
            Provenance { originators, hidden, ..whole.clone() }
        };
        Ok(self.ways.iter().map(said_by).collect())
    }
}

/// Whether something stays unseen: no author (our own officers are the authors of what is ours), or only a partner's word.
fn hides(ways: &BTreeSet<String>, has_author: bool) -> bool {
    let own = ways.contains(OWN);
    !(own || has_author) || ways.iter().all(|way| way.starts_with("link:"))
}

fn add(said: &Said<'_>, observable: bool, whole: &mut Provenance) {
    whole.originators.extend(said.created_by_ref.as_deref().map(str::to_owned));
    if !observable {
        whole.upstream.insert(said.id.to_string());
    }
    for reference in &said.external_references {
        let source = reference.source_name.to_lowercase();
        if SUBJECTS.iter().any(|subject| source.starts_with(subject)) {
            continue;
        }
        whole.upstream.extend(reference.external_id.as_ref().map(|id| format!("{source} {id}")));
        whole.upstream.extend(reference.url.as_ref().map(|url| format!("url {url}")));
    }
}

/// Follows `derived-from` to what an object was made from, and `duplicate-of` both ways.
fn follow(view: &View<'_>, oid: i64, whole: &mut Provenance) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT v.bytes FROM reference r JOIN version v ON v.vid = r.vid JOIN object o ON o.oid = v.oid AND o.current = v.vid
         WHERE r.target = ?1 AND v.tid = ?2 AND {VISIBLE} LIMIT ?3"
    );
    let Some(tid) = intern::find(view.conn, Words::Type, "relationship")? else { return Ok(()) };
    let (mut seen, mut waiting) = (BTreeSet::from([oid]), vec![oid]);
    while let Some(oid) = waiting.pop() {
        let here = view.id_of(oid)?;
        let relations: Vec<Vec<u8>> = view
            .conn
            .prepare_cached(&sql)?
            .query_map((oid, tid, RELATIONS_MAX + 1), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        whole.hidden |= relations.len() as i64 > RELATIONS_MAX;
        for relation in &relations {
            let Ok(relation) = serde_json::from_slice::<Relationship<'_>>(relation) else { continue };
            let from = match relation.relationship_type.as_ref() {
                "derived-from" if relation.source_ref == here => &relation.target_ref,
                "duplicate-of" if relation.source_ref == here => &relation.target_ref,
                "duplicate-of" => &relation.source_ref,
                _ => continue,
            };
            whole.upstream.insert(from.to_string());
            let Some(next) = find_object(view.conn, from)? else { continue };
            if !seen.insert(next) {
                continue;
            }
            if seen.len() > REACHED_MAX || !reach(view, next, whole)? {
                whole.hidden = true;
            } else {
                waiting.push(next);
            }
        }
    }
    Ok(())
}

/// Adds what an object further up says of itself; `false` where it is not held.
fn reach(view: &View<'_>, oid: i64, whole: &mut Provenance) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT v.bytes, v.vid FROM object o JOIN version v ON v.vid = o.current WHERE o.oid = ?1 AND o.state = {} AND {VISIBLE}",
        state::HELD
    );
    let row: Option<(Vec<u8>, i64)> =
        view.conn.prepare_cached(&sql)?.query_row([oid], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((bytes, vid)) = row else { return Ok(false) };
    let mut ways = BTreeSet::new();
    for nid in super::follow::origins(view.conn, vid)? {
        ways.insert(intern::text(view.conn, Words::Origin, nid)?);
    }
    let Ok(said) = serde_json::from_slice::<Said<'_>>(&bytes) else { return Ok(false) };
    add(&said, said.created.is_none(), whole);
    whole.hidden |= hides(&ways, said.created_by_ref.is_some());
    whole.originators.extend(ways);
    Ok(true)
}
