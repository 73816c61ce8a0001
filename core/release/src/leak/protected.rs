//! The terms of the vault, compiled once for any number of checks.
//!
//! Guarantees: neither the terms nor anything made from them can be printed, serialised or cloned from here; which terms a check looks for
//! is decided for each check, so that an answer about one draft changes nothing for another. Does not know: whose a matter is.

use super::check::search_terms;
use super::corpus::LeakCorpus;
use super::finding::{Finding, FindingClass};
use comity_terms::{Register, Searcher, Term};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Terms protected by the vault, each with the matter whose handlers may see a finding. Cannot be printed, cloned or
/// serialised.
#[derive(Default)]
pub struct VaultTerms(Vec<(Term, u64)>);

impl VaultTerms {
    /// Starts with none.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a term. Terms are numbered from 0 in the order in which they are added.
    pub fn add(&mut self, term: Term, matter: u64) {
        self.0.push((term, matter));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compiles them; that takes time, and is worth keeping.
    pub fn compile(self) -> ProtectedTerms {
        let mut register = Register::builder();
        let mut matters = Vec::with_capacity(self.0.len());
        for (term, matter) in self.0 {
            register.add(&term, matters.len() as u32);
            matters.push(matter);
        }
        ProtectedTerms { register: register.build(), matters }
    }
}

/// Terms of the vault, compiled. Cannot be printed, cloned or serialised.
pub struct ProtectedTerms {
    register: Register,
    /// By the number of the term.
    matters: Vec<u64>,
}

impl std::fmt::Debug for ProtectedTerms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProtectedTerms(..)")
    }
}

/// Which terms a check looks for, of those that are compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LookedFor {
    /// All of them.
    #[default]
    All,
    /// All but these, by number: a handler said of this draft that what stands in it is not the source.
    AllBut(BTreeSet<u32>),
    /// These alone.
    Only(BTreeSet<u32>),
}

impl LookedFor {
    fn has(&self, term: u32) -> bool {
        match self {
            LookedFor::All => true,
            LookedFor::AllBut(terms) => !terms.contains(&term),
            LookedFor::Only(terms) => terms.contains(&term),
        }
    }
}

/// The terms of one check.
#[derive(Default)]
pub(super) struct Looked {
    terms: Option<Arc<ProtectedTerms>>,
    looked_for: LookedFor,
}

impl Looked {
    pub fn new(terms: Arc<ProtectedTerms>, looked_for: LookedFor) -> Self {
        Self { terms: Some(terms), looked_for }
    }

    pub fn searcher(&self) -> Option<Searcher<'_>> {
        self.terms.as_ref().map(|terms| terms.register.searcher())
    }

    /// The matter of a term that was hit; none where it is not looked for.
    pub fn matter(&self, term: u32) -> Option<u64> {
        let terms = self.terms.as_ref().filter(|_| self.looked_for.has(term))?;
        terms.matters.get(term as usize).copied()
    }

    /// Terms of which nothing is left to search for: then nothing is clean.
    pub fn unmatchable(&self) -> impl Iterator<Item = u32> {
        let terms = self.terms.iter().flat_map(|terms| terms.register.unmatchable());
        terms.copied().filter(|term| self.looked_for.has(*term))
    }

    /// The terms could not be made ready: then nothing is clean.
    pub fn is_unbuilt(&self) -> bool {
        self.terms.as_ref().is_some_and(|terms| terms.register.is_unbuilt())
    }
}

/// Where terms stand in the parts of a draft.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TermPlaces {
    /// The number of the term, and its place; each finding's matter is that number.
    pub places: Vec<(u32, Finding)>,
    /// The terms of which nothing is left to search for.
    pub unmatchable: BTreeSet<u32>,
    /// Everything was read.
    pub whole: bool,
}

/// Tells where terms of the vault stand in these parts, by term: what handlers decide on. Nothing else is looked for.
pub fn term_places(parts: &[Vec<u8>], terms: &Arc<ProtectedTerms>, looked_for: LookedFor) -> TermPlaces {
    let corpus = LeakCorpus::builder().protected(Arc::clone(terms), looked_for).build();
    let mut found = TermPlaces { whole: true, ..TermPlaces::default() };
    for finding in search_terms(parts, &corpus) {
        match (finding.class, finding.matter.and_then(|term| u32::try_from(term).ok())) {
            (FindingClass::VaultTerm, Some(term)) => found.places.push((term, finding)),
            (_, Some(term)) => drop(found.unmatchable.insert(term)),
            (_, None) => found.whole = false,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(words: &[&str]) -> Arc<ProtectedTerms> {
        let mut terms = VaultTerms::new();
        words.iter().for_each(|word| terms.add(Term::inferred(word), 7));
        Arc::new(terms.compile())
    }

    fn numbers(found: &TermPlaces) -> Vec<u32> {
        found.places.iter().map(|(term, _)| *term).collect::<BTreeSet<_>>().into_iter().collect()
    }

    #[test]
    fn one_register_answers_for_any_choice_of_terms() {
        let parts = [br#"{"a":"Kormoran and Reiher"}"#.to_vec()];
        let terms = terms(&["Moewe", "Reiher", "Kormoran", "\u{200b}"]);
        let find = |looked_for| term_places(&parts, &terms, looked_for);
        let all = find(LookedFor::All);
        assert_eq!((numbers(&all), all.whole), (vec![1, 2], true));
        assert_eq!(all.unmatchable, BTreeSet::from([3]));
        assert_eq!(numbers(&find(LookedFor::AllBut(BTreeSet::from([1])))), [2]);
        let only = find(LookedFor::Only(BTreeSet::from([0, 1])));
        assert_eq!((numbers(&only), only.unmatchable.len()), (vec![1], 0));
        assert!(!term_places(&[b"{".to_vec()], &terms, LookedFor::All).whole);
    }
}
