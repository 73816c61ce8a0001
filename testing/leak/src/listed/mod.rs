//! The tier of writings that every leak check would list.
//!
//! Guarantees: each class is one of them, or two one inside the other.
//!
//! Does not know: other tiers.

mod encodings;
mod escapes;
mod forms;
mod pairs;
mod places;

use crate::class::Classes;

pub(crate) use encodings::{base64_standard, hexadecimal};
pub(crate) use escapes::percent;

pub(crate) fn add(classes: &mut Classes) {
    forms::add(classes);
    escapes::add(classes);
    encodings::add(classes);
    places::add(classes);
    pairs::add(classes);
}
