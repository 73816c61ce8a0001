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
use std::cmp::Reverse;
use std::collections::BTreeMap;
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
        found.findings = apart(found.findings);
        found
    }
}

/// One finding for each place of a term: of those that overlap the one that stands there as it is written, and of these the longest.
fn apart(mut findings: Vec<TermFinding>) -> Vec<TermFinding> {
    findings.sort_by_key(|it| (it.term, !is_direct(&it.class), Reverse(it.length), it.offset));
    // Of the term being looked at, where each kept place begins and ends; kept places do not overlap.
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    let mut last = None;
    findings.retain(|it| {
        if last.replace(it.term) != Some(it.term) {
            taken.clear();
        }
        let end = it.offset + it.length;
        let overlaps = taken.range(..end.max(it.offset + 1)).next_back().is_some_and(|(_, to)| *to > it.offset);
        if !overlaps {
            taken.insert(it.offset, end);
        }
        !overlaps
    });
    findings.sort_by_key(|it| (it.offset, it.term));
    findings
}

/// Tells whether nothing was undone: the class names a way of writing, and no encoding.
fn is_direct(class: &str) -> bool {
    !class.contains('+') && (class.contains('/') || matches!(class, "text" | "look-alike" | "word" | "words"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_terms::TermKind;

    #[test]
    fn one_place_of_a_term_is_one_finding() {
        let list = TermList::new([
            Term::new(TermKind::Person, "Anton/Bielawski"),
            Term::new(TermKind::Person, "Bielawski"),
            Term::new(TermKind::Ip, "192.0.2.7"),
        ]);
        for (text, expected) in [
            (
                "Anton Bielawski met Bielawski, Anton",
                vec![(0, "Anton Bielawski"), (1, "Bielawski"), (0, "Bielawski, Anton"), (1, "Bielawski")],
            ),
            ("QW50b24gQmllbGF3c2tp", vec![(0, "QW50b24gQmllbGF3c2tp"), (1, "QmllbGF3c2tp")]),
            ("192.0.2.7 and 192.0.2.7/32", vec![(2, "192.0.2.7"), (2, "192.0.2.7")]),
        ] {
            let document = format!("[\"{text}\"]");
            let found = list.find(document.as_bytes()).findings;
            let mut places: Vec<(usize, &str)> = found
                .iter()
                .filter_map(|it| Some((it.term, document.get(it.offset..it.offset + it.length)?)))
                .collect();
            places.sort_by_key(|(term, _)| *term);
            let mut expected = expected;
            expected.sort_by_key(|(term, _)| *term);
            assert_eq!(places, expected, "{text}: {found:?}");
        }
    }
}
