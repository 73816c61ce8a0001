//! What the only recipient of a release gave us itself: what is said about that may name it (domain.md §8.3).
//!
//! Guarantees: only what arrived over this one link, and was not recalled there since. Does not know: what of it is named, which
//! `comity_release` decides.

use crate::failure::Failure;
use comity_release::about;
use comity_store::View;
use comity_vocab::OrgCode;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Of everything that is named, what the only recipient released to us; nothing where there are several.
pub(crate) fn recipients_own(
    view: View<'_>,
    audience: &BTreeSet<OrgCode>,
    named: BTreeSet<String>,
) -> Result<BTreeSet<String>, Failure> {
    let mut recipients = audience.iter();
    let (Some(partner), None) = (recipients.next(), recipients.next()) else { return Ok(BTreeSet::new()) };
    let desk = view.desk();
    let mut own = BTreeSet::new();
    for id in named {
        let items = desk.received(&id)?;
        if items.iter().any(|item| item.link == partner.as_str() && item.recalled.is_none()) {
            own.insert(id);
        }
    }
    Ok(own)
}

/// What these objects are about.
pub(crate) fn named<'a>(objects: impl IntoIterator<Item = &'a Map<String, Value>>) -> BTreeSet<String> {
    let of =
        |object: &Map<String, Value>| about(object.get("type").and_then(Value::as_str).unwrap_or_default(), object);
    objects.into_iter().flat_map(of).collect()
}
