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
use crate::world::Term;

/// Given name and surname in Latin letters: as in passports, or as newspapers have it.
pub(crate) fn latin_parts(term: &Term, press: bool) -> Option<(String, String)> {
    let person = term.person.as_ref()?;
    match term.lang {
        "ru" | "uk" | "bg" | "sr" | "el" if term.script() != "Latn" => {
            let write = |text| alphabets::latin_name(term.lang, text, press);
            Some((write(person.given)?, write(person.surname)?))
        }
        "ar" | "fa" | "he" | "hi" => semitic::parts(term),
        "zh-Hans" | "zh-Hant" => asian::latin_parts(term),
        _ => None,
    }
}

pub(crate) fn add(classes: &mut Classes) {
    alphabets::add(classes);
    semitic::add(classes);
    asian::add(classes);
    back::add(classes);
}
