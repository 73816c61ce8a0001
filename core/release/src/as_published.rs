//! Exact bytes of objects that two officers declared public (design: public knowledge, as published).
//!
//! Guarantees: every object's bytes are those held, and it refers only to objects that are selected or declared public
//! too. Everything else of the policy holds as for a tearline; the leak check still runs.

use crate::draft::Made;
use crate::outline::Seen;
use crate::policy::{self, DraftError, NotReleasable, ReadSource, Reason};
use crate::special::without_special;
use crate::{Draft, DraftRequest, Item, Mode, bundle, references};
use comity_crypto::sha256;
use comity_vocab::{SecurityLabel, Tlp};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What leaves as it was published.
pub(crate) struct Published {
    pub label: SecurityLabel,
    /// Identifier and exact bytes, in the order in which they leave.
    objects: Vec<(String, Vec<u8>)>,
    items: Vec<Item>,
}

impl Published {
    /// Shows what recipients would see.
    pub fn show(&self, seen: &mut Seen) {
        self.objects.iter().for_each(|(_, bytes)| seen.bytes(bytes));
    }

    /// Makes the draft.
    pub fn draft(self, request: &DraftRequest<'_>) -> Draft {
        // The bundle is ours, its objects are not: its identifier comes from the release, which is random already.
        let parts = bundle::pack(&self.objects, None, |number| {
            let digest =
                sha256(&[b"comity/v1/bundle-id", request.release.0.as_bytes(), &(number as u64).to_be_bytes()]);
            let mut bytes = [0u8; 16];
            bytes.iter_mut().zip(digest.as_bytes()).for_each(|(byte, digest)| *byte = *digest);
            uuid::Builder::from_random_bytes(bytes).into_uuid() as Uuid
        });
        let made = Made {
            mode: Mode::AsPublished,
            of_persons: BTreeSet::new(),
            label: self.label,
            descriptor: None,
            parts,
            items: self.items,
            dropped: Vec::new(),
            sanitisation: Vec::new(),
        };
        Draft::made(request, made)
    }
}

/// Builds a release of exact bytes.
///
/// # Errors
/// [`DraftError`]; objects that may not be released are all named, each with its reason.
pub fn draft_as_published(request: &DraftRequest<'_>) -> Result<Draft, DraftError> {
    Ok(choose(request)?.draft(request))
}

/// Checks what is to leave as it was published.
pub(crate) fn choose(request: &DraftRequest<'_>) -> Result<Published, DraftError> {
    policy::check_request(request)?;
    if request.written.is_some() || request.descriptor.is_some() || !request.allow_properties.is_empty() {
        return Err(DraftError::AsPublishedIsExact);
    }
    let selection: BTreeSet<&str> = request.objects.iter().map(|source| source.id).collect();
    let public =
        |id: &str| selection.contains(id) || request.public_ids.contains(id) || Tlp::from_marking_id(id).is_some();
    let (mut refused, mut labels, mut objects, mut items) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for source in request.objects {
        let checked = if seen.insert(source.id) { check(source, request, &public) } else { Err(Reason::Twice) };
        match checked {
            Ok(label) => labels.push(label),
            Err(reason) => refused.push(NotReleasable { object: source.id.to_owned(), reason }),
        }
        objects.push((source.id.to_owned(), source.bytes.to_vec()));
        items.push(Item {
            original_id: source.id.to_owned(),
            original_version: source.version.to_owned(),
            released_id: source.id.to_owned(),
            released_version: source.version.to_owned(),
        });
    }
    if !refused.is_empty() {
        return Err(DraftError::NotReleasable { objects: refused });
    }
    let label = policy::release_label(&labels, request.label.as_ref(), &request.audience())?;
    objects.sort();
    items.sort_by(|a, b| a.released_id.cmp(&b.released_id));
    Ok(Published { label, objects, items })
}

fn check(
    source: &crate::SourceObject<'_>,
    request: &DraftRequest<'_>,
    public: &dyn Fn(&str) -> bool,
) -> Result<SecurityLabel, Reason> {
    let read = ReadSource::new(source);
    let object = read.readable()?;
    if !source.declared_public {
        return Err(Reason::NotDeclaredPublic);
    }
    // A marking definition that two officers declared public was read by them; its terms are known.
    let label = policy::check_object(source, object, &request.audience(), &|id| {
        request.mapped_markings.contains(id) || public(id)
    })?;
    if let Some(property) = without_special(&mut Value::Object(object.clone())).into_keys().next() {
        return Err(Reason::SpecialCategory { property });
    }
    let mut undeclared = None;
    references::visit(object, &mut |property, target| {
        if undeclared.is_none() && !public(target) {
            undeclared = Some(property.to_owned());
        }
    });
    match undeclared {
        Some(property) => Err(Reason::RefersToUndeclared { property }),
        None => Ok(label),
    }
}
