//! The search for terms alone: what `comity leak-check` says of a document, for people and tools that have a list and no node.
//!
//! Guarantees: the same search as the leak check's; what could not be read to its end is said. The terms come from the person who asks, so that a
//! finding may name them. Does not know: who may see what.

use super::check::search_terms;
use super::corpus::LeakCorpus;
use super::excerpt::Excerpt;
use super::finding::FindingClass;
use super::protected::{LookedFor, VaultTerms};
use comity_terms::Term;
use std::sync::Arc;

/// One place of a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermFinding {
    /// The number of the term in the list.
    pub term: usize,
    /// In which class of writing it stands there.
    pub class: String,
    /// JSON pointer of the property in the document.
    pub path: String,
    /// The place with what stands around it, as it is written in the document.
    pub excerpt: String,
    /// The rule that found it.
    pub rule: String,
    /// Where it begins in the document, in bytes.
    pub offset: usize,
    /// How long it is there, in bytes.
    pub length: usize,
}

/// What was found in one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermsFound {
    /// Every place.
    pub findings: Vec<TermFinding>,
    /// Why something was not read; empty where all was.
    pub undetermined: Vec<String>,
}

impl TermsFound {
    /// Tells whether no term stands in the document, and all of it was read.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.undetermined.is_empty()
    }
}

/// Terms, ready to be searched for in any number of documents. Cannot be printed, cloned or serialised.
pub struct TermList(LeakCorpus);

impl std::fmt::Debug for TermList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TermList(..)")
    }
}

impl TermList {
    /// Prepares a list of terms.
    pub fn new(terms: impl IntoIterator<Item = Term>) -> Self {
        let mut vault = VaultTerms::new();
        for (number, term) in (0u64..).zip(terms) {
            vault.add(term, number);
        }
        Self(LeakCorpus::builder().protected(Arc::new(vault.compile()), LookedFor::All).build())
    }

    /// Finds the terms in a document.
    pub fn find(&self, document: &[u8]) -> TermsFound {
        let parts = [document.to_vec()];
        let mut found = TermsFound::default();
        for finding in search_terms(&parts, &self.0) {
            let Some(term) = finding.matter.filter(|_| finding.class == FindingClass::VaultTerm) else {
                found.undetermined.push(finding.rule);
                continue;
            };
            found.findings.push(TermFinding {
                term: usize::try_from(term).unwrap_or(usize::MAX),
                class: finding.rule.split_once('/').map_or("", |(_, how)| how).to_owned(),
                path: finding.property.unwrap_or_default(),
                excerpt: Excerpt::of(document, finding.offset, finding.length).to_string(),
                rule: finding.rule,
                offset: finding.offset,
                length: finding.length,
            });
        }
        found
    }
}
