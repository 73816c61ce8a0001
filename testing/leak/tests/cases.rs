//! What the generator promises: every class, valid JSON, the same cases again, nothing protected in a benign bundle.
//!
//! Guarantees: a table that lost a term, or a class that no term fits any more, is seen.
//!
//! Does not know: any leak check.

#![allow(clippy::string_slice, clippy::indexing_slicing, reason = "a test may stop where a place is wrong")]

use std::collections::BTreeSet;

use comity_leak_cases::{Score, Tier, cases, class_names, native_pages, score, terms};

const SEED: u64 = 20_250_602;
const COUNT: usize = 5_000;

#[test]
fn names_of_classes_differ() {
    let names = class_names();
    let different: BTreeSet<_> = names.iter().collect();
    assert_eq!(names.len(), different.len());
    assert!(names.len() >= 345, "{}", names.len());
}

#[test]
fn five_thousand_cases_hold_every_class() {
    let seen: BTreeSet<_> = cases(SEED, COUNT).map(|case| (case.tier, case.class)).collect();
    let missing: Vec<_> = class_names().into_iter().filter(|name| !seen.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_bundle_is_valid_json() {
    for case in cases(SEED, COUNT) {
        let read: Result<serde_json::Value, _> = serde_json::from_slice(&case.bundle);
        assert!(read.is_ok(), "{}: {}", case.class, case.shown);
    }
}

#[test]
fn the_same_seed_gives_the_same_cases() {
    let (once, twice): (Vec<_>, Vec<_>) = (cases(7, 600).collect(), cases(7, 600).collect());
    assert!(once == twice);
    assert!(once != cases(8, 600).collect::<Vec<_>>());
}

#[test]
fn terms_are_of_every_kind_and_differ() {
    let terms = terms();
    let different: BTreeSet<_> = terms.iter().map(|term| &term.term).collect();
    assert_eq!(terms.len(), different.len());
    let kinds: BTreeSet<_> = terms.iter().map(|term| term.kind).collect();
    assert_eq!(kinds.len(), 14);
    assert!((250..=300).contains(&terms.len()), "{}", terms.len());
}

/// Whether a text holds a term: one of ASCII between other signs, others anywhere.
fn holds(text: &str, term: &str) -> bool {
    text.match_indices(term).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let after = text[at + term.len()..].chars().next().is_some_and(char::is_alphanumeric);
        !term.is_ascii() || !(before || after)
    })
}

#[test]
fn benign_bundles_hold_no_term() {
    for case in cases(SEED, COUNT).filter(|case| case.tier == Tier::Benign) {
        let text = String::from_utf8(case.bundle.clone()).unwrap_or_default();
        let lower = text.to_lowercase();
        for term in terms() {
            let found = holds(&lower, &term.term.to_lowercase());
            assert!(!found, "{} in {} ({})", term.term, case.shown, case.class);
        }
    }
}

#[test]
fn pages_differ_by_a_name() {
    let known: BTreeSet<_> = terms().into_iter().map(|term| (term.term, term.kind)).collect();
    let pages = native_pages();
    assert!(pages.len() >= 25, "{}", pages.len());
    for page in pages {
        assert!(known.contains(&(page.term.to_owned(), page.kind)), "{}: {}", page.lang, page.term);
        assert!(page.page_with != page.page_without, "{}", page.lang);
        assert!(!page.page_without.contains(page.term), "{}", page.lang);
    }
}

#[test]
fn a_check_that_finds_nothing_is_right_only_where_nothing_is() {
    let score: Score = score(cases(SEED, 400), |_| Box::new(|_| Ok(Vec::new())));
    assert_eq!(score.tier(Tier::Benign), (100, 100));
    assert_eq!(score.tier(Tier::Listed), (100, 0));
    assert!(score.markdown().contains("## benign: 100 of 100, 100.00 %"));
}
