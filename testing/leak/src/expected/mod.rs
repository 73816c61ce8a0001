//! The tier of what a reader would expect to be found.
//!
//! Guarantees: each class is a way in which people write, not a way to hide.
//!
//! Does not know: other tiers.

mod addresses;
mod compressed;
mod dates;
mod encodings;
mod handles;
mod inflected;
mod markup;
mod network;
mod numbers;
mod persons;
mod split;

use crate::class::Classes;

pub(crate) fn add(classes: &mut Classes) {
    persons::add(classes);
    handles::add(classes);
    split::add(classes);
    inflected::add(classes);
    numbers::add(classes);
    dates::add(classes);
    network::add(classes);
    addresses::add(classes);
    encodings::add(classes);
    markup::add(classes);
    compressed::add(classes);
}
