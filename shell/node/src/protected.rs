//! The vault's terms as the check uses them: compiled once, kept in memory while the sources are what they are, and asked by term.
//!
//! Guarantees: what is kept is used only where the rows of the sources are still those that it was made from; a handler is told of terms of
//! the handler's own sources alone. Does not know: who may ask how often.

use crate::failure::Failure;
use crate::node::Node;
use crate::releases::check::finding_json;
use comity_release::leak::{Excerpt, LookedFor, ProtectedTerms, Term, TermKind, VaultTerms, term_places};
use comity_release::{Draft, Finding};
use comity_store::vault::TermTag;
use comity_vocab::{Digest, OfficerCode, Role};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Of a term's tag so many signs name it to its handlers.
const NAME_SIGNS: usize = 12;

/// All terms of all sources, compiled.
pub(crate) struct Protected {
    /// What the sources are.
    sources: Digest,
    /// For the check.
    pub terms: Arc<ProtectedTerms>,
    /// By number.
    of: Vec<TermOf>,
}

/// The terms of all sources, before they are compiled.
pub(crate) struct Uncompiled {
    sources: Digest,
    terms: VaultTerms,
    of: Vec<TermOf>,
}

impl Uncompiled {
    /// Compiles them; that takes time, and needs nothing of the node.
    pub fn compile(self) -> Protected {
        Protected { sources: self.sources, terms: Arc::new(self.terms.compile()), of: self.of }
    }
}

/// What is known of a term beside the term.
pub(crate) struct TermOf {
    /// Stands for it in answers.
    pub tag: TermTag,
    /// Whose it is.
    pub source: Uuid,
    kind: TermKind,
}

/// The name under which a handler answers for a term.
pub(crate) fn term_name(tag: TermTag) -> String {
    tag.0.to_string().chars().take(NAME_SIGNS).collect()
}

/// What a check looks for in a draft.
pub(crate) struct Looking {
    pub protected: Arc<Protected>,
    /// The terms that it does not look for, by number.
    pub answered: BTreeSet<u32>,
}

impl Looking {
    /// What tells it from any other.
    pub fn tag(&self) -> Vec<u8> {
        let answered = self.answered.iter().flat_map(|number| number.to_be_bytes());
        self.protected.sources.as_bytes().iter().copied().chain(answered).collect()
    }
}

/// A place of a term in a draft.
pub(crate) struct OwnPlace {
    number: u32,
    finding: Finding,
}

/// What of an officer's own sources stands in a draft.
pub(crate) struct Own {
    protected: Arc<Protected>,
    places: Vec<OwnPlace>,
    unmatchable: BTreeSet<u32>,
}

impl Protected {
    /// The numbers of the terms for which this holds.
    pub fn numbers(&self, holds: impl Fn(&TermOf) -> bool) -> BTreeSet<u32> {
        (0u32..).zip(&self.of).filter(|(_, term)| holds(term)).map(|(number, _)| number).collect()
    }

    /// A term by its number.
    pub fn term(&self, number: u32) -> Option<&TermOf> {
        self.of.get(number as usize)
    }

    /// The terms that stand in a draft, by source, and whether all of it was searched through; an error where it was not and nothing was found.
    pub fn standing(&self, draft: &Draft) -> Result<(BTreeMap<Uuid, BTreeSet<TermTag>>, bool), Failure> {
        let found = term_places(draft.parts(), &self.terms, LookedFor::All);
        // What was found stands there, whatever was not read.
        if !found.whole && found.places.is_empty() {
            let release = draft.release();
            return Err(Failure::operational(format!("the draft of release {release} cannot be searched through")));
        }
        let mut standing: BTreeMap<Uuid, BTreeSet<TermTag>> = BTreeMap::new();
        for term in found.places.iter().filter_map(|(number, _)| self.term(*number)) {
            standing.entry(term.source).or_default().insert(term.tag);
        }
        Ok((standing, found.whole))
    }
}

impl Node {
    /// Returns the terms of all sources, compiled; compiled again where a source changed since.
    pub(crate) fn protected(&mut self) -> Result<Arc<Protected>, Failure> {
        if let Some(uncompiled) = self.uncompiled()? {
            self.keep_protected(uncompiled.compile());
        }
        self.protected.clone().ok_or_else(|| Failure::operational("the terms of the vault are not ready"))
    }

    /// What is to be compiled, where the sources are not those of what is kept.
    pub(crate) fn uncompiled(&mut self) -> Result<Option<Uncompiled>, Failure> {
        // Who waits for officers, or is not what it was, reads nothing of the vault ahead of time.
        if self.quarantine.is_some() || self.unfit.is_some() {
            return Ok(None);
        }
        let sources = self.vault()?.sources()?;
        if self.protected.as_ref().is_some_and(|kept| kept.sources == sources) {
            return Ok(None);
        }
        let vault = self.vault()?;
        let mut uncompiled = Uncompiled { sources, terms: VaultTerms::new(), of: Vec::new() };
        for term in vault.terms()? {
            uncompiled.terms.add(Term::new(term.kind, &term.term), term.matter);
            let tag = vault.term_tag(term.source, &term.term, term.kind);
            uncompiled.of.push(TermOf { tag, source: term.source, kind: term.kind });
        }
        Ok(Some(uncompiled))
    }

    /// Keeps what was compiled. Where a source changed meanwhile it is not used: it names the sources that it was made from.
    pub(crate) fn keep_protected(&mut self, protected: Protected) {
        self.protected = Some(Arc::new(protected));
    }

    /// What a check of a draft looks for: all terms, but those of which a handler said that what stands in it is not the source.
    pub(crate) fn looked_for(&mut self, draft: &Draft) -> Result<Looking, Failure> {
        let protected = self.protected()?;
        let answers = self.vault()?.answers(&draft.digest())?;
        let answered = protected.numbers(|term| answers.get(&term.tag).is_some_and(|answer| answer.not_mine));
        Ok(Looking { protected, answered })
    }

    /// The terms of an officer's own sources that stand in a draft; none for who handles no source.
    pub(crate) fn own_places(&mut self, draft: &Draft, by: &OfficerCode) -> Result<Option<Own>, Failure> {
        if self.require_role(by, &[Role::SourceHandler]).is_err() {
            return Ok(None);
        }
        let own: BTreeSet<Uuid> = self.vault()?.list(by)?.into_iter().map(|source| source.id).collect();
        if own.is_empty() {
            return Ok(None);
        }
        let protected = self.protected()?;
        let answers = self.vault()?.answers(&draft.digest())?;
        let mine = protected.numbers(|term| {
            own.contains(&term.source) && !answers.get(&term.tag).is_some_and(|answer| answer.not_mine)
        });
        let found = term_places(draft.parts(), &protected.terms, LookedFor::Only(mine));
        let places = found.places.into_iter().map(|(number, finding)| OwnPlace { number, finding }).collect();
        let mut own = Own { protected, places, unmatchable: found.unmatchable };
        own.leave_one_each();
        Ok(Some(own))
    }
}

impl Own {
    /// Of places of one term that overlap, leaves the longest: a name is found as a whole, by its parts and in its handle.
    fn leave_one_each(&mut self) {
        let protected = Arc::clone(&self.protected);
        let tag = |place: &OwnPlace| protected.term(place.number).map(|term| term.tag);
        self.places.sort_by_key(|place| {
            let Finding { part, offset, length, .. } = &place.finding;
            (tag(place), *part, *offset, usize::MAX - length)
        });
        self.places.dedup_by(|next, kept| {
            let (a, b) = (&kept.finding, &next.finding);
            tag(next) == tag(kept) && a.part == b.part && b.offset < a.offset + a.length
        });
        self.places.sort_by_key(|place| (place.finding.part, place.finding.offset));
    }

    /// Leaves the places of these terms alone.
    pub fn of(mut self, tags: &BTreeSet<TermTag>) -> Self {
        let protected = Arc::clone(&self.protected);
        self.places.retain(|place| protected.term(place.number).is_some_and(|term| tags.contains(&term.tag)));
        self
    }

    /// The findings as a handler is shown them: which of the own terms stands there, in which way it is written, and the place itself.
    pub fn findings(&self, draft: &Draft) -> Vec<Value> {
        let places = self.places.iter().filter_map(|place| {
            let term = self.protected.term(place.number)?;
            let part = draft.parts().get(place.finding.part).map(Vec::as_slice).unwrap_or_default();
            let excerpt = Excerpt::of(part, place.finding.offset, place.finding.length);
            let mut finding = finding_json(&place.finding);
            if let Value::Object(fields) = &mut finding {
                fields.insert("term".to_owned(), term_name(term.tag).into());
                fields.insert("kind".to_owned(), term.kind.as_str().into());
                fields.insert("source".to_owned(), term.source.to_string().into());
                fields.insert("excerpt".to_owned(), excerpt.to_string().into());
                let (before, found, after) = (excerpt.before, excerpt.found, excerpt.after);
                fields.insert("place".to_owned(), json!({ "before": before, "found": found, "after": after }));
            }
            Some(finding)
        });
        places.chain(self.unmatchable_findings()).collect()
    }

    /// Tells a handler which of the sources has a term that cannot be searched for. The term is shown by `vault show`, with a reason.
    fn unmatchable_findings(&self) -> impl Iterator<Item = Value> {
        let sources: BTreeSet<Uuid> =
            self.unmatchable.iter().filter_map(|number| self.protected.term(*number)).map(|term| term.source).collect();
        sources.into_iter().map(|source| {
            json!({
                "finding": format!("unmatchable-{source}"),
                "class": "undetermined",
                "rule": "undetermined/unmatchable-term",
                "overridable": false,
                "message": format!(
                    "a protected term or the cryptonym of source {source} has no letter, digit or picture and cannot be searched for; no \
                     release is clean while it is in the vault"
                ),
                "source": source,
            })
        })
    }
}
