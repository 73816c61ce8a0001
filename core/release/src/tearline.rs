//! The tearline: a new bundle that gives the substance and nothing that points at what stays (domain.md §2.4, §2.5).
//!
//! Guarantees: the bytes are a function of the allowed properties of the selected objects, the request and the entropy
//! stream. No identifier of an original occurs in them, except of observables whose value itself is released. What is chosen here
//! holds places of the selection where identifiers of originals stood. Does not know: what is drawn ([`crate::drawn`]).

use crate::about::about;
use crate::allowlist::{self, Kind};
use crate::outline::{Outline, Seen};
use crate::person::{self, Bond};
use crate::policy::{self, NotReleasable, RAW_REPORT_TYPE, ReadSource, Reason};
use crate::sanitise::{Sanitiser, check_names};
use crate::{Change, Draft, DraftError, DraftRequest, Dropped, bundle, drawn, references};
use comity_crypto::EntropyStream;
use comity_vocab::SecurityLabel;
use comity_vocab::time::Precision;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One selected object on its way.
pub(crate) struct Candidate<'a> {
    pub original: &'a str,
    pub version: &'a str,
    /// Its number in the selection.
    pub place: usize,
    /// What stands for it in references.
    pub stands_for: String,
    pub object_type: String,
    pub kind: Kind,
    required: &'static str,
    /// What may leave. References are those of the original, and once they were pruned what stands for them here.
    pub body: Map<String, Value>,
}

impl Candidate<'_> {
    /// The identifier under which all recipients know it.
    pub fn known_id<'r>(&self, request: &'r DraftRequest<'_>) -> Option<&'r str> {
        let known = request.known_ids.get(self.original).map(String::as_str);
        known.filter(|id| id.strip_prefix(self.object_type.as_str()).is_some_and(|rest| rest.starts_with("--")))
    }
}

/// A raw report, for which the written text stands.
pub(crate) struct RawReport<'a> {
    pub id: &'a str,
    pub version: &'a str,
    /// What stands for it in references.
    pub stands_for: String,
}

/// What leaves, as far as nothing has to be drawn for it.
pub(crate) struct Chosen<'a> {
    /// How many objects were selected.
    pub places: usize,
    pub candidates: Vec<Candidate<'a>>,
    pub raw_reports: Vec<RawReport<'a>>,
    pub label: SecurityLabel,
    /// What the only recipient gave us, and what is released may name.
    pub recipients_own: BTreeSet<String>,
    /// The originals that are of a person.
    pub of_persons: BTreeSet<String>,
    pub dropped: Vec<Dropped>,
    pub sanitisation: Vec<Change>,
}

impl Chosen<'_> {
    /// The identifier under which all recipients know the note that stands for a raw report.
    pub fn known_note<'r>(&self, request: &'r DraftRequest<'_>) -> Option<&'r str> {
        let known = self.raw_reports.iter().find_map(|report| request.known_ids.get(report.id));
        known.map(String::as_str).filter(|id| id.starts_with("note--"))
    }

    /// Shows what recipients would see. A place stands for an identifier that is drawn for it, and no more is told of it.
    pub fn show(&self, request: &DraftRequest<'_>, seen: &mut Seen) {
        let day = request.now.coarsened(Precision::Day);
        let known = |id: &str, seen: &mut Seen| {
            let (created, modified) = drawn::times(id, day, request);
            [id, &created.to_string(), &modified.to_string()].iter().for_each(|text| seen.text(text));
        };
        seen.text(&self.places.to_string());
        for candidate in &self.candidates {
            [&candidate.stands_for, &candidate.object_type].iter().for_each(|text| seen.text(text));
            known(candidate.known_id(request).unwrap_or_default(), seen);
            seen.bytes(&serde_json::to_vec(&candidate.body).unwrap_or_default());
        }
        if let Some(written) = &request.written {
            known(self.known_note(request).unwrap_or_default(), seen);
            [&written.title, &written.body].iter().for_each(|text| seen.text(&comity_text::clean(text).text));
        }
    }
}

/// Builds a tearline.
///
/// # Errors
/// [`DraftError`]; objects that may not be released are all named, each with its reason.
pub fn draft_tearline(request: &DraftRequest<'_>, stream: &mut EntropyStream) -> Result<Draft, DraftError> {
    Ok(Outline::tearline(request)?.draft(request, stream))
}

/// Chooses what leaves.
pub(crate) fn choose<'a>(request: &DraftRequest<'_>, read: &[ReadSource<'a>]) -> Result<Chosen<'a>, DraftError> {
    policy::check_request(request)?;
    check_names(&request.allow_properties)?;
    let mut sanitisation = Vec::new();
    let Selected { mut candidates, labels, raw_reports, of_persons } = select(request, read, &mut sanitisation)?;
    let label = policy::release_label(&labels, request.label.as_ref(), &request.audience())?;
    let mut dropped = Vec::new();
    let outside = Outside { fixed: fixed_targets(request, &raw_reports), recipients_own: recipients_own(request) };
    drop_incomplete(&mut candidates, &outside, &mut dropped);
    if candidates.is_empty() && request.written.is_none() {
        return Err(DraftError::NothingLeft);
    }
    prune(&mut candidates, &outside, &mut dropped, &mut sanitisation);
    Ok(Chosen {
        places: read.len(),
        candidates,
        raw_reports,
        label,
        recipients_own: outside.recipients_own,
        of_persons,
        dropped,
        sanitisation,
    })
}

/// What stands for an object of the selection in what was chosen. No identifier looks like it.
fn stands_for(place: usize) -> String {
    format!("#{place}")
}

struct Selected<'a> {
    candidates: Vec<Candidate<'a>>,
    labels: Vec<SecurityLabel>,
    /// The raw reports that the written text stands for.
    raw_reports: Vec<RawReport<'a>>,
    /// The originals that are of a person.
    of_persons: BTreeSet<String>,
}

/// Reads, checks and copies every selected object.
fn select<'a>(
    request: &DraftRequest<'_>,
    sources: &[ReadSource<'a>],
    log: &mut Vec<Change>,
) -> Result<Selected<'a>, DraftError> {
    let mut selected =
        Selected { candidates: Vec::new(), labels: Vec::new(), raw_reports: Vec::new(), of_persons: BTreeSet::new() };
    let mut refused = Vec::new();
    let mut seen = BTreeSet::new();
    let audience = request.audience();
    let mut read = Vec::new();
    for (place, one) in sources.iter().enumerate() {
        let source = one.source;
        let mut refuse = |reason| refused.push(NotReleasable { object: source.id.to_owned(), reason });
        if !seen.insert(source.id) {
            refuse(Reason::Twice);
            continue;
        }
        let object = match one.readable() {
            Ok(object) => object,
            Err(reason) => {
                refuse(reason);
                continue;
            }
        };
        let mapped = |id: &str| request.mapped_markings.contains(id);
        match policy::check_object(source, object, &audience, &mapped) {
            Ok(label) => selected.labels.push(label),
            Err(reason) => {
                refuse(reason);
                continue;
            }
        }
        let object_type = object.get("type").and_then(Value::as_str).unwrap_or_default();
        if object_type == RAW_REPORT_TYPE {
            if request.written.is_some() {
                let (id, version) = (source.id, source.version);
                selected.raw_reports.push(RawReport { id, version, stands_for: stands_for(place) });
                read.push((source, object, place));
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
        read.push((source, object, place));
    }
    if !refused.is_empty() {
        return Err(DraftError::NotReleasable { objects: refused });
    }
    let of: Vec<_> = read.iter().map(|(source, object, _)| (*source, *object)).collect();
    let bonds = person::bonds(&of, &request.groups, &request.of_persons);
    policy::check_personal(&request.personal, &bonds)?;
    selected.of_persons =
        bonds.iter().filter(|(_, bond)| **bond == Bond::Person).map(|(id, _)| (*id).to_owned()).collect();
    for (source, object, place) in &read {
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
            place: *place,
            stands_for: stands_for(*place),
            object_type: object_type.to_owned(),
            kind,
            required: row.map_or("", |row| row.required),
            body: bundle::sorted(sanitiser.copy(object, log)),
        });
    }
    Ok(selected)
}

/// What references may point at besides the candidates, and what stands for it: the identity, and raw reports where a note is
/// written for them.
fn fixed_targets(request: &DraftRequest<'_>, raw_reports: &[RawReport<'_>]) -> BTreeMap<String, String> {
    let identity = request.organisation.identity_id.as_str().to_owned();
    let mut fixed = BTreeMap::from([(identity.clone(), identity)]);
    fixed.extend(raw_reports.iter().map(|report| (report.id.to_owned(), report.stands_for.clone())));
    fixed
}

/// What references may point at besides what is released here.
struct Outside {
    /// By original identifier: what stands for what everybody has.
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

/// Drops references to what is not released, and puts in the others what stands for it. Before identifiers are decided, so that two
/// objects which differ only in what they refer to outside the release are seen to say the same.
fn prune(candidates: &mut [Candidate<'_>], outside: &Outside, dropped: &mut Vec<Dropped>, log: &mut Vec<Change>) {
    let there: HashMap<&str, String> =
        candidates.iter().map(|candidate| (candidate.original, candidate.stands_for.clone())).collect();
    for candidate in candidates {
        let object = candidate.original;
        let own = outside.own_of(candidate);
        for target in &own {
            let change = format!("names {target}, which the recipient gave us");
            log.push(Change { object: object.to_owned(), property: String::new(), change });
        }
        let keep = |target: &str| {
            let here = there.get(target).or_else(|| outside.fixed.get(target)).cloned();
            here.or_else(|| own.contains(target).then(|| target.to_owned()))
        };
        references::rewrite(&mut candidate.body, &keep, &mut |property, target| {
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
