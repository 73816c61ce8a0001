//! The engine and the evaluator written from the standard say the same of any patterns and any observed-data.
//!
//! The input is lines: patterns up to an empty line, then JSON documents of observed-data.
#![no_main]

use comity_pattern::engine::{Engine, Options, Validity};
use comity_pattern::reference::{self, Reading};
use comity_pattern::{EvaluationError, Observed, Outcome, Pattern};
use comity_stix::json::Limits;
use comity_stix::json::tree::Node;
use libfuzzer_sys::fuzz_target;

/// The slow evaluator keeps a list of every combination: small numbers only.
const LEAVES_MAX: usize = 12;

fuzz_target!(|text: &str| {
    let (patterns, documents) = text.split_once("\n\n").unwrap_or((text, ""));
    let nodes: Vec<Node<'_>> =
        documents.lines().take(8).filter_map(|line| Node::parse(line.as_bytes(), &Limits::default()).ok()).collect();
    let Ok(observed) = Observed::of_documents(&nodes) else { return };
    for reading in [Reading::Letter, Reading::Folded] {
        let mut engine = Engine::new(Options { fold: reading == Reading::Folded, ..Options::default() });
        let mut asked = Vec::new();
        for line in patterns.lines().take(16) {
            let Ok(pattern) = Pattern::parse(line) else { continue };
            if line.matches("REPEATS").count() > 1 || line.matches('[').count() > LEAVES_MAX || large_repeats(line) {
                continue;
            }
            let id = engine.add(&pattern, Validity::default());
            asked.push((pattern, id));
        }
        while engine.maintain() {}
        let outcomes = engine.match_all(&observed);
        for (pattern, id) in &asked {
            let ours = id.map_or(Outcome::Error(EvaluationError::Pattern), |id| outcomes.of(id));
            let theirs = reference::evaluate(pattern, &observed, reading);
            let agree = match (&ours, &theirs) {
                (Outcome::Undetermined, _) | (_, Outcome::Undetermined) => true,
                (Outcome::Match(_), Outcome::Match(_)) => true,
                (ours, theirs) => ours == theirs,
            };
            assert!(agree, "{reading:?} {pattern}: engine {ours:?}, reference {theirs:?}");
        }
    }
});

/// Tells whether a count has more than one digit.
fn large_repeats(line: &str) -> bool {
    line.split("REPEATS").skip(1).any(|rest| rest.trim_start_matches([' ', '+']).bytes().take_while(u8::is_ascii_digit).count() > 1)
}
