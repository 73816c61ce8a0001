//! The engine against the evaluator that was written from the standard, on random patterns and observations.
//!
//! 50,000 cases, and 1,000,000 where `COMITY_SOAK` is set; as many again where spellings do not count. A disagreement prints its
//! seed.

#[path = "support/random.rs"]
pub mod random;
#[path = "support/spellings.rs"]
pub mod spellings;

use comity_pattern::engine::{Engine, Options, PatternId, Validity};
use comity_pattern::reference::Reading;
use comity_pattern::{EvaluationError, Observed, Outcome, Pattern, reference};
use comity_stix::json::{Limits, tree::Node};
use random::Random;

/// Patterns that are matched by one engine at the same time: what is found in an index depends on what else is in it.
const TOGETHER: usize = 100;
/// Bundles that each set of patterns is matched against.
const BUNDLES: usize = 5;

/// Compares the answers for one set of patterns; returns how many matched, and how many were compared.
fn compare(seed: u64, reading: Reading) -> (usize, usize) {
    let mut random = Random::new(seed);
    let fold = reading == Reading::Folded;
    // Folding is tried with properties that have spellings, and now and then with all that patterns can say.
    let spells = fold && !seed.is_multiple_of(4);
    let (make, bundle): (fn(&mut Random) -> String, fn(&mut Random) -> String) =
        if spells { (spellings::pattern, spellings::bundle) } else { (random::pattern, random::bundle) };
    let mut engine = Engine::new(Options { hash_key: seed, fold, ..Options::default() });
    let mut patterns: Vec<(String, Pattern, Option<PatternId>)> = Vec::new();
    for _ in 0..TOGETHER {
        let text = make(&mut random);
        let pattern = Pattern::parse(&text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let id = engine.add(&pattern, Validity::default()).ok();
        // Some go again, so that what they leave behind would show.
        if random.chance(8) && id.is_some_and(|id| engine.remove(id)) {
            continue;
        }
        patterns.push((text, pattern, id));
    }
    if random.chance(2) {
        while engine.maintain() {}
    }
    let mut matched = 0;
    for _ in 0..BUNDLES {
        matched += compare_bundle(seed, (&engine, reading), &patterns, &bundle(&mut random));
    }
    (matched, patterns.len() * BUNDLES)
}

fn compare_bundle(
    seed: u64,
    (engine, reading): (&Engine, Reading),
    patterns: &[(String, Pattern, Option<PatternId>)],
    bundle: &str,
) -> usize {
    let nodes = [Node::parse(bundle.as_bytes(), &Limits::default()).unwrap()];
    let observed = Observed::of_documents(&nodes).unwrap();
    let outcomes = engine.match_all(&observed);
    let mut matched = 0;
    for (text, pattern, id) in patterns {
        let ours = id.map_or(Outcome::Error(EvaluationError::Pattern), |id| outcomes.of(id));
        let theirs = reference::evaluate(pattern, &observed, reading);
        let agree = match (&ours, &theirs) {
            (Outcome::Match(places), Outcome::Match(_)) => {
                matched += 1;
                // Which binding is found is free; that it is one is not.
                let bound: Vec<Observed<'_>> = places.iter().map(|place| observed[*place].clone()).collect();
                matches!(reference::evaluate(pattern, &bound, reading), Outcome::Match(_) | Outcome::Undetermined)
            }
            // Neither says anything then.
            (_, Outcome::Undetermined) | (Outcome::Undetermined, _) => true,
            (ours, theirs) => ours == theirs,
        };
        assert!(agree, "{reading:?}, seed {seed}: engine {ours:?}, reference {theirs:?}\n{text}\n{bundle}");
    }
    matched
}

#[test]
fn engine_and_reference_agree() {
    agree(Reading::Letter);
}

#[test]
fn engine_and_reference_agree_where_spellings_do_not_count() {
    agree(Reading::Folded);
}

fn agree(reading: Reading) {
    let cases = if std::env::var_os("COMITY_SOAK").is_some() { 1_000_000 } else { 50_000 };
    let (mut matched, mut compared) = (0, 0);
    for seed in 0.. {
        let found = compare(seed, reading);
        (matched, compared) = (matched + found.0, compared + found.1);
        if compared >= cases {
            break;
        }
    }
    eprintln!("{compared} cases compared, {matched} of them matches");
    // A test in which nothing matches would prove nothing.
    assert!(matched > cases / 20, "{matched} matches");
}
