//! The cases against the search of the leak check: how many of each tier and class it decides rightly.
//!
//! `LEAK_CASES`: how many cases (default 5,000); `LEAK_SEED`: which (default 1); `LEAK_TABLE`: a file for the table of classes.

use comity_leak_cases::{Check, TermSpec, Tier, Undetermined, cases, score, terms};
use comity_release::leak::{Term, TermList};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn list(specs: &[TermSpec]) -> TermList {
    let terms = specs.iter().map(|spec| Term::new(spec.kind.parse().unwrap(), &spec.term));
    TermList::new(terms)
}

fn check(specs: &[TermSpec]) -> Check<'static> {
    let list = list(specs);
    Box::new(move |bundle| {
        let found = list.find(bundle);
        if found.undetermined.is_empty() {
            Ok(found.findings.iter().map(|finding| finding.term).collect())
        } else {
            Err(Undetermined)
        }
    })
}

#[test]
fn terms_are_found_however_they_are_written() {
    let count = number("LEAK_CASES", 5_000) as usize;
    let result = score(cases(number("LEAK_SEED", 1), count), check);
    if let Ok(file) = std::env::var("LEAK_TABLE") {
        std::fs::write(file, result.markdown()).unwrap();
        let (specs, list) = (terms(), list(&terms()));
        for miss in result.misses() {
            for found in list.find(&miss.bundle).findings.iter().filter(|_| miss.tier == Tier::Benign) {
                println!("    {} {:?} {}", found.rule, specs[found.term].term, found.excerpt.replace('\n', " "));
            }
            println!("{}\t{}\t{}\t{}", miss.tier, miss.class, miss.term, miss.shown.replace('\n', "⏎"));
        }
    }
    for tier in Tier::ALL {
        let (all, right) = result.tier(tier);
        println!("{tier}: {right} of {all}, {:.2} %", right as f64 * 100.0 / all as f64);
    }
}
