//! Which patterns match which observed-data: the cases of the official matcher, and tables of our own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

mod support;

use comity_pattern::engine::{Engine, Options, Validity};
use comity_pattern::{EvaluationError, Observed, Outcome, Pattern, reference};
use comity_stix::json::{Limits, tree::Node};
use support::{document, text};

type Evaluator = fn(&Pattern, &[Observed<'_>]) -> Outcome;

/// Says the outcome in the words of the cases.
fn outcome(pattern: &str, documents: &[String], evaluate: Evaluator) -> (String, usize) {
    let pattern = match Pattern::parse(pattern) {
        Ok(pattern) => pattern,
        Err(_) => return ("parse_error".to_owned(), 0),
    };
    let nodes: Vec<Node<'_>> =
        documents.iter().map(|document| Node::parse(document.as_bytes(), &Limits::default()).unwrap()).collect();
    let observed = Observed::of_documents(&nodes).unwrap();
    match evaluate(&pattern, &observed) {
        Outcome::Match(places) => ("match".to_owned(), places.len()),
        Outcome::NoMatch => ("no_match".to_owned(), 0),
        Outcome::Error(_) => ("match_error".to_owned(), 0),
        Outcome::Undetermined => ("undetermined".to_owned(), 0),
    }
}

fn agrees_with_the_official_matcher(evaluate: Evaluator) {
    let Some(document) = document("matcher_cases.json") else { return };
    let observations: Vec<Vec<String>> = document["observations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bundles| bundles.as_array().unwrap().iter().map(ToString::to_string).collect())
        .collect();
    let cases = document["cases"].as_array().unwrap();
    let mut wrong = Vec::new();
    for case in cases {
        let documents = &observations[case["observations_ref"].as_u64().unwrap() as usize];
        let expected = text(&case["expected"], "outcome");
        let bound = case["expected"]["matched_observed_data"].as_array().map_or(0, Vec::len);
        let found = outcome(text(case, "pattern"), documents, evaluate);
        if found != (expected.to_owned(), bound) {
            wrong.push(format!("{} {}: {found:?}, not {expected} {bound}", text(case, "id"), text(case, "pattern")));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn reference_agrees_with_the_official_matcher() {
    agrees_with_the_official_matcher(reference::evaluate);
}

/// Matches with the engine, as one pattern among none.
fn by_engine(pattern: &Pattern, observed: &[Observed<'_>]) -> Outcome {
    let mut engine = Engine::new(Options::default());
    match engine.add(pattern, Validity::default()) {
        Ok(id) => engine.match_all(observed).of(id),
        Err(_) => Outcome::Error(EvaluationError::Pattern),
    }
}

#[test]
fn engine_agrees_with_the_official_matcher() {
    agrees_with_the_official_matcher(by_engine);
}
