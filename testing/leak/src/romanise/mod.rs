//! The tier of names in another script: romanisations by named schemes, and Latin names written back.
//!
//! Guarantees: the schemes are tables written from the standards they name.
//!
//! Does not know: the tables of any leak check.

mod alphabets;
mod asian;
mod back;
mod scheme;
mod semitic;

use crate::class::Classes;

pub(crate) use alphabets::latin_name;

pub(crate) fn add(classes: &mut Classes) {
    alphabets::add(classes);
    semitic::add(classes);
    asian::add(classes);
    back::add(classes);
}
