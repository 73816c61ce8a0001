//! One object as the command line shows it: versions, relations, provenance, as JSON.

use super::{Reader, asked};
use crate::failure::Failure;
use comity_store::desk::ReceivedItem;
use comity_store::{Object, Provenance, Relation, Standing};
use serde_json::{Value, json};

/// The most relations shown each way.
const RELATIONS_MAX: usize = 500;

impl Reader {
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
                    "label": object.label.as_ref().map(ToString::to_string),
                    // What is quarantined is named, not shown.
                    "object": (object.standing != Standing::Quarantined).then(|| raw(&object.bytes)),
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
        let feedback = self.feedback(&id)?;
        let meant = self.meant(&object)?;
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
            "feedback": feedback,
            "means": meant,
            "object": raw(&object.bytes),
        }))
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
