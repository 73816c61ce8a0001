//! The matcher against a slow, obvious one: each spelling of each term is written out and looked for letter by letter. What the slow one finds, the
//! fast one finds at the same place; where no word has to do with a term, both find nothing. `COMITY_SEED` chooses another seed, `COMITY_SOAK` more cases.

#![allow(clippy::disallowed_methods, clippy::unreachable, missing_docs, reason = "test")]

mod matcher;
mod spellings;
mod world;

use comity_terms::{Decoder, Origin, Register, Text, decode};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use world::{Rng, Sample, World};

fn config(cases: u32) -> Config {
    let soak = std::env::var_os("COMITY_SOAK").is_some();
    let seed = std::env::var("COMITY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(11);
    Config {
        cases: if soak { cases * 100 } else { cases },
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    }
}

/// The fast matcher, with the terms of one world.
struct Fast {
    register: Register,
    decoder: Decoder,
}

impl Fast {
    fn of(terms: &[Sample]) -> Self {
        let mut builder = Register::builder();
        for (term, number) in terms.iter().zip(0u32..) {
            builder.add(&term.registered(), number);
        }
        Self { register: builder.build(), decoder: Decoder::default() }
    }

    /// Each term with the bytes of the text where it stands, also where an escape was undone.
    fn find(&mut self, text: &str) -> Vec<(usize, usize, usize)> {
        let text = Text::of(text);
        let decoded = decode(&text, &mut self.decoder, &mut |_| true);
        let inner = decoded.iter().filter(|inner| inner.trusted).map(|inner| &inner.text);
        let mut searcher = self.register.searcher();
        let mut found = Vec::new();
        for text in std::iter::once(&text).chain(inner) {
            searcher.search(text, Origin::default(), &mut |hit| {
                let (from, to) = text.span(hit.from, hit.to);
                found.push((hit.term as usize, from, to));
            });
        }
        found
    }
}

/// Words about nothing, and now and then a term in one of its spellings or a part of one.
fn text(world: &World, rng: &mut Rng, terms: bool) -> String {
    let mut out = String::new();
    for _ in 0..rng.below(12) + 1 {
        if terms && rng.below(3) == 0 {
            let term = rng.choose(&world.terms);
            let spellings = spellings::of(term);
            let (spelling, _) = rng.choose(&spellings);
            out += spelling;
        } else if terms && rng.below(6) == 0 {
            let spelled = rng.choose(&world.terms).text();
            let parts: Vec<&str> = spelled.split([' ', ',', '.', '-']).filter(|part| !part.is_empty()).collect();
            out += *rng.choose(&parts);
        } else {
            out += &world.filler(rng);
        }
        out += *rng.choose(&[" ", " ", " ", ", ", ". ", " - ", "; ", "\n", " (", ") ", ": "]);
    }
    out
}

#[test]
fn what_the_slow_matcher_finds_the_fast_one_finds() {
    proptest!(config(500), |(seed: u64)| {
        let mut rng = Rng::new(seed);
        let world = World::new(&mut rng);
        let text = text(&world, &mut rng, true);
        let fast = Fast::of(&world.terms).find(&text);
        for slow in matcher::find(&world.terms, &text) {
            let overlaps = |found: &&(usize, usize, usize)| found.0 == slow.term && found.1 < slow.to && slow.from < found.2;
            prop_assert!(
                fast.iter().any(|found| overlaps(&found)),
                "{:?} as {} is not found in {text:?}; found are {fast:?}",
                world.terms.get(slow.term),
                slow.class,
            );
        }
    });
}

#[test]
fn where_nothing_is_both_find_nothing() {
    proptest!(config(500), |(seed: u64)| {
        let mut rng = Rng::new(seed);
        let world = World::new(&mut rng);
        let text = text(&world, &mut rng, false);
        prop_assert!(matcher::find(&world.terms, &text).is_empty(), "slow: {:?} in {text:?}", world.terms);
        let fast = Fast::of(&world.terms).find(&text);
        prop_assert!(fast.is_empty(), "{fast:?}: {:?} in {text:?}", world.terms);
    });
}

/// Every spelling is met: alone, at both ends of a text, and in a sentence.
#[test]
fn each_spelling_alone_and_in_a_sentence() {
    proptest!(config(60), |(seed: u64)| {
        let mut rng = Rng::new(seed);
        let world = World::new(&mut rng);
        for term in &world.terms {
            let mut fast = Fast::of(std::slice::from_ref(term));
            for (spelling, class) in spellings::of(term) {
                for text in [spelling.clone(), format!("It was {spelling}"), format!("They saw that {spelling} was there.")] {
                    prop_assert!(!fast.find(&text).is_empty(), "{term:?} as {class} is not found in {text:?}");
                }
            }
        }
    });
}
