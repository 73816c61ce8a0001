//! What a release must not give away, gathered for the leak check: vault terms, unreleased text, times, hosts, names.
//!
//! Guarantees: vault terms go straight from the vault into the check and nowhere else. Does not know: what counts as a finding.

use crate::failure::Failure;
use crate::node::Node;
use crate::vault_verbs::vault_failure;
use comity_release::{
    Checked, Draft, Held, LeakCorpus, LeakCorpusBuilder, Mode, NotRead, RAW_REPORT_TYPE, VaultTerms, leak_check,
};
use comity_store::{Filter, Origin, SearchQuery, View};
use comity_vocab::{OrgCode, Timestamp, Tlp};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How many pages of received objects, newest first, the check compares with.
const RECEIVED_PAGES_MAX: usize = 20;

/// What is held, as the leak check of one draft asks about it.
struct Here<'a> {
    view: View<'a>,
    /// Identifiers that every recipient was already given.
    known: BTreeSet<String>,
    /// Whether the corpus has everything that it should have.
    whole: bool,
}

impl Held for Here<'_> {
    fn act(&self) -> Result<u64, NotRead> {
        if self.whole { self.view.corpus_act().map_err(|_| NotRead) } else { Err(NotRead) }
    }

    fn is_unreleased(&self, uuid: &Uuid) -> Result<bool, NotRead> {
        if self.known.iter().any(|id| has_uuid(id, uuid)) || is_tlp(uuid) {
            return Ok(false);
        }
        let held = self.view.knows_uuid(uuid).map_err(|_| NotRead)?;
        Ok(held || self.view.desk().release(&uuid.to_string()).map_err(|_| NotRead)?.is_some())
    }
}

impl Node {
    /// What the check looks for by configuration: who we are, own hosts, officers. The statement of a draft binds it.
    pub(crate) fn check_basis(&self) -> LeakCorpusBuilder {
        let mut builder = LeakCorpus::builder();
        let organisation = &self.home.configuration.organisation;
        builder.own(organisation.code.as_str(), organisation.identity.as_str());
        for officer in self.registry.officers() {
            builder.officer(officer.code.as_str(), &officer.name);
        }
        for host in &self.home.configuration.policy.internal_hosts {
            builder.internal_host(host);
        }
        builder
    }

    /// Runs the leak check on the exact bytes of a draft.
    pub(crate) fn leak_checked(&mut self, draft: &Draft) -> Result<Checked, Failure> {
        let mut builder = self.check_basis();
        let mut terms = VaultTerms::new();
        for term in self.vault()?.terms().map_err(|error| vault_failure(&error))? {
            terms.add(&term.term, term.matter);
        }
        builder.vault_terms(terms);
        let originals: BTreeSet<&str> = draft.items().iter().map(|item| item.original_id.as_str()).collect();
        if draft.mode() == Mode::Tearline {
            self.add_originals(draft, &mut builder)?;
            let parts: Vec<&[u8]> = draft.parts().iter().map(Vec::as_slice).collect();
            for own in self.recipients_own(draft.audience(), &parts)? {
                builder.may_occur(&own);
            }
        }
        self.add_raw_reports(&originals, &mut builder)?;
        let whole = self.add_received(&mut builder)?;
        let corpus = builder.build();
        let known = self.known_to_all(draft.audience(), &draft.released_ids())?;
        Ok(leak_check(draft, &corpus, &Here { view: self.holdings.view(), known, whole }))
    }

    /// What of the originals of a tearline did not go into it: texts and exact times.
    fn add_originals(&self, draft: &Draft, builder: &mut LeakCorpusBuilder) -> Result<(), Failure> {
        let released = released_objects(draft);
        let view = self.holdings.view();
        for item in draft.items() {
            let Some(object) = view.get(&item.original_id)? else { continue };
            let Ok(Value::Object(original)) = serde_json::from_slice(&object.bytes) else { continue };
            // A property that went out as it was is released; everything else of the original is not.
            let copy = released.get(item.released_id.as_str()).filter(|_| object.object_type != RAW_REPORT_TYPE);
            for (property, value) in &original {
                let went_out = copy.is_some_and(|copy| copy.get(property) == Some(value));
                each_string(value, &mut |text| match Timestamp::parse(text) {
                    Ok(_) if !went_out => {
                        builder.exact_time(text);
                    }
                    // An id is no sentence; ids are looked for as ids.
                    Err(_) if !went_out && text.contains(char::is_whitespace) => {
                        add_text(builder, text);
                    }
                    _ => {}
                });
            }
        }
        Ok(())
    }

    /// Every raw report is unreleased, whether or not the draft was made from it.
    fn add_raw_reports(&self, originals: &BTreeSet<&str>, builder: &mut LeakCorpusBuilder) -> Result<(), Failure> {
        let view = self.holdings.view();
        let filter = Filter { types: vec![RAW_REPORT_TYPE.to_owned()], ..Filter::default() };
        let mut query = SearchQuery { filter, limit: comity_store::PAGE_MAX, ..SearchQuery::default() };
        loop {
            let page = view.search(&query)?;
            for hit in page.hits.iter().filter(|hit| !originals.contains(hit.id.as_str())) {
                let Some(object) = view.get(&hit.id)? else { continue };
                let Ok(Value::Object(report)) = serde_json::from_slice(&object.bytes) else { continue };
                for property in ["title", "body"] {
                    if let Some(Value::String(text)) = report.get(property) {
                        add_text(builder, text);
                    }
                }
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// What partners gave us is not ours to pass on, whatever object it is copied into (domain.md R2.5).
    /// Tells whether all of it could be taken in.
    fn add_received(&self, builder: &mut LeakCorpusBuilder) -> Result<bool, Failure> {
        let view = self.holdings.view();
        let partners: Vec<OrgCode> = view.desk().links()?.iter().filter_map(|link| link.code.parse().ok()).collect();
        if partners.is_empty() {
            return Ok(true);
        }
        let filter = Filter { origins: partners.into_iter().map(Origin::Link).collect(), ..Filter::default() };
        let mut query = SearchQuery { filter, limit: comity_store::PAGE_MAX, ..SearchQuery::default() };
        for _ in 0..RECEIVED_PAGES_MAX {
            let page = view.search(&query)?;
            for hit in &page.hits {
                let Some(object) = view.get(&hit.id)? else { continue };
                let Ok(received) = serde_json::from_slice(&object.bytes) else { continue };
                each_string(&received, &mut |text| {
                    if text.contains(char::is_whitespace) {
                        builder.unreleased_text(text);
                    }
                });
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Ids that every recipient was already given.
    fn known_to_all(
        &self,
        audience: &BTreeSet<OrgCode>,
        released: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Failure> {
        let desk = self.holdings.view().desk();
        let mut known = BTreeSet::new();
        for id in desk.ids_given_to_all(&audience.iter().map(|code| code.as_str()).collect::<Vec<_>>())? {
            if !released.contains(&id) {
                known.insert(id);
            }
        }
        Ok(known)
    }
}

/// A text that is not released, and every exact time that stands in it.
fn add_text(builder: &mut LeakCorpusBuilder, text: &str) {
    builder.unreleased_text(text);
    for word in text.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        if Timestamp::parse(word).is_ok() {
            builder.exact_time(word);
        }
    }
}

fn has_uuid(id: &str, uuid: &Uuid) -> bool {
    id.split_once("--").is_some_and(|(_, text)| Uuid::try_parse(text).is_ok_and(|found| found == *uuid))
}

fn is_tlp(uuid: &Uuid) -> bool {
    Tlp::ALL.iter().any(|tlp| has_uuid(tlp.marking_id(), uuid))
        || Tlp::from_marking_id(&format!("marking-definition--{uuid}")).is_some()
}

/// The objects of a draft's parts by id.
fn released_objects(draft: &Draft) -> BTreeMap<String, Map<String, Value>> {
    let mut objects = BTreeMap::new();
    for part in draft.parts() {
        let Ok(Value::Object(bundle)) = serde_json::from_slice(part) else { continue };
        let Some(Value::Array(list)) = bundle.get("objects").cloned() else { continue };
        for object in list {
            if let Value::Object(object) = object
                && let Some(Value::String(id)) = object.get("id").cloned()
            {
                objects.insert(id, object);
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
