//! Addresses as people of the place write and shorten them.
//!
//! Guarantees: the writings are those of the table.
//!
//! Does not know: rules of postal services.

use std::collections::BTreeSet;

use crate::class::Classes;
use crate::table::{field, rows};

const TABLE: &str = include_str!("../../data/streets.txt");

pub(super) fn add(classes: &mut Classes) {
    let names: BTreeSet<&str> = rows(TABLE)
        .flat_map(|row| row.into_iter().skip(1))
        .filter_map(|entry| Some(entry.split_once('=')?.0))
        .collect();
    for name in names {
        classes.text(format!("address/{name}"), move |term, _| {
            let row = rows(TABLE).find(|row| field(row, 0) == term.text())?;
            let entry =
                row.iter().skip(1).find_map(|entry| entry.split_once('=').filter(|(known, _)| *known == name))?;
            Some(entry.1.replace("\\n", "\n"))
        });
    }
}
