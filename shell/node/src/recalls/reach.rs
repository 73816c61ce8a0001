//! What a recall names, and whom it reaches: one answer for the preview and for the draft.
//!
//! Guarantees: everybody in the dissemination record who was given one of the items under the same id is in it, whatever release it went
//! in. Does not know: what of it was delivered, who asks.

use crate::failure::Failure;
use comity_release::RecallDraft;
use comity_store::desk::{Desk, ReleasedItem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What an officer names to be recalled.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecallNamed {
    /// Whole releases.
    pub releases: Vec<String>,
    /// Single items, by our id or the id that recipients know.
    pub items: Vec<String>,
}

/// Reads from the dissemination record what a recall of this would take back, from whom; each line once.
///
/// # Errors
/// [`Failure`] where nothing is named, or something that was never sent.
pub(crate) fn named(desk: Desk<'_>, named: &RecallNamed) -> Result<Vec<ReleasedItem>, Failure> {
    let RecallNamed { releases, items } = named;
    if releases.is_empty() && items.is_empty() {
        return Err(Failure::usage("a recall names releases or items").hint("--release RELEASE or --item ID"));
    }
    let mut found = Vec::new();
    let mut looked = BTreeSet::new();
    for release in releases {
        let row = desk.release(release)?.ok_or_else(|| {
            Failure::no(format!("there is no release {release}")).code("unknown").hint("comity release list")
        })?;
        if !row.state.has_left() {
            return Err(Failure::no(format!("release {release} is {}, it was never sent", row.state))
                .hint("what was not sent is given up with comity release withdraw"));
        }
        for item in desk.released_in(release)? {
            // Later versions of the same item went out in other releases under the same id; they go too.
            if looked.insert((item.original_id.clone(), item.released_id.clone())) {
                let every = desk.released_as(&item.original_id)?;
                found.extend(every.into_iter().filter(|one| one.released_id == item.released_id));
            }
        }
    }
    for id in items {
        let before = found.len();
        found.extend(desk.released_as(id)?);
        found.extend(desk.released_under(id)?);
        if found.len() == before {
            return Err(Failure::no(format!("{id} was never released to anybody")));
        }
    }
    Ok(each_once(found))
}

/// Reads the same of a recall that was drafted.
///
/// # Errors
/// [`Failure`] where the record cannot be read.
pub(crate) fn of_draft(desk: Desk<'_>, draft: &RecallDraft) -> Result<Vec<ReleasedItem>, Failure> {
    let mut found = Vec::new();
    for item in draft.items() {
        found.extend(desk.released_under(&item)?.into_iter().filter(|line| {
            draft.recipients.iter().any(|(code, items)| *code.as_str() == *line.recipient && items.contains(&item))
        }));
    }
    Ok(each_once(found))
}

fn each_once(mut lines: Vec<ReleasedItem>) -> Vec<ReleasedItem> {
    let mut seen = BTreeSet::new();
    lines.retain(|line| {
        let ReleasedItem { recipient, released_id, released_version, release, .. } = line;
        seen.insert((recipient.clone(), released_id.clone(), released_version.clone(), release.clone()))
    });
    lines
}
