//! What is held, as the leak check of one draft asks about it: whose a run of words or a value is, and whether it may leave.
//!
//! Guarantees: nothing is answered where an index is behind or damaged, or a row cannot be read; then the check is undetermined. Does
//! not know: what counts as a finding.

use crate::declared::Declared;
use comity_correlate::{CorrelatedValue, Keying};
use comity_release::leak::each_text;
use comity_release::{Draft, Held, Mode, NotRead, RAW_REPORT_TYPE, version_digest};
use comity_store::{Object, Origin, View};
use comity_vocab::Tlp;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// The most objects of one value that are looked at; a value that more have is in the air.
const HOLDERS_MAX: usize = 2_000;

/// What is held, for the check of one draft.
pub(crate) struct Here<'a> {
    view: View<'a>,
    keying: Keying,
    /// Identifiers that every recipient was already given.
    known: BTreeSet<String>,
    /// The exact versions that the draft was made of.
    originals: BTreeSet<(String, String)>,
    /// Runs of words that leave as they are in the originals, beside which the same words of ours are nothing new.
    leaving: HashSet<u64>,
    /// Runs of words that the product writes itself.
    written_by_us: BTreeSet<u64>,
    declared: Declared,
    /// The recipients.
    audience: Vec<String>,
    texts: RefCell<HashMap<i64, Whose>>,
}

/// Whose a version is, as far as its words matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// A partner gave it: its words are not ours to pass on.
    Partners,
    /// Ours or a feed's, and not public.
    Unreleased,
    /// Public, or what the draft itself is made of.
    Free,
}

impl<'a> Here<'a> {
    pub(crate) fn new(
        view: View<'a>,
        draft: &Draft,
        known: BTreeSet<String>,
        declared: Declared,
    ) -> Result<Self, crate::failure::Failure> {
        let mut printer = comity_release::leak::Printer::new(view.print_key()?);
        let mut leaving = Vec::new();
        let copies = crate::leak_corpus::released_objects(draft);
        for item in draft.items() {
            let Some(object) = view.get(&item.original_id)? else { continue };
            if draft.mode() == Mode::AsPublished {
                leaving.extend(printer.object(&object.bytes));
                continue;
            }
            let copy = copies.get(item.released_id.as_str()).filter(|_| object.object_type != RAW_REPORT_TYPE);
            let original: serde_json::Value = serde_json::from_slice(&object.bytes)?;
            if let (Some(copy), serde_json::Value::Object(original)) = (copy, original) {
                for (_, value) in original.iter().filter(|(property, value)| copy.get(*property) == Some(*value)) {
                    each_text(&serde_json::to_vec(value)?, &mut |text| printer.text(text, &mut leaving));
                }
            }
        }
        let mut written = Vec::new();
        if let Some(descriptor) = draft.descriptor() {
            printer.text(&descriptor.render(), &mut written);
        }
        Ok(Self {
            keying: view.value_keying()?,
            view,
            known,
            originals: draft
                .items()
                .iter()
                .map(|item| (item.original_id.clone(), item.original_version.clone()))
                .collect(),
            leaving: leaving.into_iter().collect(),
            written_by_us: written.into_iter().collect(),
            declared,
            audience: draft.audience().iter().map(|code| code.as_str().to_owned()).collect(),
            texts: RefCell::default(),
        })
    }

    /// Whose a version is; each is looked at once.
    fn whose(&self, vid: i64) -> Result<Whose, NotRead> {
        if let Some(known) = self.texts.borrow().get(&vid) {
            return Ok(*known);
        }
        // A version that the index names and that is not there is a damaged index, not a clean one.
        let object = self.view.version_numbered(vid).map_err(|_| NotRead)?.ok_or(NotRead)?;
        let whose = if self.originals.contains(&(object.id.clone(), object.version_text.clone())) {
            Whose::Free
        } else if matches!(object.origin(), Origin::Link(_)) {
            Whose::Partners
        } else if self.is_public(&object) {
            Whose::Free
        } else {
            Whose::Unreleased
        };
        self.texts.borrow_mut().insert(vid, whose);
        Ok(whose)
    }

    /// Marked for everybody, or declared public by two officers.
    fn is_public(&self, object: &Object) -> bool {
        if object.label.as_ref().is_some_and(|label| label.tlp == Tlp::Clear && label.releasable_to.is_none()) {
            return true;
        }
        let digest = version_digest(&object.id, &object.version_text, &object.bytes);
        self.declared.has(&digest)
    }

    /// Whether every recipient was given something that was made of this very version: a later one may hold another value.
    fn was_given(&self, object: &Object) -> Result<bool, NotRead> {
        let items = self.view.desk().released_as(&object.id).map_err(|_| NotRead)?;
        let given: BTreeSet<&str> = items
            .iter()
            .filter(|item| !item.recalled && item.original_version == object.version_text)
            .map(|item| item.recipient.as_str())
            .collect();
        Ok(self.audience.iter().all(|recipient| given.contains(recipient.as_str())))
    }

    /// Whether a value is held in observations only, of which none was released or is public.
    fn value_is_unreleased(&self, value: &CorrelatedValue) -> Result<bool, NotRead> {
        let holders = self.view.holders_of(&self.keying, value, HOLDERS_MAX).map_err(|_| NotRead)?;
        // With so many holders not all are looked at: then a person looks.
        let mut observed = holders.len() == HOLDERS_MAX;
        for vid in holders {
            let object = self.view.version_numbered(vid).map_err(|_| NotRead)?.ok_or(NotRead)?;
            // Two values may share a number by chance.
            if !comity_correlate::values(&object.bytes).contains(value) {
                continue;
            }
            let given_back = matches!(object.origin(), Origin::Link(code) if self.audience == [code.as_str()]);
            if given_back || self.is_public(&object) || self.was_given(&object)? {
                return Ok(false);
            }
            observed |= is_observation(&object.object_type);
        }
        Ok(observed)
    }
}

/// Says what was seen, in contrast to what somebody made of it.
fn is_observation(object_type: &str) -> bool {
    use comity_release::allowlist::{Kind, row_of};
    object_type == "observed-data" || row_of(object_type).is_some_and(|row| matches!(row.kind, Kind::Observable))
}

impl Held for Here<'_> {
    fn act(&self) -> Result<u64, NotRead> {
        if !self.view.indexes_whole().map_err(|_| NotRead)? {
            return Err(NotRead);
        }
        self.view.corpus_act().map_err(|_| NotRead)
    }

    fn is_unreleased(&self, uuid: &Uuid) -> Result<bool, NotRead> {
        if self.known.iter().any(|id| has_uuid(id, uuid)) || is_tlp(uuid) {
            return Ok(false);
        }
        let held = self.view.knows_uuid(uuid).map_err(|_| NotRead)?;
        Ok(held || self.view.desk().release(&uuid.to_string()).map_err(|_| NotRead)?.is_some())
    }

    fn texts(&self, prints: &BTreeSet<u64>) -> Result<HashSet<u64>, NotRead> {
        let mut found = HashSet::new();
        let mut not_read = false;
        let asked: BTreeSet<u64> = prints.difference(&self.written_by_us).copied().collect();
        let visited = self.view.versions_with(&asked, &mut |print, vid| {
            match self.whose(vid) {
                Ok(Whose::Partners) => drop(found.insert(print)),
                Ok(Whose::Unreleased) if !self.leaving.contains(&print) => drop(found.insert(print)),
                Ok(Whose::Unreleased | Whose::Free) => {}
                Err(NotRead) => not_read = true,
            }
            !not_read && !found.contains(&print)
        });
        if visited.is_err() || not_read { Err(NotRead) } else { Ok(found) }
    }

    fn values(&self, values: &BTreeSet<CorrelatedValue>) -> Result<BTreeSet<CorrelatedValue>, NotRead> {
        let mut found = BTreeSet::new();
        for value in values {
            if self.value_is_unreleased(value)? {
                found.insert(value.clone());
            }
        }
        Ok(found)
    }
}

fn has_uuid(id: &str, uuid: &Uuid) -> bool {
    id.split_once("--").is_some_and(|(_, text)| Uuid::try_parse(text).is_ok_and(|found| found == *uuid))
}

fn is_tlp(uuid: &Uuid) -> bool {
    Tlp::ALL.iter().any(|tlp| has_uuid(tlp.marking_id(), uuid))
        || Tlp::from_marking_id(&format!("marking-definition--{uuid}")).is_some()
}
