//! From what was chosen to a draft: identifiers are decided, references follow them, and bundles are packed.
//!
//! Guarantees: an observable's deterministic identifier is computed from what is *released* of it, so that a further property of the
//! original never shows, not even as the kind of the identifier. One identifier is drawn for each place of the selection, used or
//! not: what follows does not tell how many were. Order, times and authorship are the release's own. Does not know: what may leave.

use crate::allowlist::Kind;
use crate::draft::Made;
use crate::sanitise::not_seen_dropped;
use crate::tearline::{Candidate, Chosen};
use crate::{Change, Draft, DraftRequest, Item, Mode, bundle, references, sco};
use comity_crypto::EntropyStream;
use comity_vocab::Timestamp;
use comity_vocab::time::Precision;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How an object leaves.
struct Name {
    /// The identifier.
    id: String,
    /// It says the same as an earlier one and leaves as that.
    merged: bool,
}

/// Draws what is random and makes the draft.
pub(crate) fn draft(chosen: Chosen<'_>, request: &DraftRequest<'_>, stream: &mut EntropyStream) -> Draft {
    let drawn: Vec<uuid::Uuid> = (0..chosen.places).map(|_| stream.uuid_v4()).collect();
    let note_id = note_id(request, &chosen, stream);
    let Chosen { candidates, raw_reports, label, recipients_own, of_persons, dropped, mut sanitisation, .. } = chosen;
    let identity = request.organisation.identity_id.as_str();
    let mut targets: HashMap<String, String> = HashMap::from([(identity.to_owned(), identity.to_owned())]);
    if let Some(note) = &note_id {
        targets.extend(raw_reports.iter().map(|report| (report.stands_for.clone(), note.clone())));
    }
    let names = decide_ids(&candidates, request, &drawn, &mut targets);
    // Whatever else was referred to was pruned.
    targets.extend(recipients_own.into_iter().map(|own| (own.clone(), own)));

    let marking = label.tlp.marking_id();
    let day = request.now.coarsened(Precision::Day);
    let mut items = Vec::with_capacity(names.len());
    let mut objects: Vec<(String, Vec<u8>)> = Vec::with_capacity(names.len());
    for (candidate, Name { id, merged }) in candidates.into_iter().zip(names) {
        let mut body = candidate.body;
        references::rewrite(&mut body, &|target| targets.get(target).cloned(), &mut |_, _| {});
        let version = finish(&mut body, &candidate.object_type, candidate.kind, &id, marking, day, request);
        items.push(Item {
            original_id: candidate.original.to_owned(),
            original_version: candidate.version.to_owned(),
            released_id: id.clone(),
            released_version: version,
        });
        if !merged {
            objects.push((id, bundle::bytes(Value::Object(body))));
        }
    }
    if let (Some(id), Some(written)) = (note_id, &request.written) {
        let mut refs: Vec<String> = objects.iter().map(|(id, _)| id.clone()).collect();
        refs.sort_unstable();
        if refs.is_empty() {
            refs.push(identity.to_owned());
        }
        let mut write = |property: &str, text: &str| {
            let cleaned = comity_text::clean(text);
            if cleaned.changed > 0 {
                let change = not_seen_dropped(cleaned.changed);
                sanitisation.push(Change { object: id.clone(), property: property.to_owned(), change });
            }
            cleaned.text
        };
        let (title, text) = (write("abstract", &written.title), write("content", &written.body));
        let content = match &request.descriptor {
            Some(descriptor) => format!("{}\n\n{}", text.trim_end(), descriptor.render()),
            None => text,
        };
        let mut body = Map::new();
        body.insert("abstract".to_owned(), json!(title));
        body.insert("content".to_owned(), json!(content));
        body.insert("object_refs".to_owned(), json!(refs));
        let version = finish(&mut body, "note", Kind::Domain, &id, marking, day, request);
        let originals: Vec<(&str, &str)> = match raw_reports.as_slice() {
            [] => vec![(id.as_str(), version.as_str())],
            reports => reports.iter().map(|report| (report.id, report.version)).collect(),
        };
        items.extend(originals.into_iter().map(|(original, original_version)| Item {
            original_id: original.to_owned(),
            original_version: original_version.to_owned(),
            released_id: id.clone(),
            released_version: version.clone(),
        }));
        objects.push((id, bundle::bytes(Value::Object(body))));
    }
    // The order of the selection could tell which came first.
    objects.sort();
    items.sort_by(|a, b| (&a.released_id, &a.original_id).cmp(&(&b.released_id, &b.original_id)));
    let identity = (identity.to_owned(), bundle::bytes(bundle::identity(request.organisation)));
    let parts = bundle::pack(&objects, Some(&identity), bundle::drawn(stream));
    let made = Made {
        mode: Mode::Tearline,
        of_persons,
        label,
        descriptor: request.descriptor,
        parts,
        items,
        dropped,
        sanitisation,
    };
    Draft::made(request, made)
}

/// Decides the identifier of the note that carries the written text.
fn note_id(request: &DraftRequest<'_>, chosen: &Chosen<'_>, stream: &mut EntropyStream) -> Option<String> {
    let drawn = stream.uuid_v4();
    request.written.as_ref()?;
    Some(chosen.known_note(request).map_or_else(|| format!("note--{}", drawn.hyphenated()), str::to_owned))
}

/// Decides the identifiers. Domain and relationship objects: the one every recipient knows, else the one drawn.
/// Observables: by value, where a value is released that contributes; in rounds, since values hold references. `targets`: under which
/// identifier leaves what a reference stands for.
fn decide_ids(
    candidates: &[Candidate<'_>],
    request: &DraftRequest<'_>,
    drawn: &[uuid::Uuid],
    targets: &mut HashMap<String, String>,
) -> Vec<Name> {
    let mut used: BTreeSet<String> = targets.values().cloned().collect();
    let known = |candidate: &Candidate<'_>, used: &BTreeSet<String>| -> String {
        let known = candidate.known_id(request).filter(|id| !used.contains(*id));
        known.map_or_else(
            || {
                let drawn = drawn.get(candidate.place).copied().unwrap_or_default();
                format!("{}--{}", candidate.object_type, drawn.hyphenated())
            },
            str::to_owned,
        )
    };
    let mut names: Vec<Option<Name>> = candidates.iter().map(|_| None).collect();
    for (candidate, name) in candidates.iter().zip(&mut names).filter(|(it, _)| it.kind != Kind::Observable) {
        let id = known(candidate, &used);
        used.insert(id.clone());
        targets.insert(candidate.stands_for.clone(), id.clone());
        *name = Some(Name { id, merged: false });
    }
    let here: BTreeSet<&str> = candidates.iter().map(|candidate| candidate.stands_for.as_str()).collect();
    let mut by_value: BTreeMap<String, &Map<String, Value>> = BTreeMap::new();
    loop {
        let mut progress = false;
        for (candidate, name) in candidates.iter().zip(&mut names).filter(|(_, name)| name.is_none()) {
            let mut values: Map<String, Value> = sco::contributing(&candidate.object_type)
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), candidate.body.get(*name)?.clone())))
                .collect();
            let mut waits = false;
            references::visit(&values, &mut |_, target| {
                waits |= here.contains(target) && !targets.contains_key(target);
            });
            if waits {
                continue;
            }
            references::rewrite(&mut values, &|target| targets.get(target).cloned(), &mut |_, _| {});
            let mut merged = false;
            let id = match sco::deterministic_id(&candidate.object_type, &values) {
                Some(id) => match by_value.get(&id) {
                    None => {
                        by_value.insert(id.clone(), &candidate.body);
                        id
                    }
                    Some(body) if **body == candidate.body => {
                        merged = true;
                        id
                    }
                    Some(_) => known(candidate, &used),
                },
                None => known(candidate, &used),
            };
            used.insert(id.clone());
            targets.insert(candidate.stands_for.clone(), id.clone());
            *name = Some(Name { id, merged });
            progress = true;
        }
        if !progress {
            break;
        }
    }
    // Only observables whose values refer to each other in a circle are left.
    let mut left = |candidate: &Candidate<'_>| {
        let id = known(candidate, &used);
        used.insert(id.clone());
        targets.insert(candidate.stands_for.clone(), id.clone());
        Name { id, merged: false }
    };
    candidates.iter().zip(names).map(|(candidate, name)| name.unwrap_or_else(|| left(candidate))).collect()
}

/// The times that an object leaves with: first sent, and this version.
pub(crate) fn times(released: &str, day: Timestamp, request: &DraftRequest<'_>) -> (Timestamp, Timestamp) {
    let sent = request.known_versions.get(released);
    let created = request.known_created.get(released).or(sent).copied().unwrap_or(day);
    let modified = match sent {
        Some(sent) if day <= *sent => sent.plus_seconds(1),
        _ => day.max(created),
    };
    (created, modified)
}

/// Sets what the release itself decides and returns the version key.
fn finish(
    body: &mut Map<String, Value>,
    object_type: &str,
    kind: Kind,
    released: &str,
    marking: &str,
    day: Timestamp,
    request: &DraftRequest<'_>,
) -> String {
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set("type", json!(object_type));
    set("spec_version", json!("2.1"));
    set("id", json!(released));
    set("object_marking_refs", json!([marking]));
    if kind == Kind::Observable {
        return String::new();
    }
    let (created, modified) = times(released, day, request);
    set("created", json!(created.to_string()));
    set("modified", json!(modified.to_string()));
    set("created_by_ref", json!(request.organisation.identity_id.as_str()));
    modified.to_string()
}
