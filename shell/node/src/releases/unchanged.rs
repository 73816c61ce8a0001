//! Whether a draft may still go out: what it was made from must be as it was, and still releasable to the same recipients.
//!
//! Guarantees: asked when the second officer approves and again inside `send`, so that a marking, a recall, a new version or a
//! defect that came after drafting stops the release.

use super::draft::{is_note, source_of};
use crate::declared::Declared;
use crate::failure::Failure;
use crate::node::Node;
use comity_release::{Draft, Item, Mode, ReadSource, Refusal, SourceObject, check_persons_read};
use comity_store::{Object, Origin, View};
use comity_vocab::Timestamp;
use std::collections::BTreeMap;

impl Node {
    /// Refuses a draft whose originals have changed since, or of which recipients know more by now.
    pub(super) fn still_releasable(&self, draft: &Draft) -> Result<(), Failure> {
        if !draft.binds_keys() {
            return Err(Failure::refusal(&Refusal::EarlierStatement).hint("withdraw it and draft it again"));
        }
        // All of it at one instant, and each original read once.
        self.holdings.still(|view| {
            let declared = self.declared_public()?;
            let mut originals = BTreeMap::new();
            for item in draft.items() {
                if let Some(object) = view.get(&item.original_id)? {
                    originals.insert(object.id.clone(), object);
                }
            }
            self.persons_unchanged(draft, originals.values(), &declared)?;
            for item in draft.items() {
                // A text written for the release alone has no original but itself.
                let written_alone = draft.mode() != Mode::AsPublished && item.original_id == item.released_id;
                if !written_alone {
                    original_unchanged(view, draft, item, originals.get(&item.original_id), &declared)?;
                    self.recipients_know_no_more(draft, item)?;
                }
            }
            Ok(())
        })?
    }

    /// Refuses a draft where somebody became a person, or the owner of an account, since it was made.
    fn persons_unchanged<'a>(
        &self,
        draft: &Draft,
        originals: impl Iterator<Item = &'a Object>,
        declared: &Declared,
    ) -> Result<(), Failure> {
        let sources: Vec<SourceObject<'_>> =
            originals.map(|object| SourceObject { has_defects: false, ..source_of(object, declared) }).collect();
        let read: Vec<ReadSource<'_>> = sources.iter().map(ReadSource::new).collect();
        let of_persons = self.of_persons(&read, draft.groups())?;
        check_persons_read(draft, &read, &of_persons)
            .map_err(|error| Failure::refusal(&error).hint("withdraw it and draft it again"))
    }

    /// Two drafts of one item would give recipients two versions of one time, or the item twice: the later is drafted again.
    fn recipients_know_no_more(&self, draft: &Draft, item: &Item) -> Result<(), Failure> {
        if draft.mode() == Mode::AsPublished {
            return Ok(());
        }
        for known in self.holdings.view().desk().released_as(&item.original_id)? {
            // A recalled identifier is behind a tombstone at its recipients: nothing goes out under it any more.
            if known.recalled && known.released_id == item.released_id {
                return Err(Failure::no(format!(
                    "{} was recalled after this was drafted; the draft may not go out",
                    item.original_id
                ))
                .hint("withdraw it; draft it again where it may still be released"));
            }
            let concerns = !known.recalled && draft.audience().iter().any(|code| code.as_str() == known.recipient);
            let newer = || match (Timestamp::parse(&known.released_version), Timestamp::parse(&item.released_version)) {
                (Ok(sent), Ok(drafted)) => sent >= drafted,
                // What has no version, such as an observable, is the same whenever it is sent.
                _ => false,
            };
            if concerns && (known.released_id != item.released_id || newer()) {
                return Err(Failure::no(format!(
                    "{} was sent to {} after this was drafted; the draft may not go out",
                    item.original_id, known.recipient
                ))
                .hint("withdraw it and draft it again: it then goes out as a new version of what they know"));
            }
        }
        Ok(())
    }
}

fn original_unchanged(
    view: View<'_>,
    draft: &Draft,
    item: &Item,
    original: Option<&Object>,
    declared: &Declared,
) -> Result<(), Failure> {
    let id = &item.original_id;
    let changed = |what: String| {
        Err(Failure::no(format!("{id} {what}; the draft may not go out")).hint("withdraw it and draft it again"))
    };
    crate::recalls::basis::not_recalled(view.desk(), id)?;
    let Some(object) = original else { return changed("is not held any more".into()) };
    if object.version_text != item.original_version {
        return changed("has another current version than the one drafted from".into());
    }
    if matches!(object.origin(), Origin::Link(_)) {
        return changed("is a partner's".into());
    }
    if object.defects.iter().any(|defect| !is_note(&defect.rule)) {
        return changed("has a defect".into());
    }
    let Some(label) = &object.label else { return changed("is unmarked".into()) };
    if let Some(recipient) = draft.audience().iter().find(|recipient| !label.permits(recipient)) {
        return changed(format!("is marked {label} now, which does not permit {recipient}"));
    }
    if !draft.label().is_at_least(label) {
        return changed(format!("is marked {label} now, stricter than the draft's {}", draft.label()));
    }
    if draft.mode() == Mode::AsPublished && !declared.has(object) {
        return changed("is not declared public".into());
    }
    Ok(())
}
