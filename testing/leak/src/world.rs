//! The invented terms: persons of many countries, and what else a source handler would register.
//!
//! Guarantees: the order of the terms is that of the data files, persons first; the place of a term in it is its number.
//!
//! Does not know: how the terms are written by others.

use std::sync::OnceLock;

use crate::table::{field, rows};

/// A term as it is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermSpec {
    /// The term as it was written by whom registered it.
    pub term: String,
    /// What it is: `person`, `cryptonym`, `project`, `host`, `address`, `phone`, `case_number`, `email`, `ip`, `date`, `handle`,
    /// `document`, `account` or `phrase`.
    pub kind: &'static str,
    /// Its script, as in ISO 15924, where it has one.
    pub script: Option<&'static str>,
}

/// The parts of a person's name.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub given: &'static str,
    /// A middle name, a patronymic or a particle.
    pub middle: &'static str,
    pub surname: &'static str,
    /// The writing from which romanisations are made, where the script does not tell the sounds.
    pub base: &'static str,
    /// Whether the surname alone tells who is meant.
    pub rare: bool,
}

/// A term and what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub spec: TermSpec,
    pub lang: &'static str,
    pub person: Option<Person>,
}

impl Term {
    pub(crate) fn text(&self) -> &str {
        &self.spec.term
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.spec.kind
    }

    pub(crate) fn script(&self) -> &'static str {
        self.spec.script.unwrap_or("")
    }

    pub(crate) fn letters(&self) -> usize {
        self.text().chars().count()
    }

    /// Whether it is long enough that a writing which hides it is still the term and nothing else.
    pub(crate) fn is_long(&self) -> bool {
        self.letters() >= 5 || (matches!(self.script(), "Hans" | "Hant" | "Jpan" | "Kore") && self.letters() >= 3)
    }

    /// Whether it is made of words, not of digits.
    pub(crate) fn is_words(&self) -> bool {
        matches!(self.kind(), "person" | "cryptonym" | "project" | "phrase")
    }
}

impl Person {
    /// The middle is a particle (`von der`), not a name.
    pub(crate) fn has_particle(&self) -> bool {
        self.middle.chars().next().is_some_and(char::is_lowercase)
    }
}

fn surname_first(lang: &str) -> bool {
    matches!(lang, "zh-Hans" | "zh-Hant" | "zh-Latn" | "ja" | "ko" | "hu" | "vi")
}

fn full_name(lang: &str, person: &Person) -> String {
    let joint = match lang {
        "zh-Hans" | "zh-Hant" | "ko" => "",
        "ja" if person.given.starts_with('ジ') => "・",
        "ja" => "",
        _ => " ",
    };
    let parts = if surname_first(lang) {
        [person.surname, person.given, ""]
    } else {
        [person.given, person.middle, person.surname]
    };
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(joint)
}

fn person(row: &[&'static str]) -> Term {
    let lang = field(row, 0);
    let person = Person {
        given: field(row, 2),
        middle: field(row, 3),
        surname: field(row, 4),
        base: field(row, 5),
        rare: field(row, 6) == "r",
    };
    let term = full_name(lang, &person);
    let script = Some(field(row, 1));
    Term { spec: TermSpec { term, kind: "person", script }, lang, person: Some(person) }
}

fn plain(row: &[&'static str]) -> Term {
    let script = Some(field(row, 1)).filter(|script| !script.is_empty());
    let spec = TermSpec { term: field(row, 3).to_owned(), kind: field(row, 0), script };
    Term { spec, lang: field(row, 2), person: None }
}

/// Every term, with what is known of it.
pub(crate) fn world() -> &'static [Term] {
    static WORLD: OnceLock<Vec<Term>> = OnceLock::new();
    WORLD.get_or_init(|| {
        let persons = rows(include_str!("../data/persons.txt")).map(|row| person(&row));
        let others = rows(include_str!("../data/plain.txt")).map(|row| plain(&row));
        persons.chain(others).collect()
    })
}

/// Returns the terms that would be registered; a [`Case`](crate::Case) names them by their place.
pub fn terms() -> Vec<TermSpec> {
    world().iter().map(|term| term.spec.clone()).collect()
}
