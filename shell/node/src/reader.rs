//! Reading the holdings beside whoever writes: search, show, export.
//!
//! Guarantees: opens `holdings.db` read-only and nothing else; what is read is one snapshot. Does not know: the vault, keys.

use crate::failure::{Failure, FailureKind};
use crate::home::Home;
use comity_store::desk::ReceivedItem;
use comity_store::{
    ExportOptions, Filter, Holdings, Marking, Mode, Object, Origin, Provenance, Relation, SearchQuery, Standing,
    StoreError,
};
use comity_vocab::{Timestamp, Tlp};
use serde_json::{Value, json};
use std::io::Write;

/// The most relations shown each way.
const RELATIONS_MAX: usize = 500;

/// What a search is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct SearchRequest {
    /// Words; empty finds everything the filters let through.
    pub text: String,
    /// Types.
    pub types: Vec<String>,
    /// Modified at or after.
    pub since: Option<Timestamp>,
    /// Modified before.
    pub until: Option<Timestamp>,
    /// TLP labels.
    pub labels: Vec<Tlp>,
    /// Only what carries no marking.
    pub unmarked: bool,
    /// Origins.
    pub origins: Vec<String>,
    /// At most so many.
    pub limit: usize,
}

/// The holdings of a home, for reading.
pub struct Reader {
    holdings: Holdings,
}

fn asked(error: StoreError) -> Failure {
    match error {
        StoreError::NotHeld { .. } => Failure::no(error.to_string()).hint("find ids with comity search"),
        StoreError::Ambiguous { .. } | StoreError::Query { .. } => {
            Failure { kind: FailureKind::Usage, ..Failure::from_error(&error) }
        }
        other => Failure::from_error(&other),
    }
}

pub(crate) fn origins(names: &[String]) -> Result<Vec<Origin>, Failure> {
    names.iter().map(|name| name.parse().map_err(|error| Failure::usage(format!("{name}: {error}")))).collect()
}

impl Reader {
    /// Opens the holdings of a home.
    ///
    /// # Errors
    /// [`Failure`]: modes too wide, damaged, of a later version.
    pub fn open(home: &Home) -> Result<Self, Failure> {
        Ok(Self { holdings: Holdings::open(&home.file("holdings/holdings.db"), Mode::ReadOnly)? })
    }

    /// Returns everything that can be read, for a face that puts objects together itself.
    pub fn view(&self) -> comity_store::View<'_> {
        self.holdings.view()
    }

    /// Finds objects.
    ///
    /// # Errors
    /// [`Failure`] where the query has no word.
    pub fn search(&self, request: &SearchRequest) -> Result<Value, Failure> {
        let mut markings: Vec<Marking> = request.labels.iter().copied().map(Marking::Tlp).collect();
        if request.unmarked {
            markings.push(Marking::Unmarked);
        }
        let text = request.text.trim();
        let query = SearchQuery {
            text: (!text.is_empty()).then(|| text.to_owned()),
            filter: Filter {
                types: request.types.clone(),
                since: request.since,
                until: request.until,
                origins: origins(&request.origins)?,
                markings,
            },
            limit: request.limit,
            after: None,
        };
        let page = self.holdings.view().search(&query).map_err(asked)?;
        let hits: Vec<Value> = page
            .hits
            .iter()
            .map(|hit| {
                json!({
                    "id": hit.id,
                    "type": hit.object_type,
                    "name": hit.name,
                    "modified": hit.modified,
                    "version": hit.version_text,
                    "label": hit.label.as_ref().map(ToString::to_string),
                    "origin": hit.origin.to_string(),
                    "defective": hit.defective,
                    "revoked": hit.revoked,
                })
            })
            .collect();
        Ok(json!({
            "hits": hits,
            "count": page.hits.len(),
            "more": page.next.is_some(),
            "cut": page.cut,
            "index_behind": page.text_behind,
        }))
    }

    /// Shows one object with versions, relations and provenance.
    ///
    /// # Errors
    /// [`Failure`] where nothing, or more than one, is held under the beginning of an id.
    pub fn show(&self, beginning: &str) -> Result<Value, Failure> {
        let view = self.holdings.view();
        if let Some(tombstone) = view.tombstone(beginning)? {
            return Ok(json!({
                "id": tombstone.id,
                "tombstone": { "recall": tombstone.recall, "at": tombstone.at, "versions": tombstone.digests.len() },
            }));
        }
        let id = view.resolve(beginning).map_err(asked)?;
        let object = view.get(&id)?.ok_or_else(|| Failure::no(format!("{id} is not held")))?;
        let relations = view.relations(&id, RELATIONS_MAX)?;
        let versions: Vec<Value> = view
            .versions(&id)?
            .iter()
            .map(|version| {
                json!({
                    "version": version.version_text,
                    "digest": version.digest,
                    "standing": standing(version.standing),
                    "label": version.label.as_ref().map(ToString::to_string),
                    "origin": version.origin.to_string(),
                    "received_at": version.received_at,
                    "defects": version.defects,
                })
            })
            .collect();
        let conflicts: Vec<Value> = view
            .conflicts(&id)?
            .iter()
            .map(|object| {
                json!({
                    "version": object.version_text,
                    "standing": standing(object.standing),
                    "origin": object.origin().to_string(),
                    "object": raw(&object.bytes),
                })
            })
            .collect();
        let desk = view.desk();
        let released: Vec<Value> = desk
            .released_as(&id)?
            .iter()
            .map(|item| {
                json!({
                    "to": item.recipient,
                    "as": item.released_id,
                    "version": item.released_version,
                    "release": item.release,
                    "recalled": item.recalled,
                })
            })
            .collect();
        let received: Vec<Value> = desk.received(&id)?.iter().map(received_json).collect();
        let mut notices = Vec::new();
        for recall in desk.received_recalls()? {
            let notice: Value = serde_json::from_str(&recall.notice)?;
            let concerns =
                notice.get("items").and_then(Value::as_array).is_some_and(|items| items.iter().any(|item| item == &id));
            if concerns {
                notices.push(json!({ "recall": recall.recall, "from": recall.link, "kind": notice.get("kind"),
                    "instruction": notice.get("instruction"), "at": recall.at }));
            }
        }
        let provenance: Vec<Value> = view.received_ways(&id)?.iter().map(provenance_json).collect();
        Ok(json!({
            "id": object.id,
            "type": object.object_type,
            "name": object.name,
            "version": object.version_text,
            "label": object.label.as_ref().map(ToString::to_string),
            "unknown_markings": object.unknown_markings,
            "granular_markings": object.granular_markings,
            "revoked": object.revoked,
            "origin": object.origin().to_string(),
            "digest": object.digest,
            "defects": defects(&object),
            "versions": versions,
            "conflicts": conflicts,
            "relations": {
                "outgoing": relations.outgoing.iter().map(relation_json).collect::<Vec<_>>(),
                "incoming": relations.incoming.iter().map(relation_json).collect::<Vec<_>>(),
                "cut": relations.cut,
            },
            "provenance": provenance,
            "received": received,
            "recall_notices": notices,
            "released": released,
            "object": raw(&object.bytes),
        }))
    }

    /// Returns the exact bytes of the current version.
    ///
    /// # Errors
    /// As [`Reader::show`].
    pub fn bytes(&self, beginning: &str) -> Result<Vec<u8>, Failure> {
        let view = self.holdings.view();
        let id = view.resolve(beginning).map_err(asked)?;
        Ok(view.get(&id)?.ok_or_else(|| Failure::no(format!("{id} is not held")))?.bytes)
    }

    /// Writes the holdings, or what the filter lets through, as one bundle.
    ///
    /// # Errors
    /// [`Failure`] where the sink refuses.
    pub fn export(
        &self,
        types: &[String],
        since: Option<Timestamp>,
        from: &[String],
        bundle: uuid::Uuid,
        sink: &mut dyn Write,
    ) -> Result<u64, Failure> {
        let filter = Filter { types: types.to_vec(), since, origins: origins(from)?, ..Filter::default() };
        let options = ExportOptions { filter, current_only: false };
        match self.holdings.view().export(&options, bundle, sink) {
            Ok(count) => Ok(count),
            Err(StoreError::Sink(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(0),
            Err(error) => Err(Failure::from_error(&error)),
        }
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Current => "current",
        Standing::History => "history",
        Standing::Conflict => "conflict",
        Standing::Foreign => "foreign",
        Standing::Quarantined => "quarantined",
    }
}

/// The exact text of an object as a JSON string: what a program can compare byte by byte.
fn raw(bytes: &[u8]) -> Value {
    Value::String(String::from_utf8_lossy(bytes).into_owned())
}

fn defects(object: &Object) -> Vec<Value> {
    let defect = |d: &comity_store::StoredDefect| json!({ "rule": d.rule, "path": d.path, "message": d.message });
    object.defects.iter().map(defect).collect()
}

fn relation_json(relation: &Relation) -> Value {
    let through = relation.through.as_ref().map(
        |through| json!({ "relationship_type": through.relationship_type, "id": through.id, "name": through.name }),
    );
    json!({
        "property": relation.property,
        "id": relation.id,
        "type": relation.object_type,
        "name": relation.name,
        "through": through,
    })
}

fn provenance_json(way: &Provenance) -> Value {
    json!({
        "origin": way.origin.to_string(),
        "received_at": way.received_at,
        "officer": way.officer,
        "file": way.file_name,
        "file_digest": way.file_digest,
        "release": way.release,
        "seq": way.seq,
    })
}

fn received_json(item: &ReceivedItem) -> Value {
    let header: Value = serde_json::from_str(&item.header).unwrap_or_default();
    json!({
        "from": item.link,
        "version": item.version,
        "release": item.release,
        "seq": item.log_seq,
        "at": item.at,
        "terms": header,
        "recalled": item.recalled,
    })
}
