//! What a release must not give away, gathered for the leak check: vault terms, what of the originals stays, times, places, hosts, names
//! of officers and partners. What else is held, the check asks the indexes about ([`crate::held_here`]).
//!
//! Guarantees: vault terms go straight from the vault into the check and nowhere else. Does not know: what counts as a finding.

use crate::declared::Declared;
use crate::failure::Failure;
use crate::held_here::Here;
use crate::leaving::Leaving;
use crate::node::Node;
use crate::protected::Looking;
use crate::releases::recipients_own::{named, recipients_own};
use comity_crypto::sha256;
use comity_release::leak::{KeptCheck, LookedFor};
use comity_release::{Checked, Draft, Item, LeakCorpus, LeakCorpusBuilder, Mode, RAW_REPORT_TYPE, leak_check};
use comity_store::{Filter, SearchQuery, View};
use comity_vocab::{Digest, OrgCode, Timestamp};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How many objects are taken into the indexes at a time before a check, and how often.
const CATCH_UP_OBJECTS: usize = 20_000;
const CATCH_UP_STEPS: usize = 20;

/// Which sources a check looks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sources {
    /// None: the vault is not read.
    Unread,
    /// All.
    Read,
}

impl Node {
    /// What the check looks for by configuration: who we are, own hosts, officers, partners. The statement of a draft binds it.
    pub(crate) fn check_basis(&self) -> Result<LeakCorpusBuilder, Failure> {
        let mut builder = LeakCorpus::builder();
        let organisation = &self.home.configuration.organisation;
        builder.own(organisation.code.as_str(), organisation.identity.as_str());
        for officer in self.registry.officers() {
            builder.officer(officer.code.as_str(), &officer.name);
        }
        for host in &self.home.configuration.policy.internal_hosts {
            builder.internal_host(host);
        }
        for link in self.holdings.view().desk().links()? {
            // Without the name less would be looked for, so a card that does not hold stops the check.
            let card = crate::releases::pinned_card(&link)?;
            builder.partner(&link.code, &card.organisation.name);
        }
        Ok(builder)
    }

    /// Runs the leak check on the exact bytes of a draft, or gives the one of before where everything that it read is as it was.
    pub(crate) fn leak_checked(&mut self, draft: &Draft, sources: Sources) -> Result<Checked, Failure> {
        let gathered = self.gather(draft, sources)?;
        let view = self.holdings.view();
        let Some(tag) = gathered.tag(view, draft)? else { return gathered.run(view, draft) };
        if let Some(checked) = self.checks.again(&tag, draft) {
            return Ok(checked);
        }
        match KeptCheck::of(tag, self.holdings.still(|view| gathered.run(view, draft))??) {
            Err(checked) => Ok(*checked),
            Ok(kept) => {
                let checked = kept.again(&tag, draft);
                self.checks.keep(kept);
                checked.ok_or_else(|| Failure::operational("a check is of another draft than it was made for"))
            }
        }
    }

    /// Gathers what a check needs of the node. It runs without the node, on the holdings alone.
    pub(crate) fn gather(&mut self, draft: &Draft, sources: Sources) -> Result<Gathered, Failure> {
        let looking = match sources {
            Sources::Read => Some(self.looked_for(draft)?),
            Sources::Unread => None,
        };
        self.catch_up()?;
        self.checks.look(self.holdings.written_by_others()?);
        Ok(Gathered { basis: self.check_basis()?, looking, declared: self.declared_public()? })
    }

    /// Brings the indexes up to what is held, as far as one call may take; what is left makes the check undetermined.
    fn catch_up(&mut self) -> Result<(), Failure> {
        for _ in 0..CATCH_UP_STEPS {
            if self.holdings.index_pending(CATCH_UP_OBJECTS)? == 0 {
                break;
            }
        }
        Ok(())
    }
}

/// What a check needs of the node, apart from what is held.
pub(crate) struct Gathered {
    basis: LeakCorpusBuilder,
    /// None where the vault is not read.
    looking: Option<Looking>,
    declared: Declared,
}

impl Gathered {
    /// What tells everything that a check of a draft reads from every other state of it; none where the tables are not summed.
    pub fn tag(&self, view: View<'_>, draft: &Draft) -> Result<Option<Digest>, Failure> {
        let Some(held) = view.desk().check_digest()? else { return Ok(None) };
        let configuration = self.basis.configuration().digest();
        let looking = self.looking.as_ref().map(Looking::tag);
        let read: &[u8] = if looking.is_some() { b"read" } else { b"unread" };
        let looking = looking.unwrap_or_default();
        // Each by its own digest, so that no two of them can be divided in another way.
        // Of a draft the statement binds all that a check reads of it.
        let (looking, draft) = (sha256(&[&looking]), draft.digest());
        let parts = [
            b"comity/v1/check".as_slice(),
            held.as_bytes(),
            configuration.as_bytes(),
            read,
            looking.as_bytes(),
            draft.as_bytes(),
        ];
        Ok(Some(sha256(&parts)))
    }

    /// Runs the check, to be kept; none where it cannot be, or where the holdings are not those of this tag any more.
    pub fn kept(self, view: View<'_>, draft: &Draft, tag: &Digest) -> Result<Option<KeptCheck>, Failure> {
        if self.tag(view, draft)?.as_ref() != Some(tag) {
            return Ok(None);
        }
        Ok(KeptCheck::of(*tag, self.run(view, draft)?).ok())
    }

    fn run(self, view: View<'_>, draft: &Draft) -> Result<Checked, Failure> {
        let Self { basis: mut builder, looking, declared } = self;
        if let Some(Looking { protected, answered }) = looking {
            builder.protected(Arc::clone(&protected.terms), LookedFor::AllBut(answered));
        }
        let originals: BTreeSet<&str> = draft.items().iter().map(|item| item.original_id.as_str()).collect();
        let copies = released_objects(draft);
        let mut leaving = Leaving::new(view.print_key()?);
        for item in draft.items() {
            originals_of(view, draft, item, &copies, &mut builder, &mut leaving)?;
        }
        if draft.mode() == Mode::Tearline {
            for own in recipients_own(view, draft.audience(), named(copies.values()))? {
                builder.may_occur(&own);
            }
        }
        add_raw_reports(view, &originals, &mut builder)?;
        builder.print_key(view.print_key()?);
        let corpus = builder.build();
        let known = known_to_all(view, draft.audience(), &draft.released_ids())?;
        Ok(leak_check(draft, &corpus, &Here::new(view, draft, known, declared, leaving)?))
    }
}

/// How many checks are kept.
const KEPT: usize = 16;

/// The leak checks of late. None outlives a write that came past the node: not all that it changes is told by the sums of the tables.
#[derive(Default)]
pub(crate) struct KeptChecks {
    kept: VecDeque<KeptCheck>,
    written_by_others: i64,
    /// What is drafted now is checked after the node was left to others.
    pub apart: bool,
}

impl KeptChecks {
    pub fn keep(&mut self, check: KeptCheck) {
        self.kept.truncate(KEPT - 1);
        self.kept.push_front(check);
    }

    pub fn has(&self, tag: &Digest) -> bool {
        self.kept.iter().any(|kept| kept.has_tag(tag))
    }

    fn look(&mut self, written_by_others: i64) {
        if self.written_by_others != written_by_others {
            self.kept.clear();
            self.written_by_others = written_by_others;
        }
    }

    fn again(&self, tag: &Digest, draft: &Draft) -> Option<Checked> {
        self.kept.iter().find_map(|kept| kept.again(tag, draft))
    }
}

/// Reads one original, once for all that is asked of it: what of it did not go into a tearline, and which of its words leave as they are.
fn originals_of(
    view: View<'_>,
    draft: &Draft,
    item: &Item,
    copies: &BTreeMap<String, Map<String, Value>>,
    builder: &mut LeakCorpusBuilder,
    leaving: &mut Leaving,
) -> Result<(), Failure> {
    let object = view.get(&item.original_id)?;
    if draft.mode() == Mode::AsPublished {
        object.iter().for_each(|object| leaving.object(&object.bytes));
        return Ok(());
    }
    // What was written for the release alone has no original.
    let written_alone = item.original_id == item.released_id;
    let Some(object) = object else {
        return if written_alone {
            Ok(())
        } else {
            Err(Failure::no(format!("{}, from which this was drafted, is not held any more", item.original_id))
                .hint("draft the release again from what is held"))
        };
    };
    let original = properties(&item.original_id, &object.bytes)?;
    // A property that went out as it was is released; everything else of the original is not.
    let copy = copies.get(item.released_id.as_str()).filter(|_| object.object_type != RAW_REPORT_TYPE);
    if !written_alone {
        add_original(&original, copy, builder);
    }
    if let Some(copy) = copy {
        leaving.same(&original, copy)?;
    }
    Ok(())
}

/// What of an original did not go into a tearline: texts, exact times and exact places.
fn add_original(original: &Map<String, Value>, copy: Option<&Map<String, Value>>, builder: &mut LeakCorpusBuilder) {
    let degrees = |property: &str| original.get(property).and_then(Value::as_f64);
    let went_out = |property: &str| copy.is_some_and(|copy| copy.get(property) == original.get(property));
    if let (Some(latitude), Some(longitude)) = (degrees("latitude"), degrees("longitude"))
        && !(went_out("latitude") && went_out("longitude"))
    {
        builder.exact_place(latitude, longitude);
    }
    for (property, value) in original {
        if went_out(property) {
            continue;
        }
        each_string(value, &mut |text| match Timestamp::meant(text) {
            Some(_) => drop(builder.exact_time(text)),
            // What is no sentence, such as an id, makes no runs of words; ids are looked for as ids.
            None => add_text(builder, text),
        });
    }
}

/// Every raw report is unreleased, whether or not the draft was made from it: the exact times and places in it.
fn add_raw_reports(view: View<'_>, originals: &BTreeSet<&str>, builder: &mut LeakCorpusBuilder) -> Result<(), Failure> {
    let filter = Filter { types: vec![RAW_REPORT_TYPE.to_owned()], ..Filter::default() };
    let mut query = SearchQuery { filter, limit: comity_store::PAGE_MAX, ..SearchQuery::default() };
    loop {
        let page = view.search(&query)?;
        for hit in page.hits.iter().filter(|hit| !originals.contains(hit.id.as_str())) {
            let object = view.get(&hit.id)?.ok_or_else(|| unreadable(&hit.id))?;
            let report = properties(&hit.id, &object.bytes)?;
            for property in ["title", "body"] {
                if let Some(Value::String(text)) = report.get(property) {
                    add_exact(builder, text);
                }
            }
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Ids that every recipient was already given.
fn known_to_all(
    view: View<'_>,
    audience: &BTreeSet<OrgCode>,
    released: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Failure> {
    let desk = view.desk();
    let mut known = BTreeSet::new();
    for id in desk.ids_given_to_all(&audience.iter().map(|code| code.as_str()).collect::<Vec<_>>())? {
        if !released.contains(&id) {
            known.insert(id);
        }
    }
    Ok(known)
}

/// What could not be read was not compared: then nothing is clean.
fn properties(id: &str, bytes: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(properties)) => Ok(properties),
        _ => Err(unreadable(id)),
    }
}

fn unreadable(id: &str) -> Failure {
    Failure::operational(format!("{id} cannot be read, so nothing can be compared with it")).hint("run comity verify")
}

/// A text that is not released, and every exact time and place that stands in it.
fn add_text(builder: &mut LeakCorpusBuilder, text: &str) {
    builder.unreleased_text(text);
    add_exact(builder, text);
}

fn add_exact(builder: &mut LeakCorpusBuilder, text: &str) {
    builder.exact_places_in(text);
    for word in text.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        if Timestamp::meant(word).is_some() {
            builder.exact_time(word);
        }
    }
}

/// The objects of a draft's parts by id.
fn released_objects(draft: &Draft) -> BTreeMap<String, Map<String, Value>> {
    let mut objects = BTreeMap::new();
    for part in draft.parts() {
        let Ok(Value::Object(mut bundle)) = serde_json::from_slice(part) else { continue };
        let Some(Value::Array(list)) = bundle.remove("objects") else { continue };
        for object in list {
            if let Value::Object(object) = object
                && let Some(id) = object.get("id").and_then(Value::as_str)
            {
                objects.insert(id.to_owned(), object);
            }
        }
    }
    objects
}

fn each_string(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(list) => list.iter().for_each(|value| each_string(value, visit)),
        Value::Object(fields) => fields.values().for_each(|value| each_string(value, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
