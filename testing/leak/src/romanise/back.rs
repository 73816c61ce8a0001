//! Latin names written in another script, and names as a neighbour writes them.
//!
//! Guarantees: the writings are those of newspapers, name by name.
//!
//! Does not know: names that are not in the tables.

use crate::class::Classes;
use crate::table::{field, rows};

pub(super) fn add(classes: &mut Classes) {
    for (at, script) in ["cyrillic", "greek", "arabic", "hebrew", "devanagari"].into_iter().enumerate() {
        for person in [true, false] {
            let kind = if person { "person" } else { "code-name" };
            classes.text(format!("back/{script}/{kind}"), move |term, _| {
                let row = rows(include_str!("../../data/back.txt")).find(|row| field(row, 0) == term.text())?;
                (term.person.is_some() == person).then(|| field(&row, at + 1).to_owned())
            });
        }
        classes.text(format!("back/{script}/surname"), move |term, _| {
            let row = rows(include_str!("../../data/back.txt")).find(|row| field(row, 0) == term.text())?;
            let person = term.person.as_ref().filter(|person| person.rare && !person.surname.contains(' '))?;
            let surname = field(&row, at + 1).rsplit(' ').next()?;
            (!person.has_particle() && surname.chars().count() > 6).then(|| surname.to_owned())
        });
    }
    for (at, name) in ["simplified", "traditional"].into_iter().enumerate() {
        classes.text(format!("back/han/{name}"), move |term, rng| {
            let table = rows(include_str!("../../data/han_back.txt"));
            let rows: Vec<&str> =
                table.filter(|row| field(row, 0) == term.text()).map(|row| field(&row, at + 1)).collect();
            Some(rng.text(&rows).to_owned())
        });
    }
    for script in ["cyrillic", "ukrainian", "greek", "arabic", "hebrew"] {
        classes.text(format!("back/{script}/inflected"), move |term, rng| {
            let row = rows(include_str!("../../data/back_inflected.txt")).find(|row| field(row, 0) == term.text())?;
            let entries = row.iter().skip(1).filter_map(|entry| entry.split_once('='));
            let writings: Vec<&str> = entries.filter(|(of, _)| *of == script).map(|(_, text)| text).collect();
            Some(rng.text(&writings).to_owned())
        });
    }
    for lang in ["ru", "uk", "ar", "he", "hi", "ja", "ko", "zh"] {
        classes.text(format!("neighbour/{lang}"), move |term, rng| {
            let table = rows(include_str!("../../data/neighbours.txt"));
            let rows = table.filter(|row| field(row, 0) == term.text() && field(row, 1) == lang);
            let rows: Vec<&str> = rows.map(|row| field(&row, 2)).collect();
            Some(rng.text(&rows).to_owned())
        });
    }
}
