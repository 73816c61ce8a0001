//! What is held, as the leak check of one draft asks about it: whose a run of words or a value is, and whether it may leave.
//!
//! Guarantees: nothing is answered where an index is behind or damaged, or a row cannot be read; then the check is undetermined. Does
//! not know: what counts as a finding.

use crate::declared::Declared;
use crate::given::{self, Given};
use crate::leaving::Leaving;
use comity_correlate::{CorrelatedValue, Keying};
use comity_release::leak::each_text;
use comity_release::{Draft, Held, NotRead};
use comity_store::{Object, Origin, View};
use comity_vocab::Tlp;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use uuid::Uuid;

/// The most objects of one value that are looked at; a value that more have is in the air.
const HOLDERS_MAX: usize = 2_000;
/// The most objects of one run of words that are looked at for what of it was sent; what more hold counts as not sent.
const RUN_HOLDERS_MAX: usize = 100;

/// What is held, for the check of one draft.
pub(crate) struct Here<'a> {
    view: View<'a>,
    keying: Keying,
    /// The UUIDs of identifiers that every recipient was already given.
    known: HashSet<Uuid>,
    /// The exact versions that the draft was made of.
    originals: BTreeSet<(String, String)>,
    /// Runs of words that leave as they are in the originals, beside which the same words of ours are nothing new.
    leaving: HashSet<u64>,
    /// Runs of words that the product writes itself.
    written_by_us: BTreeSet<u64>,
    declared: Declared,
    given: Given<'a>,
    texts: RefCell<HashMap<i64, Whose>>,
    /// What documents that partners sent say, once it was asked for.
    documents: OnceCell<Documents>,
    /// Which versions are declared public.
    public: RefCell<HashMap<i64, bool>>,
}

/// What documents of partners say.
struct Documents {
    /// Their runs of words.
    runs: HashSet<u64>,
    /// All their texts, in small letters.
    texts: String,
}

/// Whose a version is, as far as its words matter.
#[derive(Clone)]
enum Whose {
    /// A partner gave it: its words are not ours to pass on.
    Partners,
    /// Ours or a feed's, and not public: the id of the object.
    Unreleased(Rc<str>),
    /// Public, or what the draft itself is made of.
    Free,
}

impl<'a> Here<'a> {
    pub(crate) fn new(
        view: View<'a>,
        draft: &Draft,
        known: BTreeSet<String>,
        declared: Declared,
        leaving: Leaving,
    ) -> Result<Self, crate::failure::Failure> {
        let (leaving, mut printer) = leaving.end();
        let mut written = Vec::new();
        if let Some(descriptor) = draft.descriptor() {
            printer.text(&descriptor.render(), &mut written);
        }
        Ok(Self {
            keying: view.value_keying()?,
            given: Given::new(view, draft, printer),
            view,
            known: known.iter().filter_map(|id| uuid_of(id)).collect(),
            originals: draft
                .items()
                .iter()
                .map(|item| (item.original_id.clone(), item.original_version.clone()))
                .collect(),
            leaving,
            written_by_us: written.into_iter().collect(),
            declared,
            texts: RefCell::default(),
            documents: OnceCell::new(),
            public: RefCell::default(),
        })
    }

    /// Whose a version is; each is looked at once.
    fn whose(&self, vid: i64) -> Result<Whose, NotRead> {
        if let Some(known) = self.texts.borrow().get(&vid) {
            return Ok(known.clone());
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
            Whose::Unreleased(object.id.as_str().into())
        };
        self.texts.borrow_mut().insert(vid, whose.clone());
        Ok(whose)
    }

    /// Marked for everybody, or declared public by two officers.
    fn is_public(&self, object: &Object) -> bool {
        if object.label.as_ref().is_some_and(|label| label.tlp == Tlp::Clear && label.releasable_to.is_none()) {
            return true;
        }
        self.is_declared(object)
    }

    fn is_declared(&self, object: &Object) -> bool {
        self.declared.has(object)
    }

    /// Whether two officers declared a version public; each is looked at once.
    fn is_declared_version(&self, vid: i64) -> Result<bool, NotRead> {
        if let Some(known) = self.public.borrow().get(&vid) {
            return Ok(*known);
        }
        let object = self.view.version_numbered(vid).map_err(|_| NotRead)?.ok_or(NotRead)?;
        let declared = self.is_declared(&object);
        self.public.borrow_mut().insert(vid, declared);
        Ok(declared)
    }

    /// What every document says that arrived and is held.
    fn documents(&self) -> Result<&Documents, NotRead> {
        if let Some(known) = self.documents.get() {
            return Ok(known);
        }
        let mut printer = comity_release::leak::Printer::new(self.view.print_key().map_err(|_| NotRead)?);
        let (mut runs, mut texts, mut whole) = (Vec::new(), String::new(), true);
        let visited = self.view.desk().each_document(&mut |entry| {
            let header = entry.header.as_deref().unwrap_or_default();
            // What is held as a document and cannot be read as its sender wrote it is damage: nothing is called clean.
            let Some(document) = given::document(header, entry.salt.as_deref(), entry.payload.as_deref()) else {
                whole = false;
                return false;
            };
            each_text(&document.body, &mut |text| {
                printer.text(text, &mut runs);
                texts.push_str(&text.to_lowercase());
                texts.push('\n');
            });
            true
        });
        match (visited, whole) {
            (Ok(()), true) => Ok(self.documents.get_or_init(|| Documents { runs: runs.into_iter().collect(), texts })),
            _ => Err(NotRead),
        }
    }

    /// Whether a value is held in observations only, of which none is public, and not every recipient was sent it.
    fn value_is_unreleased(&self, value: &CorrelatedValue) -> Result<bool, NotRead> {
        let holders = self.view.holders_of(&self.keying, value, HOLDERS_MAX).map_err(|_| NotRead)?;
        // With so many holders not all are looked at: then a person looks.
        let mut observed = holders.len() == HOLDERS_MAX;
        let mut ours = BTreeSet::new();
        for vid in holders {
            let object = self.view.version_numbered(vid).map_err(|_| NotRead)?.ok_or(NotRead)?;
            // Two values may share a number by chance.
            if !comity_correlate::values(&object.bytes).contains(value) {
                continue;
            }
            let given_back = matches!(object.origin(), Origin::Link(code) if self.given.is_only(code.as_str()));
            if given_back || self.is_public(&object) {
                return Ok(false);
            }
            observed |= is_observation(&object.object_type);
            ours.insert(object.id);
        }
        // What was sent is read only where there would be a finding.
        if observed {
            for id in &ours {
                if self.given.value(id, value)? {
                    return Ok(false);
                }
            }
        }
        Ok(observed)
    }

    /// Returns which of these runs of words, each with the objects of ours that hold it, not every recipient was sent.
    fn runs_not_given(&self, held: &HashMap<u64, BTreeSet<Rc<str>>>) -> Result<HashSet<u64>, NotRead> {
        let mut left: HashSet<u64> = held.keys().copied().collect();
        let mut by_object: BTreeMap<&str, HashSet<u64>> = BTreeMap::new();
        for (print, id) in held.iter().flat_map(|(print, ids)| ids.iter().map(move |id| (*print, id))) {
            by_object.entry(id).or_default().insert(print);
        }
        for (id, mut asked) in by_object {
            asked.retain(|print| left.contains(print));
            for given in self.given.runs(id, asked)? {
                left.remove(&given);
            }
        }
        Ok(left)
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
        if self.known.contains(uuid) || is_tlp(uuid) {
            return Ok(false);
        }
        let held = self.view.knows_uuid(uuid).map_err(|_| NotRead)?;
        let desk = self.view.desk();
        let held = held || desk.knows_document(&uuid.to_string()).map_err(|_| NotRead)?;
        Ok(held || desk.release(&uuid.to_string()).map_err(|_| NotRead)?.is_some())
    }

    fn texts(&self, prints: &BTreeSet<u64>) -> Result<HashSet<u64>, NotRead> {
        let mut found = HashSet::new();
        let mut ours: HashMap<u64, BTreeSet<Rc<str>>> = HashMap::new();
        let mut not_read = false;
        let asked: BTreeSet<u64> = prints.difference(&self.written_by_us).copied().collect();
        // What a partner wrote in a document is its words, as what it gave in an object.
        found.extend(self.documents()?.runs.iter().filter(|print| asked.contains(print)));
        let visited = self.view.versions_with(&asked, &mut |print, vid| {
            match self.whose(vid) {
                Ok(Whose::Partners) => drop(found.insert(print)),
                Ok(Whose::Unreleased(id)) if !self.leaving.contains(&print) => {
                    let held = ours.entry(print).or_default();
                    held.insert(id);
                    if held.len() == RUN_HOLDERS_MAX {
                        found.insert(print);
                    }
                }
                Ok(Whose::Unreleased(_) | Whose::Free) => {}
                Err(NotRead) => not_read = true,
            }
            !not_read && !found.contains(&print)
        });
        if visited.is_err() || not_read {
            return Err(NotRead);
        }
        ours.retain(|print, _| !found.contains(print));
        found.extend(self.runs_not_given(&ours)?);
        Ok(found)
    }

    fn public_texts(&self, prints: &BTreeSet<u64>) -> Result<HashSet<u64>, NotRead> {
        let mut found = HashSet::new();
        if self.declared.is_empty() {
            return Ok(found);
        }
        let mut not_read = false;
        let visited = self.view.versions_with(prints, &mut |print, vid| {
            match self.is_declared_version(vid) {
                Ok(true) => drop(found.insert(print)),
                Ok(false) => {}
                Err(NotRead) => not_read = true,
            }
            !not_read && !found.contains(&print)
        });
        if visited.is_err() || not_read { Err(NotRead) } else { Ok(found) }
    }

    fn values(&self, values: &BTreeSet<CorrelatedValue>) -> Result<BTreeSet<CorrelatedValue>, NotRead> {
        let mut found = BTreeSet::new();
        for value in values {
            let said = self.documents()?.texts.contains(&value.value.to_lowercase());
            if said || self.value_is_unreleased(value)? {
                found.insert(value.clone());
            }
        }
        Ok(found)
    }
}

fn uuid_of(id: &str) -> Option<Uuid> {
    id.split_once("--").and_then(|(_, text)| Uuid::try_parse(text).ok())
}

fn is_tlp(uuid: &Uuid) -> bool {
    Tlp::ALL.iter().any(|tlp| uuid_of(tlp.marking_id()).as_ref() == Some(uuid))
        || Tlp::from_marking_id(&format!("marking-definition--{uuid}")).is_some()
}
