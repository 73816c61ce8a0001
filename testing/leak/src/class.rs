//! A class of writings: one way in which people write terms.
//!
//! Guarantees: a class always makes the same writing from the same term and random numbers.
//!
//! Does not know: where the writing is put.

use crate::cases::Tier;
use crate::rng::Rng;
use crate::world::Term;
use crate::write::Written;

pub(crate) type Make = Box<dyn Fn(&Term, &mut Rng) -> Option<Written>>;

/// One way of writing.
pub(crate) struct Class {
    pub tier: Tier,
    pub name: String,
    make: Make,
}

impl Class {
    pub(crate) fn make(&self, term: &Term, rng: &mut Rng) -> Option<Written> {
        (self.make)(term, rng)
    }
}

/// The classes as they are collected.
pub(crate) struct Classes {
    pub tier: Tier,
    pub all: Vec<Class>,
}

impl Classes {
    pub(crate) fn new(tier: Tier) -> Classes {
        Classes { tier, all: Vec::new() }
    }

    /// Adds a class.
    pub(crate) fn add(&mut self, name: impl Into<String>, make: impl Fn(&Term, &mut Rng) -> Option<Written> + 'static) {
        self.all.push(Class { tier: self.tier, name: name.into(), make: Box::new(make) });
    }

    /// Adds a class that writes a text.
    pub(crate) fn text(&mut self, name: impl Into<String>, make: impl Fn(&Term, &mut Rng) -> Option<String> + 'static) {
        self.add(name, move |term, rng| make(term, rng).and_then(crate::write::text));
    }

    /// Adds a class that writes every long term in another way; where nothing changes, there is no writing.
    pub(crate) fn changed(&mut self, name: impl Into<String>, make: impl Fn(&str, &mut Rng) -> String + 'static) {
        self.text(name, move |term, rng| {
            Some(make(term.text(), rng)).filter(|text| term.is_long() && text != term.text())
        });
    }
}
