//! What a release must not give away, gathered for the leak check: vault terms, what of the originals stays, times, places, hosts, names
//! of officers and partners. What else is held, the check asks the indexes about ([`crate::held_here`]).
//!
//! Guarantees: vault terms go straight from the vault into the check and nowhere else. Does not know: what counts as a finding.

use crate::failure::Failure;
use crate::held_here::Here;
use crate::node::Node;
use comity_release::{Checked, Draft, LeakCorpus, LeakCorpusBuilder, Mode, RAW_REPORT_TYPE, VaultTerms, leak_check};
use comity_store::{Filter, SearchQuery};
use comity_vocab::{OrgCode, Timestamp};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How many objects are taken into the indexes at a time before a check, and how often.
const CATCH_UP_OBJECTS: usize = 20_000;
const CATCH_UP_STEPS: usize = 20;

/// Which sources a check looks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sources<'a> {
    /// None: the vault is not read.
    Unread,
    /// Those of these matters.
    Of(&'a [u64]),
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

    /// Runs the leak check on the exact bytes of a draft.
    pub(crate) fn leak_checked(&mut self, draft: &Draft, sources: Sources<'_>) -> Result<Checked, Failure> {
        let mut builder = self.check_basis()?;
        builder.vault_terms(self.terms_for(draft, sources)?);
        let originals: BTreeSet<&str> = draft.items().iter().map(|item| item.original_id.as_str()).collect();
        if draft.mode() == Mode::Tearline {
            self.add_originals(draft, &mut builder)?;
            let parts: Vec<&[u8]> = draft.parts().iter().map(Vec::as_slice).collect();
            for own in self.recipients_own(draft.audience(), &parts)? {
                builder.may_occur(&own);
            }
        }
        self.add_raw_reports(&originals, &mut builder)?;
        self.catch_up()?;
        builder.print_key(self.holdings.view().print_key()?);
        let corpus = builder.build();
        let known = self.known_to_all(draft.audience(), &draft.released_ids())?;
        let held = Here::new(self.holdings.view(), draft, known, self.declared_public()?)?;
        Ok(leak_check(draft, &corpus, &held))
    }

    /// The protected terms to look for, but those of which a handler said that what stands in this draft is not the source.
    fn terms_for(&mut self, draft: &Draft, sources: Sources<'_>) -> Result<VaultTerms, Failure> {
        let mut terms = VaultTerms::new();
        if matches!(sources, Sources::Unread) {
            return Ok(terms);
        }
        let vault = self.vault()?;
        let answers = vault.answers(&draft.digest())?;
        for term in vault.terms()? {
            let asked = match sources {
                Sources::Unread => false,
                Sources::Read => true,
                Sources::Of(matters) => matters.contains(&term.matter),
            };
            let answered = answers.get(&vault.term_tag(term.source, &term.term));
            if asked && !answered.is_some_and(|answered| answered.not_mine) {
                terms.add(comity_release::leak::Term::new(term.kind, &term.term), term.matter);
            }
        }
        Ok(terms)
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

    /// What of the originals of a tearline did not go into it: texts, exact times and exact places.
    fn add_originals(&self, draft: &Draft, builder: &mut LeakCorpusBuilder) -> Result<(), Failure> {
        let released = released_objects(draft);
        let view = self.holdings.view();
        // What was written for the release alone has no original.
        for item in draft.items().iter().filter(|item| item.original_id != item.released_id) {
            let object = view.get(&item.original_id)?.ok_or_else(|| {
                Failure::no(format!("{}, from which this was drafted, is not held any more", item.original_id))
                    .hint("draft the release again from what is held")
            })?;
            let original = properties(&item.original_id, &object.bytes)?;
            // A property that went out as it was is released; everything else of the original is not.
            let copy = released.get(item.released_id.as_str()).filter(|_| object.object_type != RAW_REPORT_TYPE);
            let degrees = |property: &str| original.get(property).and_then(Value::as_f64);
            let went_out = |property: &str| copy.is_some_and(|copy| copy.get(property) == original.get(property));
            if let (Some(latitude), Some(longitude)) = (degrees("latitude"), degrees("longitude"))
                && !(went_out("latitude") && went_out("longitude"))
            {
                builder.exact_place(latitude, longitude);
            }
            for (property, value) in &original {
                let went_out = went_out(property);
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

    /// Every raw report is unreleased, whether or not the draft was made from it: the exact times and places in it.
    fn add_raw_reports(&self, originals: &BTreeSet<&str>, builder: &mut LeakCorpusBuilder) -> Result<(), Failure> {
        let view = self.holdings.view();
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
        if Timestamp::parse(word).is_ok() {
            builder.exact_time(word);
        }
    }
}

/// The objects of a draft's parts by id.
pub(crate) fn released_objects(draft: &Draft) -> BTreeMap<String, Map<String, Value>> {
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
