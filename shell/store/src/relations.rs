//! Who refers to whom, both ways.

use crate::error::StoreError;
use crate::held::Object;
use crate::intern::{self, Words};
use crate::origin::Origin;
use crate::remove;
use crate::view::{VERSION_COLUMNS, VISIBLE, VersionRow, View, number_list};
use serde::Deserialize;

/// A reference between two objects, seen from one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The property that holds the reference.
    pub property: String,
    /// The other object's identifier.
    pub id: String,
    /// The other object's type; `None` where it is not held.
    pub object_type: Option<String>,
    /// The other object's name.
    pub name: Option<String>,
    /// Where the other object is a relationship: what it says and to whom it leads.
    pub through: Option<Through>,
}

/// What a relationship object says, seen from one of its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Through {
    /// Such as `uses`.
    pub relationship_type: String,
    /// The object at the other end.
    pub id: String,
    /// Its name, where it is held and has one.
    pub name: Option<String>,
}

/// The relations of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relations {
    /// What the current version refers to.
    pub outgoing: Vec<Relation>,
    /// What refers to it: current versions of other objects.
    pub incoming: Vec<Relation>,
    /// Whether there are more than were asked for.
    pub cut: bool,
}

#[derive(Deserialize)]
struct Relationship {
    relationship_type: Option<String>,
    source_ref: Option<String>,
    target_ref: Option<String>,
}

impl View<'_> {
    /// Returns what the object refers to and what refers to it, at most `limit` each way.
    ///
    /// Markings are not listed on the way back.
    ///
    /// # Errors
    /// [`StoreError::NotHeld`], or a failing database.
    pub fn relations(&self, id: &str, limit: usize) -> Result<Relations, StoreError> {
        let Some(object) = self.get(id)? else { return Err(StoreError::NotHeld { id: id.to_owned() }) };
        let mut relations = Relations::default();
        let facts = comity_stix::inspect(&object.bytes).map_err(|_| StoreError::Damaged { what: "version", row: 0 })?;
        for reference in facts.references {
            if relations.outgoing.len() >= limit {
                relations.cut = true;
                break;
            }
            let other = self.get(&reference.target)?;
            relations.outgoing.push(Relation {
                property: reference.property,
                id: reference.target,
                object_type: other.as_ref().map(|o| o.object_type.clone()),
                name: other.and_then(|o| o.name),
                through: None,
            });
        }
        self.incoming(id, limit, &mut relations)?;
        Ok(relations)
    }

    /// Returns what came from one origin, is of one of these types and refers to an identifier, newest first, at most `limit`. The identifier need not be
    /// held: a partner says what it means by the one it knows.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn referring_from(
        &self,
        id: &str,
        origin: &Origin,
        types: &[&str],
        limit: usize,
    ) -> Result<Vec<Object>, StoreError> {
        let Some(oid) = remove::find_object(self.conn, id)? else { return Ok(Vec::new()) };
        let Some(nid) = intern::find(self.conn, Words::Origin, &origin.to_string())? else { return Ok(Vec::new()) };
        let mut tids = Vec::with_capacity(types.len());
        for name in types {
            tids.extend(intern::find(self.conn, Words::Type, name)?);
        }
        let sql = format!(
            "SELECT {VERSION_COLUMNS} FROM reference r JOIN version v ON v.vid = r.vid JOIN object o ON o.current = v.vid AND o.oid = v.oid
             JOIN import i ON i.iid = v.iid WHERE r.target = ?1 AND i.nid = ?2 AND v.tid IN (SELECT value FROM json_each(?4)) AND {VISIBLE}
             ORDER BY r.vid DESC LIMIT ?3"
        );
        let rows: Vec<VersionRow> = self
            .conn
            .prepare_cached(&sql)?
            .query_map((oid, nid, limit as i64, number_list(&tids)), VersionRow::read)?
            .collect::<Result<_, _>>()?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let facts =
                comity_stix::inspect(&row.bytes).map_err(|_| StoreError::Damaged { what: "version", row: row.vid })?;
            found.extend(self.get(&facts.id)?);
        }
        Ok(found)
    }

    fn incoming(&self, id: &str, limit: usize, relations: &mut Relations) -> Result<(), StoreError> {
        let Some(oid) = self.held(id)? else { return Ok(()) };
        let sql = format!(
            "SELECT {VERSION_COLUMNS} FROM reference r JOIN version v ON v.vid = r.vid JOIN object o ON o.current = v.vid AND o.oid = v.oid
             WHERE r.target = ?1 AND {VISIBLE} ORDER BY r.vid DESC LIMIT ?2"
        );
        let mut rows: Vec<VersionRow> = self
            .conn
            .prepare_cached(&sql)?
            .query_map((oid, limit as i64 + 1), VersionRow::read)?
            .collect::<Result<_, _>>()?;
        if rows.len() > limit {
            relations.cut = true;
            rows.truncate(limit);
        }
        for row in rows {
            let damaged = || StoreError::Damaged { what: "version", row: row.vid };
            let facts = comity_stix::inspect(&row.bytes).map_err(|_| damaged())?;
            let properties = facts.references.iter().filter(|r| r.target == id).map(|r| r.property.clone());
            let through = if facts.object_type == "relationship" { self.through(&row.bytes, id)? } else { None };
            for property in properties {
                relations.incoming.push(Relation {
                    property,
                    id: facts.id.clone(),
                    object_type: Some(facts.object_type.clone()),
                    name: facts.name.clone(),
                    through: through.clone(),
                });
            }
        }
        Ok(())
    }

    fn through(&self, bytes: &[u8], from: &str) -> Result<Option<Through>, StoreError> {
        let Ok(Relationship { relationship_type: Some(kind), source_ref: Some(source), target_ref: Some(target) }) =
            serde_json::from_slice(bytes)
        else {
            return Ok(None);
        };
        let id = if source == from { target } else { source };
        let name = self.get(&id)?.and_then(|other| other.name);
        Ok(Some(Through { relationship_type: kind, id, name }))
    }
}
