//! What the only recipient of a release gave us itself: what is said about that may name it (domain.md §8.3).
//!
//! Guarantees: only what arrived over this one link, and was not recalled there since. Does not know: what of it is named, which
//! `comity_release` decides.

use crate::failure::Failure;
use comity_release::about;
use comity_store::View;
use comity_vocab::OrgCode;
use serde_json::Value;
use std::collections::BTreeSet;

/// Of everything that these objects or bundles are about, what the only recipient released to us; nothing where there are several.
pub(crate) fn recipients_own(
    view: View<'_>,
    audience: &BTreeSet<OrgCode>,
    texts: &[&[u8]],
) -> Result<BTreeSet<String>, Failure> {
    let mut recipients = audience.iter();
    let (Some(partner), None) = (recipients.next(), recipients.next()) else { return Ok(BTreeSet::new()) };
    let mut named = BTreeSet::new();
    for text in texts {
        if let Ok(value) = serde_json::from_slice(text) {
            collect(&value, &mut named);
        }
    }
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

/// Collects what an object, or each object of a bundle, is about.
fn collect(value: &Value, named: &mut BTreeSet<String>) {
    let Value::Object(object) = value else { return };
    let object_type = object.get("type").and_then(Value::as_str).unwrap_or_default();
    named.extend(about(object_type, object));
    if let ("bundle", Some(Value::Array(objects))) = (object_type, object.get("objects")) {
        objects.iter().for_each(|object| collect(object, named));
    }
}
