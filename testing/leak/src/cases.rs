//! The cases: one writing of one term in one bundle.
//!
//! Guarantees: the cases go round the tiers, and within a tier round the classes; a seed decides all that is left to chance.
//!
//! Does not know: which cases a check finds.

use std::fmt;

use crate::class::{Class, Classes};
use crate::rng::Rng;
use crate::world::world;
use crate::{benign, bundle, expected, listed, romanise};

/// What is asked of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Writings that every leak check would list.
    Listed,
    /// The same name in another script.
    Romanisation,
    /// What a reader would expect to be found.
    Expected,
    /// No term at all: nothing may be found.
    Benign,
}

impl Tier {
    /// Every tier.
    pub const ALL: [Tier; 4] = [Tier::Listed, Tier::Romanisation, Tier::Expected, Tier::Benign];
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tier::Listed => "listed",
            Tier::Romanisation => "romanisation",
            Tier::Expected => "expected",
            Tier::Benign => "benign",
        })
    }
}

/// A case: a bundle, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The place of the term in [`terms`](crate::terms); of no meaning where the tier is benign.
    pub term: usize,
    /// What is asked.
    pub tier: Tier,
    /// The way of writing, as `person/surname-comma-initial`.
    pub class: String,
    /// A STIX 2.1 bundle.
    pub bundle: Vec<u8>,
    /// The writing alone, for people.
    pub shown: String,
}

fn classes(tier: Tier) -> Vec<Class> {
    let mut classes = Classes::new(tier);
    match tier {
        Tier::Listed => listed::add(&mut classes),
        Tier::Romanisation => romanise::add(&mut classes),
        Tier::Expected => expected::add(&mut classes),
        Tier::Benign => benign::add(&mut classes),
    }
    classes.all
}

/// The names of all classes, by tier.
pub fn class_names() -> Vec<(Tier, String)> {
    Tier::ALL.into_iter().flat_map(classes).map(|class| (class.tier, class.name)).collect()
}

/// How far to the next term: so that of the terms a class fits, each is chosen as often as another.
fn stride(count: usize, rng: &mut Rng) -> usize {
    let primes: Vec<usize> = [7, 11, 17, 23, 37, 53, 67, 83, 101, 113, 127]
        .into_iter()
        .filter(|prime| !count.is_multiple_of(*prime))
        .collect();
    primes.get(rng.below(primes.len())).copied().unwrap_or(1)
}

fn case(class: &Class, rng: &mut Rng) -> Option<Case> {
    let terms = world();
    let (start, stride) = (rng.below(terms.len()), stride(terms.len(), rng));
    for step in 0..terms.len() {
        let at = (start + step * stride) % terms.len();
        let term = terms.get(at)?;
        if let Some(written) = class.make(term, rng) {
            let bundle = bundle::with(term, &written, class.tier, rng);
            return Some(Case {
                term: at,
                tier: class.tier,
                class: class.name.clone(),
                bundle,
                shown: written.shown(),
            });
        }
    }
    None
}

/// Makes `count` cases, spread evenly over tiers and classes.
pub fn cases(seed: u64, count: usize) -> impl Iterator<Item = Case> {
    let tiers: Vec<Vec<Class>> = Tier::ALL.into_iter().map(classes).collect();
    (0..count).filter_map(move |number| {
        let round = number / tiers.len();
        let tier = tiers.get(number % tiers.len())?;
        let class = tier.get(round % tier.len().max(1))?;
        let salt = u64::try_from(number).unwrap_or(0).wrapping_mul(0xd6e8_feb8_6659_fd93);
        case(class, &mut Rng::new(seed ^ salt))
    })
}
