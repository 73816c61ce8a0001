//! The tearline: a new bundle that gives the substance and nothing that points at what stays (domain.md §2.4, §2.5).
//!
//! Guarantees: the bytes are a function of the allowed properties of the selected objects, the request and the entropy
//! stream. No identifier of an original occurs in them, except of observables whose value itself is released. Order,
//! times and authorship are the release's own.
//!
//! An observable's deterministic identifier is computed from what is *released* of it. Whether an original had a further
//! property that contributes therefore never shows, not even as the kind of its identifier.

use crate::about::about;
use crate::allowlist::{self, Kind};
use crate::draft::Made;
use crate::person::{self, Bond};
use crate::policy::{self, NotReleasable, RAW_REPORT_TYPE, Reason};
use crate::sanitise::{Sanitiser, check_names, not_seen_dropped};
use crate::{Change, Draft, DraftError, DraftRequest, Dropped, Item, Mode, bundle, references, sco};
use comity_crypto::EntropyStream;
use comity_vocab::Timestamp;
use comity_vocab::time::Precision;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One selected object on its way.
struct Candidate<'a> {
    original: &'a str,
    version: &'a str,
    object_type: String,
    kind: Kind,
    required: &'static str,
    /// What may leave, references still those of the original.
    body: Map<String, Value>,
    /// The random identifier drawn for its place in the selection.
    drawn: String,
    /// The identifier it leaves under, once decided.
    released: Option<String>,
    /// It says the same as an earlier one and leaves as that.
    merged: bool,
}

/// Builds a tearline.
///
/// # Errors
/// [`DraftError`]; objects that may not be released are all named, each with its reason.
pub fn draft_tearline(request: &DraftRequest<'_>, stream: &mut EntropyStream) -> Result<Draft, DraftError> {
    policy::check_request(request)?;
    check_names(&request.allow_properties)?;
    let mut sanitisation = Vec::new();
    let selected = select(request, stream, &mut sanitisation)?;
    let label = policy::release_label(&selected.labels, request.label.as_ref(), &request.audience())?;
    let mut dropped = Vec::new();
    let mut candidates = selected.candidates;
    let note_id = note_id(request, &selected.raw_reports, stream);
    let fixed = fixed_targets(request, &selected.raw_reports, note_id.as_deref());
    let outside = Outside { fixed, recipients_own: recipients_own(request) };
    drop_incomplete(&mut candidates, &outside, &mut dropped);
    if candidates.is_empty() && note_id.is_none() {
        return Err(DraftError::NothingLeft);
    }
    prune(&mut candidates, &outside, &mut dropped, &mut sanitisation);
    decide_ids(&mut candidates, request, &outside.fixed);

    let Outside { fixed: mut targets, recipients_own } = outside;
    for candidate in &candidates {
        if let Some(released) = &candidate.released {
            targets.insert(candidate.original.to_owned(), released.clone());
        }
    }
    let marking = label.tlp.marking_id();
    let day = request.now.coarsened(Precision::Day);
    let mut items = Vec::new();
    let mut objects: Vec<(String, Vec<u8>)> = Vec::new();
    for candidate in candidates {
        let Some(released) = candidate.released else { continue };
        let mut body = candidate.body;
        // Whatever else it referred to was pruned.
        let keep = |target: &str| {
            let own = recipients_own.contains(target).then(|| target.to_owned());
            targets.get(target).cloned().or(own)
        };
        references::rewrite(&mut body, "", &keep, &mut |_, _| {});
        let version = finish(&mut body, &candidate.object_type, candidate.kind, &released, marking, day, request);
        items.push(Item {
            original_id: candidate.original.to_owned(),
            original_version: candidate.version.to_owned(),
            released_id: released.clone(),
            released_version: version,
        });
        if !candidate.merged {
            objects.push((released, bundle::bytes(Value::Object(body))));
        }
    }
    if let (Some(id), Some(written)) = (note_id, &request.written) {
        let mut refs: Vec<String> = objects.iter().map(|(id, _)| id.clone()).collect();
        refs.sort_unstable();
        if refs.is_empty() {
            refs.push(request.organisation.identity_id.as_str().to_owned());
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
        let own = [(id.as_str(), version.as_str())];
        let originals = if selected.raw_reports.is_empty() { &own[..] } else { &selected.raw_reports[..] };
        for (original, original_version) in originals {
            items.push(Item {
                original_id: (*original).to_owned(),
                original_version: (*original_version).to_owned(),
                released_id: id.clone(),
                released_version: version.clone(),
            });
        }
        objects.push((id, bundle::bytes(Value::Object(body))));
    }
    // The order of the selection could tell which came first.
    objects.sort();
    items.sort_by(|a, b| (&a.released_id, &a.original_id).cmp(&(&b.released_id, &b.original_id)));
    let identity =
        (request.organisation.identity_id.as_str().to_owned(), bundle::bytes(bundle::identity(request.organisation)));
    let parts = bundle::pack(&objects, Some(&identity), bundle::drawn(stream));
    let of_persons = selected.of_persons;
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
    Ok(Draft::made(request, made))
}

struct Selected<'a> {
    candidates: Vec<Candidate<'a>>,
    labels: Vec<comity_vocab::SecurityLabel>,
    /// Identifier and version of the raw reports that the written text stands for.
    raw_reports: Vec<(&'a str, &'a str)>,
    /// The originals that are of a person.
    of_persons: BTreeSet<String>,
}

/// Reads, checks and copies every selected object; draws one identifier for each place, used or not.
fn select<'a>(
    request: &DraftRequest<'a>,
    stream: &mut EntropyStream,
    log: &mut Vec<Change>,
) -> Result<Selected<'a>, DraftError> {
    let mut selected =
        Selected { candidates: Vec::new(), labels: Vec::new(), raw_reports: Vec::new(), of_persons: BTreeSet::new() };
    let mut refused = Vec::new();
    let mut seen = BTreeSet::new();
    let audience = request.audience();
    let mut read = Vec::new();
    for source in request.objects {
        let drawn = stream.uuid_v4();
        let mut refuse = |reason| refused.push(NotReleasable { object: source.id.to_owned(), reason });
        if !seen.insert(source.id) {
            refuse(Reason::Twice);
            continue;
        }
        let object = match policy::read(source) {
            Ok(object) => Value::Object(object),
            Err(reason) => {
                refuse(reason);
                continue;
            }
        };
        let mapped = |id: &str| request.mapped_markings.contains(id);
        match policy::check_object(source, &object, &audience, &mapped) {
            Ok(label) => selected.labels.push(label),
            Err(reason) => {
                refuse(reason);
                continue;
            }
        }
        let Value::Object(object) = object else { continue };
        let object_type = object.get("type").and_then(Value::as_str).unwrap_or_default();
        if object_type == RAW_REPORT_TYPE {
            if request.written.is_some() {
                selected.raw_reports.push((source.id, source.version));
                read.push((source, object, drawn));
            } else {
                refuse(Reason::NeedsWrittenText);
            }
            continue;
        }
        if source.id == request.organisation.identity_id.as_str() {
            // It is in every part already, in the constant form that every recipient has.
            continue;
        }
        if allowlist::row_of(object_type).is_none()
            && !request.allow_properties.contains(&format!("type:{object_type}"))
        {
            refuse(Reason::Type);
            continue;
        }
        read.push((source, object, drawn));
    }
    if !refused.is_empty() {
        return Err(DraftError::NotReleasable { objects: refused });
    }
    let of: Vec<_> = read.iter().map(|(source, object, _)| (*source, object)).collect();
    let bonds = person::bonds(&of, &request.groups, &request.of_persons);
    policy::check_personal(&request.personal, &bonds)?;
    selected.of_persons =
        bonds.iter().filter(|(_, bond)| **bond == Bond::Person).map(|(id, _)| (*id).to_owned()).collect();
    for (source, object, drawn) in &read {
        let object_type = object.get("type").and_then(Value::as_str).unwrap_or_default();
        if object_type == RAW_REPORT_TYPE {
            continue;
        }
        let row = allowlist::row_of(object_type);
        let kind = match row {
            Some(row) => row.kind,
            None if object.contains_key("created") => Kind::Domain,
            None => Kind::Observable,
        };
        let sanitiser = Sanitiser {
            object_id: source.id,
            object_type,
            kind,
            row,
            allow: &request.allow_properties,
            precision: request.precision,
            coarse: request.coarse,
            of_person: bonds.get(source.id) == Some(&Bond::Person),
        };
        selected.candidates.push(Candidate {
            original: source.id,
            version: source.version,
            object_type: object_type.to_owned(),
            kind,
            required: row.map_or("", |row| row.required),
            body: sanitiser.copy(object, log),
            drawn: format!("{object_type}--{}", drawn.hyphenated()),
            released: None,
            merged: false,
        });
    }
    Ok(selected)
}

/// Decides the identifier of the note that carries the written text.
fn note_id(request: &DraftRequest<'_>, raw_reports: &[(&str, &str)], stream: &mut EntropyStream) -> Option<String> {
    let drawn = stream.uuid_v4();
    request.written.as_ref()?;
    let known = raw_reports.iter().find_map(|(id, _)| request.known_ids.get(*id)).filter(|id| id.starts_with("note--"));
    Some(known.cloned().unwrap_or_else(|| format!("note--{}", drawn.hyphenated())))
}

/// What references may point at besides the candidates: the identity, and raw reports as the note written for them.
fn fixed_targets(
    request: &DraftRequest<'_>,
    raw_reports: &[(&str, &str)],
    note: Option<&str>,
) -> BTreeMap<String, String> {
    let identity = request.organisation.identity_id.as_str().to_owned();
    let mut fixed = BTreeMap::from([(identity.clone(), identity)]);
    if let Some(note) = note {
        fixed.extend(raw_reports.iter().map(|(id, _)| ((*id).to_owned(), note.to_owned())));
    }
    fixed
}

/// What references may point at besides what is released here.
struct Outside {
    /// By original identifier: what everybody has.
    fixed: BTreeMap<String, String>,
    /// What the only recipient gave us.
    recipients_own: BTreeSet<String>,
}

impl Outside {
    fn knows(&self, candidate: &Candidate<'_>, target: &str) -> bool {
        self.fixed.contains_key(target) || self.own_of(candidate).contains(target)
    }

    /// What an object is about that the recipient gave us itself; any other reference would tell what of ours belongs to it.
    fn own_of(&self, candidate: &Candidate<'_>) -> BTreeSet<String> {
        if self.recipients_own.is_empty() {
            return BTreeSet::new();
        }
        let mut own = about(&candidate.object_type, &candidate.body);
        own.retain(|target| self.recipients_own.contains(target));
        own
    }
}

/// What the recipient gave us; nothing where there are several, for one would learn what another gave.
fn recipients_own(request: &DraftRequest<'_>) -> BTreeSet<String> {
    if request.recipients.len() == 1 { request.recipients_own.clone() } else { BTreeSet::new() }
}

/// Drops objects that lose a reference they need, until no more do.
fn drop_incomplete(candidates: &mut Vec<Candidate<'_>>, outside: &Outside, dropped: &mut Vec<Dropped>) {
    loop {
        let there: BTreeSet<&str> = candidates.iter().map(|candidate| candidate.original).collect();
        let lost: Vec<(String, Dropped)> = candidates
            .iter()
            .filter_map(|candidate| {
                let known = |target: &str| there.contains(target) || outside.knows(candidate, target);
                lacks(candidate, &known).map(|entry| (candidate.original.to_owned(), entry))
            })
            .collect();
        if lost.is_empty() {
            return;
        }
        let gone: BTreeSet<String> = lost.iter().map(|(id, _)| id.clone()).collect();
        dropped.extend(lost.into_iter().map(|(_, entry)| entry));
        candidates.retain(|candidate| !gone.contains(candidate.original));
    }
}

/// Drops references to what is not released. Before identifiers are decided, so that two objects which differ only in
/// what they refer to outside the release are seen to say the same.
fn prune(candidates: &mut [Candidate<'_>], outside: &Outside, dropped: &mut Vec<Dropped>, log: &mut Vec<Change>) {
    let there: BTreeSet<String> = candidates.iter().map(|candidate| candidate.original.to_owned()).collect();
    for candidate in candidates {
        let object = candidate.original;
        let own = outside.own_of(candidate);
        for target in &own {
            let change = format!("names {target}, which the recipient gave us");
            log.push(Change { object: object.to_owned(), property: String::new(), change });
        }
        let keep = |target: &str| {
            let known = there.contains(target) || outside.fixed.contains_key(target) || own.contains(target);
            known.then(|| target.to_owned())
        };
        references::rewrite(&mut candidate.body, "", &keep, &mut |property, target| {
            dropped.push(Dropped {
                object: object.to_owned(),
                property: property.to_owned(),
                target: target.to_owned(),
                reason: "refers to what is not released".to_owned(),
            });
        });
    }
}

/// Says which needed reference an object lacks. `a b` needs both, `a|b` needs one of them.
fn lacks(candidate: &Candidate<'_>, known: &dyn Fn(&str) -> bool) -> Option<Dropped> {
    let entry = |property: &str, target: &str, reason: &str| Dropped {
        object: candidate.original.to_owned(),
        property: if property.is_empty() { String::new() } else { format!("/{property}") },
        target: target.to_owned(),
        reason: reason.to_owned(),
    };
    if candidate.kind == Kind::Observable
        && !candidate.body.keys().any(|name| !allowlist::names(allowlist::COMMON, name))
    {
        return Some(entry("", "", "dropped: nothing of it may leave"));
    }
    if candidate.object_type == "note" && !candidate.body.contains_key("content") {
        return Some(entry("", "", "dropped: its text is about a person and is not copied; write it for the release"));
    }
    for need in candidate.required.split(' ').filter(|need| !need.is_empty()) {
        let held = need.split('|').any(|property| match candidate.body.get(property) {
            Some(Value::String(target)) => known(target),
            Some(Value::Array(items)) => items.iter().any(|item| item.as_str().is_some_and(known)),
            _ => false,
        });
        if !held {
            let property = need.split('|').next().unwrap_or_default();
            let target = candidate.body.get(property).and_then(Value::as_str).unwrap_or_default();
            return Some(entry(property, target, "dropped: it needs what this refers to, which is not released"));
        }
    }
    None
}

/// Decides the identifiers. Domain and relationship objects: the one every recipient knows, else the one drawn.
/// Observables: by value, where a value is released that contributes; in rounds, since values hold references.
fn decide_ids(candidates: &mut [Candidate<'_>], request: &DraftRequest<'_>, fixed: &BTreeMap<String, String>) {
    let mut used: BTreeSet<String> = fixed.values().cloned().collect();
    let mut decided: BTreeMap<String, String> = fixed.clone();
    let known = |candidate: &Candidate<'_>, used: &BTreeSet<String>| -> String {
        let id = request.known_ids.get(candidate.original);
        id.filter(|id| same_type(id, &candidate.object_type) && !used.contains(*id))
            .cloned()
            .unwrap_or_else(|| candidate.drawn.clone())
    };
    for candidate in candidates.iter_mut().filter(|c| c.kind != Kind::Observable) {
        let id = known(candidate, &used);
        used.insert(id.clone());
        decided.insert(candidate.original.to_owned(), id.clone());
        candidate.released = Some(id);
    }
    let here: BTreeSet<String> = candidates.iter().map(|candidate| candidate.original.to_owned()).collect();
    let mut by_value: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    loop {
        let mut progress = false;
        for candidate in candidates.iter_mut().filter(|c| c.released.is_none()) {
            let mut values = candidate.body.clone();
            values.retain(|name, _| sco::contributing(&candidate.object_type).contains(&name.as_str()));
            let mut waits = false;
            references::visit(&values, "", &mut |_, target| {
                waits |= here.contains(target) && !decided.contains_key(target);
            });
            if waits {
                continue;
            }
            references::rewrite(&mut values, "", &|target| decided.get(target).cloned(), &mut |_, _| {});
            let id = match sco::deterministic_id(&candidate.object_type, &values) {
                Some(id) => match by_value.get(&id) {
                    None => {
                        by_value.insert(id.clone(), candidate.body.clone());
                        id
                    }
                    Some(body) if *body == candidate.body => {
                        candidate.merged = true;
                        id
                    }
                    Some(_) => known(candidate, &used),
                },
                None => known(candidate, &used),
            };
            used.insert(id.clone());
            decided.insert(candidate.original.to_owned(), id.clone());
            candidate.released = Some(id);
            progress = true;
        }
        if !progress {
            break;
        }
    }
    // Only observables whose values refer to each other in a circle are left.
    for candidate in candidates.iter_mut().filter(|c| c.released.is_none()) {
        let id = known(candidate, &used);
        used.insert(id.clone());
        candidate.released = Some(id);
    }
}

fn same_type(id: &str, object_type: &str) -> bool {
    id.strip_prefix(object_type).is_some_and(|rest| rest.starts_with("--"))
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
    let sent = request.known_versions.get(released);
    let created = request.known_created.get(released).or(sent).copied().unwrap_or(day);
    let modified = match sent {
        Some(sent) if day <= *sent => sent.plus_seconds(1),
        _ => day.max(created),
    };
    set("created", json!(created.to_string()));
    set("modified", json!(modified.to_string()));
    set("created_by_ref", json!(request.organisation.identity_id.as_str()));
    modified.to_string()
}
